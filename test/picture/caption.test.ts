import { expect, test } from "vitest";
import { captionOf } from "../../src/picture/drawing/caption.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { compared, diffModels } from "../../src/describe/modelDiff.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import { passes, passOf } from "../describe/sources.js";
import { linear, sequential, snapshot } from "../describe/snapshots.js";

const texts = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);

const box = (svg: string, name: string) => texts(new RegExp(`<title>${name} Linear</title>(.*?)</g>`, "s").exec(svg)![1]!);

const size = (svg: string) => /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.slice(1).map(Number) as [number, number];

test.each(passes)("%#: a picture says below it where its shapes come from", async (model, text) => {
  expect(captionOf(new PictureModel(model))).toBe(text);
  const svg = await renderSvg(model);
  expect(svg).toContain(`<desc>${text}</desc>`);
  expect(texts(svg).join(" ")).toContain(text);
});

test("a module that is not what it was shows no shape of the earlier one", async () => {
  const [before, after] = [await renderSvg(passOf({})), await renderSvg(passOf({ changedSince: ["head"] }))];
  expect(box(before, "head")).toContain("2×2");
  expect(box(after, "head")).not.toContain("2×2");
  expect(box(after, "head")).toContain("changed since the pass");
  expect(box(after, "body")).toEqual(box(before, "body"));
});

test("without a pass it says that too", async () => {
  const svg = await renderSvg(snapshot("net", sequential(linear(4, 8), linear(8, 1)), null));
  expect(svg).toContain("<desc>Order as declared; no forward pass was measured</desc>");
  expect(texts(svg).join(" ")).toContain("Order as declared; no forward pass was measured");
});

test("what is written below has room of its own, and is broken rather than cut", async () => {
  const [width, height] = size(await renderSvg(passOf({})));
  const [longWidth, longHeight] = size(await renderSvg(passOf({ changedSince: ["head", "body"] })));
  expect(longHeight).toBeGreaterThan(height);
  expect(longWidth).toBeGreaterThanOrEqual(width);
});

test("of a model that is compared, what was removed where it has no box", async () => {
  const plain = snapshot("net", sequential(linear(4, 8), linear(8, 1)), null);
  const before = snapshot("net", sequential(linear(4, 8), linear(8, 8), linear(8, 1)), null);
  const model = compared(diffModels(before, plain), "HEAD");
  expect(await renderSvg(model, { depth: 0 })).toContain("Removed since HEAD: 1 Linear(");
  expect(await renderSvg(model)).not.toContain("Removed since");
  expect(await renderSvg(plain)).not.toContain("Removed since");
});
