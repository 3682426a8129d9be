/**
 * Elementary functions of four numbers at once. Those that say so have the bits of Sleef's, which PyTorch's AVX2 loops call; the others are after the
 * single-precision Cephes library (Moshier, 1992): errors of at most 2 units in the last place. One file, though a long one: a list of formulas that share their constants, which the compiler puts into the
 * loops that call them.
 */

// @ts-ignore: decorator
@inline
function splat(value: f32): v128 {
  return f32x4.splat(value);
}

/** x * y + z. Fused where the build has relaxed SIMD and the processor the instruction. */
// @ts-ignore: decorator
@inline
export function multiplyAdd(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, z);
  return f32x4.add(f32x4.mul(x, y), z);
}

/** x * y + z, rounded once, as PyTorch's vectorized loops have it; in doubles where the build has no fused operation. */
// @ts-ignore: decorator
@inline
export function fusedMultiplyAdd(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, z);
  const low = f64x2.add(f64x2.mul(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(y)), f64x2.promote_low_f32x4(z));
  const high = f64x2.add(f64x2.mul(promoteHigh(x), promoteHigh(y)), promoteHigh(z));
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}

/** The same where there is much of it: not written out each time where it takes doubles. */
// @ts-ignore: decorator
@inline
export function rounded(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, z);
  return roundedInDoubles(x, y, z);
}

function roundedInDoubles(x: v128, y: v128, z: v128): v128 {
  return fusedMultiplyAdd(x, y, z);
}

// @ts-ignore: decorator
@inline
function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
}

/** Adding it rounds a float to an integer n, ties to even, which then stands in the lowest bits. */
const roundingShift: f32 = 12582912;
const roundingShiftBits: i32 = 0x4b400000;

/** 2 to the power of half of n, and of the rest: 2 to the power of n itself may be no float. */
// @ts-ignore: decorator
@inline
function halfPowerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(i32x4.shr_s(n, 1), i32x4.splat(127)), 23);
}

// @ts-ignore: decorator
@inline
function otherPowerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(i32x4.sub(n, i32x4.shr_s(n, 1)), i32x4.splat(127)), 23);
}

/** Where e to the power of x is neither infinite nor zero. The pseudo-minimum and -maximum are one instruction each, and keep NaN. */
// @ts-ignore: decorator
@inline
function inExponentRange(x: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, splat(89)), splat(-104));
}

/** x times 2 to the power of an integer. */
// @ts-ignore: decorator
@inline
function timesPowerOfTwo(x: v128, exponent: v128): v128 {
  return f32x4.mul(f32x4.mul(x, halfPowerOfTwo(exponent)), otherPowerOfTwo(exponent));
}

/** e to the power of x, within 2 units in the last place, by the polynomial of Cephes: infinity from where it overflows, zero below 2 to the power of -125.5. */
export function exp(x: v128): v128 {
  const inRange = f32x4.pmax(f32x4.pmin(x, splat(89)), splat(-87.33654));
  // n + 126 stands in the lowest bits, the exponent of 2 to the power of n - 1.
  const shifted = multiplyAdd(inRange, splat(1.44269504088896341), splat(roundingShift + 126));
  const n = f32x4.sub(shifted, splat(roundingShift + 126));
  let r = multiplyAdd(n, splat(-0.693359375), inRange);
  r = multiplyAdd(n, splat(2.12194440e-4), r);
  let p = multiplyAdd(splat(1.9875691500e-4), r, splat(1.3981999507e-3));
  p = multiplyAdd(p, r, splat(8.3334519073e-3));
  p = multiplyAdd(p, r, splat(4.1665795894e-2));
  p = multiplyAdd(p, r, splat(1.6666665459e-1));
  p = multiplyAdd(p, r, splat(5.0000001201e-1));
  p = f32x4.add(multiplyAdd(p, f32x4.mul(r, r), r), splat(1));
  // Twice, since 2 to the power of 128 is not a float but half of it is.
  return f32x4.mul(f32x4.add(p, p), i32x4.shl(shifted, 23));
}

