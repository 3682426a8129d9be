import type { ElementArray } from "../../dtype.js";
import type { Moments } from "../moments.js";
import { wasmKernels, type Kernels } from "./instance.js";
import { bytes } from "./blocks.js";

/** So many values are looked at together: they stay in the first-level cache for the second look at them. */
export const piece = 4096;
/** Cells that the values are counted in before their range is known: some 13,000 at least of them lie in it. */
export const cellCount = 1 << 15;

/** From this many elements on, the kernels win over a loop in JavaScript (`npm run bench -- crossover`). */
const wasmFrom = 64;

const input = 1024;
const output = input + piece * bytes;
const counters = output + 64;

/** The kernels' scale is a float32. */
const greatestScale = 2 ** 127;

/** Looks at float32 values piece by piece, each brought into the kernels' memory once. */
export class PiecesInWasm {
  /** A counter for each cell, in the kernels' memory: for as long as nothing else uses that. */
  readonly counts: Int32Array;
  readonly #values: Float32Array;
  readonly #kernels: Kernels;
  readonly #input: Float32Array;
  readonly #results: Float64Array;
  /** Elements of the piece, a multiple of four: what was missing is NaN. */
  #length = 0;

  private constructor(values: Float32Array, kernels: Kernels, { buffer }: Float32Array) {
    this.#values = values;
    this.#kernels = kernels;
    this.#input = new Float32Array(buffer, input, piece);
    this.#results = new Float64Array(buffer, output, 8);
    this.counts = new Int32Array(buffer, counters, cellCount + 1);
  }

  /** Null where there are no kernels for such values, or a loop is sooner done. */
  static of(values: ElementArray): PiecesInWasm | null {
    const instance = values instanceof Float32Array ? wasmKernels(values.length, wasmFrom) : null;
    return instance && new PiecesInWasm(values as Float32Array, instance.kernels, instance.float32);
  }

  /** What the values from `start` to `end` are like, at most `piece` of them. */
  summarize(start: number, end: number): Moments {
    const count = end - start;
    this.#length = Math.ceil(count / 4) * 4;
    this.#input.set(this.#values.subarray(start, end));
    this.#input.fill(NaN, count, this.#length);
    this.#kernels.summarize(input, this.#length, output);
    const [nan, positiveInfinity, zeros, finite, min, max, mean, squares] = this.#results as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const negativeInfinity = this.#length - finite - nan - positiveInfinity;
    return { nan: nan - (this.#length - count), positiveInfinity, negativeInfinity, zeros, finite, min, max, mean, squares };
  }

  /** Adds the piece that was summarized last to `counts`. False if the kernel cannot. */
  count(scale: number, first: number): boolean {
    if (scale > greatestScale) return false;
    this.#kernels.countInCells(input, this.#length, scale, first, cellCount, counters);
    return true;
  }
}
