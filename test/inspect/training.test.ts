import { beforeEach, describe, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import type { Training, TrainingRequest } from "../../src/protocol/index.js";
import { checkTraining } from "../../src/protocol/trainingChecks.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn, optim } = torch;
const { functional } = nn;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
  torch.manualSeed(0);
});

const request: TrainingRequest = { model: "model", steps: 5, optimizer: "SGD", rate: 0.1, loss: null, input: { kind: "recorded" }, seed: 0 };

/** All that the steps say: the whole at the end. */
function train(module: torch.nn.Module, more: Partial<TrainingRequest> = {}): Training {
  snapshotOf(inspection, module);
  const steps = inspection.trials.train({ ...request, ...more });
  for (;;) {
    const { done, value } = steps.next();
    expect(checkTraining(JSON.parse(JSON.stringify(value)))).toBeNull();
    if (done) return value;
  }
}

/** Everything of a model that a step may change, as text. */
function stateOf(net: torch.nn.Module): string {
  const tensors = [...net.stateDict()].map(([name, tensor]) => [name, [...new Uint8Array(Float64Array.from(tensor.flatten().tolist() as number[]).buffer)]]);
  const gradients = [...net.parameters()].map(({ grad, version }) => [grad?.tolist() ?? null, version.value]);
  return JSON.stringify([tensors, gradients, torch.getRngState(), net.training]);
}

describe("a few steps", () => {
  test.each(["SGD", "Adam", "AdamW", "RMSprop"] as const)("with %s are those of a loop of one's own", (optimizer) => {
    const net = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 3));
    const x = torch.randn(16, 4);
    net(x);
    const { samples, by } = train(net, { optimizer, rate: 0.05, seed: 7 });
    expect(by).toMatchObject({ loss: "crossEntropy", optimizer });
    torch.manualSeed(7);
    const target = torch.randint(3, [16]);
    const own = new optim[optimizer](net.parameters(), { lr: 0.05 });
    const losses: number[] = [];
    const norms: number[] = [];
    for (let step = 0; step <= 5; step++) {
      own.zeroGrad();
      const loss = functional.crossEntropy(net(x), target);
      loss.backward();
      losses.push(loss.item());
      norms.push(Math.sqrt([...net.parameters()].reduce((sum, { grad }) => sum + grad!.norm().item() ** 2, 0)));
      if (step < 5) own.step();
    }
    expect(samples.map(({ loss }) => loss)).toEqual(losses);
    samples.forEach(({ gradientNorm }, step) => expect(gradientNorm).toBeCloseTo(norms[step]!, 5));
  });

  test("leave values, buffers, gradients, versions, generator and mode as they were, bit for bit, however they end", () => {
    const net = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Dropout(0.5), new nn.Linear(8, 2));
    net(torch.randn(6, 4)).sum().backward();
    const snapshot = snapshotOf(inspection, net);
    const before = stateOf(net);
    train(net);
    expect(stateOf(net)).toBe(before);
    // Ended between two steps.
    const steps = inspection.trials.train(request);
    steps.next();
    steps.next();
    expect(stateOf(net)).not.toBe(before);
    steps.return(undefined as never);
    expect(stateOf(net)).toBe(before);
    // Stopped in a way that runs no finally.
    inspection.trials.train(request).next();
    expect(stateOf(net)).not.toBe(before);
    inspection.interrupted("stopped", []);
    expect(stateOf(net)).toBe(before);
    expect(inspection.snapshots()[0]).toEqual(snapshot);
  });

  test("that fail say where, and leave nothing", () => {
    let calls = 0;
    class Failing extends nn.Module {
      layer = new nn.Linear(2, 1);
      override forward(x: torch.Tensor): torch.Tensor {
        if (++calls > 4) throw new Error("no more");
        return this.layer(x);
      }
    }
    const net = new Failing();
    net(torch.ones(3, 2));
    const before = stateOf(net);
    const { samples, failure, steps } = train(net);
    expect([samples.length, steps, failure]).toEqual([3, 2, "Step 3 failed: no more"]);
    expect(stateOf(net)).toBe(before);
  });

  test("that diverge end where the loss is no number", () => {
    const net = new nn.Linear(2, 2);
    net(torch.ones(3, 2).mul(1e6));
    const { samples, failure } = train(net, { rate: 1e6, steps: 50, loss: "mseLoss" });
    expect(failure).toMatch(/^After \d+ steps the loss is no finite number any more\.$/);
    expect(samples.at(-1)!.loss).toBeNull();
  });

  test("have histograms, means and update ratios of every parameter over at most sixty steps, and the loss of every one", () => {
    const net = new nn.Sequential(new nn.Linear(3, 4), new nn.Linear(4, 1));
    net(torch.randn(8, 3));
    const weight = net[0].weight.detach().clone();
    const { samples, parameters, steps } = train(net, { steps: 150, rate: 0.01 });
    expect(parameters.map(({ name }) => name)).toEqual(["0.weight", "0.bias", "1.weight", "1.bias"]);
    expect([samples.length, steps]).toEqual([151, 150]);
    const detailed = samples.filter((each) => each.parameters);
    expect(detailed.length).toBeLessThanOrEqual(61);
    expect(detailed.at(-1)!.step).toBe(150);
    const [first] = detailed[0]!.parameters!;
    expect(first!.mean).toBeCloseTo(weight.mean().item(), 6);
    expect(first!.histogram!.bins.reduce((sum, count) => sum + count, 0)).toBe(12);
    // Of gradient descent the change is the rate times the gradient.
    expect(first!.updateRatio!).toBeCloseTo((0.01 * first!.gradientNorm!) / weight.norm().item(), 6);
    expect(detailed.at(-1)!.parameters![0]!.updateRatio).toBeNull();
  });
});

