import { ValueError } from "../../errors.js";
import { collect, type Arguments } from "../../arguments.js";
import * as F from "../../ops/loss.js";
import type { Tensor } from "../../tensor.js";
import { PairwiseDistance } from "./distance.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";
import { nameInCamelCase } from "../names.js";

/** Losses as layers: called with a prediction and its target. The functions of `nn.functional` with their options. */

abstract class Loss extends Module {
  static override readonly [declaration]: LayerDeclaration<Loss> = {
    family: "loss",
    arguments: ({ reduction }) => ({ reduction: optional(reduction, "mean") }),
  };

  reduction: F.Reduction;

  constructor(reduction: F.Reduction = "mean") {
    super();
    this.reduction = reduction;
  }
}

/** A loss whose weights belong to its state. */
abstract class WeightedLoss extends Loss {
  /** One weight a class, or for binary losses one an element. */
  declare weight: Tensor | null;

  constructor(weight: Tensor | null | undefined, reduction: F.Reduction | undefined) {
    super(reduction);
    this.registerBuffer("weight", weight ?? null);
  }
}

/** |x - target|. (torch.nn.L1Loss) */
export class L1Loss extends Loss {
  constructor(...args: [options?: F.LossOptions]) {
    const options = collect<F.LossOptions>("L1Loss", [], args, ["reduction"]);
    super(options.reduction);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.l1Loss(x, target, { reduction: this.reduction });
  }
}

/** (x - target)^2. (torch.nn.MSELoss) */
export class MSELoss extends Loss {
  constructor(...args: [options?: F.LossOptions]) {
    const options = collect<F.LossOptions>("MSELoss", [], args, ["reduction"]);
    super(options.reduction);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.mseLoss(x, target, { reduction: this.reduction });
  }
}

/** |x - target|, quadratic where it is below beta. (torch.nn.SmoothL1Loss) */
export class SmoothL1Loss extends Loss {
  static override readonly [declaration]: LayerDeclaration<SmoothL1Loss> = {
    family: "loss",
    arguments: ({ reduction, beta }) => ({ reduction: optional(reduction, "mean"), beta: optional(beta, 1) }),
  };

  beta: number;

  constructor(...args: [options?: F.SmoothL1Options]) {
    const options = collect<F.SmoothL1Options>("SmoothL1Loss", [], args, ["reduction", "beta"]);
    super(options.reduction);
    this.beta = options.beta ?? 1;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.smoothL1Loss(x, target, { reduction: this.reduction, beta: this.beta });
  }
}

/** (x - target)^2 / 2, linear beyond delta. (torch.nn.HuberLoss) */
export class HuberLoss extends Loss {
  static override readonly [declaration]: LayerDeclaration<HuberLoss> = {
    family: "loss",
    arguments: ({ reduction, delta }) => ({ reduction: optional(reduction, "mean"), delta: optional(delta, 1) }),
  };

  delta: number;

  constructor(...args: Arguments<[reduction: F.Reduction, delta: number], F.HuberOptions>) {
    const { reduction, delta = 1 } = collect<F.HuberOptions>("HuberLoss", ["reduction", "delta"], args);
    super(reduction);
    this.delta = delta;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.huberLoss(x, target, { reduction: this.reduction, delta: this.delta });
  }
}

/** Minus the log-probability of each target class; x holds log-probabilities. (torch.nn.NLLLoss) */
export class NLLLoss extends WeightedLoss {
  static override readonly [declaration]: LayerDeclaration<NLLLoss> = {
    family: "loss",
    arguments: ({ ignoreIndex, reduction }) => ({ ignoreIndex: optional(ignoreIndex, -100), reduction: optional(reduction, "mean") }),
  };

  ignoreIndex: number;

