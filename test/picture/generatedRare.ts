/** What people write now and then, for generated models: recursion through one another, hooks, values without elements or axes, names that are long or Chinese, and models that are given nothing. */
import * as torch from "../../src/engine/index.js";
import { Block, common, type Dice, features, layer, type Layer, pair, plain, type Repertoire, rows } from "./generated.js";

const { nn } = torch;
const F = nn.functional;
type Tensor = torch.Tensor;

/** Calls another that calls it again. */
class There extends nn.Module {
  step = new nn.Linear(features, features);
  back: Back | null = null;

  override forward(x: Tensor, times: number): Tensor {
    return times === 0 ? x : this.back!(this.step(x), times - 1);
  }
}

class Back extends nn.Module {
  readonly #there: There;

  constructor(there: There) {
    super();
    this.#there = there;
  }

  override forward(x: Tensor, times: number): Tensor {
    return this.#there(x.tanh(), times).add(x);
  }
}

/** Calls itself twice. */
class Tree extends nn.Module {
  leaf = new nn.Linear(features, features);

  override forward(x: Tensor, depth: number): Tensor {
    if (depth === 0) return this.leaf(x);
    const self = this as (x: Tensor, depth: number) => Tensor;
    return self(x, depth - 1).sub(self(x.relu(), depth - 1));
  }
}

/** Gives what it draws, and has no parameters. */
class Noise extends nn.Module {
  override forward(scale?: Tensor): Tensor {
    const drawn = torch.randn(rows, features);
    return scale ? drawn.mul(scale.std()) : drawn;
  }
}

/** Gives one number. */
class Score extends nn.Module {
  head = new nn.Linear(features, 1);

  override forward(x: Tensor): Tensor {
    return this.head(x).mean();
  }
}

/** Gives nothing but sizes. */
class Cut extends nn.Module {
  norm = new nn.LayerNorm(features);

  override forward(x: Tensor): Tensor {
    return this.norm(x.narrow(0, 0, 0));
  }
}

class Weighted extends nn.Module {
  linear = new nn.Linear(features, features);

  override forward(x: Tensor, { gate, factor = 1 }: { gate?: Tensor; factor?: number } = {}): Tensor {
    const y = this.linear(x).mul(factor);
    return gate ? y.mul(gate.sigmoid()) : y;
  }
}

/** Writes over what it is given. */
class Writing extends nn.Module {
  override forward(x: Tensor): Tensor {
    return x.mul_(0.5).add_(1);
  }
}

/** Its buffer is another after every pass. */
class Moving extends nn.Module {
  declare mean: Tensor;

  constructor() {
    super();
    this.registerBuffer("mean", torch.zeros(features));
  }

  override forward(x: Tensor): Tensor {
    this.mean = this.mean.mul(0.9).add(x.mean(0).mul(0.1));
    return x.sub(this.mean);
  }
}

class 残差注意力融合模块 extends nn.Module {
  查询投影层 = new nn.Linear(features, features);
  输出归一化与特征增强映射层名称很长很长很长的那一层 = new nn.LayerNorm(features);

  override forward(x: Tensor): Tensor {
    return this.输出归一化与特征增强映射层名称很长很长很长的那一层(this.查询投影层(x).add(x));
  }
}

class AbsurdlyDescriptivelyNamedMultiResolutionTemporalFusionFeedForwardBlock extends nn.Module {
  preAttentionLayerNormalizationWithLearnableScaleAndShift = new nn.LayerNorm(features);
  W = new nn.Linear(features, features);

  override forward(x: Tensor): Tensor {
    return this.W(this.preAttentionLayerNormalizationWithLearnableScaleAndShift(x));
  }
}

/** What its hooks make of what goes in and comes out. */
function hooked(kind: number): torch.nn.Linear {
  const linear = new nn.Linear(features, features);
  if (kind === 0) linear.registerForwardHook((_module, _given, output) => (output as Tensor).mul(2));
  if (kind === 1) linear.registerForwardPreHook((_module, [x]) => [(x as Tensor).add(1)]);
  if (kind === 2) linear.registerForwardHook((_module, [x]) => x);
  if (kind === 3) {
    const probe = new nn.Linear(features, features);
    linear.registerModule("probe", probe);
    linear.registerForwardHook((_module, _given, output) => probe(output as Tensor));
  }
  return linear;
}

