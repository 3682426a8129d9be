import { collect, type Arguments } from "../../arguments.js";
import { cosineSimilarity, pairwiseDistance, type CosineSimilarityOptions, type PairwiseDistanceOptions } from "../../ops/distance.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";

/** The cosine of the angle between two inputs along a dimension. (torch.nn.CosineSimilarity) */
export class CosineSimilarity extends Module {
  static override readonly [declaration]: LayerDeclaration<CosineSimilarity> = {
    family: "distance",
    arguments: ({ dim, eps }) => ({ dim: optional(dim, 1), eps: optional(eps, 1e-8) }),
  };

  dim: number;
  eps: number;

  constructor(...args: Arguments<[dim: number, eps: number], CosineSimilarityOptions>) {
    super();
    const { dim = 1, eps = 1e-8 } = collect<CosineSimilarityOptions>("CosineSimilarity", ["dim", "eps"], args);
    this.dim = dim;
    this.eps = eps;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return cosineSimilarity(x1, x2, this.dim, this.eps);
  }
}

/** The p-norm of the difference of two inputs along the last dimension. (torch.nn.PairwiseDistance) */
export class PairwiseDistance extends Module {
  static override readonly [declaration]: LayerDeclaration<PairwiseDistance> = {
    family: "distance",
    arguments: ({ norm, eps, keepdim }) => ({ p: optional(norm, 2), eps: optional(eps, 1e-6), keepdim: optional(keepdim, false) }),
  };

  norm: number;
  eps: number;
  keepdim: boolean;

  constructor(...args: Arguments<[p: number, eps: number, keepdim: boolean], PairwiseDistanceOptions>) {
    super();
    const { p = 2, eps = 1e-6, keepdim = false } = collect<PairwiseDistanceOptions>("PairwiseDistance", ["p", "eps", "keepdim"], args);
    this.norm = p;
    this.eps = eps;
    this.keepdim = keepdim;
  }

  override forward(x1: Tensor, x2: Tensor): Tensor {
    return pairwiseDistance(x1, x2, this.norm, this.eps, this.keepdim);
  }
}
