import { getDefaultDevice } from "../device.js";
import { bool, float32, float64, getDefaultDtype, int32, int64, uint8, type DType, type ElementArray } from "../dtype.js";
import { RuntimeError, TypeError, ValueError } from "../errors.js";
import { copy } from "../kernels/elementwise.js";
import { isDense } from "../kernels/fill.js";
import { product } from "../size.js";
import { Storage, type Device } from "../storage.js";
import { Tensor, type NestedList } from "../tensor.js";
import type { Scalar } from "./promotion.js";

/** Functions that make tensors. */

export interface TensorOptions {
  /** Default: the default dtype, unless the function says otherwise. */
  readonly dtype?: DType;
  /** Default: the default device. */
  readonly device?: Device;
  /** Default false. */
  readonly requiresGrad?: boolean;
}

/** A shape as numbers or as one list, then options; or options that hold the shape as `size`. */
export type SizeArguments<Options = TensorOptions> =
  | readonly number[]
  | readonly [...sizes: number[], options: Options]
  | readonly [size: readonly number[], options?: Options]
  | readonly [options: Options & { readonly size: readonly number[] }];

/** @internal Shape and options of a function that takes SizeArguments. */
export function parseSize<Options extends TensorOptions>(name: string, args: SizeArguments<Options>): { sizes: readonly number[]; options: Options } {
  const given: unknown[] = [...args];
  const last = given.at(-1);
  const options = (typeof last === "object" && last !== null && !Array.isArray(last) ? given.pop() : {}) as Options & { size?: readonly number[] };
  const sizes = (options.size ?? (Array.isArray(given[0]) ? given[0] : given)) as readonly number[];
  checkSizes(name, sizes);
  return { sizes: [...sizes], options };
}

function checkSizes(name: string, sizes: readonly unknown[]): void {
  sizes.forEach((size, i) => {
    if (!Number.isInteger(size)) throw new TypeError(`${name}(): size must be integers, but got ${String(size)} at position ${i}`);
    if ((size as number) < 0) throw new RuntimeError(`Trying to create tensor with negative dimension ${String(size)}: [${sizes.join(", ")}]`);
  });
}

/** @internal A new tensor, zeroed, with the device and dtype that `options` or the defaults state. */
export function allocate(sizes: readonly number[], options: TensorOptions, dtype: DType = getDefaultDtype()): Tensor {
  return Tensor.allocate(sizes, options.dtype ?? dtype, options.device ?? getDefaultDevice());
}

/** @internal The finished tensor: with a gradient if `options` ask for one. */
export function finish(tensor: Tensor, options: TensorOptions): Tensor {
  return options.requiresGrad ? tensor.requiresGrad_() : tensor;
}

/** A new tensor of zeros: memory is never handed out uninitialized. (torch.empty) */
export function empty(...args: SizeArguments): Tensor {
  const { sizes, options } = parseSize("empty", args);
  return finish(allocate(sizes, options), options);
}

/** A new tensor of zeros. (torch.zeros) */
export function zeros(...args: SizeArguments): Tensor {
  const { sizes, options } = parseSize("zeros", args);
  return finish(allocate(sizes, options), options);
}

/** A new tensor of ones. (torch.ones) */
export function ones(...args: SizeArguments): Tensor {
  const { sizes, options } = parseSize("ones", args);
  return finish(filled(allocate(sizes, options), 1), options);
}

/** A new tensor that holds `value` everywhere. dtype by default: bool, int64 or the default dtype, as the value is. (torch.full) */
export function full(size: readonly number[], value: Scalar, options: TensorOptions = {}): Tensor {
  checkSizes("full", size);
  return finish(filled(allocate([...size], options, scalarDType(value)), Number(value)), options);
}

function filled(tensor: Tensor, value: number): Tensor {
  if (tensor.device === "cpu") tensor.storage.data.fill(tensor.dtype === bool ? Number(value !== 0) : value);
  return tensor;
}

