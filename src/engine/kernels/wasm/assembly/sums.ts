/** Sums and products of float32 numbers in float32, in the order of PyTorch's CPU kernels (cascadeSum.ts, norms.ts, products.ts). */

/** Adds `rows` rows of 32 columns, `rowBytes` apart, and stores the sums. */
// @ts-ignore: decorator
@inline
function sum32(x: usize, rowBytes: usize, rows: i32, output: usize): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (; rows > 0; rows--) {
    a = f32x4.add(a, v128.load(x));
    b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32));
    d = f32x4.add(d, v128.load(x, 48));
    e = f32x4.add(e, v128.load(x, 64));
    f = f32x4.add(f, v128.load(x, 80));
    g = f32x4.add(g, v128.load(x, 96));
    h = f32x4.add(h, v128.load(x, 112));
    x += rowBytes;
  }
  v128.store(output, a);
  v128.store(output, b, 16);
  v128.store(output, c, 32);
  v128.store(output, d, 48);
  v128.store(output, e, 64);
  v128.store(output, f, 80);
  v128.store(output, g, 96);
  v128.store(output, h, 112);
}

/** The same of four columns. */
// @ts-ignore: decorator
@inline
function sum4(x: usize, rowBytes: usize, rows: i32, output: usize): void {
  let sums = f32x4.splat(0);
  for (; rows > 0; rows--) {
    sums = f32x4.add(sums, v128.load(x));
    x += rowBytes;
  }
  v128.store(output, sums);
}

/**
 * Adds rows to the sums of columns, level by level: of 2^power rows, of as many such sums, and so on, four levels of a row each, `levelBytes` apart at `state`, the
 * first one zero at the start. `first` is the number of the first row, a multiple of 2^power. Columns are rounded up to a multiple of four.
 */
export function addRows(x: usize, rowBytes: usize, columns: i32, rows: i32, first: i32, power: i32, state: usize, levelBytes: usize): void {
  const step = 1 << power;
  const end = first + rows;
  for (let row = first; row < end; ) {
    const isWhole = row + step <= end;
    const count = isWhole ? step : end - row;
    let column = 0;
    for (; column + 32 <= columns; column += 32) sum32(x + ((<usize>column) << 2), rowBytes, count, state + ((<usize>column) << 2));
    for (; column < columns; column += 4) sum4(x + ((<usize>column) << 2), rowBytes, count, state + ((<usize>column) << 2));
    row += count;
    x += rowBytes * <usize>count;
    if (!isWhole) return;
    let level = state;
    for (let k = 1; k < 4; k++) {
      for (let at = level; at < level + levelBytes; at += 16) {
        v128.store(at + levelBytes, f32x4.add(v128.load(at + levelBytes), v128.load(at)));
        v128.store(at, f32x4.splat(0));
      }
      if ((row & ((step - 1) << (k * power))) != 0) break;
      level += levelBytes;
    }
  }
}

/** Adds the levels up, in the first one. */
export function addLevels(state: usize, levelBytes: usize): void {
  for (let at = state; at < state + levelBytes; at += 16) {
    let sum = v128.load(at);
    for (let k: usize = 1; k < 4; k++) sum = f32x4.add(sum, v128.load(at + k * levelBytes));
    v128.store(at, sum);
  }
}

/** Eight numbers added up one after the other, to `total`. */
// @ts-ignore: decorator
@inline
function addLanes(total: f32, low: v128, high: v128): f32 {
  total = total + f32x4.extract_lane(low, 0) + f32x4.extract_lane(low, 1) + f32x4.extract_lane(low, 2) + f32x4.extract_lane(low, 3);
  return total + f32x4.extract_lane(high, 0) + f32x4.extract_lane(high, 1) + f32x4.extract_lane(high, 2) + f32x4.extract_lane(high, 3);
}

/** The sum of each row of at least eight numbers. `power` is that of the rows of 32 numbers each row has; `state` has room for four levels of 32 numbers. */
export function rowSums(x: usize, rows: i32, size: i32, power: i32, output: usize, state: usize): void {
  const quarter = size >> 5;
  for (; rows > 0; rows--) {
    const end = x + ((<usize>size) << 2);
    let low = f32x4.splat(0);
    let high = low;
    if (quarter > 0) {
      if (quarter < 16) sum32(x, 128, quarter, state);
      else {
        memory.fill(state, 0, 512);
        addRows(x, 128, 32, quarter, 0, power, state, 128);
        addLevels(state, 128);
      }
      low = v128.load(state);
      high = v128.load(state, 16);
    }
    let at = x + ((<usize>quarter) << 7);
    for (; at + 32 <= end; at += 32) {
      low = f32x4.add(low, v128.load(at));
      high = f32x4.add(high, v128.load(at, 16));
    }
    if (quarter > 0) {
      for (let part = state + 32; part < state + 128; part += 32) {
        low = f32x4.add(low, v128.load(part));
        high = f32x4.add(high, v128.load(part, 16));
      }
    }
    let total: f32 = 0;
    for (; at < end; at += 4) total += load<f32>(at);
    store<f32>(output, addLanes(total, low, high));
    output += 4;
    x = end;
  }
}

/** Adds the squares of `count` numbers, a multiple of eight, to eight sums. */
export function addSquares(x: usize, count: i32, sums: usize): void {
  let a = v128.load(sums);
  let b = v128.load(sums, 16);
  for (const end = x + ((<usize>count) << 2); x < end; x += 32) {
    const low = v128.load(x);
    const high = v128.load(x, 16);
    a = f32x4.add(a, f32x4.mul(low, low));
    b = f32x4.add(b, f32x4.mul(high, high));
  }
  v128.store(sums, a);
  v128.store(sums, b, 16);
}

/** The root of the sum of squares of each row. Of what is left over of eight, the first four are rounded as products, the last three only as sums. */
export function rowNorms(x: usize, rows: i32, size: i32, output: usize, state: usize): void {
  const whole = size & ~7;
  for (; rows > 0; rows--) {
    const end = x + ((<usize>size) << 2);
    v128.store(state, f32x4.splat(0));
    v128.store(state, f32x4.splat(0), 16);
    addSquares(x, whole, state);
    let total = addLanes(0, v128.load(state), v128.load(state, 16));
    x += (<usize>whole) << 2;
    if (end - x >= 16) {
      for (const four = x + 16; x < four; x += 4) total += load<f32>(x) * load<f32>(x);
    }
    for (; x < end; x += 4) total = <f32>(<f64>total + <f64>load<f32>(x) * <f64>load<f32>(x));
    store<f32>(output, sqrt(total));
    output += 4;
  }
}
