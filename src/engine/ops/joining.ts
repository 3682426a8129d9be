import { defineComposite, defineOperation, named } from "../dispatch/index.js";
import { int64, promoteTypes, type DType } from "../dtype.js";
import { RuntimeError, TypeError, ValueError } from "../errors.js";
import { copy } from "../kernels/elementwise.js";
import { offsetsOf } from "../kernels/strided.js";
import { sumTo } from "../kernels/sumTo.js";
import { contiguousStrides, equalSizes, formatSizes, product } from "../size.js";
import type { Device } from "../storage.js";
import { normalizeDim, Tensor, through } from "../tensor.js";
import { checkedOptions, collect, listOf, required, requiredFirst, type Arguments, type Dims, type Numbers, type WithRequired } from "../arguments.js";
import { indexSelect } from "./indexedSlices.js";
import { filledLike } from "./rules/reducedDims.js";
import { atleast1d, atleast2d, atleast3d, broadcastTo, flatten, reshape, transpose } from "./shape.js";
import { inShape, slicedWindow } from "./rules/windows.js";
import { computes, moves } from "../operation.js";

/** Tensors put together, repeated and rearranged into new memory. */

// ---- several into one

export interface JoinOptions {
  /** Default 0. */
  readonly dim?: number;
}

type JoinArguments = Arguments<[dim: number], JoinOptions>;

function joinedDim(args: readonly unknown[]): number {
  return collect<JoinOptions>(["dim"], args).dim ?? 0;
}

/** PyTorch lets vectors of no elements join anything. */
const isNothing = (x: Tensor): boolean => x.sizes.length === 1 && x.sizes[0] === 0;

/** The one of the tensors whose shape the others are held against. */
function modelOf(tensors: readonly Tensor[]): Tensor {
  return tensors.find((x) => !isNothing(x)) ?? tensors[0]!;
}

const catOperation = defineOperation<[tensors: readonly Tensor[], dim: number]>({
  name: "cat",
  effect: computes,
  arguments: ["tensors", ["dim", 0]],
  infer(tensors, along) {
    const model = modelOf(tensors);
    tensors.forEach((x, i) => {
      if (x.sizes.length === 0) throw new RuntimeError(`zero-dimensional tensor (at position ${i}) cannot be concatenated`);
    });
    const dim = normalizeDim(along, model.sizes.length);
    let total = 0;
    tensors.forEach((x, i) => {
      if (isNothing(x)) return;
      if (x.sizes.length !== model.sizes.length) {
        throw new RuntimeError(`Tensors must have same number of dimensions: got ${model.sizes.length} and ${x.sizes.length}`);
      }
      const other = x.sizes.findIndex((size, d) => d !== dim && size !== model.sizes[d]);
      if (other >= 0) {
        throw new RuntimeError(
          `Sizes of tensors must match except in dimension ${dim}. Expected size ${model.sizes[other]} but got size ${x.sizes[other]} for tensor number ${i} in the list.`,
        );
      }
      total += x.sizes[dim]!;
    });
    const dtype = tensors.reduce<DType>((common, x) => promoteTypes(common, x.dtype), tensors[0]!.dtype);
    return { sizes: model.sizes.map((size, i) => (i === dim ? total : size)), dtype };
  },
  forward(output, tensors, along) {
    const dim = normalizeDim(along, output.sizes.length);
    let start = 0;
    for (const x of tensors) {
      if (isNothing(x)) continue;
      const end = start + x.sizes[dim]!;
      copy(through(slicedWindow(output, dim, start, end, 1), output), x);
      start = end;
    }
  },
  backward(gradient, { args: [tensors, along] }) {
    const dim = normalizeDim(along, gradient.sizes.length);
    let start = 0;
    const parts = tensors.map((x) => {
      if (isNothing(x)) return Tensor.allocate(x.sizes, gradient.dtype, gradient.device);
      const end = start + x.sizes[dim]!;
      const part = through(slicedWindow(gradient, dim, start, end, 1), gradient);
      start = end;
      return part;
    });
    return [parts];
  },
});

function requireTensors(tensors: readonly Tensor[], message: string): void {
  if (!Array.isArray(tensors)) throw new TypeError("expected a list of tensors");
  if (tensors.length === 0) throw new RuntimeError(message);
}

