/** 2^27 + 1, which splits a double into two halves whose products are exact (Dekker, "A floating-point technique for extending the available precision", 1971). */
const splitter = 134217729;

/** a * b + c as if rounded once: the fused multiply-add with which PyTorch's kernels scale what they draw. For values far from the limits of a double. */
export function fma(a: number, b: number, c: number): number {
  const product = a * b;
  const aHigh = a * splitter - (a * splitter - a);
  const bHigh = b * splitter - (b * splitter - b);
  const aLow = a - aHigh;
  const bLow = b - bHigh;
  const productError = aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const sum = product + c;
  if (!Number.isFinite(sum)) return sum;
  const part = sum - product;
  const sumError = product - (sum - part) + (c - part);
  return sum + (sumError + productError);
}
