import { beforeEach, describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import { type LayerSignal, type Signal, type SignalRequest } from "../../src/protocol/index.js";
import { checkSignal } from "../../src/protocol/signalChecks.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
  torch.manualSeed(0);
});

function measure(module: torch.nn.Module, request: Partial<SignalRequest> = {}): Signal {
  snapshotOf(inspection, module);
  const signal = inspection.trials.signal({ model: "model", input: null, seed: 0, trial: null, ...request });
  expect(checkSignal(JSON.parse(JSON.stringify(signal)))).toBeNull();
  return signal;
}

const named = ({ path, operation, call }: LayerSignal): string => `${path}${operation ? `~${operation}` : ""}#${call}`;

class Residual extends nn.Module {
  inner = new nn.Linear(4, 4);
  norm = new nn.BatchNorm1d(4);
  drop = new nn.Dropout(0.5);
  override forward(x: torch.Tensor): torch.Tensor {
    return x.add(torch.tanh(this.drop(this.norm(this.inner(x)))));
  }
}

describe("the signal of a pass", () => {
  test("names every call of a module in the order in which it gave out its result, and functions that the code calls itself", () => {
    const twice = new nn.Linear(4, 4);
    const signal = measure(new nn.Sequential(twice, new Residual(), twice));
    expect(signal.layers.map(named)).toEqual(["0#0", "1.inner#0", "1.norm#0", "1.drop#0", "1~tanh#0", "1#0", "2#0", "#0"]);
    expect(signal.layers.filter(({ isContainer }) => isContainer).map(named)).toEqual(["1#0", "#0"]);
    expect(signal.layers[4]!.nonlinearity).toEqual({ gain: "tanh", slope: null, rectifies: false });
  });

  test("has the figures of activations and gradients that the pass itself has", () => {
    const net = new nn.Sequential(new nn.Linear(5, 7), new nn.ReLU(true), new nn.Linear(7, 3));
    net(torch.randn(16, 5));
    const signal = measure(net, { seed: 3 });
    torch.manualSeed(3);
    const x = torch.randn(1); // The recorded input is not drawn again.
    expect(x.shape).toEqual([1]);
    expect(signal.input).toEqual({ kind: "recorded" });
    const random = measure(net, { input: { kind: "random", batches: 1 }, seed: 3 });
    torch.manualSeed(3);
    const input = torch.randn(16, 5);
    const first = net[0](input);
    first.retainGrad();
    const hidden = torch.relu(first);
    const output = net[2](hidden);
    output.backward(torch.randn(16, 3));
    const [linear, relu, last] = random.layers as [LayerSignal, LayerSignal, LayerSignal];
    const std = (tensor: torch.Tensor): number => tensor.std({ correction: 0 }).item();
    expect(linear.activation!.finite!.std).toBeCloseTo(std(first), 6);
    expect(linear.gradient!.finite!.std).toBeCloseTo(std(first.grad!), 6);
    expect(relu.activation!.zeros).toBeCloseTo(hidden.eq(0).to(torch.float32).mean().item(), 6);
    expect(last.activation!.finite!.mean).toBeCloseTo(output.mean().item(), 6);
    expect(linear.parameters[0]).toMatchObject({ name: "weight", tensor: 0, equalUnits: false });
    expect(linear.parameters[0]!.norm).toBeCloseTo(net[0].weight.norm().item(), 5);
    expect(linear.parameters[0]!.gradientNorm).toBeCloseTo(net[0].weight.grad!.norm().item(), 4);
  });

  test("leaves generator, buffers, values and gradients as they were, bit for bit, also where another initialization is tried", () => {
    const net = new nn.Sequential(new nn.Linear(4, 4), new Residual());
    net(torch.randn(3, 4)).sum().backward();
    const before = snapshotOf(inspection, net);
    const state = [...net.stateDict()].map(([name, tensor]) => [name, tensor.clone()] as const);
    const gradients = [...net.parameters()].map((parameter) => [parameter, parameter.grad, parameter.grad?.tolist()] as const);
    const generator = torch.getRngState();
    const choice = { kind: "scheme", function: "kaimingNormal_", arguments: {} } as const;
    for (const trial of [null, { target: { kind: "model" }, choice, seed: 5 } as const]) {
      measure(net, { input: { kind: "random", batches: 2 }, trial });
      expect(torch.getRngState()).toEqual(generator);
      for (const [name, tensor] of state) expect(net.stateDict().get(name)!.equal(tensor), name).toBe(true);
      for (const [parameter, gradient, values] of gradients) {
        expect(parameter.grad).toBe(gradient);
        expect(parameter.grad?.tolist()).toEqual(values);
      }
      expect(inspection.snapshots()[0]).toEqual({ ...before, signal: null });
    }
  });

  test("of another initialization is that which the model has once it is applied", () => {
    const net = new nn.Sequential(new nn.Linear(8, 8), new nn.Tanh(), new nn.Linear(8, 2));
    const trial = { target: { kind: "model" }, choice: { kind: "scheme", function: "xavierUniform_", arguments: { gain: 2 } }, seed: 11 } as const;
    const own = measure(net);
    const tried = inspection.trials.signal({ model: "model", input: null, seed: 0, trial });
    expect(tried.layers).not.toEqual(own.layers);
    inspection.reinitialize({ model: "model", ...trial });
    expect(inspection.trials.signal({ model: "model", input: null, seed: 0, trial: null }).layers).toEqual(tried.layers);
  });

  test("is in the model's snapshots until its parameters change", () => {
    const net = new nn.Sequential(new nn.Linear(2, 2));
    snapshotOf(inspection, net);
    expect(inspection.snapshots()[0]!.signal).toBeNull();
    expect(inspection.showSignal({ model: "model", input: null, seed: 0 }).signal!.layers).toHaveLength(2);
    expect(inspection.snapshots()[0]!.signal).not.toBeNull();
    const reinitialized = inspection.reinitialize({ model: "model", target: { kind: "model" }, choice: { kind: "asConstructed" }, seed: 0 });
    expect(reinitialized.signal).toBeNull();
  });

  test("over several batches is that of all of them", () => {
    const net = new nn.Linear(3, 3);
    net(torch.randn(8, 3));
    const [both, first, second] = [
      measure(net, { input: { kind: "random", batches: 2 } }),
      measure(net, { input: { kind: "random", batches: 1 } }),
      measure(net, { input: { kind: "random", batches: 1 }, seed: 1 }),
    ].map(({ layers }) => layers[0]!.activation!) as [Flow, Flow, Flow];
    expect(both.count).toBe(48);
    expect(both.finite!.mean).toBeCloseTo((first.finite!.mean + second.finite!.mean) / 2, 10);
    const square = ({ finite }: Flow): number => finite!.std ** 2 + finite!.mean ** 2;
    expect(square(both)).toBeCloseTo((square(first) + square(second)) / 2, 10);
  });

  test("tells dead and saturated neurons, what does not depend on the input, and units that are all equal", () => {
    const net = new nn.Sequential(new nn.Linear(6, 5), new nn.ReLU(), new nn.Linear(5, 4), new nn.Tanh(), new nn.Linear(4, 2));
    for (const parameter of net.parameters()) nn.init.constant_(parameter, 0.5);
    nn.init.constant_(net[0].bias, -50);
    nn.init.constant_(net[2].bias, 50);
    net(torch.randn(10, 6));
    const [first, relu, second, tanh, last] = measure(net).layers as [LayerSignal, LayerSignal, LayerSignal, LayerSignal, LayerSignal];
    expect(first.activation!.variation).toBeGreaterThan(0);
    expect(relu).toMatchObject({ activation: { zeros: 1, saturated: null, variation: null }, nonlinearity: { rectifies: true, gain: "relu" } });
    expect(second.activation).toMatchObject({ variation: 0 });
    expect(tanh.activation!.saturated).toBe(1);
    expect(first.parameters[0]).toMatchObject({ equalUnits: true, gradientNorm: 0, equalGradients: true });
    // What is sent back differs from output to output.
    expect(last.parameters[0]).toMatchObject({ equalUnits: true, equalGradients: false });
  });

  test("counts NaN and infinities apart, and says why a pass did not reach its end", () => {
    class Root extends nn.Module {
      fc = new nn.Linear(2, 2);
      override forward(x: torch.Tensor): torch.Tensor {
        return torch.log(this.fc(x).mul(0).sub(1));
      }
    }
    const { layers } = measure(new Root(), { input: null });
    expect(layers.at(-1)!.activation).toMatchObject({ nonFinite: 1, finite: null });
    const wrong = new nn.Sequential(new nn.Linear(2, 3), new nn.Linear(4, 2));
    expect(measure(wrong, { input: { kind: "stated", inputs: [{ shape: [1, 2], dtype: "float32", fill: "ones" }] } })).toMatchObject({
      failure: expect.stringContaining("cannot be multiplied") as unknown,
      layers: [{ path: "0", gradient: null }],
    });
  });

  test("has the norms of all of a large parameter and of its gradient, in every call", () => {
    class Twice extends nn.Module {
      embedding = new nn.Embedding(4096, 1024);
      override forward(tokens: torch.Tensor): torch.Tensor {
        return this.embedding(tokens).add(this.embedding(tokens));
      }
    }
    const net = new Twice();
    // Nearly all of it, and all of what comes back, lies in one of its rows.
    torch.noGrad(() => net.embedding.weight.mul_(1e-4).at(7).fill_(3));
    net(torch.tensor([[7, 7]]));
    const calls = measure(net).layers.filter(({ path }) => path === "embedding");
    torch.manualSeed(0);
    const sent = torch.randn(1, 2, 1024);
    expect(calls).toHaveLength(2);
    for (const { parameters } of calls) {
      expect(parameters[0]!.norm).toBeCloseTo(net.embedding.weight.norm().item(), 3);
      expect(parameters[0]!.gradientNorm).toBeCloseTo(sent.sum([0, 1]).mul(2).norm().item(), 3);
    }
  });

  test("goes back to nothing where nothing is trained", () => {
    const net = new nn.Linear(2, 2).requiresGrad_(false);
    expect(measure(net)).toMatchObject({ gradientMissing: expect.stringContaining("trained") as unknown, layers: [{ gradient: null, parameters: [] }] });
  });

  test("needs values", () => {
    const net = torch.withDevice("meta", () => new nn.Linear(2, 2));
    expect(() => measure(net)).toThrow("model has no values: it is on the meta device.");
  });

  test("of several outputs comes back from all of them, and from a loss as it is", () => {
    class Two extends nn.Module {
      a = new nn.Linear(2, 2);
      b = new nn.Linear(2, 2);
      override forward(x: torch.Tensor): torch.Tensor[] {
        return [this.a(x), this.b(x).sum()];
      }
    }
    const [a, b] = measure(new Two()).layers as [LayerSignal, LayerSignal];
    expect(a.gradient!.finite!.std).toBeGreaterThan(0);
    expect(b.gradient!.finite).toMatchObject({ mean: 1, std: 0 });
  });
});

type Flow = NonNullable<LayerSignal["activation"]>;
