import * as torch from "layerscope";
import { describe, expect, expectTypeOf, test } from "vitest";

const list = (tensor: torch.Tensor): torch.NestedList => tensor.tolist();
const shapes = (tensors: readonly torch.Tensor[]): number[][] => tensors.map((tensor) => [...tensor.shape]);
const grid = (): torch.Tensor => torch.arange(24).reshape(2, 3, 4);

describe("indexing with at", () => {
  test("numbers, slices, null and ... give views", () => {
    const x = grid();
    expect(list(x.at(1, -1))).toEqual([20, 21, 22, 23]);
    expect(list(x.at(0, torch.slice(1), torch.slice(null, null, 2)))).toEqual([
      [4, 6],
      [8, 10],
    ]);
    expect(shapes([x.at(null, "...", 0), x.at("...", null), x.at(torch.slice(5)), x.at(torch.slice(-1))])).toEqual([
      [1, 2, 3],
      [2, 3, 4, 1],
      [0, 3, 4],
      [1, 3, 4],
    ]);
    x.at(0, 0).fill_(-1);
    x.at("...")
      .at(1, 0, torch.slice(0, 2))
      .copy_(torch.tensor([7, 8]));
    expect(list(x.at(torch.slice(), 0))).toEqual([
      [-1, -1, -1, -1],
      [7, 8, 14, 15],
    ]);
  });

  test("masks and index tensors give copies, placed as PyTorch places them", () => {
    const x = torch.rand(2, 3, 4, 5);
    const pair = torch.tensor([0, 1]);
    const mask = torch.zeros(2, 3).bool();
    const all = torch.slice();
    expect(
      shapes([
        x.at(pair, all, pair),
        x.at(all, pair, pair),
        x.at(0, all, pair),
        x.at("...", pair),
        x.at(all, null, pair),
        x.at(
          torch.tensor([
            [0, 1],
            [1, 0],
          ]),
        ),
        x.at(mask),
        x.at(all, torch.ones(3, 4).bool()),
        x.at(true),
        x.at(false),
        x.at([1, 0, 1]),
        x.at(torch.tensor(1)),
      ]),
    ).toEqual([
      [2, 3, 5],
      [2, 2, 5],
      [3, 2, 5],
      [2, 3, 4, 2],
      [2, 1, 2, 4, 5],
      [2, 2, 3, 4, 5],
      [0, 4, 5],
      [2, 12, 5],
      [1, 2, 3, 4, 5],
      [0, 2, 3, 4, 5],
      [3, 3, 4, 5],
      [3, 4, 5],
    ]);
    const rows = grid()
      .at(0)
      .at(torch.tensor([2, -1, 0]), torch.tensor([0, 1, -1]));
    expect(list(rows)).toEqual([8, 9, 3]);
    const picked = x.at(pair);
    picked.zero_();
    expect(x.sum().item()).toBeGreaterThan(0);
  });

  test("indexPut_ writes through masks and index tensors", () => {
    const x = torch.zeros(2, 3);
    x.indexPut_([torch.tensor([0, 0]), torch.tensor([1, 1])], torch.tensor([1.5, 2]), true);
    x.indexPut_(
      [
        torch.tensor([
          [false, false, true],
          [true, false, false],
        ]),
      ],
      9,
    );
    x.indexPut_([1, torch.slice(1)], torch.tensor([4.5, 5.5]));
    expect(list(x)).toEqual([
      [0, 3.5, 9],
      [9, 4.5, 5.5],
    ]);
  });

  test("says what is wrong with an index", () => {
    const x = torch.rand(2, 3);
    const cases: [() => unknown, string][] = [
      [() => x.at(5), "index 5 is out of bounds for dimension 0 with size 2"],
      [() => x.at(0, -4), "index -4 is out of bounds for dimension 1 with size 3"],
      [() => x.at(0, 0, 0), "too many indices for tensor of dimension 2"],
      [() => x.sum().at(0), "invalid index of a 0-dim tensor."],
      [() => x.at(torch.slice(null, null, -1)), "step must be greater than zero"],
      [() => x.at(torch.tensor([0, 2])), "index 2 is out of bounds for dimension 0 with size 2"],
      [() => x.at(torch.tensor([true])), "The shape of the mask [1] at index 0 does not match the shape of the indexed tensor [2, 3] at index 0"],
      [() => x.at(0.5), "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)"],
    ];
    for (const [call, message] of cases) expect(call).toThrow(message);
  });
});

