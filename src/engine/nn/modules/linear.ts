import { collect, required } from "../../arguments.js";
import { AssertionError } from "../../errors.js";
import { linear } from "../../ops/matmul.js";
import { repr } from "../../print/python.js";
import { Tensor } from "../../tensor.js";
import { declaration, optional, takesFeatures, type LayerDeclaration } from "../declaration.js";
import { floats, imagesOf, sequenceLength } from "../exampleInputs.js";
import { emptyParameter, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import { Module } from "../module.js";
import { isUninitialized, Parameter, UninitializedParameter } from "../parameter.js";

/**
 * The type of a layer's `bias`: null when the layer was made with `bias: false`, either when the option is only known at run time, and after
 * `instanceof`, which forgets the option.
 */
export type Bias<HasBias extends boolean> = HasBias extends false ? null : Parameter;

export interface LinearOptions<HasBias extends boolean> extends FactoryOptions {
  /** Whether to add a learned bias. Default true. */
  readonly bias?: HasBias;
}

interface LinearArguments extends LinearOptions<boolean> {
  readonly inFeatures?: number;
  readonly outFeatures?: number;
}

const linearAxes = { weight: ["out", "in"], bias: ["out"] } as const;

/** Fills as PyTorch's linear layers do: weight and bias from U(-1/sqrt(in), 1/sqrt(in)). */
function resetLinear(weight: Tensor, bias: Tensor | null): void {
  init.kaimingUniform_(weight, { a: Math.sqrt(5) });
  if (bias === null) return;
  const fanIn = weight.sizes[1]!;
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  init.uniform_(bias, -bound, bound);
}

/**
 * y = x A^T + b (torch.nn.Linear). Input (*, inFeatures), output (*, outFeatures).
 * `weight` is (outFeatures, inFeatures), `bias` (outFeatures); both start from U(-1/sqrt(inFeatures), 1/sqrt(inFeatures)).
 */
export class Linear<HasBias extends boolean = true> extends Module {
  static override readonly [declaration]: LayerDeclaration<Linear<boolean>> = {
    family: "linear",
    maps: ["inFeatures", "outFeatures"],
    takes: () => [takesFeatures("inFeatures")],
    arguments: ({ inFeatures, outFeatures, bias }) => ({ inFeatures, outFeatures, bias: optional(bias !== null, true) }),
    axes: () => linearAxes,
    inputs: ({ inFeatures }, flattens) => [
      ...(flattens ? imagesOf(inFeatures) : []),
      ...floats([1, inFeatures], [2, inFeatures], [1, sequenceLength, inFeatures], [sequenceLength, 1, inFeatures]),
    ],
  };

  weight: Parameter;
  bias: Bias<HasBias>;

  readonly inFeatures: number;
  readonly outFeatures: number;

  constructor(inFeatures: number, outFeatures: number, options?: HasBias | LinearOptions<HasBias>);
  constructor(options: LinearOptions<HasBias> & { readonly inFeatures: number; readonly outFeatures: number });
  constructor(...args: readonly unknown[]) {
    super();
    const {
      inFeatures,
      outFeatures,
      bias = true,
      ...factory
    } = collect<LinearArguments>("Linear", ["inFeatures", "outFeatures", "bias"], args, ["device", "dtype"]);
    this.inFeatures = required(inFeatures, "Linear", "in_features");
    this.outFeatures = required(outFeatures, "Linear", "out_features");
    this.weight = emptyParameter([this.outFeatures, this.inFeatures], factory);
    this.bias = (bias ? emptyParameter([this.outFeatures], factory) : null) as Bias<HasBias>;
    this.registerParameter("bias", this.bias);
    this.resetParameters();
  }

  resetParameters(): void {
    resetLinear(this.weight, this.bias);
  }

  override forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${repr(this.bias !== null)}`;
  }
}

/** A Linear that learns `inFeatures` from its first input, or from what it loads (torch.nn.LazyLinear), and becomes a Linear by its first input. */
export class LazyLinear<HasBias extends boolean = true> extends Module {
  static override readonly [declaration]: LayerDeclaration<LazyLinear<boolean>> = {
    family: "linear",
    arguments: ({ outFeatures, bias }) => ({ outFeatures, bias: optional(bias !== null, true) }),
    axes: () => linearAxes,
    inputs: () => floats([1, sequenceLength], [2, sequenceLength]),
  };

  weight: Parameter;
  bias: Bias<HasBias>;
  inFeatures = 0;

  readonly outFeatures: number;

  constructor(outFeatures: number, options?: HasBias | LinearOptions<HasBias>);
  constructor(options: LinearOptions<HasBias> & { readonly outFeatures: number });
  constructor(...args: readonly unknown[]) {
    super();
    const { outFeatures, bias = true, ...factory } = collect<LinearArguments>("LazyLinear", ["outFeatures", "bias"], args, ["device", "dtype"]);
    this.outFeatures = required(outFeatures, "LazyLinear", "out_features");
    this.weight = new UninitializedParameter(factory);
    this.bias = (bias ? new UninitializedParameter(factory) : null) as Bias<HasBias>;
    this.registerParameter("bias", this.bias);
  }

  resetParameters(): void {
    if (!isUninitialized(this.weight)) resetLinear(this.weight, this.bias);
  }

  override forward(x: Tensor): Tensor {
    this.materialize(x);
    return linear(x, this.weight, this.bias);
  }

  private materialize(x: Tensor): void {
    const { weight, bias, outFeatures } = this;
    const inFeatures = x.sizes[x.sizes.length - 1]!;
    if (isUninitialized(weight)) {
      weight.materialize(Tensor.allocate([outFeatures, inFeatures], weight.dtype, weight.device));
      if (bias !== null && isUninitialized(bias)) bias.materialize(Tensor.allocate([outFeatures], bias.dtype, bias.device));
      this.resetParameters();
    } else if (weight.sizes[1] !== inFeatures) {
      throw new AssertionError(`The in_features inferred from input: ${inFeatures} is not equal to in_features from self.weight: ${weight.sizes[1]}`);
    }
    this.inFeatures = inFeatures;
    Object.setPrototypeOf(this, Linear.prototype);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${repr(this.bias !== null)}`;
  }
}
