import { requireMatrices } from "../rules/matrixDims.js";
import { defineView } from "../../dispatch/index.js";
import { RuntimeError } from "../../errors.js";
import { formatSizes } from "../../size.js";
import { normalizeDim, Tensor, through } from "../../tensor.js";
import { takingOnly, inOrder, listOf, type AllArguments, type Dims, type Numbers } from "../../arguments.js";
import { permuted, unpermuted } from "../rules/windows.js";
import { views } from "../../operation.js";

const transposeOperation = defineView<[x: Tensor, dim0: number, dim1: number]>({
  name: "transpose",
  effect: views,
  arguments: ["input", "dim0", "dim1"],
  window(x, dim0, dim1) {
    const [a, b] = [normalizeDim(dim0, x.sizes.length), normalizeDim(dim1, x.sizes.length)];
    const order = x.sizes.map((_, dim) => (dim === a ? b : dim === b ? a : dim));
    return permuted(x, order);
  },
  backward(gradient, _, dim0, dim1) {
    const rank = gradient.sizes.length;
    const [a, b] = [normalizeDim(dim0, rank), normalizeDim(dim1, rank)];
    return through(
      permuted(
        gradient,
        gradient.sizes.map((_, dim) => (dim === a ? b : dim === b ? a : dim)),
      ),
      gradient,
    );
  },
});

/** Two dimensions exchanged. (torch.transpose) */
export function transpose(x: Tensor, ...args: AllArguments<[dim0: number, dim1: number], { readonly dim0: number; readonly dim1: number }>): Tensor {
  return transposeOperation(x, ...inOrder("transpose", ["dim0", "dim1"], args));
}

/** `transpose` by numpy's name. (torch.swapaxes) */
export function swapaxes(x: Tensor, ...args: AllArguments<[axis0: number, axis1: number], { readonly axis0: number; readonly axis1: number }>): Tensor {
  return transposeOperation(x, ...inOrder("swapaxes", ["axis0", "axis1"], args));
}

/** `transpose` by another name. (torch.swapdims) */
export function swapdims(x: Tensor, ...args: AllArguments<[dim0: number, dim1: number], { readonly dim0: number; readonly dim1: number }>): Tensor {
  return transposeOperation(x, ...inOrder("swapdims", ["dim0", "dim1"], args));
}

const tOperation = defineView<[x: Tensor]>({
  name: "t",
  effect: views,
  arguments: ["input"],
  gradientName: "TBackward0",
  window(x) {
    if (x.sizes.length > 2) throw new RuntimeError(`t() expects a tensor with <= 2 dimensions, but self is ${x.sizes.length}D`);
    return permuted(x, x.sizes.length === 2 ? [1, 0] : [...x.sizes.keys()]);
  },
  backward: (gradient) => (gradient.sizes.length === 2 ? through(permuted(gradient, [1, 0]), gradient) : gradient),
});

/** A matrix transposed; vectors and numbers as they are. (torch.t) */
export const t: (x: Tensor) => Tensor = tOperation;

/** The last two dimensions exchanged: the conjugate transpose of real matrices. (torch.adjoint) */
export const adjoint: (x: Tensor) => Tensor = takingOnly("adjoint", ["x"], (x: Tensor): Tensor => {
  requireMatrices(x, "adjoint()");
  return x.sizes.length === 0 ? x : transposeOperation(x, -2, -1);
});

function normalizedOrder(x: Tensor, dims: readonly number[]): number[] {
  if (dims.length !== x.sizes.length) {
    throw new RuntimeError(
      `permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = ${x.sizes.length} is not equal to len(dims) = ${dims.length}`,
    );
  }
  const order = dims.map((dim) => normalizeDim(dim, x.sizes.length));
  if (new Set(order).size !== order.length) throw new RuntimeError("permute(): duplicate dims are not allowed.");
  return order;
}

const permuteOperation = defineView<[x: Tensor, dims: readonly number[]]>({
  name: "permute",
  effect: views,
  arguments: ["input", "dims"],
  window: (x, dims) => permuted(x, normalizedOrder(x, dims)),
  backward: (gradient, x, dims) => unpermuted(gradient, normalizedOrder(x, dims)),
});

/** The dimensions in the order that `dims` lists them. (torch.permute) */
export function permute(x: Tensor, ...dims: Numbers | [options: { readonly dims: readonly number[] }]): Tensor {
  return permuteOperation(x, [...listOf("permute", dims, "dims")]);
}

/** Dimensions moved from `source` to `destination`, the others keeping their order. (torch.movedim) */
export function movedim(x: Tensor, ...args: AllArguments<[source: Dims, destination: Dims], { readonly source: Dims; readonly destination: Dims }>): Tensor {
  const [source, destination] = inOrder("movedim", ["source", "destination"], args);
  const from = typeof source === "number" ? [source] : source;
  const to = typeof destination === "number" ? [destination] : destination;
  if (from.length !== to.length) {
    throw new RuntimeError(
      `movedim: Invalid source or destination dims: source (${formatSizes(from)} dims) should contain the same number of dims as destination (${formatSizes(to)} dims)`,
    );
  }
  const rank = x.sizes.length;
  const places = (dims: readonly number[], which: string): number[] => {
    const normalized = dims.map((dim) => normalizeDim(dim, rank));
    if (new Set(normalized).size !== dims.length) throw new RuntimeError(`movedim: repeated dim in \`${which}\` (${formatSizes(dims)})`);
    return normalized;
  };
  const moved = places(from, "source");
  const target = places(to, "destination");
  const rest = [...x.sizes.keys()].filter((dim) => !moved.includes(dim));
  const order = x.sizes.map((_, dim) => (target.includes(dim) ? moved[target.indexOf(dim)]! : rest.shift()!));
  return permuteOperation(x, order);
}

/** `movedim` by numpy's name. (torch.moveaxis) */
export function moveaxis(x: Tensor, ...args: AllArguments<[source: Dims, destination: Dims], { readonly source: Dims; readonly destination: Dims }>): Tensor {
  return movedim(x, ...inOrder("moveaxis", ["source", "destination"], args));
}
