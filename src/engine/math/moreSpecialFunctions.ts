import { besselI, erf, erfc, erfinv, lgamma } from "./specialFunctions.js";

/** Functions of torch.special in double precision that few models need: apart, so that a program without them does not hold them. */

const eulerGamma = 0.5772156649015329;

/** exp(x^2) erfc(x). */
export function erfcx(x: number): number {
  if (x < 2) return x < -26.7 ? Infinity : Math.exp(x * x) * erfc(x);
  return continuedErfcx(x);
}

/** By Laplace's continued fraction. */
function continuedErfcx(x: number): number {
  let tail = x;
  for (let k = 200; k >= 1; k--) tail = x + k / 2 / tail;
  return 1 / (Math.sqrt(Math.PI) * tail);
}

/** The share of the standard normal distribution below x; zero where 1 + erf has no digits left, as in PyTorch. */
export function ndtr(x: number): number {
  return 0.5 * (1 + erf(x * Math.SQRT1_2));
}

/** The logarithm of `ndtr`. */
export function logNdtr(x: number): number {
  const z = x * Math.SQRT1_2;
  return x < -1 ? Math.log(erfcx(-z) / 2) - z * z : Math.log1p(-erfc(z) / 2);
}

/** The x below which a share `p` of the standard normal distribution lies. */
export function ndtri(p: number): number {
  if (!(p >= 0 && p <= 1)) return NaN;
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p > 0.1 && p < 0.9) return Math.SQRT2 * erfinv(2 * p - 1);
  if (p >= 0.9) return -ndtri(1 - p);
  // Newton's steps on the logarithm, whose slope is nearly that of a parabola.
  let x = -Math.sqrt(-2 * Math.log(p));
  for (let i = 0; i < 20; i++) {
    const step = (logNdtr(x) - Math.log(p)) / (Math.sqrt(2 / Math.PI) / erfcx(-x * Math.SQRT1_2));
    x -= step;
    if (Math.abs(step) < 1e-16 * Math.abs(x)) break;
  }
  return x;
}

/** exp(-|x|) times the modified Bessel function of the first kind. */
export function scaledBesselI(order: 0 | 1, x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude <= 30) return Math.exp(-magnitude) * besselI(order, x);
  if (magnitude === Infinity) return 0;
  let term = 1;
  let sum = 1;
  for (let k = 1; Math.abs(term) > 1e-17; k++) sum += term *= ((2 * k - 1) ** 2 - 4 * order) / (8 * k * magnitude);
  return ((order === 1 && x < 0 ? -1 : 1) * sum) / Math.sqrt(2 * Math.PI * magnitude);
}

/** exp(x) times the modified Bessel function of the second kind: the integral of exp(x - x cosh t) cosh(order t), by the trapezoidal rule. */
export function scaledBesselK(order: number, x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === 0) return Infinity;
  if (x === Infinity) return 0;
  // Near the axis the integrand is as wide as 1 / sqrt(x).
  const step = Math.min(1 / 16, 0.3 / Math.sqrt(x));
  let sum = 0.5;
  for (let k = 1; ; k++) {
    const t = k * step;
    const exponent = 2 * x * Math.sinh(t / 2) ** 2;
    if (exponent - order * t > 745) break;
    const term = Math.exp(-exponent) * Math.cosh(order * t);
    sum += term;
    if (term < sum * 1e-18 && exponent > 1) break;
  }
  return sum * step;
}

export const besselK = (order: number, x: number): number => Math.exp(-x) * scaledBesselK(order, x);

/** From where on Hankel's asymptotic series has all digits. */
const far = 30;

/** Modulus and phase far out: P and Q of Hankel's series. */
function hankel(order: 0 | 1, x: number): readonly [p: number, q: number] {
  let [p, q, term] = [0, 0, 1];
  for (let k = 0; k < 60 && Math.abs(term) > 1e-18; k++) {
    if (k % 2 === 0) p += k % 4 === 0 ? term : -term;
    else q += k % 4 === 1 ? term : -term;
    const next = (term * (4 * order - (2 * k + 1) ** 2)) / (8 * (k + 1) * x);
    if (Math.abs(next) > Math.abs(term)) break;
    term = next;
  }
  return [p, q];
}

