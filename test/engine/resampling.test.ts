import * as torch from "layerscope";
import { beforeEach, describe, expect, test } from "vitest";
import { expectNumericalGradients, variable } from "../support/numericalGradients.js";

const { nn } = torch;
const F = nn.functional;

beforeEach(() => void torch.manualSeed(1));

const shapeOf = (x: torch.Tensor): number[] => [...x.shape];
const image = torch.arange(1, 5).reshape(1, 1, 2, 2).float();

describe("padding", () => {
  const x = torch.arange(9).reshape(1, 1, 3, 3).float();
  test.each([
    // The examples of PyTorch's documentation.
    [
      new nn.ReflectionPad2d(2),
      [
        [8, 7, 6, 7, 8, 7, 6],
        [5, 4, 3, 4, 5, 4, 3],
        [2, 1, 0, 1, 2, 1, 0],
        [5, 4, 3, 4, 5, 4, 3],
        [8, 7, 6, 7, 8, 7, 6],
        [5, 4, 3, 4, 5, 4, 3],
        [2, 1, 0, 1, 2, 1, 0],
      ],
    ],
    [
      new nn.ReflectionPad2d([1, 1, 2, 0]),
      [
        [7, 6, 7, 8, 7],
        [4, 3, 4, 5, 4],
        [1, 0, 1, 2, 1],
        [4, 3, 4, 5, 4],
        [7, 6, 7, 8, 7],
      ],
    ],
    [
      new nn.ReplicationPad2d([1, 1, 2, 0]),
      [
        [0, 0, 1, 2, 2],
        [0, 0, 1, 2, 2],
        [0, 0, 1, 2, 2],
        [3, 3, 4, 5, 5],
        [6, 6, 7, 8, 8],
      ],
    ],
    [
      new nn.CircularPad2d([1, 1, 2, 0]),
      [
        [5, 3, 4, 5, 3],
        [8, 6, 7, 8, 6],
        [2, 0, 1, 2, 0],
        [5, 3, 4, 5, 3],
        [8, 6, 7, 8, 6],
      ],
    ],
    [
      new nn.ZeroPad2d([1, 1, 2, 0]),
      [
        [0, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 1, 2, 0],
        [0, 3, 4, 5, 0],
        [0, 6, 7, 8, 0],
      ],
    ],
    [
      new nn.ConstantPad2d([3, -1, 1, -1], 3.5),
      [
        [3.5, 3.5, 3.5, 3.5, 3.5],
        [3.5, 3.5, 3.5, 0, 1],
        [3.5, 3.5, 3.5, 3, 4],
      ],
    ],
  ] as const)("%s", (layer, expected) => {
    expect(layer(x).tolist()).toEqual([[expected]]);
    expect(layer(x.squeeze(0)).tolist()).toEqual([expected]);
  });

  test("gradients", () => {
    expectNumericalGradients((y) => F.pad(y, [1, -1, 2, 0], "constant", 3), variable(2, 3, 4));
    for (const mode of ["reflect", "replicate", "circular"] as const) {
      expectNumericalGradients((y) => F.pad(y, [2, 1], mode), variable(2, 4));
      expectNumericalGradients((y) => F.pad(y.transpose(2, 3), [1, 2, 0, 1], mode), variable(1, 2, 4, 3));
      expectNumericalGradients((y) => F.pad(y, [1, 0, 0, 1, 1, 1], mode), variable(1, 1, 2, 2, 2));
    }
  });

  test("keeps integers, and any number of dimensions with a constant", () => {
    expect(String(F.pad(torch.tensor([1, 2]), [1, 2], { value: 7 }))).toBe("tensor([7, 1, 2, 7, 7])");
    expect(String(F.pad(torch.tensor([[1, 2]]), [1, 1], "replicate"))).toBe("tensor([[1, 1, 2, 2]])");
    expect(shapeOf(F.pad(torch.zeros(2, 2), [0, 1, 2, 3]))).toEqual([7, 3]);
  });

  test("PyTorch's errors", () => {
    expect(() => F.pad(x, [1])).toThrow("Padding length must be divisible by 2");
    expect(() => F.pad(x, [3, 0, 0, 0], "reflect")).toThrow(
      "Argument #4: Padding size should be less than the corresponding input dimension, but got: padding (3, 0) at dimension 3 of input [1, 1, 3, 3]",
    );
    expect(() => F.pad(x, [4, 0, 0, 0], "circular")).toThrow("Padding value causes wrapping around more than once.");
    expect(() => F.pad(x, [1, 1], "reflect")).toThrow("Padding size 2 is not supported for 4D input tensor.");
    expect(() => F.pad(x, [-2, -2])).toThrow("narrow(): length must be non-negative.");
  });
});

