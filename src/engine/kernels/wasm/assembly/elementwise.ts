import {
  cos as cosOf, erf as erfOf, exactErf, exactExp, exactTanh, exp as expOf, expm1 as expm1Of, fusedMultiplyAdd, libraryLog1p, log as logOf, log1p as log1pOf, nearestExp, powerExponent, powerLow, powerOf, rounded, sin as sinOf,
  softplusExcess, tanh as tanhOf,
} from "./math";

/**
 * Element-wise functions of up to five float32 arrays: `kernel(output, count, x, y, z, w, v)`. Addresses in bytes; `count` elements are rounded
 * up to a multiple of sixteen, so arrays need slack. Each export is one loop: the function to apply is a constant that the compiler resolves.
 * Constants are arrays like any other, and truth values are the numbers 0 and 1. One file, though a long one: a function's name in the enumeration, its
 * formula and its export belong together, and each is a line or two.
 */

const enum Unary {
  Neg,
  Abs,
  Sqrt,
  Rsqrt,
  Square,
  Cube,
  InverseSquare,
  Reciprocal,
  Floor,
  Ceil,
  Trunc,
  Round,
  Sign,
  Relu,
  Exp,
  Expm1,
  Log,
  Log2,
  Log10,
  Log1p,
  Sin,
  Cos,
  Erf,
  Sigmoid,
  LogSigmoid,
  Tanh,
  Silu,
  Gelu,
  GeluTanh,
  Mish,
  Hardsigmoid,
  Hardswish,
  Softsign,
  Tanhshrink,
}

// @ts-ignore: decorator
@inline
function splat(value: f32): v128 {
  return f32x4.splat(value);
}

/** 1 where the condition holds, else 0. */
// @ts-ignore: decorator
@inline
function oneWhere(condition: v128): v128 {
  return v128.and(condition, splat(1));
}

/** -1, 0 or 1; 0 for NaN. */
// @ts-ignore: decorator
@inline
function signOf(x: v128): v128 {
  return f32x4.sub(oneWhere(f32x4.gt(x, splat(0))), oneWhere(f32x4.lt(x, splat(0))));
}

/** tanh(sqrt(2 / pi) (x + 0.044715 x^3)), of which gelu by tanh is made. */
function geluTanhOf(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(x, x), x);
  return exactTanh(f32x4.mul(splat(0.7978845608028654), rounded(splat(0.044715), cube, x)));
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
function logistic(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exactExp(f32x4.neg(x))));
}

/** x + 3, held between 0 and 6. NaN stays. */
// @ts-ignore: decorator
@inline
function hardened(x: v128): v128 {
  return f32x4.min(f32x4.max(f32x4.add(x, splat(3)), splat(0)), splat(6));
}

/** tanh(softplus(x)), of which mish is made. */
function mishPart(x: v128): v128 {
  return exactTanh(log1pOf(exactExp(x)));
}

/** Twice the standard normal distribution function. */
// @ts-ignore: decorator
@inline
function twiceNormal(x: v128): v128 {
  return f32x4.add(splat(1), exactErf(f32x4.mul(x, splat(0.70710678118654752))));
}

