import * as torch from "layerscope";
import { beforeEach, describe, expect, test } from "vitest";
import { expectNumericalGradients, variable } from "../support/numericalGradients.js";

const { nn } = torch;
const F = nn.functional;

beforeEach(() => void torch.manualSeed(1));

const shapeOf = (x: torch.Tensor): number[] => [...x.shape];
const sequence = (...values: number[]): torch.Tensor => torch.tensor([[values]]).float();
const numbers = (x: torch.Tensor): number[] => x.reshape([-1]).tolist() as number[];

describe("which windows there are", () => {
  test.each([
    // size, kernel, stride, padding, dilation: without and with ceil mode
    [5, 2, 2, 0, 1, 2, 3],
    [6, 3, 2, 0, 1, 2, 3],
    [7, 3, 2, 1, 1, 4, 4],
    [6, 2, 3, 1, 1, 3, 3],
    [8, 3, 3, 0, 2, 2, 2],
    [9, 3, 3, 0, 2, 2, 3],
    [4, 3, 4, 1, 1, 1, 2],
  ])("size %i, kernel %i, stride %i, padding %i, dilation %i: %i, ceil mode %i", (size, kernel, stride, padding, dilation, floor, ceil) => {
    const x = torch.randn(1, 1, size);
    expect(shapeOf(F.maxPool1d(x, kernel, { stride, padding, dilation }))).toEqual([1, 1, floor]);
    expect(shapeOf(F.maxPool1d(x, kernel, { stride, padding, dilation, ceilMode: true }))).toEqual([1, 1, ceil]);
  });

  test("no window starts in the padding behind, ceil mode or not", () => {
    // The third window would start at 5 + 1, beyond the last element.
    expect(numbers(F.avgPool1d(sequence(1, 2, 3, 4, 5), 2, { stride: 3, padding: 1, ceilMode: true }))).toEqual([0.5, 3.5]);
  });

  test("averages over what a window that reaches over the end does contain", () => {
    const x = sequence(1, 2, 3, 4, 5);
    expect(numbers(F.avgPool1d(x, 2, { ceilMode: true }))).toEqual([1.5, 3.5, 5]);
    expect(numbers(F.avgPool1d(x, 3, { stride: 2, padding: 1 }))).toEqual([1, 3, 3].map(Math.fround));
    expect(numbers(F.avgPool1d(x, 3, { stride: 2, padding: 1, countIncludePad: false }))).toEqual([1.5, 3, 4.5]);
    // With padding, zeros count up to the padded end but not beyond: 5 and one zero.
    expect(numbers(F.avgPool1d(sequence(1, 2, 3, 4, 5, 6), 3, { stride: 3, padding: 1, ceilMode: true }))).toEqual([1, 4, 3]);
  });

  test("a divisor of one's own", () => {
    const x = torch.ones(1, 1, 4, 4);
    expect(numbers(F.avgPool2d(x, 2, { divisorOverride: 3 }))).toEqual([4 / 3, 4 / 3, 4 / 3, 4 / 3].map(Math.fround));
    expect(() => F.avgPool2d(x, 2, { divisorOverride: 0 })).toThrow("divisor must be not zero");
  });

  test("adaptive windows overlap where they must", () => {
    expect(numbers(F.adaptiveAvgPool1d(sequence(1, 2, 3, 4, 5), 3))).toEqual([1.5, 3, 4.5]);
    expect(numbers(F.adaptiveMaxPool1d(sequence(1, 5, 3, 4, 2), 3))).toEqual([5, 5, 4]);
    expect(shapeOf(new nn.AdaptiveAvgPool2d([null, 7])(torch.randn(8, 9, 10)))).toEqual([8, 9, 7]);
    expect(shapeOf(new nn.AdaptiveMaxPool3d(2)(torch.randn(1, 8, 5, 6, 7)))).toEqual([1, 8, 2, 2, 2]);
  });
});

