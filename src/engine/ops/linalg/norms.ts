import { defineComposite } from "../../dispatch/index.js";
import type { DType } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { normalizeDim, type Tensor } from "../../tensor.js";
import { collect, type Arguments, type Dims } from "../../arguments.js";
import { div } from "../binary.js";
import { amax, amin, sum } from "../reduction.js";
import { movedim, unsqueeze } from "../shape.js";
import { to } from "../tensorOnly.js";
import { abs } from "../unary.js";
import { vectorNorm as vectorNormOf } from "../vectorNorm.js";
import { svdvalsOperation } from "./factorizations.js";
import { computes, ofParts } from "../../operation.js";

/** Norms of vectors and matrices (torch.linalg). */

export interface VectorNormOptions {
  /** The order: a number, Infinity or -Infinity. Default 2. */
  readonly ord?: number;
  /** Default: all dimensions. */
  readonly dim?: Dims | null;
  /** Keeps the dimensions with size 1. Default false. */
  readonly keepdim?: boolean;
  /** Converts to this dtype first. */
  readonly dtype?: DType;
}

/** The norm of the elements as one vector, or along dimensions. (torch.linalg.vector_norm) */
export function vectorNorm(x: Tensor, ...args: Arguments<[ord: number, dim: Dims | null, keepdim: boolean], VectorNormOptions>): Tensor {
  const { ord = 2, dim = null, keepdim = false, dtype } = collect<VectorNormOptions>("vectorNorm", ["ord", "dim", "keepdim"], args, ["dtype"]);
  return vectorNormOf(dtype === undefined ? x : to(x, dtype), ord, dim, keepdim);
}

/** "fro": of all elements; "nuc": the sum of singular values; 2, -2: their extremes; 1, -1, Infinity, -Infinity: extremes of column or row sums. */
export type MatrixOrder = "fro" | "nuc" | number;

export interface MatrixNormOptions {
  /** Default "fro". */
  readonly ord?: MatrixOrder;
  /** Rows and columns. Default [-2, -1]. */
  readonly dim?: readonly [number, number];
  /** Keeps both dimensions with size 1. Default false. */
  readonly keepdim?: boolean;
  /** Converts to this dtype first. */
  readonly dtype?: DType;
}

/** The norm of matrices. (torch.linalg.matrix_norm) */
export const matrixNorm: (a: Tensor, ...args: Arguments<[ord: MatrixOrder, dim: readonly [number, number], keepdim: boolean], MatrixNormOptions>) => Tensor =
  defineComposite(
    { name: "matrixNorm", effect: computes, multiplyAdds: ofParts, arguments: ["input", "ord", "dim", ["keepdim", false]] },
    (a: Tensor, ...args: Arguments<[ord: MatrixOrder, dim: readonly [number, number], keepdim: boolean], MatrixNormOptions>): Tensor => {
      const { ord = "fro", dim = [-2, -1], keepdim = false, dtype } = collect<MatrixNormOptions>("matrixNorm", ["ord", "dim", "keepdim"], args, ["dtype"]);
      const x = dtype === undefined ? a : to(a, dtype);
      if (x.sizes.length < 2) throw new RuntimeError("linalg.matrix_norm: The input tensor A must have at least 2 dimensions.");
      if (dim.length !== 2) throw new RuntimeError(`linalg.matrix_norm: dim must be a 2-tuple. Got ${dim.join(" ")}`);
      const [rows, columns] = dim.map((each) => normalizeDim(each, x.sizes.length)) as [number, number];
      if (rows === columns) throw new RuntimeError(`linalg.matrix_norm: dims must be different. Got (${dim.join(", ")})`);
      if (ord === "fro") return vectorNormOf(x, 2, [rows, columns], keepdim);
      const matrices = movedim(x, [rows, columns], [-2, -1]);
      const result = normOf(matrices, ord);
      if (!keepdim) return result;
      return [rows, columns].sort((i, j) => i - j).reduce((kept, at) => unsqueeze(kept, at), result);
    },
  );

function normOf(a: Tensor, ord: MatrixOrder): Tensor {
  if (ord === "nuc") return sum(svdvalsOperation(a), -1);
  const magnitude = typeof ord === "number" ? Math.abs(ord) : NaN;
  const extreme = (x: Tensor): Tensor => ((ord as number) > 0 ? amax(x, -1) : amin(x, -1));
  if (magnitude === 2) return extreme(svdvalsOperation(a));
  if (magnitude === 1) return extreme(sum(abs(a), -2));
  if (magnitude === Infinity) return extreme(sum(abs(a), -1));
  throw new RuntimeError(`linalg.matrix_norm: Order ${String(ord)} not supported.`);
}

export interface LinalgNormOptions {
  /** Default: the norm of all elements as one vector. */
  readonly ord?: MatrixOrder | null;
  /** One dimension: vectors; two: matrices. Default: by the tensor's own dimensions. */
  readonly dim?: Dims | null;
  /** Default false. */
  readonly keepdim?: boolean;
}

/** A vector norm or a matrix norm, by how many dimensions are meant. (torch.linalg.norm) */
export const norm: (x: Tensor, ...args: Arguments<[ord: MatrixOrder | null, dim: Dims | null, keepdim: boolean], LinalgNormOptions>) => Tensor =
  defineComposite(
    { name: "norm", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["p", 2], "dim", ["keepdim", false]] },
    (x: Tensor, ...args: Arguments<[ord: MatrixOrder | null, dim: Dims | null, keepdim: boolean], LinalgNormOptions>): Tensor => {
      const { ord = null, dim = null, keepdim = false } = collect<LinalgNormOptions>("norm", ["ord", "dim", "keepdim"], args);
      if (ord === null) return vectorNormOf(x, 2, dim, keepdim);
      const dims = dim === null ? [...x.sizes.keys()] : typeof dim === "number" ? [dim] : dim;
      if (dim === null && x.sizes.length !== 1 && x.sizes.length !== 2) {
        throw new RuntimeError(`linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ${x.sizes.length}D.`);
      }
      if (dims.length === 2 || typeof ord !== "number") return matrixNorm(x, ord, dims as [number, number], keepdim);
      return vectorNormOf(x, ord, dims, keepdim);
    },
  );

/** The condition number: the largest over the smallest singular value. (torch.linalg.cond) */
export const cond: (a: Tensor) => Tensor = defineComposite(
  { name: "cond", effect: computes, multiplyAdds: ofParts, arguments: ["input"] },
  (a: Tensor): Tensor => {
    const s = svdvalsOperation(a);
    return div(amax(s, -1), amin(s, -1));
  },
);
