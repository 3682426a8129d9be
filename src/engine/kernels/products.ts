import type { Tensor } from "../tensor.js";
import type { FloatArray } from "./cascadeSum.js";
import { forEachPlane, reductionOrder } from "./reductionOrder.js";

/** Products that are made side by side: four vectors of what a register of AVX2 holds. */
const scratch = { float32: new Float32Array(32), float64: new Float64Array(16) };

/** Products along `dims` with the bits of PyTorch's CPU kernel, in the tensor's own precision. (at::native::binary_kernel_reduce_vec) */
export function floatProducts(output: FloatArray, x: Tensor, dims: readonly number[]): void {
  output.fill(1);
  const data = x.storage.data as FloatArray;
  const products = data instanceof Float32Array ? scratch.float32 : scratch.float64;
  forEachPlane(reductionOrder(x, dims), x.offset, ({ size0, size1, step0, step1, outStep0, outStep1 }, start, outStart) => {
    const isRow = outStep0 === 0 && step0 === 1 && size0 >= products.length;
    for (let j = 0, o = outStart, first = start; j < size1; j++, o += outStep1, first += step1) {
      const whole = isRow ? size0 - (size0 % products.length) : 0;
      if (isRow) output[o]! *= rowProduct(products, data, first, whole);
      for (let i = whole; i < size0; i++) output[o + i * outStep0]! *= data[first + i * step0]!;
    }
  });
}

/** The product of a row without gaps, whose length is a multiple of what is multiplied side by side. */
function rowProduct(products: FloatArray, data: FloatArray, start: number, size: number): number {
  const count = products.length;
  const lanes = count / 4;
  for (let k = 0; k < count; k++) products[k] = data[start + k]!;
  for (let i = start + count; i < start + size; i += count) for (let k = 0; k < count; k++) products[k]! *= data[i + k]!;
  for (let lane = 0; lane < lanes; lane++) {
    products[lane]! *= products[lanes + lane]!;
    products[2 * lanes + lane]! *= products[3 * lanes + lane]!;
    products[lane]! *= products[2 * lanes + lane]!;
  }
  for (let lane = 1; lane < lanes; lane++) products[0]! *= products[lane]!;
  return products[0]!;
}
