import { Tensor, through } from "../tensor.js";
import { binary, unary } from "./elementwise.js";
import { stridesLike } from "./layout.js";
import { extreme, sum } from "./reduce.js";
import { slicesOf } from "./slices.js";

/** log(sum(exp(x))) along `dims`, shifted by the largest element so that nothing overflows: each step rounded to the tensor's precision, as PyTorch has it. */
export function logSumExp(output: Tensor, x: Tensor, dims: readonly number[]): void {
  const largest = Tensor.allocate(output.sizes, output.dtype, "cpu");
  const shifts = largest.storage.data;
  extreme(shifts, slicesOf(x, dims), 1);
  for (let s = 0; s < shifts.length; s++) if (Math.abs(shifts[s]!) === Infinity) shifts[s] = 0;
  const powers = Tensor.allocate(x.sizes, output.dtype, "cpu", stridesLike(x.sizes, [x]));
  binary(powers, x, spreadAlong(largest, x, dims), (value, shift) => value - shift, "sub");
  unary(powers, powers, Math.exp, "exp");
  sum(output.storage.data, powers, dims);
  unary(output, output, Math.log);
  binary(output, output, largest, (logarithm, shift) => logarithm + shift);
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
