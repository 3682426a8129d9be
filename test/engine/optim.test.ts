import { describe, expect, it } from "vitest";
import { float64 } from "../../src/engine/dtype.js";
import { clipGradNorm_, clipGradValue_ } from "../../src/engine/nn/utils/index.js";
import { Parameter } from "../../src/engine/nn/parameter.js";
import { tensor, zeros, type Tensor } from "../../src/engine/index.js";
import { Adam, AdamW, ASGD, lrScheduler, RMSprop, Rprop, SGD, type Optimizer } from "../../src/engine/optim/index.js";

function parameter(values: readonly number[], dtype = float64): Parameter {
  return new Parameter(tensor([...values], { dtype }));
}

/** The parameter's values after some steps down f(x) = sum(x^2) / 2, whose gradient is x. */
function descend(make: (params: Parameter[]) => Optimizer, steps = 3): number[] {
  const x = parameter([1, -2]);
  const optimizer = make([x]);
  for (let i = 0; i < steps; i++) {
    x.grad = tensor(x.tolist(), { dtype: float64 });
    optimizer.step();
  }
  return x.tolist() as number[];
}

/** What the update rule gives for each element of [1, -2]. */
function expected(rule: () => (x: number) => number, steps = 3): number[] {
  return [1, -2].map((start) => {
    const next = rule();
    let x = start;
    for (let i = 0; i < steps; i++) x = next(x);
    return x;
  });
}

function expectClose(actual: readonly number[], wanted: readonly number[]): void {
  wanted.forEach((value, i) => expect(actual[i]).toBeCloseTo(value, 12));
}

describe("SGD", () => {
  it("subtracts the rate times the gradient", () => {
    expectClose(
      descend((params) => new SGD(params, 0.1)),
      expected(() => (x) => x - 0.1 * x),
    );
  });

  it("keeps momentum, with dampening and weight decay", () => {
    const rule = () => {
      let velocity: number | null = null;
      return (x: number) => {
        const grad = x + 0.01 * x;
        velocity = velocity === null ? grad : 0.9 * velocity + (1 - 0.5) * grad;
        return x - 0.1 * velocity;
      };
    };
    expectClose(
      descend((params) => new SGD(params, { lr: 0.1, momentum: 0.9, dampening: 0.5, weightDecay: 0.01 })),
      expected(rule),
    );
  });

  it("looks ahead with Nesterov's momentum and climbs when it maximizes", () => {
    const rule = () => {
      let velocity: number | null = null;
      return (x: number) => {
        const grad = -x;
        velocity = velocity === null ? grad : 0.9 * velocity + grad;
        return x - 0.1 * (grad + 0.9 * velocity);
      };
    };
    expectClose(
      descend((params) => new SGD(params, { lr: 0.1, momentum: 0.9, nesterov: true, maximize: true })),
      expected(rule),
    );
  });
});

function adamRule(weightDecay: number, decoupled: boolean, amsgrad = false) {
  return () => {
    let [mean, variance, largest, step] = [0, 0, 0, 0];
    return (start: number) => {
      step++;
      const x = decoupled ? start * (1 - 0.1 * weightDecay) : start;
      const grad = decoupled ? start : start + weightDecay * start;
      mean = 0.9 * mean + 0.1 * grad;
      variance = 0.999 * variance + 0.001 * grad * grad;
      largest = Math.max(largest, variance);
      const second = Math.sqrt((amsgrad ? largest : variance) / (1 - 0.999 ** step));
      return x - ((0.1 / (1 - 0.9 ** step)) * mean) / (second + 1e-8);
    };
  };
}

