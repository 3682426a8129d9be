import type { ElementArray } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import { meanAndVariance } from "../../kernels/welford.js";
import { isForWasm } from "../../kernels/wasm/instance.js";
import {
  combineRowsInWasm,
  normalizeRowsBackwardInWasm,
  normalizeRowsInWasm,
  rowDotsInWasm,
  rowMomentsInWasm,
  scaleRowsInWasm,
} from "../../kernels/wasm/rows.js";
import { product, Size } from "../../size.js";
import { Tensor } from "../../tensor.js";

/** The mean and 1 / sqrt(variance + eps) of each slice. */
export interface Moments {
  readonly mean: Float64Array;
  readonly inverseStd: Float64Array;
}

export function requireDType(x: Tensor, ...others: readonly (Tensor | null)[]): void {
  for (const other of others) {
    if (other !== null && other.dtype !== x.dtype) {
      throw new RuntimeError("mixed dtype (CPU): all inputs must share same datatype.");
    }
  }
}

export function sizeOf(x: Tensor | readonly number[]): string {
  return String(Size.fromArray(x instanceof Tensor ? x.sizes : x));
}

/** Values of an optional parameter; null stands for all ones (a weight) or all zeros (a bias). */
function valuesOf(parameter: Tensor | null): ElementArray | null {
  return parameter === null ? null : denseValues(parameter);
}

/**
 * How an input falls into slices. A slice is `blocks` runs of `inner` neighbouring elements; steps are in elements. Weight and bias are
 * read at the slice's own place (`s % cycle * parametersPerSlice`) plus a step for each block or each element.
 */
interface Slices {
  readonly count: number;
  readonly step: number;
  readonly blocks: number;
  readonly blockStep: number;
  readonly inner: number;
  readonly cycle: number;
  readonly parametersPerSlice: number;
  readonly parameterBlockStep: 0 | 1;
  readonly parameterStep: 0 | 1;
}

/** Slices that lie one after the other; weight and bias have one element for each of the slice's. */
export function rows(x: Tensor, size: number): Slices {
  const count = size === 0 ? 0 : x.numel() / size;
  return { count, step: size, blocks: 1, blockStep: 0, inner: size, cycle: 1, parametersPerSlice: 0, parameterBlockStep: 0, parameterStep: 1 };
}

function areRows({ blocks, cycle, parameterStep }: Slices): boolean {
  return blocks === 1 && cycle === 1 && parameterStep === 1;
}

/** One slice a channel (dimension 1), over the batch and all positions. */
export function channels(x: Tensor): Slices {
  const [batch, count] = x.sizes as [number, number];
  const inner = product(x.sizes.slice(2));
  return { count, step: inner, blocks: batch, blockStep: count * inner, inner, cycle: count, parametersPerSlice: 1, parameterBlockStep: 0, parameterStep: 0 };
}

/** One slice for each sample and group of channels. */
export function groups(x: Tensor, groupCount: number): Slices {
  const [batch, channelCount] = x.sizes as [number, number];
  const inner = product(x.sizes.slice(2));
  const blocks = channelCount / groupCount;
  const count = batch * groupCount;
  return {
    count,
    step: blocks * inner,
    blocks,
    blockStep: inner,
    inner,
    cycle: groupCount,
    parametersPerSlice: blocks,
    parameterBlockStep: 1,
    parameterStep: 0,
  };
}

/** Whether weight and bias have one number for each run of a slice's neighbouring elements: numbers of its own then say all about a run. */
function haveOwnNumbers({ inner, parameterStep }: Slices): boolean {
  return parameterStep === 0 && isForWasm(inner, shortestRun);
}

/** Shorter runs cost more for their numbers than for their elements (`npm run bench -- crossover`). */
const shortestRun = 8;

/** Calls `run` with the number of every run among all, in the order of memory, of its slice and of its parameters. */
function forEachRun(
  { count, step, blocks, blockStep, inner, cycle, parametersPerSlice, parameterBlockStep }: Slices,
  run: (run: number, slice: number, parameter: number) => void,
): void {
  for (let s = 0; s < count; s++) {
    for (let k = 0; k < blocks; k++) run((s * step + k * blockStep) / inner, s, (s % cycle) * parametersPerSlice + k * parameterBlockStep);
  }
}

/** In which steps PyTorch takes moments, which shows where squares of float32 overflow: as batch norm, as layer norm, or with means taken for 0. */
type MomentsRule = "sums" | "welford" | "squares";

/** Below this, a sum of squares is finite in every order of steps. */
const safeSquares = 3e37;