// @ts-ignore: decorator
@inline
function applyUnary(f: Unary, x: v128): v128 {
  if (f == Unary.Neg) return f32x4.neg(x);
  if (f == Unary.Abs) return f32x4.abs(x);
  if (f == Unary.Sqrt) return f32x4.sqrt(x);
  if (f == Unary.Rsqrt) return f32x4.div(splat(1), f32x4.sqrt(x));
  if (f == Unary.Square) return f32x4.mul(x, x);
  if (f == Unary.Cube) return f32x4.mul(f32x4.mul(x, x), x);
  if (f == Unary.InverseSquare) return f32x4.div(splat(1), f32x4.mul(x, x));
  if (f == Unary.Reciprocal) return f32x4.div(splat(1), x);
  if (f == Unary.Floor) return f32x4.floor(x);
  if (f == Unary.Ceil) return f32x4.ceil(x);
  if (f == Unary.Trunc) return f32x4.trunc(x);
  if (f == Unary.Round) return f32x4.nearest(x);
  if (f == Unary.Sign) return signOf(x);
  if (f == Unary.Relu) return f32x4.max(x, splat(0));
  if (f == Unary.Exp) return nearestExp(x);
  if (f == Unary.Expm1) return expm1Of(x);
  if (f == Unary.Log) return logOf(x);
  if (f == Unary.Log2) return f32x4.mul(logOf(x), splat(1.4426950408889634));
  if (f == Unary.Log10) return f32x4.mul(logOf(x), splat(0.4342944819032518));
  if (f == Unary.Log1p) return log1pOf(x);
  if (f == Unary.Sin) return sinOf(x);
  if (f == Unary.Cos) return cosOf(x);
  if (f == Unary.Erf) return erfOf(x);
  if (f == Unary.Sigmoid) return logistic(x);
  if (f == Unary.LogSigmoid) return f32x4.sub(f32x4.min(x, splat(0)), softplusExcess(x));
  if (f == Unary.Silu) return f32x4.div(x, f32x4.add(splat(1), exactExp(f32x4.neg(x))));
  if (f == Unary.Gelu) return f32x4.mul(f32x4.mul(x, splat(0.5)), twiceNormal(x));
  if (f == Unary.GeluTanh) return f32x4.mul(f32x4.mul(splat(0.5), x), f32x4.add(splat(1), geluTanhOf(x)));
  if (f == Unary.Mish) return f32x4.mul(x, mishPart(x));
  if (f == Unary.Softsign) return f32x4.div(x, f32x4.add(splat(1), f32x4.abs(x)));
  if (f == Unary.Tanhshrink) return f32x4.sub(x, tanhOf(x));
  if (f == Unary.Hardsigmoid) return f32x4.div(hardened(x), splat(6));
  if (f == Unary.Hardswish) return f32x4.div(f32x4.mul(x, hardened(x)), splat(6));
  return tanhOf(x);
}

// @ts-ignore: decorator
@inline
function mapUnary(f: Unary, output: usize, count: i32, x: usize): void {
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    v128.store(output, applyUnary(f, v128.load(x)));
    x += 16;
    output += 16;
  }
}

const enum Binary {
  Add,
  Sub,
  Mul,
  Div,
  /** NaN wins. */
  Maximum,
  Minimum,
  LeakyRelu,
  SquaredDifference,
  AbsoluteDifference,
  BinaryCrossEntropyWithLogits,
  SoftMargin,
  /** The gradient where the result was positive. */
  ReluBackward,
  AbsBackward,
  SqrtBackward,
  RsqrtBackward,
  SquareBackward,
  CubeBackward,
  ReciprocalBackward,
  SinBackward,
  CosBackward,
  ErfBackward,
  /** gradient * y * (1 - y). */
  SigmoidBackward,
  LogSigmoidBackward,
  /** gradient * (1 - y * y). */
  TanhBackward,
  SiluBackward,
  GeluBackward,
  GeluTanhBackward,
  MishBackward,
  HardsigmoidBackward,
  HardswishBackward,
  SoftsignBackward,
  TanhshrinkBackward,
  /** x times the sigmoid of y. */
  Glu,
}

