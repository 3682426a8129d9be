/** Networks whose forward pass fails, each in another way: what its picture shows first must say why. */
import * as torch from "../../src/engine/index.js";
import type { ModelSnapshot } from "../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";

const { nn } = torch;
type Tensor = torch.Tensor;

class Branches extends nn.Module {
  left: torch.nn.Linear;
  right: torch.nn.Linear;

  constructor(left: number, right: number) {
    super();
    this.left = new nn.Linear(4, left);
    this.right = new nn.Linear(4, right);
  }

  override forward(x: Tensor): Tensor {
    return this.left(x).matmul(this.right(x));
  }
}

const conv = (size: number) => new nn.Conv2d(64, 128, size, { stride: 2, padding: 1, bias: false });

class Inception extends nn.Module {
  stem = new nn.Conv2d(3, 64, 3, { padding: 1 });
  branch3x3 = conv(3);
  branch5x5 = conv(5);
  branchPool = new nn.Sequential(new nn.MaxPool2d(3, { stride: 1, padding: 1 }), new nn.Conv2d(64, 128, 1));
  head = new nn.Sequential(new nn.AdaptiveAvgPool2d(1), new nn.Flatten(), new nn.Linear(384, 10));

  override forward(x: Tensor): Tensor {
    const y = this.stem(x);
    return this.head(torch.cat([this.branch3x3(y), this.branch5x5(y), this.branchPool(y)], 1));
  }
}

class Gated extends nn.Module {
  expand = conv(3);
  gate = conv(5);

  override forward(x: Tensor): Tensor {
    return this.expand(x).mul(this.gate(x));
  }
}

class Mlp extends nn.Module {
  fc: torch.nn.Linear;
  act = new nn.GELU();
  proj: torch.nn.Linear;

  constructor(width: number) {
    super();
    this.fc = new nn.Linear(16, 64);
    this.proj = new nn.Linear(width, 16);
  }

  override forward(x: Tensor): Tensor {
    return this.proj(this.act(this.fc(x)));
  }
}

class Block extends nn.Module {
  norm1 = new nn.LayerNorm(16);
  attention = new nn.MultiheadAttention(16, 4, { batchFirst: true });
  norm2 = new nn.LayerNorm(16);
  mlp: Mlp;

  constructor(width: number) {
    super();
    this.mlp = new Mlp(width);
  }

  override forward(x: Tensor): Tensor {
    const y = this.norm1(x);
    x = x.add(this.attention(y, y, y)[0]);
    return x.add(this.mlp(this.norm2(x)));
  }
}

class Transformer extends nn.Module {
  embedding = new nn.Linear(8, 16);
  layers = new nn.ModuleList(Array.from({ length: 12 }, (_, at) => new Block(at === 7 ? 48 : 64)));
  head = new nn.Linear(16, 8);

  override forward(x: Tensor): Tensor {
    x = this.embedding(x);
    for (const layer of this.layers) x = layer(x);
    return this.head(x);
  }
}

class Scores extends nn.Module {
  query = new nn.Linear(16, 16);
  key = new nn.Linear(16, 16);

  override forward(x: Tensor): Tensor {
    const heads = (y: Tensor) => y.view(2, 7, 4, 4).transpose(1, 2);
    return torch.matmul(heads(this.query(x)), heads(this.key(x)));
  }
}

class LongSkip extends nn.Module {
  body = new nn.Sequential(...Array.from({ length: 9 }, () => [new nn.Linear(8, 8), new nn.Tanh()]).flat(), new nn.Linear(8, 5));

  override forward(x: Tensor): Tensor {
    return this.body(x).add(x);
  }
}

const made: Readonly<Record<string, () => [torch.nn.Module, Tensor]>> = {
  "a Linear that takes more features": () => [
    new nn.Sequential(new nn.Linear(16, 64), new nn.ReLU(), new nn.Linear(128, 64), new nn.ReLU(), new nn.Linear(64, 10)),
    torch.rand(8, 16),
  ],
  "a product of two branches": () => [new Branches(8, 6), torch.rand(3, 4)],
  "a concatenation of different sizes": () => [new Inception(), torch.rand(1, 3, 32, 32)],
  "a product of wide boxes": () => [new Gated(), torch.rand(1, 64, 32, 32)],
  "a convolution of other channels": () => [
    new nn.Sequential(
      new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false }),
      new nn.BatchNorm2d(64),
      new nn.ReLU(),
      new nn.Conv2d(32, 128, 3, { padding: 1 }),
    ),
    torch.rand(2, 3, 64, 64),
  ],
  "deep in a folded row of blocks": () => [new Transformer(), torch.rand(2, 5, 8)],
  "scores of attention": () => [new Scores(), torch.rand(2, 7, 16)],
  "a sum with what comes from far above": () => [new LongSkip(), torch.rand(2, 8)],
};

/** By what fails: the model after its pass. */
export const failingNets: readonly (readonly [string, () => ModelSnapshot])[] = Object.entries(made).map(([name, make]) => [
  name,
  () => {
    const inspection = inspectHere();
    const [module, input] = make();
    try {
      (module as unknown as (x: Tensor) => unknown)(input);
    } catch {
      return snapshotOf(inspection, module);
    }
    throw new Error(`${name} does not fail`);
  },
]);
