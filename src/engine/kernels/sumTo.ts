import { Tensor } from "../tensor.js";
import { forEachRow } from "./strided.js";

/** Sums the dimensions in which `x` is larger than `sizes`, which broadcast to the shape of `x`. */
export function sumTo(x: Tensor, sizes: readonly number[]): Tensor {
  const result = Tensor.allocate(sizes, x.dtype, x.device);
  if (x.device === "meta") return result;
  const missing = x.sizes.length - sizes.length;
  const strides = x.sizes.map((size, i) => (i < missing || (sizes[i - missing] === 1 && size !== 1) ? 0 : result.strides[i - missing]!));
  const last = x.sizes.length - 1;
  const count = last < 0 ? 1 : x.sizes[last]!;
  const step = last < 0 ? 0 : x.strides[last]!;
  const stepOut = last < 0 ? 0 : strides[last]!;
  const { data } = x.storage;
  // Double precision until the end: a bias gradient may sum millions of terms.
  const sums = new Float64Array(result.storage.length);
  forEachRow(x.sizes, [x, { offset: 0, strides }], ([p, o]) => {
    for (let i = 0; i < count; i++) sums[o! + i * stepOut]! += data[p! + i * step]!;
  });
  const out = result.storage.data;
  for (let i = 0; i < sums.length; i++) out[i] = sums[i]!;
  return result;
}