/** J of all orders from 0 on, downwards from where it vanishes (Miller). */
function besselJs(x: number): Float64Array {
  const last = 2 * Math.ceil((x + 40) / 2);
  const values = new Float64Array(last + 2);
  values[last] = 1e-250;
  for (let n = last; n > 0; n--) values[n - 1] = ((2 * n) / x) * values[n]! - values[n + 1]!;
  let sum = values[0]!;
  for (let n = 2; n <= last; n += 2) sum += 2 * values[n]!;
  return values.map((value) => value / sum);
}

/** The Bessel function of the first kind, of order 0 or 1; NaN at infinity, as in PyTorch. */
export function besselJ(order: 0 | 1, x: number): number {
  const magnitude = Math.abs(x);
  const sign = order === 1 && x < 0 ? -1 : 1;
  if (magnitude === Infinity) return NaN;
  if (magnitude < 1e-8) return order === 0 ? 1 : x / 2;
  if (magnitude < far) return sign * besselJs(magnitude)[order]!;
  const [p, q] = hankel(order, magnitude);
  const phase = magnitude - (2 * order + 1) * (Math.PI / 4);
  return sign * Math.sqrt(2 / (Math.PI * magnitude)) * (p * Math.cos(phase) - q * Math.sin(phase));
}

/** The Bessel function of the second kind, of order 0 or 1: Neumann's series of those of the first kind. */
export function besselY(order: 0 | 1, x: number): number {
  if (!(x >= 0)) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return NaN;
  if (x >= far) {
    const [p, q] = hankel(order, x);
    const phase = x - (2 * order + 1) * (Math.PI / 4);
    return Math.sqrt(2 / (Math.PI * x)) * (p * Math.sin(phase) + q * Math.cos(phase));
  }
  const j = besselJs(x);
  const log = Math.log(x / 2) + eulerGamma;
  let sum = 0;
  if (order === 0) {
    for (let k = 1; 2 * k < j.length; k++) sum += ((k % 2 === 0 ? 1 : -1) * j[2 * k]!) / k;
    return (2 / Math.PI) * (log * j[0]! - 2 * sum);
  }
  for (let k = 1; 2 * k + 1 < j.length; k++) sum += ((k % 2 === 0 ? 1 : -1) * (2 * k + 1) * j[2 * k + 1]!) / (k * (k + 1));
  return (-2 / (Math.PI * x)) * j[0]! + (2 / Math.PI) * ((log - 1) * j[1]! - sum);
}

/** Airy's function Ai. */
export function airyAi(x: number): number {
  if (x === Infinity || x === -Infinity) return NaN;
  if (x > 2) {
    const zeta = (2 / 3) * x ** 1.5;
    return (Math.sqrt(x / 3) / Math.PI) * besselK(1 / 3, zeta);
  }
  if (x > -7.5) {
    // Ai(0) and -Ai'(0), each with its power series.
    let [even, odd] = [1, x];
    let [evenSum, oddSum] = [even, odd];
    for (let k = 1; k < 100; k++) {
      even *= x ** 3 / ((3 * k - 1) * (3 * k));
      odd *= x ** 3 / (3 * k * (3 * k + 1));
      evenSum += even;
      oddSum += odd;
    }
    return 0.355028053887817239 * evenSum - 0.258819403792806798 * oddSum;
  }
  const magnitude = -x;
  const zeta = (2 / 3) * magnitude ** 1.5;
  let [p, q, term] = [0, 0, 1];
  for (let k = 0; k < 40; k++) {
    if (k % 2 === 0) p += k % 4 === 0 ? term : -term;
    else q += k % 4 === 1 ? term : -term;
    const next = (term * (6 * k + 1) * (6 * k + 5)) / (72 * (k + 1) * zeta);
    if (next > term) break;
    term = next;
  }
  const phase = zeta + Math.PI / 4;
  return (p * Math.sin(phase) - q * Math.cos(phase)) / (Math.sqrt(Math.PI) * magnitude ** 0.25);
}

