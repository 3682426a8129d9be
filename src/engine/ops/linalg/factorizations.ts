import { itself, defineComposite, defineOperation, keeping } from "../../dispatch/index.js";
import type { DType } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { copy } from "../../kernels/elementwise.js";
import * as kernels from "../../kernels/linalg.js";
import { product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { takingOnly, collect, inOrder, type AllArguments, type Arguments } from "../../arguments.js";
import { div, gt, mul, sub } from "../binary.js";
import { maskedFill } from "../masks.js";
import { cat, diagEmbed, tril } from "../joining.js";
import { matmul } from "../matmul.js";
import { amax, sum } from "../reduction.js";
import { diagonal as diagonalOf, narrow, unsqueeze } from "../shape.js";
import { neg } from "../unary.js";
import { batchOf, columnsOf, forEachMatrix, identity, mT, named, requireMatrix, requireSquare, rowsOf, type Named } from "./matrices.js";
import { solveOperation } from "./squareSystems.js";
import { computes, notCounted, ofParts } from "../../operation.js";

/** Factorizations with several results (torch.linalg): one row for each, whose gradients add up. */

export type Factors = Readonly<Record<string, Tensor>>;

/** Factors that have been computed, and the same as results of operations, by which the gradient of their gradient is recorded. */
interface Computed<F extends Factors> {
  readonly factors: F;
  readonly recorded: { [Name in keyof F]?: Tensor };
}

/** One of the results of a factorization: which of the factors it is, and the gradient of the matrix from its own, made of operations on the factors. */
export interface FactorRow<F extends Factors> {
  readonly of: keyof F;
  readonly backward: (gradient: Tensor, factors: F) => Tensor;
}

/** The results of a factorization that is already computed, one for each of `rows`. PyTorch keeps all of them, and not the matrix. */
export function defineFactors<F extends Factors>(name: string, gradientName: string, ...rows: readonly FactorRow<F>[]): (a: Tensor, factors: F) => Tensor[] {
  const operations = rows.map(({ of, backward }) =>
    defineOperation<[a: Tensor, computed: Computed<F>]>({
      name,
      effect: computes,
      multiplyAdds: notCounted,
      arguments: ["input", null],
      gradientName,
      infer: (a, { factors }) => ({ sizes: factors[of]!.sizes, dtype: a.dtype }),
      forward: (output, _, { factors }) => copy(output, factors[of]!),
      reads: ["output"],
      backward: (gradient, { args: [, { factors }] }) => [backward(gradient, factors)],
      recordedBackward: (gradient, { args: [, { factors, recorded }] }) => [backward(gradient, { ...factors, ...recorded })],
    }),
  );
  return (a, factors) => {
    const computed: Computed<F> = { factors, recorded: {} };
    const results = operations.map((operation) => operation(a, computed));
    results.forEach((result, i) => {
      computed.recorded[rows[i]!.of] = result;
      keeping(results, result);
    });
    return results;
  };
}

/** A zeroed tensor for the batch of factors, and a function that stores one. */
export function factor(a: Tensor, ...sizes: number[]): { tensor: Tensor; store: (index: number, values: Float64Array) => void } {
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

const qrFactors = defineFactors<QR>(
  "qr",
  "LinalgQrBackward0",
  { of: "q", backward: (gradient, factors) => qrGradient(gradient, null, factors) },
  { of: "r", backward: (gradient, factors) => qrGradient(null, gradient, factors) },
);

/** What `qr` gives. */
export type QrResult = Named<readonly [Q: Tensor, R: Tensor], "Q" | "R">;

const qrOperation = defineComposite(
  { name: "qr", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["mode", "reduced"]] },
  (a: Tensor, mode: "reduced" | "complete" | "r"): QrResult => {
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
    const [resultQ, resultR] = qrFactors(a, { q: q.tensor, r: r.tensor }) as [Tensor, Tensor];
    return named(["Q", "R"], mode === "r" ? Tensor.allocate([0], a.dtype, a.device) : resultQ, resultR);
  },
);

/** A = Q R with orthonormal columns in Q and upper-triangular R. `mode`: "reduced" (default), "complete" or "r". (torch.linalg.qr) */
export function qr(a: Tensor, ...args: Arguments<[mode: "reduced" | "complete" | "r"], { readonly mode?: "reduced" | "complete" | "r" }>): QrResult {
  const { mode = "reduced" } = collect<{ mode?: "reduced" | "complete" | "r" }>("qr", ["mode"], args);
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

const eighFactors = defineFactors<Eigen>(
  "eigh",
  "LinalgEighBackward0",
  { of: "values", backward: (gradient, { vectors }) => matmul(mul(vectors, unsqueeze(gradient, -2)), mT(vectors)) },
  {
    of: "vectors",
    backward(gradient, { values, vectors }) {
      const result = matmul(matmul(vectors, overDifferences(matmul(mT(vectors), gradient), values)), mT(vectors));
      return result.add(mT(result)).mul(0.5);
    },
  },
);

/** What `eigh` gives. */
export type EighResult = Named<readonly [eigenvalues: Tensor, eigenvectors: Tensor], "eigenvalues" | "eigenvectors">;

const eighOperation = defineComposite({ name: "eigh", effect: computes, multiplyAdds: ofParts, arguments: ["input"] }, (a: Tensor): EighResult => {
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
  const results = eighFactors(a, { values: values.tensor, vectors: vectors.tensor }) as [Tensor, Tensor];
  return named(["eigenvalues", "eigenvectors"], ...results);
});

/** Eigenvalues (ascending) and eigenvectors (columns) of symmetric matrices, whose lower triangle alone is read. (torch.linalg.eigh) */
export const eigh: (a: Tensor) => EighResult = eighOperation;

/** The eigenvalues of symmetric matrices, ascending. (torch.linalg.eigvalsh) */
export const eigvalsh: (a: Tensor) => Tensor = takingOnly("eigvalsh", ["a"], (a: Tensor): Tensor => {
  return eighOperation(a).eigenvalues;
});

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

const svdFactors = defineFactors<Svd>(
  "svd",
  "LinalgSvdBackward0",
  {
    of: "u",
    backward(gradient, factors) {
      requireReduced(factors);
      const { u, s, vh } = factors;
      const inner = scaledColumns(overDifferences(skew(matmul(mT(u), gradient)), s.square()), s);
      return matmul(matmul(u, inner), vh).add(matmul(div(outside(gradient, u), unsqueeze(s, -2)), vh));
    },
  },
  {
    of: "s",
    backward: (gradient, { u, s, vh }) => matmul(scaledColumns(narrow(u, -1, 0, columnsOf(s)), gradient), narrow(vh, -2, 0, columnsOf(s))),
  },
  {
    of: "vh",
    backward(gradient, factors) {
      requireReduced(factors);
      const { u, s, vh } = factors;
      const v = mT(vh);
      const inner = scaledRows(overDifferences(skew(matmul(vh, mT(gradient))), s.square()), s);
      return matmul(matmul(u, inner), vh).add(matmul(u, div(mT(outside(mT(gradient), v)), unsqueeze(s, -1))));
    },
  },
);

/** What `svd` gives. */
export type SvdResult = Named<readonly [U: Tensor, S: Tensor, Vh: Tensor], "U" | "S" | "Vh">;

const svdOperation = defineComposite(
  { name: "svd", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["fullMatrices", true]] },
  (a: Tensor, fullMatrices: boolean): SvdResult => {
    requireMatrix(a, "linalg.svd");
    return named(["U", "S", "Vh"], ...(svdFactors(a, singular(a, fullMatrices)) as [Tensor, Tensor, Tensor]));
  },
);

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
      u.store(
        index,
        Float64Array.from({ length: m * width }, (_, i) => left[Math.floor(i / width) * m + (i % width)]!),
      );
      s.store(index, values);
      vh.store(
        index,
        Float64Array.from({ length: height * n }, (_, i) => right[(i % n) * n + Math.floor(i / n)]!),
      );
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
  return svdOperation(a, collect<SvdOptions>("svd", ["fullMatrices"], args).fullMatrices ?? true);
}

