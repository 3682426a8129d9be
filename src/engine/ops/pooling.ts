import { defineComposite, defineOperation } from "../dispatch/index.js";
import { int64 } from "../dtype.js";
import { IndexError, RuntimeError, ValueError } from "../errors.js";
import { denseValues } from "../kernels/elementwise.js";
import * as kernels from "../kernels/pooling.js";
import { makeTaps } from "../kernels/resample.js";
import { equalSizes, formatSizes, product } from "../size.js";
import { Tensor } from "../tensor.js";
import { collect, inOrder, required, requiredFirst, type AllArguments, type Arguments, type WithRequired } from "../arguments.js";
import { requireFloatingPoint } from "./rules/promotion.js";
import { rand } from "./random.js";
import { defineResampling, withLastSizes } from "./rules/resampling.js";
import { expandSizes, type Sizes } from "./rules/sizes.js";
import { computes } from "../operation.js";

/** Pooling: each output element summarizes a window of the input, (N, C, ...) or without a batch (C, ...). */

// ---- windows

/** Windows at regular distances, one number for each spatial dimension. */
interface Grid {
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
}

interface GridOptions {
  /** Default: the kernel size, so that windows neither overlap nor leave gaps. */
  readonly stride?: Sizes | null;
  readonly padding?: Sizes;
  readonly dilation?: Sizes;
  readonly ceilMode?: boolean;
}

function gridOf(kernelSize: Sizes, { stride, padding = 0, dilation = 1, ceilMode = false }: GridOptions, dims: number): Grid {
  const expand = (value: Sizes, name: string): readonly number[] => expandSizes(value, dims, name, "pooling");
  const hasStride = stride != null && !(Array.isArray(stride) && stride.length === 0);
  const kernel = expand(kernelSize, "kernel_size");
  return {
    kernel,
    stride: hasStride ? expand(stride, "stride") : kernel,
    padding: expand(padding, "padding"),
    dilation: expand(dilation, "dilation"),
    ceilMode,
  };
}

/** How many windows fit in one dimension. In ceil mode also one that reaches over the end, if it starts before the padding behind. */
function windowCount(size: number, { kernel, stride, padding, dilation, ceilMode }: Grid, i: number): number {
  const room = size + 2 * padding[i]! - dilation[i]! * (kernel[i]! - 1) - 1;
  const count = Math.floor((room + (ceilMode ? stride[i]! - 1 : 0)) / stride[i]!) + 1;
  return ceilMode && (count - 1) * stride[i]! >= size + padding[i]! ? count - 1 : count;
}

const spatialSizes = (x: Tensor, dims: number): readonly number[] => x.sizes.slice(x.ndim - dims);

/** PyTorch computes sequences as images of height 1, and its errors show it. */
function asAtLeast2d(sizes: readonly number[], missing: number): readonly number[] {
  return sizes.length === 1 ? [missing, sizes[0]!] : sizes;
}

/** "kH: 2 kW: 3" */
function list(prefix: string, values: readonly number[]): string {
  const axes = values.length === 3 ? ["T", "H", "W"] : ["H", "W"];
  return values.map((value, i) => `${prefix}${axes[i]}: ${value}`).join(" ");
}

/** A batch may be empty, its samples may not. `kernelName` is what PyTorch's errors about volumes begin with. */
function requireElements(x: Tensor, dims: number, kernelName: string): void {
  const allowed = x.ndim === dims + 1 || x.ndim === dims + 2;
  if (allowed && !x.sizes.slice(x.ndim - dims - 1).includes(0)) return;
  if (dims === 3) {
    throw new RuntimeError(
      `${kernelName}(): Expected input's non-batch dimensions to have positive length, but input has a shape of ${formatSizes(x.sizes)} and non-batch dimension 0 has length zero!`,
    );
  }
  const sizes = [...x.sizes.slice(0, x.ndim - dims), ...asAtLeast2d(spatialSizes(x, dims), 1)];
  throw new RuntimeError(`Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but got:${formatSizes(sizes)}`);
}