/** Tensors one after the other along a dimension; they differ at most in its size. (torch.cat) */
export function cat(tensors: readonly Tensor[], ...args: JoinArguments): Tensor {
  if (tensors.length === 0) throw new ValueError("torch.cat(): expected a non-empty list of Tensors");
  return catOperation(tensors, joinedDim(args));
}

/** `cat` by another name. (torch.concat) */
export function concat(tensors: readonly Tensor[], ...args: JoinArguments): Tensor {
  return cat(tensors, ...args);
}

/** `cat` by another name. (torch.concatenate) */
export function concatenate(tensors: readonly Tensor[], ...args: JoinArguments): Tensor {
  return cat(tensors, ...args);
}

const stackOperation = defineOperation<[tensors: readonly Tensor[], dim: number]>({
  name: "stack",
  effect: computes,
  arguments: ["tensors", ["dim", 0]],
  infer(tensors, along) {
    const first = tensors[0]!;
    const dim = normalizeDim(along, first.sizes.length + 1);
    tensors.forEach((x, i) => {
      if (!equalSizes(x.sizes, first.sizes)) {
        throw new RuntimeError(
          `stack expects each tensor to be equal size, but got ${formatSizes(first.sizes)} at entry 0 and ${formatSizes(x.sizes)} at entry ${i}`,
        );
      }
    });
    const dtype = tensors.reduce<DType>((common, x) => promoteTypes(common, x.dtype), first.dtype);
    return { sizes: [...first.sizes.slice(0, dim), tensors.length, ...first.sizes.slice(dim)], dtype };
  },
  forward(output, tensors, along) {
    const dim = normalizeDim(along, output.sizes.length);
    tensors.forEach((x, i) => copy(layer(output, dim, i), x));
  },
  backward(gradient, { args: [tensors, along] }) {
    const dim = normalizeDim(along, gradient.sizes.length);
    return [tensors.map((_, i) => layer(gradient, dim, i))];
  },
});

/** Slice `index` of dimension `dim`, which is dropped; unrecorded. */
function layer(x: Tensor, dim: number, index: number): Tensor {
  const without = (list: readonly number[]): number[] => list.filter((_, i) => i !== dim);
  return through({ sizes: without(x.sizes), strides: without(x.strides), offset: x.offset + index * x.strides[dim]! }, x);
}

/** Tensors of one shape along a new dimension. (torch.stack) */
export function stack(tensors: readonly Tensor[], ...args: JoinArguments): Tensor {
  requireTensors(tensors, "stack expects a non-empty TensorList");
  return stackOperation(tensors, joinedDim(args));
}

/** Tensors side by side: vectors end to end, others along the second dimension. (torch.hstack) */
export const hstack = defineComposite({ name: "hstack", effect: computes, arguments: ["tensors"] }, (tensors: readonly Tensor[]): Tensor => {
  requireTensors(tensors, "hstack expects a non-empty TensorList");
  const list = tensors.map(atleast1d);
  return catOperation(list, list[0]!.sizes.length === 1 ? 0 : 1);
});

/** Tensors on top of each other: along the first dimension, vectors as rows. (torch.vstack) */
export const vstack = defineComposite({ name: "vstack", effect: computes, arguments: ["tensors"] }, (tensors: readonly Tensor[]): Tensor => {
  requireTensors(tensors, "vstack expects a non-empty TensorList");
  return catOperation(tensors.map(atleast2d), 0);
});

/** `vstack` by another name. (torch.row_stack) */
export const rowStack = defineComposite({ name: "rowStack", effect: computes, arguments: ["tensors"] }, (tensors: readonly Tensor[]): Tensor => {
  return vstack(tensors);
});

/** Tensors behind each other: along the third dimension. (torch.dstack) */
export const dstack = defineComposite({ name: "dstack", effect: computes, arguments: ["tensors"] }, (tensors: readonly Tensor[]): Tensor => {
  requireTensors(tensors, "dstack expects a non-empty TensorList");
  return catOperation(tensors.map(atleast3d), 2);
});

