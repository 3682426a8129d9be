import * as torch from "layerscope";
import { describe, expect, test } from "vitest";

describe("limits of dtypes", () => {
  test("print and hold what PyTorch's do", () => {
    expect(String(torch.finfo())).toBe(
      "finfo(resolution=1e-06, min=-3.40282e+38, max=3.40282e+38, eps=1.19209e-07, smallest_normal=1.17549e-38, tiny=1.17549e-38, dtype=float32)",
    );
    expect(String(torch.finfo(torch.float64))).toBe(
      "finfo(resolution=1e-15, min=-1.79769e+308, max=1.79769e+308, eps=2.22045e-16, smallest_normal=2.22507e-308, tiny=2.22507e-308, dtype=float64)",
    );
    expect([torch.uint8, torch.int32, torch.int64].map((dtype) => String(torch.iinfo(dtype)))).toEqual([
      "iinfo(min=0, max=255, dtype=uint8)",
      "iinfo(min=-2.14748e+09, max=2.14748e+09, dtype=int32)",
      "iinfo(min=-9.22337e+18, max=9.22337e+18, dtype=int64)",
    ]);
    expect(torch.finfo(torch.float32).min).toBe(-3.4028234663852886e38);
    expect([torch.finfo(torch.float64).bits, torch.iinfo(torch.int32).max]).toEqual([64, 2147483647]);
  });

  test("ask for the right kind", () => {
    expect(() => torch.finfo(torch.int32)).toThrow("torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'");
    expect(() => torch.iinfo(torch.float32)).toThrow("torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'");
    expect(() => torch.iinfo(torch.bool)).toThrow("torch.bool is not supported by torch.iinfo");
  });
});

test("constants and questions", () => {
  const x = torch.ones([2, 3]);
  expect([torch.pi, torch.e, torch.inf, torch.nan]).toEqual([Math.PI, Math.E, Infinity, NaN]);
  expect([torch.isTensor(x), torch.isTensor(2), torch.isFloatingPoint(x.long()), torch.numel(x)]).toEqual([true, false, false, 6]);
  expect([x.ndimension(), x.nelement(), x.itemsize, x.nbytes]).toEqual([2, 6, 4, 24]);
  expect([x.H, torch.ones([2, 3, 4]).mH, x.double().newEmpty([4])].map((each) => String(each.shape))).toEqual([
    "torch.Size([3, 2])",
    "torch.Size([2, 4, 3])",
    "torch.Size([4])",
  ]);
  expect(() => torch.ones([3]).H).toThrow("tensor.H is only supported on matrices (2-D tensors). Got 1-D tensor.");
  expect(torch.inferenceMode(() => torch.ones([1], { requiresGrad: true }).mul(2).requiresGrad)).toBe(false);
});

describe("copies with another part", () => {
  const x = torch.arange(6).float().reshape([2, 3]);

  test("take the place that a view sees, and convert to its dtype", () => {
    expect(x.selectScatter(torch.zeros([3]).long(), 0, 1).tolist()).toEqual([
      [0, 1, 2],
      [0, 0, 0],
    ]);
    expect(x.sliceScatter({ src: torch.zeros([2, 2]), dim: 1, end: 2 }).tolist()).toEqual([
      [0, 0, 2],
      [0, 0, 5],
    ]);
    expect(x.sliceScatter(torch.zeros([2, 2]), 1, 0, null, 2).tolist()).toEqual([
      [0, 1, 0],
      [0, 4, 0],
    ]);
    expect(x.diagonalScatter(torch.ones([2])).tolist()).toEqual([
      [1, 1, 2],
      [3, 1, 5],
    ]);
    expect(x.asStridedScatter(torch.zeros([2]), [2], [1], 1).tolist()).toEqual([
      [0, 0, 0],
      [3, 4, 5],
    ]);
    expect(x.tolist()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
  });

  test("refuse parts of another size", () => {
    expect(() => x.selectScatter(torch.zeros([2]), 0, 1)).toThrow("expected src to have a size equal to the slice of self. src size = [2], slice size = [3]");
    expect(() => x.sliceScatter(torch.zeros([2, 1]), 1, 0, 2)).toThrow(
      "expected src to have a size equal to the slice of self. src size = [2, 1], slice size = [2, 2]",
    );
  });
});
