import { describe, expect, it, vi } from "vitest";
import * as torch from "../../src/engine/index.js";
import { elkInProcess } from "../../src/picture/layout/elkInProcess.js";
import { LayoutSolver } from "../../src/picture/layout/solver.js";
import { initialArrangement, type Arrangement } from "../../src/picture/model/arrangement.js";
import { buildDisplayGraph } from "../../src/picture/model/buildDisplayGraph.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import type { Direction } from "../../src/picture/geometry.js";
import { layoutScene, type Scene } from "../../src/picture/scene.js";
import { englishWords } from "../../src/picture/words.js";
import { estimateText } from "../../src/picture/text.js";
import { SceneFlow } from "../../src/picture/sceneFlow.js";
import { inspectHere } from "../inspect/inspector.js";
import { Dice } from "./generated.js";
import { collisions } from "./geometry.js";
import { countOfModels } from "./modelCount.js";

const { nn } = torch;
type Tensor = torch.Tensor;

/** Calls blocks and layers of its own, more than once too, and joins, cuts and writes to what they give, all as the dice fell when it was made. */
class RandomBlock extends nn.Module {
  parts = new nn.ModuleList();
  scale = new nn.Parameter(torch.ones(4));
  readonly #seed: number;

  constructor(dice: Dice, depth: number) {
    super();
    for (let count = 1 + Math.floor(dice.roll() * 4); count > 0; count--) {
      const kind = dice.roll();
      this.parts.append(depth > 0 && kind < 0.5 ? new RandomBlock(dice, depth - 1) : kind < 0.75 ? new nn.Linear(4, 4) : new nn.ReLU());
    }
    this.#seed = Math.floor(dice.roll() * 1e6);
  }

  override forward(x: Tensor, y: Tensor = x.mul(2)): Tensor {
    const dice = new Dice(this.#seed);
    const made = [x, y];
    const any = () => dice.pick(made);
    const actions: (() => Tensor)[] = [
      () => this.#call(dice.pick([...this.parts]), any(), any()),
      () => this.#call(dice.pick([...this.parts]), any(), any()),
      () => any().add(any()),
      () => any().mul(this.scale),
      () => torch.cat([any(), any()], 1).at(torch.slice(), torch.slice(0, 4)),
      () => any().reshape(-1).view(-1, 4),
      () => any().clone().add_(any()),
      () => {
        const written = any().clone();
        written.at(0).fill_(1);
        written.at(torch.slice(), torch.slice(0, 2)).copy_(any().at(torch.slice(), torch.slice(2, 4)));
        return written;
      },
      () => torch.cat(any().chunk(2, 1).reverse(), 1),
    ];
    for (let count = 2 + Math.floor(dice.roll() * 6); count > 0; count--) made.push(dice.pick(actions)());
    return made.at(-1)!.add(made.at(-2)!);
  }

  #call(part: torch.nn.Module, x: Tensor, y: Tensor): Tensor {
    if (part instanceof RandomBlock) return part(x, y === x ? x.add(1) : y);
    return (part as torch.nn.ReLU)(x);
  }
}

/** What tells one turn from the others, if anything does. */
const oddities = ["none", "none", "arguments", "frozen", "mode", "operation", "source"] as const;

/** Runs a few layers again and again; at one turn something may be odd. */
class RandomRepetition extends nn.Module {
  layers = new nn.ModuleList();
  readonly period: number;
  readonly turns: number;
  readonly oddity: (typeof oddities)[number];
  readonly odd: number;
  readonly #joins: boolean;

