import * as torch from "layerscope";
import { describe, expect, test } from "vitest";

const leaf = (values: torch.NestedList): torch.Tensor => torch.tensor(values, { dtype: torch.float32 }).requiresGrad_();
const list = (tensor: torch.Tensor | null): torch.NestedList | undefined => tensor?.tolist();

describe("backward", () => {
  test("adds to grad at every pass, in place", () => {
    const x = leaf([1, 2]);
    x.mul(3).sum().backward();
    const grad = x.grad!;
    x.square().sum().backward();
    expect(list(x.grad)).toEqual([5, 7]);
    expect(x.grad).toBe(grad);
  });

  test("sums what arrives by several ways", () => {
    const x = leaf([2, 3]);
    const y = x.mul(2);
    y.mul(y).add(y).add(x).sum().backward();
    expect(list(x.grad)).toEqual([2 * 8 + 2 + 1, 2 * 12 + 2 + 1]);
  });

  test("sums what arrives from views and as one element repeated", () => {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const y = x.mul(1);
    y.sum()
      .add(y.mul(y).sum())
      .add(y.t().at(0).sum())
      .add(
        y
          .sum(0)
          .mul(torch.tensor([10, 20]))
          .sum(),
      )
      .backward();
    expect(list(x.grad)).toEqual([
      [14, 25],
      [18, 29],
    ]);
  });

  test("does not share memory between the grads of two leaves", () => {
    const [x, y] = [leaf([1, 2]), leaf([3, 4])];
    x.add(y).sum().backward();
    x.grad!.fill_(9);
    expect(list(y.grad)).toEqual([1, 1]);
  });

  test("needs a gradient of the output's shape unless that has one element", () => {
    const x = leaf([1, 2]);
    expect(() => x.mul(1).backward()).toThrow("grad can be implicitly created only for scalar outputs");
    expect(() => x.sum().backward(torch.rand(2))).toThrow(
      "Mismatch in shape: grad_output[0] has a shape of torch.Size([2]) and output[0] has a shape of torch.Size([]).",
    );
    expect(() => x.detach().sum().backward()).toThrow("element 0 of tensors does not require grad and does not have a grad_fn");
  });

  test("takes whole numbers as a gradient", () => {
    const x = leaf([1, 2, 3]);
    x.mean().backward(torch.tensor(3));
    expect(list(x.grad)).toEqual([1, 1, 1]);
  });

  test("runs twice through one graph only when told to keep it", () => {
    const x = leaf([1, 2]);
    const y = x.exp().sum();
    y.backward(null, { retainGraph: true });
    y.backward();
    expect(() => y.backward()).toThrow("Trying to backward through the graph a second time");
  });

  test("goes through a chain of many thousand steps", () => {
    const x = leaf([1]);
    let y: torch.Tensor = x;
    for (let i = 0; i < 20_000; i++) y = y.add(0);
    y.backward();
    expect(list(x.grad)).toEqual([1]);
  });

  test("autograd.grad leaves grad alone", () => {
    const [x, unused] = [leaf([1, 2]), leaf([1])];
    expect(torch.autograd.grad(x.square().sum(), x).map(list)).toEqual([[2, 4]]);
    expect(x.grad).toBeNull();
    expect(() => torch.autograd.grad(x.sum(), [x, unused])).toThrow("appears to not have been used in the graph");
    expect(torch.autograd.grad(x.sum(), [x, unused], { allowUnused: true })[1]).toBeNull();
  });
});

