import type { ElementArray } from "../dtype.js";
import { countNonzero } from "./reduce.js";
import type { Slices } from "./slices.js";

/** The `order`-norm of each slice: (sum |x|^order)^(1/order), and its limits for 0 and the infinities; in double precision. A loop for each that is cheaper. */
export function norm(output: ElementArray, slices: Slices, order: number): void {
  switch (order) {
    case 0:
      return countNonzero(output, slices);
    case 1:
      return absoluteSum(output, slices);
    case 2:
      return euclidean(output, slices);
    case Infinity:
      return largestAbsolute(output, slices);
    case -Infinity:
      return smallestAbsolute(output, slices);
    default:
      return powerNorm(output, slices, order);
  }
}

function absoluteSum(output: ElementArray, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    let total = 0;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) total += Math.abs(data[i]!);
    output[s] = total;
  }
}

function euclidean(output: ElementArray, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    let total = 0;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) total += data[i]! * data[i]!;
    output[s] = Math.sqrt(total);
  }
}

function largestAbsolute(output: ElementArray, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    let largest = 0;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) largest = Math.max(largest, Math.abs(data[i]!));
    output[s] = largest;
  }
}

function smallestAbsolute(output: ElementArray, { data, starts, size, stride }: Slices): void {
  for (let s = 0; s < starts.length; s++) {
    let smallest = Infinity;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) smallest = Math.min(smallest, Math.abs(data[i]!));
    output[s] = smallest;
  }
}

function powerNorm(output: ElementArray, { data, starts, size, stride }: Slices, order: number): void {
  for (let s = 0; s < starts.length; s++) {
    let total = 0;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) total += Math.abs(data[i]!) ** order;
    output[s] = total ** (1 / order);
  }
}
