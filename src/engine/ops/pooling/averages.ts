import { defineComposite } from "../../dispatch/index.js";
import { RuntimeError } from "../../errors.js";
import { makeTaps } from "../../kernels/resample.js";
import { product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { collect, required, type Arguments } from "../../arguments.js";
import { requireFloatingPoint } from "../rules/promotion.js";
import { defineResampling } from "../rules/resampling.js";
import { expandSizes, type Sizes } from "../rules/sizes.js";
import { computes, ofParts } from "../../operation.js";
import { type Grid, spatialSizes, requireAvgPoolDims, gridOf, pooledSizes, range } from "./windows.js";

// ---- averages

export interface AvgPoolOptions {
  readonly kernelSize?: Sizes;
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  /** Zeros on each side, up to half the kernel. Default 0. */
  readonly padding?: Sizes;
  /** Whether a window may reach over the end. Default false. */
  readonly ceilMode?: boolean;
  /** Whether the zeros count in the average. Default true. */
  readonly countIncludePad?: boolean;
  /** Divides by this instead of by the number of elements (not in one dimension). Default null. */
  readonly divisorOverride?: number | null;
}

interface Averaging {
  readonly grid: Grid;
  readonly lengths: readonly number[];
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

type AvgPoolArguments = Arguments<
  [kernelSize: Sizes, stride: Sizes | null, padding: Sizes, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null],
  AvgPoolOptions
>;

export type AvgPoolFunction = (x: Tensor, ...args: AvgPoolArguments) => Tensor;

function defineAvgPool(dims: 1 | 2 | 3): AvgPoolFunction {
  const name = `avgPool${dims}d`;
  const operation = defineResampling<[x: Tensor, averaging: Averaging]>({
    name,
    arguments: ["input", null],
    watches: [0],
    gradientName: dims === 1 ? "SqueezeBackward1" : `AvgPool${dims}DBackward0`,
    of: (x, averaging) => ({ lengths: averaging.lengths, taps: () => spatialSizes(x, dims).map((size, i) => averagingTaps(size, averaging, i)) }),
  });
  const compute = defineComposite(
    { name, effect: computes, multiplyAdds: ofParts, arguments: ["input", "kernelSize", { padding: 0, ceilMode: false, countIncludePad: true }] },
    (x: Tensor, kernelSize: Sizes, options: AvgPoolOptions): Tensor => {
      const { countIncludePad = true, divisorOverride = null } = options;
      const torchName = `avg_pool${dims}d`;
      requireFloatingPoint(x.dtype, torchName);
      requireAvgPoolDims(x, dims);
      if (divisorOverride === 0) throw new RuntimeError("divisor must be not zero");
      const grid = gridOf(kernelSize, options, dims);
      return operation(x, { grid, lengths: pooledSizes(x, grid, dims, torchName), countIncludePad, divisorOverride });
    },
  );
  return (x, ...args) => {
    const names = ["kernelSize", "stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"] as const;
    const { kernelSize, ...options } = collect<AvgPoolOptions>(`avg_pool${dims}d`, names, args);
    return compute(x, required(kernelSize, `avg_pool${dims}d`, "kernel_size"), options);
  };
}

/** An average over a box is the average over each dimension in turn; an overriding divisor divides once, in the last dimension. */
function averagingTaps(size: number, { grid, lengths, countIncludePad, divisorOverride }: Averaging, i: number) {
  const kernel = grid.kernel[i]!;
  const padding = grid.padding[i]!;
  return makeTaps(lengths[i]!, (position) => {
    const from = position * grid.stride[i]! - padding;
    const to = Math.min(from + kernel, size + padding);
    const inside = range(Math.max(from, 0), Math.min(to, size));
    let divisor = countIncludePad ? to - from : inside.length;
    if (divisorOverride !== null) divisor = i === lengths.length - 1 ? divisorOverride : 1;
    return inside.map((at) => [at, 1 / divisor] as const);
  });
}

/** The average of each window of (N, C, L). (torch.nn.functional.avg_pool1d) */
export const avgPool1d: AvgPoolFunction = defineAvgPool(1);

/** The average of each window of (N, C, H, W). (torch.nn.functional.avg_pool2d) */
export const avgPool2d: AvgPoolFunction = defineAvgPool(2);

/** The average of each window of (N, C, D, H, W). (torch.nn.functional.avg_pool3d) */
export const avgPool3d: AvgPoolFunction = defineAvgPool(3);

// ---- power averages

export interface LPPoolOptions {
  readonly normType?: number;
  readonly kernelSize?: Sizes;
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  /** Whether a window may reach over the end. Default false. */
  readonly ceilMode?: boolean;
}

type LPPoolArguments = Arguments<[normType: number, kernelSize: Sizes, stride: Sizes | null, ceilMode: boolean], LPPoolOptions>;

export type LPPoolFunction = (x: Tensor, ...args: LPPoolArguments) => Tensor;

function defineLPPool(dims: number, average: AvgPoolFunction): LPPoolFunction {
  const compute = defineComposite(
    { name: `lpPool${dims}d`, effect: computes, multiplyAdds: ofParts, arguments: ["input", "normType", "kernelSize", "stride", ["ceilMode", false]] },
    (x: Tensor, normType: number, kernelSize: Sizes, stride: Sizes | null, ceilMode: boolean): Tensor => {
      const averages = average(x.pow(normType), { kernelSize, stride, ceilMode });
      const elements = product(expandSizes(kernelSize, dims, "kernel_size", "pooling"));
      return averages
        .sign()
        .mul(averages.abs().relu())
        .mul(elements)
        .pow(1 / normType);
    },
  );
  return (x, ...args) => {
    const {
      normType,
      kernelSize,
      stride = null,
      ceilMode = false,
    } = collect<LPPoolOptions>(`lp_pool${dims}d`, ["normType", "kernelSize", "stride", "ceilMode"], args);
    const name = `lp_pool${dims}d`;
    return compute(x, required(normType, name, "norm_type"), required(kernelSize, name, "kernel_size"), stride, ceilMode);
  };
}

/** The p-norm of each window of (N, C, L). (torch.nn.functional.lp_pool1d) */
export const lpPool1d: LPPoolFunction = defineLPPool(1, avgPool1d);

/** The p-norm of each window of (N, C, H, W). (torch.nn.functional.lp_pool2d) */
export const lpPool2d: LPPoolFunction = defineLPPool(2, avgPool2d);

/** The p-norm of each window of (N, C, D, H, W). (torch.nn.functional.lp_pool3d) */
export const lpPool3d: LPPoolFunction = defineLPPool(3, avgPool3d);
