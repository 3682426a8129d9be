import { bool, type ElementArray } from "../dtype.js";
import { IndexError, RuntimeError } from "../errors.js";
import { Tensor } from "../tensor.js";
import { copy, denseValues } from "./elementwise.js";
import { forEachRow, offsetsOf, type Operand } from "./strided.js";

/** Reading and writing elements at computed places. */

/**
 * Places in a tensor as three nested loops: element (i, j, k) lies at `outer[i] + picked[j] + inner[k]`.
 * The middle one comes from index tensors, the others run over the dimensions before and after.
 */
export interface Places {
  readonly outer: Int32Array;
  readonly picked: Int32Array;
  readonly inner: Int32Array;
}

/** Where the index tensors, broadcast to `sizes`, point: together one element of each of the dimensions `dims` of `x`. */
export function pickedOffsets(x: Tensor, dims: readonly number[], indices: readonly Tensor[], sizes: readonly number[]): Int32Array {
  const count = sizes.reduce((product, size) => product * size, 1);
  const offsets = new Int32Array(count);
  indices.forEach((index, k) => {
    const dim = dims[k]!;
    const size = x.sizes[dim]!;
    const stride = x.strides[dim]!;
    const values = denseValues(index);
    const places = offsetsOf(sizes, broadcastStrides(index.sizes, sizes));
    for (let i = 0; i < count; i++) offsets[i]! += checkedIndex(values[places[i]!]!, size, dim) * stride;
  });
  return offsets;
}

/** Strides of a row-major tensor of size `own` when it is broadcast to `sizes`. */
function broadcastStrides(own: readonly number[], sizes: readonly number[]): number[] {
  const missing = sizes.length - own.length;
  const strides = new Array<number>(sizes.length).fill(0);
  for (let dim = own.length - 1, stride = 1; dim >= 0; dim--) {
    if (own[dim] !== 1) strides[dim + missing] = stride;
    stride *= own[dim]!;
  }
  return strides;
}

/** The index counted from the front, checked. */
function checkedIndex(index: number, size: number, dim: number): number {
  if (index >= size || index < -size) throw new IndexError(`index ${index} is out of bounds for dimension ${dim} with size ${size}`);
  return index < 0 ? index + size : index;
}

/** output[i, j, k] = x[place], the output being row-major. */
export function read(output: ElementArray, start: number, x: ElementArray, offset: number, { outer, picked, inner }: Places): void {
  let o = start;
  const run = isRun(inner);
  for (let i = 0; i < outer.length; i++) {
    for (let j = 0; j < picked.length; j++) {
      const place = offset + outer[i]! + picked[j]!;
      if (run && inner.length > 8) {
        output.set(x.subarray(place, place + inner.length), o);
        o += inner.length;
      } else for (let k = 0; k < inner.length; k++) output[o++] = x[place + inner[k]!]!;
    }
  }
}

function isRun(offsets: Int32Array): boolean {
  return offsets.length === 0 || offsets[offsets.length - 1] === offsets.length - 1;
}

/** x[place] = values[i, j, k], or added to what is there; the values are row-major. */
export function write(x: ElementArray, offset: number, values: ElementArray, { outer, picked, inner }: Places, accumulate: boolean): void {
  let v = 0;
  for (let i = 0; i < outer.length; i++) {
    for (let j = 0; j < picked.length; j++) {
      const place = offset + outer[i]! + picked[j]!;
      if (accumulate) for (let k = 0; k < inner.length; k++) x[place + inner[k]!]! += values[v++]!;
      else for (let k = 0; k < inner.length; k++) x[place + inner[k]!] = values[v++]!;
    }
  }
}

/** x[place] = value for all places. */
export function writeValue(x: ElementArray, offset: number, value: number, { outer, picked, inner }: Places): void {
  for (let i = 0; i < outer.length; i++) {
    for (let j = 0; j < picked.length; j++) {
      const place = offset + outer[i]! + picked[j]!;
      for (let k = 0; k < inner.length; k++) x[place + inner[k]!] = value;
    }
  }
}

