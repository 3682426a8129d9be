import { defineComposite, defineOperation, named, type OperationRow } from "../dispatch.js";
import { int64, uint8, type ElementArray } from "../dtype.js";
import { IndexError, NotImplementedError, RuntimeError, ValueError } from "../errors.js";
import { ctcLoss as ctcKernel, ctcLossBackward } from "../kernels/ctc.js";
import * as kernels from "../kernels/elementwise.js";
import * as lossKernels from "../kernels/loss.js";
import type { KernelCall } from "../kernels/wasm/instance.js";
import { equalSizes, formatSizes, product } from "../size.js";
import { Tensor } from "../tensor.js";
import { warn } from "../warnings.js";
import { logSoftmax, logsigmoid } from "./activation.js";
import { collect, requiredFirst, type Arguments, type WithRequired } from "./arguments.js";
import { broadcastSizes, resultType } from "./promotion.js";

/** Losses (torch.nn.functional): how far a prediction is from its target. */

/** What becomes of the losses of the elements or samples: all of them, their mean, or their sum. */
export type Reduction = "none" | "mean" | "sum";

export interface LossOptions {
  /** Default "mean". */
  readonly reduction?: Reduction;
}

function checkReduction(reduction: string): void {
  if (reduction !== "none" && reduction !== "mean" && reduction !== "sum") throw new ValueError(`${reduction} is not a valid value for reduction`);
}

function reduce(losses: Tensor, reduction: Reduction): Tensor {
  checkReduction(reduction);
  if (reduction === "none") return losses;
  return reduction === "mean" ? losses.mean() : losses.sum();
}

// ---- element by element

interface ElementLoss {
  readonly f: (x: number, target: number) => number;
  /** Derivative with respect to x. */
  readonly x: (x: number, target: number) => number;
  /** Derivative with respect to the target. */
  readonly target: (x: number, target: number) => number;
  /** The WebAssembly kernels of the function, and of the derivative with respect to x times the gradient, which comes first. */
  readonly kernels?: { readonly f: KernelCall; readonly x?: KernelCall };
}

type ElementLossArgs<Constants extends readonly unknown[]> = [x: Tensor, target: Tensor, reduction: Reduction, ...constants: Constants];

interface ElementLossRow<Constants extends readonly unknown[]> {
  readonly name: string;
  /** PyTorch's name for the graph node, if it is one node; else its last node depends on the reduction. */
  readonly gradientName: string | Readonly<Record<Reduction, string>>;
  /** PyTorch's kernel, which its errors name. */
  readonly kernel: string;
  readonly check?: (x: Tensor, target: Tensor, ...constants: Constants) => void;
  readonly of: (...constants: Constants) => ElementLoss;
}

function elementLoss<Constants extends readonly unknown[] = []>(row: ElementLossRow<Constants>): (...args: ElementLossArgs<Constants>) => Tensor {
  const operation: OperationRow<ElementLossArgs<Constants>> = {
    name: row.name,
    gradientName: (...args) => (typeof row.gradientName === "string" ? row.gradientName : row.gradientName[args[2]]),
    infer(x, target, reduction, ...constants) {
      checkReduction(reduction);
      row.check?.(x, target, ...constants);
      const dtype = resultType(x, target);
      if (!dtype.isFloatingPoint) throw new NotImplementedError(`"${row.kernel}" not implemented for '${dtype.scalarType}'`);
      const sizes = broadcastSizes(x.sizes, target.sizes);
      return { sizes: reduction === "none" ? sizes : [], dtype };
    },
    forward(output, x, target, reduction, ...constants) {
      const { f, kernels: wasm } = row.of(...constants);
      if (reduction === "none") return kernels.binary(output, x, target, f, wasm?.f);
      const sizes = broadcastSizes(x.sizes, target.sizes);
      const losses = Tensor.allocate(sizes, output.dtype, "cpu");
      kernels.binary(losses, x, target, f, wasm?.f);
      writeReduced(output, losses.storage.data, reduction, losses.storage.length);
    },
    reads: [0, 1],
    backward(gradient, context) {
      const [x, target, reduction, ...constants] = context.args;
      const derivatives = row.of(...(constants as unknown as Constants));
      const sizes = broadcastSizes(x.sizes, target.sizes);
      const gradientOf = (derivative: (x: number, target: number) => number, kernel?: KernelCall): Tensor => {
        const result = Tensor.allocate(sizes, gradient.dtype, gradient.device);
        if (gradient.device === "meta") return result;
        const each = reduction === "none" ? gradient : gradient.item() / (reduction === "mean" ? product(sizes) : 1);
        kernels.ternary(result, each, x, target, (g, value, wanted) => derivative(value, wanted) * g, kernel);
        return result;
      };
      return [
        context.needs(0) ? gradientOf(derivatives.x, derivatives.kernels?.x) : null,
        context.needs(1) ? gradientOf(derivatives.target) : null,
      ];
    },
  };
  return defineOperation(operation);
}

