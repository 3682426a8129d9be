import { readFileSync } from "node:fs";
import * as torch from "layerscope";
import type { Tensor } from "layerscope";
import { describe, expect, test } from "vitest";
import { bitsOf } from "../../src/engine/narrowFloats.js";

/** Numbers of two bytes and one against PyTorch's CPU (generateNarrow.py): one thread, AVX2, without oneDNN. */

interface Described {
  readonly dtype: string;
  readonly sizes: readonly number[];
  readonly bits?: readonly number[];
  readonly values?: readonly (number | boolean)[];
}
type Operand = readonly [dtype: string, dims: number] | number | boolean;
interface Data {
  readonly rounding: { readonly patterns: readonly number[]; readonly float16: readonly number[]; readonly bfloat16: readonly number[] };
  readonly promotion: readonly (readonly [string, string, string])[];
  readonly results: readonly (readonly [Operand, Operand, string])[];
  readonly prints: readonly (readonly [Described, string])[];
  readonly cases: readonly (readonly [op: string, args: readonly Described[], result: Described])[];
  readonly fills: readonly (readonly [
    kind: "uniform" | "normal" | "random",
    dtype: "float16" | "bfloat16",
    size: number,
    first: readonly number[],
    second: readonly number[],
  ])[];
  readonly optimizers: readonly (readonly [
    kind: "SGD" | "Adam" | "Adagrad",
    options: { readonly lr: number; readonly momentum: number | null; readonly weightDecay: number | null },
    start: Described,
    gradients: readonly Described[],
    end: Described,
  ])[];
  readonly whole: Data["cases"];
}

const file = process.env["NARROW_DATA"] ?? new URL("data/narrow.json", import.meta.url);
const data = JSON.parse(readFileSync(file, "utf8")) as Data;
const F = torch.nn.functional;
const dtypeOf = (name: string): torch.DType => torch[name as "float32"];

/** Bits of float16 and bfloat16 in the order of the numbers. */
function ordered(bits: number): number {
  return bits & 0x8000 ? -(bits & 0x7fff) : bits;
}

function bits(tensor: Tensor): number[] {
  return [...bitsOf(tensor.contiguous().clone().storage.data)!];
}

/** A tensor of these bits: what a file holds is taken as it is. */
function made({ dtype, sizes, bits, values }: Described): Tensor {
  if (bits === undefined) return torch.tensor(values as number[], { dtype: dtypeOf(dtype) }).reshape([...sizes]);
  const tensor = torch.empty([...sizes], { dtype: dtypeOf(dtype) });
  bitsOf(tensor.storage.data)!.set(bits);
  return tensor;
}

/** Units in the last place between a result and PyTorch's. */
function distances(result: Tensor, expected: Described, op: string): number[] {
  expect([op, String(result.dtype), [...result.shape]]).toEqual([op, `torch.${expected.dtype}`, [...expected.sizes]]);
  if (expected.bits === undefined) {
    const own = result.flatten().tolist() as (number | boolean)[];
    return expected.values!.map((value, i) => (Object.is(own[i], value) ? 0 : Infinity));
  }
  const largest = expected.dtype === "float16" ? 0x7c00 : 0x7f80;
  return bits(result).map((own, i) => {
    const other = expected.bits![i]!;
    const areNaN = [own, other].map((each) => (each & 0x7fff) > largest);
    return areNaN[0] || areNaN[1] ? (areNaN[0] && areNaN[1] ? 0 : Infinity) : Math.abs(ordered(own) - ordered(other));
  });
}

type Run = (...args: Tensor[]) => Tensor;

const named: Readonly<Record<string, Run>> = {
  gelu: (x) => F.gelu(x),
  silu: (x) => F.silu(x),
  softplus: (x) => F.softplus(x),
  elu: (x) => F.elu(x),
  leakyRelu: (x) => F.leakyRelu(x),
  mish: (x) => F.mish(x),
  hardswish: (x) => F.hardswish(x),
  softmax: (x) => F.softmax(x, 1),
  logSoftmax: (x) => F.logSoftmax(x, 1),
  sum: (x) => (x.ndim === 1 ? x.sum() : x.sum(1)),
  sumOfColumns: (x) => x.sum(0),
  sumOfAll: (x) => x.sum(),
  mean: (x) => x.mean(1),
  var: (x) => x.var(1),
  std: (x) => x.std(1),
  norm: (x) => x.norm(),
  amax: (x) => x.amax(1),
  argmax: (x) => (x.ndim === 1 ? x.argmax() : x.argmax(1)),
  cumsum: (x) => x.cumsum(x.ndim - 1),
  logsumexp: (x) => x.logsumexp(1),
  prod: (x) => x.prod(1),
  layerNorm: (x) => F.layerNorm(x, [x.shape[1]!]),
  addScalar: (x) => x.add(0.1),
  mulScalar: (x) => x.mul(0.1),
  transposed: (x) => x.t().mul(3),
  greater: (x) => x.gt(0.1),
  toFloat: (x) => x.float(),
  matmul: (x, w) => x.matmul(w.t()),
  linear: (x, w, b) => F.linear(x, w, b),
  addmm: (x, w, b) => torch.addmm(b, x, w.t()),
  vector: (x, w) => x.matmul(w.at(0)),
  conv2d: (x, w) => F.conv2d(x, w, { padding: 1 }),
  gradients: (x, w) => {
    for (const each of [x, w]) each.requiresGrad_();
    F.linear(x, w).tanh().sum().backward();
    return torch.cat([x.grad!, w.grad!]);
  },
  sort: (x) => x.sort().values,
  floor_divide: (x, y) => x.floorDivide(y),
  bitwise_and: (x, y) => x.bitwiseAnd(y),
};

