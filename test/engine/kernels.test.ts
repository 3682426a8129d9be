import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import { bothWays, expectClose, expectWithin, withWasm } from "./bothWays.js";

const { nn } = torch;

describe("WebAssembly kernels agree with plain JavaScript", () => {
  const sizes = [
    [33, 65, 17],
    [64, 64, 64],
    [1, 200, 300],
    [130, 1, 900],
    [5, 1100, 1030],
    [70, 1030, 9],
    [66, 2600, 49],
    [131, 3000, 3],
    [20, 18000, 11],
  ] as const;
  it.each(sizes)("matrix product %i x %i x %i", (m, k, n) => {
    expectClose(() => torch.randn(m, k).matmul(torch.randn(k, n)), k > 2000 ? 1e-3 : 1e-4);
    expectClose(() => torch.randn(k, m).t().matmul(torch.randn(n, k).t()), k > 2000 ? 1e-3 : 1e-4);
  });

  it("a row of a matrix product is the same whichever rows are beside it, and whatever the memory held", () => {
    withWasm("always", () => {
      const a = torch.randn(30, 70);
      for (const columns of [2, 3, 5, 8, 10, 17]) {
        const b = torch.randn(70, columns);
        torch.ones(64, 600).mul(NaN).matmul(torch.ones(600, 40));
        const all = a.matmul(b);
        for (let rows = 2; rows <= 30; rows++) {
          expect(
            a
              .at(torch.slice(0, rows))
              .matmul(b)
              .equal(all.at(torch.slice(0, rows))),
          ).toBe(true);
          expect(
            a
              .t()
              .contiguous()
              .t()
              .at(torch.slice(0, rows))
              .matmul(b)
              .equal(all.at(torch.slice(0, rows))),
          ).toBe(true);
        }
      }
    });
  });

  it("matrix product of transposed, sliced and broadcast operands", () => {
    expectClose(() => torch.randn(60, 50).t().matmul(torch.randn(70, 60).t()));
    expectClose(() =>
      torch
        .randn(100, 60)
        .at(torch.slice(0, 100, 2))
        .matmul(torch.randn(60, 90).at(torch.slice(), torch.slice(0, 90, 3))),
    );
    expectClose(() => torch.randn(1, 60).expand([40, 60]).matmul(torch.randn(60, 30)));
    expectClose(() => torch.randn(3, 2, 40, 30).matmul(torch.randn(2, 30, 20)));
  });

  it.each(["neg", "abs", "square", "reciprocal", "exp", "sigmoid", "tanh", "relu"] as const)("%s", (name) => {
    expectClose(() => torch.randn(20003)[name]());
  });

  it.each([
    ["silu", nn.functional.silu],
    ["gelu", nn.functional.gelu],
    ["gelu by tanh", (x: torch.Tensor) => nn.functional.gelu(x, { approximate: "tanh" })],
    ["softmax of rows", (x: torch.Tensor) => x.view([83, 241]).softmax(-1)],
    ["logarithm of the softmax of rows", (x: torch.Tensor) => x.view([83, 241]).logSoftmax(-1)],
    ["logarithm of the softmax of a long row", (x: torch.Tensor) => x.logSoftmax(-1)],
  ] as const)("%s, and the gradient", (_, f) => {
    expectClose(() => {
      const x = torch.randn(20003).mul(4).requiresGrad_();
      const y = f(x);
      y.mul(torch.randn(y.shape)).sum().backward();
      return torch.cat([y.detach().reshape([-1]), x.grad!]);
    });
  });

  it.each([
    ["LSTM", nn.LSTM, 7],
    ["LSTM with rows of whole vectors", nn.LSTM, 16],
    ["GRU", nn.GRU, 7],
    ["GRU with rows of whole vectors", nn.GRU, 16],
  ] as const)("%s, and all gradients", (_, Layer, hidden) => {
    expectClose(() => {
      const layer = new Layer(5, hidden, { numLayers: 2, bidirectional: true });
      const x = torch.randn(6, 9, 5).requiresGrad_();
      const [output, last]: [torch.Tensor, torch.Tensor | readonly torch.Tensor[]] = layer instanceof nn.LSTM ? layer(x) : layer(x);
      const states = last instanceof torch.Tensor ? [last] : last;
      const sum = [output, ...states].map((value) => value.mul(torch.randn(value.shape)).sum()).reduce((a, b) => a.add(b));
      sum.backward();
      return torch.cat([output, x.grad!, ...[...layer.parameters()].map(({ grad }) => grad!)].map((value) => value.detach().reshape([-1])));
    }, 1e-4);
  });

  it("a cell of an LSTM with a projection, and one that takes more than one piece", () => {
    expectClose(() => new nn.LSTM(5, 6, { projSize: 3 })(torch.randn(4, 2, 5))[0]);
    expectClose(() => new nn.LSTM(3, 300)(torch.randn(2, 50, 3))[0]);
  });

  it.each(["add", "sub", "mul", "div"] as const)("%s of tensors and of a number", (name) => {
    expectClose(() => torch.randn(20003)[name](torch.rand(20003).add(0.5)));
    expectClose(() => torch.randn(20003)[name](0.3));
  });

  it.each([[[70]], [[1, 70]], [[]], [[1, 1]], [[50, 70]]])("of a tensor with one of shape %j that repeats", (shape) => {
    expectClose(() => torch.randn(7, 50, 70).mul(torch.randn(shape)));
    expectClose(() => torch.randn(shape).sub(torch.randn(7, 50, 70)));
    expectClose(() => torch.randn(7, 50, 70).add(torch.randn(shape), { alpha: 3 }));
  });

  it("gradients through relu, sigmoid and tanh", () => {
    expectClose(() => {
      const x = torch.randn(5000).requiresGrad_();
      x.relu().add(x.sigmoid()).add(x.tanh()).mul(torch.randn(5000)).sum().backward();
      return x.grad!;
    });
  });

  it.each([
    [7, 333],
    [40, 1001],
    [2000, 3],
    [2, 20000],
    [20000, 5],
  ])("softmax along either dimension, its logarithm and layer normalization of %i rows of %i", (rows, size) => {
    for (const dim of [0, 1]) {
      expectClose(() => torch.randn(rows, size).softmax(dim));
      expectClose(() => torch.randn(rows, size).logSoftmax(dim));
      expectClose(() => torch.randn(rows, size).logsumexp(dim));
    }
    expectClose(() => new nn.LayerNorm(size)(torch.randn(rows, size).mul(3)));
  });

  it.each(["softmax", "logSoftmax"] as const)("%s along a dimension in the middle, and its gradient", (name) => {
    expectClose(() => {
      const x = torch.randn(7, 33, 35).requiresGrad_();
      const y = x[name](1);
      y.mul(torch.randn(y.shape)).sum().backward();
      return torch.cat([y.detach(), x.grad!]);
    });
  });

  it("logsumexp of infinities and NaN, and along several dimensions", () => {
    const row = [
      [1, 2, 3],
      [-Infinity, -Infinity, -Infinity],
      [Infinity, 1, 2],
      [NaN, Infinity, 1],
      [NaN, 1, 2],
      [-Infinity, 0, 0],
      [-Infinity, Infinity, 0],
    ];
    expectWithin(4, () => torch.tensor(row).repeat(100, 1).logsumexp(1));
    expectWithin(4, () => torch.tensor(row).t().repeat(1, 100).logsumexp(0));
    expectClose(() => torch.randn(7, 33, 35).logsumexp([0, 2]));
  });

  it.each([
    ["batch", () => new nn.BatchNorm2d(6), [5, 6, 7, 11]],
    ["batch, by the running statistics", () => new nn.BatchNorm1d(6, { affine: false }).eval(), [5, 6, 77]],
    ["instance", () => new nn.InstanceNorm2d(6, { affine: true }), [5, 6, 7, 11]],
    ["group", () => new nn.GroupNorm(2, 6), [5, 6, 7, 11]],
    ["layer", () => new nn.LayerNorm([7, 11]), [5, 6, 7, 11]],
    ["layer, without parameters", () => new nn.LayerNorm(11, { elementwiseAffine: false }), [5, 6, 7, 11]],
    ["root mean square", () => new nn.RMSNorm(77), [5, 6, 77]],
  ] as const)("%s normalization, and its gradients", (_, make, shape) => {
    expectClose(() => {
      const norm = make();
      for (const parameter of norm.parameters()) nn.init.uniform_(parameter, 0.5, 2);
      const x = torch.randn(shape).add(3).requiresGrad_();
      const y = norm(x);
      y.mul(torch.randn(shape)).sum().backward();
      return torch.cat([y.detach(), x.grad!, ...[...norm.parameters()].map((parameter) => parameter.grad!)].map((tensor) => tensor.reshape([-1])));
    }, 1e-4);
  });

  it.each([
    [{ padding: 1 }, [2, 8, 30, 33]],
    [{ stride: 2, padding: [2, 0] }, [1, 8, 31, 40]],
    [{ dilation: 2, padding: 3, groups: 4 }, [2, 8, 20, 50]],
    [{ stride: [1, 3], dilation: [3, 1], bias: false }, [1, 8, 40, 70]],
    [{ padding: 1, stride: [1, 50] }, [1, 8, 3, 40000]],
    [{ padding: 4, stride: [3, 30] }, [2, 8, 5, 9]],
  ])("convolution with %j of %j", (options, shape) => {
    expectClose(() => new nn.Conv2d(8, 12, [3, 5], options as object)(torch.randn(shape)));
  });

  it("random numbers, bit for bit, and leaves the generator where it would be", () => {
    const [wasm, plain] = bothWays(() =>
      torch.cat([
        torch.randn(5003),
        torch.rand(7001),
        torch.empty(3001).uniform_(-3, 9),
        torch.empty(4099).normal_(1, 0.3),
        torch.empty(9001).bernoulli_(0.3),
        torch.rand(5),
      ]),
    );
    expect(wasm).toEqual(plain);
  });

  it.each([
    ["SGD", { lr: 0.1 }],
    ["SGD", { lr: 0.1, momentum: 0.9, dampening: 0.1, weightDecay: 0.01, maximize: true }],
    ["SGD", { lr: 0.1, momentum: 0.9, nesterov: true }],
    ["Adam", { lr: 0.1 }],
    ["Adam", { lr: 0.1, betas: [0.3, 0.9], eps: 1e-3, weightDecay: 0.01, maximize: true }],
    ["AdamW", { lr: 0.1, weightDecay: 0.1 }],
    ["RMSprop", { lr: 0.1 }],
    ["RMSprop", { lr: 0.1, alpha: 0.3, eps: 1e-3, weightDecay: 0.01, momentum: 0.9, centered: true, maximize: true }],
    ["RMSprop", { lr: 0.1, centered: true }],
  ] as const)("steps of %s with %j, bit for bit", (name, options) => {
    const [wasm, plain] = bothWays(() => {
      const parameter = new nn.Parameter(torch.randn(20003));
      const optimizer = new torch.optim[name]([parameter], options);
      for (let step = 0; step < 3; step++) {
        parameter.grad = torch.randn(20003);
        optimizer.step();
      }
      return parameter.detach();
    });
    expect(wasm).toEqual(plain);
  });

  it.each([0, 0.1, 0.5, 1])("dropout with probability %d, and the gradient, bit for bit", (p) => {
    const [wasm, plain] = bothWays(() => {
      const x = torch.randn(70, 131).requiresGrad_();
      const y = nn.functional.dropout(x, { p });
      y.mul(torch.randn(y.shape)).sum().backward();
      return torch.cat([y.detach(), x.grad!]);
    });
    expect(wasm).toEqual(plain);
  });

  it("counts, range, mean, spread and bins of values, NaN and infinities among them", () => {
    const compute = (): torch.Tensor => {
      const values = torch.randn(20003).add(1000);
      for (const [i, strange] of [NaN, Infinity, -Infinity, 0, NaN, -0].entries()) values.data.at(i * 3001).fill_(strange);
      const data = Float32Array.from(values.tolist() as number[]);
      const { nan, positiveInfinity, negativeInfinity, zeros, finite, min, max, mean, squares, histogram } = torch.summarize(data);
      const undistributed = torch.summarize(data, false);
      expect({ ...undistributed, histogram: null }).toEqual({
        nan,
        positiveInfinity,
        negativeInfinity,
        zeros,
        finite,
        min,
        max,
        mean,
        squares,
        histogram: null,
      });
      expect(undistributed.histogram(0, max, 7)).toEqual(histogram(0, max, 7));
      const bins = [...histogram(0, max, 7), ...histogram(999.5, 1000.25, 101)];
      return torch.tensor([nan, positiveInfinity, negativeInfinity, zeros, finite, min + 0, max, mean, Math.sqrt(squares / finite), ...bins], {
        dtype: torch.float64,
      });
    };
    const [wasm, plain] = bothWays(compute);
    expect(wasm.slice(0, 7)).toEqual(plain.slice(0, 7));
    expect(wasm.slice(0, 5)).toEqual([2, 1, 1, 2, 19999]);
    expect(wasm[7]).toBeCloseTo(plain[7]!, 9);
    expect(wasm[8]).toBeCloseTo(plain[8]!, 9);
    expect(wasm.slice(9)).toEqual(plain.slice(9));
  });

  it("large products and convolutions are the same on several threads, whatever the operands' strides", () => {
    const wanted = torch.getNumThreads();
    const image = torch.randn(2, 32, 40, 39).requiresGrad_();
    const kernel = torch.randn(48, 32, 3, 3).requiresGrad_();
    const convolve = (): torch.Tensor[] => {
      image.grad = kernel.grad = null;
      const features = nn.functional.conv2d(image, kernel, null, { padding: 1 });
      features.square().sum().backward();
      return [features.detach(), image.grad!, kernel.grad!];
    };
    const a = torch.randn(1100, 450);
    const b = torch.randn(450, 1050);
    const compute = (threads: number): torch.Tensor[] => {
      torch.setNumThreads(threads);
      return [a.matmul(b), b.t().matmul(a.t()), a.at(torch.slice(0, 1100, 2)).matmul(b), ...convolve()];
    };
    try {
      const alone = compute(1);
      // Again and again: the first rounds run before the other threads have started.
      for (let round = 0; round < 8; round++) {
        for (const [i, result] of compute(2).entries()) expect(torch.equal(result, alone[i]!)).toBe(true);
      }
    } finally {
      torch.setNumThreads(wanted);
    }
  }, 60_000);

  it("infinities and NaN", () => {
    const special = [NaN, Infinity, -Infinity, 0, -0, 1e38, -1e38, 100, -100, 88.7, -103];
    for (const name of ["exp", "tanh", "sigmoid", "relu"] as const) {
      const [wasm, plain] = bothWays(() => torch.tensor(special).repeat([200])[name]());
      for (let i = 0; i < special.length; i++) {
        if (Number.isFinite(plain[i])) expect(wasm[i]).toBeCloseTo(plain[i]!, 5);
        else expect(wasm[i]).toBe(plain[i]);
      }
    }
  });
});
