import { defineComposite } from "../../dispatch/index.js";
import { RuntimeError, ValueError } from "../../errors.js";
import { formatSizes } from "../../size.js";
import type { Tensor } from "../../tensor.js";
import { collect, requiredFirst, type WithRequired } from "../../arguments.js";
import { pairwiseDistance } from "../distance.js";
import { checkReduction, reduce, type LossOptions, type Reduction, requireOneTarget } from "./reduction.js";
import { computes, ofParts } from "../../operation.js";

/** Losses of pairs and triplets: which of them are to be near each other, or above one another. */

export interface MarginOptions extends LossOptions {
  /** Default 0 (hingeEmbeddingLoss: 1). */
  readonly margin?: number;
}

const hingeEmbeddingOf = defineComposite(
  { name: "hingeEmbeddingLoss", effect: computes, multiplyAdds: ofParts, arguments: ["input", "target", ["margin", 1], ["reduction", "mean"]] },
  (x: Tensor, target: Tensor, margin: number, reduction: Reduction): Tensor => {
    const near = x.where(target.ne(-1), 0);
    const far = x.rsub(margin).clampMin(0).where(target.ne(1), 0);
    return reduce(far.add(near), reduction);
  },
);

/** x where the target is 1, max(0, margin - x) where it is -1: x is a distance. (torch.nn.functional.hinge_embedding_loss) */
export function hingeEmbeddingLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [margin: number], MarginOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("hinge_embedding_loss", ["target"], args);
  const { margin = 1, reduction = "mean" } = collect<MarginOptions>("hingeEmbeddingLoss", ["margin"], rest, ["reduction"]);
  return hingeEmbeddingOf(x, target, margin, reduction);
}

const marginRankingOf = defineComposite(
  { name: "marginRankingLoss", effect: computes, multiplyAdds: ofParts, arguments: ["x1", "x2", "target", ["margin", 0], ["reduction", "mean"]] },
  (x1: Tensor, x2: Tensor, target: Tensor, margin: number, reduction: Reduction): Tensor => {
    if (x1.ndim !== x2.ndim || x1.ndim !== target.ndim) {
      throw new RuntimeError(
        `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${x1.shape}, input2: ${x2.shape}, target: ${target.shape} `,
      );
    }
    return reduce(target.neg().mul(x1.sub(x2)).add(margin).clampMin(0), reduction);
  },
);

/** max(0, margin - target (x1 - x2)): target 1 wants x1 above x2, -1 below. (torch.nn.functional.margin_ranking_loss) */
export function marginRankingLoss(
  input1: Tensor,
  ...args: WithRequired<[input2: Tensor, target: Tensor], { readonly input2: Tensor; readonly target: Tensor }, [margin: number], MarginOptions>
): Tensor {
  const [[x2, target], rest] = requiredFirst<[input2: Tensor, target: Tensor]>("margin_ranking_loss", ["input2", "target"], args);
  const { margin = 0, reduction = "mean" } = collect<MarginOptions>("marginRankingLoss", ["margin"], rest, ["reduction"]);
  return marginRankingOf(input1, x2, target, margin, reduction);
}

const cosineEmbeddingOf = defineComposite(
  { name: "cosineEmbeddingLoss", effect: computes, multiplyAdds: ofParts, arguments: ["x1", "x2", "target", ["margin", 0], ["reduction", "mean"]] },
  (x1: Tensor, x2: Tensor, target: Tensor, margin: number, reduction: Reduction): Tensor => {
    requireOneTarget(target);
    const dims = target.ndim + 1;
    if (x1.ndim !== dims || x2.ndim !== dims) {
      throw new RuntimeError(
        `${target.ndim}D target tensor expects ${dims}D input tensors, but found inputs with sizes ${formatSizes(x1.sizes)} and ${formatSizes(x2.sizes)}.`,
      );
    }
    const epsilon = 1e-12;
    const squares1 = x1.square().sum(target.ndim).add(epsilon);
    const squares2 = x2.square().sum(target.ndim).add(epsilon);
    const cosine = x1.mul(x2).sum(target.ndim).div(squares1.mul(squares2).sqrt());
    const near = cosine.rsub(1).maskedFill(target.ne(1), 0);
    const far = cosine.sub(margin).clampMin(0).maskedFill(target.ne(-1), 0);
    return reduce(near.add(far), reduction);
  },
);

/** 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1. (torch.nn.functional.cosine_embedding_loss) */
export function cosineEmbeddingLoss(
  input1: Tensor,
  ...args: WithRequired<[input2: Tensor, target: Tensor], { readonly input2: Tensor; readonly target: Tensor }, [margin: number], MarginOptions>
): Tensor {
  const [[x2, target], rest] = requiredFirst<[input2: Tensor, target: Tensor]>("cosine_embedding_loss", ["input2", "target"], args);
  const { margin = 0, reduction = "mean" } = collect<MarginOptions>("cosineEmbeddingLoss", ["margin"], rest, ["reduction"]);
  return cosineEmbeddingOf(input1, x2, target, margin, reduction);
}

