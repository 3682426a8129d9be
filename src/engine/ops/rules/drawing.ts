import { RuntimeError, TypeError } from "../../errors.js";
import { fillInMemoryOrder } from "../../kernels/fill.js";
import * as distributions from "../../random/distributions.js";
import { defaultGenerator, type Generator } from "../../random/generator.js";
import type { Tensor } from "../../tensor.js";

/** Draws into the memory of a tensor, and the checks that come before. */

export interface GeneratorOptions {
  /** Default: the default generator, which `manualSeed` seeds. */
  readonly generator?: Generator;
}

export function fillUniform(self: Tensor, low: number, high: number, generator: Generator = defaultGenerator): void {
  fillInMemoryOrder(self, (target, offset, length) => distributions.fillUniform(target as distributions.FloatArray, offset, length, low, high, generator));
}

export function fillNormal(self: Tensor, mean: number, std: number, generator: Generator = defaultGenerator): void {
  const fill = self.isContiguous() ? distributions.fillNormal : distributions.fillNormalSerially;
  fillInMemoryOrder(self, (target, offset, length) => fill(target as distributions.FloatArray, offset, length, mean, std, generator));
}

export function fillIntegers(self: Tensor, low: number, range: number | bigint, generator: Generator = defaultGenerator): void {
  fillInMemoryOrder(self, (target, offset, length) => distributions.fillRandomIntegers(target, offset, length, low, range, generator));
}

export function checkStd(std: number): void {
  if (!(std >= 0)) throw new RuntimeError(`normal expects std >= 0.0, but found std ${std}`);
}

export function integerRange(low: number, high: number): number | bigint {
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high))
    throw new TypeError(`random_ expects integer bounds within 2^53, but got from=${low} and to=${high}`);
  if (low >= high) throw new RuntimeError(`random_ expects 'from' to be less than 'to', but got from=${low} >= to=${high}`);
  return distributions.integerRange(low, high);
}
