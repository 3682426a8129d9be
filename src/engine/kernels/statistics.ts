import type { ElementArray } from "../dtype.js";
import { countInBinsInWasm, summarizeInWasm } from "./wasm/statistics.js";

/** What values are like. */
export interface Summary {
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
  readonly zeros: number;
  /** How many values are finite. What follows is of those alone. */
  readonly finite: number;
  /** Infinity where no value is finite. */
  readonly min: number;
  /** -Infinity where no value is finite. */
  readonly max: number;
  /** 0 where no value is finite. */
  readonly mean: number;
  /** Sum of the squared deviations from the mean. */
  readonly squares: number;
}

const nothing: Summary = { nan: 0, positiveInfinity: 0, negativeInfinity: 0, zeros: 0, finite: 0, min: Infinity, max: -Infinity, mean: 0, squares: 0 };

/** Counts, range, mean and spread of all values, for tools that show tensors. */
export function summarize(values: ElementArray): Summary {
  const whole = values instanceof Float32Array ? values.length - (values.length % 4) : 0;
  let summary = nothing;
  const done = whole > 0 && summarizeInWasm(values as Float32Array, whole, (part) => (summary = joined(summary, part)));
  return joined(summary, summarizeFrom(values, done ? whole : 0));
}

/** The summary of two sets of values together (Chan, Golub and LeVeque, 1979). */
function joined(a: Summary, b: Summary): Summary {
  const finite = a.finite + b.finite;
  const delta = b.mean - a.mean;
  const share = finite === 0 ? 0 : b.finite / finite;
  return {
    nan: a.nan + b.nan,
    positiveInfinity: a.positiveInfinity + b.positiveInfinity,
    negativeInfinity: a.negativeInfinity + b.negativeInfinity,
    zeros: a.zeros + b.zeros,
    finite,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: a.finite === 0 ? b.mean : a.mean + delta * share,
    squares: a.squares + b.squares + (a.finite === 0 || b.finite === 0 ? 0 : delta * delta * a.finite * share),
  };
}

function summarizeFrom(values: ElementArray, start: number): Summary {
  let [nan, positiveInfinity, negativeInfinity, zeros, finite] = [0, 0, 0, 0, 0];
  let min = Infinity;
  let max = -Infinity;
  // Welford's update: sums of squares would lose everything where the mean is large beside the spread.
  let mean = 0;
  let squares = 0;
  for (let i = start; i < values.length; i++) {
    const value = values[i]!;
    if (value - value === 0) {
      if (value === 0) zeros++;
      if (value < min) min = value;
      if (value > max) max = value;
      const delta = value - mean;
      mean += delta / ++finite;
      squares += delta * (value - mean);
    } else if (value === Infinity) positiveInfinity++;
    else if (value === -Infinity) negativeInfinity++;
    else nan++;
  }
  return { nan, positiveInfinity, negativeInfinity, zeros, finite, min, max, mean, squares };
}

/** How many values lie in each of `bins` equal bins over [from, to], from < to; the last one holds `to`. Values outside are in none. */
export function countInBins(values: ElementArray, from: number, to: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0);
  // Scaled down before it is subtracted, the range of numbers near the largest cannot overflow.
  const inverse = 1 / bins;
  const low = from * inverse;
  // A range near zero is all but a point: its inverse must not overflow either.
  const scale = Math.min(bins / (to * inverse - low), Number.MAX_VALUE);
  const whole = values instanceof Float32Array ? values.length - (values.length % 4) : 0;
  const done = whole > 0 && countInBinsInWasm(counts, values as Float32Array, whole, from, to, low, scale);
  for (let i = done ? whole : 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= from && value <= to)) continue;
    const bin = Math.floor((value * inverse - low) * scale);
    counts[bin < bins ? bin : bins - 1]!++;
  }
  return counts;
}