describe("interpolation", () => {
  test("the examples of PyTorch's documentation", () => {
    expect(new nn.Upsample({ scaleFactor: 2, mode: "nearest" })(image).tolist()).toEqual([
      [
        [
          [1, 1, 2, 2],
          [1, 1, 2, 2],
          [3, 3, 4, 4],
          [3, 3, 4, 4],
        ],
      ],
    ]);
    expect(new nn.Upsample({ scaleFactor: 2, mode: "bilinear" })(image).tolist()).toEqual([
      [
        [
          [1, 1.25, 1.75, 2],
          [1.5, 1.75, 2.25, 2.5],
          [2.5, 2.75, 3.25, 3.5],
          [3, 3.25, 3.75, 4],
        ],
      ],
    ]);
    const aligned = new nn.UpsamplingBilinear2d({ scaleFactor: 2 })(image);
    expect(String(aligned)).toBe(
      "tensor([[[[1.0000, 1.3333, 1.6667, 2.0000],\n          [1.6667, 2.0000, 2.3333, 2.6667],\n          [2.3333, 2.6667, 3.0000, 3.3333],\n          [3.0000, 3.3333, 3.6667, 4.0000]]]])",
    );
  });

  test("nearest takes the element at the floor, nearest-exact at the centre", () => {
    const x = torch.arange(5).reshape(1, 1, 5).float();
    expect(F.interpolate(x, { size: 3 }).tolist()).toEqual([[[0, 1, 3]]]);
    expect(F.interpolate(x, { size: 3, mode: "nearest-exact" }).tolist()).toEqual([[[0, 2, 4]]]);
    expect(F.interpolate(x, { size: 3, mode: "area" }).tolist()).toEqual([[[0.5, 2, 3.5]]]);
  });

  test("bicubic goes through a cubic's values inside, and keeps constants", () => {
    expect(torch.allclose(F.interpolate(torch.full([1, 1, 4, 4], 3.5), { size: [7, 9], mode: "bicubic" }), torch.full([1, 1, 7, 9], 3.5))).toBe(true);
    // A straight line stays one away from the edges.
    const line = torch.arange(8).reshape(1, 1, 1, 8).float().expand(1, 1, 8, 8);
    const row = F.interpolate(line, { size: [8, 15], mode: "bicubic", alignCorners: true })
      .select(2, 4)
      .reshape([-1]);
    expect(torch.allclose(row.narrow(0, 2, 11), torch.linspace(1, 6, 11), { atol: 1e-5 })).toBe(true);
  });

  test("antialiasing averages what an element covers", () => {
    const x = torch.arange(8).reshape(1, 1, 1, 8).float();
    const plain = F.interpolate(x, { size: [1, 2], mode: "bilinear" });
    const smooth = F.interpolate(x, { size: [1, 2], mode: "bilinear", antialias: true });
    expect(plain.tolist()).toEqual([[[[1.5, 5.5]]]]);
    expect((smooth.reshape([-1]).tolist() as number[]).map((value) => value.toFixed(4))).toEqual(["1.8929", "5.1071"]);
  });

  test("a scale factor is used as given unless it is to be recomputed", () => {
    const x = torch.arange(5).reshape(1, 1, 5).float();
    const given = F.interpolate(x, { scaleFactor: 1.5, mode: "linear" });
    const recomputed = F.interpolate(x, { scaleFactor: 1.5, mode: "linear", recomputeScaleFactor: true });
    expect([shapeOf(given), shapeOf(recomputed)]).toEqual([
      [1, 1, 7],
      [1, 1, 7],
    ]);
    expect(given.at(0, 0, 1).item()).toBeCloseTo(0.5, 5);
    expect(recomputed.at(0, 0, 1).item()).toBeCloseTo((5 / 7) * 1.5 - 0.5, 5);
  });

  test("gradients", () => {
    expectNumericalGradients((x) => F.interpolate(x, { size: 7 }), variable(1, 2, 4));
    expectNumericalGradients((x) => F.interpolate(x, { scaleFactor: 1.7, mode: "linear" }), variable(1, 2, 4));
    for (const alignCorners of [true, false]) {
      expectNumericalGradients((x) => F.interpolate(x, { size: [5, 3], mode: "bilinear", alignCorners }), variable(1, 2, 3, 4));
      expectNumericalGradients((x) => F.interpolate(x, { size: [5, 3], mode: "bicubic", alignCorners }), variable(1, 1, 3, 4));
      expectNumericalGradients((x) => F.interpolate(x, { scaleFactor: 2, mode: "trilinear", alignCorners }), variable(1, 1, 2, 2, 3));
    }
    expectNumericalGradients((x) => F.interpolate(x, { size: [2, 3], mode: "bicubic", antialias: true }), variable(1, 1, 5, 6));
  });

  test("PyTorch's errors and printed form", () => {
    expect(() => F.interpolate(image, {})).toThrow("either size or scale_factor should be defined");
    expect(() => F.interpolate(image, { size: 2, scaleFactor: 2 })).toThrow("only one of size or scale_factor should be defined");
    expect(() => F.interpolate(image, { size: 2, mode: "linear" })).toThrow("Got 4D input, but linear mode needs 3D input");
    expect(() => F.interpolate(image, { size: 2, alignCorners: true })).toThrow(
      "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear",
    );
    expect(String(new nn.Upsample({ size: [3, 4], mode: "bilinear" }))).toBe("Upsample(size=[3, 4], mode='bilinear')");
    expect(String(new nn.Upsample(null, [2, 1.5]))).toBe("Upsample(scale_factor=(2.0, 1.5), mode='nearest')");
    expect(String(new nn.UpsamplingNearest2d(8))).toBe("UpsamplingNearest2d(size=8, mode='nearest')");
  });
});

