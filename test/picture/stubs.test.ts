import { describe, expect, it } from "vitest";
import { edgeNote } from "../../src/picture/drawing/edgeNote.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { layoutScene, type Scene } from "../../src/picture/scene.js";
import { englishWords } from "../../src/picture/words.js";
import { estimateText } from "../../src/picture/text.js";
import { SceneIndex } from "../../src/picture/sceneIndex.js";
import * as fixtures from "./fixtures.js";

/** Laid out plainly, where every line that passes boxes is cut. */
function scene(model: ReturnType<typeof fixtures.dense>): Promise<Scene> {
  return layoutScene(buildDisplayGraph(new PictureModel(model), { ...initialArrangement, depth: "all" }), new LayoutSolver(null), {
    direction: "down",
    measure: estimateText,
    words: englishWords,
    deadline: performance.now() + 30_000,
    isCurrent: () => true,
  });
}

describe("a stub", () => {
  it("leads to every line that ends in it, and names where they come from", async () => {
    const picture = await scene(fixtures.dense());
    const index = new SceneIndex(picture);
    const shared = picture.edges.flatMap(({ stubs }) => stubs).filter(({ edges }) => edges.length > 1);
    expect(new Set(shared.map(({ end }) => end))).toEqual(new Set(["source", "target"]));
    for (const stub of shared) {
      const [open, next] = [stub.points[0]!, stub.points[1]!];
      const found = index.edgesAt((open.x + next.x) / 2, (open.y + next.y) / 2, 3);
      expect(found.map(({ edge }) => edge)).toEqual(expect.arrayContaining([...stub.edges]));
      expect(found).toHaveLength(stub.edges.length);
      const own = stub.end === "target" ? "to" : "from";
      expect(new Set(found.map((edge) => edge[own])).size).toBe(1);
    }
  });

  it("names four of many, and says a shape once", async () => {
    const picture = await scene(fixtures.dense());
    const [most] = picture.edges
      .flatMap(({ stubs }) => stubs)
      .filter(({ end }) => end === "target")
      .sort((a, b) => b.edges.length - a.edges.length);
    const edges = picture.edges.filter(({ edge }) => most!.edges.includes(edge));
    const [ends, shapes] = edgeNote(picture, edges, englishWords);
    expect(ends).toMatch(/^[^,→]+, [^,→]+, [^,→]+, [^,→]+, \d+ more → [^,→]+$/);
    const [first] = picture.edges.flatMap(({ stubs }) => stubs).filter(({ end, edges: { length } }) => end === "source" && length > 1);
    expect(
      edgeNote(
        picture,
        picture.edges.filter(({ edge }) => first!.edges.includes(edge)),
        englishWords,
      )[0],
    ).toMatch(/^[^,→]+ → \d+ × cat$/);
    expect(shapes).toBe([...new Set(edges.map(({ edge }) => edge.label))].join(", "));
  });

  it("is not confused with a whole line, which is itself alone", async () => {
    const picture = await scene(fixtures.mlp());
    const index = new SceneIndex(picture);
    for (const edge of picture.edges) {
      const [from, to] = [edge.points!.at(-2)!, edge.points!.at(-1)!];
      expect(index.edgesAt((from.x + to.x) / 2, (from.y + to.y) / 2, 3)).toEqual([edge]);
    }
  });
});
