/** Four elementary functions at once, after the single-precision Cephes library (Moshier, 1992): errors of at most 2 units in the last place. */

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

/** Infinity from where it overflows; zero below 2 to the power of -125.5, NaN for NaN. The pseudo-minimum and -maximum are one instruction each, and keep NaN. */
// @ts-ignore: decorator
@inline
export function exp(x: v128): v128 {
  const inRange = f32x4.pmax(f32x4.pmin(x, splat(89.4)), splat(-87.33654));
  const shifted = multiplyAdd(inRange, splat(1.44269504088896341), splat(roundingShift));
  const n = f32x4.sub(shifted, splat(roundingShift));
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
  const signed = v128.bitselect(large, x, i32x4.splat(0x7fffffff));
  return v128.bitselect(small, signed, f32x4.lt(magnitude, splat(0.625)));
}

/** The standard normal distribution function: half of erfc(-x / sqrt(2)), by the rational Chebyshev fit of "Numerical Recipes" (Press et al., 6.2). */
// @ts-ignore: decorator
@inline
export function normalDistribution(x: v128): v128 {
  const z = f32x4.mul(f32x4.abs(x), splat(0.70710678118654752));
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
  const tail = f32x4.mul(f32x4.mul(t, splat(0.5)), exp(f32x4.sub(p, f32x4.mul(z, z))));
  return v128.bitselect(tail, f32x4.sub(splat(1), tail), f32x4.lt(x, splat(0)));
}
