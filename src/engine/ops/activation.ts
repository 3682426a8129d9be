import { composed, defineInPlace, defineOperation, named, type OperationRow, type RecordedBackward, type DifferentiableRow } from "../dispatch/index.js";
import { bool, float32, uint8, type DType } from "../dtype.js";
import { RuntimeError, ValueError } from "../errors.js";
import * as kernels from "../kernels/elementwise.js";
import type { KernelCall } from "../kernels/wasm/instance.js";
import { sumTo } from "../kernels/sumTo.js";
import { defaultGenerator } from "../random/generator.js";
import { contiguousStrides } from "../size.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { takingOnly, checkedOptions, collect, inOrder, required, type AllArguments, type Arguments } from "../arguments.js";
import { asHeld, requireElement } from "./rules/elementwiseRows.js";
import { div, sub } from "./binary.js";
import { requireFloatingPoint } from "./rules/promotion.js";
import { abs, relu as reluOf, relu_, tanh } from "./unary.js";
import { erf } from "../math/specialFunctions.js";
import { type ActivationFacts, computes, type ArgumentsOf, notCounted } from "../operation.js";
import { where } from "./masks.js";
import { within } from "./rules/recorded.js";

/**
 * Activation functions (torch.nn.functional). Element-wise unless they say otherwise. One file, though a long one: a list, each entry the formula with its
 * derivative and the function that users call.
 */

export interface InplaceOptions {
  /** Writes into the argument instead of a new tensor. Default false. */
  readonly inplace?: boolean;
}

interface Activation {
  readonly f: (x: number) => number;
  /** The derivative at x times the incoming gradient. */
  readonly derivative: (gradient: number, x: number) => number;
  /** The WebAssembly kernels of the function and of its derivative. */
  readonly kernels?: { readonly f: KernelCall; readonly derivative: KernelCall };
}

interface ActivationRow<Constants extends readonly unknown[]> {
  readonly name: string;
  /** Names of the constants, with defaults. */
  readonly constants: ArgumentsOf<Constants>;
  readonly gradientName?: string;
  /** Default true; false where PyTorch's result is row-major whatever the input. */
  readonly keepsLayout?: boolean;
  /** PyTorch's kernel, which its errors name; null where integers are taken too. */
  readonly kernel: string | null;
  readonly check?: (x: Tensor, ...constants: Constants) => void;
  /** The function for given constants. */
  readonly of: (...constants: Constants) => Activation;
  /** See Differentiation. */
  readonly copies?: () => readonly number[];
  /** See Differentiation. */
  readonly watchesWritten?: true;
  readonly recordedBackward: RecordedBackward<[x: Tensor, ...constants: Constants], void>;
  /** What it does to a signal; null for one that no neuron ends in. */
  readonly activates: ((...constants: Constants) => ActivationFacts) | null;
}

/** An element-wise function with constants (slopes, bounds, thresholds) as a row. */
function activationRow<Constants extends readonly unknown[]>(row: ActivationRow<Constants>): DifferentiableRow<[x: Tensor, ...constants: Constants]> {
  return {
    name: row.name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", ...row.constants] as unknown as ArgumentsOf<[x: Tensor, ...constants: Constants]>,
    gradientName: row.gradientName,
    keepsLayout: row.keepsLayout ?? true,
    infer(x, ...constants) {
      if (row.kernel !== null) requireFloatingPoint(x.dtype, row.kernel);
      row.check?.(x, ...constants);
      return { sizes: x.sizes, dtype: x.dtype };
    },
    forward(output, x, ...constants) {
      const { f, kernels: wasm } = row.of(...held(constants, x.dtype));
      kernels.unary(output, x, f, wasm?.f);
    },
    reads: [0],
    copies: row.copies,
    watchesWritten: row.watchesWritten,
    backward(gradient, { args: [x, ...constants] }) {
      const result = gradient.allocateLike();
      const { derivative, kernels: wasm } = row.of(...held(constants as unknown as Constants, x.dtype));
      kernels.binary(result, gradient, x, derivative, wasm?.derivative);
      return [result];
    },
    recordedBackward: row.recordedBackward,
    ...(row.activates && { activates: ([, ...constants]) => row.activates!(...constants) }),
  };
}

/** The constants as an operation in `dtype` sees them. */
function held<Constants extends readonly unknown[]>(constants: Constants, dtype: DType): Constants {
  return constants.map((each) => (typeof each === "number" ? asHeld(each, dtype) : each)) as unknown as Constants;
}

