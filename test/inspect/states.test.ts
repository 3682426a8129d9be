import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Inspection } from "../../src/inspect/index.js";
import { kolmogorovSmirnov } from "../../src/inspect/states.js";
import type { RunnerState, StateComparison } from "../../src/protocol/index.js";
import { checkComparison } from "../../src/protocol/stateChecks.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;
const folder = mkdtempSync(path.join(tmpdir(), "layerscope-states-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let inspection: Inspection;
beforeEach(() => {
  inspection = inspectHere();
  torch.manualSeed(0);
});

const current: RunnerState = { kind: "current" };
const asConstructed = (seed: number): RunnerState => ({
  kind: "reinitialized",
  reinitialization: { target: { kind: "model" }, choice: { kind: "asConstructed" }, seed },
});
const steps: RunnerState = { kind: "trained", steps: { steps: 3, optimizer: "SGD", rate: 0.1, loss: null, input: null, seed: 0 } };

function compare(first: RunnerState, second: RunnerState): StateComparison {
  const comparison = inspection.trials.compareStates({ model: "model", first, second, input: null, seed: 0 });
  expect(checkComparison(JSON.parse(JSON.stringify(comparison)))).toBeNull();
  return comparison;
}

const build = () => new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Linear(8, 3));

test("two states have statistics on shared bins, distances, and the signals of both; the model is as before", () => {
  const net = build();
  net(torch.randn(6, 4));
  const before = snapshotOf(inspection, net);
  const own = net[0].weight.detach().clone();
  torch.manualSeed(5);
  const others = [...net].map((layer) => (layer as { resetParameters?: () => void }).resetParameters?.());
  expect(others).toHaveLength(3);
  const other = net[0].weight.detach().clone();
  net[0].weight.data.copy_(own);
  snapshotOf(inspection, net);
  const { first, second, tensors } = compare(current, asConstructed(5));
  const weight = tensors.find(({ tensor }) => before.tensors[tensor]!.names[0] === "0.weight")!;
  expect(weight.relative).toBeCloseTo(own.sub(other).norm().item() / own.norm().item(), 6);
  expect(weight.cosine).toBeCloseTo(nn.functional.cosineSimilarity(own.flatten(), other.flatten(), { dim: 0 }).item(), 6);
  expect(weight.first.finite!.mean).toBeCloseTo(own.mean().item(), 6);
  expect(weight.second.finite!.mean).toBeCloseTo(other.mean().item(), 6);
  expect([weight.first.histogram!.low, weight.first.histogram!.high]).toEqual([weight.second.histogram!.low, weight.second.histogram!.high]);
  expect(first.signal!.layers[0]!.activation).not.toEqual(second.signal!.layers[0]!.activation);
  const same = compare(current, current);
  expect(same.tensors.every(({ relative, kolmogorovSmirnov: apart }) => relative === 0 && apart === 0)).toBe(true);
  expect(net[0].weight.equal(own)).toBe(true);
});

test("steps, and another seed, are other states: the model is afterwards as it was, with its generator", () => {
  const net = build();
  net(torch.randn(6, 4));
  const before = snapshotOf(inspection, net);
  const generator = torch.getRngState();
  expect(compare(current, steps).tensors.some(({ relative }) => relative! > 0)).toBe(true);
  expect(compare(asConstructed(1), asConstructed(2)).tensors[0]!.relative!).toBeGreaterThan(0.5);
  expect(compare(asConstructed(1), asConstructed(1)).tensors[0]!.relative).toBe(0);
  expect(inspection.snapshots()[0]).toEqual(before);
  expect(torch.getRngState()).toEqual(generator);
});

test.each(["safetensors", "pt"])("a state is written and read as %s", (extension) => {
  const net = build();
  net(torch.randn(6, 4));
  snapshotOf(inspection, net);
  const file = path.join(folder, `state.${extension}`);
  inspection.trials.saveState({ model: "model", state: asConstructed(3), path: file });
  const { first, tensors } = compare({ kind: "file", path: file }, asConstructed(3));
  expect(first.problems).toEqual([]);
  expect(tensors.every(({ relative }) => relative === 0)).toBe(true);
});

test("what of a file does not fit is said as PyTorch says it, and the rest is taken, of a checkpoint too", () => {
  const net = build();
  net(torch.randn(6, 4));
  snapshotOf(inspection, net);
  const other = new nn.Sequential(new nn.Linear(4, 8), new nn.BatchNorm1d(8), new nn.Linear(8, 5), new nn.Linear(5, 2, { bias: false }));
  const state = other.stateDict();
  state.delete("0.bias");
  const file = path.join(folder, "checkpoint.pt");
  torch.save({ epoch: 3, model: state }, file);
  const { first, tensors } = compare({ kind: "file", path: file }, current);
  expect(first.problems).toEqual([
    'Missing key(s) in state_dict: "0.bias".',
    'Unexpected key(s) in state_dict: "3.weight".',
    "size mismatch for 2.weight: copying a param with shape torch.Size([5, 8]) from checkpoint, the shape in current model is torch.Size([3, 8]).",
    "size mismatch for 2.bias: copying a param with shape torch.Size([5]) from checkpoint, the shape in current model is torch.Size([3]).",
  ]);
  expect(tensors[0]!.relative).toBeGreaterThan(0);
  const nothing = path.join(folder, "nothing.pt");
  torch.save([1, 2], nothing);
  expect(() => compare({ kind: "file", path: nothing }, current)).toThrow("Expected a file that holds tensors by their names; this one holds none.");
});

test("Kolmogorov-Smirnov is the largest distance of two distribution functions", () => {
  // scipy.stats.ks_2samp([1, 2, 3, 4], [3, 4, 5]).statistic and ([0, 0, 1], [0, 1, 1]).statistic
  expect(kolmogorovSmirnov([1, 2, 3, 4], [3, 4, 5])).toBeCloseTo(0.5, 12);
  expect(kolmogorovSmirnov([0, 0, 1], [0, 1, 1])).toBeCloseTo(1 / 3, 12);
  expect(kolmogorovSmirnov([1, 2], [3])).toBe(1);
});
