import { defineInPlace, defineOperation, type OperationRow } from "../dispatch/index.js";
import { bool, int64 } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import { unary } from "../kernels/elementwise.js";
import { Tensor } from "../tensor.js";
import { checkedOptions } from "../arguments.js";
import { flat, forDTypes, isFloatingPoint, isNotBool, unaryRow } from "./rules/elementwiseRows.js";
import { erf as erfOf, erfc as erfcOf } from "../math/specialFunctions.js";
import { computes, transformed, notCounted } from "../operation.js";
import { within } from "./rules/recorded.js";

/** Element-wise functions of one tensor. Integers are taken as the default floating-point dtype where the result is a fraction. */

/** 0 for NaN, as PyTorch has it. */
const signOf = (x: number): number => (x > 0 ? 1 : x < 0 ? -1 : 0);

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** As IEEE 754 and PyTorch round: 0.5 to 0, 1.5 to 2. */
const roundHalfToEven = (x: number): number => {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
};

const absRow = forDTypes(
  unaryRow("abs", "same", Math.abs, { of: "input", f: (g, x) => g * signOf(x), recorded: (g, x) => g.mul(x.sign()), kernel: "absBackward" }, "abs"),
  "abs_cpu",
  isNotBool,
);
/** |x|. (torch.abs) */
export const abs: (x: Tensor) => Tensor = defineOperation(absRow);
/** abs in place. */
export const abs_: (x: Tensor) => Tensor = defineInPlace(absRow);

const negation = unaryRow("neg", "same", (x) => -x, { of: "gradient", f: (g) => -g, recorded: (g) => g.neg() }, "neg");
const negRow: OperationRow<[x: Tensor]> = {
  ...negation,
  follows: (_, before) => transformed(before, -1, 0),
  infer(x) {
    if (x.dtype.name === "bool") {
      throw new RuntimeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.",
      );
    }
    return negation.infer(x);
  },
};
/** -x. (torch.neg) */
export const neg: (x: Tensor) => Tensor = defineOperation(negRow);
/** neg in place. */
export const neg_: (x: Tensor) => Tensor = defineInPlace(negRow);

const expRow = unaryRow("exp", "float", Math.exp, { of: "output", f: (g, y) => g * y, recorded: (g, y) => g.mul(y), kernel: "mul" }, "exp");
/** e^x. (torch.exp) */
export const exp: (x: Tensor) => Tensor = defineOperation(expRow);
/** exp in place. */
export const exp_: (x: Tensor) => Tensor = defineInPlace(expRow);

const exp2Row = unaryRow("exp2", "float", (x) => 2 ** x, { of: "output", f: (g, y) => g * y * Math.LN2, recorded: (g, y) => g.mul(y).mul(Math.LN2) });
/** 2^x. (torch.exp2) */
export const exp2: (x: Tensor) => Tensor = defineOperation(exp2Row);
/** exp2 in place. */
export const exp2_: (x: Tensor) => Tensor = defineInPlace(exp2Row);

const expm1Row = unaryRow("expm1", "float", Math.expm1, { of: "output", f: (g, y) => g * (y + 1), recorded: (g, y) => g.mul(y.add(1)) }, "expm1");
/** e^x - 1, exact near zero. (torch.expm1) */
export const expm1: (x: Tensor) => Tensor = defineOperation(expm1Row);
/** expm1 in place. */
export const expm1_: (x: Tensor) => Tensor = defineInPlace(expm1Row);

const logRow = unaryRow("log", "float", Math.log, { of: "input", f: (g, x) => g / x, recorded: (g, x) => g.div(x), kernel: "div" }, "log");
/** Natural logarithm. (torch.log) */
export const log: (x: Tensor) => Tensor = defineOperation(logRow);
/** log in place. */
export const log_: (x: Tensor) => Tensor = defineInPlace(logRow);

const log2Row = unaryRow("log2", "float", Math.log2, { of: "input", f: (g, x) => g / (x * Math.LN2), recorded: (g, x) => g.div(x.mul(Math.LN2)) }, "log2");
/** Logarithm to base 2. (torch.log2) */
export const log2: (x: Tensor) => Tensor = defineOperation(log2Row);
/** log2 in place. */
export const log2_: (x: Tensor) => Tensor = defineInPlace(log2Row);