  constructor(...args: Arguments<[weight: Tensor | null], F.NLLOptions>) {
    const { weight, ignoreIndex = -100, reduction } = collect<F.NLLOptions>("NLLLoss", ["weight"], args, ["ignoreIndex", "reduction"]);
    super(weight, reduction);
    this.ignoreIndex = ignoreIndex;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.nllLoss(x, target, { weight: this.weight, ignoreIndex: this.ignoreIndex, reduction: this.reduction });
  }
}

/** NLLLoss of the log-softmax of x. Targets are class indices, or probabilities in the shape of x. (torch.nn.CrossEntropyLoss) */
export class CrossEntropyLoss extends WeightedLoss {
  static override readonly [declaration]: LayerDeclaration<CrossEntropyLoss> = {
    family: "loss",
    arguments: ({ ignoreIndex, reduction, labelSmoothing }) => ({
      ignoreIndex: optional(ignoreIndex, -100),
      reduction: optional(reduction, "mean"),
      labelSmoothing: optional(labelSmoothing, 0),
    }),
  };

  ignoreIndex: number;
  labelSmoothing: number;

  constructor(...args: Arguments<[weight: Tensor | null], F.CrossEntropyOptions>) {
    const {
      weight,
      ignoreIndex = -100,
      reduction,
      labelSmoothing = 0,
    } = collect<F.CrossEntropyOptions>("CrossEntropyLoss", ["weight"], args, ["ignoreIndex", "reduction", "labelSmoothing"]);
    super(weight, reduction);
    this.ignoreIndex = ignoreIndex;
    this.labelSmoothing = labelSmoothing;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    const { weight, ignoreIndex, reduction, labelSmoothing } = this;
    return F.crossEntropy(x, target, { weight, ignoreIndex, reduction, labelSmoothing });
  }
}

/** Binary cross entropy of probabilities. (torch.nn.BCELoss) */
export class BCELoss extends WeightedLoss {
  constructor(...args: Arguments<[weight: Tensor | null], F.BinaryCrossEntropyOptions>) {
    const { weight, reduction } = collect<F.BinaryCrossEntropyOptions>("BCELoss", ["weight"], args, ["reduction"]);
    super(weight, reduction);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropy(x, target, { weight: this.weight, reduction: this.reduction });
  }
}

/** BCELoss of sigmoid(x), exact for large |x|. (torch.nn.BCEWithLogitsLoss) */
export class BCEWithLogitsLoss extends WeightedLoss {
  /** Weight of positive targets, one a class. */
  declare posWeight: Tensor | null;

  constructor(...args: Arguments<[weight: Tensor | null], F.BinaryCrossEntropyWithLogitsOptions>) {
    const { weight, posWeight, reduction } = collect<F.BinaryCrossEntropyWithLogitsOptions>("BCEWithLogitsLoss", ["weight"], args, ["reduction", "posWeight"]);
    super(weight, reduction);
    this.registerBuffer("pos_weight", posWeight ?? null);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.binaryCrossEntropyWithLogits(x, target, { weight: this.weight, posWeight: this.posWeight, reduction: this.reduction });
  }
}

nameInCamelCase(BCEWithLogitsLoss.prototype, "pos_weight");

/** The Kullback-Leibler divergence of probabilities from log-probabilities x. (torch.nn.KLDivLoss) */
export class KLDivLoss extends Module {
  static override readonly [declaration]: LayerDeclaration<KLDivLoss> = {
    family: "loss",
    arguments: ({ reduction, logTarget }) => ({ reduction: optional(reduction, "mean"), logTarget: optional(logTarget, false) }),
  };

  reduction: NonNullable<F.KlDivOptions["reduction"]>;
  logTarget: boolean;

  constructor(...args: [options?: F.KlDivOptions]) {
    super();
    const options = collect<F.KlDivOptions>("KLDivLoss", [], args, ["reduction", "logTarget"]);
    this.reduction = options.reduction ?? "mean";
    this.logTarget = options.logTarget ?? false;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.klDiv(x, target, { reduction: this.reduction, logTarget: this.logTarget });
  }
}