/** e to the power of x: the nearest float but in one case of fifty. What the remainder cannot hold is added last. */
export function nearestExp(x: v128): v128 {
  const inRange = inExponentRange(x);
  const shifted = f32x4.add(f32x4.mul(inRange, splat(1.44269504088896341)), splat(roundingShift));
  const n = f32x4.sub(shifted, splat(roundingShift));
  const start = multiplyAdd(n, splat(-0.693145751953125), inRange);
  const r = multiplyAdd(n, splat(-1.428606765330187045e-6), start);
  const rest = multiplyAdd(n, splat(-1.428606765330187045e-6), f32x4.sub(start, r));
  let p = multiplyAdd(splat(0.000198527617612853646278381), r, splat(0.00139304355252534151077271));
  p = multiplyAdd(p, r, splat(0.00833336077630519866943359));
  p = multiplyAdd(p, r, splat(0.0416664853692054748535156));
  p = multiplyAdd(p, r, splat(0.166666671633720397949219));
  p = multiplyAdd(p, r, splat(0.5));
  p = multiplyAdd(f32x4.mul(r, r), p, rest);
  const one = f32x4.add(r, splat(1));
  const result = f32x4.add(one, f32x4.add(f32x4.sub(r, f32x4.sub(one, splat(1))), p));
  return timesPowerOfTwo(result, i32x4.sub(shifted, i32x4.splat(roundingShiftBits)));
}

/** e to the power of x, with the bits of Sleef's. */
export function exactExp(x: v128): v128 {
  const inRange = inExponentRange(x);
  const shifted = f32x4.add(f32x4.mul(inRange, splat(1.44269504088896341)), splat(roundingShift));
  const result = exactExpOfRest(inRange, f32x4.sub(shifted, splat(roundingShift)));
  // Where the power of two is a normal number, and so is the result, its exponent is added where it stands.
  if (i32x4.all_true(f32x4.le(f32x4.abs(x), splat(87)))) return i32x4.add(result, i32x4.shl(shifted, 23));
  return timesPowerOfTwo(result, i32x4.sub(shifted, i32x4.splat(roundingShiftBits)));
}

/** e to the power of x - n log(2). */
// @ts-ignore: decorator
@inline
function exactExpOfRest(x: v128, n: v128): v128 {
  if (!ASC_FEATURE_RELAXED_SIMD) {
    const low = exactExpOfPair(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(n));
    return v128.shuffle<f64>(low, exactExpOfPair(promoteHigh(x), promoteHigh(n)), 0, 2);
  }
  let r = f32x4.relaxed_madd(n, splat(-0.693145751953125), x);
  r = f32x4.relaxed_madd(n, splat(-1.428606765330187045e-6), r);
  let p = f32x4.relaxed_madd(splat(0.000198527617612853646278381), r, splat(0.00139304355252534151077271));
  p = f32x4.relaxed_madd(p, r, splat(0.00833336077630519866943359));
  p = f32x4.relaxed_madd(p, r, splat(0.0416664853692054748535156));
  p = f32x4.relaxed_madd(p, r, splat(0.166666671633720397949219));
  p = f32x4.relaxed_madd(p, r, splat(0.5));
  return f32x4.add(f32x4.relaxed_madd(f32x4.mul(r, r), p, r), splat(1));
}

/** The same of two numbers that stay doubles between the steps, each of which is rounded to a float. */
// @ts-ignore: decorator
@inline
function exactExpOfPair(x: v128, n: v128): v128 {
  let r = singly(f64x2.add(f64x2.mul(n, f64x2.splat(<f32>-0.693145751953125)), x));
  r = singly(f64x2.add(f64x2.mul(n, f64x2.splat(<f32>-1.428606765330187045e-6)), r));
  let p = singly(f64x2.add(f64x2.mul(r, f64x2.splat(<f32>0.000198527617612853646278381)), f64x2.splat(<f32>0.00139304355252534151077271)));
  p = singly(f64x2.add(f64x2.mul(p, r), f64x2.splat(<f32>0.00833336077630519866943359)));
  p = singly(f64x2.add(f64x2.mul(p, r), f64x2.splat(<f32>0.0416664853692054748535156)));
  p = singly(f64x2.add(f64x2.mul(p, r), f64x2.splat(<f32>0.166666671633720397949219)));
  p = singly(f64x2.add(f64x2.mul(p, r), f64x2.splat(0.5)));
  p = singly(f64x2.add(f64x2.mul(singly(f64x2.mul(r, r)), p), r));
  return f32x4.demote_f64x2_zero(f64x2.add(p, f64x2.splat(1)));
}

// @ts-ignore: decorator
@inline
function singly(x: v128): v128 {
  return f64x2.promote_low_f32x4(f32x4.demote_f64x2_zero(x));
}

/**
 * Numbers in two parts, the second of which is what the first cannot hold. Each of these gives the second part of a result whose first part is `high`;
 * they want every multiplication with an addition rounded once.
 */

/** Of x * y. */
// @ts-ignore: decorator
@inline
function productLow(x: v128, xLow: v128, y: v128, yLow: v128, high: v128): v128 {
  return rounded(x, yLow, rounded(xLow, y, rounded(x, y, f32x4.neg(high))));
}

/** Of x * y, for a y of one part. */
// @ts-ignore: decorator
@inline
function scaledLow(x: v128, xLow: v128, y: v128, high: v128): v128 {
  return rounded(xLow, y, rounded(x, y, f32x4.neg(high)));
}

