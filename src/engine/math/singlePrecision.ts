/**
 * Functions of float32 numbers with the bits of Sleef's (error at most one unit in the last place; Shibata and Petrogalli, 2020), which PyTorch's AVX2 loops call.
 * Every step is rounded to float32; a multiplication with an addition is rounded once, which `fround(a * b + c)` does: the product is exact in a double.
 * assembly/math.ts has the same for four numbers at once.
 */

const { fround } = Math;

/** What the double-float operations below leave of a result that its leading part cannot hold. */
let low = 0;

function product(x: number, xLow: number, y: number, yLow: number): number {
  const high = fround(x * y);
  low = fround(x * yLow + fround(xLow * y + fround(x * y - high)));
  return high;
}

function scaled(x: number, xLow: number, y: number): number {
  const high = fround(x * y);
  low = fround(xLow * y + fround(x * y - high));
  return high;
}

function square(x: number, xLow: number): number {
  const high = fround(x * x);
  low = fround(fround(x + x) * xLow + fround(x * x - high));
  return high;
}

/** For |x| >= |y|. */
function sumInOrder(x: number, xLow: number, y: number, yLow: number): number {
  const high = fround(x + y);
  low = fround(fround(fround(fround(x - high) + y) + xLow) + yLow);
  return high;
}

function sum(x: number, xLow: number, y: number, yLow: number): number {
  const high = fround(x + y);
  const added = fround(high - x);
  low = fround(fround(fround(x - fround(high - added)) + fround(y - added)) + fround(xLow + yLow));
  return high;
}

function plus(x: number, xLow: number, y: number): number {
  const high = fround(x + y);
  const added = fround(high - x);
  low = fround(fround(fround(x - fround(high - added)) + fround(y - added)) + xLow);
  return high;
}

function onePlus(x: number, xLow: number): number {
  const high = fround(1 + x);
  low = fround(fround(fround(1 - high) + x) + xLow);
  return high;
}

function quotient(x: number, xLow: number, y: number, yLow: number): number {
  const inverse = fround(1 / y);
  const high = fround(x * inverse);
  const rest = fround(-yLow * inverse + fround(-y * inverse + 1));
  low = fround(high * rest + fround(xLow * inverse + fround(inverse * x - high)));
  return high;
}

/** To the nearest whole number, ties to even. */
const roundingShift = 1.5 * 2 ** 52;
const nearest = (x: number): number => x + roundingShift - roundingShift;

const ln2 = [fround(0.693145751953125), fround(1.428606765330187045e-6)] as const;
const log2OfE = fround(Math.LOG2E);

/** 2^n at n + 512. */
const powersOfTwo = Float64Array.from({ length: 1024 }, (_, i) => 2 ** (i - 512));

/** x times 2^n, in two steps: 2^n itself may be no float32. */
function shifted(x: number, n: number): number {
  const half = n >> 1;
  return fround(fround(x * powersOfTwo[half + 512]!) * powersOfTwo[n - half + 512]!);
}

const exp5 = fround(0.000198527617612853646278381);
const exp4 = fround(0.00139304355252534151077271);
const exp3 = fround(0.00833336077630519866943359);
const exp2 = fround(0.0416664853692054748535156);
const exp1 = fround(0.166666671633720397949219);

/** e^x. (Sleef_expf8_u10) */
export function exp(x: number): number {
  if (!(x >= -104)) return x !== x ? x : 0;
  if (x > 100) return Infinity;
  const n = nearest(fround(x * log2OfE));
  let r = fround(n * -ln2[0] + x);
  r = fround(n * -ln2[1] + r);
  let p = fround(exp5 * r + exp4);
  p = fround(p * r + exp3);
  p = fround(p * r + exp2);
  p = fround(p * r + exp1);
  p = fround(p * r + 0.5);
  return shifted(fround(1 + fround(fround(r * r) * p + r)), n);
}

const expm1s = [0.1980960224e-3, 0.1394256484e-2, 0.8333456703e-2, 0.4166637361e-1, 0.166666659414234244790680580464].map(fround) as [
  number,
  number,
  number,
  number,
  number,
];

