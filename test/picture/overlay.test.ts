import { expect, test } from "vitest";
import type { Overlay } from "../../src/describe/overlays.js";
import { overlayMarks } from "../../src/picture/drawing/overlay.js";
import { lightTheme } from "../../src/picture/theme.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import * as fixtures from "./fixtures.js";

const overlay = (mark: Overlay["mark"]): Overlay => ({
  title: "Values",
  mark,
  scale: "log",
  values: new Map([
    ["small", 10],
    ["middle", -500],
    ["large", 1000],
    ["broken", NaN],
  ]),
  format: String,
});

test("sizes are the share of the greatest magnitude, colours cover the box", () => {
  const sizes = overlayMarks(overlay("size"), lightTheme);
  expect(["small", "middle", "large"].map((path) => sizes(path)?.share)).toEqual([0.01, 0.5, 1]);
  const colors = overlayMarks(overlay("color"), lightTheme);
  expect(["small", "large"].map((path) => colors(path)?.share)).toEqual([1, 1]);
  expect(colors("small")?.color).not.toBe(colors("large")?.color);
  for (const marks of [sizes, colors]) expect([marks("broken"), marks("absent")]).toEqual([undefined, undefined]);
});

test("what is negative has a hue of its own, as strong as it is far from zero", () => {
  const colors = overlayMarks(
    {
      ...overlay("color"),
      scale: "linear",
      values: new Map([
        ["below", -2],
        ["zero", 0],
        ["above", 2],
        ["half", 1],
      ]),
    },
    lightTheme,
  );
  const [below, zero, above, half] = ["below", "zero", "above", "half"].map((path) => colors(path)!.color);
  expect(new Set([below, zero, above, half]).size).toBe(4);
  const strength = (color: string | undefined) => color!.match(/[\d.]+(?=\)$)/)![0];
  expect(strength(below)).toBe(strength(above));
  expect(Number(strength(half))).toBeLessThan(Number(strength(above)));
});

test("colours are written as every viewer of SVG understands them", async () => {
  const svg = await renderSvg(fixtures.mlp(), { settings: { overlay: "parameters" } });
  expect(svg).not.toMatch(/"rgba|color-mix/);
  expect(svg).toContain('fill="rgb(35, 105, 181)" fill-opacity="0.7"');
});

test("boxes say the value in figures where their parameters stood", async () => {
  const svg = await renderSvg(fixtures.mlp(), { settings: { overlay: "memory" } });
  expect(svg).toContain(">160 B<");
  expect(svg).not.toContain(">40 params<");
});
