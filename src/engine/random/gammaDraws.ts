import { lgamma } from "../math/specialFunctions.js";
import type { Generator } from "./generator.js";

/** Numbers by rejection, drawn as PyTorch's CPU kernels draw them: gamma and binomial. */

/** Constants that PyTorch writes in single precision. */
const third = Math.fround(Math.fround(1) / Math.fround(3));
const squeeze = Math.fround(0.0331);

/** A number of the gamma distribution of that shape and of rate 1 (Marsaglia and Tsang, 2000), from normal numbers. */
export function gammaNumber(shape: number, generator: Generator, normal: (generator: Generator) => number): number {
  if (shape === 0) return 0;
  let scale = 1;
  let alpha = shape;
  if (shape < 1) {
    scale = (1 - generator.uniform()) ** (1 / shape);
    alpha = shape + 1;
  }
  const d = alpha - third;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(generator);
    const y = 1 + c * x;
    if (y <= 0) continue;
    const v = y * y * y;
    const u = 1 - generator.uniform();
    const square = x * x;
    if (u < 1 - squeeze * square * square) return scale * d * v;
    if (Math.log(u) < 0.5 * square + d * (1 - v + Math.log(v))) return scale * d * v;
  }
}

/** How many of `count` trials succeed, each with the given probability. */
export function binomialNumber(count: number, probability: number, generator: Generator, round: (value: number) => number): number {
  if (count <= 0 || probability <= 0) return 0;
  if (probability >= 1) return count;
  if (Number.isNaN(probability)) return NaN;
  const isRare = probability <= 0.5;
  const rare = isRare ? probability : round(1 - probability);
  const found = round(count * rare) >= 10 ? byRejection(count, rare, generator, round) : byGaps(count, rare, generator, round);
  return isRare ? found : count - found;
}

/** The gaps between successes are geometric. */
function byGaps(count: number, probability: number, generator: Generator, round: (value: number) => number): number {
  const logFailure = round(Math.log1p(-probability));
  let trials = 0;
  for (let found = 0; ; found++) {
    trials += Math.ceil(Math.log(generator.uniform()) / logFailure);
    if (trials > count) return found;
  }
}

/** What Stirling's formula leaves out of log k!. */
const stirlingTail = (k: number): number => lgamma(k + 1) - ((k + 0.5) * Math.log(k + 1) - (k + 1) + 0.5 * Math.log(2 * Math.PI));

/** By transformed rejection (Hörmann, "The generation of binomial random variates", 1993, BTRS). */
function byRejection(count: number, p: number, generator: Generator, round: (value: number) => number): number {
  const deviation = round(Math.sqrt(round(round(count * p) * round(1 - p))));
  const b = 1.15 + 2.53 * deviation;
  const a = -0.0873 + 0.0248 * b + 0.01 * p;
  const c = round(count * p) + 0.5;
  const accepted = 0.92 - 4.2 / b;
  const odds = round(p / round(1 - p));
  const alpha = (2.83 + 5.1 / b) * deviation;
  const m = Math.floor(round((count + 1) * p));
  for (;;) {
    const u = generator.uniform() - 0.5;
    const v = generator.uniform();
    const distance = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / distance + b) * u + c);
    if (k < 0 || k > count) continue;
    if (distance >= 0.07 && v <= accepted) return k;
    const bound =
      (m + 0.5) * Math.log((m + 1) / (odds * (count - m + 1))) +
      (count + 1) * Math.log((count - m + 1) / (count - k + 1)) +
      (k + 0.5) * Math.log((odds * (count - k + 1)) / (k + 1)) +
      stirlingTail(m) +
      stirlingTail(count - m) -
      stirlingTail(k) -
      stirlingTail(count - k);
    if (Math.log((v * alpha) / (a / (distance * distance) + b)) <= bound) return k;
  }
}