function scalarDType(value: unknown): DType {
  if (typeof value === "boolean") return bool;
  return Number.isSafeInteger(value) ? int64 : getDefaultDtype();
}

type TypedArray = Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array;

/**
 * A new tensor of the given values (torch.tensor): a number, nested lists, a typed array or the values of another tensor. dtype by default:
 * bool for booleans, int64 for whole numbers (JavaScript does not tell 1.0 from 1: state the dtype where it matters), the default dtype
 * if any number has a fraction, a typed array's own, another tensor's own.
 */
export function tensor(data: NestedList | TypedArray | Tensor, options: TensorOptions = {}): Tensor {
  if (data instanceof Tensor) return finish(convertedCopy(data, options), options);
  const isTyped = ArrayBuffer.isView(data);
  const sizes = isTyped ? [data.length] : sizesOf(data);
  const values: ArrayLike<number | boolean> = isTyped ? numbersOf(data) : flatten(data, sizes);
  const result = allocate(sizes, options, isTyped ? dtypeOfArray(data) : dtypeOfValues(values));
  if (result.device === "cpu") assign(result.storage.data, values, result.dtype);
  return finish(result, options);
}

/** The same as `tensor`, but a tensor that already has the dtype and device asked for is given back itself. (torch.as_tensor) */
export function asTensor(data: NestedList | TypedArray | Tensor, options: TensorOptions = {}): Tensor {
  const fits = data instanceof Tensor && (options.dtype ?? data.dtype) === data.dtype && (options.device ?? data.device) === data.device;
  return fits ? data : tensor(data, options);
}

function convertedCopy(source: Tensor, options: TensorOptions): Tensor {
  const result = Tensor.allocate(source.sizes, options.dtype ?? source.dtype, options.device ?? source.device);
  if (result.device === "cpu") {
    if (source.device === "meta") throw new RuntimeError("Cannot copy out of meta tensor; no data!");
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
  if (dtype === bool) for (let i = 0; i < values.length; i++) target[i] = Number(values[i]) !== 0 ? 1 : 0;
  else if (dtype === int64) for (let i = 0; i < values.length; i++) target[i] = Math.trunc(Number(values[i]));
  else for (let i = 0; i < values.length; i++) target[i] = Number(values[i]);
}

/** start, start + step, ... up to but without end. One number is the end, from 0. int64 if all are whole. (torch.arange) */
export function arange(end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, options?: TensorOptions): Tensor;
export function arange(start: number, end: number, step: number, options?: TensorOptions): Tensor;
export function arange(...args: (number | TensorOptions | undefined)[]): Tensor {
  const numbers = args.filter((arg) => typeof arg === "number");
  const options = (args.find((arg) => typeof arg === "object") as TensorOptions | undefined) ?? {};
  const [start, end, step = 1] = numbers.length === 1 ? [0, numbers[0]!] : (numbers as [number, number, number?]);
  if (step === 0) throw new RuntimeError("step must be nonzero");
  if (!Number.isFinite(start) || !Number.isFinite(end)) throw new RuntimeError(`unsupported range: ${start} -> ${end}`);
  if (step > 0 ? end < start : end > start) throw new RuntimeError("upper bound and lower bound inconsistent with step sign");
  const result = allocate([Math.ceil((end - start) / step)], options, [start, end, step].every(Number.isInteger) ? int64 : getDefaultDtype());
  if (result.device === "cpu") {
    const values = result.storage.data;
    for (let i = 0; i < values.length; i++) values[i] = start + i * step;
  }
  return finish(result, options);
}

/** `steps` numbers from start to end, both included, evenly spaced. (torch.linspace) */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  if (!(steps >= 0)) throw new RuntimeError("number of steps must be non-negative");
  const result = allocate([steps], options);
  if (result.device === "cpu") {
    const values = result.storage.data;
    const round = result.dtype === float32 ? Math.fround : Number;
    const [first, last] = [round(start), round(end)];
    const step = round(round(last - first) / (steps - 1));
    // Counted from both ends, so that the last number is exact.
    const half = Math.floor(steps / 2);
    for (let i = 0; i < steps; i++) values[i] = i < half ? first + i * step : last - (steps - 1 - i) * step;
    if (steps === 1) values[0] = start;
  }
  return finish(result, options);
}

