import { diagonalDims } from "../rules/matrixDims.js";
import { linearInEach, defineComposite, defineOperation } from "../../dispatch/index.js";
import { int64 } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { copy } from "../../kernels/elementwise.js";
import { offsetsOf } from "../../kernels/strided.js";
import { product } from "../../size.js";
import { normalizeDim, Tensor, through } from "../../tensor.js";
import { collect, requiredFirst, type Arguments, type WithRequired } from "../../arguments.js";
import { filledLike } from "../rules/reducedDims.js";
import { flatten } from "../shape.js";
import { computes, notCounted, ofParts } from "../../operation.js";

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
    multiplyAdds: notCounted,
    arguments: ["input", ["diagonal", 0]],
    infer(x) {
      if (x.sizes.length < 2) throw new RuntimeError(`${name}: input tensor must have at least 2 dimensions`);
      return { sizes: x.sizes, dtype: x.dtype };
    },
    forward: (output, x, offset) => writeTriangle(output, x, offset, side),
    backward: (gradient, { args: [, offset] }) => [filledLike(gradient, gradient.dtype, (result) => writeTriangle(result, gradient, offset, side))],
    recordedBackward: linearInEach(0),
  });
}

const trilOperation = defineTriangle("tril", "lower");

const triuOperation = defineTriangle("triu", "upper");

export interface TriangleOptions {
  /** 0 is the main diagonal, above it is positive, below negative. Default 0. */
  readonly diagonal?: number;
}

type TriangleArguments = Arguments<[diagonal: number], TriangleOptions>;

function triangleOffset(operation: string, args: readonly unknown[]): number {
  return collect<TriangleOptions>(operation, ["diagonal"], args).diagonal ?? 0;
}

/** The last two dimensions with zeros above a diagonal. (torch.tril) */
export function tril(x: Tensor, ...args: TriangleArguments): Tensor {
  return trilOperation(x, triangleOffset("tril", args));
}

/** The last two dimensions with zeros below a diagonal. (torch.triu) */
export function triu(x: Tensor, ...args: TriangleArguments): Tensor {
  return triuOperation(x, triangleOffset("triu", args));
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
  const { offset = 0 } = collect<{ offset?: number }>("trilIndices", ["offset"], rest);
  return triangleIndices(row, column, (i, j) => j <= i + offset);
}

/** Positions of the triangle that `triu` keeps, as two rows: those of rows and those of columns. (torch.triu_indices) */
export function triuIndices(...args: TriangleIndexArguments): Tensor {
  const [[row, column], rest] = requiredFirst<[row: number, col: number]>("triu_indices", ["row", "col"], args);
  const { offset = 0 } = collect<{ offset?: number }>("triuIndices", ["offset"], rest);
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
  multiplyAdds: notCounted,
  arguments: ["input", ["offset", 0], null, null],
  infer(x, offset, dim1, dim2) {
    const rank = x.sizes.length + 1;
    const [rows, columns] = diagonalDims(dim1, dim2, rank);
    const side = x.sizes[x.sizes.length - 1]! + Math.abs(offset);
    const rest = x.sizes.slice(0, -1);
    return { sizes: Array.from({ length: rank }, (_, dim) => (dim === rows || dim === columns ? side : rest.shift()!)), dtype: x.dtype };
  },
  forward: (output, x, ...place) => copy(diagonalIn(output, ...place), x),
  backward: (gradient, { args: [, ...place] }) => [diagonalIn(gradient, ...place)],
  recordedBackward: linearInEach(0),
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
  const { offset = 0, dim1 = -2, dim2 = -1 } = collect<DiagEmbedOptions>("diagEmbed", ["offset", "dim1", "dim2"], args);
  return diagEmbedOperation(x, offset, dim1, dim2);
}

const diagCopy = defineOperation<[x: Tensor, offset: number]>({
  name: "diag",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", ["diagonal", 0]],
  gradientName: "DiagonalBackward0_copy",
  infer: (x, offset) => ({ sizes: diagonalOf(x, offset).sizes, dtype: x.dtype }),
  forward: (output, x, offset) => copy(output, diagonalOf(x, offset)),
  backward: (gradient, { args: [x, offset] }) => [filledLike(x, gradient.dtype, (result) => copy(diagonalOf(result, offset), gradient))],
  recordedBackward: linearInEach(0),
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
  const offset = triangleOffset("diag", args);
  if (x.sizes.length === 1) return diagEmbedOperation(x, offset, 0, 1);
  if (x.sizes.length !== 2) throw new RuntimeError(`diag(): Supports 1D or 2D tensors. Got ${x.sizes.length}D`);
  return diagCopy(x, offset);
}

/** The flattened tensor as the diagonal of a matrix. (torch.diagflat) */
export const diagflat: (x: Tensor, ...args: Arguments<[offset: number], { readonly offset?: number }>) => Tensor = defineComposite(
  { name: "diagflat", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["offset", 0]] },
  (x: Tensor, ...args: Arguments<[offset: number], { readonly offset?: number }>): Tensor => {
    return diagEmbedOperation(flatten(x), collect<{ offset?: number }>("diagflat", ["offset"], args).offset ?? 0, 0, 1);
  },
);

const traceOperation = defineOperation<[x: Tensor]>({
  name: "trace",
  effect: computes,
  multiplyAdds: notCounted,
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
  recordedBackward: linearInEach(0),
});

/** The sum of a matrix's main diagonal. (torch.trace) */
export const trace: (x: Tensor) => Tensor = traceOperation;
