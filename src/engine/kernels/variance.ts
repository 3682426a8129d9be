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
  let s = 0;
  // Each number waits for the one before it in its slice: four slices go side by side.
  for (; s + 4 <= starts.length; s += 4) {
    let [i0, i1, i2, i3] = [starts[s]!, starts[s + 1]!, starts[s + 2]!, starts[s + 3]!];
    let [middle0, middle1, middle2, middle3] = [0, 0, 0, 0];
    let [squares0, squares1, squares2, squares3] = [0, 0, 0, 0];
    for (let k = 1; k <= size; k++, i0 += stride, i1 += stride, i2 += stride, i3 += stride) {
      const [value0, value1, value2, value3] = [data[i0]!, data[i1]!, data[i2]!, data[i3]!];
      const [difference0, difference1, difference2, difference3] = [value0 - middle0, value1 - middle1, value2 - middle2, value3 - middle3];
      middle0 += difference0 / k;
      middle1 += difference1 / k;
      middle2 += difference2 / k;
      middle3 += difference3 / k;
      squares0 += difference0 * (value0 - middle0);
      squares1 += difference1 * (value1 - middle1);
      squares2 += difference2 * (value2 - middle2);
      squares3 += difference3 * (value3 - middle3);
    }
    means[s] = middle0;
    means[s + 1] = middle1;
    means[s + 2] = middle2;
    means[s + 3] = middle3;
    output[s] = finish(squares0);
    output[s + 1] = finish(squares1);
    output[s + 2] = finish(squares2);
    output[s + 3] = finish(squares3);
  }
  for (; s < starts.length; s++) {
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