describe("views", () => {
  test("share memory however they are chained", () => {
    const x = grid();
    const view = x.transpose(0, 2).select(0, 1).unsqueeze(0).narrow(1, 1, 2);
    view.fill_(0);
    expect(list(x.at("...", 1))).toEqual([
      [1, 0, 0],
      [13, 0, 0],
    ]);
    expect(x.permute(2, 0, 1).stride()).toEqual([1, 12, 4]);
    expect(shapes([x.T, x.mT, x.at(0).t()])).toEqual([
      [4, 3, 2],
      [2, 4, 3],
      [4, 3],
    ]);
  });

  test("reshape copies only where no strides do", () => {
    const x = torch.arange(6).reshape(2, 3);
    x.reshape(3, 2).at(0, 0).fill_(9);
    expect(x.at(0, 0).item()).toBe(9);
    x.t().reshape(6).fill_(1);
    expect(x.at(0, 0).item()).toBe(9);
    expect(() => x.t().view(6)).toThrow("view size is not compatible with input tensor's size and stride");
    expect(list(x.t().view(3, 1, 2).at(0))).toEqual([[9, 3]]);
  });

  test("cut dimensions as PyTorch cuts them", () => {
    const x = torch.rand(5, 4);
    expect(shapes(x.split(2))).toEqual([
      [2, 4],
      [2, 4],
      [1, 4],
    ]);
    expect(shapes(x.split([1, 3], 1))).toEqual([
      [5, 1],
      [5, 3],
    ]);
    expect(shapes(x.chunk(4))).toEqual([
      [2, 4],
      [2, 4],
      [1, 4],
    ]);
    expect(shapes(torch.tensorSplit(x, 3))).toEqual([
      [2, 4],
      [2, 4],
      [1, 4],
    ]);
    expect(shapes(torch.tensorSplit(x, [1, 7]))).toEqual([
      [1, 4],
      [4, 4],
      [0, 4],
    ]);
    expect(shapes([x.unfold(0, 3, 2), x.expand(2, -1, -1), x.unflatten(1, [2, -1]), x.flatten(), x.squeeze(), torch.zeros(0, 3).reshape(3, 0)])).toEqual([
      [2, 4, 3],
      [2, 5, 4],
      [5, 2, 2],
      [20],
      [5, 4],
      [3, 0],
    ]);
  });
});

describe("broadcasting and dtypes", () => {
  test("dimensions align from the last", () => {
    expect(torch.broadcastShapes([2, 1, 4], [3, 1], [])).toEqual([2, 3, 4]);
    expect(list(torch.arange(2).unsqueeze(1).mul(10).add(torch.arange(3)))).toEqual([
      [0, 1, 2],
      [10, 11, 12],
    ]);
    expect(() => torch.rand(2, 3).add(torch.rand(4))).toThrow("The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1");
  });

  test("results take PyTorch's dtypes", () => {
    const [int, float, truth] = [torch.arange(3), torch.rand(3), torch.tensor([true, false, true])];
    const of = (...tensors: torch.Tensor[]): string[] => tensors.map(({ dtype }) => dtype.name);
    expect(
      of(int.add(1), int.add(1.5), int.add(float), float.add(int.double()), truth.add(truth), truth.mul(2), int.div(2), int.sqrt(), int.add(torch.tensor(1.5))),
    ).toEqual(["int64", "float32", "float32", "float64", "bool", "int64", "float32", "float32", "float32"]);
    expect(
      of(truth.sum(), int.int().sum(), int.cumsum(0), int.prod(), int.max(), int.argmax(), float.gt(0), truth.any(), float.sum({ dtype: torch.float64 })),
    ).toEqual(["int64", "int64", "int64", "int64", "int64", "int64", "bool", "bool", "float64"]);
    expect(
      of(torch.cat([int, float]), torch.where(truth, int, 0.5), torch.where(truth, 1, 2), int.clamp({ max: 1.5 }), int.pow(2), int.floorDivide(2)),
    ).toEqual(["float32", "float32", "int64", "float32", "int64", "int64"]);
    expect(() => int.mean()).toThrow("mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long");
    expect(() => int.remainder(0)).toThrow("ZeroDivisionError");
  });
});

describe("arguments", () => {
  test("come by position, by name or both", () => {
    const x = torch.rand(2, 3, 4);
    const expected = list(x.sum([0, 2], true));
    expect(list(x.sum([0, 2], { keepdim: true }))).toEqual(expected);
    expect(list(torch.sum(x, { dim: [0, 2], keepdim: true }))).toEqual(expected);
    expect(list(x.view(6, 4))).toEqual(list(x.view([6, 4])));
    expect(list(x.std(1, false))).toEqual(list(x.std({ dim: 1, unbiased: false })));
    // @ts-expect-error an option that sum does not have
    expect(() => x.sum({ dims: 1 })).toThrow("got an unexpected keyword argument 'dims'");
  });

  test("have PyTorch's defaults for what is left out", () => {
    const x = torch.tensor([
      [3.5, 1],
      [2, 4.5],
    ]);
    expect(list(x.sort().values)).toEqual([
      [1, 3.5],
      [2, 4.5],
    ]);
    expect(list(x.topk(1).values)).toEqual([[3.5], [4.5]]);
    expect(list(x.unbind()[1]!)).toEqual([2, 4.5]);
    expect(x.var().item()).toBeCloseTo(2.416667, 5);
    expect(list(torch.tril(x))).toEqual([
      [3.5, 0],
      [2, 4.5],
    ]);
  });
});

