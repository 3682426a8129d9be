/**
 * The inner part of a float32 matrix product, after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008).
 * Blocks of both operands are packed so that the innermost loop reads both forward: a in strips of 6 rows, the last ones of 4, b in strips of
 * 8 columns. A tile of 6 x 8 results with what it is made from fills the registers that V8 has for vectors.
 * The caller brings blocks in and takes results out; strides are read here, so that a transposed operand costs no copy of its own.
 */

import { multiplyAdd } from "./math";

/** Columns of a strip of b. */
const stripColumns: i32 = 8;

/** How many rows the next strip of a has where `rows` are left: 6, or 4 where that leaves fewer rows of zeros. */
// @ts-ignore: decorator
@inline
function stripRows(rows: i32): i32 {
  return rows <= 4 || rows == 7 || rows == 8 ? 4 : 6;
}

/** Packs a (rows x depth) from elements at `source` into strips, zero beyond the last row. Strides in elements. */
export function packRows(source: usize, rowStride: i32, columnStride: i32, rows: i32, depth: i32, target: usize): void {
  for (let i = 0; i < rows; ) {
    const height = stripRows(rows - i);
    const count = min(height, rows - i);
    const from = source + ((<usize>(i * rowStride)) << 2);
    if (count == height && columnStride == 1) packWholeRows(from, rowStride, depth, height, target);
    // A transposed operand: its columns lie as rows do.
    else if (count == height && rowStride == 1) packWholeColumns(from, columnStride, depth, height, target);
    else packElements(from, rowStride, columnStride, count, depth, height, target);
    target += (<usize>(depth * height)) << 2;
    i += height;
  }
}

/** A strip of whole rows whose elements lie next to each other: transposes 4 x 4 squares, and 2 x 4 for the rest, in registers. */
function packWholeRows(source: usize, rowStride: i32, depth: i32, height: i32, target: usize): void {
  const step = (<usize>rowStride) << 2;
  const next = (<usize>height) << 2;
  let p = 0;
  for (; p + 4 <= depth; p += 4) {
    const a = v128.load(source);
    const b = v128.load(source + step);
    const c = v128.load(source + 2 * step);
    const d = v128.load(source + 3 * step);
    const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
    const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
    const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
    const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
    v128.store(target, v128.shuffle<f64>(ab, cd, 0, 2));
    v128.store(target + next, v128.shuffle<f64>(ab, cd, 1, 3));
    v128.store(target + 2 * next, v128.shuffle<f64>(abHigh, cdHigh, 0, 2));
    v128.store(target + 3 * next, v128.shuffle<f64>(abHigh, cdHigh, 1, 3));
    if (height == 6) {
      const e = v128.load(source + 4 * step);
      const f = v128.load(source + 5 * step);
      const ef = v128.shuffle<f32>(e, f, 0, 4, 1, 5);
      const efHigh = v128.shuffle<f32>(e, f, 2, 6, 3, 7);
      v128.store64_lane(target, ef, 0, 16);
      v128.store64_lane(target + next, ef, 1, 16);
      v128.store64_lane(target + 2 * next, efHigh, 0, 16);
      v128.store64_lane(target + 3 * next, efHigh, 1, 16);
    }
    source += 16;
    target += 4 * next;
  }
  if (p < depth) packElements(source, rowStride, 1, height, depth - p, height, target);
}

/** A strip of whole rows that lie next to each other. */
function packWholeColumns(source: usize, columnStride: i32, depth: i32, height: i32, target: usize): void {
  const step = (<usize>columnStride) << 2;
  const next = (<usize>height) << 2;
  for (let p = 0; p < depth; p++) {
    v128.store(target, v128.load(source));
    if (height == 6) store<u64>(target, load<u64>(source, 16), 16);
    source += step;
    target += next;
  }
}

