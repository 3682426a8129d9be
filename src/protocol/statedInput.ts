import type { DTypeName } from "./tensor.js";

/**
 * How a tensor given to forward is filled; "recorded": with the values of the last pass's tensor in its place, repeated as often as it takes. Where they
 * were too large to keep, with random normal values, or zeros for integers.
 */
export type Fill = "rand" | "randn" | "zeros" | "ones" | "arange" | "randint" | "recorded";

/** A tensor that the user describes for forward. */
export interface StatedInput {
  readonly shape: readonly number[];
  readonly dtype: DTypeName;
  readonly fill: Fill;
  /** Exclusive upper bound for "randint". */
  readonly high?: number;
}
