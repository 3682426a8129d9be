import { defineComposite, named } from "../dispatch/index.js";
import { RuntimeError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { collect, requiredFirst, type WithRequired } from "../arguments.js";
import { broadcastSizes, resultType } from "./rules/promotion.js";
import { computes, ofParts } from "../operation.js";

/** How far apart the vectors of two tensors are. */

export interface CosineSimilarityOptions {
  /** Default 1. */
  readonly dim?: number;
  /** Least norm. Default 1e-8. */
  readonly eps?: number;
}

const cosineSimilarityOf = defineComposite(
  { name: "cosineSimilarity", effect: computes, multiplyAdds: ofParts, arguments: ["x1", "x2", ["dim", 1], ["eps", 1e-8]] },
  (x1: Tensor, x2: Tensor, dim: number, eps: number): Tensor => {
    const dtype = resultType(x1, x2);
    if (!dtype.isFloatingPoint) throw new RuntimeError(`expected common dtype to be floating point, yet common dtype is ${dtype.scalarType}`);
    const sizes = broadcastSizes(x1.sizes, x2.sizes);
    const [a, b] = [x1.expand(sizes), x2.expand(sizes)];
    const unit = (x: Tensor): Tensor => x.div(x.norm(2, dim, true).clampMin(eps));
    return unit(a).mul(unit(b)).sum(dim);
  },
);

/** The cosine of the angle between x1 and x2 along `dim`. (torch.cosine_similarity) */
export function cosineSimilarity(
  x1: Tensor,
  ...args: WithRequired<[x2: Tensor], { readonly x2: Tensor }, [dim: number, eps: number], CosineSimilarityOptions>
): Tensor {
  const [[x2], rest] = requiredFirst<[x2: Tensor]>("cosine_similarity", ["x2"], args);
  const { dim = 1, eps = 1e-8 } = collect<CosineSimilarityOptions>("cosineSimilarity", ["dim", "eps"], rest);
  return cosineSimilarityOf(x1, x2, dim, eps);
}

export interface PairwiseDistanceOptions {
  /** Order of the norm. Default 2. */
  readonly p?: number;
  /** Added to each difference. Default 1e-6. */
  readonly eps?: number;
  /** Keeps the last dimension, with size 1. Default false. */
  readonly keepdim?: boolean;
}

const pairwiseDistanceOf = defineComposite(
  { name: "pairwiseDistance", effect: computes, multiplyAdds: ofParts, arguments: ["x1", "x2", ["p", 2], ["eps", 1e-6], ["keepdim", false]] },
  (x1: Tensor, x2: Tensor, p: number, eps: number, keepdim: boolean): Tensor =>
    named(
      "NormBackward1",
      x1
        .sub(x2)
        .add(eps)
        .norm(p, Math.max(x1.ndim, x2.ndim) - 1, keepdim),
    ),
);

/** The p-norm of x1 - x2 along the last dimension. (torch.pairwise_distance) */
export function pairwiseDistance(
  x1: Tensor,
  ...args: WithRequired<[x2: Tensor], { readonly x2: Tensor }, [p: number, eps: number, keepdim: boolean], PairwiseDistanceOptions>
): Tensor {
  const [[x2], rest] = requiredFirst<[x2: Tensor]>("pairwise_distance", ["x2"], args);
  const { p = 2, eps = 1e-6, keepdim = false } = collect<PairwiseDistanceOptions>("pairwiseDistance", ["p", "eps", "keepdim"], rest);
  return pairwiseDistanceOf(x1, x2, p, eps, keepdim);
}
