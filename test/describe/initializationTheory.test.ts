import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { deviates, goodnessOfFit, stdOfDistribution } from "../../src/describe/density.js";
import { initializationTheory } from "../../src/describe/initializationTheory.js";
import { initializationSchemes, type TensorSnapshot } from "../../src/protocol/index.js";
import { inspectHere, snapshotOf } from "../inspect/inspector.js";

const { nn } = torch;

function weightOf(make: () => torch.nn.Module): TensorSnapshot {
  torch.manualSeed(0);
  const inspection = inspectHere();
  return snapshotOf(inspection, make()).tensors[0]!;
}

test("a constructor's default is held against He's: a sixth of its variance", () => {
  const weight = weightOf(() => new nn.Conv2d(3, 64, 7));
  const theory = initializationTheory(weight)!;
  expect(theory).toMatchObject({ fans: { in: 3 * 49, out: 64 * 49 }, paper: { authors: "He, Zhang, Ren, Sun", year: 2015 } });
  expect(theory.expectedStd).toBeCloseTo(1 / Math.sqrt(3 * 147), 6);
  expect((theory.expectedStd! / theory.heStd!) ** 2).toBeCloseTo(1 / 6, 6);
  const chosen = weightOf(() => {
    const layer = new nn.Linear(128, 64);
    nn.init.kaimingNormal_(layer.weight);
    return layer;
  });
  expect(initializationTheory(chosen)).toMatchObject({ heStd: null, fans: { in: 128, out: 64 } });
  expect(initializationTheory(chosen)!.expectedStd).toBeCloseTo(Math.sqrt(2 / 128), 6);
});

test.each(["xavierUniform_", "xavierNormal_", "kaimingUniform_", "kaimingNormal_", "truncNormal_", "normal_", "uniform_"] as const)(
  "what %s expects is what its sample has, and fits",
  (name) => {
    const inspection = inspectHere();
    snapshotOf(inspection, new nn.Linear(200, 100));
    const choice = { kind: "scheme", function: name, arguments: {} } as const;
    const { initialization, statistics } = inspection.reinitialize({ model: "model", target: { kind: "model" }, choice, seed: 1 }).tensors[0]!;
    const { distribution } = initialization as { distribution: NonNullable<Extract<typeof initialization, { kind: "recorded" }>["distribution"]> };
    expect(stdOfDistribution(distribution)! / statistics!.finite!.std).toBeCloseTo(1, 1);
    expect(goodnessOfFit(distribution, statistics!)!.probability).toBeGreaterThan(0.001);
    const other = { kind: "normal", mean: 1, std: 1 } as const;
    if (name !== "normal_") {
      expect(goodnessOfFit(other, statistics!)!.probability).toBeLessThan(1e-6);
      expect(deviates(other, statistics!)).toBe(true);
    }
  },
);

test("whose formula is known comes from a paper", () => {
  for (const { formula, paper } of initializationSchemes) if (formula !== undefined) expect(paper).toBeDefined();
});
