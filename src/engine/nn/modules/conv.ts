import { RuntimeError, ValueError } from "../../errors.js";
import { collect, required, type Arguments } from "../../arguments.js";
import * as F from "../../ops/convolution.js";
import { pad } from "../../ops/padding.js";
import { repr } from "../../print/python.js";
import { formatSizes, product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { declaration, optional, type AxisName, type LayerDeclaration } from "../declaration.js";
import { seeds, signals } from "../exampleInputs.js";
import { emptyParameter, factoryOptions, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import type { Bias } from "./linear.js";
import { Module } from "../module.js";
import { isUninitialized, UninitializedParameter, type Parameter } from "../parameter.js";
import { repeat, type Sizes } from "../sizes.js";

/**
 * Convolution layers. Inputs are (N, C, L), (N, C, H, W) or (N, C, D, H, W), with or without the batch N. Weights and biases start from
 * U(-1/sqrt(k), 1/sqrt(k)) with k the number of elements that one output element is made of.
 */

/** What stands around the input: zeros, the input mirrored at its edge, its edge repeated, or the input repeated. */
export type ConvPaddingMode = "zeros" | "reflect" | "replicate" | "circular";

const paddingModes: readonly string[] = ["zeros", "reflect", "replicate", "circular"] satisfies ConvPaddingMode[];

interface CommonOptions<HasBias extends boolean> extends FactoryOptions {
  /** Default 1. */
  readonly stride?: Sizes;
  /** Distance of the kernel's elements. Default 1. */
  readonly dilation?: Sizes;
  /** Number of blocks of channels that do not see each other. Default 1. */
  readonly groups?: number;
  /** Whether to add a learned number to each output channel. Default true. */
  readonly bias?: HasBias;
}

export interface ConvOptions<HasBias extends boolean> extends CommonOptions<HasBias> {
  /** On each side; "same" keeps the size (stride 1 only), "valid" adds none. Default 0. */
  readonly padding?: F.Padding;
  /** Default "zeros". */
  readonly paddingMode?: ConvPaddingMode;
}

export interface ConvTransposeOptions<HasBias extends boolean> extends CommonOptions<HasBias> {
  /** Taken away on each side of the output. Default 0. */
  readonly padding?: Sizes;
  /** Added to one side of the output. Default 0. */
  readonly outputPadding?: Sizes;
  /** Zeros are all there is for transposed convolutions. Default "zeros". */
  readonly paddingMode?: "zeros";
}

interface ChannelOptions {
  readonly inChannels?: number;
  readonly outChannels?: number;
  readonly kernelSize?: Sizes;
}

type WithChannels<Options> = Options & Required<ChannelOptions>;
type WithOutChannels<Options> = Options & Required<Omit<ChannelOptions, "inChannels">>;
type WithKernel<Options> = Options & { readonly kernelSize: Sizes };

type ConvTail<HasBias extends boolean> = Arguments<
  [stride: Sizes, padding: F.Padding, dilation: Sizes, groups: number, bias: HasBias, paddingMode: ConvPaddingMode],
  ConvOptions<HasBias>
>;
type ConvTransposeTail<HasBias extends boolean> = Arguments<
  [stride: Sizes, padding: Sizes, outputPadding: Sizes, groups: number, bias: HasBias, dilation: Sizes, paddingMode: "zeros"],
  ConvTransposeOptions<HasBias>
>;

type LayerArguments<Tail extends readonly unknown[], Options> =
  | readonly [inChannels: number, outChannels: number, kernelSize: Sizes, ...tail: Tail]
  | readonly [inChannels: number, outChannels: number, options: WithKernel<Options>]
  | readonly [inChannels: number, options: WithOutChannels<Options>]
  | readonly [options: WithChannels<Options>];

type LazyArguments<Tail extends readonly unknown[], Options> =
  | readonly [outChannels: number, kernelSize: Sizes, ...tail: Tail]
  | readonly [outChannels: number, options: WithKernel<Options>]
  | readonly [options: WithOutChannels<Options>];

type ConvArguments<HasBias extends boolean> = LayerArguments<ConvTail<HasBias>, ConvOptions<HasBias>>;
type ConvTransposeArguments<HasBias extends boolean> = LayerArguments<ConvTransposeTail<HasBias>, ConvTransposeOptions<HasBias>>;
type LazyConvArguments<HasBias extends boolean> = LazyArguments<ConvTail<HasBias>, ConvOptions<HasBias>>;
type LazyConvTransposeArguments<HasBias extends boolean> = LazyArguments<ConvTransposeTail<HasBias>, ConvTransposeOptions<HasBias>>;

interface Collected extends ChannelOptions, FactoryOptions {
  readonly stride?: Sizes;
  readonly padding?: F.Padding;
  readonly outputPadding?: Sizes;
  readonly dilation?: Sizes;
  readonly groups?: number;
  readonly bias?: boolean;
  readonly paddingMode?: string;
}

const lazyConvNames = ["outChannels", "kernelSize", "stride", "padding", "dilation", "groups", "bias", "paddingMode"] as const;
const convNames = ["inChannels", ...lazyConvNames] as const;
const lazyTransposeNames = ["outChannels", "kernelSize", "stride", "padding", "outputPadding", "groups", "bias", "dilation", "paddingMode"] as const;
const transposeNames = ["inChannels", ...lazyTransposeNames] as const;

const outFirst: readonly AxisName[] = ["out", "in"];
const inFirst: readonly AxisName[] = ["in", "out"];
/** Of kernels of one, two and three dimensions. */
const kernelAxes: readonly (readonly AxisName[])[] = [["kernel"], ["height", "width"], ["depth", "height", "width"]];

/** What all convolution layers have in common; `dims` is the number of spatial dimensions. */
abstract class ConvNd<HasBias extends boolean> extends Module {
  static override readonly [declaration]: LayerDeclaration<ConvNd<boolean>> = {
    family: "convolution",
    maps: ["inChannels", "outChannels"],
    takes: ({ kernelSize }) => [{ argument: "inChannels", input: 0, axis: -kernelSize.length - 1, counts: "channel" }],
    arguments: ({ inChannels, outChannels, kernelSize, stride, padding, outputPadding, dilation, groups, bias, paddingMode, transposed }) => ({
      // A lazy layer has none to be given.
      ...(inChannels > 0 && { inChannels }),
      outChannels,
      kernelSize,
      stride: optional(stride, 1),
      padding: optional(padding, 0),
      ...(transposed && { outputPadding: optional(outputPadding, 0) }),
      dilation: optional(dilation, 1),
      groups: optional(groups, 1),
      bias: optional(bias !== null, true),
      paddingMode: optional(paddingMode, "zeros"),
    }),
    axes: ({ transposed, kernelSize }) => ({ weight: [...(transposed ? inFirst : outFirst), ...kernelAxes[kernelSize.length - 1]!], bias: ["out"] }),
    inputs: ({ inChannels, kernelSize, transposed }) => (transposed ? seeds : signals)(inChannels || 3, kernelSize.length),
  };

  inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[] | "same" | "valid";
  readonly dilation: readonly number[];
  readonly outputPadding: readonly number[];
  readonly groups: number;
  readonly paddingMode: string;
  /** (outChannels, inChannels / groups, ...kernelSize); transposed: (inChannels, outChannels / groups, ...kernelSize). */
  declare weight: Parameter;
  /** (outChannels); null without `bias`. */
  declare bias: Bias<HasBias>;

  /** `inChannels` null: learned from the first input. */
  protected constructor(
    dims: number,
    protected readonly transposed: boolean,
    given: Collected,
    isLazy: boolean,
  ) {
    super();
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1, bias = true, paddingMode = "zeros" } = given;
    const name = this.constructor.name;
    this.inChannels = isLazy ? 0 : required(given.inChannels, name, "in_channels");
    this.outChannels = required(given.outChannels, name, "out_channels");
    this.kernelSize = repeat(required(given.kernelSize, name, "kernel_size"), dims);
    this.stride = repeat(stride, dims);
    this.padding = typeof padding === "string" ? padding : repeat(padding, dims);
    this.dilation = repeat(dilation, dims);
    this.outputPadding = repeat(outputPadding, dims);
    this.groups = groups;
    this.paddingMode = paddingMode;
    this.checkArguments();

    const sizes = this.weightSizes();
    this.registerParameter("weight", isLazy ? new UninitializedParameter(factoryOptions(given)) : emptyParameter(sizes, given));
    const makeBias = (): Parameter => (isLazy ? new UninitializedParameter(factoryOptions(given)) : emptyParameter([this.outChannels], given));
    this.registerParameter("bias", bias ? makeBias() : null);
    if (!isLazy) this.resetParameters();
  }

  private checkArguments(): void {
    const { groups, inChannels, outChannels, padding, stride, paddingMode } = this;
    if (groups <= 0) throw new ValueError("groups must be a positive integer");
    if (inChannels % groups !== 0) throw new ValueError("in_channels must be divisible by groups");
    if (outChannels % groups !== 0) throw new ValueError("out_channels must be divisible by groups");
    if (typeof padding === "string") {
      if (padding !== "same" && padding !== "valid") {
        throw new ValueError(`Invalid padding string ${repr(padding)}, should be one of {'same', 'valid'}`);
      }
      if (padding === "same" && stride.some((step) => step !== 1)) throw new ValueError("padding='same' is not supported for strided convolutions");
    }
    if (!paddingModes.includes(paddingMode)) {
      throw new ValueError(`padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${paddingMode}'`);
    }
    if (this.transposed && paddingMode !== "zeros") throw new ValueError(`Only "zeros" padding mode is supported for ${this.constructor.name}`);
  }

  private weightSizes(): readonly number[] {
    const { inChannels, outChannels, groups, kernelSize } = this;
    return this.transposed ? [inChannels, outChannels / groups, ...kernelSize] : [outChannels, inChannels / groups, ...kernelSize];
  }

  resetParameters(): void {
    const { weight, bias } = this;
    if (isUninitialized(weight)) return;
    init.kaimingUniform_(weight, { a: Math.sqrt(5) });
    const fanIn = product(weight.sizes.slice(1));
    if (bias === null || fanIn === 0) return;
    const bound = 1 / Math.sqrt(fanIn);
    init.uniform_(bias, -bound, bound);
  }

  /** Gives a lazy layer its channels and makes it one of class `type`. */
  protected materialize(x: Tensor, type: { readonly name: string; readonly prototype: object }): void {
    const dims = this.kernelSize.length;
    if (x.ndim !== dims + 1 && x.ndim !== dims + 2) {
      throw new RuntimeError(
        `Expected ${dims + 1}D (unbatched) or ${dims + 2}D (batched) input to ${this.constructor.name}, but got input of size: torch.Size(${formatSizes(x.sizes)})`,
      );
    }
    const { weight, bias } = this;
    // A lazy layer that loaded a state dict has its parameters already.
    if (!isUninitialized(weight)) this.inChannels = this.transposed ? weight.sizes[0]! : weight.sizes[1]! * this.groups;
    else {
      this.inChannels = x.sizes[x.ndim - dims - 1]!;
      if (this.inChannels % this.groups !== 0) throw new ValueError("in_channels must be divisible by groups");
      weight.materialize(Tensor.allocate(this.weightSizes(), weight.dtype, weight.device));
      if (bias !== null && isUninitialized(bias)) bias.materialize(Tensor.allocate([this.outChannels], bias.dtype, bias.device));
      this.resetParameters();
    }
    Object.setPrototypeOf(this, type.prototype);
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, outputPadding, groups, paddingMode } = this;
    const parts = [`${this.inChannels}, ${this.outChannels}, kernel_size=${repr(kernelSize)}, stride=${repr(stride)}`];
    if (typeof padding === "string") parts.push(`padding=${padding}`);
    else if (padding.some((size) => size !== 0)) parts.push(`padding=${repr(padding)}`);
    if (dilation.some((size) => size !== 1)) parts.push(`dilation=${repr(dilation)}`);
    if (outputPadding.some((size) => size !== 0)) parts.push(`output_padding=${repr(outputPadding)}`);
    if (groups !== 1) parts.push(`groups=${groups}`);
    if (this.bias === null) parts.push("bias=False");
    if (paddingMode !== "zeros") parts.push(`padding_mode=${paddingMode}`);
    return parts.join(", ");
  }
}

