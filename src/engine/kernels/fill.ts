import type { ElementArray } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import type { Tensor } from "../tensor.js";

type Fill = (target: ElementArray, offset: number, length: number) => void;

/** Has `fill` write every element, in the order of memory. */
export function fillInMemoryOrder(self: Tensor, fill: Fill): void {
  if (self.isMeta) return;
  const { data } = self.storage;
  const length = self.numel();
  if (isDense(self)) return fill(data, self.offset, length);
  const dims = dimsByStride(self).reverse();
  if (dims.some((dim) => self.strides[dim] === 0 && self.sizes[dim]! > 1)) {
    throw new RuntimeError(
      "unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.",
    );
  }
  const drawn = new self.dtype.array(length);
  fill(drawn, 0, length);
  let next = 0;
  const write = (level: number, offset: number): void => {
    if (level === dims.length) {
      data[offset] = drawn[next++]!;
      return;
    }
    const dim = dims[level]!;
    for (let i = 0; i < self.sizes[dim]!; i++) write(level + 1, offset + i * self.strides[dim]!);
  };
  write(0, self.offset);
}

/** True when the elements fill one range of memory, in whatever order. */
export function isDense(x: Tensor): boolean {
  if (x.isContiguous()) return true;
  let expected = 1;
  for (const dim of dimsByStride(x)) {
    const size = x.sizes[dim]!;
    if (size === 0) return true;
    if (size === 1) continue;
    if (x.strides[dim] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** Dimensions from the one whose elements lie closest in memory. */
function dimsByStride(x: Tensor): number[] {
  const dims = x.sizes.map((_, dim) => dim);
  return dims.sort((a, b) => x.strides[a]! - x.strides[b]! || b - a);
}