describe("results of several tensors", () => {
  test("have names, an order and PyTorch's print", () => {
    const x = torch.tensor([
      [1.5, 3.5],
      [4.5, 2.5],
    ]);
    const { values, indices } = x.max(1);
    const [first, second] = x.max(1);
    expect([list(values), list(indices), list(first!), list(second!)]).toEqual([
      [3.5, 4.5],
      [1, 0],
      [3.5, 4.5],
      [1, 0],
    ]);
    expect(String(x.max(1))).toBe("torch.return_types.max(\nvalues=tensor([3.5000, 4.5000]),\nindices=tensor([1, 0]))");
    expectTypeOf(x.max()).toEqualTypeOf<torch.Tensor>();
    const [q, r] = torch.linalg.qr(x);
    expect(torch.allclose(q.matmul(r), x, { atol: 1e-6 })).toBe(true);
  });
});

describe("special values", () => {
  test("NaN wins where elements are compared and stands last in order", () => {
    const x = torch.tensor([3, NaN, 1.5]);
    expect(x.max().item()).toBeNaN();
    expect([x.argmax().item(), x.argmin().item()]).toEqual([1, 1]);
    expect(list(x.sort().indices)).toEqual([2, 0, 1]);
    expect(list(x.topk(2).indices)).toEqual([1, 0]);
    expect(x.median().item()).toBeNaN();
    expect(x.nanmedian().item()).toBe(1.5);
    expect([x.nansum().item(), x.nanmean().item()]).toEqual([4.5, 2.25]);
  });

  test("few largest of many are those that sorting finds", () => {
    torch.manualSeed(0);
    const x = torch.randn(4, 200).mul(4).round();
    for (const largest of [true, false]) {
      const { values, indices } = x.topk(5, 1, largest);
      const sorted = x.sort(1, largest);
      expect(list(values)).toEqual(list(sorted.values.narrow(1, 0, 5)));
      expect(list(indices)).toEqual(list(sorted.indices.narrow(1, 0, 5)));
    }
  });

  test("reductions of nothing", () => {
    const none = torch.zeros(0, 3);
    expect([none.sum().item(), none.prod().item()]).toEqual([0, 1]);
    expect(none.mean().item()).toBeNaN();
    expect(shapes([none.sum(0), none.sum(1), none.max(1).values])).toEqual([[3], [0], [0]]);
    expect(() => none.max(0)).toThrow("max(): Expected reduction dim 0 to have non-zero size.");
    expect(() => none.max()).toThrow("max(): Expected reduction dim to be specified for input.numel() == 0.");
  });
});

describe("the meta device", () => {
  test("holds shapes of any size", () => {
    const x = torch.empty(100_000, 100_000, { device: "meta" });
    expect(shapes([x.matmul(x), x.sum(0), x.at(torch.slice(0, 10)), x.t().reshape(-1), x.topk(3).values, torch.cat([x, x])])).toEqual([
      [100_000, 100_000],
      [100_000],
      [10, 100_000],
      [1e10],
      [100_000, 3],
      [200_000, 100_000],
    ]);
  });

  test("has no values, and says so", () => {
    const x = torch.rand(2).to("meta");
    expect(() => x.cpu()).toThrow("Cannot copy out of meta tensor; no data!");
    expect(() => x.tolist()).toThrow("Cannot copy out of meta tensor; no data!");
    expect(() => x.sum().item()).toThrow("Tensor.item() cannot be called on meta tensors");
    expect(() => x.add(torch.rand(2))).toThrow("Tensor on device cpu is not on the expected device meta!");
    expect(() => x.nonzero()).toThrow("the shape of the result depends on values, which a meta tensor does not have");
    expect([...x.add(torch.tensor(1.5)).shape]).toEqual([2]);
  });
});

