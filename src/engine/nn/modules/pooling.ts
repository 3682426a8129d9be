import { collect, required, type Arguments } from "../../arguments.js";
import * as F from "../../ops/pooling.js";
import { repr } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";
import type { Pooled, WithKernel } from "./poolingArguments.js";
import { describeSizes, repeat, type Sizes } from "../sizes.js";

/** Pooling layers. Inputs are (N, C, L), (N, C, H, W) or (N, C, D, H, W), with or without the batch N. */

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
    const given = collect<MaxPoolOptions<boolean> & { readonly kernelSize?: Sizes }>(new.target.name, names, args);
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

/**
 * The largest element of each window of a sequence. (torch.nn.MaxPool1d) Each size L becomes floor((L + 2 padding - dilation (kernelSize - 1) - 1) /
 * stride) + 1, `stride` being the kernel's size by default.
 */
export class MaxPool1d<ReturnIndices extends boolean = false> extends MaxPool<ReturnIndices> {
  protected override get dims(): number {
    return 1;
  }
}

/**
 * The largest element of each window of an image. (torch.nn.MaxPool2d) Each size L becomes floor((L + 2 padding - dilation (kernelSize - 1) - 1) /
 * stride) + 1, `stride` being the kernel's size by default.
 */
export class MaxPool2d<ReturnIndices extends boolean = false> extends MaxPool<ReturnIndices> {
  protected override get dims(): number {
    return 2;
  }
}

/**
 * The largest element of each window of a volume. (torch.nn.MaxPool3d) Each size L becomes floor((L + 2 padding - dilation (kernelSize - 1) - 1) /
 * stride) + 1, `stride` being the kernel's size by default.
 */
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
    const given = collect<MaxUnpoolOptions & { readonly kernelSize?: Sizes }>(new.target.name, ["kernelSize", "stride", "padding"], args);
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
    const given = collect<AvgPoolDivisorOptions & { readonly kernelSize?: Sizes }>(new.target.name, avgPoolNames, args);
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

/**
 * The average of each window of a sequence. (torch.nn.AvgPool1d) Each size L becomes floor((L + 2 padding - kernelSize) / stride) + 1, `stride` being
 * the kernel's size by default.
 */
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

/**
 * The average of each window of an image. (torch.nn.AvgPool2d) Each size L becomes floor((L + 2 padding - kernelSize) / stride) + 1, `stride` being the
 * kernel's size by default.
 */
export class AvgPool2d extends AvgPool {
  protected override get dims(): number {
    return 2;
  }
}

/**
 * The average of each window of a volume. (torch.nn.AvgPool3d) Each size L becomes floor((L + 2 padding - kernelSize) / stride) + 1, `stride` being the
 * kernel's size by default.
 */
export class AvgPool3d extends AvgPool {
  protected override get dims(): number {
    return 3;
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
    const given = collect<F.LPPoolOptions>(new.target.name, ["normType", "kernelSize", "stride", "ceilMode"], args);
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