export const svdvalsOperation: (a: Tensor) => Tensor = defineComposite(
  { name: "svdvals", effect: computes, multiplyAdds: ofParts, arguments: ["input"] },
  (a: Tensor): Tensor => {
    requireMatrix(a, "linalg.svdvals");
    return svdFactors(a, singular(a, false))[1]!;
  },
);

/** The singular values, descending. (torch.linalg.svdvals) */
export const svdvals: (a: Tensor) => Tensor = svdvalsOperation;

const pinvRecorded = defineOperation<[a: Tensor]>({
  name: "pinv",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
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
  recordedBackward: itself,
});

const pinvOperation = defineComposite({ name: "pinv", effect: computes, multiplyAdds: ofParts, arguments: ["input"] }, (a: Tensor): Tensor => pinvRecorded(a));

const epsilonOf = (dtype: DType): number => (dtype.name === "float32" ? 2 ** -23 : 2 ** -52);

/** Moore and Penrose's inverse. (torch.linalg.pinv) */
export const pinv: (a: Tensor) => Tensor = pinvOperation;

/** How many singular values are not zero within rounding. (torch.linalg.matrix_rank) */
export const matrixRank: (a: Tensor) => Tensor = defineComposite(
  { name: "matrixRank", effect: computes, multiplyAdds: ofParts, arguments: ["input"] },
  (a: Tensor): Tensor => {
    const s = svdvalsOperation(a);
    return sum(gt(s, mul(amax(s, -1, true), Math.max(rowsOf(a), columnsOf(a)) * epsilonOf(a.dtype))), -1);
  },
);

/** The X that makes |A X - B| smallest. (torch.linalg.lstsq) */
export const lstsq: (a: Tensor, ...args: AllArguments<[b: Tensor], { readonly b: Tensor }>) => { readonly solution: Tensor } = defineComposite(
  { name: "lstsq", effect: computes, multiplyAdds: ofParts, arguments: ["A", "b"] },
  (a: Tensor, ...args: AllArguments<[b: Tensor], { readonly b: Tensor }>): { readonly solution: Tensor } => {
    const [b] = inOrder("linalg_lstsq", ["b"], args);
    return { solution: matmul(pinvOperation(a), b) };
  },
);