function run(op: string, args: readonly Described[]): Tensor {
  const tensors = args.map(made);
  const fn = named[op] ?? (torch as unknown as Record<string, Run>)[op];
  return fn!(...tensors);
}

test("a number is rounded to the nearest, ties to even", () => {
  const { patterns } = data.rounding;
  const floats = new Float32Array(Uint32Array.from(patterns).buffer);
  for (const name of ["float16", "bfloat16"] as const) {
    const result = distances(torch.tensor(floats).to(dtypeOf(name)), { dtype: name, sizes: [patterns.length], bits: data.rounding[name] }, name);
    expect(result.filter((each) => each !== 0)).toEqual([]);
  }
});

test("every float16 and bfloat16 is what it was after a turn through float32", () => {
  const every = Array.from({ length: 0x10000 }, (_, i) => i);
  for (const [name, infinity] of [
    ["float16", 0x7c00],
    ["bfloat16", 0x7f80],
  ] as const) {
    const x = made({ dtype: name, sizes: [0x10000], bits: every });
    const back = bits(x.float().to(dtypeOf(name)));
    expect(back.filter((each, i) => each !== i && (i & 0x7fff) <= infinity)).toEqual([]);
  }
});

test("dtypes are promoted as PyTorch's are", () => {
  for (const [a, b, expected] of data.promotion) expect([a, b, String(torch.promoteTypes(dtypeOf(a), dtypeOf(b)))]).toEqual([a, b, `torch.${expected}`]);
  const operand = (given: Operand): Tensor | number | boolean =>
    typeof given === "object" ? torch.ones(new Array<number>(given[1]).fill(1), { dtype: dtypeOf(given[0]) }) : given;
  for (const [a, b, expected] of data.results) {
    expect([a, b, String(torch.resultType(operand(a), operand(b)))]).toEqual([a, b, `torch.${expected}`]);
  }
});

test("tensors are printed as PyTorch prints them", () => {
  for (const [tensor, text] of data.prints) expect(String(made(tensor))).toBe(text);
});

/**
 * Which share of results may be off by a unit in the last place or more: where PyTorch's functions for two bytes are approximations of their own, or keep what is
 * between in two bytes (the sum of a log-softmax, the product so far).
 */
const inexact: Readonly<Record<string, number>> = {
  exp: 0.001,
  rsqrt: 0.1,
  erf: 0.03,
  gelu: 0.04,
  softplus: 0.001,
  mish: 0.001,
  softmax: 0.01,
  logSoftmax: 0.3,
  logsumexp: 0.3,
  prod: 0.4,
  layerNorm: 0.001,
  matmul: 0.001,
  linear: 0.001,
  addmm: 0.001,
};

test.each([...new Set(data.cases.map(([op]) => op))])("%s", (op) => {
  const all: number[] = [];
  for (const [name, args, expected] of data.cases) if (name === op) all.push(...distances(run(op, args), expected, op));
  const unequal = all.filter((each) => each !== 0);
  // Counts over more data: NARROW_DATA=FILE.
  if (process.env["NARROW_DATA"] !== undefined)
    console.log(`${op}: ${all.length - unequal.length} equal, ${unequal.filter((each) => each === 1).length} by 1, of ${all.length}`);
  expect(unequal.length / all.length).toBeLessThanOrEqual(inexact[op] ?? 0);
});

test("whole numbers of one and two bytes wrap around", () => {
  for (const [op, args, expected] of data.whole) expect([op, distances(run(op, args), expected, op).filter((each) => each !== 0)]).toEqual([op, []]);
});

describe("random numbers", () => {
  test.each(data.fills)("%s %s of %d", (kind, name, size, first, second) => {
    torch.manualSeed(3);
    const empty = (): Tensor => torch.empty([size], { dtype: dtypeOf(name) });
    const a =
      kind === "uniform" ? torch.rand([size], { dtype: dtypeOf(name) }) : kind === "normal" ? torch.randn([size], { dtype: dtypeOf(name) }) : empty().random_();
    const b = kind === "uniform" ? empty().uniform_(-2, 3) : kind === "normal" ? empty().normal_(1, 0.5) : empty().bernoulli_(0.3);
    expect([bits(a), bits(b)]).toEqual([first, second]);
  });
});

describe("optimizers", () => {
  test.each(data.optimizers)("%s steps as PyTorch's (%j)", (kind, { lr, momentum, weightDecay }, start, gradients, end) => {
    const parameter = new torch.nn.Parameter(made(start));
    const optimizer = new torch.optim[kind]([parameter], { lr, ...(momentum === null ? {} : { momentum }), ...(weightDecay === null ? {} : { weightDecay }) });
    for (const gradient of gradients) {
      parameter.grad = made(gradient);
      optimizer.step();
    }
    const unequal = distances(parameter.detach(), end, kind).filter((each) => each > 0);
    expect(unequal.length / end.bits!.length).toBeLessThanOrEqual(kind === "SGD" ? 0.3 : 0);
  });
});
