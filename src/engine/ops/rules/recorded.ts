import type { Dims } from "../../arguments.js";
import { Tensor } from "../../tensor.js";
import { reducedDims } from "./reducedDims.js";

/** What recorded gradients have in common: made of operations, which record themselves. */

/** Only where `mask` is true. */
export function within(gradient: Tensor, mask: Tensor): Tensor {
  return gradient.maskedFill(mask.logicalNot(), 0);
}

/** A reduction's result, or its gradient, broadcast to where it came from. */
export function expandedOver(x: Tensor, dim: Dims | null, reduced: Tensor): Tensor {
  const dims = reducedDims(x, dim);
  return reduced.reshape(x.sizes.map((size, i) => (dims.includes(i) ? 1 : size))).expand([...x.sizes]);
}

/** Saved numbers as a tensor without history. */
export function constant(values: ArrayLike<number>, sizes: readonly number[], like: Tensor): Tensor {
  const result = Tensor.allocate(sizes, like.dtype, like.device);
  if (like.device === "cpu") result.storage.data.set(values);
  return result;
}
