import { linearInEach, composed, defineComposite, defineOperation, named } from "../../dispatch/index.js";
import { int64, uint8, type ElementArray } from "../../dtype.js";
import { IndexError, RuntimeError, ValueError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import * as kernels from "../../kernels/loss.js";
import { equalSizes, formatSizes, product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { logsigmoid } from "../activation.js";
import { collect, requiredFirst, type WithRequired } from "../../arguments.js";
import { requireFloatingPoint } from "../rules/promotion.js";
import { logSoftmax } from "../softmax.js";
import type { BinaryCrossEntropyOptions } from "./elementwise.js";
import { checkReduction, reduce, sampleGradient, writeReduced, type LossOptions, type Reduction, refuseGradient, requireOneTarget } from "./reduction.js";
import { computes, notCounted, ofParts } from "../../operation.js";

/** Losses of scores for classes: the target says which class, or classes, a sample belongs to. */

interface ClassLossOptions extends LossOptions {
  /** One weight a class. */
  readonly weight?: Tensor | null;
}

export interface NLLOptions extends ClassLossOptions {
  /** Targets of this value count nothing. Default -100. */
  readonly ignoreIndex?: number;
}

type NLLArgs = [x: Tensor, target: Tensor, weight: Tensor | null, ignoreIndex: number, reduction: Reduction, smoothing: number];

function classScores(x: Tensor): kernels.ClassScores {
  const { sizes } = x;
  if (sizes.length === 1) return { batch: 1, classes: sizes[0]!, inner: 1 };
  return { batch: sizes[0]!, classes: sizes[1]!, inner: product(sizes.slice(2)) };
}

const valuesOrNull = (x: Tensor | null): ElementArray | null => (x === null ? null : denseValues(x));

/** What a class loss gets back from its kernel: what "mean" divides by. */
type Divisor = number;

const nllOperation = defineOperation<NLLArgs, Divisor>({
  name: "nllLoss",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "target", "weight", ["ignoreIndex", -100], ["reduction", "mean"], ["labelSmoothing", 0]],
  gradientName: (x, _target, _weight, _ignore, reduction, smoothing) =>
    smoothing > 0 ? "AddBackward0" : x.ndim > 2 ? (reduction === "none" && x.ndim !== 4 ? "ViewBackward0" : "NllLoss2DBackward0") : "NllLossBackward0",
  infer(x, target, weight, _ignoreIndex, reduction) {
    checkReduction(reduction);
    checkClassTargets(x, target, weight);
    refuseGradient(x.ndim > 2 ? "nll_loss2d_forward" : "nll_loss_forward", "weight", weight);
    requireFloatingPoint(x.dtype, "nll_loss_out_frame");
    return { sizes: reduction === "none" && x.ndim > 1 ? target.sizes : [], dtype: x.dtype };
  },
  forward(output, x, target, weight, ignoreIndex, reduction, smoothing) {
    const scores = classScores(x);
    const targets = denseValues(target);
    for (let i = 0; i < targets.length; i++) {
      const t = targets[i]!;
      if (t !== ignoreIndex && !(t >= 0 && t < scores.classes)) throw new IndexError(`Target ${t} is out of bounds.`);
    }
    const weighting = { weight: valuesOrNull(weight), ignoreIndex, smoothing };
    if (reduction !== "none" && smoothing === 0) {
      const { sum, divisor } = kernels.negativeLogLikelihoodSum(denseValues(x), targets, scores, weighting);
      output.storage.data[0] = reduction === "mean" ? sum / divisor : sum;
      return divisor;
    }
    const losses = new Float64Array(targets.length);
    const divisor = kernels.negativeLogLikelihood(losses, denseValues(x), targets, scores, weighting);
    writeReduced(output, losses, reduction, divisor);
    return divisor;
  },
  reads: [0, 1, 2],
  backward(gradient, { args: [x, target, weight, ignoreIndex, reduction, smoothing], saved: divisor }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    const weighting = { weight: valuesOrNull(weight), ignoreIndex, smoothing };
    kernels.negativeLogLikelihoodBackward(result.storage.data, denseValues(target), classScores(x), weighting, sampleGradient(gradient, reduction, divisor));
    return [result, null, null];
  },
  recordedBackward: linearInEach(0),
});

function checkClassTargets(x: Tensor, target: Tensor, weight: Tensor | null): void {
  const dims = x.ndim;
  if (dims < 1) throw new ValueError("Expected 1 or more dimensions (got 0)");
  if (dims !== 1 && target.ndim > 0 && x.sizes[0] !== target.sizes[0]) {
    throw new ValueError(`Expected input batch_size (${x.sizes[0]}) to match target batch_size (${target.sizes[0]}).`);
  }
  if (dims <= 2) requireOneTarget(target);
  if (target.dtype !== int64 && target.dtype !== uint8) {
    throw new RuntimeError(`expected target dtype to be Long or Byte, but got ${target.dtype.scalarType}`);
  }
  if (dims === 1 && target.ndim === 1) {
    if (target.numel() !== 1) throw new ValueError(`For 1D input, 1D target must have size 1, but got target size: ${target.numel()}`);
  } else if (dims <= 2) {
    const samples = dims === 1 ? target.ndim === 0 : target.ndim === 1;
    if (!samples) throw new RuntimeError(`size mismatch (got input: ${formatSizes(x.sizes)}, target: ${formatSizes(target.sizes)})`);
  } else {
    const expected = [x.sizes[0]!, ...x.sizes.slice(2)];
    if (dims === 4 && target.ndim !== 3) {
      throw new RuntimeError(`only batches of spatial targets supported (3D tensors) but got targets of dimension: ${target.ndim}`);
    }
    if (!equalSizes(expected, target.sizes)) {
      throw dims === 4
        ? new RuntimeError(`size mismatch (got input: ${formatSizes(x.sizes)} , target: ${formatSizes(target.sizes)}`)
        : new RuntimeError(`Expected target size ${formatSizes(expected)}, got ${formatSizes(target.sizes)}`);
    }
  }
  const { classes } = classScores(x);
  if (weight !== null && !(weight.ndim === 1 && weight.numel() === classes)) {
    throw new RuntimeError(
      `weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${formatSizes(weight.sizes)}`,
    );
  }
}

/** Minus the log-probability of each target class; x is (C), (N, C) or (N, C, ...), targets (), (N) or (N, ...). (torch.nn.functional.nll_loss) */
export function nllLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [weight: Tensor | null], NLLOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("nll_loss", ["target"], args);
  const { weight = null, ignoreIndex = -100, reduction = "mean" } = collect<NLLOptions>("nllLoss", ["weight"], rest, ["ignoreIndex", "reduction"]);
  return nllOperation(x, target, weight, ignoreIndex, reduction, 0);
}