describe("Adam and RMSprop", () => {
  it("Adam follows its averages, with weight decay in the gradient", () => {
    expectClose(
      descend((params) => new Adam(params, { lr: 0.1, weightDecay: 0.01 })),
      expected(adamRule(0.01, false)),
    );
    expectClose(
      descend((params) => new Adam(params, { lr: 0.1, amsgrad: true }), 5),
      expected(adamRule(0, false, true), 5),
    );
  });

  it("AdamW takes the decay off the parameter", () => {
    expectClose(
      descend((params) => new AdamW(params, { lr: 0.1 })),
      expected(adamRule(0.01, true)),
    );
  });

  it("RMSprop divides by the running root mean square", () => {
    const rule = () => {
      let [square, mean, velocity] = [0, 0, 0];
      return (x: number) => {
        square = 0.99 * square + 0.01 * x * x;
        mean = 0.99 * mean + 0.01 * x;
        velocity = 0.9 * velocity + x / (Math.sqrt(square - mean * mean) + 1e-8);
        return x - 0.1 * velocity;
      };
    };
    expectClose(
      descend((params) => new RMSprop(params, { lr: 0.1, momentum: 0.9, centered: true })),
      expected(rule),
    );
  });
});

describe("ASGD and Rprop", () => {
  it("ASGD averages the parameters from step t0 on", () => {
    const x = parameter([1, -2]);
    const optimizer = new ASGD([x], { lr: 0.1, lambd: 0.05, t0: 1 });
    for (let i = 0; i < 4; i++) {
      x.grad = tensor(x.tolist(), { dtype: float64 });
      optimizer.step();
    }
    // What PyTorch 2.13 gives.
    const state = optimizer.state.get(x)!;
    expectClose((state["ax"] as Tensor).tolist() as number[], [0.6805880203859305, -1.361176040771861]);
    expect(state).toMatchObject({ step: 4, eta: 0.09852577745914459, mu: 0.3333333432674408 });
  });

  it("Rprop refuses etas that do not shrink and grow", () => {
    expect(() => new Rprop([parameter([1])], { etas: [1.5, 1.2] })).toThrow("Invalid eta values: 1.5, 1.2");
  });
});

describe("optimizers", () => {
  it("refuse what PyTorch refuses, in its words", () => {
    expect(() => new SGD([], 0.1)).toThrow("optimizer got an empty parameter list");
    expect(() => new SGD([parameter([1])], -1)).toThrow("Invalid learning rate: -1");
    expect(() => new SGD(parameter([1]) as never, 0.1)).toThrow(
      "params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.DoubleTensor",
    );
    const x = parameter([1]);
    expect(() => new SGD([{ params: [x] }, { params: [x] }])).toThrow("some parameters appear in more than one parameter group");
    expect(() => new Adam([x], { betas: [1, 0.9] })).toThrow("Invalid beta parameter at index 0: 1");
  });

  it("take options of each group", () => {
    const [x, y] = [parameter([1]), parameter([1])];
    const optimizer = new SGD([{ params: [x], lr: 0.5 }, { params: [y] }], { lr: 0.1 });
    x.grad = y.grad = tensor([1], { dtype: float64 });
    optimizer.step();
    expect([x.item(), y.item()]).toEqual([0.5, 0.9]);
  });

  it("go on from a saved state as if they had never stopped", () => {
    const makeStep = (x: Parameter, optimizer: Optimizer) => {
      x.grad = tensor(x.tolist(), { dtype: float64 });
      optimizer.step();
    };
    const x = parameter([1, -2]);
    const optimizer = new Adam([x], 0.1);
    makeStep(x, optimizer);
    const copy = parameter(x.tolist() as number[]);
    const resumed = new Adam([copy], 0.5);
    resumed.loadStateDict(optimizer.stateDict());
    makeStep(x, optimizer);
    makeStep(copy, resumed);
    expect(copy.tolist()).toEqual(x.tolist());
    expect(() => new Adam([copy, parameter([1])]).loadStateDict(optimizer.stateDict())).toThrow(
      "loaded state dict contains a parameter group that doesn't match the size of optimizer's group",
    );
  });

  it("update tensors that are not contiguous", () => {
    const transposed = new Parameter(zeros(2, 3, { dtype: float64 }).t());
    transposed.grad = tensor(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      { dtype: float64 },
    );
    new SGD([transposed], 1).step();
    expect(transposed.tolist()).toEqual([
      [-1, -2],
      [-3, -4],
      [-5, -6],
    ]);
  });
});

