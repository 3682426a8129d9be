import { defineInPlace, defineOperation, type OperationRow } from "../dispatch/index.js";
import { unary } from "../kernels/elementwise.js";
import { Tensor } from "../tensor.js";
import type { DType } from "../dtype.js";
import { binaryRow, forDTypes, isInteger, ofTwo, type OfTwo } from "./rules/elementwiseRows.js";
import type { Scalar } from "./rules/promotion.js";
import { computes, notCounted } from "../operation.js";

/** Operations on the bits of integers, and on truth values. */

type Bits = (x: number, y: number) => number;

/** `small` on 32-bit numbers, `large` on those beyond. */
function bitsRow(
  name: string,
  kernel: string,
  small: Bits,
  large: (x: bigint, y: bigint) => bigint,
  takes = (dtype: DType) => !dtype.isFloatingPoint,
): OperationRow<[x: Tensor, y: Tensor | Scalar]> {
  const isSmall = (value: number): boolean => (value | 0) === value;
  const f: Bits = (x, y) => {
    const result = isSmall(x) && isSmall(y) ? small(x, y) : NaN;
    return Number.isNaN(result) ? Number(BigInt.asIntN(64, large(BigInt(x), BigInt(y)))) : result;
  };
  return forDTypes(binaryRow(name, "same", f, null), kernel, takes);
}

const andRow = bitsRow(
  "bitwiseAnd",
  "bitwise_and_cpu",
  (x, y) => x & y,
  (x, y) => x & y,
);
const orRow = bitsRow(
  "bitwiseOr",
  "bitwise_or_cpu",
  (x, y) => x | y,
  (x, y) => x | y,
);
const xorRow = bitsRow(
  "bitwiseXor",
  "bitwise_xor_cpu",
  (x, y) => x ^ y,
  (x, y) => x ^ y,
);
// Shifted to the left, a 32-bit number may leave 32 bits.
const leftRow = bitsRow(
  "bitwiseLeftShift",
  "lshift_cpu",
  (x, y) => (y < 0 || y > 63 ? 0 : y < 20 ? x * 2 ** y : NaN),
  (x, y) => x << y,
  isInteger,
);
// Moved further down than there are bits, and by a negative number, only the sign is left.
const rightRow = bitsRow(
  "bitwiseRightShift",
  "rshift_cpu",
  (x, y) => x >> (y < 0 || y > 31 ? 31 : y),
  (x, y) => x >> (y < 0n || y > 63n ? 63n : y),
  isInteger,
);

/** Bits set in both; of truth values, and. (torch.bitwise_and) */
export const bitwiseAnd: OfTwo = ofTwo("bitwise_and", defineOperation<[x: Tensor, y: Tensor | Scalar]>(andRow));
/** bitwiseAnd in place. */
export const bitwiseAnd_: OfTwo = ofTwo("bitwise_and_", defineInPlace<[x: Tensor, y: Tensor | Scalar]>(andRow));
/** Bits set in either; of truth values, or. (torch.bitwise_or) */
export const bitwiseOr: OfTwo = ofTwo("bitwise_or", defineOperation<[x: Tensor, y: Tensor | Scalar]>(orRow));
/** bitwiseOr in place. */
export const bitwiseOr_: OfTwo = ofTwo("bitwise_or_", defineInPlace<[x: Tensor, y: Tensor | Scalar]>(orRow));
/** Bits set in one alone; of truth values, exclusive or. (torch.bitwise_xor) */
export const bitwiseXor: OfTwo = ofTwo("bitwise_xor", defineOperation<[x: Tensor, y: Tensor | Scalar]>(xorRow));
/** bitwiseXor in place. */
export const bitwiseXor_: OfTwo = ofTwo("bitwise_xor_", defineInPlace<[x: Tensor, y: Tensor | Scalar]>(xorRow));
/** Bits moved up. (torch.bitwise_left_shift) */
export const bitwiseLeftShift: OfTwo = ofTwo("bitwise_left_shift", defineOperation<[x: Tensor, y: Tensor | Scalar]>(leftRow));
/** Bits moved down. (torch.bitwise_right_shift) */
export const bitwiseRightShift: OfTwo = ofTwo("bitwise_right_shift", defineOperation<[x: Tensor, y: Tensor | Scalar]>(rightRow));

const notRow = forDTypes<[x: Tensor]>(
  {
    name: "bitwiseNot",
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input"],
    keepsLayout: true,
    infer: (x) => ({ sizes: x.sizes, dtype: x.dtype }),
    forward: (output, x) => unary(output, x, x.dtype.name === "bool" ? (value) => 1 - value : (value) => -1 - value),
    backward: null,
  },
  "bitwise_not_cpu",
  (dtype) => !dtype.isFloatingPoint,
);

/** All bits turned over; of truth values, not. (torch.bitwise_not) */
export const bitwiseNot: (x: Tensor) => Tensor = defineOperation<[x: Tensor]>(notRow);
/** bitwiseNot in place. */
export const bitwiseNot_: (x: Tensor) => Tensor = defineInPlace<[x: Tensor]>(notRow);