describe("what is recorded", () => {
  test("nothing inside noGrad, and again inside enableGrad", () => {
    const x = leaf([1]);
    torch.noGrad(() => {
      expect(x.mul(2).requiresGrad).toBe(false);
      expect(torch.enableGrad(() => x.mul(2)).requiresGrad).toBe(true);
    });
    expect(() =>
      torch.noGrad(() => {
        throw new Error("passes on");
      }),
    ).toThrow("passes on");
    expect(torch.isGradEnabled()).toBe(true);
  });

  test("nothing through detach and data, which share memory", () => {
    const x = leaf([1, 2]);
    expect(x.detach().requiresGrad).toBe(false);
    x.data.at(0).fill_(5);
    expect(list(x)).toEqual([5, 2]);
    expect(x.isLeaf && x.requiresGrad).toBe(true);
  });

  test("no gradients of integers and truth values", () => {
    expect(() => torch.tensor([1, 2]).requiresGrad_()).toThrow("only Tensors of floating point dtype can require gradients");
    const x = leaf([1, -2]);
    expect(x.gt(0).requiresGrad).toBe(false);
    expect(x.long().requiresGrad).toBe(false);
    expect(x.argmax().requiresGrad).toBe(false);
  });

  test("the names of PyTorch's graph", () => {
    const x = leaf([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const names: [string, torch.Tensor][] = [
      ["SelectBackward0", x.at(0)],
      ["SliceBackward0", x.at(torch.slice(1))],
      // A slice that is written as the whole dimension is left out, unless it is alone; -3 is the first of three, and is not.
      ["SliceBackward0", x.at(torch.slice())],
      ["AliasBackward0", x.at(torch.slice(), torch.slice(0, 9))],
      ["SliceBackward0", x.at("...", torch.slice(-3))],
      ["UnsqueezeBackward0", x.at(null)],
      ["IndexBackward0", x.at(x.detach().gt(2))],
      ["ViewBackward0", x.view(6)],
      ["ViewBackward0", x.reshape(6)],
      ["UnsafeViewBackward0", x.t().reshape(6)],
      ["ViewBackward0", x.flatten()],
      ["TBackward0", x.t()],
      ["TransposeBackward0", x.transpose(0, 1)],
      ["PermuteBackward0", x.permute(1, 0)],
      ["ExpandBackward0", x.expand(2, 2, 3)],
      ["SqueezeBackward0", x.squeeze()],
      ["SqueezeBackward1", x.squeeze(0)],
      ["CloneBackward0", x.clone()],
      ["CloneBackward0", x.t().contiguous()],
      ["SplitBackward0", x.chunk(2)[0]!],
      ["UnbindBackward0", x.unbind()[0]!],
      ["SumBackward0", x.sum()],
      ["SumBackward1", x.sum(0)],
      ["MeanBackward0", x.mean()],
      ["MeanBackward1", x.mean(0)],
      ["MaxBackward1", x.max()],
      ["MaxBackward0", x.max(0).values],
      ["StdBackward0", x.std()],
      ["LinalgVectorNormBackward0", x.norm()],
      ["CatBackward0", torch.cat([x, x])],
      ["StackBackward0", torch.stack([x, x])],
      ["WhereBackward0", torch.where(x.detach().gt(0), x, 0)],
      ["ClampBackward1", x.clamp(0, 1)],
      ["PowBackward0", x.pow(2)],
      ["PowBackward1", x.pow(x)],
      ["ToCopyBackward0", x.double()],
      ["SortBackward0", x.sort().values],
      ["GatherBackward0", x.gather(1, torch.tensor([[0], [1]]))],
      ["MaskedFillBackward0", x.maskedFill(x.detach().gt(0), 1)],
      ["CopySlices", ((y) => (y.at(0).zero_(), y))(x.clone())],
      ["AsStridedBackward0", ((y) => ((v) => (y.mul_(2), v))(y.at(0)))(x.clone())],
      ["UnsafeViewBackward0", torch.ones(2, 3, 2).matmul(x)],
      ["UnsafeViewBackward0", torch.ones(4, 5, 2).matmul(x.expand(4, 2, 3))],
      ["SqueezeBackward4", torch.ones(2).matmul(x)],
      ["AddmmBackward0", torch.addmm(x, torch.ones(2, 2), x)],
      ["AddrBackward0", torch.addr(x, torch.ones(2), torch.ones(3))],
      ["PowBackward0", x.square()],
      ["PowBackward2", torch.pow(2, x)],
      ["RollBackward0", x.roll(1)],
      ["Rot90Backward0", x.rot90()],
      ["ReshapeAliasBackward0", x.t().reshape(3, 2, 1)],
      ["PixelShuffleBackward0", torch.nn.functional.pixelShuffle(x.reshape(6, 1, 1).expand(4, 6, 1, 1).reshape(6, 4, 1, 1), 2)],
      ["ClampMinBackward0", x.clampMin(0)],
      ["StdMeanBackward0", torch.stdMean(x)[1]],
      ["AminmaxBackward0", torch.aminmax(x).max],
      ["RemainderBackward1", x.remainder(x)],
      ["Log1PBackward0", x.log1p()],
      ["Deg2RadBackward0", x.deg2rad()],
      ["CdistBackward0", torch.cdist(x, x)],
      ["DistBackward0", torch.dist(x, torch.zeros(2, 3))],
      ["TanhBackward0", new torch.nn.RNNCell(3, 4)(x)],
      ["TransposeBackward1", new torch.nn.GRU(3, 4, { batchFirst: true })(x.unsqueeze(0))[0]],
    ];
    expect(names.map(([, tensor]) => tensor.gradFn!.name)).toEqual(names.map(([name]) => name));
  });
});

describe("writes in place", () => {
  test("are refused on leaves, on views of leaves and on expanded memory", () => {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    expect(() => x.add_(1)).toThrow("a leaf Variable that requires grad is being used in an in-place operation.");
    expect(() => x.at(0).zero_()).toThrow("a view of a leaf Variable that requires grad is being used in an in-place operation.");
    expect(() => torch.zeros(3).expand(2, 3).add_(1)).toThrow("more than one element of the written-to tensor refers to a single memory location");
    torch.noGrad(() => x.at(0).zero_());
    expect(list(x)).toEqual([
      [0, 0],
      [3, 4],
    ]);
  });

  test("are noticed where backward needs the old value", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const z = y.square().sum();
    y.add_(1);
    expect(() => z.backward()).toThrow(
      /^one of the variables needed for gradient computation has been modified by an inplace operation: \[torch\.FloatTensor \[2\]\], which is output 0 of Add, is at version 1; expected version 0 instead\./,
    );
    const w = x.add(1);
    const total = w.sum();
    w.view(2).mul_(2);
    expect(() => total.backward(), "sum reads no value").not.toThrow();
    const e = x.exp();
    e.at(0).zero_();
    expect(() => e.sum().backward(), "exp reads its result").toThrow("modified by an inplace operation");
    const [left, right] = [x.mul(1), torch.ones(2)];
    const products = left.mul(right).add(left.div(3)).add(torch.rsub(left, 1));
    left.mul_(2);
    expect(() => products.sum().backward(), "a factor is read for the gradient of the other alone").not.toThrow();
    const third = x.mul(3).mul(right).sum();
    right.mul_(2);
    expect(() => third.backward()).toThrow("modified by an inplace operation");
  });

  test("reach the gradients of the base and of every other view", () => {
    const x = leaf([
      [1, 2],
      [3, 4],
    ]);
    const y = x.mul(1);
    const [row, column] = [y.at(0), y.at(torch.slice(), 1)];
    row.mul_(10);
    column.mul_(7);
    expect(list(y)).toEqual([
      [10, 140],
      [3, 28],
    ]);
    expect(list(row)).toEqual([10, 140]);
    row.sum().add(y.sum()).backward();
    expect(list(x.grad)).toEqual([
      [20, 140],
      [1, 7],
    ]);
  });

  test("take the place of what was written over", () => {
    const [x, v] = [leaf([1, 2, 3]), leaf([5])];
    const y = x.mul(2);
    y.at(torch.slice(0, 1)).copy_(v);
    y.indexPut_([torch.tensor([2])], 0);
    y.sum().backward();
    expect([list(x.grad), list(v.grad)]).toEqual([[0, 2, 0], [1]]);
  });

  test("keep dtype and shape", () => {
    expect(() => torch.arange(3).add_(0.5)).toThrow("result type Float can't be cast to the desired output type Long");
    expect(() => torch.zeros(3).add_(torch.zeros(2, 3))).toThrow("output with shape [3] doesn't match the broadcast shape [2, 3]");
    const x = torch.zeros(2);
    expect(x.add_(torch.ones(2, { dtype: torch.float64 })).dtype).toBe(torch.float32);
  });

  test("read what they overwrite before they write it", () => {
    const x = torch.arange(4);
    x.at(torch.slice(1)).copy_(x.at(torch.slice(0, 3)));
    expect(list(x)).toEqual([0, 0, 1, 2]);
    const m = torch.arange(4).reshape(2, 2);
    m.copy_(m.t());
    expect(list(m)).toEqual([
      [0, 2],
      [1, 3],
    ]);
  });
});

describe("hooks", () => {
  test("see the gradient once, may replace it and can be removed", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    const seen: unknown[] = [];
    const handle = y.registerHook((gradient) => {
      seen.push(gradient.tolist());
      return gradient.mul(10);
    });
    y.add(y).sum().backward();
    expect(seen).toEqual([[2, 2]]);
    expect(list(x.grad)).toEqual([40, 40]);
    handle.remove();
    x.grad = null;
    x.mul(2).sum().backward();
    expect(list(x.grad)).toEqual([2, 2]);
    expect(() => torch.rand(1).registerHook(() => {})).toThrow("cannot register a hook on a tensor that doesn't require gradient");
  });

  test.each<[string, (b: torch.Tensor) => unknown, number[]]>([
    ["follows the tensor through writes in place", (b) => b.mul_(2), [1, 1]],
    ["keeps once what was asked for twice", (b) => b.retainGrad(), [1, 1]],
    ["keeps what the hooks have made of it", (b) => b.registerHook((gradient) => gradient.mul(10)), [10, 10]],
  ])("retainGrad %s", (_, then, expected) => {
    const b = leaf([1, 2]).mul(3);
    b.retainGrad();
    then(b);
    b.sum().backward();
    expect([b.retainsGrad, list(b.grad)]).toEqual([true, expected]);
  });

  test("retainGrad keeps the gradient of what is no leaf", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    y.retainGrad();
    y.square().sum().backward();
    expect(list(y.grad)).toEqual([4, 8]);
    expect(() => torch.rand(1).retainGrad()).toThrow("can't retain_grad on Tensor that has requires_grad=False");
  });
});

