import { ValueError } from "../../errors.js";
import { collect, required, type Arguments } from "../../arguments.js";
import * as F from "../../ops/pooling.js";
import { repr } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";
import { describeSizes, repeat, type Sizes } from "../sizes.js";

/** Pooling layers. Inputs are (N, C, L), (N, C, H, W) or (N, C, D, H, W), with or without the batch N. */

/** `kernelSize` by position or among the options. */
type WithKernel<Tail extends readonly unknown[], Options> =
  | readonly [kernelSize: Sizes, ...tail: Tail]
  | readonly [options: Options & { readonly kernelSize: Sizes }];

/** What a max pooling gives: the positions of the maxima too, if asked for. */
type Pooled<ReturnIndices extends boolean> = ReturnIndices extends true ? F.PooledWithIndices : Tensor;

// ---- maxima

export interface MaxPoolOptions<ReturnIndices extends boolean> {
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  /** Elements of minus infinity on each side, up to half the kernel. Default 0. */
  readonly padding?: Sizes;
  /** Distance of the window's elements. Default 1. */
  readonly dilation?: Sizes;
  /** Gives the positions of the maxima too, as MaxUnpool takes them. Default false. */
  readonly returnIndices?: ReturnIndices;
  /** Whether a window may reach over the end. Default false. */
  readonly ceilMode?: boolean;
}

type MaxPoolArguments<ReturnIndices extends boolean> = WithKernel<
  Arguments<[stride: Sizes | null, padding: Sizes, dilation: Sizes, returnIndices: ReturnIndices, ceilMode: boolean], MaxPoolOptions<ReturnIndices>>,
  MaxPoolOptions<ReturnIndices>
>;

abstract class MaxPool<ReturnIndices extends boolean> extends Module {
  static override readonly [declaration]: LayerDeclaration<MaxPool<boolean>> = {
    family: "pooling",
    arguments: ({ kernelSize, stride, padding, dilation, returnIndices, ceilMode, dims }) => ({
      kernelSize: repeat(kernelSize, dims),
      stride: optional(repeat(stride, dims), kernelSize),
      padding: optional(padding, 0),
      dilation: optional(dilation, 1),
      returnIndices: optional(returnIndices, false),
      ceilMode: optional(ceilMode, false),
    }),
  };

  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly dilation: Sizes;
  readonly returnIndices: boolean;
  readonly ceilMode: boolean;

  constructor(...args: MaxPoolArguments<ReturnIndices>) {
    super();
    const names = ["kernelSize", "stride", "padding", "dilation", "returnIndices", "ceilMode"] as const;
    const given = collect<MaxPoolOptions<boolean> & { readonly kernelSize?: Sizes }>(names, args);
    this.kernelSize = required(given.kernelSize, this.constructor.name, "kernel_size");
    this.stride = given.stride ?? this.kernelSize;
    this.padding = given.padding ?? 0;
    this.dilation = given.dilation ?? 1;
    this.returnIndices = given.returnIndices ?? false;
    this.ceilMode = given.ceilMode ?? false;
  }

  /** How many dimensions a window has. */
  protected abstract get dims(): number;

  override forward(x: Tensor): Pooled<ReturnIndices> {
    const { kernelSize, stride, padding, dilation, ceilMode, returnIndices } = this;
    return maxPools[this.dims - 1]!(x, kernelSize, stride, padding, dilation, ceilMode, returnIndices) as Pooled<ReturnIndices>;
  }

  override extraRepr(): string {
    const sizes = `kernel_size=${describeSizes(this.kernelSize)}, stride=${describeSizes(this.stride)}, padding=${describeSizes(this.padding)}`;
    return `${sizes}, dilation=${describeSizes(this.dilation)}, ceil_mode=${repr(this.ceilMode)}`;
  }
}

const maxPools: readonly F.MaxPoolFunction[] = [F.maxPool1d, F.maxPool2d, F.maxPool3d];

/** The largest element of each window of a sequence. (torch.nn.MaxPool1d) */
export class MaxPool1d<ReturnIndices extends boolean = false> extends MaxPool<ReturnIndices> {
  protected override get dims(): number {
    return 1;
  }
}

/** The largest element of each window of an image. (torch.nn.MaxPool2d) */
export class MaxPool2d<ReturnIndices extends boolean = false> extends MaxPool<ReturnIndices> {
  protected override get dims(): number {
    return 2;
  }
}

