import type { ElementArray } from "../dtype.js";
import { logSoftmaxInWasm, softmaxBackwardInWasm, softmaxInWasm } from "./wasm/rows.js";

/** An array seen as (outer, size, inner), row-major: the middle dimension is the one that is normalized. */
export interface Slices {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

/** Calls `slice` with the first element of every slice along the middle dimension; its elements are `inner` apart. */
function forEachSlice({ outer, size, inner }: Slices, slice: (start: number) => void): void {
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) slice(o * size * inner + i);
  }
}

/** e^x over the sum of the slice's. Shifted by the slice's largest element, so that nothing overflows. */
export function softmax(output: ElementArray, x: ElementArray, slices: Slices): void {
  const { size, inner } = slices;
  if (output instanceof Float32Array && x instanceof Float32Array && softmaxInWasm(output, x, slices)) return;
  const powers = new Float64Array(size);
  forEachSlice(slices, (start) => {
    const largest = maximum(x, start, size, inner);
    let sum = 0;
    for (let k = 0; k < size; k++) sum += powers[k] = Math.exp(x[start + k * inner]! - largest);
    for (let k = 0; k < size; k++) output[start + k * inner] = powers[k]! / sum;
  });
}

/** The logarithm of `softmax`, exact where the latter would round to zero. */
export function logSoftmax(output: ElementArray, x: ElementArray, slices: Slices): void {
  const { size, inner } = slices;
  if (output instanceof Float32Array && x instanceof Float32Array && logSoftmaxInWasm(output, x, slices)) return;
  forEachSlice(slices, (start) => {
    const largest = maximum(x, start, size, inner);
    let sum = 0;
    for (let k = 0; k < size; k++) sum += Math.exp(x[start + k * inner]! - largest);
    const shift = largest + Math.log(sum);
    for (let k = 0; k < size; k++) output[start + k * inner] = x[start + k * inner]! - shift;
  });
}

/** result = y * (g - sum(g * y)), with y the softmax. */
export function softmaxBackward(result: ElementArray, gradient: ElementArray, y: ElementArray, slices: Slices): void {
  const { size, inner } = slices;
  if (backwardInWasm("softmaxBackwardRows", result, gradient, y, slices)) return;
  forEachSlice(slices, (start) => {
    let sum = 0;
    for (let k = 0, i = start; k < size; k++, i += inner) sum += gradient[i]! * y[i]!;
    for (let k = 0, i = start; k < size; k++, i += inner) result[i] = y[i]! * (gradient[i]! - sum);
  });
}

/** result = g - e^y * sum(g), with y the logarithm of the softmax. */
export function logSoftmaxBackward(result: ElementArray, gradient: ElementArray, y: ElementArray, slices: Slices): void {
  const { size, inner } = slices;
  if (backwardInWasm("logSoftmaxBackwardRows", result, gradient, y, slices)) return;
  forEachSlice(slices, (start) => {
    let sum = 0;
    for (let k = 0, i = start; k < size; k++, i += inner) sum += gradient[i]!;
    for (let k = 0, i = start; k < size; k++, i += inner) result[i] = gradient[i]! - Math.exp(y[i]!) * sum;
  });
}

function backwardInWasm(
  kernel: Parameters<typeof softmaxBackwardInWasm>[0],
  result: ElementArray,
  gradient: ElementArray,
  y: ElementArray,
  slices: Slices,
): boolean {
  if (!(result instanceof Float32Array && gradient instanceof Float32Array && y instanceof Float32Array)) return false;
  return softmaxBackwardInWasm(kernel, result, gradient, y, slices);
}

function maximum(x: ElementArray, start: number, size: number, step: number): number {
  let largest = -Infinity;
  for (let k = 0; k < size; k++) {
    const value = x[start + k * step]!;
    if (value > largest || Number.isNaN(value)) largest = value;
  }
  return largest;
}