describe("views that must not be written to in place", () => {
  const several =
    "is a view and is being modified inplace. This view is the output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You should replace the inplace operation by an out-of-place one.";
  const base = () => torch.ones(4, 4, { requiresGrad: true }).mul(1);

  test.each<[string, string, () => torch.Tensor]>([
    ["chunk", "Output 0 of Split", () => base().chunk(2)[0]!],
    ["split", "Output 1 of Split", () => base().split(2)[1]!],
    ["split by sizes", "Output 1 of SplitWithSizes", () => base().split([1, 3])[1]!],
    ["unbind", "Output 2 of Unbind", () => base().unbind()[2]!],
    ["a view of a chunk", "Output 0 of Select", () => base().chunk(2)[0]!.select(0, 0)],
  ])("%s", (_, output, make) => {
    expect(() => make().mul_(2)).toThrow(`${output} ${several}`);
    expect(() => torch.noGrad(() => make().mul_(2))).not.toThrow();
  });

  test("one made while nothing was recorded", () => {
    const view = torch.noGrad(() => torch.ones(4, { requiresGrad: true }).view(2, 2));
    expect(() => view.mul_(torch.ones(2, 2, { requiresGrad: true }))).toThrow(
      "A view was created in no_grad mode and is being modified inplace with grad mode enabled. Given that",
    );
  });

  test("parts by tensorSplit, and of what needs no gradient, may", () => {
    expect(() => base().tensorSplit(2)[0]!.mul_(2)).not.toThrow();
    expect(() => torch.ones(4, 4).chunk(2)[0]!.mul_(2)).not.toThrow();
  });

  test("inputs and outputs of a module with a full backward hook", () => {
    const forbidden = "Output 0 of BackwardHookFunction is a view and is being modified inplace. This view was created inside a custom Function";
    const relu = new torch.nn.ReLU(true);
    relu.registerFullBackwardHook(() => {});
    expect(() => relu(base())).toThrow(forbidden);
    const linear = new torch.nn.Linear(4, 4);
    linear.registerFullBackwardHook(() => {});
    expect(() => linear(base()).mul_(2)).toThrow(forbidden);
  });
});

