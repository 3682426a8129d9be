import * as torch from "layerscope";
import { beforeEach, describe, expect, test } from "vitest";
import { expectNumericalGradients, variable } from "../support/numericalGradients.js";

const { nn } = torch;
const F = nn.functional;

beforeEach(() => void torch.manualSeed(1));

type Nested = number | Nested[];

/** Element of a nested list; zero outside. */
function at(list: Nested, ...index: number[]): number {
  let value: Nested | undefined = list;
  for (const i of index) value = (value as Nested[] | undefined)?.[i];
  return (value as number | undefined) ?? 0;
}

/** The definition of a two-dimensional convolution, loop by loop. */
function convolve(
  x: torch.Tensor,
  weight: torch.Tensor,
  stride: readonly number[],
  padding: readonly number[],
  dilation: readonly number[],
  groups: number,
): number[][][][] {
  const [batch, , height, width] = x.shape as unknown as [number, number, number, number];
  const [out, perGroup, kh, kw] = weight.shape as unknown as [number, number, number, number];
  const [xs, ws] = [x.tolist() as Nested, weight.tolist() as Nested];
  const count = (size: number, kernel: number, i: number): number => Math.floor((size + 2 * padding[i]! - dilation[i]! * (kernel - 1) - 1) / stride[i]!) + 1;
  const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
  return range(batch).map((n) =>
    range(out).map((o) =>
      range(count(height, kh, 0)).map((i) =>
        range(count(width, kw, 1)).map((j) => {
          let sum = 0;
          for (let c = 0; c < perGroup; c++) {
            for (let a = 0; a < kh; a++) {
              for (let b = 0; b < kw; b++) {
                const channel = Math.floor(o / (out / groups)) * perGroup + c;
                sum +=
                  at(xs, n, channel, i * stride[0]! + a * dilation[0]! - padding[0]!, j * stride[1]! + b * dilation[1]! - padding[1]!) * at(ws, o, c, a, b);
              }
            }
          }
          return sum;
        }),
      ),
    ),
  );
}

const grids = [
  { stride: [1, 1], padding: [0, 0], dilation: [1, 1], groups: 1 },
  { stride: [2, 1], padding: [1, 2], dilation: [1, 1], groups: 1 },
  { stride: [1, 3], padding: [2, 0], dilation: [2, 1], groups: 2 },
  { stride: [2, 2], padding: [3, 3], dilation: [1, 2], groups: 4 },
] as const;

describe("conv2d is what its definition says", () => {
  test.each(grids)("stride $stride, padding $padding, dilation $dilation, groups $groups", ({ stride, padding, dilation, groups }) => {
    const x = torch.randn(2, 4, 7, 8);
    const weight = torch.randn(8, 4 / groups, 3, 2);
    const expected = torch.tensor(convolve(x, weight, stride, padding, dilation, groups));
    const output = F.conv2d(x, weight, { stride: [...stride], padding: [...padding], dilation: [...dilation], groups });
    expect(output.shape).toEqual(expected.shape);
    expect(torch.allclose(output, expected, { atol: 1e-4 })).toBe(true);
  });

  test("also where the image is computed in pieces", () => {
    const x = torch.randn(1, 16, 64, 90);
    const weight = torch.randn(2, 16, 7, 7);
    const output = F.conv2d(x, weight, { padding: 3 });
    const expected = torch.tensor(convolve(x, weight, [1, 1], [3, 3], [1, 1], 1));
    expect(torch.allclose(output, expected, { atol: 1e-3 })).toBe(true);
  });

  test("and in one and three dimensions, where it is the same mechanism", () => {
    const x = torch.randn(2, 3, 9);
    const weight = torch.randn(4, 3, 3);
    const flat = F.conv1d(x, weight, { stride: 2, padding: 1, dilation: 2 });
    const image = F.conv2d(x.unsqueeze(2), weight.unsqueeze(2), { stride: [1, 2], padding: [0, 1], dilation: [1, 2] });
    expect(torch.equal(flat, image.squeeze(2))).toBe(true);
    const volume = torch.randn(1, 2, 5, 5, 6);
    const kernel = torch.randn(3, 2, 2, 3, 3);
    // Depth taken apart: the sum of two-dimensional convolutions of its slices.
    const slices = [0, 1, 2, 3].map((d) => F.conv2d(volume.select(2, d), kernel.select(2, 0)).add(F.conv2d(volume.select(2, d + 1), kernel.select(2, 1))));
    expect(torch.allclose(F.conv3d(volume, kernel), torch.stack(slices, 2), { atol: 1e-4 })).toBe(true);
  });
});

