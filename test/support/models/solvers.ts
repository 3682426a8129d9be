// Loops of several calls a turn: the solvers of a neural ordinary differential equation, a decoder, a loop within a loop.
import * as torch from "layerscope";
import { nn } from "layerscope";

type Tensor = torch.Tensor;

class Slope extends nn.Module {
  net = new nn.Sequential(new nn.Linear(4, 16), new nn.Tanh(), new nn.Linear(16, 4));

  override forward(y: Tensor): Tensor {
    return this.net(y);
  }
}

/** dy/dt = slope(y), from 0 to 1 in so many steps. */
abstract class Solver extends nn.Module {
  slope = new Slope();

  constructor(readonly steps: number) {
    super();
  }

  protected abstract step(y: Tensor, h: number): Tensor;

  override forward(y: Tensor): Tensor {
    for (let i = 0; i < this.steps; i++) y = this.step(y, 1 / this.steps);
    return y;
  }
}

class RungeKutta2 extends Solver {
  protected override step(y: Tensor, h: number): Tensor {
    const k1 = this.slope(y);
    const k2 = this.slope(y.add(k1.mul(h)));
    return y.add(k1.add(k2).mul(h / 2));
  }
}

class RungeKutta4 extends Solver {
  protected override step(y: Tensor, h: number): Tensor {
    const k1 = this.slope(y);
    const k2 = this.slope(y.add(k1.mul(h / 2)));
    const k3 = this.slope(y.add(k2.mul(h / 2)));
    const k4 = this.slope(y.add(k3.mul(h)));
    return y.add(
      k1
        .add(k2.mul(2))
        .add(k3.mul(2))
        .add(k4)
        .mul(h / 6),
    );
  }
}

/** Heun's method: what Euler's step says is corrected so many times by the slope where it led. */
class PredictorCorrector extends Solver {
  protected override step(y: Tensor, h: number): Tensor {
    const k = this.slope(y);
    let next = y.add(k.mul(h));
    for (let i = 0; i < 3; i++) next = y.add(k.add(this.slope(next)).mul(h / 2));
    return next;
  }
}

/** Two modules by turns. */
class Alternating extends nn.Module {
  mix = new nn.Linear(4, 4);
  norm = new nn.LayerNorm(4);

  override forward(x: Tensor): Tensor {
    for (let i = 0; i < 5; i++) x = x.add(this.mix(this.norm(x)).relu());
    return x;
  }
}

/** Three turns of one module, then another, and all of it again. */
class Nested extends nn.Module {
  inner = new nn.Linear(4, 4);
  outer = new nn.Linear(4, 4);

  override forward(x: Tensor): Tensor {
    for (let i = 0; i < 4; i++) {
      for (let k = 0; k < 3; k++) x = this.inner(x).tanh();
      x = this.outer(x);
    }
    return x;
  }
}

/** A decoder of two cells that attends to what was read. */
class Decoder extends nn.Module {
  first = new nn.GRUCell(8, 8);
  second = new nn.GRUCell(8, 8);
  query = new nn.Linear(8, 8);
  head = new nn.Linear(16, 8);

  override forward(memory: Tensor, start: Tensor): Tensor {
    let [token, h1, h2] = [start, start.mul(0), start.mul(0)];
    const outputs: Tensor[] = [];
    for (let i = 0; i < 6; i++) {
      h1 = this.first(token, h1);
      h2 = this.second(h1, h2);
      const weights = memory.matmul(this.query(h2).unsqueeze(2)).softmax(1);
      const context = weights.mul(memory).sum(1);
      token = this.head(torch.cat([h2, context], 1));
      outputs.push(token);
    }
    return torch.stack(outputs, 1);
  }
}

/** A cell unrolled over what is given, each of its outputs told. */
class Unrolled extends nn.Module {
  cell = new nn.RNNCell(4, 8);
  head = new nn.Linear(8, 2);

  override forward(x: Tensor): Tensor {
    let h = torch.zeros(x.shape[0]!, 8);
    const outputs: Tensor[] = [];
    for (const each of x.unbind(1)) {
      h = this.cell(each, h);
      outputs.push(this.head(h));
    }
    return torch.stack(outputs, 1);
  }
}

/** No loop: three uses of one module, each for something of its own. */
class Triplet extends nn.Module {
  tower = new nn.Linear(4, 4);

  override forward(anchor: Tensor, like: Tensor, other: Tensor): Tensor {
    const [a, b, c] = [this.tower(anchor), this.tower(like), this.tower(other)];
    return a.sub(b).pow(2).sum(1).sub(a.sub(c).pow(2).sum(1)).relu();
  }
}

export const rungeKutta2 = new RungeKutta2(4);
rungeKutta2(torch.randn(2, 4));
export const rungeKutta4 = new RungeKutta4(4);
rungeKutta4(torch.randn(2, 4));
export const predictorCorrector = new PredictorCorrector(4);
predictorCorrector(torch.randn(2, 4));
export const alternating = new Alternating();
alternating(torch.randn(2, 4));
export const nested = new Nested();
nested(torch.randn(2, 4));
export const decoder = new Decoder();
decoder(torch.randn(2, 5, 8), torch.randn(2, 8));
export const unrolled = new Unrolled();
unrolled(torch.randn(2, 7, 4));
export const triplet = new Triplet();
triplet(torch.randn(2, 4), torch.randn(2, 4), torch.randn(2, 4));