/** A strip of any strides and of as many rows as there are. */
function packElements(source: usize, rowStride: i32, columnStride: i32, rows: i32, depth: i32, height: i32, target: usize): void {
  for (let p = 0; p < depth; p++) {
    for (let r = 0; r < height; r++) {
      const value = r < rows ? load<f32>(source + ((<usize>(r * rowStride + p * columnStride)) << 2)) : 0;
      store<f32>(target, value);
      target += 4;
    }
  }
}

/** Rows that are packed strip by strip before the next: they stay in the first-level cache meanwhile. */
const rowsAtOnce: i32 = 8;

/** Packs `rows` rows of b (depth x columns) into strips of 8 columns, zero beyond the last. Strips are `depth` rows long. Strides in elements. */
export function packColumns(source: usize, rowStride: i32, columnStride: i32, rows: i32, columns: i32, depth: i32, target: usize): void {
  const stripSize = (<usize>(depth * stripColumns)) << 2;
  if (columnStride == 1) {
    const step = (<usize>rowStride) << 2;
    for (let p = 0; p < rows; p += rowsAtOnce) {
      const count = min(rowsAtOnce, rows - p);
      let to = target + ((<usize>(p * stripColumns)) << 2);
      let j = 0;
      for (; j + stripColumns <= columns; j += stripColumns) {
        copyEight(source + ((<usize>(p * rowStride + j)) << 2), step, count, to);
        to += stripSize;
      }
      if (j < columns) packOneByOne(source + ((<usize>(p * rowStride + j)) << 2), rowStride, 1, count, columns - j, to);
    }
    return;
  }
  for (let j = 0; j < columns; j += stripColumns) {
    const from = source + ((<usize>(j * columnStride)) << 2);
    // A transposed operand: its columns lie as rows do.
    if (j + stripColumns <= columns && rowStride == 1) packEightColumns(from, columnStride, rows, target);
    else packOneByOne(from, rowStride, columnStride, rows, min(stripColumns, columns - j), target);
    target += stripSize;
  }
}

// @ts-ignore: decorator
@inline
function copyEight(source: usize, step: usize, rows: i32, target: usize): void {
  for (let p = 0; p < rows; p++) {
    v128.store(target, v128.load(source));
    v128.store(target, v128.load(source, 16), 16);
    source += step;
    target += 32;
  }
}

/** A strip of any strides and of up to 8 columns. */
function packOneByOne(source: usize, rowStride: i32, columnStride: i32, rows: i32, columns: i32, target: usize): void {
  for (let p = 0; p < rows; p++) {
    for (let c = 0; c < stripColumns; c++) {
      const value = c < columns ? load<f32>(source + ((<usize>(p * rowStride + c * columnStride)) << 2)) : 0;
      store<f32>(target, value);
      target += 4;
    }
  }
}

function packEightColumns(source: usize, columnStride: i32, depth: i32, target: usize): void {
  const step = (<usize>columnStride) << 2;
  let p = 0;
  for (; p + 4 <= depth; p += 4) {
    for (let half: usize = 0; half < 2; half++) {
      const from = source + half * 4 * step;
      const to = target + half * 16;
      const a = v128.load(from);
      const b = v128.load(from + step);
      const c = v128.load(from + 2 * step);
      const d = v128.load(from + 3 * step);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f64>(ab, cd, 0, 2));
      v128.store(to, v128.shuffle<f64>(ab, cd, 1, 3), 32);
      v128.store(to, v128.shuffle<f64>(abHigh, cdHigh, 0, 2), 64);
      v128.store(to, v128.shuffle<f64>(abHigh, cdHigh, 1, 3), 96);
    }
    source += 16;
    target += 128;
  }
  for (; p < depth; p++) {
    for (let c: usize = 0; c < 8; c++) store<f32>(target + (c << 2), load<f32>(source + c * step));
    source += 4;
    target += 32;
  }
}

/**
 * Packs a matrix (depth x columns) whose element (p, j) lies at `bases[j] + offsets[p]` elements from `source` into strips of 8 columns, zero
 * beyond the last: the windows of a convolution, read where they overlap.
 */
