import { RuntimeError } from "../../errors.js";

/** One number for all spatial dimensions, or one for each. */
export type Sizes = number | readonly number[];

/** One number for each of `dims` dimensions. */
export function expandSizes(value: Sizes, dims: number, name: string, of: string): readonly number[] {
  if (typeof value === "number") return new Array<number>(dims).fill(value);
  if (value.length === 1) return new Array<number>(dims).fill(value[0]!);
  if (value.length !== dims) {
    throw new RuntimeError(
      `expected ${name} to be a single integer value or a list of ${dims} values to match the ${of} dimensions, but got ${name}=[${value.join(", ")}]`,
    );
  }
  return value;
}
