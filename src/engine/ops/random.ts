import { defineOperation, overwrite } from "../dispatch.js";
import { int64, type DType } from "../dtype.js";
import { NotImplementedError, RuntimeError, TypeError } from "../errors.js";
import * as kernels from "../kernels/elementwise.js";
import { fillInMemoryOrder } from "../kernels/fill.js";
import * as distributions from "../random/distributions.js";
import { defaultGenerator, type Generator } from "../random/generator.js";
import { Tensor } from "../tensor.js";
import { allocate, allocateLike, finish, parseSize, type SizeArguments, type TensorOptions } from "./creation.js";
import { broadcastSizes, resultType } from "./promotion.js";

/** Random tensors and random fills: number for number what PyTorch draws on the CPU from the same seed. The meta device draws nothing. */

export interface GeneratorOptions {
  /** Default: the default generator, which `manualSeed` seeds. */
  readonly generator?: Generator;
}

export interface RandomOptions extends TensorOptions, GeneratorOptions {}

function fillUniform(self: Tensor, low: number, high: number, generator: Generator = defaultGenerator): void {
  fillInMemoryOrder(self, (target, offset, length) => distributions.fillUniform(target as distributions.FloatArray, offset, length, low, high, generator));
}

function fillNormal(self: Tensor, mean: number, std: number, generator: Generator = defaultGenerator): void {
  const fill = self.isContiguous() ? distributions.fillNormal : distributions.fillNormalSerially;
  fillInMemoryOrder(self, (target, offset, length) => fill(target as distributions.FloatArray, offset, length, mean, std, generator));
}

function fillIntegers(self: Tensor, low: number, range: number | bigint, generator: Generator = defaultGenerator): void {
  fillInMemoryOrder(self, (target, offset, length) => distributions.fillRandomIntegers(target, offset, length, low, range, generator));
}

function requireFloatingPoint(self: Tensor, kernel: string): void {
  if (!self.dtype.isFloatingPoint) throw new NotImplementedError(`"${kernel}" not implemented for '${self.dtype.scalarType}'`);
}

function requireContinuous(self: Tensor, distribution: string): void {
  if (self.dtype.isFloatingPoint) return;
  throw new RuntimeError(
    `${distribution} distribution is a continuous probability distribution. dtype must be a floating point but you specified ${self.dtype.scalarType}`,
  );
}

/** Uniform over [0, 1). (torch.rand) */
export function rand(...args: SizeArguments<RandomOptions>): Tensor {
  const { sizes, options } = parseSize("rand", args);
  const result = allocate(sizes, options);
  requireFloatingPoint(result, "check_uniform_bounds");
  if (result.device === "cpu") fillUniform(result, 0, 1, options.generator);
  return finish(result, options);
}

/** Standard normal. (torch.randn) */
export function randn(...args: SizeArguments<RandomOptions>): Tensor {
  const { sizes, options } = parseSize("randn", args);
  const result = allocate(sizes, options);
  requireFloatingPoint(result, "normal_kernel_cpu");
  if (result.device === "cpu") fillNormal(result, 0, 1, options.generator);
  return finish(result, options);
}

/** Integers over [low, high), low being 0 by default; int64 by default. (torch.randint) */
export function randint(high: number, size: readonly number[], options?: RandomOptions): Tensor;
export function randint(low: number, high: number, size: readonly number[], options?: RandomOptions): Tensor;
export function randint(...args: (number | readonly number[] | RandomOptions | undefined)[]): Tensor {
  const bounds = args.filter((arg) => typeof arg === "number");
  const [size, options = {}] = args.slice(bounds.length) as [readonly number[], RandomOptions?];
  const [low, high] = bounds.length === 1 ? [0, bounds[0]!] : (bounds as [number, number]);
  const range = integerRange(low, high);
  const { sizes } = parseSize("randint", [size]);
  const result = allocate(sizes, options, int64);
  if (result.device === "cpu") fillIntegers(result, low, range, options.generator);
  return finish(result, options);
}

/** A random order of 0 to n - 1, int64 by default. (torch.randperm) */
export function randperm(n: number, options: RandomOptions = {}): Tensor {
  const { sizes } = parseSize("randperm", [n]);
  const result = allocate(sizes, options, int64);
  if (result.device === "cpu") distributions.fillPermutation(result.storage.data, 0, n, options.generator ?? defaultGenerator);
  return finish(result, options);
}

/** Uniform over [0, 1) in the shape, dtype and device of `x`. (torch.rand_like) */
export function randLike(x: Tensor, options: RandomOptions = {}): Tensor {
  const result = allocateLike(x, options);
  requireFloatingPoint(result, "check_uniform_bounds");
  if (result.device === "cpu") fillUniform(result, 0, 1, options.generator);
  return finish(result, options);
}

/** Standard normal in the shape, dtype and device of `x`. (torch.randn_like) */
export function randnLike(x: Tensor, options: RandomOptions = {}): Tensor {
  const result = allocateLike(x, options);
  requireFloatingPoint(result, "normal_kernel_cpu");
  if (result.device === "cpu") fillNormal(result, 0, 1, options.generator);
  return finish(result, options);
}

/** Integers over [low, high) in the shape, dtype and device of `x`; one bound is the upper one. (torch.randint_like) */
export function randintLike(x: Tensor, high: number, options?: RandomOptions): Tensor;
export function randintLike(x: Tensor, low: number, high: number, options?: RandomOptions): Tensor;
export function randintLike(x: Tensor, ...args: (number | RandomOptions | undefined)[]): Tensor {
  const bounds = args.filter((arg) => typeof arg === "number");
  const options = (args[bounds.length] ?? {}) as RandomOptions;
  const [low, high] = bounds.length === 1 ? [0, bounds[0]!] : (bounds as [number, number]);
  const range = integerRange(low, high);
  const result = allocateLike(x, options);
  if (result.device === "cpu") fillIntegers(result, low, range, options.generator);
  return finish(result, options);
}