export function packGathered(source: usize, bases: usize, offsets: usize, depth: i32, columns: i32, target: usize): void {
  for (let j = 0; j < columns; j += stripColumns) {
    const base = bases + ((<usize>j) << 2);
    const whole = j + stripColumns <= columns;
    const first = load<i32>(base);
    const fifth = load<i32>(base, 16);
    // Rows of an image break up into fours far oftener than into eights.
    if (whole && load<i32>(base, 12) - first == 3 && load<i32>(base, 28) - fifth == 3) {
      const low = source + ((<usize>first) << 2);
      const high = source + ((<usize>fifth) << 2);
      for (let p = 0; p < depth; p++) {
        const offset = (<usize>load<i32>(offsets + ((<usize>p) << 2))) << 2;
        v128.store(target, v128.load(low + offset));
        v128.store(target, v128.load(high + offset), 16);
        target += 32;
      }
      continue;
    }
    if (whole) {
      packEightGathered(source, base, offsets, depth, target);
      target += (<usize>(depth * stripColumns)) << 2;
      continue;
    }
    const count = columns - j;
    for (let p = 0; p < depth; p++) {
      const from = source + ((<usize>load<i32>(offsets + ((<usize>p) << 2))) << 2);
      for (let c = 0; c < count; c++) {
        store<f32>(target + ((<usize>c) << 2), load<f32>(from + ((<usize>load<i32>(base + ((<usize>c) << 2))) << 2)));
      }
      for (let c = count; c < stripColumns; c++) store<f32>(target + ((<usize>c) << 2), 0);
      target += 32;
    }
  }
}

/** Eight columns whose elements lie anywhere. */
function packEightGathered(source: usize, bases: usize, offsets: usize, depth: i32, target: usize): void {
  const b0 = source + ((<usize>load<i32>(bases)) << 2);
  const b1 = source + ((<usize>load<i32>(bases, 4)) << 2);
  const b2 = source + ((<usize>load<i32>(bases, 8)) << 2);
  const b3 = source + ((<usize>load<i32>(bases, 12)) << 2);
  const b4 = source + ((<usize>load<i32>(bases, 16)) << 2);
  const b5 = source + ((<usize>load<i32>(bases, 20)) << 2);
  const b6 = source + ((<usize>load<i32>(bases, 24)) << 2);
  const b7 = source + ((<usize>load<i32>(bases, 28)) << 2);
  const end = offsets + ((<usize>depth) << 2);
  while (offsets < end) {
    const offset = (<usize>load<i32>(offsets)) << 2;
    store<f32>(target, load<f32>(b0 + offset));
    store<f32>(target, load<f32>(b1 + offset), 4);
    store<f32>(target, load<f32>(b2 + offset), 8);
    store<f32>(target, load<f32>(b3 + offset), 12);
    store<f32>(target, load<f32>(b4 + offset), 16);
    store<f32>(target, load<f32>(b5 + offset), 20);
    store<f32>(target, load<f32>(b6 + offset), 24);
    store<f32>(target, load<f32>(b7 + offset), 28);
    offsets += 4;
    target += 32;
  }
}

/**
 * Copies images of rows x width elements into larger ones of paddedRows x paddedWidth, from the row `above` and the column `left` on; what is
 * beyond the larger ones' width is left out. Zeros surround them.
 */
export function padImages(source: usize, target: usize, images: i32, rows: i32, width: i32, above: i32, left: i32, paddedRows: i32, paddedWidth: i32): void {
  const copied = min(width, paddedWidth - left);
  for (let n = 0; n < images; n++) {
    target = zeros(target, above * paddedWidth);
    for (let row = 0; row < rows; row++) {
      target = zeros(target, left);
      let i = 0;
      for (; i + 4 <= copied; i += 4) v128.store(target + ((<usize>i) << 2), v128.load(source + ((<usize>i) << 2)));
      for (; i < copied; i++) store<f32>(target + ((<usize>i) << 2), load<f32>(source + ((<usize>i) << 2)));
      target = zeros(target + ((<usize>copied) << 2), paddedWidth - left - copied);
      source += (<usize>width) << 2;
    }
    target = zeros(target, (paddedRows - above - rows) * paddedWidth);
  }
}