/** In the derivatives x is the gradient, y the function's argument, or its result where that is enough. */
// @ts-ignore: decorator
@inline
function applyBinary(f: Binary, x: v128, y: v128): v128 {
  if (f == Binary.Add) return f32x4.add(x, y);
  if (f == Binary.Sub) return f32x4.sub(x, y);
  if (f == Binary.Mul) return f32x4.mul(x, y);
  if (f == Binary.Div) return f32x4.div(x, y);
  if (f == Binary.Maximum) return f32x4.max(x, y);
  if (f == Binary.Minimum) return f32x4.min(x, y);
  if (f == Binary.LeakyRelu) return v128.bitselect(x, f32x4.mul(x, y), f32x4.gt(x, splat(0)));
  if (f == Binary.SquaredDifference) {
    const difference = f32x4.sub(x, y);
    return f32x4.mul(difference, difference);
  }
  if (f == Binary.AbsoluteDifference) return f32x4.abs(f32x4.sub(x, y));
  if (f == Binary.BinaryCrossEntropyWithLogits) {
    return f32x4.sub(f32x4.mul(f32x4.sub(splat(1), y), x), f32x4.sub(f32x4.min(x, splat(0)), softplusExcess(x)));
  }
  if (f == Binary.SoftMargin) return log1pOf(nearestExp(f32x4.mul(f32x4.neg(y), x)));
  if (f == Binary.ReluBackward) return v128.and(x, f32x4.gt(y, splat(0)));
  if (f == Binary.AbsBackward) return f32x4.mul(x, signOf(y));
  if (f == Binary.SqrtBackward) return f32x4.div(x, f32x4.add(y, y));
  if (f == Binary.RsqrtBackward) return f32x4.mul(f32x4.mul(x, splat(-0.5)), f32x4.mul(f32x4.mul(y, y), y));
  if (f == Binary.SquareBackward) return f32x4.mul(x, f32x4.add(y, y));
  if (f == Binary.CubeBackward) return f32x4.mul(x, f32x4.mul(f32x4.mul(y, y), splat(3)));
  if (f == Binary.ReciprocalBackward) return f32x4.mul(f32x4.neg(x), f32x4.mul(y, y));
  if (f == Binary.SinBackward) return f32x4.mul(x, cosOf(y));
  if (f == Binary.CosBackward) return f32x4.neg(f32x4.mul(x, sinOf(y)));
  if (f == Binary.ErfBackward) return f32x4.mul(f32x4.mul(x, splat(1.1283791670955126)), expOf(f32x4.neg(f32x4.mul(y, y))));
  if (f == Binary.SigmoidBackward) return f32x4.mul(f32x4.mul(x, f32x4.sub(splat(1), y)), y);
  if (f == Binary.LogSigmoidBackward) {
    const e = exactExp(v128.or(y, splat(-0.0)));
    const share = f32x4.div(e, f32x4.add(splat(1), e));
    return f32x4.mul(v128.bitselect(f32x4.sub(splat(1), share), share, f32x4.lt(y, splat(0))), x);
  }
  if (f == Binary.TanhBackward) return f32x4.mul(x, oneLessSquare(y));
  if (f == Binary.GeluBackward) {
    const density = f32x4.mul(splat(0.3989422804014327), exactExp(f32x4.mul(f32x4.mul(y, y), splat(-0.5))));
    return f32x4.mul(x, rounded(y, density, f32x4.mul(splat(0.5), twiceNormal(y))));
  }
  if (f == Binary.GeluTanhBackward) {
    const t = geluTanhOf(y);
    const rise = f32x4.mul(f32x4.mul(splat(0.5), y), oneLessSquare(t));
    const slope = f32x4.mul(splat(0.7978845608028654), rounded(splat(<f32>3 * <f32>0.044715), f32x4.mul(y, y), splat(1)));
    return f32x4.mul(x, rounded(splat(0.5), f32x4.add(splat(1), t), f32x4.mul(rise, slope)));
  }
  if (f == Binary.MishBackward) {
    const t = mishPart(y);
    return f32x4.mul(x, rounded(f32x4.mul(y, logistic(y)), oneLessSquare(t), t));
  }
  if (f == Binary.SoftsignBackward) {
    const below = f32x4.add(splat(1), f32x4.abs(y));
    const rest = f32x4.mul(f32x4.neg(x), f32x4.div(f32x4.div(y, below), below));
    return f32x4.add(f32x4.div(x, below), f32x4.mul(rest, signOf(y)));
  }
  if (f == Binary.TanhshrinkBackward) return f32x4.add(x, f32x4.mul(f32x4.neg(x), oneLessSquare(tanhOf(y))));
  if (f == Binary.Glu) return f32x4.mul(x, logistic(y));
  if (f == Binary.HardsigmoidBackward) return v128.and(f32x4.mul(x, splat(1.0 / 6.0)), f32x4.lt(f32x4.abs(y), splat(3)));
  if (f == Binary.HardswishBackward) {
    const slope = f32x4.mul(x, f32x4.add(f32x4.div(y, splat(3)), splat(0.5)));
    return v128.andnot(v128.bitselect(slope, x, f32x4.lt(y, splat(3))), f32x4.le(y, splat(-3)));
  }
  const s = logistic(y);
  return f32x4.mul(f32x4.mul(x, s), rounded(y, f32x4.sub(splat(1), s), splat(1)));
}

