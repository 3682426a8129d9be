import type { ElementArray } from "../dtype.js";

/** The input positions that each output position of one dimension sees: `indices` from starts[j] to starts[j + 1]. */
export interface Windows {
  /** One more entry than the output has positions. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
}

/** Collects the windows of `length` output positions. */
export function makeWindows(length: number, windowOf: (position: number) => readonly number[]): Windows {
  const starts = new Int32Array(length + 1);
  const indices: number[] = [];
  for (let j = 0; j < length; j++) {
    indices.push(...windowOf(j));
    starts[j + 1] = indices.length;
  }
  return { starts, indices: Int32Array.from(indices) };
}

/** Depth, height and width; missing dimensions have size 1. */
type Volume<T> = readonly [depth: T, height: T, width: T];

/**
 * The largest element of every window, in planes `from` to `to` of x (planes, ...size), and where in its plane it stands.
 * The first of equal ones counts; NaN counts as largest.
 */
export function maxPool(
  output: ElementArray,
  places: ElementArray,
  x: ElementArray,
  from: number,
  to: number,
  size: Volume<number>,
  windows: Volume<Windows>,
): void {
  const [depth, height, width] = size;
  const [alongDepth, alongHeight, alongWidth] = windows;
  let target = from * windows.reduce((count, { starts }) => count * (starts.length - 1), 1);
  for (let plane = from; plane < to; plane++) {
    const start = plane * depth * height * width;
    for (let z = 0; z + 1 < alongDepth.starts.length; z++) {
      for (let y = 0; y + 1 < alongHeight.starts.length; y++) {
        for (let column = 0; column + 1 < alongWidth.starts.length; column++) {
          let largest = -Infinity;
          let place = -1;
          for (let a = alongDepth.starts[z]!; a < alongDepth.starts[z + 1]!; a++) {
            for (let b = alongHeight.starts[y]!; b < alongHeight.starts[y + 1]!; b++) {
              const row = (alongDepth.indices[a]! * height + alongHeight.indices[b]!) * width;
              for (let c = alongWidth.starts[column]!; c < alongWidth.starts[column + 1]!; c++) {
                const at = row + alongWidth.indices[c]!;
                const value = x[start + at]!;
                if (place < 0 || value > largest || value !== value) {
                  largest = value;
                  place = at;
                }
              }
            }
          }
          output[target] = largest;
          places[target] = place;
          target++;
        }
      }
    }
  }
}

/** result[plane, places[plane, i]] += values[plane, i]; `planeSize` elements of the result and `count` of the values make a plane. */
export function scatterToPlaces(result: ElementArray, values: ElementArray, places: ElementArray, planeSize: number, count: number): void {
  for (let i = 0, plane = 0; i < values.length; plane++) {
    for (let k = 0; k < count; k++, i++) result[plane * planeSize + places[i]!]! += values[i]!;
  }
}

/** The transpose: result[plane, i] = values[plane, places[plane, i]]. */
export function gatherFromPlaces(result: ElementArray, values: ElementArray, places: ElementArray, planeSize: number, count: number): void {
  for (let i = 0, plane = 0; i < result.length; plane++) {
    for (let k = 0; k < count; k++, i++) result[i] = values[plane * planeSize + places[i]!]!;
  }
}
