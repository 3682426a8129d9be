import { ValueError } from "../../errors.js";
import { collect, required, type WithRequired } from "../../arguments.js";
import * as F from "../../ops/normalization.js";
import type { Sizes } from "../../ops/rules/sizes.js";
import { float, repr } from "../../print/python.js";
import { Tensor } from "../../tensor.js";
import { declaration, optional, type AxisName, type ExampleInput, type LayerDeclaration, type TakenSize } from "../declaration.js";
import { channels, floats, sequenceLength } from "../exampleInputs.js";
import { emptyParameter, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import type { Bias } from "./linear.js";
import { Module } from "../module.js";

/** Normalization of layers and of groups of channels. Weights start as ones, biases as zeros, and nothing is drawn. */

/** Scale and shift have the normalized shape. */
function normalizedSizes({ normalizedShape }: { readonly normalizedShape: readonly number[] }): readonly TakenSize[] {
  return [{ argument: "normalizedShape", input: 0, axis: -normalizedShape.length, counts: "feature" }];
}

function normalizedAxes({ normalizedShape }: { readonly normalizedShape: readonly number[] }): Readonly<Record<string, readonly AxisName[]>> {
  const features = normalizedShape.map(() => "feature" as const);
  return { weight: features, bias: features };
}

function normalizedInputs(normalizedShape: readonly number[]): readonly ExampleInput[] {
  return floats([1, ...normalizedShape], [1, sequenceLength, ...normalizedShape]);
}

interface Normalized {
  readonly normalizedShape: Sizes;
}

export interface LayerNormOptions<Affine extends boolean, HasBias extends boolean> extends FactoryOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Whether to learn a scale and a shift for each element. Default true. */
  readonly elementwiseAffine?: Affine;
  /** Whether the shift is among what is learned. Default true. */
  readonly bias?: HasBias;
}

/**
 * Normalizes over the last dimensions, whose sizes are `normalizedShape`: a number for the last one alone. (torch.nn.LayerNorm) `weight` and `bias` have
 * that shape. `weight` starts as ones, `bias` as zeros.
 */
export class LayerNorm<Affine extends boolean = true, HasBias extends boolean = Affine> extends Module {
  static override readonly [declaration]: LayerDeclaration<LayerNorm<boolean, boolean>> = {
    family: "normalization",
    takes: normalizedSizes,
    arguments: ({ normalizedShape, eps, elementwiseAffine, bias }) => ({
      normalizedShape,
      eps: optional(eps, 1e-5),
      elementwiseAffine: optional(elementwiseAffine, true),
      bias: optional(bias !== null, elementwiseAffine),
    }),
    axes: normalizedAxes,
    inputs: ({ normalizedShape }) => normalizedInputs(normalizedShape),
  };

  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  weight: Bias<Affine>;
  bias: Bias<HasBias>;

  constructor(
    ...args: WithRequired<[normalizedShape: Sizes], Normalized, [eps: number, elementwiseAffine: Affine, bias: HasBias], LayerNormOptions<Affine, HasBias>>
  ) {
    super();
    const { normalizedShape: given, ...options } = collect<LayerNormOptions<boolean, boolean> & Partial<Normalized>>(
      "LayerNorm",
      ["normalizedShape", "eps", "elementwiseAffine", "bias"],
      args,
      ["device", "dtype"],
    );
    const normalizedShape = required(given, "LayerNorm", "normalized_shape");
    const { eps = 1e-5, elementwiseAffine = true, bias = true } = options;
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = (elementwiseAffine ? emptyParameter(this.normalizedShape, options) : null) as Bias<Affine>;
    this.bias = (elementwiseAffine && bias ? emptyParameter(this.normalizedShape, options) : null) as Bias<HasBias>;
    this.registerParameter("weight", this.weight);
    this.registerParameter("bias", this.bias);
    this.resetParameters();
  }

  resetParameters(): void {
    if (this.weight !== null) init.ones_(this.weight);
    if (this.bias !== null) init.zeros_(this.bias);
  }

  override forward(x: Tensor): Tensor {
    return F.layerNorm(x, this.normalizedShape, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    return `${repr(this.normalizedShape)}, eps=${repr(this.eps)}, elementwise_affine=${repr(this.elementwiseAffine)}, bias=${repr(this.bias !== null)}`;
  }
}

export interface RMSNormOptions<Affine extends boolean> extends FactoryOptions {
  /** Added to the mean of squares; null for the dtype's machine epsilon. Default null. */
  readonly eps?: number | null;
  /** Whether to learn a scale for each element. Default true. */
  readonly elementwiseAffine?: Affine;
}

/**
 * Divides by the root of the mean of squares over the last dimensions, whose sizes are `normalizedShape`. (torch.nn.RMSNorm) `weight` has those sizes
 * and starts as ones.
 */
export class RMSNorm<Affine extends boolean = true> extends Module {
  static override readonly [declaration]: LayerDeclaration<RMSNorm<boolean>> = {
    family: "normalization",
    takes: normalizedSizes,
    arguments: ({ normalizedShape, eps, elementwiseAffine }) => ({
      normalizedShape,
      eps: optional(eps, null),
      elementwiseAffine: optional(elementwiseAffine, true),
    }),
    axes: normalizedAxes,
    inputs: ({ normalizedShape }) => normalizedInputs(normalizedShape),
  };

  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  weight: Bias<Affine>;