// ---- convolutions

abstract class Convolution<HasBias extends boolean> extends ConvNd<HasBias> {
  protected constructor(dims: number, given: Collected, isLazy = false) {
    super(dims, false, given, isLazy);
  }

  override forward(x: Tensor): Tensor {
    const { weight, bias, stride, padding, dilation, groups, paddingMode } = this;
    const convolve = convolutions[this.kernelSize.length - 1]!;
    if (paddingMode === "zeros") return convolve(x, weight, { bias, stride, padding, dilation, groups });
    const padded = pad(x, this.sidePadding(), paddingMode as Exclude<ConvPaddingMode, "zeros">);
    return convolve(padded, weight, { bias, stride, padding: 0, dilation, groups });
  }

  /** Padding before and after each dimension, from the last one on, as `pad` takes it. */
  private sidePadding(): readonly number[] {
    const { padding, kernelSize, dilation } = this;
    const sides = kernelSize.map((size, i): readonly number[] => {
      if (padding === "valid") return [0, 0];
      if (padding !== "same") return [padding[i]!, padding[i]!];
      const total = dilation[i]! * (size - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)];
    });
    return sides.reverse().flat();
  }
}
const convolutions: readonly F.ConvolutionFunction[] = [F.conv1d, F.conv2d, F.conv3d];

