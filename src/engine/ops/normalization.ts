import { defineComposite, defineOperation } from "../dispatch/index.js";
import type { ElementArray } from "../dtype.js";
import { RuntimeError, ValueError } from "../errors.js";
import { denseValues } from "../kernels/elementwise.js";
import { isForWasm } from "../kernels/wasm/instance.js";
import { combineRowsInWasm, normalizeRowsBackwardInWasm, normalizeRowsInWasm, rowDotsInWasm, rowMomentsInWasm, scaleRowsInWasm } from "../kernels/wasm/rows.js";
import { equalSizes, formatSizes, product, Size } from "../size.js";
import { Tensor } from "../tensor.js";
import { collect, required, type Arguments, type Dims, type WithRequired } from "../arguments.js";
import { requireFloatingPoint } from "./rules/promotion.js";
import { norm } from "./reduction.js";
import { computes } from "../operation.js";

/**
 * Normalizations. All of them see the input as slices whose elements are brought to mean 0 and variance 1 together, then scaled and shifted
 * by a weight and a bias per channel or per element. Sums are taken in double precision.
 */

/** The mean and 1 / sqrt(variance + eps) of each slice. */
interface Moments {
  readonly mean: Float64Array;
  readonly inverseStd: Float64Array;
}

function requireDType(x: Tensor, ...others: readonly (Tensor | null)[]): void {
  for (const other of others) {
    if (other !== null && other.dtype !== x.dtype) {
      throw new RuntimeError("mixed dtype (CPU): all inputs must share same datatype.");
    }
  }
}

