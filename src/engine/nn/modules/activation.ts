import { AssertionError } from "../../errors.js";
import * as F from "../../ops/activation.js";
import { collect, required, type Arguments } from "../../arguments.js";
import { relu, relu_, sigmoid, tanh } from "../../ops/unary.js";
import { float, repr, type PythonValue } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { emptyParameter, type FactoryOptions } from "../factory.js";
import * as init from "../init.js";
import { Module } from "../module.js";
import type { Parameter } from "../parameter.js";

/** Activation layers: the functions of `nn.functional` with their constants. Input and output have the same shape unless stated. */

/** "alpha=1.0": a value equal to a default that PyTorch writes as a float prints as one. */
function describe(name: string, value: number, defaultValue: number): string {
  return `${name}=${String(number(value, defaultValue))}`;
}

function number(value: number, defaultValue: number): PythonValue {
  return repr(value === defaultValue ? float(value) : value);
}

function describeInplace(inplace: boolean, separator = ", "): string {
  return inplace ? `${separator}inplace=True` : "";
}

/** An activation without arguments. */
abstract class PlainActivation extends Module {
  static override readonly [declaration]: LayerDeclaration<PlainActivation> = { family: "activation", arguments: () => ({}) };

  abstract override forward(x: Tensor): Tensor;
}

/** An activation without constants but `inplace`. */
abstract class InplaceActivation extends Module {
  static override readonly [declaration]: LayerDeclaration<InplaceActivation> = {
    family: "activation",
    arguments: ({ inplace }) => ({ inplace: optional(inplace, false) }),
  };

  inplace: boolean;

  constructor(...args: Arguments<[inplace: boolean], F.InplaceOptions>) {
    super();
    this.inplace = collect<F.InplaceOptions>(new.target.name, ["inplace"], args).inplace ?? false;
  }

  abstract override forward(x: Tensor): Tensor;

  override extraRepr(): string {
    return describeInplace(this.inplace, "");
  }
}

/** max(x, 0). (torch.nn.ReLU) */
export class ReLU extends InplaceActivation {
  override forward(x: Tensor): Tensor {
    return this.inplace ? relu_(x) : relu(x);
  }
}

/** The scaled elu of self-normalizing networks. (torch.nn.SELU) */
export class SELU extends InplaceActivation {
  override forward(x: Tensor): Tensor {
    return F.selu(x, this.inplace);
  }
}

/** x * sigmoid(x). (torch.nn.SiLU) */
export class SiLU extends InplaceActivation {
  override forward(x: Tensor): Tensor {
    return F.silu(x, this.inplace);
  }
}

/** x * tanh(softplus(x)). (torch.nn.Mish) */
export class Mish extends InplaceActivation {
  override forward(x: Tensor): Tensor {
    return F.mish(x, this.inplace);
  }
}

/** x * hardsigmoid(x). (torch.nn.Hardswish) */
export class Hardswish extends InplaceActivation {
  override forward(x: Tensor): Tensor {
    return F.hardswish(x, this.inplace);
  }

  override extraRepr(): string {
    return "";
  }
}

/** A piecewise linear sigmoid. (torch.nn.Hardsigmoid) */
export class Hardsigmoid extends InplaceActivation {
  override forward(x: Tensor): Tensor {
    return F.hardsigmoid(x, this.inplace);
  }

  override extraRepr(): string {
    return "";
  }
}

/** 1 / (1 + e^-x). (torch.nn.Sigmoid) */
export class Sigmoid extends PlainActivation {
  override forward(x: Tensor): Tensor {
    return sigmoid(x);
  }
}

/** Hyperbolic tangent. (torch.nn.Tanh) */
export class Tanh extends PlainActivation {
  override forward(x: Tensor): Tensor {
    return tanh(x);
  }
}

/** log(sigmoid(x)). (torch.nn.LogSigmoid) */
export class LogSigmoid extends PlainActivation {
  override forward(x: Tensor): Tensor {
    return F.logsigmoid(x);
  }
}

/** x / (1 + |x|). (torch.nn.Softsign) */
export class Softsign extends PlainActivation {
  override forward(x: Tensor): Tensor {
    return F.softsign(x);
  }
}

