import { nearestExp } from "./math";
import { maximum } from "./softmax";

/** Functions of whole rows of `size` neighbouring float32 elements. Writes may run up to three elements past a row: the next row, or slack, follows. */

/** The first `count` lanes of x, 1 to 4, and zeros. */
// @ts-ignore: decorator
@inline
function firstLanes(x: v128, count: i32): v128 {
  return v128.and(x, i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3)));
}

/** In place e^(x - shift), with the largest element of each row as shift, or 0 where that is infinite. */
export function shiftedExponentials(x: usize, rows: i32, size: i32, shifts: usize): void {
  const end = (<usize>size) << 2;
  for (; rows > 0; rows--) {
    const largest = maximum(x, size);
    const shift: f32 = abs(largest) == Infinity ? 0 : largest;
    store<f32>(shifts, shift);
    const all = f32x4.splat(shift);
    let at: usize = 0;
    for (; at + 16 <= end; at += 16) v128.store(x + at, nearestExp(f32x4.sub(v128.load(x + at), all)));
    // What follows is the next row.
    for (; at < end; at += 4) store<f32>(x + at, f32x4.extract_lane(nearestExp(f32x4.sub(v128.load32_splat(x + at), all)), 0));
    x += end;
    shifts += 4;
  }
}

/** Mean and 1 / sqrt(variance + eps) of each row, as doubles. Without `center`, the mean is taken for 0. */
export function rowMoments(x: usize, rows: i32, size: i32, eps: f64, center: bool, means: usize, inverseStds: usize): void {
  for (let r = 0; r < rows; r++) {
    let mean: f64 = 0;
    if (center) {
      let low = f64x2.splat(0);
      let high = f64x2.splat(0);
      for (let i = 0; i < size; i += 4) {
        let value = v128.load(x + ((<usize>i) << 2));
        if (size - i < 4) value = firstLanes(value, size - i);
        low = f64x2.add(low, f64x2.promote_low_f32x4(value));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(value, value, 1, 1)));
      }
      mean = sumOfDoubles(low, high) / <f64>size;
    }
    const middle = f64x2.splat(mean);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    let i = 0;
    for (; i + 4 <= size; i += 4) {
      const value = v128.load(x + ((<usize>i) << 2));
      const a = f64x2.sub(f64x2.promote_low_f32x4(value), middle);
      const b = f64x2.sub(f64x2.promote_low_f32x4(v128.shuffle<f64>(value, value, 1, 1)), middle);
      low = f64x2.add(low, f64x2.mul(a, a));
      high = f64x2.add(high, f64x2.mul(b, b));
    }
    let squares = sumOfDoubles(low, high);
    for (; i < size; i++) {
      const difference = <f64>load<f32>(x + ((<usize>i) << 2)) - mean;
      squares += difference * difference;
    }
    store<f64>(means, mean);
    store<f64>(inverseStds, 1 / sqrt(squares / <f64>size + eps));
    x += (<usize>size) << 2;
    means += 8;
    inverseStds += 8;
  }
}

// @ts-ignore: decorator
@inline
function sumOfDoubles(low: v128, high: v128): f64 {
  const both = f64x2.add(low, high);
  return f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
}

/** (x - mean) * inverseStd * weight + bias. Weight and bias are one row each. */
export function normalizeRows(x: usize, output: usize, rows: i32, size: i32, means: usize, inverseStds: usize, weight: usize, bias: usize): void {
  const step = (<usize>size) << 2;
  for (let r = 0; r < rows; r++) {
    const mean = f32x4.splat(<f32>load<f64>(means));
    const scale = f32x4.splat(<f32>load<f64>(inverseStds));
    for (let at: usize = 0; at < step; at += 16) {
      const normalized = f32x4.mul(f32x4.sub(v128.load(x + at), mean), scale);
      v128.store(output + at, f32x4.add(f32x4.mul(normalized, v128.load(weight + at)), v128.load(bias + at)));
    }
    x += step;
    output += step;
    means += 8;
    inverseStds += 8;
  }
}

// @ts-ignore: decorator
@inline
function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
}

/** Of each row the sum of the gradient and that of gradient * (x - mean), as doubles. */
export function rowDots(gradient: usize, x: usize, rows: i32, size: i32, means: usize, sums: usize, dots: usize): void {
  for (let r = 0; r < rows; r++) {
    const mean = load<f64>(means);
    const middle = f64x2.splat(mean);
    let sumLow = f64x2.splat(0);
    let sumHigh = f64x2.splat(0);
    let dotLow = f64x2.splat(0);
    let dotHigh = f64x2.splat(0);
    let i = 0;
    for (; i + 4 <= size; i += 4) {
      const at = (<usize>i) << 2;
      const g = v128.load(gradient + at);
      const value = v128.load(x + at);
      const low = f64x2.promote_low_f32x4(g);
      const high = promoteHigh(g);
      sumLow = f64x2.add(sumLow, low);
      sumHigh = f64x2.add(sumHigh, high);
      dotLow = f64x2.add(dotLow, f64x2.mul(low, f64x2.sub(f64x2.promote_low_f32x4(value), middle)));
      dotHigh = f64x2.add(dotHigh, f64x2.mul(high, f64x2.sub(promoteHigh(value), middle)));
    }
    let sum = sumOfDoubles(sumLow, sumHigh);
    let dot = sumOfDoubles(dotLow, dotHigh);
    for (; i < size; i++) {
      const g = <f64>load<f32>(gradient + ((<usize>i) << 2));
      sum += g;
      dot += g * (<f64>load<f32>(x + ((<usize>i) << 2)) - mean);
    }
    store<f64>(sums, sum);
    store<f64>(dots, dot);
    gradient += (<usize>size) << 2;
    x += (<usize>size) << 2;
    means += 8;
    sums += 8;
    dots += 8;
  }
}

