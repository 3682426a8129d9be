import type { DType } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { product } from "../../size.js";
import { normalizeDim, Tensor, through } from "../../tensor.js";
import type { Dims } from "../../arguments.js";

/** The dimensions of reductions, and what belongs to one result. Nothing here is recorded. */

const dimLists: (readonly number[])[] = [];

/** 0 to rank - 1; made once. */
function allDims(rank: number): readonly number[] {
  return (dimLists[rank] ??= Array.from({ length: rank }, (_, dim) => dim));
}

/** The dimensions that `dim` names, ascending; all for null or an empty list. */
export function reducedDims(x: Tensor, dim: Dims | null): readonly number[] {
  const rank = x.sizes.length;
  if (dim === null || (typeof dim !== "number" && dim.length === 0)) return allDims(rank);
  if (typeof dim === "number") {
    const along = normalizeDim(dim, rank);
    return rank === 0 ? allDims(0) : [along];
  }
  const dims = distinctDims(dim, rank);
  return rank === 0 ? [] : dims.sort((a, b) => a - b);
}

/** The dimensions that `dims` name, each once. */
export function distinctDims(dims: readonly number[], rank: number): number[] {
  const normalized = dims.map((dim) => normalizeDim(dim, rank));
  normalized.forEach((dim, i) => {
    if (normalized.indexOf(dim) !== i) throw new RuntimeError(`dim ${dim} appears multiple times in the list of dims`);
  });
  return normalized;
}

export function reducedSizes(x: Tensor, dims: readonly number[], keepdim: boolean): readonly number[] {
  const sizes: number[] = [];
  for (let dim = 0; dim < x.sizes.length; dim++) {
    if (!dims.includes(dim)) sizes.push(x.sizes[dim]!);
    else if (keepdim) sizes.push(1);
  }
  return sizes;
}

/** How many elements make one result. */
export function reducedCount(x: Tensor, dims: readonly number[]): number {
  return product(dims.map((dim) => x.sizes[dim]!));
}

/** A reduction's result (or its gradient) as `x` lies: broadcast along the reduced dimensions, without copying. Unrecorded. */
export function spread(reduced: Tensor, x: Tensor, dims: readonly number[]): Tensor {
  const strides = new Array<number>(x.sizes.length).fill(0);
  const keepsDims = reduced.sizes.length === x.sizes.length;
  let from = 0;
  for (let dim = 0; dim < strides.length; dim++) {
    if (!dims.includes(dim)) strides[dim] = reduced.strides[from++]!;
    else if (keepsDims) from++;
  }
  return through({ sizes: x.sizes, strides, offset: reduced.offset }, reduced);
}

/** A fresh tensor in the shape of `like`, filled by `fill` unless on the meta device. */
export function filledLike(like: Tensor, dtype: DType, fill: (result: Tensor) => void): Tensor {
  const result = Tensor.allocate(like.sizes, dtype, like.device);
  if (like.device === "cpu") fill(result);
  return result;
}
