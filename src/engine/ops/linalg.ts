import { defineComposite, defineOperation } from "../dispatch.js";
import type { DType } from "../dtype.js";
import { LinAlgError, RuntimeError } from "../errors.js";
import { copy, denseValues } from "../kernels/elementwise.js";
import * as kernels from "../kernels/linalg.js";
import { exponential } from "../kernels/matrixExp.js";
import { equalSizes, product } from "../size.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { checkedOptions, collect, inOrder, required, requiredFirst, requireIntegers, type AllArguments, type Arguments, type Dims, type WithRequired } from "./arguments.js";
import { div, gt, mul, sub } from "./binary.js";
import { chainMatmul, crossAlong, vecdot as vecdotOf } from "./contraction.js";
import { maskedFill } from "./masks.js";
import { cat, diagEmbed, stack, tril, triu } from "./joining.js";
import { matmul } from "./matmul.js";
import { broadcastSizes } from "./promotion.js";
import { amax, amin, sum } from "./reduction.js";
import { diagonal as diagonalOf, expand, movedim, narrow, reshape, transpose, unsqueeze } from "./shape.js";
import { to } from "./tensorOnly.js";
import { abs, neg } from "./unary.js";
import { vectorNorm as vectorNormOf } from "./vectorNorm.js";
import { expandedTo } from "./windows.js";

/**
 * torch.linalg: matrices are the last two dimensions, those before are a batch. Computed in double precision. Gradients are written with
 * the engine's own operations, which do not record while backward runs.
 */

const mT = (x: Tensor): Tensor => transpose(x, -2, -1);
const rowsOf = (x: Tensor): number => x.sizes[x.sizes.length - 2]!;
const columnsOf = (x: Tensor): number => x.sizes[x.sizes.length - 1]!;
const batchOf = (x: Tensor): readonly number[] => x.sizes.slice(0, -2);

function requireMatrix(x: Tensor, operation: string): void {
  if (x.sizes.length < 2) throw new RuntimeError(`${operation}: The input tensor A must have at least 2 dimensions.`);
  requireFractions(x, operation);
}

function requireFractions(x: Tensor, operation: string): void {
  if (!x.dtype.isFloatingPoint) {
    throw new RuntimeError(`${operation}: Expected a floating point or complex tensor as input. Got ${x.dtype.scalarType}`);
  }
}

function requireSquare(x: Tensor, operation: string): void {
  requireMatrix(x, operation);
  if (rowsOf(x) !== columnsOf(x)) {
    throw new RuntimeError(`${operation}: A must be batches of square matrices, but they are ${rowsOf(x)} by ${columnsOf(x)} matrices`);
  }
}

/** Calls `body` with each matrix of the batch in double precision. */
function forEachMatrix(x: Tensor, body: (matrix: Float64Array, index: number) => void): void {
  const values = denseValues(x);
  const size = rowsOf(x) * columnsOf(x);
  const count = product(batchOf(x));
  for (let b = 0; b < count; b++) body(Float64Array.from(values.subarray(b * size, (b + 1) * size)), b);
}

/** "(Batch element 1): " in front of an error's text, where there is a batch. */
const batchPrefix = (x: Tensor, index: number): string => (x.sizes.length > 2 ? `(Batch element ${index}): ` : "");

// ---- square systems

const invOperation = defineOperation<[a: Tensor]>({
  name: "inv",
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
});

/** The inverse of square matrices. (torch.linalg.inv) */
export function inv(a: Tensor): Tensor {
  return invOperation(a);
}

const detOperation = defineOperation<[a: Tensor]>({
  name: "det",
  gradientName: "LinalgDetBackward0",
  infer(a) {
    requireSquare(a, "linalg.det");
    return { sizes: batchOf(a), dtype: a.dtype };
  },
  forward: (output, a) => forEachMatrix(a, (matrix, index) => (output.storage.data[index] = kernels.determinant(matrix, rowsOf(a)))),
  reads: [0],
  backward(gradient, { args: [a] }) {
    const result = Tensor.allocate(a.sizes, a.dtype, a.device);
    if (a.device === "meta") return [result];
    const n = rowsOf(a);
    forEachMatrix(a, (matrix, index) => result.storage.data.set(kernels.cofactors(matrix, n), index * n * n));
    return [mul(result, unsqueeze(unsqueeze(gradient, -1), -1))];
  },
});

