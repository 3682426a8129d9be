import { defineOperation } from "../dispatch/index.js";
import { int64 } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import * as kernels from "../kernels/elementwise.js";
import * as distributions from "../random/distributions.js";
import { defaultGenerator, type Generator } from "../random/generator.js";
import { Tensor } from "../tensor.js";
import {
  allocate,
  allocateLike,
  checkedTensorOptions,
  finish,
  parseSize,
  tensorOptionNames,
  type SizeArguments,
  type TensorOptions,
} from "./rules/allocation.js";
import { checkedOptions, collect, required, requiredFirst, type WithRequired } from "../arguments.js";
import { checkStd, fillIntegers, fillNormal, fillUniform, integerRange, type GeneratorOptions } from "./rules/drawing.js";
import { broadcastSizes, requireFloatingPoint, resultType } from "./rules/promotion.js";
import { computes, makes, type Operation, operand, notCounted } from "../operation.js";

/** Random tensors: number for number what PyTorch draws on the CPU from the same seed. The meta device draws nothing. */

const placement = { device: null, requiresGrad: null, generator: null } as const;

/** How the functions that make tensors are called, and what they fill them with. */
const makers = {
  rand: { name: "rand", effect: makes(() => ({ kind: "uniform", low: 0, high: 1 })), arguments: [operand, placement] },
  randn: { name: "randn", effect: makes(() => ({ kind: "normal", mean: 0, std: 1 })), arguments: [operand, placement] },
  randLike: { name: "randLike", effect: makes(() => ({ kind: "uniform", low: 0, high: 1 })), arguments: ["input", placement] },
  randnLike: { name: "randnLike", effect: makes(() => ({ kind: "normal", mean: 0, std: 1 })), arguments: ["input", placement] },
  randint: { name: "randint", effect: makes(() => null), arguments: [operand, operand, operand, placement] },
  randintLike: { name: "randintLike", effect: makes(() => null), arguments: ["input", operand, operand, placement] },
  randperm: { name: "randperm", effect: makes(() => null), arguments: [operand, placement] },
  normal: {
    name: "normal",
    effect: makes(([mean, std]) => (typeof mean === "number" && typeof std === "number" ? { kind: "normal", mean, std } : null)),
    arguments: [operand, operand, operand, placement],
  },
} satisfies Readonly<Record<string, Operation>>;

export type { GeneratorOptions };

export interface RandomOptions extends TensorOptions, GeneratorOptions {}

/** Uniform over [0, 1). (torch.rand) */
export function rand(...args: SizeArguments<RandomOptions>): Tensor {
  const { sizes, options } = parseSize("rand", args, "generator");
  const result = allocate(sizes, options);
  requireFloatingPoint(result.dtype, "check_uniform_bounds");
  fillUniform(result, 0, 1, options.generator);
  return finish(result, options, makers.rand, args);
}

/** Standard normal. (torch.randn) */
export function randn(...args: SizeArguments<RandomOptions>): Tensor {
  const { sizes, options } = parseSize("randn", args, "generator");
  const result = allocate(sizes, options);
  requireFloatingPoint(result.dtype, "normal_kernel_cpu");
  fillNormal(result, 0, 1, options.generator);
  return finish(result, options, makers.randn, args);
}

interface IntegerBounds {
  /** Default 0. */
  readonly low?: number;
  readonly high: number;
}

/** One number by position is the upper bound, two are both; further arguments, and all by name. */
function boundsAnd<Options extends IntegerBounds & RandomOptions>(
  operation: string,
  others: readonly (keyof Options & string)[],
  args: readonly unknown[],
): Partial<Options> {
  const count = args.filter((arg) => typeof arg === "number").length;
  const isLow = count === 1 && typeof args.at(-1) === "object" && "high" in (args.at(-1) as object);
  const names = (count === 2 ? ["low", "high"] : count === 0 ? [] : isLow ? ["low"] : ["high"]) as (keyof Options & string)[];
  return collect<Partial<Options>>(operation, [...names, ...others], args, ["low", "high", ...others, ...tensorOptionNames, "generator"]);
}