/** e^x, with `low`. */
function doubleExp(x: number): number {
  const n = nearest(fround(x * log2OfE));
  let r = plus(x, 0, fround(n * -ln2[0]));
  r = plus(r, low, fround(n * -ln2[1]));
  const rLow = low;
  let p = fround(expm1s[0] * r + expm1s[1]);
  p = fround(p * r + expm1s[2]);
  p = fround(p * r + expm1s[3]);
  let t = scaled(r, rLow, p);
  t = plus(t, low, expm1s[4]);
  t = product(r, rLow, t, low);
  t = plus(t, low, 0.5);
  const tLow = low;
  let s = square(r, rLow);
  s = product(s, low, t, tLow);
  s = sum(r, rLow, s, low);
  s = onePlus(s, low);
  low = shifted(low, n);
  return shifted(s, n);
}

/** e^x - 1. (Sleef_expm1f8_u10) */
export function expm1(x: number): number {
  if (x !== x || x === 0) return x;
  if (x > 88.72283172607421875) return Infinity;
  if (x < -16.63553237915039) return -1;
  const high = plus(doubleExp(x), low, -1);
  return fround(high + low);
}

/** The hyperbolic tangent. (Sleef_tanhf8_u10) */
export function tanh(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude <= 8.664339742)) return x !== x ? x : Math.sign(x);
  const power = doubleExp(magnitude);
  const powerLow = low;
  const inverse = fround(1 / power);
  const inverseLow = fround(inverse * fround(-powerLow * inverse + fround(-power * inverse + 1)));
  const difference = sumInOrder(power, powerLow, -inverse, -inverseLow);
  const differenceLow = low;
  const both = sumInOrder(power, powerLow, inverse, inverseLow);
  const result = fround(quotient(difference, differenceLow, both, low) + low);
  return x < 0 || Object.is(x, -0) ? -result : result;
}

const erfs = [1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592].map(fround) as [number, number, number, number, number];

/** The error function, to three units in the last place of 1. (at::vec::Vectorized<float>::erf, after Abramowitz and Stegun, 7.1.26) */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  const t = fround(1 / fround(fround(0.3275911) * magnitude + 1));
  let p = fround(erfs[0] * t + erfs[1]);
  for (let i = 2; i < 5; i++) p = fround(p * t + erfs[i]!);
  const result = fround(fround(-exp(-fround(x * x)) * t) * p + 1);
  return x < 0 || Object.is(x, -0) ? -result : result;
}

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);
const smallestNormal = 2 ** -126;
const fourThirds = fround(1 / fround(0.75));
const ln2Pair = [fround(0.69314718246459960938), fround(-1.904654323148236017e-9)] as const;

/** The exponent n such that x / 2^n lies between 3/4 and 3/2. */
function exponentOf(x: number): number {
  float[0] = x * fourThirds;
  return ((bits[0]! >>> 23) & 0xff) - 127;
}

/** x / 2^n, for what `exponentOf` gives. */
function mantissa(x: number, n: number): number {
  float[0] = x;
  bits[0]! -= n << 23;
  return float[0];
}

const log2s = fround(0.3027294874);
const log1s = fround(0.3996108174);
const log0s = fround(0.666669488);

/** n log(2) + log((1 + x) / (1 - x)). */
function logByParts(n: number, x: number, xLow: number): number {
  const squared = fround(x * x);
  let t = fround(log2s * squared + log1s);
  t = fround(t * squared + log0s);
  let s = scaled(ln2Pair[0], ln2Pair[1], n);
  s = sumInOrder(s, low, fround(2 * x), fround(2 * xLow));
  const rest = fround(fround(squared * x) * t);
  const high = fround(s + rest);
  return fround(high + fround(fround(fround(s - high) + rest) + low));
}

/** The natural logarithm. (Sleef_logf8_u10) */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x === Infinity ? x : NaN;
  const isSmall = x < smallestNormal;
  const normal = isSmall ? x * 2 ** 64 : x;
  const n = exponentOf(normal);
  const q = ratioOf(mantissa(normal, n));
  return logByParts(isSmall ? n - 64 : n, q, low);
}