/** (x - mean) * factor + term, with numbers of each row's own. */
export function scaleRows(x: usize, output: usize, rows: i32, size: i32, means: usize, factors: usize, terms: usize): void {
  const step = (<usize>size) << 2;
  for (let r = 0; r < rows; r++) {
    const mean = f32x4.splat(<f32>load<f64>(means));
    const factor = f32x4.splat(<f32>load<f64>(factors));
    const term = f32x4.splat(<f32>load<f64>(terms));
    for (let at: usize = 0; at < step; at += 16) v128.store(output + at, f32x4.add(f32x4.mul(f32x4.sub(v128.load(x + at), mean), factor), term));
    x += step;
    output += step;
    means += 8;
    factors += 8;
    terms += 8;
  }
}

/** gradient * factor + (x - mean) * slope + term, with numbers of each row's own. */
export function combineRows(gradient: usize, x: usize, output: usize, rows: i32, size: i32, means: usize, factors: usize, slopes: usize, terms: usize): void {
  const step = (<usize>size) << 2;
  for (let r = 0; r < rows; r++) {
    const mean = f32x4.splat(<f32>load<f64>(means));
    const factor = f32x4.splat(<f32>load<f64>(factors));
    const slope = f32x4.splat(<f32>load<f64>(slopes));
    const term = f32x4.splat(<f32>load<f64>(terms));
    for (let at: usize = 0; at < step; at += 16) {
      const ofX = f32x4.add(f32x4.mul(f32x4.sub(v128.load(x + at), mean), slope), term);
      v128.store(output + at, f32x4.add(f32x4.mul(v128.load(gradient + at), factor), ofX));
    }
    gradient += step;
    x += step;
    output += step;
    means += 8;
    factors += 8;
    slopes += 8;
    terms += 8;
  }
}

/**
 * The gradient through `normalizeRows`. Adds gradient * normalized and gradient to `weightSums` and `biasSums`, one double for each of the row's
 * elements. `center` and `scaled` say whether mean and scale were taken from the row itself.
 */
export function normalizeRowsBackward(
  gradient: usize, x: usize, output: usize, rows: i32, size: i32, means: usize, inverseStds: usize, weight: usize, weightSums: usize, biasSums: usize,
  center: bool, scaled: bool,
): void {
  const step = (<usize>size) << 2;
  for (let r = 0; r < rows; r++) {
    const mean = <f32>load<f64>(means);
    const scale = <f32>load<f64>(inverseStds);
    const middles = f32x4.splat(mean);
    const scales = f32x4.splat(scale);
    let sumLow = f64x2.splat(0);
    let sumHigh = f64x2.splat(0);
    let dotLow = f64x2.splat(0);
    let dotHigh = f64x2.splat(0);
    let i = 0;
    for (; i + 4 <= size; i += 4) {
      const at = (<usize>i) << 2;
      const g = v128.load(gradient + at);
      const normalized = f32x4.mul(f32x4.sub(v128.load(x + at), middles), scales);
      const weighted = f32x4.mul(g, v128.load(weight + at));
      const product = f32x4.mul(g, normalized);
      addDoubles(weightSums + 2 * at, product);
      addDoubles(biasSums + 2 * at, g);
      const dot = f32x4.mul(weighted, normalized);
      sumLow = f64x2.add(sumLow, f64x2.promote_low_f32x4(weighted));
      sumHigh = f64x2.add(sumHigh, promoteHigh(weighted));
      dotLow = f64x2.add(dotLow, f64x2.promote_low_f32x4(dot));
      dotHigh = f64x2.add(dotHigh, promoteHigh(dot));
    }
    let sum = sumOfDoubles(sumLow, sumHigh);
    let dot = sumOfDoubles(dotLow, dotHigh);
    for (; i < size; i++) {
      const at = (<usize>i) << 2;
      const g = load<f32>(gradient + at);
      const normalized = (load<f32>(x + at) - mean) * scale;
      const weighted = g * load<f32>(weight + at);
      store<f64>(weightSums + 2 * at, load<f64>(weightSums + 2 * at) + <f64>(g * normalized));
      store<f64>(biasSums + 2 * at, load<f64>(biasSums + 2 * at) + <f64>g);
      sum += <f64>weighted;
      dot += <f64>(weighted * normalized);
    }
    const meanGradient = f32x4.splat(center ? <f32>(sum / <f64>size) : 0);
    const meanDot = f32x4.splat(scaled ? <f32>(dot / <f64>size) : 0);
    for (let at: usize = 0; at < step; at += 16) {
      const normalized = f32x4.mul(f32x4.sub(v128.load(x + at), middles), scales);
      const weighted = f32x4.mul(v128.load(gradient + at), v128.load(weight + at));
      v128.store(output + at, f32x4.mul(scales, f32x4.sub(f32x4.sub(weighted, meanGradient), f32x4.mul(normalized, meanDot))));
    }
    gradient += step;
    x += step;
    output += step;
    means += 8;
    inverseStds += 8;
  }
}

// @ts-ignore: decorator
@inline
function addDoubles(address: usize, x: v128): void {
  v128.store(address, f64x2.add(v128.load(address), f64x2.promote_low_f32x4(x)));
  v128.store(address, f64x2.add(v128.load(address, 16), promoteHigh(x)), 16);
}