describe("the loss that an output asks for", () => {
  const lossOf = (net: torch.nn.Module, ...args: torch.Tensor[]): string => {
    (net as unknown as (...args: torch.Tensor[]) => unknown)(...args);
    const { by } = train(net, { steps: 1 });
    return by.kind === "layerscope" ? by.loss : "";
  };
  const features = () => torch.randn(6, 4);

  test("is cross entropy for scores of classes, and of tokens the next of which is foretold", () => {
    expect(lossOf(new nn.Linear(4, 3), features())).toBe("crossEntropy");
    const tokens = torch.randint(10, [2, 5]);
    const model = new nn.Sequential(new nn.Embedding(10, 4), new nn.Linear(4, 10));
    model(tokens);
    const { samples } = train(model, { steps: 1 });
    const own = functional.crossEntropy(model(tokens).narrow(1, 0, 4).flatten(0, 1), tokens.narrow(1, 1, 4).flatten());
    expect(samples[0]!.loss).toBe(own.item());
  });

  test("is that of log-probabilities, of probabilities, of one number, and of images", () => {
    expect(lossOf(new nn.Sequential(new nn.Linear(4, 3), new nn.LogSoftmax(1)), features())).toBe("nllLoss");
    expect(lossOf(new nn.Sequential(new nn.Linear(4, 1), new nn.Sigmoid()), features())).toBe("binaryCrossEntropy");
    expect(lossOf(new nn.Linear(4, 1), features())).toBe("mseLoss");
    expect(lossOf(new nn.Conv2d(1, 2, 3), torch.randn(1, 1, 6, 6))).toBe("mseLoss");
  });

  test("is what the model gives out itself where that is one number", () => {
    class WithLoss extends nn.Module {
      layer = new nn.Linear(4, 3);
      override forward(x: torch.Tensor): [torch.Tensor, torch.Tensor] {
        const scores = this.layer(x);
        return [scores, scores.square().mean()];
      }
    }
    expect(lossOf(new WithLoss(), features())).toBe("output");
  });

  test("may be chosen, and says what it does not fit", () => {
    const net = new nn.Linear(4, 3);
    net(features());
    expect(train(net, { loss: "binaryCrossEntropyWithLogits", steps: 2 }).by).toMatchObject({ loss: "binaryCrossEntropyWithLogits" });
    const one = new nn.Sequential(new nn.Linear(4, 1), new nn.Flatten(0));
    one(features());
    expect(() => train(one, { loss: "crossEntropy" })).toThrow("crossEntropy needs an output of samples and classes, not one of shape [6].");
  });
});