/** Sizes of the output; throws PyTorch's errors where the grid does not fit. `kernelName` is as in requireElements. */
function pooledSizes(x: Tensor, grid: Grid, dims: number, kernelName: string): readonly number[] {
  const { kernel, stride, padding, dilation } = grid;
  const sizes = spatialSizes(x, dims);
  const [kernels2, strides2, dilations2] = [asAtLeast2d(kernel, 1), asAtLeast2d(stride, 1), asAtLeast2d(dilation, 1)];
  if (stride.some((step) => step === 0)) throw new RuntimeError("stride should not be zero");
  kernel.forEach((size, i) => {
    const pad = padding[i]!;
    if (pad < 0) throw new RuntimeError(`pad must be non-negative, but got pad: ${pad}`);
    if (pad > Math.floor(((size - 1) * dilation[i]! + 1) / 2)) {
      throw new RuntimeError(`pad should be at most half of effective kernel size, but got pad=${pad}, kernel_size=${size} and dilation=${dilation[i]}`);
    }
  });
  if (kernel.some((size) => size <= 0)) throw new RuntimeError(`kernel size should be greater than zero, but got ${list("k", kernels2)}`);
  if (stride.some((step) => step <= 0)) throw new RuntimeError(`stride should be greater than zero, but got ${list("d", strides2)}`);
  if (dilation.some((step) => step <= 0)) throw new RuntimeError(`dilation should be greater than zero, but got ${list("dilation", dilations2)}`);
  requireElements(x, dims, kernelName);
  if (kernelName === "avg_pool3d" && sizes.some((size, i) => size < kernel[i]!)) {
    throw new RuntimeError(`input image (${list("", sizes)}) smaller than kernel size (${list("k", kernel)})`);
  }
  const pooled = sizes.map((size, i) => windowCount(size, grid, i));
  if (pooled.some((size) => size < 1)) {
    const channels = x.sizes[x.ndim - dims - 1]!;
    const shape = (spatial: readonly number[]): string => `(${[channels, ...asAtLeast2d(spatial, 1)].join("x")})`;
    throw new RuntimeError(`Given input size: ${shape(sizes)}. Calculated output size: ${shape(pooled)}. Output size is too small`);
  }
  return pooled;
}

/** What average pooling requires first; the rest is in requireElements. */
function requireAvgPoolDims(x: Tensor, dims: number): void {
  if (x.ndim === dims + 1 || x.ndim === dims + 2) return;
  if (dims === 1) throw new RuntimeError(wrongDimsIn1d(x, "avg_pool1d"));
  if (dims === 3) throw new RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input");
  if (x.ndim === 0) throw new IndexError("Dimension specified as -3 but tensor has no dimensions");
  if (x.ndim < 3) throw new IndexError(`Dimension out of range (expected to be in range of [${-x.ndim}, ${x.ndim - 1}], but got -3)`);
}

function wrongDimsIn1d(x: Tensor, name: string): string {
  return `Expected 2 to 3 dimensions, but got ${x.ndim}-dimensional tensor for argument #1 'self' (while checking arguments for ${name})`;
}

/** Input positions that an adaptive pooling's output position sees: [from, to). */
function adaptiveWindow(position: number, size: number, length: number): [from: number, to: number] {
  return [Math.floor((position * size) / length), Math.ceil(((position + 1) * size) / length)];
}

const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

// ---- maxima

/** The windows of each spatial dimension; of every plane by itself where they are drawn at random. */
interface MaxWindows {
  readonly lengths: readonly number[];
  /** Called only where there are values. */
  readonly of: (plane: number) => readonly kernels.Windows[];
  readonly samePerPlane: boolean;
}

type MaxArgs = [x: Tensor, places: Tensor, windows: MaxWindows];

