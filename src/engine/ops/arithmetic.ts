import { defineComposite, defineInPlace, defineOperation, type OperationRow, keeping } from "../dispatch/index.js";
import { float32, float64 } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import { binary, ternary, unary } from "../kernels/elementwise.js";
import { Tensor } from "../tensor.js";
import { takingOnly, collect, inOrder, type AllArguments, type Arguments } from "../arguments.js";
import { atan2, div, mul, pow, sub, type AddArguments, type DivideArguments } from "./binary.js";
import { binaryRow, flat, forDTypes, inDType, isFloatingPoint, isInteger, ofTwo, unaryRow, type OfTwo } from "./rules/elementwiseRows.js";
import type { Scalar } from "./rules/promotion.js";
import { filledLike } from "./rules/reducedDims.js";
import { to } from "./tensorOnly.js";
import { abs, acos, acosh, asin, asinh, atan, atanh, neg, trunc } from "./unary.js";
import { computes, operand, notCounted, ofParts } from "../operation.js";
import { within } from "./rules/recorded.js";

/** Element-wise arithmetic beyond the basic operations, and the other names of those. */

/** The gradient of an operand that follows from the operand itself and the result. */
function ofOperandAndResult(g: Tensor, operand: Tensor | Scalar, result: Tensor, f: (gradient: number, operand: number, result: number) => number): Tensor {
  return filledLike(g, g.dtype, (output) => ternary(output, g, inDType(operand as Tensor, g.dtype), result, f));
}

/** sqrt(x^2 + y^2). (torch.hypot) */
export const hypot: OfTwo<Tensor> = ofTwo(
  "hypot",
  defineOperation<[x: Tensor, y: Tensor | Scalar]>(
    forDTypes(
      {
        ...binaryRow("hypot", "same", (x, y) => Math.hypot(x, y), null),
        reads: [{ read: 0, forGradientsOf: [0] }, { read: 1, forGradientsOf: [1] }, "output"],
        // NaN at the origin, as PyTorch.
        backward: (g, context) =>
          context.args.map((each, i) => (context.needs(i) ? ofOperandAndResult(g, each, context.output, (gradient, x, root) => gradient * (x / root)) : null)),
        recordedBackward: (g, context) => context.args.map((each, i) => (context.needs(i) ? g.mul((each as Tensor).div(context.output)) : null)),
      },
      "hypot_cpu",
      isFloatingPoint,
    ),
  ),
);

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);

/** The magnitude of x with the sign of y. (torch.copysign) */
export const copysign: OfTwo = ofTwo(
  "copysign",
  defineOperation<[x: Tensor, y: Tensor | Scalar]>({
    ...binaryRow("copysign", "float", (x, y) => (isNegative(x) === isNegative(y) ? x : -x), null),
    reads: [{ read: 0, forGradientsOf: [0] }, "output"],
    // It is flat in y.
    backward: (g, context) => [
      context.needs(0) ? ofOperandAndResult(g, context.args[0], context.output, (gradient, x, result) => (x === 0 ? 0 : gradient * (result / x))) : null,
      context.needs(1) ? g.allocateLike() : null,
    ],
    recordedBackward: (g, context) => [
      context.needs(0) ? g.mul(context.output.detach().div(context.args[0].detach())).maskedFill(context.args[0].eq(0), 0) : null,
      context.needs(1) ? g.mul(0) : null,
    ],
  }),
);

const heavisideOperation = defineOperation<[x: Tensor, values: Tensor | Scalar]>(
  binaryRow("heaviside", "same", (x, value) => (x === 0 ? value : x > 0 ? 1 : Number.isNaN(x) ? NaN : 0), null),
);

/** 0 below zero, 1 above, `values` at zero. (torch.heaviside) */
export function heaviside(x: Tensor, ...args: AllArguments<[values: Tensor], { readonly values: Tensor }>): Tensor {
  const [values] = inOrder("heaviside", ["values"], args);
  if (x.dtype !== values.dtype) throw new RuntimeError("heaviside is not yet implemented for tensors with different dtypes.");
  return heavisideOperation(x, values);
}

