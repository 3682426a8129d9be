import type { TensorStatistics, TraceValue } from "../protocol/index.js";
import type { Engine, Tensor } from "./engine.js";

/** Tensors with more elements than this are sampled in snapshots, at an even stride. */
export const sampleLimit = 1 << 21;
/** Elements looked at in each activation of a forward pass. */
const activationSampleLimit = 4096;
export const defaultBins = 32;
/** More would be narrow enough to show the cells that values are counted in. */
const mostBins = 256;

/**
 * Statistics of a tensor with values, over at most `limit` elements at an even stride. The bins divide the values' own range, or `range` where it
 * is given, so that two tensors can be counted in the same ones; what lies outside of it is in no bin. Without bins there is no histogram, and it takes a fifth of the
 * time.
 */
export function tensorStatistics(
  engine: Engine,
  tensor: Tensor,
  bins = defaultBins,
  limit = sampleLimit,
  range?: readonly [low: number, high: number],
): TensorStatistics {
  const values = sample(tensor, limit);
  const { nan, positiveInfinity, negativeInfinity, zeros, finite, min, max, mean, squares, histogram } = engine.summarize(values, bins > 0);
  const common = { count: tensor.numel(), sampled: values.length, nan, positiveInfinity, negativeInfinity, zeros };
  if (finite === 0) return { ...common, finite: null, histogram: null };
  const scale = scaleFor(min, max);
  const moments = scale === 1 ? { mean, squares } : engine.summarize(scaled(values, scale), false);
  const summary = { min, max, mean: Math.min(Math.max(moments.mean / scale, min), max), std: Math.sqrt(moments.squares / finite) / scale };
  const [low, high] = range ?? [min, max];
  return { ...common, finite: summary, histogram: bins > 0 && low < high ? { low, high, bins: histogram(low, high, bins) } : null };
}

/** What a forward pass notes of each activation; undefined where there are no real numbers to look at. */
export function activationStatistics(tensor: Tensor): TraceValue["statistics"] {
  if (tensor.device !== "cpu" || !tensor.dtype.isFloatingPoint || tensor.numel() === 0) return undefined;
  const values = sample(tensor, activationSampleLimit);
  let [zeros, nonFinite, negativeInfinity, sum, min, max] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value - value !== 0) {
      nonFinite++;
      if (value === -Infinity) negativeInfinity++;
    } else {
      sum += value;
      if (value === 0) zeros++;
      else if (value < min) min = value;
      else if (value > max) max = value;
    }
  }
  const finite = values.length - nonFinite;
  const scale = scaleFor(min, max);
  const near = scale === 1 ? values : scaled(values, scale);
  if (scale !== 1) {
    sum = 0;
    for (let i = 0; i < near.length; i++) if (near[i]! - near[i]! === 0) sum += near[i]!;
  }
  const nearMean = finite === 0 ? 0 : sum / finite;
  let squares = 0;
  for (let i = 0; i < near.length; i++) {
    const delta = near[i]! - nearMean;
    if (delta - delta === 0) squares += delta * delta;
  }
  const mean = nearMean / scale;
  const std = finite === 0 ? 0 : Math.sqrt(squares / finite) / scale;
  return {
    finite: finite === 0 ? null : { mean, std },
    zeros: zeros / values.length,
    nonFinite: nonFinite / values.length,
    negativeInfinity: negativeInfinity / values.length,
  };
}

/** Beyond this the square of a number is no number of float64 any more; below its inverse it is zero. */
const squarable = 2 ** 500;

/** A power of two that brings numbers of this range to where they can be squared and summed: 1 for all but those at the ends of float64. */
function scaleFor(min: number, max: number): number {
  const largest = Math.max(-min, max);
  if (largest === 0 || (largest < squarable && largest > 1 / squarable)) return 1;
  return 2 ** Math.min(-Math.floor(Math.log2(largest)), 1000);
}

function scaled(values: Elements, scale: number): Float64Array {
  return Float64Array.from(values, (value) => value * scale);
}

type Elements = Parameters<Engine["summarize"]>[0];

/** The elements in row-major order, or every n-th of them. */
export function sample(tensor: Tensor, limit: number): Elements {
  const { data } = tensor.storage;
  const count = tensor.numel();
  const step = sampleStep(count, limit, tensor.sizes.at(-1) ?? 1);
  if (step === 1 && tensor.isContiguous()) return data.subarray(tensor.offset, tensor.offset + count);
  const values = new tensor.dtype.array(Math.ceil(count / step));
  const contiguous = tensor.isContiguous();
  for (let i = 0, k = 0; k < values.length; i += step, k++) values[k] = data[contiguous ? tensor.offset + i : position(tensor, i)]!;
  return values;
}

/** Where the element at a row-major index lies. */
function position(tensor: Tensor, index: number): number {
  let offset = tensor.offset;
  for (let dim = tensor.sizes.length - 1, rest = index; dim >= 0; dim--) {
    const size = tensor.sizes[dim]!;
    offset += (rest % size) * tensor.strides[dim]!;
    rest = Math.floor(rest / size);
  }
  return offset;
}

/** A step that shares no factor with the rows' length, so that all columns are met. */
function sampleStep(count: number, limit: number, rowLength: number): number {
  let step = Math.ceil(count / limit);
  if (step <= 1) return 1;
  while (greatestCommonDivisor(step, rowLength) !== 1) step++;
  return step;
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** The number of bins that is made for one asked for. */
export function binsWithin(bins: number): number {
  return Math.min(Math.max(1, Math.floor(bins) || defaultBins), mostBins);
}
