// Modules kept in lists and dictionaries, which are called from outside of these.
import * as torch from "layerscope";
import { nn } from "layerscope";

type Tensor = torch.Tensor;

const block = (from: number, to: number) => new nn.Sequential(new nn.Conv2d(from, to, 3, { padding: 1 }), new nn.BatchNorm2d(to), new nn.ReLU());

/** UNet++ (Zhou et al., 2018), its blocks in a dictionary by depth and place. */
class UNetPlusPlus extends nn.Module {
  readonly widths = [8, 16, 32, 64, 128];
  pool = new nn.MaxPool2d(2);
  up = new nn.Upsample({ scaleFactor: 2 });
  blocks: nn.ModuleDict<nn.Sequential>;
  final = new nn.Conv2d(8, 2, 1);

  constructor() {
    super();
    const blocks: Record<string, nn.Sequential> = {};
    const { widths } = this;
    for (let depth = 0; depth < 5; depth++) blocks[`x_${depth}_0`] = block(depth === 0 ? 3 : widths[depth - 1]!, widths[depth]!);
    for (let place = 1; place < 5; place++) {
      for (let depth = 0; depth < 5 - place; depth++) blocks[`x_${depth}_${place}`] = block(widths[depth]! * place + widths[depth + 1]!, widths[depth]!);
    }
    this.blocks = new nn.ModuleDict(blocks);
  }

  override forward(image: Tensor): Tensor {
    const run = (depth: number, place: number, x: Tensor): Tensor => this.blocks.get(`x_${depth}_${place}`)(x);
    const made: Tensor[][] = [];
    let x = image;
    for (let depth = 0; depth < 5; depth++) {
      const row = [(x = run(depth, 0, x))];
      made.push(row);
      for (let place = 1; place <= depth; place++) {
        const above = depth - place;
        made[above]!.push(run(above, place, torch.cat([...made[above]!.slice(0, place), this.up(made[above + 1]![place - 1]!)], 1)));
      }
      x = this.pool(row[0]!);
    }
    return this.final(made[0]![4]!);
  }
}

/** Sequence to sequence with attention (Bahdanau, Cho and Bengio, 2015), its parts in a dictionary. */
class Seq2Seq extends nn.Module {
  embed = new nn.Embedding(20, 16);
  encoder = new nn.GRU(16, 16, { batchFirst: true });
  decoder = new nn.ModuleDict({
    head: new nn.Linear(32, 20),
    cell: new nn.GRUCell(32, 16),
    score: new nn.Linear(16, 1),
    query: new nn.Linear(16, 16),
    memory: new nn.Linear(16, 16),
  });

  override forward(source: Tensor, first: Tensor, steps = 5): Tensor {
    const { head, cell, score, query, memory: prepare } = this.decoder;
    const [memory, state] = this.encoder(this.embed(source));
    const prepared = prepare(memory);
    let h = state.squeeze(0);
    let token = this.embed(first);
    const outputs: Tensor[] = [];
    for (let step = 0; step < steps; step++) {
      const weights = score(query(h).unsqueeze(1).add(prepared).tanh()).softmax(1);
      const context = weights.mul(memory).sum(1);
      h = cell(torch.cat([token, context], 1), h);
      const scores = head(torch.cat([h, context], 1));
      outputs.push(scores);
      token = this.embed(scores.argmax(1));
    }
    return torch.stack(outputs, 1);
  }
}

/** Blocks and norms in two lists, called by turns, and one of the list's blocks never. */
class TwoLists extends nn.Module {
  mixes = new nn.ModuleList([1, 2, 3, 4, 5].map(() => new nn.Linear(8, 8)));
  norms = new nn.ModuleList([1, 2, 3, 4].map(() => new nn.LayerNorm(8)));

  override forward(x: Tensor): Tensor {
    for (let i = 0; i < 4; i++) x = x.add(this.mixes[i]!(this.norms[i]!(x)));
    return x;
  }
}

/** Heads that stand in the model and are called by a child that was given them. */
class Shared extends nn.Module {
  heads = new nn.ModuleList([new nn.Linear(8, 8), new nn.Linear(8, 4)]);
  trunk: Trunk;

  constructor() {
    super();
    this.trunk = new Trunk(() => this.heads);
  }

  override forward(x: Tensor): Tensor {
    return this.trunk(x);
  }
}

class Trunk extends nn.Module {
  body = new nn.Linear(8, 8);
  readonly #heads: () => nn.ModuleList<nn.Linear>;

  constructor(heads: () => nn.ModuleList<nn.Linear>) {
    super();
    this.#heads = heads;
  }

  override forward(x: Tensor): Tensor {
    let y = this.body(x);
    for (const head of this.#heads()) y = head(y);
    return y;
  }
}

export const unetPlusPlus = new UNetPlusPlus();
unetPlusPlus(torch.randn(1, 3, 32, 32));
export const seq2seq = new Seq2Seq();
seq2seq(torch.randint(0, 20, [2, 7]), torch.randint(0, 20, [2]));
export const twoLists = new TwoLists();
twoLists(torch.randn(2, 8));
export const shared = new Shared();
shared(torch.randn(2, 8));
