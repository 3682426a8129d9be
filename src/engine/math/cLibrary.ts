/**
 * Functions of float32 numbers with the bits of the C library that PyTorch is used with most (glibc 2.28 to 2.40), which its loops call for what fills no vector.
 * Exponential, logarithm and power are computed in doubles (Arm's optimized routines): right but for a few in a thousand; log1p in float32 (fdlibm, Sun Microsystems, 1993).
 */

const { fround } = Math;

const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** For each sixteenth of a number's range, the inverse of a number in it. */
const inverses = Float64Array.of(
  1.398907162146528,
  1.3403141896637998,
  1.286432210124115,
  1.2367150214269895,
  1.1906977166711752,
  1.1479821020556429,
  1.1082251448272158,
  1.0711297413057381,
  1.036437278977283,
  1.0,
  0.9492859795739057,
  0.8951049428609004,
  0.8476821620351103,
  0.8050314851692001,
  0.7664671008843108,
  0.731428603316328,
);
const logs = inverses.map((inverse) => -Math.log(inverse));
const binaryLogs = inverses.map((inverse) => -Math.log2(inverse));

/** What the bits of a number are less where the first part of its range starts. */
const start = 0x3f330000;

/** The natural logarithm. (logf) */
export function log(x: number): number {
  if (!(x > 0) || x === Infinity) return x === 0 ? -Infinity : x === Infinity ? x : NaN;
  const isSmall = x < 2 ** -126;
  float[0] = isSmall ? x * 2 ** 23 : x;
  const offset = bits[0]! - start;
  const part = (offset >> 19) & 15;
  const n = (offset >> 23) - (isSmall ? 23 : 0);
  bits[0]! -= offset & 0xff800000;
  const r = float[0] * inverses[part]! - 1;
  const squared = r * r;
  const p = -0.25089342214237154 * squared + (0.333456765744066 * r + -0.4999997485802103);
  return fround(p * squared + (logs[part]! + n * Math.LN2 + r));
}

const powers = Float64Array.from({ length: 32 }, (_, i) => 2 ** (i / 32));

/** 2 to the power of a double. */
function exp2(x: number): number {
  if (!(x >= -151)) return x !== x ? x : 0;
  if (x >= 129) return Infinity;
  const n = Math.round(x * 32);
  const r = x - n / 32;
  const squared = r * r;
  const p = (0.05550361559341535 * r + 0.2402284522445722) * squared + (0.6931471806916203 * r + 1);
  return fround(p * powers[n & 31]! * powersOfTwo[(n >> 5) + 160]!);
}

/** 2^n at n + 160. */
const powersOfTwo = Float64Array.from({ length: 320 }, (_, i) => 2 ** (i - 160));

/** e^x. (expf) */
export function exp(x: number): number {
  return exp2(x * Math.LOG2E);
}

/** x to the power of y. (powf) */
export function pow(x: number, y: number): number {
  if (x === 1) return 1;
  const magnitude = Math.abs(x);
  if (!(magnitude > 0) || magnitude === Infinity || !Number.isFinite(y)) return x === -1 && y === y ? 1 : x ** y;
  if (x < 0 && y % 1 !== 0) return NaN;
  const isSmall = magnitude < 2 ** -126;
  float[0] = isSmall ? magnitude * 2 ** 23 : magnitude;
  const offset = bits[0]! - start;
  const part = (offset >> 19) & 15;
  const n = (offset >> 23) - (isSmall ? 23 : 0);
  bits[0]! -= offset & 0xff800000;
  const r = float[0] * inverses[part]! - 1;
  const squared = r * r;
  const p = (0.480898481472577 * r + -0.7213474675006291) * squared + (1.4426950408774342 * r + (binaryLogs[part]! + n));
  const result = exp2(y * ((0.288457581109214 * r + -0.36092606229713164) * squared * squared + p));
  return x < 0 && y % 2 !== 0 ? -result : result;
}