interface ActivationFunctions<Constants extends readonly unknown[]> {
  readonly plain: (...args: [x: Tensor, ...constants: Constants]) => Tensor;
  readonly inPlace: (...args: [x: Tensor, ...constants: Constants]) => Tensor;
  readonly choose: (inplace: boolean, ...args: [x: Tensor, ...constants: Constants]) => Tensor;
}

function activation<Constants extends readonly unknown[] = []>(row: ActivationRow<Constants>): ActivationFunctions<Constants> {
  const operation = activationRow(row);
  const plain = defineOperation(operation);
  const inPlace = defineInPlace(operation);
  return { plain, inPlace, choose: (inplace, ...args) => (inplace ? inPlace(...args) : plain(...args)) };
}

/** Of one that nothing holds back on either side, and that calculateGain has no gain of. */
const unbounded: ActivationFacts = { gain: null, bounds: [null, null] };

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** max(x, 0). (torch.nn.functional.relu) */
export function relu(x: Tensor, ...args: Arguments<[inplace: boolean], InplaceOptions>): Tensor {
  const { inplace = false } = collect<InplaceOptions>("relu", ["inplace"], args);
  return inplace ? relu_(x) : reluOf(x);
}

const leakyReluRow = activation<[slope: number]>({
  name: "leakyRelu",
  watchesWritten: true,
  activates: (slope) => ({ gain: "leaky_relu", slope, bounds: [null, null] }),
  constants: [["negativeSlope", 0.01]],
  kernel: "leaky_relu_cpu",
  of: (slope) => ({
    f: (x) => (x > 0 ? x : x * slope),
    derivative: (g, x) => (x > 0 ? g : g * slope),
    kernels: { f: ["leakyRelu", slope], derivative: ["leakyReluBackward", slope] },
  }),
  recordedBackward: (g, { args: [x, slope] }) => [where(x.gt(0), g, g.mul(slope))],
});

export interface LeakyReluOptions extends InplaceOptions {
  /** Slope for x < 0. Default 0.01. */
  readonly negativeSlope?: number;
}

/** x, or negativeSlope * x where x < 0. (torch.nn.functional.leaky_relu) */
export function leakyRelu(x: Tensor, ...args: Arguments<[negativeSlope: number, inplace: boolean], LeakyReluOptions>): Tensor {
  const { negativeSlope = 0.01, inplace = false } = collect<LeakyReluOptions>("leakyRelu", ["negativeSlope", "inplace"], args);
  return leakyReluRow.choose(inplace, x, negativeSlope);
}

/** leakyRelu in place. */
export function leakyRelu_(x: Tensor, ...args: Arguments<[negativeSlope: number], Pick<LeakyReluOptions, "negativeSlope">>): Tensor {
  return leakyReluRow.inPlace(x, collect<LeakyReluOptions>("leakyRelu_", ["negativeSlope"], args).negativeSlope ?? 0.01);
}

/** The gradient of the elus in operations; e^x is computed where x is not positive alone, so that nothing overflows. */
function eluGradient(g: Tensor, x: Tensor, alpha: number, scale: number, inputScale: number): Tensor {
  const decay = x.mul(inputScale).clampMax(0).exp();
  return where(x.gt(0), g.mul(scale), g.mul(decay).mul(alpha * scale * inputScale));
}

/** What x is multiplied with above zero, e^(inputScale x) - 1 below: numbers that float32 holds, and so is their product. */
function eluKernels(alpha: number, scale: number, inputScale: number): Activation["kernels"] {
  const { fround } = Math;
  const [positive, negative] = [fround(scale), fround(fround(alpha) * fround(scale))];
  return { f: ["elu", positive, negative, inputScale], derivative: ["eluBackward", positive, negative, inputScale] };
}

const eluRow = activation<[alpha: number, scale: number, inputScale: number]>({
  name: "elu",
  watchesWritten: true,
  activates: () => unbounded,
  constants: [["alpha", 1], null, null],
  kernel: "elu_cpu",
  of: (alpha, scale, inputScale) => ({
    f: (x) => (x > 0 ? x * scale : Math.expm1(x * inputScale) * alpha * scale),
    derivative: (g, x) => (x > 0 ? g * scale : g * alpha * scale * inputScale * Math.exp(x * inputScale)),
    kernels: eluKernels(alpha, scale, inputScale),
  }),
  recordedBackward: (g, { args }) => [eluGradient(g, ...args)],
});

export interface AlphaInplaceOptions extends InplaceOptions {
  /** The value approached for x to minus infinity, with the sign changed. Default 1. */
  readonly alpha?: number;
}

/** x, or alpha * (e^x - 1) where x < 0. (torch.nn.functional.elu) */
export function elu(x: Tensor, ...args: Arguments<[alpha: number, inplace: boolean], AlphaInplaceOptions>): Tensor {
  const { alpha = 1, inplace = false } = collect<AlphaInplaceOptions>("elu", ["alpha", "inplace"], args);
  return eluRow.choose(inplace, x, alpha, 1, 1);
}

