import { describe, expect, it } from "vitest";
import type { Direction } from "../../src/picture/geometry.js";
import { farNames } from "../../src/picture/drawing/farNames.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { layoutScene } from "../../src/picture/scene.js";
import { englishWords } from "../../src/picture/words.js";
import { estimateText } from "../../src/picture/text.js";
import * as fixtures from "./fixtures.js";
import { overlap } from "./geometry.js";

const sceneOf = (model: PictureModel, direction: Direction) =>
  layoutScene(buildDisplayGraph(model, { ...initialArrangement, depth: "all" }), new LayoutSolver(null), {
    direction,
    measure: estimateText,
    words: englishWords,
    deadline: performance.now() + 30_000,
    isCurrent: () => true,
  });

const gpt = await sceneOf(new PictureModel(fixtures.gpt()), "down");

type Area = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

const seenAt = (scale: number, scene = gpt) => {
  const toScreen = ({ x, y, width, height }: Area) => ({ x: x * scale, y: y * scale, width: width * scale, height: height * scale });
  return { toScreen, names: farNames(scene.boxes, { scale, toScreen }, estimateText, scene.direction) };
};

describe("names far out", () => {
  it("are on all boxes of one size or on none", () => {
    for (const scale of [0.44, 0.35, 0.28, 0.2, 0.15]) {
      const named = new Set(seenAt(scale).names.map((name) => name.of));
      const leaves = gpt.boxes.filter(({ node, face }) => node.kind === "module" && face.shape === "box");
      const heights = new Map<number, Set<boolean>>();
      for (const { node, height } of leaves) heights.set(height, (heights.get(height) ?? new Set()).add(named.has(node.id)));
      for (const [height, ways] of heights) expect(ways.size, `boxes of height ${height} at ${scale}`).toBe(1);
    }
  });

  it("lie within what they name, have no background there, and do not cover one another", () => {
    for (const scale of [0.44, 0.3, 0.22]) {
      const { names, toScreen } = seenAt(scale);
      names.forEach((name, i) => names.slice(i + 1).forEach((other) => expect(overlap(name.area, other.area), `${name.text} over ${other.text}`).toBe(false)));
      for (const { of, area, hasPlate } of names) {
        const box = gpt.byId.get(of)!;
        if (box.face.shape !== "box") continue;
        expect(hasPlate).toBe(false);
        const on = toScreen(box);
        expect(area.x).toBeGreaterThanOrEqual(on.x);
        expect(area.x + area.width).toBeLessThanOrEqual(on.x + on.width);
      }
    }
  });

  it("stand beside boxes that are too narrow for them where data flows to the right, over no box and no other name", async () => {
    const unet = await sceneOf(new PictureModel(fixtures.unet()), "right");
    const { names, toScreen } = seenAt(0.2, unet);
    const closed = unet.boxes.filter(({ node }) => node.content === null);
    expect(names.filter(({ isClosed }) => isClosed).length).toBeGreaterThan(closed.length / 2);
    names.forEach((name, i) => names.slice(i + 1).forEach((other) => expect(overlap(name.area, other.area), `${name.text} over ${other.text}`).toBe(false)));
    for (const { of, area, text } of names.filter(({ isClosed, hasPlate }) => isClosed && hasPlate)) {
      for (const box of closed) if (box.node.id !== of) expect(overlap(area, toScreen(box)), `${text} over ${box.node.id}`).toBe(false);
    }
  });
});
