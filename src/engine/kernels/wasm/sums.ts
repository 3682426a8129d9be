import type { Slices } from "../slices.js";
import { copyRow } from "../stridedCopy.js";
import { wasmKernels, type KernelInstance } from "./instance.js";
import { bytes } from "./blocks.js";

const levels = 4;

/** Below this many elements the way in and out is not worth it (`npm run bench -- crossover`). */
const wasmFrom = 512;
/** Elements that are brought in at a time stay in the second-level cache, unless fewer rows than belong together have more. */
const piece = 16384;
const mostElements = 1 << 20;

const input = 1024;
const state = input + (mostElements + 4) * bytes;
const output = state + 4096;
/** Columns that there is room for: sixteen rows, and four levels of sums. */
export const mostColumns = mostElements >> 5;

/** Columns of numbers, `parts` times `count` of them, whose `rows` are `rowStep` apart. */
export interface Columns {
  readonly start: number;
  readonly rowStep: number;
  readonly rows: number;
  readonly parts: number;
  readonly partStep: number;
  readonly count: number;
  readonly step: number;
}

/**
 * Writes the sums of columns to `result`: of 2^power rows, of as many such sums, and so on. False where the kernels do not serve.
 */
export function columnSumsInWasm(result: Float32Array, data: Float32Array, columns: Columns, power: number): boolean {
  const { rows: count, parts, count: each } = columns;
  const all = parts * each;
  if (all > mostColumns || all << power > mostElements) return false;
  const instance = wasmKernels(count * all, wasmFrom);
  if (instance === null) return false;
  const { kernels, float32 } = instance;
  const width = (all + 3) & ~3;
  const isRow = columns.step === 1 && (parts === 1 || columns.partStep === each);
  // What little lies between rows comes in with them: one copy is made of all.
  const rowStep = isRow && columns.rowStep >= all && columns.rowStep < 2 * all && columns.rowStep << power < mostElements ? columns.rowStep : all;
  const rowsAtOnce = Math.max(1, Math.floor(piece / rowStep) >> power) << power;
  float32.fill(0, state / bytes, state / bytes + levels * width);
  for (let row = 0; row < count; row += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - row);
    const from = columns.start + row * columns.rowStep;
    if (rowStep === columns.rowStep && isRow) float32.set(data.subarray(from, from + (rows - 1) * rowStep + all), input / bytes);
    else bringIn(float32, data, columns, from, rows);
    kernels.addRows(input, rowStep * bytes, width, rows, row, power, state, width * bytes);
  }
  kernels.addLevels(state, width * bytes);
  result.set(float32.subarray(state / bytes, state / bytes + all));
  return true;
}

/** Brings in rows of all columns, without gaps. */
function bringIn(memory: Float32Array, data: Float32Array, { rowStep, parts, partStep, count, step }: Columns, start: number, rows: number): void {
  let to = input / bytes;
  for (let r = 0, row = start; r < rows; r++, row += rowStep) {
    for (let part = 0, from = row; part < parts; part++, from += partStep, to += count) copyRow(memory, to, 1, data, from, step, count);
  }
}

/** Rows of `size` numbers without gaps, `step` apart. */
export interface ContiguousRows {
  readonly start: number;
  readonly step: number;
  readonly count: number;
  readonly size: number;
}

/** The sum of each row of at least eight numbers; null where the kernels do not serve. `power` is for the rows of 32 numbers that a row has. */
export function rowSumsInWasm(data: Float32Array, rows: ContiguousRows, power: number): Float32Array | null {
  return inRows(data, rows, ({ kernels }, count) => kernels.rowSums(input, count, rows.size, power, output, state));
}

/** The sum of e^(x - shift) of each row of at least eight numbers, and its shift, which is the largest one or 0 where that is infinite; null where the kernels do not serve. */
export function exponentialRowSumsInWasm(
  data: Float32Array,
  rows: ContiguousRows,
  power: number,
): { readonly sums: Float32Array; readonly shifts: Float32Array } | null {
  const shifts = new Float32Array(rows.count);
  let done = 0;
  const sums = inRows(data, rows, ({ kernels, float32 }, count) => {
    kernels.shiftedExponentials(input, count, rows.size, output);
    shifts.set(float32.subarray(output / bytes, output / bytes + count), done);
    done += count;
    kernels.rowSums(input, count, rows.size, power, output, state);
  });
  return sums === null ? null : { sums, shifts };
}

/** The norm of each row; null where the kernels do not serve. */
export function rowNormsInWasm({ data, starts, size }: Slices): Float32Array | null {
  const step = starts.length < 2 ? size : starts[1]! - starts[0]!;
  if (!(data instanceof Float32Array) || starts.some((start, r) => start !== starts[0]! + r * step)) return null;
  return inRows(data, { start: starts[0]!, step, count: starts.length, size }, ({ kernels }, count) => kernels.rowNorms(input, count, size, output, state));
}

function inRows(data: Float32Array, { start, step, count, size }: ContiguousRows, run: (instance: KernelInstance, rows: number) => void): Float32Array | null {
  if (size === 0 || size > piece) return null;
  const instance = wasmKernels(count * size, wasmFrom);
  if (instance === null) return null;
  const { float32 } = instance;
  const result = new Float32Array(count);
  const rowsAtOnce = Math.floor(piece / size);
  for (let row = 0; row < count; row += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, count - row);
    const from = start + row * step;
    if (step === size) float32.set(data.subarray(from, from + rows * size), input / bytes);
    else for (let r = 0; r < rows; r++) copyRow(float32, input / bytes + r * size, 1, data, from + r * step, 1, size);
    run(instance, rows);
    result.set(float32.subarray(output / bytes, output / bytes + rows), row);
  }
  return result;
}

/** Writes eight sums of squares to `sums`, of every eighth of `count` numbers, a multiple of eight. False where the kernels do not serve. */
export function squareSumsInWasm(sums: Float32Array, data: Float32Array, start: number, count: number): boolean {
  const instance = wasmKernels(count, wasmFrom);
  if (instance === null) return false;
  const { kernels, float32 } = instance;
  float32.fill(0, state / bytes, state / bytes + 8);
  for (let at = 0; at < count; at += piece) {
    const n = Math.min(piece, count - at);
    float32.set(data.subarray(start + at, start + at + n), input / bytes);
    kernels.addSquares(input, n, state);
  }
  sums.set(float32.subarray(state / bytes, state / bytes + 8));
  return true;
}