describe("assigning grad", () => {
  const p = new torch.nn.Parameter(torch.zeros(2));
  const assign = (tensor: torch.Tensor, grad: unknown) => () => {
    tensor.grad = grad as torch.Tensor;
  };

  test.each<[string, torch.Tensor, unknown, string]>([
    [
      "another size",
      p,
      torch.zeros(3),
      "attempting to assign a gradient of size '[3]' to a tensor of size '[2]'. Please ensure that the gradient and the tensor are the same size",
    ],
    ["more dimensions", p, torch.zeros(2, 1), "attempting to assign a gradient of size '[2, 1]' to a tensor of size '[2]'."],
    ["one element for none", torch.tensor(1.5), torch.zeros(1), "attempting to assign a gradient of size '[1]' to a tensor of size '[]'."],
    [
      "another dtype",
      p,
      torch.zeros(2, { dtype: torch.float64 }),
      "attempting to assign a gradient with dtype 'double' to a tensor with grad_dtype 'Float'. The gradient must match the tensor's grad_dtype",
    ],
    ["whole numbers", p, torch.tensor([1, 2]), "attempting to assign a gradient with dtype 'long int' to a tensor with grad_dtype 'Float'."],
    [
      "floats for whole numbers",
      torch.tensor([1, 2]),
      torch.zeros(2),
      "attempting to assign a gradient with dtype 'float' to a tensor with grad_dtype 'Long'.",
    ],
    [
      "another device",
      p,
      torch.zeros(2, { device: "meta" }),
      "attempting to assign a gradient with device type 'meta' to a tensor with device type 'cpu'. Please ensure that the gradient and the tensor are on the same device",
    ],
    ["dtype before device and size", p, torch.zeros(3, { device: "meta", dtype: torch.float64 }), "attempting to assign a gradient with dtype 'double'"],
    ["device before size", p, torch.zeros(3, { device: "meta" }), "attempting to assign a gradient with device type 'meta'"],
    ["itself", p, p, "can't assign Variable as its own grad"],
    ["a number", p, 5, "assigned grad expected to be a Tensor or None but got grad of type int"],
    ["a text", p, "x", "assigned grad expected to be a Tensor or None but got grad of type str"],
    ["a module", p, new torch.nn.Linear(1, 1), "assigned grad expected to be a Tensor or None but got grad of type Linear"],
  ])("of %s is refused", (_, tensor, grad, message) => {
    expect(assign(tensor, grad)).toThrow(message);
    expect(tensor.grad).toBeNull();
  });

  test("of what fits is taken, null included", () => {
    const grad = torch.ones(2);
    p.grad = grad;
    expect(p.grad).toBe(grad);
    p.grad = null;
    expect(p.grad).toBeNull();
  });

  test("stays with a module that is converted", () => {
    const layer = new torch.nn.Linear(2, 1);
    layer.forward(torch.ones(2)).sum().backward();
    layer.double();
    expect(layer.weight.grad!.dtype).toBe(torch.float64);
  });
});

