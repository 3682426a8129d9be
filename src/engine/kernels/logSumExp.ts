import { Tensor, through } from "../tensor.js";
import { powerFor } from "./cascadeSum.js";
import { binary, unary } from "./elementwise.js";
import { stridesLike } from "./layout.js";
import { sum } from "./reduce.js";
import { slicesOf } from "./slices.js";
import { exponentialRowSumsInWasm } from "./wasm/sums.js";

/** log(sum(exp(x))) along `dims`, shifted by the largest element so that nothing overflows: each step rounded to the tensor's precision, as PyTorch has it. */
export function logSumExp(output: Tensor, x: Tensor, dims: readonly number[]): void {
  if (ofRows(output, x, dims)) return;
  const largest = Tensor.allocate(output.sizes, output.dtype, "cpu");
  const shifts = largest.storage.data;
  const { data, starts, size, stride } = slicesOf(x, dims);
  for (let s = 0; s < shifts.length; s++) {
    // Without a branch, unlike `extreme`: which of two zeros is the largest does not matter here.
    let most = -Infinity;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) most = Math.max(most, data[i]!);
    shifts[s] = Math.abs(most) === Infinity ? 0 : most;
  }
  const powers = Tensor.allocate(x.sizes, output.dtype, "cpu", stridesLike(x.sizes, [x]));
  const target = slicesOf(powers, dims);
  // Where a slice is no copy, its differences are made while it is at hand.
  if (data === x.storage.data && target.data === powers.storage.data) {
    for (let s = 0; s < shifts.length; s++) {
      const shift = shifts[s]!;
      for (let k = 0, i = starts[s]!, o = target.starts[s]!; k < size; k++, i += stride, o += target.stride) target.data[o] = data[i]! - shift;
    }
  } else binary(powers, x, spreadAlong(largest, x, dims), (value, shift) => value - shift, "sub");
  unary(powers, powers, Math.exp, "exp");
  sum(output.storage.data, powers, dims);
  unary(output, output, Math.log);
  binary(output, output, largest, (logarithm, shift) => logarithm + shift);
}

/** The same of rows without gaps, all steps of a row at once. False where they are others, or none for the kernels. */
function ofRows(output: Tensor, x: Tensor, dims: readonly number[]): boolean {
  const { data } = x.storage;
  const last = x.sizes.length - 1;
  const size = x.sizes[last];
  if (!(data instanceof Float32Array) || size === undefined || size < 8 || dims.length !== 1 || dims[0] !== last || !x.isContiguous()) return false;
  const count = output.numel();
  // A single row has its sum by another way.
  const found = count < 2 ? null : exponentialRowSumsInWasm(data, { start: x.offset, step: size, count, size }, powerFor(size >> 5));
  if (found === null) return false;
  const results = output.storage.data;
  for (let r = 0; r < count; r++) results[output.offset + r] = Math.fround(Math.log(found.sums[r]!)) + found.shifts[r]!;
  return true;
}

/** One number for each slice of `x`, as `x` lies. */
function spreadAlong(numbers: Tensor, x: Tensor, dims: readonly number[]): Tensor {
  let stride = 1;
  const strides = x.sizes.map(() => 0);
  for (let dim = x.sizes.length - 1; dim >= 0; dim--) {
    if (dims.includes(dim)) continue;
    strides[dim] = stride;
    stride *= x.sizes[dim]!;
  }
  return through({ sizes: x.sizes, strides, offset: 0 }, numbers);
}
