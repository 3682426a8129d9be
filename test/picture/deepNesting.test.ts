import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
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
