import type { Matrix } from "../matmul.js";

/** Most columns and depth of a block of b, most rows of a block of a. */
export const blockColumns = 1024;
export const blockDepth = 1024;
export const blockRows = 64;

export const bytes = Float32Array.BYTES_PER_ELEMENT;

/** Rows of a tile are rounded up to whole strips. */
export const tilePadding = 8;

export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

/**
 * Brings a block of a matrix to `address` along whichever dimension lies together in memory, and says how it lies there. What a product's
 * operands look like costs nothing more: a transposed one is read the other way round when it is packed.
 */
export function stage(
  target: Float32Array, address: number, { data, offset, rowStride, columnStride }: Matrix,
  row: number, column: number, rows: number, columns: number,
): { readonly rowStride: number; readonly columnStride: number } {
  const first = offset + row * rowStride + column * columnStride;
  const to = address / bytes;
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
