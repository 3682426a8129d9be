import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { border } from "../../src/picture/model/dataFlow.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { turnText, type DisplayGraph } from "../../src/picture/model/displayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { revealing, withUnfolded } from "../../src/picture/model/arranging.js";
import { englishWords } from "../../src/picture/words.js";
import * as fixtures from "./fixtures.js";
import { type Run, linear, moduleList, relu, sequential, snapshot, spec } from "./specs.js";
import { display, modules } from "./display.js";
import { traced } from "./traced.js";

const { nn } = torch;

describe("siblings that come again together", () => {
  const pairs = (count: number) => Array.from({ length: count }, () => [linear(8, 8), relu()]).flat();
  const shownIn = (graph: DisplayGraph, id = "") =>
    graph.nodes.get(id)!.content!.nodes.map(({ row, id: each }) => (row.kind === "single" ? each : `${each} ×${row.members.length}`));
  const edgesIn = (graph: DisplayGraph, id = "") =>
    graph.nodes.get(id)!.content!.edges.map(({ from, to, count }) => `${from} > ${to} ${count}`.replaceAll(border, "|"));
  const net = snapshot("net", sequential([linear(4, 8), relu(), ...pairs(5), linear(8, 2)]), { inputs: [[2, 4]] });

  it("fold to one turn, with the line from each turn to the next", () => {
    expect(shownIn(display(net))).toEqual(["0", "1", "2 ×5", "3 ×5", "12"]);
    expect(edgesIn(display(net))).toEqual(["| > 0 1", "0 > 1 1", "1 > 2 1", "2 > 3 5", "3 > 2 4", "3 > 12 1", "12 > | 1"]);
  });

  it("unfold, and are stepped through, together", () => {
    expect(shownIn(display(net, { unfolded: new Set(["2"]) }))).toHaveLength(13);
    const model = new PictureModel(net);
    expect(["4", "7"].map((path) => model.foldedOver(path))).toEqual(["2", "2"]);
    const arrangement = revealing(model, initialArrangement, "7");
    expect(shownIn(buildDisplayGraph(model, arrangement))).toEqual(["0", "1", "6 ×5", "7 ×5", "12"]);
  });

  it("fold to the shortest turn, and to rows of one where that takes in as many", () => {
    expect(shownIn(display(snapshot("net", sequential([...pairs(6)]), { inputs: [[2, 8]] })))).toEqual(["0 ×6", "1 ×6"]);
    expect(shownIn(display(snapshot("net", sequential(Array.from({ length: 6 }, () => linear(8, 8))), { inputs: [[2, 8]] })))).toEqual(["0 ×6"]);
    const threes = Array.from({ length: 3 }, () => [linear(8, 8), linear(8, 8), linear(8, 8), relu()]).flat();
    expect(shownIn(display(snapshot("net", sequential(threes), { inputs: [[2, 8]] })))).toEqual(["0 ×3", "1 ×3", "2 ×3", "3 ×3"]);
  });

  it("do not fold before they come for the third time", () => {
    expect(shownIn(display(snapshot("net", sequential(pairs(2)), { inputs: [[2, 8]] })))).toEqual(["0", "1", "2", "3"]);
  });

  it("tell one activation in every turn from many equal layers", () => {
    const shared = relu();
    const graph = display(snapshot("net", sequential(Array.from({ length: 4 }, () => [linear(8, 8), shared]).flat()), { inputs: [[2, 8]] }));
    expect(graph.nodes.get("")!.content!.nodes.map(({ row }) => row.kind)).toEqual(["repeated", "shared"]);
  });

  it("fold with what runs between them, in lists that are never called themselves too", () => {
    const each = () => moduleList([linear(8, 8), relu()]);
    const model = snapshot(
      "net",
      spec("Net", "", { layers: moduleList(Array.from({ length: 4 }, each)) }, (run, x) => {
        let y = x;
        for (let i = 0; i < 4; i++) {
          y = run.op("add", [y, run.call(`layers.${i}.0`, y)], [2, 8]);
          y = run.op("mul", [y, run.call(`layers.${i}.1`, y)], [2, 8]);
        }
        return y;
      }),
      { inputs: [[2, 8]] },
    );
    const graph = display(model);
    expect(shownIn(graph)).toEqual(["layers.0.0 ×4", "#add:0", "layers.0.1 ×4", "#mul:0"]);
    expect(edgesIn(graph)).toEqual([
      "| > layers.0.0 1",
      "| > #add:0 1",
      "layers.0.0 > #add:0 4",
      "#add:0 > layers.0.1 4",
      "#add:0 > #mul:0 4",
      "layers.0.1 > #mul:0 4",
      "#mul:0 > layers.0.0 3",
      "#mul:0 > #add:0 3",
      "#mul:0 > | 1",
    ]);
  });

  it("are declared once without a pass", () => {
    expect(edgesIn(display(snapshot("net", sequential(pairs(4)))))).toEqual(["0 > 1 4", "1 > 0 3"]);
  });

  const chain = (takes: (turn: number, made: readonly number[]) => number) =>
    snapshot(
      "net",
      spec("Net", "", { layers: moduleList(pairs(6)) }, (run, x) => {
        const made = [x];
        for (let turn = 0; turn < 6; turn++) made.push(run.call(`layers.${2 * turn + 1}`, run.call(`layers.${2 * turn}`, made[takes(turn, made)]!)));
        return made.at(-1)!;
      }),
      { inputs: [[2, 8]] },
    );

  it("do not fold over a turn that takes from elsewhere", () => {
    expect(shownIn(display(chain((turn) => turn)), "layers")).toEqual(["layers.0 ×6", "layers.1 ×6"]);
    expect(shownIn(display(chain(() => 0)), "layers")).toEqual(["layers.0 ×6", "layers.1 ×6"]);
    const cut = shownIn(display(chain((turn) => (turn === 4 ? 1 : turn))), "layers");
    expect(cut).toEqual(["layers.0 ×4", "layers.1 ×4", "layers.8", "layers.9", "layers.10", "layers.11"]);
  });

  it("do not fold over what is frozen, in another mode, or tied elsewhere", () => {
    const model = snapshot("net", sequential(pairs(8)), { inputs: [[2, 8]] });
    const frozen = new Set(model.root.children.slice(0, 8).flatMap(({ parameters }) => parameters.map(({ tensor }) => tensor)));
    expect(shownIn(display({ ...model, tensors: model.tensors.map((each) => ({ ...each, requiresGrad: !frozen.has(each.id) })) }))).toEqual([
      "0 ×4",
      "1 ×4",
      "8 ×4",
      "9 ×4",
    ]);
    const children = model.root.children.map((child, index) => ({ ...child, training: index >= 8 }));
    expect(shownIn(display({ ...model, root: { ...model.root, children } }))).toEqual(["0 ×4", "1 ×4", "8 ×4", "9 ×4"]);
    const [first, last] = [linear(8, 8), linear(8, 8)];
    const tied = sequential([first, relu(), ...pairs(4), last, relu()]);
    const table = first.parameters[0]![1];
    // eslint-disable-next-line @typescript-eslint/unbound-method -- a function of the specification that needs no `this`
    const own = spec("Linear", last.arguments, {}, last.forward, { weight: table, bias: last.parameters[1]![1] });
    expect(shownIn(display(snapshot("net", { ...tied, children: tied.children.map(([name, child]) => [name, child === last ? own : child]) }, {})))).toEqual([
      "0",
      "1",
      "2 ×4",
      "3 ×4",
      "10",
      "11",
    ]);
  });
});

