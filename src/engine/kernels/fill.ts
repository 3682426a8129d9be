import type { ElementArray } from "../dtype.js";
import { sharesMemory } from "../errors.js";
import { dimsByStride, fillsRange } from "./layout.js";
import type { Tensor } from "../tensor.js";

type Fill = (target: ElementArray, offset: number, length: number) => void;

/** Has `fill` write every element, in the order of memory. */
export function fillInMemoryOrder(self: Tensor, fill: Fill): void {
  if (self.isMeta) return;
  const { data } = self.storage;
  const length = self.numel();
  if (fillsRange(self)) return fill(data, self.offset, length);
  const dims = dimsByStride(self.strides).reverse();
  if (dims.some((dim) => self.strides[dim] === 0 && self.sizes[dim]! > 1)) {
    throw sharesMemory();
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
