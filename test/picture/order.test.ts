import { describe, expect, it, vi } from "vitest";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import type { Direction } from "../../src/picture/geometry.js";
import { elkInProcess } from "../../src/picture/layout/elkInProcess.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { layoutScene, type Scene } from "../../src/picture/scene.js";
import { englishWords } from "../../src/picture/words.js";
import { estimateText } from "../../src/picture/text.js";
import * as fixtures from "./fixtures.js";
import { linear, moduleList, relu, sequential, snapshot, spec } from "./specs.js";
import { collisions } from "./geometry.js";

vi.setConfig({ testTimeout: 60_000 });

const shape = [2, 8];

/** Takes what its encoder needs first, and gives it to its decoder last. */
function encoderDecoder(): ModelSnapshot {
  const parts = {
    encoder: sequential([linear(8, 8), relu(), linear(8, 8)]),
    place: linear(8, 8),
    decoder: spec("Decoder", "", { fc: linear(8, 8) }, (run, x, memory) => run.op("add", [run.call("fc", x), memory], shape)),
  };
  return snapshot(
    "translator",
    spec("Translator", "", parts, (run, source, target) => {
      const memory = run.call("encoder", source);
      return run.call("decoder", run.call("place", target), memory);
    }),
    { inputs: [shape, shape], inputLabels: ["source", "target"] },
  );
}

/** Declares a, b, c; runs and joins them the other way round. */
function branches(): ModelSnapshot {
  return snapshot(
    "branches",
    spec("Branches", "", { a: linear(8, 8), b: linear(8, 8), c: linear(8, 8) }, (run, x) =>
      run.op(
        "cat",
        ["c", "b", "a"].map((name) => run.call(name, x)),
        [2, 24],
      ),
    ),
    { inputs: [shape] },
  );
}

/** Each input goes to the branch at the other side. */
function crossed(): ModelSnapshot {
  return snapshot(
    "crossed",
    spec("Crossed", "", { a: linear(8, 8), b: linear(8, 8), c: linear(8, 8) }, (run, x, y, z) =>
      run.op("cat", [run.call("a", z), run.call("b", y), run.call("c", x)], [2, 24]),
    ),
    { inputs: [shape, shape, shape], inputLabels: ["x", "y", "z"] },
  );
}

/** More inputs than are told apart, all to each of a few equal blocks, in an order of their own. */
function manyInputs(count: number): ModelSnapshot {
  const block = () =>
    spec("Block", "", { fc: linear(8, 8) }, (run, x, ...others) =>
      run.call(
        "fc",
        others.reduce((sum, other) => run.op("add", [sum, other], shape), x),
      ),
    );
  const root = spec("Many", "", { blocks: moduleList([block(), block(), block()]) }, (run, x, ...others) =>
    ["blocks.0", "blocks.1", "blocks.2"].reduce((made, name) => run.call(name, made, ...[...others].reverse()), x),
  );
  return snapshot("many", root, { inputs: Array.from({ length: count }, () => shape), inputLabels: Array.from({ length: count }, (_, i) => `in${i}`) });
}

/** Gives what its heads make in another order than that in which they ran. */
function manyOutputs(): ModelSnapshot {
  const heads = { a: linear(8, 2), b: linear(8, 3), c: linear(8, 4) };
  return snapshot(
    "heads",
    spec("Heads", "", { stem: linear(8, 8), ...heads }, (run, x) => {
      const made = run.call("stem", x);
      const [a, b, c] = Object.keys(heads).map((name) => run.call(name, made));
      return [c!, a!, b!];
    }),
    { inputs: [shape] },
  );
}

const solver = new LayoutSolver(elkInProcess());

function scene(model: ModelSnapshot, direction: Direction, arrangement: Partial<Arrangement>): Promise<Scene> {
  const graph = buildDisplayGraph(new PictureModel(model), { ...initialArrangement, ...arrangement });
  return layoutScene(graph, solver, { direction, measure: estimateText, words: englishWords, deadline: performance.now() + 30_000, isCurrent: () => true });
}

/** Pairs of boxes side by side, of modules or of what the model takes or gives, of which the later stands first: within a row of a grid too. */
function outOfOrder({ direction, boxes, parents }: Scene): string[] {
  const [along, across, thickness] = direction === "down" ? (["x", "y", "height"] as const) : (["y", "x", "width"] as const);
  return boxes.flatMap((first, place) =>
    boxes.slice(place + 1).flatMap((later) => {
      const areSiblings = parents.get(first.node.id) === parents.get(later.node.id) && first.node.kind === later.node.kind;
      const areSideBySide = first[across] < later[across] + later[thickness] && later[across] < first[across] + first[thickness];
      const keepsOrder = ["module", "input", "output"].includes(first.node.kind);
      return areSiblings && areSideBySide && keepsOrder && first[along] > later[along] ? [`${later.node.id} before ${first.node.id}`] : [];
    }),
  );
}

const models: [string, ModelSnapshot, Partial<Arrangement>][] = [
  ["an encoder and a decoder", encoderDecoder(), {}],
  ["an encoder and a decoder, closed", encoderDecoder(), { depth: 0 }],
  ["branches", branches(), {}],
  ["branches that cross", crossed(), {}],
  ["branches that cross, closed", crossed(), { depth: 0 }],
  ["a few inputs of folded blocks", manyInputs(4), {}],
  ["many inputs of folded blocks", manyInputs(12), {}],
  ["many inputs of blocks that are open", manyInputs(12), { depth: "all", unfolded: new Set(["blocks.0"]) }],
  ["many outputs", manyOutputs(), {}],
  ["many experts", fixtures.mixture(16), { unfolded: new Set(["experts.0"]) }],
  ["a dense block", fixtures.dense(), { depth: "all" }],
  ["a U-Net", fixtures.unet(), { depth: "all" }],
  ["a long chain with a mask", fixtures.gpt({ blocks: 30 }), { depth: 2, unfolded: new Set(["h.0"]) }],
];

describe.each(["down", "right"] as const)("a picture that flows %s", (direction) => {
  it.each(models)("keeps the order of declaration, and lines clear of boxes: %s", async (_, model, arrangement) => {
    const picture = await scene(model, direction, arrangement);
    expect(picture.isPlain).toBe(false);
    expect(outOfOrder(picture)).toEqual([]);
    expect(collisions(picture)).toEqual([]);
  });

  it("has inputs and outputs in the order of forward's parameters and results", async () => {
    const along = direction === "down" ? "x" : "y";
    const named = (picture: Scene, kind: "input" | "output") =>
      picture.boxes
        .filter(({ node }) => node.kind === kind)
        .sort((a, b) => a[along] - b[along])
        .map(({ node }) => node.name);
    for (const arrangement of [{}, { depth: 0 }]) {
      expect(named(await scene(encoderDecoder(), direction, arrangement), "input")).toEqual(["source", "target"]);
      expect(named(await scene(crossed(), direction, arrangement), "input")).toEqual(["x", "y", "z"]);
      const outputs = await scene(manyOutputs(), direction, arrangement);
      expect(
        outputs.boxes
          .filter(({ node }) => node.kind === "output")
          .sort((a, b) => a[along] - b[along])
          .map(({ node }) => node.outputShape),
      ).toEqual(["2×4", "2×2", "2×3"]);
    }
  });

  it("has the branches of one source in order of declaration", async () => {
    const picture = await scene(branches(), direction, {});
    const [a, b, c] = ["a", "b", "c"].map((id) => (direction === "down" ? picture.byId.get(id)!.x : picture.byId.get(id)!.y));
    expect([a! < b!, b! < c!]).toEqual([true, true]);
  });
});