// @ts-ignore: decorator
@inline
function squareLow(x: v128, xLow: v128, high: v128): v128 {
  return rounded(f32x4.add(x, x), xLow, rounded(x, x, f32x4.neg(high)));
}

/** What is lost in x + y. */
// @ts-ignore: decorator
@inline
function sumLoss(x: v128, y: v128, high: v128): v128 {
  const added = f32x4.sub(high, x);
  return f32x4.add(f32x4.sub(x, f32x4.sub(high, added)), f32x4.sub(y, added));
}

/** Of x + y, for |x| >= |y|. */
// @ts-ignore: decorator
@inline
function sumInOrderLow(x: v128, xLow: v128, y: v128, yLow: v128, high: v128): v128 {
  return f32x4.add(f32x4.add(f32x4.add(f32x4.sub(x, high), y), xLow), yLow);
}

/** Of x / y, for the inverse of y. */
// @ts-ignore: decorator
@inline
function quotientLow(x: v128, xLow: v128, y: v128, yLow: v128, inverse: v128, high: v128): v128 {
  const rest = rounded(f32x4.neg(yLow), inverse, rounded(f32x4.neg(y), inverse, splat(1)));
  return rounded(high, rest, rounded(xLow, inverse, rounded(inverse, x, f32x4.neg(high))));
}

/** The second part of what the functions below give that say so. */
export let powerLow: v128 = i32x4.splat(0);

/** e to the power of x, in two parts. */
function doubleExp(x: v128): v128 {
  const inRange = inExponentRange(x);
  const shifted = f32x4.add(f32x4.mul(inRange, splat(1.44269504088896341)), splat(roundingShift));
  const n = f32x4.sub(shifted, splat(roundingShift));
  const first = f32x4.mul(n, splat(-0.693145751953125));
  const second = f32x4.mul(n, splat(-1.428606765330187045e-6));
  const start = f32x4.add(inRange, first);
  const r = f32x4.add(start, second);
  const rLow = f32x4.add(sumLoss(start, second, r), sumLoss(inRange, first, start));
  let p = rounded(splat(0.1980960224e-3), r, splat(0.1394256484e-2));
  p = rounded(p, r, splat(0.8333456703e-2));
  p = rounded(p, r, splat(0.4166637361e-1));
  const a = f32x4.mul(r, p);
  const aLow = scaledLow(r, rLow, p, a);
  const b = f32x4.add(a, splat(0.166666659414234244790680580464));
  const bLow = f32x4.add(sumLoss(a, splat(0.166666659414234244790680580464), b), aLow);
  const c = f32x4.mul(r, b);
  const cLow = productLow(r, rLow, b, bLow, c);
  const d = f32x4.add(c, splat(0.5));
  const dLow = f32x4.add(sumLoss(c, splat(0.5), d), cLow);
  const s = f32x4.mul(r, r);
  const sLow = squareLow(r, rLow, s);
  const e = f32x4.mul(s, d);
  const eLow = productLow(s, sLow, d, dLow, e);
  const f = f32x4.add(r, e);
  const fLow = f32x4.add(sumLoss(r, e, f), f32x4.add(rLow, eLow));
  const g = f32x4.add(splat(1), f);
  const gLow = f32x4.add(f32x4.add(f32x4.sub(splat(1), g), f), fLow);
  const exponent = i32x4.sub(shifted, i32x4.splat(roundingShiftBits));
  const half = halfPowerOfTwo(exponent);
  const other = otherPowerOfTwo(exponent);
  powerLow = f32x4.mul(f32x4.mul(gLow, half), other);
  return f32x4.mul(f32x4.mul(g, half), other);
}

/** e to the power of x, less 1, with the bits of Sleef's. */
export function expm1(x: v128): v128 {
  const power = doubleExp(x);
  const high = f32x4.add(power, splat(-1));
  const result = f32x4.add(high, f32x4.add(sumLoss(power, splat(-1), high), powerLow));
  const bounded = v128.bitselect(splat(-1), v128.bitselect(splat(Infinity), result, f32x4.gt(x, splat(88.72283172607421875))), f32x4.lt(x, splat(-16.63553237915039)));
  return v128.bitselect(x, bounded, f32x4.eq(x, splat(0)));
}

