/** What values are like. */
export interface Moments {
  readonly nan: number;
  readonly positiveInfinity: number;
  readonly negativeInfinity: number;
  readonly zeros: number;
  /** How many values are finite. What follows is of those alone. */
  readonly finite: number;
  /** Infinity where no value is finite. */
  readonly min: number;
  /** -Infinity where no value is finite. */
  readonly max: number;
  /** 0 where no value is finite. */
  readonly mean: number;
  /** Sum of the squared deviations from the mean. */
  readonly squares: number;
}

/** The moments of no values. */
export const nothing: Moments = { nan: 0, positiveInfinity: 0, negativeInfinity: 0, zeros: 0, finite: 0, min: Infinity, max: -Infinity, mean: 0, squares: 0 };

/** The moments of two sets of values together (Chan, Golub and LeVeque, 1979). */
export function joined(a: Moments, b: Moments): Moments {
  const finite = a.finite + b.finite;
  const delta = b.mean - a.mean;
  const share = finite === 0 ? 0 : b.finite / finite;
  return {
    nan: a.nan + b.nan,
    positiveInfinity: a.positiveInfinity + b.positiveInfinity,
    negativeInfinity: a.negativeInfinity + b.negativeInfinity,
    zeros: a.zeros + b.zeros,
    finite,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: a.finite === 0 ? b.mean : a.mean + delta * share,
    squares: a.squares + b.squares + (a.finite === 0 || b.finite === 0 ? 0 : delta * delta * a.finite * share),
  };
}
