import { bool, float32, type ElementArray } from "../../dtype.js";
import { checkInterrupt } from "../../interruption.js";
import { equalSizes } from "../../size.js";
import type { Tensor } from "../../tensor.js";
import { broadcastOperand, mergedDims, offsetsOf, type Operand as Layout } from "../strided.js";
import { copyRow } from "../stridedCopy.js";
import { isForWasm, isTruthKernel, wasmKernels, type KernelCall, type KernelInstance } from "./instance.js";
import { bytes, roundUp } from "./blocks.js";

/** Arrays go through the kernels' memory a piece at a time: the pieces stay in the second-level cache, so that bringing them in and out costs little. */
const piece = 16384;

/** From this many elements on, the kernels win over a loop in JavaScript that calls a function for each (`npm run bench -- crossover`). */
export const wasmFrom = 256;

/** Where the operands' pieces lie, and one for a result that must not be written over any of them. */
const places = Array.from({ length: 6 }, (_, i) => 1024 + i * piece * bytes);

/** A run of elements. */
export interface Run {
  readonly data: Float32Array;
  readonly start: number;
}

/** What a function is applied to: a tensor, which broadcasts, or one number for all elements. */
export type Operand = Tensor | number;

/** output[i] = kernel(operands[i]), with the call's constants as last operands. False where the kernels do not serve: nothing is written then. */
export function mapInWasm(call: KernelCall, output: Tensor, operands: readonly Operand[]): boolean {
  const count = output.numel();
  if (!isForWasm(count, wasmFrom) || count === 0 || !operands.every(isServed)) return false;
  const [name, all] = typeof call === "string" ? [call, operands] : [call[0], [...operands, ...(call.slice(1) as number[])]];
  if (output.dtype !== (isTruthKernel(name) ? bool : float32) || !output.isContiguous()) return false;
  const instance = wasmKernels(count, wasmFrom);
  if (instance === null) return false;
  const rows = rowsOf(output, all);
  const run = instance.kernels[name];
  const [x, y, z, w, v] = places as [number, number, number, number, number];
  const free = rows.sources.findIndex(({ pattern }) => pattern !== "kept");
  const to = places[free === -1 ? all.length : free]!;
  const result = output.dtype === bool ? instance.uint8 : instance.float32;
  const first = output.dtype === bool ? to : to / bytes;
  forEachPiece(instance, rows, (start, n) => {
    run(to, n, x, y, z, w, v);
    output.storage.data.set(result.subarray(first, first + n), output.offset + start);
  });
  return true;
}

/** Whether float32 holds the operand's elements as they are. */
function isServed(operand: Operand): boolean {
  return typeof operand === "number" || operand.dtype === float32 || operand.dtype.array === Uint8Array;
}

/** An operand as it lies in memory, beside rows of the output. */
interface Source {
  readonly data: ElementArray;
  /**
   * "dense": element after element, as the output. "kept": every row is the same, so that one piece serves for all. "rows": rows start at
   * `starts`.
   */
  readonly pattern: "dense" | "kept" | "rows";
  readonly starts: ArrayLike<number>;
  readonly step: number;
}

/** The operands as rows of equal length, as long as possible. */
interface Rows {
  readonly length: number;
  readonly count: number;
  readonly sources: readonly Source[];
}

function rowsOf(output: Tensor, operands: readonly Operand[]): Rows {
  const total = output.numel();
  const single = operands.map((operand) => singleRow(operand, output));
  if (!single.includes(null)) return { length: total, count: 1, sources: single as Source[] };
  const { sizes, operands: layouts } = mergedDims(
    output.sizes,
    operands.map((operand) => layoutOf(operand, output.sizes)),
  );
  const outer = sizes.slice(0, -1);
  const length = sizes.length === 0 ? 1 : sizes[sizes.length - 1]!;
  const sources = layouts.map(({ offset, strides }, k): Source => {
    const operand = operands[k]!;
    const data = typeof operand === "number" ? Float32Array.of(operand) : operand.storage.data;
    const step = strides[outer.length] ?? 0;
    const isSame = outer.every((_, i) => strides[i] === 0);
    if (isSame && (step === 0 || (outer.length > 0 && length <= piece))) return { data, pattern: "kept", starts: [offset], step };
    if (step === 1 && isEven(outer, strides, length)) return { data, pattern: "dense", starts: [offset], step };
    return { data, pattern: "rows", starts: offsetsOf(outer, strides, offset), step };
  });
  return { length, count: total / length, sources };
}

