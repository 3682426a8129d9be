/**
 * torch.linalg: matrices are the last two dimensions, those before are a batch. Computed in double precision. Gradients are written with
 * the engine's own operations, which do not record while backward runs.
 */
export {
  cholesky,
  choleskyEx,
  det,
  inv,
  invEx,
  logdet,
  slogdet,
  solve,
  solveEx,
  solveTriangular,
  type CholeskyExOptions,
  type ExOptions,
  type SignAndLog,
  type SolveOptions,
  type TriangularOptions,
} from "./linalg/squareSystems.js";
export {
  householderProduct,
  lu,
  luFactor,
  luFactorEx,
  luSolve,
  type LuExOptions,
  type LuFactorExResult,
  type LuFactorResult,
  type LuResult,
  type LuSolveOptions,
  type PivotOptions,
} from "./linalg/lu.js";
export { tensorinv, tensorsolve } from "./linalg/tensors.js";
export { matmul } from "./matmul.js";
export { LinAlgError } from "../errors.js";
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