/** The hyperbolic tangent, with the bits of Sleef's. */
export function exactTanh(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const power = doubleExp(f32x4.pmin(magnitude, splat(9)));
  const low = powerLow;
  const inverse = f32x4.div(splat(1), power);
  const inverseLow = f32x4.mul(inverse, rounded(f32x4.neg(low), inverse, rounded(f32x4.neg(power), inverse, splat(1))));
  const below = f32x4.sub(power, inverse);
  const belowLow = sumInOrderLow(power, low, f32x4.neg(inverse), f32x4.neg(inverseLow), below);
  const above = f32x4.add(power, inverse);
  const aboveLow = sumInOrderLow(power, low, inverse, inverseLow, above);
  const divisor = f32x4.div(splat(1), above);
  const q = f32x4.mul(below, divisor);
  const result = f32x4.add(q, quotientLow(below, belowLow, above, aboveLow, divisor, q));
  return withSignOf(x, v128.bitselect(splat(1), result, f32x4.gt(magnitude, splat(8.664339742))));
}

/** The error function, to three units in the last place of 1, with the bits of PyTorch's vectors (after Abramowitz and Stegun, 7.1.26). */
export function exactErf(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const t = f32x4.div(splat(1), rounded(splat(0.3275911), magnitude, splat(1)));
  let p = rounded(splat(1.061405429), t, splat(-1.453152027));
  p = rounded(p, t, splat(1.421413741));
  p = rounded(p, t, splat(-0.284496736));
  p = rounded(p, t, splat(0.254829592));
  const e = exactExp(f32x4.neg(f32x4.mul(x, x)));
  return withSignOf(x, rounded(f32x4.neg(f32x4.mul(e, t)), p, splat(1)));
}

/** The magnitude with the sign of x. */
// @ts-ignore: decorator
@inline
function withSignOf(x: v128, magnitude: v128): v128 {
  return v128.bitselect(magnitude, x, i32x4.splat(0x7fffffff));
}

/** log(1 + r) + n log(2), for 1 + r between sqrt(1 / 2) and sqrt(2), by the polynomial of Cephes, each step rounded once as PyTorch's normal numbers want it. */
// @ts-ignore: decorator
@inline
export function logByParts(r: v128, n: v128): v128 {
  let p = fusedMultiplyAdd(splat(7.0376836292e-2), r, splat(-1.1514610310e-1));
  p = fusedMultiplyAdd(p, r, splat(1.1676998740e-1));
  p = fusedMultiplyAdd(p, r, splat(-1.2420140846e-1));
  p = fusedMultiplyAdd(p, r, splat(1.4249322787e-1));
  p = fusedMultiplyAdd(p, r, splat(-1.6668057665e-1));
  p = fusedMultiplyAdd(p, r, splat(2.0000714765e-1));
  p = fusedMultiplyAdd(p, r, splat(-2.4999993993e-1));
  p = fusedMultiplyAdd(p, r, splat(3.3333331174e-1));
  const square = f32x4.mul(r, r);
  p = fusedMultiplyAdd(f32x4.mul(p, r), square, f32x4.mul(n, splat(-2.12194440e-4)));
  p = fusedMultiplyAdd(square, splat(-0.5), p);
  return fusedMultiplyAdd(n, splat(0.693359375), f32x4.add(r, p));
}

/** Whether a positive number is too small to be a normal one. */
// @ts-ignore: decorator
@inline
function isSmall(x: v128): v128 {
  return f32x4.lt(x, splat(1.17549435e-38));
}

/** 2 to the power of 64 times what is too small to be a normal number. */
// @ts-ignore: decorator
@inline
function normalized(x: v128, small: v128): v128 {
  return v128.bitselect(f32x4.mul(x, splat(1.8446744073709552e19)), x, small);
}

/** The integer n such that a normal number over 2 to the power of n lies between 3/4 and 3/2. */
// @ts-ignore: decorator
@inline
function exponentOf(x: v128): v128 {
  return i32x4.sub(v128.and(i32x4.shr_u(f32x4.mul(x, splat(1.3333333730697632)), 23), i32x4.splat(0xff)), i32x4.splat(127));
}

/** n log(2) + log((1 + q) / (1 - q)). */
// @ts-ignore: decorator
@inline
function logOfRatio(n: v128, q: v128, qLow: v128): v128 {
  const square = f32x4.mul(q, q);
  let t = rounded(splat(0.3027294874), square, splat(0.3996108174));
  t = rounded(t, square, splat(0.6666694880));
  const whole = f32x4.mul(splat(0.69314718246459960938), n);
  const wholeLow = scaledLow(splat(0.69314718246459960938), splat(-1.904654323148236017e-9), n, whole);
  const twice = f32x4.add(q, q);
  const s = f32x4.add(whole, twice);
  const sLow = sumInOrderLow(whole, wholeLow, twice, f32x4.add(qLow, qLow), s);
  const rest = f32x4.mul(f32x4.mul(square, q), t);
  const high = f32x4.add(s, rest);
  return f32x4.add(high, f32x4.add(f32x4.add(f32x4.sub(s, high), rest), sLow));
}

