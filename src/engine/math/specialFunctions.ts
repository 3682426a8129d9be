/**
 * The error function in double precision, after W. J. Cody, "Rational Chebyshev approximations for the error function" (1969):
 * relative error below 1.2e-16 in each of its three ranges.
 */

const smallP = [3.1611237438705656, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3, 1.85777706184603153e-1];
const smallQ = [2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3];
const middleP = [
  5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2, 8.8195222124176909e2, 1.71204761263407058e3, 2.05107837782607147e3,
  1.23033935479799725e3, 2.15311535474403846e-8,
];
const middleQ = [
  1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3, 3.29079923573345963e3, 4.36261909014324716e3,
  3.43936767414372164e3, 1.23033935480374942e3,
];
const largeP = [3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1, 1.60837851487422766e-2, 6.58749161529837803e-4, 1.63153871373020978e-2];
const largeQ = [2.56852019228982242, 1.87295284992346725, 5.27905102951428412e-1, 6.05183413124413191e-2, 2.33520497626869185e-3];

function ratio(p: readonly number[], q: readonly number[], x: number): number {
  let numerator = p[p.length - 1]! * x;
  let denominator = x;
  for (let i = 0; i < q.length - 1; i++) {
    numerator = (numerator + p[i]!) * x;
    denominator = (denominator + q[i]!) * x;
  }
  return (numerator + p[q.length - 1]!) / (denominator + q[q.length - 1]!);
}

/** erfc for x > 0.46875. */
function tail(x: number): number {
  if (x > 27) return 0;
  let result: number;
  if (x <= 4) result = ratio(middleP, middleQ, x);
  else {
    const inverse = 1 / (x * x);
    result = (1 / Math.sqrt(Math.PI) - inverse * ratio(largeP, largeQ, inverse)) / x;
  }
  // exp(-x*x) in two factors keeps the digits of x*x that one product would lose.
  const head = Math.trunc(x * 16) / 16;
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head)) * result;
}

/** (2 / sqrt(pi)) times the integral of exp(-t^2) from 0 to x. */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude <= 0.46875) return x * ratio(smallP, smallQ, x * x);
  const value = 1 - tail(magnitude);
  return x < 0 ? -value : value;
}

/** 1 - erf(x), exact for large x. */
export function erfc(x: number): number {
  const magnitude = Math.abs(x);
  if (magnitude <= 0.46875) return 1 - erf(x);
  return x < 0 ? 2 - tail(magnitude) : tail(magnitude);
}

/** The x with erf(x) = y: a rational approximation (Giles, "Approximating the erfinv function", 2012) refined by two Newton steps. */
export function erfinv(y: number): number {
  if (!(y >= -1 && y <= 1)) return NaN;
  if (y === 1) return Infinity;
  if (y === -1) return -Infinity;
  let w = -Math.log((1 - y) * (1 + y));
  const near = w < 5;
  w = near ? w - 2.5 : Math.sqrt(w) - 3;
  const coefficients = near
    ? [2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3, 2.46640727e-1, 1.50140941]
    : [-2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3, 1.00167406, 2.83297682];
  let x = coefficients.reduce((sum, each) => sum * w + each, 0) * y;
  // Far out, 1 - erf loses the digits that erfc keeps.
  const tailOf = 1 - Math.abs(y);
  for (let i = 0; i < 2; i++) {
    const error = Math.abs(y) < 0.5 ? erf(x) - y : Math.sign(y) * (tailOf - erfc(Math.abs(x)));
    x -= error / ((2 / Math.sqrt(Math.PI)) * Math.exp(-x * x));
  }
  return x;
}

/** Lanczos' coefficients for g = 7. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
  9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** log |Gamma(x)|; infinite at the poles 0, -1, -2, ... */
export function lgamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (!Number.isFinite(x)) return Number.isNaN(x) ? NaN : Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  if (x === 1 || x === 2) return 0;
  const z = x - 1;
  let sum = lanczos[0]!;
  for (let i = 1; i < lanczos.length; i++) sum += lanczos[i]! / (z + i);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** The derivative of log Gamma(x); as in PyTorch, minus or plus infinity at 0 by its sign, NaN at the other poles. */
export function digamma(x: number): number {
  if (x === 0) return Object.is(x, -0) ? Infinity : -Infinity;
  if (x < 0) return Number.isInteger(x) ? NaN : digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift -= 1 / z;
  const inverse = 1 / (z * z);
  const series = inverse * (1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse * (1 / 132 - inverse * (691 / 32760))))));
  return shift + Math.log(z) - 0.5 / z - series;
}

const bernoulliNumbers = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/** The n-th derivative of digamma: (-1)^(n+1) n! times Hurwitz' zeta(n + 1, x), by the Euler-Maclaurin formula. */
export function polygamma(n: number, x: number): number {
  if (n === 0) return digamma(x);
  const s = n + 1;
  let sum = 0;
  let q = x;
  for (; q < 12; q++) sum += q ** -s;
  sum += q ** (1 - s) / (s - 1) + 0.5 * q ** -s;
  let rising = s;
  let factorial = 2;
  bernoulliNumbers.forEach((b, i) => {
    const j = 2 * (i + 1);
    sum += (b * rising * q ** (-s - j + 1)) / factorial;
    rising *= (s + j - 1) * (s + j);
    factorial *= (j + 1) * (j + 2);
  });
  let scale = n % 2 === 0 ? -1 : 1;
  for (let k = 2; k <= n; k++) scale *= k;
  return scale * sum;
}

/** The modified Bessel function of the first kind, for order 0 or 1: its power series, and far out its asymptotic one. */
export function besselI(order: 0 | 1, x: number): number {
  const magnitude = Math.abs(x);
  const sign = order === 1 && x < 0 ? -1 : 1;
  if (magnitude === Infinity) return sign * Infinity;
  let term = 1;
  let sum = 1;
  if (magnitude <= 30) {
    const square = (x * x) / 4;
    for (let k = 1; term > sum * 1e-17; k++) sum += term *= square / (k * (k + order));
    return order === 0 ? sum : (x / 2) * sum;
  }
  for (let k = 1; Math.abs(term) > 1e-17; k++) sum += term *= ((2 * k - 1) ** 2 - 4 * order) / (8 * k * magnitude);
  // e^x in two factors reaches as far as the result does.
  return sign * Math.exp(magnitude / 2) * (sum / Math.sqrt(2 * Math.PI * magnitude)) * Math.exp(magnitude / 2);
}