const log10Row = unaryRow(
  "log10",
  "float",
  Math.log10,
  { of: "input", f: (g, x) => g / (x * Math.LN10), recorded: (g, x) => g.div(x.mul(Math.LN10)) },
  "log10",
);
/** Logarithm to base 10. (torch.log10) */
export const log10: (x: Tensor) => Tensor = defineOperation(log10Row);
/** log10 in place. */
export const log10_: (x: Tensor) => Tensor = defineInPlace(log10Row);

const log1pRow = {
  ...unaryRow("log1p", "float", Math.log1p, { of: "input", f: (g, x) => g / (1 + x), recorded: (g, x) => g.div(x.add(1)) }, "log1p"),
  gradientName: "Log1PBackward0",
};
/** log(1 + x), exact near zero. (torch.log1p) */
export const log1p: (x: Tensor) => Tensor = defineOperation(log1pRow);
/** log1p in place. */
export const log1p_: (x: Tensor) => Tensor = defineInPlace(log1pRow);

const sqrtRow = unaryRow(
  "sqrt",
  "float",
  Math.sqrt,
  { of: "output", f: (g, y) => g / (2 * y), recorded: (g, y) => g.div(y.mul(2)), kernel: "sqrtBackward" },
  "sqrt",
);
/** Square root; NaN for negative elements. (torch.sqrt) */
export const sqrt: (x: Tensor) => Tensor = defineOperation(sqrtRow);
/** sqrt in place. */
export const sqrt_: (x: Tensor) => Tensor = defineInPlace(sqrtRow);

const rsqrtRow = unaryRow(
  "rsqrt",
  "float",
  (x) => 1 / Math.sqrt(x),
  { of: "output", f: (g, y) => -0.5 * g * y * y * y, recorded: (g, y) => g.mul(y.pow(3)).mul(-0.5), kernel: "rsqrtBackward" },
  "rsqrt",
);
/** 1 / sqrt(x). (torch.rsqrt) */
export const rsqrt: (x: Tensor) => Tensor = defineOperation(rsqrtRow);
/** rsqrt in place. */
export const rsqrt_: (x: Tensor) => Tensor = defineInPlace(rsqrtRow);

const squareRow: OperationRow<[x: Tensor]> = {
  ...unaryRow("square", "same", (x) => x * x, { of: "input", f: (g, x) => 2 * g * x, recorded: (g, x) => g.mul(x).mul(2), kernel: "squareBackward" }, "square"),
  gradientName: "PowBackward0",
  infer: (x) => ({ sizes: x.sizes, dtype: x.dtype === bool ? int64 : x.dtype }),
};
/** x^2. (torch.square) */
export const square: (x: Tensor) => Tensor = defineOperation(squareRow);
/** square in place. */
export const square_: (x: Tensor) => Tensor = defineInPlace(squareRow);

const reciprocalRow = unaryRow(
  "reciprocal",
  "float",
  (x) => 1 / x,
  { of: "output", f: (g, y) => -g * y * y, recorded: (g, y) => g.mul(y.square()).neg(), kernel: "reciprocalBackward" },
  "reciprocal",
);
/** 1 / x. (torch.reciprocal) */
export const reciprocal: (x: Tensor) => Tensor = defineOperation(reciprocalRow);
/** reciprocal in place. */
export const reciprocal_: (x: Tensor) => Tensor = defineInPlace(reciprocalRow);

const sinRow = unaryRow(
  "sin",
  "float",
  Math.sin,
  { of: "input", f: (g, x) => g * Math.cos(x), recorded: (g, x) => g.mul(x.cos()), kernel: "sinBackward" },
  "sin",
);
/** Sine of radians. (torch.sin) */
export const sin: (x: Tensor) => Tensor = defineOperation(sinRow);
/** sin in place. */
export const sin_: (x: Tensor) => Tensor = defineInPlace(sinRow);

