import * as torch from "layerscope";
import { beforeEach, describe, expect, test } from "vitest";
import { expectNumericalGradients, variable } from "../support/numericalGradients.js";

const { nn } = torch;
const F = nn.functional;

beforeEach(() => void torch.manualSeed(1));

const functions: readonly (readonly [name: string, fn: (x: torch.Tensor) => torch.Tensor])[] = [
  ["relu", (x) => F.relu(x)],
  ["leakyRelu", (x) => F.leakyRelu(x, 0.2)],
  ["rrelu while training", (x) => F.rrelu(x, 0.1, 0.3, true)],
  ["rrelu", (x) => F.rrelu(x)],
  ["elu", (x) => F.elu(x, 0.7)],
  ["celu", (x) => F.celu(x, { alpha: 0.7 })],
  ["selu", (x) => F.selu(x)],
  ["gelu", (x) => F.gelu(x)],
  ["gelu by tanh", (x) => F.gelu(x, { approximate: "tanh" })],
  ["silu", (x) => F.silu(x)],
  ["mish", (x) => F.mish(x)],
  ["softplus", (x) => F.softplus(x, { beta: 3, threshold: 2 })],
  ["softsign", (x) => F.softsign(x)],
  ["softshrink", (x) => F.softshrink(x, 0.3)],
  ["hardshrink", (x) => F.hardshrink(x, 0.3)],
  ["tanhshrink", (x) => F.tanhshrink(x)],
  ["threshold", (x) => F.threshold(x, 0.1, 20)],
  ["hardtanh", (x) => F.hardtanh(x, -0.4, 0.6)],
  ["relu6", (x) => F.relu6(x.mul(5))],
  ["hardsigmoid", (x) => F.hardsigmoid(x.mul(3))],
  ["hardswish", (x) => F.hardswish(x.mul(3))],
  ["logsigmoid", (x) => F.logsigmoid(x)],
  ["glu", (x) => F.glu(x, 1)],
  ["softmax", (x) => F.softmax(x, 1)],
  ["softmax along the last dimension", (x) => F.softmax(x, -1)],
  ["softmin", (x) => F.softmin(x, 0)],
  ["logSoftmax", (x) => F.logSoftmax(x, 1)],
  ["gumbelSoftmax", (x) => F.gumbelSoftmax(x, { tau: 0.5 })],
];

describe("gradients of activations", () => {
  test.each(functions)("%s", (_, fn) => {
    expectNumericalGradients(fn, variable(3, 4, 2));
    expectNumericalGradients((x) => fn(x.transpose(0, 2)), variable(2, 4, 3));
  });
  test.each([1, 4])("prelu with %i slopes", (slopes) => expectNumericalGradients((x, weight) => F.prelu(x, weight), variable(3, 4, 2), variable(slopes)));
});

describe("in place", () => {
  const layers = [
    () => new nn.ReLU(true),
    () => new nn.ReLU6({ inplace: true }),
    () => new nn.LeakyReLU(0.2, true),
    () => new nn.ELU({ inplace: true }),
    () => new nn.SELU(true),
    () => new nn.CELU(1, true),
    () => new nn.SiLU(true),
    () => new nn.Mish(true),
    () => new nn.Hardtanh({ inplace: true }),
    () => new nn.Hardswish(true),
    () => new nn.Hardsigmoid(true),
    () => new nn.Threshold(0, 1, true),
    () => new nn.Dropout(0.5, true),
    () => new nn.RReLU(0.1, 0.2, true),
  ];
  test.each(layers.map((make) => [make().constructor.name, make] as const))("%s writes into its input and has the gradient of the plain form", (_, make) => {
    const gradientOf = (inplace: boolean): [torch.Tensor, torch.Tensor] => {
      torch.manualSeed(3);
      const x = torch.randn([4, 5], { requiresGrad: true });
      const layer = make();
      (layer as unknown as { inplace: boolean }).inplace = inplace;
      const input = x.mul(1);
      const output = (layer as unknown as (x: torch.Tensor) => torch.Tensor)(input);
      expect(output === input).toBe(inplace);
      output.mul(torch.arange(20).reshape(4, 5)).sum().backward();
      return [output, x.grad!];
    };
    const [plain, inPlace] = [gradientOf(false), gradientOf(true)];
    expect(torch.allclose(plain[0], inPlace[0])).toBe(true);
    expect(torch.allclose(plain[1], inPlace[1])).toBe(true);
  });

  test("not on a leaf that requires a gradient", () => {
    expect(() => F.leakyRelu(variable(3), { inplace: true })).toThrow("a leaf Variable that requires grad is being used in an in-place operation.");
  });
});

test("softmax does not overflow", () => {
  const x = torch.tensor([
    [1000.0, 1000.5],
    [-1000.0, -Infinity],
  ]);
  expect(String(F.softmax(x, 1))).toBe("tensor([[0.3775, 0.6225],\n        [1.0000, 0.0000]])");
  expect(F.logSoftmax(x, 1).tolist()).toEqual([
    [expect.closeTo(-0.974077, 5), expect.closeTo(-0.474077, 5)],
    [0, -Infinity],
  ]);
});

test("a layer without a dimension takes PyTorch's implicit one", () => {
  const x = torch.randn(2, 3, 4);
  expect(torch.equal(new nn.Softmax()(x), F.softmax(x, 0))).toBe(true);
  expect(torch.equal(new nn.Softmax()(x.select(0, 0)), F.softmax(x.select(0, 0), 1))).toBe(true);
});

