/** Models of all kinds that a seed fixes: what people write in forward, put together as the dice fall. */
import * as torch from "../../src/engine/index.js";
import { PictureModel } from "../../src/picture/model/pictureModel.js";
import { inspectHere } from "../inspect/inspector.js";

const { nn } = torch;
const F = nn.functional;
type Tensor = torch.Tensor;

/** Numbers in [0, 1) that a seed fixes. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 7919 + 1;
  }

  roll(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** Whole, from `low` up to and with `high`. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.roll() * (high - low + 1));
  }

  chance(share: number): boolean {
    return this.roll() < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.roll() * from.length)]!;
  }
}

/** Every tensor that goes from one part of a generated model to another has these sizes: so any part can take what any other gives. */
export const [rows, features] = [3, 4];

/** What a part of a model does when it runs: it makes one tensor of those that there are. */
export type Action = (made: readonly Tensor[], self: Block) => Tensor;

/** In what form a module takes its second operand, and gives its results. */
const forms = ["plain", "plain", "list", "object", "nested", "map"] as const;
type Form = (typeof forms)[number];

function formed(form: Form, first: Tensor, second: Tensor): unknown {
  switch (form) {
    case "plain":
      return first;
    case "list":
      return [first, second];
    case "object":
      return { hidden: first, state: second };
    case "nested":
      return { all: [first, { deep: second }] };
    case "map":
      return new Map([
        ["a", first],
        ["b", second],
      ]);
  }
}

/** The tensors in what a module gives. */
function tensorsIn(value: unknown): Tensor[] {
  if (value instanceof torch.Tensor) return [value];
  if (value instanceof Map) return [...value.values()].flatMap(tensorsIn);
  if (Array.isArray(value)) return value.flatMap(tensorsIn);
  return value !== null && typeof value === "object" ? Object.values(value).flatMap(tensorsIn) : [];
}

/** A cell of a recurrent net, written by hand: gates are parts of one product. */
class GatedCell extends nn.Module {
  gates = new nn.Linear(2 * features, 3 * features);

  override forward(x: Tensor, state: Tensor): Tensor {
    const [a, b, c] = this.gates(torch.cat([x, state], 1)).chunk(3, 1) as [Tensor, Tensor, Tensor];
    return state.mul(a.sigmoid()).add(b.sigmoid().mul(c.tanh()));
  }
}

/** Calls itself. */
class Recursive extends nn.Module {
  step = new nn.Linear(features, features);

  override forward(x: Tensor, times: number): Tensor {
    return times === 0 ? x : (this as (x: Tensor, times: number) => Tensor)(this.step(x).add(x), times - 1);
  }
}

/** Its projection is never called: its parameters are taken from it. */
class Borrowing extends nn.Module {
  projection = new nn.Linear(features, features);
  inner = new nn.Sequential(new nn.Linear(features, features), new nn.ReLU());

  override forward(x: Tensor): Tensor {
    return F.linear(x, this.projection.weight, this.projection.bias).mul(this.inner[0].bias);
  }
}

/** Counts, and keeps what it was last given. */
class Stateful extends nn.Module {
  constructor() {
    super();
    this.registerBuffer("seen", torch.zeros(features));
    this.registerBuffer("average", torch.zeros(rows, features));
  }

  override forward(x: Tensor): Tensor {
    const [seen, average] = [this.getBuffer("seen"), this.getBuffer("average")];
    seen.add_(x.sum(0));
    average.mul_(0.9).add_(x.mul(0.1));
    return x.sub(average).div(seen.abs().add(1));
  }
}

/** Hands out what an inner layer gave, beside its own result, and keeps it for others. */
class Tapped extends nn.Module {
  inner = new nn.Sequential(new nn.Linear(features, features), new nn.Tanh(), new nn.Linear(features, features));
  kept: { tensor: Tensor } | null = null;

  override forward(x: Tensor): Tensor[] {
    const hidden = this.inner[0](x);
    this.kept = { tensor: this.inner[1](hidden) };
    return [hidden, this.inner[2](this.kept.tensor), x];
  }
}

/** A leaf or a little known composition of layers, and how it is called. */
export interface Layer {
  readonly module: torch.nn.Module;
  readonly call: (x: Tensor, y: Tensor) => Tensor;
}

export function layer<M extends torch.nn.Module>(module: M, call: (module: M, x: Tensor, y: Tensor) => Tensor): Layer {
  return { module, call: (x, y) => call(module, x, y) };
}

export function plain(module: torch.nn.Module): Layer {
  return layer(module, (each, x) => (each as torch.nn.ReLU)(x));
}