export interface TripletOptions extends LossOptions {
  /** Default 1. */
  readonly margin?: number;
  /** Order of the norm. Default 2. */
  readonly p?: number;
  /** Added to each difference. Default 1e-6. */
  readonly eps?: number;
  /** Also takes the distance from positive to negative, if that is smaller (Balntas et al., 2016). Default false. */
  readonly swap?: boolean;
}

function checkTriplet(anchor: Tensor, positive: Tensor, negative: Tensor, margin: number): void {
  if (margin <= 0) throw new ValueError(`margin must be greater than 0, got ${margin}`);
  if (anchor.ndim === positive.ndim && positive.ndim === negative.ndim) return;
  throw new RuntimeError(
    `The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: anchor ${anchor.ndim}D, positive ${positive.ndim}D, and negative ${negative.ndim}D inputs`,
  );
}

/** How far apart the rows of two tensors are. */
export type DistanceFunction = (x: Tensor, y: Tensor) => Tensor;

function tripletLosses(distance: DistanceFunction, anchor: Tensor, positive: Tensor, negative: Tensor, margin: number, swap: boolean): Tensor {
  const near = distance(anchor, positive);
  let far = distance(anchor, negative);
  if (swap) far = far.minimum(distance(positive, negative));
  return near.sub(far).add(margin).clampMin(0);
}

const tripletOf = defineComposite(
  {
    name: "tripletMarginLoss",
    effect: computes,
    multiplyAdds: ofParts,
    arguments: ["anchor", "positive", "negative", { margin: 1, p: 2, eps: 0.000001, swap: false, reduction: "mean" }],
  },
  (anchor: Tensor, positive: Tensor, negative: Tensor, options: TripletOptions): Tensor => {
    const { margin = 1, p = 2, eps = 1e-6, swap = false, reduction = "mean" } = options;
    checkTriplet(anchor, positive, negative, margin);
    return reduce(
      tripletLosses((x, y) => pairwiseDistance(x, y, p, eps), anchor, positive, negative, margin, swap),
      reduction,
    );
  },
);

/** max(0, margin + |anchor - positive| - |anchor - negative|). (torch.nn.functional.triplet_margin_loss) */
export function tripletMarginLoss(
  anchor: Tensor,
  ...args: WithRequired<
    [positive: Tensor, negative: Tensor],
    { readonly positive: Tensor; readonly negative: Tensor },
    [margin: number, p: number, eps: number, swap: boolean],
    TripletOptions
  >
): Tensor {
  const [[positive, negative], rest] = requiredFirst<[positive: Tensor, negative: Tensor]>("triplet_margin_loss", ["positive", "negative"], args);
  return tripletOf(anchor, positive, negative, collect<TripletOptions>("tripletMarginLoss", ["margin", "p", "eps", "swap"], rest, ["reduction"]));
}

export interface TripletWithDistanceOptions extends LossOptions {
  /** Default: pairwiseDistance. */
  readonly distanceFunction?: DistanceFunction | null;
  /** Default 1. */
  readonly margin?: number;
  /** Also takes the distance from positive to negative, if that is smaller. Default false. */
  readonly swap?: boolean;
}

const tripletWithDistanceOf = defineComposite(
  {
    name: "tripletMarginWithDistanceLoss",
    effect: computes,
    multiplyAdds: ofParts,
    arguments: ["anchor", "positive", "negative", { margin: 1, swap: false, reduction: "mean" }],
  },
  (anchor: Tensor, positive: Tensor, negative: Tensor, options: TripletWithDistanceOptions): Tensor => {
    const { distanceFunction, margin = 1, swap = false, reduction = "mean" } = options;
    checkReduction(reduction);
    checkTriplet(anchor, positive, negative, margin);
    return reduce(tripletLosses(distanceFunction ?? pairwiseDistance, anchor, positive, negative, margin, swap), reduction);
  },
);

/** tripletMarginLoss with a distance of your own. (torch.nn.functional.triplet_margin_with_distance_loss) */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor,
  ...args: WithRequired<[positive: Tensor, negative: Tensor], { readonly positive: Tensor; readonly negative: Tensor }, [], TripletWithDistanceOptions>
): Tensor {
  const [[positive, negative], rest] = requiredFirst<[positive: Tensor, negative: Tensor]>("triplet_margin_with_distance_loss", ["positive", "negative"], args);
  return tripletWithDistanceOf(
    anchor,
    positive,
    negative,
    collect<TripletWithDistanceOptions>("tripletMarginWithDistanceLoss", [], rest, ["distanceFunction", "margin", "swap", "reduction"]),
  );
}