/** x - tanh(x). (torch.nn.Tanhshrink) */
export class Tanhshrink extends PlainActivation {
  override forward(x: Tensor): Tensor {
    return F.tanhshrink(x);
  }
}

/** x where it is above `threshold`, else `value`. (torch.nn.Threshold) */
export class Threshold extends Module {
  static override readonly [declaration]: LayerDeclaration<Threshold> = {
    family: "activation",
    arguments: ({ threshold, value, inplace }) => ({ threshold, value, inplace: optional(inplace, false) }),
  };

  readonly threshold: number;
  readonly value: number;
  inplace: boolean;

  constructor(...args: Arguments<[threshold: number, value: number, inplace: boolean], F.ThresholdOptions>) {
    super();
    const { threshold, value, inplace = false } = collect<F.ThresholdOptions>("Threshold", ["threshold", "value", "inplace"], args);
    this.threshold = required(threshold, "Threshold", "threshold");
    this.value = required(value, "Threshold", "value");
    this.inplace = inplace;
  }

  override forward(x: Tensor): Tensor {
    return F.threshold(x, this.threshold, this.value, this.inplace);
  }

  override extraRepr(): string {
    return `threshold=${repr(this.threshold)}, value=${repr(this.value)}${describeInplace(this.inplace)}`;
  }
}

/** x, or negativeSlope * x where x < 0. (torch.nn.LeakyReLU) */
export class LeakyReLU extends Module {
  static override readonly [declaration]: LayerDeclaration<LeakyReLU> = {
    family: "activation",
    arguments: ({ negativeSlope, inplace }) => ({ negativeSlope: optional(negativeSlope, 0.01), inplace: optional(inplace, false) }),
  };

  negativeSlope: number;
  inplace: boolean;

  constructor(...args: Arguments<[negativeSlope: number, inplace: boolean], F.LeakyReluOptions>) {
    super();
    const { negativeSlope = 0.01, inplace = false } = collect<F.LeakyReluOptions>("LeakyReLU", ["negativeSlope", "inplace"], args);
    this.negativeSlope = negativeSlope;
    this.inplace = inplace;
  }

  override forward(x: Tensor): Tensor {
    return F.leakyRelu(x, this.negativeSlope, this.inplace);
  }

  override extraRepr(): string {
    return `negative_slope=${repr(this.negativeSlope)}${describeInplace(this.inplace)}`;
  }
}

/** A leaky ReLU whose slopes are drawn from U(lower, upper) while training. (torch.nn.RReLU) */
export class RReLU extends Module {
  static override readonly [declaration]: LayerDeclaration<RReLU> = {
    family: "activation",
    arguments: ({ lower, upper, inplace }) => ({ lower: optional(lower, 1 / 8), upper: optional(upper, 1 / 3), inplace: optional(inplace, false) }),
  };

  readonly lower: number;
  readonly upper: number;
  inplace: boolean;

  constructor(...args: Arguments<[lower: number, upper: number, inplace: boolean], Omit<F.RreluOptions, "training">>) {
    super();
    const { lower = 1 / 8, upper = 1 / 3, inplace = false } = collect<Omit<F.RreluOptions, "training">>("RReLU", ["lower", "upper", "inplace"], args);
    this.lower = lower;
    this.upper = upper;
    this.inplace = inplace;
  }

  override forward(x: Tensor): Tensor {
    return F.rrelu(x, this.lower, this.upper, this.training, this.inplace);
  }

  override extraRepr(): string {
    return `lower=${repr(this.lower)}, upper=${repr(this.upper)}${describeInplace(this.inplace)}`;
  }
}

/** x held between minVal and maxVal. (torch.nn.Hardtanh) */
export class Hardtanh extends Module {
  static override readonly [declaration]: LayerDeclaration<Hardtanh> = {
    family: "activation",
    arguments: ({ minVal, maxVal, inplace }) => ({ minVal: optional(minVal, -1), maxVal: optional(maxVal, 1), inplace: optional(inplace, false) }),
  };

  readonly minVal: number;
  readonly maxVal: number;
  inplace: boolean;

