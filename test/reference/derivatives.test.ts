import { readFileSync } from "node:fs";
import { describe, expect, it, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Tensor } from "../../src/engine/index.js";
import { camelCase, decode, errorMessage, expectTensor, type EncodedTensor } from "./replay.js";

const { autograd, func, nn } = torch;
const { functional } = autograd;

type Nested = EncodedTensor | readonly Nested[];

/** Written by generateDerivatives.py. */
const data = JSON.parse(readFileSync(new URL("data/derivatives.json", import.meta.url), "utf8")) as {
  readonly inputs: readonly [EncodedTensor, EncodedTensor];
  readonly cases: readonly { readonly function: string; readonly call: keyof typeof functional; readonly value: Nested }[];
  readonly errors: Readonly<Record<string, readonly [type: string, message: string]>>;
  readonly muon: readonly {
    readonly start: EncodedTensor;
    readonly options: Readonly<Record<string, unknown>>;
    readonly end: EncodedTensor;
    readonly text: string;
    readonly buffer: EncodedTensor;
  }[];
};

const x = decode(data.inputs[0]);
const y = decode(data.inputs[1]);

type Tensors = Tensor | readonly Tensor[];

const functions: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensors>> = {
  sine: (a) => a.sin(),
  outer: (a, b) => torch.outer(a.mul(b), b.exp()),
  two: (a, b) => [a.mul(b), a.sum().mul(b)],
  number: (a) => a.pow(3).mul(a.exp()).sum(),
  numbers: (a, b) => a.pow(2).mul(b.exp()).sum(),
  constant: () => torch.ones(2, { dtype: torch.float64 }),
};
const takesTwo = ["outer", "two", "numbers"];

function expectNested(actual: unknown, expected: Nested): void {
  if (!Array.isArray(expected)) return expectTensor(actual, expected as EncodedTensor, { rtol: 1e-12, atol: 1e-12 });
  expect((actual as readonly unknown[]).length).toBe(expected.length);
  (expected as readonly Nested[]).forEach((each, i) => expectNested((actual as readonly unknown[])[i], each));
}

describe("torch.autograd.functional", () => {
  test.each(data.cases)("$call of $function", ({ function: name, call, value }) => {
    const f = functions[name]!;
    const inputs = takesTwo.includes(name) ? [x, y] : x;
    const outputs = takesTwo.includes(name) ? f(x, y) : f(x, y);
    const half = (each: Tensor): Tensor => torch.onesLike(each).mul(0.5);
    const v = call === "vjp" ? (Array.isArray(outputs) ? (outputs as Tensor[]).map(half) : half(outputs as Tensor)) : takesTwo.includes(name) ? [y, x] : y;
    const run = functional[call] as (...args: readonly unknown[]) => unknown;
    expectNested(call === "jacobian" || call === "hessian" ? run(f, inputs) : run(f, inputs, v), value);
  });

  it("gives results that can be differentiated in turn, where asked for", () => {
    const leaf = x.clone().requiresGrad_();
    expect(functional.jacobian((a) => a.exp(), leaf).requiresGrad).toBe(false);
    functional
      .jacobian((a: Tensor) => a.pow(3), leaf, { createGraph: true })
      .sum()
      .backward();
    expectTensor(leaf.grad, { shape: [3], dtype: "float64", data: [3, -7.5, 12] });
    expect(x.requiresGrad).toBe(false);
  });
});

