import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { signalCurves } from "../../src/describe/signalCurves.js";
import { bestFirst, schemeTrial } from "../../src/describe/signalHealth.js";
import { signalRows } from "../../src/describe/signalTable.js";
import { indexOf } from "../../src/describe/modelIndex.js";
import type { InitializationChoice } from "../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";

const { nn } = torch;

function deepNet() {
  torch.manualSeed(0);
  const net = new nn.Sequential(...Array.from({ length: 12 }, () => new nn.Sequential(new nn.Linear(32, 32), new nn.ReLU())));
  net(torch.randn(16, 32));
  return net;
}

test("of several schemes the one that keeps the size of the signal is first, and what vanishes or never learns last", () => {
  const inspection = inspectHere();
  const model = snapshotOf(inspection, deepNet());
  const tried = ["normal_", "kaimingNormal_", "zeros_", "xavierUniform_"].map((name) => {
    const choice: InitializationChoice = { kind: "scheme", function: name, arguments: {} };
    const signals = [0, 1].map((seed) => inspection.trials.signal({ model: "model", input: null, seed, trial: { target: { kind: "model" }, choice, seed } }));
    return schemeTrial(model, choice, signals);
  });
  const ordered = bestFirst(tried);
  expect(ordered.map(({ choice }) => (choice as { function: string }).function)).toEqual(["kaimingNormal_", "xavierUniform_", "normal_", "zeros_"]);
  expect(ordered[0]!.health.away).toBeLessThan(3);
  expect(ordered[0]!.findings).toEqual([]);
  expect(ordered[2]!.findings.map(({ code }) => code)).toContain("exploding-signal");
  expect(ordered[3]!.findings.map(({ code }) => code)).toContain("unbroken-symmetry");
});

test("curves have a logarithmic scale, gaps where a value is zero, and a band about the first layer", () => {
  const inspection = inspectHere();
  const model = snapshotOf(inspection, deepNet());
  const signal = inspection.trials.signal({ model: "model", input: null, seed: 0, trial: null });
  const rows = signalRows(indexOf(model), signal);
  expect(rows).toHaveLength(24);
  const stds = [1, 10, 0, 100];
  const { lines, band, ticks } = signalCurves(
    stds.map((std) => ({ ...rows[0]!, std, gradientStd: null })),
    null,
  );
  const [activation, gradient] = lines as [(typeof lines)[number], (typeof lines)[number]];
  expect(gradient.runs).toEqual([]);
  const [[one, ten], [hundred]] = activation.runs.map((run) => run.map(({ y }) => y)) as [[number, number], [number]];
  expect(one - ten).toBeCloseTo(ten - hundred, 10);
  expect(hundred).toBe(0);
  expect(activation.runs[1]![0]).toMatchObject({ x: 1, row: 3 });
  expect(band!.top).toBeLessThan(one);
  expect(band!.bottom).toBeGreaterThan(one);
  expect(ticks.map(({ text }) => text)).toEqual(["1", "10", "100"]);
});
