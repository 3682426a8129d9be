import { exp as expOf, fusedMultiplyAdd, normalDistribution, sigmoid as sigmoidOf, tanh as tanhOf } from "./math";

/**
 * Element-wise functions of float32 arrays. Addresses in bytes; `count` elements are rounded up to a multiple of four, so arrays need slack.
 * Each export is one loop: the function to apply is a constant that the compiler resolves.
 */

const enum Unary {
  Neg,
  Abs,
  Sqrt,
  Square,
  Reciprocal,
  Relu,
  Exp,
  Sigmoid,
  Tanh,
  Silu,
  Gelu,
  GeluTanh,
}

/** Twice sqrt(2 / pi) (x + 0.044715 x^3): (1 + tanh(u)) / 2 is the sigmoid of 2 u. */
// @ts-ignore: decorator
@inline
function geluArgument(x: v128): v128 {
  const square = f32x4.mul(x, x);
  return f32x4.mul(f32x4.mul(x, f32x4.splat(1.5957691216057308)), f32x4.add(f32x4.mul(square, f32x4.splat(0.044715)), f32x4.splat(1)));
}

// @ts-ignore: decorator
@inline
function applyUnary(f: Unary, x: v128): v128 {
  if (f == Unary.Neg) return f32x4.neg(x);
  if (f == Unary.Abs) return f32x4.abs(x);
  if (f == Unary.Sqrt) return f32x4.sqrt(x);
  if (f == Unary.Square) return f32x4.mul(x, x);
  if (f == Unary.Reciprocal) return f32x4.div(f32x4.splat(1), x);
  if (f == Unary.Relu) return f32x4.max(x, f32x4.splat(0));
  if (f == Unary.Exp) return expOf(x);
  if (f == Unary.Sigmoid) return sigmoidOf(x);
  if (f == Unary.Silu) return f32x4.mul(x, sigmoidOf(x));
  if (f == Unary.Gelu) return f32x4.mul(x, normalDistribution(x));
  if (f == Unary.GeluTanh) return f32x4.mul(x, sigmoidOf(geluArgument(x)));
  return tanhOf(x);
}

// @ts-ignore: decorator
@inline
function mapUnary(f: Unary, x: usize, output: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    v128.store(output, applyUnary(f, v128.load(x)));
    x += 16;
    output += 16;
  }
}

export function neg(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Neg, x, output, count);
}
export function abs(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Abs, x, output, count);
}
export function sqrt(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Sqrt, x, output, count);
}
export function square(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Square, x, output, count);
}
export function reciprocal(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Reciprocal, x, output, count);
}
export function relu(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Relu, x, output, count);
}
export function exp(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Exp, x, output, count);
}
export function sigmoid(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Sigmoid, x, output, count);
}
export function tanh(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Tanh, x, output, count);
}
export function silu(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Silu, x, output, count);
}
export function gelu(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.Gelu, x, output, count);
}
export function geluTanh(x: usize, output: usize, count: i32): void {
  mapUnary(Unary.GeluTanh, x, output, count);
}

const enum Binary {
  Add,
  Sub,
  Mul,
  Div,
  /** The gradient where the result was positive. */
  ReluBackward,
  /** gradient * y * (1 - y). */
  SigmoidBackward,
  /** gradient * (1 - y * y). */
  TanhBackward,
  SiluBackward,
  GeluBackward,
  GeluTanhBackward,
}

