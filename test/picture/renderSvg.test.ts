import { expect, it } from "vitest";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import { darkTheme } from "../../src/picture/theme.js";
import * as fixtures from "./fixtures.js";
import { linear, sequential, snapshot } from "./specs.js";

it("writes every label of the chapter's net as text", async () => {
  const svg = await renderSvg(fixtures.mlp());
  for (const text of ["net", "Sequential", "49 params", "4 → 8", "ReLU", "2×8", "Input", "Output"])
    expect(svg).toMatch(new RegExp(`<text [^>]*>${text}</text>`));
});

it("writes arguments as the model's language does", async () => {
  const pythonic = async (model: ModelSnapshot): Promise<readonly string[]> =>
    [...(await renderSvg(model, { depth: "all" })).matchAll(/<text[^>]*>([^<]*)/g)]
      .map(([, text]) => text!)
      .filter((text) => /\b[a-z_]+=|\b(True|False|None)\b/.test(text));
  for (const model of [fixtures.resnet([1]), fixtures.unet(), fixtures.gpt({ blocks: 1 }), fixtures.unrolled()]) {
    expect(model.language).not.toBe("python");
    expect(await pythonic(model)).toEqual([]);
  }
  expect(await pythonic({ ...fixtures.resnet([1]), language: "python" })).toContainEqual(expect.stringContaining("bias=False"));
});

it("links the places of shared weights", async () => {
  const dashes = (svg: string) => svg.split('stroke-dasharray="5 4"').length - 1;
  expect(dashes(await renderSvg(fixtures.tied()))).toBe(1);
  expect(dashes(await renderSvg(fixtures.tied(), { settings: { showSharedLinks: false } }))).toBe(0);
  expect(dashes(await renderSvg(fixtures.mlp()))).toBe(0);
});

it("takes names as data, never as markup", async () => {
  const svg = await renderSvg(
    snapshot("<script>alert(1)</script>", sequential({ '"><img onerror=x>': linear(1, 1), "a\u0000b": linear(1, 1) }), { inputs: [[1, 1]] }),
  );
  expect(svg).not.toMatch(/<script|<img|\u0000/);
  expect(svg).toContain("&lt;script&gt;");
});

it("wears the theme and leaves the background out when asked", async () => {
  expect(await renderSvg(fixtures.mlp(), { theme: darkTheme })).toContain(`fill="${darkTheme.background}"`);
  expect(await renderSvg(fixtures.mlp(), { background: null })).not.toMatch(/<\/style><rect/);
});