test("gradcheck agrees with right gradients and tells wrong ones", () => {
  const leaf = x.clone().requiresGrad_();
  const other = y.clone().requiresGrad_();
  expect(autograd.gradcheck((a: Tensor, b: Tensor) => [a.mul(b).exp(), a.sum()], [leaf, other])).toBe(true);
  expect(autograd.gradgradcheck((a: Tensor, b: Tensor) => a.mul(b).sin(), [leaf, other])).toBe(true);
  class Wrong extends autograd.Function {
    static override forward(_: unknown, a: Tensor): Tensor {
      return a.mul(2);
    }
    static override backward(_: unknown, gradient: Tensor): Tensor {
      return gradient.mul(3);
    }
  }
  const wrong: (a: Tensor) => Tensor = (a) => Wrong.apply(a);
  expect(() => autograd.gradcheck(wrong, leaf)).toThrow(/^Jacobian mismatch for output 0 with respect to input 0,\nnumerical:tensor\(\[\[2\.0000/);
  expect(autograd.gradcheck(wrong, leaf, { raiseException: false })).toBe(false);
});

test("grad of several outputs is that of their sum", () => {
  const leaf = x.clone().requiresGrad_();
  const [found] = autograd.grad([leaf.pow(2).sum(), leaf.mul(y).sum()], leaf);
  expect(found!.sub(x.mul(2).add(y)).abs().max().item()).toBe(0);
});

describe("torch.func", () => {
  const net = (): torch.nn.Sequential => new nn.Sequential(new nn.Linear(3, 2), new nn.Tanh()).double();

  it("calls a module with other tensors, which get the gradients, and leaves it as it was", () => {
    const model = net();
    const weight = [...model.parameters()][0]!;
    const others = Object.fromEntries([...model.namedParameters()].map(([name, each]) => [name, each.detach().mul(2)]));
    const expected = nn.functional.linear(x, others["0.weight"]!, others["0.bias"]).tanh();
    expect(func.functionalCall(model, others, x).sub(expected).abs().max().item()).toBe(0);
    const gradients = func.grad((params: typeof others) => func.functionalCall(model, params, [x]).sum())(others) as typeof others;
    expect(Object.keys(gradients)).toEqual(["0.weight", "0.bias"]);
    expect(gradients["0.bias"]!.sub(expected.square().rsub(1)).abs().max().item()).toBeLessThan(1e-12);
    expect([...model.parameters()][0]).toBe(weight);
    expect(weight.grad).toBeNull();
  });

  it("replaces tied tensors in all places, and buffers", () => {
    class Tied extends nn.Module {
      readonly one = new nn.Linear(2, 2, { bias: false });
      readonly other = new nn.Linear(2, 2, { bias: false });
      constructor() {
        super();
        this.other.weight = this.one.weight;
        this.registerBuffer("shift", torch.zeros(2));
      }
      override forward(input: Tensor): Tensor {
        return this.other(this.one(input)).add(this.getBuffer("shift"));
      }
    }
    const eye = torch.eye(2);
    const input = torch.ones(1, 2);
    expect(func.functionalCall(new Tied(), { "one.weight": eye, shift: torch.ones(2) }, input).tolist()).toEqual([[2, 2]]);
    expect(() => func.functionalCall(new Tied(), { "one.weight": eye, "other.weight": eye.mul(2) }, input)).toThrow(
      "functional_call got multiple values for keys ['one.weight', 'other.weight'], which are tied. Consider using tie_weights=False",
    );
    const mixed = func.functionalCall(new Tied(), { "one.weight": eye, "other.weight": eye.mul(2) }, input, { tieWeights: false });
    expect(mixed.tolist()).toEqual([[2, 2]]);
  });

  it("gives gradients of gradients, values beside gradients, products and Jacobians", () => {
    const cube = (a: Tensor): Tensor => a.pow(3).sum();
    const inner = func.grad(cube) as (a: Tensor) => Tensor;
    const second = func.grad((a: Tensor) => inner(a).sum()) as (a: Tensor) => Tensor;
    expect(second(x).sub(x.mul(6)).abs().max().item()).toBe(0);
    const [gradient, [value, aux]] = func.gradAndValue((a: Tensor, b: Tensor) => [a.mul(b).sum(), "more"], { argnums: 1, hasAux: true })(x, y) as [
      Tensor,
      [Tensor, string],
    ];
    expect([gradient.tolist(), value.item(), aux]).toEqual([x.tolist(), x.mul(y).sum().item(), "more"]);
    const [output, pull] = func.vjp((a: Tensor, b: Tensor) => a.mul(b), x, y);
    expect([output, ...pull(torch.onesLike(x))].map((each) => each.tolist())).toEqual([x.mul(y), y, x].map((each) => each.tolist()));
    expect(func.jvp((a: Tensor) => a.square(), [x], [y])[1].tolist()).toEqual(x.mul(2).mul(y).tolist());
    expect((func.hessian(cube)(x) as Tensor).sub(x.mul(6).diag()).abs().max().item()).toBe(0);
    for (const transform of [func.jacrev, func.jacfwd]) {
      expect((transform((a: Tensor) => a.square())(x) as Tensor).sub(x.mul(2).diag()).abs().max().item()).toBe(0);
    }
  });

  it("stacks the state of modules", () => {
    const [parameters, buffers] = func.stackModuleState([net(), net()]);
    expect(Object.entries(parameters).map(([name, each]) => [name, ...each.sizes])).toEqual([
      ["0.weight", 2, 2, 3],
      ["0.bias", 2, 2],
    ]);
    expect(buffers).toEqual({});
  });
});

test.each(data.muon)("Muon $options", ({ start, options, end, text, buffer }) => {
  const w = decode(start).requiresGrad_();
  const optimizer = new torch.optim.Muon([w], { lr: 0.1, ...Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value])) });
  for (let i = 0; i < 3; i++) {
    optimizer.zeroGrad();
    w.mul(w).sum().add(w.prod()).backward();
    optimizer.step();
  }
  // The iteration is in bfloat16, whose products are added up in another order.
  expectTensor(w, end, { rtol: 0, atol: 4e-3 });
  expectTensor(optimizer.state.get(w)!["momentumBuffer"], buffer, { rtol: 1e-2, atol: 1e-2 });
  expect(String(optimizer)).toBe(text);
});

