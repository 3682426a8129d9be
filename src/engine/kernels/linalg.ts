/** Factorizations of one row-major matrix in double precision. Meant for the small matrices that models hold, not for thousands of rows. */
import { checkInterrupt } from "../interruption.js";

/** LU with partial pivoting, in place: the matrix becomes L (unit diagonal, below) and U. */
export interface LU {
  readonly pivots: Int32Array;
  /** Of the permutation: 1 or -1. */
  readonly sign: number;
  /** First diagonal element of U that is zero, counted from 1; 0 where there is none. */
  readonly singularAt: number;
}

/** `rows`: where the matrix is not square, which then is rows x n; default n. */
export function luInPlace(a: Float64Array, n: number, rows = n): LU {
  const steps = Math.min(rows, n);
  const pivots = new Int32Array(steps);
  let sign = 1;
  let singularAt = 0;
  for (let k = 0; k < steps; k++) {
    checkInterrupt();
    let pivot = k;
    for (let i = k + 1; i < rows; i++) if (Math.abs(a[i * n + k]!) > Math.abs(a[pivot * n + k]!)) pivot = i;
    pivots[k] = pivot;
    if (pivot !== k) {
      sign = -sign;
      for (let j = 0; j < n; j++) [a[k * n + j], a[pivot * n + j]] = [a[pivot * n + j]!, a[k * n + j]!];
    }
    const head = a[k * n + k]!;
    if (head === 0) {
      singularAt ||= k + 1;
      continue;
    }
    for (let i = k + 1; i < rows; i++) {
      const factor = (a[i * n + k]! /= head);
      if (factor !== 0) for (let j = k + 1; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!;
    }
  }
  return { pivots, sign, singularAt };
}

/** Solves A X = B in place of B (n x m), A given as its LU. */
export function luSolve(lu: Float64Array, pivots: Int32Array, n: number, b: Float64Array, m: number): void {
  for (let k = 0; k < n; k++) {
    const pivot = pivots[k]!;
    if (pivot !== k) for (let j = 0; j < m; j++) [b[k * m + j], b[pivot * m + j]] = [b[pivot * m + j]!, b[k * m + j]!];
  }
  for (let i = 0; i < n; i++) {
    checkInterrupt();
    for (let k = 0; k < i; k++) {
      const factor = lu[i * n + k]!;
      if (factor !== 0) for (let j = 0; j < m; j++) b[i * m + j]! -= factor * b[k * m + j]!;
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    checkInterrupt();
    for (let k = i + 1; k < n; k++) {
      const factor = lu[i * n + k]!;
      if (factor !== 0) for (let j = 0; j < m; j++) b[i * m + j]! -= factor * b[k * m + j]!;
    }
    for (let j = 0; j < m; j++) b[i * m + j]! /= lu[i * n + i]!;
  }
}

export function determinant(matrix: Float64Array, n: number): number {
  const a = matrix.slice();
  const { sign } = luInPlace(a, n);
  let result = sign;
  for (let i = 0; i < n; i++) result *= a[i * n + i]!;
  return result;
}

/** The determinants of the matrix without row i and column j, with alternating signs: the determinant's gradient, defined for singular ones too. */
export function cofactors(a: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const minor = new Float64Array((n - 1) * (n - 1));
      let o = 0;
      for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) if (r !== i && c !== j) minor[o++] = a[r * n + c]!;
      result[i * n + j] = ((i + j) % 2 === 0 ? 1 : -1) * determinant(minor, n - 1);
    }
  }
  return result;
}

/** Lower-triangular L with L L^T = A. Returns the order of the first minor that is not positive, or 0; from there on `l` holds what was not yet factored. */
export function cholesky(l: Float64Array, a: Float64Array, n: number): number {
  for (let i = 0; i < n; i++) {
    checkInterrupt();
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i === j) {
        if (!(sum > 0)) {
          l[i * n + i] = sum;
          for (let row = i + 1; row < n; row++) for (let column = 0; column <= row; column++) l[row * n + column] = a[row * n + column]!;
          return i + 1;
        }
        l[i * n + i] = Math.sqrt(sum);
      } else l[i * n + j] = sum / l[j * n + j]!;
    }
  }
  return 0;
}

