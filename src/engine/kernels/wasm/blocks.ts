import type { Matrix } from "../matrix.js";

/** Most columns and depth of a block of b, most rows of a block of a. */
export const blockColumns = 1024;
export const blockDepth = 1024;
export const blockRows = 64;

export const bytes = Float32Array.BYTES_PER_ELEMENT;

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/** A run of rows in an array: the first element, and how far rows are apart. */
export interface Rows {
  readonly data: Float32Array;
  readonly start: number;
  readonly stride: number;
}

/** Copies rows of `columns` elements, all at once where they lie without gaps on both sides. */
export function copyRows(target: Rows, source: Rows, rows: number, columns: number): void {
  const { data, start, stride } = source;
  if (stride === columns && target.stride === columns) {
    target.data.set(data.subarray(start, start + rows * columns), target.start);
    return;
  }
  for (let r = 0; r < rows; r++) {
    const from = start + r * stride;
    target.data.set(data.subarray(from, from + columns), target.start + r * target.stride);
  }
}

/**
 * Brings a block of a matrix to `address` along whichever dimension lies together in memory, and says how it lies there. What a product's
 * operands look like costs nothing more: a transposed one is read the other way round when it is packed.
 */
export function stage(
  target: Float32Array,
  address: number,
  { data, offset, rowStride, columnStride }: Matrix,
  row: number,
  column: number,
  rows: number,
  columns: number,
): { readonly rowStride: number; readonly columnStride: number } {
  const first = offset + row * rowStride + column * columnStride;
  const to = address / bytes;
  if (columnStride === 1) {
    copyRows({ data: target, start: to, stride: columns }, { data: data as Float32Array, start: first, stride: rowStride }, rows, columns);
    return { rowStride: columns, columnStride: 1 };
  }
  if (rowStride === 1) {
    copyRows({ data: target, start: to, stride: rows }, { data: data as Float32Array, start: first, stride: columnStride }, columns, rows);
    return { rowStride: 1, columnStride: rows };
  }
  for (let r = 0, o = to; r < rows; r++) {
    for (let c = 0, from = first + r * rowStride; c < columns; c++, from += columnStride) target[o++] = data[from]!;
  }
  return { rowStride: columns, columnStride: 1 };
}
