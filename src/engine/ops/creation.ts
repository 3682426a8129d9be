import { bool, float32, float64, getDefaultDtype, int32, int64, uint8, type DType, type ElementArray } from "../dtype.js";
import { NotImplementedError, RuntimeError, TypeError, ValueError } from "../errors.js";
import { copy, fill } from "../kernels/elementwise.js";
import type { NestedList } from "../nestedList.js";
import { Tensor } from "../tensor.js";
import {
  allocate,
  allocateLike,
  checkedTensorOptions,
  checkSizes,
  finish,
  parseSize,
  tensorOptionNames,
  type SizeArguments,
  type TensorOptions,
} from "./rules/allocation.js";
import { collect, required, requiredFirst, requireIntegers, type WithRequired } from "../arguments.js";
import { numberOf, type Scalar } from "./rules/promotion.js";
import { makes, type Operation, operand } from "../operation.js";
import { Storage } from "../storage.js";

/** Functions that make tensors. */

const placement = { device: null, requiresGrad: null, generator: null } as const;

/** How the functions that make tensors are called, and what they fill them with. */
const makers = {
  empty: { name: "empty", effect: makes(() => null), arguments: [operand, placement] },
  zeros: { name: "zeros", effect: makes(() => ({ kind: "constant", value: 0 })), arguments: [operand, placement] },
  ones: { name: "ones", effect: makes(() => ({ kind: "constant", value: 1 })), arguments: [operand, placement] },
  emptyLike: { name: "emptyLike", effect: makes(() => null), arguments: ["input", placement] },
  zerosLike: { name: "zerosLike", effect: makes(() => ({ kind: "constant", value: 0 })), arguments: ["input", placement] },
  onesLike: { name: "onesLike", effect: makes(() => ({ kind: "constant", value: 1 })), arguments: ["input", placement] },
  full: {
    name: "full",
    effect: makes(([, value]) => (typeof value === "number" ? { kind: "constant", value } : null)),
    arguments: [operand, operand, placement],
  },
  fullLike: {
    name: "fullLike",
    effect: makes(([, value]) => (typeof value === "number" ? { kind: "constant", value } : null)),
    arguments: ["input", operand, placement],
  },
  tensor: { name: "tensor", effect: makes(() => null), arguments: [operand, placement] },
  arange: { name: "arange", effect: makes(() => null), arguments: [operand, operand, operand, placement] },
  linspace: { name: "linspace", effect: makes(() => null), arguments: [operand, operand, operand, placement] },
  logspace: { name: "logspace", effect: makes(() => null), arguments: [operand, operand, operand, operand, placement] },
  eye: { name: "eye", effect: makes(() => null), arguments: [operand, operand, placement] },
} satisfies Readonly<Record<string, Operation>>;

export type { SizeArguments, TensorOptions };

/** A new tensor of zeros: memory is never handed out uninitialized. (torch.empty) */
export function empty(...args: SizeArguments): Tensor {
  const { sizes, options } = parseSize("empty", args);
  return finish(allocate(sizes, options), options, makers.empty, args);
}

/** A new tensor of zeros. (torch.zeros) */
export function zeros(...args: SizeArguments): Tensor {
  const { sizes, options } = parseSize("zeros", args);
  return finish(allocate(sizes, options), options, makers.zeros, args);
}

/** A new tensor of ones. (torch.ones) */
export function ones(...args: SizeArguments): Tensor {
  const { sizes, options } = parseSize("ones", args);
  return finish(filled(allocate(sizes, options), 1), options, makers.ones, args);
}

/** A new tensor that holds `value` everywhere. dtype by default: bool, int64 or the default dtype, as the value is. (torch.full) */
export function full(
  ...args: WithRequired<[size: readonly number[], fillValue: Scalar], { readonly size: readonly number[]; readonly fillValue: Scalar }, [], TensorOptions>
): Tensor {
  const {
    size: sizes,
    fillValue,
    ...options
  } = collect<TensorOptions & { size?: readonly number[]; fillValue?: Scalar }>("full", ["size", "fillValue"], args, tensorOptionNames);
  const size = required(sizes, "full", "size");
  const value = required(fillValue, "full", "fill_value");
  checkSizes("full", size);
  const result = filled(allocate([...size], options, scalarDType(value)), numberOf(value));
  if (options.dtype == null && result.dtype === int64) result.storage.isFromWholeNumbers = true;
  return finish(result, options, makers.full, args);
}