describe("gradients", () => {
  test.each(grids)("conv2d with stride $stride, padding $padding, dilation $dilation, groups $groups", ({ stride, padding, dilation, groups }) => {
    const options = { stride: [...stride], padding: [...padding], dilation: [...dilation], groups };
    expectNumericalGradients(
      (x, weight, bias) => F.conv2d(x, weight, { bias: bias, ...options }),
      variable(2, 4, 5, 6),
      variable(4, 4 / groups, 3, 2),
      variable(4),
    );
  });
  test("conv1d, conv3d, without a batch, of a transposed input", () => {
    expectNumericalGradients((x, weight) => F.conv1d(x, weight, { padding: "same", dilation: 3 }), variable(2, 5), variable(3, 2, 2));
    expectNumericalGradients((x, weight, bias) => F.conv3d(x, weight, bias, 2, 1), variable(1, 2, 3, 4, 3), variable(2, 2, 2, 3, 2), variable(2));
    expectNumericalGradients((x, weight) => F.conv2d(x.transpose(2, 3), weight), variable(1, 2, 4, 3), variable(2, 2, 2, 2));
  });
  test.each([
    { stride: 1, padding: 0, outputPadding: 0, groups: 1, dilation: 1 },
    { stride: [2, 3], padding: 1, outputPadding: 1, groups: 2, dilation: 1 },
    { stride: 2, padding: [0, 1], outputPadding: 0, groups: 1, dilation: 2 },
  ])("convTranspose2d with %o", (options) => {
    expectNumericalGradients(
      (x, weight, bias) => F.convTranspose2d(x, weight, { bias: bias, ...options }),
      variable(2, 4, 3, 3),
      variable(4, 6 / options.groups, 3, 2),
      variable(6),
    );
  });
  test("convTranspose1d and 3d", () => {
    expectNumericalGradients((x, weight) => F.convTranspose1d(x, weight, { stride: 2 }), variable(2, 2, 4), variable(2, 3, 3));
    expectNumericalGradients((x, weight) => F.convTranspose3d(x, weight, { stride: 2, padding: 1 }), variable(1, 2, 2, 3, 2), variable(2, 1, 2, 3, 3));
  });
  test("layers that pad with the input itself", () => {
    for (const paddingMode of ["reflect", "replicate", "circular"] as const) {
      const layer = new nn.Conv2d(2, 3, 3, { padding: [2, 1], paddingMode, dtype: torch.float64 });
      expectNumericalGradients((x) => layer(x), variable(1, 2, 4, 5), layer.weight, layer.bias);
    }
  });
});

describe("transposed convolution", () => {
  test("is the gradient of a convolution with respect to its input", () => {
    const x = torch.randn(2, 3, 9, 8, { requiresGrad: true });
    const weight = torch.randn(6, 3, 3, 3);
    const options = { stride: 2, padding: 1 };
    const output = F.conv2d(x, weight, options);
    const gradient = torch.randnLike(output);
    output.backward(gradient);
    const transposed = F.convTranspose2d(gradient, weight, { ...options, outputPadding: [0, 1] });
    expect(torch.allclose(transposed, x.grad!, { atol: 1e-4 })).toBe(true);
  });

  test("takes the size that is asked for", () => {
    const layer = new nn.ConvTranspose2d(2, 3, 3, { stride: 2 });
    expect([...layer(torch.randn(1, 2, 4, 4)).shape]).toEqual([1, 3, 9, 9]);
    expect([...layer(torch.randn(1, 2, 4, 4), [10, 9]).shape]).toEqual([1, 3, 10, 9]);
    expect(() => layer(torch.randn(1, 2, 4, 4), [12, 9])).toThrow(
      "requested an output size of [12, 9], but valid sizes range from [9, 9] to [10, 10] (for an input of torch.Size([4, 4]))",
    );
  });
});