describe("a module that is called more than once", () => {
  const edgesOf = (graph: DisplayGraph) => graph.nodes.get("")!.content!.edges.map(({ from, to, count }) => `${from} > ${to} ${count}`);

  it("has a box for each call", () => {
    const towers = snapshot(
      "siamese",
      spec("Siamese", "", { tower: sequential([linear(4, 4), relu()]) }, (run, x, y) => run.op("sub", [run.call("tower", x), run.call("tower", y)], [2, 4])),
      {
        inputs: [
          [2, 4],
          [3, 4],
        ],
      },
    );
    const graph = display(towers, { expanded: new Map([["tower@2", true]]) });
    expect(edgesOf(graph)).toContain("tower@2 > #sub:0 1");
    expect(graph.nodes.get("tower")).toMatchObject({ turn: { ordinal: 1, of: 2, sharesWeights: true }, outputShape: "2×4", parameters: 20 });
    expect(graph.nodes.get("tower@2")).toMatchObject({ turn: { ordinal: 2, of: 2 }, outputShape: "3×4", path: "tower", parameters: 0 });
    expect(graph.nodes.get("tower@2.0")).toMatchObject({ outputShape: "3×4", path: "tower.0", turn: null });
  });

  it("has one box where a loop calls it, with the line from each call to the next, until it is unfolded", () => {
    const graph = display(fixtures.unrolled(5));
    expect(graph.nodes.get("cell")!.turn).toEqual({ stands: 5, ordinal: 1, of: 5, boxes: 1, sharesWeights: true, modules: 1 });
    expect(edgesOf(graph)).toContain("cell > cell 4");
    const unfolded = display(fixtures.unrolled(5), { unfolded: new Set(["cell"]) });
    expect(modules(unfolded).filter((id) => /^cell(@\d)?$/.test(id))).toEqual(["cell", "cell@2", "cell@3", "cell@4", "cell@5"]);
    expect(edgesOf(unfolded)).toContain("cell@2 > cell@3 1");
  });

  it("fails in the call that failed alone", () => {
    const twice = snapshot(
      "twice",
      spec("Twice", "", { wrap: sequential([linear(4, 8)]) }, (run, x) => run.call("wrap", run.call("wrap", x))),
      { inputs: [[2, 4]] },
    );
    const graph = display(twice);
    expect(graph.nodes.get("wrap")).toMatchObject({ status: "ran", failure: null });
    expect(graph.nodes.get("wrap.0")).toMatchObject({ status: "ran", failure: null });
    expect(graph.nodes.get("wrap@2")).toMatchObject({ status: "failedInside", failure: null });
    expect(graph.nodes.get("wrap@2.0")!.failure).toMatchObject({ message: "mat1 and mat2 shapes cannot be multiplied (2x8 and 4x8)" });
    expect(graph.nodes.get("")).toMatchObject({ status: "failedInside", failure: null });
  });
});

