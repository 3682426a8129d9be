import { RuntimeError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import { product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { transpose } from "../shape.js";

/** What the functions of torch.linalg share: matrices are the last two dimensions of a tensor, those before are a batch. */

/** The matrices transposed. */
export const mT = (x: Tensor): Tensor => transpose(x, -2, -1);
export const rowsOf = (x: Tensor): number => x.sizes[x.sizes.length - 2]!;
export const columnsOf = (x: Tensor): number => x.sizes[x.sizes.length - 1]!;
export const batchOf = (x: Tensor): readonly number[] => x.sizes.slice(0, -2);

export function requireMatrix(x: Tensor, operation: string): void {
  if (x.sizes.length < 2) throw new RuntimeError(`${operation}: The input tensor A must have at least 2 dimensions.`);
  requireFractions(x, operation);
}

export function requireFractions(x: Tensor, operation: string): void {
  if (!x.dtype.isFloatingPoint) {
    throw new RuntimeError(`${operation}: Expected a floating point or complex tensor as input. Got ${x.dtype.scalarType}`);
  }
}

export function requireSquare(x: Tensor, operation: string): void {
  requireMatrix(x, operation);
  if (rowsOf(x) !== columnsOf(x)) {
    throw new RuntimeError(`${operation}: A must be batches of square matrices, but they are ${rowsOf(x)} by ${columnsOf(x)} matrices`);
  }
}

/** Calls `body` with each matrix of the batch in double precision. */
export function forEachMatrix(x: Tensor, body: (matrix: Float64Array, index: number) => void): void {
  const values = denseValues(x);
  const size = rowsOf(x) * columnsOf(x);
  const count = product(batchOf(x));
  for (let b = 0; b < count; b++) body(Float64Array.from(values.subarray(b * size, (b + 1) * size)), b);
}

/** "(Batch element 1): " in front of an error's text, where there is a batch. */
export const batchPrefix = (x: Tensor, index: number): string => (x.sizes.length > 2 ? `(Batch element ${index}): ` : "");

/** The identity matrix in the dtype and on the device of another tensor. */
export function identity(n: number, like: Tensor): Tensor {
  const result = Tensor.allocate([n, n], like.dtype, like.device);
  if (like.device === "cpu") for (let i = 0; i < n; i++) result.storage.data[i * n + i] = 1;
  return result;
}

/** Several results by name or, destructured, in order: PyTorch's named tuples. */
export type Named<Order extends readonly Tensor[], Name extends string> = Order & { readonly [name in Name]: Tensor };

export function named<Order extends readonly Tensor[], const Name extends string>(names: readonly Name[], ...tensors: Order): Named<Order, Name> {
  names.forEach((name, i) => Object.defineProperty(tensors, name, { value: tensors[i] }));
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion -- without it the code does not compile
  return tensors as Named<Order, Name>;
}
