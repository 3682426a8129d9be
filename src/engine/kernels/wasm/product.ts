import { checkInterrupt } from "../../interruption.js";
import type { Held, Matrix } from "../matrix.js";
import { blockColumns, blockDepth, blockRows, bytes, copyRows, roundUp, stage } from "./blocks.js";
import type { KernelInstance, ProductKernels } from "./instance.js";

/** The right operand of a product: a matrix, or what can be read as one. */
export interface RightOperand {
  /** Packs a block of its rows and columns into strips of eight columns at the address `target`. Blocks with the same columns are asked for one after the other. */
  pack(memory: ProductMemory, row: number, column: number, rows: number, columns: number, target: number): void;
}

/** Memory of the kernels as a product divides it, and who does the work: the calling thread alone, or several (threads.ts). */
export interface ProductMemory {
  readonly kernels: ProductKernels;
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  /** Rows of the result that are worked on at a time: whole blocks. */
  readonly rowsAtOnce: number;
  readonly places: ProductPlaces;
  /** Adds a product of blocks to the tile, or writes it over what the tile held. */
  multiply(block: Block): void;
}

/** Addresses in bytes. */
export interface ProductPlaces {
  /** A block of the left operand, packed; one for every thread. */
  readonly packedA: number;
  readonly packedB: number;
  /** Rows of the result. */
  readonly tile: number;
  /** Where rows of the left operand are brought in. */
  readonly left: number;
  /** Where pieces of a right operand are brought in, `pieceLimit` elements. */
  readonly piece: number;
  /** Two tables of as many integers as a block has rows and columns, for the right operand. */
  readonly tables: number;
  /** Where what other right operands are packed from is brought in, `rightLimit` elements: it stays while they are packed. */
  readonly right: number;
  readonly end: number;
}

/** Rows that lie at `left` with these strides (in elements), times the packed block at `packedB`. Rows of the tile are `columns`, rounded up to eights, apart. */
export interface Block {
  readonly rows: number;
  readonly depth: number;
  readonly columns: number;
  readonly left: number;
  readonly rowStride: number;
  readonly columnStride: number;
  readonly packedB: number;
  /** Whether the product is written over what the tile held. */
  readonly fresh: boolean;
}

/** Elements that `right` has room for. */
export const rightLimit = blockColumns * blockDepth;
/** About how many elements of the left operand are brought in at a time, where they are not deep: in a transposed one, rows beside each other lie together. */
const leftAtOnce = blockRows * blockDepth;
/** Most blocks of the right operand that are packed one below the other. */
const mostDepthBlocks = 16;
/** Elements that `left` has room for, or more: a block's rows, as deep as the packed blocks. */
const leftLimit = blockRows * mostDepthBlocks * blockDepth;
/** Rows or columns of a matrix that are brought in at a time: until they are packed they stay in cache. */
const rowsOfPiece = 32;
/** Elements that `piece` has room for. */
export const pieceLimit = rowsOfPiece * Math.max(blockColumns, blockDepth);

/** Divides memory from an address on. */
export function productPlaces(from: number, rowsAtOnce: number, threads: number): ProductPlaces {
  let end = from;
  const take = (elements: number): number => {
    const address = end;
    end += elements * bytes;
    return address;
  };
  return {
    tables: take(blockColumns + blockDepth),
    packedB: take(blockColumns * blockDepth),
    packedA: take(threads * blockRows * blockDepth),
    tile: take(rowsAtOnce * blockColumns),
    left: take(Math.max(leftLimit, rowsAtOnce * blockDepth)),
    piece: take(pieceLimit),
    right: take(rightLimit),
    end,
  };
}

/** The calling thread's own memory. */
export function singleThread({ kernels, float32, int32 }: KernelInstance): ProductMemory {
  return { kernels, float32, int32, rowsAtOnce: blockRows, places: alone, multiply };

  function multiply({ rows, depth, columns, left, rowStride, columnStride, packedB, fresh }: Block): void {
    kernels.packRows(left, rowStride, columnStride, rows, depth, alone.packedA);
    kernels.multiplyPacked(alone.packedA, packedB, alone.tile, rows, columns, depth, roundUp(columns, 8), fresh ? 1 : 0);
  }
}