/** elu in place. */
export function elu_(x: Tensor, ...args: Arguments<[alpha: number], Pick<AlphaInplaceOptions, "alpha">>): Tensor {
  return eluRow.inPlace(x, collect<AlphaInplaceOptions>("elu_", ["alpha"], args).alpha ?? 1, 1, 1);
}

const celuRow = activation<[alpha: number, inputScale: number]>({
  name: "celu",
  watchesWritten: true,
  activates: () => unbounded,
  constants: [["alpha", 1], null],
  kernel: "elu_cpu",
  check(_, alpha) {
    if (alpha === 0) throw new RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU");
  },
  of: (alpha, inputScale) => ({
    f: (x) => (x > 0 ? x : Math.expm1(x * inputScale) * alpha),
    derivative: (g, x) => (x > 0 ? g : g * inputScale * alpha * Math.exp(x * inputScale)),
    kernels: eluKernels(alpha, 1, inputScale),
  }),
  recordedBackward: (g, { args: [x, alpha, inputScale] }) => [eluGradient(g, x, alpha, 1, inputScale)],
});

/** x, or alpha * (e^(x / alpha) - 1) where x < 0: differentiable once for every alpha. (torch.celu) */
export function celu(x: Tensor, ...args: Arguments<[alpha: number, inplace: boolean], AlphaInplaceOptions>): Tensor {
  const { alpha = 1, inplace = false } = collect<AlphaInplaceOptions>("celu", ["alpha", "inplace"], args);
  return celuRow.choose(inplace, x, alpha, 1 / alpha);
}

/** celu in place. */
export function celu_(x: Tensor, ...args: Arguments<[alpha: number], Pick<AlphaInplaceOptions, "alpha">>): Tensor {
  const { alpha = 1 } = collect<AlphaInplaceOptions>("celu_", ["alpha"], args);
  return celuRow.inPlace(x, alpha, 1 / alpha);
}

/** Constants with which activations keep mean 0 and variance 1 (Klambauer et al., "Self-Normalizing Neural Networks", 2017). */
const seluAlpha = 1.6732632423543772;
const seluScale = 1.0507009873554805;
const seluRow = activation({
  name: "selu",
  watchesWritten: true,
  activates: () => ({ gain: "selu", bounds: [null, null] }),
  constants: [],
  gradientName: "EluBackward0",
  kernel: "elu_cpu",
  of: () => ({
    f: (x) => (x > 0 ? x * seluScale : Math.expm1(x) * seluAlpha * seluScale),
    derivative: (g, x) => (x > 0 ? g * seluScale : g * seluAlpha * seluScale * Math.exp(x)),
    kernels: eluKernels(seluAlpha, seluScale, 1),
  }),
  recordedBackward: (g, { args: [x] }) => [eluGradient(g, x, seluAlpha, seluScale, 1)],
});

/** The scaled elu of self-normalizing networks. (torch.selu) */
export function selu(x: Tensor, ...args: Arguments<[inplace: boolean], InplaceOptions>): Tensor {
  const { inplace = false } = collect<InplaceOptions>("selu", ["inplace"], args);
  return seluRow.choose(inplace, x);
}

/** selu in place. */
export const selu_: (x: Tensor) => Tensor = seluRow.inPlace;

/** Truth values have no bounds, and unsigned numbers none below zero. */
function requireBounds(x: Tensor, minVal: number): void {
  if (x.dtype === bool) throw new RuntimeError("Bool inputs not supported for hardtanh");
  if (x.dtype === uint8 && minVal < 0) throw new RuntimeError("cannot do hardtanh on an unsigned type with negative limits");
}

const hardtanhRow = activation<[minVal: number, maxVal: number]>({
  name: "hardtanh",
  activates: (minVal, maxVal) => ({ gain: null, bounds: [minVal, maxVal] }),
  constants: [
    ["minVal", -1],
    ["maxVal", 1],
  ],
  kernel: null,
  check(x, minVal, maxVal) {
    if (minVal > maxVal) throw new ValueError("min_val cannot be greater than max_val");
    requireBounds(x, minVal);
    requireElement(minVal, x.dtype);
    requireElement(maxVal, x.dtype);
  },
  of: (minVal, maxVal) => ({
    f: (x) => (x < minVal ? minVal : x > maxVal ? maxVal : x),
    derivative: (g, x) => (x <= minVal || x >= maxVal ? 0 : g),
    kernels: { f: ["clamp", minVal, maxVal], derivative: ["between", minVal, maxVal] },
  }),
  recordedBackward: (g, { args: [x, minVal, maxVal] }) => [within(g, x.gt(minVal).logicalAnd(x.lt(maxVal)))],
});