/** The natural logarithm, with the bits of Sleef's: -infinity of zero, NaN of negative numbers. */
export function log(x: v128): v128 {
  const small = isSmall(x);
  const normal = normalized(x, small);
  const exponent = exponentOf(normal);
  const m = i32x4.sub(normal, i32x4.shl(exponent, 23));
  const below = f32x4.add(splat(-1), m);
  const above = f32x4.add(splat(1), m);
  const inverse = f32x4.div(splat(1), above);
  const q = f32x4.mul(below, inverse);
  const qLow = quotientLow(below, sumLoss(splat(-1), m, below), above, sumLoss(splat(1), m, above), inverse, q);
  const result = logOfRatio(f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(small, splat(64))), q, qLow);
  // What is no positive number has the logarithm of zero, or none. Infinity and NaN are their own.
  const strange = v128.bitselect(splat(-Infinity), splat(NaN), f32x4.eq(x, splat(0)));
  const ofPositive = v128.bitselect(result, x, f32x4.lt(x, splat(Infinity)));
  return v128.bitselect(strange, ofPositive, f32x4.le(x, splat(0)));
}

/** log(1 + x), with the bits of Sleef's. */
export function log1p(x: v128): v128 {
  const exponent = exponentOf(f32x4.add(x, splat(1)));
  const scale = i32x4.sub(splat(1), i32x4.shl(exponent, 23));
  const m = rounded(x, scale, f32x4.sub(scale, splat(1)));
  const above = f32x4.add(splat(2), m);
  const inverse = f32x4.div(splat(1), above);
  const q = f32x4.mul(m, inverse);
  const qLow = quotientLow(m, splat(0), above, f32x4.add(f32x4.sub(splat(2), above), m), inverse, q);
  let result = logOfRatio(f32x4.convert_i32x4_s(exponent), q, qLow);
  const large = f32x4.gt(x, splat(1e38));
  if (v128.any_true(large)) result = v128.bitselect(log(x), result, large);
  result = v128.bitselect(result, v128.bitselect(splat(-Infinity), splat(NaN), f32x4.eq(x, splat(-1))), f32x4.gt(x, splat(-1)));
  return v128.bitselect(x, result, f32x4.eq(x, splat(0)));
}

/** log(1 + x) for -1 < x <= 0, with the bits of the C library's, which knows no fused operations (fdlibm, Sun Microsystems, 1993). */
export function libraryLog1p(x: v128): v128 {
  const isFar = f32x4.le(x, splat(-0.29289337992668152));
  const sum = f32x4.add(x, splat(1));
  const fraction = v128.and(sum, i32x4.splat(0x7fffff));
  // Where the fraction is no less than that of the square root of 2: -1, which halves what is kept, for the next power of two.
  const isUpper = i32x4.gt_s(fraction, i32x4.splat(0x3504f6));
  const exponent = i32x4.sub(i32x4.sub(i32x4.shr_u(sum, 23), i32x4.splat(127)), isUpper);
  const n = v128.and(f32x4.convert_i32x4_s(exponent), isFar);
  const m = i32x4.add(v128.or(fraction, splat(1)), i32x4.shl(isUpper, 23));
  const f = v128.bitselect(f32x4.sub(m, splat(1)), x, isFar);
  const correction = v128.and(f32x4.div(f32x4.sub(x, f32x4.sub(sum, splat(1))), sum), isFar);
  const half = f32x4.mul(f32x4.mul(splat(0.5), f), f);
  const s = f32x4.div(f, f32x4.add(splat(2), f));
  const z = f32x4.mul(s, s);
  let r = f32x4.add(splat(1.5313838422e-1), f32x4.mul(z, splat(1.479819864e-1)));
  r = f32x4.add(splat(1.818357259e-1), f32x4.mul(z, r));
  r = f32x4.add(splat(2.2222198546e-1), f32x4.mul(z, r));
  r = f32x4.add(splat(2.8571429849e-1), f32x4.mul(z, r));
  r = f32x4.add(splat(4.0000000596e-1), f32x4.mul(z, r));
  r = f32x4.add(splat(6.6666668653e-1), f32x4.mul(z, r));
  r = f32x4.mul(s, f32x4.add(half, f32x4.mul(z, r)));
  const rest = f32x4.add(f32x4.mul(n, splat(9.0580006145e-6)), correction);
  return f32x4.sub(f32x4.mul(n, splat(6.9313812256e-1)), f32x4.sub(f32x4.sub(half, f32x4.add(r, rest)), f));
}

