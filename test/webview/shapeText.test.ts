import { expect, test } from "vitest";
import { parseShape } from "../../webview/inspector/shapeText.js";

test.each([
  ["2, 4", [2, 4]],
  ["2x4", [2, 4]],
  [" [1, 3, 224, 224] ", [1, 3, 224, 224]],
  ["(5,)", [5]],
  ["2 4", [2, 4]],
  ["", []],
  ["[]", []],
])("%j is a shape", (text, shape) => {
  expect(parseShape(text)).toEqual(shape);
});

test.each(["two", "2,,4", "-1, 4", "2.5", "2, 4 and more", "99999999999"])("%j is none", (text) => {
  expect(parseShape(text)).toBeNull();
});
