import { linearInAll, defineInPlace, defineOperation, type OperationRow } from "../dispatch/index.js";
import { bool, int64 } from "../dtype.js";
import { NotImplementedError, RuntimeError } from "../errors.js";
import * as kernels from "../kernels/elementwise.js";
import type { KernelCall } from "../kernels/wasm/instance.js";
import { Tensor } from "../tensor.js";
import { collect, inOrder, requiredFirst, type AllArguments, type WithRequired } from "../arguments.js";
import { asElement, asHeld, binaryRow, forDTypes, inDType, isNotBool, ofTwo, type OfTwo } from "./rules/elementwiseRows.js";
import { scalarTensor } from "./rules/indexPlaces.js";
import { broadcastSizes, resultType, type Scalar } from "./rules/promotion.js";
import { filledLike } from "./rules/reducedDims.js";
import { computes, operand, transformed, notCounted } from "../operation.js";

/** Element-wise functions of two operands, broadcast against each other. The second may be a number. */

export interface AlphaOptions {
  /** Multiplies the second operand first. Default 1. */
  readonly alpha?: Scalar;
}

type AddArgs = [x: Tensor, y: Tensor | Scalar, options?: AlphaOptions];

function additiveRow(name: string, sign: 1 | -1): OperationRow<AddArgs> {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", operand, { alpha: 1 }],
    sign: sign === 1 ? "+" : "−",
    follows: ([, y, options], before) => (typeof y === "number" ? transformed(before, 1, sign * y * Number(options?.alpha ?? 1)) : null),
    keepsLayout: true,
    roundsScalars: true,
    infer(x, y, options) {
      const dtype = resultType(x, y);
      if (sign === -1) refuseBools(x, y);
      const alpha = options?.alpha;
      if (typeof alpha === "boolean" && dtype !== bool) throw new RuntimeError("Boolean alpha only supported for Boolean results.");
      if (!dtype.isFloatingPoint && typeof alpha === "number" && !Number.isInteger(alpha)) {
        throw new RuntimeError("For integral input tensors, argument alpha must not be a floating point number.");
      }
      return { sizes: y instanceof Tensor ? broadcastSizes(x.sizes, y.sizes) : x.sizes, dtype };
    },
    forward(output, x, y, options) {
      const alpha = options?.alpha ?? 1;
      const factor = sign * asHeld(output.dtype === bool ? Boolean(alpha) : alpha, output.dtype);
      const first = inDType(x, output.dtype);
      if (y instanceof Tensor) {
        const second = inDType(y, output.dtype);
        if (factor === 1) kernels.binary(output, first, second, (a, b) => a + b, "add");
        else if (factor === -1) kernels.binary(output, first, second, (a, b) => a - b, "sub");
        else kernels.ternary(output, first, second, factor, (a, b, by) => a + by * b, "addScaled");
      } else kernels.binary(output, first, factor * asHeld(y, output.dtype), (a, b) => a + b, "add");
    },
    backward(gradient, { args: [, y, options] }) {
      const factor = sign * Number(options?.alpha ?? 1);
      if (!(y instanceof Tensor)) return [gradient];
      return [gradient, factor === 1 ? gradient : scaled(gradient, factor)];
    },
    recordedBackward: linearInAll(0, 1),
  };
}

/** Truth values cannot be subtracted. */
function refuseBools(x: Tensor | Scalar, y: Tensor | Scalar): void {
  const isBool = (value: Tensor | Scalar): boolean => (value instanceof Tensor ? value.dtype.name === "bool" : typeof value === "boolean");
  if (isBool(x) && isBool(y)) {
    throw new RuntimeError("Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.");
  }
  if (isBool(x) || isBool(y)) {
    throw new RuntimeError(
      "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use the `~` or `logical_not()` operator instead.",
    );
  }
}

function scaled(x: Tensor, factor: number): Tensor {
  const result = x.allocateLike();
  kernels.binary(result, x, factor, (value, by) => value * by, "mul");
  return result;
}

