import { defineOperation } from "../../dispatch/index.js";
import { RuntimeError, ValueError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import { product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { collect, type Arguments, type WithRequired } from "../../arguments.js";
import { requireFloatingPoint } from "../rules/promotion.js";
import { computes, notCounted } from "../../operation.js";
import { type Moments, requireDType, channels, momentsOf, standardize, standardizeBackward, sizeOf, groups } from "./standardize.js";
import { channelNorm, dimsFrom } from "./recorded.js";

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
  centers: true,
  multiplyAdds: notCounted,
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
      ? momentsOf(values, slices, eps, "sums")
      : {
          mean: Float64Array.from(denseValues(runningMean!)),
          inverseStd: Float64Array.from(denseValues(runningVar!), (variance) => 1 / Math.sqrt(variance + eps)),
        };
    standardize(output, values, slices, moments, weight, bias);
    if (training) updateRunning(runningMean, runningVar, moments, slices.blocks * slices.inner, momentum, eps);
    return moments;
  },
  reads: [0, 1],
  watches: [3, 4],
  backward(gradient, { args: [x, weight, bias, , , training], saved }) {
    return standardizeBackward(gradient, x, weight, bias, channels(x), saved, training ? "slice" : "given");
  },
  recordedBackward: channelNorm((x) => [0, ...dimsFrom(2, x)]),
});

/** running = (1 - momentum) * running + momentum * batch; the variance without bias. No write that a gradient minds: PyTorch's batch normalization counts none. */
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
  } = collect<BatchNormOptions & Partial<RunningStatistics>>("batchNorm", ["runningMean", "runningVar", "weight", "bias", "training", "momentum", "eps"], args);
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
  centers: true,
  multiplyAdds: notCounted,
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
    const moments = momentsOf(values, slices, eps, "sums");
    standardize(output, values, slices, moments, weight, bias);
    updateRunning(runningMean, runningVar, averaged(moments, x.sizes[1]!, eps), slices.inner, momentum, eps);
    for (const running of [runningMean, runningVar]) if (running !== null) running.version.value++;
    return moments;
  },
  reads: [0, 1],
  // PyTorch has as many of it as there are instances.
  copies: () => [1],
  backward(gradient, { args: [x, weight, bias, , , useInputStats], saved }) {
    return standardizeBackward(gradient, x, weight, bias, groups(x, x.sizes[1]!), saved, useInputStats ? "slice" : "given");
  },
  recordedBackward: channelNorm((x) => dimsFrom(2, x)),
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
  } = collect<InstanceNormOptions>("instanceNorm", ["runningMean", "runningVar", "weight", "bias", "useInputStats", "momentum", "eps"], args);
  if (useInputStats && product(x.sizes.slice(2)) === 1) {
    throw new ValueError(`Expected more than 1 spatial element when training, got input size ${sizeOf(x)}`);
  }
  if (!useInputStats && (runningMean === null || runningVar === null)) {
    throw new RuntimeError("Expected running_mean and running_var to be defined when use_input_stats is false");
  }
  return instanceNormOperation(x, weight, bias, runningMean, runningVar, useInputStats, momentum, eps);
}
