import { overwrite } from "../dispatch.js";
import type { DType } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import { fillInMemoryOrder } from "../kernels/fill.js";
import * as distributions from "../random/distributions.js";
import { defaultGenerator, type Generator } from "../random/generator.js";
import type { Tensor } from "../tensor.js";
import { checkStd, fillIntegers, fillNormal, fillUniform, integerRange, requireFloatingPoint, type GeneratorOptions } from "./drawing.js";

/** Methods that fill a tensor with random numbers: number for number what PyTorch draws on the CPU from the same seed. The meta device draws nothing. */

function requireContinuous(self: Tensor, distribution: string): void {
  if (self.dtype.isFloatingPoint) return;
  throw new RuntimeError(
    `${distribution} distribution is a continuous probability distribution. dtype must be a floating point but you specified ${self.dtype.scalarType}`,
  );
}

/** How many integers from 0 on `random_` without bounds draws from. int64 ends at 2^53 here, at 2^63 in PyTorch. */
const fullRanges: Readonly<Record<DType["name"], number | bigint>> = {
  float32: 2 ** 24 + 1,
  float64: 2n ** 53n + 1n,
  int64: 2n ** 53n,
  int32: 2 ** 31,
  uint8: 2 ** 8,
  bool: 2,
};

/** Fills with numbers uniform over [low, high), by default [0, 1). (Tensor.uniform_) */
export function uniform_(self: Tensor, low = 0, high = 1, options: GeneratorOptions = {}): Tensor {
  requireFloatingPoint(self, "check_uniform_bounds");
  distributions.checkUniformBounds(low, high);
  return overwrite("uniform_", self, [self, low, high], () => fillUniform(self, low, high, options.generator));
}

/** Fills with normal numbers, by default of mean 0 and standard deviation 1. (Tensor.normal_) */
export function normal_(self: Tensor, mean = 0, std = 1, options: GeneratorOptions = {}): Tensor {
  requireFloatingPoint(self, "normal_kernel_cpu");
  checkStd(std);
  return overwrite("normal_", self, [self, mean, std], () => fillNormal(self, mean, std, options.generator));
}

/** Fills with integers over [low, high); one bound is the upper one, none means all that the dtype holds exactly. (Tensor.random_) */
export function random_(self: Tensor, low?: number | null, high?: number | null, options: GeneratorOptions = {}): Tensor {
  const [from, range] = low == null ? [0, fullRanges[self.dtype.name]] : high == null ? [0, integerRange(0, low)] : [low, integerRange(low, high)];
  return overwrite("random_", self, [self, low, high], () => fillIntegers(self, from, range, options.generator));
}

/** Fills with ones of probability `p` (default 0.5), zeros else. (Tensor.bernoulli_) */
export function bernoulli_(self: Tensor, p = 0.5, options: GeneratorOptions = {}): Tensor {
  if (!(p >= 0 && p <= 1)) throw new RuntimeError(`bernoulli_ expects p to be in [0, 1], but got p=${p}`);
  const generator = options.generator ?? defaultGenerator;
  return overwrite("bernoulli_", self, [self, p], () =>
    fillInMemoryOrder(self, (target, offset, length) => distributions.fillBernoulli(target, offset, length, p, generator)),
  );
}

type ContinuousFill = (target: distributions.FloatArray, offset: number, length: number, a: number, b: number, generator: Generator) => void;

function fillContinuously(name: string, self: Tensor, fill: ContinuousFill, a: number, b: number, generator: Generator = defaultGenerator): Tensor {
  return overwrite(name, self, [self, a, b], () =>
    fillInMemoryOrder(self, (target, offset, length) => fill(target as distributions.FloatArray, offset, length, a, b, generator)),
  );
}

/** Fills with exponential numbers of rate `lambd` (default 1). (Tensor.exponential_) */
export function exponential_(self: Tensor, lambd = 1, options: GeneratorOptions = {}): Tensor {
  requireContinuous(self, "Exponential");
  if (!(lambd > 0)) throw new RuntimeError(`exponential_ expects lambda > 0.0, but found lambda=${lambd}`);
  const generator = options.generator ?? defaultGenerator;
  return overwrite("exponential_", self, [self, lambd], () =>
    fillInMemoryOrder(self, (target, offset, length) =>
      distributions.fillExponential(target as distributions.FloatArray, offset, length, lambd, generator),
    ),
  );
}

/** Fills with exponentials of normal numbers, by default of mean 1 and standard deviation 2. (Tensor.log_normal_) */
export function logNormal_(self: Tensor, mean = 1, std = 2, options: GeneratorOptions = {}): Tensor {
  requireFloatingPoint(self, "log_normal_cpu");
  if (!(std > 0)) throw new RuntimeError(`log_normal_ expects std > 0.0, but found std=${std}`);
  return fillContinuously("logNormal_", self, distributions.fillLogNormal, mean, std, options.generator);
}

/** Fills with Cauchy numbers, by default of median 0 and scale 1. (Tensor.cauchy_) */
export function cauchy_(self: Tensor, median = 0, sigma = 1, options: GeneratorOptions = {}): Tensor {
  requireContinuous(self, "Cauchy");
  if (!(sigma > 0)) throw new RuntimeError(`cauchy_ expects sigma > 0.0, but found sigma=${sigma}`);
  return fillContinuously("cauchy_", self, distributions.fillCauchy, median, sigma, options.generator);
}

/** Fills with how many trials of success probability `p` it takes to succeed. (Tensor.geometric_) */
export function geometric_(self: Tensor, p: number, options: GeneratorOptions = {}): Tensor {
  if (!(p > 0 && p < 1)) throw new RuntimeError(`geometric_ expects p to be in (0, 1), but got p=${p}`);
  const generator = options.generator ?? defaultGenerator;
  return overwrite("geometric_", self, [self, p], () =>
    fillInMemoryOrder(self, (target, offset, length) => distributions.fillGeometric(target, offset, length, p, generator)),
  );
}