/** The largest element of each window of a volume. (torch.nn.MaxPool3d) */
export class MaxPool3d<ReturnIndices extends boolean = false> extends MaxPool<ReturnIndices> {
  protected override get dims(): number {
    return 3;
  }
}

export interface MaxUnpoolOptions {
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  /** Default 0. */
  readonly padding?: Sizes;
}

type MaxUnpoolArguments = WithKernel<Arguments<[stride: Sizes | null, padding: Sizes], MaxUnpoolOptions>, MaxUnpoolOptions>;

abstract class MaxUnpool extends Module {
  static override readonly [declaration]: LayerDeclaration<MaxUnpool> = {
    family: "pooling",
    arguments: ({ kernelSize, stride, padding }) => ({ kernelSize, stride: optional(stride, kernelSize), padding: optional(padding, 0) }),
  };

  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];

  constructor(dims: number, args: MaxUnpoolArguments) {
    super();
    const given = collect<MaxUnpoolOptions & { readonly kernelSize?: Sizes }>(["kernelSize", "stride", "padding"], args);
    const kernelSize = required(given.kernelSize, this.constructor.name, "kernel_size");
    this.kernelSize = repeat(kernelSize, dims);
    this.stride = repeat(given.stride ?? kernelSize, dims);
    this.padding = repeat(given.padding ?? 0, dims);
  }

  /** `indices` are those of the pooling; `outputSize` says which of the sizes that lead to the same pooled size is meant. */
  override forward(x: Tensor, indices: Tensor, outputSize: readonly number[] | null = null): Tensor {
    return unpoolings[this.kernelSize.length - 1]!(x, indices, this.kernelSize, this.stride, this.padding, outputSize);
  }

  override extraRepr(): string {
    return `kernel_size=${repr(this.kernelSize)}, stride=${repr(this.stride)}, padding=${repr(this.padding)}`;
  }
}

const unpoolings: readonly F.MaxUnpoolFunction[] = [F.maxUnpool1d, F.maxUnpool2d, F.maxUnpool3d];

/** Puts the maxima of a MaxPool1d back in their places, zeros elsewhere. (torch.nn.MaxUnpool1d) */
export class MaxUnpool1d extends MaxUnpool {
  constructor(...args: MaxUnpoolArguments) {
    super(1, args);
  }
}

/** Puts the maxima of a MaxPool2d back in their places, zeros elsewhere. (torch.nn.MaxUnpool2d) */
export class MaxUnpool2d extends MaxUnpool {
  constructor(...args: MaxUnpoolArguments) {
    super(2, args);
  }
}

/** Puts the maxima of a MaxPool3d back in their places, zeros elsewhere. (torch.nn.MaxUnpool3d) */
export class MaxUnpool3d extends MaxUnpool {
  constructor(...args: MaxUnpoolArguments) {
    super(3, args);
  }
}

// ---- averages

export interface AvgPoolOptions {
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  /** Zeros on each side, up to half the kernel. Default 0. */
  readonly padding?: Sizes;
  /** Whether a window may reach over the end. Default false. */
  readonly ceilMode?: boolean;
  /** Whether the zeros count in the average. Default true. */
  readonly countIncludePad?: boolean;
}

export interface AvgPoolDivisorOptions extends AvgPoolOptions {
  /** Divides by this instead of by the number of elements. Default null. */
  readonly divisorOverride?: number | null;
}

type AvgPool1dArguments = WithKernel<
  Arguments<[stride: Sizes | null, padding: Sizes, ceilMode: boolean, countIncludePad: boolean], AvgPoolOptions>,
  AvgPoolOptions
>;
type AvgPoolArguments = WithKernel<
  Arguments<[stride: Sizes | null, padding: Sizes, ceilMode: boolean, countIncludePad: boolean, divisorOverride: number | null], AvgPoolDivisorOptions>,
  AvgPoolDivisorOptions
>;
const avgPoolNames = ["kernelSize", "stride", "padding", "ceilMode", "countIncludePad", "divisorOverride"] as const;

abstract class AvgPool extends Module {
  static override readonly [declaration]: LayerDeclaration<AvgPool> = {
    family: "pooling",
    arguments: ({ kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride, dims }) => ({
      kernelSize: repeat(kernelSize, dims),
      stride: optional(repeat(stride, dims), kernelSize),
      padding: optional(padding, 0),
      ceilMode: optional(ceilMode, false),
      countIncludePad: optional(countIncludePad, true),
      ...(dims > 1 && { divisorOverride: optional(divisorOverride, null) }),
    }),
  };