/** base^start to base^end, evenly spaced in the exponent. (torch.logspace) */
export function logspace(start: number, end: number, steps: number, base = 10, options: TensorOptions = {}): Tensor {
  const result = linspace(start, end, steps, { ...options, requiresGrad: false });
  if (result.device === "cpu") {
    const values = result.storage.data;
    for (let i = 0; i < values.length; i++) values[i] = base ** values[i]!;
  }
  return finish(result, options);
}

/** Ones on the diagonal of n rows and m columns (as many as rows by default), else zeros. (torch.eye) */
export function eye(n: number, options?: TensorOptions): Tensor;
export function eye(n: number, m: number, options?: TensorOptions): Tensor;
export function eye(n: number, m?: number | TensorOptions, options: TensorOptions = {}): Tensor {
  const given = typeof m === "object" ? m : options;
  const columns = typeof m === "number" ? m : n;
  if (n < 0) throw new RuntimeError(`n must be greater or equal to 0, got ${n}`);
  if (columns < 0) throw new RuntimeError(`m must be greater or equal to 0, got ${columns}`);
  const result = allocate([n, columns], given);
  if (result.device === "cpu") for (let i = 0; i < Math.min(n, columns); i++) result.storage.data[i * columns + i] = 1;
  return finish(result, given);
}

/** @internal A zeroed tensor like `x`, in the same order of memory if `x` has no gaps. */
export function allocateLike(x: Tensor, options: TensorOptions): Tensor {
  const result = Tensor.allocate(x.sizes, options.dtype ?? x.dtype, options.device ?? x.device);
  if (x.isContiguous() || !isDense(x)) return result;
  return new Tensor(Storage.allocate(result.dtype, product(x.sizes), result.device), x.sizes, x.strides, 0);
}

/** Zeros of the shape, dtype and device of `x`. (torch.empty_like) */
export function emptyLike(x: Tensor, options: TensorOptions = {}): Tensor {
  return finish(allocateLike(x, options), options);
}

/** Zeros of the shape, dtype and device of `x`. (torch.zeros_like) */
export function zerosLike(x: Tensor, options: TensorOptions = {}): Tensor {
  return finish(allocateLike(x, options), options);
}

/** Ones of the shape, dtype and device of `x`. (torch.ones_like) */
export function onesLike(x: Tensor, options: TensorOptions = {}): Tensor {
  return finish(filled(allocateLike(x, options), 1), options);
}

/** `value` everywhere in the shape, dtype and device of `x`. (torch.full_like) */
export function fullLike(x: Tensor, value: Scalar, options: TensorOptions = {}): Tensor {
  return finish(filled(allocateLike(x, options), Number(value)), options);
}

/** Zeros with the dtype and device of `x` and a shape of its own. (Tensor.new_zeros) */
export function newZeros(x: Tensor, size: readonly number[], options: TensorOptions = {}): Tensor {
  return zeros(size, { dtype: x.dtype, device: x.device, ...options });
}

/** Ones with the dtype and device of `x` and a shape of its own. (Tensor.new_ones) */
export function newOnes(x: Tensor, size: readonly number[], options: TensorOptions = {}): Tensor {
  return ones(size, { dtype: x.dtype, device: x.device, ...options });
}

/** `value` everywhere, with the dtype and device of `x` and a shape of its own. (Tensor.new_full) */
export function newFull(x: Tensor, size: readonly number[], value: Scalar, options: TensorOptions = {}): Tensor {
  return full(size, value, { dtype: x.dtype, device: x.device, ...options });
}

/** The given values with the dtype and device of `x`. (Tensor.new_tensor) */
export function newTensor(x: Tensor, data: NestedList | TypedArray, options: TensorOptions = {}): Tensor {
  return tensor(data, { dtype: x.dtype, device: x.device, ...options });
}
