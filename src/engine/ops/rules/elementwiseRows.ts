import { bool, int64, uint8, type DType } from "../../dtype.js";
import type { DifferentiableRow, Differentiation, OperationRow, Read } from "../../dispatch/index.js";
import { NotImplementedError } from "../../errors.js";
import * as kernels from "../../kernels/elementwise.js";
import type { KernelCall } from "../../kernels/wasm/instance.js";
import { Tensor } from "../../tensor.js";
import { inOrder, type AllArguments } from "../../arguments.js";
import { broadcastSizes, floatType, numberOf, resultType, type Scalar } from "./promotion.js";
import { computes, operand, notCounted } from "../../operation.js";

/** A function of two operands, of which the second may be given by name: `mul(x, y)`, `mul(x, { other: y })`. */
export type OfTwo<Second = Tensor | Scalar> = (x: Tensor, ...args: AllArguments<[other: Second], { readonly other: Second }>) => Tensor;

/** The function that PyTorch calls `operation`, with its second operand by position or by name. */
export function ofTwo<Second = Tensor | Scalar>(operation: string, f: (x: Tensor, y: Second) => Tensor): OfTwo<Second> {
  return (x, ...args) => {
    const [first] = args;
    return args.length === 1 && (first instanceof Tensor || typeof first === "number")
      ? f(x, args[0] as Second)
      : f(x, ...inOrder<[other: Second]>(operation, ["other"], args));
  };
}

/** What an element-wise operation computes in and gives: its operands' dtype, a floating-point one, or truth values. */
export type ResultKind = "same" | "float" | "bool";

function resultDType(kind: ResultKind, computed: DType): DType {
  if (kind === "bool") return bool;
  return kind === "float" ? floatType(computed) : computed;
}

export interface UnaryDerivative {
  /** Whether `f` reads the input's or the result's element, which backward then keeps, or the gradient alone. */
  readonly of: "input" | "output" | "gradient";
  readonly f: (gradient: number, value: number) => number;
  /** The same in operations, which record themselves. */
  readonly recorded: (gradient: Tensor, value: Tensor) => Tensor;
  /** The same function among the WebAssembly kernels. */
  readonly kernel?: KernelCall;
  /** See Differentiation. */
  readonly copies?: Differentiation<[x: Tensor]>["copies"];
  readonly watches?: Differentiation<[x: Tensor]>["watches"];
}

/** Of a function of steps: zero wherever it exists. */
export const flat: UnaryDerivative = { of: "gradient", f: () => 0, recorded: (gradient) => gradient.allocateLike() };

/** An element-wise function of one tensor as a row; null where it has no gradient. `kernel` names the same function among the WebAssembly kernels. */
export function unaryRow(
  name: string,
  kind: ResultKind,
  f: (value: number) => number,
  derivative: UnaryDerivative | null,
  kernel?: KernelCall,
): OperationRow<[x: Tensor]> {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input"],
    keepsLayout: true,
    infer: (x) => ({ sizes: x.sizes, dtype: resultDType(kind, x.dtype) }),
    forward: (output, x) => kernels.unary(output, kind === "float" ? inDType(x, output.dtype) : x, f, kernel),
    ...(derivative === null ? { backward: null } : unaryDifferentiation(derivative)),
  };
}

function unaryDifferentiation({ of, f, recorded, kernel, copies, watches }: UnaryDerivative): Differentiation<[x: Tensor]> {
  const read = (gradient: Tensor, x: Tensor, output: Tensor): Tensor => (of === "gradient" ? gradient : of === "input" ? x : output);
  return {
    ...(of === "gradient" ? {} : { reads: [of === "input" ? 0 : "output"] }),
    copies,
    watches,
    backward: (gradient, { args: [x], output }) => [multiplied(gradient, read(gradient, x, output), f, kernel)],
    recordedBackward: (gradient, { args: [x], output }) => [recorded(gradient, read(gradient, x, output))],
  };
}

function multiplied(gradient: Tensor, values: kernels.Operand, f: (gradient: number, value: number) => number, kernel?: KernelCall): Tensor {
  const result = gradient.allocateLike();
  kernels.binary(result, gradient, values, f, kernel);
  return result;
}

/** A function of the incoming gradient and both elements, in this order or the other, or of one of them, or of the gradient alone, where that is enough. */
export type BinaryDerivative =
  | OfBoth
  | { readonly of: "gradient"; readonly f: (gradient: number) => number }
  | { readonly of: "x" | "y"; readonly f: (gradient: number, value: number) => number; readonly kernel: KernelCall }
  | { readonly of: "xy"; readonly f: OfBoth; readonly kernel: KernelCall }
  | { readonly of: "yx"; readonly f: OfBoth; readonly kernel: KernelCall };

type OfBoth = (gradient: number, first: number, second: number) => number;

export interface BinaryDerivatives {
  readonly x: BinaryDerivative;
  readonly y: BinaryDerivative;
  /** The same in operations, which record themselves. */
  readonly recorded: {
    readonly x: (gradient: Tensor, x: Tensor, y: Tensor | Scalar) => Tensor;
    readonly y: (gradient: Tensor, x: Tensor, y: Tensor) => Tensor;
  };
}