  readonly kernelSize: Sizes;
  readonly stride: Sizes;
  readonly padding: Sizes;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;

  constructor(...args: AvgPoolArguments) {
    super();
    const given = collect<AvgPoolDivisorOptions & { readonly kernelSize?: Sizes }>(avgPoolNames, args);
    this.kernelSize = required(given.kernelSize, this.constructor.name, "kernel_size");
    this.stride = given.stride ?? this.kernelSize;
    this.padding = given.padding ?? 0;
    this.ceilMode = given.ceilMode ?? false;
    this.countIncludePad = given.countIncludePad ?? true;
    this.divisorOverride = given.divisorOverride ?? null;
  }

  /** How many dimensions a window has. */
  protected abstract get dims(): number;

  override forward(x: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = this;
    return averagePools[this.dims - 1]!(x, kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride);
  }

  override extraRepr(): string {
    return `kernel_size=${describeSizes(this.kernelSize)}, stride=${describeSizes(this.stride)}, padding=${describeSizes(this.padding)}`;
  }
}

const averagePools: readonly F.AvgPoolFunction[] = [F.avgPool1d, F.avgPool2d, F.avgPool3d];

/** The average of each window of a sequence. (torch.nn.AvgPool1d) */
export class AvgPool1d extends AvgPool {
  constructor(...args: AvgPool1dArguments) {
    super(...args);
  }

  protected override get dims(): number {
    return 1;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding } = this;
    return `kernel_size=${repr(repeat(kernelSize, 1))}, stride=${repr(repeat(stride, 1))}, padding=${repr(repeat(padding, 1))}`;
  }
}

/** The average of each window of an image. (torch.nn.AvgPool2d) */
export class AvgPool2d extends AvgPool {
  protected override get dims(): number {
    return 2;
  }
}

/** The average of each window of a volume. (torch.nn.AvgPool3d) */
export class AvgPool3d extends AvgPool {
  protected override get dims(): number {
    return 3;
  }
}

// ---- pooling to a given size

function describeOutputSizes(sizes: F.OutputSizes): string {
  return typeof sizes === "object" && sizes !== null ? `[${sizes.map((size) => repr(size)).join(", ")}]` : repr(sizes);
}

abstract class AdaptiveAvgPool extends Module {
  static override readonly [declaration]: LayerDeclaration<AdaptiveAvgPool> = {
    family: "pooling",
    arguments: ({ outputSize }) => ({ outputSize }),
  };

  readonly outputSize: F.OutputSizes;

  constructor(...args: readonly [outputSize: F.OutputSizes] | readonly [options: { readonly outputSize: F.OutputSizes }]) {
    super();
    this.outputSize = outputSizeOf(args);
  }

  protected abstract readonly pool: F.AdaptiveAvgPoolFunction;