export interface CrossEntropyOptions extends NLLOptions {
  /** The part of each target that is spread evenly over all classes, from 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

const crossEntropyOf = defineComposite(
  {
    name: "crossEntropy",
    normalizes: "distribution",
    effect: computes,
    multiplyAdds: ofParts,
    arguments: ["input", "target", { ignoreIndex: -100, reduction: "mean", labelSmoothing: 0 }],
  },
  (x: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor => {
    const { weight = null, ignoreIndex = -100, reduction = "mean", labelSmoothing = 0 } = options;
    checkReduction(reduction);
    const classDim = x.ndim === 1 ? 0 : 1;
    if (labelSmoothing > 1) throw new RuntimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${labelSmoothing}`);
    if (!equalSizes(x.sizes, target.sizes)) {
      return nllOperation(logSoftmax(x, classDim), target, weight, ignoreIndex, reduction, Math.max(labelSmoothing, 0));
    }
    if (!target.dtype.isFloatingPoint)
      throw new RuntimeError(`Expected floating point type for target with class probabilities, got ${target.dtype.scalarType}`);
    if (ignoreIndex >= 0) throw new RuntimeError("ignore_index is not supported for floating point target");
    return crossEntropyOfProbabilities(x, target, weight, reduction, labelSmoothing, classDim);
  },
);

function crossEntropyOfProbabilities(x: Tensor, target: Tensor, weight: Tensor | null, reduction: Reduction, smoothing: number, classDim: number): Tensor {
  const classes = x.sizes[classDim]!;
  if (weight !== null && !(weight.ndim === 1 && weight.numel() === classes)) {
    throw new RuntimeError(
      `cross_entropy: weight tensor should be defined either for all ${classes} classes or no classes but got weight tensor of shape: ${formatSizes(weight.sizes)}`,
    );
  }
  const smoothed = smoothing > 0 ? target.mul(1 - smoothing).add(smoothing / classes) : target;
  const products = logSoftmax(x, classDim).mul(smoothed);
  const weighted = weight === null ? products : products.mul(weight.reshape(x.sizes.map((_, i) => (i === classDim ? classes : 1))));
  if (reduction === "none") return weighted.sum(classDim).neg();
  const sum = weighted.sum().neg();
  return reduction === "sum" ? sum : named("DivBackward1", sum.div(x.numel() / classes));
}

/**
 * nllLoss of logSoftmax(x). Targets are class indices, or probabilities in the shape of x. x is (C), (N, C) or (N, C, ...).
 * (torch.nn.functional.cross_entropy)
 */
export function crossEntropy(
  x: Tensor,
  ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [weight: Tensor | null], CrossEntropyOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("cross_entropy", ["target"], args);
  return crossEntropyOf(x, target, collect<CrossEntropyOptions>("crossEntropy", ["weight"], rest, ["labelSmoothing", "ignoreIndex", "reduction"]));
}

type MultiMarginArgs = [x: Tensor, target: Tensor, p: number, margin: number, weight: Tensor | null, reduction: Reduction];

const multiMarginOperation = defineOperation<MultiMarginArgs>({
  name: "multiMarginLoss",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "target", ["p", 1], ["margin", 1], "weight", ["reduction", "mean"]],
  infer(x, target, p, _margin, weight, reduction) {
    checkReduction(reduction);
    if (p !== 1 && p !== 2) throw new ValueError("only p == 1 and p == 2 supported");
    refuseGradient("multi_margin_loss", "weight", weight);
    if (weight !== null && weight.ndim !== 1) throw new ValueError("weight must be one-dimensional");
    const [batch, classes] = samplesOf(x);
    if (target.ndim > 1 || target.numel() !== batch) {
      throw new RuntimeError(
        `multi_margin_loss: target tensor should be 1-D with size equal to the number of input samples (batch size). Expected target size [${batch}], but got ${formatSizes(target.sizes)}. Input has shape ${formatSizes(x.sizes)}.`,
      );
    }
    if (weight !== null && weight.numel() !== classes) {
      throw new RuntimeError(`inconsistent weight size, expected ${classes} but got ${formatSizes(weight.sizes)}`);
    }
    if (target.dtype !== int64) throw new RuntimeError(`expected scalar type Long but found ${target.dtype.scalarType}`);
    return { sizes: reduction === "none" ? target.sizes : [], dtype: x.dtype };
  },
  forward(output, x, target, p, margin, weight, reduction) {
    const [batch, classes] = samplesOf(x);
    const targets = denseValues(target);
    if (targets.some((t) => t < 0 || t >= classes)) throw new RuntimeError("target out of range");
    const losses = new Float64Array(batch);
    kernels.multiMargin(losses, denseValues(x), targets, classes, p, margin, valuesOrNull(weight));
    writeReduced(output, losses, reduction, batch);
  },
  reads: [0, 1, 4],
  backward(gradient, { args: [x, target, p, margin, weight, reduction] }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    const [batch, classes] = samplesOf(x);
    const scale = sampleGradient(gradient, reduction, batch);
    kernels.multiMarginBackward(result.storage.data, denseValues(x), denseValues(target), classes, p, margin, valuesOrNull(weight), scale);
    return [result];
  },
  recordedBackward: composed(([scores, target, p, margin, weight, reduction]) => {
    const x = scores.reshape([-1, scores.sizes.at(-1) ?? 1]);
    const classes = target.reshape([-1, 1]);
    const missing = x.sub(x.gather(1, classes)).add(margin).clampMin(0).pow(p).scatter(1, classes, 0);
    const each = (weight === null ? missing : missing.mul(weight.take(classes))).sum(1).div(x.sizes[1]!);
    return reduce(reduction === "none" ? each.reshape([...target.sizes]) : each, reduction);
  }),
});