/**
 * Convolution of sequences: (N, inChannels, L) to (N, outChannels, L'). (torch.nn.Conv1d) Each size L becomes floor((L + 2 padding - dilation
 * (kernelSize - 1) - 1) / stride) + 1. Weight and bias start from U(-1/sqrt(k), 1/sqrt(k)), k being inChannels / groups times the elements of the
 * kernel.
 */
export class Conv1d<HasBias extends boolean = true> extends Convolution<HasBias> {
  constructor(...args: ConvArguments<HasBias>) {
    super(1, collect<Collected>("Conv1d", convNames, args, ["device", "dtype"]));
  }
}

/**
 * Convolution of images: (N, inChannels, H, W) to (N, outChannels, H', W'). (torch.nn.Conv2d) Each size L becomes floor((L + 2 padding - dilation
 * (kernelSize - 1) - 1) / stride) + 1. Weight and bias start from U(-1/sqrt(k), 1/sqrt(k)), k being inChannels / groups times the elements of the
 * kernel.
 */
export class Conv2d<HasBias extends boolean = true> extends Convolution<HasBias> {
  constructor(...args: ConvArguments<HasBias>) {
    super(2, collect<Collected>("Conv2d", convNames, args, ["device", "dtype"]));
  }
}

/**
 * Convolution of volumes: (N, inChannels, D, H, W) to (N, outChannels, D', H', W'). (torch.nn.Conv3d) Each size L becomes floor((L + 2 padding -
 * dilation (kernelSize - 1) - 1) / stride) + 1. Weight and bias start from U(-1/sqrt(k), 1/sqrt(k)), k being inChannels / groups times the elements of
 * the kernel.
 */
