import { defineComposite } from "../../dispatch/index.js";
import { RuntimeError, ValueError } from "../../errors.js";
import * as kernels from "../../kernels/pooling.js";
import { makeTaps } from "../../kernels/resample.js";
import { formatSizes } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { takingOnly, collect, inOrder, requiredFirst, type AllArguments, type WithRequired } from "../../arguments.js";
import { requireFloatingPoint } from "../rules/promotion.js";
import { defineResampling } from "../rules/resampling.js";
import { computes, ofParts } from "../../operation.js";
import { wrongDimsIn1d, spatialSizes, adaptiveWindow, range } from "./windows.js";
import { type PooledWithIndices, withIndices, defineMaximum } from "./maxima.js";

/** Sizes of the output; null keeps the input's. */
export type OutputSizes = number | readonly (number | null)[] | null;

function requireAdaptiveElements(x: Tensor, dims: number, name: string): void {
  // PyTorch averages sequences as images of height 1, and looks at the channels only where it counts all dimensions but the first.
  const asImage = name === "adaptive_avg_pool1d";
  const sizes = asImage ? [...x.sizes.slice(0, -1), 1, x.sizes[x.ndim - 1]!] : x.sizes;
  const first = name.includes("avg") && dims < 3 ? sizes.length - 2 : 1;
  const empty = sizes.indexOf(0, first);
  if (empty < 0) return;
  throw new RuntimeError(
    `${asImage ? "adaptive_avg_pool2d" : name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes ${formatSizes(sizes)} with dimension ${empty} being empty`,
  );
}

function outputSizes(x: Tensor, outputSize: OutputSizes, dims: number, name: string): readonly number[] {
  const given = typeof outputSize === "object" && outputSize !== null ? outputSize : new Array<number | null>(dims).fill(outputSize);
  const isMax = name.includes("max");
  if (given.length !== dims) {
    if (dims === 1) throw new RuntimeError(`${name}() argument 'output_size' should contain one int (got ${given.length})`);
    throw new RuntimeError(isMax ? `${name}(): internal error: output_size.size() must be ${dims}` : `${name}: output_size must be ${dims}`);
  }
  if (dims === 1 && x.ndim !== 2 && x.ndim !== 3) throw new RuntimeError(wrongDimsIn1d(x, name));
  if (x.ndim <= dims && typeof outputSize !== "number") throw new ValueError(`Input dimension should be at least ${dims + 1}`);
  if (x.ndim !== dims + 1 && x.ndim !== dims + 2) {
    throw new RuntimeError(`${name}(): Expected ${dims + 1}D or ${dims + 2}D tensor, but got${isMax ? ":" : ""} ${formatSizes(x.sizes)}`);
  }
  requireAdaptiveElements(x, dims, name);
  const sizes = spatialSizes(x, dims);
  if (given.some((size) => size !== null && size < 0))
    throw new RuntimeError(`${name}: elements of output_size must be greater than or equal to 0 but received ${formatSizes(given as number[])}`);
  return given.map((size, i) => size ?? sizes[i]!);
}

export type AdaptiveAvgPoolFunction = (x: Tensor, ...args: AllArguments<[outputSize: OutputSizes], { readonly outputSize: OutputSizes }>) => Tensor;

function defineAdaptiveAvgPool(dims: number): AdaptiveAvgPoolFunction {
  const name = `adaptiveAvgPool${dims}d`;
  const operation = defineResampling<[x: Tensor, lengths: readonly number[]]>({
    name,
    arguments: ["input", "outputSize"],
    gradientName: (_x, lengths) => {
      if (dims === 1) return "SqueezeBackward1";
      return lengths.every((length) => length === 1) ? "MeanBackward1" : `AdaptiveAvgPool${dims}DBackward0`;
    },
    // Where nothing is left to average over, PyTorch takes the mean.
    watches: (_x, lengths) => (lengths.every((length) => length === 1) ? [] : [0]),
    of: (x, lengths) => ({
      lengths,
      taps: () =>
        spatialSizes(x, dims).map((size, i) =>
          makeTaps(lengths[i]!, (position) => {
            const [from, to] = adaptiveWindow(position, size, lengths[i]!);
            return range(from, to).map((at) => [at, 1 / (to - from)] as const);
          }),
        ),
    }),
  });
  return (x, ...args) => {
    const [outputSize] = inOrder<[outputSize: OutputSizes]>(`adaptive_avg_pool${dims}d`, ["outputSize"], args);
    requireFloatingPoint(x.dtype, `adaptive_avg_pool${dims}d`);
    return operation(x, outputSizes(x, outputSize, dims, `adaptive_avg_pool${dims}d`));
  };
}

