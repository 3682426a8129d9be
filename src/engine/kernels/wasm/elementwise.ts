import { wasmKernels, type BinaryKernel, type UnaryKernel } from "./instance.js";

/** Arrays go through the kernels' memory a piece at a time: two pieces stay in the second-level cache, so that bringing them in and out costs little. */
const piece = 16384;

/** From this many elements on, the kernels win over a loop in JavaScript that calls a function for each (`npm run bench -- crossover`). */
export const wasmFrom = 256;

const bytes = Float32Array.BYTES_PER_ELEMENT;
const first = 1024;
const second = first + piece * bytes;

/** A run of elements. */
export interface Run {
  readonly data: Float32Array;
  readonly start: number;
  /** Elements after which it begins anew, as a bias does for every row; at most `longestPeriod`. Default: it does not. */
  readonly period?: number;
}

export const longestPeriod = piece;

/** output[i] = kernel(x[i]). False where there are no kernels. */
export function unaryInWasm(kernel: UnaryKernel, output: Run, x: Run, count: number): boolean {
  return inPieces(count, output, [x], (n, to, kernels) => kernels[kernel](first, to, n));
}

/** output[i] = kernel(x[i], y[i]). False where there are no kernels. */
export function binaryInWasm(kernel: BinaryKernel, output: Run, x: Run, y: Run, count: number): boolean {
  return inPieces(count, output, [x, y], (n, to, kernels) => kernels[kernel](first, second, to, n));
}

/** output[i] = x[i] + y, or x[i] * y. False where there are no kernels. */
export function scalarInWasm(kernel: "addScalar" | "mulScalar", output: Run, x: Run, y: number, count: number): boolean {
  return inPieces(count, output, [x], (n, to, kernels) => kernels[kernel](first, y, to, n));
}

/** output[i] = x[i] + factor * y[i]. False where there are no kernels. */
export function addScaledInWasm(output: Run, x: Run, y: Run, factor: number, count: number): boolean {
  return inPieces(count, output, [x, y], (n, to, kernels) => kernels.addScaled(first, second, factor, to, n));
}

/** `run` writes over an operand that is brought in anew for every piece. */
function inPieces(
  count: number, output: Run, inputs: readonly [x: Run, y?: Run],
  run: (count: number, to: number, kernels: NonNullable<ReturnType<typeof wasmKernels>>["kernels"]) => void,
): boolean {
  const instance = wasmKernels(count, wasmFrom);
  if (instance === null) return false;
  const { kernels, float32 } = instance;
  const [x, y] = inputs;
  const period = x.period ?? y?.period ?? 1;
  const most = piece - (piece % period);
  const to = x.period === undefined ? first : second;
  if (x.period !== undefined) bringInRepeated(float32, first / bytes, x, Math.min(most, count));
  if (y?.period !== undefined) bringInRepeated(float32, second / bytes, y, Math.min(most, count));
  for (let i = 0; i < count; i += most) {
    const n = Math.min(most, count - i);
    if (x.period === undefined) float32.set(x.data.subarray(x.start + i, x.start + i + n), first / bytes);
    if (y !== undefined && y.period === undefined) float32.set(y.data.subarray(y.start + i, y.start + i + n), second / bytes);
    run(n, to, kernels);
    output.data.set(float32.subarray(to / bytes, to / bytes + n), output.start + i);
  }
  return true;
}

/** Fills `count` elements with the run again and again, doubling what is there already. */
function bringInRepeated(memory: Float32Array, to: number, { data, start, period = data.length }: Run, count: number): void {
  memory.set(data.subarray(start, start + Math.min(period, count)), to);
  for (let filled = period; filled < count; filled *= 2) memory.copyWithin(to + filled, to, to + Math.min(filled, count - filled));
}