/** (m - 1) / (m + 1). */
function ratioOf(m: number): number {
  const below = plus(-1, 0, m);
  const belowLow = low;
  const above = plus(1, 0, m);
  return quotient(below, belowLow, above, low);
}

/** log(1 + x). (Sleef_log1pf8_u10) */
export function log1p(x: number): number {
  if (!(x > -1) || x === 0) return x === -1 ? -Infinity : x < -1 ? NaN : x;
  if (x > 1e38) return log(x);
  const n = exponentOf(fround(x + 1));
  const scale = powersOfTwo[512 - n]!;
  const m = fround(x * scale + fround(scale - 1));
  const above = fround(2 + m);
  const q = quotient(m, 0, above, fround(fround(2 - above) + m));
  return logByParts(n, q, low);
}

const powerLog = [0.240320354700088500976562, 0.285112679004669189453125, 0.400007992982864379882812].map(fround) as [number, number, number];
const powerLogLast = [fround(0.66666662693023681640625), fround(3.69183861259614332084311e-9)] as const;
const powerExp = [
  0.00136324646882712841033936, 0.00836596917361021041870117, 0.0416710823774337768554688, 0.166665524244308471679688, 0.499999850988388061523438,
].map(fround) as [number, number, number, number, number];

/** The logarithm of a positive number, with `low`. */
function doubleLog(x: number): number {
  const isSmall = x < smallestNormal;
  const normal = isSmall ? x * 2 ** 64 : x;
  const n = exponentOf(normal);
  const q = ratioOf(mantissa(normal, n));
  const qLow = low;
  const squared = square(q, qLow);
  const squaredLow = low;
  let t = fround(powerLog[0] * squared + powerLog[1]);
  t = fround(t * squared + powerLog[2]);
  t = scaled(squared, squaredLow, t);
  t = sum(t, low, ...powerLogLast);
  const tLow = low;
  let rest = product(squared, squaredLow, q, qLow);
  rest = product(rest, low, t, tLow);
  const restLow = low;
  let s = scaled(ln2Pair[0], ln2Pair[1], isSmall ? n - 64 : n);
  s = sumInOrder(s, low, fround(2 * q), fround(2 * qLow));
  return sumInOrder(s, low, rest, restLow);
}

/** e to the power of the sum of two numbers. */
function expOfSum(x: number, xLow: number): number {
  if (x < -104) return 0;
  const n = nearest(fround(fround(x + xLow) * log2OfE));
  if (!(n < 300)) return Infinity;
  let s = plus(x, xLow, fround(n * -ln2[0]));
  s = plus(s, low, fround(n * -ln2[1]));
  const r = fround(s + low);
  const rLow = fround(fround(s - r) + low);
  let p = fround(powerExp[0] * r + powerExp[1]);
  p = fround(p * r + powerExp[2]);
  p = fround(p * r + powerExp[3]);
  p = fround(p * r + powerExp[4]);
  let t = square(r, rLow);
  t = scaled(t, low, p);
  t = sumInOrder(r, rLow, t, low);
  t = onePlus(t, low);
  // First by as many times 2^64 as n has: what is too small for a normal number may be rounded twice.
  const whole = n < 0 ? -((-n >> 6) << 6) : (n >> 6) << 6;
  return fround(fround(fround(t + low) * powersOfTwo[whole + 512]!) * powersOfTwo[n - whole + 512]!);
}

/** x to the power of y. (Sleef_powf8_u10) */
export function pow(x: number, y: number): number {
  const magnitude = Math.abs(x);
  if (x === 1 || y === 0) return 1;
  if (magnitude === 0 || magnitude === 1 || magnitude === Infinity || !Number.isFinite(y)) return x === -1 && Math.abs(y) === Infinity ? 1 : x ** y;
  const isOdd = Math.abs(y) < 2 ** 24 && y % 2 !== 0;
  if (x !== x || (x < 0 && y % 1 !== 0)) return NaN;
  const logarithm = doubleLog(magnitude);
  const t = scaled(logarithm, low, y);
  const result = expOfSum(t, low);
  return x < 0 && isOdd ? -result : result;
}
