import type { Tensor } from "../tensor.js";
import { forEachPlane, reductionOrder, type Plane } from "./reductionOrder.js";
import { columnSumsInWasm, mostColumns, rowSumsInWasm, type Columns } from "./wasm/sums.js";

/**
 * Sums of floating-point numbers with the bits of PyTorch's CPU kernel: in the tensor's own precision, of sixteen or more numbers at a time, of sixteen or more
 * such sums, and so on, so that numbers of one size meet. (at::native::cascade_sum)
 */

export type FloatArray = Float32Array | Float64Array;

const levels = 4;
/** Columns that are summed at once, and the most sums that are made of them: of each of four parts. */
const group = 32;
const width = 4 * group;

/** What is summed, level by level, and behind it one more sum. An array of the tensor's precision rounds whatever is added to it. */
const scratch = { float32: new Float32Array(levels * width + 1), float64: new Float64Array(levels * width + 1) };
const more = levels * width;

/** Adds the sums along `dims` to `output`, which is row-major. */
export function cascadeSum(output: FloatArray, x: Tensor, dims: readonly number[]): void {
  const data = x.storage.data as FloatArray;
  if (addFew(output, x, dims)) return;
  const sums = data instanceof Float32Array ? new Sums(data, scratch.float32, 8) : new Sums(data, scratch.float64, 4);
  forEachPlane(reductionOrder(x, dims), x.offset, (plane, start, outStart) => sums.addPlane(output, outStart, start, plane));
}

/** Sums of fewer numbers than are added up together, along one dimension of a row-major tensor or all: the same order without the way to it. False where it is another case. */
function addFew(output: FloatArray, x: Tensor, dims: readonly number[]): boolean {
  const { sizes, offset } = x;
  if (!(dims.length === 1 || dims.length === sizes.length) || !x.isContiguous()) return false;
  let [outer, size, inner] = [1, 1, 1];
  for (let dim = 0; dim < sizes.length; dim++) {
    if (dims.includes(dim)) size *= sizes[dim]!;
    else if (dim < dims[0]!) outer *= sizes[dim]!;
    else inner *= sizes[dim]!;
  }
  if (size >= 16 || size * outer * inner > few) return false;
  const data = x.storage.data as FloatArray;
  const isSingle = data instanceof Float32Array;
  const lanes = isSingle ? 8 : 4;
  const together = inner >= lanes ? 4 * lanes : 4;
  const inOrder = size < 4 ? inner : inner === 1 ? 0 : inner - (inner % together);
  for (let o = 0, at = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++, at++) {
      const start = offset + o * size * inner + i;
      if (i < inOrder) output[at]! += sumOf(data, start, inner, size, isSingle);
      else if (inner === 1 && size >= lanes) output[at]! += rowOf(data, start, size, lanes, isSingle);
      else output[at]! += quartersOf(data, start, inner, size, isSingle);
    }
  }
  return true;
}

const few = 512;

/** One after the other, to `total`. */
function sumOf(data: FloatArray, start: number, step: number, count: number, isSingle: boolean, total = 0): number {
  for (let k = 0, i = start; k < count; k++, i += step) total = isSingle ? Math.fround(total + data[i]!) : total + data[i]!;
  return total;
}

/** Of every fourth number, then of what is left over, then of these four. */
function quartersOf(data: FloatArray, start: number, step: number, size: number, isSingle: boolean): number {
  const quarter = size >> 2;
  let total = sumOf(data, start, 4 * step, quarter, isSingle);
  total = sumOf(data, start + 4 * quarter * step, step, size & 3, isSingle, total);
  for (let part = 1; part < 4; part++) {
    const next = total + sumOf(data, start + part * step, 4 * step, quarter, isSingle);
    total = isSingle ? Math.fround(next) : next;
  }
  return total;
}

/** Of what is left over of the lanes, then of these. */
function rowOf(data: FloatArray, start: number, size: number, lanes: number, isSingle: boolean): number {
  const whole = size - (size % lanes);
  let total = sumOf(data, start + whole, 1, size - whole, isSingle);
  for (let lane = 0; lane < lanes; lane++) {
    const next = total + sumOf(data, start + lane, lanes, whole / lanes, isSingle);
    total = isSingle ? Math.fround(next) : next;
  }
  return total;
}

class Sums<Numbers extends FloatArray> {
  constructor(
    private readonly data: Numbers,
    /** The sums that were made last stand at its start. */
    private readonly sums: Numbers,
    /** How many numbers a register of AVX2 holds. */
    private readonly lanes: number,
  ) {}

