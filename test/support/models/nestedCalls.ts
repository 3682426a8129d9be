// Modules that call themselves, or what lies around them: directly, through one another, through a child, and in two branches.
import * as torch from "layerscope";
import { nn } from "layerscope";

/** Calls itself until nothing is left to do. */
class Repeats extends nn.Module {
  step = new nn.Linear(4, 4);

  override forward(x: torch.Tensor, n: number): torch.Tensor {
    return n === 0 ? x : (this as Repeats)(this.step(x), n - 1);
  }
}

/** Each calls the other. */
class Even extends nn.Module {
  step = new nn.Linear(4, 4);
  odd: Odd;

  constructor() {
    super();
    this.odd = new Odd(() => this);
  }

  override forward(x: torch.Tensor, n: number): torch.Tensor {
    return n === 0 ? x : this.odd(this.step(x), n - 1);
  }
}

class Odd extends nn.Module {
  step = new nn.Linear(4, 4);
  readonly #even: () => Even;

  constructor(even: () => Even) {
    super();
    this.#even = even;
  }

  override forward(x: torch.Tensor, n: number): torch.Tensor {
    return n === 0 ? x : this.#even()(nn.functional.relu(this.step(x)), n - 1);
  }
}

/** A tree of words: leaves are numbers, all else has two sides. */
type Tree = number | readonly [Tree, Tree];

/** A binary Tree-LSTM (Tai, Socher and Manning, 2015): what is said of a branch comes from what is said of its two sides. */
class TreeLSTM extends nn.Module {
  words = new nn.Embedding(10, 8);
  leaf = new nn.Linear(8, 16);
  gates = new nn.Linear(16, 40);

  override forward(tree: Tree): [h: torch.Tensor, c: torch.Tensor] {
    if (typeof tree === "number") {
      const [h, c] = this.leaf(this.words(torch.tensor([tree]))).chunk(2, 1) as [torch.Tensor, torch.Tensor];
      return [h.tanh(), c];
    }
    const [left, leftC] = (this as TreeLSTM)(tree[0]);
    const [right, rightC] = (this as TreeLSTM)(tree[1]);
    const [i, f1, f2, o, u] = this.gates(torch.cat([left, right], 1)).chunk(5, 1) as [torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor];
    const c = i.sigmoid().mul(u.tanh()).add(f1.sigmoid().mul(leftC)).add(f2.sigmoid().mul(rightC));
    return [o.sigmoid().mul(c.tanh()), c];
  }
}

export const repeats = new Repeats();
repeats(torch.randn(2, 4), 3);

export const deep = new Repeats();
deep(torch.randn(2, 4), 40);

export const even = new Even();
even(torch.randn(2, 4), 4);

export const treeLSTM = new TreeLSTM();
treeLSTM([
  [1, 2],
  [3, [4, 5]],
]);