/** `tensor` without a step along `dim`: the place along it comes from an index. */
function fixedAlong(tensor: Tensor, dim: number): Operand {
  return { offset: tensor.offset, strides: tensor.strides.map((stride, i) => (i === dim ? 0 : stride)) };
}

/** output[..., i, ...] = x[..., index[..., i, ...], ...] along `dim`; `output` has the shape of `index`. */
export function gather(output: Tensor, x: Tensor, dim: number, index: Tensor): void {
  const target = output.storage.data;
  const source = x.storage.data;
  alongIndex(x, dim, index, output, (place, other) => (target[other] = source[place]!));
}

export type Combine = (held: number, given: number) => number;

/** x[..., index[..., i, ...], ...] = values[..., i, ...] along `dim`, or combined with what is there. */
export function scatter(x: Tensor, dim: number, index: Tensor, values: Tensor, combine: Combine | null): void {
  const target = x.storage.data;
  const source = values.storage.data;
  if (combine === null) alongIndex(x, dim, index, values, (place, other) => (target[place] = source[other]!));
  else alongIndex(x, dim, index, values, (place, other) => (target[place] = combine(target[place]!, source[other]!)));
}

/** Calls `visit` for every element of `index` with the offset in `x` that it points to and the offset of the same element in `other`. */
function alongIndex(x: Tensor, dim: number, index: Tensor, other: Tensor, visit: (place: number, other: number) => void): void {
  const { sizes } = index;
  const indices = index.storage.data;
  const last = sizes.length - 1;
  const count = last < 0 ? 1 : sizes[last]!;
  const size = x.sizes[dim] ?? 1;
  const stride = x.strides[dim] ?? 0;
  const fixed = fixedAlong(x, dim);
  const step = last < 0 ? 0 : fixed.strides[last]!;
  const stepIndex = last < 0 ? 0 : index.strides[last]!;
  const stepOther = last < 0 ? 0 : other.strides[last]!;
  forEachRow(sizes, [fixed, index, other], ([p, q, o]) => {
    for (let i = 0; i < count; i++) {
      const at = indices[q! + i * stepIndex]!;
      // Unlike indexing, gather and scatter do not count from the end.
      if (at < 0 || at >= size) throw new RuntimeError(`index ${at} is out of bounds for dimension ${dim} with size ${size}`);
      visit(p! + i * step + at * stride, o! + i * stepOther);
    }
  });
}

/** Positions, in row-major order, of the elements that are not zero. */
export function nonzeroPositions(x: Tensor): Int32Array {
  const truth = truthOf(x);
  const count = sumOf(truth);
  // Every position is written, and stays where the next one goes further: without a branch, which masks make hard to foresee.
  const positions = new Int32Array(count + 1);
  for (let i = 0, o = 0; i < truth.length; i++) {
    positions[o] = i;
    o += truth[i]!;
  }
  return positions.subarray(0, count);
}

/** How many elements are not zero. */
export function countNonzero(x: Tensor): number {
  return sumOf(truthOf(x));
}

/** 1 for each element that is not zero, else 0. */
function truthOf(x: Tensor): Uint8Array {
  if (x.dtype === bool) return denseValues(x) as Uint8Array;
  const truth = Tensor.allocate(x.sizes, bool, "cpu");
  copy(truth, x);
  return truth.storage.data as Uint8Array;
}

function sumOf(truth: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < truth.length; i++) sum += truth[i]!;
  return sum;
}

/** The index along one dimension of every position in a row-major tensor, as every `step`th element from `start` on. */
export function writeCoordinates(out: ElementArray, start: number, step: number, positions: Int32Array, size: number, stride: number): void {
  for (let i = 0, o = start; i < positions.length; i++, o += step) out[o] = ((positions[i]! / stride) | 0) % size;
}