export interface HardtanhOptions extends InplaceOptions {
  /** Default -1. */
  readonly minVal?: number;
  /** Default 1. */
  readonly maxVal?: number;
}

/** x held between minVal and maxVal. (torch.nn.functional.hardtanh) */
export function hardtanh(x: Tensor, ...args: Arguments<[minVal: number, maxVal: number, inplace: boolean], HardtanhOptions>): Tensor {
  const { minVal = -1, maxVal = 1, inplace = false } = collect<HardtanhOptions>("hardtanh", ["minVal", "maxVal", "inplace"], args);
  return hardtanhRow.choose(inplace, x, minVal, maxVal);
}

/** hardtanh in place. */
export function hardtanh_(x: Tensor, ...args: Arguments<[minVal: number, maxVal: number], Pick<HardtanhOptions, "minVal" | "maxVal">>): Tensor {
  const { minVal = -1, maxVal = 1 } = collect<HardtanhOptions>("hardtanh_", ["minVal", "maxVal"], args);
  return hardtanhRow.inPlace(x, minVal, maxVal);
}

const relu6Row = activation({
  name: "relu6",
  activates: () => ({ gain: "relu", bounds: [0, 6] }),
  constants: [],
  gradientName: "HardtanhBackward0",
  kernel: null,
  check: (x) => requireBounds(x, 0),
  of: () => ({
    f: (x) => (x < 0 ? 0 : x > 6 ? 6 : x),
    derivative: (g, x) => (x <= 0 || x >= 6 ? 0 : g),
    kernels: { f: ["clamp", 0, 6], derivative: ["between", 0, 6] },
  }),
  recordedBackward: (g, { args: [x] }) => [within(g, x.gt(0).logicalAnd(x.lt(6)))],
});

/** x held between 0 and 6. (torch.nn.functional.relu6) */
export function relu6(x: Tensor, ...args: Arguments<[inplace: boolean], InplaceOptions>): Tensor {
  const { inplace = false } = collect<InplaceOptions>("relu6", ["inplace"], args);
  return relu6Row.choose(inplace, x);
}

const hardsigmoidRow = activation({
  name: "hardsigmoid",
  activates: () => ({ gain: "sigmoid", bounds: [0, 1] }),
  constants: [],
  kernel: "hardsigmoid_cpu",
  of: () => ({
    f: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
    derivative: (g, x) => (x > -3 && x < 3 ? g / 6 : 0),
    kernels: { f: "hardsigmoid", derivative: "hardsigmoidBackward" },
  }),
  recordedBackward: (g, { args: [x] }) => [within(g.div(6), x.gt(-3).logicalAnd(x.lt(3)))],
});

/** A piecewise linear sigmoid: 0 below -3, 1 above 3. (torch.nn.functional.hardsigmoid) */
export function hardsigmoid(x: Tensor, ...args: Arguments<[inplace: boolean], InplaceOptions>): Tensor {
  const { inplace = false } = collect<InplaceOptions>("hardsigmoid", ["inplace"], args);
  return hardsigmoidRow.choose(inplace, x);
}

const hardswishRow = activation({
  name: "hardswish",
  activates: () => unbounded,
  constants: [],
  kernel: "hardswish_cpu",
  of: () => ({
    f: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
    derivative: (g, x) => (x <= -3 ? 0 : x < 3 ? g * (x / 3 + 0.5) : g),
    kernels: { f: "hardswish", derivative: "hardswishBackward" },
  }),
  recordedBackward: (g, { args: [x] }) => [where(x.lt(3), within(g.mul(x.div(3).add(0.5)), x.gt(-3)), g)],
});

/** x * hardsigmoid(x) (Howard et al., "Searching for MobileNetV3", 2019). (torch.nn.functional.hardswish) */
export function hardswish(x: Tensor, ...args: Arguments<[inplace: boolean], InplaceOptions>): Tensor {
  const { inplace = false } = collect<InplaceOptions>("hardswish", ["inplace"], args);
  return hardswishRow.choose(inplace, x);
}

const siluRow = activation({
  name: "silu",
  activates: () => unbounded,
  constants: [],
  kernel: "silu_cpu",
  of: () => ({
    f: (x) => x * logistic(x),
    derivative(g, x) {
      const s = logistic(x);
      return g * s * (1 + x * (1 - s));
    },
    kernels: { f: "silu", derivative: "siluBackward" },
  }),
  recordedBackward: composed(([x]) => x.mul(x.sigmoid())),
});