/** Writes zeros and returns where they end. */
// @ts-ignore: decorator
@inline
function zeros(target: usize, count: i32): usize {
  const end = target + ((<usize>count) << 2);
  for (; target + 16 <= end; target += 16) v128.store(target, f32x4.splat(0));
  for (; target < end; target += 4) store<f32>(target, 0);
  return target;
}

/** How much of the depth one pass takes: a strip of b (16 kB) then stays in the first-level cache. */
const depthBlock: i32 = 512;

/** Up to so many columns in the last strip are done one by one: eight would cost more, most of them zeros. */
const fewColumns: i32 = 3;

/**
 * c (rows x columns, row-major with `stride` columns; room up to a multiple of 4 rows and of 8 columns) += packed a times packed b, or = where
 * `fresh`: what c held is not looked at then.
 */
export function multiplyPacked(a: usize, b: usize, c: usize, rows: i32, columns: i32, depth: i32, stride: i32, fresh: bool): void {
  const step = (<usize>stride) << 2;
  for (let p = 0; p < depth; p += depthBlock) {
    const count = min(depthBlock, depth - p);
    const first = fresh && p == 0;
    for (let j = 0; j < columns; j += stripColumns) {
      const strip = b + ((<usize>(j * depth + p * stripColumns)) << 2);
      for (let i = 0; i < rows; ) {
        const height = stripRows(rows - i);
        const rowsOfA = a + ((<usize>(i * depth + p * height)) << 2);
        const to = c + ((<usize>(i * stride + j)) << 2);
        if (columns - j <= fewColumns) {
          for (let k: usize = 0; k < <usize>(columns - j); k++) {
            column(rowsOfA, height, 4, strip + (k << 2), to + (k << 2), count, step, first);
            if (height == 6) column(rowsOfA + 16, height, 2, strip + (k << 2), to + 4 * step + (k << 2), count, step, first);
          }
        } else if (height == 6) sixRows(rowsOfA, strip, to, count, step, first);
        else fourRows(rowsOfA, strip, to, count, step, first);
        i += height;
      }
    }
  }
}

/** Four rows (or two) of one column of c, from a strip of `height` rows: eight sums of four, which do not wait for each other. */
function column(a: usize, height: i32, rows: i32, b: usize, c: usize, depth: i32, step: usize, fresh: bool): void {
  const next = (<usize>height) << 2;
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  let s7 = f32x4.splat(0);
  let p = 0;
  for (; p + 8 <= depth; p += 8) {
    s0 = multiplyAdd(v128.load(a), v128.load32_splat(b), s0);
    s1 = multiplyAdd(v128.load(a + next), v128.load32_splat(b, 32), s1);
    s2 = multiplyAdd(v128.load(a + 2 * next), v128.load32_splat(b, 64), s2);
    s3 = multiplyAdd(v128.load(a + 3 * next), v128.load32_splat(b, 96), s3);
    s4 = multiplyAdd(v128.load(a + 4 * next), v128.load32_splat(b, 128), s4);
    s5 = multiplyAdd(v128.load(a + 5 * next), v128.load32_splat(b, 160), s5);
    s6 = multiplyAdd(v128.load(a + 6 * next), v128.load32_splat(b, 192), s6);
    s7 = multiplyAdd(v128.load(a + 7 * next), v128.load32_splat(b, 224), s7);
    a += 8 * next;
    b += 256;
  }
  for (; p < depth; p++) {
    s0 = multiplyAdd(v128.load(a), v128.load32_splat(b), s0);
    a += next;
    b += 32;
  }
  const low = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
  const sum = f32x4.add(low, f32x4.add(f32x4.add(s4, s5), f32x4.add(s6, s7)));
  addTo(c, f32x4.extract_lane(sum, 0), fresh);
  addTo(c + step, f32x4.extract_lane(sum, 1), fresh);
  if (rows == 2) return;
  addTo(c + 2 * step, f32x4.extract_lane(sum, 2), fresh);
  addTo(c + 3 * step, f32x4.extract_lane(sum, 3), fresh);
}