function sizeOf(x: Tensor | readonly number[]): string {
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
function rows(x: Tensor, size: number): Slices {
  const count = size === 0 ? 0 : x.numel() / size;
  return { count, step: size, blocks: 1, blockStep: 0, inner: size, cycle: 1, parametersPerSlice: 0, parameterBlockStep: 0, parameterStep: 1 };
}

function areRows({ blocks, cycle, parameterStep }: Slices): boolean {
  return blocks === 1 && cycle === 1 && parameterStep === 1;
}

/** One slice a channel (dimension 1), over the batch and all positions. */
function channels(x: Tensor): Slices {
  const [batch, count] = x.sizes as [number, number];
  const inner = product(x.sizes.slice(2));
  return { count, step: inner, blocks: batch, blockStep: count * inner, inner, cycle: count, parametersPerSlice: 1, parameterBlockStep: 0, parameterStep: 0 };
}

/** One slice for each sample and group of channels. */
function groups(x: Tensor, groupCount: number): Slices {
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

/** The moments of every slice; with `center: false` means are taken for 0. */
function momentsOf(x: ElementArray, slices: Slices, eps: number, center = true): Moments {
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

function standardize(output: Tensor, x: ElementArray, slices: Slices, { mean, inverseStd }: Moments, weight: Tensor | null, bias: Tensor | null): void {
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
function standardizeBackward(
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
  if (gradient.device === "meta") return [dx, dWeight, dBias];
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

// ---- batch normalization

/** Scale and shift after normalizing. */
export interface AffineOptions {
  /** Multiplies what was normalized. Default: nothing does. */
  readonly weight?: Tensor | null;
  /** Is added at last. Default: nothing is. */
  readonly bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
}

export interface BatchNormOptions extends AffineOptions {
  /** Whether to use the batch's own statistics and update the running ones. Default false. */
  readonly training?: boolean;
  /** Weight of the batch's statistics in the running ones. Default 0.1. */
  readonly momentum?: number;
}

type BatchNormArgs = [
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  training: boolean,
  momentum: number,
  eps: number,
];

const batchNormOperation = defineOperation<BatchNormArgs, Moments>({
  name: "batchNorm",
  effect: computes,
  arguments: ["input", "weight", "bias", "runningMean", "runningVar", null, ["momentum", 0.1], ["eps", 1e-5]],
  alsoWrites: ([, , , , , training]) => (training ? [3, 4] : []),
  gradientName: "NativeBatchNormBackward0",
  infer(x, weight, bias, runningMean, runningVar, training) {
    requireFloatingPoint(x.dtype, "batch_norm");
    const channelCount = x.sizes[1]!;
    const check = (name: string, tensor: Tensor | null): void => {
      if (tensor !== null && tensor.numel() !== channelCount) {
        throw new RuntimeError(`${name} should contain ${channelCount} elements not ${tensor.numel()}`);
      }
      if (tensor === null && !training && name.startsWith("running")) throw new RuntimeError(`${name} must be defined in evaluation mode`);
    };
    check("running_mean", runningMean);
    check("running_var", runningVar);
    check("weight", weight);
    check("bias", bias);
    requireDType(x, weight, bias, runningMean, runningVar);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, weight, bias, runningMean, runningVar, training, momentum, eps) {
    const slices = channels(x);
    const values = denseValues(x);
    const moments = training
      ? momentsOf(values, slices, eps)
      : {
          mean: Float64Array.from(denseValues(runningMean!)),
          inverseStd: Float64Array.from(denseValues(runningVar!), (variance) => 1 / Math.sqrt(variance + eps)),
        };
    standardize(output, values, slices, moments, weight, bias);
    if (training) updateRunning(runningMean, runningVar, moments, slices.blocks * slices.inner, momentum, eps);
    return moments;
  },
  reads: [0, 1],
  backward(gradient, { args: [x, weight, bias, , , training], saved }) {
    return standardizeBackward(gradient, x, weight, bias, channels(x), saved, training ? "slice" : "given");
  },
});

/** running = (1 - momentum) * running + momentum * batch; the variance without bias. */
function updateRunning(
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  { mean, inverseStd }: Moments,
  size: number,
  momentum: number,
  eps: number,
): void {
  const update = (running: Tensor | null, batch: (channel: number) => number): void => {
    if (running === null) return;
    const { data } = running.storage;
    const stride = running.strides[0]!;
    for (let c = 0; c < mean.length; c++) {
      const at = running.offset + c * stride;
      data[at] = (1 - momentum) * data[at]! + momentum * batch(c);
    }
    running.version.value++;
  };
  update(runningMean, (c) => mean[c]!);
  update(runningVar, (c) => ((1 / inverseStd[c]! ** 2 - eps) * size) / (size - 1));
}

interface RunningStatistics {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
}

/**
 * Normalizes every channel over the batch and all positions (torch.nn.functional.batch_norm). `x` is (batch, channels, ...). With
 * `training` the batch's statistics serve, and the running ones, where given, are updated in place; else the running ones serve.
 */
export function batchNorm(
  x: Tensor,
  ...args: WithRequired<
    [runningMean: Tensor | null, runningVar: Tensor | null],
    RunningStatistics,
    [weight: Tensor | null, bias: Tensor | null, training: boolean, momentum: number, eps: number],
    BatchNormOptions
  >
): Tensor {
  const {
    runningMean = null,
    runningVar = null,
    weight = null,
    bias = null,
    training = false,
    momentum = 0.1,
    eps = 1e-5,
  } = collect<BatchNormOptions & Partial<RunningStatistics>>(["runningMean", "runningVar", "weight", "bias", "training", "momentum", "eps"], args);
  if (x.sizes.length < 2) throw new ValueError(`expected at least 2D input (got ${x.sizes.length}D input)`);
  if (training && x.sizes[0]! * product(x.sizes.slice(2)) === 1) {
    throw new ValueError(`Expected more than 1 value per channel when training, got input size ${sizeOf(x)}`);
  }
  return batchNormOperation(x, weight, bias, runningMean, runningVar, training, momentum, eps);
}

// ---- instance normalization

export interface InstanceNormOptions extends AffineOptions {
  /** Running mean of each channel. Default: none is kept. */
  readonly runningMean?: Tensor | null;
  /** Running variance of each channel. Default: none is kept. */
  readonly runningVar?: Tensor | null;
  /** Whether to use each instance's own statistics; else the running ones serve. Default true. */
  readonly useInputStats?: boolean;
  /** Weight of the batch's statistics in the running ones. Default 0.1. */
  readonly momentum?: number;
}

type InstanceNormPositional = [
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  weight: Tensor | null,
  bias: Tensor | null,
  useInputStats: boolean,
  momentum: number,
  eps: number,
];

const instanceNormOperation = defineOperation<BatchNormArgs, Moments>({
  name: "instanceNorm",
  effect: computes,
  arguments: ["input", "weight", "bias", "runningMean", "runningVar", ["useInputStats", true], ["momentum", 0.1], ["eps", 1e-5]],
  alsoWrites: ([, , , , , useInputStats]) => (useInputStats ? [3, 4] : []),
  gradientName: "ViewBackward0",
  infer(x, weight, bias, runningMean, runningVar) {
    requireFloatingPoint(x.dtype, "instance_norm");
    for (const [name, tensor] of [
      ["running_mean", runningMean],
      ["running_var", runningVar],
      ["weight", weight],
      ["bias", bias],
    ] as const) {
      if (tensor !== null && tensor.numel() !== x.sizes[1]) {
        throw new RuntimeError(`${name} should contain ${x.sizes[0]! * x.sizes[1]!} elements not ${x.sizes[0]! * tensor.numel()}`);
      }
    }
    requireDType(x, weight, bias, runningMean, runningVar);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, weight, bias, runningMean, runningVar, useInputStats, momentum, eps) {
    const slices = groups(x, x.sizes[1]!);
    const values = denseValues(x);
    if (!useInputStats) {
      const repeat = (running: Tensor, f: (value: number) => number): Float64Array => {
        const source = denseValues(running);
        return Float64Array.from({ length: slices.count }, (_, s) => f(source[s % source.length]!));
      };
      const moments = { mean: repeat(runningMean!, (m) => m), inverseStd: repeat(runningVar!, (variance) => 1 / Math.sqrt(variance + eps)) };
      standardize(output, values, slices, moments, weight, bias);
      return moments;
    }
    const moments = momentsOf(values, slices, eps);
    standardize(output, values, slices, moments, weight, bias);
    updateRunning(runningMean, runningVar, averaged(moments, x.sizes[1]!, eps), slices.inner, momentum, eps);
    return moments;
  },
  reads: [0, 1],
  backward(gradient, { args: [x, weight, bias, , , useInputStats], saved }) {
    return standardizeBackward(gradient, x, weight, bias, groups(x, x.sizes[1]!), saved, useInputStats ? "slice" : "given");
  },
});

/** The moments of each channel as the mean over the batch. */
function averaged({ mean, inverseStd }: Moments, channelCount: number, eps: number): Moments {
  const batch = mean.length / channelCount;
  const average = (f: (s: number) => number): Float64Array =>
    Float64Array.from({ length: channelCount }, (_, c) => {
      let sum = 0;
      for (let n = 0; n < batch; n++) sum += f(n * channelCount + c);
      return sum / batch;
    });
  const variance = average((s) => 1 / inverseStd[s]! ** 2 - eps);
  return { mean: average((s) => mean[s]!), inverseStd: variance.map((v) => 1 / Math.sqrt(v + eps)) };
}

/** Normalizes every channel of every sample over its positions (torch.nn.functional.instance_norm). `x` is (batch, channels, positions...). */
export function instanceNorm(x: Tensor, ...args: Arguments<InstanceNormPositional, InstanceNormOptions>): Tensor {
  const {
    runningMean = null,
    runningVar = null,
    weight = null,
    bias = null,
    useInputStats = true,
    momentum = 0.1,
    eps = 1e-5,
  } = collect<InstanceNormOptions>(["runningMean", "runningVar", "weight", "bias", "useInputStats", "momentum", "eps"], args);
  if (useInputStats && product(x.sizes.slice(2)) === 1) {
    throw new ValueError(`Expected more than 1 spatial element when training, got input size ${sizeOf(x)}`);
  }
  if (!useInputStats && (runningMean === null || runningVar === null)) {
    throw new RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false");
  }
  return instanceNormOperation(x, weight, bias, runningMean, runningVar, useInputStats, momentum, eps);
}

// ---- layer and RMS normalization

function checkNormalizedShape(normalizedShape: readonly number[], parameters: readonly (readonly [name: string, tensor: Tensor | null])[]): void {
  if (normalizedShape.length === 0) {
    throw new RuntimeError("Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []");
  }
  for (const [name, tensor] of parameters) {
    if (tensor !== null && !equalSizes(tensor.sizes, normalizedShape)) {
      throw new RuntimeError(
        `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ${formatSizes(tensor.sizes)} and normalized_shape = ${formatSizes(normalizedShape)}`,
      );
    }
  }
}

/** Throws unless the input ends with `normalizedShape`; `start` is how PyTorch writes the dimensions before it. */
function checkEnd(x: Tensor, normalizedShape: readonly number[], start: "*" | "*, "): void {
  if (x.sizes.length < normalizedShape.length || !equalSizes(x.sizes.slice(x.sizes.length - normalizedShape.length), normalizedShape)) {
    throw new RuntimeError(
      `Given normalized_shape=${formatSizes(normalizedShape)}, expected input with shape [${start}${normalizedShape.join(", ")}], but got input of size${formatSizes(x.sizes)}`,
    );
  }
}

const layerNormOperation = defineOperation<[x: Tensor, normalizedShape: readonly number[], weight: Tensor | null, bias: Tensor | null, eps: number], Moments>({
  name: "layerNorm",
  effect: computes,
  arguments: ["input", "normalizedShape", "weight", "bias", ["eps", 1e-5]],
  gradientName: "NativeLayerNormBackward0",
  infer(x, normalizedShape, weight, bias) {
    checkNormalizedShape(normalizedShape, [
      ["weight", weight],
      ["bias", bias],
    ]);
    checkEnd(x, normalizedShape, "*, ");
    requireDType(x, weight, bias);
    requireFloatingPoint(x.dtype, "LayerNormKernelImpl");
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, normalizedShape, weight, bias, eps) {
    const slices = rows(x, product(normalizedShape));
    const values = denseValues(x);
    const moments = momentsOf(values, slices, eps);
    standardize(output, values, slices, moments, weight, bias);
    return moments;
  },
  reads: [0, 2],
  backward(gradient, { args: [x, normalizedShape, weight, bias], saved }) {
    const [dx, dWeight, dBias] = standardizeBackward(gradient, x, weight, bias, rows(x, product(normalizedShape)), saved, "slice");
    return [dx, null, dWeight, dBias];
  },
});

interface NormalizedShape {
  /** The sizes of the last dimensions, over which is normalized. */
  readonly normalizedShape: readonly number[];
}

/** Normalizes over the last dimensions, which have `normalizedShape` (torch.nn.functional.layer_norm). `eps` is added to the variance. */
export function layerNorm(
  x: Tensor,
  ...args: WithRequired<[normalizedShape: readonly number[]], NormalizedShape, [weight: Tensor | null, bias: Tensor | null, eps: number], AffineOptions>
): Tensor {
  const {
    normalizedShape,
    weight = null,
    bias = null,
    eps = 1e-5,
  } = collect<AffineOptions & Partial<NormalizedShape>>(["normalizedShape", "weight", "bias", "eps"], args);
  return layerNormOperation(x, required(normalizedShape, "layer_norm", "normalized_shape"), weight, bias, eps);
}

export interface RmsNormOptions {
  /** Multiplies what was normalized. Default: nothing does. */
  readonly weight?: Tensor | null;
  /** Added to the mean of squares; null for the dtype's machine epsilon. Default null. */
  readonly eps?: number | null;
}

const rmsNormOperation = defineOperation<[x: Tensor, normalizedShape: readonly number[], weight: Tensor | null, eps: number], Moments>({
  name: "rmsNorm",
  effect: computes,
  arguments: ["input", "normalizedShape", "weight", ["eps", 1.19209e-7]],
  gradientName: "MulBackward0",
  infer(x, normalizedShape, weight) {
    requireFloatingPoint(x.dtype, "rms_norm");
    checkNormalizedShape(normalizedShape, [["weight", weight]]);
    if (x.ndim < normalizedShape.length) {
      throw new ValueError(`Input tensor must have at least ${normalizedShape.length} dimensions, but got ${x.ndim}`);
    }
    checkEnd(x, normalizedShape, "*");
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, normalizedShape, weight, eps) {
    const slices = rows(x, product(normalizedShape));
    const values = denseValues(x);
    const moments = momentsOf(values, slices, eps, false);
    standardize(output, values, slices, moments, weight, null);
    return moments;
  },
  reads: [0, 2],
  backward(gradient, { args: [x, normalizedShape, weight], saved }) {
    const [dx, dWeight] = standardizeBackward(gradient, x, weight, null, rows(x, product(normalizedShape)), saved, "squares");
    return [dx, null, dWeight];
  },
});

/**
 * Divides by the root of the mean of squares over the last dimensions, which have `normalizedShape` (torch.nn.functional.rms_norm).
 * `eps` is added to the mean of squares; null for the dtype's machine epsilon.
 */
export function rmsNorm(
  x: Tensor,
  ...args: WithRequired<[normalizedShape: readonly number[]], NormalizedShape, [weight: Tensor | null, eps: number | null], RmsNormOptions>
): Tensor {
  const { normalizedShape, weight = null, eps = null } = collect<RmsNormOptions & Partial<NormalizedShape>>(["normalizedShape", "weight", "eps"], args);
  return rmsNormOperation(x, required(normalizedShape, "rms_norm", "normalized_shape"), weight, eps ?? (x.dtype.name === "float64" ? 2 ** -52 : 2 ** -23));
}

// ---- group normalization

const groupNormOperation = defineOperation<[x: Tensor, groupCount: number, weight: Tensor | null, bias: Tensor | null, eps: number], Moments>({
  name: "groupNorm",
  effect: computes,
  arguments: ["input", "numGroups", "weight", "bias", ["eps", 1e-5]],
  gradientName: "NativeGroupNormBackward0",
  infer(x, groupCount, weight, bias) {
    const channelCount = x.sizes[1]!;
    if (!(groupCount > 0)) throw new RuntimeError(`Expected num groups to be greater than 0, got ${groupCount}`);
    if (channelCount % groupCount !== 0) {
      throw new RuntimeError(
        `Expected number of channels in input to be divisible by num_groups, but got input of shape ${formatSizes(x.sizes)} and num_groups=${groupCount}`,
      );
    }
    for (const [name, tensor] of [
      ["weight", weight],
      ["bias", bias],
    ] as const) {
      if (tensor !== null && !(tensor.sizes.length === 1 && tensor.sizes[0] === channelCount)) {
        throw new RuntimeError(
          `Expected ${name} to be a vector of size equal to the number of channels in ${name === "weight" ? "input" : "weight"}, but got ${name} of shape ${formatSizes(tensor.sizes)} and input of shape ${formatSizes(x.sizes)}`,
        );
      }
    }
    requireDType(x, weight, bias);
    requireFloatingPoint(x.dtype, "GroupNormKernelImpl");
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, groupCount, weight, bias, eps) {
    const slices = groups(x, groupCount);
    const values = denseValues(x);
    const moments = momentsOf(values, slices, eps);
    standardize(output, values, slices, moments, weight, bias);
    return moments;
  },
  reads: [0, 2],
  backward(gradient, { args: [x, groupCount, weight, bias], saved }) {
    const [dx, dWeight, dBias] = standardizeBackward(gradient, x, weight, bias, groups(x, groupCount), saved, "slice");
    return [dx, null, dWeight, dBias];
  },
});

/** Normalizes each group of neighbouring channels of each sample (torch.nn.functional.group_norm). `x` is (batch, channels, ...). */
export function groupNorm(
  x: Tensor,
  ...args: WithRequired<[numGroups: number], { readonly numGroups: number }, [weight: Tensor | null, bias: Tensor | null, eps: number], AffineOptions>
): Tensor {
  const {
    numGroups: given,
    weight = null,
    bias = null,
    eps = 1e-5,
  } = collect<AffineOptions & { numGroups?: number }>(["numGroups", "weight", "bias", "eps"], args);
  const numGroups = required(given, "group_norm", "num_groups");
  if (x.sizes.length < 2) throw new RuntimeError(`Expected at least 2 dimensions for input tensor but received ${x.sizes.length}`);
  const [batch, channelCount] = x.sizes as [number, number];
  const positions = x.sizes.slice(2);
  if (Math.floor((batch * channelCount) / numGroups) * product(positions) === 1) {
    throw new ValueError(
      `Expected more than 1 value per channel when training, got input size ${formatSizes([Math.floor((batch * channelCount) / numGroups), numGroups, ...positions])}`,
    );
  }
  return groupNormOperation(x, numGroups, weight, bias, eps);
}

// ---- local response normalization

type LocalResponseNormArgs = [x: Tensor, size: number, alpha: number, beta: number, k: number];

/** Calls `body` with every element's position and k + alpha * (mean of squares over the window of channels). */
function forEachDivisor([x, size, alpha, , k]: LocalResponseNormArgs, body: (at: number, divisor: number) => void): void {
  const values = denseValues(x);
  const [batch, channelCount] = x.sizes as [number, number];
  const inner = product(x.sizes.slice(2));
  for (let n = 0; n < batch; n++) {
    for (let c = 0; c < channelCount; c++) {
      const [first, last] = windowOf(c, channelCount, size);
      for (let p = 0; p < inner; p++) {
        let squares = 0;
        for (let other = first; other <= last; other++) squares += values[(n * channelCount + other) * inner + p]! ** 2;
        body((n * channelCount + c) * inner + p, k + (alpha * squares) / size);
      }
    }
  }
}

/** First and last channel of the window around `c`: `size / 2` before, `(size - 1) / 2` after. */
function windowOf(c: number, channelCount: number, size: number): [number, number] {
  return [Math.max(0, c - Math.floor(size / 2)), Math.min(channelCount - 1, c + Math.floor((size - 1) / 2))];
}

const localResponseNormOperation = defineOperation<LocalResponseNormArgs>({
  name: "localResponseNorm",
  effect: computes,
  arguments: ["input", "size", ["alpha", 0.0001], ["beta", 0.75], ["k", 1]],
  gradientName: "DivBackward0",
  infer(x) {
    requireFloatingPoint(x.dtype, "local_response_norm");
    if (x.sizes.length < 3) throw new ValueError(`Expected 3D or higher dimensionality                          input (got ${x.sizes.length} dimensions)`);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, ...args) {
    const values = denseValues(args[0]);
    const out = output.storage.data;
    const beta = args[3];
    forEachDivisor(args, (at, divisor) => {
      out[at] = values[at]! / divisor ** beta;
    });
  },
  reads: [0],
  backward(gradient, { args }) {
    const [x, size, alpha, beta] = args;
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    if (gradient.device === "meta") return [result];
    const g = denseValues(gradient);
    const values = denseValues(x);
    const [, channelCount] = x.sizes as [number, number];
    const inner = product(x.sizes.slice(2));
    const sums = new Float64Array(x.numel());
    forEachDivisor(args, (at, divisor) => {
      const power = divisor ** -beta;
      sums[at]! += g[at]! * power;
      const shared = (-2 * alpha * beta * g[at]! * values[at]! * power) / (divisor * size);
      const sample = Math.floor(at / (channelCount * inner)) * channelCount;
      const c = Math.floor(at / inner) % channelCount;
      const [first, last] = windowOf(c, channelCount, size);
      for (let other = first; other <= last; other++) {
        const from = (sample + other) * inner + (at % inner);
        sums[from]! += shared * values[from]!;
      }
    });
    result.storage.data.set(sums);
    return [result];
  },
});

export interface LocalResponseNormOptions {
  /** Factor of the mean of squares. Default 1e-4. */
  readonly alpha?: number;
  /** Exponent. Default 0.75. */
  readonly beta?: number;
  /** Added to the mean of squares. Default 1. */
  readonly k?: number;
}

/**
 * Divides by (k + alpha * mean of squares over `size` neighbouring channels) ** beta (torch.nn.functional.local_response_norm).
 * `x` is (batch, channels, positions...).
 */
export function localResponseNorm(
  x: Tensor,
  ...args: WithRequired<[size: number], { readonly size: number }, [alpha: number, beta: number, k: number], LocalResponseNormOptions>
): Tensor {
  const { size, alpha = 1e-4, beta = 0.75, k = 1 } = collect<LocalResponseNormOptions & { size?: number }>(["size", "alpha", "beta", "k"], args);
  return localResponseNormOperation(x, required(size, "local_response_norm", "size"), alpha, beta, k);
}

// ---- vectors of norm 1

export interface NormalizeOptions {
  /** The order of the norm. Default 2. */
  readonly p?: number;
  /** The dimensions that are taken for vectors. Default 1. */
  readonly dim?: Dims;
  /** The least norm that is divided by. Default 1e-12. */
  readonly eps?: number;
}

/** Vectors along `dim` divided by their norm (torch.nn.functional.normalize). */
export const normalize: (x: Tensor, ...args: Arguments<[p: number, dim: Dims, eps: number], NormalizeOptions>) => Tensor = defineComposite(
  { name: "normalize", effect: computes, arguments: ["input", ["p", 2], ["dim", 1], ["eps", 1e-12]] },
  (x: Tensor, ...args: Arguments<[p: number, dim: Dims, eps: number], NormalizeOptions>): Tensor => {
    const { p = 2, dim = 1, eps = 1e-12 } = collect<NormalizeOptions>(["p", "dim", "eps"], args);
    return x.div(norm(x, { p, dim, keepdim: true }).clampMin(eps));
  },
);