/**
 * Householder's QR of `a` (m x n) with LAPACK's signs: `q` becomes m x k, `r` k x n, for k up to m.
 * A column that is zero below the diagonal is left as it is.
 */
export function qr(q: Float64Array, r: Float64Array, matrix: Float64Array, m: number, n: number, k: number): void {
  const a = matrix.slice();
  const steps = Math.min(m, n);
  const taus = new Float64Array(steps);
  for (let j = 0; j < steps; j++) {
    checkInterrupt();
    let below = 0;
    for (let i = j + 1; i < m; i++) below += a[i * n + j]! ** 2;
    const head = a[j * n + j]!;
    if (below === 0) continue;
    const norm = Math.sqrt(head * head + below);
    const beta = head >= 0 ? -norm : norm;
    taus[j] = (beta - head) / beta;
    for (let i = j + 1; i < m; i++) a[i * n + j]! /= head - beta;
    a[j * n + j] = beta;
    for (let c = j + 1; c < n; c++) {
      let dot = a[j * n + c]!;
      for (let i = j + 1; i < m; i++) dot += a[i * n + j]! * a[i * n + c]!;
      dot *= taus[j]!;
      a[j * n + c]! -= dot;
      for (let i = j + 1; i < m; i++) a[i * n + c]! -= dot * a[i * n + j]!;
    }
  }
  for (let i = 0; i < k; i++) for (let c = i; c < n; c++) r[i * n + c] = a[i * n + c]!;
  for (let c = 0; c < k; c++) {
    checkInterrupt();
    const column = new Float64Array(m);
    column[c] = 1;
    for (let j = steps - 1; j >= 0; j--) {
      let dot = column[j]!;
      for (let i = j + 1; i < m; i++) dot += a[i * n + j]! * column[i]!;
      dot *= taus[j]!;
      column[j]! -= dot;
      for (let i = j + 1; i < m; i++) column[i]! -= dot * a[i * n + j]!;
    }
    for (let i = 0; i < m; i++) q[i * k + c] = column[i]!;
  }
}

/** Sweeps after which Jacobi's methods have long converged. */
const maxSweeps = 60;

/** Eigenvalues (ascending) and eigenvectors (columns) of a symmetric matrix, by Jacobi's rotations. Reads the lower triangle. */
export function eigh(values: Float64Array, vectors: Float64Array, matrix: Float64Array, n: number): void {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = matrix[i * n + j]!;
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let rest = 0;
    let total = 0;
    for (let i = 0; i < n; i++) {
      total += a[i * n + i]! ** 2;
      for (let j = 0; j < i; j++) rest += a[i * n + j]! ** 2;
    }
    if (rest <= 1e-32 * total) break;
    for (let p = 0; p < n; p++) {
      checkInterrupt();
      for (let q = p + 1; q < n; q++) {
        const off = a[p * n + q]!;
        if (off === 0) continue;
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * off);
        const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cosine = 1 / Math.sqrt(tangent * tangent + 1);
        const sine = tangent * cosine;
        for (let k = 0; k < n; k++) {
          const x = a[k * n + p]!;
          const y = a[k * n + q]!;
          a[k * n + p] = cosine * x - sine * y;
          a[k * n + q] = sine * x + cosine * y;
        }
        for (let k = 0; k < n; k++) {
          const x = a[p * n + k]!;
          const y = a[q * n + k]!;
          a[p * n + k] = cosine * x - sine * y;
          a[q * n + k] = sine * x + cosine * y;
          const vx = v[k * n + p]!;
          const vy = v[k * n + q]!;
          v[k * n + p] = cosine * vx - sine * vy;
          v[k * n + q] = sine * vx + cosine * vy;
        }
      }
    }
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i * n + i]! - a[j * n + j]!);
  order.forEach((from, to) => {
    values[to] = a[from * n + from]!;
    for (let k = 0; k < n; k++) vectors[k * n + to] = v[k * n + from]!;
  });
}