function there(times: number): Layer {
  const module = new There();
  module.back = new Back(module);
  return layer(module, (each, x) => each(x, times));
}

const full = (value: Tensor) => value.expand(rows, features).contiguous();
const tree = (depth: number) => layer(new Tree(), (module, x) => module(x, depth));
const wasGated = (factor: number) => layer(new Weighted(), (module, x, y) => module(x, { gate: y, factor }));

const layers: Repertoire["layers"] = [
  (dice) => there(dice.whole(1, 3)),
  (dice) => tree(dice.whole(1, 3)),
  () => layer(new Noise(), (module, x) => module(x)),
  () => layer(new Noise(), (module, x) => module().add(x)),
  () => layer(new Score(), (module, x) => full(module(x))),
  () => layer(new Score(), (module, x, y) => y.mul(module(x))),
  () => layer(new Cut(), (module, x, y) => torch.cat([y, module(x)], 0)),
  () => layer(new Cut(), (module, x, y) => y.add(module(x).sum())),
  (dice) => wasGated(dice.whole(1, 3)),
  () => layer(new Weighted(), (module, x) => module(x)),
  () => layer(new Writing(), (module, x) => module(x.clone())),
  () => layer(new Writing(), (module, x) => module(x)),
  () => layer(new Moving(), (module, x) => module(x)),
  () => plain(new 残差注意力融合模块()),
  () => plain(new AbsurdlyDescriptivelyNamedMultiResolutionTemporalFusionFeedForwardBlock()),
  (dice) => plain(hooked(dice.whole(0, 3))),
  () => plain(nn.utils.parametrizations.weightNorm(new nn.Linear(features, features))),
  () => layer(new nn.TransformerEncoderLayer(features, 2, 8), (module, x) => module(x.unsqueeze(0)).squeeze(0)),
  () => layer(new nn.Conv1d(features, features, 3, { padding: 1 }), (module, x) => module(x.t().unsqueeze(0)).squeeze(0).t()),
  () => layer(new nn.ModuleDict({ first: new nn.Linear(features, features), 第二: new nn.Tanh() }), (module, x) => module.get("第二")(module.get("first")(x))),
  () =>
    layer(new nn.ModuleList([new nn.Linear(features, features), new nn.ReLU(), new nn.Linear(features, features)]), (module, x) =>
      [...module].reverse().reduce((value, each) => (each as torch.nn.ReLU)(value), x),
    ),
];

const operations: Repertoire["operations"] = [
  (dice) => pair(dice, (x, y) => x.mul(y.max())),
  (dice) => pair(dice, (x, y) => y.add(x.at(0, 0))),
  (dice) => pair(dice, (x) => x.mul(torch.tensor(2))),
  (dice) => pair(dice, (x) => x.mul(x.mean().item())),
  (dice) => pair(dice, (x, y) => torch.cat([x, y.narrow(0, 0, 0)], 0)),
  (dice) => pair(dice, (x, y) => y.add(x.narrow(1, 0, 0).sum())),
  (dice) => pair(dice, (x) => torch.cat([torch.empty(0), x.reshape(-1)]).view(rows, features)),
  (dice) => pair(dice, (x, y) => x.at(x.gt(0)).sum().add(y)),
  (dice) => pair(dice, (x) => x.sort(1).values),
  (dice) => pair(dice, (x, y) => y.gather(1, x.topk(features, 1).indices)),
  (dice) => pair(dice, (x, y) => x.max(1, true).values.mul(y)),
  (dice) => pair(dice, (x, y) => torch.einsum("if,jf->ij", x, y).matmul(y)),
  (dice) =>
    pair(dice, (x, y) => {
      const written = x.clone();
      written.t().mul_(y.t());
      return written;
    }),
  (dice) => pair(dice, (x, y) => torch.noGrad(() => x.add(y)).relu()),
  (dice) => pair(dice, (x, y) => F.scaledDotProductAttention(x.unsqueeze(0), y.unsqueeze(0), y.unsqueeze(0)).squeeze(0)),
  (dice) =>
    pair(dice, (x, y) => {
      let value = x;
      for (let turn = 0; turn < 4; turn++) value = turn === 2 ? value.mul(y) : value.sin().add(x);
      return value;
    }),
];

