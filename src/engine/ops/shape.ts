import { defineComposite, defineOperation, defineView, type ViewRow } from "../dispatch/index.js";
import { IndexError, RuntimeError } from "../errors.js";
import { copy } from "../kernels/elementwise.js";
import { sumTo } from "../kernels/sumTo.js";
import { contiguousStrides, equalSizes, formatSizes, product } from "../size.js";
import { normalizeDim, Tensor, through, type Window } from "../tensor.js";
import {
  collect,
  inOrder,
  listOf,
  required,
  requiredFirst,
  requireIntegers,
  type AllArguments,
  type Arguments,
  type Dims,
  type Numbers,
  type WithRequired,
} from "../arguments.js";
import { broadcastSizes } from "./rules/promotion.js";
import { accumulated, inferSizes, inShape, permuted, slicedWindow, stridesFor, unpermuted } from "./rules/windows.js";
import { computes, moves, views, rangeIndex, indexAlong, type Part } from "../operation.js";

/** Other shapes on the same memory. Every function here gives a view where PyTorch does; writes through it are seen by the original. */

// ---- the same elements in another shape

/** A row whose view has the same elements in another shape; backward gives the gradient the old one. */
function reshapingRow(name: string): ViewRow<[x: Tensor, sizes: readonly number[]]> {
  return {
    name,
    effect: views,
    arguments: ["input", "shape"],
    gradientName: "ViewBackward0",
    window(x, given) {
      const sizes = inferSizes(given, x.numel());
      const strides = stridesFor(x, sizes);
      if (strides === null) {
        throw new RuntimeError(
          "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
        );
      }
      return { sizes, strides, offset: x.offset };
    },
    backward: (gradient, x) => inShape(gradient, x.sizes),
  };
}

const viewOperation = defineView(reshapingRow("view"));
const reshapeView = defineView(reshapingRow("reshape"));
const reshapeAlias = defineView<[x: Tensor, sizes: readonly number[]]>({
  ...reshapingRow("reshape"),
  gradientName: "ReshapeAliasBackward0",
});
const reshapeCopy = defineOperation<[x: Tensor, sizes: readonly number[]]>({
  name: "reshape",
  effect: views,
  arguments: ["input", "shape"],
  gradientName: "UnsafeViewBackward0",
  infer: (x, sizes) => ({ sizes: inferSizes(sizes, x.numel()), dtype: x.dtype }),
  forward: (output, x) => copy(new Tensor(output.storage, x.sizes, contiguousStrides(x.sizes), output.offset), x),
  backward: (gradient, { args: [x] }) => [inShape(gradient, x.sizes)],
});

function flattenedSizes(x: Tensor, startDim: number, endDim: number): readonly number[] {
  const { sizes } = x;
  const start = normalizeDim(startDim, sizes.length);
  const end = normalizeDim(endDim, sizes.length);
  if (start > end) throw new RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim");
  if (sizes.length === 0) return [1];
  return [...sizes.slice(0, start), product(sizes.slice(start, end + 1)), ...sizes.slice(end + 1)];
}

/** The same memory in another shape; one size may be -1 and follows from the others. Throws where only a copy could have that shape. (Tensor.view) */
export function view(x: Tensor, ...sizes: Numbers | [options: { readonly size: readonly number[] }]): Tensor {
  return viewOperation(x, [...listOf(sizes, "size")]);
}

/** `view` in the shape of another tensor. (Tensor.view_as) */
export function viewAs(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  const [other] = inOrder("view_as", ["other"], args);
  return viewOperation(x, other.sizes);
}

/** The same elements in another shape, a view where possible; one size may be -1 and follows from the others. (torch.reshape) */
export function reshape(x: Tensor, ...shape: Numbers | [options: { readonly shape: readonly number[] }]): Tensor {
  return reshapeTo(x, [...listOf(shape, "shape")]);
}

function reshapeTo(x: Tensor, sizes: readonly number[]): Tensor {
  if (x.isContiguous()) return reshapeView(x, sizes);
  return stridesFor(x, inferSizes(sizes, x.numel())) !== null ? reshapeAlias(x, sizes) : reshapeCopy(x, sizes);
}

