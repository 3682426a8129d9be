import { exactExp as exp, log, rounded } from "./math";

/**
 * Softmax and its logarithm of float32 elements, with PyTorch's bits. In `...Rows`, rows of `size` neighbouring elements; writes may run up to three elements past a
 * row: the next row, or slack, follows. In `...Columns`, `columns` of `size` elements that are `stride` apart, and as many of them again behind each other as `slices` says.
 */

/** The largest element that is not NaN. Four maxima side by side, since each waits for the one before. */
export function maximum(x: usize, size: i32): f32 {
  let a = f32x4.splat(-Infinity);
  let b = a;
  let c = a;
  let d = a;
  let at = x;
  const end = x + ((<usize>size) << 2);
  for (; at + 64 <= end; at += 64) {
    a = f32x4.pmax(a, v128.load(at));
    b = f32x4.pmax(b, v128.load(at, 16));
    c = f32x4.pmax(c, v128.load(at, 32));
    d = f32x4.pmax(d, v128.load(at, 48));
  }
  a = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  let result = max(max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)), max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)));
  for (; at < end; at += 4) {
    const value = load<f32>(at);
    if (value > result) result = value;
  }
  return result;
}

/** All bits of the first `count` lanes. */
// @ts-ignore: decorator
@inline
function firstLanes(count: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3));
}

/** Of the sums of every eighth element. */
// @ts-ignore: decorator
@inline
function sumOfEight(low: v128, high: v128): f32 {
  const halves = f32x4.add(low, high);
  const quarters = f32x4.add(halves, v128.shuffle<f32>(halves, halves, 2, 3, 0, 1));
  return f32x4.extract_lane(quarters, 0) + f32x4.extract_lane(quarters, 1);
}

function rowSum(x: usize, size: i32): f32 {
  if (size < 8) {
    let sum = load<f32>(x);
    for (let i = 1; i < size; i++) sum += load<f32>(x + ((<usize>i) << 2));
    return sum;
  }
  let low = v128.load(x);
  let high = v128.load(x, 16);
  for (size -= 8, x += 32; size >= 8; size -= 8, x += 32) {
    low = f32x4.add(low, v128.load(x));
    high = f32x4.add(high, v128.load(x, 16));
  }
  low = v128.bitselect(f32x4.add(low, v128.load(x)), low, firstLanes(size));
  high = v128.bitselect(f32x4.add(high, v128.load(x, 16)), high, firstLanes(size - 4));
  return sumOfEight(low, high);
}

/** Of x times y. */
function rowDot(x: usize, y: usize, size: i32): f32 {
  if (size < 8) {
    let sum = load<f32>(x) * load<f32>(y);
    for (let i = 1; i < size; i++) sum += load<f32>(x + ((<usize>i) << 2)) * load<f32>(y + ((<usize>i) << 2));
    return sum;
  }
  let low = f32x4.mul(v128.load(x), v128.load(y));
  let high = f32x4.mul(v128.load(x, 16), v128.load(y, 16));
  for (size -= 8, x += 32, y += 32; size >= 8; size -= 8, x += 32, y += 32) {
    low = f32x4.add(low, f32x4.mul(v128.load(x), v128.load(y)));
    high = f32x4.add(high, f32x4.mul(v128.load(x, 16), v128.load(y, 16)));
  }
  // Here alone PyTorch's compiler makes one step of a multiplication and an addition.
  low = v128.bitselect(rounded(v128.load(x), v128.load(y), low), low, firstLanes(size));
  high = v128.bitselect(rounded(v128.load(x, 16), v128.load(y, 16), high), high, firstLanes(size - 4));
  return sumOfEight(low, high);
}

/** e^x over the sum of the row's, shifted by the row's largest element. */
export function softmaxRows(x: usize, output: usize, rows: i32, size: i32): void {
  const step = (<usize>size) << 2;
  for (; rows > 0; rows--) {
    const shift = f32x4.splat(maximum(x, size));
    for (let at: usize = 0; at < step; at += 16) v128.store(output + at, exp(f32x4.sub(v128.load(x + at), shift)));
    const factor = f32x4.splat(1 / rowSum(output, size));
    for (let at: usize = 0; at < step; at += 16) v128.store(output + at, f32x4.mul(v128.load(output + at), factor));
    x += step;
    output += step;
  }
}

/** The logarithm of the same. */
export function logSoftmaxRows(x: usize, output: usize, rows: i32, size: i32): void {
  const step = (<usize>size) << 2;
  for (; rows > 0; rows--) {
    const largest = f32x4.splat(maximum(x, size));
    for (let at: usize = 0; at < step; at += 16) v128.store(output + at, exp(f32x4.sub(v128.load(x + at), largest)));
    const shift = log(f32x4.splat(rowSum(output, size)));
    for (let at: usize = 0; at < step; at += 16) v128.store(output + at, f32x4.sub(f32x4.sub(v128.load(x + at), largest), shift));
    x += step;
    output += step;
  }
}