  addPlane(output: FloatArray, outStart: number, start: number, plane: Plane): void {
    let { size0, size1, step0, step1, outStep0, outStep1 } = plane;
    if (outStep0 !== 0 && outStep1 === 0) {
      [size0, size1] = [size1, size0];
      [step0, step1] = [step1, step0];
      [outStep0, outStep1] = [outStep1, outStep0];
    }
    const { data, lanes, sums } = this;
    if (outStep0 !== 0) {
      for (let j = 0; j < size1; j++) for (let i = 0; i < size0; i++) output[outStart + j * outStep1 + i * outStep0]! += data[start + j * step1 + i * step0]!;
      return;
    }
    let j = 0;
    if (step0 === 1 && size0 >= lanes) {
      if (size1 > 1 && data instanceof Float32Array) {
        const found = rowSumsInWasm(data, { start, step: step1, count: size1, size: size0 }, powerFor(size0 >> 5));
        if (found !== null) for (; j < size1; j++) output[outStart + j * outStep1]! += found[j]!;
      }
      for (; j < size1; j++) output[outStart + j * outStep1]! += this.contiguousRow(start + j * step1, size0);
      return;
    }
    const isOuter = step1 === 1 && size1 >= lanes;
    if (isOuter || step0 >= step1) {
      const together = isOuter ? 4 * lanes : 4;
      if (isOuter && together === group) j = this.addGroups(output, outStart, outStep1, start, step0, size1 - (size1 % group), size0);
      for (; j + together <= size1; j += together) {
        this.sumColumns({ start: start + j * step1, rowStep: step0, rows: size0, parts: 1, partStep: 0, count: together, step: step1 });
        for (let k = 0; k < together; k++) output[outStart + (j + k) * outStep1]! += sums[k]!;
      }
    }
    for (; j < size1; j += group) {
      const count = Math.min(group, size1 - j);
      this.sumQuarters(start + j * step1, step0, size0, count, step1);
      for (let k = 0; k < count; k++) output[outStart + (j + k) * outStep1]! += sums[k]!;
    }
  }

  /** Adds the sums of columns side by side, a multiple of 32 of them, as far as the kernels serve. Returns how many columns are done. */
  private addGroups(output: FloatArray, outStart: number, outStep: number, start: number, rowStep: number, columns: number, rows: number): number {
    const { data } = this;
    if (!(data instanceof Float32Array)) return 0;
    for (let first = 0; first < columns; first += mostColumns) {
      const count = Math.min(mostColumns, columns - first);
      const found = new Float32Array(count);
      const part = { start: start + first, rowStep, rows, parts: 1, partStep: 0, count, step: 1 };
      if (!columnSumsInWasm(found, data, part, powerFor(rows))) return first;
      for (let k = 0; k < count; k++) output[outStart + (first + k) * outStep]! += found[k]!;
    }
    return columns;
  }

  /** Sums of columns, at most `width` of them, part by part. */
  private sumColumns(columns: Columns): void {
    const { start, rowStep, rows, parts, partStep, count, step } = columns;
    const { data, sums } = this;
    const all = parts * count;
    const power = powerFor(rows);
    const rowsAtOnce = 1 << power;
    if (step === 1 && data instanceof Float32Array && columnSumsInWasm(sums as Float32Array, data, columns, power)) return;
    sums.fill(0, 0, rows < rowsAtOnce ? all : sums.length);
    let row = 0;
    let at = start;
    for (;;) {
      const isWhole = row + rowsAtOnce <= rows;
      for (const end = isWhole ? row + rowsAtOnce : rows; row < end; row++, at += rowStep) {
        for (let part = 0, k = 0, from = at; part < parts; part++, from += partStep) {
          for (const last = k + count; k < last; k++) sums[k]! += data[from + (k + count - last) * step]!;
        }
      }
      if (!isWhole) break;
      for (let level = 1; level < levels; level++) {
        for (let k = 0, from = (level - 1) * width; k < all; k++, from++) {
          sums[from + width]! += sums[from]!;
          sums[from] = 0;
        }
        if ((row & ((rowsAtOnce - 1) << (level * power))) !== 0) break;
      }
    }
    if (rows >= rowsAtOnce) for (let level = 1; level < levels; level++) for (let k = 0; k < all; k++) sums[k]! += sums[level * width + k]!;
  }

  /** Sums of columns, at most `group`: of every fourth row, then of what is left over, then of these four. */
  private sumQuarters(start: number, rowStep: number, rows: number, count: number, step: number): void {
    const { data, sums } = this;
    const quarter = rows >> 2;
    this.sumColumns({ start, rowStep: 4 * rowStep, rows: quarter, parts: 4, partStep: rowStep, count, step });
    for (let row = 4 * quarter; row < rows; row++) for (let k = 0; k < count; k++) sums[k]! += data[start + row * rowStep + k * step]!;
    for (let part = 1; part < 4; part++) for (let k = 0; k < count; k++) sums[k]! += sums[part * count + k]!;
  }

  /** The sum of a row without gaps: of every eighth number as far as eight are together, then of the rest and these eight. */
  private contiguousRow(start: number, size: number): number {
    const { data, sums, lanes } = this;
    const whole = size - (size % lanes);
    if (whole < 4 * lanes) {
      for (let k = 0; k < lanes; k++) sums[k] = data[start + k]!;
      for (let i = lanes; i < whole; i += lanes) for (let k = 0; k < lanes; k++) sums[k]! += data[start + i + k]!;
    } else this.sumQuarters(start, lanes, whole / lanes, lanes, 1);
    sums[more] = 0;
    for (let i = whole; i < size; i++) sums[more] += data[start + i]!;
    for (let k = 0; k < lanes; k++) sums[more] += sums[k]!;
    return sums[more];
  }
}

/** So many rows, as a power of two, are summed before sums are. */
export function powerFor(rows: number): number {
  const ceilLog2 = rows <= 2 ? 1 : 32 - Math.clz32(rows - 1);
  return Math.max(4, ceilLog2 >> 2);
}
