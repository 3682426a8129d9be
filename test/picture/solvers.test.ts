import { beforeAll, describe, expect, test } from "vitest";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { repeatedCalls } from "../../src/picture/model/arranging.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { turnText, type DisplayNode } from "../../src/picture/model/displayGraph.js";
import type { PictureModel } from "../../src/picture/model/pictureModel.js";
import { englishWords } from "../../src/picture/words.js";
import { collisions } from "./geometry.js";
import { linesToNowhere, modelsOf } from "./modelFile.js";
import { notFinite, sceneOf } from "./traced.js";

let models: ReadonlyMap<string, PictureModel>;
beforeAll(async () => {
  models = await modelsOf("support/models/solvers");
});

/** Boxes of the root, modules with the calls that they stand for, operations with how often they ran where that is more than once. */
function drawn(name: string, arrangement: Partial<Arrangement> = {}): string[] {
  const graph = buildDisplayGraph(models.get(name)!, { ...initialArrangement, depth: 1, ...arrangement });
  const text = ({ name: title, turn, calls }: DisplayNode) => (turn ? `${title} (${turnText(turn, englishWords)})` : calls! > 1 ? `${title} ${calls}×` : title);
  return graph.nodes
    .get("")!
    .content!.nodes.filter(({ kind, part }) => (kind === "module" || kind === "operation") && !part)
    .map(text);
}

describe("a loop of several calls a turn is drawn as one turn", () => {
  test("Runge and Kutta's methods of two and of four calls", () => {
    expect(drawn("rungeKutta2")).toEqual(["slope (4 × call 1 of 2)", "mul 4×", "add 4×", "slope (4 × call 2 of 2)", "add 4×", "mul 4×", "add 4×"]);
    const slopes = drawn("rungeKutta4").filter((each) => each.startsWith("slope"));
    expect(slopes).toEqual(["slope (4 × call 1 of 4)", "slope (4 × call 2 of 4)", "slope (4 × call 3 of 4)", "slope (4 × call 4 of 4)"]);
    const operations = drawn("rungeKutta4").filter((each) => !each.startsWith("slope"));
    expect(operations).toHaveLength(13);
    expect(operations.every((each) => each.endsWith(" 4×"))).toBe(true);
  });

  test("two modules by turns, with what runs between their calls", () => {
    expect(drawn("alternating")).toEqual(["mix (5 calls)", "norm (5 calls)", "relu 5×", "add 5×"]);
  });

  test("a loop within a loop", () => {
    expect(drawn("nested")).toEqual(["inner (12 calls)", "tanh 12×", "outer (4 calls)"]);
    expect(drawn("predictorCorrector")).toEqual(["slope (4 of 16 calls)", "mul 4×", "add 4×", "slope (12 of 16 calls)", "add 12×", "mul 12×", "add 12×"]);
  });

  test("a decoder of two cells, and a cell that is unrolled", () => {
    expect(drawn("decoder").filter((each) => each.endsWith("calls)"))).toEqual(["first (6 calls)", "second (6 calls)", "query (6 calls)", "head (6 calls)"]);
    expect(drawn("unrolled")).toEqual(["zeros", "cell (7 calls)", "head (7 calls)", "stack"]);
  });
});

describe("what is no loop", () => {
  test("is drawn call by call: three uses of one module, each for something of its own", () => {
    expect(drawn("triplet").filter((each) => each.startsWith("tower"))).toEqual(["tower (call 1 of 3)", "tower (call 2 of 3)", "tower (call 3 of 3)"]);
  });

  test("is any loop that the user unfolds", () => {
    const unfolded = drawn("rungeKutta4", { unfolded: new Set(["slope"]) });
    expect(unfolded.filter((each) => each.startsWith("slope"))).toHaveLength(16);
    expect(unfolded.filter((each) => !each.startsWith("slope"))).toHaveLength(4 * 13);
    expect(unfolded[0]).toBe("slope (call 1 of 16)");
  });

  test("the inspector can fold and unfold any module that a loop calls", () => {
    const model = models.get("alternating")!;
    const calls = ["mix", "norm"].map((path) => repeatedCalls(model, initialArrangement, path));
    expect(calls).toEqual([
      { count: 5, unfolded: false },
      { count: 5, unfolded: false },
    ]);
    expect(new Set(["mix", "norm"].map((path) => model.foldedOver(path))).size).toBe(1);
  });
});

describe("a folded loop", () => {
  const names = ["rungeKutta2", "rungeKutta4", "predictorCorrector", "alternating", "nested", "decoder", "unrolled", "triplet"];

  test.each(names)("of %s is drawn with all ends of its lines, in finite numbers, nothing over anything", async (name) => {
    for (const direction of ["down", "right"] as const) {
      for (const arrangement of [{}, { depth: "all" }, { depth: 1, unfolded: new Set(["slope", "norm", "inner", "first", "cell"]) }] as const) {
        const scene = await sceneOf(models.get(name)!, arrangement, direction);
        expect(linesToNowhere(scene)).toEqual([]);
        expect(notFinite(scene)).toEqual([]);
        expect(collisions(scene)).toEqual([]);
        expect(scene.isPlain).toBe(false);
      }
    }
  });

  test.each(names)("of %s leads on in the order in which its turn runs, and back to where it begins", async (name) => {
    const scene = await sceneOf(models.get(name)!, { depth: 1 });
    const flow = models.get(name)!.flow(false)!;
    const ranAt = new Map([...flow.calls]);
    for (const node of flow.containers.get("")!.nodes) if (node.kind === "operation") ranAt.set(node.id, node.step);
    for (const { edge, from, to, points } of scene.edges) {
      const [one, other] = [scene.byId.get(from)!, scene.byId.get(to)!];
      if (one.node.content || other.node.content || !points) continue;
      const isBack = (ranAt.get(from) ?? -1) >= (ranAt.get(to) ?? Infinity);
      expect(edge.isBack, `${from} > ${to}`).toBe(isBack);
      if (!isBack) expect(one.y + one.height, `${from} > ${to}`).toBeLessThanOrEqual(other.y);
    }
  });
});