/** (gradient - the row's sum of gradient * y) * y, with y the softmax. */
export function softmaxBackwardRows(gradient: usize, y: usize, output: usize, rows: i32, size: i32): void {
  const step = (<usize>size) << 2;
  for (; rows > 0; rows--) {
    const sum = f32x4.splat(rowDot(gradient, y, size));
    for (let at: usize = 0; at < step; at += 16) v128.store(output + at, f32x4.mul(f32x4.sub(v128.load(gradient + at), sum), v128.load(y + at)));
    gradient += step;
    y += step;
    output += step;
  }
}

/** gradient - e^y * the row's sum of the gradient, with y the logarithm of the softmax. */
export function logSoftmaxBackwardRows(gradient: usize, y: usize, output: usize, rows: i32, size: i32): void {
  const step = (<usize>size) << 2;
  for (; rows > 0; rows--) {
    const sum = f32x4.splat(-rowSum(gradient, size));
    for (let at: usize = 0; at < step; at += 16) v128.store(output + at, rounded(exp(v128.load(y + at)), sum, v128.load(gradient + at)));
    gradient += step;
    y += step;
    output += step;
  }
}

export function softmaxColumns(x: usize, output: usize, slices: i32, size: i32, columns: i32, stride: i32): void {
  const step = (<usize>stride) << 2;
  const end = <usize>size * step;
  for (; slices > 0; slices--) {
    for (let left: usize = 0; left < (<usize>columns) << 2; left += 16) {
      const last = left + end;
      const largest = columnMaximum(x + left, step, end);
      let sum = f32x4.splat(0);
      for (let at = left; at < last; at += step) {
        const power = exp(f32x4.sub(v128.load(x + at), largest));
        v128.store(output + at, power);
        sum = f32x4.add(sum, power);
      }
      for (let at = left; at < last; at += step) v128.store(output + at, f32x4.div(v128.load(output + at), sum));
    }
    x += end;
    output += end;
  }
}

export function logSoftmaxColumns(x: usize, output: usize, slices: i32, size: i32, columns: i32, stride: i32): void {
  const step = (<usize>stride) << 2;
  const end = <usize>size * step;
  for (; slices > 0; slices--) {
    for (let left: usize = 0; left < (<usize>columns) << 2; left += 16) {
      const last = left + end;
      const largest = columnMaximum(x + left, step, end);
      let sum = f32x4.splat(0);
      for (let at = left; at < last; at += step) sum = f32x4.add(sum, exp(f32x4.sub(v128.load(x + at), largest)));
      sum = log(sum);
      for (let at = left; at < last; at += step) v128.store(output + at, f32x4.sub(f32x4.sub(v128.load(x + at), largest), sum));
    }
    x += end;
    output += end;
  }
}

function columnMaximum(x: usize, step: usize, end: usize): v128 {
  let largest = v128.load(x);
  for (let at = step; at < end; at += step) largest = f32x4.pmax(largest, v128.load(x + at));
  return largest;
}

export function softmaxBackwardColumns(gradient: usize, y: usize, output: usize, slices: i32, size: i32, columns: i32, stride: i32): void {
  const step = (<usize>stride) << 2;
  const end = <usize>size * step;
  for (; slices > 0; slices--) {
    for (let left: usize = 0; left < (<usize>columns) << 2; left += 16) {
      const last = left + end;
      let sum = f32x4.splat(0);
      for (let at = left; at < last; at += step) sum = rounded(v128.load(gradient + at), v128.load(y + at), sum);
      for (let at = left; at < last; at += step) v128.store(output + at, f32x4.mul(f32x4.sub(v128.load(gradient + at), sum), v128.load(y + at)));
    }
    gradient += end;
    y += end;
    output += end;
  }
}

export function logSoftmaxBackwardColumns(gradient: usize, y: usize, output: usize, slices: i32, size: i32, columns: i32, stride: i32): void {
  const step = (<usize>stride) << 2;
  const end = <usize>size * step;
  for (; slices > 0; slices--) {
    for (let left: usize = 0; left < (<usize>columns) << 2; left += 16) {
      const last = left + end;
      let sum = f32x4.splat(0);
      for (let at = left; at < last; at += step) sum = f32x4.add(sum, v128.load(gradient + at));
      sum = f32x4.neg(sum);
      for (let at = left; at < last; at += step) v128.store(output + at, rounded(exp(v128.load(y + at)), sum, v128.load(gradient + at)));
    }
    gradient += end;
    y += end;
    output += end;
  }
}
