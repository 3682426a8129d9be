import { describe, expect, it } from "vitest";
import { stickyTitles } from "../../webview/graph/drawing/stickyTitles.js";
import { LayoutSolver } from "../../webview/graph/layout/solver.js";
import { initialArrangement } from "../../webview/graph/model/arrangement.js";
import { buildDisplayGraph } from "../../webview/graph/model/displayGraph.js";
import { PictureModel } from "../../webview/graph/model/pictureModel.js";
import { layoutScene } from "../../webview/graph/scene.js";
import { englishStrings } from "../../webview/graph/strings.js";
import { estimateText } from "../../webview/graph/text.js";
import * as fixtures from "./fixtures.js";
import { overlap } from "./geometry.js";

const scene = await layoutScene(buildDisplayGraph(new PictureModel(fixtures.rgnet()), { ...initialArrangement, depth: "all" }), new LayoutSolver(null), {
  direction: "down", measure: estimateText, strings: englishStrings, deadline: performance.now() + 30_000, isCurrent: () => true,
});

/** A view of 300 by 300 pixels whose top left corner lies at a point of the picture. */
function titlesFrom(x: number, y: number, scale = 1, width = 300) {
  const camera = {
    scale, width, height: 300,
    toScreen: (box: { x: number; y: number; width: number; height: number }) => ({ x: (box.x - x) * scale, y: (box.y - y) * scale, width: box.width * scale, height: box.height * scale }),
  };
  return stickyTitles(scene, scene.boxes, camera, 4, estimateText);
}

const seenFrom = (...from: Parameters<typeof titlesFrom>) => titlesFrom(...from).map(({ name, y }) => [name, y]);

describe("titles of open boxes", () => {
  const block = scene.byId.get("0.block 0")!;

  it("stay where they are while they are seen", () => {
    expect(seenFrom(0, 0)).toEqual([]);
  });

  it("come to the upper edge when they are scrolled out of view, each with those around it", () => {
    expect(seenFrom(0, block.y + 70)).toEqual([["rgnet \u203a 0 \u203a block 0 \u2026 3", 4]]);
    expect(seenFrom(0, block.y - 2)).toEqual([["rgnet \u203a 0", 4]]);
  });

  it("leave out the outer names where there is no room for all", () => {
    const narrow = [240, 220, 200, 190, 180, 150].map((width) => seenFrom(block.x - 30, block.y + 70, 1, width).map(([name]) => name).join());
    expect(narrow).toContain("\u2026 \u203a 0 \u203a block 0 \u2026 3");
    expect(narrow).toContain("\u2026 \u203a block 0 \u2026 3");
  });

  it("keep off the name of a box that stands at the edge, and off its type where there is room", () => {
    const box = scene.byId.get("0.block 0.1")!;
    const covers = (font: "title" | "plain", left: number) => {
      const word = box.face.texts.find((text) => text.font === font)!;
      const [x, y] = [block.x - left, box.y + 2];
      const [title] = titlesFrom(x, y, 1, 300);
      return overlap(title!, { x: box.x + word.x - x, y: box.y + word.y - 10 - y, width: estimateText(word.text, font), height: 10 });
    };
    expect([10, 20, 30, 40].map((left) => covers("title", left))).toEqual([false, false, false, false]);
    expect([10, 20].map((left) => covers("plain", left))).toEqual([false, false]);
  });

  it("come to the left edge when they are cut there", () => {
    expect(seenFrom(block.x + 40, 0).map(([name]) => name)).toEqual(["rgnet", "0", "block 0 \u2026 3"]);
  });

  it("are left to the names of far out pictures where nothing else is legible", () => {
    expect(seenFrom(0, block.y + 40, 0.3)).toEqual([]);
  });
});