/** Negative log-likelihood of counts that are Poisson distributed. (torch.nn.PoissonNLLLoss) */
export class PoissonNLLLoss extends Loss {
  static override readonly [declaration]: LayerDeclaration<PoissonNLLLoss> = {
    family: "loss",
    arguments: ({ logInput, full, eps, reduction }) => ({
      logInput: optional(logInput, true),
      full: optional(full, false),
      eps: optional(eps, 1e-8),
      reduction: optional(reduction, "mean"),
    }),
  };

  logInput: boolean;
  full: boolean;
  eps: number;

  constructor(...args: Arguments<[logInput: boolean, full: boolean], F.PoissonNLLOptions>) {
    const {
      logInput = true,
      full = false,
      eps = 1e-8,
      reduction,
    } = collect<F.PoissonNLLOptions>("PoissonNLLLoss", ["logInput", "full"], args, ["eps", "reduction"]);
    super(reduction);
    this.logInput = logInput;
    this.full = full;
    this.eps = eps;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    const { logInput, full, eps, reduction } = this;
    return F.poissonNllLoss(x, target, { logInput, full, eps, reduction });
  }
}

/** Negative log-likelihood of normal targets with expectation x and the given variance. (torch.nn.GaussianNLLLoss) */
export class GaussianNLLLoss extends Loss {
  static override readonly [declaration]: LayerDeclaration<GaussianNLLLoss> = {
    family: "loss",
    arguments: ({ full, eps, reduction }) => ({ full: optional(full, false), eps: optional(eps, 1e-6), reduction: optional(reduction, "mean") }),
  };

  full: boolean;
  eps: number;

  constructor(...args: [options?: F.GaussianNLLOptions]) {
    const options = collect<F.GaussianNLLOptions>("GaussianNLLLoss", [], args, ["full", "eps", "reduction"]);
    super(options.reduction);
    this.full = options.full ?? false;
    this.eps = options.eps ?? 1e-6;
  }

  override forward(x: Tensor, target: Tensor, variance: Tensor | number): Tensor {
    return F.gaussianNllLoss(x, target, variance, { full: this.full, eps: this.eps, reduction: this.reduction });
  }
}

/** log(1 + e^(-target x)), with targets 1 and -1. (torch.nn.SoftMarginLoss) */
export class SoftMarginLoss extends Loss {
  constructor(...args: [options?: F.LossOptions]) {
    const options = collect<F.LossOptions>("SoftMarginLoss", [], args, ["reduction"]);
    super(options.reduction);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.softMarginLoss(x, target, { reduction: this.reduction });
  }
}

/** x where the target is 1, max(0, margin - x) where it is -1. (torch.nn.HingeEmbeddingLoss) */
export class HingeEmbeddingLoss extends Loss {
  static override readonly [declaration]: LayerDeclaration<HingeEmbeddingLoss> = {
    family: "loss",
    arguments: ({ margin, reduction }) => ({ margin: optional(margin, 1), reduction: optional(reduction, "mean") }),
  };

  margin: number;