describe("linear algebra", () => {
  test("factorizations multiply back, with LAPACK's signs in QR", () => {
    torch.manualSeed(0);
    const a = torch.rand(3, 4, 4, { dtype: torch.float64 });
    const close = (x: torch.Tensor, y: torch.Tensor): boolean => torch.allclose(x, y, { atol: 1e-10 });
    const [q, r] = torch.linalg.qr(a);
    expect(close(q.matmul(r), a)).toBe(true);
    expect(r.diagonal(0, -2, -1).at(torch.slice(), 0).lt(0).all().item()).toBe(1);
    const { U, S, Vh } = torch.linalg.svd(a);
    expect(close(U.mul(S.unsqueeze(-2)).matmul(Vh), a)).toBe(true);
    const symmetric = a.add(a.transpose(-2, -1));
    const { eigenvalues, eigenvectors } = torch.linalg.eigh(symmetric);
    expect(close(eigenvectors.mul(eigenvalues.unsqueeze(-2)).matmul(eigenvectors.transpose(-2, -1)), symmetric)).toBe(true);
    expect(close(torch.linalg.inv(a).matmul(a), torch.eye(4, { dtype: torch.float64 }).expand(3, 4, 4))).toBe(true);
    expect(close(torch.linalg.det(a), torch.linalg.slogdet(a).sign.mul(torch.linalg.slogdet(a).logabsdet.exp()))).toBe(true);
  });

  test("completes bases of low rank", () => {
    const a = torch.ones(3, 2, { dtype: torch.float64 });
    const { U, S } = torch.linalg.svd(a);
    expect(torch.allclose(U.matmul(U.t()), torch.eye(3, { dtype: torch.float64 }), { atol: 1e-12 })).toBe(true);
    expect(S.at(1).item()).toBeCloseTo(0, 12);
    expect([torch.linalg.matrixRank(a).item(), torch.linalg.matrixRank(torch.eye(2)).item()]).toEqual([1, 2]);
  });

  test("says which matrix it cannot take", () => {
    expect(() => torch.linalg.inv(torch.zeros(2, 2))).toThrow(
      "linalg.inv: The diagonal element 1 is zero, the inversion could not be completed because the input matrix is singular.",
    );
    expect(() => torch.linalg.cholesky(torch.stack([torch.eye(2), torch.eye(2).neg()]))).toThrow(
      "linalg.cholesky: (Batch element 1): The factorization could not be completed",
    );
    expect(() => torch.linalg.det(torch.rand(2, 3))).toThrow("linalg.det: A must be batches of square matrices, but they are 2 by 3 matrices");
  });
});

describe("arithmetic and comparisons", () => {
  test.each(["float32", "float64", "int64", "int32", "uint8", "bool"] as const)(
    "of %s, with tensors that broadcast, with numbers, and in any layout",
    (name) => {
      const dtype = torch[name];
      const [a, b] = [
        [0, 1, 3],
        [1, 1, 0],
      ].map((values) => torch.tensor(values, { dtype: torch.int64 }).to(dtype)) as [torch.Tensor, torch.Tensor];
      const isBool = name === "bool";
      expect(list(a.add(b).to(torch.int64))).toEqual(isBool ? [1, 1, 1] : [1, 2, 3]);
      expect(list(a.mul(b).to(torch.int64))).toEqual(isBool ? [0, 1, 0] : [0, 1, 0]);
      expect(list(a.div(b.add(isBool ? true : 1)).to(torch.float64))).toEqual(isBool ? [0, 1, 1] : [0, 0.5, 3]);
      expect(list(a.mul(2).to(torch.int64))).toEqual(isBool ? [0, 2, 2] : [0, 2, 6]);
      expect(list(a.add(0.5).to(torch.float64))).toEqual(isBool ? [0.5, 1.5, 1.5] : [0.5, 1.5, 3.5]);
      const square = torch.stack([a, b, a]);
      expect(list(square.t().mul(a).to(torch.int64))).toEqual(
        isBool
          ? [
              [0, 1, 0],
              [0, 1, 1],
              [0, 0, 1],
            ]
          : [
              [0, 1, 0],
              [0, 1, 3],
              [0, 0, 9],
            ],
      );
      const truth = (x: torch.Tensor): number[] => (list(x.to(torch.int64)) as number[]).map(Number);
      expect([truth(a.eq(b)), truth(a.ne(b)), truth(a.lt(b)), truth(a.le(b)), truth(a.gt(b)), truth(a.ge(b))]).toEqual([
        [0, 1, 0],
        [1, 0, 1],
        [1, 0, 0],
        [1, 1, 0],
        [0, 0, 1],
        [0, 1, 1],
      ]);
      expect([truth(a.eq(1)), truth(a.ge(1)), truth(a.lt(0.5))]).toEqual(
        isBool
          ? [
              [0, 1, 1],
              [0, 1, 1],
              [1, 0, 0],
            ]
          : [
              [0, 1, 0],
              [0, 1, 1],
              [1, 0, 0],
            ],
      );
    },
  );

  test("a number is compared in the tensor's precision, an integer exactly", () => {
    expect(list(torch.tensor([0.1]).eq(0.1))).toEqual([true]);
    expect(list(torch.tensor([0.1], { dtype: torch.float64 }).eq(0.1))).toEqual([true]);
    expect(list(torch.tensor([16777217], { dtype: torch.int64 }).eq(16777217))).toEqual([true]);
    expect(list(torch.tensor([16777217], { dtype: torch.int64 }).eq(16777216))).toEqual([false]);
  });
});
