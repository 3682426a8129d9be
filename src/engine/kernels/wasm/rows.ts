import { pageSize, wasmKernels, type KernelInstance } from "./instance.js";
import { bytes } from "./blocks.js";

/** Elements that are brought in at a time, in whole rows, unless a row is longer. */
const piece = 16384;
/** Longer rows are left to JavaScript. */
const longestRow = 1 << 17;
/** Below this many elements the way in and out is not worth it (`npm run bench -- crossover`). */
const wasmFrom = 512;

/** Reads and writes go up to three elements past the last row. */
const slack = pageSize;
const input = 1024;
const output = input + longestRow * bytes + slack;
const weights = output + longestRow * bytes + slack;
const biases = weights + longestRow * bytes + slack;
const means = biases + longestRow * bytes + slack;
/** Numbers of each row, in pieces of rows of one element too. */
const numbers = piece * Float64Array.BYTES_PER_ELEMENT;
const inverseStds = means + numbers;
const slopes = inverseStds + numbers;
const terms = slopes + numbers;
/** A double for each element of a row. */
const weightSums = terms + numbers + slack;
const biasSums = weightSums + longestRow * Float64Array.BYTES_PER_ELEMENT + slack;

/** Mean and 1 / sqrt(variance + eps) of each row of `size` elements; without `center` the mean is taken for 0. False where the kernels do not serve. */
export function rowMomentsInWasm(x: Float32Array, size: number, eps: number, center: boolean, mean: Float64Array, inverseStd: Float64Array): boolean {
  return inPieces(x, size, ({ kernels, float32 }, rows, start) => {
    kernels.rowMoments(input, rows, size, eps, center ? 1 : 0, means, inverseStds);
    mean.set(new Float64Array(float32.buffer, means, rows), start / size);
    inverseStd.set(new Float64Array(float32.buffer, inverseStds, rows), start / size);
  });
}

/** (x - mean) * inverseStd * weight + bias for each row of `size` elements. False where the kernels do not serve. */
export function normalizeRowsInWasm(
  result: Float32Array,
  x: Float32Array,
  size: number,
  mean: Float64Array,
  inverseStd: Float64Array,
  weight: Float32Array | null,
  bias: Float32Array | null,
): boolean {
  let first = true;
  return inPieces(x, size, ({ kernels, float32 }, rows, start, count) => {
    if (first) {
      if (weight === null) float32.fill(1, weights / bytes, weights / bytes + size);
      else float32.set(weight, weights / bytes);
      if (bias === null) float32.fill(0, biases / bytes, biases / bytes + size);
      else float32.set(bias, biases / bytes);
      first = false;
    }
    bringInNumbers(float32, start / size, rows, [
      [mean, means],
      [inverseStd, inverseStds],
    ]);
    kernels.normalizeRows(input, output, rows, size, means, inverseStds, weights, biases);
    result.set(float32.subarray(output / bytes, output / bytes + count), start);
  });
}

/** The gradient through `normalizeRowsInWasm`. Adds those of weight and bias to the sums. False where the kernels do not serve. */
export function normalizeRowsBackwardInWasm(
  result: Float32Array,
  gradient: Float32Array,
  x: Float32Array,
  size: number,
  mean: Float64Array,
  inverseStd: Float64Array,
  weight: Float32Array | null,
  sums: { readonly weight: Float64Array; readonly bias: Float64Array },
  center: boolean,
  scaled: boolean,
): boolean {
  let last: KernelInstance | null = null;
  const sumsIn = ({ float32 }: KernelInstance, address: number): Float64Array => new Float64Array(float32.buffer, address, size);
  const served = inPieces(gradient, size, (instance, rows, start, count) => {
    const { kernels, float32 } = instance;
    if (last === null) {
      if (weight === null) float32.fill(1, weights / bytes, weights / bytes + size);
      else float32.set(weight, weights / bytes);
      sumsIn(instance, weightSums).fill(0);
      sumsIn(instance, biasSums).fill(0);
      last = instance;
    }
    float32.set(x.subarray(start, start + count), biases / bytes);
    bringInNumbers(float32, start / size, rows, [
      [mean, means],
      [inverseStd, inverseStds],
    ]);
    kernels.normalizeRowsBackward(input, biases, output, rows, size, means, inverseStds, weights, weightSums, biasSums, center ? 1 : 0, scaled ? 1 : 0);
    result.set(float32.subarray(output / bytes, output / bytes + count), start);
  });
  if (!served || last === null) return served;
  sumsIn(last, weightSums)
    .subarray(0, sums.weight.length)
    .forEach((sum, i) => (sums.weight[i]! += sum));
  sumsIn(last, biasSums)
    .subarray(0, sums.bias.length)
    .forEach((sum, i) => (sums.bias[i]! += sum));
  return true;
}