/** sin(x) / x. */
export function sphericalBesselJ0(x: number): number {
  if (Math.abs(x) === Infinity) return 0;
  return Math.abs(x) < 1e-4 ? 1 - (x * x) / 6 : Math.sin(x) / x;
}

const bernoulliNumbers = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510];

/** Hurwitz' zeta function: the sum of (k + q)^-s over k from 0 on, by Euler and Maclaurin's formula. */
export function zeta(s: number, q: number): number {
  if (s === 1) return Infinity;
  if (!(s > 1) || Number.isNaN(q)) return NaN;
  if (q <= 0) {
    if (q === Math.floor(q)) return Infinity;
    if (s !== Math.floor(s)) return NaN;
  }
  let sum = 0;
  let at = q;
  for (; at < 12; at++) sum += at ** -s;
  sum += at ** (1 - s) / (s - 1) + 0.5 * at ** -s;
  let rising = s;
  let factorial = 2;
  bernoulliNumbers.forEach((b, i) => {
    const j = 2 * (i + 1);
    sum += (b * rising * at ** (-s - j + 1)) / factorial;
    rising *= (s + j - 1) * (s + j);
    factorial *= (j + 1) * (j + 2);
  });
  return sum;
}

/** The regularized incomplete gamma function: the share of the gamma distribution of shape `a` below x, or above it (`upper`). */
export function gammainc(a: number, x: number, upper: boolean): number {
  if (!(a >= 0 && x >= 0)) return NaN;
  if (a === 0) return x > 0 ? (upper ? 0 : 1) : NaN;
  if (x === 0) return upper ? 1 : 0;
  if (a === Infinity) return x === Infinity ? NaN : upper ? 1 : 0;
  if (x === Infinity) return upper ? 0 : 1;
  const scale = Math.exp(a * Math.log(x) - x - lgamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let k = 1; k < 10_000 && term > sum * 1e-17; k++) sum += term *= x / (a + k);
    return upper ? 1 - scale * sum : scale * sum;
  }
  // Lentz' way through the continued fraction.
  let b = x + 1 - a;
  let c = 1e300;
  let d = 1 / b;
  let h = d;
  for (let k = 1; k < 10_000; k++) {
    const an = -k * (k - a);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const factor = c * d;
    h *= factor;
    if (Math.abs(factor - 1) < 1e-16) break;
  }
  return upper ? scale * h : 1 - scale * h;
}

/** Polynomials by their recurrences: p(k + 1) of k, x, p(k) and p(k - 1). */
function recurrence(n: number, first: number, next: (k: number, p: number, former: number) => number): number {
  if (!(n >= 0)) return 0;
  if (n < 1) return 1;
  let [former, p] = [1, first];
  for (let k = 1; k + 1 <= n; k++) [former, p] = [p, next(k, p, former)];
  return p;
}

const chebyshev = (first: (x: number) => number) => (x: number, n: number) => recurrence(n, first(x), (_, p, former) => 2 * x * p - former);
export const chebyshevT = chebyshev((x) => x);
export const chebyshevU = chebyshev((x) => 2 * x);
export const chebyshevV = chebyshev((x) => 2 * x - 1);
export const chebyshevW = chebyshev((x) => 2 * x + 1);
export const hermiteH = (x: number, n: number): number => recurrence(n, 2 * x, (k, p, former) => 2 * x * p - 2 * k * former);
export const hermiteHe = (x: number, n: number): number => recurrence(n, x, (k, p, former) => x * p - k * former);
export const laguerreL = (x: number, n: number): number => recurrence(n, 1 - x, (k, p, former) => ((2 * k + 1 - x) * p - k * former) / (k + 1));
export const legendreP = (x: number, n: number): number => recurrence(n, x, (k, p, former) => ((2 * k + 1) * x * p - k * former) / (k + 1));

/** The modified Bessel function of the first kind; NaN at infinity, as in PyTorch. */
export const modifiedBesselI = (order: 0 | 1, x: number): number => (Number.isFinite(x) ? besselI(order, x) : NaN);
