/**
 * The error function in double precision, after W. J. Cody, "Rational Chebyshev approximations for the error function" (1969):
 * relative error below 1.2e-16 in each of its three ranges.
 */

const smallP = [3.16112374387056560, 1.13864154151050156e2, 3.77485237685302021e2, 3.20937758913846947e3, 1.85777706184603153e-1];
const smallQ = [2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3];
const middleP = [
  5.64188496988670089e-1, 8.88314979438837594, 6.61191906371416295e1, 2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3,
  2.05107837782607147e3, 1.23033935479799725e3, 2.15311535474403846e-8,
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