describe("elements moved", () => {
  test("pixelShuffle and its inverse", () => {
    const x = torch.arange(16).reshape(1, 4, 2, 2);
    expect(new nn.PixelShuffle(2)(x).tolist()).toEqual([
      [
        [
          [0, 4, 1, 5],
          [8, 12, 9, 13],
          [2, 6, 3, 7],
          [10, 14, 11, 15],
        ],
      ],
    ]);
    expect(torch.equal(new nn.PixelUnshuffle(2)(new nn.PixelShuffle(2)(x)), x)).toBe(true);
    expect(() => new nn.PixelShuffle(3)(x)).toThrow(
      "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=4 is not divisible by 9",
    );
  });

  test("channelShuffle deals out groups", () => {
    expect(
      new nn.ChannelShuffle(2)(torch.arange(4).reshape(1, 4, 1, 1))
        .reshape([-1])
        .tolist(),
    ).toEqual([0, 2, 1, 3]);
  });

  test("unfold and fold: products of windows are a convolution, and folding counts overlaps", () => {
    const x = torch.randn(2, 3, 5, 6);
    const weight = torch.randn(4, 3, 2, 3);
    const columns = new nn.Unfold([2, 3], { stride: 2, padding: 1 })(x);
    expect(shapeOf(columns)).toEqual([2, 18, 9]);
    const products = weight.reshape(4, -1).matmul(columns).reshape(2, 4, 3, 3);
    expect(torch.allclose(products, F.conv2d(x, weight, { stride: 2, padding: 1 }), { atol: 1e-4 })).toBe(true);
    const ones = F.fold(F.unfold(torch.ones(1, 1, 3, 3), 2), 3, 2);
    expect(ones.tolist()).toEqual([
      [
        [
          [1, 2, 1],
          [2, 4, 2],
          [1, 2, 1],
        ],
      ],
    ]);
    expectNumericalGradients((y) => F.unfold(y, [2, 1], { dilation: 2, padding: 1 }), variable(2, 3, 4));
    expectNumericalGradients((y) => F.fold(y, { outputSize: [4, 5], kernelSize: 2, stride: 2, padding: [0, 1] }), variable(1, 4, 6));
    expect(String(new nn.Fold([4, 5], 2))).toBe("Fold(output_size=[4, 5], kernel_size=2, dilation=1, padding=0, stride=1)");
  });
});

test("bilinear: x1 times a matrix times x2 for each output", () => {
  const layer = new nn.Bilinear(3, 4, 2, { dtype: torch.float64 });
  expect(String(layer)).toBe("Bilinear(in1_features=3, in2_features=4, out_features=2, bias=True)");
  expectNumericalGradients((a, b) => layer(a, b), variable(2, 2, 3), variable(2, 2, 4), layer.weight, layer.bias);
  expect(() => layer(variable(2, 4), variable(2, 4))).toThrow("bilinear(): input1 size does not match weight size: got 4 but expected 3");
});
