import { defineComposite, keeping } from "../../dispatch/index.js";
import { RuntimeError, ValueError } from "../../errors.js";
import * as kernels from "../../kernels/elementwise.js";
import { equalSizes } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { warn } from "../../warnings.js";
import { logsigmoid, softplus } from "../activation.js";
import { where } from "../masks.js";
import { collect, requiredFirst, type WithRequired } from "../../arguments.js";
import { broadcastSizes } from "../rules/promotion.js";
import { composedOf, elementLoss } from "./elementLoss.js";
import { checkReduction, reduce, type LossOptions, type Reduction, refuseGradient } from "./reduction.js";
import { computes, ofParts } from "../../operation.js";

/** Losses of each element of a prediction and its target. */

/** PyTorch broadcasts, and warns: mostly it is a mistake. */
function warnOfSizes(x: Tensor, target: Tensor): void {
  if (equalSizes(x.sizes, target.sizes)) return;
  warn(
    `Using a target size (${target.shape}) that is different to the input size (${x.shape}). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.`,
  );
}

const meanOrSum = (none: string): Readonly<Record<Reduction, string>> => ({ none, mean: "MeanBackward0", sum: "SumBackward0" });
/** 0 for NaN, as PyTorch has it. */
const signOf = (x: number): number => (x > 0 ? 1 : x < 0 ? -1 : 0);

const mseOf = elementLoss({
  name: "mseLoss",
  constants: [],
  gradientName: "MseLossBackward0",
  kernel: "mse_cpu",
  check: warnOfSizes,
  of: ({ round }) => ({
    f: (x, y) => round(x - y) ** 2,
    x: (g, x, y, n) => round(round(2 / n) * round(x - y)) * g,
    target: (g, x, y, n) => round(round(2 / n) * round(y - x)) * g,
    kernels: { f: "squaredDifference", x: (n) => ["squaredDifferenceBackward", 2 / n] },
  }),
  recordedBackward: composedOf((x, target) => x.sub(target).square()),
});

/** (x - target)^2. (torch.nn.functional.mse_loss) */
export function mseLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], LossOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("mse_loss", ["target"], args);
  return mseOf(x, target, collect<LossOptions>("mseLoss", [], rest, ["reduction"]).reduction ?? "mean");
}

const l1Of = elementLoss({
  name: "l1Loss",
  constants: [],
  gradientName: meanOrSum("AbsBackward0"),
  kernel: "abs_cpu",
  check: warnOfSizes,
  of: () => ({
    f: (x, y) => Math.abs(x - y),
    x: (g, x, y, n) => (g / n) * signOf(x - y),
    target: (g, x, y, n) => (g / n) * signOf(y - x),
    kernels: { f: "absoluteDifference", x: (n) => ["absoluteDifferenceBackward", n] },
  }),
  copies: () => [0, 1],
  recordedBackward: composedOf((x, target) => x.sub(target).abs()),
});

/** |x - target|. (torch.nn.functional.l1_loss) */
export function l1Loss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], LossOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("l1_loss", ["target"], args);
  return l1Of(x, target, collect<LossOptions>("l1Loss", [], rest, ["reduction"]).reduction ?? "mean");
}

const smoothL1Slope = (difference: number, beta: number): number => (Math.abs(difference) >= beta ? Math.sign(difference) : difference / beta);
const smoothL1Of = elementLoss<[beta: number]>({
  name: "smoothL1Loss",
  constants: [["beta", 1]],
  gradientName: "SmoothL1LossBackward0",
  kernel: "smooth_l1_cpu",
  check(x, target, beta) {
    if (!(beta >= 0)) throw new RuntimeError("smooth_l1_loss does not support negative values for beta.");
    warnOfSizes(x, target);
  },
  of: ({ round }, beta) => ({
    f(x, y) {
      const distance = Math.abs(round(x - y));
      return distance < beta ? round(0.5 * distance * distance) / beta : distance - 0.5 * beta;
    },
    x: (g, x, y, n) => round(round(1 / n) * round(smoothL1Slope(round(x - y), beta))) * g,
    target: (g, x, y, n) => round(round(1 / n) * round(smoothL1Slope(round(y - x), beta))) * g,
    kernels: { f: ["smoothL1", beta], x: (n) => ["smoothL1Backward", beta, round(1 / n)] },
  }),
  copies: (_x, _target, _reduction, beta) => (beta === 0 ? [0, 1] : []),
  recordedBackward: composedOf((x, target, beta) => {
    const distance = x.sub(target).abs();
    if (beta === 0) return distance;
    return where(distance.lt(beta), distance.square().mul(0.5 / beta), distance.sub(0.5 * beta));
  }),
});

