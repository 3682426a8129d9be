import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { inspectHere, snapshotOf } from "./inspector.js";

const { nn } = torch;

/** Drops, draws, and writes into what it is given. */
class Noisy extends nn.Module {
  first = new nn.Linear(64, 64);
  dropout = new nn.Dropout(0.5);
  norm = new nn.BatchNorm1d(64);
  override forward(x: torch.Tensor): torch.Tensor {
    x.mul_(2);
    const h = this.dropout(this.norm(this.first(x)));
    return h.add(torch.randn(h.shape));
  }
}

test("a value of the pass is measured by running it once more with the same random numbers, and nothing is changed by that", () => {
  torch.manualSeed(3);
  const inspection = inspectHere();
  const net = new Noisy();
  const x = torch.randn(16, 64);
  const output = net(x);
  const before = [String(x), String(net.stateDict()), torch.getRngState()];
  const { trace } = snapshotOf(inspection, net);
  const measured = (value: number) => inspection.trials.valueStatistics({ model: "model", value, bins: 8 });
  const values = trace!.values.flatMap(({ source, shape, statistics }, value) => (source.kind === "step" && shape.length === 2 && statistics ? [value] : []));
  expect(values.length).toBeGreaterThan(4);
  for (const value of values) {
    const exact = measured(value);
    expect(exact.count).toBe(16 * 64);
    expect(exact.histogram!.bins).toHaveLength(8);
  }
  expect([String(x), String(net.stateDict()), torch.getRngState()]).toEqual(before);
  expect(output.sizes).toEqual([16, 64]);
});

test("the numbers are those that the pass gave, dropout included", () => {
  torch.manualSeed(3);
  const inspection = inspectHere();
  const net = new nn.Sequential(new nn.Linear(8, 32), new nn.Dropout(0.5));
  const output = net(torch.randn(4, 8));
  const { trace } = snapshotOf(inspection, net);
  const { finite, zeros } = inspection.trials.valueStatistics({ model: "model", value: trace!.outputs[0]!.value, bins: 8 });
  expect(finite!.mean).toBeCloseTo(output.mean().item(), 6);
  expect(finite!.max).toBeCloseTo(output.max().item(), 6);
  expect(zeros).toBe(output.eq(0).sum().item());
});

test("what has no values is refused with the reason", () => {
  const inspection = inspectHere();
  const net = new nn.Sequential(new nn.Linear(4, 2)).to("meta");
  net(torch.ones(3, 4, { device: "meta" }));
  const { trace } = snapshotOf(inspection, net);
  expect(() => inspection.trials.valueStatistics({ model: "model", value: trace!.outputs[0]!.value, bins: 8 })).toThrow("has no numbers");
});