/** Number of samples and of classes: (C) or (N, C). */
function samplesOf(x: Tensor): [batch: number, classes: number] {
  if (x.ndim > 2) throw new RuntimeError(`Expected non-empty vector or matrix with optional 0-dim batch size, but got: ${formatSizes(x.sizes)}`);
  return x.ndim === 2 ? [x.sizes[0]!, x.sizes[1]!] : [1, x.numel()];
}

export interface MultiMarginOptions extends ClassLossOptions {
  /** Exponent, 1 or 2. Default 1. */
  readonly p?: number;
  /** Default 1. */
  readonly margin?: number;
}

/** For each other class, how far its score comes within a margin of the target's. x is (C) or (N, C). (torch.nn.functional.multi_margin_loss) */
export function multiMarginLoss(
  x: Tensor,
  ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [p: number, margin: number, weight: Tensor | null], MultiMarginOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("multi_margin_loss", ["target"], args);
  const {
    p = 1,
    margin = 1,
    weight = null,
    reduction = "mean",
  } = collect<MultiMarginOptions>("multiMarginLoss", ["p", "margin", "weight"], rest, ["reduction"]);
  return multiMarginOperation(x, target, p, margin, weight, reduction);
}

const multilabelMarginOperation = defineOperation<[x: Tensor, target: Tensor, reduction: Reduction]>({
  name: "multilabelMarginLoss",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "target", ["reduction", "mean"]],
  gradientName: "MultilabelMarginLossBackward0",
  infer(x, target, reduction) {
    checkReduction(reduction);
    samplesOf(x);
    if (!equalSizes(x.sizes, target.sizes)) {
      throw new RuntimeError(`inconsistent target size: ${formatSizes(target.sizes)} for input of size: ${formatSizes(x.sizes)}`);
    }
    if (target.dtype !== int64) throw new RuntimeError(`expected scalar type Long but found ${target.dtype.scalarType}`);
    return { sizes: reduction === "none" ? x.sizes.slice(0, x.ndim - 1) : [], dtype: x.dtype };
  },
  forward(output, x, target, reduction) {
    const [batch, classes] = samplesOf(x);
    const targets = denseValues(target);
    if (targets.some((t) => t < -1 || t >= classes)) throw new RuntimeError("argument #2 'target' is out of range");
    const losses = new Float64Array(batch);
    kernels.multilabelMargin(losses, denseValues(x), targets, classes);
    writeReduced(output, losses, reduction, batch);
  },
  reads: [0, 1],
  backward(gradient, { args: [x, target, reduction] }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    const [batch, classes] = samplesOf(x);
    const scale = sampleGradient(gradient, reduction, batch);
    kernels.multilabelMarginBackward(result.storage.data, denseValues(x), denseValues(target), classes, scale);
    return [result];
  },
  recordedBackward: null,
});

