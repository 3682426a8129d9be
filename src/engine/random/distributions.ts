/**
 * Fills of a contiguous range of elements, drawing what PyTorch's CPU kernels draw, in memory order. The array type is the dtype's: float32
 * elements take 24-bit uniform numbers, float64 elements 53-bit ones.
 */
import type { ElementArray } from "../dtype.js";
import { normalInWasm, uniformInWasm } from "../kernels/wasm/random.js";
import type { Generator } from "./generator.js";
import { normalBlock } from "./vectorMath.js";

export type FloatArray = Float32Array | Float64Array;

/** Draws taken from the generator at a time: a multiple of a normal block. */
const chunk = 1024;
const draws = new Int32Array(chunk);
const blockSize = 16;

/** Uniform over [low, high) (Tensor.uniform_). */
export function fillUniform(target: FloatArray, offset: number, length: number, low: number, high: number, generator: Generator): void {
  if (target instanceof Float64Array) {
    const range = high - low;
    for (let i = offset; i < offset + length; i++) target[i] = generator.uniform() * range + low;
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
    // PyTorch draws for the incomplete block, then draws the last 16 elements afresh.
    generator.draw(draws, length - whole);
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
    target[i] = radius * Math.cos(theta) * std + mean;
    target[i + blockSize / 2] = radius * Math.sin(theta) * std + mean;
  }
}

/** Normal, element by element in double precision (Tensor.normal_ of few elements or of a tensor that is not contiguous). */
export function fillNormalSerially(target: FloatArray, offset: number, length: number, mean: number, std: number, generator: Generator): void {
  for (let i = offset; i < offset + length; i++) target[i] = standardNormal(generator) * std + mean;
}

/** Box-Muller in double precision; the second value of the pair is kept on the generator, across calls and dtypes. */
function standardNormal(generator: Generator): number {
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

/** Integers over [low, high) (torch.randint, Tensor.random_). */
export function fillRandomIntegers(target: ElementArray, offset: number, length: number, low: number, high: number, generator: Generator): void {
  const range = high - low;
  const end = offset + length;
  // PyTorch takes 64 bits from 2^28 on, to keep the skew of the remainder small.
  if (range < 2 ** 28) {
    for (let i = offset; i < end; i++) target[i] = (generator.random() % range) + low;
  } else {
    const range64 = BigInt(range);
    for (let i = offset; i < end; i++) target[i] = Number(generator.random64() % range64) + low;
  }
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

/** Proposals after which a normal that hardly ever falls within the bounds is drawn another way. */
const patience = 1000;

/**
 * Normal draws within [low, high] (nn.init.trunc_normal_): as PyTorch 2.13, the whole range is drawn again as often as any element lies outside,
 * and those outside take the new values. Bounds that less than 1 in 50 draws reach are sampled by `drawTail` instead.
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
  if (std === 0) {
    target.fill(Math.min(Math.max(mean, low), high), offset, offset + length);
    return;
  }
  fillNormal(target, offset, length, mean, std, generator);
  const isOutside = (value: number) => value < low || value > high;
  let outside: number[] = [];
  for (let i = offset; i < offset + length; i++) if (isOutside(target[i]!)) outside.push(i);
  let proposals = length;
  const proposed = target instanceof Float64Array ? new Float64Array(outside.length && length) : new Float32Array(outside.length && length);
  while (outside.length > 0) {
    if (proposals > patience && (length - outside.length) * 50 < proposals) {
      for (const i of outside) target[i] = drawTail((low - mean) / std, (high - mean) / std, generator) * std + mean;
      // Rounding to the dtype may step over a bound.
      for (const i of outside) if (isOutside(target[i]!)) target[i] = target[i]! < low ? low : high;
      return;
    }
    fillNormal(proposed, 0, length, mean, std, generator);
    proposals += outside.length;
    outside = outside.filter((i) => isOutside((target[i] = proposed[i - offset]!)));
  }
}

/**
 * A standard normal draw within [low, high], quick however improbable the interval is: rejection from an exponential or a uniform proposal
 * (Robert, "Simulation of truncated normal variables", 1995).
 */
function drawTail(low: number, high: number, generator: Generator): number {
  if (high < 0) return -drawTail(-high, -low, generator);
  const nearest = Math.max(low, 0);
  const rate = (nearest + Math.sqrt(nearest * nearest + 4)) / 2;
  const isNarrow = rate * (high - low) < 1 || low < 0;
  for (;;) {
    const draw = isNarrow ? low + generator.uniform() * (high - low) : low - Math.log1p(-generator.uniform()) / rate;
    const logAcceptance = isNarrow ? (nearest * nearest - draw * draw) / 2 : -((draw - rate) ** 2) / 2;
    if (draw <= high && Math.log(generator.uniform()) <= logAcceptance) return draw;
  }
}
