import { expect, test } from "vitest";
import type { Overlay } from "../../webview/graph/index.js";
import { overlayMarks } from "../../webview/graph/drawing/overlay.js";
import { lightTheme } from "../../webview/graph/index.js";

const overlay = (mark: Overlay["mark"]): Overlay => ({ title: "Values", mark, scale: "log", values: new Map([["small", 10], ["middle", -500], ["large", 1000], ["broken", NaN]]), format: String });

test("sizes are the share of the greatest magnitude, colours cover the box", () => {
  const sizes = overlayMarks(overlay("size"), lightTheme);
  expect(["small", "middle", "large"].map((path) => sizes(path)?.share)).toEqual([0.01, 0.5, 1]);
  const colors = overlayMarks(overlay("color"), lightTheme);
  expect(["small", "large"].map((path) => colors(path)?.share)).toEqual([1, 1]);
  expect(colors("small")?.color).not.toBe(colors("large")?.color);
  for (const marks of [sizes, colors]) expect([marks("broken"), marks("absent")]).toEqual([undefined, undefined]);
});