/** `reshape` to the shape of another tensor. (Tensor.reshape_as) */
export function reshapeAs(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  const [other] = inOrder("reshape_as", ["other"], args);
  return reshapeTo(x, other.sizes);
}

export interface FlattenOptions {
  /** First dimension to merge. Default 0. */
  readonly startDim?: number;
  /** Last dimension to merge. Default -1, the last. */
  readonly endDim?: number;
}

const flattenOperation = defineComposite(
  { name: "flatten", effect: views, arguments: ["input", ["startDim", 0], ["endDim", -1]] },
  (x: Tensor, startDim: number, endDim: number): Tensor => {
    const sizes = flattenedSizes(x, startDim, endDim);
    return equalSizes(sizes, x.sizes) ? x : reshapeTo(x, sizes);
  },
);

/** Dimensions `startDim` to `endDim` merged into one. (torch.flatten) */
export function flatten(x: Tensor, ...args: Arguments<[startDim: number, endDim: number], FlattenOptions>): Tensor {
  const { startDim = 0, endDim = -1 } = collect<FlattenOptions>(["startDim", "endDim"], args);
  return flattenOperation(x, startDim, endDim);
}

/** All elements in one dimension. (torch.ravel) */
export const ravel = defineComposite({ name: "ravel", effect: views, arguments: ["input"] }, (x: Tensor): Tensor => {
  return reshapeTo(contiguous(x), [-1]);
});

const unflattenOperation = defineView<[x: Tensor, dim: number, sizes: readonly number[]]>({
  name: "unflatten",
  effect: views,
  arguments: ["input", "dim", "sizes"],
  gradientName: "ViewBackward0",
  window(x, dim, sizes) {
    if (sizes.length === 0) throw new RuntimeError("unflatten: sizes must be non-empty");
    const at = normalizeDim(dim, x.sizes.length);
    const size = x.sizes[at]!;
    const known = sizes.reduce((total, each) => (each === -1 ? total : total * each), 1);
    if (sizes.includes(-1) ? size % known !== 0 : known !== size) {
      throw new RuntimeError(`unflatten: Provided sizes ${formatSizes(sizes)} don't multiply up to the size of dim ${at} (${size}) in the input tensor`);
    }
    const inferred = inferSizes(sizes, size);
    const stride = x.strides[at]!;
    return {
      sizes: [...x.sizes.slice(0, at), ...inferred, ...x.sizes.slice(at + 1)],
      strides: [...x.strides.slice(0, at), ...contiguousStrides(inferred).map((step) => step * stride), ...x.strides.slice(at + 1)],
      offset: x.offset,
    };
  },
  backward: (gradient, x) => inShape(gradient, x.sizes),
});

/** One dimension split into several; one of `sizes` may be -1. (torch.unflatten) */
export function unflatten(
  x: Tensor,
  ...args: AllArguments<[dim: number, sizes: readonly number[]], { readonly dim: number; readonly sizes: readonly number[] }>
): Tensor {
  return unflattenOperation(x, ...inOrder("unflatten", ["dim", "sizes"], args));
}

// ---- the same dimensions in another order

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
export function t(x: Tensor): Tensor {
  return tOperation(x);
}

/** The last two dimensions exchanged: the conjugate transpose of real matrices. (torch.adjoint) */
export function adjoint(x: Tensor): Tensor {
  if (x.sizes.length === 1) throw new RuntimeError("tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.");
  return x.sizes.length === 0 ? x : transposeOperation(x, -2, -1);
}

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
  return permuteOperation(x, [...listOf(dims, "dims")]);
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

// ---- dimensions of size 1

function squeezed(x: Tensor, drop: (dim: number) => boolean): Window {
  const kept = [...x.sizes.keys()].filter((dim) => !(x.sizes[dim] === 1 && drop(dim)));
  return permuted(x, kept);
}

function distinctDims(dims: readonly number[], rank: number): readonly number[] {
  const normalized = dims.map((dim) => normalizeDim(dim, rank));
  normalized.forEach((dim, i) => {
    if (normalized.indexOf(dim) !== i) throw new RuntimeError(`dim ${dim} appears multiple times in the list of dims`);
  });
  return normalized;
}

