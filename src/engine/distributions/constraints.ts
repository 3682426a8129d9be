import { choleskyEx } from "../ops/linalg.js";
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

export const nonnegative = greaterThanEq(0);
export const nonnegativeInteger = constraint("IntegerGreaterThan(lower_bound=0)", (value) => value.remainder(1).eq(0).logicalAnd(value.ge(0)));
/** Vectors of positive numbers. */
export const positiveVector = constraint("IndependentConstraint(GreaterThan(lower_bound=0.0), 1)", (value) => value.gt(0).all(-1));
/** Vectors of zeros with one 1. */
export const oneHot = constraint("OneHot()", (value) => value.eq(0).logicalOr(value.eq(1)).all(-1).logicalAnd(sumOf(value, -1).eq(1)));
export const lowerCholesky = constraint("LowerCholesky()", (value) =>
  value
    .tril()
    .eq(value)
    .flatten(-2)
    .all(-1)
    .logicalAnd(value.diagonal(0, -2, -1).gt(0).all(-1)),
);
/** Symmetric matrices that have a Cholesky factor. */
export const positiveDefinite = constraint("PositiveDefinite()", (value) => {
  const isSymmetric = value.sub(value.transpose(-2, -1)).abs().le(1e-6).flatten(-2).all(-1);
  return isSymmetric.logicalAnd(choleskyEx(value).info.eq(0));
});

/** Vectors of counts that sum to `total`. */
export function multinomial(total: number): Constraint {
  return constraint("Multinomial()", (value) => value.ge(0).all(-1).logicalAnd(sumOf(value, -1).eq(total)));
}

/** `inner` of each vector of the last `dims` dimensions as one. */
export function independent(inner: Constraint, dims: number): Constraint {
  return constraint(`IndependentConstraint(${inner}, ${dims})`, (value) => {
    const checked = inner.check(value);
    return dims === 0 ? checked : checked.flatten(-dims).all(-1);
  });
}

export function greaterThanEq(lower: Bound): Constraint {
  return constraint(`GreaterThanEq(lower_bound=${text(lower)})`, (value) => value.ge(lower));
}

/** Whole numbers from 0 to those of a tensor. */
export function countsTo(upper: Tensor): Constraint {
  return constraint(`IntegerInterval(lower_bound=0, upper_bound=${text(upper)})`, (value) =>
    value.remainder(1).eq(0).logicalAnd(value.ge(0)).logicalAnd(value.le(upper)),
  );
}

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
