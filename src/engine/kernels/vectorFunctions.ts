import * as cLibrary from "../math/cLibrary.js";
import * as single from "../math/singlePrecision.js";
import type { KernelCall } from "./wasm/instance.js";

/**
 * Functions of float32 numbers, step by step as PyTorch's loops compute them. Those take sixteen numbers at a time; what is left over of a row, and rows with gaps, are
 * left to the C library.
 */
export interface VectorFunction {
  /** The bits of the WebAssembly kernel of that name. */
  readonly f: (x: number, ...numbers: number[]) => number;
  /** Of what is left over; null where PyTorch treats that alike. */
  readonly leftOver: ((x: number, ...numbers: number[]) => number) | null;
  /** The same where the other numbers are constants, which PyTorch keeps as doubles. */
  readonly leftOverOfConstants?: (x: number, ...numbers: number[]) => number;
}

const { fround } = Math;

/** A formula in the functions of both. */
function ofBoth(formula: (math: Elementary) => (x: number, ...constants: number[]) => number): VectorFunction {
  return { f: formula(single), leftOver: formula(cLibrary) };
}

type Elementary = Pick<typeof single, "erf" | "exp" | "expm1" | "log1p" | "tanh">;

const [sqrtHalf, density, geluScale, geluCube] = [Math.SQRT1_2, 1 / Math.sqrt(2 * Math.PI), Math.sqrt(2 / Math.PI), 0.044715].map(fround) as [
  number,
  number,
  number,
  number,
];

const geluTanh = (tanh: (x: number) => number, x: number): number => tanh(fround(geluScale * fround(geluCube * fround(fround(x * x) * x) + x)));

/** Twice the standard normal distribution function, and its density. */
function ofNormal({ erf, exp }: Elementary, x: number): [twice: number, pdf: number] {
  return [fround(1 + erf(fround(x * sqrtHalf))), fround(density * exp(fround(fround(x * x) * -0.5)))];
}

const hardened = (x: number): number => Math.min(Math.max(fround(x + 3), 0), 6);