/** A number in the place of a tensor, of the dtype that both are computed in. */
function firstOperand(x: Tensor | Scalar, other: Tensor | Scalar): Tensor {
  return x instanceof Tensor ? x : scalarTensor(x, resultType(other, x), other instanceof Tensor ? other.device : "cpu");
}

/** The second operand by position or by name, and `alpha`. */
export type AddArguments = WithRequired<[other: Tensor | Scalar], { readonly other: Tensor | Scalar }, [], AlphaOptions>;

type Additive = (x: Tensor, ...args: AddArguments) => Tensor;

function additive(operation: string, f: (...args: AddArgs) => Tensor): Additive {
  return (x, ...args) => {
    const [first] = args;
    if (args.length === 1 && (first instanceof Tensor || typeof first === "number")) return f(x, first);
    const [[y], rest] = requiredFirst<[other: Tensor | Scalar]>(operation, ["other"], args);
    return f(x, y, collect<AlphaOptions>(operation, [], rest, ["alpha"]));
  };
}

const addRow = additiveRow("add", 1);
/** x + alpha * y. (torch.add) */
export const add: Additive = additive("add", defineOperation(addRow));
/** add in place. */
export const add_: Additive = additive("add_", defineInPlace(addRow));

const subRow = additiveRow("sub", -1);
/** x - alpha * y. (torch.sub) */
export const sub: Additive = additive("sub", defineOperation(subRow));
/** sub in place. */
export const sub_: Additive = additive("sub_", defineInPlace(subRow));

const reversed = defineOperation<AddArgs>({ ...subRow, gradientName: (y) => `RsubBackward${y.storage.number === null ? 0 : 1}` });
/** y - x. (torch.rsub) */
export const rsub: OfTwo = ofTwo("rsub", (x, y) => {
  refuseBools(y, x);
  return reversed(firstOperand(y, x), x);
});

const times = (g: number, value: number): number => g * value;
const mulRow: BinaryRow = {
  ...binaryRow(
    "mul",
    "same",
    (x, y) => x * y,
    { x: { of: "y", f: times, kernel: "mul" }, y: { of: "x", f: times, kernel: "mul" }, recorded: { x: (g, _, y) => g.mul(y), y: (g, x) => g.mul(x) } },
    "mul",
  ),
  sign: "×",
  follows: ([, y], before) => (typeof y === "number" ? transformed(before, y, 0) : null),
};
/** x * y. (torch.mul) */
export const mul: OfTwo = ofTwo("mul", defineOperation(mulRow));
/** mul in place. */
export const mul_: OfTwo = ofTwo("mul_", defineInPlace(mulRow));

const divRow: BinaryRow = {
  ...binaryRow(
    "div",
    "float",
    (x, y) => x / y,
    {
      x: { of: "y", f: (g, y) => g / y, kernel: "div" },
      y: { of: "xy", f: (g, x, y) => (-g * x) / (y * y), kernel: "divBackward" },
      recorded: { x: (g, _, y) => g.div(y), y: (g, x, y) => g.mul(x).div(y.square()).neg() },
    },
    "div",
  ),
  sign: "÷",
  follows: ([, y], before) => (typeof y === "number" ? transformed(before, 1 / y, 0) : null),
};
type BinaryRow = OperationRow<[x: Tensor, y: Tensor | Scalar]>;

/** The row, with PyTorch's error where integers are divided by zero. */
function withoutZeroDivision(row: BinaryRow): BinaryRow {
  const isZero = (value: number): boolean => value === 0;
  return {
    ...row,
    forward(output, x, y) {
      if (!output.dtype.isFloatingPoint && (y instanceof Tensor ? kernels.denseValues(y).some(isZero) : isZero(Number(y)))) {
        throw new RuntimeError("ZeroDivisionError");
      }
      row.forward(output, x, y);
    },
  };
}