/** The moments of every slice. */
export function momentsOf(x: ElementArray, slices: Slices, eps: number, rule: MomentsRule): Moments {
  const moments = doubleMomentsOf(x, slices, eps, rule !== "squares");
  if (x instanceof Float64Array) return moments;
  const { mean, inverseStd } = moments;
  const { count, step, blocks, blockStep, inner } = slices;
  for (let s = 0; s < count; s++) {
    const variance = inverseStd[s]! ** -2;
    if (blocks * inner * (variance + mean[s]! ** 2) < safeSquares) continue;
    if (rule === "welford") {
      const values = Array.from({ length: blocks * inner }, (_, i) => x[s * step + Math.floor(i / inner) * blockStep + (i % inner)]!);
      const [ofAll, itsVariance] = meanAndVariance(values);
      mean[s] = ofAll;
      inverseStd[s] = 1 / Math.sqrt(itsVariance + eps);
    } else if (Math.fround(variance * blocks * inner) === Infinity) inverseStd[s] = 0;
    if (rule !== "sums" || inner > 1) continue;
    // Where a channel's elements do not lie side by side, PyTorch's sum is of float32 too.
    let sum = 0;
    for (let k = 0; k < blocks; k++) sum = Math.fround(sum + x[s * step + k * blockStep]!);
    mean[s] = sum / blocks;
  }
  return moments;
}

function doubleMomentsOf(x: ElementArray, slices: Slices, eps: number, center: boolean): Moments {
  const { count, step, blocks, blockStep, inner } = slices;
  const size = blocks * inner;
  const mean = new Float64Array(count);
  const inverseStd = new Float64Array(count);
  if (areRows(slices) && x instanceof Float32Array && rowMomentsInWasm(x, size, eps, center, mean, inverseStd)) return { mean, inverseStd };
  if (haveOwnNumbers(slices) && x instanceof Float32Array) {
    const ofRuns: Moments = { mean: new Float64Array(count * blocks), inverseStd: new Float64Array(count * blocks) };
    if (rowMomentsInWasm(x, inner, 0, true, ofRuns.mean, ofRuns.inverseStd)) return together(ofRuns, slices, eps);
  }
  for (let s = 0; s < count; s++) {
    let sum = 0;
    if (center) {
      for (let k = 0; k < blocks; k++) {
        const start = s * step + k * blockStep;
        for (let i = start; i < start + inner; i++) sum += x[i]!;
      }
    }
    const m = sum / size;
    let squares = 0;
    for (let k = 0; k < blocks; k++) {
      const start = s * step + k * blockStep;
      for (let i = start; i < start + inner; i++) squares += (x[i]! - m) * (x[i]! - m);
    }
    mean[s] = m;
    inverseStd[s] = 1 / Math.sqrt(squares / size + eps);
  }
  return { mean, inverseStd };
}

/** The moments of slices from those of their runs (Chan, Golub and LeVeque, 1979). */
function together(ofRuns: Moments, slices: Slices, eps: number): Moments {
  const mean = new Float64Array(slices.count);
  const variance = new Float64Array(slices.count);
  forEachRun(slices, (run, s) => (mean[s]! += ofRuns.mean[run]! / slices.blocks));
  forEachRun(slices, (run, s) => (variance[s]! += (1 / ofRuns.inverseStd[run]! ** 2 + (ofRuns.mean[run]! - mean[s]!) ** 2) / slices.blocks));
  return { mean, inverseStd: variance.map((value) => 1 / Math.sqrt(value + eps)) };
}

/** `standardize` with one factor and one term for each run. False where the kernels do not serve. */
function standardizeRuns(
  output: ElementArray,
  x: ElementArray,
  slices: Slices,
  { mean, inverseStd }: Moments,
  w: ElementArray | null,
  b: ElementArray | null,
): boolean {
  if (!haveOwnNumbers(slices) || !(output instanceof Float32Array && x instanceof Float32Array)) return false;
  const [means, factors, terms] = [0, 1, 2].map(() => new Float64Array(slices.count * slices.blocks)) as [Float64Array, Float64Array, Float64Array];
  forEachRun(slices, (run, s, p) => {
    means[run] = mean[s]!;
    factors[run] = inverseStd[s]! * (w === null ? 1 : w[p]!);
    terms[run] = b === null ? 0 : b[p]!;
  });
  return scaleRowsInWasm(output, x, slices.inner, means, factors, terms);
}

