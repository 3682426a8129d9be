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