const alone = productPlaces(1024, blockRows, 1);

/** output (m x n, row-major from `start`) += a (m x k) times b (k x n), all float32. */
export function multiplyBlocks(
  memory: ProductMemory,
  output: Float32Array,
  start: number,
  m: number,
  n: number,
  k: number,
  a: Matrix,
  b: RightOperand,
  held: Held,
): void {
  const {
    float32,
    places: { packedB, tile, left },
  } = memory;
  for (let j = 0; j < n; j += blockColumns) {
    const columns = Math.min(blockColumns, n - j);
    const width = roundUp(columns, 8);
    // As many blocks of b below each other as there is room for: whole rows of a are then brought in, and those of the result only once.
    const depthAtOnce = Math.min(Math.floor(blockColumns / width), mostDepthBlocks) * blockDepth;
    for (let p = 0; p < k; p += depthAtOnce) {
      const end = Math.min(k, p + depthAtOnce);
      const rowsAtOnce = Math.min(memory.rowsAtOnce, Math.floor(leftLimit / (end - p) / blockRows) * blockRows);
      const rowsStaged = Math.max(1, Math.floor(leftAtOnce / (end - p) / rowsAtOnce)) * rowsAtOnce;
      for (let q = p; q < end; q += blockDepth) b.pack(memory, q, j, Math.min(blockDepth, end - q), columns, packedB + (q - p) * width * bytes);
      let staged = { rowStride: 0, columnStride: 0 };
      for (let i = 0; i < m; i += rowsAtOnce) {
        checkInterrupt();
        const rows = Math.min(rowsAtOnce, m - i);
        const inTile = { data: float32, start: tile / bytes, stride: width };
        const inOutput = { data: output, start: start + i * n + j, stride: n };
        const fresh = p === 0 && held === "zeros";
        if (!fresh) copyRows(inTile, inOutput, rows, columns);
        if (i % rowsStaged === 0) staged = stage(float32, left, a, i, p, Math.min(rowsStaged, m - i), end - p);
        const { rowStride, columnStride } = staged;
        for (let q = p; q < end; q += blockDepth) {
          const first = left + ((i % rowsStaged) * rowStride + (q - p) * columnStride) * bytes;
          memory.multiply({
            rows,
            depth: Math.min(blockDepth, end - q),
            columns,
            left: first,
            rowStride,
            columnStride,
            packedB: packedB + (q - p) * width * bytes,
            fresh: fresh && q === p,
          });
        }
        copyRows(inOutput, inTile, rows, columns);
      }
    }
  }
}

/** The same operand for products that follow upon each other: what is packed is kept, and brought in again. */
export function packedOnce(operand: RightOperand): RightOperand {
  const kept = new Map<string, Float32Array>();
  return {
    pack(memory, row, column, rows, columns, target) {
      const key = `${row} ${column}`;
      const block = kept.get(key);
      if (block !== undefined) return memory.float32.set(block, target / bytes);
      operand.pack(memory, row, column, rows, columns, target);
      kept.set(key, memory.float32.slice(target / bytes, target / bytes + rows * roundUp(columns, 8)));
    },
  };
}

/** A matrix as a right operand. */
export function matrixOperand(matrix: Matrix): RightOperand {
  const byRows = matrix.columnStride === 1;
  return {
    pack({ kernels, float32, places: { piece } }, row, column, rows, columns, target) {
      for (let i = 0; i < (byRows ? rows : columns); i += rowsOfPiece) {
        const [p, j] = byRows ? [i, 0] : [0, i];
        const [height, width] = [Math.min(rows - p, byRows ? rowsOfPiece : rows), Math.min(columns - j, byRows ? columns : rowsOfPiece)];
        const { rowStride, columnStride } = stage(float32, piece, matrix, row + p, column + j, height, width);
        kernels.packColumns(piece, rowStride, columnStride, height, width, rows, target + (p * 8 + j * rows) * bytes);
      }
    },
  };
}
