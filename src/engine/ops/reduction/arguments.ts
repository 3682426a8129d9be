import { int64, type DType } from "../../dtype.js";
import { Tensor } from "../../tensor.js";
import { collect, type Arguments, type Dims } from "../../arguments.js";

export type ReductionArgs = [x: Tensor, dim: Dims | null, keepdim: boolean];

export interface ReductionOptions {
  /** Dimension or dimensions that are reduced; null for all. Default null. */
  readonly dim?: Dims | null;
  /** Keeps the reduced dimensions with size 1. Default false. */
  readonly keepdim?: boolean;
}

export interface TypedReductionOptions extends ReductionOptions {
  /** Converts to this dtype first. */
  readonly dtype?: DType;
}

export type ReductionArguments<Options = ReductionOptions> = Arguments<[dim: Dims | null, keepdim: boolean], Options>;

/** The arguments of a reduction, x converted if a dtype was asked for. */
export function reductionArgs(operation: string, x: Tensor, args: readonly unknown[]): ReductionArgs {
  if (args.length === 0) return [x, null, false];
  const { dim = null, keepdim = false, dtype } = collect<TypedReductionOptions>(operation, ["dim", "keepdim"], args, ["dtype"]);
  return [dtype === undefined ? x : x.to(dtype), dim, keepdim];
}

/** Sums of integers and truth values are int64. */
export const sumType = (dtype: DType): DType => (dtype.isFloatingPoint ? dtype : int64);