describe("layers", () => {
  test("padding modes agree with padding first", () => {
    const layer = new nn.Conv2d(2, 2, [2, 3], { padding: "same", paddingMode: "reflect" });
    const x = torch.randn(1, 2, 5, 6);
    const padded = F.pad(x, [1, 1, 0, 1], "reflect");
    expect(torch.equal(layer(x), F.conv2d(padded, layer.weight, layer.bias))).toBe(true);
  });

  test("print as PyTorch prints them", () => {
    const prints: readonly (readonly [torch.nn.Module, string])[] = [
      [new nn.Conv3d(2, 4, [1, 2, 3], 2, 1, 1, 2), "Conv3d(2, 4, kernel_size=(1, 2, 3), stride=(2, 2, 2), padding=(1, 1, 1), groups=2)"],
      [new nn.Conv1d({ inChannels: 2, outChannels: 4, kernelSize: 3, padding: "valid" }), "Conv1d(2, 4, kernel_size=(3,), stride=(1,), padding=valid)"],
      [
        new nn.ConvTranspose1d(2, 4, 3, 2, 1, 1, 1, false),
        "ConvTranspose1d(2, 4, kernel_size=(3,), stride=(2,), padding=(1,), output_padding=(1,), bias=False)",
      ],
      [new nn.LazyConv2d(8, 3, { padding: 1 }), "LazyConv2d(0, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))"],
    ];
    for (const [module, text] of prints) expect(String(module)).toBe(text);
  });

  test("lazy layers draw what the plain ones draw", () => {
    torch.manualSeed(5);
    const plain = new nn.Conv2d(3, 8, 3, { groups: 1 });
    const lazy = new nn.LazyConv2d(8, 3);
    torch.manualSeed(5);
    lazy(torch.zeros(1, 3, 8, 8));
    expect(torch.equal(lazy.weight, plain.weight)).toBe(true);
    expect(torch.equal(lazy.bias, plain.bias)).toBe(true);
    expect(String(lazy)).toBe(String(plain));
    expect(lazy).toBeInstanceOf(nn.Conv2d);
    const transposed = new nn.LazyConvTranspose1d(4, 3, { groups: 2 });
    expect([...transposed(torch.zeros(2, 6)).shape]).toEqual([4, 8]);
    expect([...transposed.weight.shape]).toEqual([2, 2, 3]);
  });

  test("infer shapes on meta", () => {
    const net = torch.withDevice(
      "meta",
      () => new nn.Sequential(new nn.Conv2d(3, 8, 7, { stride: 2, padding: 3 }), new nn.MaxPool2d(3, 2, 1), new nn.ConvTranspose2d(8, 4, 2, { stride: 2 })),
    );
    const output = net(torch.zeros([1, 3, 224, 224], { device: "meta" }));
    expect([...output.shape]).toEqual([1, 4, 112, 112]);
    output.sum().backward();
    expect([...net[0].weight.grad!.shape]).toEqual([8, 3, 7, 7]);
  });

  test("a bias that was switched off is null in the types too", () => {
    const bias: null = new nn.Conv2d(1, 1, 1, { bias: false }).bias;
    const learned: torch.nn.Parameter = new nn.Conv2d(1, 1, 1).bias;
    expect([bias, learned.numel()]).toEqual([null, 1]);
  });
});

describe("PyTorch's errors", () => {
  const x = torch.zeros(1, 4, 8, 8);
  test.each([
    [() => new nn.Conv2d(3, 6, 3)(x), "Given groups=1, weight of size [6, 3, 3, 3], expected input[1, 4, 8, 8] to have 3 channels, but got 4 channels instead"],
    [() => new nn.Conv1d(3, 6, 3)(x), "Expected 2D (unbatched) or 3D (batched) input to conv1d, but got input of size: [1, 4, 8, 8]"],
    [
      () => new nn.ConvTranspose2d(3, 6, 3)(x),
      "Given transposed=1, weight of size [3, 6, 3, 3], expected input[1, 4, 8, 8] to have 3 channels, but got 4 channels instead",
    ],
    [
      () => new nn.Conv2d(4, 4, 3, { dilation: 4 })(x),
      "Calculated padded input size per channel: (8 x 8). Kernel size: (9 x 9). Kernel size can't be greater than actual input size",
    ],
    [() => new nn.Conv2d(4, 6, 3, { groups: 3 }), "in_channels must be divisible by groups"],
    [() => new nn.Conv2d(4, 6, 3, { groups: 4 }), "out_channels must be divisible by groups"],
    [() => new nn.Conv2d(4, 6, 3, { padding: "same", stride: 2 }), "padding='same' is not supported for strided convolutions"],
    [() => new nn.Conv2d(4, 6, 3)(x.double()), "Input type (double) and bias type (float) should be the same"],
    [() => F.conv2d(x, torch.zeros(6, 4, 3, 3), { padding: -1 }), "negative padding is not supported"],
    [
      () => F.conv2d(x, torch.zeros(6, 4, 3, 3), torch.zeros(5)),
      "Given weight of size [6, 4, 3, 3], expected bias to be 1-dimensional with 6 elements, but got bias of size [5] instead",
    ],
    [
      () => F.convTranspose2d(x, torch.zeros(4, 4, 3, 3), { stride: 2, outputPadding: 2 }),
      "output padding must be smaller than either stride or dilation, but got output_padding_height: 2 output_padding_width: 2 stride_height: 2 stride_width: 2 dilation_height: 1 dilation_width: 1",
    ],
  ] as const)("%#", (fn, text) => expect(fn).toThrow(new torch.RuntimeError(text).message));
});

test("an option that does not exist is an error, not ignored", () => {
  const misspelt = { pading: 1 } as { padding?: number };
  expect(() => new nn.Conv2d(1, 1, 3, misspelt)).toThrow("got an unexpected keyword argument 'pading'");
  expect(() => new nn.MaxPool2d(2, misspelt)).toThrow("got an unexpected keyword argument 'pading'");
  expect(() => new nn.MSELoss({ sizeAverage: false } as object)).toThrow("got an unexpected keyword argument 'sizeAverage'");
});
