import { checkInterrupt, elementsBetweenLooks } from "../interruption.js";

/** One tensor's part in a walk: where it starts and how far each dimension steps, 0 where it is broadcast. */
export interface Operand {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** A tensor's shape in memory. */
export interface Geometry extends Operand {
  readonly sizes: readonly number[];
}

/** How `tensor` is read when it is broadcast to `sizes`, which its own sizes must fit. */
export function broadcastOperand(tensor: Geometry, sizes: readonly number[]): Operand {
  const own = tensor.sizes;
  if (own.length === sizes.length && own.every((size, i) => size === sizes[i])) return tensor;
  const missing = sizes.length - own.length;
  const strides = sizes.map((size, i) => (i < missing || (own[i - missing] === 1 && size !== 1) ? 0 : tensor.strides[i - missing]!));
  return { offset: tensor.offset, strides };
}

/** As few dimensions as the operands can be walked along together: those of size 1 left out, those that go on evenly made one. */
export function mergedDims(
  sizes: readonly number[],
  operands: readonly Operand[],
): { readonly sizes: readonly number[]; readonly operands: readonly Operand[] } {
  const merged: number[] = [];
  const strides = operands.map((): number[] => []);
  for (let dim = 0; dim < sizes.length; dim++) {
    const size = sizes[dim]!;
    if (size === 1) continue;
    const last = merged.length - 1;
    const goesOn = last >= 0 && operands.every((operand, k) => strides[k]![last] === operand.strides[dim]! * size);
    const at = goesOn ? last : last + 1;
    merged[at] = goesOn ? merged[last]! * size : size;
    for (let k = 0; k < operands.length; k++) strides[k]![at] = operands[k]!.strides[dim]!;
  }
  return { sizes: merged, operands: operands.map(({ offset }, k) => ({ offset, strides: strides[k]! })) };
}

/**
 * Walks operands together over all but the last dimension of `sizes`. `row` gets each operand's offset at the start of a row;
 * along the row operand k steps by `strides[k][last]`. The array of offsets is reused between calls.
 */
export function forEachRow(sizes: readonly number[], operands: readonly Operand[], row: (offsets: readonly number[]) => void): void {
  const outer = sizes.length - 1;
  for (const size of sizes) if (size === 0) return;
  const offsets = operands.map((operand) => operand.offset);
  if (outer <= 0) return row(offsets);
  const index = new Array<number>(outer).fill(0);
  for (let sinceLook = 0; ; ) {
    row(offsets);
    if ((sinceLook += sizes[outer]!) >= elementsBetweenLooks) {
      sinceLook = 0;
      checkInterrupt();
    }
    let dim = outer - 1;
    for (; dim >= 0; dim--) {
      const size = sizes[dim]!;
      if (++index[dim]! < size) {
        for (let k = 0; k < operands.length; k++) offsets[k]! += operands[k]!.strides[dim]!;
        break;
      }
      for (let k = 0; k < operands.length; k++) offsets[k]! -= operands[k]!.strides[dim]! * (size - 1);
      index[dim] = 0;
    }
    if (dim < 0) return;
  }
}

/** Calls `body` with every element's offset, in row-major order. */
export function forEachOffset(tensor: Geometry, body: (offset: number, position: number) => void): void {
  const { sizes } = tensor;
  const count = sizes.length === 0 ? 1 : sizes[sizes.length - 1]!;
  const stride = sizes.length === 0 ? 0 : tensor.strides[sizes.length - 1]!;
  let position = 0;
  forEachRow(sizes, [tensor], ([start]) => {
    for (let i = 0, offset = start!; i < count; i++, offset += stride) body(offset, position++);
  });
}

/** Offsets of all elements of a window, in row-major order. */
export function offsetsOf(sizes: readonly number[], strides: readonly number[], start = 0): Int32Array {
  let offsets = Int32Array.of(start);
  for (let dim = 0; dim < sizes.length; dim++) {
    const size = sizes[dim]!;
    const stride = strides[dim]!;
    const next = new Int32Array(offsets.length * size);
    for (let i = 0, o = 0; i < offsets.length; i++) for (let k = 0; k < size; k++) next[o++] = offsets[i]! + k * stride;
    offsets = next;
  }
  return offsets;
}