/** Of each row of `size` elements the sum of the gradient and that of gradient * (x - mean). False where the kernels do not serve. */
export function rowDotsInWasm(gradient: Float32Array, x: Float32Array, size: number, mean: Float64Array, sums: Float64Array, dots: Float64Array): boolean {
  return inPieces(gradient, size, ({ kernels, float32 }, rows, start, count) => {
    const row = start / size;
    float32.set(x.subarray(start, start + count), weights / bytes);
    bringInNumbers(float32, row, rows, [[mean, means]]);
    kernels.rowDots(input, weights, rows, size, means, slopes, terms);
    sums.set(new Float64Array(float32.buffer, slopes, rows), row);
    dots.set(new Float64Array(float32.buffer, terms, rows), row);
  });
}

/** (x - mean) * factor + term for each row of `size` elements, with numbers of its own. False where the kernels do not serve. */
export function scaleRowsInWasm(result: Float32Array, x: Float32Array, size: number, mean: Float64Array, factor: Float64Array, term: Float64Array): boolean {
  return inPieces(x, size, ({ kernels, float32 }, rows, start, count) => {
    bringInNumbers(float32, start / size, rows, [
      [mean, means],
      [factor, inverseStds],
      [term, terms],
    ]);
    kernels.scaleRows(input, output, rows, size, means, inverseStds, terms);
    result.set(float32.subarray(output / bytes, output / bytes + count), start);
  });
}

/** gradient * factor + (x - mean) * slope + term for each row of `size` elements, with numbers of its own. False where the kernels do not serve. */
export function combineRowsInWasm(
  result: Float32Array,
  gradient: Float32Array,
  x: Float32Array,
  size: number,
  mean: Float64Array,
  factor: Float64Array,
  slope: Float64Array,
  term: Float64Array,
): boolean {
  return inPieces(gradient, size, ({ kernels, float32 }, rows, start, count) => {
    float32.set(x.subarray(start, start + count), weights / bytes);
    bringInNumbers(float32, start / size, rows, [
      [mean, means],
      [factor, inverseStds],
      [slope, slopes],
      [term, terms],
    ]);
    kernels.combineRows(input, weights, output, rows, size, means, inverseStds, slopes, terms);
    result.set(float32.subarray(output / bytes, output / bytes + count), start);
  });
}

function bringInNumbers({ buffer }: Float32Array, row: number, rows: number, arrays: readonly (readonly [values: Float64Array, address: number])[]): void {
  for (const [values, address] of arrays) new Float64Array(buffer, address, rows).set(values.subarray(row, row + rows));
}

function inPieces(x: Float32Array, size: number, run: (instance: KernelInstance, rows: number, start: number, count: number) => void): boolean {
  const instance = size === 0 || size > longestRow ? null : wasmKernels(x.length, wasmFrom);
  if (instance === null) return false;
  const most = Math.max(1, Math.floor(piece / size)) * size;
  for (let start = 0; start < x.length; start += most) {
    const count = Math.min(most, x.length - start);
    instance.float32.set(x.subarray(start, start + count), input / bytes);
    run(instance, count / size, start, count);
  }
  return true;
}