  constructor(...args: Arguments<[minVal: number, maxVal: number, inplace: boolean], F.HardtanhOptions>) {
    super();
    const { minVal = -1, maxVal = 1, inplace = false } = collect<F.HardtanhOptions>("Hardtanh", ["minVal", "maxVal", "inplace"], args);
    if (!(maxVal > minVal)) throw new AssertionError(`max_val (${maxVal}) must be greater than min_val (${minVal})`);
    this.minVal = minVal;
    this.maxVal = maxVal;
    this.inplace = inplace;
  }

  override forward(x: Tensor): Tensor {
    return F.hardtanh(x, this.minVal, this.maxVal, this.inplace);
  }

  override extraRepr(): string {
    return `${describe("min_val", this.minVal, -1)}, ${describe("max_val", this.maxVal, 1)}${describeInplace(this.inplace)}`;
  }
}

/** x held between 0 and 6. (torch.nn.ReLU6) */
export class ReLU6 extends Hardtanh {
  static override readonly [declaration]: LayerDeclaration<ReLU6> = {
    family: "activation",
    arguments: ({ inplace }) => ({ inplace: optional(inplace, false) }),
  };

  constructor(...args: Arguments<[inplace: boolean], F.InplaceOptions>) {
    super(0, 6, collect<F.InplaceOptions>("ReLU6", ["inplace"], args).inplace ?? false);
  }

  override forward(x: Tensor): Tensor {
    return F.relu6(x, this.inplace);
  }

  override extraRepr(): string {
    return describeInplace(this.inplace, "");
  }
}

/** An activation with `alpha`, the value approached for x to minus infinity. */
abstract class AlphaActivation extends Module {
  static override readonly [declaration]: LayerDeclaration<AlphaActivation> = {
    family: "activation",
    arguments: ({ alpha, inplace }) => ({ alpha: optional(alpha, 1), inplace: optional(inplace, false) }),
  };

  alpha: number;
  inplace: boolean;

  constructor(...args: Arguments<[alpha: number, inplace: boolean], F.AlphaInplaceOptions>) {
    super();
    const { alpha = 1, inplace = false } = collect<F.AlphaInplaceOptions>(new.target.name, ["alpha", "inplace"], args);
    this.alpha = alpha;
    this.inplace = inplace;
  }

  abstract override forward(x: Tensor): Tensor;

  override extraRepr(): string {
    return `${describe("alpha", this.alpha, 1)}${describeInplace(this.inplace)}`;
  }
}

/** x, or alpha * (e^x - 1) where x < 0. (torch.nn.ELU) */
export class ELU extends AlphaActivation {
  override forward(x: Tensor): Tensor {
    return F.elu(x, this.alpha, this.inplace);
  }
}

/** x, or alpha * (e^(x / alpha) - 1) where x < 0. (torch.nn.CELU) */
export class CELU extends AlphaActivation {
  override forward(x: Tensor): Tensor {
    return F.celu(x, this.alpha, this.inplace);
  }
}

/** x times the standard normal distribution function of x. (torch.nn.GELU) */
export class GELU extends Module {
  static override readonly [declaration]: LayerDeclaration<GELU> = {
    family: "activation",
    arguments: ({ approximate }) => ({ approximate: optional(approximate, "none") }),
  };

  readonly approximate: F.GeluApproximation;

  constructor(...args: Arguments<[approximate: F.GeluApproximation], F.GeluOptions>) {
    super();
    this.approximate = collect<F.GeluOptions>("GELU", ["approximate"], args).approximate ?? "none";
  }

  override forward(x: Tensor): Tensor {
    return F.gelu(x, { approximate: this.approximate });
  }

  override extraRepr(): string {
    return `approximate=${repr(this.approximate)}`;
  }
}

/** log(1 + e^(beta x)) / beta. (torch.nn.Softplus) */
export class Softplus extends Module {
  static override readonly [declaration]: LayerDeclaration<Softplus> = {
    family: "activation",
    arguments: ({ beta, threshold }) => ({ beta: optional(beta, 1), threshold: optional(threshold, 20) }),
  };

  readonly beta: number;
  readonly threshold: number;

