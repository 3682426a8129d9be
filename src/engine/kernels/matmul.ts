import type { ElementArray } from "../dtype.js";
import { checkInterrupt } from "../interruption.js";
import { packRows, type Held, type Matrix } from "./matrix.js";
import { matrixOperand, multiplyBlocks, packedOnce, type RightOperand } from "./wasm/product.js";
import { productMemory } from "./wasm/threads.js";

/** Columns of the right operand that stay in cache while rows pass by; in elements. */
const tile = 256;

/**
 * output (m x n, row-major from `start`), where zeros are unless said otherwise, += a (m x k) times b (k x n). Operands may be strided; each
 * dot product is summed in double precision for short k. `operand`: b as the kernels take it.
 */
export function multiply(
  output: ElementArray,
  start: number,
  m: number,
  n: number,
  k: number,
  a: Matrix,
  b: Matrix,
  held: Held = "zeros",
  operand: RightOperand = matrixOperand(b),
): void {
  if (k === 0 || m === 0 || n === 0) return;
  // A matrix times a vector touches each element once: moving it to WebAssembly's memory would cost more than the product.
  const isVector = m === 1 || n === 1;
  const isFloat32 = output instanceof Float32Array && a.data instanceof Float32Array && b.data instanceof Float32Array;
  const memory = isVector || !isFloat32 ? null : productMemory(m * n * k, wasmFrom);
  if (memory !== null) multiplyBlocks(memory, output as Float32Array, start, m, n, k, a, operand, held);
  else if (m * n * k < wasmFrom || (isVector && !(n > 1 && b.columnStride === 1))) multiplyByDots(output, start, m, n, k, a, b);
  else multiplyByRows(output, start, m, n, k, a, b);
}

/** `multiply` by the same right operand again and again, which is packed but once. */
export function multiplierBy(b: Matrix): (output: ElementArray, start: number, m: number, n: number, k: number, a: Matrix, held?: Held) => void {
  const operand = packedOnce(matrixOperand(b));
  return (output, start, m, n, k, a, held) => multiply(output, start, m, n, k, a, b, held, operand);
}

/** Below this many multiplications the plain triple loop is fastest: nothing to pack (`npm run bench -- crossover`). */
const wasmFrom = 2048;

function multiplyByDots(output: ElementArray, start: number, m: number, n: number, k: number, a: Matrix, b: Matrix): void {
  const { data: x, rowStride: xRow, columnStride: xColumn } = a;
  const { data: y, rowStride: yRow, columnStride: yColumn } = b;
  for (let i = 0; i < m; i++) {
    checkInterrupt();
    const xStart = a.offset + i * xRow;
    let j = 0;
    // Four sums at a time: they do not wait for each other.
    for (; j + 3 < n; j += 4) {
      const y0 = b.offset + j * yColumn;
      const y1 = y0 + yColumn;
      const y2 = y1 + yColumn;
      const y3 = y2 + yColumn;
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      for (let p = 0, q = 0; p < k; p++, q += yRow) {
        const value = x[xStart + p * xColumn]!;
        sum0 += value * y[y0 + q]!;
        sum1 += value * y[y1 + q]!;
        sum2 += value * y[y2 + q]!;
        sum3 += value * y[y3 + q]!;
      }
      const out = start + i * n + j;
      output[out]! += sum0;
      output[out + 1]! += sum1;
      output[out + 2]! += sum2;
      output[out + 3]! += sum3;
    }
    for (; j < n; j++) {
      const yStart = b.offset + j * yColumn;
      let sum = 0;
      for (let p = 0; p < k; p++) sum += x[xStart + p * xColumn]! * y[yStart + p * yRow]!;
      output[start + i * n + j]! += sum;
    }
  }
}

/** Row by row of the output, in double precision: four rows of b at a time against a strip of one output row. */
function multiplyByRows(output: ElementArray, start: number, m: number, n: number, k: number, a: Matrix, b: Matrix): void {
  const { data: x, columnStride: xColumn } = a;
  const packed = packRows(b, k, n);
  const sums = new Float64Array(Math.min(tile, n));
  for (let j0 = 0; j0 < n; j0 += tile) {
    const width = Math.min(tile, n - j0);
    for (let i = 0; i < m; i++) {
      checkInterrupt();
      sums.fill(0, 0, width);
      const xStart = a.offset + i * a.rowStride;
      let p = 0;
      for (; p + 3 < k; p += 4) {
        const x0 = x[xStart + p * xColumn]!;
        const x1 = x[xStart + (p + 1) * xColumn]!;
        const x2 = x[xStart + (p + 2) * xColumn]!;
        const x3 = x[xStart + (p + 3) * xColumn]!;
        const row = p * n + j0;
        for (let j = 0; j < width; j++) {
          sums[j]! += x0 * packed[row + j]! + x1 * packed[row + n + j]! + x2 * packed[row + 2 * n + j]! + x3 * packed[row + 3 * n + j]!;
        }
      }
      for (; p < k; p++) {
        const x0 = x[xStart + p * xColumn]!;
        const row = p * n + j0;
        for (let j = 0; j < width; j++) sums[j]! += x0 * packed[row + j]!;
      }
      const out = start + i * n + j0;
      for (let j = 0; j < width; j++) output[out + j]! += sums[j]!;
    }
  }
}
