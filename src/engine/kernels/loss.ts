import type { ElementArray } from "../dtype.js";

/** Log-probabilities as (batch, classes, inner), row-major; targets as (batch, inner). */
export interface ClassScores {
  readonly batch: number;
  readonly classes: number;
  readonly inner: number;
}

/** How a class loss weighs its samples. */
export interface ClassWeighting {
  /** One weight a class; null for equal ones. */
  readonly weight: ElementArray | null;
  /** Samples of this class count nothing. */
  readonly ignoreIndex: number;
  /** The part of each sample that is spread evenly over all classes. */
  readonly smoothing: number;
}

/**
 * Negative log-likelihood: losses[n, i] = -(1 - s) w_t x[n, t, i] - s / C * sum_c w_c x[n, c, i] with t the target and s the smoothing.
 * Returns the sum of the weights of what is not ignored.
 */
export function negativeLogLikelihood(
  losses: Float64Array,
  x: ElementArray,
  target: ElementArray,
  { batch, classes, inner }: ClassScores,
  weighting: ClassWeighting,
): number {
  const { weight, ignoreIndex, smoothing } = weighting;
  let total = 0;
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < inner; i++) {
      const t = target[n * inner + i]!;
      if (t === ignoreIndex) continue;
      const start = n * classes * inner + i;
      const own = weight === null ? 1 : weight[t]!;
      total += own;
      let loss = -(1 - smoothing) * own * x[start + t * inner]!;
      if (smoothing > 0) {
        let spread = 0;
        for (let c = 0; c < classes; c++) spread += (weight === null ? 1 : weight[c]!) * x[start + c * inner]!;
        loss -= (smoothing / classes) * spread;
      }
      losses[n * inner + i] = loss;
    }
  }
  return total;
}

/** Sums of samples are made level by level, in so many levels. */
const levels = 8;

/**
 * The sum of the losses without smoothing, and that of the weights of what is not ignored, with the bits of PyTorch's CPU kernel: in the precision of x, of sixteen
 * or more samples, of as many such sums, and so on. (at::native::nll_loss_out_frame)
 */
export function negativeLogLikelihoodSum(
  x: ElementArray,
  target: ElementArray,
  { batch, classes, inner }: ClassScores,
  { weight, ignoreIndex }: ClassWeighting,
): { readonly sum: number; readonly divisor: number } {
  const samples = batch * inner;
  const power = Math.max(4, Math.floor((samples <= 2 ? 1 : 32 - Math.clz32(samples - 1)) / levels));
  const mask = (1 << power) - 1;
  const zeros = (): ElementArray => (x instanceof Float32Array ? new Float32Array(levels) : new Float64Array(levels));
  const [losses, weights] = [zeros(), zeros()];
  const round = x instanceof Float32Array ? Math.fround : (value: number) => value;
  let counted = 0;
  for (let sample = 0; sample < samples; sample++) {
    const t = target[sample]!;
    if (t === ignoreIndex) continue;
    counted++;
    const n = Math.floor(sample / inner);
    const value = x[(n * classes + t) * inner + sample - n * inner]!;
    const own = weight === null ? 1 : weight[t]!;
    losses[0]! -= weight === null ? value : round(value * own);
    weights[0]! += own;
    for (let level = 0; level + 1 < levels && (sample & (mask << (level * power))) === 0; level++) {
      for (const sums of [losses, weights]) {
        sums[level + 1]! += sums[level]!;
        sums[level] = 0;
      }
    }
  }
  const total = (sums: ElementArray): number => (sums as Float64Array).reduce((sum, each) => round(sum + each), 0);
  return { sum: total(losses), divisor: weight === null ? counted : total(weights) };
}

