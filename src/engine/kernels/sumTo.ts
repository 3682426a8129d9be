import { Tensor } from "../tensor.js";
import { sum } from "./reduce.js";

/** Sums the dimensions in which `x` is larger than `sizes`, which broadcast to the shape of `x`. */
export function sumTo(x: Tensor, sizes: readonly number[]): Tensor {
  const result = Tensor.allocate(sizes, x.dtype, x.device);
  if (x.device === "meta") return result;
  const missing = x.sizes.length - sizes.length;
  const dims: number[] = [];
  for (let dim = 0; dim < x.sizes.length; dim++) if (dim < missing || (sizes[dim - missing] === 1 && x.sizes[dim] !== 1)) dims.push(dim);
  sum(result.storage.data, x, dims);
  return result;
}