test("hard Gumbel samples are one-hot", () => {
  const samples = F.gumbelSoftmax(torch.randn(50, 4), { hard: true });
  expect(torch.equal(samples.sum(1), torch.ones(50))).toBe(true);
  expect(torch.equal(samples.max(1).values, torch.ones(50))).toBe(true);
});

test("arguments print as PyTorch prints them", () => {
  const prints: readonly (readonly [torch.nn.Module, string])[] = [
    [new nn.Hardtanh(-2, 2), "Hardtanh(min_val=-2, max_val=2)"],
    [new nn.Hardtanh({ inplace: true }), "Hardtanh(min_val=-1.0, max_val=1.0, inplace=True)"],
    [new nn.ReLU6(true), "ReLU6(inplace=True)"],
    [new nn.RReLU(), "RReLU(lower=0.125, upper=0.3333333333333333)"],
    [new nn.Threshold(0.1, 20), "Threshold(threshold=0.1, value=20)"],
    [new nn.Softplus(2, 10), "Softplus(beta=2, threshold=10)"],
    [new nn.Softshrink(), "Softshrink(0.5)"],
    [new nn.Hardshrink(0.3), "Hardshrink(0.3)"],
    [new nn.CELU(), "CELU(alpha=1.0)"],
    [new nn.GLU(), "GLU(dim=-1)"],
    [new nn.Softmin(), "Softmin(dim=None)"],
    [new nn.Softmax2d(), "Softmax2d()"],
    [new nn.PReLU({ numParameters: 4 }), "PReLU(num_parameters=4)"],
    [new nn.Hardsigmoid(), "Hardsigmoid()"],
    [new nn.AlphaDropout(0), "AlphaDropout(p=0.0, inplace=False)"],
    [new nn.FeatureAlphaDropout(), "FeatureAlphaDropout(p=0.5, inplace=False)"],
    [new nn.Unflatten(1, [2, 5]), "Unflatten(dim=1, unflattened_size=[2, 5])"],
  ];
  for (const [module, text] of prints) expect(String(module)).toBe(text);
});

test("PyTorch's errors", () => {
  const x = torch.randn(3, 5);
  expect(() => F.glu(x)).toThrow("Halving dimension must be even, but dimension 1 is size 5");
  expect(() => F.softmax(x, 2)).toThrow("Dimension out of range (expected to be in range of [-2, 1], but got 2)");
  expect(() => F.softmax(torch.arange(3), 0)).toThrow("\"softmax_lastdim_kernel_impl\" not implemented for 'Long'");
  expect(() => F.prelu(x, torch.ones(4))).toThrow("Mismatch of parameter numbers and input channel size. Found parameter numbers = 4 and channel size = 5.");
  expect(() => F.softshrink(x, -1)).toThrow("lambda must be in range [0, 3.40282e+38] for input dtype Float, but found -1");
  expect(() => F.gelu(x, { approximate: "sigmoid" as "tanh" })).toThrow("approximate argument must be either none or tanh.");
  expect(() => new nn.Dropout(1.5)).toThrow("dropout probability has to be between 0 and 1, but got 1.5");
  expect(() => new nn.Softmax2d()(x)).toThrow("Softmax2d: expected input to be 3D or 4D, got 2D instead");
});

describe("dropout", () => {
  test("keeps the expectation, and passes on in evaluation mode", () => {
    const x = torch.ones(1000);
    const dropout = new nn.Dropout(0.25);
    const output = dropout(x);
    expect(new Set(output.tolist() as number[])).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(output.mean().item()).toBeCloseTo(1, 1);
    expect(dropout.eval()(x)).toBe(x);
  });

  test.each([
    [new nn.Dropout1d(), [4, 6], [3]],
    [new nn.Dropout2d(), [4, 6], [2, 3]],
    [new nn.Dropout3d(), [4, 6], [1, 2, 3]],
    [new nn.Dropout3d(), [6], [1, 2, 3]],
    [new nn.Dropout1d(), [6], [3]],
  ])("%s drops whole channels: %j of %j", (layer, channels, spatial) => {
    const output = layer(torch.ones([...channels, ...spatial])).reshape([channels.reduce((a, b) => a * b), -1]);
    const kept = output.select(1, 0);
    expect(new Set(kept.tolist() as number[])).toEqual(new Set([0, 2]));
    expect(torch.equal(output, kept.unsqueeze(1).expandAs(output))).toBe(true);
  });

  test("alpha dropout keeps mean and variance", () => {
    const x = torch.randn(20000);
    const output = new nn.AlphaDropout(0.3)(x);
    expect(output.mean().item()).toBeCloseTo(0, 1);
    expect(output.std().item()).toBeCloseTo(1, 1);
  });

  test("has the gradient of what it did", () => {
    expectNumericalGradients((x) => F.dropout(x, 0.4), variable(3, 4));
    expectNumericalGradients((x) => F.alphaDropout(x, 0.4, true), variable(3, 4));
    expectNumericalGradients((x) => F.featureAlphaDropout(x, { p: 0.4, training: true }), variable(3, 4, 2));
    expectNumericalGradients((x) => F.dropout(x, 1), variable(3, 4));
  });
});
