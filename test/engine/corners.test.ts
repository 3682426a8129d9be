import * as torch from "layerscope";
import { describe, expect, test } from "vitest";

const { nn } = torch;
const list = (tensor: torch.Tensor): torch.NestedList => tensor.tolist();
const message = (call: () => unknown): string => {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return "no error";
};

describe("sizes that do not broadcast", () => {
  test("are reported at the last dimension that differs", () => {
    const [x, y] = [torch.ones(2, 3), torch.ones(3, 2)];
    const text = "The size of tensor a (3) must match the size of tensor b (2) at non-singleton dimension 1";
    for (const call of [() => x.add(y), () => x.lt(y), () => torch.where(x.gt(0), x, y), () => nn.functional.l1Loss(x, y)]) expect(message(call)).toBe(text);
    expect(message(() => torch.broadcastShapes([2, 2], [3]))).toBe(
      "Attempting to broadcast a dimension of length 3 at -1! Mismatching argument at index 1 had (3,); but expected shape should be broadcastable to [2, 2]",
    );
    expect(message(() => torch.rsub(x, y))).toBe("The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 1");
  });
});

describe("dtypes", () => {
  test("truth values are refused where PyTorch has no kernel for them", () => {
    const b = torch.tensor([true, false]);
    const cases: [() => unknown, string][] = [
      [() => b.remainder(b), "\"remainder_cpu\" not implemented for 'Bool'"],
      [() => b.fmod(b), "\"fmod_cpu\" not implemented for 'Bool'"],
      [() => b.floorDivide(b), "\"div_floor_cpu\" not implemented for 'Bool'"],
      [() => b.div(b, { roundingMode: "trunc" }), "\"div_trunc_cpu\" not implemented for 'Bool'"],
      [() => b.pow(b), "\"pow\" not implemented for 'Bool'"],
      [() => b.bitwiseLeftShift(b), "\"lshift_cpu\" not implemented for 'Bool'"],
      [() => b.addcmul(b, b), "\"addcmul_cpu_out\" not implemented for 'Bool'"],
      [() => nn.functional.hardtanh(b), "Bool inputs not supported for hardtanh"],
      [() => nn.functional.relu6(b), "Bool inputs not supported for hardtanh"],
      [() => b.square_(), "result type Long can't be cast to the desired output type Bool"],
      [() => torch.rsub(b, b), "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead."],
      [() => torch.ones(2).add(1, { alpha: true }), "Boolean alpha only supported for Boolean results."],
      [() => b.long().lerp(b.long(), 0.5), "\"lerp_kernel_scalar\" not implemented for 'Long'"],
      [() => nn.functional.hardtanh(b.to(torch.uint8)), "cannot do hardtanh on an unsigned type with negative limits"],
      [() => nn.functional.softshrink(torch.ones(2), -1), "lambda must be in range [0, 3.40282e+38] for input dtype Float, but found -1"],
    ];
    expect(cases.map(([call]) => message(call))).toEqual(cases.map(([, text]) => text));
    expect([list(b.add(b, { alpha: -1 })), list(b.square())]).toEqual([
      [true, false],
      [1, 0],
    ]);
  });

  test("numbers beyond an integer dtype wrap around, and integers are rounded before they meet floats", () => {
    const u = torch.tensor([1, 200], { dtype: torch.uint8 });
    expect([list(u.lt(-2)), list(u.lt(300)), list(u.floorDivide(-2)), list(u.remainder(-3))]).toEqual([
      [true, true],
      [true, false],
      [0, 0],
      [1, 200],
    ]);
    expect(list(torch.tensor([3, 5], { dtype: torch.uint8 }).pow(torch.tensor([100, 3], { dtype: torch.uint8 })))).toEqual([209, 125]);
    const large = torch.tensor([2147483647]);
    expect([list(large.remainder(torch.tensor([3]).float())), list(large.fmod(2.5))]).toEqual([[2], [0.5]]);
    expect(large.cos().item()).toBeCloseTo(0.2378162, 6);
    expect(list(torch.tensor([3]).pow(41))).toEqual([Number(BigInt.asIntN(64, 3n ** 41n))]);
  });

  test("integers made from fractions are whole", () => {
    const dtype = torch.int64;
    const made = [
      torch.full([2], 2.7, { dtype }),
      torch.arange(1.5, 4.2, { dtype }),
      torch.arange(0, 5, 1.5, { dtype: torch.int32 }),
      torch.linspace(5, -5, 4, { dtype }),
      torch.logspace(0, 2, 4, { dtype }),
      torch.zeros(2, { dtype }).fill_(2.7),
      torch.tensor([1, 2]).maskedFill(torch.tensor([true, false]), 2.7),
      torch.tensor([1, 2]).indexFill(0, torch.tensor([0]), 2.7),
      torch.tensor([1, 2]).scatter(0, torch.tensor([0]), 2.7),
      nn.functional.pad(torch.tensor([1, 2]), [1, 1], { value: 2.7 }),
      torch.tensor([1.9, -1.9]).sum({ dtype }),
      torch.zeros(2, { dtype }).copy_(torch.tensor([1.7, 2.9])),
    ];
    expect(made.map(list)).toEqual([[2, 2], [1, 2, 3], [0, 1, 2, 3], [5, 1, -1, -5], [1, 4, 21, 100], [2, 2], [2, 2], [2, 2], [2, 2], [2, 1, 2, 2], 0, [1, 2]]);
    expect(message(() => torch.arange(5, { dtype: torch.bool }))).toBe("\"arange_cpu\" not implemented for 'Bool'");
    expect(message(() => torch.arange(0, 1, 0.3, { dtype }))).toBe("step must be nonzero");
  });

  test("shifts by a negative number and by more bits than there are", () => {
    const x = torch.tensor([5, -5]);
    expect([x.bitwiseLeftShift(-1), x.bitwiseLeftShift(70), x.bitwiseRightShift(-1), x.bitwiseRightShift(70)].map(list)).toEqual([
      [0, 0],
      [0, 0],
      [0, -1],
      [0, -1],
    ]);
  });

  test("softsign and tanhshrink of integers are fractions", () => {
    const x = torch.tensor([1, -3]);
    expect(list(nn.functional.softsign(x))).toEqual([0.5, -0.75]);
    expect(nn.functional.tanhshrink(x).dtype).toBe(torch.float32);
  });

  test("powers of one, and quotients of infinities", () => {
    expect(list(torch.tensor([1, 1, -1]).pow(torch.tensor([Infinity, NaN, -Infinity])))).toEqual([1, 1, 1]);
    expect(list(torch.tensor([Infinity, 5, -7]).floorDivide(torch.tensor([2, Infinity, 2])))).toEqual([NaN, 0, -4]);
    const zeros = torch.tensor([0, 0, -0, 1, -1], { dtype: torch.float32 });
    expect(list(zeros.floorDivide(torch.tensor([-2.5, 2.5, 2.5, Infinity, -Infinity])))).toEqual([-0, 0, -0, 0, 0]);
    expect(list(torch.div(zeros, -2, { roundingMode: "floor" }))).toEqual([-0, -0, 0, -1, 0]);
  });
});

