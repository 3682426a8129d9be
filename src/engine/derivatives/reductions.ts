import { defineDerivative } from "../autograd/derivatives.js";
import type { Dims } from "../arguments.js";
import { stack } from "../ops/joining.js";
import { reducedCount, reducedDims } from "../ops/rules/reducedDims.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { composed, linearInEach } from "./mechanisms.js";

/** Derivatives of reductions, running sums and joins. */

type ReductionArgs = [x: Tensor, dim: Dims | null, keepdim: boolean];

/** A reduction's result, or its gradient, broadcast to where it came from. */
function spread(reduced: Tensor, x: Tensor, dim: Dims | null): Tensor {
  const dims = reducedDims(x, dim);
  return reduced.reshape(x.sizes.map((size, i) => (dims.includes(i) ? 1 : size))).expand([...x.sizes]);
}

defineDerivative(["sum", "mean", "cumsum"], linearInEach(0));
// Elements picked by positions that are known: nothing but a gather, whatever found them.
defineDerivative(["kthvalue", "mode", "cummax", "cummin", "sort", "topk"], linearInEach(0));
defineDerivative<ReductionArgs>("nansum", (g, { args: [x, dim] }) => [spread(g, x, dim).maskedFill(x.isnan(), 0)]);

const picked = linearInEach(0);
/** max, min and medians along a dimension pick; amax, amin and those of all elements share the gradient among equals. */
defineDerivative<ReductionArgs>(["max", "min", "amax", "amin", "median", "nanmedian"], (g, context) => {
  const {
    args: [x, dim],
    output,
  } = context;
  if ((dim as unknown) instanceof Tensor) return picked(g, context as never);
  const best = spread(output.detach(), x, dim);
  const chosen = x.eq(best).logicalOr(x.isnan().logicalAnd(best.isnan())).to(g.dtype);
  return [spread(g, x, dim).mul(chosen.div(spread(chosen.sum(dim), x, dim)))];
});

type VarianceArgs = [x: Tensor, dim: Dims | null, correction: number, keepdim: boolean];

function varianceGradient(g: Tensor, [x, dim, correction]: VarianceArgs): Tensor {
  const dims = reducedDims(x, dim);
  const freedom = Math.max(0, reducedCount(x, dims) - correction);
  return spread(g, x, dim)
    .mul(x.sub(x.mean(dims, true)))
    .mul(2 / freedom);
}

defineDerivative<VarianceArgs>("var", (g, { args }) => [varianceGradient(g, args)]);
defineDerivative<VarianceArgs>("std", (g, { args, output }) => [varianceGradient(g.div(output.mul(2)).maskedFill(output.eq(0), 0), args)]);

defineDerivative(
  "prod",
  composed<[x: Tensor, dim: number | null, keepdim: boolean]>(([x, dim, keepdim]) => {
    const parts = dim === null ? x.reshape(-1).unbind() : x.unbind(dim);
    const product = parts.reduce((total, part) => total.mul(part));
    if (!keepdim) return product;
    return dim === null ? product.reshape(x.sizes.map(() => 1)) : product.unsqueeze(normalizeDim(dim, x.sizes.length));
  }),
);

/** A running result along a dimension, made step by step. */
const running = (step: (before: Tensor, part: Tensor) => Tensor) =>
  composed<[x: Tensor, dim: number]>(([x, dim]) => {
    const results: Tensor[] = [];
    for (const part of x.unbind(dim)) results.push(results.length === 0 ? part : step(results[results.length - 1]!, part));
    return stack(results, dim);
  });
defineDerivative(
  "cumprod",
  running((before, part) => before.mul(part)),
);
defineDerivative(
  "logcumsumexp",
  running((before, part) => before.logaddexp(part)),
);

defineDerivative<[x: Tensor, order: number, dim: Dims | null]>("norm", (g, { args: [x, order, dim], output }) => {
  const incoming = spread(g, x, dim);
  const norms = spread(output, x, dim);
  if (order === 0) return [incoming.mul(0)];
  if (order === 1) return [incoming.mul(x.sign())];
  if (Math.abs(order) === Infinity) {
    const chosen = x.abs().eq(norms).to(g.dtype);
    return [incoming.mul(x.sign()).mul(chosen.div(spread(chosen.sum(dim), x, dim)))];
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
});
defineDerivative<[x: Tensor, dim: Dims]>("logsumexp", (g, { args: [x, dim], output }) => [spread(g, x, dim).mul(x.sub(spread(output, x, dim)).exp())]);

defineDerivative<[x: Tensor, dim: number]>("softmax", (g, { args: [, dim], output: y }) => {
  const weighted = g.mul(y);
  return [weighted.sub(y.mul(weighted.sum(dim, true)))];
});
defineDerivative<[x: Tensor, dim: number]>("logSoftmax", (g, { args: [, dim], output: y }) => [g.sub(y.exp().mul(g.sum(dim, true)))]);

// ---- joined and rearranged

defineDerivative<[tensors: readonly Tensor[], dim: number]>("cat", (g, { args: [tensors, along] }) => {
  const dim = normalizeDim(along, g.sizes.length);
  let start = 0;
  return [
    tensors.map((tensor) => {
      // An empty vector may stand in a list of anything.
      if (tensor.sizes.length !== g.sizes.length) return null;
      const size = tensor.sizes[dim]!;
      start += size;
      return g.narrow(dim, start - size, size);
    }),
  ];
});
defineDerivative<[tensors: readonly Tensor[], dim: number]>("stack", (g, { args: [, dim] }) => [g.unbind(dim)]);
defineDerivative(["repeat", "flip", "roll", "tril", "triu", "diagEmbed", "diag", "trace"], linearInEach(0));
