import { describe, expect, it } from "vitest";
import type { FaceText } from "../../src/picture/face.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import type { Scene } from "../../src/picture/scene.js";
import { failingNets } from "./failingNets.js";
import { sceneOf } from "./traced.js";

const failedBox = (scene: Scene) => {
  const failed = scene.boxes.filter(({ node }) => node.failure !== null);
  expect(failed).toHaveLength(1);
  return failed[0]!;
};

/** What each box that failed says of what it was given. */
const said: Readonly<Record<string, readonly string[]>> = {
  "a Linear that takes more features": ["8×64", "1 ReLU", "@  (64×128)ᵀ", "weight"],
  "a product of two branches": ["3×8", "left Linear", "@  3×6", "right Linear"],
  "a concatenation of different sizes": ["1×128×16×16", "branch3x3 Conv2d", "1×128×15×15", "branch5x5 Conv2d", "1×128×32×32", "branchPool.1 Conv2d"],
  "a product of wide boxes": ["1×128×16×16", "expand Conv2d", "×  1×128×15×15", "gate Conv2d"],
  "a convolution of other channels": ["2×64×32×32", "2 ReLU", "128×32×3×3", "weight", "128", "bias"],
  "deep in a folded row of blocks": ["2×5×64", "act GELU", "@  (16×48)ᵀ", "weight"],
  "scores of attention": ["2×4×7×4", "query Linear.view.transpose", "@  2×4×7×4", "key Linear.view.transpose"],
  "a sum with what comes from far above": ["2×5", "body.18 Linear", "+  2×8", "Input"],
};

describe.each(failingNets)("%s", (name, make) => {
  it("shows in one box what failed and all that it was given, uncut", async () => {
    const { face } = failedBox(await sceneOf(new PictureModel(make()), {}));
    const isOperand = ({ tone, font }: FaceText) => tone === "error" && font === "title";
    const first = face.texts.findIndex(isOperand);
    const last = face.texts.findLastIndex(isOperand) + 2;
    expect(face.texts.slice(first, last).map(({ text }) => text)).toEqual(said[name]);
    expect(face.texts.some(({ text }) => text.includes("…"))).toBe(false);
  });
});
