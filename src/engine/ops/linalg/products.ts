import { itself, defineComposite, defineOperation } from "../../dispatch/index.js";
import { RuntimeError } from "../../errors.js";
import { exponential } from "../../kernels/matrixExp.js";
import { Tensor } from "../../tensor.js";
import { checkedOptions, collect, inOrder, requiredFirst, requireIntegers, type AllArguments, type Arguments, type WithRequired } from "../../arguments.js";
import { mul } from "../binary.js";
import { chainMatmul, crossAlong, vecdot as vecdotOf } from "../contraction.js";
import { cat, stack } from "../joining.js";
import { matmul } from "../matmul.js";
import { diagonal as diagonalOf, expand, narrow, reshape, unsqueeze } from "../shape.js";
import { columnsOf, forEachMatrix, identity, mT, requireSquare, rowsOf } from "./matrices.js";
import { invOperation } from "./squareSystems.js";
import { computes, ofParts, notCounted } from "../../operation.js";

/** Powers and products of matrices (torch.linalg). */

/** A multiplied by itself, `n` times; negative powers are those of the inverse. (torch.linalg.matrix_power) */
export const matrixPower: (a: Tensor, ...args: AllArguments<[n: number], { readonly n: number }>) => Tensor = defineComposite(
  { name: "matrixPower", effect: computes, multiplyAdds: ofParts, arguments: ["input", "n"] },
  (a: Tensor, ...args: AllArguments<[n: number], { readonly n: number }>): Tensor => {
    const [n] = inOrder("matrix_power", ["n"], args);
    requireIntegers("matrix_power", n);
    requireSquare(a, "linalg.matrix_power");
    if (n === 0) return expand(identity(rowsOf(a), a), a.sizes).clone();
    let base = n < 0 ? invOperation(a) : a;
    let result: Tensor | null = null;
    for (let rest = Math.abs(n); rest > 0; rest = Math.floor(rest / 2)) {
      if (rest % 2 === 1) result = result === null ? base : matmul(result, base);
      if (rest > 1) base = matmul(base, base);
    }
    return result!;
  },
);

const matrixExpOperation: (a: Tensor) => Tensor = defineOperation<[a: Tensor]>({
  name: "matrixExp",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input"],
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
  recordedBackward: itself,
});

/** e to the power of square matrices: the sum of A^k / k!. (torch.linalg.matrix_exp) */
export const matrixExp: (a: Tensor) => Tensor = matrixExpOperation;

/** Matrices multiplied in the order that takes the fewest multiplications; the first and the last may be vectors. (torch.linalg.multi_dot) */
export const multiDot: (tensors: readonly Tensor[]) => Tensor = defineComposite(
  { name: "multiDot", effect: computes, multiplyAdds: ofParts, arguments: ["tensors"] },
  (tensors: readonly Tensor[]): Tensor => {
    if (tensors.length < 2) throw new RuntimeError(`multi_dot(): expected at least 2 tensors but got ${tensors.length}`);
    const [first, last] = [tensors[0]!, tensors[tensors.length - 1]!];
    const matrices = [...tensors];
    if (first.sizes.length === 1) matrices[0] = unsqueeze(first, 0);
    if (last.sizes.length === 1) matrices[matrices.length - 1] = unsqueeze(last, -1);
    const result = chainMatmul(...matrices);
    const kept = [...(first.sizes.length === 1 ? [] : [rowsOf(result)]), ...(last.sizes.length === 1 ? [] : [columnsOf(result)])];
    return reshape(result, kept);
  },
);

/** Products summed along a dimension. (torch.linalg.vecdot) */
export const vecdot: (x: Tensor, y: Tensor, ...args: Arguments<[dim: number], { readonly dim?: number }>) => Tensor = defineComposite(
  { name: "vecdot", effect: computes, multiplyAdds: ofParts, arguments: ["x", "y", ["dim", -1]] },
  (x: Tensor, y: Tensor, ...args: Arguments<[dim: number], { readonly dim?: number }>): Tensor => {
    return vecdotOf(x, y, ...args);
  },
);

/** The vector product along a dimension of size 3, the last by default. (torch.linalg.cross) */
export function cross(x: Tensor, ...args: WithRequired<[other: Tensor], { readonly other: Tensor }, [dim: number], { readonly dim?: number }>): Tensor {
  const [[y], rest] = requiredFirst<[other: Tensor]>("linalg_cross", ["other"], args);
  return crossAlong(x, y, collect<{ dim?: number }>("cross", ["dim"], rest).dim ?? -1);
}

/** The diagonals of matrices. (torch.linalg.diagonal) */
export function diagonal(a: Tensor, options: { readonly offset?: number; readonly dim1?: number; readonly dim2?: number } = {}): Tensor {
  const { offset = 0, dim1 = -2, dim2 = -1 } = checkedOptions("diagonal", options, "offset", "dim1", "dim2");
  return diagonalOf(a, offset, dim1, dim2);
}

/** Powers 0 to N - 1 of each element, as a new last dimension. (torch.linalg.vander) */
export const vander = defineComposite(
  { name: "vander", effect: computes, multiplyAdds: ofParts, arguments: ["input", { increasing: false }] },
  (x: Tensor, options: { readonly N?: number } = {}): Tensor => {
    const count = checkedOptions("vander", options, "N").N ?? columnsOf(x);
    return stack(
      Array.from({ length: count }, (_, power) => x.pow(power)),
      -1,
    );
  },
);