/** The determinant of square matrices. (torch.linalg.det) */
export function det(a: Tensor): Tensor {
  return detOperation(a);
}

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
  infer: (a) => ({ sizes: batchOf(a), dtype: a.dtype }),
  forward: (output, a) => output.storage.data.set(logDeterminants(a).signs),
});

const logAbsDet = defineOperation<[a: Tensor]>({
  name: "slogdet",
  gradientName: "LinalgSlogdetBackward0",
  infer(a) {
    requireSquare(a, "linalg.slogdet");
    return { sizes: batchOf(a), dtype: a.dtype };
  },
  forward: (output, a) => output.storage.data.set(logDeterminants(a).logs),
  reads: [0],
  backward: (gradient, { args: [a] }) => [mul(mT(invOperation(a)), unsqueeze(unsqueeze(gradient, -1), -1))],
});

/** Several results by name or, destructured, in order: PyTorch's named tuples. */
type Named<Order extends readonly Tensor[], Name extends string> = Order & { readonly [name in Name]: Tensor };

function named<Order extends readonly Tensor[], const Name extends string>(names: readonly Name[], ...tensors: Order): Named<Order, Name> {
  names.forEach((name, i) => Object.defineProperty(tensors, name, { value: tensors[i] }));
  return tensors as Named<Order, Name>;
}

/** What `slogdet` gives. */
export type SignAndLog = Named<readonly [sign: Tensor, logabsdet: Tensor], "sign" | "logabsdet">;

const slogdetOperation = defineComposite("slogdet", (a: Tensor): SignAndLog => {
  const logabsdet = logAbsDet(a);
  return named(["sign", "logabsdet"], detSign(a), logabsdet);
});

/** The sign of the determinant and the logarithm of its magnitude. (torch.linalg.slogdet) */
export function slogdet(a: Tensor): SignAndLog {
  return slogdetOperation(a);
}

/** The logarithm of the determinant; NaN where it is negative. (torch.logdet) */
export const logdet = defineComposite("logdet", (a: Tensor): Tensor => {
  const { sign, logabsdet } = slogdetOperation(a);
  return maskedFill(logabsdet, sign.lt(0), NaN);
});

type SolveArgs = [a: Tensor, b: Tensor];