/** As Python divides numbers: from the exact remainder, so that the quotient of x and its multiples is exact. */
function floorOfQuotient(x: number, y: number): number {
  if (y === 0) return x / y;
  const rest = x % y;
  const quotient = (x - rest) / y - (rest !== 0 && rest < 0 !== y < 0 ? 1 : 0);
  if (quotient === 0) return 0 * Math.sign(x / y);
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

const floorDivideRow = withoutZeroDivision(forDTypes(binaryRow("floorDivide", "same", floorOfQuotient, null), "div_floor_cpu", isNotBool));
/** Rounded division is flat almost everywhere; unlike floorDivide, div with a rounding mode says so to autograd. */
const roundedDivide = (kernel: string, quotient: (x: number, y: number) => number): BinaryRow =>
  withoutZeroDivision(
    forDTypes(
      {
        ...binaryRow("div", "same", quotient, {
          x: { of: "gradient", f: () => 0 },
          y: { of: "gradient", f: () => 0 },
          recorded: { x: (g) => g.mul(0), y: (g) => g.mul(0) },
        }),
        watches: [
          { read: 1, forGradientsOf: [0, 1] },
          { read: 0, forGradientsOf: [1] },
        ],
        sign: "÷",
        gradientName: "DivBackward1",
      },
      kernel,
      isNotBool,
    ),
  );
const floorDivRow = roundedDivide("div_floor_cpu", floorOfQuotient);
const truncDivRow = roundedDivide("div_trunc_cpu", (x, y) => Math.trunc(x / y));
const quotients = { null: defineOperation(divRow), floor: defineOperation(floorDivRow), trunc: defineOperation(truncDivRow) };
const quotientsInPlace = { null: defineInPlace(divRow), floor: defineInPlace(floorDivRow), trunc: defineInPlace(truncDivRow) };

export interface RoundingOptions {
  /** Null divides exactly; "trunc" rounds towards zero, "floor" down. Default null. */
  readonly roundingMode?: "trunc" | "floor" | null;
}

/** The divisor by position or by name, and the rounding mode. */
export type DivideArguments = WithRequired<[other: Tensor | Scalar], { readonly other: Tensor | Scalar }, [], RoundingOptions>;

/** x / y; integers give fractions unless a rounding mode is stated. (torch.div) */
export function div(x: Tensor, ...args: DivideArguments): Tensor {
  const [[y], rest] = requiredFirst<[other: Tensor | Scalar]>("div", ["other"], args);
  return quotients[roundingOf("div", rest)](x, y);
}
/** div in place. */
export function div_(x: Tensor, ...args: DivideArguments): Tensor {
  const [[y], rest] = requiredFirst<[other: Tensor | Scalar]>("div_", ["other"], args);
  return quotientsInPlace[roundingOf("div_", rest)](x, y);
}

function roundingOf(operation: string, options: readonly unknown[]): keyof typeof quotients {
  const { roundingMode = null } = collect<RoundingOptions>(operation, [], options, ["roundingMode"]);
  if (roundingMode !== null && roundingMode !== "floor" && roundingMode !== "trunc") {
    throw new RuntimeError(`div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '${String(roundingMode)}'`);
  }
  return roundingMode ?? "null";
}

/** The quotient rounded down. (torch.floor_divide) */
export const floorDivide: OfTwo = ofTwo("floor_divide", defineOperation(floorDivideRow));

/** The row, whose graph node PyTorch numbers by whether the second operand is a tensor. */
function byOperand(title: string, row: BinaryRow): BinaryRow {
  return { ...row, gradientName: (_, y) => `${title}Backward${y instanceof Tensor ? 1 : 0}` };
}

function moduloOf(x: number, y: number): number {
  const rest = x % y;
  return rest !== 0 && rest < 0 !== y < 0 ? rest + y : rest;
}

const remainderRow = withoutZeroDivision(
  forDTypes(
    byOperand(
      "Remainder",
      binaryRow("remainder", "same", moduloOf, {
        x: { of: "gradient", f: (g) => g },
        y: (g, x, y) => -g * Math.floor(x / y),
        recorded: { x: (g) => g, y: (g, x, y) => g.mul(x.detach().div(y.detach()).floor()).neg() },
      }),
    ),
    "remainder_cpu",
    isNotBool,
  ),
);
/** The remainder with the sign of the divisor, as Python's %. (torch.remainder) */
export const remainder: OfTwo = ofTwo("remainder", defineOperation(remainderRow));
const fmodRow = withoutZeroDivision(
  forDTypes(
    byOperand(
      "Fmod",
      binaryRow("fmod", "same", (x, y) => x % y, {
        x: { of: "gradient", f: (g) => g },
        y: (g, x, y) => -g * Math.trunc(x / y),
        recorded: { x: (g) => g, y: (g, x, y) => g.mul(x.detach().div(y.detach()).trunc()).neg() },
      }),
    ),
    "fmod_cpu",
    isNotBool,
  ),
);
/** The remainder with the sign of the dividend, as C's fmod. (torch.fmod) */
export const fmod: OfTwo = ofTwo("fmod", defineOperation(fmodRow));

/** As C's pow, which gives 1 to the power of anything, and -1 to that of an infinity, as 1. */
const powerOf = (x: number, y: number): number => (x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : x ** y);

/** Integers of so many bits, which wrap around. */
function integerPower(bits: number): (x: number, y: number) => number {
  return (x, y) => {
    const result = x ** y;
    if (y < 0) return Math.trunc(powerOf(x, y));
    if (Number.isSafeInteger(result)) return result;
    let power = 1n;
    for (let base = BigInt(x), rest = BigInt(y); rest > 0n; rest >>= 1n, base = BigInt.asIntN(64, base * base)) {
      if (rest & 1n) power = BigInt.asIntN(64, power * base);
    }
    return Number(BigInt.asIntN(bits, power));
  };
}

const powers = binaryRow(
  "pow",
  "same",
  powerOf,
  {
    x: (g, x, y) => (y === 0 ? 0 : g * y * x ** (y - 1)),
    y: (g, x, y) => (x === 0 && y >= 0 ? 0 : g * x ** y * Math.log(x)),
    recorded: { x: powGradient, y: (g, x, y) => g.mul(x.pow(y).mul(x.log())).maskedFill(x.eq(0).logicalAnd(y.ge(0)), 0) },
  },
  "pow",
);

function powGradient(g: Tensor, x: Tensor, exponent: Tensor | Scalar): Tensor {
  if (exponent instanceof Tensor) return g.mul(exponent.mul(x.pow(exponent.sub(1)))).maskedFill(exponent.eq(0), 0);
  const n = Number(exponent);
  return n === 0 ? g.mul(0) : g.mul(x.pow(n - 1)).mul(n);
}
interface SimplePower {
  readonly f: (x: number) => number;
  readonly kernel?: KernelCall;
  readonly derivative?: { readonly f: (gradient: number, x: number) => number; readonly kernel: KernelCall };
}

/** Exponents that a root, products or a quotient serve, as in PyTorch. */
const simplePowers = new Map<number, SimplePower>([
  [0.5, { f: Math.sqrt, kernel: "sqrt" }],
  [2, { f: (x) => x * x, kernel: "square", derivative: { f: (g, x) => 2 * g * x, kernel: "squareBackward" } }],
  [3, { f: (x) => x * x * x, kernel: "cube", derivative: { f: (g, x) => 3 * g * x * x, kernel: "cubeBackward" } }],
  [-1, { f: (x) => 1 / x, kernel: "reciprocal" }],
  [-0.5, { f: (x) => 1 / Math.sqrt(x), kernel: "rsqrt" }],
  [-2, { f: (x) => 1 / (x * x), kernel: "inverseSquare" }],
]);

function simplePower(x: Tensor, y: Tensor | Scalar): SimplePower | undefined {
  return y instanceof Tensor || !x.dtype.isFloatingPoint ? undefined : simplePowers.get(Number(y));
}

function powerOfConstant(output: Tensor, x: Tensor, exponent: number): void {
  const held = output.dtype.held(exponent);
  kernels.unary(output, inDType(x, output.dtype), (value) => powerOf(value, held), ["pow", exponent]);
}

const powRow: OperationRow<[x: Tensor, y: Tensor | Scalar]> = {
  ...powers,
  reads: [...powers.reads!, { read: "output", forGradientsOf: [1] }],
  watches: (_, y) => (y instanceof Tensor ? ["output"] : []),
  forward(output, x, y) {
    const simple = simplePower(x, y);
    if (simple === undefined) {
      const { dtype } = output;
      if (dtype.isFloatingPoint && !(y instanceof Tensor)) powerOfConstant(output, x, Number(y));
      else if (dtype.isFloatingPoint) powers.forward(output, x, y);
      else kernels.binary(output, inDType(x, dtype), y instanceof Tensor ? inDType(y, dtype) : asElement(y, dtype), integerPower(dtype === int64 ? 64 : 32));
    } else kernels.unary(output, x, simple.f, simple.kernel);
  },
  backward(gradient, context) {
    const [x, y] = context.args;
    const derivative = simplePower(x, y)?.derivative;
    if (derivative === undefined) return powers.backward(gradient, context);
    return [filledLike(gradient, gradient.dtype, (result) => kernels.binary(result, gradient, x, derivative.f, derivative.kernel))];
  },
  gradientName: (_, y) => (y instanceof Tensor ? "PowBackward1" : "PowBackward0"),
  infer(x, y) {
    const spec = powers.infer(x, y);
    if (!spec.dtype.isFloatingPoint && !(y instanceof Tensor) && Number(y) < 0) {
      throw new RuntimeError("Integers to negative integer powers are not allowed.");
    }
    if (spec.dtype === bool && y instanceof Tensor) throw new NotImplementedError("\"pow\" not implemented for 'Bool'");
    return spec;
  },
};
const powOperation = defineOperation(powRow);
const powerOfNumber = defineOperation<[x: Tensor, y: Tensor | Scalar]>({ ...powRow, gradientName: "PowBackward2" });
/** x to the power of y; either may be a number. (torch.pow) */
export function pow(x: Tensor | Scalar, ...args: AllArguments<[exponent: Tensor | Scalar], { readonly exponent: Tensor | Scalar }>): Tensor {
  const [exponent] = inOrder("pow", ["exponent"], args);
  return x instanceof Tensor ? powOperation(x, exponent) : powerOfNumber(firstOperand(x, exponent), exponent);
}

const powInPlace = defineInPlace(powRow);
/** pow in place. */
export function pow_(x: Tensor, ...args: AllArguments<[exponent: Tensor | Scalar], { readonly exponent: Tensor | Scalar }>): Tensor {
  return powInPlace(x, ...inOrder("pow_", ["exponent"], args));
}

const whereLarger = (g: number, one: number, other: number): number => (one > other ? g : one === other ? g / 2 : 0);
const larger = (x: number, y: number): number => (x > y || Number.isNaN(x) ? x : y);
const smaller = (x: number, y: number): number => (x < y || Number.isNaN(x) ? x : y);
/** The share of an operand that is chosen: half where both are equal. */
const share = (better: Tensor, equal: Tensor, g: Tensor): Tensor => g.mul(better.to(g.dtype).add(equal.to(g.dtype).mul(0.5)));
/** The larger element of each pair; NaN wins. Where both are equal, each gets half the gradient. (torch.maximum) */
export const maximum: OfTwo = ofTwo(
  "maximum",
  defineOperation(
    binaryRow(
      "maximum",
      "same",
      larger,
      {
        x: { of: "xy", f: whereLarger, kernel: "maximumBackward" },
        y: { of: "yx", f: whereLarger, kernel: "maximumBackward" },
        recorded: { x: (g, x, y) => share(x.gt(y), x.eq(y), g), y: (g, x, y) => share(y.gt(x), x.eq(y), g) },
      },
      "maximum",
    ),
  ),
);
/** The smaller element of each pair; NaN wins. Where both are equal, each gets half the gradient. (torch.minimum) */
export const minimum: OfTwo = ofTwo(
  "minimum",
  defineOperation(
    binaryRow(
      "minimum",
      "same",
      smaller,
      {
        x: { of: "yx", f: whereLarger, kernel: "maximumBackward" },
        y: { of: "xy", f: whereLarger, kernel: "maximumBackward" },
        recorded: { x: (g, x, y) => share(x.lt(y), x.eq(y), g), y: (g, x, y) => share(y.lt(x), x.eq(y), g) },
      },
      "minimum",
    ),
  ),
);

/** The angle of the point (y, x), in radians: the first operand is the ordinate. (torch.atan2) */
export const atan2: OfTwo = ofTwo(
  "atan2",
  defineOperation(
    binaryRow("atan2", "float", Math.atan2, {
      x: (g, x, y) => (x === 0 && y === 0 ? 0 : (g * y) / (x * x + y * y)),
      y: (g, x, y) => (x === 0 && y === 0 ? -0 : (-g * x) / (x * x + y * y)),
      recorded: {
        x: (g, x, y) => g.mul(y).div(x.square().add(y instanceof Tensor ? y.square() : Number(y) ** 2)),
        y: (g, x, y) => g.mul(x).div(x.square().add(y.square())).neg(),
      },
    }),
  ),
);

type Comparison = (x: number, y: number) => boolean;

function comparisonRow(name: "eq" | "ne" | "lt" | "le" | "gt" | "ge", holds: Comparison): BinaryRow {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", operand],
    keepsLayout: true,
    infer: (x, y) => ({ sizes: y instanceof Tensor ? broadcastSizes(x.sizes, y.sizes) : x.sizes, dtype: bool }),
    forward(output, x, y) {
      const computed = resultType(x, y);
      kernels.binary(output, inDType(x, computed), y instanceof Tensor ? inDType(y, computed) : asHeld(y, computed), (a, b) => (holds(a, b) ? 1 : 0), name);
    },
    backward: null,
  };
}