  constructor(dice: Dice) {
    super();
    const pattern = ["linear", ...Array.from({ length: Math.floor(dice.roll() * 3) }, () => dice.pick(["linear", "relu", "norm", "block"]))];
    this.period = pattern.length;
    this.turns = 3 + Math.floor(dice.roll() * 5);
    this.oddity = dice.pick(oddities);
    this.odd = 1 + Math.floor(dice.roll() * (this.turns - 1));
    this.#joins = dice.roll() < 0.5;
    for (let turn = 0; turn < this.turns; turn++) for (const kind of pattern) this.layers.append(this.#layer(kind));
    const odd = new nn.Linear(4, 4, { bias: this.oddity !== "arguments" });
    if (this.oddity === "frozen") odd.requiresGrad_(false);
    if (this.oddity === "mode") odd.eval();
    const layers = [...this.layers];
    this.layers = new nn.ModuleList(layers.map((layer, at) => (at === this.odd * this.period ? odd : layer)));
  }

  #layer(kind: string): torch.nn.Module {
    switch (kind) {
      case "linear":
        return new nn.Linear(4, 4);
      case "relu":
        return new nn.ReLU();
      case "norm":
        return new nn.LayerNorm(4);
      default:
        return new nn.Sequential(new nn.Linear(4, 4), new nn.ReLU());
    }
  }

  override forward(x: Tensor): Tensor {
    const first = x;
    [...this.layers].forEach((layer, at) => {
      const isOdd = Math.floor(at / this.period) === this.odd && at % this.period === 0;
      if (isOdd && this.oddity === "operation") x = x.neg();
      const from = isOdd && this.oddity === "source" ? first : x;
      const made = (layer as torch.nn.ReLU)(from);
      x = this.#joins ? x.add(made) : made;
    });
    return x;
  }
}

vi.setConfig({ testTimeout: 60_000 });

const inspection = inspectHere();
const solver = new LayoutSolver(elkInProcess());

function pictureModel(module: torch.nn.Module): PictureModel {
  inspection.setModels([{ name: "model", module, location: null }], { infer: false });
  inspection.forward({ model: "model", seed: 0, input: { kind: "stated", inputs: [{ shape: [3, 4], dtype: "float32", fill: "randn" }] } });
  return new PictureModel(inspection.snapshots()[0]!);
}

function scene(model: PictureModel, arrangement: Arrangement, direction: Direction, showBookkeeping = false): Promise<Scene> {
  const options = { direction, measure: estimateText, words: englishWords, deadline: performance.now() + 30_000, isCurrent: () => true };
  return layoutScene(buildDisplayGraph(model, arrangement, showBookkeeping), solver, options);
}

function everything(model: PictureModel): Arrangement {
  const rows = model.index.modules.flatMap((module) => model.rows(module));
  return {
    ...initialArrangement,
    depth: "all",
    unfolded: new Set([...rows.map(({ members }) => members[0]!.path), ...model.index.modules.map(({ path }) => path)]),
  };
}

/** What every operation takes, as the trace has it: the operation or closed box that made it, or what kind of value it is. */
function takenInTrace(model: PictureModel, { byId }: Scene): Map<string, string[]> {
  const trace = model.snapshot.trace!;
  const flow = model.flow(true)!;
  const drawnAt = (step: number): string => {
    let outermost = flow.nodeOf(step);
    for (let each = trace.steps[step]!.parent; each !== null; each = trace.steps[each]!.parent)
      if (byId.get(flow.nodeOf(each))?.node.content === null) outermost = flow.nodeOf(each);
    return outermost;
  };
  const taken = new Map<string, string[]>();
  trace.steps.forEach((step, id) => {
    if (step.kind !== "operation" || !byId.has(flow.nodeOf(id))) return;
    const sources = step.inputs
      .map(({ value }) => trace.values[value]!.source)
      .map((source) => (source.kind === "step" ? drawnAt(source.step) : source.kind === "tensor" ? "parameter" : source.kind));
    taken.set(flow.nodeOf(id), [...new Set(sources)].sort());
  });
  return taken;
}