  override forward(x: Tensor): Tensor {
    return this.pool(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${describeOutputSizes(this.outputSize)}`;
  }
}

/** Null is a size here, so it cannot stand for "not given". */
function outputSizeOf(args: readonly unknown[]): F.OutputSizes {
  const { outputSize } = collect<{ readonly outputSize?: F.OutputSizes; readonly returnIndices?: boolean }>(["outputSize", "returnIndices"], args);
  return outputSize === undefined ? required<never>(null, "__init__", "output_size") : outputSize;
}

/** The averages of as many windows of a sequence as are asked for. (torch.nn.AdaptiveAvgPool1d) */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  protected override get pool(): F.AdaptiveAvgPoolFunction {
    return F.adaptiveAvgPool1d;
  }
}

/** The averages of as many windows of an image as are asked for; null keeps a size. (torch.nn.AdaptiveAvgPool2d) */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  protected override get pool(): F.AdaptiveAvgPoolFunction {
    return F.adaptiveAvgPool2d;
  }
}

/** The averages of as many windows of a volume as are asked for; null keeps a size. (torch.nn.AdaptiveAvgPool3d) */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  protected override get pool(): F.AdaptiveAvgPoolFunction {
    return F.adaptiveAvgPool3d;
  }
}

interface ReturnIndicesOptions<ReturnIndices extends boolean> {
  /** Gives the positions of the maxima too. Default false. */
  readonly returnIndices?: ReturnIndices;
}

abstract class AdaptiveMaxPool<ReturnIndices extends boolean> extends Module {
  static override readonly [declaration]: LayerDeclaration<AdaptiveMaxPool<boolean>> = {
    family: "pooling",
    arguments: ({ outputSize, returnIndices }) => ({ outputSize, returnIndices: optional(returnIndices, false) }),
  };

  readonly outputSize: F.OutputSizes;
  readonly returnIndices: boolean;

  constructor(outputSize: F.OutputSizes, options?: ReturnIndicesOptions<ReturnIndices>);
  constructor(outputSize: F.OutputSizes, returnIndices: ReturnIndices);
  constructor(options: ReturnIndicesOptions<ReturnIndices> & { readonly outputSize: F.OutputSizes });
  constructor(...args: unknown[]) {
    super();
    this.outputSize = outputSizeOf(args);
    this.returnIndices =
      collect<ReturnIndicesOptions<boolean> & { readonly outputSize?: unknown }>(["outputSize", "returnIndices"], args).returnIndices ?? false;
  }

  protected abstract readonly pool: F.AdaptiveMaxPoolFunction;

  override forward(x: Tensor): Pooled<ReturnIndices> {
    return this.pool(x, this.outputSize, this.returnIndices) as Pooled<ReturnIndices>;
  }

  override extraRepr(): string {
    return `output_size=${describeOutputSizes(this.outputSize)}`;
  }
}

/** The largest elements of as many windows of a sequence as are asked for. (torch.nn.AdaptiveMaxPool1d) */
export class AdaptiveMaxPool1d<ReturnIndices extends boolean = false> extends AdaptiveMaxPool<ReturnIndices> {
  protected override get pool(): F.AdaptiveMaxPoolFunction {
    return F.adaptiveMaxPool1d;
  }
}

/** The largest elements of as many windows of an image as are asked for; null keeps a size. (torch.nn.AdaptiveMaxPool2d) */
export class AdaptiveMaxPool2d<ReturnIndices extends boolean = false> extends AdaptiveMaxPool<ReturnIndices> {
  protected override get pool(): F.AdaptiveMaxPoolFunction {
    return F.adaptiveMaxPool2d;
  }
}

/** The largest elements of as many windows of a volume as are asked for; null keeps a size. (torch.nn.AdaptiveMaxPool3d) */
export class AdaptiveMaxPool3d<ReturnIndices extends boolean = false> extends AdaptiveMaxPool<ReturnIndices> {
  protected override get pool(): F.AdaptiveMaxPoolFunction {
    return F.adaptiveMaxPool3d;
  }
}

// ---- windows at random distances

export interface FractionalMaxPoolOptions<ReturnIndices extends boolean> {
  /** Sizes of the output. Either this or `outputRatio`. */
  readonly outputSize?: Sizes | null;
  /** Sizes of the output as parts of the input's, between 0 and 1. */
  readonly outputRatio?: Sizes | null;
  /** Gives the positions of the maxima too. Default false. */
  readonly returnIndices?: ReturnIndices;
}

type FractionalMaxPoolArguments<ReturnIndices extends boolean> = WithKernel<
  Arguments<[outputSize: Sizes | null, outputRatio: Sizes | null, returnIndices: ReturnIndices], FractionalMaxPoolOptions<ReturnIndices>>,
  FractionalMaxPoolOptions<ReturnIndices>
>;

abstract class FractionalMaxPool<ReturnIndices extends boolean> extends Module {
  static override readonly [declaration]: LayerDeclaration<FractionalMaxPool<boolean>> = {
    family: "pooling",
    arguments: ({ kernelSize, outputSize, outputRatio, returnIndices }) => ({
      kernelSize,
      outputSize: optional(outputSize, null),
      outputRatio: optional(outputRatio, null),
      returnIndices: optional(returnIndices, false),
    }),
  };

  readonly kernelSize: readonly number[];
  readonly outputSize: readonly number[] | null;
  readonly outputRatio: readonly number[] | null;
  readonly returnIndices: boolean;

  constructor(dims: number, args: FractionalMaxPoolArguments<ReturnIndices>) {
    super();
    const names = ["kernelSize", "outputSize", "outputRatio", "returnIndices"] as const;
    const given = collect<FractionalMaxPoolOptions<boolean> & { readonly kernelSize?: Sizes }>(names, args);
    this.kernelSize = repeat(required(given.kernelSize, this.constructor.name, "kernel_size"), dims);
    this.returnIndices = given.returnIndices ?? false;
    this.outputSize = given.outputSize == null ? null : repeat(given.outputSize, dims);
    this.outputRatio = given.outputRatio == null ? null : repeat(given.outputRatio, dims);
    const name = this.constructor.name;
    if (this.outputSize === null && this.outputRatio === null) throw new ValueError(`${name} requires specifying either an output size, or a pooling ratio`);
    if (this.outputSize !== null && this.outputRatio !== null) throw new ValueError("only one of output_size and output_ratio may be specified");
    if (this.outputRatio?.some((ratio) => !(ratio > 0 && ratio < 1))) {
      throw new ValueError(`output_ratio must be between 0 and 1 (got ${repr(this.outputRatio)})`);
    }
  }

  override forward(x: Tensor): Pooled<ReturnIndices> {
    const { outputSize, outputRatio, returnIndices } = this;
    const pool = this.kernelSize.length === 2 ? F.fractionalMaxPool2d : F.fractionalMaxPool3d;
    return pool(x, this.kernelSize, { outputSize, outputRatio, returnIndices }) as Pooled<ReturnIndices>;
  }
}

/** The largest elements of windows of an image at random distances. (torch.nn.FractionalMaxPool2d) */
export class FractionalMaxPool2d<ReturnIndices extends boolean = false> extends FractionalMaxPool<ReturnIndices> {
  constructor(...args: FractionalMaxPoolArguments<ReturnIndices>) {
    super(2, args);
  }
}

/** The largest elements of windows of a volume at random distances. (torch.nn.FractionalMaxPool3d) */
export class FractionalMaxPool3d<ReturnIndices extends boolean = false> extends FractionalMaxPool<ReturnIndices> {
  constructor(...args: FractionalMaxPoolArguments<ReturnIndices>) {
    super(3, args);
  }
}

// ---- power averages

export interface LPPoolOptions {
  /** Default: the kernel size. */
  readonly stride?: Sizes | null;
  /** Whether a window may reach over the end. Default false. */
  readonly ceilMode?: boolean;
}

type LPPoolArguments =
  | readonly [normType: number, kernelSize: Sizes, ...tail: Arguments<[stride: Sizes | null, ceilMode: boolean], LPPoolOptions>]
  | readonly [normType: number, options: LPPoolOptions & { readonly kernelSize: Sizes }]
  | readonly [options: LPPoolOptions & { readonly normType: number; readonly kernelSize: Sizes }];

abstract class LPPool extends Module {
  static override readonly [declaration]: LayerDeclaration<LPPool> = {
    family: "pooling",
    arguments: ({ normType, kernelSize, stride, ceilMode, dims }) => ({
      normType,
      kernelSize: repeat(kernelSize, dims),
      stride: optional(stride, null),
      ceilMode: optional(ceilMode, false),
    }),
  };

  readonly normType: number;
  readonly kernelSize: Sizes;
  readonly stride: Sizes | null;
  readonly ceilMode: boolean;

  constructor(...args: LPPoolArguments) {
    super();
    const given = collect<F.LPPoolOptions>(["normType", "kernelSize", "stride", "ceilMode"], args);
    this.normType = required(given.normType, this.constructor.name, "norm_type");
    this.kernelSize = required(given.kernelSize, this.constructor.name, "kernel_size");
    this.stride = given.stride ?? null;
    this.ceilMode = given.ceilMode ?? false;
  }

  /** How many dimensions a window has. */
  protected abstract get dims(): number;

  override forward(x: Tensor): Tensor {
    return powerPools[this.dims - 1]!(x, this.normType, this.kernelSize, this.stride, this.ceilMode);
  }

  override extraRepr(): string {
    const { normType, kernelSize, stride, ceilMode } = this;
    return `norm_type=${repr(normType)}, kernel_size=${describeSizes(kernelSize)}, stride=${describeSizes(stride)}, ceil_mode=${repr(ceilMode)}`;
  }
}

const powerPools: readonly F.LPPoolFunction[] = [F.lpPool1d, F.lpPool2d, F.lpPool3d];

/** The p-norm of each window of a sequence. (torch.nn.LPPool1d) */
export class LPPool1d extends LPPool {
  protected override get dims(): number {
    return 1;
  }
}

/** The p-norm of each window of an image. (torch.nn.LPPool2d) */
export class LPPool2d extends LPPool {
  protected override get dims(): number {
    return 2;
  }
}

/** The p-norm of each window of a volume. (torch.nn.LPPool3d) */
export class LPPool3d extends LPPool {
  protected override get dims(): number {
    return 3;
  }
}