const squeezeOperation = defineView<[x: Tensor, dim: Dims | null]>({
  name: "squeeze",
  effect: views,
  arguments: ["input", "dim"],
  gradientName: (_, dim) => (dim === null ? "SqueezeBackward0" : typeof dim === "number" ? "SqueezeBackward1" : "SqueezeBackward2"),
  window(x, dim) {
    if (dim === null) return squeezed(x, () => true);
    const dims = distinctDims(typeof dim === "number" ? [dim] : dim, x.sizes.length);
    return squeezed(x, (each) => dims.includes(each));
  },
  backward: (gradient, x) => inShape(gradient, x.sizes),
});

/** Without the dimensions of size 1: all, or of those in `dim` alone. (torch.squeeze) */
export function squeeze(x: Tensor, ...args: Arguments<[dim: Dims], { readonly dim?: Dims }>): Tensor {
  return squeezeOperation(x, collect<{ dim?: Dims }>(["dim"], args).dim ?? null);
}

const unsqueezeOperation = defineView<[x: Tensor, dim: number]>({
  name: "unsqueeze",
  effect: views,
  arguments: ["input", "dim"],
  window(x, dim) {
    const at = normalizeDim(dim, x.sizes.length + 1);
    const stride = at < x.sizes.length ? x.sizes[at]! * x.strides[at]! : 1;
    return {
      sizes: [...x.sizes.slice(0, at), 1, ...x.sizes.slice(at)],
      strides: [...x.strides.slice(0, at), stride, ...x.strides.slice(at)],
      offset: x.offset,
    };
  },
  backward: (gradient, x) => inShape(gradient, x.sizes),
});

/** With a dimension of size 1 put in at `dim`. (torch.unsqueeze) */
export function unsqueeze(x: Tensor, ...args: AllArguments<[dim: number], { readonly dim: number }>): Tensor {
  return unsqueezeOperation(x, ...inOrder("unsqueeze", ["dim"], args));
}

/** At least one dimension. (torch.atleast_1d) */
export function atleast1d(x: Tensor): Tensor {
  return x.sizes.length >= 1 ? x : reshapeTo(x, [1]);
}

/** At least two dimensions; a vector becomes one row. (torch.atleast_2d) */
export function atleast2d(x: Tensor): Tensor {
  if (x.sizes.length >= 2) return x;
  return x.sizes.length === 1 ? unsqueeze(x, 0) : reshapeTo(x, [1, 1]);
}

/** At least three dimensions; a vector becomes the middle one, a matrix the first two. (torch.atleast_3d) */
export const atleast3d = defineComposite({ name: "atleast3d", effect: views, arguments: ["input"] }, (x: Tensor): Tensor => {
  if (x.sizes.length >= 3) return x;
  if (x.sizes.length === 2) return unsqueeze(x, -1);
  return x.sizes.length === 1 ? unsqueeze(unsqueeze(x, 0), -1) : reshapeTo(x, [1, 1, 1]);
});

// ---- repeated without copying

function expandedWindow(x: Tensor, target: readonly number[]): Window {
  const missing = target.length - x.sizes.length;
  if (missing < 0) {
    throw new RuntimeError(
      `expand(torch.${x.dtype.scalarType}Tensor{${formatSizes(x.sizes)}}, size=${formatSizes(target)}): the number of sizes provided (${target.length}) must be greater or equal to the number of dimensions in the tensor (${x.sizes.length})`,
    );
  }
  const sizes = new Array<number>(target.length);
  const strides = new Array<number>(target.length);
  for (let i = 0; i < target.length; i++) {
    const wanted = target[i]!;
    const own = i < missing ? 1 : x.sizes[i - missing]!;
    if (i < missing && wanted < 0) {
      throw new RuntimeError(`The expanded size of the tensor (${wanted}) isn't allowed in a leading, non-existing dimension ${i}`);
    }
    const size = wanted === -1 ? own : wanted;
    if (size !== own && own !== 1) {
      throw new RuntimeError(
        `The expanded size of the tensor (${wanted}) must match the existing size (${own}) at non-singleton dimension ${i}.  Target sizes: ${formatSizes(target)}.  Tensor sizes: ${formatSizes(x.sizes)}`,
      );
    }
    sizes[i] = size;
    strides[i] = i < missing || (own === 1 && size !== 1) ? 0 : x.strides[i - missing]!;
  }
  return { sizes, strides, offset: x.offset };
}