describe("order", () => {
  test("running extremes follow every NaN", () => {
    expect([...torch.tensor([1, NaN, 3, NaN]).cummax(0)].map(list)).toEqual([
      [1, NaN, NaN, NaN],
      [0, 1, 1, 3],
    ]);
  });

  test("the median of all shares its gradient among equals", () => {
    for (const name of ["median", "nanmedian"] as const) {
      const x = torch.tensor([2, 2, 1, 1]).float().requiresGrad_();
      x[name]().backward();
      expect(list(x.grad!)).toEqual([0, 0, 0.5, 0.5]);
    }
  });

  test("medians and kthvalue refuse truth values and empty dimensions", () => {
    expect(message(() => torch.tensor([true]).median())).toBe("\"median_cpu\" not implemented for 'Bool'");
    expect(message(() => torch.tensor([true]).kthvalue(1))).toBe("\"kthvalue_cpu\" not implemented for 'Bool'");
    expect(message(() => torch.zeros(2, 0).kthvalue(1))).toBe("kthvalue(): Expected reduction dim 1 to have non-zero size.");
    expect(torch.zeros(0).median().item()).toBeNaN();
  });
});

describe("backward from several tensors", () => {
  test("is as from their sum", () => {
    const x = torch.tensor([1, 2]).float().requiresGrad_();
    const shared = x.square();
    torch.autograd.backward([shared.sum(), shared.mul(2)], [null, torch.tensor([1, 10]).float()]);
    expect(list(x.grad!)).toEqual([6, 84]);
    expect(message(() => torch.autograd.backward([shared.sum(), shared.sum()], [null]))).toBe("got 2 tensors and 1 gradients");
    expect(message(() => torch.autograd.grad(torch.ones([]), torch.ones(1)))).toBe("element 0 of tensors does not require grad and does not have a grad_fn");
    expect(message(() => torch.autograd.backward(shared.sum()))).toContain("Trying to backward through the graph a second time");
  });
});

describe("linear algebra", () => {
  test("the gradient of eigh is symmetric", () => {
    const x = torch
      .tensor([
        [2, 0.5],
        [0.5, 1],
      ])
      .requiresGrad_();
    const { eigenvalues, eigenvectors } = torch.linalg.eigh(x);
    eigenvalues.at(0).add(eigenvectors.abs().at(0, 0)).backward();
    expect(x.grad!.at(0, 1).item()).toBeCloseTo(x.grad!.at(1, 0).item(), 6);
  });
});