/** 1 - x * x. */
// @ts-ignore: decorator
@inline
function oneLessSquare(x: v128): v128 {
  return rounded(f32x4.neg(x), x, splat(1));
}

// @ts-ignore: decorator
@inline
function mapBinary(f: Binary, output: usize, count: i32, x: usize, y: usize): void {
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    v128.store(output, applyBinary(f, v128.load(x), v128.load(y)));
    x += 16;
    y += 16;
    output += 16;
  }
}

const enum Ternary {
  /** x + z * y. */
  AddScaled,
  /** From the nearer end, so that weight 1 gives y exactly. */
  Lerp,
  /** y where x is true, else z. */
  Where,
  /** x held between y and z; z wins where they cross, NaN over all. */
  Clamp,
  /** With beta and the threshold above which the result is x. */
  Softplus,
  /** With the width of the quadratic part. */
  SmoothL1,
  Huber,
  /** Of a probability, with its logarithm; logarithms are kept above -100. */
  BinaryCrossEntropy,
  LeakyReluBackward,
  /** Of x / y with respect to y. */
  DivBackward,
  /** x where y > z, half of it where they are equal. */
  MaximumBackward,
  /** With respect to what the sigmoid is of, z. */
  GluBackward,
  /** x * e^(y - z). */
  LogsumexpBackward,
}

/** In the derivatives x is the gradient. */
// @ts-ignore: decorator
@inline
function applyTernary(f: Ternary, x: v128, y: v128, z: v128): v128 {
  if (f == Ternary.AddScaled) return fusedMultiplyAdd(y, z, x);
  if (f == Ternary.Lerp) {
    const difference = f32x4.sub(y, x);
    const fromStart = f32x4.add(x, f32x4.mul(z, difference));
    const fromEnd = f32x4.sub(y, f32x4.mul(difference, f32x4.sub(splat(1), z)));
    return v128.bitselect(fromStart, fromEnd, f32x4.lt(f32x4.abs(z), splat(0.5)));
  }
  if (f == Ternary.Where) return v128.bitselect(y, z, f32x4.ne(x, splat(0)));
  if (f == Ternary.Clamp) return f32x4.min(f32x4.max(x, y), z);
  if (f == Ternary.Softplus) {
    const scaled = f32x4.mul(x, y);
    const result = f32x4.div(log1pOf(exactExp(scaled)), y);
    return v128.bitselect(x, result, f32x4.gt(scaled, z));
  }
  if (f == Ternary.SmoothL1) {
    const distance = f32x4.abs(f32x4.sub(x, y));
    const square = f32x4.div(f32x4.mul(f32x4.mul(distance, splat(0.5)), distance), z);
    return v128.bitselect(square, f32x4.sub(distance, f32x4.mul(z, splat(0.5))), f32x4.lt(distance, z));
  }
  if (f == Ternary.Huber) {
    const distance = f32x4.abs(f32x4.sub(x, y));
    const square = f32x4.mul(f32x4.mul(distance, splat(0.5)), distance);
    return v128.bitselect(square, f32x4.mul(z, f32x4.sub(distance, f32x4.mul(z, splat(0.5)))), f32x4.le(distance, z));
  }
  if (f == Ternary.BinaryCrossEntropy) {
    const ofRest = f32x4.pmax(splat(-100), libraryLog1p(f32x4.neg(x)));
    return f32x4.sub(f32x4.mul(f32x4.sub(y, splat(1)), ofRest), f32x4.mul(y, f32x4.max(z, splat(-100))));
  }
  if (f == Ternary.LeakyReluBackward) return v128.bitselect(x, f32x4.mul(x, z), f32x4.gt(y, splat(0)));
  if (f == Ternary.DivBackward) return f32x4.div(f32x4.mul(f32x4.neg(x), y), f32x4.mul(z, z));
  if (f == Ternary.MaximumBackward) {
    return f32x4.mul(x, f32x4.add(v128.and(f32x4.gt(y, z), splat(1)), v128.and(f32x4.eq(y, z), splat(0.5))));
  }
  if (f == Ternary.GluBackward) {
    const s = logistic(z);
    return f32x4.mul(f32x4.mul(f32x4.mul(f32x4.sub(splat(1), s), s), y), x);
  }
  return f32x4.mul(x, expOf(f32x4.sub(y, z)));
}