/** The averages of as many windows of (N, C, L) as are asked for. (torch.nn.functional.adaptive_avg_pool1d) */
export const adaptiveAvgPool1d: AdaptiveAvgPoolFunction = defineAdaptiveAvgPool(1);

/** The averages of as many windows of (N, C, H, W) as are asked for. (torch.nn.functional.adaptive_avg_pool2d) */
export const adaptiveAvgPool2d: AdaptiveAvgPoolFunction = defineAdaptiveAvgPool(2);

/** The averages of as many windows of (N, C, D, H, W) as are asked for. (torch.nn.functional.adaptive_avg_pool3d) */
export const adaptiveAvgPool3d: AdaptiveAvgPoolFunction = defineAdaptiveAvgPool(3);

export interface IndicesOptions {
  /** Gives the positions of the maxima too. Default false. */
  readonly returnIndices?: boolean;
}

export interface AdaptiveMaxPoolFunction {
  (x: Tensor, options: { readonly outputSize: OutputSizes; readonly returnIndices: true }): PooledWithIndices;
  (x: Tensor, outputSize: OutputSizes, options: { readonly returnIndices: true }): PooledWithIndices;
  (x: Tensor, ...args: WithRequired<[outputSize: OutputSizes], { readonly outputSize: OutputSizes }, [returnIndices: boolean], IndicesOptions>): Tensor;
}

function defineAdaptiveMaxPool(dims: number): AdaptiveMaxPoolFunction {
  const name = `adaptiveMaxPool${dims}d`;
  const maximum = withIndices(defineMaximum(name, dims === 1 ? "SqueezeBackward1" : `AdaptiveMaxPool${dims}DBackward0`));
  const compute = defineComposite(
    { name, effect: computes, multiplyAdds: ofParts, arguments: ["input", "outputSize", { returnIndices: false }] },
    (x: Tensor, outputSize: OutputSizes, options: IndicesOptions): Tensor | PooledWithIndices => {
      const lengths = outputSizes(x, outputSize, dims, `adaptive_max_pool${dims}d`);
      requireFloatingPoint(x.dtype, `adaptive_max_pool${dims === 3 ? "3d_cpu" : "2d"}`);
      const of = (): kernels.Windows[] =>
        spatialSizes(x, dims).map((size, i) => kernels.makeWindows(lengths[i]!, (position) => range(...adaptiveWindow(position, size, lengths[i]!))));
      const result = maximum(x, { lengths, of, samePerPlane: true });
      return options.returnIndices ? result : result[0];
    },
  );
  return ((x: Tensor, ...args: readonly unknown[]) => {
    const [[outputSize], rest] = requiredFirst<[outputSize: OutputSizes]>(`adaptive_max_pool${dims}d`, ["outputSize"], args);
    return compute(x, outputSize, collect<IndicesOptions>(`adaptive_max_pool${dims}d`, ["returnIndices"], rest));
  }) as AdaptiveMaxPoolFunction;
}

/** The largest elements of as many windows of (N, C, L) as are asked for. (torch.nn.functional.adaptive_max_pool1d) */
export const adaptiveMaxPool1d: AdaptiveMaxPoolFunction = defineAdaptiveMaxPool(1);

/** adaptiveMaxPool1d with the positions of the maxima. (torch.adaptive_max_pool1d) */
export const adaptiveMaxPool1dWithIndices: (x: Tensor, outputSize: OutputSizes) => PooledWithIndices = takingOnly(
  "adaptive_max_pool1d",
  ["input", "outputSize"],
  (x: Tensor, outputSize: OutputSizes): PooledWithIndices => adaptiveMaxPool1d(x, outputSize, { returnIndices: true }),
);

/** The largest elements of as many windows of (N, C, H, W) as are asked for. (torch.nn.functional.adaptive_max_pool2d) */
export const adaptiveMaxPool2d: AdaptiveMaxPoolFunction = defineAdaptiveMaxPool(2);

/** The largest elements of as many windows of (N, C, D, H, W) as are asked for. (torch.nn.functional.adaptive_max_pool3d) */
export const adaptiveMaxPool3d: AdaptiveMaxPoolFunction = defineAdaptiveMaxPool(3);