const cosRow = unaryRow(
  "cos",
  "float",
  Math.cos,
  { of: "input", f: (g, x) => -g * Math.sin(x), recorded: (g, x) => g.mul(x.sin()).neg(), kernel: "cosBackward" },
  "cos",
);
/** Cosine of radians. (torch.cos) */
export const cos: (x: Tensor) => Tensor = defineOperation(cosRow);
/** cos in place. */
export const cos_: (x: Tensor) => Tensor = defineInPlace(cosRow);

const tanRow = unaryRow("tan", "float", Math.tan, { of: "output", f: (g, y) => g * (1 + y * y), recorded: (g, y) => g.mul(y.square().add(1)) });
/** Tangent of radians. (torch.tan) */
export const tan: (x: Tensor) => Tensor = defineOperation(tanRow);
/** tan in place. */
export const tan_: (x: Tensor) => Tensor = defineInPlace(tanRow);

const asinRow = unaryRow("asin", "float", Math.asin, {
  of: "input",
  f: (g, x) => g / Math.sqrt(1 - x * x),
  recorded: (g, x) => g.div(x.square().rsub(1).sqrt()),
});
/** Inverse sine, in radians. (torch.asin) */
export const asin: (x: Tensor) => Tensor = defineOperation(asinRow);
/** asin in place. */
export const asin_: (x: Tensor) => Tensor = defineInPlace(asinRow);

const acosRow = unaryRow("acos", "float", Math.acos, {
  of: "input",
  f: (g, x) => -g / Math.sqrt(1 - x * x),
  recorded: (g, x) => g.div(x.square().rsub(1).sqrt()).neg(),
});
/** Inverse cosine, in radians. (torch.acos) */
export const acos: (x: Tensor) => Tensor = defineOperation(acosRow);
/** acos in place. */
export const acos_: (x: Tensor) => Tensor = defineInPlace(acosRow);

const atanRow = unaryRow("atan", "float", Math.atan, { of: "input", f: (g, x) => g / (1 + x * x), recorded: (g, x) => g.div(x.square().add(1)) });
/** Inverse tangent, in radians. (torch.atan) */
export const atan: (x: Tensor) => Tensor = defineOperation(atanRow);
/** atan in place. */
export const atan_: (x: Tensor) => Tensor = defineInPlace(atanRow);

const sinhRow = unaryRow("sinh", "float", Math.sinh, { of: "input", f: (g, x) => g * Math.cosh(x), recorded: (g, x) => g.mul(x.cosh()) });
/** Hyperbolic sine. (torch.sinh) */
export const sinh: (x: Tensor) => Tensor = defineOperation(sinhRow);
/** sinh in place. */
export const sinh_: (x: Tensor) => Tensor = defineInPlace(sinhRow);

const coshRow = unaryRow("cosh", "float", Math.cosh, { of: "input", f: (g, x) => g * Math.sinh(x), recorded: (g, x) => g.mul(x.sinh()) });
/** Hyperbolic cosine. (torch.cosh) */
export const cosh: (x: Tensor) => Tensor = defineOperation(coshRow);
/** cosh in place. */
export const cosh_: (x: Tensor) => Tensor = defineInPlace(coshRow);

const tanhRow: OperationRow<[x: Tensor]> = {
  ...unaryRow(
    "tanh",
    "float",
    Math.tanh,
    { of: "output", f: (g, y) => g * (1 - y * y), recorded: (g, y) => g.mul(y.square().rsub(1)), kernel: "tanhBackward" },
    "tanh",
  ),
  activates: () => ({ gain: "tanh", bounds: [-1, 1] }),
};
/** Hyperbolic tangent. (torch.tanh) */
export const tanh: (x: Tensor) => Tensor = defineOperation(tanhRow);
/** tanh in place. */
export const tanh_: (x: Tensor) => Tensor = defineInPlace(tanhRow);

const asinhRow = unaryRow("asinh", "float", Math.asinh, {
  of: "input",
  f: (g, x) => g / Math.sqrt(x * x + 1),
  recorded: (g, x) => g.div(x.square().add(1).sqrt()),
});
/** Inverse hyperbolic sine. (torch.asinh) */
export const asinh: (x: Tensor) => Tensor = defineOperation(asinhRow);
/** asinh in place. */
export const asinh_: (x: Tensor) => Tensor = defineInPlace(asinhRow);