/** The logarithm of |x| times y, in two parts: what e is raised to in x to the power of y. */
export function powerExponent(x: v128, y: v128): v128 {
  const magnitude = f32x4.abs(x);
  const small = isSmall(magnitude);
  const normal = normalized(magnitude, small);
  const exponent = exponentOf(normal);
  const m = i32x4.sub(normal, i32x4.shl(exponent, 23));
  const below = f32x4.add(splat(-1), m);
  const above = f32x4.add(splat(1), m);
  const inverse = f32x4.div(splat(1), above);
  const q = f32x4.mul(below, inverse);
  const qLow = quotientLow(below, sumLoss(splat(-1), m, below), above, sumLoss(splat(1), m, above), inverse, q);
  const square = f32x4.mul(q, q);
  const squareRest = squareLow(q, qLow, square);
  let t = rounded(splat(0.240320354700088500976562), square, splat(0.285112679004669189453125));
  t = rounded(t, square, splat(0.400007992982864379882812));
  const a = f32x4.mul(square, t);
  const aLow = scaledLow(square, squareRest, t, a);
  const b = f32x4.add(a, splat(0.66666662693023681640625));
  const bLow = f32x4.add(sumLoss(a, splat(0.66666662693023681640625), b), f32x4.add(aLow, splat(3.69183861259614332084311e-9)));
  const cube = f32x4.mul(square, q);
  const cubeLow = productLow(square, squareRest, q, qLow, cube);
  const rest = f32x4.mul(cube, b);
  const restLow = productLow(cube, cubeLow, b, bLow, rest);
  const n = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(small, splat(64)));
  const whole = f32x4.mul(splat(0.69314718246459960938), n);
  const wholeLow = scaledLow(splat(0.69314718246459960938), splat(-1.904654323148236017e-9), n, whole);
  const twice = f32x4.add(q, q);
  const s = f32x4.add(whole, twice);
  const sLow = sumInOrderLow(whole, wholeLow, twice, f32x4.add(qLow, qLow), s);
  const logarithm = f32x4.add(s, rest);
  const logarithmLow = sumInOrderLow(s, sLow, rest, restLow, logarithm);
  const product = f32x4.mul(logarithm, y);
  powerLow = scaledLow(logarithm, logarithmLow, y, product);
  return product;
}

/** x to the power of y, with the bits of Sleef's; where either is zero, infinite or no number, or x is 1 or -1, PyTorch's value for that. */
export function powerOf(x: v128, y: v128, exponent: v128, exponentLow: v128): v128 {
  const result = expOfSum(exponent, exponentLow);
  // What follows is for the others.
  const isPlain = v128.and(f32x4.ge(x, splat(1.17549435e-38)), v128.and(f32x4.lt(x, splat(Infinity)), f32x4.lt(f32x4.abs(y), splat(Infinity))));
  if (i32x4.all_true(isPlain)) return result;
  const magnitude = f32x4.abs(x);
  const truncated = f32x4.trunc(y);
  const half = f32x4.mul(truncated, splat(0.5));
  // A float of 2 to the power of 24 or more is even: its half is whole.
  const isOdd = v128.and(f32x4.eq(truncated, y), f32x4.ne(f32x4.trunc(half), half));
  const negative = f32x4.lt(x, splat(0));
  const signed = v128.xor(result, v128.and(v128.and(negative, isOdd), splat(-0.0)));
  const ordinary = v128.bitselect(splat(NaN), signed, v128.and(negative, f32x4.ne(truncated, y)));
  // 1 is its own power, also the one that is no number, and so is anything to the power of 0.
  const strange = v128.or(v128.or(f32x4.eq(magnitude, splat(0)), f32x4.eq(magnitude, splat(Infinity))), v128.or(f32x4.eq(magnitude, splat(1)), f32x4.eq(f32x4.abs(y), splat(Infinity))));
  const signOfOdd = v128.and(v128.and(x, isOdd), splat(-0.0));
  const grows = v128.xor(f32x4.gt(magnitude, splat(1)), f32x4.lt(y, splat(0)));
  const limit = v128.bitselect(splat(1), v128.and(splat(Infinity), grows), f32x4.eq(magnitude, splat(1)));
  const isDefined = v128.and(v128.or(f32x4.ne(magnitude, splat(1)), v128.or(f32x4.gt(x, splat(0)), v128.or(f32x4.eq(truncated, y), f32x4.eq(f32x4.abs(y), splat(Infinity))))), v128.and(f32x4.eq(x, x), f32x4.eq(y, y)));
  const special = v128.bitselect(v128.or(limit, signOfOdd), splat(NaN), isDefined);
  const both = v128.bitselect(special, v128.bitselect(ordinary, f32x4.add(x, y), v128.and(f32x4.eq(x, x), f32x4.eq(y, y))), strange);
  return v128.bitselect(splat(1), both, v128.or(f32x4.eq(y, splat(0)), f32x4.eq(x, splat(1))));
}

