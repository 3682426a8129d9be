/** Elementary functions of four numbers at once, after the single-precision Cephes library (Moshier, 1992): errors of at most 2 units in the last place. */

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

// @ts-ignore: decorator
@inline
function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f64>(x, x, 1, 1));
}

/** Adding it rounds a float to an integer n; n + 126 then stands in the lowest bits, the exponent of 2 to the power of n - 1. */
const roundingShift: f32 = 12582912 + 126;

/** What e to the power of x is made of: 2 to the power of n times e to the power of r. */
// @ts-ignore: decorator
@inline
function shiftedExponent(x: v128): v128 {
  return multiplyAdd(x, splat(1.44269504088896341), splat(roundingShift));
}

// @ts-ignore: decorator
@inline
function halfPowerOfTwo(shifted: v128): v128 {
  return i32x4.shl(shifted, 23);
}

/** e to the power of r, less 1, for x = n log(2) + r. */
// @ts-ignore: decorator
@inline
function reducedExpm1(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, splat(roundingShift));
  let r = multiplyAdd(n, splat(-0.693359375), x);
  r = multiplyAdd(n, splat(2.12194440e-4), r);
  let p = multiplyAdd(splat(1.9875691500e-4), r, splat(1.3981999507e-3));
  p = multiplyAdd(p, r, splat(8.3334519073e-3));
  p = multiplyAdd(p, r, splat(4.1665795894e-2));
  p = multiplyAdd(p, r, splat(1.6666665459e-1));
  p = multiplyAdd(p, r, splat(5.0000001201e-1));
  return multiplyAdd(p, f32x4.mul(r, r), r);
}

/** Where e to the power of x is a number. The pseudo-minimum and -maximum are one instruction each, and keep NaN. */
// @ts-ignore: decorator
@inline
function inExponentRange(x: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, splat(89)), splat(-87.33654));
}

/** Infinity from where it overflows; zero below 2 to the power of -125.5, NaN for NaN. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const inRange = inExponentRange(x);
  const shifted = shiftedExponent(inRange);
  const p = f32x4.add(reducedExpm1(inRange, shifted), splat(1));
  // Twice, since 2 to the power of 128 is not a float but half of it is.
  return f32x4.mul(f32x4.add(p, p), halfPowerOfTwo(shifted));
}

/** e to the power of x, less 1, exact near zero. */
export function expm1(x: v128): v128 {
  const inRange = inExponentRange(x);
  const shifted = shiftedExponent(inRange);
  const half = halfPowerOfTwo(shifted);
  const result = multiplyAdd(half, reducedExpm1(inRange, shifted), f32x4.sub(half, splat(0.5)));
  return withSignOf(x, f32x4.add(result, result));
}

/** The magnitude with the sign of x. */
// @ts-ignore: decorator
@inline
function withSignOf(x: v128, magnitude: v128): v128 {
  return v128.bitselect(magnitude, x, i32x4.splat(0x7fffffff));
}

/** log(1 + r) + n log(2), for 1 + r between sqrt(1 / 2) and sqrt(2). `once`: each multiplication and addition is rounded once, as PyTorch's normal numbers want it. */
// @ts-ignore: decorator
@inline
export function logByParts(r: v128, n: v128, once: bool): v128 {
  let p = multiplyThenAdd(splat(7.0376836292e-2), r, splat(-1.1514610310e-1), once);
  p = multiplyThenAdd(p, r, splat(1.1676998740e-1), once);
  p = multiplyThenAdd(p, r, splat(-1.2420140846e-1), once);
  p = multiplyThenAdd(p, r, splat(1.4249322787e-1), once);
  p = multiplyThenAdd(p, r, splat(-1.6668057665e-1), once);
  p = multiplyThenAdd(p, r, splat(2.0000714765e-1), once);
  p = multiplyThenAdd(p, r, splat(-2.4999993993e-1), once);
  p = multiplyThenAdd(p, r, splat(3.3333331174e-1), once);
  const square = f32x4.mul(r, r);
  p = multiplyThenAdd(f32x4.mul(p, r), square, f32x4.mul(n, splat(-2.12194440e-4)), once);
  p = multiplyThenAdd(square, splat(-0.5), p, once);
  return multiplyThenAdd(n, splat(0.693359375), f32x4.add(r, p), once);
}

// @ts-ignore: decorator
@inline
function multiplyThenAdd(x: v128, y: v128, z: v128, once: bool): v128 {
  return once ? fusedMultiplyAdd(x, y, z) : multiplyAdd(x, y, z);
}

/** The natural logarithm: -infinity of zero, NaN of negative numbers. */
export function log(x: v128): v128 {
  const small = f32x4.lt(x, splat(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, splat(8388608)), x, small);
  // The exponent such that the rest lies between sqrt(1 / 2) and sqrt(2), whose bits are 0x3f3504f3 for the former.
  const exponent = i32x4.shr_s(i32x4.sub(normal, i32x4.splat(0x3f3504f3)), 23);
  const r = f32x4.sub(i32x4.sub(normal, i32x4.shl(exponent, 23)), splat(1));
  const n = f32x4.sub(f32x4.convert_i32x4_s(exponent), v128.and(small, splat(23)));
  const result = logByParts(r, n, false);
  // What is no positive number has the logarithm of zero, or none. Infinity and NaN are their own.
  const strange = v128.bitselect(splat(-Infinity), splat(NaN), f32x4.eq(x, splat(0)));
  const ofPositive = v128.bitselect(result, x, f32x4.lt(x, splat(Infinity)));
  return v128.bitselect(strange, ofPositive, f32x4.le(x, splat(0)));
}

/** log(1 + x), exact near zero: what was lost in the sum is made good in proportion (Hewlett-Packard, HP-15C Advanced Functions Handbook, 1982). */
export function log1p(x: v128): v128 {
  const sum = f32x4.add(x, splat(1));
  const added = f32x4.sub(sum, splat(1));
  const result = f32x4.mul(log(sum), f32x4.div(x, added));
  // Where the sum is 1, or infinite, the logarithm is x itself.
  const itself = v128.or(f32x4.eq(added, splat(0)), f32x4.eq(x, splat(Infinity)));
  return v128.bitselect(x, result, itself);
}

/** log(1 + e to the power of -|x|): by how much softplus exceeds max(x, 0). */
export function softplusExcess(x: v128): v128 {
  return log1p(exp(v128.or(x, splat(-0.0))));
}

// @ts-ignore: decorator
@inline
export function sigmoid(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp(f32x4.neg(x))));
}

// @ts-ignore: decorator
@inline
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

/** The standard normal distribution function: half of erfc(-x / sqrt(2)). */
// @ts-ignore: decorator
@inline
export function normalDistribution(x: v128): v128 {
  const tail = f32x4.mul(errorComplement(f32x4.mul(f32x4.abs(x), splat(0.70710678118654752))), splat(0.5));
  return v128.bitselect(tail, f32x4.sub(splat(1), tail), f32x4.lt(x, splat(0)));
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
