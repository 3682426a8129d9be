/**
 * Fills of a contiguous range of elements, drawing what PyTorch's CPU kernels draw, in memory order. The array type is the dtype's: float32
 * elements take 24-bit uniform numbers, float64 elements 53-bit ones.
 */
import type { ElementArray } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import { erf, lgamma } from "../math/specialFunctions.js";
import { bernoulliInWasm, normalInWasm, uniformInWasm } from "../kernels/wasm/random.js";
import { bitsOf } from "../narrowFloats.js";
import { fma } from "../math/fma.js";
import type { Generator } from "./generator.js";
import { normalBlock } from "../math/vectorMath.js";

export type FloatArray = Float32Array | Float64Array;

/** Draws taken from the generator at a time: a multiple of a normal block. */
const chunk = 1024;
const draws = new Int32Array(chunk);
const blockSize = 16;

/** Throws unless numbers can be uniform over [low, high). */
export function checkUniformBounds(low: number, high: number): void {
  if (!(low <= high)) throw new RuntimeError(`uniform_ expects to return a [from, to) range, but found from=${low} > to=${high}`);
  if (!Number.isFinite(high - low)) {
    throw new RuntimeError(
      `uniform_ expects to-from <= std::numeric_limits<float>::max(), but found to=${high} and from=${low} which result in to-from to exceed the limit`,
    );
  }
}

/** Uniform over [low, high) (Tensor.uniform_). */
export function fillUniform(target: FloatArray, offset: number, length: number, low: number, high: number, generator: Generator): void {
  if (target instanceof Float64Array) {
    const range = high - low;
    for (let i = offset; i < offset + length; i++) target[i] = fma(generator.uniform(), range, low);
    return;
  }
  const base = Math.fround(low);
  const scale = Math.fround(Math.fround(high) - base) * 2 ** -24;
  if (uniformInWasm(target, offset, length, scale, base, generator)) return;
  for (let done = 0; done < length; done += chunk) {
    const count = Math.min(chunk, length - done);
    generator.draw(draws, count);
    for (let i = 0; i < count; i++) target[offset + done + i] = (draws[i]! & 0xffffff) * scale + base;
  }
}

/** Normal (Tensor.normal_ of a contiguous tensor): in blocks of 16 from 16 elements on, else one by one. */
export function fillNormal(target: FloatArray, offset: number, length: number, mean: number, std: number, generator: Generator): void {
  if (length < blockSize) return fillNormalSerially(target, offset, length, mean, std, generator);
  if (target instanceof Float64Array) return fillNormalBlocks64(target, offset, length, mean, std, generator);
  const mean32 = Math.fround(mean);
  const std32 = Math.fround(std);
  const whole = length - (length % blockSize);
  const filled = normalInWasm(target, offset, whole, mean32, std32, generator) ? whole : 0;
  for (let done = filled; done < whole; done += chunk) {
    const count = Math.min(chunk, whole - done);
    generator.draw(draws, count);
    for (let i = 0; i < count; i += blockSize) normalBlock(draws, i, target, offset + done + i, mean32, std32);
  }
  if (whole < length) {
    // PyTorch draws for the incomplete block, unless numbers have two bytes, then draws the last 16 elements afresh.
    if (bitsOf(target) === undefined) generator.draw(draws, length - whole);
    generator.draw(draws, blockSize);
    normalBlock(draws, 0, target, offset + length - blockSize, mean32, std32);
  }
}

function fillNormalBlocks64(target: Float64Array, offset: number, length: number, mean: number, std: number, generator: Generator): void {
  const end = offset + length;
  for (let i = offset; i < end; i++) target[i] = generator.uniform();
  for (let i = offset; i + blockSize <= end; i += blockSize) normalBlock64(target, i, mean, std);
  if (length % blockSize !== 0) {
    for (let i = end - blockSize; i < end; i++) target[i] = generator.uniform();
    normalBlock64(target, end - blockSize, mean, std);
  }
}

function normalBlock64(target: Float64Array, offset: number, mean: number, std: number): void {
  for (let i = offset; i < offset + blockSize / 2; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - target[i]!));
    const theta = 2 * Math.PI * target[i + blockSize / 2]!;
    target[i] = fma(radius * Math.cos(theta), std, mean);
    target[i + blockSize / 2] = fma(radius * Math.sin(theta), std, mean);
  }
}

/** Normal, element by element in double precision (Tensor.normal_ of few elements or of a tensor that is not contiguous). */
export function fillNormalSerially(target: FloatArray, offset: number, length: number, mean: number, std: number, generator: Generator): void {
  for (let i = offset; i < offset + length; i++) target[i] = fma(standardNormal(generator), std, mean);
}