const single: kernels.Windows = { starts: Int32Array.of(0, 1), indices: Int32Array.of(0) };

function defineMaximum(name: string, gradientName: string): (...args: MaxArgs) => Tensor {
  return defineOperation<MaxArgs>({
    name,
    effect: computes,
    arguments: ["input", "places", null],
    gradientName,
    infer: (x, _places, { lengths }) => ({ sizes: withLastSizes(x.sizes, lengths), dtype: x.dtype }),
    forward(output, x, places, { lengths, of, samePerPlane }) {
      const dims = lengths.length;
      const missing = 3 - dims;
      const sizes = spatialSizes(x, dims);
      const planes = product(x.sizes.slice(0, x.ndim - dims));
      const size = [...new Array<number>(missing).fill(1), ...sizes] as unknown as readonly [number, number, number];
      const values = denseValues(x);
      const step = samePerPlane ? planes : 1;
      for (let plane = 0; plane < planes; plane += step) {
        const windows = [...new Array<kernels.Windows>(missing).fill(single), ...of(plane)] as unknown as readonly [
          kernels.Windows,
          kernels.Windows,
          kernels.Windows,
        ];
        kernels.maxPool(output.storage.data, places.storage.data, values, plane, plane + step, size, windows);
      }
    },
    reads: [1],
    backward(gradient, { args: [x, places, { lengths }] }) {
      const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
      if (gradient.device === "cpu") {
        const planeSize = product(spatialSizes(x, lengths.length));
        kernels.scatterToPlaces(result.storage.data, denseValues(gradient), denseValues(places), planeSize, product(lengths));
      }
      return [result, null];
    },
  });
}

/** The largest elements, and where in their planes they stand. */
export type PooledWithIndices = [output: Tensor, indices: Tensor];

interface Maximum {
  (x: Tensor, windows: MaxWindows): PooledWithIndices;
}

function withIndices(operation: (...args: MaxArgs) => Tensor): Maximum {
  return (x, windows) => {
    const places = Tensor.allocate(withLastSizes(x.sizes, windows.lengths), int64, x.device);
    return [operation(x, places, windows), places];
  };
}

export interface MaxPoolOptions {
  readonly kernelSize?: Sizes;
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  /** Elements of minus infinity on each side, up to half the kernel. Default 0. */
  readonly padding?: Sizes;
  /** Distance of the window's elements. Default 1. */
  readonly dilation?: Sizes;
  /** Whether a window may reach over the end. Default false. */
  readonly ceilMode?: boolean;
  /** Gives the positions of the maxima too, as unpooling takes them. Default false. */
  readonly returnIndices?: boolean;
}

type MaxPoolArguments = Arguments<
  [kernelSize: Sizes, stride: Sizes | null, padding: Sizes, dilation: Sizes, ceilMode: boolean, returnIndices: boolean],
  MaxPoolOptions
>;

/** Pooling that gives the positions of the maxima too if `returnIndices` is set. */
export interface MaxPoolFunction {
  (x: Tensor, options: MaxPoolOptions & { readonly returnIndices: true }): PooledWithIndices;
  (x: Tensor, kernelSize: Sizes, options: MaxPoolOptions & { readonly returnIndices: true }): PooledWithIndices;
  (x: Tensor, ...args: MaxPoolArguments): Tensor;
}