const solveOperation: (a: Tensor, b: Tensor) => Tensor = defineOperation<SolveArgs>({
  name: "solve",
  gradientName: "LinalgSolveExBackward0",
  infer(a, b) {
    requireSquare(a, "linalg.solve");
    if (a.dtype !== b.dtype) throw new RuntimeError(`linalg.solve: Expected A and B to have the same dtype, but found A of type ${a.dtype.scalarType} and B of type ${b.dtype.scalarType} instead`);
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
});

/** X with A X = B, B being matrices or, one dimension short, vectors. (torch.linalg.solve) */
export const solve = defineComposite("solve", (a: Tensor, ...args: AllArguments<[B: Tensor], { readonly B: Tensor }>): Tensor => {
  const [b] = inOrder("linalg_solve", ["B"], args);
  const isVector = b.sizes.length === 1 || (a.sizes.length - 1 === b.sizes.length && equalSizes(a.sizes.slice(0, -1), b.sizes));
  return isVector ? solveOperation(a, unsqueeze(b, -1)).squeeze(-1) : solveOperation(a, b);
});

export interface TriangularOptions {
  /** Whether A is upper-triangular: what lies on the other side is not read. */
  readonly upper: boolean;
  /** Solves X A = B when false. Default true. */
  readonly left?: boolean;
  /** Takes the diagonal as ones. Default false. */
  readonly unitriangular?: boolean;
}

/** X with A X = B for triangular A. (torch.linalg.solve_triangular) */
export const solveTriangular = defineComposite("solveTriangular", (a: Tensor, b: Tensor, options: TriangularOptions): Tensor => {
  const { upper = required(undefined, "linalg_solve_triangular", "upper"), left = true, unitriangular = false } = checkedOptions(options, "upper", "left", "unitriangular");
  let triangle = upper ? triu(a, unitriangular ? 1 : 0) : tril(a, unitriangular ? -1 : 0);
  if (unitriangular) triangle = triangle.add(identity(rowsOf(a), a));
  return left ? solveOperation(triangle, b) : mT(solveOperation(mT(triangle), mT(b)));
});

function identity(n: number, like: Tensor): Tensor {
  const result = Tensor.allocate([n, n], like.dtype, like.device);
  if (like.device === "cpu") for (let i = 0; i < n; i++) result.storage.data[i * n + i] = 1;
  return result;
}

const choleskyOperation = defineOperation<[a: Tensor]>({
  name: "cholesky",
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
});

/** Lower-triangular L with L L^T = A, for symmetric positive-definite A. (torch.linalg.cholesky) */
export const cholesky = defineComposite("cholesky", (a: Tensor, options: { readonly upper?: boolean } = {}): Tensor => {
  const l = choleskyOperation(a);
  return checkedOptions(options, "upper").upper ? mT(l) : l;
});

// ---- factorizations with several results: one row for each, gradients add up

type Factors = Readonly<Record<string, Tensor>>;

/** One of the results of a factorization that is already computed; backward has all of them at hand. */
function defineFactor<F extends Factors>(
  name: string,
  gradientName: string,
  pick: (factors: F) => Tensor,
  backward: (gradient: Tensor, factors: F) => Tensor,
): (a: Tensor, factors: F) => Tensor {
  return defineOperation<[a: Tensor, factors: F]>({
    name,
    gradientName,
    infer: (a, factors) => ({ sizes: pick(factors).sizes, dtype: a.dtype }),
    forward: (output, _, factors) => copy(output, pick(factors)),
    reads: [0],
    backward: (gradient, { args: [, factors] }) => [backward(gradient, factors)],
  });
}

/** A zeroed tensor for the batch of factors, and a function that stores one. */
function factor(a: Tensor, ...sizes: number[]): { tensor: Tensor; store: (index: number, values: Float64Array) => void } {
  const tensor = Tensor.allocate([...batchOf(a), ...sizes], a.dtype, a.device);
  return { tensor, store: (index, values) => tensor.storage.data.set(values, index * product(sizes)) };
}

interface QR extends Factors {
  readonly q: Tensor;
  readonly r: Tensor;
}

/** The lower triangle without the diagonal, mirrored, plus the diagonal. */
function symmetrized(x: Tensor): Tensor {
  const lower = tril(x, -1);
  return lower.add(mT(lower)).add(diagEmbed(diagonalOf(x, 0, -2, -1)));
}

/** Gradient of A = QR for R square: (gQ + Q copyltu(R gR^T - gQ^T Q)) R^-T. */
function squareQrGradient(gradQ: Tensor | null, gradR: Tensor | null, q: Tensor, r: Tensor): Tensor {
  const parts: Tensor[] = [];
  if (gradR !== null) parts.push(matmul(r, mT(gradR)));
  if (gradQ !== null) parts.push(neg(matmul(mT(gradQ), q)));
  const inner = matmul(q, symmetrized(parts.reduce((total, each) => total.add(each))));
  const right = gradQ === null ? inner : inner.add(gradQ);
  return mT(solveOperation(r, mT(right)));
}

function qrGradient(gradQ: Tensor | null, gradR: Tensor | null, { q, r }: QR): Tensor {
  const [m, n] = [rowsOf(r), columnsOf(r)];
  if (m === n) return squareQrGradient(gradQ, gradR, q, r);
  if (m > n) throw new RuntimeError("The QR decomposition is not differentiable when mode='complete' and nrows > ncols");
  // A wide matrix is [X | Y] with X = Q U and Y = Q V.
  const u = narrow(r, -1, 0, m);
  const y = matmul(q, narrow(r, -1, m, n - m));
  const gradU = gradR === null ? null : narrow(gradR, -1, 0, m);
  const gradV = gradR === null ? null : narrow(gradR, -1, m, n - m);
  const fromV = gradV === null ? null : matmul(y, mT(gradV));
  const forQ = gradQ === null ? fromV : fromV === null ? gradQ : gradQ.add(fromV);
  const gradX = squareQrGradient(forQ, gradU, q, u);
  return cat([gradX, gradV === null ? mul(y, 0) : matmul(q, gradV)], -1);
}

const qrQ = defineFactor<QR>("qr", "LinalgQrBackward0", ({ q }) => q, (gradient, factors) => qrGradient(gradient, null, factors));
const qrR = defineFactor<QR>("qr", "LinalgQrBackward0", ({ r }) => r, (gradient, factors) => qrGradient(null, gradient, factors));

/** What `qr` gives. */
export type QrResult = Named<readonly [Q: Tensor, R: Tensor], "Q" | "R">;

const qrOperation = defineComposite("qr", (a: Tensor, mode: "reduced" | "complete" | "r"): QrResult => {
  requireMatrix(a, "linalg.qr");
  const [m, n] = [rowsOf(a), columnsOf(a)];
  const k = mode === "complete" ? m : Math.min(m, n);
  const q = factor(a, m, k);
  const r = factor(a, k, n);
  if (a.device === "cpu") {
    forEachMatrix(a, (matrix, index) => {
      const left = new Float64Array(m * k);
      const right = new Float64Array(k * n);
      kernels.qr(left, right, matrix, m, n, k);
      q.store(index, left);
      r.store(index, right);
    });
  }
  const factors = { q: q.tensor, r: r.tensor };
  const resultQ = mode === "r" ? Tensor.allocate([0], a.dtype, a.device) : qrQ(a, factors);
  return named(["Q", "R"], resultQ, qrR(a, factors));
});

/** A = Q R with orthonormal columns in Q and upper-triangular R. `mode`: "reduced" (default), "complete" or "r". (torch.linalg.qr) */
export function qr(a: Tensor, ...args: Arguments<[mode: "reduced" | "complete" | "r"], { readonly mode?: "reduced" | "complete" | "r" }>): QrResult {
  const { mode = "reduced" } = collect<{ mode?: "reduced" | "complete" | "r" }>(["mode"], args);
  if (!["reduced", "complete", "r"].includes(mode)) {
    throw new RuntimeError(`qr received unrecognized mode '${mode}' but expected one of 'reduced' (default), 'r', or 'complete'`);
  }
  return qrOperation(a, mode);
}

/** x[i][j] divided by values[j] - values[i], the diagonal zero: how eigenvectors turn. */
function overDifferences(x: Tensor, values: Tensor): Tensor {
  const differences = sub(unsqueeze(values, -2), unsqueeze(values, -1));
  const safe = differences.add(identity(columnsOf(x), x));
  return sub(div(x, safe), diagEmbed(diagonalOf(div(x, safe), 0, -2, -1)));
}

interface Eigen extends Factors {
  readonly values: Tensor;
  readonly vectors: Tensor;
}

const eighValues = defineFactor<Eigen>(
  "eigh",
  "LinalgEighBackward0",
  ({ values }) => values,
  (gradient, { vectors }) => matmul(mul(vectors, unsqueeze(gradient, -2)), mT(vectors)),
);
const eighVectors = defineFactor<Eigen>(
  "eigh",
  "LinalgEighBackward0",
  ({ vectors }) => vectors,
  (gradient, { values, vectors }) => {
    const result = matmul(matmul(vectors, overDifferences(matmul(mT(vectors), gradient), values)), mT(vectors));
    return result.add(mT(result)).mul(0.5);
  },
);

/** What `eigh` gives. */
export type EighResult = Named<readonly [eigenvalues: Tensor, eigenvectors: Tensor], "eigenvalues" | "eigenvectors">;

const eighOperation = defineComposite("eigh", (a: Tensor): EighResult => {
  requireSquare(a, "linalg.eigh");
  const n = rowsOf(a);
  const values = factor(a, n);
  const vectors = factor(a, n, n);
  if (a.device === "cpu") {
    forEachMatrix(a, (matrix, index) => {
      const found = new Float64Array(n);
      const columns = new Float64Array(n * n);
      kernels.eigh(found, columns, matrix, n);
      values.store(index, found);
      vectors.store(index, columns);
    });
  }
  const factors = { values: values.tensor, vectors: vectors.tensor };
  return named(["eigenvalues", "eigenvectors"], eighValues(a, factors), eighVectors(a, factors));
});

/** Eigenvalues (ascending) and eigenvectors (columns) of symmetric matrices, whose lower triangle alone is read. (torch.linalg.eigh) */
export function eigh(a: Tensor): EighResult {
  return eighOperation(a);
}

/** The eigenvalues of symmetric matrices, ascending. (torch.linalg.eigvalsh) */
export function eigvalsh(a: Tensor): Tensor {
  return eighOperation(a).eigenvalues;
}

interface Svd extends Factors {
  readonly u: Tensor;
  readonly s: Tensor;
  /** V transposed. */
  readonly vh: Tensor;
}

const skew = (x: Tensor): Tensor => sub(x, mT(x));
const scaledColumns = (x: Tensor, s: Tensor): Tensor => mul(x, unsqueeze(s, -2));
const scaledRows = (x: Tensor, s: Tensor): Tensor => mul(x, unsqueeze(s, -1));

/** What of `x` lies outside of the space that the columns of `basis` span. */
const outside = (x: Tensor, basis: Tensor): Tensor => sub(x, matmul(basis, matmul(mT(basis), x)));

function requireReduced({ u, s, vh }: Svd): void {
  if (columnsOf(u) !== columnsOf(s) || rowsOf(vh) !== columnsOf(s)) {
    throw new RuntimeError("svd_backward: gradients through singular vectors need full_matrices=False");
  }
}

const svdU = defineFactor<Svd>("svd", "LinalgSvdBackward0", ({ u }) => u, (gradient, factors) => {
  requireReduced(factors);
  const { u, s, vh } = factors;
  const inner = scaledColumns(overDifferences(skew(matmul(mT(u), gradient)), s.square()), s);
  return matmul(matmul(u, inner), vh).add(matmul(div(outside(gradient, u), unsqueeze(s, -2)), vh));
});
const svdS = defineFactor<Svd>("svd", "LinalgSvdBackward0", ({ s }) => s, (gradient, { u, s, vh }) =>
  matmul(scaledColumns(narrow(u, -1, 0, columnsOf(s)), gradient), narrow(vh, -2, 0, columnsOf(s))),
);
const svdVh = defineFactor<Svd>("svd", "LinalgSvdBackward0", ({ vh }) => vh, (gradient, factors) => {
  requireReduced(factors);
  const { u, s, vh } = factors;
  const v = mT(vh);
  const inner = scaledRows(overDifferences(skew(matmul(vh, mT(gradient))), s.square()), s);
  return matmul(matmul(u, inner), vh).add(matmul(u, div(mT(outside(mT(gradient), v)), unsqueeze(s, -1))));
});

/** What `svd` gives. */
export type SvdResult = Named<readonly [U: Tensor, S: Tensor, Vh: Tensor], "U" | "S" | "Vh">;

const svdOperation = defineComposite("svd", (a: Tensor, fullMatrices: boolean): SvdResult => {
  requireMatrix(a, "linalg.svd");
  const factors = singular(a, fullMatrices);
  return named(["U", "S", "Vh"], svdU(a, factors), svdS(a, factors), svdVh(a, factors));
});

function singular(a: Tensor, fullMatrices: boolean): Svd {
  const [m, n] = [rowsOf(a), columnsOf(a)];
  const k = Math.min(m, n);
  const [width, height] = fullMatrices ? [m, n] : [k, k];
  const u = factor(a, m, width);
  const s = factor(a, k);
  const vh = factor(a, height, n);
  if (a.device === "cpu") {
    forEachMatrix(a, (matrix, index) => {
      const left = new Float64Array(m * m);
      const values = new Float64Array(k);
      const right = new Float64Array(n * n);
      kernels.svd(left, values, right, matrix, m, n);
      u.store(index, Float64Array.from({ length: m * width }, (_, i) => left[Math.floor(i / width) * m + (i % width)]!));
      s.store(index, values);
      vh.store(index, Float64Array.from({ length: height * n }, (_, i) => right[(i % n) * n + Math.floor(i / n)]!));
    });
  }
  return { u: u.tensor, s: s.tensor, vh: vh.tensor };
}

export interface SvdOptions {
  /** Completes U and Vh to square matrices. Default true. */
  readonly fullMatrices?: boolean;
}

/** A = U diag(S) Vh with S descending. (torch.linalg.svd) */
export function svd(a: Tensor, ...args: Arguments<[fullMatrices: boolean], SvdOptions>): SvdResult {
  return svdOperation(a, collect<SvdOptions>(["fullMatrices"], args).fullMatrices ?? true);
}

const svdvalsOperation = defineComposite("svdvals", (a: Tensor): Tensor => {
  requireMatrix(a, "linalg.svdvals");
  return svdS(a, singular(a, false));
});

/** The singular values, descending. (torch.linalg.svdvals) */
export function svdvals(a: Tensor): Tensor {
  return svdvalsOperation(a);
}

const pinvRecorded = defineOperation<[a: Tensor]>({
  name: "pinv",
  gradientName: "LinalgPinvBackward0",
  infer(a) {
    requireMatrix(a, "linalg.pinv");
    return { sizes: [...batchOf(a), columnsOf(a), rowsOf(a)], dtype: a.dtype };
  },
  forward(output, a) {
    const { u, s, vh } = singular(a, false);
    const cutoff = mul(amax(s, -1, true), Math.max(rowsOf(a), columnsOf(a)) * epsilonOf(a.dtype));
    const inverse = maskedFill(s.reciprocal(), gt(s, cutoff).logicalNot(), 0);
    copy(output, matmul(scaledColumns(mT(vh), inverse), mT(u)));
  },
  reads: [0, "output"],
  backward(gradient, { args: [a], output: p }) {
    const g = mT(gradient);
    const pT = mT(p);
    const inner = neg(matmul(matmul(pT, gradient), pT));
    const left = matmul(sub(g, matmul(a, matmul(p, g))), matmul(p, pT));
    const right = matmul(matmul(pT, p), sub(g, matmul(matmul(g, p), a)));
    return [inner.add(left).add(right)];
  },
});

const pinvOperation = defineComposite("pinv", (a: Tensor): Tensor => pinvRecorded(a));

const epsilonOf = (dtype: DType): number => (dtype.name === "float32" ? 2 ** -23 : 2 ** -52);

/** Moore and Penrose's inverse. (torch.linalg.pinv) */
export function pinv(a: Tensor): Tensor {
  return pinvOperation(a);
}

/** How many singular values are not zero within rounding. (torch.linalg.matrix_rank) */
export const matrixRank = defineComposite("matrixRank", (a: Tensor): Tensor => {
  const s = svdvalsOperation(a);
  return sum(gt(s, mul(amax(s, -1, true), Math.max(rowsOf(a), columnsOf(a)) * epsilonOf(a.dtype))), -1);
});

/** The X that makes |A X - B| smallest. (torch.linalg.lstsq) */
export const lstsq = defineComposite("lstsq", (a: Tensor, ...args: AllArguments<[b: Tensor], { readonly b: Tensor }>): { readonly solution: Tensor } => {
  const [b] = inOrder("linalg_lstsq", ["b"], args);
  return { solution: matmul(pinvOperation(a), b) };
});

// ---- powers and products

/** A multiplied by itself, `n` times; negative powers are those of the inverse. (torch.linalg.matrix_power) */
export const matrixPower = defineComposite("matrixPower", (a: Tensor, ...args: AllArguments<[n: number], { readonly n: number }>): Tensor => {
  const [n] = inOrder("matrix_power", ["n"], args);
  requireIntegers("matrix_power", n);
  requireSquare(a, "linalg.matrix_power");
  if (n === 0) return expand(identity(rowsOf(a), a), a.sizes as number[]).clone();
  let base = n < 0 ? invOperation(a) : a;
  let result: Tensor | null = null;
  for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === null ? base : matmul(result, base);
    if (rest > 1) base = matmul(base, base);
  }
  return result!;
});

