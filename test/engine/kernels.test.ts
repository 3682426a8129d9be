import { afterEach, describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { setWasmUse } from "../../src/engine/kernels/wasm/instance.js";

const { nn } = torch;

/** What `compute` gives with and without the WebAssembly kernels, from the same seed. */
function bothWays(compute: () => torch.Tensor): [number[], number[]] {
  return (["always", "never"] as const).map((use) => {
    setWasmUse(use);
    torch.manualSeed(3);
    return (compute().reshape([-1]).tolist() as number[]).map(Number);
  }) as [number[], number[]];
}

/** `tolerance` grows with the length of the sums that the two add up in different order and precision. */
function expectClose(compute: () => torch.Tensor, tolerance = 1e-5): void {
  const [wasm, plain] = bothWays(compute);
  expect(wasm).toHaveLength(plain.length);
  const worst = Math.max(...plain.map((value, i) => Math.abs(wasm[i]! - value) / (tolerance + 1e-5 * Math.abs(value))));
  expect(worst).toBeLessThan(1);
}

afterEach(() => setWasmUse("where faster"));

describe("WebAssembly kernels agree with plain JavaScript", () => {
  const sizes = [
    [33, 65, 17],
    [64, 64, 64],
    [1, 200, 300],
    [130, 1, 900],
    [5, 1100, 1030],
    [70, 1030, 9],
    [66, 2600, 49],
    [131, 3000, 3],
    [20, 18000, 11],
  ] as const;
  it.each(sizes)("matrix product %i x %i x %i", (m, k, n) => {
    expectClose(() => torch.randn(m, k).matmul(torch.randn(k, n)), k > 2000 ? 1e-3 : 1e-4);
    expectClose(() => torch.randn(k, m).t().matmul(torch.randn(n, k).t()), k > 2000 ? 1e-3 : 1e-4);
  });

  it("a row of a matrix product is the same whichever rows are beside it, and whatever the memory held", () => {
    setWasmUse("always");
    const a = torch.randn(30, 70);
    for (const columns of [2, 3, 5, 8, 10, 17]) {
      const b = torch.randn(70, columns);
      torch.ones(64, 600).mul(NaN).matmul(torch.ones(600, 40));
      const all = a.matmul(b);
      for (let rows = 2; rows <= 30; rows++) {
        expect(
          a
            .at(torch.slice(0, rows))
            .matmul(b)
            .equal(all.at(torch.slice(0, rows))),
        ).toBe(true);
        expect(
          a
            .t()
            .contiguous()
            .t()
            .at(torch.slice(0, rows))
            .matmul(b)
            .equal(all.at(torch.slice(0, rows))),
        ).toBe(true);
      }
    }
  });

  it("matrix product of transposed, sliced and broadcast operands", () => {
    expectClose(() => torch.randn(60, 50).t().matmul(torch.randn(70, 60).t()));
    expectClose(() =>
      torch
        .randn(100, 60)
        .at(torch.slice(0, 100, 2))
        .matmul(torch.randn(60, 90).at(torch.slice(), torch.slice(0, 90, 3))),
    );
    expectClose(() => torch.randn(1, 60).expand([40, 60]).matmul(torch.randn(60, 30)));
    expectClose(() => torch.randn(3, 2, 40, 30).matmul(torch.randn(2, 30, 20)));
  });

  it.each(["neg", "abs", "square", "reciprocal", "exp", "sigmoid", "tanh", "relu"] as const)("%s", (name) => {
    expectClose(() => torch.randn(20003)[name]());
  });

  it.each([
    ["silu", nn.functional.silu],
    ["gelu", nn.functional.gelu],
    ["gelu by tanh", (x: torch.Tensor) => nn.functional.gelu(x, { approximate: "tanh" })],
    ["softmax of rows", (x: torch.Tensor) => x.view([83, 241]).softmax(-1)],
    ["logarithm of the softmax of rows", (x: torch.Tensor) => x.view([83, 241]).logSoftmax(-1)],
    ["logarithm of the softmax of a long row", (x: torch.Tensor) => x.logSoftmax(-1)],
  ] as const)("%s, and the gradient", (_, f) => {
    expectClose(() => {
      const x = torch.randn(20003).mul(4).requiresGrad_();
      const y = f(x);
      y.mul(torch.randn(y.shape)).sum().backward();
      return torch.cat([y.detach().reshape([-1]), x.grad!]);
    });
  });

  it.each([
    ["LSTM", nn.LSTM, 7],
    ["LSTM with rows of whole vectors", nn.LSTM, 16],
    ["GRU", nn.GRU, 7],
    ["GRU with rows of whole vectors", nn.GRU, 16],
  ] as const)("%s, and all gradients", (_, Layer, hidden) => {
    expectClose(() => {
      const layer = new Layer(5, hidden, { numLayers: 2, bidirectional: true });
      const x = torch.randn(6, 9, 5).requiresGrad_();
      const [output, last]: [torch.Tensor, torch.Tensor | readonly torch.Tensor[]] = layer instanceof nn.LSTM ? layer(x) : layer(x);
      const states = last instanceof torch.Tensor ? [last] : last;
      const sum = [output, ...states].map((value) => value.mul(torch.randn(value.shape)).sum()).reduce((a, b) => a.add(b));
      sum.backward();
      return torch.cat([output, x.grad!, ...[...layer.parameters()].map(({ grad }) => grad!)].map((value) => value.detach().reshape([-1])));
    }, 1e-4);
  });

  it("a cell of an LSTM with a projection, and one that takes more than one piece", () => {
    expectClose(() => new nn.LSTM(5, 6, { projSize: 3 })(torch.randn(4, 2, 5))[0]);
    expectClose(() => new nn.LSTM(3, 300)(torch.randn(2, 50, 3))[0]);
  });

  it.each(["add", "sub", "mul", "div"] as const)("%s of tensors and of a number", (name) => {
    expectClose(() => torch.randn(20003)[name](torch.rand(20003).add(0.5)));
    expectClose(() => torch.randn(20003)[name](0.3));
  });

  it.each([[[70]], [[1, 70]], [[]], [[1, 1]], [[50, 70]]])("of a tensor with one of shape %j that repeats", (shape) => {
    expectClose(() => torch.randn(7, 50, 70).mul(torch.randn(shape)));
    expectClose(() => torch.randn(shape).sub(torch.randn(7, 50, 70)));
    expectClose(() => torch.randn(7, 50, 70).add(torch.randn(shape), { alpha: 3 }));
  });

  it("gradients through relu, sigmoid and tanh", () => {
    expectClose(() => {
      const x = torch.randn(5000).requiresGrad_();
      x.relu().add(x.sigmoid()).add(x.tanh()).mul(torch.randn(5000)).sum().backward();
      return x.grad!;
    });
  });

  it.each([
    [7, 333],
    [40, 1001],
    [2000, 3],
    [2, 20000],
    [20000, 5],
  ])("softmax along either dimension, its logarithm and layer normalization of %i rows of %i", (rows, size) => {
    for (const dim of [0, 1]) {
      expectClose(() => torch.randn(rows, size).softmax(dim));
      expectClose(() => torch.randn(rows, size).logSoftmax(dim));
      expectClose(() => torch.randn(rows, size).logsumexp(dim));
    }
    expectClose(() => new nn.LayerNorm(size)(torch.randn(rows, size).mul(3)));
  });

  it.each(["softmax", "logSoftmax"] as const)("%s along a dimension in the middle, and its gradient", (name) => {
    expectClose(() => {
      const x = torch.randn(7, 33, 35).requiresGrad_();
      const y = x[name](1);
      y.mul(torch.randn(y.shape)).sum().backward();
      return torch.cat([y.detach(), x.grad!]);
    });
  });

  it("logsumexp of infinities and NaN, and along several dimensions", () => {
    const row = [
      [1, 2, 3],
      [-Infinity, -Infinity, -Infinity],
      [Infinity, 1, 2],
      [NaN, Infinity, 1],
      [NaN, 1, 2],
      [-Infinity, 0, 0],
      [-Infinity, Infinity, 0],
    ];
    expectWithin(4, () => torch.tensor(row).repeat(100, 1).logsumexp(1));
    expectWithin(4, () => torch.tensor(row).t().repeat(1, 100).logsumexp(0));
    expectClose(() => torch.randn(7, 33, 35).logsumexp([0, 2]));
  });

  it.each([
    ["batch", () => new nn.BatchNorm2d(6), [5, 6, 7, 11]],
    ["batch, by the running statistics", () => new nn.BatchNorm1d(6, { affine: false }).eval(), [5, 6, 77]],
    ["instance", () => new nn.InstanceNorm2d(6, { affine: true }), [5, 6, 7, 11]],
    ["group", () => new nn.GroupNorm(2, 6), [5, 6, 7, 11]],
    ["layer", () => new nn.LayerNorm([7, 11]), [5, 6, 7, 11]],
    ["layer, without parameters", () => new nn.LayerNorm(11, { elementwiseAffine: false }), [5, 6, 7, 11]],
    ["root mean square", () => new nn.RMSNorm(77), [5, 6, 77]],
  ] as const)("%s normalization, and its gradients", (_, make, shape) => {
    expectClose(() => {
      const norm = make();
      for (const parameter of norm.parameters()) nn.init.uniform_(parameter, 0.5, 2);
      const x = torch.randn(shape).add(3).requiresGrad_();
      const y = norm(x);
      y.mul(torch.randn(shape)).sum().backward();
      return torch.cat([y.detach(), x.grad!, ...[...norm.parameters()].map((parameter) => parameter.grad!)].map((tensor) => tensor.reshape([-1])));
    }, 1e-4);
  });

  it.each([
    [{ padding: 1 }, [2, 8, 30, 33]],
    [{ stride: 2, padding: [2, 0] }, [1, 8, 31, 40]],
    [{ dilation: 2, padding: 3, groups: 4 }, [2, 8, 20, 50]],
    [{ stride: [1, 3], dilation: [3, 1], bias: false }, [1, 8, 40, 70]],
    [{ padding: 1, stride: [1, 50] }, [1, 8, 3, 40000]],
    [{ padding: 4, stride: [3, 30] }, [2, 8, 5, 9]],
  ])("convolution with %j of %j", (options, shape) => {
    expectClose(() => new nn.Conv2d(8, 12, [3, 5], options as object)(torch.randn(shape)));
  });

  it("random numbers, bit for bit, and leaves the generator where it would be", () => {
    const [wasm, plain] = bothWays(() =>
      torch.cat([
        torch.randn(5003),
        torch.rand(7001),
        torch.empty(3001).uniform_(-3, 9),
        torch.empty(4099).normal_(1, 0.3),
        torch.empty(9001).bernoulli_(0.3),
        torch.rand(5),
      ]),
    );
    expect(wasm).toEqual(plain);
  });

  it.each([
    ["SGD", { lr: 0.1 }],
    ["SGD", { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01, maximize: true }],
    ["SGD", { lr: 0.1, momentum: 0.9, nesterov: true }],
    ["Adam", { lr: 0.1 }],
    ["Adam", { lr: 0.1, betas: [0.3, 0.9], eps: 1e-3, weightDecay: 0.01, maximize: true }],
    ["AdamW", { lr: 0.1, weightDecay: 0.1 }],
    ["RMSprop", { lr: 0.1 }],
    ["RMSprop", { lr: 0.1, alpha: 0.3, eps: 1e-3, weightDecay: 0.01, momentum: 0.9, centered: true, maximize: true }],
    ["RMSprop", { lr: 0.1, centered: true }],
  ] as const)("steps of %s with %j, bit for bit", (name, options) => {
    const [wasm, plain] = bothWays(() => {
      const parameter = new nn.Parameter(torch.randn(20003));
      const optimizer = new torch.optim[name]([parameter], options);
      for (let step = 0; step < 3; step++) {
        parameter.grad = torch.randn(20003);
        optimizer.step();
      }
      return parameter.detach();
    });
    expect(wasm).toEqual(plain);
  });

  it.each([0, 0.1, 0.5, 1])("dropout with probability %d, and the gradient, bit for bit", (p) => {
    const [wasm, plain] = bothWays(() => {
      const x = torch.randn(70, 131).requiresGrad_();
      const y = nn.functional.dropout(x, { p });
      y.mul(torch.randn(y.shape)).sum().backward();
      return torch.cat([y.detach(), x.grad!]);
    });
    expect(wasm).toEqual(plain);
  });

  it("counts, range, mean, spread and bins of values, NaN and infinities among them", () => {
    const compute = (): torch.Tensor => {
      const values = torch.randn(20003).add(1000);
      for (const [i, strange] of [NaN, Infinity, -Infinity, 0, NaN, -0].entries()) values.data.at(i * 3001).fill_(strange);
      const data = Float32Array.from(values.tolist() as number[]);
      const { nan, positiveInfinity, negativeInfinity, zeros, finite, min, max, mean, squares, histogram } = torch.summarize(data);
      const bins = [...histogram(0, max, 7), ...histogram(999.5, 1000.25, 101)];
      return torch.tensor([nan, positiveInfinity, negativeInfinity, zeros, finite, min + 0, max, mean, Math.sqrt(squares / finite), ...bins], {
        dtype: torch.float64,
      });
    };
    const [wasm, plain] = bothWays(compute);
    expect(wasm.slice(0, 7)).toEqual(plain.slice(0, 7));
    expect(wasm.slice(0, 5)).toEqual([2, 1, 1, 2, 19999]);
    expect(wasm[7]).toBeCloseTo(plain[7]!, 9);
    expect(wasm[8]).toBeCloseTo(plain[8]!, 9);
    expect(wasm.slice(9)).toEqual(plain.slice(9));
  });

  it("large products and convolutions are the same on several threads, whatever the operands' strides", () => {
    const wanted = torch.getNumThreads();
    const image = torch.randn(2, 32, 40, 39).requiresGrad_();
    const kernel = torch.randn(48, 32, 3, 3).requiresGrad_();
    const convolve = (): torch.Tensor[] => {
      image.grad = kernel.grad = null;
      const features = nn.functional.conv2d(image, kernel, null, { padding: 1 });
      features.square().sum().backward();
      return [features.detach(), image.grad!, kernel.grad!];
    };
    const a = torch.randn(1100, 450);
    const b = torch.randn(450, 1050);
    const compute = (threads: number): torch.Tensor[] => {
      torch.setNumThreads(threads);
      return [a.matmul(b), b.t().matmul(a.t()), a.at(torch.slice(0, 1100, 2)).matmul(b), ...convolve()];
    };
    try {
      const alone = compute(1);
      // Again and again: the first rounds run before the other threads have started.
      for (let round = 0; round < 8; round++) {
        for (const [i, result] of compute(2).entries()) expect(torch.equal(result, alone[i]!)).toBe(true);
      }
    } finally {
      torch.setNumThreads(wanted);
    }
  }, 60_000);

  it("infinities and NaN", () => {
    const special = [NaN, Infinity, -Infinity, 0, -0, 1e38, -1e38, 100, -100, 88.7, -103];
    for (const name of ["exp", "tanh", "sigmoid", "relu"] as const) {
      const [wasm, plain] = bothWays(() => torch.tensor(special).repeat([200])[name]());
      for (let i = 0; i < special.length; i++) {
        if (Number.isFinite(plain[i])) expect(wasm[i]).toBeCloseTo(plain[i]!, 5);
        else expect(wasm[i]).toBe(plain[i]);
      }
    }
  });
});

/** Numbers at which float32 functions go wrong, the bounds of piecewise ones, and a fine grid. */
const hardValues = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1e-45,
  -1e-45,
  1e-40,
  -3e-39,
  1.2e-38,
  -1e-30,
  1e-8,
  -3e-5,
  0.4999,
  0.5,
  -0.5,
  1,
  -1,
  1.5,
  -1.5,
  2.5,
  3,
  -3,
  6,
  20,
  20.5,
  -20,
  87,
  -87,
  88.8,
  -88,
  104,
  -104,
  8388607.5,
  -8388609,
  3e8,
  5e9,
  -1e20,
  3.4e38,
  -3.4e38,
  ...Array.from({ length: 240 }, (_, i) => (i - 120) / 17),
];

