import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";
import type { Tensor } from "../../src/engine/index.js";
import { values } from "./replay.js";

const { nn } = torch;
const F = nn.functional;

type Step = readonly ["transpose", number, number] | readonly ["slice", dim: number, start: number, end: number | null, step: number];
type Dim = number | readonly number[] | null;
type Case = readonly [
  name: string,
  magnitude: number,
  sizes: readonly number[],
  steps: readonly Step[],
  dim: Dim,
  dtype: "float32" | "float64",
  /** The results; of more than five a number made of all their bytes. */
  result: readonly (number | string)[] | number,
];

/** Written by generateReductions.py. */
const data = JSON.parse(readFileSync(new URL("data/reductions.json", import.meta.url), "utf8")) as {
  readonly reductions: readonly Case[];
  readonly clipping: readonly (readonly [
    seed: number,
    sizes: readonly (readonly number[])[],
    magnitude: number,
    maxNorm: number,
    order: number,
    norm: Case[6],
    gradients: Case[6],
  ])[];
  readonly likelihoods: readonly (readonly [
    seed: number,
    sizes: readonly number[],
    magnitude: number,
    weighted: boolean,
    reduction: "mean" | "sum",
    ignored: number,
    loss: Case[6],
  ])[];
};

const numbers = torch.manualSeed(0) && torch.randn(20000);

function operand([, magnitude, sizes, steps, , dtype]: Case): Tensor {
  const count = sizes.reduce((product, size) => product * size, 1);
  const start = numbers
    .at(torch.slice(0, count))
    .reshape([...sizes])
    .mul(magnitude)
    .to(torch[dtype]);
  return steps.reduce((x, step) => {
    if (step[0] === "transpose") return x.transpose(step[1], step[2]);
    return x.at(...x.shape.map((_, dim) => (dim === step[1] ? torch.slice(step[2], step[3], step[4]) : torch.slice())));
  }, start);
}

const first = (dim: Dim): number => (typeof dim === "number" ? dim : 0);
const norm =
  (p: number) =>
  (x: Tensor, dim: Dim): Tensor =>
    torch.linalg.vectorNorm(x, p, dim);

const functions: Readonly<Record<string, (x: Tensor, dim: Dim) => Tensor>> = {
  sum: (x, dim) => x.sum(dim),
  nansum: (x, dim) => x.nansum(dim),
  mean: (x, dim) => x.mean(dim),
  var: (x, dim) => x.var(dim),
  std: (x, dim) => x.std({ dim, correction: 0 }),
  logsumexp: (x, dim) => x.logsumexp(dim ?? [...x.shape.keys()]),
  "norm 0": norm(0),
  "norm 1": norm(1),
  "norm 2": norm(2),
  "norm inf": norm(Infinity),
  "norm -inf": norm(-Infinity),
  "norm 3": norm(3),
  "norm 0.5": norm(0.5),
  "norm -1": norm(-1),
  prod: (x, dim) => (dim === null ? x.prod() : x.prod(first(dim))),
  cumsum: (x, dim) => x.cumsum(first(dim)),
  cumprod: (x, dim) => x.cumprod(first(dim)),
  normalize: (x, dim) => F.normalize(x, { dim: first(dim) }),
  cosine_similarity: (x, dim) => F.cosineSimilarity(x, x.flip(0), first(dim)),
  mse_loss: (x) => F.mseLoss(x, x.flip(0)),
  l1_loss: (x) => F.l1Loss(x, x.flip(0)),
  smooth_l1_loss: (x) => F.smoothL1Loss(x, x.flip(0)),
  huber_loss: (x) => F.huberLoss(x, x.flip(0), { reduction: "sum" }),
  hinge_embedding_loss: (x) => F.hingeEmbeddingLoss(x, x.flip(0).sign()),
  pairwise_distance: (x) => F.pairwiseDistance(x, x.flip(0)),
  "grad of expand": (x) => x.reshape(-1, x.shape.at(-1)!).sumToSize(1, x.shape.at(-1)!),
};

/** Powers and logarithms are the C library's there, whose last bits are its own: so many units in the last place are let pass. */
const ownBits: Readonly<Record<string, number>> = { logsumexp: 2, "norm 3": 2, "norm 0.5": 8, "norm -1": 4 };

const bytesOf = (list: readonly number[], dtype: string): Uint8Array =>
  new Uint8Array((dtype === "float32" ? Float32Array.from(list) : Float64Array.from(list)).buffer);
const checksum = (bytes: Uint8Array): number => bytes.reduce((sum, byte, i) => sum + byte * ((i % 9973) + 1), 0);

/** How many numbers of that dtype lie between two. */
function distance(a: number, b: number, dtype: string): number {
  if (Object.is(a, b) || (a !== a && b !== b)) return 0;
  return Math.abs(a - b) / Math.max(Math.abs(b) * 2 ** (dtype === "float32" ? -24 : -53), dtype === "float32" ? 2 ** -149 : 5e-324);
}