const matrixExpOperation: (a: Tensor) => Tensor = defineOperation<[a: Tensor]>({
  name: "matrixExp",
  gradientName: "LinalgMatrixExpBackward0",
  infer(a) {
    requireSquare(a, "linalg.matrix_exp");
    return { sizes: a.sizes, dtype: a.dtype };
  },
  forward(output, a) {
    const n = rowsOf(a);
    forEachMatrix(a, (matrix, index) => output.storage.data.set(exponential(matrix, n), index * n * n));
  },
  reads: [0],
  backward(gradient, { args: [a] }) {
    // The exponential of [[A, G], [0, A]] has the derivative of exp at A along G in its upper right corner.
    const n = rowsOf(a);
    const [transposed, zeros] = [mT(a), mul(gradient, 0)];
    const block = cat([cat([transposed, gradient], -1), cat([zeros, transposed], -1)], -2);
    return [narrow(narrow(matrixExpOperation(block), -2, 0, n), -1, n, n)];
  },
});

/** e to the power of square matrices: the sum of A^k / k!. (torch.linalg.matrix_exp) */
export function matrixExp(a: Tensor): Tensor {
  return matrixExpOperation(a);
}

/** Matrices multiplied in the order that takes the fewest multiplications; the first and the last may be vectors. (torch.linalg.multi_dot) */
export const multiDot = defineComposite("multiDot", (tensors: readonly Tensor[]): Tensor => {
  if (tensors.length < 2) throw new RuntimeError(`multi_dot(): expected at least 2 tensors but got ${tensors.length}`);
  const [first, last] = [tensors[0]!, tensors[tensors.length - 1]!];
  const matrices = [...tensors];
  if (first.sizes.length === 1) matrices[0] = unsqueeze(first, 0);
  if (last.sizes.length === 1) matrices[matrices.length - 1] = unsqueeze(last, -1);
  const result = chainMatmul(...matrices);
  const kept = [...(first.sizes.length === 1 ? [] : [rowsOf(result)]), ...(last.sizes.length === 1 ? [] : [columnsOf(result)])];
  return reshape(result, kept);
});

