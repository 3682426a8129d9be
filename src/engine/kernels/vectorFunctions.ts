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

type Elementary = Pick<typeof single, "exp" | "log1p">;

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
