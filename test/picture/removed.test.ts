/** Modules that a compared model has no more, in its picture. */
import { expect, test } from "vitest";
import { compared, diffModels } from "../../src/describe/modelDiff.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import { collisions } from "./geometry.js";
import { linear, sequential, snapshot } from "../describe/snapshots.js";
import { notFinite, sceneOf } from "./traced.js";

const before = snapshot(
  "net",
  sequential(["stem", linear(4, 8)], ["body", sequential(linear(8, 8), linear(8, 6), linear(6, 8))], ["head", linear(8, 1)]),
  null,
);
const after = snapshot("net", sequential(["stem", linear(4, 8)], ["body", sequential(linear(8, 8), linear(6, 8))], ["head", linear(8, 1)]), null);
const model = compared(diffModels(before, after), "HEAD");

test("stands in what it was in, after what it stood after, and is no part of the flow", async () => {
  for (const direction of ["down", "right"] as const) {
    const scene = await sceneOf(new PictureModel(model), { depth: "all" }, direction);
    const box = scene.byId.get("#removed:body.1")!;
    expect(box.node).toMatchObject({ kind: "removed", name: "1", type: "Linear", path: "body", parameters: 0 });
    expect(scene.parents.get(box.node.id)).toBe("body");
    const along = direction === "down" ? "y" : "x";
    expect(scene.byId.get("body.0")![along]).toBeLessThan(box[along]);
    expect(scene.edges.filter(({ from, to }) => from === box.node.id || to === box.node.id)).toEqual([]);
    expect([...collisions(scene), ...notFinite(scene)]).toEqual([]);
  }
});

test("is told from what is there by a dashed outline, a line through its name and a word", async () => {
  const svg = await renderSvg(model, { depth: 2 });
  const drawn = /<g><title>body\.1 Linear\([^<]*, 54 parameters<\/title>[\s\S]*?<\/g>/.exec(svg)![0];
  expect(drawn).toContain("stroke-dasharray");
  expect(drawn).toContain(">removed</text>");
  expect(drawn).toMatch(/<path [^>]*stroke=/);
  expect(await renderSvg(after, { depth: 2 })).not.toContain(">removed</text>");
});

test("is narrow, however long its name and type are, and says it is removed", async () => {
  const long = ["encoderDecoderAttentionOutputProjectionOfTheFirstBlock", linear(8, 8)] as const;
  const was = snapshot("net", sequential(["stem", linear(4, 8)], [...long], ["head", linear(8, 1)]), null);
  const is = snapshot("net", sequential(["stem", linear(4, 8)], ["head", linear(8, 1)]), null);
  const scene = await sceneOf(new PictureModel(compared(diffModels(was, is), "HEAD")), { depth: "all" }, "down");
  const box = scene.byId.get(`#removed:${long[0]}`)!;
  expect(box.width).toBeLessThanOrEqual(160);
  expect(box.face.texts.map(({ text }) => text)).toEqual([expect.stringMatching(/^enc.*….*$/), "removed"]);
});