const ln2High = fround(6.9313812256e-1);
const ln2Low = fround(9.0580006145e-6);
const log1ps = [6.6666668653e-1, 4.0000000596e-1, 2.8571429849e-1, 2.2222198546e-1, 1.818357259e-1, 1.5313838422e-1, 1.479819864e-1].map(fround) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** log(1 + x). (log1pf) */
export function log1p(x: number): number {
  if (!(x > -1) || x === Infinity) return x === -1 ? -Infinity : x === Infinity ? x : NaN;
  const magnitude = Math.abs(x);
  if (magnitude < 2 ** -29) return magnitude < 2 ** -54 ? x : fround(x - fround(fround(x * x) * 0.5));
  let n = 0;
  let f = x;
  let isNear = false;
  let correction = 0;
  // Where 1 + x is not between sqrt(1 / 2) and sqrt(2), what is added to a power of two.
  if (x <= -0.29289337992668152 || x >= 0.41421386599540710449) {
    const sum = fround(1 + x);
    float[0] = sum;
    n = (bits[0]! >> 23) - 127;
    if (x < 2 ** 53) correction = fround((n > 0 ? fround(1 - fround(sum - x)) : fround(x - fround(sum - 1))) / sum);
    const fraction = bits[0]! & 0x7fffff;
    if (fraction < 0x3504f7) bits[0] = fraction | 0x3f800000;
    else {
      n++;
      bits[0] = fraction | 0x3f000000;
    }
    isNear = fraction < 0x3504f7 ? fraction === 0 : (0x800000 - fraction) >> 2 === 0;
    f = fround(float[0] - 1);
  }
  const half = fround(fround(0.5 * f) * f);
  const whole = fround(n * ln2High);
  const rest = fround(fround(n * ln2Low) + correction);
  if (isNear) {
    if (f === 0) return n === 0 ? 0 : fround(whole + rest);
    const r = fround(half * fround(1 - fround(fround(2 / 3) * f)));
    return n === 0 ? fround(f - r) : fround(whole - fround(fround(r - rest) - f));
  }
  const s = fround(f / fround(2 + f));
  const z = fround(s * s);
  let r = log1ps[6];
  for (let i = 5; i >= 0; i--) r = fround(log1ps[i]! + fround(z * r));
  r = fround(s * fround(half + fround(z * r)));
  if (n === 0) return fround(f - fround(half - r));
  return fround(whole - fround(fround(half - fround(r + rest)) - f));
}

const expm1s = [-2.0109921195e-7, 4.0082177293e-6, -7.936507609e-5, 1.5873016091e-3, -3.3333335072e-2, 1].map(fround);

/** The polynomial with these coefficients, that of the highest power first. */
function polynomial(coefficients: readonly number[], x: number): number {
  let p = coefficients[0]!;
  for (let i = 1; i < coefficients.length; i++) p = fround(coefficients[i]! + fround(x * p));
  return p;
}

/** x times 2^n. */
function raised(x: number, n: number): number {
  float[0] = x;
  bits[0]! += n << 23;
  return float[0];
}

/** e^x - 1. (expm1f) */
export function expm1(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 88.72167968750001)) return x !== x ? x : x < 0 ? -1 : Infinity;
  if (x < -18.714973449707031) return -1;
  if (magnitude < 2 ** -25) return x;
  let n = 0;
  let r = x;
  let rLow = 0;
  if (magnitude > 0.34657359123229980469) {
    n = magnitude < 1.0397207736968994141 ? Math.sign(x) : Math.trunc(fround(fround(fround(1.4426950216) * x) + (x < 0 ? -0.5 : 0.5)));
    const high = fround(x - fround(n * ln2High));
    const rest = fround(n * ln2Low);
    r = fround(high - rest);
    rLow = fround(fround(high - r) - rest);
  }
  const half = fround(0.5 * r);
  const squared = fround(r * half);
  const p = polynomial(expm1s, squared);
  const t = fround(3 - fround(p * half));
  let e = fround(squared * fround(fround(p - t) / fround(6 - fround(r * t))));
  if (n === 0) return fround(r - fround(fround(r * e) - squared));
  e = fround(fround(fround(r * fround(e - rLow)) - rLow) - squared);
  if (n === -1) return fround(fround(0.5 * fround(r - e)) - 0.5);
  if (n === 1) return r < -0.25 ? fround(-2 * fround(e - fround(r + 0.5))) : fround(1 + fround(2 * fround(r - e)));
  if (n <= -2 || n > 56) return fround(raised(fround(1 - fround(e - r)), n) - 1);
  if (n < 23) return raised(fround(1 - 2 ** -n - fround(e - r)), n);
  return raised(fround(fround(r - fround(e + 2 ** -n)) + 1), n);
}

