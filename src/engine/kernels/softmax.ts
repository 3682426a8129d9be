import type { ElementArray } from "../dtype.js";
import * as cLibrary from "../math/cLibrary.js";
import * as single from "../math/singlePrecision.js";
import type { SliceKernel } from "./wasm/instance.js";
import { slicesInWasm } from "./wasm/softmax.js";
import { fma } from "../math/fma.js";

/**
 * Softmax and its logarithm, with the bits of PyTorch's CPU kernels: what is next to each other is taken eight at a time (float64: four), with Sleef's exponential; what
 * is left over beside whole eights is left to the C library. (at::native::vec_host_softmax_lastdim, vec_softmax)
 */

/** An array seen as (outer, size, inner), row-major: the middle dimension is the one that is normalized. */
export interface Slices {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
  /** Whether the middle dimension is the last one: an inner dimension of one element is another matter. */
  readonly isLast: boolean;
}

/** Rounds a number to two bytes: where the numbers come from such ones, PyTorch rounds some steps on the way. */
export type Held = (value: number) => number;

/** The functions of an element type. */
interface Precision {
  readonly array: new (length: number) => Float32Array | Float64Array;
  /** How many numbers are taken together. */
  readonly together: number;
  readonly exp: (x: number) => number;
  readonly leftOverExp: (x: number) => number;
  readonly log: (x: number) => number;
  /** x * y + z, to be rounded once. */
  readonly fused: (x: number, y: number, z: number) => number;
}

const singlePrecision: Precision = {
  array: Float32Array,
  together: 8,
  exp: single.exp,
  leftOverExp: cLibrary.exp,
  log: single.log,
  fused: (x, y, z) => x * y + z,
};
const doublePrecision: Precision = { array: Float64Array, together: 4, exp: Math.exp, leftOverExp: Math.exp, log: Math.log, fused: fma };

const precisionOf = (x: ElementArray): Precision => (x instanceof Float32Array ? singlePrecision : doublePrecision);

interface Slice {
  readonly start: number;
  /** Whether it is one of those that are left over. */
  readonly isLeftOver: boolean;
}

/** Calls `visit` with every slice along the middle dimension, but for those that the WebAssembly kernel of that name has written already; of `narrow` numbers, none has. */
function forEachSlice(
  kernel: SliceKernel,
  result: ElementArray,
  operands: readonly [ElementArray, ElementArray?],
  slices: Slices,
  visit: (slice: Slice) => void,
  narrow = false,
): void {
  const { outer, size, inner, isLast } = slices;
  const isSingle = !narrow && [result, ...operands].every((each) => each instanceof Float32Array);
  const written = isSingle ? slicesInWasm(kernel, result as Float32Array, operands as [Float32Array, Float32Array?], slices) : 0;
  const whole = isLast ? inner : inner - (inner % (precisionOf(result).together * (narrow ? 2 : 1)));
  for (let o = 0; o < outer; o++) {
    for (let i = written; i < inner; i++) visit({ start: o * size * inner + i, isLeftOver: i >= whole });
  }
}

type Terms = Float32Array | Float64Array;

/** The sum of a slice's elements, in place. */
function sumOf(terms: Terms, { isLast }: Slices): number {
  const together = terms instanceof Float32Array ? 8 : 4;
  let count = terms.length;
  if (isLast && count >= together) {
    for (let k = together; k < count; k++) terms[k % together]! += terms[k]!;
    count = together;
    // Of eight, halves are added again and again.
    while (together === 8 && count > 1) {
      count >>= 1;
      for (let i = 0; i < count; i++) terms[i]! += terms[i + count]!;
    }
  }
  for (let k = 1; k < count; k++) terms[0]! += terms[k]!;
  return terms[0]!;
}

/** e^x over the sum of the slice's. Shifted by the slice's largest element, so that nothing overflows. */
export function softmax(output: ElementArray, x: ElementArray, slices: Slices, held?: Held): void {
  normalize("softmax", output, x, slices, held);
}

