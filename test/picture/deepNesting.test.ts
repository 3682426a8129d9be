import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { renderSvg } from "../../src/picture/renderSvg.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { linesToNowhere } from "./modelFile.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";
import { notFinite, sceneOf } from "./traced.js";

const { nn } = torch;

function nested(depth: number): torch.nn.Module {
  let module: torch.nn.Module = new nn.Linear(2, 2);
  for (let i = 0; i < depth; i++) module = new nn.Sequential(module);
  return module;
}

test("1,500 containers in one another are drawn, all open and as a first view has them", async () => {
  const model = new PictureModel(snapshotOf(inspectHere(), nested(1500)));
  const open = await sceneOf(model);
  // The containers, what is in the innermost, the input and the output.
  expect(open.boxes).toHaveLength(1503);
  expect(Math.max(...open.boxes.map(({ depth }) => depth))).toBe(1500);
  expect(notFinite(open)).toEqual([]);
  expect(linesToNowhere(open)).toEqual([]);
  expect(open.isPlain).toBe(false);
  expect((await sceneOf(model, {})).boxes.length).toBeLessThan(25);
});

test("the file of a picture grows with the depth of nesting, not with its square", async () => {
  const lengths = [];
  for (const depth of [200, 400, 800]) lengths.push((await renderSvg(snapshotOf(inspectHere(), nested(depth)), { depth: "all", deadline: 60_000 })).length);
  // Far in, numbers have a digit more.
  expect((lengths[2]! - lengths[1]!) / (lengths[1]! - lengths[0]!)).toBeLessThan(2.2);
});

test("the title of a box far in says both ends of its path, and a long name whole", async () => {
  const long = "x".repeat(400);
  const module = nested(400);
  module.registerModule(long, new nn.ReLU());
  const svg = await renderSvg(snapshotOf(inspectHere(), module), { depth: "all", deadline: 60_000 });
  const titles = [...svg.matchAll(/<title>(.*?)<\/title>/g)].map(([, title]) => title!);
  expect(titles.find((title) => title.endsWith(" Linear"))).toMatch(/^(0\.)+…(\.?0)+ Linear$/);
  expect(titles.find((title) => title.endsWith(" ReLU"))).toContain(long);
});