/** What is most frequent, told at once: an operand that lies as the output does, or one number. */
function singleRow(operand: Operand, output: Tensor): Source | null {
  if (typeof operand === "number") return { data: Float32Array.of(operand), pattern: "kept", starts: [0], step: 0 };
  if (!equalSizes(operand.sizes, output.sizes) || !operand.isContiguous()) return null;
  return { data: operand.storage.data, pattern: "dense", starts: [operand.offset], step: 1 };
}

function layoutOf(operand: Operand, sizes: readonly number[]): Layout {
  return typeof operand === "number" ? { offset: 0, strides: sizes.map(() => 0) } : broadcastOperand(operand, sizes);
}

/** Whether rows follow upon each other without gaps. */
function isEven(outer: readonly number[], strides: readonly number[], length: number): boolean {
  let expected = length;
  for (let i = outer.length - 1; i >= 0; i--) {
    if (strides[i] !== expected) return false;
    expected *= outer[i]!;
  }
  return true;
}

/** Brings in the operands' elements, whole rows at a time unless a row is longer than a piece. */
function forEachPiece(instance: KernelInstance, { length, count, sources }: Rows, run: (start: number, n: number) => void): void {
  const memory = instance.float32;
  const rowsAtOnce = Math.max(1, Math.floor(piece / length));
  const columnsAtOnce = Math.min(length, piece);
  for (const [k, source] of sources.entries()) {
    if (source.pattern === "kept") bringInRepeated(memory, places[k]! / bytes, source, columnsAtOnce, Math.min(rowsAtOnce, count) * columnsAtOnce);
  }
  for (let row = 0; row < count; row += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - row);
    for (let column = 0; column < length; column += columnsAtOnce) {
      const columns = Math.min(columnsAtOnce, length - column);
      const start = row * length + column;
      for (let k = 0; k < sources.length; k++) {
        const source = sources[k]!;
        if (source.pattern !== "kept") bringIn(instance, places[k]! / bytes, source, start, row, rows, column, columns);
      }
      run(start, rows * columns);
      checkInterrupt();
    }
  }
}

/** Fills `count` elements with the row again and again, doubling what is there already. */
function bringInRepeated(memory: Float32Array, to: number, { data, starts, step }: Source, columns: number, count: number): void {
  if (step === 0) {
    memory.fill(data[starts[0]!]!, to, to + count);
    return;
  }
  copyRow(memory, to, 1, data, starts[0]!, step, columns);
  for (let filled = columns; filled < count; filled *= 2) memory.copyWithin(to + filled, to, to + Math.min(filled, count - filled));
}

function bringIn(
  { kernels, float32: memory, uint8 }: KernelInstance,
  to: number,
  { data, pattern, starts, step }: Source,
  start: number,
  row: number,
  rows: number,
  column: number,
  columns: number,
): void {
  if (pattern === "dense") {
    const from = starts[0]! + start;
    const count = rows * columns;
    const values = data.subarray(from, from + count);
    if (values instanceof Uint8Array) {
      const last = to * bytes + 3 * roundUp(count, 16);
      uint8.set(values, last);
      kernels.widen(to * bytes, count, last);
    } else memory.set(values, to);
    return;
  }
  for (let r = 0; r < rows; r++) copyRow(memory, to + r * columns, 1, data, starts[row + r]! + column * step, step, columns);
}