describe("gradients where a function has no slope are PyTorch's", () => {
  const gradientOf = (x: torch.Tensor, f: (x: torch.Tensor) => torch.Tensor): unknown => {
    const leaf = x.clone().requiresGrad_();
    f(leaf).sum().backward();
    return leaf.grad!.tolist();
  };
  const twice = (x: torch.Tensor, f: (x: torch.Tensor) => torch.Tensor): unknown => {
    const leaf = x.clone().requiresGrad_();
    return torch.autograd.grad(f(leaf).sum(), [leaf], { createGraph: true })[0]!.tolist();
  };

  test.each([gradientOf, twice])("hypot at the origin", (gradient) => {
    expect(gradient(torch.tensor([0, 3], { dtype: torch.float32 }), (x) => x.hypot(torch.tensor([0, 4], { dtype: torch.float32 })))).toEqual([
      NaN,
      Math.fround(0.6),
    ]);
  });

  test.each([gradientOf, twice])("logsumexp of nothing but -inf or inf, in few rows and in many", (gradient) => {
    for (const rows of [2, 300]) {
      for (const value of [-Infinity, Infinity]) {
        const found = gradient(torch.full([rows, 3], value), (x) => x.logsumexp(1)) as number[][];
        expect(found.flat().every(Number.isNaN)).toBe(true);
      }
      const mixed = torch.full([rows, 3], -Infinity);
      mixed.at(torch.slice(), 1).fill_(2);
      expect((gradient(mixed, (x) => x.logsumexp(1)) as number[][])[0]).toEqual([0, 1, 0]);
    }
  });
});