/** Integers over [low, high), low being 0 by default; int64 by default. (torch.randint) */
export function randint(high: number, size: readonly number[], options?: RandomOptions): Tensor;
export function randint(low: number, high: number, size: readonly number[], options?: RandomOptions): Tensor;
export function randint(high: number, options: RandomOptions & { readonly size: readonly number[] }): Tensor;
export function randint(low: number, high: number, options: RandomOptions & { readonly size: readonly number[] }): Tensor;
export function randint(options: RandomOptions & IntegerBounds & { readonly size: readonly number[] }): Tensor;
export function randint(...args: unknown[]): Tensor {
  const {
    low = 0,
    high: given,
    size: asked,
    ...options
  } = boundsAnd<IntegerBounds & RandomOptions & { readonly size: readonly number[] }>("randint", ["size"], args);
  const [high, size] = [required(given, "randint", "high"), required(asked, "randint", "size")];
  const range = integerRange(low, high);
  const { sizes } = parseSize("randint", [size]);
  const result = allocate(sizes, options, int64);
  fillIntegers(result, low, range, options.generator);
  return finish(result, options, makers.randint, args);
}

/** A random order of 0 to n - 1, int64 by default. (torch.randperm) */
export function randperm(...args: WithRequired<[n: number], { readonly n: number }, [], RandomOptions>): Tensor {
  const [[n], rest] = requiredFirst<[n: number]>("randperm", ["n"], args);
  const options = collect<RandomOptions>("randperm", [], rest, [...tensorOptionNames, "generator"]);
  const { sizes } = parseSize("randperm", [n]);
  const result = allocate(sizes, options, int64);
  if (result.device === "cpu") distributions.fillPermutation(result.storage.data, 0, n, options.generator ?? defaultGenerator);
  return finish(result, options, makers.randperm, args);
}

/** Uniform over [0, 1) in the shape, dtype and device of `x`. (torch.rand_like) */
export function randLike(x: Tensor, given?: RandomOptions): Tensor {
  const options = checkedTensorOptions("randLike", given, "generator");
  const result = allocateLike(x, options);
  requireFloatingPoint(result.dtype, "check_uniform_bounds");
  fillUniform(result, 0, 1, options.generator);
  return finish(result, options, makers.randLike, [x, given]);
}

/** Standard normal in the shape, dtype and device of `x`. (torch.randn_like) */
export function randnLike(x: Tensor, given?: RandomOptions): Tensor {
  const options = checkedTensorOptions("randnLike", given, "generator");
  const result = allocateLike(x, options);
  requireFloatingPoint(result.dtype, "normal_kernel_cpu");
  fillNormal(result, 0, 1, options.generator);
  return finish(result, options, makers.randnLike, [x, given]);
}

/** Integers over [low, high) in the shape, dtype and device of `x`; one bound is the upper one. (torch.randint_like) */
export function randintLike(x: Tensor, high: number, options?: RandomOptions): Tensor;
export function randintLike(x: Tensor, low: number, high: number, options?: RandomOptions): Tensor;
export function randintLike(x: Tensor, options: RandomOptions & IntegerBounds): Tensor;
export function randintLike(x: Tensor, ...args: unknown[]): Tensor {
  const { low = 0, high: given, ...options } = boundsAnd<IntegerBounds & RandomOptions>("randintLike", [], args);
  const high = required(given, "randint_like", "high");
  const range = integerRange(low, high);
  const result = allocateLike(x, options);
  fillIntegers(result, low, range, options.generator);
  return finish(result, options, makers.randintLike, [x, ...args]);
}

const normalOf = defineOperation<[mean: Tensor | number, std: Tensor | number, generator: Generator]>({
  name: "normal",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: [["mean", 0], ["std", 1], null],
  infer(mean, std) {
    const sizes =
      mean instanceof Tensor && std instanceof Tensor ? broadcastSizes(mean.sizes, std.sizes) : (mean instanceof Tensor ? mean : (std as Tensor)).sizes;
    return { sizes, dtype: resultType(mean, std) };
  },
  forward(output, mean, std, generator) {
    if (std instanceof Tensor && kernels.denseValues(std).some((each) => each < 0)) throw new RuntimeError("normal expects all elements of std >= 0.0");
    fillNormal(output, 0, 1, generator);
    if (std instanceof Tensor) kernels.binary(output, output, std, (value, factor) => value * factor);
    else kernels.unary(output, output, (value) => value * std);
    if (mean instanceof Tensor) kernels.binary(output, output, mean, (value, term) => value + term);
    else kernels.unary(output, output, (value) => value + mean);
  },
  backward: null,
});

interface NormalParameters {
  readonly mean: Tensor | number;
  /** Default 1. */
  readonly std?: Tensor | number;
  /** Where mean and deviation are numbers. */
  readonly size?: readonly number[];
}

