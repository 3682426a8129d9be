import { collect, requiredFirst, type AllArguments, type Arguments, type WithRequired } from "../../arguments.js";
import { defineComposite, keeping } from "../../dispatch/index.js";
import { int32 } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import * as kernels from "../../kernels/linalg.js";
import { computes, ofParts } from "../../operation.js";
import { product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { cat, tril, triu } from "../joining.js";
import { matmul } from "../matmul.js";
import { narrow } from "../shape.js";
import { neg } from "../unary.js";
import { defineFactors, factor, type Factors } from "./factorizations.js";
import { batchOf, columnsOf, forEachMatrix, identity, mT, named, rowsOf, type Named, requireFractions } from "./matrices.js";
import { solveTriangular } from "./squareSystems.js";

/** A = P L U with partial pivoting (torch.linalg.lu and its like), of matrices of any shape. Rows are exchanged as LAPACK exchanges them. */

export interface PivotOptions {
  /** True: without exchanging rows there is no factorization on the CPU. Default true. */
  readonly pivot?: boolean;
}

export interface LuExOptions extends PivotOptions {
  /** Throw where a diagonal element of U is zero. Default false. */
  readonly checkErrors?: boolean;
}

interface LuFactors extends Factors {
  /** L beneath the diagonal, U from it on. */
  readonly packed: Tensor;
  readonly p: Tensor;
}

/** L with its diagonal of ones, rows x k, of both in one. */
function lowerOf(packed: Tensor): Tensor {
  const k = Math.min(rowsOf(packed), columnsOf(packed));
  return tril(narrow(packed, -1, 0, k), -1).add(columnsOnly(packed, k));
}

/** Ones on the diagonal of rows x k. */
function columnsOnly(like: Tensor, k: number): Tensor {
  return narrow(identity(Math.max(rowsOf(like), k), like), -1, 0, k);
}

const upperOf = (packed: Tensor): Tensor => triu(narrow(packed, -2, 0, Math.min(rowsOf(packed), columnsOf(packed))));

const unit = { unitriangular: true } as const;

/** The gradient for A of those for L and U, one of which may be missing. */
function luGradient(gradL: Tensor | null, gradU: Tensor | null, { l, u, p }: Parts): Tensor {
  const [m, n] = [rowsOf(l), columnsOf(u)];
  const k = Math.min(m, n);
  const fromL = gradL === null ? null : matmul(mT(l), tril(gradL, -1));
  const fromU = gradU === null ? null : matmul(triu(gradU), mT(u));
  const sum = (a: Tensor | null, b: Tensor | null): Tensor => (a === null ? b! : b === null ? a : a.add(b));
  if (m <= n) {
    const below = tril(sum(fromL, fromU === null ? null : neg(fromU)), -1);
    let inner = solveTriangular(mT(narrow(u, -1, 0, m)), below, { upper: false, left: false });
    if (gradU !== null) inner = inner.add(triu(narrow(gradU, -1, 0, m)));
    const rest = gradU === null ? inner.newZeros([...batchOf(l), m, n - m]) : narrow(gradU, -1, m, n - m);
    return matmul(p, solveTriangular(mT(l), n > m ? cat([inner, rest], -1) : inner, { upper: true, ...unit }));
  }
  const above = triu(sum(fromU, fromL === null ? null : neg(fromL)));
  let inner = solveTriangular(mT(narrow(l, -2, 0, k)), above, { upper: true, ...unit });
  if (gradL !== null) inner = inner.add(tril(narrow(gradL, -2, 0, k), -1));
  const rest = gradL === null ? inner.newZeros([...batchOf(l), m - k, k]) : narrow(gradL, -2, k, m - k);
  return matmul(p, solveTriangular(mT(u), cat([inner, rest], -2), { upper: false, left: false }));
}

const packedFactors = defineFactors<LuFactors>("luFactor", "LinalgLuFactorExBackward0", {
  of: "packed",
  backward(gradient, { packed, p }) {
    const k = Math.min(rowsOf(gradient), columnsOf(gradient));
    return luGradient(narrow(gradient, -1, 0, k), narrow(gradient, -2, 0, k), { l: lowerOf(packed), u: upperOf(packed), p });
  },
});

/** Both in one, `pivots` being kept with it. */
const packedOf = (a: Tensor, packed: Tensor, pivots: Tensor): Tensor => {
  const [result] = packedFactors(a, { packed, p: permutation(pivots, rowsOf(a), a) }) as [Tensor];
  return keeping([pivots], result);
};

interface Parts extends Factors {
  readonly l: Tensor;
  readonly u: Tensor;
  readonly p: Tensor;
}

const partsFactors = defineFactors<Parts>(
  "lu",
  "LinalgLuBackward0",
  { of: "l", backward: (gradient, factors) => luGradient(gradient, null, factors) },
  { of: "u", backward: (gradient, factors) => luGradient(null, gradient, factors) },
);

/** The factors as numbers: both in one, which rows are exchanged (from 1 on, as LAPACK counts), and the first zero of U's diagonal. */
function factorized(a: Tensor): { readonly packed: Tensor; readonly pivots: Tensor; readonly infos: number[] } {
  const [m, n] = [rowsOf(a), columnsOf(a)];
  const k = Math.min(m, n);
  const packed = factor(a, m, n);
  const pivots = Tensor.allocate([...batchOf(a), k], int32, a.device);
  const infos: number[] = new Array<number>(product(batchOf(a))).fill(0);
  if (a.device === "cpu") {
    forEachMatrix(a, (matrix, index) => {
      const found = kernels.luInPlace(matrix, n, m);
      packed.store(index, matrix);
      for (let i = 0; i < k; i++) pivots.storage.data[index * k + i] = found.pivots[i]! + 1;
      infos[index] = found.singularAt;
    });
  }
  return { packed: packed.tensor, pivots, infos };
}

/** The matrix that puts rows back where they were. */
function permutation(pivots: Tensor, rows: number, like: Tensor): Tensor {
  const batch = pivots.sizes.slice(0, -1);
  const result = Tensor.allocate([...batch, rows, rows], like.dtype, like.device);
  if (like.device !== "cpu") return result;
  const values = denseValues(pivots);
  const k = pivots.sizes.at(-1)!;
  for (let index = 0; index < product(batch); index++) {
    const order = Array.from({ length: rows }, (_, i) => i);
    for (let i = 0; i < k; i++) {
      const other = Number(values[index * k + i]) - 1;
      [order[i], order[other]] = [order[other]!, order[i]!];
    }
    order.forEach((row, column) => (result.storage.data[(index * rows + row) * rows + column] = 1));
  }
  return result;
}

function requirePivoting({ pivot = true }: PivotOptions): void {
  if (!pivot) throw new RuntimeError("linalg.lu_factor: LU without pivoting is not implemented on the CPU");
}

function requireTwo(a: Tensor, operation: string): void {
  if (a.sizes.length < 2) throw new RuntimeError(`torch.${operation}: Expected tensor with 2 or more dimensions. Got size: [${a.sizes.join(", ")}] instead`);
  requireFractions(a, `linalg.${operation}`);
}

function checkDiagonal(operation: string, a: Tensor, infos: readonly number[]): void {
  const index = infos.findIndex((info) => info !== 0);
  if (index < 0) return;
  const place = a.sizes.length > 2 ? `(Batch element ${index}): ` : "";
  const info = infos[index]!;
  throw new RuntimeError(
    `torch.linalg.${operation}: ${place}U[${info},${info}] is zero and using it on lu_solve would result in a division by zero. If you still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)`,
  );
}

/** What `luFactor` gives. */
export type LuFactorResult = Named<readonly [LU: Tensor, pivots: Tensor], "LU" | "pivots">;

/**
 * Both factors of an m x n matrix in one, L beneath the diagonal, and the rows that were exchanged, int32, counted from 1, of min(m, n). Throws RuntimeError where
 * U has a zero on its diagonal. (torch.linalg.lu_factor)
 */
export const luFactor: (a: Tensor, ...args: Arguments<[], PivotOptions>) => LuFactorResult = defineComposite(
  { name: "luFactor", effect: computes, multiplyAdds: ofParts, arguments: ["A", { pivot: true }] },
  (a: Tensor, ...args: Arguments<[], PivotOptions>): LuFactorResult => {
    requireTwo(a, "lu_factor");
    requirePivoting(collect<PivotOptions>("luFactor", [], args, ["pivot"]));
    const { packed, pivots, infos } = factorized(a);
    checkDiagonal("lu_factor", a, infos);
    return named(["LU", "pivots"], packedOf(a, packed, pivots), pivots);
  },
);

/** What `luFactorEx` gives. */
export type LuFactorExResult = Named<readonly [LU: Tensor, pivots: Tensor, info: Tensor], "LU" | "pivots" | "info">;

/** `luFactor` and an int32 `info` for each matrix: 0, or the first zero on U's diagonal, counted from 1. (torch.linalg.lu_factor_ex) */
export const luFactorEx: (a: Tensor, ...args: Arguments<[], LuExOptions>) => LuFactorExResult = defineComposite(
  { name: "luFactorEx", effect: computes, multiplyAdds: ofParts, arguments: ["A", { pivot: true, checkErrors: false }] },
  (a: Tensor, ...args: Arguments<[], LuExOptions>): LuFactorExResult => {
    requireTwo(a, "lu_factor");
    const options = collect<LuExOptions>("luFactorEx", [], args, ["pivot", "checkErrors"]);
    requirePivoting(options);
    const { packed, pivots, infos } = factorized(a);
    if (options.checkErrors) checkDiagonal("lu_factor_ex", a, infos);
    const info = Tensor.allocate([...batchOf(a)], int32, a.device);
    if (a.device === "cpu") info.storage.data.set(infos);
    return named(["LU", "pivots", "info"], packedOf(a, packed, pivots), pivots, info);
  },
);

/** What `lu` gives. */
export type LuResult = Named<readonly [P: Tensor, L: Tensor, U: Tensor], "P" | "L" | "U">;

/** A = P L U: a permutation of m x m, L of m x k with ones on its diagonal, U of k x n, k = min(m, n). (torch.linalg.lu) */
export const lu: (a: Tensor, ...args: Arguments<[], PivotOptions>) => LuResult = defineComposite(
  { name: "lu", effect: computes, multiplyAdds: ofParts, arguments: ["A", { pivot: true }] },
  (a: Tensor, ...args: Arguments<[], PivotOptions>): LuResult => {
    requireTwo(a, "lu");
    requirePivoting(collect<PivotOptions>("lu", [], args, ["pivot"]));
    const { packed, pivots } = factorized(a);
    const p = permutation(pivots, rowsOf(a), a);
    const [l, u] = partsFactors(a, { l: lowerOf(packed), u: upperOf(packed), p }) as [Tensor, Tensor];
    return named(["P", "L", "U"], p, keeping([p], l), keeping([p], u));
  },
);

export interface LuUnpackOptions {
  /** Whether to give L and U; they are empty else. Default true. */
  readonly unpackData?: boolean;
  /** Whether to give P; it is empty else. Default true. */
  readonly unpackPivots?: boolean;
}

/** P, L and U of what `luFactor` gives. (torch.lu_unpack) */
export const luUnpack: (packed: Tensor, pivots: Tensor, ...args: Arguments<[unpackData: boolean, unpackPivots: boolean], LuUnpackOptions>) => LuResult =
  defineComposite(
    { name: "luUnpack", effect: computes, multiplyAdds: ofParts, arguments: ["LU_data", "LU_pivots", ["unpackData", true], ["unpackPivots", true]] },
    (packed: Tensor, pivots: Tensor, ...args: Arguments<[unpackData: boolean, unpackPivots: boolean], LuUnpackOptions>): LuResult => {
      const { unpackData = true, unpackPivots = true } = collect<LuUnpackOptions>("luUnpack", ["unpackData", "unpackPivots"], args);
      const empty = (): Tensor => packed.newEmpty([0]);
      const p = unpackPivots ? permutation(pivots, rowsOf(packed), packed) : empty();
      return named(["P", "L", "U"], p, unpackData ? lowerOf(packed) : empty(), unpackData ? upperOf(packed) : empty());
    },
  );

export interface LuSolveOptions {
  /** Solves X A = B when false. Default true. */
  readonly left?: boolean;
  /** Solves with A transposed. Default false. */
  readonly adjoint?: boolean;
}

type LuSolveArguments = WithRequired<[pivots: Tensor, B: Tensor], { readonly pivots: Tensor; readonly B: Tensor }, [], LuSolveOptions>;

/** X with A X = B, of matrices, where A is given as `luFactor` gives it. (torch.linalg.lu_solve) */
export const luSolve: (packed: Tensor, ...args: LuSolveArguments) => Tensor = defineComposite(
  { name: "luSolve", effect: computes, multiplyAdds: ofParts, arguments: ["LU", "pivots", "B", { left: true, adjoint: false }] },
  (packed: Tensor, ...args: LuSolveArguments): Tensor => {
    const [[pivots, b], rest] = requiredFirst<[Tensor, Tensor]>("linalg_lu_solve", ["pivots", "B"], args);
    const { left = true, adjoint = false } = collect<LuSolveOptions>("luSolve", [], rest, ["left", "adjoint"]);
    if (b.sizes.length < 2) throw new RuntimeError("linalg.lu_solve: The input tensor B must have at least 2 dimensions.");
    const [n, size] = [rowsOf(packed), left ? rowsOf(b) : columnsOf(b)];
    if (n !== size) {
      throw new RuntimeError(
        `linalg.lu_solve: Incompatible shapes of A and B for the equation ${left ? "AX" : "XA"} = B (${n}x${columnsOf(packed)} and ${rowsOf(b)}x${columnsOf(b)})`,
      );
    }
    const p = permutation(pivots, n, packed);
    const forward = (right: Tensor): Tensor => upperSolve(packed, lowerSolve(packed, matmul(mT(p), right), false), false);
    const transposed = (right: Tensor): Tensor => matmul(p, lowerSolve(packed, upperSolve(packed, right, true), true));
    const solve = adjoint === left ? transposed : forward;
    return left ? solve(b) : mT(solve(mT(b)));
  },
);

const lowerSolve = (packed: Tensor, b: Tensor, isTransposed: boolean): Tensor =>
  solveTriangular(isTransposed ? mT(packed) : packed, b, { upper: isTransposed, ...unit });
const upperSolve = (packed: Tensor, b: Tensor, isTransposed: boolean): Tensor =>
  solveTriangular(isTransposed ? mT(packed) : packed, b, { upper: !isTransposed });

/** Solves A X = B for A = L L^T (or U^T U, `upper`) given by its factor. (torch.cholesky_solve) */
export const choleskySolve: (b: Tensor, ...args: WithRequired<[L: Tensor], { readonly L: Tensor }, [upper: boolean], { readonly upper?: boolean }>) => Tensor =
  defineComposite(
    { name: "choleskySolve", effect: computes, multiplyAdds: ofParts, arguments: ["B", "L", ["upper", false]] },
    (b: Tensor, ...args: WithRequired<[L: Tensor], { readonly L: Tensor }, [upper: boolean], { readonly upper?: boolean }>): Tensor => {
      const [[factor], rest] = requiredFirst<[Tensor]>("cholesky_solve", ["L"], args);
      const { upper = false } = collect<{ readonly upper?: boolean }>("choleskySolve", ["upper"], rest);
      return keeping([b, factor], solvedByFactor(b, factor, upper));
    },
  );

function solvedByFactor(b: Tensor, factor: Tensor, upper: boolean): Tensor {
  const l = upper ? mT(factor) : factor;
  return solveTriangular(mT(l), solveTriangular(l, b, { upper: false }), { upper: true });
}

/** The inverse of L L^T (or of U^T U, `upper`), of its factor. (torch.cholesky_inverse) */
export const choleskyInverse: (L: Tensor, ...args: Arguments<[upper: boolean], { readonly upper?: boolean }>) => Tensor = defineComposite(
  { name: "choleskyInverse", effect: computes, multiplyAdds: ofParts, arguments: ["L", ["upper", false]] },
  (factor: Tensor, ...args: Arguments<[upper: boolean], { readonly upper?: boolean }>): Tensor => {
    const { upper = false } = collect<{ readonly upper?: boolean }>("choleskyInverse", ["upper"], args);
    return keeping([factor], solvedByFactor(identity(rowsOf(factor), factor), factor, upper));
  },
);

/** The first columns of the product of reflections I - tau v v^T, v being what stands in each column of `a` beneath a one. (torch.linalg.householder_product) */
export const householderProduct: (a: Tensor, ...args: AllArguments<[tau: Tensor], { readonly tau: Tensor }>) => Tensor = defineComposite(
  { name: "householderProduct", effect: computes, multiplyAdds: ofParts, arguments: ["A", "tau"] },
  (a: Tensor, ...args: AllArguments<[tau: Tensor], { readonly tau: Tensor }>): Tensor => {
    const [[tau], rest] = requiredFirst<[Tensor]>("linalg_householder_product", ["tau"], args);
    collect("householderProduct", [], rest);
    if (a.sizes.length < 2) throw new RuntimeError("torch.linalg.householder_product: input must have at least 2 dimensions.");
    const [m, n] = [rowsOf(a), columnsOf(a)];
    if (m < n) throw new RuntimeError("torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1]");
    const count = tau.sizes.at(-1)!;
    if (n < count) throw new RuntimeError("torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]");
    const reflections = tril(a, -1).add(columnsOnly(a, n));
    let result = columnsOnly(a, n).expand([...batchOf(a), m, n]);
    for (let i = count - 1; i >= 0; i--) {
      const v = narrow(reflections, -1, i, 1);
      result = result.sub(matmul(v.mul(narrow(tau, -1, i, 1).unsqueeze(-1)), matmul(mT(v), result)));
    }
    return keeping([a, tau, result], result);
  },
);
