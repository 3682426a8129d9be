import { exp as expOf, fusedMultiplyAdd, sigmoid as sigmoidOf, tanh as tanhOf } from "./math";

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
  return f32x4.mul(x, f32x4.sub(f32x4.splat(1), f32x4.mul(y, y)));
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