describe("learning-rate schedules", () => {
  /** The rates of epochs 0 to count - 1 from a starting rate of 1. */
  function rates(make: (optimizer: Optimizer) => { step(): void }, count: number): number[] {
    const optimizer = new SGD([parameter([1])], { lr: 1, momentum: 0.9 });
    const scheduler = make(optimizer);
    return Array.from({ length: count }, () => {
      const rate = optimizer.paramGroups[0]!.lr;
      optimizer.step();
      scheduler.step();
      return rate;
    });
  }

  it.each([
    ["StepLR", (optimizer: Optimizer) => new lrScheduler.StepLR(optimizer, 2, { gamma: 0.5 }), [1, 1, 0.5, 0.5, 0.25]],
    ["StepLR by position", (optimizer: Optimizer) => new lrScheduler.StepLR(optimizer, 2, 0.5), [1, 1, 0.5, 0.5, 0.25]],
    ["MultiStepLR", (optimizer: Optimizer) => new lrScheduler.MultiStepLR(optimizer, [1, 3], { gamma: 0.5 }), [1, 0.5, 0.5, 0.25, 0.25]],
    ["ExponentialLR", (optimizer: Optimizer) => new lrScheduler.ExponentialLR(optimizer, 0.5), [1, 0.5, 0.25, 0.125]],
    ["LambdaLR", (optimizer: Optimizer) => new lrScheduler.LambdaLR(optimizer, (epoch) => 1 / (epoch + 1)), [1, 1 / 2, 1 / 3]],
    ["LinearLR", (optimizer: Optimizer) => new lrScheduler.LinearLR(optimizer, { startFactor: 0.5, totalIters: 2 }), [0.5, 0.75, 1, 1]],
    [
      "CosineAnnealingLR",
      (optimizer: Optimizer) => new lrScheduler.CosineAnnealingLR(optimizer, 4, { etaMin: 0.2 }),
      [1, 0.2 + 0.4 * (1 + Math.SQRT1_2), 0.6, 0.2 + 0.4 * (1 - Math.SQRT1_2), 0.2, 0.2 + 0.4 * (1 - Math.SQRT1_2), 0.6],
    ],
  ] as const)("%s", (_name, make, wanted) => expectClose(rates(make, wanted.length), wanted));

  it("OneCycleLR rises, falls and moves momentum against the rate", () => {
    const optimizer = new SGD([parameter([1])], { lr: 1, momentum: 0.9 });
    const group = optimizer.paramGroups[0]!;
    const scheduler = new lrScheduler.OneCycleLR(optimizer, { maxLr: 1, totalSteps: 10 });
    expectClose([group.lr, group.momentum], [0.04, 0.95]);
    scheduler.step();
    scheduler.step();
    expectClose([group.lr, group.momentum], [1, 0.85]);
    for (let i = 0; i < 7; i++) scheduler.step();
    expectClose([group.lr, group.momentum], [0.04 / 1e4, 0.95]);
    scheduler.step();
    expect(() => scheduler.step()).toThrow("Tried to step 11 times. The total number of steps is 10");
  });

  it("ReduceLROnPlateau waits, then reduces", () => {
    const optimizer = new SGD([parameter([1])], { lr: 1 });
    const scheduler = new lrScheduler.ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 });
    const seen = [3, 2, 2, 2, 2, 2, 1].map((metric) => {
      scheduler.step(metric);
      return optimizer.paramGroups[0]!.lr;
    });
    expect(seen).toEqual([1, 1, 1, 0.5, 0.5, 0.25, 0.25]);
  });

  it("resume from a saved state", () => {
    const optimizer = new SGD([parameter([1])], { lr: 1 });
    const scheduler = new lrScheduler.StepLR(optimizer, 2);
    scheduler.step();
    const resumed = new lrScheduler.StepLR(optimizer, 99);
    resumed.loadStateDict(scheduler.stateDict());
    expect(resumed.lastEpoch).toBe(1);
    expect(resumed.stepSize).toBe(2);
    expect(resumed.optimizer).toBe(optimizer);
  });
});

