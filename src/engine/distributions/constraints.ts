import { sum as sumOf } from "../ops/reduction.js";
import { float, repr } from "../print/python.js";
import { Tensor } from "../tensor.js";

/** What values a parameter or a sample may have (torch.distributions.constraints): a test of each element, or of each vector, and how it prints. */
export interface Constraint {
  check(value: Tensor): Tensor;
  toString(): string;
}

type Bound = Tensor | number;

function constraint(text: string, check: (value: Tensor) => Tensor): Constraint {
  return { check, toString: () => text };
}

/** Anything but NaN. */
export const real = constraint("Real()", (value) => value.eq(value));
/** Vectors of such numbers. */
export const realVector = constraint("IndependentConstraint(Real(), 1)", (value) => value.eq(value).all(-1));
/** 0 or 1. */
export const boolean = constraint("Boolean()", (value) => value.eq(0).logicalOr(value.eq(1)));
/** From 0 to 1. */
export const unitInterval = interval(0, 1);
export const positive = greaterThan(0);
/** Vectors of numbers that are not negative and sum to 1. */
export const simplex = constraint("Simplex()", (value) => value.ge(0).all(-1).logicalAnd(sumOf(value, -1).sub(1).abs().lt(1e-6)));

export function greaterThan(lower: Bound): Constraint {
  return constraint(`GreaterThan(lower_bound=${text(lower)})`, (value) => value.gt(lower));
}

export function lessThan(upper: Bound): Constraint {
  return constraint(`LessThan(upper_bound=${text(upper)})`, (value) => value.lt(upper));
}

export function interval(lower: Bound, upper: Bound): Constraint {
  return constraint(`Interval(lower_bound=${text(lower)}, upper_bound=${text(upper)})`, (value) => value.ge(lower).logicalAnd(value.le(upper)));
}

export function integerInterval(lower: number, upper: number): Constraint {
  const isInside = (value: Tensor) => value.remainder(1).eq(0).logicalAnd(value.ge(lower)).logicalAnd(value.le(upper));
  return constraint(`IntegerInterval(lower_bound=${lower}, upper_bound=${upper})`, isInside);
}

function text(bound: Bound): string {
  return typeof bound === "number" ? repr(float(bound)) : inText(bound);
}

/** A tensor as Python's f-strings write it: one without dimensions by its value. */
export function inText(value: Tensor): string {
  if (value.sizes.length > 0) return String(value);
  const item = value.item();
  return repr(typeof item === "number" && value.dtype.isFloatingPoint ? float(item) : item);
}
