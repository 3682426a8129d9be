import { describe, expect, it } from "vitest";
import { legendSize, paintLegend } from "../../src/picture/drawing/legend.js";
import type { Look } from "../../src/picture/drawing/paint.js";
import { SvgSurface } from "../../src/picture/drawing/svgSurface.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { layoutScene, type Scene } from "../../src/picture/scene.js";
import { englishWords } from "../../src/picture/words.js";
import { estimateText } from "../../src/picture/text.js";
import { lightTheme } from "../../src/picture/theme.js";
import * as fixtures from "./fixtures.js";

function scene(model: ReturnType<typeof fixtures.gpt>): Promise<Scene> {
  return layoutScene(buildDisplayGraph(new PictureModel(model), { ...initialArrangement, depth: "all" }), new LayoutSolver(null), {
    direction: "down",
    measure: estimateText,
    words: englishWords,
    deadline: performance.now() + 30_000,
    isCurrent: () => true,
  });
}

const look: Look = { theme: lightTheme, scale: 1, matches: null, traced: null, compared: new Map(), pinned: new Set(), overlay: null };

async function texts(model: ReturnType<typeof fixtures.gpt>, shown = look): Promise<string[]> {
  const surface = new SvgSurface();
  paintLegend(surface, 0, 0, await scene(model), shown, englishWords, estimateText, 1000);
  return [...surface.document({ x: 0, y: 0, width: 1, height: 1 }, 1, { title: "", description: "" }, "", null).matchAll(/<text[^>]*>([^<]*)/g)].map(
    ([, text]) => text!,
  );
}

describe("the legend", () => {
  it("explains all that the picture shows, open boxes too", async () => {
    expect(await texts(fixtures.gpt())).toEqual(expect.arrayContaining(["Normalization", "Embedding", "Constant", "Repeated, own weights", "Shared weights"]));
    expect(await texts(fixtures.resnet([1]))).toContain("Called several times");
    expect(await texts(fixtures.unrolled())).toEqual(expect.arrayContaining(["Shared weights", "Constant"]));
    expect(await texts(fixtures.failing())).toEqual(expect.arrayContaining(["Did not run", "Failed"]));
    // Without an engine, long lines are cut.
    expect(await texts(fixtures.gpt())).toContain("Line left out");
  });

  it("does not explain what is not there", async () => {
    expect(await texts(fixtures.mlp())).toEqual(["Linear", "Activation"]);
  });

  it("explains the numbers of a comparison while there is one", async () => {
    expect(await texts(fixtures.mlp(), { ...look, compared: new Map([["0", [1]]]) })).toEqual(["Linear", "Activation", "1", "Compared"]);
    expect(await texts(fixtures.mlp(), { ...look, pinned: new Set(["0"]) })).toEqual(["Linear", "Activation", "Reinitialized after every run"]);
  });

  it("is low where there is room beside", async () => {
    const picture = await scene(fixtures.gpt());
    const narrow = legendSize(picture, look, englishWords, estimateText, 200);
    const wide = legendSize(picture, look, englishWords, estimateText, 400);
    expect(narrow.columns).toBe(1);
    expect(wide.columns).toBe(2);
    expect(wide.width).toBeLessThanOrEqual(400);
    expect(wide.height).toBeLessThan(0.6 * narrow.height);
  });
});