/** Box-Muller in double precision; the second value of the pair is kept on the generator, across calls and dtypes. */
export function standardNormal(generator: Generator): number {
  const kept = generator.nextNormal;
  if (kept !== null) {
    generator.nextNormal = null;
    return kept;
  }
  const theta = 2 * Math.PI * generator.uniform();
  const radius = Math.sqrt(-2 * Math.log1p(-generator.uniform()));
  generator.nextNormal = radius * Math.sin(theta);
  return radius * Math.cos(theta);
}

/**
 * `low` plus integers over [0, range) (torch.randint, Tensor.random_), from 32-bit draws for a number, from 64-bit ones for a bigint:
 * see `integerRange`.
 */
export function fillRandomIntegers(target: ElementArray, offset: number, length: number, low: number, range: number | bigint, generator: Generator): void {
  const end = offset + length;
  if (typeof range === "number") for (let i = offset; i < end; i++) target[i] = (generator.random() % range) + low;
  else for (let i = offset; i < end; i++) target[i] = Number(generator.random64() % range) + low;
}

/** The range from low to high; PyTorch draws 64 bits for ranges from 2^28 on, to keep the skew of the remainder small. */
export function integerRange(low: number, high: number): number | bigint {
  const range = high - low;
  return range < 2 ** 28 ? range : BigInt(high) - BigInt(low);
}

/** A random permutation of 0 to length - 1 (torch.randperm). */
export function fillPermutation(target: ElementArray, offset: number, length: number, generator: Generator): void {
  for (let i = 0; i < length; i++) target[offset + i] = i;
  for (let i = 0; i < length - 1; i++) {
    const j = i + (generator.random() % (length - i));
    const swapped = target[offset + i]!;
    target[offset + i] = target[offset + j]!;
    target[offset + j] = swapped;
  }
}

/** One with the given probability, else zero (Tensor.bernoulli_). */
export function fillBernoulli(target: ElementArray, offset: number, length: number, probability: number, generator: Generator): void {
  if (target instanceof Float32Array && bernoulliInWasm(target, offset, length, probability, generator)) return;
  for (let i = offset; i < offset + length; i++) target[i] = generator.uniform() < probability ? 1 : 0;
}

/** One with the probability at the same place of `probabilities`, else zero (torch.bernoulli). */
export function fillBernoulliEach(target: ElementArray, offset: number, probabilities: FloatArray, generator: Generator): void {
  const single = probabilities instanceof Float32Array;
  for (let i = 0; i < probabilities.length; i++) {
    const draw = single ? (generator.random() & 0xffffff) * 2 ** -24 : generator.uniform();
    target[offset + i] = draw < probabilities[i]! ? 1 : 0;
  }
}

/** Poisson, of the rate at the same place of `rates` (torch.poisson). */
export function fillPoissonEach(target: ElementArray, offset: number, rates: FloatArray, generator: Generator): void {
  for (let i = 0; i < rates.length; i++) target[offset + i] = poissonNumber(rates[i]!, generator);
}

function poissonNumber(rate: number, generator: Generator): number {
  if (rate === 0) return 0;
  if (rate >= 10) return largePoissonNumber(rate, generator);
  const limit = Math.exp(-rate);
  let count = 0;
  for (let product = generator.uniform(); product > limit; product *= generator.uniform()) count++;
  return count;
}

/** By transformed rejection (Hörmann, "The transformed rejection method for generating Poisson random variables", 1993). */
function largePoissonNumber(rate: number, generator: Generator): number {
  const b = 0.931 + 2.53 * Math.sqrt(rate);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const accepted = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = generator.uniform() - 0.5;
    const v = generator.uniform();
    const distance = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / distance + b) * u + rate + 0.43);
    if (distance >= 0.07 && v <= accepted) return count;
    if (count < 0 || (distance < 0.013 && v > distance)) continue;
    if (Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (distance * distance) + b) <= -rate + count * Math.log(rate) - lgamma(count + 1)) return count;
  }
}

/** Exponential with rate lambda (Tensor.exponential_). */
export function fillExponential(target: FloatArray, offset: number, length: number, lambda: number, generator: Generator): void {
  for (let i = offset; i < offset + length; i++) target[i] = (-1 / lambda) * Math.log1p(-generator.uniform());
}

/** exp of a normal draw (Tensor.log_normal_). */
export function fillLogNormal(target: FloatArray, offset: number, length: number, mean: number, std: number, generator: Generator): void {
  for (let i = offset; i < offset + length; i++) target[i] = Math.exp(standardNormal(generator) * std + mean);
}

/** How many trials until the first success, of the given probability (Tensor.geometric_). */
export function fillGeometric(target: ElementArray, offset: number, length: number, probability: number, generator: Generator): void {
  const logFailure = Math.log1p(-probability);
  for (let i = offset; i < offset + length; i++) target[i] = Math.ceil(Math.log(generator.uniform()) / logFailure);
}

