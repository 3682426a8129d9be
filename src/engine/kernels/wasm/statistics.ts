import type { Summary } from "../statistics.js";
import { wasmKernels } from "./instance.js";

/** Elements that are brought in at a time: they stay in the first-level cache for the second look at them. */
const piece = 4096;

/** From this many elements on, the kernels win over a loop in JavaScript (`npm run bench -- crossover`). */
const wasmFrom = 64;

const bytes = Float32Array.BYTES_PER_ELEMENT;
const input = 1024;
const output = input + piece * bytes;
const counters = output + 64;
const mostBins = 1 << 16;

/** Summaries of pieces of at most 4096 elements; `count` of them in all, a multiple of four. False where there are no kernels. */
export function summarizeInWasm(values: Float32Array, count: number, add: (summary: Summary) => void): boolean {
  const instance = wasmKernels(count, wasmFrom);
  if (instance === null) return false;
  const { kernels, float32 } = instance;
  const results = new Float64Array(float32.buffer, output, 8);
  for (let start = 0; start < count; start += piece) {
    const n = Math.min(piece, count - start);
    float32.set(values.subarray(start, start + n), input / bytes);
    kernels.summarize(input, n, output);
    const [nan, positiveInfinity, zeros, finite, min, max, mean, squares] = results as unknown as [number, number, number, number, number, number, number, number];
    add({ nan, positiveInfinity, negativeInfinity: n - finite - nan - positiveInfinity, zeros, finite, min, max, mean, squares });
  }
  return true;
}

/** Adds the first `count` values, a multiple of four, to the counts of equal bins over [from, to]. False where the kernels do not serve. */
export function countInBinsInWasm(counts: number[], values: Float32Array, count: number, from: number, to: number, low: number, scale: number): boolean {
  const bins = counts.length;
  const instance = bins > mostBins ? null : wasmKernels(count, wasmFrom);
  if (instance === null) return false;
  const { kernels, float32, int32 } = instance;
  int32.fill(0, counters / bytes, counters / bytes + bins);
  for (let start = 0; start < count; start += piece) {
    const n = Math.min(piece, count - start);
    float32.set(values.subarray(start, start + n), input / bytes);
    kernels.countInBins(input, n, from, to, low, scale, bins, counters);
  }
  for (let bin = 0; bin < bins; bin++) counts[bin]! += int32[counters / bytes + bin]!;
  return true;
}