function writeReduced(output: Tensor, losses: ElementArray, reduction: Reduction, divisor: number): void {
  const { data } = output.storage;
  if (reduction === "none") {
    data.set(losses);
    return;
  }
  let sum = 0;
  for (let i = 0; i < losses.length; i++) sum += losses[i]!;
  data[0] = reduction === "mean" ? sum / divisor : sum;
}

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
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const mseOf = elementLoss({
  name: "mseLoss",
  gradientName: "MseLossBackward0",
  kernel: "mse_cpu",
  check: warnOfSizes,
  of: () => ({
    f: (x, y) => (x - y) ** 2,
    x: (x, y) => 2 * (x - y),
    target: (x, y) => 2 * (y - x),
    kernels: { f: "squaredDifference", x: "squaredDifferenceBackward" },
  }),
});

/** (x - target)^2. (torch.nn.functional.mse_loss) */
export function mseLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], LossOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("mse_loss", ["target"], args);
  return mseOf(x, target, collect<LossOptions>([], rest, ["reduction"]).reduction ?? "mean");
}

const l1Of = elementLoss({
  name: "l1Loss",
  gradientName: meanOrSum("AbsBackward0"),
  kernel: "abs_cpu",
  check: warnOfSizes,
  of: () => ({
    f: (x, y) => Math.abs(x - y),
    x: (x, y) => signOf(x - y),
    target: (x, y) => signOf(y - x),
    kernels: { f: "absoluteDifference", x: "absoluteDifferenceBackward" },
  }),
});

/** |x - target|. (torch.nn.functional.l1_loss) */
export function l1Loss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], LossOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("l1_loss", ["target"], args);
  return l1Of(x, target, collect<LossOptions>([], rest, ["reduction"]).reduction ?? "mean");
}

const smoothL1Slope = (difference: number, beta: number): number => (Math.abs(difference) < beta ? difference / beta : Math.sign(difference));
const smoothL1Of = elementLoss<[beta: number]>({
  name: "smoothL1Loss",
  gradientName: "SmoothL1LossBackward0",
  kernel: "smooth_l1_cpu",
  check(x, target, beta) {
    if (!(beta >= 0)) throw new RuntimeError("smooth_l1_loss does not support negative values for beta.");
    warnOfSizes(x, target);
  },
  of: (beta) => ({
    f(x, y) {
      const distance = Math.abs(x - y);
      return distance < beta ? (0.5 * distance * distance) / beta : distance - 0.5 * beta;
    },
    x: (x, y) => smoothL1Slope(x - y, beta),
    target: (x, y) => smoothL1Slope(y - x, beta),
    kernels: { f: ["smoothL1", beta], x: ["smoothL1Backward", beta] },
  }),
});

export interface SmoothL1Options extends LossOptions {
  /** Where |x - target| is below it, the loss is quadratic. Default 1. */
  readonly beta?: number;
}

/** |x - target| - beta / 2, and (x - target)^2 / (2 beta) near zero. (torch.nn.functional.smooth_l1_loss) */
export function smoothL1Loss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], SmoothL1Options>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("smooth_l1_loss", ["target"], args);
  const { reduction = "mean", beta = 1 } = collect<SmoothL1Options>([], rest, ["reduction", "beta"]);
  return smoothL1Of(x, target, reduction, beta);
}

const huberSlope = (difference: number, delta: number): number => Math.max(-delta, Math.min(delta, difference));
const huberOf = elementLoss<[delta: number]>({
  name: "huberLoss",
  gradientName: "HuberLossBackward0",
  kernel: "huber_cpu",
  check(x, target, delta) {
    if (!(delta > 0)) throw new RuntimeError("huber_loss does not support non-positive values for delta.");
    warnOfSizes(x, target);
  },
  of: (delta) => ({
    f(x, y) {
      const distance = Math.abs(x - y);
      return distance <= delta ? 0.5 * distance * distance : delta * (distance - 0.5 * delta);
    },
    x: (x, y) => huberSlope(x - y, delta),
    target: (x, y) => huberSlope(y - x, delta),
    kernels: { f: ["huber", delta], x: ["huberBackward", delta] },
  }),
});

export interface HuberOptions extends LossOptions {
  /** Where |x - target| is above it, the loss is linear. Default 1. */
  readonly delta?: number;
}

/** (x - target)^2 / 2, and linear beyond delta. (torch.nn.functional.huber_loss) */
export function huberLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], HuberOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("huber_loss", ["target"], args);
  const { reduction = "mean", delta = 1 } = collect<HuberOptions>([], rest, ["reduction", "delta"]);
  return huberOf(x, target, reduction, delta);
}

const softMarginOf = elementLoss({
  name: "softMarginLoss",
  gradientName: "SoftMarginLossBackward0",
  kernel: "neg_cpu",
  of: () => ({ f: (x, y) => Math.log1p(Math.exp(-y * x)), x: (x, y) => -y * logistic(-y * x), target: (x, y) => -x * logistic(-y * x) }),
});

/** log(1 + e^(-target x)), with targets 1 and -1. (torch.nn.functional.soft_margin_loss) */
export function softMarginLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], LossOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("soft_margin_loss", ["target"], args);
  if (target.requiresGrad) {
    throw new RuntimeError("The function 'soft_margin_loss' is not differentiable with respect to argument 'target'. This input cannot have requires_grad True.");
  }
  return softMarginOf(x, target, collect<LossOptions>([], rest, ["reduction"]).reduction ?? "mean");
}

