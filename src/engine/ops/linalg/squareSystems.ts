import { itself, defineComposite, defineOperation } from "../../dispatch/index.js";
import { LinAlgError, RuntimeError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import * as kernels from "../../kernels/linalg.js";
import { equalSizes } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { checkedOptions, inOrder, required, type AllArguments } from "../../arguments.js";
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

export const invOperation = defineOperation<[a: Tensor]>({
  name: "inv",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
  gradientName: "LinalgInvExBackward0",
  infer(a) {
    requireSquare(a, "linalg.inv");
    return { sizes: a.sizes, dtype: a.dtype };
  },
  forward(output, a) {
    const n = rowsOf(a);
    forEachMatrix(a, (matrix, index) => {
      const { pivots, singularAt } = kernels.luInPlace(matrix, n);
      if (singularAt > 0) {
        throw new LinAlgError(
          `linalg.inv: ${batchPrefix(a, index)}The diagonal element ${singularAt} is zero, the inversion could not be completed because the input matrix is singular.`,
        );
      }
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
export const inv: (a: Tensor) => Tensor = invOperation;

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
  reads: [0],
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
  return named(["sign", "logabsdet"], detSign(a), logabsdet);
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

type SolveArgs = [a: Tensor, b: Tensor];

export const solveOperation: (a: Tensor, b: Tensor) => Tensor = defineOperation<SolveArgs>({
  name: "solve",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "b"],
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
  forward(output, a, b) {
    const n = rowsOf(a);
    const m = columnsOf(b);
    const batch = batchOf(output);
    const right = denseValues(expandedTo(b, [...batch, n, m]));
    forEachMatrix(expandedTo(a, [...batch, n, n]), (matrix, index) => {
      const { pivots, singularAt } = kernels.luInPlace(matrix, n);
      if (singularAt > 0) throw new LinAlgError(`torch.linalg.solve: ${batchPrefix(a, index)}The solver failed because the input matrix is singular.`);
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

/** X with A X = B, B being matrices or, one dimension short, vectors. (torch.linalg.solve) */
export const solve: (a: Tensor, ...args: AllArguments<[B: Tensor], { readonly B: Tensor }>) => Tensor = defineComposite(
  { name: "solve", effect: computes, multiplyAdds: ofParts, arguments: ["A", "B"] },
  (a: Tensor, ...args: AllArguments<[B: Tensor], { readonly B: Tensor }>): Tensor => {
    const [b] = inOrder("linalg_solve", ["B"], args);
    const isVector = b.sizes.length === 1 || (a.sizes.length - 1 === b.sizes.length && equalSizes(a.sizes.slice(0, -1), b.sizes));
    return isVector ? solveOperation(a, unsqueeze(b, -1)).squeeze(-1) : solveOperation(a, b);
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
    return left ? solveOperation(triangle, b) : mT(solveOperation(mT(triangle), mT(b)));
  },
);

const choleskyOperation = defineOperation<[a: Tensor]>({
  name: "cholesky",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
  gradientName: "LinalgCholeskyExBackward0",
  infer(a) {
    requireSquare(a, "linalg.cholesky");
    return { sizes: a.sizes, dtype: a.dtype };
  },
  forward(output, a) {
    const n = rowsOf(a);
    forEachMatrix(a, (matrix, index) => {
      const l = new Float64Array(n * n);
      const order = kernels.cholesky(l, matrix, n);
      if (order > 0) {
        throw new LinAlgError(
          `linalg.cholesky: ${batchPrefix(a, index)}The factorization could not be completed because the input is not positive-definite (the leading minor of order ${order} is not positive-definite).`,
        );
      }
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
