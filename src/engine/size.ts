import { inspect } from "./inspect.js";

const ReadonlyNumbers = Array as unknown as new (length: number) => readonly number[];

/** A shape: a read-only list of dimension sizes that prints as `torch.Size([8, 4])`. */
export class Size extends ReadonlyNumbers {
  // Derived arrays (map, slice, filter) are plain ones: they need not be shapes.
  static get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** @internal */
  static fromArray(sizes: readonly number[]): Size {
    const size = new Size(sizes.length) as unknown as number[];
    for (let i = 0; i < sizes.length; i++) size[i] = sizes[i]!;
    return Object.freeze(size) as unknown as Size;
  }

  /** How many elements a tensor of this shape has. */
  numel(): number {
    return product(this);
  }

  override toString(): string {
    return `torch.Size([${this.join(", ")}])`;
  }

  [inspect](): string {
    return this.toString();
  }
}

/** The product of the sizes: how many elements a tensor of that shape has; 1 for no dimensions. */
export function product(sizes: readonly number[]): number {
  let result = 1;
  for (let i = 0; i < sizes.length; i++) result *= sizes[i]!;
  return result;
}

/** Strides, in elements, of a row-major tensor. */
export function contiguousStrides(sizes: readonly number[]): number[] {
  const strides = new Array<number>(sizes.length);
  let stride = 1;
  for (let i = sizes.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= Math.max(sizes[i]!, 1);
  }
  return strides;
}

/** True when two shapes are the same. */
export function equalSizes(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** As PyTorch's errors print a shape: "[2, 3]". */
export function formatSizes(sizes: readonly number[]): string {
  return `[${sizes.join(", ")}]`;
}