/** x * sigmoid(x). (torch.nn.functional.silu) */
export function silu(x: Tensor, ...args: Arguments<[inplace: boolean], InplaceOptions>): Tensor {
  const { inplace = false } = collect<InplaceOptions>("silu", ["inplace"], args);
  return siluRow.choose(inplace, x);
}

const softplusOf = (x: number): number => (x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x)));

const mishRow = activation({
  name: "mish",
  activates: () => unbounded,
  constants: [],
  kernel: "mish_cpu",
  of: () => ({
    f: (x) => x * Math.tanh(softplusOf(x)),
    derivative(g, x) {
      const t = Math.tanh(softplusOf(x));
      return g * (t + x * logistic(x) * (1 - t * t));
    },
    kernels: { f: "mish", derivative: "mishBackward" },
  }),
  recordedBackward: composed(([x]) => x.mul(softplus(x).tanh())),
});

/** x * tanh(softplus(x)) (Misra, "Mish", 2019). (torch.nn.functional.mish) */
export function mish(x: Tensor, ...args: Arguments<[inplace: boolean], InplaceOptions>): Tensor {
  const { inplace = false } = collect<InplaceOptions>("mish", ["inplace"], args);
  return mishRow.choose(inplace, x);
}

/** How gelu computes the normal distribution function: exactly, or by tanh. */
export type GeluApproximation = "none" | "tanh";

export interface GeluOptions {
  /** Default "none". */
  readonly approximate?: GeluApproximation;
}

const geluRow = activation<[approximate: GeluApproximation]>({
  name: "gelu",
  activates: () => unbounded,
  constants: [["approximate", "none"]],
  kernel: "GeluKernelImpl",
  check(_, approximate) {
    if (approximate !== "none" && approximate !== "tanh") throw new RuntimeError("approximate argument must be either none or tanh.");
  },
  of: (approximate) => (approximate === "tanh" ? geluByTanh : exactGelu),
  recordedBackward: composed(([x, approximate]) => {
    if (approximate === "none") return x.mul(0.5).mul(x.mul(Math.SQRT1_2).erf().add(1));
    return x.mul(0.5).mul(
      x
        .add(x.pow(3).mul(0.044715))
        .mul(Math.sqrt(2 / Math.PI))
        .tanh()
        .add(1),
    );
  }),
});

const normalDistribution = (x: number): number => 0.5 * (1 + erf(x * Math.SQRT1_2));
const exactGelu: Activation = {
  f: (x) => x * normalDistribution(x),
  derivative: (g, x) => g * (normalDistribution(x) + (x * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI)),
  kernels: { f: "gelu", derivative: "geluBackward" },
};

const tanhArgument = (x: number): number => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
const geluByTanh: Activation = {
  f: (x) => 0.5 * x * (1 + Math.tanh(tanhArgument(x))),
  derivative(g, x) {
    const t = Math.tanh(tanhArgument(x));
    return g * (0.5 * (1 + t) + 0.5 * x * (1 - t * t) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x));
  },
  kernels: { f: "geluTanh", derivative: "geluTanhBackward" },
};

/** x times the standard normal distribution function of x. (torch.nn.functional.gelu) */
export function gelu(x: Tensor, options: GeluOptions = {}): Tensor {
  return geluRow.plain(x, checkedOptions("gelu", options, "approximate").approximate ?? "none");
}

const softplusRow = activation<[beta: number, threshold: number]>({
  name: "softplus",
  activates: () => unbounded,
  constants: [
    ["beta", 1],
    ["threshold", 20],
  ],
  kernel: "softplus_cpu",
  of: (beta, threshold) => ({
    f: (x) => (x * beta > threshold ? x : Math.log1p(Math.exp(x * beta)) / beta),
    derivative: (g, x) => (x * beta > threshold ? g : g * logistic(x * beta)),
    kernels: { f: ["softplus", beta, threshold], derivative: ["softplusBackward", beta, threshold] },
  }),
  recordedBackward: (g, { args: [x, beta, threshold] }) => {
    const scaled = x.mul(beta);
    return [where(scaled.gt(threshold), g, g.mul(scaled.sigmoid()))];
  },
});

export interface SoftplusOptions {
  /** Default 1. */
  readonly beta?: number;
  /** Where beta * x is above it, the result is x. Default 20. */
  readonly threshold?: number;
}

/** log(1 + e^(beta x)) / beta. (torch.nn.functional.softplus) */
export function softplus(x: Tensor, ...args: Arguments<[beta: number, threshold: number], SoftplusOptions>): Tensor {
  const { beta = 1, threshold = 20 } = collect<SoftplusOptions>("softplus", ["beta", "threshold"], args);
  return softplusRow.plain(x, beta, threshold);
}

