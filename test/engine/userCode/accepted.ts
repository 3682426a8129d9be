import * as torch from "layerscope";
import { nn, optim, type Tensor } from "layerscope";
import { Normal } from "layerscope/distributions";
import { Linear } from "layerscope/nn";
import { l1Unstructured } from "layerscope/nn/utils/prune";
import { load, save } from "layerscope/serialization";
import { DataLoader, TensorDataset } from "layerscope/utils/data";

/** What users write must compile, as it is here. Held against the packed package, by several compilers (packedTypes.test.ts). */

const x = torch.ones(2, 4);

// ---- a class may extend Sequential, with and without saying its modules

class Block extends nn.Sequential {
  constructor(width: number) {
    super(new nn.Linear(width, width), new nn.ReLU());
  }
}
export const block: Tensor = new Block(4)(x);

class Doubled extends nn.Sequential {
  override forward(input: Tensor): Tensor {
    return super.forward(input).mul(2);
  }
}
export const doubled: Tensor = new Doubled(new nn.Linear(4, 4))(x);

class Known extends nn.Sequential<[torch.nn.Linear, torch.nn.ReLU]> {
  constructor() {
    super(new nn.Linear(4, 4), new nn.ReLU());
  }
}
export const firstWeight: Tensor = new Known()[0].weight;

// ---- fields, parameters, elements and results of type nn.Module can be called

class Wrapper extends nn.Module {
  layers: nn.Module[] = [];
  optional?: nn.Module;
  readonly list = new nn.ModuleList();

  constructor(
    readonly inner: nn.Module,
    readonly down: nn.Module | null = null,
  ) {
    super();
  }

  override forward(input: Tensor): Tensor {
    let y: Tensor = this.inner(input);
    for (const layer of this.layers) y = layer(y);
    for (const layer of this.list) y = layer(y);
    if (this.down !== null) y = this.down(y);
    y = input.add(this.optional?.(y) ?? y).add(this.inner(y));
    y = torch.cat([this.inner(y).relu(), y], 0);
    return this.inner(y);
  }
}
export const wrapped: Tensor = new Wrapper(new nn.Linear(4, 4), new nn.ReLU())(x);
export const run = (module: nn.Module, input: Tensor): Tensor => module(input);
export const runAll = (modules: readonly nn.Module[], input: Tensor): Tensor => modules.reduce((h, module) => module(h), input);
export const byName: Tensor = new Map<string, nn.Module>([["a", new nn.Linear(4, 4)]]).get("a")!(x);
export const submodule: Tensor = new Block(4).getSubmodule("0")(x);
export const children: Tensor[] = [...new Block(4).children()].map((child) => child(x));
const lstm: nn.Module = new nn.LSTM(4, 4);
export const pair: [output: Tensor, state: unknown] = lstm(x);
export const output: Tensor = lstm<[Tensor, unknown]>(x)[0];
export const several: nn.Module[] = [new nn.LSTM(4, 4), new nn.CrossEntropyLoss(), new nn.Bilinear(1, 1, 1), new Block(4), new Wrapper(new nn.ReLU())];

// ---- generics over modules

class Residual<F extends nn.Module> extends nn.Module {
  constructor(readonly f: F) {
    super();
  }
  override forward(input: Tensor): Tensor {
    const y: Tensor = this.f(input);
    return input.add(this.f(y)).add(input);
  }
}
export const residual: Tensor = new Residual(new Residual(new nn.Linear(4, 4)))(x);
export const innerWeight: Tensor = new Residual(new Residual(new nn.Linear(4, 4))).f.f.weight;
export const ofUnion: nn.Linear | nn.Conv2d = new Residual<nn.Linear | nn.Conv2d>(new nn.Linear(4, 4)).f;
export const applied = <F extends nn.Module>(f: F, input: Tensor): Tensor => f(input);
export const evaluated = <F extends nn.Module>(f: F): F => f.eval();
export const linear: nn.Linear = evaluated(new nn.Linear(4, 4));
export const made = <M extends nn.Module>(type: new (width: number) => M): M => new type(4);
export const norm: nn.BatchNorm2d = made(nn.BatchNorm2d);

