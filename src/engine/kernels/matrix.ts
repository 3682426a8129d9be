import type { ElementArray } from "../dtype.js";

/** A matrix in memory: element (i, j) is at `offset + i * rowStride + j * columnStride`. */
export interface Matrix {
  readonly data: ElementArray;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** What is in the memory that a product is added to: zeros need not be read. */
export type Held = "zeros" | "values";

/** The matrix row-major without gaps: its own memory where it lies so, else a copy. */
export function packRows({ data, offset, rowStride, columnStride }: Matrix, rows: number, columns: number): ElementArray {
  if (columnStride === 1 && rowStride === columns) return data.subarray(offset, offset + rows * columns);
  const packed = new (data.constructor as new (length: number) => ElementArray)(rows * columns);
  for (let i = 0, o = 0; i < rows; i++) {
    for (let j = 0, p = offset + i * rowStride; j < columns; j++, p += columnStride) packed[o++] = data[p]!;
  }
  return packed;
}
