import { linearInEach, defineComposite, defineOperation } from "../../dispatch/index.js";
import { int64 } from "../../dtype.js";
import { RuntimeError, ValueError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import * as kernels from "../../kernels/pooling.js";
import { equalSizes, formatSizes, product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { collect, required, type Arguments } from "../../arguments.js";
import { withLastSizes } from "../rules/resampling.js";
import type { Sizes } from "../rules/sizes.js";
import { computes, notCounted, ofParts } from "../../operation.js";
import { spatialSizes, gridOf, pooledSizes, range, type Grid, windowCount } from "./windows.js";

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

export function defineMaximum(name: string, gradientName: string): (...args: MaxArgs) => Tensor {
  return defineOperation<MaxArgs>({
    name,
    effect: computes,
    multiplyAdds: notCounted,
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
    reads: [0, 1],
    backward(gradient, { args: [x, places, { lengths }] }) {
      const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
      const planeSize = product(spatialSizes(x, lengths.length));
      kernels.scatterToPlaces(result.storage.data, denseValues(gradient), denseValues(places), planeSize, product(lengths));
      return [result, null];
    },
    recordedBackward(g, { args: [x, places, { lengths }] }) {
      const spatial = product(x.sizes.slice(x.ndim - lengths.length));
      const planes = product(x.sizes.slice(0, x.ndim - lengths.length));
      const flat = g.newZeros([planes, spatial]).scatterAdd(1, places.reshape([planes, -1]), g.reshape([planes, -1]));
      return [flat.reshape([...x.sizes])];
    },
  });
}

/** The largest elements, and where in their planes they stand. */
export type PooledWithIndices = [output: Tensor, indices: Tensor];

interface Maximum {
  (x: Tensor, windows: MaxWindows): PooledWithIndices;
}

export function withIndices(operation: (...args: MaxArgs) => Tensor): Maximum {
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
    { name, effect: computes, multiplyAdds: ofParts, arguments: ["input", "kernelSize", { padding: 0, dilation: 1, ceilMode: false, returnIndices: false }] },
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
    const { kernelSize, ...options } = collect<MaxPoolOptions>(`max_pool${dims}d`, names, args);
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
    multiplyAdds: notCounted,
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
      kernels.gatherFromPlaces(result.storage.data, denseValues(gradient), denseValues(indices), product(lengths), product(spatialSizes(x, dims)));
      return [result, null];
    },
    recordedBackward: linearInEach(0),
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
    const {
      kernelSize,
      outputSize = null,
      ...options
    } = collect<MaxUnpoolOptions>(`max_unpool${dims}d`, ["kernelSize", "stride", "padding", "outputSize"], args);
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