const recursive = (times: number) => layer(new Recursive(), (module, x) => module(x, times));
const stateOf = (which: 0 | 1) => layer(new nn.LSTM(features, features), (module, x) => module(x)[1][which].expand(rows, features).contiguous());
const tapped = (result: number) => layer(new Tapped(), (module, x) => module(x)[result]!);

const layers: readonly ((dice: Dice) => Layer)[] = [
  () => plain(new nn.Linear(features, features)),
  () => plain(new nn.Linear(features, features)),
  (dice) => plain(new nn.Linear(features, features, { bias: dice.chance(0.5) })),
  () => plain(new nn.ReLU()),
  (dice) => plain(new nn.ReLU(dice.chance(0.5))),
  () => plain(new nn.LayerNorm(features)),
  () => plain(new nn.BatchNorm1d(features)),
  () => plain(new nn.Dropout(0.5).eval()),
  () => plain(new nn.Identity()),
  () => plain(new nn.Sequential(new nn.Linear(features, 6), new nn.ReLU(), new nn.Linear(6, features))),
  (dice) => plain(new nn.Sequential(...Array.from({ length: dice.whole(2, 6) }, () => new nn.Linear(features, features)))),
  () => plain(new nn.Sequential()),
  () => plain(new Borrowing()),
  () => plain(new Stateful()),
  (dice) => recursive(dice.whole(1, 3)),
  () => layer(new GatedCell(), (module, x, y) => module(x, y)),
  () => layer(new nn.GRUCell(features, features), (module, x, y) => module(x, y)),
  () => layer(new nn.LSTM(features, features), (module, x) => module(x)[0]),
  (dice) => stateOf(dice.chance(0.5) ? 0 : 1),
  () => layer(new nn.Bilinear(features, features, features), (module, x, y) => module(x, y)),
  () => layer(new nn.MultiheadAttention(features, 2), (module, x, y) => module(x, y, y)[0]),
  () => layer(new nn.Embedding(5, features), (module, x) => module(x.argmax(1)).add(x)),
  (dice) => tapped(dice.whole(0, 2)),
  () =>
    layer(new Tapped(), (module, x) => {
      const [, result] = module(x);
      return result!.mul(module.kept!.tensor);
    }),
];

/** What forward does without a module. */
const operations: readonly ((dice: Dice) => Action)[] = [
  (dice) => pair(dice, (x, y) => x.add(y)),
  (dice) => pair(dice, (x, y) => x.add(y)),
  (dice) => pair(dice, (x, y) => x.sub(y)),
  (dice) => pair(dice, (x, y) => x.div(y.abs().add(1))),
  (dice) => pair(dice, (x, y) => torch.where(x.gt(y), x, y)),
  (dice) => pair(dice, (x, y) => x.matmul(y.transpose(0, 1)).softmax(-1).matmul(y)),
  (dice) => pair(dice, (x, y) => torch.cat([y, x, y], 1).at(torch.slice(), torch.slice(2, 6))),
  (dice) => pair(dice, (x, y) => torch.stack([x, y]).unbind(0)[1]!),
  (dice) => pair(dice, (x, y) => torch.stack([x, y, x]).mean(0)),
  (dice) => pair(dice, (x, y) => x.mul(y.sum())),
  (dice) => pair(dice, (x) => x.reshape(-1).view(rows, features)),
  (dice) => pair(dice, (x) => x.unsqueeze(0).transpose(1, 2).contiguous().squeeze(0).t()),
  (dice) => pair(dice, (x) => x.detach().clone()),
  (dice) => pair(dice, (x) => x.mul(torch.arange(features)).add(torch.ones(rows, features))),
  (dice) => pair(dice, (x) => torch.cat(x.chunk(2, 1).toReversed(), 1)),
  (dice) => pair(dice, (x, y) => torch.cat([x.chunk(2, 1)[0]!, y.chunk(2, 1)[1]!], 1)),
  (dice) => pair(dice, (x) => torch.cat(x.split([1, 3], 1).toReversed(), 1)),
  (dice) => pair(dice, (x, y) => torch.cat([x.narrow(1, 0, 1), y.at(torch.slice(), torch.slice(1, 3)), x.select(1, 3).unsqueeze(1)], 1)),
  (dice) => pair(dice, (x) => torch.stack(x.unbind(0).map((row) => row.mul(2)))),
  (dice) => pair(dice, (x, y) => x.clone().add_(y)),
  (dice) => pair(dice, (x, y) => x.clone().mul_(y).relu_().add_(x)),
  (dice) =>
    pair(dice, (x, y) => {
      const written = x.clone();
      written.at(0).fill_(1);
      written.at(torch.slice(), torch.slice(0, 2)).copy_(y.at(torch.slice(), torch.slice(2, 4)));
      return written;
    }),
  (dice) =>
    pair(dice, (x, y) => {
      const held = torch.zeros(rows, features);
      for (let row = 0; row < rows; row++) held.at(row).copy_(x.at(row).add(y.at(rows - 1 - row)));
      return held;
    }),
  (dice) =>
    pair(dice, (x, y) => {
      const half = x.clone();
      const view = half.at(torch.slice(), torch.slice(0, 2));
      half.add_(y);
      return torch.cat([view, y.at(torch.slice(), torch.slice(2, 4))], 1);
    }),
];

