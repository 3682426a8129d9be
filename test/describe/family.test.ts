import { expect, it } from "vitest";
import { byFamily, familyNamed, type FamilyName } from "../../src/protocol/index.js";

const family = familyNamed("linear");

it("a family cannot be compared with text: this test does not compile once it can", () => {
  // @ts-expect-error A family is no text.
  expect(family === "linear").toBe(true);
  // @ts-expect-error Nor is one made of it without saying so.
  const made: typeof family = "linear";
  expect(made).toBe(family);
});

it("what depends on the family is a table with a row for each: this test does not compile once one may be left out", () => {
  // @ts-expect-error The rows of all other families are missing.
  const rows: Readonly<Record<FamilyName, number>> = { linear: 1 };
  expect(byFamily(rows, family)).toBe(1);
});
