import type { DType } from "../../dtype.js";
import { IndexError, NotImplementedError } from "../../errors.js";
import { denseValues, fill } from "../../kernels/elementwise.js";
import * as kernels from "../../kernels/indexing.js";
import { offsetsOf } from "../../kernels/strided.js";
import { formatSizes } from "../../size.js";
import { withoutValues, type Device } from "../../storage.js";
import { Tensor } from "../../tensor.js";
import { broadcastSizes, numberOf, type Scalar } from "./promotion.js";

/** What operations with index tensors have in common. */

/** Results whose shape follows from values do not exist on the meta device. */
export function requireValues(x: Tensor, operation: string): void {
  if (x.device === "meta")
    throw withoutValues(new NotImplementedError(`${operation}: the shape of the result depends on values, which a meta tensor does not have`));
}

/** The shape that index tensors pick. */
function pickedSizes(indices: readonly Tensor[]): readonly number[] {
  try {
    return indices.reduce<readonly number[]>((sizes, index) => broadcastSizes(sizes, index.sizes), []);
  } catch {
    throw new IndexError(
      `shape mismatch: indexing tensors could not be broadcast together with shapes ${indices.map((index) => formatSizes(index.sizes)).join(", ")}`,
    );
  }
}

/** What dimensions that lie side by side pick takes their place; else it comes first. */
function areSideBySide(dims: readonly number[]): boolean {
  return dims.every((dim, i) => i === 0 || dim === dims[i - 1]! + 1);
}

export function indexedSizes(x: Tensor, dims: readonly number[], indices: readonly Tensor[]): readonly number[] {
  const picked = pickedSizes(indices);
  const first = areSideBySide(dims) ? dims[0]! : 0;
  const rest = x.sizes.filter((_, dim) => !dims.includes(dim));
  return [...rest.slice(0, first), ...picked, ...rest.slice(first)];
}

/** Where the elements lie that index tensors name in some dimensions, whole in the others. */
export function placesOf(x: Tensor, dims: readonly number[], indices: readonly Tensor[]): kernels.Places {
  const rest = [...x.sizes.keys()].filter((dim) => !dims.includes(dim));
  const first = areSideBySide(dims) ? dims[0]! : 0;
  const offsets = (some: readonly number[]): Int32Array =>
    offsetsOf(
      some.map((dim) => x.sizes[dim]!),
      some.map((dim) => x.strides[dim]!),
    );
  return {
    outer: offsets(rest.slice(0, first)),
    picked: kernels.pickedOffsets(x, dims, indices, pickedSizes(indices)),
    inner: offsets(rest.slice(first)),
  };
}

/** Zeros in the shape `sizes` with `gradient` added where the indices point. */
export function addedAt(gradient: Tensor, sizes: readonly number[], dims: readonly number[], indices: readonly Tensor[]): Tensor {
  const result = Tensor.allocate(sizes, gradient.dtype, gradient.device);
  kernels.write(result.storage.data, 0, denseValues(gradient), placesOf(result, dims, indices), true);
  return result;
}

/** A number as a tensor without dimensions, for an operation that takes only such. */
export function scalarTensor(value: Scalar, dtype: DType, device: Device): Tensor {
  const result = Tensor.allocate([], dtype, device);
  fill(result, numberOf(value));
  result.storage.number = value;
  return result;
}

/** A tensor without dimensions is taken as a vector of one element. */
export function asVector(x: Tensor): Tensor {
  return x.sizes.length === 0 ? new Tensor(x.storage, [1], [1], x.offset) : x;
}