/** `standardizeBackward` with numbers of each run. Adds to the sums; false where the kernels do not serve. */
function standardizeRunsBackward(
  dx: ElementArray,
  g: ElementArray,
  x: ElementArray,
  slices: Slices,
  { mean, inverseStd }: Moments,
  w: ElementArray | null,
  sums: { readonly weight: Float64Array; readonly bias: Float64Array },
  source: MomentsSource,
): boolean {
  if (!haveOwnNumbers(slices) || !(dx instanceof Float32Array && g instanceof Float32Array && x instanceof Float32Array)) return false;
  const { count, blocks, inner } = slices;
  const [means, runSums, runDots, factors, slopes, terms] = Array.from({ length: 6 }, () => new Float64Array(count * blocks)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  forEachRun(slices, (run, s) => (means[run] = mean[s]!));
  if (!rowDotsInWasm(g, x, inner, means, runSums, runDots)) return false;
  const gradients = new Float64Array(count);
  const dots = new Float64Array(count);
  forEachRun(slices, (run, s, p) => {
    const weight = w === null ? 1 : w[p]!;
    const dot = runDots[run]! * inverseStd[s]!;
    gradients[s]! += runSums[run]! * weight;
    dots[s]! += dot * weight;
    if (p < sums.weight.length) sums.weight[p]! += dot;
    if (p < sums.bias.length) sums.bias[p]! += runSums[run]!;
  });
  const size = blocks * inner;
  forEachRun(slices, (run, s, p) => {
    const scale = inverseStd[s]!;
    factors[run] = scale * (w === null ? 1 : w[p]!);
    slopes[run] = source === "given" ? 0 : (-scale * scale * dots[s]!) / size;
    terms[run] = source === "slice" ? (-scale * gradients[s]!) / size : 0;
  });
  return combineRowsInWasm(dx, g, x, inner, means, factors, slopes, terms);
}

export function standardize(output: Tensor, x: ElementArray, slices: Slices, { mean, inverseStd }: Moments, weight: Tensor | null, bias: Tensor | null): void {
  const { count, step, blocks, blockStep, inner, cycle, parametersPerSlice, parameterBlockStep, parameterStep } = slices;
  const out = output.storage.data;
  const w = valuesOf(weight);
  const b = valuesOf(bias);
  if (areRows(slices) && [out, x, w, b].every((array) => array === null || array instanceof Float32Array)) {
    const done = normalizeRowsInWasm(out as Float32Array, x as Float32Array, inner, mean, inverseStd, w as Float32Array | null, b as Float32Array | null);
    if (done) return;
  }
  if (standardizeRuns(out, x, slices, { mean, inverseStd }, w, b)) return;
  for (let s = 0; s < count; s++) {
    const m = mean[s]!;
    const scale = inverseStd[s]!;
    for (let k = 0; k < blocks; k++) {
      const start = s * step + k * blockStep;
      let p = (s % cycle) * parametersPerSlice + k * parameterBlockStep;
      for (let i = start; i < start + inner; i++, p += parameterStep) {
        out[i] = (x[i]! - m) * scale * (w === null ? 1 : w[p]!) + (b === null ? 0 : b[p]!);
      }
    }
  }
}

/** What the moments were taken from: the slice itself, its mean of squares alone, or elsewhere. */
type MomentsSource = "slice" | "squares" | "given";

/** Gradients of input, weight and bias. */
export function standardizeBackward(
  gradient: Tensor,
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  slices: Slices,
  moments: Moments | undefined,
  source: MomentsSource,
): [Tensor, Tensor | null, Tensor | null] {
  const dx = Tensor.allocate(x.sizes, x.dtype, gradient.device);
  const like = (parameter: Tensor | null): Tensor | null => parameter && Tensor.allocate(parameter.sizes, parameter.dtype, gradient.device);
  const dWeight = like(weight);
  const dBias = like(bias);
  const { count, step, blocks, blockStep, inner, cycle, parametersPerSlice, parameterBlockStep, parameterStep } = slices;
  const { mean, inverseStd } = moments!;
  const size = blocks * inner;
  const g = denseValues(gradient);
  const values = denseValues(x);
  const w = valuesOf(weight);
  const sumsW = new Float64Array(weight?.numel() ?? 0);
  const sumsB = new Float64Array(bias?.numel() ?? 0);
  const out = dx.storage.data;
  const finish = (): [Tensor, Tensor | null, Tensor | null] => {
    dWeight?.storage.data.set(sumsW);
    dBias?.storage.data.set(sumsB);
    return [dx, dWeight, dBias];
  };
  const sums = { weight: sumsW, bias: sumsB };
  if (standardizeRunsBackward(out, g, values, slices, moments!, w, sums, source)) return finish();
  if (areRows(slices) && [out, g, values, w].every((array) => array === null || array instanceof Float32Array)) {
    const arrays = [out, g, values] as unknown as [Float32Array, Float32Array, Float32Array];
    if (normalizeRowsBackwardInWasm(...arrays, inner, mean, inverseStd, w as Float32Array | null, sums, source === "slice", source !== "given"))
      return finish();
  }
  for (let s = 0; s < count; s++) {
    const m = mean[s]!;
    const scale = inverseStd[s]!;
    let sum = 0;
    let dot = 0;
    for (let k = 0; k < blocks; k++) {
      const start = s * step + k * blockStep;
      let p = (s % cycle) * parametersPerSlice + k * parameterBlockStep;
      for (let i = start; i < start + inner; i++, p += parameterStep) {
        const normalized = (values[i]! - m) * scale;
        const scaled = g[i]! * (w === null ? 1 : w[p]!);
        sum += scaled;
        dot += scaled * normalized;
        if (weight !== null) sumsW[p]! += g[i]! * normalized;
        if (bias !== null) sumsB[p]! += g[i]!;
      }
    }
    const meanGradient = source === "slice" ? sum / size : 0;
    const meanDot = source === "given" ? 0 : dot / size;
    for (let k = 0; k < blocks; k++) {
      const start = s * step + k * blockStep;
      let p = (s % cycle) * parametersPerSlice + k * parameterBlockStep;
      for (let i = start; i < start + inner; i++, p += parameterStep) {
        const normalized = (values[i]! - m) * scale;
        out[i] = scale * (g[i]! * (w === null ? 1 : w[p]!) - meanGradient - normalized * meanDot);
      }
    }
  }
  return finish();
}