export function pair(dice: Dice, of: (x: Tensor, y: Tensor) => Tensor): Action {
  const [first, second] = [dice.roll(), dice.roll()];
  return (made) => of(among(made, first), among(made, second));
}

/** A place among so many that there are at the time, the last ones more often. */
function among(made: readonly Tensor[], at: number): Tensor {
  return made[Math.floor(Math.sqrt(at) * made.length)]!;
}

/** What models are made of. */
export interface Repertoire {
  readonly layers: readonly ((dice: Dice) => Layer)[];
  readonly operations: readonly ((dice: Dice) => Action)[];
  readonly failures: readonly ((block: Block) => Action)[];
  /** What else is done to a block, with what it holds, when it is made. */
  readonly change?: (block: Block, own: readonly Layer[], dice: Dice) => void;
  /** What the whole model is given, and what it gives. */
  readonly around?: (block: Block, dice: Dice) => torch.nn.Module;
}

/** Holds blocks and layers under names, in lists, in dictionaries and in plain arrays, and calls them as it was made to. */
export class Block extends nn.Module {
  readonly form: Form;
  readonly #actions: Action[] = [];
  readonly #results: readonly [number, number];

  constructor(
    dice: Dice,
    depth: number,
    around: readonly Layer[],
    failsAt: { left: number },
    readonly kinds: Repertoire,
  ) {
    super();
    const { layers, failures } = kinds;
    this.form = dice.pick(forms);
    this.#results = [dice.roll(), dice.roll()];
    const own: Layer[] = [];
    const hold = this.#holders(dice);
    for (let count = dice.whole(1, 4); count > 0; count--) {
      const made = depth > 0 && dice.chance(0.45) ? blockLayer(new Block(dice, depth - 1, [...around, ...own], failsAt, kinds), dice) : dice.pick(layers)(dice);
      hold(made.module);
      own.push(made);
    }
    if (dice.chance(0.2)) this.registerModule("again", own[0]!.module);
    if (dice.chance(0.2)) this.registerModule("never", dice.pick(layers)(dice).module);
    if (dice.chance(0.2)) tie(own);
    for (let count = dice.whole(1, 7); count > 0; count--) this.#actions.push(this.#action(dice, own, around));
    if (failsAt.left-- === 0) this.#actions.splice(dice.whole(0, this.#actions.length), 0, dice.pick(failures)(this));
    kinds.change?.(this, own, dice);
  }

  /** How it keeps what it is made of. */
  #holders(dice: Dice): (module: torch.nn.Module) => void {
    const storage = dice.pick(["names", "names", "list", "dictionary", "sequence"]);
    let count = 0;
    switch (storage) {
      case "names":
        return (module) => this.registerModule(`part${count++}`, module);
      case "list": {
        const list = new nn.ModuleList();
        this.registerModule("parts", list);
        return (module) => list.append(module);
      }
      case "dictionary": {
        const dictionary = new nn.ModuleDict<torch.nn.Module>();
        this.registerModule("table", dictionary);
        return (module) => dictionary.update({ [`key${count++}`]: module });
      }
      default: {
        // Its members are called one by one: it is no more than a list.
        const sequence = new nn.Sequential();
        this.registerModule("stages", sequence);
        return (module) => sequence.registerModule(String(count++), module);
      }
    }
  }

  #action(dice: Dice, own: readonly Layer[], around: readonly Layer[]): Action {
    const kind = dice.roll();
    const called = dice.pick(own);
    const [first, second] = [dice.roll(), dice.roll()];
    if (kind < 0.4) return (made) => called.call(among(made, first), among(made, second));
    if (kind < 0.45 && around.length > 0) {
      const elsewhere = dice.pick(around);
      return (made) => elsewhere.call(among(made, first), among(made, second));
    }
    if (kind < 0.55) return loop(dice, own);
    if (kind < 0.6) {
      this.registerParameter("scale", new nn.Parameter(torch.ones(features)));
      return (made, self) => among(made, first).mul(self.getParameter("scale"));
    }
    return dice.pick(this.kinds.operations)(dice);
  }

  override forward(x: Tensor, other: unknown = x): unknown {
    const made = [x, ...tensorsIn(other)];
    for (const action of this.#actions) made.push(action(made, this));
    const [first, second] = this.#results;
    return formed(this.form, made.at(-1)!, second < 0.7 ? among(made, first) : made[0]!);
  }
}