// @ts-ignore: decorator
@inline
function applyBinary(f: Binary, x: v128, y: v128): v128 {
  if (f == Binary.Add) return f32x4.add(x, y);
  if (f == Binary.Sub) return f32x4.sub(x, y);
  if (f == Binary.Mul) return f32x4.mul(x, y);
  if (f == Binary.Div) return f32x4.div(x, y);
  if (f == Binary.ReluBackward) return v128.and(x, f32x4.gt(y, f32x4.splat(0)));
  if (f == Binary.SigmoidBackward) return f32x4.mul(f32x4.mul(x, y), f32x4.sub(f32x4.splat(1), y));
  if (f == Binary.TanhBackward) return f32x4.mul(x, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
  if (f == Binary.GeluBackward) {
    const density = f32x4.mul(expOf(f32x4.mul(f32x4.mul(y, y), f32x4.splat(-0.5))), f32x4.splat(0.3989422804014327));
    return f32x4.mul(x, f32x4.add(normalDistribution(y), f32x4.mul(y, density)));
  }
  // Of y * s(u(y)) with the sigmoid s: s + y * s * (1 - s) * u'.
  const s = sigmoidOf(f == Binary.SiluBackward ? y : geluArgument(y));
  let inner = f32x4.mul(f32x4.mul(y, s), f32x4.sub(f32x4.splat(1), s));
  if (f == Binary.GeluTanhBackward) {
    const slope = f32x4.add(f32x4.mul(f32x4.mul(y, y), f32x4.splat(0.134145)), f32x4.splat(1));
    inner = f32x4.mul(inner, f32x4.mul(slope, f32x4.splat(1.5957691216057308)));
  }
  return f32x4.mul(x, f32x4.add(s, inner));
}

// @ts-ignore: decorator
@inline
function mapBinary(f: Binary, x: usize, y: usize, output: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    v128.store(output, applyBinary(f, v128.load(x), v128.load(y)));
    x += 16;
    y += 16;
    output += 16;
  }
}

export function add(x: usize, y: usize, output: usize, count: i32): void {
  mapBinary(Binary.Add, x, y, output, count);
}
export function sub(x: usize, y: usize, output: usize, count: i32): void {
  mapBinary(Binary.Sub, x, y, output, count);
}
export function mul(x: usize, y: usize, output: usize, count: i32): void {
  mapBinary(Binary.Mul, x, y, output, count);
}
export function div(x: usize, y: usize, output: usize, count: i32): void {
  mapBinary(Binary.Div, x, y, output, count);
}
export function reluBackward(gradient: usize, y: usize, output: usize, count: i32): void {
  mapBinary(Binary.ReluBackward, gradient, y, output, count);
}
export function sigmoidBackward(gradient: usize, y: usize, output: usize, count: i32): void {
  mapBinary(Binary.SigmoidBackward, gradient, y, output, count);
}
export function tanhBackward(gradient: usize, y: usize, output: usize, count: i32): void {
  mapBinary(Binary.TanhBackward, gradient, y, output, count);
}

export function siluBackward(gradient: usize, x: usize, output: usize, count: i32): void {
  mapBinary(Binary.SiluBackward, gradient, x, output, count);
}
export function geluBackward(gradient: usize, x: usize, output: usize, count: i32): void {
  mapBinary(Binary.GeluBackward, gradient, x, output, count);
}
export function geluTanhBackward(gradient: usize, x: usize, output: usize, count: i32): void {
  mapBinary(Binary.GeluTanhBackward, gradient, x, output, count);
}

/** output = x + term. */
export function addScalar(x: usize, term: f32, output: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  const terms = f32x4.splat(term);
  while (x < end) {
    v128.store(output, f32x4.add(v128.load(x), terms));
    x += 16;
    output += 16;
  }
}

/** output = x * factor. */
export function mulScalar(x: usize, factor: f32, output: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  const factors = f32x4.splat(factor);
  while (x < end) {
    v128.store(output, f32x4.mul(v128.load(x), factors));
    x += 16;
    output += 16;
  }
}

/** output = x + factor * y. */
export function addScaled(x: usize, y: usize, factor: f32, output: usize, count: i32): void {
  const end = x + ((<usize>count) << 2);
  const factors = f32x4.splat(factor);
  while (x < end) {
    v128.store(output, fusedMultiplyAdd(v128.load(y), factors, v128.load(x)));
    x += 16;
    y += 16;
    output += 16;
  }
}