function filled(tensor: Tensor, value: number): Tensor {
  fill(tensor, value);
  return tensor;
}

function scalarDType(value: unknown): DType {
  if (typeof value === "boolean") return bool;
  return Number.isSafeInteger(value) ? int64 : getDefaultDtype();
}

/** The arrays of JavaScript's that a tensor can be made from. */
export type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array;

/**
 * A new tensor of the given values (torch.tensor): a number, nested lists, a typed array or the values of another tensor. dtype by default:
 * bool for booleans, int64 for whole numbers (JavaScript does not tell 1.0 from 1: state the dtype where it matters), the default dtype
 * if any number has a fraction, a typed array's own, another tensor's own.
 */
export function tensor(data: NestedList | TypedArray | Tensor, given?: TensorOptions): Tensor {
  const options = checkedTensorOptions("tensor", given);
  if (data instanceof Tensor) return finish(convertedCopy(data, options), options, makers.tensor, [data, given]);
  const isTyped = ArrayBuffer.isView(data);
  const sizes = isTyped ? [data.length] : sizesOf(data);
  const values: ArrayLike<number | boolean> = isTyped ? numbersOf(data) : flatten(data, sizes);
  const result = allocate(sizes, options, isTyped ? dtypeOfArray(data) : dtypeOfValues(values));
  if (result.device === "cpu") assign(result.storage.data, values, result.dtype);
  if (!isTyped && options.dtype == null && result.dtype === int64) result.storage.isFromWholeNumbers = true;
  // Written out, the values may be longer than a program.
  return finish(result, options, makers.tensor, [given]);
}

/** The same as `tensor`, but a tensor that already has the dtype and device asked for is given back itself. (torch.as_tensor) */
export function asTensor(data: NestedList | TypedArray | Tensor, given?: TensorOptions): Tensor {
  const options = checkedTensorOptions("asTensor", given);
  const fits = data instanceof Tensor && (options.dtype ?? data.dtype) === data.dtype && (options.device ?? data.device) === data.device;
  return fits ? data : tensor(data, options);
}

function convertedCopy(source: Tensor, options: TensorOptions): Tensor {
  const result = Tensor.allocate(source.sizes, options.dtype ?? source.dtype, options.device ?? source.device);
  if (result.device === "cpu") {
    if (source.device === "meta" && Storage.leavesOut === null) throw new RuntimeError("Cannot copy out of meta tensor; no data!");
    copy(result, source);
  }
  return result;
}

function sizesOf(data: NestedList): number[] {
  const sizes: number[] = [];
  for (let level: NestedList | undefined = data; Array.isArray(level); level = level[0] as NestedList | undefined) sizes.push(level.length);
  return sizes;
}

function flatten(data: NestedList, sizes: readonly number[]): (number | boolean)[] {
  const values: (number | boolean)[] = [];
  const visit = (item: NestedList, dim: number): void => {
    const isList = Array.isArray(item);
    if (dim === sizes.length) {
      if (isList) throw new ValueError(`expected a number at dim ${dim}, but got a list: the lists are nested unevenly`);
      if (typeof item !== "number" && typeof item !== "boolean") throw new TypeError(`tensor(): expected numbers or booleans, but got ${describe(item)}`);
      values.push(item);
      return;
    }
    if (!isList) throw new TypeError(`tensor(): expected a list of length ${sizes[dim]} at dim ${dim}, but got ${describe(item)}`);
    if (item.length !== sizes[dim]) throw new ValueError(`expected sequence of length ${sizes[dim]} at dim ${dim} (got ${item.length})`);
    for (const each of item) visit(each as NestedList, dim + 1);
  };
  visit(data, 0);
  return values;
}

function describe(value: unknown): string {
  return value === null || value === undefined || typeof value === "number" ? String(value) : `a ${typeof value}`;
}