const failures: Repertoire["failures"] = [
  () => (made) => made.at(-1)!.clone().add_(torch.ones(5, 5)),
  () => (made) => made.at(-1)!.reshape(7),
  () => (made) => made.at(-1)!.sum().matmul(made[0]!),
  () => (made) => made.at(-1)!.narrow(0, 0, 0).argmax(0),
  () => (made) => made.at(-1)!.mul(made[0]!.item()),
  (block) => {
    const late = new nn.Linear(features, features);
    block.registerModule("late", late);
    late.registerForwardHook(() => {
      throw new Error("a hook does not want this");
    });
    return (made) => late(made.at(-1)!);
  },
  (block) => {
    const late = new nn.Linear(features, features);
    block.registerModule("turns", late);
    return (made) => {
      let x = made.at(-1)!;
      for (let turn = 0; turn < 5; turn++) x = late(turn === 3 ? x.narrow(1, 0, 2) : x);
      return x;
    };
  },
  (block) => {
    const wrong = new nn.ModuleDict<torch.nn.Module>({ 分支: new nn.Sequential(new nn.Linear(features, 6), new nn.LayerNorm(7)) });
    block.registerModule("branches", wrong);
    return (made) => (wrong.get("分支") as torch.nn.ReLU)(made.at(-1)!);
  },
  (block) => {
    const wrong = new Tree();
    wrong.leaf = new nn.Linear(features, 5);
    block.registerModule("tree", wrong);
    return (made) => wrong(made.at(-1)!, 2).add(made[0]!);
  },
];

/** Given to the layers of a block, in lists and under names that they do not have elsewhere; not all are in its tree. */
function change(block: Block, own: readonly Layer[], dice: Dice): void {
  const { module } = dice.pick(own);
  if (dice.chance(0.15)) block.registerModule("oneMoreNameOfTheSameModuleThatIsMuchTooLongToBeShownAnywhere", module);
  if (dice.chance(0.15)) block.registerModule("另一个名称", new nn.ModuleList([module, new nn.Linear(features, features)]));
  if (dice.chance(0.1)) Object.assign(block, { unregistered: [module, new nn.Linear(2, 2)] });
  if (dice.chance(0.1)) block.registerForwardPreHook((_module, given) => given);
  if (dice.chance(0.1)) block.registerModule("nothing", null);
  if (dice.chance(0.1)) module.requiresGrad_(false);
  if (dice.chance(0.1)) module.eval();
}

const results = ["value", "structure", "input", "parameter", "nothing", "number", "twice"] as const;

/** A model around another: given nothing, or more than it takes, and giving more than tensors. */
class Whole extends nn.Module {
  readonly inner: Block;
  readonly bias = new nn.Parameter(torch.zeros(features));
  readonly #given: number;
  readonly #gives: (typeof results)[number];

  constructor(inner: Block, dice: Dice) {
    super();
    this.inner = inner;
    this.#given = dice.whole(0, 3);
    this.#gives = dice.pick(results);
  }

  override forward(...all: readonly Tensor[]): unknown {
    const given = all.slice(0, this.#given);
    const x = given[0] ?? torch.randn(rows, features);
    const made = this.inner(x, given[1] ?? x);
    switch (this.#gives) {
      case "value":
        return made;
      case "structure":
        return { name: "text", count: 3, made, also: [null, [x, new Set([this.bias])]] };
      case "input":
        return [x, made];
      case "parameter":
        return [made, this.bias, x.shape];
      case "nothing":
        return undefined;
      case "number":
        return 7;
      case "twice":
        return [this.inner(x.neg(), x), made];
    }
  }
}

export const rare: Repertoire = {
  layers: [...layers, ...layers, ...common.layers],
  operations: [...operations, ...common.operations],
  failures: [...failures, ...common.failures],
  change,
  around: (block, dice) => (dice.chance(0.5) ? new Whole(block, dice) : block),
};