/** e to the power of the sum of two numbers, the second one small. */
// @ts-ignore: decorator
@inline
function expOfSum(x: v128, xLow: v128): v128 {
  const inRange = f32x4.pmax(f32x4.pmin(x, splat(200)), splat(-200));
  const shifted = f32x4.add(f32x4.mul(f32x4.add(inRange, xLow), splat(1.44269504088896341)), splat(roundingShift));
  const n = f32x4.sub(shifted, splat(roundingShift));
  const first = f32x4.mul(n, splat(-0.693145751953125));
  const second = f32x4.mul(n, splat(-1.428606765330187045e-6));
  const start = f32x4.add(inRange, first);
  const s = f32x4.add(start, second);
  const sLow = f32x4.add(sumLoss(start, second, s), f32x4.add(sumLoss(inRange, first, start), xLow));
  const r = f32x4.add(s, sLow);
  const rLow = f32x4.add(f32x4.sub(s, r), sLow);
  let p = rounded(splat(0.00136324646882712841033936), r, splat(0.00836596917361021041870117));
  p = rounded(p, r, splat(0.0416710823774337768554688));
  p = rounded(p, r, splat(0.166665524244308471679688));
  p = rounded(p, r, splat(0.499999850988388061523438));
  const square = f32x4.mul(r, r);
  const a = f32x4.mul(square, p);
  const aLow = scaledLow(square, squareLow(r, rLow, square), p, a);
  const b = f32x4.add(r, a);
  const bLow = sumInOrderLow(r, rLow, a, aLow, b);
  const c = f32x4.add(splat(1), b);
  const cLow = f32x4.add(f32x4.add(f32x4.sub(splat(1), c), b), bLow);
  const result = f32x4.add(c, cLow);
  if (i32x4.all_true(f32x4.le(f32x4.abs(x), splat(87)))) return i32x4.add(result, i32x4.shl(shifted, 23));
  // First by as many times 2 to the power of 64 as n has, in two steps: what is too small for a normal number may be rounded twice.
  const exponent = i32x4.sub(shifted, i32x4.splat(roundingShiftBits));
  const sign = i32x4.shr_s(exponent, 31);
  const half = i32x4.shl(i32x4.sub(i32x4.shr_s(i32x4.add(exponent, sign), 6), sign), 5);
  const power = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const other = i32x4.shl(i32x4.add(i32x4.sub(exponent, i32x4.shl(half, 1)), i32x4.splat(127)), 23);
  const scaled = f32x4.mul(f32x4.mul(f32x4.mul(result, power), power), other);
  return v128.andnot(v128.bitselect(splat(Infinity), scaled, f32x4.gt(x, splat(89))), f32x4.lt(x, splat(-104)));
}

/** log(1 + e to the power of -|x|): by how much softplus exceeds max(x, 0). */
export function softplusExcess(x: v128): v128 {
  return log1p(exactExp(v128.or(x, splat(-0.0))));
}

export function sigmoid(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp(f32x4.neg(x))));
}

export function tanh(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const square = f32x4.mul(x, x);
  let p = multiplyAdd(splat(-5.70498872745e-3), square, splat(2.06390887954e-2));
  p = multiplyAdd(p, square, splat(-5.37397155531e-2));
  p = multiplyAdd(p, square, splat(1.33314422036e-1));
  p = multiplyAdd(p, square, splat(-3.33332819422e-1));
  const small = multiplyAdd(f32x4.mul(p, square), x, x);
  const large = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(exp(f32x4.add(magnitude, magnitude)), splat(1))));
  return v128.bitselect(small, withSignOf(x, large), f32x4.lt(magnitude, splat(0.625)));
}

/** The complementary error function of z >= 0, by the rational Chebyshev fit of "Numerical Recipes" (Press et al., 6.2). */
function errorComplement(z: v128): v128 {
  const t = f32x4.div(splat(1), multiplyAdd(z, splat(0.5), splat(1)));
  let p = multiplyAdd(t, splat(0.17087277), splat(-0.82215223));
  p = multiplyAdd(p, t, splat(1.48851587));
  p = multiplyAdd(p, t, splat(-1.13520398));
  p = multiplyAdd(p, t, splat(0.27886807));
  p = multiplyAdd(p, t, splat(-0.18628806));
  p = multiplyAdd(p, t, splat(0.09678418));
  p = multiplyAdd(p, t, splat(0.37409196));
  p = multiplyAdd(p, t, splat(1.00002368));
  p = multiplyAdd(p, t, splat(-1.26551223));
  return f32x4.mul(t, exp(f32x4.sub(p, f32x4.mul(z, z))));
}