/** Vectors as the columns of a matrix; matrices side by side. (torch.column_stack) */
export const columnStack = defineComposite({ name: "columnStack", effect: computes, arguments: ["tensors"] }, (tensors: readonly Tensor[]): Tensor => {
  requireTensors(tensors, "column_stack expects a non-empty TensorList");
  return catOperation(
    tensors.map((x) => (x.sizes.length <= 1 ? reshape(x, [x.numel(), 1]) : x)),
    1,
  );
});

/** Matrices along the diagonal of a larger one, zeros elsewhere. (torch.block_diag) */
export const blockDiag = defineComposite({ name: "blockDiag", effect: computes, arguments: ["tensors"] }, (...tensors: Tensor[]): Tensor => {
  const blocks = tensors.map(atleast2d);
  const columns = blocks.reduce((sum, block) => sum + block.sizes[1]!, 0);
  let before = 0;
  const rows = blocks.map((block) => {
    const [height, width] = block.sizes as [number, number];
    const zeros = (size: number): Tensor => Tensor.allocate([height, size], block.dtype, block.device);
    const row = catOperation([zeros(before), block, zeros(columns - before - width)], 1);
    before += width;
    return row;
  });
  return named("BlockDiagBackward0", catOperation(rows, 0));
});

// ---- repeated

const repeatOperation = defineOperation<[x: Tensor, repeats: readonly number[]]>({
  name: "repeat",
  effect: moves,
  arguments: ["input", "repeats"],
  infer(x, repeats) {
    if (repeats.length < x.sizes.length) {
      throw new RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor");
    }
    const missing = repeats.length - x.sizes.length;
    const sizes = repeats.map((times, i) => times * (i < missing ? 1 : x.sizes[i - missing]!));
    const negative = sizes.find((size) => size < 0);
    if (negative !== undefined) throw new RuntimeError(`Trying to create tensor with negative dimension ${negative}: ${formatSizes(sizes)}`);
    return { sizes, dtype: x.dtype };
  },
  forward: (output, x, repeats) => copy(interleavedWithRepeats(output, x, repeats), broadcastable(x, repeats)),
  backward(gradient, { args: [x, repeats] }) {
    const dense = gradient.isContiguous() ? gradient : filledLike(gradient, gradient.dtype, (result) => copy(result, gradient));
    return [inShape(sumTo(interleavedWithRepeats(dense, x, repeats), broadcastable(x, repeats).sizes), x.sizes)];
  },
});

/** A repeated tensor with each dimension as (times, size): [2 * 3] as [2, 3]. */
function interleavedWithRepeats(repeated: Tensor, x: Tensor, repeats: readonly number[]): Tensor {
  const missing = repeats.length - x.sizes.length;
  const sizes = repeats.flatMap((times, i) => [times, i < missing ? 1 : x.sizes[i - missing]!]);
  return through({ sizes, strides: contiguousStrides(sizes), offset: repeated.offset }, repeated);
}

/** `x` with a dimension of size 1 before each, to broadcast against its repetitions. */
function broadcastable(x: Tensor, repeats: readonly number[]): Tensor {
  const missing = repeats.length - x.sizes.length;
  const sizes = repeats.flatMap((_, i) => [1, i < missing ? 1 : x.sizes[i - missing]!]);
  const strides = repeats.flatMap((_, i) => [0, i < missing ? 0 : x.strides[i - missing]!]);
  return through({ sizes, strides, offset: x.offset }, x);
}

/** Copies along each dimension; more numbers than dimensions put new ones in front. (Tensor.repeat) */
export function repeat(x: Tensor, ...repeats: Numbers | [options: { readonly repeats: readonly number[] }]): Tensor {
  return repeatOperation(x, [...listOf(repeats, "repeats")]);
}

/** `repeat` where missing numbers in front count as 1. (torch.tile) */
export function tile(x: Tensor, ...dims: Numbers | [options: { readonly dims: readonly number[] }]): Tensor {
  const list = listOf(dims, "dims");
  return repeatOperation(x, [...new Array<number>(Math.max(0, x.sizes.length - list.length)).fill(1), ...list]);
}

export interface RepeatInterleaveOptions {
  /** Default: the tensor is flattened first. */
  readonly dim?: number | null;
  /** How many slices come out: another number is an error. */
  readonly outputSize?: number | null;
}