export interface SmoothL1Options extends LossOptions {
  /** Where |x - target| is below it, the loss is quadratic. Default 1. */
  readonly beta?: number;
}

/** |x - target| - beta / 2, and (x - target)^2 / (2 beta) near zero. (torch.nn.functional.smooth_l1_loss) */
export function smoothL1Loss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], SmoothL1Options>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("smooth_l1_loss", ["target"], args);
  const { reduction = "mean", beta = 1 } = collect<SmoothL1Options>("smoothL1Loss", [], rest, ["reduction", "beta"]);
  return smoothL1Of(x, target, reduction, beta);
}

const huberSlope = (difference: number, delta: number): number => Math.max(-delta, Math.min(delta, difference));
const huberOf = elementLoss<[delta: number]>({
  name: "huberLoss",
  constants: [["delta", 1]],
  gradientName: "HuberLossBackward0",
  kernel: "huber_cpu",
  check(x, target, delta) {
    if (!(delta > 0)) throw new RuntimeError("huber_loss does not support non-positive values for delta.");
    warnOfSizes(x, target);
  },
  of: ({ round }, delta) => ({
    f(x, y) {
      const distance = Math.abs(round(x - y));
      return distance <= delta ? 0.5 * distance * distance : delta * round(distance - 0.5 * delta);
    },
    x: (g, x, y, n) => round(round(1 / n) * huberSlope(round(x - y), round(delta))) * g,
    target: (g, x, y, n) => round(round(1 / n) * huberSlope(round(y - x), round(delta))) * g,
    kernels: { f: ["huber", delta], x: (n) => ["huberBackward", delta, round(1 / n)] },
  }),
  recordedBackward: composedOf((x, target, delta) => {
    const distance = x.sub(target).abs();
    return where(distance.le(delta), distance.square().mul(0.5), distance.sub(0.5 * delta).mul(delta));
  }),
});

export interface HuberOptions extends LossOptions {
  /** Where |x - target| is above it, the loss is linear. Default 1. */
  readonly delta?: number;
}

/** (x - target)^2 / 2, and linear beyond delta. (torch.nn.functional.huber_loss) */
export function huberLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], HuberOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("huber_loss", ["target"], args);
  const { reduction = "mean", delta = 1 } = collect<HuberOptions>("huberLoss", [], rest, ["reduction", "delta"]);
  return huberOf(x, target, reduction, delta);
}

const softMarginOf = elementLoss({
  name: "softMarginLoss",
  constants: [],
  gradientName: "SoftMarginLossBackward0",
  kernel: "neg_cpu",
  of: ({ round, exp, vectorLog1p }) => ({
    f: (x, y) => vectorLog1p(exp(round(-y * x))),
    x(g, x, y, n) {
      const e = exp(round(-y * x));
      return round(round(round(y * e) * round(-1 / n)) / round(e + 1)) * g;
    },
    target: (g, x, y, n) => ((g / n) * -x) / (1 + Math.exp(y * x)),
    kernels: { f: "softMargin", x: (n) => ["softMarginBackward", 1 / n] },
  }),
  recordedBackward: composedOf((x, target) => softplus(x.mul(target).neg())),
});

/** log(1 + e^(-target x)), with targets 1 and -1. (torch.nn.functional.soft_margin_loss) */
export function softMarginLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], LossOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("soft_margin_loss", ["target"], args);
  refuseGradient("soft_margin_loss", "target", target);
  return softMarginOf(x, target, collect<LossOptions>("softMarginLoss", [], rest, ["reduction"]).reduction ?? "mean");
}

