import type { Sizes } from "../ops/rules/sizes.js";
import { repr } from "../print/python.js";

export type { Sizes } from "../ops/rules/sizes.js";

/** One number for each of `dims` dimensions, as PyTorch's _single, _pair and _triple. */
export function repeat(value: Sizes, dims: number): readonly number[] {
  return typeof value === "number" ? new Array<number>(dims).fill(value) : value;
}

/** Sizes that a layer keeps as they were given: a number alone, or a list, which prints with brackets. */
export function describeSizes(value: Sizes | null): string {
  return typeof value === "object" && value !== null ? `[${value.map(repr).join(", ")}]` : repr(value);
}
