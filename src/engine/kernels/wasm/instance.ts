import { relaxedSimd, simd } from "./binaries.generated.js";
import { bytesOf } from "./binaryText.js";

/** Element-wise functions (assembly/elementwise.ts): of float32 arrays, to a float32 array. */
type NumberKernel =
  | "neg"
  | "abs"
  | "sqrt"
  | "rsqrt"
  | "square"
  | "cube"
  | "inverseSquare"
  | "reciprocal"
  | "floor"
  | "ceil"
  | "trunc"
  | "round"
  | "sign"
  | "exp"
  | "expm1"
  | "log"
  | "log2"
  | "log10"
  | "log1p"
  | "sin"
  | "cos"
  | "erf"
  | "relu"
  | "sigmoid"
  | "logsigmoid"
  | "tanh"
  | "softsign"
  | "tanhshrink"
  | "glu"
  | "silu"
  | "gelu"
  | "geluTanh"
  | "mish"
  | "hardsigmoid"
  | "hardswish"
  | "leakyRelu"
  | "elu"
  | "softplus"
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "maximum"
  | "minimum"
  | "pow"
  | "addScaled"
  | "addcmul"
  | "addcdiv"
  | "lerp"
  | "where"
  | "clamp"
  | "squaredDifference"
  | "absoluteDifference"
  | "smoothL1"
  | "huber"
  | "binaryCrossEntropy"
  | "binaryCrossEntropyWithLogits"
  | "softMargin"
  | "absBackward"
  | "sqrtBackward"
  | "rsqrtBackward"
  | "squareBackward"
  | "cubeBackward"
  | "reciprocalBackward"
  | "sinBackward"
  | "cosBackward"
  | "erfBackward"
  | "reluBackward"
  | "sigmoidBackward"
  | "logSigmoidBackward"
  | "tanhBackward"
  | "softsignBackward"
  | "tanhshrinkBackward"
  | "gluBackward"
  | "siluBackward"
  | "geluBackward"
  | "geluTanhBackward"
  | "mishBackward"
  | "hardsigmoidBackward"
  | "hardswishBackward"
  | "leakyReluBackward"
  | "eluBackward"
  | "softplusBackward"
  | "divBackward"
  | "maximumBackward"
  | "logsumexpBackward"
  | "within"
  | "between"
  | "squaredDifferenceBackward"
  | "absoluteDifferenceBackward"
  | "smoothL1Backward"
  | "huberBackward"
  | "binaryCrossEntropyBackward"
  | "binaryCrossEntropyWithLogitsBackward"
  | "softMarginBackward";

const truthKernels = ["eq", "ne", "lt", "le", "gt", "ge", "logicalAnd", "logicalOr", "logicalXor", "isclose"] as const;

/** The same, to an array of truth values. */
export type TruthKernel = (typeof truthKernels)[number];

export function isTruthKernel(name: string): name is TruthKernel {
  return (truthKernels as readonly string[]).includes(name);
}

/** An element-wise kernel by its name, or with the constants that are its last operands. */
export type KernelCall = NumberKernel | TruthKernel | readonly [name: NumberKernel | TruthKernel, ...constants: number[]];

/** Of up to five operands; those that the function does not have are ignored. */
type ElementwiseFunction = (output: number, count: number, x: number, y?: number, z?: number, w?: number, v?: number) => void;

/** What assembly/shared.ts exports: the kernels of matrix products. Addresses and sizes in bytes, strides and counts in elements. */
export interface ProductKernels {
  packRows(source: number, rowStride: number, columnStride: number, rows: number, depth: number, target: number): void;
  packColumns(source: number, rowStride: number, columnStride: number, rows: number, columns: number, depth: number, target: number): void;
  packGathered(source: number, bases: number, offsets: number, depth: number, columns: number, target: number): void;
  padImages(
    source: number,
    target: number,
    images: number,
    rows: number,
    width: number,
    above: number,
    left: number,
    paddedRows: number,
    paddedWidth: number,
  ): void;
  multiplyPacked(a: number, b: number, c: number, rows: number, columns: number, depth: number, stride: number, fresh: number): void;
}

/** Functions of slices (assembly/softmax.ts): of one or two arrays, the output, how many slices there are and how they lie. */
export type SliceKernel = "softmax" | "logSoftmax" | "softmaxBackward" | "logSoftmaxBackward";