describe("schedules made of others", () => {
  const { ChainedScheduler, ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, ExponentialLR, LinearLR, MultiplicativeLR, SequentialLR, StepLR } =
    lrScheduler;
  const optimizerOf = (): SGD => new SGD([new Parameter(zeros(1))], { lr: 0.5 });
  function rates(optimizer: SGD, scheduler: { step(): void }, count: number): unknown[] {
    return Array.from({ length: count }, () => {
      const { lr } = optimizer.paramGroups[0]!;
      optimizer.step();
      scheduler.step();
      return lr;
    });
  }
  const near = (values: readonly number[]): unknown[] => values.map((value) => expect.closeTo(value, 9) as unknown);

  it("take turns from their milestones on", () => {
    const first = optimizerOf();
    const three = new SequentialLR(
      first,
      [new LinearLR(first, { startFactor: 0.5, totalIters: 3 }), new ExponentialLR(first, 0.5), new CosineAnnealingLR(first, 4)],
      [3, 6],
    );
    expect(rates(first, three, 12)).toEqual(near([0.25, 1 / 3, 5 / 12, 0.5, 0.25, 0.125, 0.5, 0.4267766953, 0.25, 0.0732233047, 0, 0.0732233047]));
    const second = optimizerOf();
    const restarting = new SequentialLR(second, [new ConstantLR(second, 0.1, 20), new CosineAnnealingWarmRestarts(second, 3)], [4]);
    expect(rates(second, restarting, 9)).toEqual(near([0.05, 0.05, 0.05, 0.05, 0.5, 0.375, 0.125, 0.5, 0.375]));
    const third = optimizerOf();
    expect(rates(third, new SequentialLR(third, [new ConstantLR(third, 0.1, 2), new StepLR(third, 2, 0.5)], [4]), 9)).toEqual(
      near([0.05, 0.05, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]),
    );
    expect(() => new SequentialLR(third, [new StepLR(third, 2)], [4])).toThrow(
      "Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers 1 and the number of milestones to be equal to 1",
    );
  });

  it("act together", () => {
    const optimizer = optimizerOf();
    expect(rates(optimizer, new ChainedScheduler([new ConstantLR(optimizer, 0.1, 4), new ExponentialLR(optimizer, 0.9)]), 6)).toEqual(
      near([0.05, 0.045, 0.0405, 0.03645, 0.32805, 0.295245]),
    );
  });

  it("multiply by a function of the epoch, and restart at fractions of epochs", () => {
    const first = optimizerOf();
    expect(rates(first, new MultiplicativeLR(first, (epoch) => (epoch % 2 ? 0.5 : 1)), 5)).toEqual([0.5, 0.25, 0.25, 0.125, 0.125]);
    const second = optimizerOf();
    const restarts = new CosineAnnealingWarmRestarts(second, 2, 2);
    const found = [0, 0.5, 1.25, 2, 3.5, 6, 9].map((epoch) => (restarts.step(epoch), second.paramGroups[0]!.lr));
    expect(found).toEqual(near([0.5, 0.4267766953, 0.1543291419, 0.5, 0.3456708581, 0.5, 0.3456708581]));
  });
});

describe("gradient clipping", () => {
  it("scales all gradients by one factor", () => {
    const [x, y] = [parameter([0]), parameter([0])];
    x.grad = tensor([3], { dtype: float64 });
    y.grad = tensor([4], { dtype: float64 });
    expect(clipGradNorm_([x, y], 1).item()).toBe(5);
    expect(x.grad.item()).toBeCloseTo(0.6, 6);
    expect(y.grad.item()).toBeCloseTo(0.8, 6);
    expect(clipGradNorm_([x, y], 10, { normType: Infinity }).item()).toBeCloseTo(0.8, 6);
    expect(y.grad.item()).toBeCloseTo(0.8, 6);
  });

  it("throws for a norm that is not finite when told to", () => {
    const x = parameter([0]);
    x.grad = tensor([NaN], { dtype: float64 });
    expect(() => clipGradNorm_([x], 1, { errorIfNonfinite: true })).toThrow("The total norm of order 2.0 for gradients from `parameters` is non-finite");
  });

  it("clamps values", () => {
    const x = parameter([0, 0]);
    x.grad = tensor([3, -0.5], { dtype: float64 });
    clipGradValue_([x], 1);
    expect(x.grad.tolist()).toEqual([1, -0.5]);
  });
});
