import { describe, expect, it } from "vitest";
import { bandHeight, paintStickyTitles, stickyTitles } from "../../src/picture/drawing/stickyTitles.js";
import { SvgSurface } from "../../src/picture/drawing/svgSurface.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { layoutScene } from "../../src/picture/scene.js";
import { englishWords } from "../../src/picture/words.js";
import { estimateText } from "../../src/picture/text.js";
import { lightTheme } from "../../src/picture/theme.js";
import * as fixtures from "./fixtures.js";

const scene = await layoutScene(buildDisplayGraph(new PictureModel(fixtures.rgnet()), { ...initialArrangement, depth: "all" }), new LayoutSolver(null), {
  direction: "down",
  measure: estimateText,
  words: englishWords,
  deadline: performance.now() + 30_000,
  isCurrent: () => true,
});

/** A view of 300 by 300 pixels whose top left corner lies at a point of the picture. */
function titlesFrom(x: number, y: number, scale = 1, width = 300) {
  const camera = {
    scale,
    width,
    height: 300,
    toScreen: (box: { x: number; y: number; width: number; height: number }) => ({
      x: (box.x - x) * scale,
      y: (box.y - y) * scale,
      width: box.width * scale,
      height: box.height * scale,
    }),
  };
  return stickyTitles(scene, scene.boxes, camera, 0, estimateText);
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
    const narrow = [240, 220, 200, 190, 180, 150].map((width) =>
      seenFrom(block.x - 30, block.y + 70, 1, width)
        .map(([name]) => name)
        .join(),
    );
    expect(narrow).toContain("\u2026 \u203a 0 \u203a block 0 \u2026 3");
    expect(narrow).toContain("\u2026 \u203a block 0 \u2026 3");
  });

  it("stand in a band over the whole width, which hides what passes beneath", () => {
    const surface = new SvgSurface();
    const titles = titlesFrom(0, block.y + 70);
    const end = paintStickyTitles(
      surface,
      titles,
      300,
      { theme: lightTheme, scale: 1, matches: null, traced: null, compared: new Map(), pinned: new Set(), overlay: null },
      estimateText,
    );
    expect(end).toBe(bandHeight);
    const drawn = surface.document({ x: 0, y: 0, width: 1, height: 1 }, 1, { title: "", description: "" }, "", null);
    expect(drawn).toContain(`<rect x="0" y="0" width="300" height="${end}" fill="${lightTheme.background}"`);
    expect(drawn.indexOf("rgnet")).toBeGreaterThan(drawn.indexOf('width="300"'));
    expect(titles.map(({ target, y, height }) => [target, y + height < end])).toEqual([["0.block 0", true]]);
    expect(
      paintStickyTitles(
        new SvgSurface(),
        [],
        300,
        { theme: lightTheme, scale: 1, matches: null, traced: null, compared: new Map(), pinned: new Set(), overlay: null },
        estimateText,
      ),
    ).toBe(0);
  });

  it("come to the left edge when they are cut there", () => {
    expect(seenFrom(block.x + 40, 0).map(([name]) => name)).toEqual(["rgnet", "0", "block 0 \u2026 3"]);
  });

  it("are left to the names of far out pictures where nothing else is legible", () => {
    expect(seenFrom(0, block.y + 40, 0.3)).toEqual([]);
  });
});
