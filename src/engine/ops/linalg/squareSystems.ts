import { itself, defineComposite, defineOperation, keeping } from "../../dispatch/index.js";
import { LinAlgError, RuntimeError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import * as kernels from "../../kernels/linalg.js";
import { int32 } from "../../dtype.js";
import { equalSizes, product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { checkedOptions, collect, required, requiredFirst, takingOnly, type AllArguments, type Arguments } from "../../arguments.js";
import { mul, sub } from "../binary.js";
import { maskedFill } from "../masks.js";
import { diagEmbed, tril, triu } from "../joining.js";
import { matmul } from "../matmul.js";
import { broadcastSizes } from "../rules/promotion.js";
import { diagonal as diagonalOf, unsqueeze } from "../shape.js";
import { neg } from "../unary.js";
import { expandedTo } from "../rules/windows.js";
import { batchOf, batchPrefix, columnsOf, forEachMatrix, identity, mT, named, requireSquare, rowsOf, type Named } from "./matrices.js";
import { computes, notCounted, ofParts } from "../../operation.js";

/** Inverses, determinants and systems of equations (torch.linalg). */

/**
 * What went wrong with each matrix of the batch, as LAPACK tells it: 0 where nothing did. An operation that is given none throws instead. (The `info` of
 * PyTorch's functions ending in `_ex`.)
 */
type Infos = number[] | null;

export interface ExOptions {
  /** Throw where a matrix cannot be taken, as the function without `Ex` does. Default false. */
  readonly checkErrors?: boolean;
}

const infosFor = (batch: readonly number[]): number[] => new Array<number>(product(batch)).fill(0);

/** The infos as a tensor in the batch's shape, int32. */
function infoTensor(infos: readonly number[], batch: readonly number[], like: Tensor): Tensor {
  const result = Tensor.allocate([...batch], int32, like.device);
  if (like.device === "cpu") result.storage.data.set(infos);
  return result;
}

/** Where one says that something went wrong, the error of it. */
function checkInfos(infos: readonly number[], batch: readonly number[], error: (prefix: string, info: number) => Error): void {
  const index = infos.findIndex((info) => info !== 0);
  if (index >= 0) throw error(batch.length > 0 ? `(Batch element ${index}): ` : "", infos[index]!);
}

const singularError = (operation: string, prefix: string, info: number): Error =>
  new LinAlgError(`${operation}: ${prefix}The diagonal element ${info} is zero, the inversion could not be completed because the input matrix is singular.`);
const unsolvableError = (operation: string, prefix: string): Error =>
  new LinAlgError(`${operation}: ${prefix}The solver failed because the input matrix is singular.`);
const indefiniteError = (operation: string, prefix: string, info: number): Error =>
  new LinAlgError(
    `${operation}: ${prefix}The factorization could not be completed because the input is not positive-definite (the leading minor of order ${info} is not positive-definite).`,
  );

export const invOperation: (a: Tensor, infos?: Infos) => Tensor = defineOperation<[a: Tensor, infos?: Infos]>({
  name: "inv",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", null],
  gradientName: "LinalgInvExBackward0",
  infer(a) {
    requireSquare(a, "linalg.inv");
    return { sizes: a.sizes, dtype: a.dtype };
  },
  forward(output, a, infos = null) {
    const n = rowsOf(a);
    forEachMatrix(a, (matrix, index) => {
      const { pivots, singularAt } = kernels.luInPlace(matrix, n);
      if (singularAt > 0 && infos === null) throw singularError("linalg.inv", batchPrefix(a, index), singularAt);
      if (infos !== null) infos[index] = singularAt;
      const result = new Float64Array(n * n);
      for (let i = 0; i < n; i++) result[i * n + i] = 1;
      kernels.luSolve(matrix, pivots, n, result, n);
      output.storage.data.set(result, index * n * n);
    });
  },
  reads: ["output"],
  backward: (gradient, { output }) => [neg(matmul(matmul(mT(output), gradient), mT(output)))],
  recordedBackward: itself,
});

/** The inverse of square matrices. (torch.linalg.inv) */
export const inv: (a: Tensor) => Tensor = takingOnly("inv", ["A"], (a: Tensor): Tensor => invOperation(a));

/**
 * The inverse and, for each matrix, an int32 `info`: 0, or the first diagonal element of its LU that is zero, counted from 1; what stands in such an inverse
 * means nothing. (torch.linalg.inv_ex)
 */
export const invEx: (a: Tensor, ...args: Arguments<[], ExOptions>) => Named<readonly [inverse: Tensor, info: Tensor], "inverse" | "info"> = defineComposite(
  { name: "invEx", effect: computes, multiplyAdds: ofParts, arguments: ["A", { checkErrors: false }] },
  (a: Tensor, ...args: Arguments<[], ExOptions>): Named<readonly [inverse: Tensor, info: Tensor], "inverse" | "info"> => {
    const { checkErrors = false } = collect<ExOptions>("invEx", [], args, ["checkErrors"]);
    requireSquare(a, "linalg.inv");
    const infos = infosFor(batchOf(a));
    const inverse = invOperation(a, infos);
    if (checkErrors) checkInfos(infos, batchOf(a), (prefix, info) => singularError("linalg.inv_ex", prefix, info));
    return named(["inverse", "info"], inverse, infoTensor(infos, batchOf(a), a));
  },
);

const detOperation = defineOperation<[a: Tensor]>({
  name: "det",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
  gradientName: "LinalgDetBackward0",
  infer(a) {
    requireSquare(a, "linalg.det");
    return { sizes: batchOf(a), dtype: a.dtype };
  },
  forward: (output, a) => forEachMatrix(a, (matrix, index) => (output.storage.data[index] = kernels.determinant(matrix, rowsOf(a)))),
  reads: [0, "output"],
  backward(gradient, { args: [a] }) {
    const result = a.allocateLike();
    const n = rowsOf(a);
    forEachMatrix(a, (matrix, index) => result.storage.data.set(kernels.cofactors(matrix, n), index * n * n));
    return [mul(result, unsqueeze(unsqueeze(gradient, -1), -1))];
  },
  recordedBackward: (g, { args: [a] }) => [g.mul(det(a)).unsqueeze(-1).unsqueeze(-1).mul(inv(a).mT)],
});

/** The determinant of square matrices. (torch.linalg.det) */
export const det: (a: Tensor) => Tensor = detOperation;

function logDeterminants(a: Tensor): { readonly signs: number[]; readonly logs: number[] } {
  const n = rowsOf(a);
  const signs: number[] = [];
  const logs: number[] = [];
  forEachMatrix(a, (matrix) => {
    const { sign } = kernels.luInPlace(matrix, n);
    let total = 0;
    let resulting = sign;
    for (let i = 0; i < n; i++) {
      const value = matrix[i * n + i]!;
      total += Math.log(Math.abs(value));
      resulting *= Math.sign(value);
    }
    signs.push(resulting);
    logs.push(total);
  });
  return { signs, logs };
}

const detSign = defineOperation<[a: Tensor]>({
  name: "slogdet",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
  infer: (a) => ({ sizes: batchOf(a), dtype: a.dtype }),
  forward: (output, a) => output.storage.data.set(logDeterminants(a).signs),
  backward: null,
});

const logAbsDet = defineOperation<[a: Tensor]>({
  name: "slogdet",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
  gradientName: "LinalgSlogdetBackward0",
  infer(a) {
    requireSquare(a, "linalg.slogdet");
    return { sizes: batchOf(a), dtype: a.dtype };
  },
  forward: (output, a) => output.storage.data.set(logDeterminants(a).logs),
  reads: [0],
  backward: (gradient, { args: [a] }) => [mul(mT(invOperation(a)), unsqueeze(unsqueeze(gradient, -1), -1))],
  recordedBackward: itself,
});

/** What `slogdet` gives. */
export type SignAndLog = Named<readonly [sign: Tensor, logabsdet: Tensor], "sign" | "logabsdet">;

const slogdetOperation = defineComposite({ name: "slogdet", effect: computes, multiplyAdds: ofParts, arguments: ["input"] }, (a: Tensor): SignAndLog => {
  const logabsdet = logAbsDet(a);
  const sign = detSign(a);
  return named(["sign", "logabsdet"], sign, keeping([sign], logabsdet));
});

/** The sign of the determinant and the logarithm of its magnitude. (torch.linalg.slogdet) */
export const slogdet: (a: Tensor) => SignAndLog = slogdetOperation;

/** The logarithm of the determinant; NaN where it is negative. (torch.logdet) */
export const logdet: (a: Tensor) => Tensor = defineComposite(
  { name: "logdet", effect: computes, multiplyAdds: ofParts, arguments: ["input"] },
  (a: Tensor): Tensor => {
    const { sign, logabsdet } = slogdetOperation(a);
    return maskedFill(logabsdet, sign.lt(0), NaN);
  },
);

type SolveArgs = [a: Tensor, b: Tensor, infos?: Infos];

export const solveOperation: (...args: SolveArgs) => Tensor = defineOperation<SolveArgs>({
  name: "solve",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "b", null],
  gradientName: "LinalgSolveExBackward0",
  infer(a, b) {
    requireSquare(a, "linalg.solve");
    if (a.dtype !== b.dtype)
      throw new RuntimeError(
        `linalg.solve: Expected A and B to have the same dtype, but found A of type ${a.dtype.scalarType} and B of type ${b.dtype.scalarType} instead`,
      );
    if (rowsOf(b) !== rowsOf(a)) {
      throw new RuntimeError(
        `linalg.solve: Incompatible shapes of A and B for the equation AX = B (${rowsOf(a)}x${columnsOf(a)} and ${rowsOf(b)}x${columnsOf(b)})`,
      );
    }
    return { sizes: [...broadcastSizes(batchOf(a), batchOf(b)), rowsOf(b), columnsOf(b)], dtype: a.dtype };
  },
  forward(output, a, b, infos = null) {
    const n = rowsOf(a);
    const m = columnsOf(b);
    const batch = batchOf(output);
    const right = denseValues(expandedTo(b, [...batch, n, m]));
    forEachMatrix(expandedTo(a, [...batch, n, n]), (matrix, index) => {
      const { pivots, singularAt } = kernels.luInPlace(matrix, n);
      if (singularAt > 0 && infos === null) throw unsolvableError("torch.linalg.solve", batchPrefix(a, index));
      if (infos !== null) infos[index] = singularAt;
      const solution = Float64Array.from(right.subarray(index * n * m, (index + 1) * n * m));
      kernels.luSolve(matrix, pivots, n, solution, m);
      output.storage.data.set(solution, index * n * m);
    });
  },
  reads: [0, "output"],
  backward(gradient, { args: [a], output }) {
    const forB = solveOperation(mT(a), gradient);
    return [neg(matmul(forB, mT(output))), forB];
  },
  recordedBackward: itself,
});

export interface SolveOptions {
  /** Solves X A = B when false. Default true. */
  readonly left?: boolean;
}

type SolveArguments<Options> = readonly [...AllArguments<[B: Tensor], { readonly B: Tensor } & Options>] | readonly [B: Tensor, options: Options];

/** Whether B is vectors and not matrices, as PyTorch decides it. */
function isVectors(a: Tensor, b: Tensor): boolean {
  return b.sizes.length === 1 || (a.sizes.length - 1 === b.sizes.length && equalSizes(a.sizes.slice(0, -1), b.sizes));
}

function solved(a: Tensor, b: Tensor, left: boolean, infos: Infos): Tensor {
  const vectors = isVectors(a, b);
  const right = vectors ? unsqueeze(b, -1) : b;
  if (left) return vectors ? solveOperation(a, right, infos).squeeze(-1) : solveOperation(a, right, infos);
  if (vectors) throw new RuntimeError("linalg.solve: Vector broadcasting of the left hand side is not supported for left=False");
  if (rowsOf(a) !== columnsOf(b)) {
    throw new RuntimeError(
      `linalg.solve: Incompatible shapes of A and B for the equation XA = B (${rowsOf(a)}x${columnsOf(a)} and ${rowsOf(b)}x${columnsOf(b)})`,
    );
  }
  return mT(solveOperation(mT(a), mT(b), infos));
}

/** B, which has no default, and the options. */
function solveArguments<Options extends object>(
  operation: string,
  names: readonly (keyof Options & string)[],
  args: readonly unknown[],
): [B: Tensor, options: Options] {
  const [[b], rest] = requiredFirst<[Tensor]>(operation, ["B"], args);
  return [b, collect<Options>(operation, [], rest, names)];
}

/** X with A X = B, B being matrices or, one dimension short, vectors. (torch.linalg.solve) */
export const solve: (a: Tensor, ...args: SolveArguments<SolveOptions>) => Tensor = defineComposite(
  { name: "solve", effect: computes, multiplyAdds: ofParts, arguments: ["A", "B", { left: true }] },
  (a: Tensor, ...args: SolveArguments<SolveOptions>): Tensor => {
    const [b, { left = true }] = solveArguments<SolveOptions>("linalg_solve", ["left"], args);
    return solved(a, b, left, null);
  },
);

/** The solution, as `solve` gives it, and an int32 `info` for each matrix, as `invEx` gives it. (torch.linalg.solve_ex) */
export const solveEx: (a: Tensor, ...args: SolveArguments<SolveOptions & ExOptions>) => Named<readonly [result: Tensor, info: Tensor], "result" | "info"> =
  defineComposite(
    { name: "solveEx", effect: computes, multiplyAdds: ofParts, arguments: ["A", "B", { left: true, checkErrors: false }] },
    (a: Tensor, ...args: SolveArguments<SolveOptions & ExOptions>): Named<readonly [result: Tensor, info: Tensor], "result" | "info"> => {
      const [b, { left = true, checkErrors = false }] = solveArguments<SolveOptions & ExOptions>("linalg_solve_ex", ["left", "checkErrors"], args);
      requireSquare(a, "linalg.solve");
      const batch = isVectors(a, b) ? batchOf(a) : broadcastSizes(batchOf(a), batchOf(b));
      const infos = infosFor(batch);
      const result = solved(a, b, left, infos);
      if (checkErrors) checkInfos(infos, batch, (prefix) => unsolvableError("torch.linalg.solve_ex", prefix));
      // One for each A, however many systems share it.
      const shared = infos.slice(0, product(batchOf(a)));
      return named(["result", "info"], result, infoTensor(shared, batchOf(a), a));
    },
  );

export interface TriangularOptions {
  /** Whether A is upper-triangular: what lies on the other side is not read. */
  readonly upper: boolean;
  /** Solves X A = B when false. Default true. */
  readonly left?: boolean;
  /** Takes the diagonal as ones. Default false. */
  readonly unitriangular?: boolean;
}

/** X with A X = B for triangular A. (torch.linalg.solve_triangular) */
export const solveTriangular: (a: Tensor, b: Tensor, options: TriangularOptions) => Tensor = defineComposite(
  { name: "solveTriangular", effect: computes, multiplyAdds: ofParts, arguments: ["input", "b", { left: true, unitriangular: false }] },
  (a: Tensor, b: Tensor, options: TriangularOptions): Tensor => {
    const {
      upper = required(undefined, "linalg_solve_triangular", "upper"),
      left = true,
      unitriangular = false,
    } = checkedOptions("solveTriangular", options, "upper", "left", "unitriangular");
    let triangle = upper ? triu(a, unitriangular ? 1 : 0) : tril(a, unitriangular ? -1 : 0);
    if (unitriangular) triangle = triangle.add(identity(rowsOf(a), a));
    return keeping([a], left ? solveOperation(triangle, b) : mT(solveOperation(mT(triangle), mT(b))));
  },
);

const choleskyOperation: (a: Tensor, infos?: Infos) => Tensor = defineOperation<[a: Tensor, infos?: Infos]>({
  name: "cholesky",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", null],
  gradientName: "LinalgCholeskyExBackward0",
  infer(a) {
    requireSquare(a, "linalg.cholesky");
    return { sizes: a.sizes, dtype: a.dtype };
  },
  forward(output, a, infos = null) {
    const n = rowsOf(a);
    forEachMatrix(a, (matrix, index) => {
      const l = new Float64Array(n * n);
      const order = kernels.cholesky(l, matrix, n);
      if (order > 0 && infos === null) throw indefiniteError("linalg.cholesky", batchPrefix(a, index), order);
      if (infos !== null) infos[index] = order;
      output.storage.data.set(l, index * n * n);
    });
  },
  reads: ["output"],
  backward(gradient, { output: l }) {
    const phi = tril(matmul(mT(l), gradient));
    const halved = sub(phi, diagEmbed(mul(diagonalOf(phi, 0, -2, -1), 0.5)));
    const inner = solveOperation(mT(l), mT(solveOperation(mT(l), mT(halved))));
    return [mul(inner.add(mT(inner)), 0.5)];
  },
  recordedBackward: itself,
});

/** Lower-triangular L with L L^T = A, for symmetric positive-definite A. (torch.linalg.cholesky) */
export const cholesky: (a: Tensor, options?: { readonly upper?: boolean }) => Tensor = defineComposite(
  { name: "cholesky", effect: computes, multiplyAdds: ofParts, arguments: ["input", { upper: false }] },
  (a: Tensor, options: { readonly upper?: boolean } = {}): Tensor => {
    const l = choleskyOperation(a);
    return checkedOptions("cholesky", options, "upper").upper ? mT(l) : l;
  },
);

export interface CholeskyExOptions extends ExOptions {
  /** Gives U with U^T U = A instead. Default false. */
  readonly upper?: boolean;
}

/**
 * L as `cholesky` gives it and, for each matrix, an int32 `info`: 0, or the order of the first leading minor that is not positive, from which on what stands in L
 * means nothing. (torch.linalg.cholesky_ex)
 */
export const choleskyEx: (a: Tensor, ...args: Arguments<[], CholeskyExOptions>) => Named<readonly [L: Tensor, info: Tensor], "L" | "info"> = defineComposite(
  { name: "choleskyEx", effect: computes, multiplyAdds: ofParts, arguments: ["input", { upper: false, checkErrors: false }] },
  (a: Tensor, ...args: Arguments<[], CholeskyExOptions>): Named<readonly [L: Tensor, info: Tensor], "L" | "info"> => {
    const { upper = false, checkErrors = false } = collect<CholeskyExOptions>("choleskyEx", [], args, ["upper", "checkErrors"]);
    requireSquare(a, "linalg.cholesky");
    const infos = infosFor(batchOf(a));
    const l = choleskyOperation(a, infos);
    if (checkErrors) checkInfos(infos, batchOf(a), (prefix, info) => indefiniteError("linalg.cholesky_ex", prefix, info));
    return named(["L", "info"], upper ? mT(l) : l, infoTensor(infos, batchOf(a), a));
  },
);