function defineMaxPool(dims: number): MaxPoolFunction {
  const name = `maxPool${dims}d`;
  const maximum = withIndices(defineMaximum(name, dims === 1 ? "SqueezeBackward1" : `MaxPool${dims}DWithIndicesBackward0`));
  const compute = defineComposite(
    { name, effect: computes, arguments: ["input", "kernelSize", { padding: 0, dilation: 1, ceilMode: false, returnIndices: false }] },
    (x: Tensor, kernelSize: Sizes, options: MaxPoolOptions): Tensor | PooledWithIndices => {
      const grid = gridOf(kernelSize, options, dims);
      checkMaxPool(x, grid, dims);
      const lengths = pooledSizes(x, grid, dims, `max_pool${dims}d_with_indices_out_cpu_template`);
      const of = (): kernels.Windows[] =>
        spatialSizes(x, dims).map((size, i) =>
          kernels.makeWindows(lengths[i]!, (position) => {
            const start = position * grid.stride[i]! - grid.padding[i]!;
            return range(0, grid.kernel[i]!)
              .map((k) => start + k * grid.dilation[i]!)
              .filter((at) => at >= 0 && at < size);
          }),
        );
      const result = maximum(x, { lengths, of, samePerPlane: true });
      return options.returnIndices ? result : result[0];
    },
  );
  const names = ["kernelSize", "stride", "padding", "dilation", "ceilMode", "returnIndices"] as const;
  return ((x: Tensor, ...args: MaxPoolArguments) => {
    const { kernelSize, ...options } = collect<MaxPoolOptions>(names, args);
    return compute(x, required(kernelSize, `max_pool${dims}d`, "kernel_size"), options);
  }) as MaxPoolFunction;
}

function checkMaxPool(x: Tensor, grid: Grid, dims: number): void {
  const { kernel, stride, padding, dilation } = grid;
  const allowed = x.ndim === dims + 1 || x.ndim === dims + 2;
  if (dims === 3) {
    if (!allowed) throw new RuntimeError(`non-empty 4D or 5D (batch mode) tensor expected for input`);
    return;
  }
  if (dims === 2) {
    if (!allowed) throw new RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input");
    return;
  }
  if (!allowed || x.sizes.slice(x.ndim - 2).includes(0)) {
    throw new RuntimeError(`max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but got:${formatSizes(x.sizes)}`);
  }
  const [size, step, pad, distance] = [kernel[0]!, stride[0]!, padding[0]!, dilation[0]!];
  if (size <= 0) throw new RuntimeError(`max_pool1d() kernel_size must be greater than zero, but got ${size}`);
  if (step <= 0) throw new RuntimeError(`max_pool1d() stride must be greater than zero, but got ${step}`);
  if (pad < 0) throw new RuntimeError(`max_pool1d() padding must be non-negative, but got ${pad}`);
  if (pad > Math.floor(size / 2)) {
    throw new RuntimeError(`max_pool1d() padding should be at most half of kernel size, but got padding=${pad} and kernel_size=${size}`);
  }
  if (distance <= 0) throw new RuntimeError(`max_pool1d() dilation must be greater than zero, but got ${distance}`);
  const length = windowCount(x.sizes[x.ndim - 1]!, grid, 0);
  if (length <= 0) throw new RuntimeError(`max_pool1d() Invalid computed output size: ${length}`);
}

/** The largest element of each window of (N, C, L). (torch.nn.functional.max_pool1d) */
export const maxPool1d: MaxPoolFunction = defineMaxPool(1);
/** The largest element of each window of (N, C, H, W). (torch.nn.functional.max_pool2d) */
export const maxPool2d: MaxPoolFunction = defineMaxPool(2);
/** The largest element of each window of (N, C, D, H, W). (torch.nn.functional.max_pool3d) */
export const maxPool3d: MaxPoolFunction = defineMaxPool(3);

// ---- maxima put back

type UnpoolArgs = [x: Tensor, indices: Tensor, lengths: readonly number[]];