const softsignRow = activation({
  name: "softsign",
  activates: () => ({ gain: null, bounds: [-1, 1] }),
  constants: [],
  gradientName: "DivBackward0",
  kernel: "abs_cpu",
  of: () => ({
    f: (x) => x / (1 + Math.abs(x)),
    derivative: (g, x) => g / (1 + Math.abs(x)) ** 2,
    kernels: { f: "softsign", derivative: "softsignBackward" },
  }),
  recordedBackward: (g, { args: [x] }) => [g.div(x.abs().add(1).square())],
});

/** x / (1 + |x|). (torch.nn.functional.softsign) */
export const softsign: (x: Tensor) => Tensor = takingOnly("softsign", ["x"], (x: Tensor): Tensor => {
  return x.dtype.isFloatingPoint ? softsignRow.plain(x) : div(x, abs(x).add(1));
});

const tanhshrinkRow = activation({
  name: "tanhshrink",
  activates: null,
  constants: [],
  gradientName: "SubBackward0",
  kernel: "tanh",
  of: () => ({
    f: (x) => x - Math.tanh(x),
    derivative: (g, x) => g * Math.tanh(x) ** 2,
    kernels: { f: "tanhshrink", derivative: "tanhshrinkBackward" },
  }),
  copies: () => [0],
  recordedBackward: (g, { args: [x] }) => [g.mul(x.tanh().square())],
});

/** x - tanh(x). (torch.nn.functional.tanhshrink) */
export const tanhshrink: (x: Tensor) => Tensor = takingOnly("tanhshrink", ["x"], (x: Tensor): Tensor => {
  return x.dtype.isFloatingPoint ? tanhshrinkRow.plain(x) : sub(x, tanh(x));
});

export interface ShrinkOptions {
  /** Half the width of the range that becomes zero. Default 0.5. */
  readonly lambd?: number;
}

const softshrinkRow = activation<[lambd: number]>({
  name: "softshrink",
  activates: null,
  constants: [["lambd", 0.5]],
  kernel: "softshrink_check",
  check({ dtype }, lambd) {
    const largest = dtype === float32 ? "3.40282e+38" : "1.79769e+308";
    if (!(lambd >= 0)) throw new RuntimeError(`lambda must be in range [0, ${largest}] for input dtype ${dtype.scalarType}, but found ${lambd}`);
  },
  of: (lambd) => ({
    f: (x) => (x > lambd ? x - lambd : x < -lambd ? x + lambd : x * 0),
    derivative: (g, x) => (x >= -lambd && x <= lambd ? 0 : g),
  }),
  recordedBackward: (g, { args: [x, lambd] }) => [within(g, x.abs().gt(lambd))],
});

/** x moved towards zero by lambd, and zero within it. (torch.nn.functional.softshrink) */
export function softshrink(x: Tensor, ...args: Arguments<[lambd: number], ShrinkOptions>): Tensor {
  const { lambd = 0.5 } = collect<ShrinkOptions>("softshrink", ["lambd"], args);
  return softshrinkRow.plain(x, lambd);
}

const hardshrinkRow = activation<[lambd: number]>({
  name: "hardshrink",
  activates: null,
  constants: [["lambd", 0.5]],
  kernel: "hardshrink_cpu",
  of: (lambd) => ({
    f: (x) => (x >= -lambd && x <= lambd ? 0 : x),
    derivative: (g, x) => (x >= -lambd && x <= lambd ? 0 : g),
  }),
  recordedBackward: (g, { args: [x, lambd] }) => [within(g, x.abs().gt(lambd))],
});

/** x, or zero where |x| is at most lambd. (torch.nn.functional.hardshrink) */
export function hardshrink(x: Tensor, ...args: Arguments<[lambd: number], ShrinkOptions>): Tensor {
  const { lambd = 0.5 } = collect<ShrinkOptions>("hardshrink", ["lambd"], args);
  return hardshrinkRow.plain(x, lambd);
}

const thresholdRow = activation<[threshold: number, value: number]>({
  name: "threshold",
  activates: null,
  constants: ["threshold", "value"],
  kernel: null,
  check(x, threshold, value) {
    requireElement(threshold, x.dtype);
    requireElement(value, x.dtype);
  },
  of: (threshold, value) => ({ f: (x) => (x <= threshold ? value : x), derivative: (g, x) => (x <= threshold ? 0 : g) }),
  recordedBackward: (g, { args: [x, threshold] }) => [within(g, x.gt(threshold))],
});