/** The gradient of `negativeLogLikelihood` with respect to x; `scale(n * inner + i)` is the incoming gradient of each sample. */
export function negativeLogLikelihoodBackward(
  result: ElementArray,
  target: ElementArray,
  { batch, classes, inner }: ClassScores,
  { weight, ignoreIndex, smoothing }: ClassWeighting,
  scale: (sample: number) => number,
): void {
  for (let n = 0; n < batch; n++) {
    for (let i = 0; i < inner; i++) {
      const t = target[n * inner + i]!;
      if (t === ignoreIndex) continue;
      const g = scale(n * inner + i);
      const start = n * classes * inner + i;
      if (smoothing > 0) {
        for (let c = 0; c < classes; c++) result[start + c * inner] = (-g * smoothing * (weight === null ? 1 : weight[c]!)) / classes;
      }
      result[start + t * inner]! -= g * (1 - smoothing) * (weight === null ? 1 : weight[t]!);
    }
  }
}

/** losses[n] = sum over other classes c of max(0, margin - x_t + x_c)^p * w_t / C. */
export function multiMargin(
  losses: Float64Array,
  x: ElementArray,
  target: ElementArray,
  classes: number,
  p: number,
  margin: number,
  weight: ElementArray | null,
): void {
  for (let n = 0; n < losses.length; n++) {
    const start = n * classes;
    const t = target[n]!;
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const gap = margin - x[start + t]! + x[start + c]!;
      if (c !== t && gap > 0) sum += p === 1 ? gap : gap * gap;
    }
    losses[n] = (sum * (weight === null ? 1 : weight[t]!)) / classes;
  }
}

/** The gradient of `multiMargin` with respect to x. */
export function multiMarginBackward(
  result: ElementArray,
  x: ElementArray,
  target: ElementArray,
  classes: number,
  p: number,
  margin: number,
  weight: ElementArray | null,
  scale: (sample: number) => number,
): void {
  for (let n = 0; n * classes < result.length; n++) {
    const start = n * classes;
    const t = target[n]!;
    const g = (scale(n) * (weight === null ? 1 : weight[t]!)) / classes;
    let own = 0;
    for (let c = 0; c < classes; c++) {
      const gap = margin - x[start + t]! + x[start + c]!;
      if (c === t || gap <= 0) continue;
      const slope = p === 1 ? g : 2 * gap * g;
      result[start + c] = slope;
      own -= slope;
    }
    result[start + t] = own;
  }
}

/** The target classes of sample n: those before the first negative one. */
function labels(target: ElementArray, n: number, classes: number): number[] {
  const found: number[] = [];
  for (let k = 0; k < classes; k++) {
    const label = target[n * classes + k]!;
    if (label < 0) break;
    found.push(label);
  }
  return found;
}

/** Calls `pair` for every target class t and other class c of a sample whose scores are closer than 1, with 1 - x_t + x_c. */
function forEachViolation(x: ElementArray, target: ElementArray, n: number, classes: number, pair: (t: number, c: number, gap: number) => void): void {
  const wanted = labels(target, n, classes);
  const isWanted = new Set(wanted);
  for (const t of wanted) {
    for (let c = 0; c < classes; c++) {
      const gap = 1 - x[n * classes + t]! + x[n * classes + c]!;
      if (!isWanted.has(c) && gap > 0) pair(t, c, gap);
    }
  }
}

/** losses[n] = sum over target classes t and others c of max(0, 1 - x_t + x_c) / C. */
export function multilabelMargin(losses: Float64Array, x: ElementArray, target: ElementArray, classes: number): void {
  for (let n = 0; n < losses.length; n++) {
    let sum = 0;
    forEachViolation(x, target, n, classes, (_t, _c, gap) => (sum += gap));
    losses[n] = sum / classes;
  }
}

/** The gradient of `multilabelMargin` with respect to x. */
export function multilabelMarginBackward(
  result: ElementArray,
  x: ElementArray,
  target: ElementArray,
  classes: number,
  scale: (sample: number) => number,
): void {
  for (let n = 0; n * classes < result.length; n++) {
    const g = scale(n) / classes;
    forEachViolation(x, target, n, classes, (t, c) => {
      result[n * classes + t]! -= g;
      result[n * classes + c]! += g;
    });
  }
}