function defineUnpool(dims: number): (...args: UnpoolArgs) => Tensor {
  return defineOperation<UnpoolArgs>({
    name: `maxUnpool${dims}d`,
    effect: computes,
    arguments: ["input", "indices", "lengths"],
    gradientName: dims === 1 ? "SqueezeBackward1" : `MaxUnpool${dims}DBackward0`,
    infer(x, indices, lengths) {
      if (indices.dtype !== int64) throw new RuntimeError(`elements in indices should be type int64 but got: ${indices.dtype.scalarType}`);
      if (x.ndim !== dims + 1 && x.ndim !== dims + 2) {
        throw new RuntimeError(`Input to max_unpooling${dims}d should be a ${dims + 1}d or ${dims + 2}d Tensor, but got a tensor with ${x.ndim} dims.`);
      }
      if (!equalSizes(x.sizes, indices.sizes)) {
        throw new RuntimeError(
          `Expected shape of indices to be same as that of the input tensor (${formatSizes(x.sizes)}) but got indices tensor with shape: ${formatSizes(indices.sizes)}`,
        );
      }
      return { sizes: withLastSizes(x.sizes, lengths), dtype: x.dtype };
    },
    forward(output, x, indices, lengths) {
      const places = denseValues(indices);
      const planeSize = product(lengths);
      const count = product(spatialSizes(x, dims));
      const outside = places.find((place) => place < 0 || place >= planeSize);
      if (outside !== undefined) {
        throw new RuntimeError(`Found an invalid max index: ${outside} (output volumes are of size ${(dims === 1 ? [...lengths, 1] : lengths).join("x")})`);
      }
      const values = denseValues(x);
      const { data } = output.storage;
      for (let i = 0; i < values.length; i++) data[Math.floor(i / count) * planeSize + places[i]!] = values[i]!;
    },
    reads: [1],
    backward(gradient, { args: [x, indices, lengths] }) {
      const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
      if (gradient.device === "cpu") {
        kernels.gatherFromPlaces(result.storage.data, denseValues(gradient), denseValues(indices), product(lengths), product(spatialSizes(x, dims)));
      }
      return [result, null];
    },
  });
}

export interface MaxUnpoolOptions {
  readonly kernelSize?: Sizes;
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  /** Default 0. */
  readonly padding?: Sizes;
  /** Which of the sizes that lead to the same pooled size is meant, with or without batch and channels in front. */
  readonly outputSize?: readonly number[] | null;
}

type MaxUnpoolArguments = Arguments<[kernelSize: Sizes, stride: Sizes | null, padding: Sizes, outputSize: readonly number[] | null], MaxUnpoolOptions>;
export type MaxUnpoolFunction = (x: Tensor, indices: Tensor, ...args: MaxUnpoolArguments) => Tensor;

function defineMaxUnpool(dims: number): MaxUnpoolFunction {
  const operation = defineUnpool(dims);
  return (x, indices, ...args) => {
    const { kernelSize, outputSize = null, ...options } = collect<MaxUnpoolOptions>(["kernelSize", "stride", "padding", "outputSize"], args);
    const { kernel, stride, padding } = gridOf(required(kernelSize, `max_unpool${dims}d`, "kernel_size"), options, dims);
    const sizes = spatialSizes(x, dims).map((size, i) => (size - 1) * stride[i]! + kernel[i]! - 2 * padding[i]!);
    return operation(x, indices, outputSize === null ? sizes : checkOutputSize(outputSize, sizes, stride));
  };
}

function checkOutputSize(given: readonly number[], sizes: readonly number[], stride: readonly number[]): readonly number[] {
  const dims = sizes.length;
  const wanted = given.length === dims + 2 ? given.slice(2) : given;
  if (wanted.length !== dims) {
    throw new ValueError(`output_size should be a sequence containing ${dims} or ${dims + 2} elements, but it has a length of '${wanted.length}'`);
  }
  wanted.forEach((size, i) => {
    const [least, most] = [sizes[i]! - stride[i]!, sizes[i]! + stride[i]!];
    if (size <= least || size >= most) throw new ValueError(`invalid output_size "${formatSizes(wanted)}" (dim ${i} must be between ${least} and ${most})`);
  });
  return wanted;
}