/** Normal numbers: of one mean and deviation in a given shape, or of a mean or deviation each. (torch.normal) */
export function normal(mean: number, std: number, size: readonly number[], options?: RandomOptions): Tensor;
export function normal(mean: Tensor, std?: Tensor | number, options?: GeneratorOptions): Tensor;
export function normal(mean: number, std: Tensor, options?: GeneratorOptions): Tensor;
export function normal(options: RandomOptions & NormalParameters): Tensor;
export function normal(...args: unknown[]): Tensor {
  const {
    mean: given,
    std = 1,
    size: asked,
    ...options
  } = collect<RandomOptions & Partial<NormalParameters>>("normal", ["mean", "std", "size"], args, [...tensorOptionNames, "generator"]);
  const mean = required(given, "normal", "mean");
  if (typeof std === "number") checkStd(std);
  if (mean instanceof Tensor || std instanceof Tensor) {
    return normalOf(mean, std, options.generator ?? defaultGenerator);
  }
  const { sizes } = parseSize("normal", [required(asked, "normal", "size")]);
  const result = allocate(sizes, options);
  requireFloatingPoint(result.dtype, "normal_kernel_cpu");
  fillNormal(result, mean, std, options.generator);
  return finish(result, options, makers.normal, args);
}

const bernoulliOf = defineOperation<[p: Tensor, generator: Generator]>({
  name: "bernoulli",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: [["p", 0.5], null],
  infer: (p) => ({ sizes: p.sizes, dtype: p.dtype }),
  forward(output, p, generator) {
    const probabilities = contiguousValues(p);
    if (probabilities.some((value) => !(value >= 0 && value <= 1)))
      throw new RuntimeError(
        "Expected p_in >= 0 && p_in <= 1 to be true, but got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)",
      );
    distributions.fillBernoulliEach(output.storage.data, 0, probabilities, generator);
  },
  backward: withoutSlope,
  recordedBackward: (gradient) => [gradient.allocateLike()],
});

/** What is drawn does not change with its parameter, which autograd is told. */
function withoutSlope(gradient: Tensor): Tensor[] {
  return [gradient.allocateLike()];
}

/** One with the probability that each element states, else zero. (torch.bernoulli) */
export function bernoulli(p: Tensor, options: GeneratorOptions = {}): Tensor {
  requireFloatingPoint(p.dtype, "bernoulli_tensor_cpu_p_");
  return bernoulliOf(p, checkedOptions("bernoulli", options, "generator").generator ?? defaultGenerator);
}

const poissonOf = defineOperation<[rates: Tensor, generator: Generator]>({
  name: "poisson",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", null],
  infer: (rates) => ({ sizes: rates.sizes, dtype: rates.dtype }),
  forward(output, rates, generator) {
    const values = contiguousValues(rates);
    if (values.some((rate) => !(rate >= 0))) throw new RuntimeError("invalid Poisson rate, expected rate to be non-negative");
    distributions.fillPoissonEach(output.storage.data, 0, values, generator);
  },
  backward: withoutSlope,
  recordedBackward: (gradient) => [gradient.allocateLike()],
});

/** A Poisson number of each element as its rate. (torch.poisson) */
export function poisson(rates: Tensor, options: GeneratorOptions = {}): Tensor {
  requireFloatingPoint(rates.dtype, "poisson_cpu");
  return poissonOf(rates, checkedOptions("poisson", options, "generator").generator ?? defaultGenerator);
}

function contiguousValues(x: Tensor): distributions.FloatArray {
  const values = Tensor.allocate(x.sizes, x.dtype, "cpu");
  kernels.copy(values, x);
  return values.storage.data as distributions.FloatArray;
}

const multinomialOf = defineOperation<[weights: Tensor, samples: number, replacement: boolean, generator: Generator]>({
  name: "multinomial",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "numSamples", ["replacement", false], null],
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
  backward: null,
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
export function multinomial(
  weights: Tensor,
  ...args: WithRequired<[numSamples: number], { readonly numSamples: number }, [replacement: boolean], MultinomialOptions>
): Tensor {
  const {
    numSamples,
    replacement = false,
    generator = defaultGenerator,
  } = collect<MultinomialOptions & { readonly numSamples?: number }>("multinomial", ["numSamples", "replacement"], args, ["generator"]);
  const samples = required(numSamples, "multinomial", "num_samples");
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