type RepeatInterleaveArguments = WithRequired<[repeats: number | Tensor], { readonly repeats: number | Tensor }, [dim: number | null], RepeatInterleaveOptions>;

/** Each element, or each slice of `dim`, repeated in place: a number of times, or as often as a tensor says for each. (torch.repeat_interleave) */
export const repeatInterleave = defineComposite(
  { name: "repeatInterleave", effect: moves, arguments: ["repeats", "outputSize"] },
  (x: Tensor, ...args: RepeatInterleaveArguments): Tensor => {
    const {
      repeats: given,
      dim = null,
      outputSize = null,
    } = collect<RepeatInterleaveOptions & { readonly repeats?: number | Tensor }>(["repeats", "dim"], args, ["outputSize"]);
    const repeats = required(given, "repeat_interleave", "repeats");
    const source = dim === null ? flatten(x) : x;
    const along = normalizeDim(dim ?? 0, source.sizes.length);
    const size = source.sizes[along] ?? 1;
    const times =
      typeof repeats === "number" || repeats.numel() === 1
        ? new Array<number>(size).fill(typeof repeats === "number" ? repeats : repeats.item())
        : (repeats.tolist() as number[]);
    if (times.length !== size) {
      throw new RuntimeError(
        `repeats must have the same size as input along dim, but got repeats.size(0) = ${times.length} and input.size(${along}) = ${size}`,
      );
    }
    if (times.some((each) => each < 0)) throw new RuntimeError("repeats can not be negative");
    const positions = times.flatMap((each, i) => new Array<number>(each).fill(i));
    if (outputSize !== null && positions.length !== outputSize) throw new RuntimeError("allocated size does not match required size");
    return indexSelect(source, along, integers(positions, source.device));
  },
);

function integers(values: readonly number[], device: Device): Tensor {
  const result = Tensor.allocate([values.length], int64, device);
  if (device === "cpu") result.storage.data.set(values);
  return result;
}

// ---- rearranged

function distinct(dims: readonly number[], rank: number): readonly number[] {
  const normalized = dims.map((dim) => normalizeDim(dim, rank));
  normalized.forEach((dim, i) => {
    if (normalized.indexOf(dim) !== i) throw new RuntimeError(`dim ${dim} appears multiple times in the list of dims`);
  });
  return normalized;
}

/** `x` read backwards along `dims`, without copying. Unrecorded. */
function backwards(x: Tensor, dims: readonly number[]): Tensor {
  const offset = dims.reduce((sum, dim) => sum + Math.max(x.sizes[dim]! - 1, 0) * x.strides[dim]!, x.offset);
  return through({ sizes: x.sizes, strides: x.strides.map((stride, dim) => (dims.includes(dim) ? -stride : stride)), offset }, x);
}