const expandOperation = defineView<[x: Tensor, sizes: readonly number[]]>({
  name: "expand",
  effect: views,
  arguments: ["input", "size"],
  window: expandedWindow,
  backward: (gradient, x) => sumTo(gradient, x.sizes),
});

/** Dimensions of size 1 repeated to the sizes given, and new ones in front; -1 keeps a size. Takes no memory. (Tensor.expand) */
export function expand(x: Tensor, ...sizes: Numbers | [options: { readonly size: readonly number[] }]): Tensor {
  return expandOperation(x, [...listOf(sizes, "size")]);
}

/** `expand` to the shape of another tensor. (Tensor.expand_as) */
export function expandAs(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  const [other] = inOrder("expand_as", ["other"], args);
  return expandOperation(x, other.sizes);
}

/** `expand` by another name. (torch.broadcast_to) */
export function broadcastTo(x: Tensor, ...args: AllArguments<[size: readonly number[]], { readonly size: readonly number[] }>): Tensor {
  return expandOperation(x, ...inOrder("broadcast_to", ["size"], args));
}

/** All tensors expanded to their common shape. (torch.broadcast_tensors) */
export const broadcastTensors = defineComposite(
  { name: "broadcastTensors", effect: computes, arguments: ["tensors"] },
  (...tensors: Tensor[] | [tensors: readonly Tensor[]]): Tensor[] => {
    const list = (Array.isArray(tensors[0]) ? tensors[0] : tensors) as readonly Tensor[];
    const sizes = list.reduce<readonly number[]>((common, each) => broadcastSizes(common, each.sizes), []);
    return list.map((each) => expandOperation(each, sizes));
  },
);

/** The shape that all given shapes broadcast to. (torch.broadcast_shapes) */
export function broadcastShapes(...shapes: readonly (readonly number[])[]): number[] {
  const result: number[] = [];
  shapes.forEach((sizes, index) => {
    while (result.length < sizes.length) result.unshift(1);
    for (let back = 1; back <= sizes.length; back++) {
      const [size, common] = [sizes.at(-back)!, result.at(-back)!];
      if (size !== common && size !== 1 && common !== 1) {
        throw new RuntimeError(
          `Attempting to broadcast a dimension of length ${size} at ${-back}! Mismatching argument at index ${index} had (${sizes.join(", ")}${sizes.length === 1 ? "," : ""}); but expected shape should be broadcastable to [${result.join(", ")}]`,
        );
      }
      if (common === 1) result[result.length - back] = size;
    }
  });
  return result;
}

// ---- parts

const selectOperation = defineView<[x: Tensor, dim: number, index: number]>({
  name: "select",
  effect: { kind: "part", parts: ([x, dim, index]) => [{ index: indexAlong(dim, index < 0 ? index + x.sizes[dim]! : index) }] },
  arguments: ["input", "dim", "index"],
  window(x, dim, index) {
    if (x.sizes.length === 0) throw new IndexError("select() cannot be applied to a 0-dim tensor.");
    const at = normalizeDim(dim, x.sizes.length);
    const size = x.sizes[at]!;
    if (!Number.isInteger(index) || index < -size || index >= size) {
      throw new IndexError(`select(): index ${index} out of range for tensor of size ${formatSizes(x.sizes)} at dimension ${at}`);
    }
    const position = index < 0 ? index + size : index;
    const others = [...x.sizes.keys()].filter((each) => each !== at);
    return { ...permuted(x, others), offset: x.offset + position * x.strides[at]! };
  },
});

/** One slice of a dimension, which is dropped. (torch.select) */
export function select(x: Tensor, ...args: AllArguments<[dim: number, index: number], { readonly dim: number; readonly index: number }>): Tensor {
  return selectOperation(x, ...inOrder("select", ["dim", "index"], args));
}