function blockLayer(block: Block, dice: Dice): Layer {
  const [form, place] = [dice.pick(forms), dice.roll()];
  return layer(block, (module, x, y) => {
    const results = tensorsIn(module(x, form === "plain" ? y : formed(form, x, y)));
    return results.length > 1 && place < 0.3 ? results[0]!.add(results[1]!) : results[place < 0.6 ? 0 : results.length - 1]!;
  });
}

/** Two layers of the same sizes have one weight. */
function tie(own: readonly Layer[]): void {
  const linears = own
    .flatMap(({ module }) => [...module.modules()])
    .filter((module) => module instanceof nn.Linear && module.inFeatures === module.outFeatures && module.weight instanceof nn.Parameter);
  const [one, other] = linears as torch.nn.Linear[];
  if (one && other) other.weight = one.weight;
}

/** What is called turn for turn. */
function loop(dice: Dice, own: readonly Layer[]): Action {
  const turns = dice.whole(2, 7);
  const [first, second] = [dice.roll(), dice.roll()];
  const [called, other] = [dice.pick(own), dice.pick(own)];
  const kind = dice.whole(0, 4);
  return (made) => {
    let [x, y] = [among(made, first), among(made, second)];
    switch (kind) {
      case 0:
        for (let turn = 0; turn < turns; turn++) x = called.call(x, y);
        return x;
      case 1:
        for (let turn = 0; turn < turns; turn++) x = x.add(called.call(x, y).mul(0.5));
        return x;
      case 2:
        for (let turn = 0; turn < turns; turn++) [x, y] = [called.call(x, y), other.call(y, x)];
        return x.sub(y);
      case 3: {
        for (let turn = 0; turn < turns; turn++) {
          const k1 = called.call(x, y);
          const k2 = called.call(x.add(k1.mul(0.5)), y);
          x = x.add(k1.add(k2).mul(0.1));
        }
        return x;
      }
      default: {
        const outputs = own.map((each) => each.call(x, y));
        return torch.stack(outputs).mean(0);
      }
    }
  };
}

const failures: readonly ((block: Block) => Action)[] = [
  () => (made) => made.at(-1)!.matmul(torch.ones(5, 5)),
  () => (made) => torch.cat([made.at(-1)!, torch.ones(2, 2, 2)], 1),
  () => () => {
    throw new Error("not today");
  },
  (block) => {
    const wrong = new nn.Linear(5, 4);
    block.registerModule("wrong", wrong);
    return (made) => wrong(made.at(-1)!);
  },
  (block) => {
    const wrong = new nn.Sequential(new nn.Linear(4, 4), new nn.Linear(6, 4), new nn.ReLU());
    block.registerModule("wrong", wrong);
    return (made) => wrong(made.at(-1)!);
  },
];

/** What people write every day. */
export const common: Repertoire = { layers, operations, failures };

/** Steps of a pass that are enough to look at. */
const mostSteps = 150;

/** One that a seed fixes, after the pass that its code ran; in every fifth one something in it fails. */
export function generated(seed: number, kinds = common): PictureModel {
  for (let depth = new Dice(seed).whole(0, 3); ; depth--) {
    const model = nested(seed, depth, kinds);
    if (depth === 0 || (model.snapshot.trace?.steps.length ?? 0) <= mostSteps) return model;
  }
}

function nested(seed: number, depth: number, kinds: Repertoire): PictureModel {
  const dice = new Dice(seed + 0.5);
  const inspection = inspectHere();
  torch.manualSeed(seed);
  const module = new Block(dice, depth, [], { left: dice.chance(0.2) ? dice.whole(0, 3) : -1 }, kinds);
  const whole = kinds.around?.(module, dice) ?? module;
  const inputs = Array.from({ length: 3 }, () => torch.randn(rows, features));
  try {
    if (whole !== module) (whole as Block)(...(inputs as [Tensor]));
    else if (dice.chance(0.3)) module(inputs[0]!);
    else module(inputs[0]!, formed(dice.pick(forms), inputs[1]!, inputs[2]!));
  } catch {
    // It is in the picture.
  }
  inspection.setModels([{ name: "model", module: whole, location: null }], { infer: false });
  return new PictureModel(inspection.snapshots()[0]!);
}