/** Elements of (N, C, L) at the positions that maxPool1d gave, zeros elsewhere. (torch.nn.functional.max_unpool1d) */
export const maxUnpool1d: MaxUnpoolFunction = defineMaxUnpool(1);
/** Elements of (N, C, H, W) at the positions that maxPool2d gave, zeros elsewhere. (torch.nn.functional.max_unpool2d) */
export const maxUnpool2d: MaxUnpoolFunction = defineMaxUnpool(2);
/** Elements of (N, C, D, H, W) at the positions that maxPool3d gave, zeros elsewhere. (torch.nn.functional.max_unpool3d) */
export const maxUnpool3d: MaxUnpoolFunction = defineMaxUnpool(3);

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
    gradientName: dims === 1 ? "SqueezeBackward1" : `AvgPool${dims}DBackward0`,
    of: (x, averaging) => ({ lengths: averaging.lengths, taps: () => spatialSizes(x, dims).map((size, i) => averagingTaps(size, averaging, i)) }),
  });
  const compute = defineComposite(
    { name, effect: computes, arguments: ["input", "kernelSize", { padding: 0, ceilMode: false, countIncludePad: true }] },
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
    const { kernelSize, ...options } = collect<AvgPoolOptions>(names, args);
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

// ---- pooling to a given size

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
    { name, effect: computes, arguments: ["input", "outputSize", { returnIndices: false }] },
    (x: Tensor, outputSize: OutputSizes, options: IndicesOptions): Tensor | PooledWithIndices => {
      const lengths = outputSizes(x, outputSize, dims, `adaptive_max_pool${dims}d`);
      const of = (): kernels.Windows[] =>
        spatialSizes(x, dims).map((size, i) => kernels.makeWindows(lengths[i]!, (position) => range(...adaptiveWindow(position, size, lengths[i]!))));
      const result = maximum(x, { lengths, of, samePerPlane: true });
      return options.returnIndices ? result : result[0];
    },
  );
  return ((x: Tensor, ...args: readonly unknown[]) => {
    const [[outputSize], rest] = requiredFirst<[outputSize: OutputSizes]>(`adaptive_max_pool${dims}d`, ["outputSize"], args);
    return compute(x, outputSize, collect<IndicesOptions>(["returnIndices"], rest));
  }) as AdaptiveMaxPoolFunction;
}

/** The largest elements of as many windows of (N, C, L) as are asked for. (torch.nn.functional.adaptive_max_pool1d) */
export const adaptiveMaxPool1d: AdaptiveMaxPoolFunction = defineAdaptiveMaxPool(1);
/** adaptiveMaxPool1d with the positions of the maxima. (torch.adaptive_max_pool1d) */
export const adaptiveMaxPool1dWithIndices = (x: Tensor, outputSize: OutputSizes): PooledWithIndices =>
  adaptiveMaxPool1d(x, outputSize, { returnIndices: true });
/** The largest elements of as many windows of (N, C, H, W) as are asked for. (torch.nn.functional.adaptive_max_pool2d) */
export const adaptiveMaxPool2d: AdaptiveMaxPoolFunction = defineAdaptiveMaxPool(2);
/** The largest elements of as many windows of (N, C, D, H, W) as are asked for. (torch.nn.functional.adaptive_max_pool3d) */
export const adaptiveMaxPool3d: AdaptiveMaxPoolFunction = defineAdaptiveMaxPool(3);

// ---- windows at random distances

export interface FractionalMaxPoolOptions extends IndicesOptions {
  /** Sizes of the output. */
  readonly outputSize?: Sizes | null;
  /** Sizes of the output as parts of the input's, between 0 and 1. */
  readonly outputRatio?: Sizes | null;
}

export interface FractionalMaxPoolFunction {
  (x: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions & { readonly returnIndices: true }): PooledWithIndices;
  (x: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions): Tensor;
}