const klDivOf = elementLoss<[logTarget: boolean]>({
  name: "klDiv",
  constants: [["logTarget", false]],
  gradientName: meanOrSum("SubBackward0"),
  kernel: "xlogy_cpu",
  // PyTorch subtracts the input from the target, which shows where they do not fit.
  check: (x, target) => void broadcastSizes(target.sizes, x.sizes),
  of: ({ round, exp, log }, logTarget) =>
    logTarget
      ? { f: (x, y) => exp(y) * round(y - x), x: (g, _, y, n) => -exp(y) * round(g / n), target: (g, x, y, n) => (g / n) * exp(y) * (y - x + 1) }
      : {
          f: (x, y) => (y === 0 ? 0 : round(y * log(y))) - round(y * x),
          x: (g, _, y, n) => -y * round(g / n),
          target: (g, x, y, n) => (g / n) * ((y === 0 ? 0 : log(y)) + 1 - x),
        },
  isXForTarget: true,
  copies: (_x, _target, _reduction, logTarget) => (logTarget ? [0, 1] : []),
  recordedBackward: composedOf((x, target, logTarget) => (logTarget ? target.exp().mul(target.sub(x)) : target.xlogy(target).sub(target.mul(x)))),
});

export interface KlDivOptions {
  /** "batchmean" divides the sum by the size of the first dimension, which is the divergence as defined. Default "mean". */
  readonly reduction?: Reduction | "batchmean";
  /** Whether the target holds logarithms too. Default false. */
  readonly logTarget?: boolean;
}

/** The Kullback-Leibler divergence of probabilities `target` from log-probabilities x. (torch.nn.functional.kl_div) */
export function klDiv(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], KlDivOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("kl_div", ["target"], args);
  const { reduction = "mean", logTarget = false } = collect<KlDivOptions>("klDiv", [], rest, ["reduction", "logTarget"]);
  if (reduction === "mean") {
    warn(
      "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.",
    );
  }
  if (reduction !== "batchmean") return klDivOf(x, target, reduction, logTarget);
  return batchMean(x, target, logTarget);
}

const batchMean = defineComposite(
  { name: "klDiv", effect: computes, multiplyAdds: ofParts, arguments: ["input", "target", ["logTarget", false]] },
  (x: Tensor, target: Tensor, logTarget: boolean): Tensor => {
    const sum = klDivOf(x, target, "sum", logTarget);
    return x.ndim === 0 ? sum : sum.div(x.sizes[0]!);
  },
);

/** As PyTorch, which keeps logarithms of probabilities above -100. */
const bounded = (logarithm: number): number => Math.max(logarithm, -100);

const binaryCrossEntropyOf = elementLoss({
  name: "binaryCrossEntropy",
  constants: [],
  gradientName: "BinaryCrossEntropyBackward0",
  kernel: "binary_cross_entropy",
  check(x, target) {
    if (x.dtype !== target.dtype) throw new RuntimeError(`Found dtype ${target.dtype.scalarType} but expected ${x.dtype.scalarType}`);
    requireProbabilities(x, "input");
    requireProbabilities(target, "target");
  },
  of: ({ round, log, log1p }) => ({
    f: (x, y, logarithm) => round(round(y - 1) * bounded(log1p(-x))) - round(y * bounded(logarithm)),
    inner(values, p) {
      for (let i = 0; i < p.length; i++) values[i] = log(p[i]!);
    },
    x: (g, x, y, n) => round(round(g * round(x - y)) / Math.max(round(round(1 - x) * x), round(1e-12))) / n,
    target: (g, x, _, n) => (g / n) * (bounded(log1p(-x)) - bounded(log(x))),
    kernels: { f: "binaryCrossEntropy", x: (n) => ["binaryCrossEntropyBackward", n] },
  }),
  // The logarithms are bounded, but not their slopes: the gradient's denominator is at least 1e-12.
  recordedBackward(g, { args: [x, target, reduction] }) {
    const scaled = reduction === "mean" ? g.div(x.numel()) : g;
    const logarithms = x.neg().log1p().clampMin(-100).sub(x.log().clampMin(-100));
    return [scaled.mul(x.sub(target).div(x.mul(x.rsub(1)).clampMin(1e-12))), scaled.mul(logarithms)];
  },
});

function requireProbabilities(x: Tensor, name: string): void {
  if (x.device === "meta") return;
  const values = kernels.denseValues(x);
  for (let i = 0; i < values.length; i++) {
    if (!(values[i]! >= 0 && values[i]! <= 1)) throw new RuntimeError(`all elements of ${name} should be between 0 and 1`);
  }
}

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** Multiplies each element's loss; broadcast. */
  readonly weight?: Tensor | null;
}