function numbersOf(data: TypedArray): ArrayLike<number> {
  return data instanceof BigInt64Array ? Array.from(data, Number) : data;
}

function dtypeOfArray(data: TypedArray): DType {
  if (data instanceof Float32Array) return float32;
  if (data instanceof Float64Array) return float64;
  if (data instanceof Int32Array) return int32;
  return data instanceof BigInt64Array ? int64 : uint8;
}

function dtypeOfValues(values: ArrayLike<number | boolean>): DType {
  let sawNumber = values.length === 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (typeof value === "boolean") continue;
    if (!Number.isSafeInteger(value)) return getDefaultDtype();
    sawNumber = true;
  }
  if (values.length === 0) return getDefaultDtype();
  return sawNumber ? int64 : bool;
}

function assign(target: ElementArray, values: ArrayLike<number | boolean>, dtype: DType): void {
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]);
    if (!dtype.isFloatingPoint) dtype.requireHolds(value, dtype.name);
    target[i] = dtype === bool ? Number(value !== 0) : dtype === int64 ? Math.trunc(value) : value;
  }
}

interface RangeBounds {
  /** Default 0. */
  readonly start?: number;
  readonly end: number;
  /** Default 1. */
  readonly step?: number;
}

/** start, start + step, ... up to but without end. One number is the end, from 0. int64 if all are whole. (torch.arange) */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(options: TensorOptions & RangeBounds): Tensor;
export function arange(...args: (number | TensorOptions | undefined)[]): Tensor {
  const count = args.filter((arg) => typeof arg === "number").length;
  const names = count === 1 ? (["end"] as const) : (["start", "end", "step"] as const);
  const {
    start = 0,
    end: given,
    step = 1,
    ...options
  } = collect<TensorOptions & Partial<RangeBounds>>("arange", names, args, ["start", "end", "step", ...tensorOptionNames]);
  const end = required(given, "arange", "end");
  if (step === 0) throw new RuntimeError("step must be nonzero");
  if (!Number.isFinite(start) || !Number.isFinite(end)) throw new RuntimeError(`unsupported range: ${start} -> ${end}`);
  if (step > 0 ? end < start : end > start) throw new RuntimeError("upper bound and lower bound inconsistent with step sign");
  const dtype = options.dtype ?? ([start, end, step].every(Number.isInteger) ? int64 : getDefaultDtype());
  refuseBools("arange_cpu", dtype);
  // Integers count from an integer in steps of one; int64 ends at one, too.
  const whole = dtype.isFloatingPoint ? Number : Math.trunc;
  const [first, by] = [whole(start), whole(step)];
  if (by === 0) throw new RuntimeError("step must be nonzero");
  const size = dtype === int64 ? Math.ceil((whole(end) - first) / by) : Math.ceil((end - start) / step);
  const result = allocate([size], options, dtype);
  if (result.device === "cpu") {
    const values = result.storage.data;
    for (let i = 0; i < values.length; i++) values[i] = first + i * by;
  }
  return finish(result, options, makers.arange, args);
}

function refuseBools(kernel: string, dtype: DType | null | undefined): void {
  if (dtype === bool) throw new NotImplementedError(`"${kernel}" not implemented for 'Bool'`);
}

interface Steps {
  readonly start: number;
  readonly end: number;
  readonly steps: number;
}

/** `steps` numbers from start to end, both included, evenly spaced. (torch.linspace) */
export function linspace(...args: WithRequired<[start: number, end: number, steps: number], Steps, [], TensorOptions>): Tensor {
  const [[start, end, steps], rest] = requiredFirst<[start: number, end: number, steps: number]>("linspace", ["start", "end", "steps"], args);
  const options = collect<TensorOptions>("linspace", [], rest, tensorOptionNames);
  return finish(evenlySpaced("linspace", start, end, steps, options, Number), options, makers.linspace, args);
}

