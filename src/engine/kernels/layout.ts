import { contiguousStrides, equalSizes } from "../size.js";
import { broadcastOperand, type Geometry } from "./strided.js";

/** Where the elements of a result lie that is computed element by element: as those of its operands do. */

/**
 * The strides, without gaps, of the result of `operands`, which broadcast to `sizes`: row-major for row-major operands, those of the operands where all lie
 * in one range of memory in the same way, else the dimensions in the order in which the first operand that can tell steps through memory.
 * (PyTorch's TensorIterator)
 */
export function stridesLike(sizes: readonly number[], operands: readonly Geometry[]): readonly number[] {
  if (operands.every((operand) => isRowMajor(operand)) || sizes.length < 2) return contiguousStrides(sizes);
  if (operands.every((operand) => equalSizes(operand.sizes, sizes))) {
    const [first, ...others] = operands as [Geometry, ...Geometry[]];
    if (operands.every((operand) => isInOrder(operand))) return contiguousStrides(sizes);
    const channelsLast = channelsLastStrides(sizes);
    if (channelsLast !== null && operands.every((operand) => isInOrder(operand, channelsLast))) return channelsLast;
    if (fillsRange(first) && others.every(({ strides }) => equalSizes(strides, first.strides))) return first.strides;
  }
  return denseStrides(sizes, dimsInMemory(sizes, operands));
}

/** The strides of a copy of `x` in the same order of memory: its own where it has no gaps, also along dimensions of size 1. (infer_dense_strides) */
export function stridesOfCopy(x: Geometry): readonly number[] {
  return fillsRange(x) ? x.strides : denseStrides(x.sizes, dimsInMemory(x.sizes, [x]));
}

/** Row-major, dimensions of size 1 included. */
function isRowMajor({ sizes, strides }: Geometry): boolean {
  let expected = 1;
  for (let dim = sizes.length - 1; dim >= 0; dim--) {
    if (strides[dim] !== expected) return false;
    expected *= Math.max(sizes[dim]!, 1);
  }
  return true;
}

/** Whether the elements lie as `expected` says, which dimensions of size 1 cannot tell; row-major by default. */
function isInOrder({ sizes, strides }: Geometry, expected = contiguousStrides(sizes)): boolean {
  return sizes.includes(0) || sizes.every((size, dim) => size === 1 || strides[dim] === expected[dim]);
}

/** Strides of images whose channels, dimension 1 of 4, lie next to each other. */
function channelsLastStrides(sizes: readonly number[]): number[] | null {
  return sizes.length === 4 ? denseStrides(sizes, [1, 3, 2, 0]) : null;
}

/** True when the elements fill one range of memory, in whatever order. */
export function fillsRange({ sizes, strides }: Geometry): boolean {
  if (isInOrder({ sizes, strides, offset: 0 })) return true;
  let expected = 1;
  for (const dim of dimsByStride(strides)) {
    const size = sizes[dim]!;
    if (size === 1) continue;
    if (strides[dim] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** Dimensions from the one whose elements lie closest in memory. */
export function dimsByStride(strides: readonly number[]): number[] {
  return [...strides.keys()].sort((a, b) => strides[a]! - strides[b]! || b - a);
}

/** Strides without gaps: `order` lists the dimensions from the one whose elements lie closest in memory. */
function denseStrides(sizes: readonly number[], order: readonly number[]): number[] {
  const strides = new Array<number>(sizes.length);
  let stride = 1;
  for (const dim of order) {
    strides[dim] = stride;
    stride *= Math.max(sizes[dim]!, 1);
  }
  return strides;
}

/** The dimensions from the one whose elements lie closest in memory: sorted by insertion, since a comparison may not tell. */
function dimsInMemory(sizes: readonly number[], operands: readonly Geometry[]): number[] {
  const walks = operands.map((operand) => broadcastOperand(operand, sizes).strides);
  const order = [...sizes.keys()].reverse();
  for (let i = 1; i < order.length; i++) {
    let at = i;
    for (let before = i - 1; before >= 0; before--) {
      const comparison = compareDims(order[before]!, order[at]!, sizes, walks);
      if (comparison < 0) break;
      if (comparison === 0) continue;
      [order[before], order[at]] = [order[at]!, order[before]!];
      at = before;
    }
  }
  return order;
}

/** Above 0 where dimension `a` steps further than `b`, below where less far, 0 where no operand can tell: it is broadcast along one of them. */
function compareDims(a: number, b: number, sizes: readonly number[], walks: readonly (readonly number[])[]): number {
  for (const strides of walks) {
    const [ofA, ofB] = [strides[a]!, strides[b]!];
    if (ofA === 0 || ofB === 0) continue;
    if (ofA !== ofB) return ofA - ofB;
    if (sizes[a]! > sizes[b]!) return 1;
  }
  return 0;
}