const weightedBinaryCrossEntropy = defineComposite(
  { name: "binaryCrossEntropy", effect: computes, multiplyAdds: ofParts, arguments: ["input", "target", ["reduction", "mean"], "weight"] },
  (x: Tensor, target: Tensor, reduction: Reduction, weight: Tensor): Tensor => reduce(binaryCrossEntropyOf(x, target, "none").mul(weight), reduction),
);

/** -(target log(x) + (1 - target) log(1 - x)) of probabilities. (torch.nn.functional.binary_cross_entropy) */
export function binaryCrossEntropy(
  x: Tensor,
  ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [weight: Tensor | null], BinaryCrossEntropyOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("binary_cross_entropy", ["target"], args);
  const { weight = null, reduction = "mean" } = collect<BinaryCrossEntropyOptions>("binaryCrossEntropy", ["weight"], rest, ["reduction"]);
  if (!equalSizes(x.sizes, target.sizes)) {
    throw new ValueError(
      `Using a target size (${target.shape}) that is different to the input size (${x.shape}) is deprecated. Please ensure they have the same size.`,
    );
  }
  refuseGradient("binary_cross_entropy", "weight", weight);
  return weight === null ? binaryCrossEntropyOf(x, target, reduction) : weightedBinaryCrossEntropy(x, target, reduction, weight);
}

const logitsOf = elementLoss({
  name: "binaryCrossEntropyWithLogits",
  normalizes: "probability",
  constants: [],
  gradientName: "BinaryCrossEntropyWithLogitsBackward0",
  kernel: "log_sigmoid_cpu",
  of: ({ round, exp, log1p }) => ({
    f: (x, y) => round(round(1 - y) * x) - round(Math.min(x, 0) - log1p(exp(-Math.abs(x)))),
    x: (g, x, y, n) => round(round(round(1 / round(1 + exp(-x))) - y) * g) / n,
    target: (g, x, _, n) => -x * (g / n),
    kernels: { f: "binaryCrossEntropyWithLogits", x: (n) => ["binaryCrossEntropyWithLogitsBackward", n] },
  }),
  recordedBackward: composedOf((x, target) => target.rsub(1).mul(x).sub(logsigmoid(x))),
});

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** Multiplies the part of the loss that belongs to positive targets; one weight a class. */
  readonly posWeight?: Tensor | null;
}

const weightedLogits = defineComposite(
  {
    name: "binaryCrossEntropyWithLogits",
    normalizes: "probability",
    effect: computes,
    multiplyAdds: ofParts,
    arguments: ["input", "target", ["reduction", "mean"], "weight", "posWeight"],
  },
  (x: Tensor, target: Tensor, reduction: Reduction, weight: Tensor | null, posWeight: Tensor | null): Tensor => {
    const logLikelihood = posWeight === null ? logsigmoid(x) : logsigmoid(x).mul(posWeight.sub(1).mul(target).add(1));
    const losses = target.rsub(1).mul(x).sub(logLikelihood);
    return keeping([x, target, weight, posWeight], reduce(weight === null ? losses : losses.mul(weight), reduction));
  },
);

/** binaryCrossEntropy of sigmoid(x), exact for large |x|. (torch.nn.functional.binary_cross_entropy_with_logits) */
export function binaryCrossEntropyWithLogits(
  x: Tensor,
  ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [weight: Tensor | null], BinaryCrossEntropyWithLogitsOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("binary_cross_entropy_with_logits", ["target"], args);
  const {
    weight = null,
    posWeight = null,
    reduction = "mean",
  } = collect<BinaryCrossEntropyWithLogitsOptions>("binaryCrossEntropyWithLogits", ["weight"], rest, ["posWeight", "reduction"]);
  if (!equalSizes(x.sizes, target.sizes)) throw new ValueError(`Target size (${target.shape}) must be the same as input size (${x.shape})`);
  if (x.dtype.isFloatingPoint && !target.dtype.isFloatingPoint) {
    throw new RuntimeError(`result type ${x.dtype.scalarType} can't be cast to the desired output type ${target.dtype.scalarType}`);
  }
  refuseGradient("binary_cross_entropy_with_logits", "weight", weight);
  refuseGradient("binary_cross_entropy_with_logits", "pos_weight", posWeight);
  return weight === null && posWeight === null ? logitsOf(x, target, reduction) : weightedLogits(x, target, reduction, weight, posWeight);
}

