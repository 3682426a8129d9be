import { getDefaultDtype } from "../dtype.js";
import { RuntimeError, nameInPython } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { allocate, finish, tensorOptionNames, type TensorOptions } from "./rules/allocation.js";
import { collect, required, requireIntegers, type WithRequired } from "../arguments.js";
import { besselI } from "../math/specialFunctions.js";
import { makes, type Operation, operand } from "../operation.js";

/** Windows that fade a signal in and out before its spectrum is taken. */

interface Length {
  readonly windowLength: number;
}

interface WindowOptions extends TensorOptions {
  /** Leaves out the last value, which would repeat the first one in a row of windows. Default true. */
  readonly periodic?: boolean;
}

interface HammingOptions extends WindowOptions {
  /** Default 0.54. */
  readonly alpha?: number;
  /** Default 0.46. */
  readonly beta?: number;
}

interface KaiserOptions extends WindowOptions {
  /** How narrow the window is. Default 12. */
  readonly beta?: number;
}

/** A number as the window's dtype holds it. */
type Rounding = (value: number) => number;

/** The values of a window of `last` + 1 elements, by position. */
type Shape<Options> = (options: Partial<Options>, last: number, round: Rounding) => (position: number) => number;

/** The function that makes windows of a shape; `names`: what it takes by position after the length. */
function defineWindow<Positional extends readonly unknown[], Options extends WindowOptions>(
  name: string,
  names: readonly (keyof Options & string)[],
  shape: Shape<Options>,
): (...args: WithRequired<[windowLength: number], Length, Positional, Options>) => Tensor {
  const inPython = nameInPython(name);
  const operation: Operation = { name, effect: makes(() => null), arguments: [operand, ["periodic", true], { device: null, requiresGrad: null }] };
  return (...args) => {
    const options = collect<Options & Partial<Length>>(inPython, ["windowLength", ...names], args, tensorOptionNames);
    const length = required(options.windowLength, inPython, "window_length");
    const { dtype = getDefaultDtype(), periodic = true } = options as WindowOptions;
    requireIntegers(inPython, length);
    if (!dtype.isFloatingPoint) throw new RuntimeError(`${inPython} expects floating point dtypes, got: ${dtype}`);
    if (length < 0) throw new RuntimeError(`${inPython} requires non-negative window_length, got window_length=${length}`);
    const result = allocate([length], options);
    if (result.device === "cpu") {
      const { data } = result.storage;
      const value = length === 1 ? () => 1 : shape(options, periodic ? length : length - 1, dtype.name === "float32" ? Math.fround : Number);
      for (let i = 0; i < length; i++) data[i] = value(i);
    }
    return finish(result, options, operation, args);
  };
}

/** alpha - beta cos(2 pi i / last), rounded after each step. */
function raisedCosine(alpha: number, beta: number, last: number, round: Rounding): (position: number) => number {
  const [factor, minusBeta] = [round((2 * Math.PI) / last), round(-beta)];
  return (i) => round(round(Math.cos(round(i * factor))) * minusBeta) + round(alpha);
}

/** A Hann window: half a raised cosine. (torch.hann_window) */
export const hannWindow = defineWindow<[periodic: boolean], WindowOptions>("hannWindow", ["periodic"], (_, last, round) => raisedCosine(0.5, 0.5, last, round));

/** A Hamming window: alpha - beta cos(2 pi i / last). (torch.hamming_window) */
export const hammingWindow = defineWindow<[periodic: boolean, alpha: number, beta: number], HammingOptions>(
  "hammingWindow",
  ["periodic", "alpha", "beta"],
  ({ alpha = 0.54, beta = 0.46 }, last, round) => raisedCosine(alpha, beta, last, round),
);

/** A Blackman window, of two cosines. (torch.blackman_window) */
export const blackmanWindow = defineWindow<[periodic: boolean], WindowOptions>("blackmanWindow", ["periodic"], (_, last, round) => {
  const factor = round(Math.PI / last);
  return (i) => {
    const x = round(i * factor);
    const [fast, slow] = [round(round(Math.cos(round(4 * x))) * round(0.08)), round(Math.cos(round(2 * x))) * 0.5];
    return round(fast - slow) + round(0.42);
  };
});

/** A Bartlett window: a triangle. (torch.bartlett_window) */
export const bartlettWindow = defineWindow<[periodic: boolean], WindowOptions>("bartlettWindow", ["periodic"], (_, last, round) => {
  const factor = round(2 / last);
  return (i) => (i <= Math.floor(last / 2) ? i * factor : 2 - round(i * factor));
});

/** A Kaiser window, of Bessel functions. (torch.kaiser_window) */
export const kaiserWindow = defineWindow<[periodic: boolean, beta: number], KaiserOptions>(
  "kaiserWindow",
  ["periodic", "beta"],
  ({ beta = 12 }, last, round) => {
    const factor = round(2 / last);
    return (i) => {
      const x = round(round(i * factor) - 1);
      return besselI(0, beta * Math.sqrt(Math.max(0, 1 - x * x))) / besselI(0, beta);
    };
  },
);
