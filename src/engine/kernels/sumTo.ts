import type { ElementArray } from "../dtype.js";
import { Tensor } from "../tensor.js";
import { forEachRow } from "./strided.js";

/** Up to this many rows, going down a column stays within the first-level cache. */
const mostRows = 512;

/** Sums the dimensions in which `x` is larger than `sizes`, which broadcast to the shape of `x`. */
export function sumTo(x: Tensor, sizes: readonly number[]): Tensor {
  const result = Tensor.allocate(sizes, x.dtype, x.device);
  if (x.device === "meta") return result;
  const width = result.storage.length;
  if (isRow(sizes, x.sizes) && x.numel() <= mostRows * width && x.isContiguous()) {
    sumRows(result.storage.data, x.storage.data, x.offset, x.numel() / width, width);
    return result;
  }
  const missing = x.sizes.length - sizes.length;
  const strides = x.sizes.map((size, i) => (i < missing || (sizes[i - missing] === 1 && size !== 1) ? 0 : result.strides[i - missing]!));
  const last = x.sizes.length - 1;
  const count = last < 0 ? 1 : x.sizes[last]!;
  const step = last < 0 ? 0 : x.strides[last]!;
  const stepOut = last < 0 ? 0 : strides[last]!;
  const { data } = x.storage;
  // Double precision until the end: a bias gradient may sum millions of terms.
  const sums = new Float64Array(width);
  forEachRow(x.sizes, [x, { offset: 0, strides }], ([p, o]) => {
    for (let i = 0; i < count; i++) sums[o! + i * stepOut]! += data[p! + i * step]!;
  });
  const out = result.storage.data;
  for (let i = 0; i < sums.length; i++) out[i] = sums[i]!;
  return result;
}

/** Whether `sizes` is the last dimension of `larger` alone, as a bias is of what it was added to. */
function isRow(sizes: readonly number[], larger: readonly number[]): boolean {
  return sizes.length === 1 && sizes[0] !== 0 && sizes[0] === larger[larger.length - 1];
}

/** output[j] = the sum of x[i, j] over all rows i. Four columns at a time: their additions do not wait for each other. */
function sumRows(output: ElementArray, x: ElementArray, start: number, rows: number, columns: number): void {
  const end = start + rows * columns;
  let j = 0;
  for (; j + 3 < columns; j += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = start + j; i < end; i += columns) {
      a += x[i]!;
      b += x[i + 1]!;
      c += x[i + 2]!;
      d += x[i + 3]!;
    }
    output[j] = a;
    output[j + 1] = b;
    output[j + 2] = c;
    output[j + 3] = d;
  }
  for (; j < columns; j++) {
    let sum = 0;
    for (let i = start + j; i < end; i += columns) sum += x[i]!;
    output[j] = sum;
  }
}
