import type { ElementArray } from "../dtype.js";
import { product } from "../size.js";
import { Storage } from "../storage.js";
import { Tensor } from "../tensor.js";
import { cascadeSum, type FloatArray } from "./cascadeSum.js";
import { floatProducts } from "./products.js";
import { slicesOf, type Slices } from "./slices.js";

/**
 * One number from each slice, in order, computed in double precision. `output` is row-major. NaN in a slice makes its result NaN
 * wherever a comparison decides.
 */

/** Sums along `dims`, in the order and precision of PyTorch; of whole numbers exactly. */
export function sum(output: ElementArray, x: Tensor, dims: readonly number[]): void {
  if (x.dtype.isFloatingPoint) cascadeSum(output as FloatArray, x, dims);
  else exactSum(output, slicesOf(x, dims));
}

function exactSum(output: ElementArray, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    let total = 0;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) total += data[i]!;
    output[s] = total;
  }
}

/** Sums with NaN taken as 0. */
export function nansum(output: ElementArray, x: Tensor, dims: readonly number[]): void {
  sum(output, x.dtype.isFloatingPoint ? withoutNaN(x) : x, dims);
}

/** The same tensor on memory of its own, with zeros for NaN: the order of sums follows from how it lies. */
function withoutNaN(x: Tensor): Tensor {
  const last = x.sizes.reduce((end, size, dim) => end + Math.max(0, size - 1) * x.strides[dim]!, x.offset);
  const values = x.storage.data.slice(x.offset, last + 1);
  for (let i = 0; i < values.length; i++) if (values[i] !== values[i]) values[i] = 0;
  return new Tensor(Storage.wrap(x.dtype, values), x.sizes, x.strides, 0);
}

/** The sum divided by how many there are, each rounded. */
export function mean(output: ElementArray, x: Tensor, dims: readonly number[]): void {
  sum(output, x, dims);
  const count = product(dims.map((dim) => x.sizes[dim]!));
  for (let s = 0; s < output.length; s++) output[s]! /= count;
}

/** Products along `dims`, in the order and precision of PyTorch; of whole numbers exactly. */
export function prod(output: ElementArray, x: Tensor, dims: readonly number[]): void {
  if (x.dtype.isFloatingPoint) floatProducts(output as FloatArray, x, dims);
  else exactProd(output, slicesOf(x, dims));
}

function exactProd(output: ElementArray, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    let total = 1;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) total *= data[i]!;
    output[s] = total;
  }
}

/** For each element the product of the others in its slice. `output` is cut as `x` is. */
export function prodOfOthers(output: Slices, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    const start = starts[s]!;
    const first = output.starts[s]!;
    let before = 1;
    for (let k = 0; k < size; k++) {
      output.data[first + k * output.stride] = before;
      before *= data[start + k * stride]!;
    }
    let after = 1;
    for (let k = size - 1; k >= 0; k--) {
      output.data[first + k * output.stride]! *= after;
      after *= data[start + k * stride]!;
    }
  }
}

/** The largest element (sign 1) or the smallest (-1). */
export function extreme(output: ElementArray, { data, starts, size, stride }: Slices, sign: 1 | -1): void {
  for (let s = 0; s < starts.length; s++) {
    let best = -Infinity;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) {
      const value = sign * data[i]!;
      if (!(value <= best)) {
        best = value;
        if (value !== value) break;
      }
    }
    output[s] = sign * best;
  }
}

/** The position in its slice of the first largest (sign 1) or smallest (-1) element; of the first NaN where there is one. */
export function extremePosition(output: ElementArray, { data, starts, size, stride }: Slices, sign: 1 | -1): void {
  for (let s = 0; s < starts.length; s++) {
    let i = starts[s]!;
    let best = sign * data[i]!;
    let position = 0;
    for (let k = 1; k < size && best === best; k++) {
      i += stride;
      const value = sign * data[i]!;
      if (!(value <= best)) {
        best = value;
        position = k;
      }
    }
    output[s] = position;
  }
}