const flipOperation = defineOperation<[x: Tensor, dims: readonly number[]]>({
  name: "flip",
  effect: moves,
  arguments: ["input", "dims"],
  infer(x, dims) {
    distinct(dims, x.sizes.length);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward: (output, x, dims) => copy(output, backwards(x, x.sizes.length === 0 ? [] : distinct(dims, x.sizes.length))),
  backward: (gradient, { args: [x, dims] }) => [
    filledLike(gradient, gradient.dtype, (result) => copy(result, backwards(gradient, x.sizes.length === 0 ? [] : distinct(dims, x.sizes.length)))),
  ],
});

/** The order along some dimensions reversed. (torch.flip) */
export function flip(x: Tensor, ...dims: Numbers | [options: { readonly dims: readonly number[] }]): Tensor {
  return flipOperation(x, [...listOf(dims, "dims")]);
}

/** The order of columns reversed. (torch.fliplr) */
export function fliplr(x: Tensor): Tensor {
  if (x.sizes.length < 2) throw new RuntimeError("Input must be >= 2-d.");
  return flipOperation(x, [1]);
}

/** The order of rows reversed. (torch.flipud) */
export function flipud(x: Tensor): Tensor {
  if (x.sizes.length < 1) throw new RuntimeError("Input must be >= 1-d.");
  return flipOperation(x, [0]);
}

/** Writes `x` into `output` moved on by `shift` along `dim`; what leaves at the end comes back in front. */
function shifted(output: Tensor, x: Tensor, shift: number, dim: number): void {
  const size = x.sizes[dim]!;
  const by = size === 0 ? 0 : ((shift % size) + size) % size;
  const part = (t: Tensor, start: number, end: number): Tensor => through(slicedWindow(t, dim, start, end, 1), t);
  copy(part(output, by, size), part(x, 0, size - by));
  copy(part(output, 0, by), part(x, size - by, size));
}

/** All the shifts, one after the other; forward with sign 1, undone with -1. */
function rolled(x: Tensor, shifts: readonly number[], dims: readonly number[], sign: 1 | -1): Tensor {
  return dims.reduce(
    (source, dim, i) => filledLike(source, source.dtype, (result) => shifted(result, source, sign * shifts[i]!, normalizeDim(dim, x.sizes.length))),
    x,
  );
}

const rollOperation = defineOperation<[x: Tensor, shifts: readonly number[], dims: readonly number[]]>({
  name: "roll",
  effect: moves,
  arguments: ["input", "shifts", "dims"],
  infer(x, shifts, dims) {
    if (shifts.length !== dims.length) throw new RuntimeError(`shifts and dimensions must align. shifts: ${shifts.length}, dims:${dims.length}`);
    dims.forEach((dim) => normalizeDim(dim, x.sizes.length));
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward: (output, x, shifts, dims) => copy(output, rolled(x, shifts, dims, 1)),
  backward: (gradient, { args: [, shifts, dims] }) => [rolled(gradient, shifts, dims, -1)],
});

/** Elements moved on along dimensions, the last coming in front again; without dimensions, along the flattened tensor. (torch.roll) */
export const roll = defineComposite(
  { name: "roll", effect: moves, arguments: ["input", "shifts", "dims"] },
  (x: Tensor, ...args: WithRequired<[shifts: Dims], { readonly shifts: Dims }, [dims: Dims], { readonly dims?: Dims }>): Tensor => {
    const { shifts: given, dims } = collect<{ shifts?: Dims; dims?: Dims }>(["shifts", "dims"], args);
    const shifts = required(given, "roll", "shifts");
    const by = typeof shifts === "number" ? [shifts] : shifts;
    if (dims === undefined || (typeof dims !== "number" && dims.length === 0)) {
      return named("RollBackward0", reshape(rollOperation(flatten(x), by, [0]), x.sizes));
    }
    return rollOperation(x, by, typeof dims === "number" ? [dims] : dims);
  },
);

export interface Rot90Options {
  /** How often. Default 1. */
  readonly k?: number;
  /** The plane. Default [0, 1]. */
  readonly dims?: readonly [number, number];
}

/** Turned by 90 degrees `k` times, from the first towards the second of two dimensions. (torch.rot90) */
export const rot90 = defineComposite(
  { name: "rot90", effect: moves, arguments: ["input", ["k", 1], "dims"] },
  (x: Tensor, ...args: Arguments<[k: number, dims: readonly [number, number]], Rot90Options>): Tensor => {
    const { k = 1, dims = [0, 1] } = collect<Rot90Options>(["k", "dims"], args);
    const turns = ((k % 4) + 4) % 4;
    if (dims.length !== 2) throw new RuntimeError(`expected total rotation dims == 2, but got dims = ${(dims as readonly number[]).length}`);
    const [from, to] = dims;
    if (from === to || Math.abs(from - to) === x.sizes.length)
      throw new RuntimeError(`expected rotation dims to be different, but got dim0 = ${from} and dim1 = ${to}`);
    const turned = (): Tensor => {
      if (turns === 0) return x.clone();
      if (turns === 2) return flipOperation(x, [from, to]);
      return turns === 1 ? transpose(flipOperation(x, [to]), from, to) : flipOperation(transpose(x, from, to), [to]);
    };
    return named("Rot90Backward0", turned());
  },
);

export interface MeshgridOptions {
  /** "ij": the first tensor varies along the first dimension; "xy": along the second. Default "ij". */
  readonly indexing?: "ij" | "xy";
}

/** Vectors expanded to a common grid, one dimension each. (torch.meshgrid) */
export const meshgrid = defineComposite(
  { name: "meshgrid", effect: computes, arguments: ["tensors"] },
  (...args: Tensor[] | [...tensors: Tensor[], options: MeshgridOptions] | [tensors: readonly Tensor[], options?: MeshgridOptions]): Tensor[] => {
    const list = (args as readonly unknown[]).flat().filter((item): item is Tensor => item instanceof Tensor);
    const last = args.at(-1);
    const { indexing = "ij" } = last instanceof Tensor || Array.isArray(last) ? {} : checkedOptions(last as MeshgridOptions | undefined, "indexing");
    if (indexing !== "ij" && indexing !== "xy") {
      throw new RuntimeError(`torch.meshgrid: indexing must be one of "xy" or "ij", but received: ${String(indexing)}`);
    }
    if (list.length === 0) throw new RuntimeError("meshgrid expects a non-empty TensorList");
    const swap = indexing === "xy" && list.length >= 2;
    const vectors = swap ? [list[1]!, list[0]!, ...list.slice(2)] : list;
    const sizes = vectors.map((x) => x.numel());
    const grids = vectors.map((x, i) =>
      broadcastTo(
        reshape(
          x,
          sizes.map((size, d) => (d === i ? size : 1)),
        ),
        sizes,
      ),
    );
    return swap ? [grids[1]!, grids[0]!, ...grids.slice(2)] : grids;
  },
);

// ---- triangles and diagonals

/** Writes the elements of the last two dimensions that lie on the kept side of a diagonal; the others are left as they are (zero). */
function writeTriangle(output: Tensor, x: Tensor, offset: number, side: "lower" | "upper"): void {
  const [rows, columns] = x.sizes.slice(-2) as [number, number];
  const [rowStride, columnStride] = x.strides.slice(-2) as [number, number];
  const batch = product(x.sizes.slice(0, -2));
  const starts = offsetsOf(x.sizes.slice(0, -2), x.strides.slice(0, -2), x.offset);
  const source = x.storage.data;
  const target = output.storage.data;
  for (let b = 0; b < batch; b++) {
    for (let i = 0; i < rows; i++) {
      const first = side === "lower" ? 0 : Math.min(Math.max(i + offset, 0), columns);
      const end = side === "lower" ? Math.min(Math.max(i + offset + 1, 0), columns) : columns;
      const o = (b * rows + i) * columns;
      const p = starts[b]! + i * rowStride;
      for (let j = first; j < end; j++) target[o + j] = source[p + j * columnStride]!;
    }
  }
}

function defineTriangle(name: "tril" | "triu", side: "lower" | "upper"): (x: Tensor, diagonalOffset: number) => Tensor {
  return defineOperation<[x: Tensor, offset: number]>({
    name,
    effect: computes,
    arguments: ["input", "offset"],
    infer(x) {
      if (x.sizes.length < 2) throw new RuntimeError(`${name}: input tensor must have at least 2 dimensions`);
      return { sizes: x.sizes, dtype: x.dtype };
    },
    forward: (output, x, offset) => writeTriangle(output, x, offset, side),
    backward: (gradient, { args: [, offset] }) => [filledLike(gradient, gradient.dtype, (result) => writeTriangle(result, gradient, offset, side))],
  });
}

const trilOperation = defineTriangle("tril", "lower");
const triuOperation = defineTriangle("triu", "upper");

export interface TriangleOptions {
  /** 0 is the main diagonal, above it is positive, below negative. Default 0. */
  readonly diagonal?: number;
}

type TriangleArguments = Arguments<[diagonal: number], TriangleOptions>;

function triangleOffset(args: readonly unknown[]): number {
  return collect<TriangleOptions>(["diagonal"], args).diagonal ?? 0;
}

/** The last two dimensions with zeros above a diagonal. (torch.tril) */
export function tril(x: Tensor, ...args: TriangleArguments): Tensor {
  return trilOperation(x, triangleOffset(args));
}

/** The last two dimensions with zeros below a diagonal. (torch.triu) */
export function triu(x: Tensor, ...args: TriangleArguments): Tensor {
  return triuOperation(x, triangleOffset(args));
}

type TriangleIndexArguments = WithRequired<
  [row: number, col: number],
  { readonly row: number; readonly col: number },
  [offset: number],
  { readonly offset?: number }
>;

/** Positions of the triangle that `tril` keeps, as two rows: those of rows and those of columns. (torch.tril_indices) */
export function trilIndices(...args: TriangleIndexArguments): Tensor {
  const [[row, column], rest] = requiredFirst<[row: number, col: number]>("tril_indices", ["row", "col"], args);
  const { offset = 0 } = collect<{ offset?: number }>(["offset"], rest);
  return triangleIndices(row, column, (i, j) => j <= i + offset);
}

/** Positions of the triangle that `triu` keeps, as two rows: those of rows and those of columns. (torch.triu_indices) */
export function triuIndices(...args: TriangleIndexArguments): Tensor {
  const [[row, column], rest] = requiredFirst<[row: number, col: number]>("triu_indices", ["row", "col"], args);
  const { offset = 0 } = collect<{ offset?: number }>(["offset"], rest);
  return triangleIndices(row, column, (i, j) => j >= i + offset);
}

function triangleIndices(rows: number, columns: number, isKept: (i: number, j: number) => boolean): Tensor {
  const kept: [number, number][] = [];
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) if (isKept(i, j)) kept.push([i, j]);
  const result = Tensor.allocate([2, kept.length], int64, "cpu");
  kept.forEach(([i, j], k) => {
    result.storage.data[k] = i;
    result.storage.data[kept.length + k] = j;
  });
  return result;
}

type DiagEmbedArgs = [x: Tensor, offset: number, dim1: number, dim2: number];

/** Where the diagonal lies in the result of diagEmbed. */
function diagonalIn(result: Tensor, offset: number, dim1: number, dim2: number): Tensor {
  const [rows, columns] = [normalizeDim(dim1, result.sizes.length), normalizeDim(dim2, result.sizes.length)];
  const others = [...result.sizes.keys()].filter((dim) => dim !== rows && dim !== columns);
  return through(
    {
      sizes: [...others.map((dim) => result.sizes[dim]!), result.sizes[rows]! - Math.abs(offset)],
      strides: [...others.map((dim) => result.strides[dim]!), result.strides[rows]! + result.strides[columns]!],
      offset: result.offset + (offset >= 0 ? offset * result.strides[columns]! : -offset * result.strides[rows]!),
    },
    result,
  );
}

const diagEmbedOperation = defineOperation<DiagEmbedArgs>({
  name: "diagEmbed",
  effect: computes,
  arguments: ["input", ["offset", 0], null, null],
  infer(x, offset, dim1, dim2) {
    const rank = x.sizes.length + 1;
    const [rows, columns] = [normalizeDim(dim1, rank), normalizeDim(dim2, rank)];
    if (rows === columns) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
    const side = x.sizes[x.sizes.length - 1]! + Math.abs(offset);
    const rest = x.sizes.slice(0, -1);
    return { sizes: Array.from({ length: rank }, (_, dim) => (dim === rows || dim === columns ? side : rest.shift()!)), dtype: x.dtype };
  },
  forward: (output, x, ...place) => copy(diagonalIn(output, ...place), x),
  backward: (gradient, { args: [, ...place] }) => [diagonalIn(gradient, ...place)],
});

export interface DiagEmbedOptions {
  /** 0 is the main diagonal. Default 0. */
  readonly offset?: number;
  /** Default -2. */
  readonly dim1?: number;
  /** Default -1. */
  readonly dim2?: number;
}

/** The last dimension as a diagonal of two new ones, zeros elsewhere. (torch.diag_embed) */
export function diagEmbed(x: Tensor, ...args: Arguments<[offset: number, dim1: number, dim2: number], DiagEmbedOptions>): Tensor {
  const { offset = 0, dim1 = -2, dim2 = -1 } = collect<DiagEmbedOptions>(["offset", "dim1", "dim2"], args);
  return diagEmbedOperation(x, offset, dim1, dim2);
}

const diagCopy = defineOperation<[x: Tensor, offset: number]>({
  name: "diag",
  effect: computes,
  arguments: ["input", "offset"],
  gradientName: "DiagonalBackward0_copy",
  infer: (x, offset) => ({ sizes: diagonalOf(x, offset).sizes, dtype: x.dtype }),
  forward: (output, x, offset) => copy(output, diagonalOf(x, offset)),
  backward: (gradient, { args: [x, offset] }) => [filledLike(x, gradient.dtype, (result) => copy(diagonalOf(result, offset), gradient))],
});

/** The diagonal of a matrix, unrecorded. */
function diagonalOf(x: Tensor, offset: number): Tensor {
  const [rows, columns] = x.sizes as [number, number];
  const [rowStride, columnStride] = x.strides as [number, number];
  const length = Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns));
  const start = offset >= 0 ? offset * columnStride : -offset * rowStride;
  return through({ sizes: [length], strides: [rowStride + columnStride], offset: x.offset + (length === 0 ? 0 : start) }, x);
}

