/** What a tensor's values are like: counts, range, mean and spread, and how they spread over cells of equal width. `count` is a multiple of four. */

// @ts-ignore: decorator
@inline
function sumOfCounts(x: v128): f64 {
  return <f64>(i32x4.extract_lane(x, 0) + i32x4.extract_lane(x, 1) + i32x4.extract_lane(x, 2) + i32x4.extract_lane(x, 3));
}

// @ts-ignore: decorator
@inline
function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
}

/** Where a value is finite. */
// @ts-ignore: decorator
@inline
function finiteLanes(x: v128): v128 {
  return f32x4.eq(f32x4.sub(x, x), f32x4.splat(0));
}

/**
 * Writes eight doubles to `output`: how many values are NaN, infinity and zero; how many are finite, and of those the least, the greatest, the
 * mean and the sum of squared deviations from it.
 */
export function summarize(x: usize, count: i32, output: usize): void {
  const end = x + ((<usize>count) << 2);
  let nan = i32x4.splat(0);
  let infinity = i32x4.splat(0);
  let zero = i32x4.splat(0);
  let finite = i32x4.splat(0);
  let least = f32x4.splat(Infinity);
  let greatest = f32x4.splat(-Infinity);
  let sums = f64x2.splat(0);
  for (let at = x; at < end; at += 16) {
    const value = v128.load(at);
    const isFinite = finiteLanes(value);
    // A lane of a mask that is true is -1.
    finite = i32x4.sub(finite, isFinite);
    nan = i32x4.sub(nan, f32x4.ne(value, value));
    infinity = i32x4.sub(infinity, f32x4.eq(value, f32x4.splat(Infinity)));
    zero = i32x4.sub(zero, f32x4.eq(value, f32x4.splat(0)));
    least = f32x4.pmin(least, v128.bitselect(value, f32x4.splat(Infinity), isFinite));
    greatest = f32x4.pmax(greatest, v128.bitselect(value, f32x4.splat(-Infinity), isFinite));
    const summed = v128.and(value, isFinite);
    sums = f64x2.add(sums, f64x2.add(f64x2.promote_low_f32x4(summed), high(summed)));
  }
  const finiteCount = sumOfCounts(finite);
  const mean = finiteCount == 0 ? 0 : (f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1)) / finiteCount;
  // A second pass over what is in the cache: sums of squares would lose everything where the mean is large beside the spread.
  const means = f64x2.splat(mean);
  let squares = f64x2.splat(0);
  for (let at = x; at < end; at += 16) {
    const value = v128.load(at);
    const isFinite = finiteLanes(value);
    const low = v128.and(f64x2.sub(f64x2.promote_low_f32x4(value), means), i64x2.extend_low_i32x4_s(isFinite));
    const rest = v128.and(f64x2.sub(high(value), means), i64x2.extend_high_i32x4_s(isFinite));
    squares = f64x2.add(squares, f64x2.add(f64x2.mul(low, low), f64x2.mul(rest, rest)));
  }
  store<f64>(output, sumOfCounts(nan));
  store<f64>(output, sumOfCounts(infinity), 8);
  store<f64>(output, sumOfCounts(zero), 16);
  store<f64>(output, finiteCount, 24);
  store<f64>(output, <f64>min(min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1)), min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3))), 32);
  store<f64>(output, <f64>max(max(f32x4.extract_lane(greatest, 0), f32x4.extract_lane(greatest, 1)), max(f32x4.extract_lane(greatest, 2), f32x4.extract_lane(greatest, 3))), 40);
  store<f64>(output, mean, 48);
  store<f64>(output, f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1), 56);
}

/**
 * Adds each value to one of `cells` counters of 32 bits at `counters`: that of its cell floor(value * scale) - first. What is in none of them, NaN
 * and infinities included, is counted in one more behind the last. `scale` is a power of two, so that cells have exact bounds.
 */
export function countInCells(x: usize, count: i32, scale: f32, first: i32, cells: i32, counters: usize): void {
  const end = x + ((<usize>count) << 2);
  const scales = f32x4.splat(scale);
  const firsts = i32x4.splat(first);
  // Seen as a number without sign, what lies before the first cell is behind the last one too.
  const none = i32x4.splat(cells);
  for (; x < end; x += 16) {
    const value = v128.load(x);
    const cell = i32x4.sub(i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.mul(value, scales))), firsts);
    const found = i32x4.min_u(v128.or(cell, f32x4.ne(value, value)), none);
    increase(counters + ((<usize>i32x4.extract_lane(found, 0)) << 2));
    increase(counters + ((<usize>i32x4.extract_lane(found, 1)) << 2));
    increase(counters + ((<usize>i32x4.extract_lane(found, 2)) << 2));
    increase(counters + ((<usize>i32x4.extract_lane(found, 3)) << 2));
  }
}

// @ts-ignore: decorator
@inline
function increase(counter: usize): void {
  store<i32>(counter, load<i32>(counter) + 1);
}
