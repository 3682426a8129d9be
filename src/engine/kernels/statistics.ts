import type { ElementArray } from "../dtype.js";
import { bitsOf, widened } from "../narrowFloats.js";
import { joined, nothing, type Moments } from "./moments.js";
import { cellCount, piece, PiecesInWasm } from "./wasm/statistics.js";

/** What values are like, and how they are distributed. */
export interface Summary extends Moments {
  /**
   * How many values lie in each of `bins` equal bins over [low, high], low < high; the last one holds `high`. Values outside are in none. Of more
   * than 131,072 values the bounds between bins are exact to 1/13,000 of the values' range.
   */
  readonly histogram: (low: number, high: number, bins: number) => number[];
}

/** Fewer values are sooner counted one by one, when bins are asked for, than the cells that they spread over are joined. */
const cellsFrom = 4 * cellCount;

/**
 * Counts, range, mean, spread and distribution of all values in one pass, for tools that show tensors. Where the distribution is hardly to be asked for,
 * `distributed` false leaves it out of that pass, which takes a fifth of the time: `histogram` then goes through the values.
 */
export function summarize(given: ElementArray, distributed = true): Summary {
  const values = bitsOf(given) === undefined ? given : widened(given, 0, given.length);
  const kernels = PiecesInWasm.of(values);
  const cells = distributed && values.length > cellsFrom ? new Cells(values, kernels?.counts) : null;
  let moments = nothing;
  for (let start = 0; start < values.length; start += piece) {
    const end = Math.min(start + piece, values.length);
    moments = joined(moments, kernels?.summarize(start, end) ?? momentsOf(values, start, end));
    if (cells === null || moments.finite === 0) continue;
    cells.cover(moments.min, moments.max);
    if (!kernels?.count(cells.scale, cells.first)) cells.count(values, start, end);
  }
  const { min, max } = moments;
  const counted = cells?.nonEmpty(min, max) ?? { values, counts: null };
  return { ...moments, histogram: (low, high, bins) => countInBins(counted, low, high, bins) };
}

function momentsOf(values: ElementArray, start: number, end: number): Moments {
  let [nan, positiveInfinity, negativeInfinity, zeros, finite] = [0, 0, 0, 0, 0];
  let min = Infinity;
  let max = -Infinity;
  // Welford's update: sums of squares would lose everything where the mean is large beside the spread.
  let mean = 0;
  let squares = 0;
  for (let i = start; i < end; i++) {
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

/** How many times as far as the values so far the cells reach, so that they need not be moved at each new extreme. */
const spare = 1.25;

/** Counts of values in cells [first + i, first + i + 1) / scale, which grow with the values' range: always by a power of two, so that cells join without a rest. */
class Cells {
  /** Cells per unit, a power of two. */
  scale = Infinity;
  first = 0;
  readonly #counts: Int32Array;
  /** The least share of a number's magnitude that its cell may be as wide as: cells finer than the numbers would have places too large to compute. */
  readonly #precision: number;

  /** `room` is memory for a counter of each cell and one more. */
  constructor(values: ElementArray, room: Int32Array = new Int32Array(cellCount + 1)) {
    this.#counts = room.fill(0);
    this.#precision = values instanceof Float32Array ? 2 ** -24 : 2 ** -53;
  }

  /** Has cells for all values from `min` to `max`, which hold those counted before. */
  cover(min: number, max: number): void {
    if (this.#cellOf(min) >= 0 && this.#cellOf(max) < cellCount) return;
    const before = { scale: this.scale, first: this.first };
    const kept = this.#counts.slice(0, cellCount);
    const width = Math.max((max / cellCount - min / cellCount) * spare, Math.max(-min, max) * this.#precision, 2 ** -1022);
    this.scale = Math.min(before.scale, 2 ** -Math.ceil(Math.log2(width)));
    this.first = Math.floor((min / 2 + max / 2) * this.scale) - cellCount / 2;
    this.#counts.fill(0);
    for (let cell = 0; cell < cellCount; cell++) if (kept[cell]! > 0) this.#counts[this.#cellOf((before.first + cell) / before.scale)]! += kept[cell]!;
  }

  count(values: ElementArray, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const cell = this.#cellOf(values[i]!);
      if (cell >= 0 && cell < cellCount) this.#counts[cell]!++;
    }
  }

  /** The cells that hold values, each as the least that it can hold of those from `min` to `max`. */
  nonEmpty(min: number, max: number): Counted {
    const values: number[] = [];
    const counts: number[] = [];
    for (let cell = 0; cell < cellCount; cell++) {
      if (this.#counts[cell] === 0) continue;
      values.push(Math.min(Math.max((this.first + cell) / this.scale, min), max));
      counts.push(this.#counts[cell]!);
    }
    return { values, counts };
  }

  #cellOf(value: number): number {
    return Math.floor(value * this.scale) - this.first;
  }
}

/** Values, and how often each is there: once where there are no counts. */
interface Counted {
  readonly values: ArrayLike<number>;
  readonly counts: readonly number[] | null;
}

function countInBins({ values, counts }: Counted, low: number, high: number, bins: number): number[] {
  const found = new Array<number>(bins).fill(0);
  // Scaled down before it is subtracted, the range of numbers near the largest cannot overflow.
  const inverse = 1 / bins;
  const start = low * inverse;
  // A range near zero is all but a point: its inverse must not overflow either.
  const scale = Math.min(bins / (high * inverse - start), Number.MAX_VALUE);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= low && value <= high)) continue;
    const bin = Math.floor((value * inverse - start) * scale);
    found[bin < bins ? bin : bins - 1]! += counts === null ? 1 : counts[i]!;
  }
  return found;
}