abstract class Encoder extends nn.Module {
  abstract override forward(input: Tensor): Tensor;
}
class Convolutional extends Encoder {
  readonly conv = new nn.Conv2d(1, 1, 1);
  override forward(input: Tensor): Tensor {
    return this.conv(input);
  }
}
const encoder: Encoder = new Convolutional();
export const encoded: Tensor = encoder(x);

// ---- unions of layers

class A extends nn.Module {
  override forward(input: Tensor): Tensor {
    return input;
  }
}
class B extends nn.Module {
  override forward(input: Tensor, scale: number): Tensor[] {
    return [input.mul(scale)];
  }
}
const either = new nn.ModuleList<A | B>([new A(), new B()]);
for (const module of either) {
  const y: Tensor | undefined = module instanceof A ? module(x) : module(x, 2)[0];
  void y;
}
export const anyOfThem: nn.ModuleList = either;
const mixed: (nn.Linear | nn.ReLU)[] = [new nn.Linear(4, 4), new nn.ReLU()];
for (const layer of new nn.ModuleList(mixed)) void layer(x).shape;
export const chain: Tensor = new nn.Sequential(...mixed)(x);

// ---- a bias may be there or not

export function zeroBiases(module: nn.Module): void {
  if (module instanceof nn.Linear && module.bias !== null) nn.init.zeros_(module.bias);
  if (module instanceof nn.Conv2d) {
    nn.init.kaimingNormal_(module.weight);
    if (module.bias) nn.init.zeros_(module.bias);
  }
}
new Block(4).apply(zeroBiases);
nn.init.zeros_(new nn.Linear(4, 4).bias);
export const none: null = new nn.Linear(4, 4, { bias: false }).bias;

// ---- named members of dictionaries

class Heads extends nn.Module {
  readonly heads = new nn.ModuleDict({ mask: new nn.Conv2d(4, 1, 1), classes: new nn.Linear(4, 10) });
  readonly scales = new nn.ParameterDict({ mask: torch.ones(1), classes: torch.ones(1) });
  override forward(input: Tensor): Tensor {
    return this.heads.classes(input).mul(this.scales.classes).add(this.heads.get("mask").weight);
  }
}
export const heads: Tensor = new Heads()(x);
export const anyDict: nn.ModuleDict = new Heads().heads;
export const ofLinear: nn.ModuleDict<nn.Linear> = new nn.ModuleDict({ a: new nn.Linear(4, 4) });
const record: Record<string, nn.Module> = { a: new nn.Linear(4, 4) };
export const byUnknownName: Tensor = new nn.ModuleDict(record).get("a")(x);
class OwnDict extends nn.ModuleDict {
  constructor() {
    super({ a: new nn.Linear(4, 4), b: new nn.ReLU() });
  }
}
class LinearDict extends nn.ModuleDict<nn.Linear> {}
class OwnParameters extends nn.ParameterDict {
  constructor() {
    super({ a: x });
  }
}
export const dictionaries: nn.Module[] = [new OwnDict(), new LinearDict(), new OwnParameters(), new nn.ModuleDict([["a", new nn.ReLU()]])];

// ---- and what they go through

export const copy: nn.Linear = torch.deepcopy(new nn.Linear(4, 4));
export const optimizer = new optim.SGD(new Heads().parameters(), { lr: 0.1 });
export const asFunction: (input: Tensor) => Tensor = new nn.Linear(4, 4);
export const mapped: Tensor[] = [x].map(new nn.Linear(4, 4));
new Block(4).registerForwardHook((module: nn.Module, _args, output) => (module.training ? output : undefined));

// ---- modules with names of their own

const named = new nn.Sequential({ conv: new nn.Linear(2, 2), relu: new nn.ReLU() });
export const namedWeight: Tensor = named.conv.weight;
export const namedResult: Tensor = named(x);
export const fromMap: Tensor = new nn.Sequential(new Map<string, torch.nn.Module>([["a", new nn.ReLU()]]))(x);

// ---- parts can be imported by themselves

const sampled: Tensor = new Normal(0, 1).sample([2, 4]);
const part: nn.Linear = l1Unstructured(new Linear(4, 8), "weight", 0.5);
for (const [batch] of new DataLoader(new TensorDataset(sampled), { batchSize: 2 })) part(batch);
export const bytes: Uint8Array = save({ a: sampled });
export const loaded: unknown = load(bytes);
