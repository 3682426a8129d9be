/**
 * How one dimension is resampled: output position j is the sum of weights[t] * input[indices[t]] for t from starts[j] to starts[j + 1].
 * Interpolation, padding by reflection or repetition and averages over windows are all of this form, one dimension at a time.
 */
export interface Taps {
  /** One more entry than the output has positions. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** Collects the taps of `length` output positions; `tapsOf` gives those of one as [index, weight]. */
export function makeTaps(length: number, tapsOf: (position: number) => readonly (readonly [index: number, weight: number])[]): Taps {
  const starts = new Int32Array(length + 1);
  const indices: number[] = [];
  const weights: number[] = [];
  for (let j = 0; j < length; j++) {
    for (const [index, weight] of tapsOf(j)) {
      indices.push(index);
      weights.push(weight);
    }
    starts[j + 1] = indices.length;
  }
  return { starts, indices: Int32Array.from(indices), weights: Float64Array.from(weights) };
}

/** An array seen as (outer, size, inner), row-major; the middle dimension is the one that is resampled. */
export interface Layout {
  readonly outer: number;
  readonly size: number;
  readonly inner: number;
}

/** output (outer, positions, inner), zeroed before, from x (outer, size, inner). */
export function resample(output: Float64Array, x: Float64Array, { outer, size, inner }: Layout, { starts, indices, weights }: Taps): void {
  const positions = starts.length - 1;
  if (inner === 1) {
    const taps = tapsOfEach(starts);
    for (let o = 0, target = 0; o < outer; o++) {
      const source = o * size;
      if (taps === 1) for (let j = 0; j < positions; j++) output[target++] = weights[j]! * x[source + indices[j]!]!;
      else if (taps === 2) {
        for (let j = 0, t = 0; j < positions; j++, t += 2)
          output[target++] = weights[t]! * x[source + indices[t]!]! + weights[t + 1]! * x[source + indices[t + 1]!]!;
      } else
        for (let j = 0; j < positions; j++) {
          let sum = 0;
          for (let t = starts[j]!; t < starts[j + 1]!; t++) sum += weights[t]! * x[source + indices[t]!]!;
          output[target++] = sum;
        }
    }
    return;
  }
  for (let o = 0; o < outer; o++) {
    const source = o * size * inner;
    for (let j = 0; j < positions; j++) {
      const target = (o * positions + j) * inner;
      for (let t = starts[j]!; t < starts[j + 1]!; t++) {
        const weight = weights[t]!;
        const from = source + indices[t]! * inner;
        for (let i = 0; i < inner; i++) output[target + i]! += weight * x[from + i]!;
      }
    }
  }
}

/** How many taps every position has; 0 where they differ. */
function tapsOfEach(starts: Int32Array): number {
  const taps = starts[1]!;
  return starts.every((start, j) => start === j * taps) ? taps : 0;
}

/** The transpose: result (outer, size, inner), zeroed before, from the gradient (outer, positions, inner). */
export function resampleBackward(result: Float64Array, gradient: Float64Array, { outer, size, inner }: Layout, { starts, indices, weights }: Taps): void {
  const positions = starts.length - 1;
  if (inner === 1) {
    for (let o = 0, source = 0; o < outer; o++) {
      const target = o * size;
      for (let j = 0; j < positions; j++) {
        const value = gradient[source++]!;
        for (let t = starts[j]!; t < starts[j + 1]!; t++) result[target + indices[t]!]! += weights[t]! * value;
      }
    }
    return;
  }
  for (let o = 0; o < outer; o++) {
    const target = o * size * inner;
    for (let j = 0; j < positions; j++) {
      const source = (o * positions + j) * inner;
      for (let t = starts[j]!; t < starts[j + 1]!; t++) {
        const weight = weights[t]!;
        const to = target + indices[t]! * inner;
        for (let i = 0; i < inner; i++) result[to + i]! += weight * gradient[source + i]!;
      }
    }
  }
}