/** An element-wise function of two broadcast operands as a row, null where it has no gradient; the second may be a number. `kernel` names the same function among the WebAssembly kernels. */
export function binaryRow(
  name: string,
  kind: ResultKind,
  f: (x: number, y: number) => number,
  derivatives: BinaryDerivatives,
  kernel?: KernelCall,
): DifferentiableRow<[x: Tensor, y: Tensor | Scalar]>;
export function binaryRow(
  name: string,
  kind: ResultKind,
  f: (x: number, y: number) => number,
  derivatives: null,
  kernel?: KernelCall,
): OperationRow<[x: Tensor, y: Tensor | Scalar]>;
export function binaryRow(
  name: string,
  kind: ResultKind,
  f: (x: number, y: number) => number,
  derivatives: BinaryDerivatives | null,
  kernel?: KernelCall,
): OperationRow<[x: Tensor, y: Tensor | Scalar]> {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", operand],
    keepsLayout: true,
    infer: (x, y) => ({
      sizes: y instanceof Tensor ? broadcastSizes(x.sizes, y.sizes) : x.sizes,
      dtype: resultDType(kind, resultType(x, y)),
    }),
    forward(output, x, y) {
      const computed = kind === "bool" ? null : output.dtype;
      kernels.binary(output, computed === null ? x : inDType(x, computed), operandOf(x, y, computed), f, kernel);
    },
    ...(derivatives === null ? { backward: null } : binaryDifferentiation(derivatives)),
  };
}

function binaryDifferentiation(derivatives: BinaryDerivatives): Differentiation<[x: Tensor, y: Tensor | Scalar]> {
  const { recorded } = derivatives;
  return {
    reads: [...readsOf(derivatives.x, 0), ...readsOf(derivatives.y, 1)],
    backward(gradient, context) {
      const [x, y] = context.args;
      return [derivatives.x, derivatives.y].map((derivative, position) => {
        if (!context.needs(position)) return null;
        const second = y instanceof Tensor ? y : asHeld(y, resultType(x, y));
        if (typeof derivative === "function") return differentiated(gradient, x, second, derivative);
        if (derivative.of === "gradient") return multiplied(gradient, gradient, derivative.f);
        if (derivative.of === "xy") return differentiated(gradient, x, second, derivative.f, derivative.kernel);
        if (derivative.of === "yx") return differentiated(gradient, second, x, derivative.f, derivative.kernel);
        return multiplied(gradient, derivative.of === "x" ? x : second, derivative.f, derivative.kernel);
      });
    },
    recordedBackward(gradient, context) {
      const [x, y] = context.args;
      return [context.needs(0) ? recorded.x(gradient, x, y) : null, y instanceof Tensor && context.needs(1) ? recorded.y(gradient, x, y) : null];
    },
  };
}

/** What the gradient of the operand at a position is computed from. */
function readsOf(derivative: BinaryDerivative, position: number): readonly Read[] {
  const operands =
    typeof derivative === "function" || derivative.of === "xy" || derivative.of === "yx"
      ? [0, 1]
      : derivative.of === "gradient"
        ? []
        : [derivative.of === "x" ? 0 : 1];
  return operands.map((read) => ({ read, forGradientsOf: [position] }));
}

function differentiated(gradient: Tensor, first: kernels.Operand, second: kernels.Operand, f: OfBoth, kernel?: KernelCall): Tensor {
  const result = gradient.allocateLike();
  kernels.ternary(result, gradient, first, second, f, kernel);
  return result;
}

/** The row, for the dtypes that PyTorch's kernel of that name takes; others are an error. */
export function forDTypes<Args extends readonly unknown[]>(row: OperationRow<Args>, kernel: string, takes: (dtype: DType) => boolean): OperationRow<Args> {
  return {
    ...row,
    infer(...args) {
      const spec = row.infer(...args);
      if (!takes(spec.dtype)) throw new NotImplementedError(`"${kernel}" not implemented for '${spec.dtype.scalarType}'`);
      return spec;
    },
  };
}

export const isFloatingPoint = (dtype: DType): boolean => dtype.isFloatingPoint;
export const isInteger = (dtype: DType): boolean => dtype.category === "integer";
export const isNotBool = (dtype: DType): boolean => dtype !== bool;

/** The second operand as an operation in `computed` sees it; null where each keeps its own dtype. */
function operandOf(x: Tensor, y: Tensor | Scalar, computed: DType | null): kernels.Operand {
  if (!(y instanceof Tensor)) return asHeld(y, computed ?? resultType(x, y));
  return computed === null ? y : inDType(y, computed);
}

/** A scalar as an operation in `dtype` sees it: integers beyond the dtype's range wrap around. */
export function asHeld(value: Scalar, dtype: DType): number {
  const number = numberOf(value);
  return dtype === bool ? number : dtype.held(number);
}

/** A scalar as an element of `dtype`. Throws PyTorch's error where that cannot hold it. */
export function asElement(value: Scalar, dtype: DType): number {
  dtype.requireHolds(numberOf(value));
  return asHeld(value, dtype);
}

/** Throws PyTorch's error where a scalar, or the number in a tensor, is none that `dtype` can hold. */
export function requireElement(value: Tensor | Scalar, dtype: DType): void {
  if (!(value instanceof Tensor)) dtype.requireHolds(numberOf(value));
  else if (value.dtype !== dtype && value.device === "cpu") dtype.requireHolds(value.item());
}

/** The tensor as an operation in `dtype` sees it: itself where each of its values is one of `dtype`. */
export function inDType(x: Tensor, dtype: DType): Tensor {
  const isKept =
    x.dtype === dtype || x.dtype === bool || (dtype.itemSize === 8 && (dtype.isFloatingPoint || dtype === int64)) || (x.dtype === uint8 && dtype !== bool);
  if (isKept) return x;
  const converted = Tensor.allocate(x.sizes, dtype, x.device);
  kernels.copy(converted, x);
  return converted;
}