// @ts-ignore: decorator
@inline
function mapTernary(f: Ternary, output: usize, count: i32, x: usize, y: usize, z: usize): void {
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    v128.store(output, applyTernary(f, v128.load(x), v128.load(y), v128.load(z)));
    x += 16;
    y += 16;
    z += 16;
    output += 16;
  }
}

const enum Wide {
  /** x + w * y * z. */
  Addcmul,
  /** x + w * y / z. */
  Addcdiv,
  /** x where y lies between z and w, which count in, else 0. */
  Within,
  /** The same, where they do not count in. */
  Between,
  SoftplusBackward,
  /** Of losses, with the number of elements of a mean, or one over it or two: in PyTorch's order. */
  SquaredDifferenceBackward,
  AbsoluteDifferenceBackward,
  SmoothL1Backward,
  HuberBackward,
  BinaryCrossEntropyBackward,
  BinaryCrossEntropyWithLogitsBackward,
  SoftMarginBackward,
  /** x with a slope for positive and one for negative values, and a scale of the argument of the exponential function. */
  Elu,
  EluBackward,
}

/** In the derivatives x is the gradient. */
// @ts-ignore: decorator
@inline
function applyWide(f: Wide, x: v128, y: v128, z: v128, w: v128, v: v128): v128 {
  if (f == Wide.Addcmul) return f32x4.add(x, f32x4.mul(f32x4.mul(w, y), z));
  if (f == Wide.Addcdiv) return f32x4.add(x, f32x4.div(f32x4.mul(w, y), z));
  if (f == Wide.Within) return v128.and(x, v128.and(f32x4.ge(y, z), f32x4.le(y, w)));
  if (f == Wide.Between) return v128.andnot(x, v128.or(f32x4.le(y, z), f32x4.ge(y, w)));
  if (f == Wide.SoftplusBackward) {
    const scaled = f32x4.mul(y, z);
    const e = exactExp(scaled);
    return v128.bitselect(x, f32x4.div(f32x4.mul(x, e), f32x4.add(e, splat(1))), f32x4.gt(scaled, w));
  }
  if (f == Wide.SquaredDifferenceBackward) return f32x4.mul(f32x4.mul(w, f32x4.sub(y, z)), x);
  if (f == Wide.AbsoluteDifferenceBackward) return f32x4.mul(f32x4.div(x, w), signOf(f32x4.sub(y, z)));
  if (f == Wide.SmoothL1Backward) {
    const difference = f32x4.sub(y, z);
    const slope = v128.bitselect(signOf(difference), f32x4.div(difference, w), f32x4.ge(f32x4.abs(difference), w));
    return f32x4.mul(f32x4.mul(v, slope), x);
  }
  if (f == Wide.HuberBackward) return f32x4.mul(f32x4.mul(v, f32x4.max(f32x4.neg(w), f32x4.min(w, f32x4.sub(y, z)))), x);
  if (f == Wide.BinaryCrossEntropyBackward) {
    const bounded = f32x4.max(f32x4.mul(f32x4.sub(splat(1), y), y), splat(1e-12));
    return f32x4.div(f32x4.div(f32x4.mul(x, f32x4.sub(y, z)), bounded), w);
  }
  if (f == Wide.BinaryCrossEntropyWithLogitsBackward) {
    return f32x4.div(f32x4.mul(f32x4.sub(logistic(y), z), x), w);
  }
  if (f == Wide.SoftMarginBackward) {
    const e = nearestExp(f32x4.mul(f32x4.neg(z), y));
    return f32x4.mul(f32x4.div(f32x4.mul(f32x4.mul(z, e), f32x4.neg(w)), f32x4.add(e, splat(1))), x);
  }
  if (f == Wide.Elu) return v128.bitselect(f32x4.mul(x, y), f32x4.mul(expm1Of(f32x4.mul(x, w)), z), f32x4.ge(x, splat(0)));
  const slope = f32x4.mul(f32x4.mul(f32x4.mul(x, v), w), exactExp(f32x4.mul(y, v)));
  return v128.bitselect(f32x4.mul(x, z), slope, f32x4.gt(y, splat(0)));
}