const klDivOf = elementLoss<[logTarget: boolean]>({
  name: "klDiv",
  gradientName: meanOrSum("SubBackward0"),
  kernel: "xlogy_cpu",
  // PyTorch subtracts the input from the target, which shows where they do not fit.
  check: (x, target) => void broadcastSizes(target.sizes, x.sizes),
  of: (logTarget) =>
    logTarget
      ? { f: (x, y) => Math.exp(y) * (y - x), x: (_x, y) => -Math.exp(y), target: (x, y) => Math.exp(y) * (y - x + 1) }
      : { f: (x, y) => (y === 0 ? 0 : y * Math.log(y)) - y * x, x: (_x, y) => -y, target: (x, y) => (y === 0 ? 0 : Math.log(y)) + 1 - x, kernels: { f: "klDiv" } },
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
  const { reduction = "mean", logTarget = false } = collect<KlDivOptions>([], rest, ["reduction", "logTarget"]);
  if (reduction === "mean") {
    warn(
      "reduction: 'mean' divides the total loss by both the batch size and the support size.'batchmean' divides only by the batch size, and aligns with the KL div math definition.'mean' will be changed to behave the same as 'batchmean' in the next major release.",
    );
  }
  if (reduction !== "batchmean") return klDivOf(x, target, reduction, logTarget);
  return batchMean(x, target, logTarget);
}

const batchMean = defineComposite("klDiv", (x: Tensor, target: Tensor, logTarget: boolean): Tensor => {
  const sum = klDivOf(x, target, "sum", logTarget);
  return x.ndim === 0 ? sum : sum.div(x.sizes[0]!);
});

/** As PyTorch, which keeps logarithms of probabilities above -100. */
const boundedLog = (x: number): number => Math.max(Math.log(x), -100);
const boundedLog1p = (x: number): number => Math.max(Math.log1p(x), -100);

const binaryCrossEntropyOf = elementLoss({
  name: "binaryCrossEntropy",
  gradientName: "BinaryCrossEntropyBackward0",
  kernel: "binary_cross_entropy",
  check(x, target) {
    if (x.dtype !== target.dtype) throw new RuntimeError(`Found dtype ${target.dtype.scalarType} but expected ${x.dtype.scalarType}`);
    requireProbabilities(x, "input");
    requireProbabilities(target, "target");
  },
  of: () => ({
    f: (x, y) => (y - 1) * boundedLog1p(-x) - y * boundedLog(x),
    x: (x, y) => (x - y) / Math.max((1 - x) * x, 1e-12),
    target: (x) => boundedLog1p(-x) - boundedLog(x),
  }),
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

const weightedBinaryCrossEntropy = defineComposite("binaryCrossEntropy", (x: Tensor, target: Tensor, reduction: Reduction, weight: Tensor): Tensor =>
  reduce(binaryCrossEntropyOf(x, target, "none").mul(weight), reduction),
);

/** -(target log(x) + (1 - target) log(1 - x)) of probabilities. (torch.nn.functional.binary_cross_entropy) */
export function binaryCrossEntropy(
  x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [weight: Tensor | null], BinaryCrossEntropyOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("binary_cross_entropy", ["target"], args);
  const { weight = null, reduction = "mean" } = collect<BinaryCrossEntropyOptions>(["weight"], rest, ["reduction"]);
  if (!equalSizes(x.sizes, target.sizes)) {
    throw new ValueError(
      `Using a target size (${target.shape}) that is different to the input size (${x.shape}) is deprecated. Please ensure they have the same size.`,
    );
  }
  return weight === null ? binaryCrossEntropyOf(x, target, reduction) : weightedBinaryCrossEntropy(x, target, reduction, weight);
}

const logitsOf = elementLoss({
  name: "binaryCrossEntropyWithLogits",
  gradientName: "BinaryCrossEntropyWithLogitsBackward0",
  kernel: "log_sigmoid_cpu",
  of: () => ({
    f: (x, y) => Math.max(x, 0) - x * y + Math.log1p(Math.exp(-Math.abs(x))),
    x: (x, y) => logistic(x) - y,
    target: (x) => -x,
    kernels: { f: "binaryCrossEntropyWithLogits", x: "binaryCrossEntropyWithLogitsBackward" },
  }),
});

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** Multiplies the part of the loss that belongs to positive targets; one weight a class. */
  readonly posWeight?: Tensor | null;
}

const weightedLogits = defineComposite(
  "binaryCrossEntropyWithLogits",
  (x: Tensor, target: Tensor, reduction: Reduction, weight: Tensor | null, posWeight: Tensor | null): Tensor => {
    const logLikelihood = posWeight === null ? logsigmoid(x) : logsigmoid(x).mul(posWeight.sub(1).mul(target).add(1));
    const losses = target.rsub(1).mul(x).sub(logLikelihood);
    return reduce(weight === null ? losses : losses.mul(weight), reduction);
  },
);

/** binaryCrossEntropy of sigmoid(x), exact for large |x|. (torch.nn.functional.binary_cross_entropy_with_logits) */
export function binaryCrossEntropyWithLogits(
  x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [weight: Tensor | null], BinaryCrossEntropyWithLogitsOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("binary_cross_entropy_with_logits", ["target"], args);
  const { weight = null, posWeight = null, reduction = "mean" } = collect<BinaryCrossEntropyWithLogitsOptions>(["weight"], rest, ["posWeight", "reduction"]);
  if (!equalSizes(x.sizes, target.sizes)) throw new ValueError(`Target size (${target.shape}) must be the same as input size (${x.shape})`);
  if (x.dtype.isFloatingPoint && !target.dtype.isFloatingPoint) {
    throw new RuntimeError(`result type ${x.dtype.scalarType} can't be cast to the desired output type ${target.dtype.scalarType}`);
  }
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

const poissonOf = defineComposite("poissonNllLoss", (x: Tensor, target: Tensor, options: PoissonNLLOptions): Tensor => {
  const { reduction = "mean", logInput = true, full = false, eps = 1e-8 } = options;
  checkReduction(reduction);
  let losses = logInput ? x.exp().sub(target.mul(x)) : x.sub(target.mul(x.add(eps).log()));
  if (full) {
    const stirling = target.mul(target.log()).sub(target).add(target.mul(2 * Math.PI).log().mul(0.5));
    losses = losses.add(stirling.maskedFill(target.le(1), 0));
  }
  return reduce(losses, reduction);
});

/** Negative log-likelihood of counts that are Poisson distributed. (torch.nn.functional.poisson_nll_loss) */
export function poissonNllLoss(
  x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [logInput: boolean, full: boolean], PoissonNLLOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("poisson_nll_loss", ["target"], args);
  return poissonOf(x, target, collect<PoissonNLLOptions>(["logInput", "full"], rest, ["eps", "reduction"]));
}

export interface GaussianNLLOptions extends LossOptions {
  /** Adds the constant term. Default false. */
  readonly full?: boolean;
  /** Least variance. Default 1e-6. */
  readonly eps?: number;
}

const gaussianOf = defineComposite("gaussianNllLoss", (x: Tensor, target: Tensor, variance: Tensor | number, options: GaussianNLLOptions): Tensor => {
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
});

/** Negative log-likelihood of normal targets with expectation x and the given variance. (torch.nn.functional.gaussian_nll_loss) */
export function gaussianNllLoss(
  x: Tensor, ...args: WithRequired<[target: Tensor, variance: Tensor | number], { readonly target: Tensor; readonly var: Tensor | number }, [full: boolean, eps: number], GaussianNLLOptions>
): Tensor {
  const [[target, variance], rest] = requiredFirst<[target: Tensor, variance: Tensor | number]>("gaussian_nll_loss", ["target", "var"], args);
  return gaussianOf(x, target, variance, collect<GaussianNLLOptions>(["full", "eps"], rest, ["reduction"]));
}

// ---- classes

interface ClassLossOptions extends LossOptions {
  /** One weight a class. */
  readonly weight?: Tensor | null;
}

export interface NLLOptions extends ClassLossOptions {
  /** Targets of this value count nothing. Default -100. */
  readonly ignoreIndex?: number;
}

type NLLArgs = [x: Tensor, target: Tensor, weight: Tensor | null, ignoreIndex: number, reduction: Reduction, smoothing: number];

function classScores(x: Tensor): lossKernels.ClassScores {
  const { sizes } = x;
  if (sizes.length === 1) return { batch: 1, classes: sizes[0]!, inner: 1 };
  return { batch: sizes[0]!, classes: sizes[1]!, inner: product(sizes.slice(2)) };
}

const valuesOrNull = (x: Tensor | null): ElementArray | null => (x === null ? null : kernels.denseValues(x));

/** What a class loss gets back from its kernel: what "mean" divides by. */
type Divisor = number;

const nllOperation = defineOperation<NLLArgs, Divisor>({
  name: "nllLoss",
  gradientName: (x, _target, _weight, _ignore, reduction, smoothing) => (smoothing > 0 ? "AddBackward0" : x.ndim > 2 ? (reduction === "none" && x.ndim !== 4 ? "ViewBackward0" : "NllLoss2DBackward0") : "NllLossBackward0"),
  infer(x, target, weight, _ignoreIndex, reduction) {
    checkReduction(reduction);
    checkClassTargets(x, target, weight);
    if (!x.dtype.isFloatingPoint) throw new NotImplementedError(`"nll_loss_out_frame" not implemented for '${x.dtype.scalarType}'`);
    return { sizes: reduction === "none" && x.ndim > 1 ? target.sizes : [], dtype: x.dtype };
  },
  forward(output, x, target, weight, ignoreIndex, reduction, smoothing) {
    const scores = classScores(x);
    const targets = kernels.denseValues(target);
    for (let i = 0; i < targets.length; i++) {
      const t = targets[i]!;
      if (t !== ignoreIndex && !(t >= 0 && t < scores.classes)) throw new IndexError(`Target ${t} is out of bounds.`);
    }
    const losses = new Float64Array(targets.length);
    const weighting = { weight: valuesOrNull(weight), ignoreIndex, smoothing };
    const divisor = lossKernels.negativeLogLikelihood(losses, kernels.denseValues(x), targets, scores, weighting);
    writeReduced(output, losses, reduction, divisor);
    return divisor;
  },
  reads: [1, 2],
  backward(gradient, { args: [x, target, weight, ignoreIndex, reduction, smoothing], saved: divisor }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    if (gradient.device === "cpu") {
      const weighting = { weight: valuesOrNull(weight), ignoreIndex, smoothing };
      lossKernels.negativeLogLikelihoodBackward(result.storage.data, kernels.denseValues(target), classScores(x), weighting, sampleGradient(gradient, reduction, divisor));
    }
    return [result, null, null];
  },
});

/** The gradient that arrives at each sample. */
function sampleGradient(gradient: Tensor, reduction: Reduction, divisor: number): (sample: number) => number {
  const values = kernels.denseValues(gradient);
  if (reduction === "none") return (sample) => values[sample]!;
  const each = reduction === "mean" ? values[0]! / divisor : values[0]!;
  return () => each;
}

function checkClassTargets(x: Tensor, target: Tensor, weight: Tensor | null): void {
  const dims = x.ndim;
  if (dims < 1) throw new ValueError("Expected 1 or more dimensions (got 0)");
  if (dims !== 1 && target.ndim > 0 && x.sizes[0] !== target.sizes[0]) {
    throw new ValueError(`Expected input batch_size (${x.sizes[0]}) to match target batch_size (${target.sizes[0]}).`);
  }
  if (dims <= 2 && target.ndim > 1) throw new RuntimeError("0D or 1D target tensor expected, multi-target not supported");
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
  const { weight = null, ignoreIndex = -100, reduction = "mean" } = collect<NLLOptions>(["weight"], rest, ["ignoreIndex", "reduction"]);
  return nllOperation(x, target, weight, ignoreIndex, reduction, 0);
}

export interface CrossEntropyOptions extends NLLOptions {
  /** The part of each target that is spread evenly over all classes, from 0 to 1. Default 0. */
  readonly labelSmoothing?: number;
}

const crossEntropyOf = defineComposite("crossEntropy", (x: Tensor, target: Tensor, options: CrossEntropyOptions): Tensor => {
  const { weight = null, ignoreIndex = -100, reduction = "mean", labelSmoothing = 0 } = options;
  checkReduction(reduction);
  const classDim = x.ndim === 1 ? 0 : 1;
  if (labelSmoothing > 1) throw new RuntimeError(`label_smoothing must be between 0.0 and 1.0. Got: ${labelSmoothing}`);
  if (!equalSizes(x.sizes, target.sizes)) {
    return nllOperation(logSoftmax(x, classDim), target, weight, ignoreIndex, reduction, Math.max(labelSmoothing, 0));
  }
  if (!target.dtype.isFloatingPoint) throw new RuntimeError(`Expected floating point type for target with class probabilities, got ${target.dtype.scalarType}`);
  if (ignoreIndex >= 0) throw new RuntimeError("ignore_index is not supported for floating point target");
  return crossEntropyOfProbabilities(x, target, weight, reduction, labelSmoothing, classDim);
});

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
export function crossEntropy(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [weight: Tensor | null], CrossEntropyOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("cross_entropy", ["target"], args);
  return crossEntropyOf(x, target, collect<CrossEntropyOptions>(["weight"], rest, ["labelSmoothing", "ignoreIndex", "reduction"]));
}

type MultiMarginArgs = [x: Tensor, target: Tensor, p: number, margin: number, weight: Tensor | null, reduction: Reduction];

const multiMarginOperation = defineOperation<MultiMarginArgs>({
  name: "multiMarginLoss",
  infer(x, target, p, _margin, weight, reduction) {
    checkReduction(reduction);
    if (p !== 1 && p !== 2) throw new ValueError("only p == 1 and p == 2 supported");
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
    const targets = kernels.denseValues(target);
    if (targets.some((t) => t < 0 || t >= classes)) throw new RuntimeError("target out of range");
    const losses = new Float64Array(batch);
    lossKernels.multiMargin(losses, kernels.denseValues(x), targets, classes, p, margin, valuesOrNull(weight));
    writeReduced(output, losses, reduction, batch);
  },
  reads: [0, 1, 4],
  backward(gradient, { args: [x, target, p, margin, weight, reduction] }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    if (gradient.device === "cpu") {
      const [batch, classes] = samplesOf(x);
      const scale = sampleGradient(gradient, reduction, batch);
      lossKernels.multiMarginBackward(result.storage.data, kernels.denseValues(x), kernels.denseValues(target), classes, p, margin, valuesOrNull(weight), scale);
    }
    return [result];
  },
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
  x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [p: number, margin: number, weight: Tensor | null], MultiMarginOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("multi_margin_loss", ["target"], args);
  const { p = 1, margin = 1, weight = null, reduction = "mean" } = collect<MultiMarginOptions>(["p", "margin", "weight"], rest, ["reduction"]);
  return multiMarginOperation(x, target, p, margin, weight, reduction);
}

const multilabelMarginOperation = defineOperation<[x: Tensor, target: Tensor, reduction: Reduction]>({
  name: "multilabelMarginLoss",
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
    const targets = kernels.denseValues(target);
    if (targets.some((t) => t < -1 || t >= classes)) throw new RuntimeError("argument #2 'target' is out of range");
    const losses = new Float64Array(batch);
    lossKernels.multilabelMargin(losses, kernels.denseValues(x), targets, classes);
    writeReduced(output, losses, reduction, batch);
  },
  reads: [0, 1],
  backward(gradient, { args: [x, target, reduction] }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    if (gradient.device === "cpu") {
      const [batch, classes] = samplesOf(x);
      const scale = sampleGradient(gradient, reduction, batch);
      lossKernels.multilabelMarginBackward(result.storage.data, kernels.denseValues(x), kernels.denseValues(target), classes, scale);
    }
    return [result];
  },
});

/** For each pair of a target class and another, how far the scores come within 1. Targets are class indices, ended by -1. (torch.nn.functional.multilabel_margin_loss) */
export function multilabelMarginLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [], LossOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("multilabel_margin_loss", ["target"], args);
  return multilabelMarginOperation(x, target, collect<LossOptions>([], rest, ["reduction"]).reduction ?? "mean");
}

const multilabelSoftMarginOf = defineComposite("multilabelSoftMarginLoss", (x: Tensor, target: Tensor, weight: Tensor | null, reduction: Reduction): Tensor => {
  const losses = target.mul(logsigmoid(x)).add(target.rsub(1).mul(logsigmoid(x.neg()))).neg();
  const weighted = weight === null ? losses : losses.mul(weight);
  return reduce(weighted.sum(-1).div(x.sizes.at(-1)!), reduction);
});

/** The mean over classes of the binary cross entropy of logits x. (torch.nn.functional.multilabel_soft_margin_loss) */
export function multilabelSoftMarginLoss(
  x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [weight: Tensor | null], BinaryCrossEntropyOptions>
): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("multilabel_soft_margin_loss", ["target"], args);
  const { weight = null, reduction = "mean" } = collect<BinaryCrossEntropyOptions>(["weight"], rest, ["reduction"]);
  return multilabelSoftMarginOf(x, target, weight, reduction);
}

// ---- pairs and triplets

export interface MarginOptions extends LossOptions {
  /** Default 0 (hingeEmbeddingLoss: 1). */
  readonly margin?: number;
}

const hingeEmbeddingOf = defineComposite("hingeEmbeddingLoss", (x: Tensor, target: Tensor, margin: number, reduction: Reduction): Tensor => {
  const near = x.maskedFill(target.eq(-1), 0);
  const far = x.rsub(margin).clampMin(0).maskedFill(target.eq(1), 0);
  return reduce(near.add(far), reduction);
});

/** x where the target is 1, max(0, margin - x) where it is -1: x is a distance. (torch.nn.functional.hinge_embedding_loss) */
export function hingeEmbeddingLoss(x: Tensor, ...args: WithRequired<[target: Tensor], { readonly target: Tensor }, [margin: number], MarginOptions>): Tensor {
  const [[target], rest] = requiredFirst<[target: Tensor]>("hinge_embedding_loss", ["target"], args);
  const { margin = 1, reduction = "mean" } = collect<MarginOptions>(["margin"], rest, ["reduction"]);
  return hingeEmbeddingOf(x, target, margin, reduction);
}

const marginRankingOf = defineComposite("marginRankingLoss", (x1: Tensor, x2: Tensor, target: Tensor, margin: number, reduction: Reduction): Tensor => {
  if (x1.ndim !== x2.ndim || x1.ndim !== target.ndim) {
    throw new RuntimeError(
      `margin_ranking_loss : All input tensors should have same dimension but got sizes: input1: ${x1.shape}, input2: ${x2.shape}, target: ${target.shape} `,
    );
  }
  return reduce(target.neg().mul(x1.sub(x2)).add(margin).clampMin(0), reduction);
});

/** max(0, margin - target (x1 - x2)): target 1 wants x1 above x2, -1 below. (torch.nn.functional.margin_ranking_loss) */
export function marginRankingLoss(
  x1: Tensor, ...args: WithRequired<[input2: Tensor, target: Tensor], { readonly input2: Tensor; readonly target: Tensor }, [margin: number], MarginOptions>
): Tensor {
  const [[x2, target], rest] = requiredFirst<[input2: Tensor, target: Tensor]>("margin_ranking_loss", ["input2", "target"], args);
  const { margin = 0, reduction = "mean" } = collect<MarginOptions>(["margin"], rest, ["reduction"]);
  return marginRankingOf(x1, x2, target, margin, reduction);
}

const cosineEmbeddingOf = defineComposite("cosineEmbeddingLoss", (x1: Tensor, x2: Tensor, target: Tensor, margin: number, reduction: Reduction): Tensor => {
  if (target.ndim > 1) throw new RuntimeError("0D or 1D target tensor expected, multi-target not supported");
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
});

/** 1 - cos(x1, x2) where the target is 1, max(0, cos(x1, x2) - margin) where it is -1. (torch.nn.functional.cosine_embedding_loss) */
export function cosineEmbeddingLoss(
  x1: Tensor, ...args: WithRequired<[input2: Tensor, target: Tensor], { readonly input2: Tensor; readonly target: Tensor }, [margin: number], MarginOptions>
): Tensor {
  const [[x2, target], rest] = requiredFirst<[input2: Tensor, target: Tensor]>("cosine_embedding_loss", ["input2", "target"], args);
  const { margin = 0, reduction = "mean" } = collect<MarginOptions>(["margin"], rest, ["reduction"]);
  return cosineEmbeddingOf(x1, x2, target, margin, reduction);
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

function checkTriplet(anchor: Tensor, positive: Tensor, negative: Tensor): void {
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

const tripletOf = defineComposite("tripletMarginLoss", (anchor: Tensor, positive: Tensor, negative: Tensor, options: TripletOptions): Tensor => {
  const { margin = 1, p = 2, eps = 1e-6, swap = false, reduction = "mean" } = options;
  checkTriplet(anchor, positive, negative);
  return reduce(tripletLosses((x, y) => pairwiseDistance(x, y, p, eps), anchor, positive, negative, margin, swap), reduction);
});

/** max(0, margin + |anchor - positive| - |anchor - negative|). (torch.nn.functional.triplet_margin_loss) */
export function tripletMarginLoss(
  anchor: Tensor, ...args: WithRequired<[positive: Tensor, negative: Tensor], { readonly positive: Tensor; readonly negative: Tensor }, [margin: number, p: number, eps: number, swap: boolean], TripletOptions>
): Tensor {
  const [[positive, negative], rest] = requiredFirst<[positive: Tensor, negative: Tensor]>("triplet_margin_loss", ["positive", "negative"], args);
  return tripletOf(anchor, positive, negative, collect<TripletOptions>(["margin", "p", "eps", "swap"], rest, ["reduction"]));
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
  "tripletMarginWithDistanceLoss",
  (anchor: Tensor, positive: Tensor, negative: Tensor, options: TripletWithDistanceOptions): Tensor => {
    const { distanceFunction, margin = 1, swap = false, reduction = "mean" } = options;
    checkReduction(reduction);
    if (margin <= 0) throw new ValueError(`margin must be greater than 0, got ${margin}`);
    checkTriplet(anchor, positive, negative);
    return reduce(tripletLosses(distanceFunction ?? pairwiseDistance, anchor, positive, negative, margin, swap), reduction);
  },
);

/** tripletMarginLoss with a distance of your own. (torch.nn.functional.triplet_margin_with_distance_loss) */
export function tripletMarginWithDistanceLoss(
  anchor: Tensor, ...args: WithRequired<[positive: Tensor, negative: Tensor], { readonly positive: Tensor; readonly negative: Tensor }, [], TripletWithDistanceOptions>
): Tensor {
  const [[positive, negative], rest] = requiredFirst<[positive: Tensor, negative: Tensor]>("triplet_margin_with_distance_loss", ["positive", "negative"], args);
  return tripletWithDistanceOf(anchor, positive, negative, collect<TripletWithDistanceOptions>([], rest, ["distanceFunction", "margin", "swap", "reduction"]));
}

export interface CosineSimilarityOptions {
  /** Default 1. */
  readonly dim?: number;
  /** Least norm. Default 1e-8. */
  readonly eps?: number;
}

const cosineSimilarityOf = defineComposite("cosineSimilarity", (x1: Tensor, x2: Tensor, dim: number, eps: number): Tensor => {
  const dtype = resultType(x1, x2);
  if (!dtype.isFloatingPoint) throw new RuntimeError(`expected common dtype to be floating point, yet common dtype is ${dtype.scalarType}`);
  const sizes = broadcastSizes(x1.sizes, x2.sizes);
  const [a, b] = [x1.expand(sizes), x2.expand(sizes)];
  const unit = (x: Tensor): Tensor => x.div(x.norm(2, dim, true).clampMin(eps));
  return unit(a).mul(unit(b)).sum(dim);
});

/** The cosine of the angle between x1 and x2 along `dim`. (torch.cosine_similarity) */
export function cosineSimilarity(x1: Tensor, ...args: WithRequired<[x2: Tensor], { readonly x2: Tensor }, [dim: number, eps: number], CosineSimilarityOptions>): Tensor {
  const [[x2], rest] = requiredFirst<[x2: Tensor]>("cosine_similarity", ["x2"], args);
  const { dim = 1, eps = 1e-8 } = collect<CosineSimilarityOptions>(["dim", "eps"], rest);
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

const pairwiseDistanceOf = defineComposite("pairwiseDistance", (x1: Tensor, x2: Tensor, p: number, eps: number, keepdim: boolean): Tensor =>
  named("NormBackward1", x1.sub(x2).add(eps).norm(p, Math.max(x1.ndim, x2.ndim) - 1, keepdim)),
);

/** The p-norm of x1 - x2 along the last dimension. (torch.pairwise_distance) */
export function pairwiseDistance(
  x1: Tensor, ...args: WithRequired<[x2: Tensor], { readonly x2: Tensor }, [p: number, eps: number, keepdim: boolean], PairwiseDistanceOptions>
): Tensor {
  const [[x2], rest] = requiredFirst<[x2: Tensor]>("pairwise_distance", ["x2"], args);
  const { p = 2, eps = 1e-6, keepdim = false } = collect<PairwiseDistanceOptions>(["p", "eps", "keepdim"], rest);
  return pairwiseDistanceOf(x1, x2, p, eps, keepdim);
}

// ---- sequences

type CtcArgs = [logProbs: Tensor, targets: Tensor, inputLengths: readonly number[], targetLengths: readonly number[], blank: number, reduction: Reduction, zeroInfinity: boolean];

interface CtcSaved {
  readonly sequences: readonly ElementArray[];
  readonly logAlpha: readonly Float64Array[];
  readonly losses: Float64Array;
}

const ctcOperation = defineOperation<CtcArgs, CtcSaved>({
  name: "ctcLoss",
  gradientName: (_logProbs, _targets, _inputs, _lengths, _blank, reduction) => ({ none: "CtcLossBackward0", mean: "MeanBackward0", sum: "SumBackward0" })[reduction],
  infer(logProbs, targets, inputLengths, targetLengths, blank, reduction) {
    checkReduction(reduction);
    const [time, batch, classes] = logProbs.sizes as [number, number, number];
    if (!logProbs.dtype.isFloatingPoint) throw new NotImplementedError(`"ctc_loss_cpu" not implemented for '${logProbs.dtype.scalarType}'`);
    if (!(blank >= 0 && blank < classes)) throw new RuntimeError("blank must be in label range");
    if (inputLengths.length !== batch) throw new RuntimeError("input_lengths must be of size batch_size");
    if (targetLengths.length !== batch) throw new RuntimeError("target_lengths must be of size batch_size");
    inputLengths.forEach((length, i) => {
      if (length > time) throw new RuntimeError(`Expected input_lengths to have value at most ${time}, but got value ${length} (while checking arguments for ctc_loss_cpu)`);
      if (length < 0) throw new RuntimeError(`Expected input_lengths[${i}] to be non-negative, but got ${length}`);
    });
    const needed = targets.ndim === 1 ? targetLengths.reduce((sum, length) => sum + length, 0) : Math.max(0, ...targetLengths);
    const given = targets.sizes.at(-1)!;
    if (targets.ndim === 1 ? given !== needed : given < needed) {
      throw new RuntimeError(
        `Expected tensor to have size ${targets.ndim === 1 ? "" : "at least "}${needed} at dimension ${targets.ndim - 1}, but got size ${given} for argument #2 'targets' (while checking arguments for ctc_loss_cpu)`,
      );
    }
    return { sizes: reduction === "none" ? [batch] : [], dtype: logProbs.dtype };
  },
  forward(output, logProbs, targets, inputLengths, targetLengths, blank, reduction, zeroInfinity) {
    const values = kernels.denseValues(logProbs);
    const labels = kernels.denseValues(targets);
    const [, batch, classes] = logProbs.sizes as [number, number, number];
    let start = 0;
    const sequences = targetLengths.map((length, n) => {
      const first = targets.ndim === 1 ? start : n * targets.sizes[1]!;
      start += length;
      return labels.subarray(first, first + length);
    });
    const losses = new Float64Array(batch);
    const logAlpha = sequences.map((sequence, n) => {
      const { loss, logAlpha: alpha } = ctcKernel(values, { batch, classes, n, length: inputLengths[n]!, blank }, sequence);
      losses[n] = loss;
      return alpha;
    });
    const reported = losses.map((loss, n) => {
      const kept = zeroInfinity && loss === Infinity ? 0 : loss;
      return reduction === "mean" ? kept / Math.max(targetLengths[n]!, 1) : kept;
    });
    writeReduced(output, reported, reduction, batch);
    return { sequences, logAlpha, losses };
  },
  reads: [0],
  backward(gradient, { args: [logProbs, , inputLengths, targetLengths, blank, reduction, zeroInfinity], saved }) {
    const result = Tensor.allocate(logProbs.sizes, logProbs.dtype, gradient.device);
    if (gradient.device === "meta") return [result];
    const [, batch, classes] = logProbs.sizes as [number, number, number];
    const scale = sampleGradient(gradient, reduction, batch);
    const values = kernels.denseValues(logProbs);
    saved.sequences.forEach((sequence, n) => {
      if (zeroInfinity && saved.losses[n] === Infinity) return;
      const g = scale(n) / (reduction === "mean" ? Math.max(targetLengths[n]!, 1) : 1);
      ctcLossBackward(result.storage.data, values, { batch, classes, n, length: inputLengths[n]!, blank }, sequence, saved.logAlpha[n]!, saved.losses[n]!, g);
    });
    return [result];
  },
});

export interface CtcOptions extends LossOptions {
  /** The class that stands for no label. Default 0. */
  readonly blank?: number;
  /** Gives 0 where the targets are too long for the input. Default false. */
  readonly zeroInfinity?: boolean;
}

const lengthsOf = (lengths: Tensor | readonly number[] | number): readonly number[] =>
  lengths instanceof Tensor ? Array.from(kernels.denseValues(lengths)) : typeof lengths === "number" ? [lengths] : lengths;

/**
 * Connectionist temporal classification (Graves et al., 2006): minus the log-probability of the target sequences, summed over all alignments.
 * `logProbs` is (T, N, C) or (T, C), `targets` (N, S) or all sequences in one dimension. (torch.nn.functional.ctc_loss)
 */
export function ctcLoss(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Tensor | readonly number[] | number,
  targetLengths: Tensor | readonly number[] | number,
  ...args: Arguments<[blank: number], CtcOptions>
): Tensor {
  const { blank = 0, reduction = "mean", zeroInfinity = false } = collect<CtcOptions>(["blank"], args, ["zeroInfinity", "reduction"]);
  const isBatched = logProbs.ndim === 3;
  const batched = isBatched ? logProbs : logProbs.unsqueeze(1);
  const loss = ctcOperation(batched, targets, lengthsOf(inputLengths), lengthsOf(targetLengths), blank, reduction, zeroInfinity);
  return isBatched || reduction !== "none" ? loss : loss.squeeze(0);
}
