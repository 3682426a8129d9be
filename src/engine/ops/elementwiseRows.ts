import { bool, float32, type DType } from "../dtype.js";
import type { OperationRow } from "../dispatch.js";
import * as kernels from "../kernels/elementwise.js";
import { Tensor } from "../tensor.js";
import { broadcastSizes, floatType, resultType, type Scalar } from "./promotion.js";

/** What an element-wise operation computes in and gives: its operands' dtype, a floating-point one, or truth values. */
export type ResultKind = "same" | "float" | "bool";

function resultDType(kind: ResultKind, computed: DType): DType {
  if (kind === "bool") return bool;
  return kind === "float" ? floatType(computed) : computed;
}

/**
 * An element-wise function of one tensor as a row. The derivative is a function of the incoming gradient and either the input's or
 * the result's element, whichever backward is to keep.
 */
export function unaryRow(
  name: string,
  kind: ResultKind,
  f: (value: number) => number,
  derivative?: { readonly of: "input" | "output"; readonly f: (gradient: number, value: number) => number },
): OperationRow<[x: Tensor]> {
  return {
    name,
    infer: (x) => ({ sizes: x.sizes, dtype: resultDType(kind, x.dtype) }),
    forward: (output, x) => kernels.unary(output, x, f),
    reads: derivative && [derivative.of === "input" ? 0 : "output"],
    backward:
      derivative &&
      ((gradient, { args: [x], output }) => [applyDerivative(gradient, derivative.of === "input" ? x : output, derivative.f)]),
  };
}

function applyDerivative(gradient: Tensor, values: Tensor, f: (gradient: number, value: number) => number): Tensor {
  const result = Tensor.allocate(gradient.sizes, gradient.dtype, gradient.device);
  if (gradient.device === "cpu") kernels.binary(result, gradient, values, f);
  return result;
}

export type BinaryDerivative = (gradient: number, x: number, y: number) => number;

/** An element-wise function of two broadcast operands as a row; the second may be a number. Derivatives as functions of the incoming gradient and both elements. */
export function binaryRow(
  name: string,
  kind: ResultKind,
  f: (x: number, y: number) => number,
  derivatives?: { readonly x: BinaryDerivative | null; readonly y: BinaryDerivative | null; readonly reads?: readonly number[] },
): OperationRow<[x: Tensor, y: Tensor | Scalar]> {
  return {
    name,
    infer: (x, y) => ({
      sizes: y instanceof Tensor ? broadcastSizes(x.sizes, y.sizes) : x.sizes,
      dtype: resultDType(kind, resultType(x, y)),
    }),
    forward(output, x, y) {
      if (y instanceof Tensor) kernels.binary(output, x, y, f);
      else {
        const scalar = asHeld(y, resultType(x, y));
        kernels.unary(output, x, (value) => f(value, scalar));
      }
    },
    reads: derivatives && (derivatives.reads ?? [0, 1]),
    backward:
      derivatives &&
      ((gradient, context) => {
        const [x, y] = context.args;
        const gradientOf = (derivative: BinaryDerivative | null, position: number): Tensor | null => {
          if (derivative === null || !context.needs(position)) return null;
          const result = Tensor.allocate(gradient.sizes, gradient.dtype, gradient.device);
          if (gradient.device === "meta") return result;
          if (!(y instanceof Tensor)) {
            const scalar = asHeld(y, resultType(x, y));
            kernels.binary(result, gradient, x, (g, value) => derivative(g, value, scalar));
          } else kernels.ternary(result, gradient, x, y, derivative);
          return result;
        };
        return [gradientOf(derivatives.x, 0), gradientOf(derivatives.y, 1)];
      }),
  };
}

/** A scalar as an operation in `dtype` sees it. */
export function asHeld(value: Scalar, dtype: DType): number {
  return dtype === float32 ? Math.fround(Number(value)) : Number(value);
}
