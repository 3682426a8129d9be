import { RuntimeError, TypeError } from "../../errors.js";
import { binary, cloneValues } from "../../kernels/elementwise.js";
import { broadcastOperand } from "../../kernels/strided.js";
import { contiguousStrides, equalSizes, formatSizes } from "../../size.js";
import { Tensor, through, type Window } from "../../tensor.js";

/** Geometry of views: sizes, strides and offsets, nothing recorded. */

/** `sizes` with the one -1 replaced by what makes the number of elements fit. */
export function inferSizes(sizes: readonly number[], numel: number): readonly number[] {
  let known = 1;
  let unknown = -1;
  sizes.forEach((size, i) => {
    if (!Number.isInteger(size)) throw new TypeError(`shape must be integers, but got ${String(size)} at position ${i}`);
    if (size === -1) {
      if (unknown >= 0) throw new RuntimeError("only one dimension can be inferred");
      unknown = i;
    } else if (size < 0) {
      throw new RuntimeError(`invalid shape dimension ${size} at index ${i} of shape ${formatSizes(sizes)}`);
    } else known *= size;
  });
  if (unknown < 0) {
    if (known !== numel) throw new RuntimeError(`shape '${formatSizes(sizes)}' is invalid for input of size ${numel}`);
    return sizes;
  }
  if (known === 0 && numel === 0) {
    throw new RuntimeError(
      `cannot reshape tensor of 0 elements into shape ${formatSizes(sizes)} because the unspecified dimension size -1 can be any value and is ambiguous`,
    );
  }
  if (known === 0 || numel % known !== 0) throw new RuntimeError(`shape '${formatSizes(sizes)}' is invalid for input of size ${numel}`);
  return sizes.map((size, i) => (i === unknown ? numel / known : size));
}

/** Strides with which `x` looks like `sizes`, or null where no strides do (at::detail::computeStride). */
export function stridesFor(x: Tensor, sizes: readonly number[]): readonly number[] | null {
  if (x.isContiguous()) return contiguousStrides(sizes);
  const strides = new Array<number>(sizes.length);
  let target = sizes.length - 1;
  // Runs of old dimensions that lie evenly in memory; each must be cut by the new ones without a rest.
  let base = x.strides[x.strides.length - 1]!;
  let inRun = 1;
  let covered = 1;
  for (let dim = x.sizes.length - 1; dim >= 0; dim--) {
    inRun *= x.sizes[dim]!;
    const endsRun = dim === 0 || (x.sizes[dim - 1] !== 1 && x.strides[dim - 1] !== inRun * base);
    if (!endsRun) continue;
    while (target >= 0 && (covered < inRun || sizes[target] === 1)) {
      strides[target] = covered * base;
      covered *= sizes[target]!;
      target--;
    }
    if (covered !== inRun) return null;
    if (dim > 0) {
      base = x.strides[dim - 1]!;
      inRun = 1;
      covered = 1;
    }
  }
  return target === -1 ? strides : null;
}

/** The elements of `x` in another shape, unrecorded; copied only where strides do not allow it. */
export function inShape(x: Tensor, sizes: readonly number[]): Tensor {
  const strides = stridesFor(x, sizes);
  if (strides !== null) return new Tensor(x.storage, sizes, strides, x.offset);
  return new Tensor(cloneValues(x).storage, sizes, contiguousStrides(sizes), 0);
}

export function permuted(x: Tensor, order: readonly number[]): Window {
  return { sizes: order.map((dim) => x.sizes[dim]!), strides: order.map((dim) => x.strides[dim]!), offset: x.offset };
}

/** The dimensions of `x` put back: where `order` took them from. */
export function unpermuted(x: Tensor, order: readonly number[]): Tensor {
  const inverse = new Array<number>(order.length);
  order.forEach((dim, i) => (inverse[dim] = i));
  return through(permuted(x, inverse), x);
}

/** `start` to `end` in steps along one dimension; bounds are within the dimension. */
export function slicedWindow(x: Tensor, dim: number, start: number, end: number, step: number): Window {
  const length = Math.max(0, Math.ceil((end - start) / step));
  return {
    sizes: x.sizes.map((size, i) => (i === dim ? length : size)),
    strides: x.strides.map((stride, i) => (i === dim ? stride * step : stride)),
    offset: x.offset + (length === 0 ? 0 : start * x.strides[dim]!),
  };
}

/** Zeros in the shape of `x` with `gradient` added through `window`, where several of its elements may be one of x. */
export function accumulated(gradient: Tensor, sizes: readonly number[], window: (zeros: Tensor) => Window): Tensor {
  const zeros = Tensor.allocate(sizes, gradient.dtype, gradient.device);
  const seen = through(window(zeros), zeros);
  binary(seen, seen, gradient, (sum, each) => sum + each);
  return zeros;
}

/** `x` broadcast to `sizes`, which it must fit; unrecorded. */
export function expandedTo(x: Tensor, sizes: readonly number[]): Tensor {
  if (equalSizes(x.sizes, sizes)) return x;
  const { offset, strides } = broadcastOperand(x, sizes);
  return through({ sizes, strides, offset }, x);
}