test("optimizers run hooks around their state dicts, which may give others", () => {
  const w = new nn.Parameter(torch.ones(2));
  const optimizer = new torch.optim.SGD([w], { lr: 1 });
  const calls: string[] = [];
  optimizer.registerStateDictPreHook(() => void calls.push("pre"));
  optimizer.registerStateDictPostHook((_, state) => ({ ...state, more: 1 }));
  const first = optimizer.registerStateDictPostHook((_, state) => void calls.push(`post ${"more" in state}`), { prepend: true });
  const state = optimizer.stateDict();
  expect(state).toMatchObject({ more: 1 });
  optimizer.registerLoadStateDictPreHook((_, given) => ({ ...given, paramGroups: given.paramGroups.map((group) => ({ ...group, lr: 5 })) }));
  optimizer.registerLoadStateDictPostHook(({ paramGroups }) => void calls.push(`loaded ${paramGroups[0]!.lr}`));
  optimizer.loadStateDict(state);
  expect(calls).toEqual(["pre", "post false", "loaded 5"]);
  first.remove();
  optimizer.stateDict();
  expect(calls.length).toBe(4);
});

test("a layer takes over the work of a batch normalization", () => {
  torch.manualSeed(0);
  const norm = new nn.BatchNorm2d(4);
  norm(torch.randn(8, 4, 3, 3));
  const dense = new nn.BatchNorm1d(3);
  dense(torch.randn(8, 3));
  const close = (a: Tensor, b: Tensor): void => expect(a.sub(b).abs().max().item()).toBeLessThan(1e-5);
  const image = torch.randn(2, 2, 6, 6);
  for (const conv of [new nn.Conv2d(2, 4, 3), new nn.Conv2d(2, 4, 3, { bias: false })]) {
    close(nn.utils.fuseConvBnEval(conv.eval(), norm.eval())(image), norm(conv(image)));
  }
  const up = new nn.ConvTranspose2d(2, 4, 3).eval();
  close(nn.utils.fuseConvBnEval(up, norm, { transpose: true })(image), norm(up(image)));
  const linear = new nn.Linear(5, 3).eval();
  close(nn.utils.fuseLinearBnEval(linear, dense.eval())(torch.ones(2, 5)), dense(linear(torch.ones(2, 5))));
});

test("skipInit draws nothing", () => {
  torch.manualSeed(3);
  const layer = nn.utils.skipInit(nn.Linear, 2, 3, { dtype: torch.float64 });
  expect([String(layer), layer.weight.dtype, layer.weight.device]).toEqual(["Linear(in_features=2, out_features=3, bias=True)", torch.float64, "cpu"]);
  const drawn = torch.rand(1).item();
  torch.manualSeed(3);
  expect(torch.rand(1).item()).toBe(drawn);
});

test("SyncBatchNorm is batch normalization in one process", () => {
  const model = new nn.Sequential(new nn.Conv1d(1, 2, 1), new nn.BatchNorm1d(2));
  const input = torch.randn(4, 1, 5);
  const expected = model(input);
  const before = model[1].runningMean;
  const converted = nn.SyncBatchNorm.convertSyncBatchnorm(model) as typeof model;
  expect(converted[1]).toBeInstanceOf(nn.SyncBatchNorm);
  expect(converted[1].runningMean).toBe(before);
  expect(converted(input).tolist()).toEqual(expected.tolist());
});

const failing: Readonly<Record<string, () => unknown>> = {
  strict: () => functional.jacobian((a: Tensor) => functions["constant"]!(a, a), x, { strict: true }),
  independent: () => functional.vjp((a: Tensor, _b: Tensor) => a.mul(2), [x, y], x, { strict: true }),
  noVector: () => functional.vjp((a: Tensor) => a.sin(), x),
  vectorSize: () => functional.vjp((a: Tensor) => a.sin(), x, torch.ones(2)),
  notScalar: () => functional.hessian((a: Tensor) => a.sin(), x),
  gradcheck: () => autograd.gradcheck((a: Tensor) => a.sin(), x),
  missing: () => func.functionalCall(new nn.Linear(2, 2), { weight: torch.ones(2, 2), x: torch.ones(1) }, torch.ones(1, 2), { strict: true }),
  twice: () => func.functionalCall(new nn.Linear(2, 2), [{ weight: torch.ones(2, 2) }, { weight: torch.ones(1) }], torch.ones(1, 2)),
  fusion: () => nn.utils.fuseConvBnEval(new nn.Conv2d(1, 1, 1), new nn.BatchNorm2d(1)),
  fusionSize: () => nn.utils.fuseLinearBnEval(new nn.Linear(2, 3).eval(), new nn.BatchNorm1d(2).eval()),
  skipInit: () => nn.utils.skipInit(nn.ReLU),
  muon: () => new torch.optim.Muon([torch.ones(2).requiresGrad_()]),
  muonRate: () => new torch.optim.Muon([torch.ones(2, 2).requiresGrad_()], { lr: -1 }),
  syncDims: () => new nn.SyncBatchNorm(2)(torch.ones(2)),
};

test.each(Object.entries(data.errors))("%s: PyTorch's error", (name, [, message]) => {
  // "-1.0" is -1 in JavaScript.
  expect(errorMessage(failing[name]!)?.replace(/-1$/, "-1.0")).toBe(message);
});
