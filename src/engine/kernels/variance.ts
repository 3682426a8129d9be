import type { ElementArray } from "../dtype.js";
import type { Tensor } from "../tensor.js";
import { mean } from "./reduce.js";
import { reducedRows } from "./slices.js";

/**
 * Variances along `dims`, or their roots, with `size - correction` in the denominator; `means` receives the means. In double precision, as PyTorch has them: one
 * result from the rounded mean (std_var_all_cpu), several number by number (Welford, 1962).
 */
export function variance(output: ElementArray, means: ElementArray, x: Tensor, dims: readonly number[], correction: number, isRoot: boolean): void {
  const { data, starts, size, stride } = reducedRows(x, dims);
  const freedom = Math.max(0, size - correction);
  const finish = (squares: number): number => (isRoot ? Math.sqrt(squares / freedom) : squares / freedom);
  if (starts.length === 1) {
    mean(means, x, dims);
    const middle = means[0]!;
    let squares = 0;
    for (let k = 0, i = starts[0]!; k < size; k++, i += stride) squares += (data[i]! - middle) * (data[i]! - middle);
    output[0] = finish(squares);
    return;
  }
  for (let s = 0; s < starts.length; s++) {
    let middle = 0;
    let squares = 0;
    for (let k = 0, i = starts[s]!; k < size; i += stride) {
      const difference = data[i]! - middle;
      middle += difference / ++k;
      squares += difference * (data[i]! - middle);
    }
    output[s] = finish(squares);
    means[s] = middle;
  }
}
