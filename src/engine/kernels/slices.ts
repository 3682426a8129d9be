import type { ElementArray } from "../dtype.js";
import { Tensor } from "../tensor.js";
import { copy } from "./elementwise.js";
import { offsetsOf } from "./strided.js";

/**
 * A tensor cut into slices along some of its dimensions: slice s is the `size` elements at `starts[s] + k * stride`. Slices come in
 * row-major order of the other dimensions.
 */
export interface Slices {
  readonly data: ElementArray;
  readonly starts: Int32Array;
  readonly size: number;
  readonly stride: number;
}

/** The slices of `x` along `dims`, which ascend. Copies only where several dimensions do not lie in memory as one. */
export function slicesOf(x: Tensor, dims: readonly number[]): Slices {
  const rank = x.sizes.length;
  const { data } = x.storage;
  if (dims.length === rank && x.isContiguous()) return { data, starts: Int32Array.of(x.offset), size: x.numel(), stride: 1 };
  let size = 1;
  let stride = 1;
  for (let i = dims.length - 1; i >= 0; i--) {
    const dim = dims[i]!;
    const length = x.sizes[dim]!;
    if (length === 1) continue;
    if (size === 1) stride = x.strides[dim]!;
    else if (x.strides[dim] !== size * stride) return slicesOfCopy(x, dims);
    size *= length;
  }
  const sizes: number[] = [];
  const strides: number[] = [];
  for (let dim = 0; dim < rank; dim++) {
    if (dims.includes(dim)) continue;
    sizes.push(x.sizes[dim]!);
    strides.push(x.strides[dim]!);
  }
  return { data, starts: offsetsOf(sizes, strides, x.offset), size, stride };
}

function slicesOfCopy(x: Tensor, dims: readonly number[]): Slices {
  const others = [...x.sizes.keys()].filter((dim) => !dims.includes(dim));
  return slicesOf(
    withLast(x, others, dims),
    dims.map((_, i) => i + others.length),
  );
}

/** A row-major copy with `dims` moved to the end. */
function withLast(x: Tensor, others: readonly number[], dims: readonly number[]): Tensor {
  const order = [...others, ...dims];
  const moved = new Tensor(
    x.storage,
    order.map((dim) => x.sizes[dim]!),
    order.map((dim) => x.strides[dim]!),
    x.offset,
  );
  const dense = Tensor.allocate(moved.sizes, x.dtype, "cpu");
  copy(dense, moved);
  return dense;
}
