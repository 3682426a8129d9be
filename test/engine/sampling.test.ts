import * as torch from "layerscope";
import { describe, expect, test, vi } from "vitest";

const F = torch.nn.functional;
const image = torch.arange(1, 17).float().reshape([1, 1, 4, 4]);
const grid = torch.tensor([
  [
    [
      [-1, -1],
      [0.1, 0.2],
    ],
  ],
]);
const theta = torch.tensor([
  [
    [1, 0, 0.5],
    [0, 1, 0],
  ],
]);
const zeros = torch.zeros([3]);
const index = torch.tensor([0, 1, 0]);
const source = torch.tensor([1.5, 2, 3]);

describe("what PyTorch refuses", () => {
  test.each<[string, () => unknown, string]>([
    [
      "a mode",
      () => F.gridSample(image, grid, { mode: "foo" as never }),
      "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: 'foo'",
    ],
    [
      "a padding",
      () => F.gridSample(image, grid, { paddingMode: "foo" as never }),
      "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: 'foo'",
    ],
    [
      "too few dimensions",
      () => F.gridSample(image.at(0), grid),
      "grid_sampler(): expected grid to have size 1 in last dimension, but got grid with sizes [1, 1, 2, 2]",
    ],
    [
      "another rank",
      () => F.gridSample(image, grid.at(0)),
      "grid_sampler(): expected 4D input and grid with same number of dimensions, but got input with sizes [1, 1, 4, 4] and grid with sizes [1, 2, 2]",
    ],
    [
      "another batch",
      () => F.gridSample(torch.cat([image, image]), grid),
      "grid_sampler(): expected grid and input to have same batch size, but got input with sizes [2, 1, 4, 4] and grid with sizes [1, 1, 2, 2]",
    ],
    [
      "too few coordinates",
      () => F.gridSample(image, grid.narrow(3, 0, 1)),
      "grid_sampler(): expected grid to have size 2 in last dimension, but got grid with sizes [1, 1, 2, 1]",
    ],
    ["another dtype", () => F.gridSample(image, grid.double()), "expected scalar type Float but found Double"],
    ["integers", () => F.gridSample(image.long(), grid.long()), "\"grid_sampler_2d_cpu_kernel_impl\" not implemented for 'Long'"],
    [
      "a cubic volume",
      () => F.gridSample(torch.ones([1, 1, 2, 2, 2]), torch.zeros([1, 1, 1, 1, 3]), { mode: "bicubic" }),
      "grid_sampler(): bicubic interpolation only supports 4D input",
    ],
    [
      "no pixels",
      () => F.gridSample(torch.ones([1, 1, 0, 2]), grid),
      "grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes [1, 1, 0, 2] with dimension 2 being empty",
    ],
    [
      "one matrix",
      () => F.affineGrid(theta.at(0), [1, 1, 2, 3]),
      "Expected a batch of 2D affine matrices of shape Nx2x3 for size [1, 1, 2, 3]. Got torch.Size([2, 3]).",
    ],
    [
      "a short size",
      () => F.affineGrid(theta, [1, 1, 2]),
      "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. Got size [1, 1, 2].",
    ],
    ["an integer map", () => F.affineGrid(theta.long(), [1, 1, 2, 3]), "Expected theta to have floating point type, but got torch.int64"],
    [
      "more images than maps",
      () => F.affineGrid(theta, [2, 1, 2, 3]),
      "Expected size for first two dimensions of batch2 tensor to be: [2, 3] but got: [1, 3].",
    ],
    ["no image", () => F.affineGrid(theta, [1, 1, 0, 3]), "Expected non-zero, positive output size. Got [1, 1, 0, 3]"],
    [
      "a reduction",
      () => torch.scatterReduce(zeros, 0, index, source, "foo" as never),
      "reduce argument must be either sum, prod, mean, amax or amin, got foo",
    ],
    ["a source of another dtype", () => torch.scatterReduce(zeros, 0, index, index, "sum"), "scatter(): Expected self.dtype to be equal to src.dtype"],
    [
      "a short source",
      () => torch.scatterReduce(zeros, 0, index, source.narrow(0, 0, 2), "sum"),
      "Expected index [3] to be no larger than self [3] apart from dimension 0 and to be no larger size than src [2]",
    ],
    ["a place outside", () => torch.scatterReduce(zeros, 0, index.add(3), source, "sum"), "index 3 is out of bounds for dimension 0 with size 3"],
    ["one sample", () => torch.gradient(torch.ones([1])), "torch.gradient expected each dimension size to be at least edge_order+1"],
    ["a third order", () => torch.gradient(zeros, { edgeOrder: 3 as never }), "torch.gradient only supports edge_order=1 and edge_order=2."],
    [
      "a spacing too few",
      () => torch.gradient(torch.ones([2, 3]), { spacing: [2] }),
      "torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = 2', since dim argument was not given, but got a list of length 1",
    ],
    [
      "a spacing too many",
      () => torch.gradient(torch.ones([2, 3]), { spacing: [2, 2], dim: 0 }),
      "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the same length, but got a spacing argument of length 2 and a dim argument of length 1.",
    ],
    [
      "a matrix of places",
      () => torch.gradient(zeros, { spacing: [torch.ones([1, 3])] }),
      "torch.gradient expected each element of spacing to have one dimension, but got an element with 2 dimensions!",
    ],
    ["a dimension twice", () => torch.gradient(torch.ones([2, 3]), { dim: [0, 0] }), "dim 0 appears multiple times in the list of dims"],
    ["distances of a vector", () => torch.pdist(zeros), "pdist only supports 2D tensors, got: 1D"],
    ["a negative norm", () => torch.pdist(torch.ones([3, 2]), -1), "pdist only supports non-negative p values"],
    ["distances of integers", () => torch.pdist(torch.ones([3, 2]).long()), "pdist only supports floating-point dtypes"],
    ["a wide matrix", () => torch.matrixExp(torch.ones([2, 3])), "linalg.matrix_exp: A must be batches of square matrices, but they are 2 by 3 matrices"],
    ["integer matrices", () => torch.matrixExp(torch.ones([2, 2]).long()), "linalg.matrix_exp: Expected a floating point or complex tensor as input. Got Long"],
    ["a vector to exponentiate", () => torch.matrixExp(zeros), "linalg.matrix_exp: The input tensor A must have at least 2 dimensions."],
  ])("%s", (_, call, text) => {
    expect(call).toThrow(text);
  });
});

