import { overwrite } from "../dispatch/index.js";
import type { DType } from "../dtype.js";
import { NotImplementedError, RuntimeError } from "../errors.js";
import { fillInMemoryOrder } from "../kernels/fill.js";
import * as distributions from "../random/distributions.js";
import { defaultGenerator, type Generator } from "../random/generator.js";
import type { Tensor } from "../tensor.js";
import { collect, required, type Arguments } from "../arguments.js";
import { checkStd, fillIntegers, fillNormal, fillUniform, integerRange, type GeneratorOptions } from "./rules/drawing.js";
import { cppName, requireFloatingPoint } from "./rules/promotion.js";
import { writing, type Operation } from "../operation.js";

/** Methods that fill a tensor with random numbers: number for number what PyTorch draws on the CPU from the same seed. The meta device draws nothing. */

function requireContinuous(self: Tensor, distribution: string, dtype = self.dtype.scalarType): void {
  if (self.dtype.isFloatingPoint) return;
  throw new RuntimeError(`${distribution} distribution is a continuous probability distribution. dtype must be a floating point but you specified ${dtype}`);
}

/** How many integers from 0 on `random_` without bounds draws from. int64 ends at 2^53 here, at 2^63 in PyTorch. */
const fullRanges: Readonly<Record<DType["name"], number | bigint>> = {
  float32: 2 ** 24 + 1,
  float64: 2n ** 53n + 1n,
  float16: 2 ** 11 + 1,
  bfloat16: 2 ** 8 + 1,
  int64: 2n ** 53n,
  int32: 2 ** 31,
  int16: 2 ** 15,
  int8: 2 ** 7,
  uint8: 2 ** 8,
  bool: 2,
};

/** The parameters of a distribution by position, by name or both, and the generator. */
type FillArguments<Positional extends readonly unknown[], Named> = Arguments<Positional, Named & GeneratorOptions>;

export interface MeanAndStd {
  readonly mean?: number;
  readonly std?: number;
}

export interface RandomRange {
  readonly from?: number | null;
  readonly to?: number | null;
}

function fillOptions<Named extends object>(operation: string, names: readonly (keyof Named & string)[], args: readonly unknown[]): Named & GeneratorOptions {
  return collect<Named & GeneratorOptions>(operation, names, args, ["generator"]);
}

const writes = {
  uniform: writing({
    name: "uniform_",
    arguments: ["input", ["from", 0], ["to", 1]],
    fills: ([, low, high]) => ({
      function: "uniform_",
      arguments: { a: low as number, b: high as number },
      follows: { kind: "uniform", low: low as number, high: high as number },
    }),
  }),
  normal: writing({
    name: "normal_",
    arguments: ["input", ["mean", 0], ["std", 1]],
    fills: ([, mean, std]) => ({
      function: "normal_",
      arguments: { mean: mean as number, std: std as number },
      follows: { kind: "normal", mean: mean as number, std: std as number },
    }),
  }),
  random: writing({ name: "random_", arguments: ["input", "from", "to"] }),
  bernoulli: writing({ name: "bernoulli_", arguments: ["input", ["p", 0.5]] }),
  exponential: writing({ name: "exponential_", arguments: ["input", ["lambd", 1]] }),
  logNormal: writing({ name: "logNormal_", arguments: ["input", ["mean", 1], ["std", 2]] }),
  cauchy: writing({ name: "cauchy_", arguments: ["input", ["median", 0], ["sigma", 1]] }),
  geometric: writing({ name: "geometric_", arguments: ["input", "p"] }),
};

/** Fills with numbers uniform over [from, to), by default [0, 1). (Tensor.uniform_) */
export function uniform_(self: Tensor, ...args: FillArguments<[from: number, to: number], { readonly from?: number; readonly to?: number }>): Tensor {
  const { from: low = 0, to: high = 1, generator } = fillOptions<{ from?: number; to?: number }>("uniform_", ["from", "to"], args);
  requireFloatingPoint(self.dtype, "check_uniform_bounds");
  distributions.checkUniformBounds(low, high);
  return overwrite(writes.uniform, self, [self, low, high], () => fillUniform(self, low, high, generator));
}

/** Fills with normal numbers, by default of mean 0 and standard deviation 1. (Tensor.normal_) */
export function normal_(self: Tensor, ...args: FillArguments<[mean: number, std: number], MeanAndStd>): Tensor {
  const { mean = 0, std = 1, generator } = fillOptions<MeanAndStd>("normal_", ["mean", "std"], args);
  requireFloatingPoint(self.dtype, "normal_kernel_cpu");
  checkStd(std);
  return overwrite(writes.normal, self, [self, mean, std], () => fillNormal(self, mean, std, generator));
}