/** Whether numbers are those of the data. Of many there is only a number made of all their bits, for those that are the same to the last one. */
function isAs(found: readonly number[], result: Case[6], dtype: string, tolerance: number): boolean {
  if (typeof result === "number") return tolerance > 0 || checksum(bytesOf(found, dtype)) === result;
  const right = result.map((value) => Number(String(value).replace("inf", "Infinity"))).map(dtype === "float32" ? Math.fround : (value) => value);
  return found.length === right.length && found.every((value, i) => distance(value, right[i]!, dtype) <= tolerance);
}

const byName = new Map<string, Case[]>();
for (const each of data.reductions) byName.set(each[0], [...(byName.get(each[0]) ?? []), each]);

describe("reductions have PyTorch's bits, whatever the magnitude, length, layout and dimensions", () => {
  it.each([...byName])("%s", (name, cases) => {
    const tolerance = ownBits[name] ?? 0;
    const wrong = cases.flatMap((each) => {
      const [, magnitude, sizes, steps, dim, dtype, result] = each;
      const found = values(functions[name]!(operand(each), dim));
      const at = `${name} of ${magnitude} x [${sizes.join(", ")}] ${JSON.stringify(steps)} along ${JSON.stringify(dim)}, ${dtype}`;
      return isAs(found, result, dtype, tolerance) ? [] : [at];
    });
    expect(wrong).toEqual([]);
  });
});

describe("what training is steered by has PyTorch's bits", () => {
  it("the norm that gradients are clipped to, and the gradients", () => {
    const wrong = data.clipping.flatMap(([seed, sizes, magnitude, maxNorm, order, norm, gradients]) => {
      torch.manualSeed(seed);
      const parameters = sizes.map((size) => new nn.Parameter(torch.randn([...size]).mul(magnitude)));
      for (const parameter of parameters) parameter.grad = parameter.detach().clone();
      const found = nn.utils.clipGradNorm_(parameters, maxNorm, order);
      const clipped = torch.cat(parameters.map(({ grad }) => grad!.flatten()));
      return isAs([found.item()], norm, "float32", 0) && isAs(values(clipped), gradients, "float32", 0) ? [] : [`${seed}: ${found.item()} for ${String(norm)}`];
    });
    expect(wrong).toEqual([]);
  });

  it("the norm by itself, and clipping by it", () => {
    const parameter = new nn.Parameter(torch.zeros(2));
    parameter.grad = torch.tensor([3.5, -12]);
    const norm = nn.utils.getTotalNorm([parameter.grad]);
    expect(norm.item()).toBe(12.5);
    nn.utils.clipGradsWithNorm_(parameter, 1, norm);
    expect(values(parameter.grad).map((value) => value.toFixed(5))).toEqual(["0.28000", "-0.96000"]);
    expect(nn.utils.getTotalNorm([]).item()).toBe(0);
  });

  it("the likelihood of many samples", () => {
    const wrong = data.likelihoods.flatMap(([seed, sizes, magnitude, weighted, reduction, ignoreIndex, loss]) => {
      torch.manualSeed(seed);
      const x = torch.randn([...sizes]).mul(magnitude);
      const target = torch.randint(0, sizes[1]!, [sizes[0]!, ...sizes.slice(2)]);
      const weight = torch.rand(sizes[1]!);
      const found = F.nllLoss(x, target, { weight: weighted ? weight : null, reduction, ignoreIndex });
      return isAs([found.item()], loss, "float32", 0) ? [] : [`${seed}: ${found.item()} for ${String(loss)}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe("sums leave the range of float32 as PyTorch's do", () => {
  it("by their squares, though the norm itself could be held", () => {
    expect(torch.full([100], 1e20).norm().item()).toBe(Infinity);
    expect(torch.full([100], 1e-30).norm().item()).toBe(0);
    expect(torch.full([10], 1e38).mean().item()).toBe(Infinity);
    expect(torch.full([10], 1e38, { dtype: torch.float64 }).mean().item()).toBe(1e38);
  });

  it("a sum of nothing, of one and of negative zeros", () => {
    expect(torch.zeros(0).sum().item()).toBe(0);
    expect(torch.zeros(0).mean().item()).toBeNaN();
    expect(torch.zeros(0).prod().item()).toBe(1);
    expect(torch.tensor([-0, -0]).sum().item()).toBe(0);
    expect(torch.zeros([3, 0]).sum(1).tolist()).toEqual([0, 0, 0]);
    expect(
      torch
        .tensor([[-2.5], [3.5]])
        .norm(2, 1)
        .tolist(),
    ).toEqual([2.5, 3.5]);
  });
});
