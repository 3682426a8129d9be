import { checkInterrupt, elementsBetweenLooks } from "../interruption.js";
import type { Slices } from "./slices.js";

/** So few numbers are kept in order as they come: moving them by one costs less than sorting. */
const few = 64;

/** Numbers, and where each comes from. */
class Keys {
  keys: Float64Array;
  positions: Uint32Array;
  #otherKeys: Float64Array;
  #otherPositions: Uint32Array;

  constructor(room: number) {
    this.keys = new Float64Array(room);
    this.positions = new Uint32Array(room);
    this.#otherKeys = new Float64Array(room);
    this.#otherPositions = new Uint32Array(room);
  }

  /** Puts the first `count` in ascending order, equal ones as they stand: runs are merged, ever longer ones. A comparison that is a function's would take several times as long. */
  sort(count: number): void {
    for (let width = 1; width < count; width *= 2) {
      const { keys, positions } = this;
      const [toKeys, toPositions] = [this.#otherKeys, this.#otherPositions];
      for (let start = 0; start < count; start += 2 * width) {
        const middle = Math.min(start + width, count);
        const end = Math.min(middle + width, count);
        for (let i = start, j = middle, o = start; o < end; checkInterrupt()) {
          for (const stop = Math.min(end, o + elementsBetweenLooks); o < stop; o++) {
            const from = i < middle && (j >= end || keys[i]! <= keys[j]!) ? i++ : j++;
            toKeys[o] = keys[from]!;
            toPositions[o] = positions[from]!;
          }
        }
      }
      [this.keys, this.positions, this.#otherKeys, this.#otherPositions] = [toKeys, toPositions, keys, positions];
    }
  }
}

/** The positions of the `count` largest (sign 1) or smallest (-1) elements of each slice, in that order; NaN counts as largest. For few of many. */
export function topPositions(
  { data, starts, size, stride }: Slices,
  count: number,
  sign: 1 | -1,
  visit: (slice: number, positions: Uint32Array) => void,
): void {
  const room = 2 * count;
  const found = new Keys(room);
  for (let s = 0; s < starts.length; s++) {
    let held = 0;
    let last = Infinity;
    for (let k = 0, i = starts[s]!; k < size; checkInterrupt()) {
      for (const stop = Math.min(size, k + elementsBetweenLooks); k < stop; k++, i += stride) {
        const element = data[i]!;
        const key = element === element ? -sign * element : -sign * Infinity;
        if (held >= count && !(key < last)) continue;
        if (count <= few) {
          const { keys, positions } = found;
          let at = held < count ? held++ : count - 1;
          for (; at > 0 && key < keys[at - 1]!; at--) {
            keys[at] = keys[at - 1]!;
            positions[at] = positions[at - 1]!;
          }
          keys[at] = key;
          positions[at] = k;
          if (held === count) last = keys[count - 1]!;
          continue;
        }
        found.keys[held] = key;
        found.positions[held++] = k;
        if (held < room) continue;
        // So many better ones than the last of the best were found: some are the best no more.
        found.sort(held);
        held = count;
        last = found.keys[count - 1]!;
      }
    }
    if (count > few) found.sort(held);
    visit(s, found.positions);
  }
}

/** The positions of a slice's elements in ascending or descending order, equal ones as they stand; NaN counts as largest. Reused between calls. */
export function sortedPositions({ data, starts, size, stride }: Slices, descending: boolean, visit: (slice: number, positions: Uint32Array) => void): void {
  const numbers = new Keys(size);
  const result = new Uint32Array(size);
  const sign = descending ? -1 : 1;
  for (let s = 0; s < starts.length; s++) {
    let count = 0;
    let nan = 0;
    for (let k = 0, i = starts[s]!; k < size; k++, i += stride) {
      const value = data[i]!;
      if (value !== value) result[nan++] = k;
      else {
        numbers.keys[count] = sign * value;
        numbers.positions[count++] = k;
      }
    }
    numbers.sort(count);
    if (!descending) result.copyWithin(count, 0, nan);
    result.set(numbers.positions.subarray(0, count), descending ? nan : 0);
    visit(s, result);
  }
}