function hard(): torch.Tensor {
  return torch.tensor(hardValues);
}

/** Every hard value, and every one with every third. */
function hardPairs(): [torch.Tensor, torch.Tensor] {
  const others = hardValues.filter((_, i) => i % 3 === 0 || i < 24);
  return [hard().repeat([others.length]), torch.tensor(others).repeatInterleave(hardValues.length)];
}

/** How far apart numbers of float32 are near `value`. */
function spacing(value: number): number {
  return 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(value)))) - 23);
}

/** Whether two numbers differ by at most so many units in the last place. What is made of results below 2^-125 may be zero. */
function isWithin(units: number, found: number, wanted: number): boolean {
  if (!Number.isFinite(wanted) || units === 0) return Object.is(found + 0, wanted + 0);
  return Math.abs(found - wanted) <= units * spacing(wanted) + 2 ** -118;
}

function expectWithin(units: number, compute: () => torch.Tensor): void {
  const [wasm, plain] = bothWays(compute);
  expect(wasm).toHaveLength(plain.length);
  const wrong = plain.flatMap((wanted, i) => (isWithin(units, wasm[i]!, wanted) ? [] : [`${i}: ${wasm[i]} instead of ${wanted}`]));
  expect(wrong.slice(0, 8)).toEqual([]);
}