describe("maxima", () => {
  test("their places are those in the plane, the first of equal ones", () => {
    const x = torch
      .tensor([
        [
          [
            [1, 3, 2, 2],
            [3, 0, 1, 2],
            [0, 0, 9, 8],
            [0, -1, 8, 9],
          ],
        ],
      ])
      .float();
    const [values, places] = F.maxPool2d(x, 2, { returnIndices: true });
    expect(numbers(values)).toEqual([3, 2, 0, 9]);
    expect(numbers(places)).toEqual([1, 2, 8, 10]);
    expect(places.dtype).toBe(torch.int64);
  });

  test("NaN wins, and padding never does", () => {
    expect(numbers(F.maxPool1d(sequence(1, NaN, -3, -4), 2))).toEqual([NaN, -3]);
    expect(numbers(F.maxPool1d(sequence(-1, -2, -3), 3, { stride: 2, padding: 1 }))).toEqual([-1, -2]);
  });

  test("unpooling puts them back", () => {
    const pool = new nn.MaxPool2d(2, { stride: 2, returnIndices: true });
    const unpool = new nn.MaxUnpool2d(2, { stride: 2 });
    const x = torch.arange(1, 17).reshape(1, 1, 4, 4).float();
    const [output, indices] = pool(x);
    expect(numbers(unpool(output, indices))).toEqual([0, 0, 0, 0, 0, 6, 0, 8, 0, 0, 0, 0, 0, 14, 0, 16]);
    expect(shapeOf(unpool(output, indices, [5, 5]))).toEqual([1, 1, 5, 5]);
    expect(() => unpool(output, indices, [7, 4])).toThrow('invalid output_size "[7, 4]" (dim 0 must be between 2 and 6)');
  });

  test("fractional windows have the size that is asked for and hold each element once or more", () => {
    const x = torch.randn(2, 3, 11, 12);
    const [output, indices] = new nn.FractionalMaxPool2d(3, { outputRatio: 0.5, returnIndices: true })(x);
    expect(shapeOf(output)).toEqual([2, 3, 5, 6]);
    expect(torch.equal(x.reshape(2, 3, -1).gather(2, indices.reshape(2, 3, -1)), output.reshape(2, 3, -1))).toBe(true);
  });
});

describe("gradients", () => {
  test("of maxima", () => {
    expectNumericalGradients((x) => F.maxPool1d(x, 2), variable(2, 2, 5));
    expectNumericalGradients((x) => F.maxPool2d(x, [2, 3], { stride: 1, padding: 1, dilation: [1, 2] }), variable(1, 2, 5, 6));
    expectNumericalGradients((x) => F.maxPool3d(x, 2, { ceilMode: true }), variable(2, 3, 3, 4));
    expectNumericalGradients((x) => F.adaptiveMaxPool2d(x, [2, 3]), variable(2, 5, 4));
    expectNumericalGradients((x) => F.fractionalMaxPool2d(x, 2, { outputSize: 3 }), variable(1, 2, 6, 7));
    expectNumericalGradients((x) => F.fractionalMaxPool3d(x, 2, { outputSize: 2 }), variable(1, 2, 4, 4, 4));
    const [values, indices] = F.maxPool2d(variable(1, 2, 4, 4), 2, { returnIndices: true });
    expectNumericalGradients((x) => F.maxUnpool2d(x, indices, 2), values.detach().requiresGrad_());
  });
  test("of averages", () => {
    expectNumericalGradients((x) => F.avgPool1d(x, 3, { stride: 2, padding: 1, countIncludePad: false }), variable(2, 2, 6));
    expectNumericalGradients((x) => F.avgPool2d(x, [3, 2], { stride: 2, padding: 1, ceilMode: true }), variable(1, 2, 5, 6));
    expectNumericalGradients((x) => F.avgPool2d(x.transpose(1, 2), 2, { divisorOverride: 3 }), variable(4, 2, 4));
    expectNumericalGradients((x) => F.avgPool3d(x, 2), variable(1, 2, 3, 4, 4));
    expectNumericalGradients((x) => F.adaptiveAvgPool2d(x, [3, 2]), variable(2, 5, 4));
    expectNumericalGradients((x) => F.adaptiveAvgPool3d(x, 2), variable(1, 2, 3, 4, 3));
  });
  test("of powers", () => {
    expectNumericalGradients((x) => F.lpPool1d(x.exp(), 3, 2), variable(2, 2, 5));
    expectNumericalGradients((x) => F.lpPool2d(x, 2, [2, 3], { stride: 1 }), variable(1, 2, 4, 5));
    expectNumericalGradients((x) => F.lpPool3d(x, 2, 2), variable(1, 1, 2, 3, 4));
  });
});

