/**
 * torch.linalg: matrices are the last two dimensions, those before are a batch. Computed in double precision. Gradients are written with
 * the engine's own operations, which do not record while backward runs.
 */
export { cholesky, det, inv, logdet, slogdet, solve, solveTriangular, type SignAndLog, type TriangularOptions } from "./linalg/squareSystems.js";
export {
  eigh,
  eigvalsh,
  lstsq,
  matrixRank,
  pinv,
  qr,
  svd,
  svdvals,
  type EighResult,
  type QrResult,
  type SvdOptions,
  type SvdResult,
} from "./linalg/factorizations.js";
export { cross, diagonal, matrixExp, matrixPower, multiDot, vander, vecdot } from "./linalg/products.js";
export {
  cond,
  matrixNorm,
  norm,
  vectorNorm,
  type LinalgNormOptions,
  type MatrixNormOptions,
  type MatrixOrder,
  type VectorNormOptions,
} from "./linalg/norms.js";