/** Fills with integers over [from, to); one bound is the upper one, none means all that the dtype holds exactly. (Tensor.random_) */
export function random_(self: Tensor, ...args: FillArguments<[from: number | null, to: number | null], RandomRange>): Tensor {
  const { from = null, to, generator } = fillOptions<RandomRange>("random_", ["from", "to"], args);
  const full = fullRanges[self.dtype.name];
  // Left out, the one bound is the upper one; an upper bound of null is the dtype's own.
  const [low, high] = to === undefined ? [0, from] : [from ?? 0, to ?? (typeof full === "number" ? full : null)];
  const range = high !== null ? integerRange(low, high) : typeof full === "bigint" ? full - BigInt(low) : full;
  return overwrite(writes.random, self, [self, low, high], () => fillIntegers(self, low, range, generator));
}

/** Fills with ones of probability `p` (default 0.5), zeros else. (Tensor.bernoulli_) */
export function bernoulli_(self: Tensor, ...args: FillArguments<[p: number], { readonly p?: number }>): Tensor {
  const { p = 0.5, generator = defaultGenerator } = fillOptions<{ p?: number }>("bernoulli_", ["p"], args);
  if (!(p >= 0 && p <= 1)) throw new RuntimeError(`bernoulli_ expects p to be in [0, 1], but got p=${p}`);
  return overwrite(writes.bernoulli, self, [self, p], () =>
    fillInMemoryOrder(self, (target, offset, length) => distributions.fillBernoulli(target, offset, length, p, generator)),
  );
}

type ContinuousFill = (target: distributions.FloatArray, offset: number, length: number, a: number, b: number, generator: Generator) => void;

function fillContinuously(operation: Operation, self: Tensor, fill: ContinuousFill, a: number, b: number, generator: Generator = defaultGenerator): Tensor {
  return overwrite(operation, self, [self, a, b], () =>
    fillInMemoryOrder(self, (target, offset, length) => fill(target as distributions.FloatArray, offset, length, a, b, generator)),
  );
}

/** Fills with exponential numbers of rate `lambd` (default 1). (Tensor.exponential_) */
export function exponential_(self: Tensor, ...args: FillArguments<[lambd: number], { readonly lambd?: number }>): Tensor {
  const { lambd = 1, generator = defaultGenerator } = fillOptions<{ lambd?: number }>("exponential_", ["lambd"], args);
  requireContinuous(self, "Exponential");
  if (!(lambd > 0)) throw new RuntimeError(`exponential_ expects lambda > 0.0, but found lambda=${lambd}`);
  return overwrite(writes.exponential, self, [self, lambd], () =>
    fillInMemoryOrder(self, (target, offset, length) => distributions.fillExponential(target as distributions.FloatArray, offset, length, lambd, generator)),
  );
}

/** Fills with exponentials of normal numbers, by default of mean 1 and standard deviation 2. (Tensor.log_normal_) */
export function logNormal_(self: Tensor, ...args: FillArguments<[mean: number, std: number], MeanAndStd>): Tensor {
  const { mean = 1, std = 2, generator } = fillOptions<MeanAndStd>("logNormal_", ["mean", "std"], args);
  requireFloatingPoint(self.dtype, "log_normal_cpu");
  if (!(std > 0)) throw new RuntimeError(`log_normal_ expects std > 0.0, but found std=${std}`);
  return fillContinuously(writes.logNormal, self, distributions.fillLogNormal, mean, std, generator);
}

/** Fills with Cauchy numbers, by default of median 0 and scale 1. (Tensor.cauchy_) */
export function cauchy_(self: Tensor, ...args: FillArguments<[median: number, sigma: number], { readonly median?: number; readonly sigma?: number }>): Tensor {
  const { median = 0, sigma = 1, generator } = fillOptions<{ median?: number; sigma?: number }>("cauchy_", ["median", "sigma"], args);
  requireContinuous(self, "Cauchy", cppName(self.dtype));
  if (!(sigma > 0)) throw new RuntimeError(`cauchy_ expects sigma > 0.0, but found sigma=${sigma}`);
  return fillContinuously(writes.cauchy, self, distributions.fillCauchy, median, sigma, generator);
}

/** Fills with how many trials of success probability `p` it takes to succeed. (Tensor.geometric_) */
export function geometric_(self: Tensor, ...args: FillArguments<[p: number], { readonly p: number }>): Tensor {
  const { p: given, generator = defaultGenerator } = fillOptions<{ p?: number }>("geometric_", ["p"], args);
  const p = required(given, "geometric_", "p");
  if (self.dtype.name === "bool") throw new NotImplementedError("\"geometric_cpu\" not implemented for 'Bool'");
  if (!(p > 0 && p < 1)) throw new RuntimeError(`geometric_ expects p to be in (0, 1), but got p=${p}`);
  return overwrite(writes.geometric, self, [self, p], () =>
    fillInMemoryOrder(self, (target, offset, length) => distributions.fillGeometric(target, offset, length, p, generator)),
  );
}
