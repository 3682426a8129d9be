import { expect, test } from "vitest";
import * as torch from "../../src/engine/index.js";
import { deviates, goodnessOfFit, stdOfDistribution } from "../../src/describe/density.js";
import { initializationTheory } from "../../src/describe/initializationTheory.js";
import { initializationSchemes, type ModuleSnapshot, type TensorSnapshot, type TensorUse } from "../../src/protocol/index.js";
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
  expect(theory).toMatchObject({
    fans: { in: 3 * 49, out: 64 * 49 },
    papers: [
      { authors: "He, Zhang, Ren, Sun", year: 2015 },
      { authors: "Hanin, Rolnick", year: 2018 },
    ],
  });
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
  for (const { formula, papers } of initializationSchemes) if (formula !== undefined) expect(papers).toBeDefined();
});

/** Of each weight of a layer as it is constructed. */
function constructed(make: () => torch.nn.Module) {
  torch.manualSeed(0);
  const { tensors, root } = snapshotOf(inspectHere(), make());
  const of = (module: ModuleSnapshot): readonly TensorUse[] => [...module.parameters, ...module.children.flatMap(of)];
  return of(root).flatMap((use) => {
    const tensor = tensors[use.tensor]!;
    return (tensor.shape?.length ?? 0) < 2 ? [] : [{ name: use.name, std: tensor.statistics!.finite!.std, theory: initializationTheory(tensor, use)! }];
  });
}

// The fans are those of torch.nn.init._calculate_fan_in_and_fan_out, the std that of what PyTorch's constructor draws.
test.each<[string, () => torch.nn.Module, Record<string, { fans: [number, number]; std: number; he: boolean; units: boolean }>]>([
  ["Linear", () => new nn.Linear(300, 200), { weight: { fans: [300, 200], std: 1 / Math.sqrt(900), he: true, units: true } }],
  ["Conv2d with groups", () => new nn.Conv2d(32, 64, 3, { groups: 4 }), { weight: { fans: [72, 576], std: 1 / Math.sqrt(3 * 72), he: true, units: true } }],
  ["ConvTranspose2d", () => new nn.ConvTranspose2d(32, 16, 3), { weight: { fans: [144, 288], std: 1 / Math.sqrt(3 * 144), he: false, units: false } }],
  ["Embedding", () => new nn.Embedding(50, 16), { weight: { fans: [16, 50], std: 1, he: false, units: false } }],
  [
    "LSTM",
    () => new nn.LSTM(20, 64),
    {
      weight_ih_l0: { fans: [20, 256], std: 1 / Math.sqrt(3 * 64), he: false, units: true },
      weight_hh_l0: { fans: [64, 256], std: 1 / Math.sqrt(3 * 64), he: false, units: true },
    },
  ],
  ["Bilinear", () => new nn.Bilinear(20, 30, 40), { weight: { fans: [600, 1200], std: 1 / Math.sqrt(60), he: false, units: true } }],
  [
    "MultiheadAttention, whose projections are one weight",
    () => new nn.MultiheadAttention(64, 4),
    {
      in_proj_weight: { fans: [64, 192], std: Math.sqrt(2 / 256), he: false, units: true },
      weight: { fans: [64, 64], std: 1 / Math.sqrt(3 * 64), he: true, units: true },
    },
  ],
  [
    "LayerNorm",
    () => new nn.LayerNorm([8, 16]),
    { weight: { fans: [16, 8], std: 0, he: false, units: false }, bias: { fans: [16, 8], std: 0, he: false, units: false } },
  ],
])("%s: fans, expected std, and whether He's is another", (_name, make, expected) => {
  const found = constructed(make);
  expect(found.map(({ name }) => name)).toEqual(Object.keys(expected));
  for (const { name, std, theory } of found) {
    const { fans, std: wanted, he, units } = expected[name]!;
    expect(theory.fans).toEqual({ in: fans[0], out: fans[1] });
    expect(theory.expectedStd).toBeCloseTo(wanted, 6);
    expect(Math.abs(std - wanted)).toBeLessThanOrEqual(0.05 * wanted);
    expect(theory.heStd !== null).toBe(he);
    expect(theory.otherAxes === null).toBe(units);
  }
});

test.each<[string, readonly number[], (tensor: torch.Tensor) => torch.Tensor, string | null, number | null]>([
  [
    "kaiming with fan_out for ReLU",
    [200, 100],
    (w) => nn.init.kaimingUniform_(w, { mode: "fan_out", nonlinearity: "relu" }),
    "U(−b, b), b = gain · √(3 / fan_out), gain = √2",
    Math.SQRT2,
  ],
  ["kaiming for tanh", [200, 100], (w) => nn.init.kaimingNormal_(w, { nonlinearity: "tanh" }), "N(0, σ²), σ = gain / √fan_in, gain = 5 / 3", 5 / 3],
  ["kaiming for a convolution", [20, 10, 3], (w) => nn.init.kaimingNormal_(w, { nonlinearity: "conv1d" }), "N(0, σ²), σ = gain / √fan_in, gain = 1", 1],
  [
    "kaiming with a slope",
    [200, 100],
    (w) => nn.init.kaimingUniform_(w, Math.sqrt(5)),
    "U(−b, b), b = gain · √(3 / fan_in), gain = √(2 / (1 + a²))",
    Math.sqrt(1 / 3),
  ],
  ["xavier with a gain", [200, 100], (w) => nn.init.xavierNormal_(w, 5 / 3), "N(0, σ²), σ = gain · √(2 / (fan_in + fan_out))", 5 / 3],
  ["orthogonal, rows", [50, 400], (w) => nn.init.orthogonal_(w, 2), "gain · Q, QᵀQ = 1 or QQᵀ = 1, from N(0, 1) by QR", 2],
  ["orthogonal, columns of a convolution", [400, 10, 3], (w) => nn.init.orthogonal_(w), "gain · Q, QᵀQ = 1 or QQᵀ = 1, from N(0, 1) by QR", 1],
  ["sparse", [200, 100], (w) => nn.init.sparse_(w, 0.7, 0.1), "N(0, std²), in each column ⌈sparsity · rows⌉ of them 0", null],
  ["eye", [20, 30], (w) => nn.init.eye_(w), null, null],
  ["dirac with groups", [24, 4, 3], (w) => nn.init.dirac_(w, 3), null, null],
])("%s: the formula is that of the call, and its std that of the sample", (_name, shape, fill, formula, gain) => {
  torch.manualSeed(3);
  class Own extends nn.Module {
    weight = new nn.Parameter(torch.empty(shape));
  }
  const own = new Own();
  const inspection = inspectHere();
  fill(own.weight);
  const tensor = snapshotOf(inspection, own).tensors[0]!;
  const theory = initializationTheory(tensor)!;
  expect([theory.formula, theory.gain?.toFixed(9)]).toEqual([formula, gain?.toFixed(9)]);
  const { std } = tensor.statistics!.finite!;
  expect(theory.expectedStd! / std).toBeCloseTo(1, 1);
});
