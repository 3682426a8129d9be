import * as torch from "layerscope";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { layerSamples } from "../support/layerSamples.js";
import { expectNumericalGradients } from "../support/numericalGradients.js";
import { operationSamples } from "../support/operationSamples.js";
import type { OperationSample } from "../support/samples.js";

/** Gradients of gradients: `createGraph` records the backward pass, so that it can be differentiated in turn. */

beforeAll(() => torch.setDefaultDtype(torch.float64));
afterAll(() => torch.setDefaultDtype(torch.float32));

function outputsOf({ call }: OperationSample, inputs: readonly torch.Tensor[]): torch.Tensor[] {
  const result = call(...inputs);
  return (result instanceof torch.Tensor ? [result] : [...result]).filter((output) => output.requiresGrad);
}

const asVector = (tensors: readonly torch.Tensor[]): torch.Tensor => torch.cat(tensors.map((tensor) => tensor.reshape([-1])));

/** The gradients of a sample as a function of its inputs and of the incoming gradient. */
function gradients(sample: OperationSample, inputs: readonly torch.Tensor[], incoming: torch.Tensor): torch.Tensor {
  const wanted = inputs.filter((input) => input.requiresGrad);
  const output = asVector(outputsOf(sample, inputs));
  const found = torch.autograd.grad(output, wanted, { gradOutputs: incoming, createGraph: true, allowUnused: true });
  return asVector(found.map((gradient, i) => gradient ?? torch.zerosLike(wanted[i]!)));
}

describe("the gradient of the gradient agrees with numerical differentiation", () => {
  // PyTorch has none for the first either; the determinant's needs a regular matrix; of the norm's columns two are equal.
  const without = ["ctcLoss", "multilabelMarginLoss", "det of a singular matrix", "matrix norm -1"];
  const samples = [...operationSamples, ...layerSamples].filter((sample) => outputsOf(sample, sample.inputs).length > 0 && !without.includes(sample.name));
  test.each(samples.map((sample) => [sample.name, sample] as const))("%s", (_, sample) => {
    const size = asVector(outputsOf(sample, sample.inputs)).numel();
    const incoming = torch.linspace(0.5, -1.5, size).requiresGrad_();
    if (!gradients(sample, sample.inputs, incoming).requiresGrad) return;
    const of = (...inputs: torch.Tensor[]): torch.Tensor => torch.enableGrad(() => gradients(sample, inputs.slice(0, -1), inputs.at(-1)!));
    expectNumericalGradients(of, ...sample.inputs, incoming);
  });
});

describe("createGraph", () => {
  const { autograd, nn } = torch;

  test("derivatives of any order", () => {
    const x = torch.tensor(2, { dtype: torch.float64, requiresGrad: true });
    let y = x.pow(4).mul(x.sin());
    const orders: number[] = [];
    for (let order = 1; order <= 4; order++) {
      y = autograd.grad(y, x, { createGraph: true })[0]!;
      orders.push(y.item());
    }
    const [s, c] = [Math.sin(2), Math.cos(2)];
    const expected = [32 * s + 16 * c, 48 * s + 64 * c - 16 * s, 48 * s + 144 * c - 96 * s - 16 * c, 24 * s + 192 * c - 288 * s - 128 * c + 16 * s];
    orders.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 9));
  });

  test("the Hessian of a quadratic form", () => {
    const a = torch.tensor(
      [
        [2, 1],
        [0, 3],
      ],
      { dtype: torch.float64 },
    );
    const x = torch.tensor([1, -1], { dtype: torch.float64, requiresGrad: true });
    const [gradient] = autograd.grad(x.dot(a.mv(x)), x, { createGraph: true });
    const rows = [0, 1].map((i) => autograd.grad(gradient!.at(i), x, { retainGraph: true })[0]!.tolist());
    expect(rows).toEqual([
      [4, 1],
      [1, 6],
    ]);
  });

  test("a gradient penalty reaches the parameters", () => {
    torch.manualSeed(0);
    const critic = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 1)).double();
    const input = torch.randn([5, 3], { dtype: torch.float64, requiresGrad: true });
    const penalty = (): torch.Tensor => {
      const [gradient] = autograd.grad(critic(input).sum(), input, { createGraph: true });
      return gradient!.norm(2, 1).sub(1).square().mean();
    };
    penalty().backward();
    const weight = critic[0].weight;
    const element = weight.data.at(1, 2);
    const before = element.item();
    const at = (value: number): number => (element.fill_(value), penalty().item());
    const expected = (at(before + 1e-5) - at(before - 1e-5)) / 2e-5;
    expect(weight.grad!.at(1, 2).item()).toBeCloseTo(expected, 7);
  });

  test("backward leaves gradients that know how they came about, and adds to them", () => {
    const x = torch.tensor([3], { dtype: torch.float64, requiresGrad: true });
    x.pow(3).sum().backward(null, { createGraph: true });
    expect(String(x.grad)).toBe("tensor([27.], grad_fn=<CopyBackwards>)");
    const [second] = autograd.grad(x.grad!.sum(), x);
    expect(second!.tolist()).toEqual([18]);
    x.mul(2).sum().backward(null, { createGraph: true });
    expect(x.grad!.tolist()).toEqual([29]);
  });

  test("gradients of large tensors do not need what forward let go", () => {
    const x = torch.linspace(0.1, 1, 600, { dtype: torch.float64 }).requiresGrad_();
    const [gradient] = autograd.grad(x.mul(3).exp().tanh().add(x).sigmoid().sum(), x, { createGraph: true });
    const [second] = autograd.grad(gradient!.sum(), x);
    const small = torch.tensor([0.1], { dtype: torch.float64 }).requiresGrad_();
    const [first] = autograd.grad(small.mul(3).exp().tanh().add(small).sigmoid().sum(), small, { createGraph: true });
    expect(second!.at(0).item()).toBeCloseTo(autograd.grad(first!.sum(), small)[0]!.item(), 12);
  });

  test("without it, gradients record nothing", () => {
    const x = torch.tensor([3.5], { requiresGrad: true });
    expect(autograd.grad(x.square().sum(), x)[0]!.requiresGrad).toBe(false);
    expect(() => autograd.grad(x.square().sum(), x, { createGrahp: true } as never)).toThrow("got an unexpected keyword argument 'createGrahp'");
  });

  test("an operation that cannot be differentiated twice says so", () => {
    const x = torch.randn([5, 2, 3], { requiresGrad: true });
    const loss = nn.functional.ctcLoss(
      nn.functional.logSoftmax(x, 2),
      torch.tensor([
        [1, 2],
        [2, 1],
      ]),
      [5, 4],
      [2, 1],
    );
    expect(() => autograd.grad(loss, x, { createGraph: true })).toThrow("derivative for aten::ctc_loss_backward is not implemented");
  });

  test("grad runs only what leads to the inputs asked for", () => {
    const x = torch.tensor([1.5], { requiresGrad: true });
    const seen: number[] = [];
    const a = x.mul(2);
    a.registerHook((gradient) => void seen.push(gradient.item()));
    const b = a.mul(3);
    expect(autograd.grad(b.sum(), b)[0]!.tolist()).toEqual([1]);
    expect(seen).toEqual([]);
  });
});
