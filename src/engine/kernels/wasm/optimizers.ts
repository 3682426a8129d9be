import type { Run } from "./elementwise.js";
import { wasmKernels, type Kernels } from "./instance.js";
import { bytes } from "./blocks.js";

/** Elements that are brought in at a time: five arrays of them stay in the second-level cache. */
const piece = 8192;
/** Below this many elements the way in and out costs more than a loop in JavaScript (`npm run bench -- crossover`). */
const wasmFrom = 128;

const addresses = [0, 1, 2, 3, 4].map((i) => 1024 + i * piece * bytes);

/** The numbers of a step of stochastic gradient descent, each a float32. */
export interface SGDStep {
  /** -1 to ascend. */
  readonly sign: 1 | -1;
  readonly rate: number;
  readonly decay: number;
  /** Share of the last velocity that is kept, and of the gradient that enters. */
  readonly kept: number;
  readonly entering: number;
  readonly nesterov: boolean;
  /** No velocity yet: the gradient is the first. */
  readonly first: boolean;
}

/** The numbers of a step of Adam, each a float32. */
export interface AdamStep {
  /** -1 to ascend. */
  readonly sign: 1 | -1;
  readonly rate: number;
  readonly eps: number;
  /** Times the parameter, added to the gradient; and what the parameter is multiplied with before the step. */
  readonly decay: number;
  readonly shrink: number;
  readonly entering: number;
  readonly keptSquare: number;
  readonly enteringSquare: number;
  /** Square root of the second moment's bias correction. */
  readonly correction: number;
}

/** The numbers of a step of RMSprop, each a float32. */
export interface RMSpropStep {
  /** -1 to ascend. */
  readonly sign: 1 | -1;
  readonly rate: number;
  readonly decay: number;
  /** Share of the averages that is kept, and of the gradient that enters. */
  readonly kept: number;
  readonly entering: number;
  readonly momentum: number;
  readonly eps: number;
}

/** One step for float32 arrays, in place. False where the kernels do not serve: they are not there, or round twice what PyTorch rounds once. */
export function sgdInWasm(
  param: Run,
  gradient: Run,
  velocity: Run | null,
  count: number,
  { sign, rate, decay, kept, entering, nesterov, first }: SGDStep,
): boolean {
  const written = velocity === null ? [param] : [param, velocity];
  return inPieces(count, written, [gradient], (n, kernels) => {
    const [p, v, g] = velocity === null ? [addresses[0]!, 0, addresses[1]!] : [addresses[0]!, addresses[1]!, addresses[2]!];
    kernels.sgd(p, g, v, n, first ? 1 : 0, nesterov ? 1 : 0, sign, rate, decay, kept, entering);
  });
}

/** One step for float32 arrays, in place. False where the kernels do not serve: they are not there, or round twice what PyTorch rounds once. */
export function adamInWasm(
  param: Run,
  gradient: Run,
  average: Run,
  square: Run,
  count: number,
  { sign, rate, eps, decay, shrink, entering, keptSquare, enteringSquare, correction }: AdamStep,
): boolean {
  const [p, a, s, g] = addresses as [number, number, number, number];
  return inPieces(count, [param, average, square], [gradient], (n, kernels) =>
    kernels.adam(p, g, a, s, n, sign, shrink, decay, entering, keptSquare, enteringSquare, correction, rate, eps),
  );
}

/** One step for float32 arrays, in place. False where the kernels do not serve: they are not there, or round twice what PyTorch rounds once. */
export function rmspropInWasm(
  param: Run,
  gradient: Run,
  square: Run,
  average: Run | null,
  velocity: Run | null,
  count: number,
  { sign, rate, decay, kept, entering, momentum, eps }: RMSpropStep,
): boolean {
  const written = [param, square, average, velocity].filter((run) => run !== null);
  const addressOf = (run: Run | null): number => (run === null ? 0 : addresses[written.indexOf(run)]!);
  return inPieces(count, written, [gradient], (n, kernels) =>
    kernels.rmsprop(
      addresses[0]!,
      addresses[written.length]!,
      addresses[1]!,
      addressOf(average),
      addressOf(velocity),
      n,
      sign,
      rate,
      decay,
      kept,
      entering,
      momentum,
      eps,
    ),
  );
}

/** Brings the arrays in, those that are written first, runs the kernel, and takes the written ones out. */
function inPieces(count: number, written: readonly Run[], read: readonly Run[], run: (count: number, kernels: Kernels) => void): boolean {
  const instance = wasmKernels(count, wasmFrom);
  if (instance === null || !instance.roundsOnce) return false;
  const { kernels, float32 } = instance;
  const runs = [...written, ...read];
  for (let start = 0; start < count; start += piece) {
    const n = Math.min(piece, count - start);
    runs.forEach(({ data, start: first }, i) => float32.set(data.subarray(first + start, first + start + n), addresses[i]! / bytes));
    run(n, kernels);
    written.forEach(({ data, start: first }, i) => data.set(float32.subarray(addresses[i]! / bytes, addresses[i]! / bytes + n), first + start));
  }
  return true;
}