/** What assembly/index.ts exports. */
export interface Kernels
  extends ProductKernels,
    Record<NumberKernel | TruthKernel, ElementwiseFunction>,
    Record<`${SliceKernel}${"Rows" | "Columns"}`, (...args: number[]) => void> {
  shiftedExponentials(x: number, rows: number, size: number, shifts: number): void;
  rowMoments(x: number, rows: number, size: number, eps: number, center: 0 | 1, means: number, inverseStds: number): void;
  normalizeRows(x: number, output: number, rows: number, size: number, means: number, inverseStds: number, weight: number, bias: number): void;
  normalizeRowsBackward(
    gradient: number,
    x: number,
    output: number,
    rows: number,
    size: number,
    means: number,
    inverseStds: number,
    weight: number,
    weightSums: number,
    biasSums: number,
    center: 0 | 1,
    scaled: 0 | 1,
  ): void;
  rowDots(gradient: number, x: number, rows: number, size: number, means: number, sums: number, dots: number): void;
  scaleRows(x: number, output: number, rows: number, size: number, means: number, factors: number, terms: number): void;
  combineRows(gradient: number, x: number, output: number, rows: number, size: number, means: number, factors: number, slopes: number, terms: number): void;
  sgd(
    param: number,
    gradient: number,
    velocity: number,
    count: number,
    first: 0 | 1,
    nesterov: 0 | 1,
    sign: number,
    rate: number,
    decay: number,
    kept: number,
    entering: number,
  ): void;
  adam(
    param: number,
    gradient: number,
    average: number,
    square: number,
    count: number,
    sign: number,
    shrink: number,
    decay: number,
    entering: number,
    keptSquare: number,
    enteringSquare: number,
    correction: number,
    rate: number,
    eps: number,
  ): void;
  rmsprop(
    param: number,
    gradient: number,
    square: number,
    average: number,
    velocity: number,
    count: number,
    sign: number,
    rate: number,
    decay: number,
    kept: number,
    entering: number,
    momentum: number,
    eps: number,
  ): void;
  lstmCell(gates: number, fromState: number, previous: number, cells: number, values: number, rows: number, hidden: number): void;
  lstmCellBackward(gates: number, cells: number, previous: number, dValues: number, dCells: number, dGates: number, rows: number, hidden: number): void;
  gruCell(gates: number, fromState: number, previous: number, hiddenParts: number, values: number, rows: number, hidden: number): void;
  gruCellBackward(
    gates: number,
    hiddenParts: number,
    previous: number,
    dValues: number,
    dGates: number,
    dFromState: number,
    dPrevious: number,
    rows: number,
    hidden: number,
  ): void;
  rowSums(x: number, rows: number, size: number, power: number, output: number, state: number): void;
  rowNorms(x: number, rows: number, size: number, output: number, state: number): void;
  addRows(x: number, rowBytes: number, columns: number, rows: number, first: number, power: number, state: number, levelBytes: number): void;
  addLevels(state: number, levelBytes: number): void;
  addSquares(x: number, count: number, sums: number): void;
  widen(output: number, count: number, bytes: number): void;
  summarize(x: number, count: number, output: number): void;
  countInCells(x: number, count: number, scale: number, first: number, cells: number, counters: number): void;
  draw(words: number, position: number, target: number, count: number): number;
  uniform(draws: number, output: number, count: number, scale: number, base: number): void;
  bernoulli(draws: number, output: number, count: number, probability: number): void;
  normalBlocks(draws: number, output: number, count: number, mean: number, std: number): void;
  roundsOnce(): number;
}

/** The kernels with their memory, which holds nothing between calls. */
export interface KernelInstance {
  readonly kernels: Kernels;
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly uint8: Uint8Array;
  /** Whether a multiplication with an addition is rounded once, as PyTorch's normal numbers want it bit for bit. */
  readonly roundsOnce: boolean;
}

/**
 * Processors tell addresses apart by their place in the page at first, and a load waits for an earlier store to the same place. Arrays that a
 * kernel walks together therefore lie a multiple of this apart: each store then falls behind the loads that follow.
 */
export const pageSize = 4096;

/** 13 MiB: the largest blocks that a matrix product works on at a time (product.ts). */
const memoryPages = 208;
/** What says in a binary that threads share the memory that it imports. */
const sharedFlag = 2;

let instance: KernelInstance | null | undefined;
/** When the kernels are used. Without them everything runs in plain JavaScript, to the same results within rounding. */
export type WasmUse = "never" | "where faster" | "always";

let use: WasmUse = "where faster";

/** The kernels, compiled at the first call; null where the platform has no WebAssembly SIMD, or work of that size is done sooner without being moved there. */
export function wasmKernels(size: number, fasterFrom: number): KernelInstance | null {
  if (!isForWasm(size, fasterFrom)) return null;
  return instance === undefined ? (instance = instantiate()) : instance;
}

/** Whether work of a size, in elements or multiplications, is for the kernels if they start to be faster at `fasterFrom` (`npm run bench -- crossover`). */
export function isForWasm(size: number, fasterFrom: number): boolean {
  return size >= fasterFrom ? use !== "never" : use === "always";
}

/** For tests and benchmarks. Default "where faster". Gives what held before. */
export function setWasmUse(value: WasmUse): WasmUse {
  const before = use;
  use = value;
  return before;
}

/** @internal What the kernels import: where they work, and the functions of angles too large for theirs. */
export function importsOf(memory: WebAssembly.Memory): WebAssembly.Imports {
  return { env: { memory }, Math: Math as unknown as WebAssembly.ModuleImports };
}

/** @internal The kernels as this machine can run them, for memory of one thread's or that several share; null where there is no SIMD. */
export function kernelModule(memory: "own" | "shared"): WebAssembly.Module | null {
  if (typeof WebAssembly === "undefined") return null;
  for (const binary of [relaxedSimd, simd]) {
    const bytes = bytesOf(binary);
    if (memory === "shared") bytes[binary.memoryFlagsAt]! |= sharedFlag;
    if (WebAssembly.validate(bytes)) return new WebAssembly.Module(bytes);
  }
  return null;
}

function instantiate(): KernelInstance | null {
  const module = kernelModule("own");
  if (module === null) return null;
  const memory = new WebAssembly.Memory({ initial: memoryPages, maximum: memoryPages });
  const kernels = new WebAssembly.Instance(module, importsOf(memory)).exports as unknown as Kernels;
  const [float32, int32, uint8] = [new Float32Array(memory.buffer), new Int32Array(memory.buffer), new Uint8Array(memory.buffer)];
  return { kernels, float32, int32, uint8, roundsOnce: kernels.roundsOnce() === 1 };
}