// @ts-ignore: decorator
@inline
function mapWide(f: Wide, output: usize, count: i32, x: usize, y: usize, z: usize, w: usize, v: usize): void {
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    v128.store(output, applyWide(f, v128.load(x), v128.load(y), v128.load(z), v128.load(w), v128.load(v)));
    x += 16;
    y += 16;
    z += 16;
    w += 16;
    v += 16;
    output += 16;
  }
}

const enum Truth {
  Eq,
  Ne,
  Lt,
  Le,
  Gt,
  Ge,
  And,
  Or,
  Xor,
  /** |x - y| <= w + z * |y|, or both equal. */
  IsClose,
}

// @ts-ignore: decorator
@inline
function isTrue(f: Truth, x: v128, y: v128, z: usize, w: usize): v128 {
  if (f == Truth.Eq) return f32x4.eq(x, y);
  if (f == Truth.Ne) return f32x4.ne(x, y);
  if (f == Truth.Lt) return f32x4.lt(x, y);
  if (f == Truth.Le) return f32x4.le(x, y);
  if (f == Truth.Gt) return f32x4.gt(x, y);
  if (f == Truth.Ge) return f32x4.ge(x, y);
  if (f == Truth.IsClose) {
    const distance = f32x4.abs(f32x4.sub(x, y));
    const allowed = f32x4.add(v128.load(w), f32x4.mul(v128.load(z), f32x4.abs(y)));
    return v128.or(f32x4.eq(x, y), v128.and(f32x4.le(distance, allowed), f32x4.lt(distance, splat(Infinity))));
  }
  const a = f32x4.ne(x, splat(0));
  const b = f32x4.ne(y, splat(0));
  if (f == Truth.And) return v128.and(a, b);
  if (f == Truth.Or) return v128.or(a, b);
  return v128.xor(a, b);
}

/** A byte for each element, 1 where the condition holds. */
// @ts-ignore: decorator
@inline
function mapTruth(f: Truth, output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  const end = x + ((<usize>count) << 2);
  while (x < end) {
    const a = isTrue(f, v128.load(x), v128.load(y), z, w);
    const b = isTrue(f, v128.load(x, 16), v128.load(y, 16), z + 16, w + 16);
    const c = isTrue(f, v128.load(x, 32), v128.load(y, 32), z + 32, w + 32);
    const d = isTrue(f, v128.load(x, 48), v128.load(y, 48), z + 48, w + 48);
    const bytes = i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(a, b), i16x8.narrow_i32x4_s(c, d));
    v128.store(output, v128.and(bytes, i8x16.splat(1)));
    x += 64;
    y += 64;
    z += 64;
    w += 64;
    output += 16;
  }
}

/** Bytes as the numbers that they are; `bytes` may be the last quarter of what is written. */
export function widen(output: usize, count: i32, bytes: usize): void {
  const end = bytes + <usize>count;
  while (bytes < end) {
    const all = v128.load(bytes);
    const low = i16x8.extend_low_i8x16_u(all);
    const high = i16x8.extend_high_i8x16_u(all);
    v128.store(output, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low)));
    v128.store(output, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low)), 16);
    v128.store(output, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high)), 32);
    v128.store(output, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high)), 48);
    bytes += 16;
    output += 64;
  }
}