// @ts-ignore: decorator
@inline
function addTo(address: usize, value: f32, fresh: bool): void {
  store<f32>(address, fresh ? value : load<f32>(address) + value);
}

/** A tile of 6 x 8 results, held in twelve registers. */
// @ts-ignore: decorator
@inline
function sixRows(a: usize, b: usize, c: usize, depth: i32, step: usize, fresh: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  let c40 = f32x4.splat(0);
  let c41 = f32x4.splat(0);
  let c50 = f32x4.splat(0);
  let c51 = f32x4.splat(0);
  if (!fresh) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c + step);
    c11 = v128.load(c + step, 16);
    c20 = v128.load(c + 2 * step);
    c21 = v128.load(c + 2 * step, 16);
    c30 = v128.load(c + 3 * step);
    c31 = v128.load(c + 3 * step, 16);
    c40 = v128.load(c + 4 * step);
    c41 = v128.load(c + 4 * step, 16);
    c50 = v128.load(c + 5 * step);
    c51 = v128.load(c + 5 * step, 16);
  }
  const end = a + (<usize>depth) * 24;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = multiplyAdd(x, b0, c00);
    c01 = multiplyAdd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = multiplyAdd(x, b0, c10);
    c11 = multiplyAdd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = multiplyAdd(x, b0, c20);
    c21 = multiplyAdd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = multiplyAdd(x, b0, c30);
    c31 = multiplyAdd(x, b1, c31);
    x = v128.load32_splat(a, 16);
    c40 = multiplyAdd(x, b0, c40);
    c41 = multiplyAdd(x, b1, c41);
    x = v128.load32_splat(a, 20);
    c50 = multiplyAdd(x, b0, c50);
    c51 = multiplyAdd(x, b1, c51);
    a += 24;
    b += 32;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + step, c10);
  v128.store(c + step, c11, 16);
  v128.store(c + 2 * step, c20);
  v128.store(c + 2 * step, c21, 16);
  v128.store(c + 3 * step, c30);
  v128.store(c + 3 * step, c31, 16);
  v128.store(c + 4 * step, c40);
  v128.store(c + 4 * step, c41, 16);
  v128.store(c + 5 * step, c50);
  v128.store(c + 5 * step, c51, 16);
}

/** A tile of 4 x 8 results, held in eight registers. */
// @ts-ignore: decorator
@inline
function fourRows(a: usize, b: usize, c: usize, depth: i32, step: usize, fresh: bool): void {
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c20 = f32x4.splat(0);
  let c21 = f32x4.splat(0);
  let c30 = f32x4.splat(0);
  let c31 = f32x4.splat(0);
  if (!fresh) {
    c00 = v128.load(c);
    c01 = v128.load(c, 16);
    c10 = v128.load(c + step);
    c11 = v128.load(c + step, 16);
    c20 = v128.load(c + 2 * step);
    c21 = v128.load(c + 2 * step, 16);
    c30 = v128.load(c + 3 * step);
    c31 = v128.load(c + 3 * step, 16);
  }
  const end = a + (<usize>depth) * 16;
  while (a < end) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = multiplyAdd(x, b0, c00);
    c01 = multiplyAdd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = multiplyAdd(x, b0, c10);
    c11 = multiplyAdd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = multiplyAdd(x, b0, c20);
    c21 = multiplyAdd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = multiplyAdd(x, b0, c30);
    c31 = multiplyAdd(x, b1, c31);
    a += 16;
    b += 32;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  v128.store(c + step, c10);
  v128.store(c + step, c11, 16);
  v128.store(c + 2 * step, c20);
  v128.store(c + 2 * step, c21, 16);
  v128.store(c + 3 * step, c30);
  v128.store(c + 3 * step, c31, 16);
}