/** The hyperbolic tangent. (tanhf) */
export function tanh(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < 22)) return x !== x ? x : Math.sign(x);
  if (magnitude < 2 ** -55) return x;
  const t = expm1(magnitude < 1 ? -2 * magnitude : 2 * magnitude);
  const result = magnitude < 1 ? fround(-t / fround(t + 2)) : fround(1 - fround(2 / fround(t + 2)));
  return x < 0 ? -result : result;
}

/** Numerators and denominators of the error function: next to zero, next to 1, up to 1 / 0.35, and beyond. */
const erfs = [
  [-2.3763017452e-5, -5.770270247e-3, -2.8481749818e-2, -3.2504209876e-1, 1.2837916613e-1],
  [-3.9602282413e-6, 1.3249473704e-4, 5.0813062117e-3, 6.50222525e-2, 3.9791721106e-1, 1],
  [-2.1663755178e-3, 3.5478305072e-2, -1.1089469492e-1, 3.1834661961e-1, -3.7220788002e-1, 4.1485610604e-1, -2.3621185683e-3],
  [1.1984500103e-2, 1.3637083583e-2, 1.2617121637e-1, 7.1828655899e-2, 5.4039794207e-1, 1.0642088205e-1, 1],
  [-9.8143291473, -8.1287437439e1, -1.8460508728e2, -1.6239666748e2, -6.2375331879e1, -1.0558626175e1, -6.938585639e-1, -9.8649440333e-3],
  [-6.0424413532e-2, 6.5702495575, 1.0863500214e2, 4.2900814819e2, 6.4538726807e2, 4.3456588745e2, 1.3765776062e2, 1.965127182e1, 1],
  [-4.8351919556e2, -1.0250950928e3, -6.3756646729e2, -1.6063638306e2, -1.7757955551e1, -7.9928326607e-1, -9.864943102e-3],
  [-2.2440952301e1, 4.7452853394e2, 2.553050293e3, 3.1998581543e3, 1.5367296143e3, 3.2579251099e2, 3.0338060379e1, 1],
].map((coefficients) => coefficients.map(fround));

/** The error function. (erff) */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  const ratio = (part: number, z: number): number => fround(polynomial(erfs[part]!, z) / polynomial(erfs[part + 1]!, z));
  if (magnitude < 0.84375) {
    if (magnitude < 2 ** -28) return fround(x + fround(erfs[0]![4]! * x));
    return fround(x + fround(x * ratio(0, fround(x * x))));
  }
  let result = 1;
  if (magnitude < 1.25) result = fround(fround(8.4506291151e-1) + ratio(2, fround(magnitude - 1)));
  else if (magnitude < 6) {
    const quotient = ratio(magnitude < 2.857142686843872 ? 4 : 6, fround(1 / fround(x * x)));
    float[0] = magnitude;
    bits[0]! &= 0xfffff000;
    const z = float[0];
    const r = fround(exp(fround(-fround(z * z) - 0.5625)) * exp(fround(fround(fround(z - magnitude) * fround(z + magnitude)) + quotient)));
    result = fround(1 - fround(r / magnitude));
  }
  return x !== x ? x : x < 0 ? -result : result;
}