describe("many modules in parallel", () => {
  const experts = (run: Run, x: number, take: (i: number, sum: number) => number) => {
    let sum = run.constant([32, 64]);
    for (let i = 0; i < 16; i++) sum = run.op("add", [sum, run.op("mul", [run.call(`experts.${i}`, take(i, sum)), run.call("gate", x)], [32, 64])], [32, 64]);
    return sum;
  };
  const mixture = (take: (run: Run, x: number, sum: number) => number) =>
    snapshot(
      "moe",
      spec("Mixture", "", { gate: linear(64, 64), experts: moduleList(Array.from({ length: 16 }, () => linear(64, 64))) }, (run, x) =>
        experts(run, x, (_, sum) => take(run, x, sum)),
      ),
      { inputs: [[32, 64]] },
    );
  const unfolded = { depth: 2, unfolded: new Set(["experts.0"]) };
  const operations = (graph: DisplayGraph) =>
    graph.nodes
      .get("")!
      .content!.nodes.filter(({ kind }) => kind === "operation")
      .map(({ id, detail }) => `${id} ${detail}`);

  it("are shown one by one without what a loop does with each", () => {
    const graph = display(
      mixture((run, x) => run.op("mul", [x, x], [32, 64])),
      unfolded,
    );
    expect(graph.nodes.get("experts")!.content!.nodes).toHaveLength(16);
    expect(operations(graph)).toEqual(["#mul:0 16×", "#mul:1 16×", "#add:0 16×"]);
  });

  it("are shown with it where one takes what came of another", () => {
    const graph = display(
      mixture((run, x, sum) => run.op("mul", [x, sum], [32, 64])),
      unfolded,
    );
    expect(operations(graph)).toHaveLength(48);
  });

  it("join their lines at the border where they run together outside", () => {
    const graph = display(fixtures.mixture(64), unfolded);
    const { edges } = graph.nodes.get("experts")!.content!;
    expect(new Set(edges.filter(({ to }) => to === border).map(({ toPort }) => toPort))).toEqual(
      new Set([graph.nodes.get("")!.content!.edges.find(({ from }) => from === "experts")!.fromPort]),
    );
  });
});

class Halves extends nn.Module {
  first = new nn.Linear(4, 4);
  override forward(x: torch.Tensor): torch.Tensor {
    return this.first(x).relu();
  }
}

/** Calls its members, then what they hold, from the last to the first, past the members themselves. */
class Backwards extends nn.Module {
  layers = new nn.ModuleList([0, 1, 2, 3].map(() => new Halves()));
  override forward(x: torch.Tensor): torch.Tensor {
    for (const layer of this.layers) x = layer(x);
    for (const layer of [...this.layers].reverse()) x = layer.first(x).tanh();
    return x;
  }
}

it("a box says for how many modules it stands where a loop calls another one's part in every turn", () => {
  const model = traced(new Backwards(), [2, 4]);
  const shown = (arrangement: Arrangement) =>
    [...buildDisplayGraph(model, arrangement).nodes.values()].flatMap(({ name, turn }) =>
      name.endsWith(".first") ? [turn && turnText(turn, englishWords)] : [],
    );
  expect(shown({ ...initialArrangement, depth: "all" })).toEqual(["× 4"]);
  expect(shown(withUnfolded(model, { ...initialArrangement, depth: "all" }, "layers.3.first", true)!)).toEqual([null, null, null, null]);
});

/** Does nothing where it drops nothing. */
class Drop extends nn.Module {
  constructor(readonly p: number) {
    super();
  }
  override forward(x: torch.Tensor): torch.Tensor {
    return this.p === 0 ? x : x.mul(torch.rand(x.sizes[0]!, 1).ge(this.p)).div(1 - this.p);
  }
}

class Dropping extends nn.Module {
  layers = new nn.Sequential(...[0, 0.1, 0.2, 0.3].map((p) => new nn.Sequential(new nn.Linear(4, 4), new Drop(p))));
  override forward(x: torch.Tensor): torch.Tensor {
    return this.layers(x);
  }
}

it("what ran otherwise than its siblings is no turn of theirs", () => {
  const graph = buildDisplayGraph(traced(new Dropping(), [2, 4]), { ...initialArrangement, depth: "all" });
  const rows = graph.nodes.get("layers")!.content!.nodes.map(({ row }) => row.members.map(({ path }) => path).join());
  expect(rows).toEqual(["layers.0", "layers.1,layers.2,layers.3"]);
});