const narrowOperation = defineView<[x: Tensor, dim: number, start: number, length: number]>({
  name: "narrow",
  effect: { kind: "part", parts: ([x, dim, start, length]) => [{ index: rangeIndex(x.sizes[dim]!, dim, start, start + length) }] },
  arguments: ["input", "dim", "start", "length"],
  gradientName: "SliceBackward0",
  window(x, dim, start, length) {
    if (x.sizes.length === 0) throw new RuntimeError("narrow() cannot be applied to a 0-dim tensor.");
    const at = normalizeDim(dim, x.sizes.length);
    const size = x.sizes[at]!;
    requireIntegers("narrow", start, length);
    if (length < 0) throw new RuntimeError("narrow(): length must be non-negative.");
    if (start < -size || start > size) {
      throw new IndexError(`start out of range (expected to be in range of [${-size}, ${size}], but got ${start})`);
    }
    const first = start < 0 ? start + size : start;
    if (first + length > size) throw new RuntimeError(`start (${first}) + length (${length}) exceeds dimension size (${size}).`);
    return slicedWindow(x, at, first, first + length, 1);
  },
});

/** `length` slices of a dimension from `start` on. (torch.narrow) */
export function narrow(
  x: Tensor,
  ...args: AllArguments<[dim: number, start: number, length: number], { readonly dim: number; readonly start: number; readonly length: number }>
): Tensor {
  return narrowOperation(x, ...inOrder("narrow", ["dim", "start", "length"], args));
}

const diagonalOperation = defineView<[x: Tensor, offset: number, dim1: number, dim2: number]>({
  name: "diagonal",
  effect: views,
  arguments: ["input", ["offset", 0], ["dim1", 0], ["dim2", 1]],
  window(x, offset, dim1, dim2) {
    const rank = x.sizes.length;
    const [rows, columns] = [normalizeDim(dim1, rank), normalizeDim(dim2, rank)];
    if (rows === columns) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
    const length = Math.max(0, offset >= 0 ? Math.min(x.sizes[rows]!, x.sizes[columns]! - offset) : Math.min(x.sizes[rows]! + offset, x.sizes[columns]!));
    const others = permuted(
      x,
      [...x.sizes.keys()].filter((dim) => dim !== rows && dim !== columns),
    );
    const start = offset >= 0 ? offset * x.strides[columns]! : -offset * x.strides[rows]!;
    return {
      sizes: [...others.sizes, length],
      strides: [...others.strides, x.strides[rows]! + x.strides[columns]!],
      offset: x.offset + (length === 0 ? 0 : start),
    };
  },
});

export interface DiagonalOptions {
  /** 0 is the main diagonal, above it is positive, below negative. Default 0. */
  readonly offset?: number;
  /** The rows. Default 0. */
  readonly dim1?: number;
  /** The columns. Default 1. */
  readonly dim2?: number;
}

/** The diagonal of two dimensions, as the last dimension. (torch.diagonal) */
export function diagonal(x: Tensor, ...args: Arguments<[offset: number, dim1: number, dim2: number], DiagonalOptions>): Tensor {
  const { offset = 0, dim1 = 0, dim2 = 1 } = collect<DiagonalOptions>(["offset", "dim1", "dim2"], args);
  return diagonalOperation(x, offset, dim1, dim2);
}

const asStridedOperation = defineView<[x: Tensor, sizes: readonly number[], strides: readonly number[], offset: number]>({
  name: "asStrided",
  effect: views,
  arguments: ["input", "shape", "strides", "offset"],
  window(x, sizes, strides, offset) {
    if (sizes.length !== strides.length) throw new RuntimeError("mismatch in length of strides and shape");
    const needed = sizes.includes(0) ? 0 : sizes.reduce((last, size, i) => last + (size - 1) * strides[i]!, offset) + 1;
    if (needed > x.storage.length) {
      const { itemSize } = x.dtype;
      throw new RuntimeError(
        `setStorage: sizes ${formatSizes(sizes)}, strides ${formatSizes(strides)}, storage offset ${offset}, and itemsize ${itemSize} requiring a storage size of ${needed * itemSize} are out of bounds for storage of size ${x.storage.length * itemSize}`,
      );
    }
    return { sizes, strides, offset };
  },
  backward(gradient, x, sizes, strides, offset) {
    // Gathered where the elements lie in memory, then read as x lies there.
    const memory = accumulated(gradient, [x.storage.length], () => ({ sizes, strides, offset }));
    const result = Tensor.allocate(x.sizes, gradient.dtype, gradient.device);
    copy(result, through(x, memory));
    return result;
  },
});