describe("random numbers", () => {
  test("poisson draws what PyTorch draws, and has no gradient", () => {
    torch.manualSeed(3);
    expect(list(torch.poisson(torch.linspace(0, 20, 12)))).toEqual([0, 0, 4, 5, 7, 6, 12, 4, 9, 21, 18, 27]);
    const p = torch.tensor([0.5, 0.5]).requiresGrad_();
    torch.poisson(p).add(torch.bernoulli(p)).sum().backward();
    expect(list(p.grad!)).toEqual([0, 0]);
    expect(message(() => torch.poisson(torch.tensor([-0.5])))).toBe("invalid Poisson rate, expected rate to be non-negative");
  });

  test("slopes of rrelu are drawn between bounds of the input's dtype", () => {
    torch.manualSeed(3);
    expect(list(nn.functional.rrelu(torch.full([4], -1).float(), { training: true }))).toEqual([
      -0.13210587203502655, -0.18473754823207855, -0.28602394461631775, -0.16144312918186188,
    ]);
  });

  test("say what is wrong with their arguments", () => {
    expect(message(() => torch.normal(torch.zeros(2), torch.tensor([-1, 1]).float()))).toBe("normal expects all elements of std >= 0.0");
    expect(message(() => torch.zeros(3, { dtype: torch.int64 }).cauchy_())).toBe(
      "Cauchy distribution is a continuous probability distribution. dtype must be a floating point but you specified long int",
    );
    expect(message(() => nn.init.calculateGain("leaky_relu", true as unknown as number))).toBe("negative_slope True not a valid number");
  });
});

describe("whole numbers", () => {
  test("stay whole in sums with products, by whole factors", () => {
    const ones = torch.ones(2, 2, { dtype: torch.int64 });
    const batch = ones.unsqueeze(0);
    expect(list(torch.addmv(ones.at(0), ones, ones.at(0), { beta: 0.5, alpha: 2.5 }))).toEqual([4, 4]);
    expect(torch.baddbmm(batch, batch, batch, { beta: 0.5 }).dtype).toBe(torch.int64);
    expect(torch.addbmm(ones.int(), batch.int(), batch.int()).dtype).toBe(torch.int32);
  });

  test("are spaced from a whole one to a whole one", () => {
    expect(list(torch.linspace(4.3, 1, 5, { dtype: torch.int64 }))).toEqual([4, 3, 2, 1, 1]);
    expect(list(torch.logspace(1, 1.2, 2, { dtype: torch.int64 }))).toEqual([10, 10]);
  });
});

describe("images of whole numbers", () => {
  test("are refused where PyTorch has no kernel for them", () => {
    const x = torch.ones(1, 1, 4, 4, { dtype: torch.int64 });
    const { functional: F } = nn;
    expect(message(() => F.interpolate(x, { scaleFactor: 2 }))).toBe("\"compute_indices_weights_nearest\" not implemented for 'Long'");
    expect(message(() => F.interpolate(x, { scaleFactor: 2, mode: "nearest-exact" }))).toBe("\"compute_indices_weights_nearest\" not implemented for 'Long'");
    expect(list(F.interpolate(x.byte().at(0), { scaleFactor: 2 }))).toEqual([Array.from({ length: 4 }, () => Array<number>(8).fill(1))]);
    expect(message(() => F.adaptiveMaxPool2d(x, 2))).toBe("\"adaptive_max_pool2d\" not implemented for 'Long'");
    expect(message(() => F.adaptiveMaxPool3d(x, 2))).toBe("\"adaptive_max_pool3d_cpu\" not implemented for 'Long'");
    expect(message(() => F.unfold(x, 2))).toBe("\"im2col_out_cpu\" not implemented for 'Long'");
    expect(F.unfold(x.bool(), 2).sizes).toEqual([1, 4, 9]);
  });
});

describe("tensors without elements", () => {
  test("are contiguous whatever their strides, and are written to, read and differentiated", () => {
    expect(torch.empty(0, 2, 3).mT.isContiguous()).toBe(true);
    expect(nn.functional.pad(torch.empty(0, 3, 3), [0, 1]).sizes).toEqual([0, 3, 4]);
    const [x, batch] = [torch.empty(0, 2, 4), torch.empty(0, 3, 3)].map((each) => each.requiresGrad_()) as [torch.Tensor, torch.Tensor];
    nn.functional.glu(x, 2).sum().backward();
    torch.linalg.cholesky(batch, { upper: true }).sum().backward();
    expect([x.grad!.sizes, batch.grad!.sizes]).toEqual([
      [0, 2, 4],
      [0, 3, 3],
    ]);
  });
});

test("a circular padding that cuts off on one side wraps what is left", () => {
  const x = torch.arange(16).float().view(1, 1, 4, 4);
  expect(list(nn.functional.pad(x, [-1, 1, -2, 1], "circular").at(0, 0))).toEqual([
    [9, 10, 11, 9],
    [13, 14, 15, 13],
    [9, 10, 11, 9],
  ]);
});
