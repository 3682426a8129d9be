import type { ElementArray } from "../dtype.js";
import type { Tensor } from "../tensor.js";
import { broadcastOperand, forEachRow } from "./strided.js";
import { mapInWasm } from "./wasm/elementwise.js";

/** Compares a row of `a` with one of `b` into `out`: where each starts and how far it steps. */
type RowComparison = (
  out: ElementArray, o: number, step: number, a: ElementArray, p: number, stepA: number, b: ElementArray, q: number, stepB: number, count: number,
) => void;

// Written out, for masks are in every forward pass: a loop that calls a function for each element takes several times as long.
const rowComparisons = {
  eq: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p] === b[q] ? 1 : 0;
  },
  ne: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p] !== b[q] ? 1 : 0;
  },
  lt: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! < b[q]! ? 1 : 0;
  },
  le: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! <= b[q]! ? 1 : 0;
  },
  gt: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! > b[q]! ? 1 : 0;
  },
  ge: (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++, o += step, p += stepA, q += stepB) out[o] = a[p]! >= b[q]! ? 1 : 0;
  },
} satisfies Record<string, RowComparison>;

export type Comparison = keyof typeof rowComparisons;

/** output[i] = x[i] compared with y[i], 1 or 0; both are broadcast to the output. */
export function compare(output: Tensor, x: Tensor, y: Tensor, comparison: Comparison): void {
  if (mapInWasm(comparison, output, [x, y])) return;
  const { sizes } = output;
  const [out, a, b] = [output.storage.data, x.storage.data, y.storage.data];
  const operands = [output, broadcastOperand(x, sizes), broadcastOperand(y, sizes)];
  const last = sizes.length - 1;
  const [step, stepA, stepB] = operands.map(({ strides }) => (last < 0 ? 0 : strides[last]!)) as [number, number, number];
  const count = last < 0 ? 1 : sizes[last]!;
  const compareRow: RowComparison = rowComparisons[comparison];
  forEachRow(sizes, operands, ([o, p, q]) => compareRow(out, o!, step, a, p!, stepA, b, q!, stepB, count));
}