/** 1 where a slice has an element that is zero, or one that is not, else 0. */
export function contains(output: ElementArray, { data, starts, size, stride }: Slices, what: "zero" | "nonzero"): void {
  const wanted = what === "zero";
  for (let s = 0; s < starts.length; s++) {
    let k = 0;
    for (let i = starts[s]!; k < size && (data[i] === 0) !== wanted; i += stride) k++;
    output[s] = k < size ? 1 : 0;
  }
}

export function countNonzero(output: ElementArray, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    let count = 0;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) if (data[i] !== 0) count++;
    output[s] = count;
  }
}

// ---- a number for every element, from those before it in its slice

/** Running sums; `reversed` runs from the end. `output` is cut as `x` is. */
export function cumulativeSum(output: Slices, { data, starts, size, stride }: Slices, reversed: boolean): void {
  const step = reversed ? -stride : stride;
  const outStep = reversed ? -output.stride : output.stride;
  for (let s = 0; s < starts.length; s++) {
    let i = starts[s]! + (reversed ? (size - 1) * stride : 0);
    let o = output.starts[s]! + (reversed ? (size - 1) * output.stride : 0);
    let total = 0;
    for (let k = 0; k < size; k++, i += step, o += outStep) output.data[o] = total += data[i]!;
  }
}

export function cumulativeProd(output: Slices, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    let total = 1;
    for (let k = 0, i = starts[s]!, o = output.starts[s]!; k < size; k++, i += stride, o += output.stride) output.data[o] = total *= data[i]!;
  }
}

/** Gradient of the running products: for element k the sum over j >= k of gradient j times the product of all up to j but k. */
export function cumulativeProdGradient(output: Slices, gradient: Slices, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    const start = starts[s]!;
    let before = 1;
    for (let k = 0; k < size; k++) {
      let product = before;
      let total = gradient.data[gradient.starts[s]! + k * gradient.stride]! * product;
      for (let j = k + 1; j < size && product !== 0; j++) {
        product *= data[start + j * stride]!;
        total += gradient.data[gradient.starts[s]! + j * gradient.stride]! * product;
      }
      output.data[output.starts[s]! + k * output.stride] = total;
      before *= data[start + k * stride]!;
    }
  }
}

export function cumulativeLogSumExp(output: Slices, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    let running = -Infinity;
    for (let k = 0, i = starts[s]!, o = output.starts[s]!; k < size; k++, i += stride, o += output.stride) {
      const value = data[i]!;
      const [larger, smaller] = value > running ? [value, running] : [running, value];
      running = smaller === -Infinity ? larger : larger + Math.log1p(Math.exp(smaller - larger));
      output.data[o] = running;
    }
  }
}

/** Gradient of the running log-sum-exp: for element k the sum over j >= k of gradient j times exp(x_k - result_j). */
export function cumulativeLogSumExpGradient(output: Slices, gradient: Slices, x: Slices, result: Slices): void {
  const { size } = x;
  for (let s = 0; s < x.starts.length; s++) {
    for (let k = 0; k < size; k++) {
      const value = x.data[x.starts[s]! + k * x.stride]!;
      let total = 0;
      for (let j = k; j < size; j++) {
        total += gradient.data[gradient.starts[s]! + j * gradient.stride]! * Math.exp(value - result.data[result.starts[s]! + j * result.stride]!);
      }
      output.data[output.starts[s]! + k * output.stride] = total;
    }
  }
}

/** Positions of the running largest (sign 1) or smallest (-1) elements; of equal ones the last. */
export function cumulativeExtremePosition(output: Slices, { data, starts, size, stride }: Slices, sign: 1 | -1): void {
  for (let s = 0; s < starts.length; s++) {
    let best = -Infinity;
    let position = 0;
    for (let k = 0, i = starts[s]!, o = output.starts[s]!; k < size; k++, i += stride, o += output.stride) {
      const value = sign * data[i]!;
      if (value !== value || value >= best) {
        best = value;
        position = k;
      }
      output.data[o] = position;
    }
  }
}