const acoshRow = unaryRow("acosh", "float", Math.acosh, {
  of: "input",
  f: (g, x) => g / Math.sqrt(x * x - 1),
  recorded: (g, x) => g.div(x.square().sub(1).sqrt()),
});
/** Inverse hyperbolic cosine. (torch.acosh) */
export const acosh: (x: Tensor) => Tensor = defineOperation(acoshRow);
/** acosh in place. */
export const acosh_: (x: Tensor) => Tensor = defineInPlace(acoshRow);

const atanhRow = unaryRow("atanh", "float", Math.atanh, { of: "input", f: (g, x) => g / (1 - x * x), recorded: (g, x) => g.div(x.square().rsub(1)) });
/** Inverse hyperbolic tangent. (torch.atanh) */
export const atanh: (x: Tensor) => Tensor = defineOperation(atanhRow);
/** atanh in place. */
export const atanh_: (x: Tensor) => Tensor = defineInPlace(atanhRow);

const sigmoidRow: OperationRow<[x: Tensor]> = {
  ...unaryRow(
    "sigmoid",
    "float",
    logistic,
    { of: "output", f: (g, y) => g * y * (1 - y), recorded: (g, y) => g.mul(y.mul(y.rsub(1))), kernel: "sigmoidBackward" },
    "sigmoid",
  ),
  activates: () => ({ gain: "sigmoid", bounds: [0, 1] }),
  gives: "probability",
};
/** 1 / (1 + e^-x). (torch.sigmoid) */
export const sigmoid: (x: Tensor) => Tensor = defineOperation(sigmoidRow);
/** sigmoid in place. */
export const sigmoid_: (x: Tensor) => Tensor = defineInPlace(sigmoidRow);

const rectified = unaryRow(
  "relu",
  "same",
  (x) => (x > 0 || Number.isNaN(x) ? x : 0),
  { of: "output", f: (g, y) => (y > 0 ? g : 0), recorded: (g, y) => within(g, y.gt(0)), kernel: "reluBackward" },
  "relu",
);
const reluRow: OperationRow<[x: Tensor]> = {
  ...rectified,
  infer(x) {
    if (x.dtype.name === "bool") throw new RuntimeError("Boolean inputs not supported for relu");
    return rectified.infer(x);
  },
  activates: () => ({ gain: "relu", bounds: [0, null] }),
};
/** max(x, 0). (torch.relu) */
export const relu: (x: Tensor) => Tensor = defineOperation(reluRow);
/** relu in place. */
export const relu_: (x: Tensor) => Tensor = defineInPlace(reluRow);