/** The error function. */
// @ts-ignore: decorator
@inline
export function erf(x: v128): v128 {
  const square = f32x4.mul(x, x);
  let p = multiplyAdd(splat(7.853861353153693e-5), square, splat(-8.010193625184903e-4));
  p = multiplyAdd(p, square, splat(5.188327685732524e-3));
  p = multiplyAdd(p, square, splat(-2.685381193529856e-2));
  p = multiplyAdd(p, square, splat(1.128358514861418e-1));
  p = multiplyAdd(p, square, splat(-3.761262582423300e-1));
  p = multiplyAdd(p, square, splat(1.128379165726710));
  const magnitude = f32x4.abs(x);
  const large = withSignOf(x, f32x4.sub(splat(1), errorComplement(magnitude)));
  return v128.bitselect(f32x4.mul(x, p), large, f32x4.lt(magnitude, splat(1)));
}

/** JavaScript's own, for what the reduction below does not reach. */
// @ts-ignore: decorator
@external("Math", "sin")
declare function exactSin(x: f64): f64;

// @ts-ignore: decorator
@external("Math", "cos")
declare function exactCos(x: f64): f64;

/** Adding it to a double rounds that to an integer, which then stands in the lowest bits. */
const integerShift: f64 = 6755399441055744;

/** The sine of two doubles plus so many quarter turns, by the polynomials of fdlibm's kernels for single precision. */
// @ts-ignore: decorator
@inline
function sinOfPair(x: v128, quarters: i64): v128 {
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(0.63661977236758134)), f64x2.splat(integerShift));
  const n = f64x2.sub(shifted, f64x2.splat(integerShift));
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.57079631090164184570))), f64x2.mul(n, f64x2.splat(1.58932547735281966916e-8)));
  const square = f64x2.mul(r, r);
  let s = f64x2.add(f64x2.mul(square, f64x2.splat(2.7183114939898219064e-6)), f64x2.splat(-1.98393348360966317347e-4));
  s = f64x2.add(f64x2.mul(s, square), f64x2.splat(8.3333293858894631756e-3));
  s = f64x2.add(f64x2.mul(s, square), f64x2.splat(-0.166666666416265235595));
  s = f64x2.add(f64x2.mul(s, f64x2.mul(square, r)), r);
  let c = f64x2.add(f64x2.mul(square, f64x2.splat(2.43904487962774090654e-5)), f64x2.splat(-1.38867637746099294692e-3));
  c = f64x2.add(f64x2.mul(c, square), f64x2.splat(4.16666233237390631894e-2));
  c = f64x2.add(f64x2.mul(c, square), f64x2.splat(-0.499999997251031003120));
  c = f64x2.add(f64x2.mul(c, square), f64x2.splat(1));
  const quadrant = i64x2.add(shifted, i64x2.splat(quarters));
  const value = v128.bitselect(c, s, i64x2.shr_s(i64x2.shl(quadrant, 63), 63));
  // The second bit of the quadrant is the sign.
  return v128.xor(value, i64x2.shl(i64x2.shr_u(quadrant, 1), 63));
}

// @ts-ignore: decorator
@inline
function sinPlusQuarters(x: v128, quarters: i64): v128 {
  const low = f32x4.demote_f64x2_zero(sinOfPair(f64x2.promote_low_f32x4(x), quarters));
  const high = f32x4.demote_f64x2_zero(sinOfPair(promoteHigh(x), quarters));
  return v128.shuffle<f64>(low, high, 0, 2);
}

// @ts-ignore: decorator
@inline
function isBeyondReduction(x: v128): bool {
  return v128.any_true(f32x4.gt(f32x4.abs(x), splat(4e8)));
}

export function sin(x: v128): v128 {
  if (isBeyondReduction(x)) {
    return f32x4(
      <f32>exactSin(f32x4.extract_lane(x, 0)), <f32>exactSin(f32x4.extract_lane(x, 1)),
      <f32>exactSin(f32x4.extract_lane(x, 2)), <f32>exactSin(f32x4.extract_lane(x, 3)),
    );
  }
  // Small numbers are their own sine, zero with its sign.
  return v128.bitselect(x, sinPlusQuarters(x, 0), f32x4.lt(f32x4.abs(x), splat(2e-4)));
}

export function cos(x: v128): v128 {
  if (isBeyondReduction(x)) {
    return f32x4(
      <f32>exactCos(f32x4.extract_lane(x, 0)), <f32>exactCos(f32x4.extract_lane(x, 1)),
      <f32>exactCos(f32x4.extract_lane(x, 2)), <f32>exactCos(f32x4.extract_lane(x, 3)),
    );
  }
  return sinPlusQuarters(x, 1);
}