/** By the names of their kernels. */
const functions: Readonly<Record<string, VectorFunction>> = {
  cube: { f: (x) => fround(x * x) * x, leftOver: null },
  inverseSquare: { f: (x) => 1 / fround(x * x), leftOver: null },
  rsqrt: { f: (x) => 1 / fround(Math.sqrt(x)), leftOver: null },
  log1p: { f: single.log1p, leftOver: null },
  expm1: { f: single.expm1, leftOver: null },
  logsigmoid: { f: (x) => Math.min(x, 0) - single.log1p(single.exp(-Math.abs(x))), leftOver: null },
  sigmoid: ofBoth(
    ({ exp }) =>
      (x) =>
        1 / fround(1 + exp(-x)),
  ),
  hardsigmoid: { f: (x) => hardened(x) / 6, leftOver: null },
  hardsigmoidBackward: { f: (g, x) => (x > -3 && x < 3 ? g * fround(1 / 6) : 0), leftOver: null },
  hardswish: { f: (x) => fround(x * hardened(x)) / 6, leftOver: null },
  hardswishBackward: { f: (g, x) => (x <= -3 ? 0 : x < 3 ? g * fround(fround(x / 3) + 0.5) : g), leftOver: null },
  softsign: { f: (x) => x / fround(1 + Math.abs(x)), leftOver: null },
  softsignBackward: {
    f(g, x) {
      const below = fround(1 + Math.abs(x));
      return fround(g / below) + fround(-g * fround(fround(x / below) / below)) * Math.sign(x);
    },
    leftOver: null,
  },
  tanhBackward: { f: (g, y) => g * fround(1 - y * y), leftOver: null },
  tanhshrink: { f: (x) => x - fround(Math.tanh(x)), leftOver: null },
  tanhshrinkBackward: { f: (g, x) => g + fround(-g * fround(1 - fround(Math.tanh(x)) ** 2)), leftOver: null },
  glu: ofBoth(
    ({ exp }) =>
      (x, y) =>
        x * fround(1 / fround(1 + exp(-y))),
  ),
  gluBackward: ofBoth(({ exp }) => (g, x, y) => {
    const s = fround(1 / fround(1 + exp(-y)));
    return fround(fround(fround(1 - s) * s) * x) * g;
  }),
  sigmoidBackward: { f: (g, y) => fround(g * fround(1 - y)) * y, leftOver: null },
  elu: ofBoth(
    ({ expm1 }) =>
      (x, positive, negative, inputScale) =>
        x >= 0 ? x * positive : expm1(fround(x * inputScale)) * negative,
  ),
  eluBackward: ofBoth(
    ({ exp }) =>
      (g, x, positive, negative, inputScale) =>
        x > 0 ? g * positive : fround(fround(g * inputScale) * negative) * exp(fround(x * inputScale)),
  ),
  mish: ofBoth(
    ({ exp, log1p, tanh }) =>
      (x) =>
        x * tanh(log1p(exp(x))),
  ),
  mishBackward: ofBoth(({ exp, log1p, tanh }) => (g, x) => {
    const t = tanh(log1p(exp(x)));
    const s = fround(1 / fround(1 + exp(-x)));
    return g * fround(fround(x * s) * fround(1 - t * t) + t);
  }),
  gelu: ofBoth(
    ({ erf }) =>
      (x) =>
        fround(x * 0.5) * fround(1 + erf(fround(x * sqrtHalf))),
  ),
  geluBackward: {
    f(g, x) {
      const [twice, pdf] = ofNormal(single, x);
      return g * fround(x * pdf + fround(0.5 * twice));
    },
    leftOver(g, x) {
      const [twice, pdf] = ofNormal(cLibrary, x);
      return g * fround(0.5 * twice + fround(x * pdf));
    },
  },
  geluTanh: ofBoth(
    ({ tanh }) =>
      (x) =>
        fround(0.5 * x) * fround(1 + geluTanh(tanh, x)),
  ),
  geluTanhBackward: ofBoth(({ tanh }) => (g, x) => {
    const t = geluTanh(tanh, x);
    const rise = fround(fround(0.5 * x) * fround(1 - t * t));
    const slope = fround(geluScale * fround(fround(3 * geluCube) * fround(x * x) + 1));
    const share = fround(1 + t);
    return g * fround(0.5 * share + fround(rise * slope));
  }),
  siluBackward: ofBoth(({ exp }) => (g, x) => {
    const s = fround(1 / fround(1 + exp(-x)));
    return fround(g * s) * fround(x * fround(1 - s) + 1);
  }),
  softplusBackward: ofBoth(({ exp }) => (g, x, beta, threshold) => {
    const scaled = fround(x * beta);
    const e = exp(scaled);
    return scaled > threshold ? g : fround(g * e) / fround(e + 1);
  }),
  silu: ofBoth(
    ({ exp }) =>
      (x) =>
        x / fround(1 + exp(-x)),
  ),
  softplus: ofBoth(({ exp, log1p }) => (x, beta, threshold) => {
    const scaled = fround(x * beta);
    return scaled > threshold ? x : log1p(exp(scaled)) / beta;
  }),
  binaryCrossEntropyWithLogits: {
    f: (x, y) => fround(fround(1 - y) * x) - fround(Math.min(x, 0) - single.log1p(single.exp(-Math.abs(x)))),
    leftOver: null,
  },
  binaryCrossEntropyWithLogitsBackward: ofBoth(
    ({ exp }) =>
      (g, x, y, n) =>
        fround(fround(fround(1 / fround(1 + exp(-x))) - y) * g) / n,
  ),
  smoothL1Backward: {
    f: (g, x, y, beta, scale) => {
      const difference = fround(x - y);
      return fround(scale * fround(Math.abs(difference) >= beta ? Math.sign(difference) : difference / beta)) * g;
    },
    leftOver: (g, x, y, beta, scale) => {
      const difference = fround(x - y);
      return Math.abs(difference) >= beta ? Math.sign(difference) * scale * g : fround(fround(scale * difference) * g) / beta;
    },
  },
  huberBackward: {
    f: (g, x, y, delta, scale) => fround(scale * Math.max(-delta, Math.min(delta, fround(x - y)))) * g,
    leftOver: (g, x, y, delta, scale) => {
      const difference = fround(x - y);
      return Math.abs(difference) >= delta ? fround(Math.sign(difference) * scale * g) * delta : fround(scale * difference) * g;
    },
  },
  logSigmoidBackward: {
    f(g, x) {
      const e = single.exp(-Math.abs(x));
      const share = fround(e / fround(1 + e));
      return fround(x < 0 ? 1 - share : share) * g;
    },
    leftOver: null,
  },
  pow: {
    f: (x, y) => single.pow(x, fround(y)),
    leftOver: (x, y) => cLibrary.pow(x, y),
    leftOverOfConstants: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y),
  },
};

/** How many numbers a loop takes at a time. */
export const together = 16;

/** The function of that kernel; undefined where every precise one has PyTorch's bits as well as any other. */
export function vectorFunction(kernel: KernelCall | undefined): VectorFunction | undefined {
  if (kernel === undefined) return undefined;
  if (typeof kernel === "string") return functions[kernel];
  const [name, ...constants] = kernel;
  const found = functions[name];
  if (found === undefined) return undefined;
  const { f, leftOver: ofArrays, leftOverOfConstants: leftOver = ofArrays } = found;
  return { f: (x, ...numbers) => f(x, ...numbers, ...constants), leftOver: leftOver && ((x, ...numbers) => leftOver(x, ...numbers, ...constants)) };
}
