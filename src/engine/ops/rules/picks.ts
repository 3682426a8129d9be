import { linearInEach, defineOperation } from "../../dispatch/index.js";
import { int64 } from "../../dtype.js";
import { copy } from "../../kernels/elementwise.js";
import { gather, scatter } from "../../kernels/indexing.js";
import { contiguousStrides } from "../../size.js";
import { Tensor, through } from "../../tensor.js";
import { filledLike, reducedSizes } from "./reducedDims.js";
import { computes, notCounted } from "../../operation.js";

/** Elements picked along a dimension, by positions that an operation finds (max, median, sort, topk, ...). */

type PickArgs = [x: Tensor, indices: Tensor, dim: number];

/** An axis to pick along also for a tensor without dimensions. */
function withDims(x: Tensor): Tensor {
  return x.sizes.length === 0 ? new Tensor(x.storage, [1], [1], x.offset) : x;
}

/**
 * The row behind every operation that picks elements along a dimension: the values at `indices`, which are as long along `dim` as elements
 * are picked, or lack the dimension where one is. `keepsLayout`: the values lie in memory as x does.
 */
export function definePick(name: string, gradientName: string, keepsLayout?: "exactly"): (x: Tensor, indices: Tensor, dim: number) => Tensor {
  const places = (x: Tensor, indices: Tensor, dim: number): Tensor => {
    if (indices.sizes.length === x.sizes.length) return withDims(indices);
    return through({ sizes: insert(indices.sizes, dim, 1), strides: insert(indices.strides, dim, 1), offset: indices.offset }, indices);
  };
  const like = (values: Tensor, indices: Tensor): Tensor =>
    through({ sizes: indices.sizes, strides: keepsLayout ? withDims(values).strides : contiguousStrides(indices.sizes), offset: values.offset }, values);
  return defineOperation<PickArgs>({
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "indices", "dim"],
    gradientName,
    keepsLayout,
    infer: (x, indices) => ({ sizes: indices.sizes, dtype: x.dtype }),
    forward(output, x, indices, dim) {
      const index = places(x, indices, dim);
      gather(like(output, index), withDims(x), dim, index);
    },
    reads: [1],
    backward(gradient, { args: [x, indices, dim] }) {
      const index = places(x, indices, dim);
      return [
        filledLike(x, gradient.dtype, (result) => {
          const dense = filledLike(gradient, gradient.dtype, (target) => copy(target, gradient));
          scatter(
            withDims(result),
            dim,
            index,
            through({ ...index, strides: contiguousStrides(index.sizes), offset: dense.offset }, dense),
            (held, given) => held + given,
          );
        }),
      ];
    },
    recordedBackward: linearInEach(0),
  });
}

function insert<T>(list: readonly T[], at: number, item: T): T[] {
  return [...list.slice(0, at), item, ...list.slice(at)];
}

/** The dimension without which `sizes` are, unless it is kept with size 1. */
function withoutDim(x: Tensor, dim: number, keepdim: boolean): readonly number[] {
  return x.sizes.length === 0 ? [] : reducedSizes(x, [dim], keepdim);
}

/** Positions along `dim` of one element a slice, found by `find`. */
export function positionsAlong(x: Tensor, dim: number, keepdim: boolean, find: (output: Tensor) => void): Tensor {
  return filledLike(Tensor.allocate(withoutDim(x, dim, keepdim), x.dtype, x.device), int64, find);
}