/** Cauchy (Tensor.cauchy_). */
export function fillCauchy(target: FloatArray, offset: number, length: number, median: number, sigma: number, generator: Generator): void {
  for (let i = offset; i < offset + length; i++) target[i] = median + sigma * Math.tan(Math.PI * (generator.uniform() - 0.5));
}

/**
 * Indices drawn with the given weights (torch.multinomial of one distribution), `samples` of them.
 * With replacement by the cumulative distribution; otherwise, and for a single sample, by the largest weight / exponential draw.
 */
export function sampleMultinomial(weights: FloatArray, samples: number, replacement: boolean, generator: Generator): number[] {
  const count = weights.length;
  if (!replacement || samples === 1) {
    const scores = weights.slice();
    fillExponential(scores, 0, count, 1, generator);
    for (let i = 0; i < count; i++) scores[i] = weights[i]! / scores[i]!;
    return Array.from({ length: count }, (_, i) => i)
      .sort((a, b) => scores[b]! - scores[a]! || a - b)
      .slice(0, samples);
  }
  const cumulative = weights.slice();
  for (let i = 1; i < count; i++) cumulative[i] = cumulative[i - 1]! + weights[i]!;
  const sum = cumulative[count - 1]!;
  for (let i = 0; i < count; i++) cumulative[i]! /= sum;
  cumulative[count - 1] = 1;
  return Array.from({ length: samples }, () => {
    const draw = generator.uniform();
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle]! < draw) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/** The least share of the normal distribution within the bounds for which PyTorch proposes normal numbers. */
const leastShare = 0.3;

/**
 * Normal draws within [low, high], by rejection as nn.init.trunc_normal_ of PyTorch 2.13: from normal proposals where the bounds hold more than 0.3 of the
 * distribution, else from uniform ones. Every round draws for the whole range, and the elements still rejected take the new values.
 */
export function fillTruncatedNormal(
  target: FloatArray,
  offset: number,
  length: number,
  mean: number,
  std: number,
  low: number,
  high: number,
  generator: Generator,
): void {
  const share = normalDistribution((high - mean) / std) - normalDistribution((low - mean) / std);
  const result = target.subarray(offset, offset + length);
  if (share > leastShare) rejectNormals(result, mean, std, low, high, generator);
  else rejectUniforms(result, mean, std, low, high, generator);
}

function rejectNormals(result: FloatArray, mean: number, std: number, low: number, high: number, generator: Generator): void {
  // The bounds as the dtype holds them: its values are what is compared.
  const [lowest, highest] = result instanceof Float32Array ? [Math.fround(low), Math.fround(high)] : [low, high];
  const isOutside = (value: number) => value < lowest || value > highest;
  fillNormal(result, 0, result.length, mean, std, generator);
  let rejected = positionsOf(result, (i) => isOutside(result[i]!));
  if (rejected.length === 0) return;
  const proposed = result.slice();
  while (rejected.length > 0) {
    fillNormal(proposed, 0, proposed.length, mean, std, generator);
    rejected = rejected.filter((i) => isOutside((result[i] = proposed[i]!)));
  }
}

function rejectUniforms(result: FloatArray, mean: number, std: number, low: number, high: number, generator: Generator): void {
  checkUniformBounds(low, high);
  const round: (value: number) => number = result instanceof Float32Array ? Math.fround : Number;
  const [roundMean, roundStd] = [round(mean), round(std)];
  const mode = Math.max(low, Math.min(mean, high));
  const logPeak = round(-0.5 * ((mode - mean) / std) ** 2);
  const proposed = result.slice();
  const draws = result.slice();
  const propose = () => {
    fillUniform(proposed, 0, proposed.length, low, high, generator);
    fillUniform(draws, 0, draws.length, 0, 1, generator);
  };
  const isRejected = (i: number) => {
    const deviation = round(round(proposed[i]! - roundMean) / roundStd);
    const logAcceptance = round(round(round(deviation * deviation) * -0.5) - logPeak);
    return round(Math.log(draws[i]!)) > logAcceptance;
  };
  propose();
  result.set(proposed);
  let rejected = positionsOf(result, isRejected);
  while (rejected.length > 0) {
    propose();
    rejected = rejected.filter((i) => {
      result[i] = proposed[i]!;
      return isRejected(i);
    });
  }
}

function positionsOf(values: FloatArray, test: (position: number) => boolean): number[] {
  const positions: number[] = [];
  for (let i = 0; i < values.length; i++) if (test(i)) positions.push(i);
  return positions;
}

/** The share of the standard normal distribution below x. */
function normalDistribution(x: number): number {
  return (1 + erf(Math.max(-40, Math.min(x, 40)) / Math.SQRT2)) / 2;
}