/** Evenly spaced numbers, each as `f` has it. */
function evenlySpaced(name: string, start: number, end: number, steps: number, options: TensorOptions, f: (value: number) => number): Tensor {
  if (!(steps >= 0)) throw new RuntimeError("number of steps must be non-negative");
  refuseBools(`${name}_cpu`, options.dtype);
  const result = allocate([steps], options);
  if (result.device === "cpu") {
    const values = result.storage.data;
    const { dtype } = result;
    const round: (value: number) => number = dtype === float32 ? Math.fround : Number;
    const held = (value: number): number => (dtype.isFloatingPoint ? f(round(value)) : Math.trunc(f(value)));
    const [first, last] = [start, end].map(dtype.isFloatingPoint ? round : Math.trunc) as [number, number];
    const step = round(round(last - first) / (steps - 1));
    // Counted from both ends, so that the last number is exact.
    const half = Math.floor(steps / 2);
    for (let i = 0; i < steps; i++) values[i] = held(i < half ? first + i * step : last - (steps - 1 - i) * step);
    if (steps === 1) values[0] = held(first);
  }
  return result;
}

/** base^start to base^end, evenly spaced in the exponent. (torch.logspace) */
export function logspace(
  ...args: WithRequired<[start: number, end: number, steps: number], Steps, [base: number], TensorOptions & { readonly base?: number }>
): Tensor {
  const [[start, end, steps], rest] = requiredFirst<[start: number, end: number, steps: number]>("logspace", ["start", "end", "steps"], args);
  const { base = 10, ...options } = collect<TensorOptions & { readonly base?: number }>("logspace", ["base"], rest, tensorOptionNames);
  return finish(
    evenlySpaced("logspace", start, end, steps, options, (exponent) => base ** exponent),
    options,
    makers.logspace,
    args,
  );
}

/** Ones on the diagonal of n rows and m columns (as many as rows by default), else zeros. (torch.eye) */
export function eye(...args: WithRequired<[n: number], { readonly n: number }, [m: number], TensorOptions & { readonly m?: number }>): Tensor {
  const { n: rows, m, ...given } = collect<TensorOptions & { readonly n?: number; readonly m?: number }>("eye", ["n", "m"], args, tensorOptionNames);
  const n = required(rows, "eye", "n");
  const columns = m ?? n;
  requireIntegers("eye", n, columns);
  if (n < 0) throw new RuntimeError(`n must be greater or equal to 0, got ${n}`);
  if (columns < 0) throw new RuntimeError(`m must be greater or equal to 0, got ${columns}`);
  const result = allocate([n, columns], given);
  if (result.device === "cpu") for (let i = 0; i < Math.min(n, columns); i++) result.storage.data[i * columns + i] = 1;
  return finish(result, given, makers.eye, args);
}

/** Zeros of the shape, dtype and device of `x`. (torch.empty_like) */
export function emptyLike(x: Tensor, given?: TensorOptions): Tensor {
  const options = checkedTensorOptions("emptyLike", given);
  return finish(allocateLike(x, options), options, makers.emptyLike, [x, given]);
}

/** Zeros of the shape, dtype and device of `x`. (torch.zeros_like) */
export function zerosLike(x: Tensor, given?: TensorOptions): Tensor {
  const options = checkedTensorOptions("zerosLike", given);
  return finish(allocateLike(x, options), options, makers.zerosLike, [x, given]);
}

/** Ones of the shape, dtype and device of `x`. (torch.ones_like) */
export function onesLike(x: Tensor, given?: TensorOptions): Tensor {
  const options = checkedTensorOptions("onesLike", given);
  return finish(filled(allocateLike(x, options), 1), options, makers.onesLike, [x, given]);
}

/** `value` everywhere in the shape, dtype and device of `x`. (torch.full_like) */
export function fullLike(x: Tensor, ...args: WithRequired<[fillValue: Scalar], { readonly fillValue: Scalar }, [], TensorOptions>): Tensor {
  const [[value], rest] = requiredFirst<[fillValue: Scalar]>("full_like", ["fillValue"], args);
  const options = collect<TensorOptions>("fullLike", [], rest, tensorOptionNames);
  return finish(filled(allocateLike(x, options), numberOf(value)), options, makers.fullLike, [x, ...args]);
}