/** Products summed along a dimension. (torch.linalg.vecdot) */
export const vecdot = defineComposite("vecdot", (x: Tensor, y: Tensor, ...args: Arguments<[dim: number], { readonly dim?: number }>): Tensor => {
  return vecdotOf(x, y, ...args);
});

/** The vector product along a dimension of size 3, the last by default. (torch.linalg.cross) */
export function cross(x: Tensor, ...args: WithRequired<[other: Tensor], { readonly other: Tensor }, [dim: number], { readonly dim?: number }>): Tensor {
  const [[y], rest] = requiredFirst<[other: Tensor]>("linalg_cross", ["other"], args);
  return crossAlong(x, y, collect<{ dim?: number }>(["dim"], rest).dim ?? -1);
}

/** The diagonals of matrices. (torch.linalg.diagonal) */
export function diagonal(a: Tensor, options: { readonly offset?: number; readonly dim1?: number; readonly dim2?: number } = {}): Tensor {
  const { offset = 0, dim1 = -2, dim2 = -1 } = checkedOptions(options, "offset", "dim1", "dim2");
  return diagonalOf(a, offset, dim1, dim2);
}

/** Powers 0 to N - 1 of each element, as a new last dimension. (torch.linalg.vander) */
export const vander = defineComposite("vander", (x: Tensor, options: { readonly N?: number } = {}): Tensor => {
  const count = checkedOptions(options, "N").N ?? columnsOf(x);
  return stack(Array.from({ length: count }, (_, power) => x.pow(power)), -1);
});

