/** What is said of tensors wherever they are described. */

/** Index into ModelSnapshot.tensors. */
export type TensorId = number;

/** The dtypes that the engine has, by PyTorch's names. */
export type DTypeName = "float32" | "float64" | "float16" | "bfloat16" | "int8" | "int16" | "int32" | "int64" | "uint8" | "bool";

/** Counts in bins of equal width from `low` to `high`. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly bins: readonly number[];
}