/** Where windows begin: roughly at equal distances, shifted by a draw in [0, 1) (Graham, "Fractional Max-Pooling", 2014). */
function fractionalStarts(draw: number, size: number, length: number, kernel: number, round: (value: number) => number): number[] {
  const alpha = length > 1 ? round((size - kernel) / (length - 1)) : 0;
  const shift = Math.trunc(round(draw * alpha));
  return range(0, length).map((i) => (i === length - 1 ? size - kernel : Math.trunc(round(round(i + draw) * alpha)) - shift));
}

function defineFractionalMaxPool(dims: number): FractionalMaxPoolFunction {
  const name = `fractionalMaxPool${dims}d`;
  const torchName = `fractional_max_pool${dims}d`;
  const maximum = withIndices(defineMaximum(name, `FractionalMaxPool${dims}DBackward0`));
  const compute = defineComposite(
    { name, effect: computes, arguments: ["input", "kernelSize", { returnIndices: false }] },
    (x: Tensor, kernelSize: Sizes, options: FractionalMaxPoolOptions): Tensor | PooledWithIndices => {
      const { outputSize = null, outputRatio = null } = options;
      if (outputSize === null && outputRatio === null) throw new ValueError(`${torchName} requires specifying either an output_size or an output_ratio`);
      if (x.ndim !== dims + 1 && x.ndim !== dims + 2) {
        throw new RuntimeError(`${torchName}(): Expected ${dims + 1}D or ${dims + 2}D tensor, but got: ${formatSizes(x.sizes)}`);
      }
      const kernel = expandSizes(kernelSize, dims, "kernel_size", "pooling");
      const sizes = spatialSizes(x, dims);
      const lengths =
        outputSize !== null
          ? expandSizes(outputSize, dims, "output_size", "pooling")
          : expandSizes(outputRatio!, dims, "output_ratio", "pooling").map((ratio, i) => Math.trunc(sizes[i]! * ratio));
      const axes = ["time", "height", "width"].slice(3 - dims);
      sizes.forEach((size, i) => {
        if (lengths[i]! + kernel[i]! - 1 > size) {
          throw new RuntimeError(`${torchName}(): pool ${axes[i]} ${kernel[i]} too large relative to input ${axes[i]} ${size}`);
        }
      });
      const batch = x.ndim === dims + 1 ? 1 : x.sizes[0]!;
      const draws = rand([batch, x.sizes[x.ndim - dims - 1]!, dims], { dtype: x.dtype, device: x.device });
      const round = x.dtype.name === "float32" ? Math.fround : (value: number) => value;
      const of = (plane: number): kernels.Windows[] =>
        sizes.map((size, i) => {
          // PyTorch gives the first draw to the width in two dimensions, to the depth in three.
          const draw = denseValues(draws)[plane * dims + (dims === 2 ? 1 - i : i)]!;
          const starts = fractionalStarts(draw, size, lengths[i]!, kernel[i]!, round);
          return kernels.makeWindows(lengths[i]!, (position) => range(starts[position]!, starts[position]! + kernel[i]!));
        });
      const result = maximum(x, { lengths, of, samePerPlane: false });
      return options.returnIndices ? result : result[0];
    },
  );
  return compute as FractionalMaxPoolFunction;
}

/** The largest elements of windows at random distances, as many as are asked for. (torch.nn.functional.fractional_max_pool2d) */
export const fractionalMaxPool2d: FractionalMaxPoolFunction = defineFractionalMaxPool(2);
/** The largest elements of windows at random distances, as many as are asked for. (torch.nn.functional.fractional_max_pool3d) */
export const fractionalMaxPool3d: FractionalMaxPoolFunction = defineFractionalMaxPool(3);

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
    { name: `lpPool${dims}d`, effect: computes, arguments: ["input", "normType", "kernelSize", "stride", "ceilMode"] },
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
    const { normType, kernelSize, stride = null, ceilMode = false } = collect<LPPoolOptions>(["normType", "kernelSize", "stride", "ceilMode"], args);
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