/** True where x is equal to y. (torch.eq) */
export const eq: OfTwo = ofTwo("eq", defineOperation(comparisonRow("eq", (x, y) => x === y)));

/** True where x is not equal to y. (torch.ne) */
export const ne: OfTwo = ofTwo("ne", defineOperation(comparisonRow("ne", (x, y) => x !== y)));

/** True where x is less than y. (torch.lt) */
export const lt: OfTwo = ofTwo("lt", defineOperation(comparisonRow("lt", (x, y) => x < y)));

/** True where x is less than or equal to y. (torch.le) */
export const le: OfTwo = ofTwo("le", defineOperation(comparisonRow("le", (x, y) => x <= y)));

/** True where x is greater than y. (torch.gt) */
export const gt: OfTwo = ofTwo("gt", defineOperation(comparisonRow("gt", (x, y) => x > y)));

/** True where x is greater than or equal to y. (torch.ge) */
export const ge: OfTwo = ofTwo("ge", defineOperation(comparisonRow("ge", (x, y) => x >= y)));

/** True where both are not zero. (torch.logical_and) */
export const logicalAnd: OfTwo = ofTwo(
  "logical_and",
  defineOperation(binaryRow("logicalAnd", "bool", (x, y) => (x !== 0 && y !== 0 ? 1 : 0), null, "logicalAnd")),
);

/** True where either is not zero. (torch.logical_or) */
export const logicalOr: OfTwo = ofTwo("logical_or", defineOperation(binaryRow("logicalOr", "bool", (x, y) => (x !== 0 || y !== 0 ? 1 : 0), null, "logicalOr")));

/** True where exactly one is not zero. (torch.logical_xor) */
export const logicalXor: OfTwo = ofTwo(
  "logical_xor",
  defineOperation(binaryRow("logicalXor", "bool", (x, y) => ((x !== 0) !== (y !== 0) ? 1 : 0), null, "logicalXor")),
);