/**
 * The singular value decomposition A = U diag(S) V^T of an m x n matrix, by one-sided Jacobi rotations: `u` m x m, `s` min(m, n) in
 * descending order, `v` n x n. Columns beyond the rank complete the bases.
 */
export function svd(u: Float64Array, s: Float64Array, v: Float64Array, matrix: Float64Array, m: number, n: number): void {
  if (m < n) {
    const transposed = new Float64Array(n * m);
    for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) transposed[j * m + i] = matrix[i * n + j]!;
    return svd(v, s, u, transposed, n, m);
  }
  const a = matrix.slice();
  const w = new Float64Array(n * n);
  for (let i = 0; i < n; i++) w[i * n + i] = 1;
  for (let sweep = 0, rotated = true; sweep < maxSweeps && rotated; sweep++) {
    rotated = false;
    for (let p = 0; p < n; p++) {
      checkInterrupt();
      for (let q = p + 1; q < n; q++) {
        let pp = 0;
        let qq = 0;
        let pq = 0;
        for (let k = 0; k < m; k++) {
          pp += a[k * n + p]! ** 2;
          qq += a[k * n + q]! ** 2;
          pq += a[k * n + p]! * a[k * n + q]!;
        }
        if (Math.abs(pq) <= 1e-15 * Math.sqrt(pp * qq) || pq === 0) continue;
        rotated = true;
        const zeta = (qq - pp) / (2 * pq);
        const tangent = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const cosine = 1 / Math.sqrt(1 + tangent * tangent);
        const sine = cosine * tangent;
        for (const [data, rows] of [
          [a, m],
          [w, n],
        ] as const) {
          for (let k = 0; k < rows; k++) {
            const x = data[k * n + p]!;
            const y = data[k * n + q]!;
            data[k * n + p] = cosine * x - sine * y;
            data[k * n + q] = sine * x + cosine * y;
          }
        }
      }
    }
  }
  const norms = Array.from({ length: n }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < m; k++) sum += a[k * n + j]! ** 2;
    return Math.sqrt(sum);
  });
  const order = Array.from({ length: n }, (_, j) => j).sort((i, j) => norms[j]! - norms[i]!);
  const largest = norms[order[0] ?? 0] ?? 0;
  const known: Float64Array[] = [];
  order.forEach((from, to) => {
    s[to] = norms[from]!;
    for (let k = 0; k < n; k++) v[k * n + to] = w[k * n + from]!;
    if (norms[from]! > 1e-300 && norms[from]! > largest * 1e-15 * m) known.push(Float64Array.from({ length: m }, (_, k) => a[k * n + from]! / norms[from]!));
  });
  completeBasis(known, m);
  known.forEach((column, to) => column.forEach((value, k) => (u[k * m + to] = value)));
}

/** Appends unit vectors, orthogonal to all, until the vectors span the space. */
function completeBasis(vectors: Float64Array[], size: number): void {
  for (let axis = 0; axis < size && vectors.length < size; axis++) {
    checkInterrupt();
    const candidate = new Float64Array(size);
    candidate[axis] = 1;
    // Twice, against rounding.
    for (let pass = 0; pass < 2; pass++) {
      for (const vector of vectors) {
        const dot = vector.reduce((sum, value, k) => sum + value * candidate[k]!, 0);
        for (let k = 0; k < size; k++) candidate[k]! -= dot * vector[k]!;
      }
    }
    const norm = Math.hypot(...candidate);
    if (norm > 0.5 / Math.sqrt(size)) vectors.push(candidate.map((value) => value / norm));
  }
}
