/**
 * The (semi-)orthogonal matrix of a row-major matrix: Q of its QR decomposition, signed so that R's diagonal is positive, which makes the
 * result unique. With fewer rows than columns, the rows are orthonormal instead. By Householder reflections, in double precision.
 */
export function orthonormalColumns(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const isWide = rows < columns;
  const height = Math.max(rows, columns);
  const width = Math.min(rows, columns);
  // Vector j holds column j of the tall matrix.
  const vectors = Array.from({ length: width }, (_, j) => Float64Array.from({ length: height }, (_, i) => matrix[isWide ? j * columns + i : i * columns + j]!));
  const signs = new Float64Array(width);
  const scales = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    const vector = vectors[j]!;
    const norm = Math.sqrt(dot(vector, vector, j));
    const head = vector[j]!;
    // R's diagonal is -sign(head) * norm, zero for a matrix of lower rank: PyTorch's sign(0) then clears the column.
    signs[j] = norm === 0 ? 0 : head < 0 ? 1 : -1;
    vector[j] = head < 0 ? head - norm : head + norm;
    const length = dot(vector, vector, j);
    scales[j] = length === 0 ? 0 : 2 / length;
    for (let k = j + 1; k < width; k++) reflect(vectors[k]!, vector, scales[j]!, j);
  }
  const result = new Float64Array(rows * columns);
  for (let j = 0; j < width; j++) {
    const column = new Float64Array(height);
    column[j] = signs[j]!;
    for (let k = j; k >= 0; k--) reflect(column, vectors[k]!, scales[k]!, k);
    for (let i = 0; i < height; i++) result[isWide ? j * columns + i : i * columns + j] = column[i]!;
  }
  return result;
}

/** Inner product of the elements from `start` on. */
function dot(a: Float64Array, b: Float64Array, start: number): number {
  let sum = 0;
  for (let i = start; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** vector -= scale * (normal . vector) * normal, from `start` on. */
function reflect(vector: Float64Array, normal: Float64Array, scale: number, start: number): void {
  const factor = scale * dot(vector, normal, start);
  for (let i = start; i < vector.length; i++) vector[i]! -= factor * normal[i]!;
}