type StridedArguments = WithRequired<
  [size: readonly number[], stride: readonly number[]],
  { readonly size: readonly number[]; readonly stride: readonly number[] },
  [storageOffset: number],
  { readonly storageOffset?: number }
>;

/** A window on the memory of `x`, by sizes, strides and offset in elements. (torch.as_strided) */
export function asStrided(x: Tensor, ...args: StridedArguments): Tensor {
  const [[size, stride], rest] = requiredFirst<[size: readonly number[], stride: readonly number[]]>("as_strided", ["size", "stride"], args);
  const { storageOffset = x.offset } = collect<{ storageOffset?: number }>(["storageOffset"], rest);
  return asStridedOperation(x, size, stride, storageOffset);
}

// ---- lists of parts

/** What the results of cutting a dimension into neighbouring pieces are of it; null where they overlap or leave something out. */
function piecesOf(x: Tensor, along: number, results: readonly { readonly sizes: readonly number[] }[]): readonly Part[] | null {
  const dim = normalizeDim(along, x.sizes.length);
  const size = x.sizes[dim]!;
  let end = 0;
  const pieces = results.map(({ sizes }, i): Part => {
    const start = end;
    end += sizes[dim]!;
    return { index: rangeIndex(size, dim, start, end), piece: { number: i + 1, of: results.length } };
  });
  return end === size ? pieces : null;
}

/** The parts that `bounds` cut a dimension into, each a view under `name`'s gradient. */
function definePart(name: string, gradientName: string): (x: Tensor, dim: number, start: number, end: number) => Tensor {
  return defineView<[x: Tensor, dim: number, start: number, end: number]>({
    name,
    effect: { kind: "part", parts: ([x, dim, start, end]) => [{ index: rangeIndex(x.sizes[dim]!, dim, start, end) }] },
    arguments: ["input", "dim", "start", "end"],
    gradientName,
    window: (x, dim, start, end) => slicedWindow(x, dim, start, end, 1),
  });
}

const splitPart = definePart("split", "SplitBackward0");
const slicePart = definePart("slice", "SliceBackward0");
const splitWithSizesPart = definePart("splitWithSizes", "SplitWithSizesBackward0");

function parts(x: Tensor, dim: number, lengths: readonly number[], part: typeof splitPart): Tensor[] {
  let start = 0;
  return lengths.map((length) => part(x, dim, start, (start += length)));
}

function evenLengths(total: number, size: number): number[] {
  const count = size === 0 ? 1 : Math.max(1, Math.ceil(total / size));
  return Array.from({ length: count }, (_, i) => Math.min(size, total - i * size));
}

export interface DimOptions {
  /** Default 0. */
  readonly dim?: number;
}

const splitOperation = defineComposite(
  { name: "split", effect: { kind: "part", parts: ([x, , dim], results) => piecesOf(x, dim, results) }, arguments: ["input", "splitSize", ["dim", 0]] },
  (x: Tensor, size: number | readonly number[], along: number): Tensor[] => {
    if (x.sizes.length === 0) throw new RuntimeError("split expects at least a 1-dimensional tensor");
    const dim = normalizeDim(along, x.sizes.length);
    const total = x.sizes[dim]!;
    if (typeof size === "number") {
      if (size < 0) throw new RuntimeError(`split expects split_size be non-negative, but got split_size=${size}`);
      if (size === 0 && total !== 0) throw new RuntimeError(`split_size can only be 0 if dimension size is 0, but got dimension size of ${total}`);
      return parts(x, dim, evenLengths(total, size), splitPart);
    }
    if (size.some((each) => each < 0)) {
      throw new RuntimeError(`split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${formatSizes(size)}`);
    }
    if (size.reduce((sum, each) => sum + each, 0) !== total) {
      throw new RuntimeError(
        `split_with_sizes expects split_sizes to sum exactly to ${total} (input tensor's size at dimension ${dim}), but got split_sizes=${formatSizes(size)}`,
      );
    }
    return parts(x, dim, size, splitWithSizesPart);
  },
);