export interface ThresholdOptions extends InplaceOptions {
  readonly threshold?: number;
  /** What elements at most as large as the threshold become. */
  readonly value?: number;
}

/** x where it is above the threshold, else `value`. (torch.nn.functional.threshold) */
export function threshold(x: Tensor, ...args: Arguments<[threshold: number, value: number, inplace: boolean], ThresholdOptions>): Tensor {
  const { threshold: limit, value, inplace = false } = collect<ThresholdOptions>("threshold", ["threshold", "value", "inplace"], args);
  return thresholdRow.choose(inplace, x, required(limit, "threshold", "threshold"), required(value, "threshold", "value"));
}

/** threshold in place. */
export const threshold_: (x: Tensor, limit: number, value: number) => Tensor = thresholdRow.inPlace;

const logsigmoidRow = activation({
  name: "logsigmoid",
  activates: null,
  constants: [],
  gradientName: "LogSigmoidBackward0",
  keepsLayout: false,
  kernel: "log_sigmoid_cpu",
  of: () => ({
    f: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
    derivative: (g, x) => g * logistic(-x),
    kernels: { f: "logsigmoid", derivative: "logSigmoidBackward" },
  }),
  recordedBackward: (g, { args: [x] }) => [g.mul(x.neg().sigmoid())],
});

/** log(sigmoid(x)), exact where the sigmoid would round to zero. (torch.nn.functional.logsigmoid) */
export const logsigmoid: (x: Tensor) => Tensor = logsigmoidRow.plain;

/** The slopes lie along dimension 1, or everywhere where there is one. */
function alongChannels(weight: Tensor, x: Tensor): Tensor {
  const sizes = x.sizes.map((_, i) => (i === 1 ? weight.numel() : 1));
  return new Tensor(
    weight.storage,
    sizes,
    contiguousStrides(sizes).map((_, i) => (i === 1 ? (weight.strides[0] ?? 0) : 0)),
    weight.offset,
  );
}

const preluOperation = defineOperation<[x: Tensor, weight: Tensor]>({
  name: "prelu",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "weight"],
  gradientName: "PreluKernelBackward0",
  keepsLayout: true,
  infer(x, weight) {
    requireFloatingPoint(x.dtype, "prelu_cpu");
    if (x.dtype !== weight.dtype) {
      throw new RuntimeError(`prelu: Type promoting not supported. Got ${x.dtype.scalarType.toLowerCase()} and ${weight.dtype.scalarType.toLowerCase()}`);
    }
    if (weight.sizes.length > 1) {
      throw new RuntimeError(`prelu: Expected \`weight\` to be a scalar or 1D tensor, but got: ndim = ${weight.sizes.length}`);
    }
    if (weight.numel() !== 1) {
      if (x.sizes.length === 0) throw new RuntimeError("Not allow zero-dim input tensor.");
      const channels = x.sizes.length > 1 ? x.sizes[1]! : 1;
      if (channels !== weight.numel()) {
        throw new RuntimeError(
          `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${weight.numel()} and channel size = ${channels}.`,
        );
      }
    }
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward: (output, x, weight) => kernels.binary(output, x, alongChannels(weight, x), (value, slope) => (value > 0 ? value : value * slope), "leakyRelu"),
  reads: [0, 1],
  backward(gradient, context) {
    const [x, weight] = context.args;
    const { device } = gradient;
    const slopes = alongChannels(weight, x);
    const forX = Tensor.allocate(x.sizes, x.dtype, device);
    kernels.ternary(forX, gradient, x, slopes, (g, value, slope) => (value > 0 ? g : g * slope), "leakyReluBackward");
    if (!context.needs(1)) return [forX, null];
    const forSlope = Tensor.allocate(x.sizes, x.dtype, device);
    kernels.binary(forSlope, gradient, x, (g, value) => (value > 0 ? 0 : g * value));
    const summed = sumTo(forSlope, slopes.sizes);
    return [forX, new Tensor(summed.storage, weight.sizes, contiguousStrides(weight.sizes), 0)];
  },
  recordedBackward: composed(([x, weight]) => {
    const slope = weight.numel() === 1 ? weight.reshape([]) : weight.reshape(x.sizes.map((_, i) => (i === 1 ? -1 : 1)));
    return where(x.gt(0), x, x.mul(slope));
  }),
});

/** x, or weight * x where x < 0; one learned slope for all, or one for each channel (dimension 1). (torch.nn.functional.prelu) */
export function prelu(x: Tensor, ...args: AllArguments<[weight: Tensor], { readonly weight: Tensor }>): Tensor {
  return preluOperation(x, ...inOrder("prelu", ["weight"], args));
}