  constructor(...args: Arguments<[beta: number, threshold: number], F.SoftplusOptions>) {
    super();
    const { beta = 1, threshold = 20 } = collect<F.SoftplusOptions>("Softplus", ["beta", "threshold"], args);
    this.beta = beta;
    this.threshold = threshold;
  }

  override forward(x: Tensor): Tensor {
    return F.softplus(x, this.beta, this.threshold);
  }

  override extraRepr(): string {
    return `${describe("beta", this.beta, 1)}, ${describe("threshold", this.threshold, 20)}`;
  }
}

/** x moved towards zero by lambd, and zero within it. (torch.nn.Softshrink) */
export class Softshrink extends Module {
  static override readonly [declaration]: LayerDeclaration<Softshrink> = {
    family: "activation",
    arguments: ({ lambd }) => ({ lambd: optional(lambd, 0.5) }),
  };

  readonly lambd: number;

  constructor(...args: Arguments<[lambd: number], F.ShrinkOptions>) {
    super();
    this.lambd = collect<F.ShrinkOptions>("Softshrink", ["lambd"], args).lambd ?? 0.5;
  }

  override forward(x: Tensor): Tensor {
    return F.softshrink(x, this.lambd);
  }

  override extraRepr(): string {
    return repr(this.lambd);
  }
}

/** x, or zero where |x| is at most lambd. (torch.nn.Hardshrink) */
export class Hardshrink extends Module {
  static override readonly [declaration]: LayerDeclaration<Hardshrink> = {
    family: "activation",
    arguments: ({ lambd }) => ({ lambd: optional(lambd, 0.5) }),
  };

  readonly lambd: number;

  constructor(...args: Arguments<[lambd: number], F.ShrinkOptions>) {
    super();
    this.lambd = collect<F.ShrinkOptions>("Hardshrink", ["lambd"], args).lambd ?? 0.5;
  }

  override forward(x: Tensor): Tensor {
    return F.hardshrink(x, this.lambd);
  }

  override extraRepr(): string {
    return repr(this.lambd);
  }
}

export interface PReLUOptions extends FactoryOptions {
  /** 1, or the number of channels (dimension 1). Default 1. */
  readonly numParameters?: number;
  /** What the slopes start from. Default 0.25. */
  readonly init?: number;
}

/** x, or a learned slope times x where x < 0. (torch.nn.PReLU) The slopes start as `init`. */
export class PReLU extends Module {
  static override readonly [declaration]: LayerDeclaration<PReLU> = {
    family: "activation",
    takes: ({ numParameters }) => (numParameters > 1 ? [{ argument: "numParameters", input: 0, axis: 1, counts: "channel" }] : []),
    arguments: ({ numParameters, init: start }) => ({ numParameters: optional(numParameters, 1), init: optional(start, 0.25) }),
    axes: () => ({ weight: ["channel"] }),
  };

  readonly numParameters: number;
  readonly init: number;
  weight: Parameter;

  constructor(...args: Arguments<[numParameters: number, init: number], PReLUOptions>) {
    super();
    const { numParameters = 1, init: start = 0.25, ...factory } = collect<PReLUOptions>("PReLU", ["numParameters", "init"], args, ["device", "dtype"]);
    this.numParameters = numParameters;
    this.init = start;
    this.weight = emptyParameter([numParameters], factory);
    this.resetParameters();
  }

  resetParameters(): void {
    init.constant_(this.weight, this.init);
  }

  override forward(x: Tensor): Tensor {
    return F.prelu(x, this.weight);
  }

  override extraRepr(): string {
    return `num_parameters=${this.numParameters}`;
  }
}

/** The first half of a dimension times the sigmoid of the second: (*, 2n, *) to (*, n, *). (torch.nn.GLU) */
export class GLU extends Module {
  static override readonly [declaration]: LayerDeclaration<GLU> = {
    family: "activation",
    arguments: ({ dim }) => ({ dim: optional(dim, -1) }),
  };

  dim: number;

  constructor(...args: Arguments<[dim: number], F.GluOptions>) {
    super();
    this.dim = collect<F.GluOptions>("GLU", ["dim"], args).dim ?? -1;
  }

  override forward(x: Tensor): Tensor {
    return F.glu(x, this.dim);
  }

  override extraRepr(): string {
    return `dim=${this.dim}`;
  }
}