export class Conv3d<HasBias extends boolean = true> extends Convolution<HasBias> {
  constructor(...args: ConvArguments<HasBias>) {
    super(3, collect<Collected>("Conv3d", convNames, args, ["device", "dtype"]));
  }
}

/** A Conv1d that learns `inChannels` from its first input, and becomes a Conv1d by it. (torch.nn.LazyConv1d) */
export class LazyConv1d<HasBias extends boolean = true> extends Convolution<HasBias> {
  constructor(...args: LazyConvArguments<HasBias>) {
    super(1, collect<Collected>("LazyConv1d", lazyConvNames, args, ["device", "dtype"]), true);
  }

  override forward(x: Tensor): Tensor {
    this.materialize(x, Conv1d);
    return super.forward(x);
  }
}

/** A Conv2d that learns `inChannels` from its first input, and becomes a Conv2d by it. (torch.nn.LazyConv2d) */
export class LazyConv2d<HasBias extends boolean = true> extends Convolution<HasBias> {
  constructor(...args: LazyConvArguments<HasBias>) {
    super(2, collect<Collected>("LazyConv2d", lazyConvNames, args, ["device", "dtype"]), true);
  }

  override forward(x: Tensor): Tensor {
    this.materialize(x, Conv2d);
    return super.forward(x);
  }
}

/** A Conv3d that learns `inChannels` from its first input, and becomes a Conv3d by it. (torch.nn.LazyConv3d) */
export class LazyConv3d<HasBias extends boolean = true> extends Convolution<HasBias> {
  constructor(...args: LazyConvArguments<HasBias>) {
    super(3, collect<Collected>("LazyConv3d", lazyConvNames, args, ["device", "dtype"]), true);
  }

  override forward(x: Tensor): Tensor {
    this.materialize(x, Conv3d);
    return super.forward(x);
  }
}

// ---- transposed convolutions

abstract class TransposedConvolution<HasBias extends boolean> extends ConvNd<HasBias> {
  protected constructor(dims: number, given: Collected, isLazy = false) {
    super(dims, true, given, isLazy);
  }