test("arguments print as PyTorch prints them", () => {
  const prints: readonly (readonly [torch.nn.Module, string])[] = [
    [new nn.MaxPool2d([3, 2], 2, 1), "MaxPool2d(kernel_size=[3, 2], stride=2, padding=1, dilation=1, ceil_mode=False)"],
    [new nn.MaxPool1d({ kernelSize: 3, ceilMode: true }), "MaxPool1d(kernel_size=3, stride=3, padding=0, dilation=1, ceil_mode=True)"],
    [new nn.AvgPool1d(2), "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))"],
    [new nn.AvgPool3d(2, { stride: 1, padding: 1 }), "AvgPool3d(kernel_size=2, stride=1, padding=1)"],
    [new nn.MaxUnpool2d(2), "MaxUnpool2d(kernel_size=(2, 2), stride=(2, 2), padding=(0, 0))"],
    [new nn.LPPool2d(2, 3), "LPPool2d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)"],
    [new nn.AdaptiveAvgPool2d(1), "AdaptiveAvgPool2d(output_size=1)"],
    [new nn.AdaptiveMaxPool2d([3, null]), "AdaptiveMaxPool2d(output_size=[3, None])"],
    [new nn.FractionalMaxPool2d(3, { outputSize: 2 }), "FractionalMaxPool2d()"],
  ];
  for (const [module, text] of prints) expect(String(module)).toBe(text);
});

test("PyTorch's errors", () => {
  const x = torch.zeros(1, 2, 3, 3);
  expect(() => new nn.MaxPool2d(4)(x)).toThrow("Given input size: (2x3x3). Calculated output size: (2x0x0). Output size is too small");
  expect(() => new nn.AvgPool1d(4)(x.select(0, 0))).toThrow("Given input size: (3x1x3). Calculated output size: (3x1x0). Output size is too small");
  expect(() => new nn.MaxPool2d(2, { padding: 2 })(x)).toThrow(
    "pad should be at most half of effective kernel size, but got pad=2, kernel_size=2 and dilation=1",
  );
  expect(() => new nn.MaxPool2d(2)(x.unsqueeze(0))).toThrow("non-empty 3D or 4D (batch mode) tensor expected for input");
  expect(() => new nn.MaxPool1d(2)(x)).toThrow(
    "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:[1, 2, 3, 3]",
  );
  expect(() => new nn.AdaptiveAvgPool2d(2)(torch.zeros(3, 3))).toThrow("adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got [3, 3]");
  expect(() => new nn.AdaptiveAvgPool2d([2, null])(torch.zeros(3, 3))).toThrow("Input dimension should be at least 3");
  expect(() => new nn.MaxPool2d(2)(torch.zeros(1, 0, 3, 3))).toThrow("tensor with optional 0 dim batch size for input, but got:[1, 0, 3, 3]");
  expect(() => new nn.MaxPool1d(4)(torch.zeros(1, 2, 3))).toThrow("max_pool1d() Invalid computed output size: 0");
  expect(() => new nn.FractionalMaxPool2d(2)).toThrow("FractionalMaxPool2d requires specifying either an output size, or a pooling ratio");
});

test("infers shapes on meta", () => {
  const x = torch.zeros([2, 3, 32, 32], { device: "meta" });
  const [output, indices] = new nn.MaxPool2d(3, { stride: 2, returnIndices: true })(x);
  expect([shapeOf(output), shapeOf(indices), output.device]).toEqual([[2, 3, 15, 15], [2, 3, 15, 15], "meta"]);
  expect(shapeOf(new nn.AdaptiveAvgPool2d(7)(x))).toEqual([2, 3, 7, 7]);
  expect(shapeOf(new nn.LPPool2d(2, 2)(x))).toEqual([2, 3, 16, 16]);
});

test("what a pooling gives is known to the types", () => {
  const x = torch.zeros(1, 1, 4, 4);
  const plain: torch.Tensor = new nn.MaxPool2d(2)(x);
  const [, fromOptions]: readonly torch.Tensor[] = new nn.MaxPool2d({ kernelSize: 2, returnIndices: true })(x);
  const [, byPosition]: readonly torch.Tensor[] = new nn.MaxPool2d(2, 2, 0, 1, true)(x);
  const adaptive: torch.Tensor = new nn.AdaptiveMaxPool2d(2)(x);
  const [, places]: readonly torch.Tensor[] = new nn.AdaptiveMaxPool2d(2, { returnIndices: true })(x);
  const [, fractional]: readonly torch.Tensor[] = new nn.FractionalMaxPool2d(2, { outputSize: 2, returnIndices: true })(x);
  for (const result of [plain, fromOptions, byPosition, adaptive, places, fractional]) expect(shapeOf(result)).toEqual([1, 1, 2, 2]);
});
