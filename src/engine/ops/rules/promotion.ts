import { bool, getDefaultDtype, hasHigherCategory, int64, promoteTypes, type DType } from "../../dtype.js";
import { NotImplementedError, RuntimeError, TypeError, typeInPython } from "../../errors.js";
import { equalSizes } from "../../size.js";
import { Tensor } from "../../tensor.js";

/** A number or boolean where PyTorch takes a Python scalar. Whole numbers count as integers. */
export type Scalar = number | boolean;

/** A scalar as a number; anything else is an error, where JavaScript would make it NaN. */
export function numberOf(value: Scalar): number {
  if (typeof value !== "number" && typeof value !== "boolean") throw new TypeError(`expected a tensor or a number, but got ${typeInPython(value)}`);
  return Number(value);
}

/** The dtype that a number counts as where no tensor decides. */
export function scalarDType(value: Scalar): DType {
  if (typeof value === "boolean") return bool;
  return Number.isInteger(numberOf(value)) ? int64 : getDefaultDtype();
}

/**
 * The dtype that an operation on both computes in (torch.result_type): a tensor with dimensions outranks one without, which outranks a
 * scalar, unless the lower one is of a higher category (bool, integer, floating point).
 */
export function resultType(x: Tensor | Scalar, y: Tensor | Scalar): DType {
  const a = x instanceof Tensor ? x.dtype : scalarDType(x);
  const b = y instanceof Tensor ? y.dtype : scalarDType(y);
  const rankX = rank(x);
  const rankY = rank(y);
  if (rankX === rankY) return promoteTypes(a, b);
  const [winner, loser] = rankX > rankY ? [a, b] : [b, a];
  return hasHigherCategory(loser, winner) ? loser : winner;
}

function rank(x: Tensor | Scalar): number {
  if (!(x instanceof Tensor)) return 0;
  return x.sizes.length === 0 ? 1 : 2;
}

/** The dtype for operations whose results are fractions (sqrt, div, mean): integers become the default floating-point dtype. */
export function floatType(dtype: DType): DType {
  return dtype.isFloatingPoint ? dtype : getDefaultDtype();
}

/** Throws PyTorch's error for what it has for floating-point numbers only; `kernel` is the name of its kernel. */
export function requireFloatingPoint(dtype: DType, kernel: string): void {
  if (!dtype.isFloatingPoint) throw new NotImplementedError(`"${kernel}" not implemented for '${dtype.scalarType}'`);
}

/** A dtype as PyTorch's errors from C++ call it: "long int". */
export function cppName(dtype: DType): string {
  return dtype.cppName;
}

/** The shape that both broadcast to (torch.broadcast_shapes). */
export function broadcastSizes(a: readonly number[], b: readonly number[]): readonly number[] {
  if (equalSizes(a, b)) return a;
  const length = Math.max(a.length, b.length);
  const sizes = new Array<number>(length);
  for (let i = length - 1; i >= 0; i--) {
    const sizeA = a[i - length + a.length] ?? 1;
    const sizeB = b[i - length + b.length] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new RuntimeError(`The size of tensor a (${sizeA}) must match the size of tensor b (${sizeB}) at non-singleton dimension ${i}`);
    }
    sizes[i] = sizeA === 1 ? sizeB : sizeA;
  }
  return sizes;
}