/** Of a vector the matrix with it as diagonal, of a matrix its diagonal (a copy). (torch.diag) */
export function diag(x: Tensor, ...args: TriangleArguments): Tensor {
  const offset = triangleOffset(args);
  if (x.sizes.length === 1) return diagEmbedOperation(x, offset, 0, 1);
  if (x.sizes.length !== 2) throw new RuntimeError(`diag(): Supports 1D or 2D tensors. Got ${x.sizes.length}D`);
  return diagCopy(x, offset);
}

/** The flattened tensor as the diagonal of a matrix. (torch.diagflat) */
export const diagflat = defineComposite(
  { name: "diagflat", effect: computes, arguments: ["input", ["offset", 0]] },
  (x: Tensor, ...args: Arguments<[offset: number], { readonly offset?: number }>): Tensor => {
    return diagEmbedOperation(flatten(x), collect<{ offset?: number }>(["offset"], args).offset ?? 0, 0, 1);
  },
);

const traceOperation = defineOperation<[x: Tensor]>({
  name: "trace",
  effect: computes,
  arguments: ["input"],
  infer(x) {
    if (x.sizes.length !== 2) throw new RuntimeError(`trace: expected a matrix, but got tensor with dim ${x.sizes.length}`);
    return { sizes: [], dtype: x.dtype.isFloatingPoint ? x.dtype : int64 };
  },
  forward(output, x) {
    const { data } = x.storage;
    const { sizes, strides, offset } = diagonalOf(x, 0);
    let total = 0;
    for (let i = 0; i < sizes[0]!; i++) total += data[offset + i * strides[0]!]!;
    output.storage.data[0] = total;
  },
  backward: (gradient, { args: [x] }) => [filledLike(x, gradient.dtype, (result) => copy(diagonalOf(result, 0), gradient))],
});