/** The logarithm of `softmax`, exact where the latter would round to zero. */
export function logSoftmax(output: ElementArray, x: ElementArray, slices: Slices, held?: Held): void {
  normalize("logSoftmax", output, x, slices, held);
}

function normalize(kernel: "softmax" | "logSoftmax", output: ElementArray, x: ElementArray, slices: Slices, held?: Held): void {
  const { size, inner, isLast } = slices;
  const isLog = kernel === "logSoftmax";
  const narrow = held !== undefined && (isLog || !isLast);
  const { array, exp, leftOverExp, log } = precisionOf(output);
  const terms = new array(size);
  forEachSlice(
    kernel,
    output,
    [x],
    slices,
    ({ start, isLeftOver }) => {
      const largest = maximum(x, start, size, inner);
      for (let k = 0, i = start; k < size; k++, i += inner) {
        output[i] = x[i]! - largest;
        terms[k] = isLeftOver ? leftOverExp(output[i]!) : exp(output[i]!);
        if (!isLog) output[i] = narrow && isLeftOver ? held(terms[k]!) : terms[k]!;
      }
      const sum = sumOf(terms, slices);
      const shift = !isLog ? 0 : narrow && isLast ? held(log(held(sum))) : log(sum);
      terms[0] = 1 / sum;
      const factor = terms[0];
      for (let k = 0, i = start; k < size; k++, i += inner) output[i] = isLog ? output[i]! - shift : isLast ? output[i]! * factor : output[i]! / sum;
    },
    narrow,
  );
}

/** result = (g - sum(g * y)) * y, with y the softmax. */
export function softmaxBackward(result: ElementArray, gradient: ElementArray, y: ElementArray, slices: Slices): void {
  const { size, inner, isLast } = slices;
  const { array, together, fused } = precisionOf(result);
  const sums = new array(isLast && size >= together ? together : 1);
  // In rows, products are added to what is rounded already but for those left over of whole eights.
  const fusedFrom = isLast ? (size < together ? size : size - (size % together)) : 0;
  const product = new array(1);
  forEachSlice("softmaxBackward", result, [gradient, y], slices, ({ start }) => {
    sums.fill(0);
    for (let k = 0, i = start; k < size; k++, i += inner) {
      const lane = k % sums.length;
      product[0] = gradient[i]! * y[i]!;
      sums[lane] = k >= fusedFrom ? fused(gradient[i]!, y[i]!, sums[lane]!) : sums[lane]! + product[0];
    }
    const sum = sumOf(sums.slice(), slices);
    for (let k = 0, i = start; k < size; k++, i += inner) {
      result[i] = gradient[i]! - sum;
      result[i]! *= y[i]!;
    }
  });
}

/** result = g - e^y * sum(g), with y the logarithm of the softmax. */
export function logSoftmaxBackward(result: ElementArray, gradient: ElementArray, y: ElementArray, slices: Slices): void {
  const { size, inner } = slices;
  const { array, exp, leftOverExp, fused } = precisionOf(result);
  const terms = new array(size);
  forEachSlice("logSoftmaxBackward", result, [gradient, y], slices, ({ start, isLeftOver }) => {
    for (let k = 0, i = start; k < size; k++, i += inner) terms[k] = gradient[i]!;
    const sum = sumOf(terms, slices);
    for (let k = 0, i = start; k < size; k++, i += inner) {
      result[i] = fused(isLeftOver ? -leftOverExp(y[i]!) : -exp(y[i]!), sum, gradient[i]!);
    }
  });
}

function maximum(x: ElementArray, start: number, size: number, step: number): number {
  let largest = -Infinity;
  for (let k = 0; k < size; k++) {
    const value = x[start + k * step]!;
    if (value > largest || Number.isNaN(value)) largest = value;
  }
  return largest;
}
