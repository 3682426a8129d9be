import type { ElementArray } from "../dtype.js";
import { Tensor, through } from "../tensor.js";
import { copy } from "./elementwise.js";
import { reducedInOrder } from "./reductionOrder.js";
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

/** Slices whose elements come in the order in which PyTorch reduces them. */
export interface ReducedRows extends Slices {
  /** Whether the tensor itself has each slice as one row without gaps. */
  readonly areRows: boolean;
}

export function reducedRows(x: Tensor, dims: readonly number[]): ReducedRows {
  const { data, starts, size, stride } = slicesOf(...inReducedOrder(x, dims));
  return { data, starts, size, stride, areRows: stride === 1 && data === x.storage.data };
}

/** The same elements with the reduced dimensions at the end, in the order in which they are walked. */
function inReducedOrder(x: Tensor, dims: readonly number[]): [x: Tensor, dims: readonly number[]] {
  if (dims.length < 2 || (dims.length === x.sizes.length && x.isContiguous())) return [x, dims];
  const others = [...x.sizes.keys()].filter((dim) => !dims.includes(dim));
  const order = [...others, ...[...reducedInOrder(x, dims)].reverse()];
  const window = { sizes: order.map((dim) => x.sizes[dim]!), strides: order.map((dim) => x.strides[dim]!), offset: x.offset };
  return [through(window, x), dims.map((_, i) => others.length + i)];
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
