import { RuntimeError } from "../../errors.js";
import { normalizeDim, type Tensor } from "../../tensor.js";

/** What operations on the matrices in a tensor ask of its dimensions. */

/** The two dimensions of a diagonal, counted from the first. */
export function diagonalDims(dim1: number, dim2: number, rank: number): [rows: number, columns: number] {
  const [rows, columns] = [normalizeDim(dim1, rank), normalizeDim(dim2, rank)];
  if (rows === columns) throw new RuntimeError(`diagonal dimensions cannot be identical ${dim1}, ${dim2}`);
  return [rows, columns];
}

/** Throws PyTorch's error for a vector; `name` is what that calls the operation. */
export function requireMatrices(x: Tensor, name: string): void {
  if (x.sizes.length === 1) throw new RuntimeError(`tensor.${name} is only supported on matrices or batches of matrices. Got 1-D tensor.`);
}