  /** `outputSize`: which of the sizes that lead to the same input size is meant, in place of `outputPadding`. */
  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor {
    const { weight, bias, stride, dilation, groups, kernelSize } = this;
    const padding = this.padding as readonly number[];
    const outputPadding = outputSize === null ? this.outputPadding : F.outputPaddingFor(x, outputSize, { stride, padding, kernelSize, dilation });
    return transposedConvolutions[kernelSize.length - 1]!(x, weight, { bias, stride, padding, outputPadding, groups, dilation });
  }
}
const transposedConvolutions: readonly F.TransposedConvolutionFunction[] = [F.convTranspose1d, F.convTranspose2d, F.convTranspose3d];

/**
 * The gradient of a Conv1d as a layer: (N, inChannels, L) to (N, outChannels, L'), longer for strides above 1. (torch.nn.ConvTranspose1d) Each size L
 * becomes (L - 1) stride - 2 padding + dilation (kernelSize - 1) + outputPadding + 1. Weight and bias start from U(-1/sqrt(k), 1/sqrt(k)), k being
 * outChannels / groups times the elements of the kernel.
 */
export class ConvTranspose1d<HasBias extends boolean = true> extends TransposedConvolution<HasBias> {
  constructor(...args: ConvTransposeArguments<HasBias>) {
    super(1, collect<Collected>("ConvTranspose1d", transposeNames, args, ["device", "dtype"]));
  }
}

/**
 * The gradient of a Conv2d as a layer: (N, inChannels, H, W) to (N, outChannels, H', W'), larger for strides above 1. (torch.nn.ConvTranspose2d) Each
 * size L becomes (L - 1) stride - 2 padding + dilation (kernelSize - 1) + outputPadding + 1. Weight and bias start from U(-1/sqrt(k), 1/sqrt(k)), k
 * being outChannels / groups times the elements of the kernel.
 */
export class ConvTranspose2d<HasBias extends boolean = true> extends TransposedConvolution<HasBias> {
  constructor(...args: ConvTransposeArguments<HasBias>) {
    super(2, collect<Collected>("ConvTranspose2d", transposeNames, args, ["device", "dtype"]));
  }
}

/**
 * The gradient of a Conv3d as a layer: (N, inChannels, D, H, W) to (N, outChannels, D', H', W'). (torch.nn.ConvTranspose3d) Each size L becomes (L - 1)
 * stride - 2 padding + dilation (kernelSize - 1) + outputPadding + 1. Weight and bias start from U(-1/sqrt(k), 1/sqrt(k)), k being outChannels / groups
 * times the elements of the kernel.
 */
export class ConvTranspose3d<HasBias extends boolean = true> extends TransposedConvolution<HasBias> {
  constructor(...args: ConvTransposeArguments<HasBias>) {
    super(3, collect<Collected>("ConvTranspose3d", transposeNames, args, ["device", "dtype"]));
  }
}

/** A ConvTranspose1d that learns `inChannels` from its first input, and becomes one by it. (torch.nn.LazyConvTranspose1d) */
export class LazyConvTranspose1d<HasBias extends boolean = true> extends TransposedConvolution<HasBias> {
  constructor(...args: LazyConvTransposeArguments<HasBias>) {
    super(1, collect<Collected>("LazyConvTranspose1d", lazyTransposeNames, args, ["device", "dtype"]), true);
  }

  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor {
    this.materialize(x, ConvTranspose1d);
    return super.forward(x, outputSize);
  }
}

/** A ConvTranspose2d that learns `inChannels` from its first input, and becomes one by it. (torch.nn.LazyConvTranspose2d) */
export class LazyConvTranspose2d<HasBias extends boolean = true> extends TransposedConvolution<HasBias> {
  constructor(...args: LazyConvTransposeArguments<HasBias>) {
    super(2, collect<Collected>("LazyConvTranspose2d", lazyTransposeNames, args, ["device", "dtype"]), true);
  }

  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor {
    this.materialize(x, ConvTranspose2d);
    return super.forward(x, outputSize);
  }
}

/** A ConvTranspose3d that learns `inChannels` from its first input, and becomes one by it. (torch.nn.LazyConvTranspose3d) */
export class LazyConvTranspose3d<HasBias extends boolean = true> extends TransposedConvolution<HasBias> {
  constructor(...args: LazyConvTransposeArguments<HasBias>) {
    super(3, collect<Collected>("LazyConvTranspose3d", lazyTransposeNames, args, ["device", "dtype"]), true);
  }

  override forward(x: Tensor, outputSize: readonly number[] | null = null): Tensor {
    this.materialize(x, ConvTranspose3d);
    return super.forward(x, outputSize);
  }
}