const gcdOf = (x: number, y: number): number => {
  let [a, b] = [Math.abs(x), Math.abs(y)];
  while (b !== 0) [a, b] = [b, a % b];
  return a;
};

/** The greatest common divisor. (torch.gcd) */
export const gcd: OfTwo<Tensor> = ofTwo(
  "gcd",
  defineOperation<[x: Tensor, y: Tensor | Scalar]>(forDTypes(binaryRow("gcd", "same", gcdOf, null), "gcd_cpu", isInteger)),
);

/** The least common multiple. (torch.lcm) */
export const lcm: OfTwo<Tensor> = ofTwo(
  "lcm",
  defineOperation<[x: Tensor, y: Tensor | Scalar]>(
    forDTypes(
      binaryRow("lcm", "same", (x, y) => (x === 0 || y === 0 ? 0 : Math.abs((x / gcdOf(x, y)) * y)), null),
      "lcm_cpu",
      isInteger,
    ),
  ),
);

const degrees = 180 / Math.PI;

/** Degrees as radians. (torch.deg2rad) */
export const deg2rad: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>({
  ...unaryRow("deg2rad", "float", (x) => x / degrees, { of: "gradient", f: (g) => g / degrees, recorded: (g) => g.div(degrees) }),
  gradientName: "Deg2RadBackward0",
});

/** Radians as degrees. (torch.rad2deg) */
export const rad2deg: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>({
  ...unaryRow("rad2deg", "float", (x) => x * degrees, { of: "gradient", f: (g) => g * degrees, recorded: (g) => g.mul(degrees) }),
  gradientName: "Rad2DegBackward0",
});

/** -1, 0 or 1. (torch.sgn) */
export const sgn: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(
  unaryRow("sgn", "same", (x) => (Number.isNaN(x) ? 0 : Math.sign(x)), { ...flat, watches: [0, "output"] }),
);

// ---- replacing what is not a number

type NanToNumArgs = [x: Tensor, nan: number, posinf: number | null, neginf: number | null];

const nanToNumRow: OperationRow<NanToNumArgs> = {
  name: "nanToNum",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", ["nan", 0], "posinf", "neginf"],
  keepsLayout: true,
  infer: (x) => ({ sizes: x.sizes, dtype: x.dtype }),
  forward(output, x, nan, posinf, neginf) {
    const largest = x.dtype === float32 ? 3.4028234663852886e38 : Number.MAX_VALUE;
    const [high, low] = [posinf ?? largest, neginf ?? -largest];
    unary(output, x, (value) => (value !== value ? nan : value === Infinity ? high : value === -Infinity ? low : value));
  },
  reads: [0],
  backward: (gradient, { args: [x] }) => [
    filledLike(gradient, gradient.dtype, (result) => binary(result, gradient, x, (g, value) => (Number.isFinite(value) ? g : 0))),
  ],
  recordedBackward: (g, { args: [x] }) => [within(g, x.isfinite())],
};

export interface NanToNumOptions {
  /** What takes the place of NaN. Default 0. */
  readonly nan?: number;
  /** What takes the place of infinity. Default: the dtype's largest number. */
  readonly posinf?: number | null;
  /** What takes the place of -infinity. Default: the dtype's smallest number. */
  readonly neginf?: number | null;
}

type NanToNumArguments = Arguments<[nan: number, posinf: number | null, neginf: number | null], NanToNumOptions>;

function nanToNumArgs(operation: string, x: Tensor, args: readonly unknown[]): NanToNumArgs {
  const { nan = 0, posinf = null, neginf = null } = collect<NanToNumOptions>(operation, ["nan", "posinf", "neginf"], args);
  return [x, nan, posinf, neginf];
}