const rreluRow: OperationRow<[x: Tensor, lower: number, upper: number], Tensor> = {
  name: "rrelu",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", ["lower", 0.125], ["upper", 0.3333333333333333]],
  gradientName: "RreluWithNoiseBackward0",
  keepsLayout: true,
  infer(x, lower, upper) {
    requireFloatingPoint(x.dtype, "rrelu_with_noise_out_cpu");
    if (!(lower <= upper)) throw new RuntimeError(`Lower bound should be less than or equal to the upper bound, but found lower=${lower} > upper=${upper}`);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  /** Returns each element's slope, which is drawn for the elements up to zero alone. */
  forward(output, x, lower, upper) {
    const slopes = Tensor.allocate(x.sizes, x.dtype, "cpu");
    const [low, high] = [asHeld(lower, x.dtype), asHeld(upper, x.dtype)];
    kernels.unary(slopes, x, (value) => (value <= 0 ? defaultGenerator.uniform() * (high - low) + low : 1));
    kernels.binary(output, x, slopes, (value, slope) => value * slope, "mul");
    return slopes;
  },
  watches: [0],
  backward(gradient, { saved: slopes }) {
    const result = gradient.allocateLike();
    kernels.binary(result, gradient, slopes, (g, slope) => g * slope, "mul");
    return [result];
  },
  recordedBackward: (g, { saved: slopes }) => [g.mul(slopes)],
};
const rreluOperation = defineOperation(rreluRow);
const rreluInPlace = defineInPlace(rreluRow);

export interface RreluOptions extends InplaceOptions {
  /** Least slope for x < 0. Default 1/8. */
  readonly lower?: number;
  /** Largest slope for x < 0. Default 1/3. */
  readonly upper?: number;
  /** Draws a slope for each element; else all have the mean of the bounds. Default false. */
  readonly training?: boolean;
}

/** A leaky relu whose slopes are drawn between two bounds while training. (torch.nn.functional.rrelu) */
export function rrelu(x: Tensor, ...args: Arguments<[lower: number, upper: number, training: boolean, inplace: boolean], RreluOptions>): Tensor {
  const { lower = 1 / 8, upper = 1 / 3, training = false, inplace = false } = collect<RreluOptions>("rrelu", ["lower", "upper", "training", "inplace"], args);
  if (!training) return named("RreluWithNoiseBackward0", leakyReluRow.choose(inplace, x, (lower + upper) / 2));
  return inplace ? rreluInPlace(x, lower, upper) : rreluOperation(x, lower, upper);
}

const gluOperation = defineOperation<[x: Tensor, dim: number]>({
  name: "glu",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", ["dim", -1]],
  infer(x, dim) {
    requireFloatingPoint(x.dtype, "glu_cpu");
    if (x.sizes.length === 0) throw new RuntimeError("glu does not support scalars because halving size must be even");
    const at = normalizeDim(dim, x.sizes.length);
    const size = x.sizes[at]!;
    if (size % 2 !== 0) throw new RuntimeError(`Halving dimension must be even, but dimension ${at} is size ${size}`);
    return { sizes: x.sizes.with(at, size / 2), dtype: x.dtype };
  },
  forward: (output, x, dim) => kernels.binary(output, ...halves(x, dim), (a, b) => a * logistic(b), "glu"),
  reads: [0],
  backward(gradient, { args: [x, dim] }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    const [a, b] = halves(x, dim);
    const [forA, forB] = halves(result, dim);
    kernels.binary(forA, gradient, b, (g, gate) => g * logistic(gate), "glu");
    kernels.ternary(forB, gradient, a, b, (g, value, gate) => g * value * logistic(gate) * (1 - logistic(gate)), "gluBackward");
    return [result];
  },
  recordedBackward: composed(([x, dim]) => {
    const [value, gate] = x.chunk(2, dim) as [Tensor, Tensor];
    return value.mul(gate.sigmoid());
  }),
});

function halves(x: Tensor, dim: number): [Tensor, Tensor] {
  const at = normalizeDim(dim, x.sizes.length);
  const half = x.sizes[at]! / 2;
  const sizes = x.sizes.with(at, half);
  return [new Tensor(x.storage, sizes, x.strides, x.offset), new Tensor(x.storage, sizes, x.strides, x.offset + half * x.strides[at]!)];
}

export interface GluOptions {
  /** The dimension that is halved. Default -1. */
  readonly dim?: number;
}

/** The first half of a dimension times the sigmoid of the second. (torch.nn.functional.glu) */
export function glu(x: Tensor, ...args: Arguments<[dim: number], GluOptions>): Tensor {
  const { dim = -1 } = collect<GluOptions>("glu", ["dim"], args);
  return gluOperation(x, dim);
}
