import type { ElementArray } from "../../dtype.js";
import { pageSize, wasmKernels, type Kernels } from "./instance.js";
import { bytes } from "./blocks.js";

/** Rows of an array from an element on. */
export interface Rows {
  readonly data: ElementArray;
  readonly start: number;
}

/** Rows as a cell's kernel takes them: how wide they are, in times the hidden size, and whether they are brought in before it and taken out after it. */
export interface CellRows extends Rows {
  readonly width: number;
  readonly use: "read" | "written" | "both";
}

/** Elements of all arrays together that are worked on at a time: what stays in the second-level cache. */
const piece = 65536;

/** From this many elements of all arrays on the way in and out is worth it (`npm run bench -- crossover`). */
const wasmFrom = 256;

const first = pageSize;

/** Runs a cell's kernel over `batch` rows. False where the kernels do not serve. */
export function cellInWasm(
  batch: number,
  hidden: number,
  arrays: readonly CellRows[],
  run: (kernels: Kernels, addresses: readonly number[], rows: number) => void,
): boolean {
  const perRow = arrays.reduce((sum, { width }) => sum + width, 0) * hidden;
  const rowsAtOnce = Math.min(batch, Math.floor(piece / perRow));
  if (!(rowsAtOnce > 0) || !arrays.every(({ data }) => data instanceof Float32Array)) return false;
  const instance = wasmKernels(batch * perRow, wasmFrom);
  if (instance === null) return false;
  const { kernels, float32 } = instance;
  let end = first;
  const addresses = arrays.map(({ width }) => {
    const address = end;
    end += Math.ceil((rowsAtOnce * width * hidden * bytes + 16) / pageSize) * pageSize;
    return address;
  });
  for (let row = 0; row < batch; row += rowsAtOnce) {
    const rows = Math.min(rowsAtOnce, batch - row);
    arrays.forEach(({ data, start, width, use }, i) => {
      const from = start + row * width * hidden;
      if (use !== "written") float32.set(data.subarray(from, from + rows * width * hidden), addresses[i]! / bytes);
    });
    run(kernels, addresses, rows);
    arrays.forEach(({ data, start, width, use }, i) => {
      const from = addresses[i]! / bytes;
      if (use !== "read") data.set(float32.subarray(from, from + rows * width * hidden), start + row * width * hidden);
    });
  }
  return true;
}
