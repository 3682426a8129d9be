import { requireFractions } from "./linalg/matrices.js";
import { defineOperation } from "../dispatch/index.js";
import { RuntimeError } from "../errors.js";
import { binary, ternary } from "../kernels/elementwise.js";
import { norm as normOfSlices } from "../kernels/norms.js";
import { sum } from "../kernels/reduce.js";
import { Tensor } from "../tensor.js";
import type { Dims } from "../arguments.js";
import { filledLike, reducedCount, reducedDims, reducedSizes, spread } from "./rules/reducedDims.js";
import { computes, notCounted } from "../operation.js";
import { expandedOver } from "./rules/recorded.js";

type NormArgs = [x: Tensor, order: number, dim: Dims | null, keepdim: boolean];

/** The norm of elements as one vector; `order` may be an infinity. What torch.norm and torch.linalg.vector_norm are. */
export const vectorNorm: (x: Tensor, order: number, dim: Dims | null, keepdim: boolean) => Tensor = defineOperation<NormArgs>({
  name: "norm",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", ["p", 2], "dim", ["keepdim", false]],
  gradientName: "LinalgVectorNormBackward0",
  infer(x, order, dim, keepdim) {
    requireFractions(x, "linalg.vector_norm");
    const dims = reducedDims(x, dim);
    if (reducedCount(x, dims) === 0 && (order < 0 || order === Infinity)) {
      throw new RuntimeError(`linalg.vector_norm cannot compute the ${order} norm on an empty tensor because the operation does not have an identity`);
    }
    return { sizes: reducedSizes(x, dims, keepdim), dtype: x.dtype };
  },
  forward: (output, x, order, dim) => normOfSlices(output.storage.data, x, reducedDims(x, dim), order),
  reads: [0, "output"],
  backward(gradient, { args: [x, order, dim], output }) {
    const dims = reducedDims(x, dim);
    const g = spread(gradient, x, dims);
    const total = spread(output, x, dims);
    return [filledLike(x, x.dtype, (result) => normGradient(result, g, x, total, order, dims))];
  },
  recordedBackward(g, { args: [x, order, dim], output }) {
    const incoming = expandedOver(x, dim, g);
    const norms = expandedOver(x, dim, output);
    if (order === 0) return [incoming.mul(0)];
    if (order === 1) return [incoming.mul(x.sign())];
    if (Math.abs(order) === Infinity) {
      const chosen = x.abs().eq(norms).to(g.dtype);
      return [incoming.mul(x.sign()).mul(chosen.div(expandedOver(x, dim, chosen.sum(dim))))];
    }
    const slope =
      order === 2
        ? x.div(norms)
        : x.sign().mul(
            x
              .abs()
              .div(norms)
              .pow(order - 1),
          );
    return [incoming.mul(slope).maskedFill(norms.eq(0).logicalOr(x.eq(0)), 0)];
  },
});

function normGradient(result: Tensor, g: Tensor, x: Tensor, total: Tensor, order: number, dims: readonly number[]): void {
  if (order === 0) return;
  if (order === 1) return binary(result, g, x, (each, value) => each * Math.sign(value));
  if (order === 2) return ternary(result, g, x, total, (each, value, norm) => (norm === 0 ? 0 : (each * value) / norm));
  if (Number.isFinite(order)) {
    return ternary(result, g, x, total, (each, value, norm) => {
      if (norm === 0 || value === 0) return 0;
      return each * Math.sign(value) * (Math.abs(value) / norm) ** (order - 1);
    });
  }
  // Elements that are equally extreme share the gradient.
  binary(result, x, total, (value, norm) => (Math.abs(value) === norm ? 1 : 0));
  const counts = Tensor.allocate(reducedSizes(x, dims, true), x.dtype, "cpu");
  sum(counts.storage.data, result, dims);
  ternary(result, result, x, spread(counts, x, dims), (shares, value, count) => (shares === 0 ? 0 : Math.sign(value) / count));
  binary(result, result, g, (share, each) => (share === 0 ? 0 : share * each));
}