  constructor(...args: Arguments<[margin: number], F.MarginOptions>) {
    const { margin = 1, reduction } = collect<F.MarginOptions>("HingeEmbeddingLoss", ["margin"], args, ["reduction"]);
    super(reduction);
    this.margin = margin;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.hingeEmbeddingLoss(x, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** max(0, margin - target (x1 - x2)). (torch.nn.MarginRankingLoss) */
export class MarginRankingLoss extends Loss {
  static override readonly [declaration]: LayerDeclaration<MarginRankingLoss> = {
    family: "loss",
    arguments: ({ margin, reduction }) => ({ margin: optional(margin, 0), reduction: optional(reduction, "mean") }),
  };

  margin: number;

  constructor(...args: Arguments<[margin: number], F.MarginOptions>) {
    const { margin = 0, reduction } = collect<F.MarginOptions>("MarginRankingLoss", ["margin"], args, ["reduction"]);
    super(reduction);
    this.margin = margin;
  }

  override forward(x1: Tensor, x2: Tensor, target: Tensor): Tensor {
    return F.marginRankingLoss(x1, x2, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1. (torch.nn.CosineEmbeddingLoss) */
export class CosineEmbeddingLoss extends Loss {
  static override readonly [declaration]: LayerDeclaration<CosineEmbeddingLoss> = {
    family: "loss",
    arguments: ({ margin, reduction }) => ({ margin: optional(margin, 0), reduction: optional(reduction, "mean") }),
  };

  margin: number;

  constructor(...args: Arguments<[margin: number], F.MarginOptions>) {
    const { margin = 0, reduction } = collect<F.MarginOptions>("CosineEmbeddingLoss", ["margin"], args, ["reduction"]);
    super(reduction);
    this.margin = margin;
  }

  override forward(x1: Tensor, x2: Tensor, target: Tensor): Tensor {
    return F.cosineEmbeddingLoss(x1, x2, target, { margin: this.margin, reduction: this.reduction });
  }
}

/** For each other class, how far its score comes within a margin of the target's. (torch.nn.MultiMarginLoss) */
export class MultiMarginLoss extends WeightedLoss {
  static override readonly [declaration]: LayerDeclaration<MultiMarginLoss> = {
    family: "loss",
    arguments: ({ p, margin, reduction }) => ({ p: optional(p, 1), margin: optional(margin, 1), reduction: optional(reduction, "mean") }),
  };

  p: number;
  margin: number;

  constructor(...args: Arguments<[p: number, margin: number, weight: Tensor | null], F.MultiMarginOptions>) {
    const { p = 1, margin = 1, weight, reduction } = collect<F.MultiMarginOptions>("MultiMarginLoss", ["p", "margin", "weight"], args, ["reduction"]);
    super(weight, reduction);
    if (p !== 1 && p !== 2) throw new ValueError("only p == 1 and p == 2 supported");
    if (weight != null && weight.ndim !== 1) throw new ValueError(`MultiMarginLoss: expected weight to be None or 1D tensor, got ${weight.ndim}D instead`);
    this.p = p;
    this.margin = margin;
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    const { p, margin, weight, reduction } = this;
    return F.multiMarginLoss(x, target, { p, margin, weight, reduction });
  }
}

/** For each pair of a target class and another, how far the scores come within 1. (torch.nn.MultiLabelMarginLoss) */
export class MultiLabelMarginLoss extends Loss {
  constructor(...args: [options?: F.LossOptions]) {
    const options = collect<F.LossOptions>("MultiLabelMarginLoss", [], args, ["reduction"]);
    super(options.reduction);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.multilabelMarginLoss(x, target, { reduction: this.reduction });
  }
}

/** The mean over classes of the binary cross entropy of logits. (torch.nn.MultiLabelSoftMarginLoss) */
export class MultiLabelSoftMarginLoss extends WeightedLoss {
  constructor(...args: Arguments<[weight: Tensor | null], F.BinaryCrossEntropyOptions>) {
    const { weight, reduction } = collect<F.BinaryCrossEntropyOptions>("MultiLabelSoftMarginLoss", ["weight"], args, ["reduction"]);
    super(weight, reduction);
  }

  override forward(x: Tensor, target: Tensor): Tensor {
    return F.multilabelSoftMarginLoss(x, target, { weight: this.weight, reduction: this.reduction });
  }
}

function positiveMargin(loss: string, margin: number): number {
  if (margin <= 0) throw new ValueError(`${loss}: expected margin to be greater than 0, got ${margin} instead`);
  return margin;
}

/** max(0, margin + |anchor - positive| - |anchor - negative|). (torch.nn.TripletMarginLoss) */
export class TripletMarginLoss extends Loss {
  static override readonly [declaration]: LayerDeclaration<TripletMarginLoss> = {
    family: "loss",
    arguments: ({ margin, p, eps, swap, reduction }) => ({
      margin: optional(margin, 1),
      p: optional(p, 2),
      eps: optional(eps, 1e-6),
      swap: optional(swap, false),
      reduction: optional(reduction, "mean"),
    }),
  };

  margin: number;
  p: number;
  eps: number;
  swap: boolean;

  constructor(...args: Arguments<[margin: number, p: number, eps: number, swap: boolean], F.TripletOptions>) {
    const {
      margin = 1,
      p = 2,
      eps = 1e-6,
      swap = false,
      reduction,
    } = collect<F.TripletOptions>("TripletMarginLoss", ["margin", "p", "eps", "swap"], args, ["reduction"]);
    super(reduction);
    this.margin = positiveMargin("TripletMarginLoss", margin);
    this.p = p;
    this.eps = eps;
    this.swap = swap;
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { margin, p, eps, swap, reduction } = this;
    return F.tripletMarginLoss(anchor, positive, negative, { margin, p, eps, swap, reduction });
  }
}

/** TripletMarginLoss with a distance of your own. (torch.nn.TripletMarginWithDistanceLoss) */
export class TripletMarginWithDistanceLoss extends Loss {
  static override readonly [declaration]: LayerDeclaration<TripletMarginWithDistanceLoss> = {
    family: "loss",
    arguments: ({ distanceFunction, margin, swap, reduction }) => ({
      ...(!(distanceFunction instanceof Module) && { distanceFunction }),
      margin: optional(margin, 1),
      swap: optional(swap, false),
      reduction: optional(reduction, "mean"),
    }),
  };

  declare distanceFunction: F.DistanceFunction;
  margin: number;
  swap: boolean;

  constructor(...args: [options?: F.TripletWithDistanceOptions]) {
    const options = collect<F.TripletWithDistanceOptions>("TripletMarginWithDistanceLoss", [], args, ["distanceFunction", "margin", "swap", "reduction"]);
    super(options.reduction);
    const distance = options.distanceFunction ?? new PairwiseDistance();
    if (distance instanceof Module) this.addModule("distance_function", distance);
    else this.distanceFunction = distance;
    this.margin = positiveMargin("TripletMarginWithDistanceLoss", options.margin ?? 1);
    this.swap = options.swap ?? false;
  }

  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { distanceFunction, margin, swap, reduction } = this;
    return F.tripletMarginWithDistanceLoss(anchor, positive, negative, { distanceFunction, margin, swap, reduction });
  }
}
nameInCamelCase(TripletMarginWithDistanceLoss.prototype, "distance_function");

/** Connectionist temporal classification. (torch.nn.CTCLoss) */
export class CTCLoss extends Loss {
  static override readonly [declaration]: LayerDeclaration<CTCLoss> = {
    family: "loss",
    arguments: ({ blank, reduction, zeroInfinity }) => ({
      blank: optional(blank, 0),
      reduction: optional(reduction, "mean"),
      zeroInfinity: optional(zeroInfinity, false),
    }),
  };

  blank: number;
  zeroInfinity: boolean;

  constructor(...args: Arguments<[blank: number, reduction: F.Reduction, zeroInfinity: boolean], F.CtcOptions>) {
    const { blank = 0, reduction, zeroInfinity = false } = collect<F.CtcOptions>("CTCLoss", ["blank", "reduction", "zeroInfinity"], args);
    super(reduction);
    this.blank = blank;
    this.zeroInfinity = zeroInfinity;
  }

  override forward(
    logProbs: Tensor,
    targets: Tensor,
    inputLengths: Tensor | readonly number[] | number,
    targetLengths: Tensor | readonly number[] | number,
  ): Tensor {
    const { blank, reduction, zeroInfinity } = this;
    return F.ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, reduction, zeroInfinity });
  }
}