const nanToNumOperation = defineOperation<NanToNumArgs>(nanToNumRow);
const nanToNumInPlace = defineInPlace<NanToNumArgs>(nanToNumRow);

/** NaN and the infinities replaced by numbers. (torch.nan_to_num) */
export function nanToNum(x: Tensor, ...args: NanToNumArguments): Tensor {
  return nanToNumOperation(...nanToNumArgs("nanToNum", x, args));
}

/** nanToNum in place. */
export function nanToNum_(x: Tensor, ...args: NanToNumArguments): Tensor {
  return nanToNumInPlace(...nanToNumArgs("nanToNum_", x, args));
}

// ---- made of others

/** x to the power of y, computed in float64. (torch.float_power) */
export const floatPower: (x: Tensor, ...args: AllArguments<[exponent: Tensor | Scalar], { readonly exponent: Tensor | Scalar }>) => Tensor = defineComposite(
  { name: "floatPower", effect: computes, multiplyAdds: ofParts, arguments: ["input", "exponent"] },
  (x: Tensor, ...args: AllArguments<[exponent: Tensor | Scalar], { readonly exponent: Tensor | Scalar }>): Tensor => {
    const [y] = inOrder("float_power", ["exponent"], args);
    return pow(to(x, float64), y instanceof Tensor ? to(y, float64) : y);
  },
);

/** x * 2^y. (torch.ldexp) */
export const ldexp: (x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>) => Tensor = defineComposite(
  { name: "ldexp", effect: computes, multiplyAdds: ofParts, arguments: ["input", operand] },
  (x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor => {
    const [y] = inOrder("ldexp", ["other"], args);
    const result = mul(x, pow(2, y.isFloatingPoint() ? y : to(y, float32)));
    return keeping([x.requiresGrad ? y : null, result], result);
  },
);

/** The tensor itself; truth values have no sign. (torch.positive) */
export const positive: (x: Tensor) => Tensor = takingOnly("positive", ["x"], (x: Tensor): Tensor => {
  if (x.dtype.name === "bool") throw new RuntimeError("The `+` operator, on a bool tensor is not supported.");
  return x;
});

// ---- other names

/** `sub` by another name. (torch.subtract) */
export function subtract(x: Tensor, ...args: AddArguments): Tensor {
  return sub(x, ...args);
}

/** `mul` by another name. (torch.multiply) */
export const multiply: OfTwo = ofTwo<Tensor | Scalar>("multiply", mul);

/** `div` by another name. (torch.divide) */
export function divide(x: Tensor, ...args: DivideArguments): Tensor {
  return div(x, ...args);
}

/** `div` without a rounding mode. (torch.true_divide) */
export const trueDivide: OfTwo = ofTwo<Tensor | Scalar>("true_divide", div);

/** `neg` by another name. (torch.negative) */
export const negative: (x: Tensor) => Tensor = neg;

/** `abs` by another name. (torch.absolute) */
export const absolute: (x: Tensor) => Tensor = abs;

/** `trunc` by another name. (torch.fix) */
export const fix: (x: Tensor) => Tensor = trunc;

/** `acos` by another name. (torch.arccos) */
export const arccos: (x: Tensor) => Tensor = acos;

/** `acosh` by another name. (torch.arccosh) */
export const arccosh: (x: Tensor) => Tensor = acosh;

/** `asin` by another name. (torch.arcsin) */
export const arcsin: (x: Tensor) => Tensor = asin;

/** `asinh` by another name. (torch.arcsinh) */
export const arcsinh: (x: Tensor) => Tensor = asinh;

/** `atan` by another name. (torch.arctan) */
export const arctan: (x: Tensor) => Tensor = atan;

/** `atanh` by another name. (torch.arctanh) */
export const arctanh: (x: Tensor) => Tensor = atanh;

/** `atan2` by another name. (torch.arctan2) */
export const arctan2: OfTwo<Tensor> = ofTwo<Tensor>("arctan2", atan2);
