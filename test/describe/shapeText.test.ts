import { describe, expect, test } from "vitest";
import { parseShape } from "../../src/describe/shapeText.js";

describe("shapes as users type them, in the palette and in the page", () => {
  test.each(["2, 4", "2,4", "2 4", "2 x 4", "2x4", "2X4", "2×4", "[2, 4]", "(2, 4)", "torch.Size([2, 4])", " 2, 4, ", "[2, 4,]"])("%j is 2×4", (text) => {
    expect(parseShape(text)).toEqual({ shape: [2, 4], problem: null });
  });

  test("empty brackets are a scalar, and one size is one dimension", () => {
    expect(parseShape("[]").shape).toEqual([]);
    expect(parseShape("torch.Size([])").shape).toEqual([]);
    expect(parseShape("(5,)").shape).toEqual([5]);
    expect(parseShape("5").shape).toEqual([5]);
  });

  test.each([
    ["", /Give a shape/],
    ["two", /whole numbers/],
    ["2,,4", /whole numbers/],
    ["-1, 4", /whole numbers/],
    ["2.5", /whole numbers/],
    ["2, 4 and more", /whole numbers/],
    ["[2, 4", /whole numbers/],
    ["[2, 4)", /whole numbers/],
    ["99999, 99999", /too large/],
    ["99999999999", /too large/],
  ])("%j is refused with a reason", (text, reason) => {
    expect(parseShape(text).shape).toBeNull();
    expect(parseShape(text).problem).toMatch(reason);
  });
});