/** Parts of `size` slices each along a dimension, the last one smaller where it does not divide; or parts of the sizes listed. (torch.split) */
export function split(
  x: Tensor,
  ...args: WithRequired<[splitSizeOrSections: Dims], { readonly splitSizeOrSections: Dims } | { readonly splitSize: Dims }, [dim: number], DimOptions>
): Tensor[] {
  // By name, the sizes are `split_size_or_sections` in torch.split and `split_size` in Tensor.split.
  const {
    splitSizeOrSections,
    splitSize = splitSizeOrSections,
    dim = 0,
  } = collect<DimOptions & { splitSizeOrSections?: Dims; splitSize?: Dims }>(["splitSizeOrSections", "dim"], args, ["splitSize"]);
  return splitOperation(x, required(splitSize, "split", "split_size_or_sections"), dim);
}

/** Parts of the sizes listed. (torch.split_with_sizes) */
export function splitWithSizes(
  x: Tensor,
  ...args: WithRequired<[splitSizes: readonly number[]], { readonly splitSizes: readonly number[] }, [dim: number], DimOptions>
): Tensor[] {
  const [[sizes], rest] = requiredFirst<[splitSizes: readonly number[]]>("split_with_sizes", ["splitSizes"], args);
  return splitOperation(x, sizes, collect<DimOptions>(["dim"], rest).dim ?? 0);
}

const chunkOperation = defineComposite(
  { name: "chunk", effect: { kind: "part", parts: ([x, , dim], results) => piecesOf(x, dim, results) }, arguments: ["input", "chunks", ["dim", 0]] },
  (x: Tensor, chunks: number, along: number): Tensor[] => {
    if (x.sizes.length === 0) throw new RuntimeError("chunk expects at least a 1-dimensional tensor");
    if (!(chunks > 0)) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
    const dim = normalizeDim(along, x.sizes.length);
    const total = x.sizes[dim]!;
    const size = Math.ceil(total / chunks);
    return parts(x, dim, size === 0 ? new Array<number>(chunks).fill(0) : evenLengths(total, size), splitPart);
  },
);

/** At most `chunks` parts of equal size along a dimension; the last may be smaller. (torch.chunk) */
export function chunk(x: Tensor, ...args: WithRequired<[chunks: number], { readonly chunks: number }, [dim: number], DimOptions>): Tensor[] {
  const { chunks, dim = 0 } = collect<DimOptions & { readonly chunks?: number }>(["chunks", "dim"], args);
  return chunkOperation(x, required(chunks, "chunk", "chunks"), dim);
}

const tensorSplitOperation = defineComposite(
  { name: "tensorSplit", effect: { kind: "part", parts: ([x, , dim], results) => piecesOf(x, dim, results) }, arguments: ["input", "sections", ["dim", 0]] },
  (x: Tensor, sections: number | readonly number[], along: number): Tensor[] => {
    if (x.sizes.length === 0) throw new RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
    const dim = normalizeDim(along, x.sizes.length);
    const total = x.sizes[dim]!;
    if (typeof sections === "number") {
      if (sections <= 0) throw new RuntimeError(`number of sections must be larger than 0, got ${sections}`);
      const longer = total % sections;
      const lengths = Array.from({ length: sections }, (_, i) => Math.floor(total / sections) + (i < longer ? 1 : 0));
      return parts(x, dim, lengths, slicePart);
    }
    const clamp = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + total : bound, 0), total);
    const bounds = [0, ...sections.map(clamp)];
    return bounds.map((start, i) => slicePart(x, dim, start, Math.max(start, bounds[i + 1] ?? total)));
  },
);

type SectionsByName = { readonly indicesOrSections: Dims } | { readonly indices: readonly number[] } | { readonly sections: number };

/** A number of parts as equal as can be, or the parts between the indices listed. (torch.tensor_split) */
export function tensorSplit(x: Tensor, ...args: WithRequired<[indicesOrSections: Dims], SectionsByName, [dim: number], DimOptions>): Tensor[] {
  const {
    indicesOrSections,
    indices,
    sections,
    dim = 0,
  } = collect<DimOptions & { indicesOrSections?: Dims; indices?: readonly number[]; sections?: number }>(["indicesOrSections", "dim"], args, [
    "indices",
    "sections",
  ]);
  return tensorSplitOperation(x, required(indicesOrSections ?? indices ?? sections, "tensor_split", "indices_or_sections"), dim);
}