const erfRow = unaryRow(
  "erf",
  "float",
  erfOf,
  {
    of: "input",
    f: (g, x) => g * (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
    recorded: (g, x) => g.mul(x.square().neg().exp()).mul(2 / Math.sqrt(Math.PI)),
    kernel: "erfBackward",
  },
  "erf",
);
/** The error function. (torch.erf) */
export const erf: (x: Tensor) => Tensor = defineOperation(erfRow);
/** erf in place. */
export const erf_: (x: Tensor) => Tensor = defineInPlace(erfRow);

const erfcRow = unaryRow("erfc", "float", erfcOf, {
  of: "input",
  f: (g, x) => -g * (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
  recorded: (g, x) => g.mul(x.square().neg().exp()).mul(-2 / Math.sqrt(Math.PI)),
});
/** 1 - erf(x), exact in the tail. (torch.erfc) */
export const erfc: (x: Tensor) => Tensor = defineOperation(erfcRow);
/** erfc in place. */
export const erfc_: (x: Tensor) => Tensor = defineInPlace(erfcRow);

const signRow = unaryRow("sign", "same", signOf, flat, "sign");
/** -1, 0 or 1. (torch.sign) */
export const sign: (x: Tensor) => Tensor = defineOperation(signRow);
/** sign in place. */
export const sign_: (x: Tensor) => Tensor = defineInPlace(signRow);

const floorRow = forDTypes(unaryRow("floor", "same", Math.floor, flat, "floor"), "floor_vml_cpu", isNotBool);
/** Next integer below. (torch.floor) */
export const floor: (x: Tensor) => Tensor = defineOperation(floorRow);
/** floor in place. */
export const floor_: (x: Tensor) => Tensor = defineInPlace(floorRow);

const ceilRow = forDTypes(unaryRow("ceil", "same", Math.ceil, flat, "ceil"), "ceil_vml_cpu", isNotBool);
/** Next integer above. (torch.ceil) */
export const ceil: (x: Tensor) => Tensor = defineOperation(ceilRow);
/** ceil in place. */
export const ceil_: (x: Tensor) => Tensor = defineInPlace(ceilRow);

const truncRow = forDTypes(unaryRow("trunc", "same", Math.trunc, flat, "trunc"), "trunc_vml_cpu", isNotBool);
/** The integer part. (torch.trunc) */
export const trunc: (x: Tensor) => Tensor = defineOperation(truncRow);
/** trunc in place. */
export const trunc_: (x: Tensor) => Tensor = defineInPlace(truncRow);

const roundRow = forDTypes(unaryRow("round", "same", roundHalfToEven, flat, "round"), "round_vml_cpu", isNotBool);
const roundToIntegers = defineOperation(roundRow);
const roundToIntegersInPlace = defineInPlace(roundRow);
const decimalsRow: OperationRow<[x: Tensor, decimals: number]> = {
  name: "round",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", ["decimals", 0]],
  gradientName: "RoundBackward1",
  keepsLayout: true,
  infer: (x) => ({ sizes: x.sizes, dtype: x.dtype }),
  forward(output, x, decimals) {
    const scale = 10 ** Math.abs(decimals);
    unary(output, x, decimals < 0 ? (value) => roundHalfToEven(value / scale) * scale : (value) => roundHalfToEven(value * scale) / scale);
  },
  backward: (gradient) => [gradient.allocateLike()],
  recordedBackward: (gradient) => [gradient.allocateLike()],
};
const roundToDecimals = defineOperation<[x: Tensor, decimals: number]>(decimalsRow);
const roundToDecimalsInPlace = defineInPlace<[x: Tensor, decimals: number]>(decimalsRow);

export interface RoundOptions {
  /** Digits after the point; negative ones before it. Default 0. */
  readonly decimals?: number;
}

/** The nearest integer, or number with so many decimals; ties to even. (torch.round) */
export function round(x: Tensor, options: RoundOptions = {}): Tensor {
  const { decimals = 0 } = checkedOptions("round", options, "decimals");
  return decimals === 0 ? roundToIntegers(x) : roundToDecimals(x, decimals);
}
/** round in place. */
export function round_(x: Tensor, options: RoundOptions = {}): Tensor {
  const { decimals = 0 } = checkedOptions("round_", options, "decimals");
  return decimals === 0 ? roundToIntegersInPlace(x) : roundToDecimalsInPlace(x, decimals);
}

const fracRow = forDTypes(
  unaryRow("frac", "same", (x) => x - Math.trunc(x), { of: "gradient", f: (g) => g, recorded: (g) => g }),
  "frac_cpu",
  isFloatingPoint,
);
/** The part after the point. (torch.frac) */
export const frac: (x: Tensor) => Tensor = defineOperation(fracRow);
/** frac in place. */
export const frac_: (x: Tensor) => Tensor = defineInPlace(fracRow);

/** True where the element is NaN. (torch.isnan) */
export const isnan: (x: Tensor) => Tensor = defineOperation(unaryRow("isnan", "bool", (x) => (Number.isNaN(x) ? 1 : 0), null));

/** True where the element is an infinity. (torch.isinf) */
export const isinf: (x: Tensor) => Tensor = defineOperation(unaryRow("isinf", "bool", (x) => (x === Infinity || x === -Infinity ? 1 : 0), null));

/** True where the element is neither NaN nor an infinity. (torch.isfinite) */
export const isfinite: (x: Tensor) => Tensor = defineOperation(unaryRow("isfinite", "bool", (x) => (Number.isFinite(x) ? 1 : 0), null));

/** True where the element is zero. (torch.logical_not) */
export const logicalNot: (x: Tensor) => Tensor = defineOperation(unaryRow("logicalNot", "bool", (x) => (x === 0 ? 1 : 0), null, ["eq", 0]));
