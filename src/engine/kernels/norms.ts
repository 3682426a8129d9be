import type { ElementArray } from "../dtype.js";
import * as cLibrary from "../math/cLibrary.js";
import { fma } from "../math/fma.js";
import { product } from "../size.js";
import type { Tensor } from "../tensor.js";
import { reducedRows, type Slices } from "./slices.js";
import { rowNormsInWasm, squareSumsInWasm } from "./wasm/sums.js";

/**
 * The `order`-norm of each slice, (sum |x|^order)^(1/order), and its limits for 0 and the infinities: in the tensor's own precision, one number after the other,
 * as PyTorch's CPU kernel does it.
 */
export function norm(output: ElementArray, x: Tensor, dims: readonly number[], order: number): void {
  const slices = reducedRows(x, dims);
  const isSingle = x.dtype.itemSize === 4;
  const count = product(dims.map((dim) => x.sizes[dim]!));
  if (count === 1 && order !== 0) forEachSlice(output, slices, ({ data }, start) => Math.abs(data[start]!));
  else if (order === 0) forEachSlice(output, slices, countOf);
  else if (order === Infinity) forEachSlice(output, slices, largest);
  else if (order === -Infinity) forEachSlice(output, slices, smallest);
  else {
    const round = isSingle ? Math.fround : same;
    if (order === 1) absoluteSums(output, slices, round);
    else if (order === 2 && slices.areRows) rowNorms(output, slices);
    else if (order === 2) forEachSlice(output, slices, (s, start) => Math.sqrt(squareSum(s, start, round)));
    else {
      const pow = isSingle ? cLibrary.pow : Math.pow;
      const power = round(order);
      const inverse = round(1 / power);
      forEachSlice(output, slices, (s, start) => pow(powerSum(s, start, power, round, pow), inverse));
    }
  }
}

const same = (value: number): number => value;

function forEachSlice(output: ElementArray, slices: Slices, f: (slices: Slices, start: number) => number): void {
  const { starts } = slices;
  for (let s = 0; s < starts.length; s++) output[s] = f(slices, starts[s]!);
}

function countOf({ data, size, stride }: Slices, start: number): number {
  let count = 0;
  for (let k = 0, i = start; k < size; k++, i += stride) if (data[i] !== 0) count++;
  return count;
}

function largest({ data, size, stride }: Slices, start: number): number {
  let found = 0;
  for (let k = 0, i = start; k < size; k++, i += stride) found = Math.max(found, Math.abs(data[i]!));
  return found;
}

function smallest({ data, size, stride }: Slices, start: number): number {
  let found = Infinity;
  for (let k = 0, i = start; k < size; k++, i += stride) found = Math.min(found, Math.abs(data[i]!));
  return found;
}

function absoluteSums(output: ElementArray, slices: Slices, round: (value: number) => number): void {
  const { data, starts, size, stride } = slices;
  let s = 0;
  // Each number waits for the one before it in its slice: four slices go side by side.
  if (data instanceof Float32Array) {
    for (; s + 4 <= starts.length; s += 4) {
      let [i0, i1, i2, i3] = [starts[s]!, starts[s + 1]!, starts[s + 2]!, starts[s + 3]!];
      let [total0, total1, total2, total3] = [0, 0, 0, 0];
      for (let k = 0; k < size; k++, i0 += stride, i1 += stride, i2 += stride, i3 += stride) {
        total0 = Math.fround(total0 + Math.abs(data[i0]!));
        total1 = Math.fround(total1 + Math.abs(data[i1]!));
        total2 = Math.fround(total2 + Math.abs(data[i2]!));
        total3 = Math.fround(total3 + Math.abs(data[i3]!));
      }
      output[s] = total0;
      output[s + 1] = total1;
      output[s + 2] = total2;
      output[s + 3] = total3;
    }
  }
  for (; s < starts.length; s++) {
    let total = 0;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) total = round(total + Math.abs(data[i]!));
    output[s] = total;
  }
}

function squareSum({ data, size, stride }: Slices, start: number, round: (value: number) => number): number {
  let total = 0;
  for (let k = 0, i = start; k < size; k++, i += stride) total = round(total + round(data[i]! * data[i]!));
  return total;
}

function powerSum(
  { data, size, stride }: Slices,
  start: number,
  power: number,
  round: (value: number) => number,
  pow: (x: number, y: number) => number,
): number {
  let total = 0;
  for (let k = 0, i = start; k < size; k++, i += stride) total = round(total + pow(Math.abs(data[i]!), power));
  return total;
}

function rowNorms(output: ElementArray, slices: Slices): void {
  const found = slices.starts.length > 1 ? rowNormsInWasm(slices) : null;
  if (found === null) forEachSlice(output, slices, (s, start) => Math.sqrt(rowOfSquares(s, start)));
  else output.set(found);
}

/** As many sums at a time as a register of AVX2 holds numbers; of the rest of float32 numbers four together, the last ones with one rounding each. */
function rowOfSquares({ data, size }: Slices, start: number): number {
  return data instanceof Float32Array ? rowOfSingleSquares(data, start, size) : rowOfDoubleSquares(data, start, size);
}

const singles = new Float32Array(8);

function rowOfSingleSquares(data: Float32Array, start: number, size: number): number {
  const lanes = singles.length;
  const whole = size - (size % lanes);
  if (!squareSumsInWasm(singles, data, start, whole)) {
    singles.fill(0);
    for (let i = start; i < start + whole; i += lanes)
      for (let lane = 0; lane < lanes; lane++) singles[lane]! += Math.fround(data[i + lane]! * data[i + lane]!);
  }
  let total = singles[0]!;
  for (let lane = 1; lane < lanes; lane++) total = Math.fround(total + singles[lane]!);
  const four = size - whole >= 4 ? whole + 4 : whole;
  for (let i = start + whole; i < start + four; i++) total = Math.fround(total + Math.fround(data[i]! * data[i]!));
  for (let i = start + four; i < start + size; i++) total = Math.fround(total + data[i]! * data[i]!);
  return total;
}

function rowOfDoubleSquares(data: ElementArray, start: number, size: number): number {
  const sums = [0, 0, 0, 0];
  const whole = size - (size % sums.length);
  for (let i = start; i < start + whole; i += sums.length) for (let lane = 0; lane < sums.length; lane++) sums[lane]! += data[i + lane]! * data[i + lane]!;
  let total = sums.reduce((sum, each) => sum + each);
  for (let i = start + whole; i < start + size; i++) total = fma(data[i]!, data[i]!, total);
  return total;
}