function splitAlong(name: string, x: Tensor, sections: number | readonly number[], dim: number, dimensions: number): Tensor[] {
  if (x.sizes.length < dimensions) {
    throw new RuntimeError(`torch.${name} requires a tensor with at least ${dimensions} dimension, but got a tensor with ${x.sizes.length} dimensions!`);
  }
  if (typeof sections === "number" && x.sizes[dim]! % sections !== 0) {
    throw new RuntimeError(
      `torch.${name} attempted to split along dimension ${dim}, but the size of the dimension ${x.sizes[dim]} is not divisible by the split_size ${sections}!`,
    );
  }
  return tensorSplitOperation(x, sections, dim);
}

/** Parts along the columns (of a vector, along itself), equal ones or at the indices listed. (torch.hsplit) */
export const hsplit: (x: Tensor, sections: number | readonly number[]) => Tensor[] = defineComposite(
  { name: "hsplit", effect: { kind: "part", parts: ([x], results) => piecesOf(x, x.sizes.length === 1 ? 0 : 1, results) }, arguments: ["input", "sections"] },
  (x: Tensor, sections: number | readonly number[]): Tensor[] => {
    return splitAlong("hsplit", x, sections, x.sizes.length === 1 ? 0 : 1, 1);
  },
);

/** Parts along the rows, equal ones or at the indices listed. (torch.vsplit) */
export const vsplit: (x: Tensor, sections: number | readonly number[]) => Tensor[] = defineComposite(
  { name: "vsplit", effect: { kind: "part", parts: ([x], results) => piecesOf(x, 0, results) }, arguments: ["input", "sections"] },
  (x: Tensor, sections: number | readonly number[]): Tensor[] => {
    return splitAlong("vsplit", x, sections, 0, 2);
  },
);

/** Parts along the third dimension, equal ones or at the indices listed. (torch.dsplit) */
export const dsplit: (x: Tensor, sections: number | readonly number[]) => Tensor[] = defineComposite(
  { name: "dsplit", effect: { kind: "part", parts: ([x], results) => piecesOf(x, 2, results) }, arguments: ["input", "sections"] },
  (x: Tensor, sections: number | readonly number[]): Tensor[] => {
    return splitAlong("dsplit", x, sections, 2, 3);
  },
);

const unbindPart = defineView<[x: Tensor, dim: number, index: number]>({
  name: "unbind",
  effect: { kind: "part", parts: ([, dim, index]) => [{ index: indexAlong(dim, index) }] },
  arguments: ["input", ["dim", 0], "index"],
  window: (x, dim, index) => ({
    ...permuted(
      x,
      [...x.sizes.keys()].filter((each) => each !== dim),
    ),
    offset: x.offset + index * x.strides[dim]!,
  }),
});

const unbindOperation = defineComposite(
  {
    name: "unbind",
    effect: { kind: "part", parts: ([x, along], results) => results.map((_, i) => ({ index: indexAlong(normalizeDim(along, x.sizes.length), i) })) },
    arguments: ["input", ["dim", 0]],
  },
  (x: Tensor, along: number): Tensor[] => {
    if (x.sizes.length === 0) throw new IndexError("Dimension specified as 0 but tensor has no dimensions");
    const dim = normalizeDim(along, x.sizes.length);
    return Array.from({ length: x.sizes[dim]! }, (_, i) => unbindPart(x, dim, i));
  },
);

/** All slices of a dimension, which is dropped. (torch.unbind) */
export function unbind(x: Tensor, ...args: Arguments<[dim: number], DimOptions>): Tensor[] {
  return unbindOperation(x, collect<DimOptions>(["dim"], args).dim ?? 0);
}

// ---- copies

const cloneOperation = defineOperation<[x: Tensor]>({
  name: "clone",
  effect: moves,
  arguments: ["input"],
  infer: (x) => ({ sizes: x.sizes, dtype: x.dtype }),
  forward: (output, x) => copy(output, x),
  backward: (gradient) => [gradient],
});

/** A copy with memory of its own, through which gradients flow. (torch.clone) */
export function clone(x: Tensor): Tensor {
  return cloneOperation(x);
}

/** The tensor itself where its elements lie in row-major order without gaps, else a copy in that order. (Tensor.contiguous) */
export function contiguous(x: Tensor): Tensor {
  return x.isContiguous() ? x : cloneOperation(x);
}
