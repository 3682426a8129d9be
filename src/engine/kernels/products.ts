import type { Tensor } from "../tensor.js";
import type { FloatArray } from "./cascadeSum.js";
import { forEachPlane, reductionOrder, type Plane } from "./reductionOrder.js";

/** Products that are made side by side: four vectors of what a register of AVX2 holds. */
const scratch = { float32: new Float32Array(32), float64: new Float64Array(16) };

/** Products along `dims` with the bits of PyTorch's CPU kernel, in the tensor's own precision. (at::native::binary_kernel_reduce_vec) */
export function floatProducts(output: FloatArray, x: Tensor, dims: readonly number[]): void {
  output.fill(1);
  const data = x.storage.data as FloatArray;
  const products = data instanceof Float32Array ? scratch.float32 : scratch.float64;
  forEachPlane(reductionOrder(x, dims), x.offset, ({ size0, size1, step0, step1, outStep0, outStep1 }, start, outStart) => {
    const isRow = outStep0 === 0 && step0 === 1 && size0 >= products.length;
    let j = 0;
    if (!isRow && outStep0 === 0 && data instanceof Float32Array)
      j = shortProducts(output, data, { size0, size1, step0, step1, outStep0, outStep1 }, start, outStart);
    for (let o = outStart + j * outStep1, first = start + j * step1; j < size1; j++, o += outStep1, first += step1) {
      const whole = isRow ? size0 - (size0 % products.length) : 0;
      if (isRow) output[o]! *= rowProduct(products, data, first, whole);
      for (let i = whole; i < size0; i++) output[o + i * outStep0]! *= data[first + i * step0]!;
    }
  });
}

/**
 * Multiplies the products of slices into `output`, number by number. Each number waits for the one before it in its slice, so that four slices go side by side.
 * Returns how many are done.
 */
function shortProducts(output: FloatArray, data: Float32Array, { size0, size1, step0, step1, outStep1 }: Plane, start: number, outStart: number): number {
  let j = 0;
  if (outStep1 === 0) return j;
  for (; j + 4 <= size1; j += 4) {
    const o = outStart + j * outStep1;
    let i0 = start + j * step1;
    let i1 = i0 + step1;
    let i2 = i1 + step1;
    let i3 = i2 + step1;
    let [total0, total1, total2, total3] = [output[o]!, output[o + outStep1]!, output[o + 2 * outStep1]!, output[o + 3 * outStep1]!];
    for (let k = 0; k < size0; k++, i0 += step0, i1 += step0, i2 += step0, i3 += step0) {
      total0 = Math.fround(total0 * data[i0]!);
      total1 = Math.fround(total1 * data[i1]!);
      total2 = Math.fround(total2 * data[i2]!);
      total3 = Math.fround(total3 * data[i3]!);
    }
    output[o] = total0;
    output[o + outStep1] = total1;
    output[o + 2 * outStep1] = total2;
    output[o + 3 * outStep1] = total3;
  }
  return j;
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