export interface PoissonNLLOptions extends LossOptions {
  /** Whether x is the logarithm of the expectation. Default true. */
  readonly logInput?: boolean;
  /** Adds Stirling's term for targets above 1. Default false. */
  readonly full?: boolean;
  /** Keeps log(x) finite where `logInput` is false. Default 1e-8. */
  readonly eps?: number;
}

const poissonOf = defineComposite(
  {
    name: "poissonNllLoss",
    effect: computes,
    multiplyAdds: ofParts,
    arguments: ["input", "target", { logInput: true, full: false, eps: 1e-8, reduction: "mean" }],
  },
  (x: Tensor, target: Tensor, options: PoissonNLLOptions): Tensor => {
    const { reduction = "mean", logInput = true, full = false, eps = 1e-8 } = options;
    checkReduction(reduction);
    let losses = logInput ? x.exp().sub(target.mul(x)) : x.sub(target.mul(x.add(eps).log()));
    if (full) {
      const stirling = target
        .mul(target.log())
        .sub(target)
        .add(
          target
            .mul(2 * Math.PI)
            .log()
            .mul(0.5),
        );
      losses = losses.add(stirling.maskedFill(target.le(1), 0));
    }
    return reduce(losses, reduction);
  },
);

/** Negative log-likelihood of counts that are Poisson distributed. (torch.nn.functional.poisson_nll_loss) */
export function poissonNllLoss(
  x: Tensor,
  ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [logInput: boolean, full: boolean], PoissonNLLOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("poisson_nll_loss", ["target"], args);
  return poissonOf(x, target, collect<PoissonNLLOptions>("poissonNllLoss", ["logInput", "full"], rest, ["eps", "reduction"]));
}

export interface GaussianNLLOptions extends LossOptions {
  /** Adds the constant term. Default false. */
  readonly full?: boolean;
  /** Least variance. Default 1e-6. */
  readonly eps?: number;
}

const gaussianOf = defineComposite(
  {
    name: "gaussianNllLoss",
    effect: computes,
    multiplyAdds: ofParts,
    arguments: ["input", "target", "variance", { full: false, eps: 0.000001, reduction: "mean" }],
  },
  (x: Tensor, target: Tensor, variance: Tensor | number, options: GaussianNLLOptions): Tensor => {
    const { reduction = "mean", full = false, eps = 1e-6 } = options;
    let variances = typeof variance === "number" ? x.detach().mul(0).add(variance) : variance;
    if (!equalSizes(variances.sizes, x.sizes)) {
      const rows = x.sizes.slice(0, -1);
      if (equalSizes(rows, variances.sizes)) variances = variances.unsqueeze(-1);
      else if (!equalSizes(rows, variances.sizes.slice(0, -1)) || variances.sizes.at(-1) !== 1) throw new ValueError("var is of incorrect size");
    }
    if (reduction !== "none" && reduction !== "mean" && reduction !== "sum") throw new ValueError(`${String(reduction)} is not valid`);
    if (variances.device === "cpu" && kernels.denseValues(variances).some((value) => value < 0)) throw new ValueError("var has negative entry/entries");
    // Raised to eps without cutting the gradient, as PyTorch.
    const bounded = variances.add(variances.detach().clampMin(eps).sub(variances.detach()));
    let losses = bounded.log().add(x.sub(target).square().div(bounded)).mul(0.5);
    if (full) losses = losses.add(0.5 * Math.log(2 * Math.PI));
    return reduce(losses, reduction);
  },
);

/** Negative log-likelihood of normal targets with expectation x and the given variance. (torch.nn.functional.gaussian_nll_loss) */
export function gaussianNllLoss(
  x: Tensor,
  ...args: WithRequired<
    [target: Tensor, variance: Tensor | number],
    { readonly target: Tensor; readonly var: Tensor | number },
    [full: boolean, eps: number],
    GaussianNLLOptions
  >
): Tensor {
  const [[target, variance], rest] = requiredFirst<[target: Tensor, variance: Tensor | number]>("gaussian_nll_loss", ["target", "var"], args);
  return gaussianOf(x, target, variance, collect<GaussianNLLOptions>("gaussianNllLoss", ["full", "eps"], rest, ["reduction"]));
}