/** The sum of a matrix's main diagonal. (torch.trace) */
export function trace(x: Tensor): Tensor {
  return traceOperation(x);
}

/** Every combination of one element of each vector, a row each. (torch.cartesian_prod) */
export const cartesianProd = defineComposite({ name: "cartesianProd", effect: computes, arguments: ["tensors"] }, (...tensors: Tensor[]): Tensor => {
  if (tensors.length === 1) return tensors[0]!;
  return stack(
    meshgrid(...tensors).map((grid) => flatten(grid)),
    1,
  );
});

export interface CombinationOptions {
  /** How many elements each choice has. Default 2. */
  readonly r?: number;
  /** Whether an element can be chosen again. Default false. */
  readonly withReplacement?: boolean;
}

/** Every choice of `r` elements of a vector, a row each. (torch.combinations) */
export const combinations = defineComposite(
  { name: "combinations", effect: computes, arguments: ["input", ["r", 2], ["withReplacement", false]] },
  (x: Tensor, ...args: Arguments<[r: number, withReplacement: boolean], CombinationOptions>): Tensor => {
    const { r = 2, withReplacement = false } = collect<CombinationOptions>(["r", "withReplacement"], args);
    if (x.sizes.length !== 1) throw new RuntimeError("Expect a 1D vector, but got shape " + formatSizes(x.sizes));
    const count = x.sizes[0]!;
    const rows: number[][] = [];
    const extend = (row: number[], from: number): void => {
      if (row.length === r) return void rows.push(row);
      for (let i = from; i < count; i++) extend([...row, i], withReplacement ? i : i + 1);
    };
    extend([], 0);
    return named("StackBackward0", reshape(indexSelect(x, 0, integers(rows.flat(), x.device)), [rows.length, r]));
  },
);