  constructor(...args: WithRequired<[normalizedShape: Sizes], Normalized, [eps: number | null, elementwiseAffine: Affine], RMSNormOptions<Affine>>) {
    super();
    const { normalizedShape: given, ...options } = collect<RMSNormOptions<boolean> & Partial<Normalized>>(
      "RMSNorm",
      ["normalizedShape", "eps", "elementwiseAffine"],
      args,
      ["device", "dtype"],
    );
    const normalizedShape = required(given, "RMSNorm", "normalized_shape");
    const { eps = null, elementwiseAffine = true } = options;
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.elementwiseAffine = elementwiseAffine;
    this.weight = (elementwiseAffine ? emptyParameter(this.normalizedShape, options) : null) as Bias<Affine>;
    this.registerParameter("weight", this.weight);
    this.resetParameters();
  }

  resetParameters(): void {
    if (this.weight !== null) init.ones_(this.weight);
  }

  override forward(x: Tensor): Tensor {
    return F.rmsNorm(x, this.normalizedShape, this.weight, this.eps);
  }

  override extraRepr(): string {
    return `${repr(this.normalizedShape)}, eps=${repr(this.eps)}, elementwise_affine=${repr(this.elementwiseAffine)}`;
  }
}

interface Grouped {
  readonly numGroups: number;
  readonly numChannels: number;
}

export interface GroupNormOptions<Affine extends boolean, HasBias extends boolean> extends FactoryOptions {
  /** Added to the variance. Default 1e-5. */
  readonly eps?: number;
  /** Whether to learn a scale and a shift for each channel. Default true. */
  readonly affine?: Affine;
  /** Whether the shift is among what is learned. Default true. */
  readonly bias?: HasBias;
}

/**
 * Normalizes each of `numGroups` groups of neighbouring channels in each sample. Input (batch, numChannels, ...). (torch.nn.GroupNorm) `weight` starts
 * as ones, `bias` as zeros.
 */
export class GroupNorm<Affine extends boolean = true, HasBias extends boolean = Affine> extends Module {
  static override readonly [declaration]: LayerDeclaration<GroupNorm<boolean, boolean>> = {
    family: "normalization",
    takes: () => [{ argument: "numChannels", input: 0, axis: 1, counts: "channel" }],
    arguments: ({ numGroups, numChannels, eps, affine, bias }) => ({
      numGroups,
      numChannels,
      eps: optional(eps, 1e-5),
      affine: optional(affine, true),
      bias: optional(bias !== null, affine),
    }),
    axes: () => ({ weight: ["channel"], bias: ["channel"] }),
    inputs: ({ numChannels }) => channels(numChannels, 2),
  };

  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  weight: Bias<Affine>;
  bias: Bias<HasBias>;

  constructor(...args: WithRequired<[numGroups: number, numChannels: number], Grouped, [eps: number, affine: Affine], GroupNormOptions<Affine, HasBias>>) {
    super();
    const options = collect<GroupNormOptions<boolean, boolean> & Partial<Grouped>>("GroupNorm", ["numGroups", "numChannels", "eps", "affine"], args, [
      "bias",
      "device",
      "dtype",
    ]);
    const numGroups = (this.numGroups = required(options.numGroups, "GroupNorm", "num_groups"));
    const numChannels = (this.numChannels = required(options.numChannels, "GroupNorm", "num_channels"));
    const { eps = 1e-5, affine = true, bias = true } = options;
    if (numChannels % numGroups !== 0) throw new ValueError(`num_channels (${numChannels}) must be divisible by num_groups (${numGroups})`);
    this.eps = eps;
    this.affine = affine;
    this.weight = (affine ? emptyParameter([numChannels], options) : null) as Bias<Affine>;
    this.bias = (affine && bias ? emptyParameter([numChannels], options) : null) as Bias<HasBias>;
    this.registerParameter("weight", this.weight);
    this.registerParameter("bias", this.bias);
    this.resetParameters();
  }

  resetParameters(): void {
    if (this.weight !== null) init.ones_(this.weight);
    if (this.bias !== null) init.zeros_(this.bias);
  }

  override forward(x: Tensor): Tensor {
    return F.groupNorm(x, this.numGroups, this.weight, this.bias, this.eps);
  }

  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${repr(this.eps)}, affine=${repr(this.affine)}, bias=${repr(this.bias !== null)}`;
  }
}

/** Divides each element by a power of the mean of squares over `size` neighbouring channels. (torch.nn.LocalResponseNorm) */
export class LocalResponseNorm extends Module {
  static override readonly [declaration]: LayerDeclaration<LocalResponseNorm> = {
    family: "normalization",
    arguments: ({ size, alpha, beta, k }) => ({ size, alpha: optional(alpha, 1e-4), beta: optional(beta, 0.75), k: optional(k, 1) }),
  };

  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;

  constructor(...args: WithRequired<[size: number], { readonly size: number }, [alpha: number, beta: number, k: number], F.LocalResponseNormOptions>) {
    super();
    const {
      size,
      alpha = 1e-4,
      beta = 0.75,
      k = 1,
    } = collect<F.LocalResponseNormOptions & { readonly size?: number }>("LocalResponseNorm", ["size", "alpha", "beta", "k"], args, []);
    this.size = required(size, "LocalResponseNorm", "size");
    this.alpha = alpha;
    this.beta = beta;
    this.k = k;
  }

  override forward(x: Tensor): Tensor {
    return F.localResponseNorm(x, this.size, this.alpha, this.beta, this.k);
  }

  override extraRepr(): string {
    return `${this.size}, alpha=${repr(this.alpha)}, beta=${repr(this.beta)}, k=${repr(this.k === 1 ? float(1) : this.k)}`;
  }
}