/** For each pair of a target class and another, how far the scores come within 1. Targets are class indices, ended by -1. (torch.nn.functional.multilabel_margin_loss) */
export function multilabelMarginLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], LossOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("multilabel_margin_loss", ["target"], args);
  return multilabelMarginOperation(x, target, collect<LossOptions>("multilabelMarginLoss", [], rest, ["reduction"]).reduction ?? "mean");
}

const multilabelSoftMarginOf = defineComposite(
  { name: "multilabelSoftMarginLoss", effect: computes, multiplyAdds: ofParts, arguments: ["input", "target", "weight", ["reduction", "mean"]] },
  (x: Tensor, target: Tensor, weight: Tensor | null, reduction: Reduction): Tensor => {
    const losses = target
      .mul(logsigmoid(x))
      .add(target.rsub(1).mul(logsigmoid(x.neg())))
      .neg();
    const weighted = weight === null ? losses : losses.mul(weight);
    return reduce(weighted.sum(-1).div(x.sizes.at(-1)!), reduction);
  },
);

/** The mean over classes of the binary cross entropy of logits x. (torch.nn.functional.multilabel_soft_margin_loss) */
export function multilabelSoftMarginLoss(
  x: Tensor,
  ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [weight: Tensor | null], BinaryCrossEntropyOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("multilabel_soft_margin_loss", ["target"], args);
  const { weight = null, reduction = "mean" } = collect<BinaryCrossEntropyOptions>("multilabelSoftMarginLoss", ["weight"], rest, ["reduction"]);
  return multilabelSoftMarginOf(x, target, weight, reduction);
}
