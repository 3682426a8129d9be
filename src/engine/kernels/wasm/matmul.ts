import type { Matrix } from "../matmul.js";
import { blockColumns, blockDepth, blockRows, bytes, copyRows, roundUp, stage } from "./blocks.js";
import type { KernelInstance } from "./instance.js";

const packedB = 1024;
const packedA = packedB + blockColumns * blockDepth * bytes;
const tile = packedA + blockRows * blockDepth * bytes;
const staging = tile + blockRows * blockColumns * bytes;

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
      const stagedB = stage(float32, staging, b, p, j, depth, columns);
      kernels.packColumns(staging, stagedB.rowStride, stagedB.columnStride, depth, columns, packedB);
      for (let i = 0; i < m; i += blockRows) {
        const rows = Math.min(blockRows, m - i);
        const stagedA = stage(float32, staging, a, i, p, rows, depth);
        kernels.packRows(staging, stagedA.rowStride, stagedA.columnStride, rows, depth, packedA);
        const inTile = { data: float32, start: tile / bytes, stride: width };
        const inOutput = { data: output, start: start + i * n + j, stride: n };
        copyRows(inTile, inOutput, rows, columns);
        kernels.multiplyPacked(packedA, packedB, tile, roundUp(rows, 4), width, depth, width);
        copyRows(inOutput, inTile, rows, columns);
      }
    }
  }
}
