import { beforeEach, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import { KeptSamples } from "../../src/inspect/trainingSamples.js";
import { checkTraining } from "../../src/protocol/trainingChecks.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn, optim } = torch;

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
  torch.manualSeed(0);
});

/** Takes steps as the user's code does; the losses. */
function fit(net: torch.nn.Module, x: torch.Tensor, steps: number): number[] {
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.05 });
  return Array.from({ length: steps }, () => {
    optimizer.zeroGrad();
    const loss = (net as unknown as (x: torch.Tensor) => torch.Tensor)(x).square().mean();
    loss.backward();
    optimizer.step();
    return loss.item();
  });
}

test("the code's own training is there as it was: losses, gradients, updates, and the state that it left as the last sample", () => {
  const net = new nn.Sequential(new nn.Linear(4, 8), new nn.Tanh(), new nn.Linear(8, 2));
  const first = net[0].weight.detach().clone();
  const losses = fit(net, torch.randn(16, 4), 10);
  const { training } = snapshotOf(inspection, net);
  expect(checkTraining(JSON.parse(JSON.stringify(training)))).toBeNull();
  expect(training).toMatchObject({ by: { kind: "code", optimizer: "SGD" }, steps: 10, failure: null });
  expect(training!.parameters.map(({ name }) => name)).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
  const seen = training!.samples;
  expect(seen.slice(0, -1).map(({ loss }) => loss)).toEqual(losses);
  expect(seen[0]!.parameters![0]!.mean).toBeCloseTo(first.mean().item(), 6);
  expect(seen[0]!.gradientNorm).toBeGreaterThan(0);
  expect(seen[0]!.parameters![0]!.updateRatio).toBeGreaterThan(0);
  expect(seen.at(-1)).toMatchObject({ step: 10, loss: null });
  expect(seen.at(-1)!.parameters![0]!.mean).toBeCloseTo(net[0].weight.mean().item(), 6);
  // It goes on, as in another cell of a notebook would: another optimizer is another training, the longest is told.
  fit(net, torch.randn(16, 4), 3);
  expect(snapshotOf(inspection, net).training!.steps).toBe(10);
});

test("however long it is, as many samples are kept as can be shown, evenly, and the last", () => {
  const kept = new KeptSamples(8);
  for (let step = 0; step < 1000; step++) kept.add({ step, loss: step, gradientNorm: null });
  const steps = kept.all.map(({ step }) => step);
  expect(steps.length).toBeLessThanOrEqual(9);
  expect(steps.at(-1)).toBe(999);
  const strides = new Set(steps.slice(1, -1).map((step, at) => step - steps[at]!));
  expect(strides.size).toBe(1);
  const net = new nn.Linear(2, 2);
  fit(net, torch.randn(4, 2), 500);
  const { training } = snapshotOf(inspection, net);
  expect(training!.samples.length).toBeLessThanOrEqual(65);
  expect(training!.samples.at(-1)!.step).toBe(500);
});

test("a model that was not trained has none, and steps that are only tried are none", () => {
  const net = new nn.Linear(2, 2);
  net(torch.randn(4, 2));
  snapshotOf(inspection, net);
  const steps = inspection.trials.train({ model: "model", steps: 2, optimizer: "SGD", rate: 0.1, loss: null, input: null, seed: 0 });
  while (!steps.next().done);
  expect(inspection.snapshots()[0]!.training).toBeUndefined();
});