function integerRange(low: number, high: number): number | bigint {
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high)) throw new TypeError(`random_ expects integer bounds within 2^53, but got from=${low} and to=${high}`);
  if (low >= high) throw new RuntimeError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`);
  return distributions.integerRange(low, high);
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

function checkStd(std: number): void {
  if (!(std >= 0)) throw new RuntimeError(`normal expects std >= 0.0, but found std ${std}`);
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

const normalOf = defineOperation<[mean: Tensor | number, std: Tensor | number, generator: Generator]>({
  name: "normal",
  infer(mean, std) {
    const sizes = mean instanceof Tensor && std instanceof Tensor ? broadcastSizes(mean.sizes, std.sizes) : (mean instanceof Tensor ? mean : (std as Tensor)).sizes;
    return { sizes, dtype: resultType(mean, std) };
  },
  forward(output, mean, std, generator) {
    fillNormal(output, 0, 1, generator);
    if (std instanceof Tensor) kernels.binary(output, output, std, (value, factor) => value * factor);
    else kernels.unary(output, output, (value) => value * std);
    if (mean instanceof Tensor) kernels.binary(output, output, mean, (value, term) => value + term);
    else kernels.unary(output, output, (value) => value + mean);
  },
});

/** Normal numbers: of one mean and deviation in a given shape, or of a mean or deviation each. (torch.normal) */
export function normal(mean: number, std: number, size: readonly number[], options?: RandomOptions): Tensor;
export function normal(mean: Tensor, std?: Tensor | number, options?: GeneratorOptions): Tensor;
export function normal(mean: number, std: Tensor, options?: GeneratorOptions): Tensor;
export function normal(mean: Tensor | number, std: Tensor | number = 1, ...rest: (readonly number[] | RandomOptions | undefined)[]): Tensor {
  if (typeof std === "number") checkStd(std);
  if (mean instanceof Tensor || std instanceof Tensor) {
    return normalOf(mean, std, (rest[0] as GeneratorOptions | undefined)?.generator ?? defaultGenerator);
  }
  const [size, options = {}] = rest as [readonly number[], RandomOptions?];
  const { sizes } = parseSize("normal", [size]);
  const result = allocate(sizes, options);
  requireFloatingPoint(result, "normal_kernel_cpu");
  if (result.device === "cpu") fillNormal(result, mean, std, options.generator);
  return finish(result, options);
}

const bernoulliOf = defineOperation<[p: Tensor, generator: Generator]>({
  name: "bernoulli",
  infer: (p) => ({ sizes: p.sizes, dtype: p.dtype }),
  forward(output, p, generator) {
    const probabilities = contiguousValues(p);
    if (probabilities.some((value) => !(value >= 0 && value <= 1))) throw new RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got false.");
    distributions.fillBernoulliEach(output.storage.data, 0, probabilities, generator);
  },
});

/** One with the probability that each element states, else zero. (torch.bernoulli) */
export function bernoulli(p: Tensor, options: GeneratorOptions = {}): Tensor {
  requireFloatingPoint(p, "bernoulli_tensor_cpu_p_");
  return bernoulliOf(p, options.generator ?? defaultGenerator);
}

function contiguousValues(x: Tensor): distributions.FloatArray {
  const values = Tensor.allocate(x.sizes, x.dtype, "cpu");
  kernels.copy(values, x);
  return values.storage.data as distributions.FloatArray;
}

const multinomialOf = defineOperation<[weights: Tensor, samples: number, replacement: boolean, generator: Generator]>({
  name: "multinomial",
  infer: (weights, samples) => ({ sizes: [...weights.sizes.slice(0, -1), samples], dtype: int64 }),
  forward(output, weights, samples, replacement, generator) {
    const values = contiguousValues(weights);
    const categories = weights.sizes.at(-1)!;
    for (let row = 0; row * categories < values.length; row++) {
      const distribution = values.subarray(row * categories, (row + 1) * categories);
      checkWeights(distribution);
      output.storage.data.set(distributions.sampleMultinomial(distribution, samples, replacement, generator), row * samples);
    }
  },
});

function checkWeights(weights: distributions.FloatArray): void {
  if (weights.some((weight) => !Number.isFinite(weight) || weight < 0)) {
    throw new RuntimeError("probability tensor contains either `inf`, `nan` or element < 0");
  }
  if (weights.every((weight) => weight === 0)) throw new RuntimeError("invalid multinomial distribution (sum of probabilities <= 0)");
}

export interface MultinomialOptions extends GeneratorOptions {
  /** Whether an index may be drawn again. Default false. */
  readonly replacement?: boolean;
}

/** Indices drawn with the weights in the rows of `weights`, `samples` a row. (torch.multinomial) */
export function multinomial(weights: Tensor, samples: number, options: MultinomialOptions = {}): Tensor {
  const { replacement = false, generator = defaultGenerator } = options;
  if (weights.sizes.length < 1 || weights.sizes.length > 2) throw new RuntimeError("prob_dist must be 1 or 2 dim");
  if (!weights.dtype.isFloatingPoint) {
    throw new RuntimeError(`multinomial only supports floating-point dtypes for input, got: ${weights.dtype.scalarType}`);
  }
  if (!(samples > 0)) throw new RuntimeError("cannot sample n_sample <= 0 samples");
  if (!replacement && samples > weights.sizes.at(-1)!) {
    throw new RuntimeError("cannot sample n_sample > prob_dist.size(-1) samples without replacement");
  }
  return multinomialOf(weights, samples, replacement, generator);
}
