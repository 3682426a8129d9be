import type { ElementArray } from "../dtype.js";
import { forEachRow, mergedDims, type Operand } from "./strided.js";

/** From this many elements on, the arrays' own copying wins over a loop. */
const bulkFrom = 32;
/** Rows and columns of the blocks that transposed matrices are copied in, so that what is read and what is written stay in the first-level cache. */
const block = 32;

/** An array and how it is walked. */
export interface Elements extends Operand {
  readonly data: ElementArray;
}

/** Copies elements as the target's array takes them. The two must not overlap. */
export function copyStrided(sizes: readonly number[], target: Elements, source: Elements): void {
  const { sizes: merged, operands } = mergedDims(sizes, [target, source]);
  const [to, from] = operands as [Operand, Operand];
  const last = merged.length - 1;
  if (last < 0) {
    if (!sizes.includes(0)) target.data[to.offset] = source.data[from.offset]!;
    return;
  }
  const columns = merged[last]!;
  const across = dimAcross(from.strides) ?? dimAcross(to.strides);
  if (across !== null) {
    const others = <Value>(values: readonly Value[]): readonly Value[] => values.filter((_, dim) => dim !== across);
    const walks = [to, from].map(({ offset, strides }) => ({ offset, strides: others(strides) }));
    forEachRow(others(merged), walks, ([o, p]) => {
      copyMatrix(
        { data: target.data, start: o!, row: to.strides[across]!, column: to.strides[last]! },
        { data: source.data, start: p!, row: from.strides[across]!, column: from.strides[last]! },
        merged[across]!,
        columns,
      );
    });
    return;
  }
  const [step, stepFrom] = [to.strides[last]!, from.strides[last]!];
  forEachRow(merged, operands, ([o, p]) => copyRow(target.data, o!, step, source.data, p!, stepFrom, columns));
}

/** The dimension along which elements lie more closely together than along the last one, if there is one. */
function dimAcross(strides: readonly number[]): number | null {
  const last = strides.length - 1;
  let closest = last;
  for (let dim = 0; dim < last; dim++) if (strides[dim]! > 0 && strides[dim]! < strides[closest]!) closest = dim;
  return closest === last ? null : closest;
}

/** Copies a row: `step` and `stepFrom` apart are its elements in the target and in the source. */
export function copyRow(out: ElementArray, start: number, step: number, data: ElementArray, from: number, stepFrom: number, count: number): void {
  if (step === 1 && stepFrom === 0 && count >= bulkFrom) out.fill(data[from]!, start, start + count);
  else if (step === 1 && stepFrom === 1 && count >= bulkFrom) out.set(data.subarray(from, from + count), start);
  else for (let i = 0, o = start, p = from; i < count; i++, o += step, p += stepFrom) out[o] = data[p]!;
}

interface Matrix {
  readonly data: ElementArray;
  readonly start: number;
  readonly row: number;
  readonly column: number;
}

function copyMatrix(target: Matrix, source: Matrix, rows: number, columns: number): void {
  for (let i = 0; i < rows; i += block) {
    for (let j = 0; j < columns; j += block) {
      copyBlock(target, source, i, Math.min(rows, i + block), j, Math.min(columns, j + block));
    }
  }
}

function copyBlock(target: Matrix, source: Matrix, row: number, rowEnd: number, column: number, columnEnd: number): void {
  const { data: out, column: step } = target;
  const { data, column: stepFrom } = source;
  for (let r = row; r < rowEnd; r++) {
    let o = target.start + r * target.row + column * step;
    let p = source.start + r * source.row + column * stepFrom;
    for (let c = column; c < columnEnd; c++, o += step, p += stepFrom) out[o] = data[p]!;
  }
}