describe("WebAssembly kernels at the edges of float32", () => {
  const F = nn.functional;

  it.each(["neg", "abs", "sqrt", "square", "reciprocal", "relu", "floor", "ceil", "trunc", "round", "sign", "logicalNot"] as const)("%s, exactly", (name) => {
    expectWithin(0, () => hard()[name]());
  });

  it.each(["exp", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "erf", "rsqrt", "sigmoid", "tanh"] as const)(
    "%s, within 2 units in the last place",
    (name) => {
      expectWithin(2, () => hard()[name]());
    },
  );

  it("the error function of infinities is its limits", () => {
    expect(torch.tensor([Infinity, -Infinity]).erf().tolist()).toEqual([1, -1]);
    expect(torch.tensor([Infinity, -Infinity]).erfc().tolist()).toEqual([0, 2]);
  });

  it.each(["add", "sub", "mul", "div", "maximum", "minimum", "eq", "ne", "lt", "le", "gt", "ge", "logicalAnd", "logicalOr", "logicalXor", "isclose"] as const)(
    "%s, exactly",
    (name) => {
      expectWithin(0, () => hardPairs()[0][name](hardPairs()[1]));
    },
  );

  it.each(["add", "mul", "eq", "lt", "ge"] as const)("%s of a number, and of truth values", (name) => {
    for (const value of [NaN, -Infinity, 0, 0.1, 1]) expectWithin(0, () => hard()[name](value));
    expectWithin(0, () => hard()[name](hard().gt(0)));
    expectWithin(0, () => hard().gt(0)[name](hard()));
  });

  it("choices and bounds, exactly", () => {
    expectWithin(0, () => torch.where(hardPairs()[0].gt(hardPairs()[1]), ...hardPairs()));
    expectWithin(0, () => hard().maskedFill(hard().isnan(), 7));
    expectWithin(0, () => hardPairs()[0].clamp(-1, hardPairs()[1]));
    expectWithin(0, () => hard().clamp({ min: 0.3 }));
    expectWithin(0, () => hard().clamp(NaN, 1));
    expectWithin(0, () => F.hardtanh(hard(), -2, 0.7));
    expectWithin(0, () => F.relu6(hard()));
    expectWithin(0, () => F.leakyRelu(hard(), 0.1));
    expectWithin(0, () => F.prelu(hard().view([-1, 8]), torch.tensor([0.1, 0.2, 0.3, 0.4, 0, -1, 2, 3])));
  });

  it.each([
    ["softplus", (x: torch.Tensor) => F.softplus(x)],
    ["softplus with beta", (x: torch.Tensor) => F.softplus(x, 2, 5)],
    ["logsigmoid", F.logsigmoid],
    ["hardsigmoid", (x: torch.Tensor) => F.hardsigmoid(x)],
    ["hardswish", (x: torch.Tensor) => F.hardswish(x.clamp(-1e38, 1e37))],
    ["elu", (x: torch.Tensor) => F.elu(x, 0.7)],
    ["celu", (x: torch.Tensor) => F.celu(x, 2)],
    ["selu", (x: torch.Tensor) => F.selu(x)],
    ["mish", (x: torch.Tensor) => F.mish(x)],
    ["pow 3", (x: torch.Tensor) => x.pow(3)],
  ] as const)("%s, within 4 units in the last place", (_, f) => {
    expectWithin(4, () => f(hard()));
  });

  /** The gradient of a function of hard values, by gradients that come in as they are. */
  const gradientOf = (f: (x: torch.Tensor) => torch.Tensor, x = hard()): torch.Tensor => {
    const leaf = x.requiresGrad_();
    const y = f(leaf);
    y.backward(torch.linspace(-2, 2, y.numel()).view(y.shape));
    return leaf.grad!;
  };

  it.each([
    ["abs", (x: torch.Tensor) => x.abs()],
    ["sqrt", (x: torch.Tensor) => x.sqrt()],
    ["log", (x: torch.Tensor) => x.log()],
    ["square", (x: torch.Tensor) => x.square()],
    ["pow 2", (x: torch.Tensor) => x.pow(2)],
    ["sin", (x: torch.Tensor) => x.sin()],
    ["cos", (x: torch.Tensor) => x.cos()],
    ["leakyRelu", (x: torch.Tensor) => F.leakyRelu(x)],
    ["elu", (x: torch.Tensor) => F.elu(x, 0.7)],
    ["celu", (x: torch.Tensor) => F.celu(x, 2)],
    ["selu", (x: torch.Tensor) => F.selu(x)],
    ["hardtanh", (x: torch.Tensor) => F.hardtanh(x)],
    ["hardsigmoid", (x: torch.Tensor) => F.hardsigmoid(x)],
    ["softplus", (x: torch.Tensor) => F.softplus(x, 2, 5)],
    ["logsigmoid", F.logsigmoid],
    ["clamp", (x: torch.Tensor) => x.clamp(-1, 0.5)],
    ["maximum", (x: torch.Tensor) => torch.maximum(x, torch.zeros([]))],
    ["minimum", (x: torch.Tensor) => torch.minimum(torch.zeros([]), x)],
    ["mean squared error", (x: torch.Tensor) => F.mseLoss(x, torch.ones(x.shape))],
    ["mean absolute error", (x: torch.Tensor) => F.l1Loss(x, torch.ones(x.shape))],
    ["smooth absolute error", (x: torch.Tensor) => F.smoothL1Loss(x, torch.ones(x.shape), { beta: 0.5, reduction: "none" })],
    ["Huber loss", (x: torch.Tensor) => F.huberLoss(x, torch.ones(x.shape), { delta: 0.5, reduction: "sum" })],
  ] as const)("the gradient of %s, within 6 units in the last place", (_, f) => {
    expectWithin(6, () => gradientOf(f));
  });

  it.each([
    ["erf", (x: torch.Tensor) => x.erf()],
    ["cross entropy with logits", (x: torch.Tensor) => F.binaryCrossEntropyWithLogits(x, torch.ones(x.shape).div(4))],
    ["mish", (x: torch.Tensor) => F.mish(x)],
    ["hardswish", (x: torch.Tensor) => F.hardswish(x)],
    ["rsqrt", (x: torch.Tensor) => x.abs().add(0.1).rsqrt()],
    ["reciprocal", (x: torch.Tensor) => x.reciprocal()],
    ["pow 3", (x: torch.Tensor) => x.pow(3)],
    ["division by it", (x: torch.Tensor) => torch.tensor(3).div(x)],
    ["variance", (x: torch.Tensor) => x.view([4, -1]).var(1)],
    ["spread", (x: torch.Tensor) => x.view([4, -1]).std(1)],
    ["logsumexp", (x: torch.Tensor) => x.view([4, -1]).logsumexp(1)],
    ["lerp", (x: torch.Tensor) => torch.lerp(x, torch.ones(x.shape), 0.3)],
    ["addcmul", (x: torch.Tensor) => torch.addcmul(torch.ones(x.shape), x, x, { value: 0.5 })],
  ] as const)("the gradient of %s", (_, f) => {
    expectClose(() => gradientOf(f, torch.randn(1003).mul(3).at(torch.slice(0, 1000))));
  });

  it("functions of several operands", () => {
    const [a, b, c] = [torch.randn(31, 33), torch.randn(31, 33), torch.rand(31, 33).add(0.1)];
    for (const weight of [0.3, 0.7, 1, c]) expectClose(() => torch.lerp(a, b, weight));
    expectClose(() => torch.addcmul(a, b, c, { value: 0.5 }));
    expectClose(() => torch.addcdiv(a, b, c, { value: -2 }));
    for (const reduction of ["none", "mean", "sum"] as const) {
      expectClose(() => F.mseLoss(a, b, { reduction }), 1e-4);
      expectClose(() => F.l1Loss(a, b, { reduction }), 1e-4);
      expectClose(() => F.smoothL1Loss(a, b, { reduction, beta: 0.6 }), 1e-4);
      expectClose(() => F.huberLoss(a, b, { reduction, delta: 0.6 }), 1e-4);
      expectClose(() => F.binaryCrossEntropyWithLogits(a, c, { reduction }), 1e-4);
      expectClose(() => F.klDiv(a, c, { reduction }), 1e-4);
    }
  });

  it.each([
    ["a number for each row", [7, 50, 1], [50, 70]],
    ["a number for each plane", [50, 1], [7, 1, 1]],
    ["one that is expanded", [1], [1, 50, 1]],
    ["rows longer than a piece", [2, 20000], [2, 1]],
    ["rows longer than a piece that repeat", [3, 20000], [20000]],
    ["both broadcast", [60, 1], [1, 70]],
    ["rows of one", [300, 1], [1]],
    ["rows of three", [300, 3], [300, 1]],
  ])("operands that are broadcast: %s", (_, one, other) => {
    expectWithin(0, () => torch.randn(one).sub(torch.randn(other)));
    expectWithin(0, () => torch.randn(other).gt(torch.randn(one)));
    expectWithin(0, () => torch.where(torch.randn(one).gt(0), torch.randn(other), torch.randn([])));
  });

  it("operands that are transposed, sliced, expanded and flipped, and results in place", () => {
    expectWithin(0, () => torch.randn(40, 50).t().sub(torch.randn(50, 40)));
    expectWithin(0, () =>
      torch
        .randn(3, 40, 50)
        .permute(2, 0, 1)
        .mul(torch.randn(50, 3, 40)),
    );
    expectWithin(0, () =>
      torch
        .randn(40, 50)
        .at(torch.slice(0, 40, 2), torch.slice(3, 47))
        .mul(torch.randn(44)),
    );
    expectWithin(0, () =>
      torch
        .randn(1, 50)
        .expand([40, 50])
        .mul(torch.randn(40, 1).expand([40, 50])),
    );
    expectWithin(0, () => {
      const x = torch.randn(40, 50);
      return x
        .sub_(x.t().reshape([40, 50]))
        .mul_(x)
        .clamp_(-1, 1);
    });
    expectWithin(0, () => {
      const x = torch.randn(40, 50);
      x.t().mul_(torch.randn(40));
      x.at(torch.slice(0, 20)).add_(x.at(torch.slice(20, 40)));
      return x;
    });
  });
});
