import { takingOnly } from "./arguments.js";
import { Tensor } from "./tensor.js";

/** Numbers that torch has names for, and questions to any value. */

/** The ratio of a circle's circumference to its diameter. (torch.pi) */
export const pi = Math.PI;
/** The base of the natural logarithm. (torch.e) */
export const e = Math.E;
/** Positive infinity. (torch.inf) */
export const inf = Infinity;
/** Not a number. (torch.nan) */
export const nan = NaN;

/** Whether a value is a tensor. (torch.is_tensor) */
export const isTensor: (value: unknown) => value is Tensor = takingOnly("isTensor", ["value"], (value: unknown): value is Tensor => {
  return value instanceof Tensor;
});

/** Number of elements. (torch.numel) */
export const numel: (x: Tensor) => number = takingOnly("numel", ["x"], (x: Tensor): number => {
  return x.numel();
});

/** True for dtypes float32 and float64. (torch.is_floating_point) */
export const isFloatingPoint: (x: Tensor) => boolean = takingOnly("isFloatingPoint", ["x"], (x: Tensor): boolean => {
  return x.dtype.isFloatingPoint;
});

/** Whether the elements are complex numbers, which they never are here. (torch.is_complex) */
export const isComplex: (x: Tensor) => boolean = takingOnly("isComplex", ["x"], (_x: Tensor): boolean => false);

/** Whether elements may be negative: of all dtypes but uint8 and bool. (Tensor.is_signed) */
export const isSigned: (x: Tensor) => boolean = takingOnly("isSigned", ["x"], (x: Tensor): boolean => !["uint8", "bool"].includes(x.dtype.name));