export function neg(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Neg, output, count, x);
}
export function abs(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Abs, output, count, x);
}
export function sqrt(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Sqrt, output, count, x);
}
export function rsqrt(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Rsqrt, output, count, x);
}
export function square(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Square, output, count, x);
}
export function cube(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Cube, output, count, x);
}
export function inverseSquare(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.InverseSquare, output, count, x);
}
export function reciprocal(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Reciprocal, output, count, x);
}
export function floor(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Floor, output, count, x);
}
export function ceil(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Ceil, output, count, x);
}
export function trunc(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Trunc, output, count, x);
}
export function round(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Round, output, count, x);
}
export function sign(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Sign, output, count, x);
}
export function relu(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Relu, output, count, x);
}
export function exp(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Exp, output, count, x);
}
export function expm1(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Expm1, output, count, x);
}
export function log(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Log, output, count, x);
}
export function log2(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Log2, output, count, x);
}
export function log10(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Log10, output, count, x);
}
export function log1p(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Log1p, output, count, x);
}
export function sin(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Sin, output, count, x);
}
export function cos(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Cos, output, count, x);
}
export function erf(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Erf, output, count, x);
}
export function sigmoid(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Sigmoid, output, count, x);
}
export function logsigmoid(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.LogSigmoid, output, count, x);
}
export function tanh(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Tanh, output, count, x);
}
export function silu(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Silu, output, count, x);
}
export function gelu(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Gelu, output, count, x);
}
export function geluTanh(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.GeluTanh, output, count, x);
}
export function mish(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Mish, output, count, x);
}
export function hardsigmoid(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Hardsigmoid, output, count, x);
}
export function hardswish(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Hardswish, output, count, x);
}
export function softsign(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Softsign, output, count, x);
}
export function tanhshrink(output: usize, count: i32, x: usize): void {
  mapUnary(Unary.Tanhshrink, output, count, x);
}
export function add(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.Add, output, count, x, y);
}
export function sub(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.Sub, output, count, x, y);
}
export function mul(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.Mul, output, count, x, y);
}
export function div(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.Div, output, count, x, y);
}
export function maximum(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.Maximum, output, count, x, y);
}
export function minimum(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.Minimum, output, count, x, y);
}
/** In two loops, with `w` and `v` for what the first gives: the steps of both wait for each other, and more are at work at a time where a loop is short. */
export function pow(output: usize, count: i32, x: usize, y: usize, _z: usize, w: usize, v: usize): void {
  const size = (<usize>count) << 2;
  for (let at: usize = 0; at < size; at += 16) {
    v128.store(w + at, powerExponent(v128.load(x + at), v128.load(y + at)));
    v128.store(v + at, powerLow);
  }
  for (let at: usize = 0; at < size; at += 16) {
    v128.store(output + at, powerOf(v128.load(x + at), v128.load(y + at), v128.load(w + at), v128.load(v + at)));
  }
}
export function leakyRelu(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.LeakyRelu, output, count, x, y);
}
export function squaredDifference(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.SquaredDifference, output, count, x, y);
}
export function absoluteDifference(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.AbsoluteDifference, output, count, x, y);
}
export function binaryCrossEntropyWithLogits(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.BinaryCrossEntropyWithLogits, output, count, x, y);
}
export function softMargin(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.SoftMargin, output, count, x, y);
}
export function reluBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.ReluBackward, output, count, x, y);
}
export function absBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.AbsBackward, output, count, x, y);
}
export function sqrtBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.SqrtBackward, output, count, x, y);
}
export function rsqrtBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.RsqrtBackward, output, count, x, y);
}
export function squareBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.SquareBackward, output, count, x, y);
}
export function cubeBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.CubeBackward, output, count, x, y);
}
export function reciprocalBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.ReciprocalBackward, output, count, x, y);
}
export function sinBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.SinBackward, output, count, x, y);
}
export function cosBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.CosBackward, output, count, x, y);
}
export function erfBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.ErfBackward, output, count, x, y);
}
export function sigmoidBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.SigmoidBackward, output, count, x, y);
}
export function logSigmoidBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.LogSigmoidBackward, output, count, x, y);
}
export function tanhBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.TanhBackward, output, count, x, y);
}
export function siluBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.SiluBackward, output, count, x, y);
}
export function geluBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.GeluBackward, output, count, x, y);
}
export function geluTanhBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.GeluTanhBackward, output, count, x, y);
}
export function mishBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.MishBackward, output, count, x, y);
}
export function hardsigmoidBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.HardsigmoidBackward, output, count, x, y);
}
export function hardswishBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.HardswishBackward, output, count, x, y);
}
export function softsignBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.SoftsignBackward, output, count, x, y);
}
export function tanhshrinkBackward(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.TanhshrinkBackward, output, count, x, y);
}
export function glu(output: usize, count: i32, x: usize, y: usize): void {
  mapBinary(Binary.Glu, output, count, x, y);
}
export function gluBackward(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.GluBackward, output, count, x, y, z);
}
export function addScaled(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.AddScaled, output, count, x, y, z);
}
export function lerp(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.Lerp, output, count, x, y, z);
}
export function where(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.Where, output, count, x, y, z);
}
export function clamp(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.Clamp, output, count, x, y, z);
}
export function softplus(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.Softplus, output, count, x, y, z);
}
export function smoothL1(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.SmoothL1, output, count, x, y, z);
}
export function binaryCrossEntropy(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.BinaryCrossEntropy, output, count, x, y, z);
}
export function huber(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.Huber, output, count, x, y, z);
}
export function leakyReluBackward(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.LeakyReluBackward, output, count, x, y, z);
}
export function divBackward(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.DivBackward, output, count, x, y, z);
}
export function maximumBackward(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.MaximumBackward, output, count, x, y, z);
}
export function logsumexpBackward(output: usize, count: i32, x: usize, y: usize, z: usize): void {
  mapTernary(Ternary.LogsumexpBackward, output, count, x, y, z);
}
export function squaredDifferenceBackward(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.SquaredDifferenceBackward, output, count, x, y, z, w, 0);
}
export function absoluteDifferenceBackward(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.AbsoluteDifferenceBackward, output, count, x, y, z, w, 0);
}
export function binaryCrossEntropyWithLogitsBackward(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.BinaryCrossEntropyWithLogitsBackward, output, count, x, y, z, w, 0);
}
export function addcmul(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.Addcmul, output, count, x, y, z, w, 0);
}
export function addcdiv(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.Addcdiv, output, count, x, y, z, w, 0);
}
export function within(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.Within, output, count, x, y, z, w, 0);
}
export function between(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.Between, output, count, x, y, z, w, 0);
}
export function softplusBackward(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.SoftplusBackward, output, count, x, y, z, w, 0);
}
export function smoothL1Backward(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize, v: usize): void {
  mapWide(Wide.SmoothL1Backward, output, count, x, y, z, w, v);
}
export function huberBackward(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize, v: usize): void {
  mapWide(Wide.HuberBackward, output, count, x, y, z, w, v);
}
export function binaryCrossEntropyBackward(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.BinaryCrossEntropyBackward, output, count, x, y, z, w, 0);
}
export function softMarginBackward(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.SoftMarginBackward, output, count, x, y, z, w, 0);
}
export function elu(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapWide(Wide.Elu, output, count, x, y, z, w, 0);
}
export function eluBackward(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize, v: usize): void {
  mapWide(Wide.EluBackward, output, count, x, y, z, w, v);
}
export function eq(output: usize, count: i32, x: usize, y: usize): void {
  mapTruth(Truth.Eq, output, count, x, y, 0, 0);
}
export function ne(output: usize, count: i32, x: usize, y: usize): void {
  mapTruth(Truth.Ne, output, count, x, y, 0, 0);
}
export function lt(output: usize, count: i32, x: usize, y: usize): void {
  mapTruth(Truth.Lt, output, count, x, y, 0, 0);
}
export function le(output: usize, count: i32, x: usize, y: usize): void {
  mapTruth(Truth.Le, output, count, x, y, 0, 0);
}
export function gt(output: usize, count: i32, x: usize, y: usize): void {
  mapTruth(Truth.Gt, output, count, x, y, 0, 0);
}
export function ge(output: usize, count: i32, x: usize, y: usize): void {
  mapTruth(Truth.Ge, output, count, x, y, 0, 0);
}
export function logicalAnd(output: usize, count: i32, x: usize, y: usize): void {
  mapTruth(Truth.And, output, count, x, y, 0, 0);
}
export function logicalOr(output: usize, count: i32, x: usize, y: usize): void {
  mapTruth(Truth.Or, output, count, x, y, 0, 0);
}
export function logicalXor(output: usize, count: i32, x: usize, y: usize): void {
  mapTruth(Truth.Xor, output, count, x, y, 0, 0);
}
export function isclose(output: usize, count: i32, x: usize, y: usize, z: usize, w: usize): void {
  mapTruth(Truth.IsClose, output, count, x, y, z, w);
}
