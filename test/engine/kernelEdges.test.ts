import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { expectClose, expectWithin } from "./bothWays.js";

const { nn } = torch;

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

  it("powers of hard numbers and the loss of probabilities, to the last bit", () => {
    const [x, y] = hardPairs();
    expectWithin(0, () => x.pow(y));
    expectWithin(0, () => x.abs().pow(y.div(7)));
    const small = Array.from({ length: 1600 }, (_, i) => 2 ** (-i / 40));
    const edges = [0, 1, 1e-40, 2 ** -29, 2 ** -30, 0.29289319, 0.29289322, 0.29289338, 0.2928934, 0.49999997, 0.5, 0.50000006, 1 - 2 ** -24];
    const p = torch.tensor([...edges, ...small, ...small.map((each) => 1 - each)]);
    for (const target of [p, p.flip(0)]) expectWithin(0, () => F.binaryCrossEntropy(p, target, { reduction: "none" }));
  });

  it.each([1, 15, 16, 17, 1000, 16383, 16384, 32773])("truth values and bytes beside %i numbers", (count) => {
    expectWithin(0, () => torch.randint(0, 256, [count]).to(torch.uint8).mul(torch.rand(count)));
    expectWithin(0, () => torch.where(torch.rand(count).gt(0.5), torch.rand(count), torch.randn(count)));
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