test("the identity's grid reads the image itself", () => {
  const same = F.affineGrid(
    torch
      .tensor([
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
      ])
      .float(),
    [1, 1, 4, 4],
    { alignCorners: false },
  );
  expect(F.gridSample(image, same, { alignCorners: false }).sub(image).abs().max().item()).toBeLessThan(1e-5);
});

test("a default that PyTorch warns of is warned of", () => {
  const warned = vi.spyOn(console, "warn").mockImplementation(() => {});
  F.gridSample(image, grid);
  F.affineGrid(theta, [1, 1, 1, 3], { alignCorners: true });
  expect(warned.mock.calls.flat().join("\n")).toMatch(/unit-size grids when align_corners=True/);
  warned.mockRestore();
});

describe("scatterReduce", () => {
  test("integers and truth values keep their dtype", () => {
    expect(torch.scatterReduce(torch.zeros([3], { dtype: torch.int64 }), 0, index, torch.tensor([5, 5, 5]), "mean").tolist()).toEqual([3, 2, 0]);
    expect(torch.zeros([3]).gt(0).scatterReduce(0, index, source.gt(0), "sum").tolist()).toEqual([true, true, false]);
  });

  test("in place, all by name", () => {
    const x = torch.ones([3]);
    expect(x.scatterReduce_({ dim: 0, index, src: source, reduce: "amax", includeSelf: false })).toBe(x);
    expect(x.tolist()).toEqual([3, 2, 1]);
  });
});

test("the gradient at places of one's own", () => {
  const x = torch.tensor([1, 4, 9, 16]).float();
  const places = torch.tensor([0, 1, 3, 4]).float();
  expect(torch.gradient(x, { spacing: [places] }).map(String)).toEqual(["tensor([3.0000, 2.8333, 5.5000, 7.0000])"]);
  expect(torch.gradient(x, { spacing: [places], edgeOrder: 2 }).map(String)).toEqual(["tensor([3.1667, 2.8333, 5.5000, 8.5000])"]);
});

test("the exponential of a turn", () => {
  const turned = torch
    .matrixExp(
      torch.tensor(
        [
          [0, 1],
          [-1, 0],
        ],
        { dtype: torch.float64 },
      ),
    )
    .tolist() as number[][];
  [
    [Math.cos(1), Math.sin(1)],
    [-Math.sin(1), Math.cos(1)],
  ].forEach((row, i) => row.forEach((value, j) => expect(turned[i]![j]).toBeCloseTo(value, 14)));
});
