import type { Distribution, TensorStatistics } from "../protocol/index.js";

/** Error function, to 1.5e-7 (Abramowitz and Stegun, 7.1.26). */
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * Math.exp(-x * x);
  return x >= 0 ? 1 - tail : tail - 1;
}

function normalCumulative(z: number): number {
  return (1 + erf(z / Math.SQRT2)) / 2;
}

function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** Probability density at `x`; a constant has none and is drawn as a spike. */
export function density(distribution: Distribution, x: number): number {
  switch (distribution.kind) {
    case "uniform":
      return x < distribution.low || x > distribution.high ? 0 : 1 / (distribution.high - distribution.low);
    case "normal":
      return normalDensity((x - distribution.mean) / distribution.std) / distribution.std;
    case "truncatedNormal": {
      const { mean, std, low, high } = distribution;
      if (x < low || x > high) return 0;
      const kept = normalCumulative((high - mean) / std) - normalCumulative((low - mean) / std);
      return normalDensity((x - mean) / std) / (std * kept);
    }
    case "constant":
      return 0;
  }
}

/** Probability of a value up to `x`. */
export function cumulative(distribution: Distribution, x: number): number {
  switch (distribution.kind) {
    case "uniform":
      return clamp((x - distribution.low) / (distribution.high - distribution.low));
    case "normal":
      return normalCumulative((x - distribution.mean) / distribution.std);
    case "truncatedNormal": {
      const { mean, std, low, high } = distribution;
      const below = normalCumulative((low - mean) / std);
      const kept = normalCumulative((high - mean) / std) - below;
      return clamp((normalCumulative((x - mean) / std) - below) / kept);
    }
    case "constant":
      return x < distribution.value ? 0 : 1;
  }
}

/** Where nearly all of the distribution lies: its bounds, or three standard deviations about the mean. */
export function extent(distribution: Distribution): readonly [low: number, high: number] {
  switch (distribution.kind) {
    case "uniform":
      return [distribution.low, distribution.high];
    case "normal":
      return [distribution.mean - 3 * distribution.std, distribution.mean + 3 * distribution.std];
    case "truncatedNormal":
      return [Math.max(distribution.low, distribution.mean - 3 * distribution.std), Math.min(distribution.high, distribution.mean + 3 * distribution.std)];
    case "constant":
      return [distribution.value, distribution.value];
  }
}

/** Kolmogorov's critical value of sqrt(n) * D at a significance of 1e-4: false alarms stay rare over thousands of tensors. */
const criticalDeviation = 2.225;

/**
 * The Kolmogorov-Smirnov statistic of a sample over its histogram's bin edges: by how much the share of values up to a point differs from that of the distribution,
 * at most; and the probability of as much by chance. Null where the sample has no spread, or the distribution none.
 */
export function goodnessOfFit(distribution: Distribution, { histogram }: TensorStatistics): { readonly distance: number; readonly probability: number } | null {
  if (!histogram || distribution.kind === "constant") return null;
  const distance = largestDistance(distribution, histogram);
  const total = histogram.bins.reduce((sum, count) => sum + count, 0);
  const scaled = distance * (Math.sqrt(total) + 0.12 + 0.11 / Math.sqrt(total));
  // Kolmogorov's series, which needs few terms beyond the least of arguments.
  let probability = 0;
  for (let k = 1; k <= 100; k++) probability += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * scaled * scaled);
  return { distance, probability: scaled < 0.2 ? 1 : clamp(probability) };
}

function largestDistance(distribution: Distribution, { low, high, bins }: NonNullable<TensorStatistics["histogram"]>): number {
  const width = (high - low) / bins.length;
  const total = bins.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  let distance = Math.abs(cumulative(distribution, low));
  bins.forEach((count, bin) => {
    seen += count;
    distance = Math.max(distance, Math.abs(seen / total - cumulative(distribution, low + (bin + 1) * width)));
  });
  return distance;
}

/** Of single values; null where it is not a number. */
export function stdOfDistribution(distribution: Distribution): number | null {
  switch (distribution.kind) {
    case "uniform":
      return (distribution.high - distribution.low) / Math.sqrt(12);
    case "normal":
      return distribution.std;
    case "constant":
      return 0;
    case "truncatedNormal": {
      const { mean, std, low, high } = distribution;
      const [a, b] = [(low - mean) / std, (high - mean) / std];
      const kept = normalCumulative(b) - normalCumulative(a);
      const at = (z: number): number => (Number.isFinite(z) ? z * normalDensity(z) : 0);
      const variance = 1 - (at(b) - at(a)) / kept - ((normalDensity(b) - normalDensity(a)) / kept) ** 2;
      return kept > 0 && variance >= 0 ? std * Math.sqrt(variance) : null;
    }
  }
}

/**
 * Whether the values deviate from the distribution more than chance explains, by the Kolmogorov-Smirnov statistic over
 * the histogram's bin edges. NaN and infinities never fit.
 */
export function deviates(distribution: Distribution, statistics: TensorStatistics): boolean {
  if (statistics.nan + statistics.positiveInfinity + statistics.negativeInfinity > 0) return true;
  const { finite, histogram } = statistics;
  if (!finite) return false;
  // Declared bounds are exact numbers and the values float32: allow its rounding.
  const slack = 1e-6 * Math.max(Math.abs(finite.min), Math.abs(finite.max));
  if (distribution.kind === "constant") return finite.min < distribution.value - slack || finite.max > distribution.value + slack;
  if (distribution.kind !== "normal" && (finite.min < distribution.low - slack || finite.max > distribution.high + slack)) return true;
  // A single value is no sample to judge a spread by; many equal ones are.
  if (!histogram) return statistics.sampled > 4;
  const total = histogram.bins.reduce((sum, count) => sum + count, 0);
  return largestDistance(distribution, histogram) * Math.sqrt(total) > criticalDeviation;
}

function clamp(probability: number): number {
  return Math.min(1, Math.max(0, probability));
}