/** The same as the picture's lines lead to it. */
function takenInPicture(scene: Scene, nodes: Iterable<string>): Map<string, string[]> {
  const flow = new SceneFlow(scene);
  const name = (id: string) => {
    const { kind } = scene.byId.get(id)!.node;
    return kind === "module" || kind === "operation" ? id : kind;
  };
  return new Map([...nodes].map((node) => [node, [...new Set(flow.next(node, "upstream").map(name))].sort()]));
}

describe.each(Array.from({ length: countOfModels(12).count }, (_, seed) => seed))("a random model (%i)", (seed) => {
  it("is drawn with exactly the flow of its forward pass", async () => {
    const model = pictureModel(new RandomBlock(new Dice(seed), 2));
    const picture = await scene(model, everything(model), "down", true);
    const inTrace = takenInTrace(model, picture);
    expect(takenInPicture(picture, inTrace.keys())).toEqual(inTrace);
  });

  it("has boxes, lines and labels apart, however it is opened", async () => {
    const model = pictureModel(new RandomBlock(new Dice(seed), 2));
    for (const arrangement of [initialArrangement, { ...initialArrangement, depth: 1 }, everything(model)]) {
      for (const direction of ["down", "right"] as const) expect(collisions(await scene(model, arrangement, direction))).toEqual([]);
    }
  });
});

describe.each(Array.from({ length: 60 }, (_, seed) => seed))("random repetition (%i)", (seed) => {
  const module = new RandomRepetition(new Dice(seed));
  const model = pictureModel(module);
  const rows = model.rows(model.index.module("layers")!);

  it("folds whole, but for what is odd", () => {
    expect(rows.flatMap(({ members }) => members)).toHaveLength(module.period * module.turns);
    if (module.oddity === "none") return expect(rows.map(({ kind }) => kind)).not.toContain("single");
    const odd = `layers.${module.odd * module.period}`;
    const row = rows.find(({ members }) => members.some(({ path }) => path === odd))!;
    // What the pass came to in another way can be the first of those that it went on to in one way.
    if (module.oddity === "operation" || module.oddity === "source") expect(row.members[0]!.path).toBe(odd);
    else expect(row.kind).toBe("single");
  });

  it("folds in every turn what does the same and takes it from the same places", () => {
    const trace = model.snapshot.trace!;
    const calls = [...module.layers].map((_, at) => trace.steps.findIndex((step) => step.kind === "module" && step.path === `layers.${at}`));
    /** By layer: the layers, or the box outside, that what it takes comes from. */
    const takes = calls.map((call) =>
      trace.steps[call]!.inputs.map(({ value }) => {
        const { source } = trace.values[value]!;
        return source.kind === "step" ? source.step : -1;
      }),
    );
    for (const { members } of rows) {
      const places = members.map(({ name }) => Number(name));
      expect(new Set(members.map(({ structure, training }) => `${structure} ${training}`)).size).toBe(1);
      const strides = places.slice(1).map((at, turn) => takes[at]!.map((source, operand) => source - takes[places[turn]!]![operand]!));
      // The first stride leads from what was there before the turns into them.
      expect(new Set(strides.slice(1).map(String)).size).toBeLessThanOrEqual(1);
    }
  });

  it("keeps every line of the flow, as often as it was seen, but for those between the members of one row", () => {
    const graph = buildDisplayGraph(model, { ...initialArrangement, depth: 2 });
    // Where something runs between its members, the list that holds them is not drawn.
    for (const id of ["", "layers"].filter((each) => model.flow(false)!.containers.has(each))) {
      const seen = model
        .flow(false)!
        .containers.get(id)!
        .edges.filter(({ from, to }) => !rows.some(({ members }) => [from, to].every((end) => members.some(({ path }) => path === end))));
      expect(graph.nodes.get(id)!.content!.edges.reduce((sum, { count }) => sum + count, 0)).toBe(seen.length);
    }
  });

  it("has boxes, lines and labels apart", async () => {
    for (const direction of ["down", "right"] as const) expect(collisions(await scene(model, { ...initialArrangement, depth: "all" }, direction))).toEqual([]);
  });
});
