import type { Matrix } from "../matmul.js";
import type { KernelInstance } from "./instance.js";

/** Most columns and depth of a block of b, most rows of a block of a: what the kernels' memory has room for. */
const blockColumns = 1024;
const blockDepth = 1024;
const blockRows = 64;

const bytes = Float32Array.BYTES_PER_ELEMENT;
const packedB = 1024;
const packedA = packedB + blockColumns * blockDepth * bytes;
const tile = packedA + blockRows * blockDepth * bytes;
const staging = tile + blockRows * blockColumns * bytes;

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** output (m x n, row-major from `start`) += a (m x k) times b (k x n), all float32. */
export function multiplyInWasm(
  { kernels, float32 }: KernelInstance,
  output: Float32Array, start: number, m: number, n: number, k: number, a: Matrix, b: Matrix,
): void {
  for (let j = 0; j < n; j += blockColumns) {
    const columns = Math.min(blockColumns, n - j);
    const width = roundUp(columns, 8);
    for (let p = 0; p < k; p += blockDepth) {
      const depth = Math.min(blockDepth, k - p);
      const stagedB = stage(float32, b, p, j, depth, columns);
      kernels.packColumns(staging, stagedB.rowStride, stagedB.columnStride, depth, columns, packedB);
      for (let i = 0; i < m; i += blockRows) {
        const rows = Math.min(blockRows, m - i);
        const stagedA = stage(float32, a, i, p, rows, depth);
        kernels.packRows(staging, stagedA.rowStride, stagedA.columnStride, rows, depth, packedA);
        for (let r = 0; r < rows; r++) {
          const from = start + (i + r) * n + j;
          float32.set(output.subarray(from, from + columns), tile / bytes + r * width);
        }
        kernels.multiplyPacked(packedA, packedB, tile, roundUp(rows, 4), width, depth, width);
        for (let r = 0; r < rows; r++) {
          const from = tile / bytes + r * width;
          output.set(float32.subarray(from, from + columns), start + (i + r) * n + j);
        }
      }
    }
  }
}

/** Brings a block of a matrix into the staging area along whichever dimension lies together in memory, and says how it lies there. */
function stage(
  target: Float32Array, { data, offset, rowStride, columnStride }: Matrix,
  row: number, column: number, rows: number, columns: number,
): { readonly rowStride: number; readonly columnStride: number } {
  const first = offset + row * rowStride + column * columnStride;
  const to = staging / bytes;
  if (columnStride === 1) {
    for (let r = 0; r < rows; r++) target.set(data.subarray(first + r * rowStride, first + r * rowStride + columns), to + r * columns);
    return { rowStride: columns, columnStride: 1 };
  }
  if (rowStride === 1) {
    for (let c = 0; c < columns; c++) target.set(data.subarray(first + c * columnStride, first + c * columnStride + rows), to + c * rows);
    return { rowStride: 1, columnStride: rows };
  }
  for (let r = 0, o = to; r < rows; r++) {
    for (let c = 0, from = first + r * rowStride; c < columns; c++, from += columnStride) target[o++] = data[from]!;
  }
  return { rowStride: columns, columnStride: 1 };
}