// ---- norms

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
  const { ord = 2, dim = null, keepdim = false, dtype } = collect<VectorNormOptions>(["ord", "dim", "keepdim"], args, ["dtype"]);
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
export const matrixNorm = defineComposite("matrixNorm", (
  a: Tensor, ...args: Arguments<[ord: MatrixOrder, dim: readonly [number, number], keepdim: boolean], MatrixNormOptions>
): Tensor => {
  const { ord = "fro", dim = [-2, -1], keepdim = false, dtype } = collect<MatrixNormOptions>(["ord", "dim", "keepdim"], args, ["dtype"]);
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
});

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
export const norm = defineComposite("norm", (x: Tensor, ...args: Arguments<[ord: MatrixOrder | null, dim: Dims | null, keepdim: boolean], LinalgNormOptions>): Tensor => {
  const { ord = null, dim = null, keepdim = false } = collect<LinalgNormOptions>(["ord", "dim", "keepdim"], args);
  if (ord === null) return vectorNormOf(x, 2, dim, keepdim);
  const dims = dim === null ? [...x.sizes.keys()] : typeof dim === "number" ? [dim] : dim;
  if (dim === null && x.sizes.length !== 1 && x.sizes.length !== 2) {
    throw new RuntimeError(`linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ${x.sizes.length}D.`);
  }
  if (dims.length === 2 || typeof ord !== "number") return matrixNorm(x, ord, dims as [number, number], keepdim);
  return vectorNormOf(x, ord, dims, keepdim);
});

/** The condition number: the largest over the smallest singular value. (torch.linalg.cond) */
export const cond = defineComposite("cond", (a: Tensor): Tensor => {
  const s = svdvalsOperation(a);
  return div(amax(s, -1), amin(s, -1));
});
