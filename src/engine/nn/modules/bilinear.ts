import { ValueError } from "../../errors.js";
import { collect, required } from "../../arguments.js";
import { bilinear } from "../../ops/bilinear.js";
import { repr } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, takesFeatures, type LayerDeclaration } from "../declaration.js";
import { floats } from "../exampleInputs.js";
import { emptyParameter, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import type { Bias } from "./linear.js";
import { Module } from "../module.js";
import type { Parameter } from "../parameter.js";

export interface BilinearOptions<HasBias extends boolean> extends FactoryOptions {
  /** Whether to add a learned bias. Default true. */
  readonly bias?: HasBias;
}

interface Features {
  readonly in1Features?: number;
  readonly in2Features?: number;
  readonly outFeatures?: number;
}

/**
 * y = x1^T A x2 + b (torch.nn.Bilinear). Inputs (*, in1Features) and (*, in2Features), output (*, outFeatures).
 * `weight` is (outFeatures, in1Features, in2Features); it and `bias` start from U(-1/sqrt(in1Features), 1/sqrt(in1Features)).
 */
export class Bilinear<HasBias extends boolean = true> extends Module {
  static override readonly [declaration]: LayerDeclaration<Bilinear<boolean>> = {
    family: "linear",
    maps: ["in1Features", "outFeatures"],
    takes: () => [takesFeatures("in1Features"), takesFeatures("in2Features", 1)],
    arguments: ({ in1Features, in2Features, outFeatures, bias }) => ({ in1Features, in2Features, outFeatures, bias: optional(bias !== null, true) }),
    axes: () => ({ weight: ["out", "in1", "in2"], bias: ["out"] }),
    inputs: ({ in1Features }) => floats([1, in1Features], [2, in1Features]),
  };

  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  declare weight: Parameter;
  declare bias: Bias<HasBias>;

  constructor(in1Features: number, in2Features: number, outFeatures: number, options?: BilinearOptions<HasBias>);
  constructor(in1Features: number, in2Features: number, outFeatures: number, bias: HasBias, options?: FactoryOptions);
  constructor(options: BilinearOptions<HasBias> & Required<Features>);
  constructor(...args: unknown[]) {
    super();
    const given = collect<BilinearOptions<boolean> & Features>("Bilinear", ["in1Features", "in2Features", "outFeatures", "bias"], args, ["device", "dtype"]);
    this.in1Features = required(given.in1Features, "Bilinear", "in1_features");
    this.in2Features = required(given.in2Features, "Bilinear", "in2_features");
    this.outFeatures = required(given.outFeatures, "Bilinear", "out_features");
    if (this.in1Features <= 0) throw new ValueError(`in1_features must be > 0, but got ${this.in1Features}`);
    this.registerParameter("weight", emptyParameter([this.outFeatures, this.in1Features, this.in2Features], given));
    this.registerParameter("bias", given.bias === false ? null : emptyParameter([this.outFeatures], given));
    this.resetParameters();
  }

  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    init.uniform_(this.weight, -bound, bound);
    if (this.bias !== null) init.uniform_(this.bias, -bound, bound);
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return bilinear(x1, x2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const { in1Features, in2Features, outFeatures, bias } = this;
    return `in1_features=${in1Features}, in2_features=${in2Features}, out_features=${outFeatures}, bias=${repr(bias !== null)}`;
  }
}
