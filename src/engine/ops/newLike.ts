import type { NestedList } from "../nestedList.js";
import type { Tensor } from "../tensor.js";
import { tensorOptionNames } from "./rules/allocation.js";
import { collect, requiredFirst, type WithRequired } from "../arguments.js";
import { empty, full, ones, tensor, zeros, type TensorOptions, type TypedArray } from "./creation.js";
import type { Scalar } from "./rules/promotion.js";

/** Methods that make new tensors with the dtype and device of one. */

/** A tensor (of zeros) with the dtype and device of `x` and a shape of its own. (Tensor.new_empty) */
export function newEmpty(x: Tensor, size: readonly number[], options: TensorOptions = {}): Tensor {
  return empty(size, { dtype: x.dtype, device: x.device, ...options });
}

/** Zeros with the dtype and device of `x` and a shape of its own. (Tensor.new_zeros) */
export function newZeros(x: Tensor, size: readonly number[], options: TensorOptions = {}): Tensor {
  return zeros(size, { dtype: x.dtype, device: x.device, ...options });
}

/** Ones with the dtype and device of `x` and a shape of its own. (Tensor.new_ones) */
export function newOnes(x: Tensor, size: readonly number[], options: TensorOptions = {}): Tensor {
  return ones(size, { dtype: x.dtype, device: x.device, ...options });
}

/** `value` everywhere, with the dtype and device of `x` and a shape of its own. (Tensor.new_full) */
export function newFull(
  x: Tensor,
  ...args: WithRequired<[size: readonly number[], fillValue: Scalar], { readonly size: readonly number[]; readonly fillValue: Scalar }, [], TensorOptions>
): Tensor {
  const [[size, value], rest] = requiredFirst<[size: readonly number[], fillValue: Scalar]>("new_full", ["size", "fillValue"], args);
  return full(size, value, { dtype: x.dtype, device: x.device, ...collect<TensorOptions>("newFull", [], rest, tensorOptionNames) });
}

/** The given values with the dtype and device of `x`. (Tensor.new_tensor) */
export function newTensor(x: Tensor, data: NestedList | TypedArray, options: TensorOptions = {}): Tensor {
  return tensor(data, { dtype: x.dtype, device: x.device, ...options });
}
