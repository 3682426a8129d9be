import { float32, type DType, type ElementArray } from "../dtype.js";
import { equalSizes } from "../size.js";
import type { Tensor } from "../tensor.js";
import { broadcastOperand, forEachRow } from "./strided.js";
import { addScaledInWasm, binaryInWasm, scalarInWasm, unaryInWasm, longestPeriod, wasmFrom, type Run } from "./wasm/elementwise.js";
import { isForWasm, type BinaryKernel, type UnaryKernel } from "./wasm/instance.js";

/** From this many elements on, the arrays' own copying wins over a loop. */
const bulkFrom = 64;

/** The tensor's elements for a kernel, if they are float32, many, and lie in row-major order over `sizes`. */
function runOf(tensor: Tensor, sizes: readonly number[], count: number): Run | null {
  if (!isForWasm(count, wasmFrom) || tensor.dtype !== float32 || !isDense(tensor, sizes)) return null;
  return { data: tensor.storage.data as Float32Array, start: tensor.offset };
}

/** An operand of two: its elements, or those that repeat where it is broadcast along the leading dimensions. */
function operandOf(tensor: Tensor, sizes: readonly number[], count: number): Run | null {
  const run = runOf(tensor, sizes, count);
  if (run !== null || !isForWasm(count, wasmFrom) || tensor.dtype !== float32) return run;
  const period = tensor.numel();
  if (period === 0 || period > longestPeriod || !isEndOf(tensor.sizes, sizes) || !tensor.isContiguous()) return null;
  return { data: tensor.storage.data as Float32Array, start: tensor.offset, period };
}

/** Of two operands, one may repeat. */
function areCompatible(a: Run, b: Run): boolean {
  return a.period === undefined || b.period === undefined;
}

/** Whether the sizes, but for ones in front, are the last ones of `larger`. */
function isEndOf(sizes: readonly number[], larger: readonly number[]): boolean {
  const ones = sizes.findIndex((size) => size !== 1);
  const own = ones === -1 ? [] : sizes.slice(ones);
  const missing = larger.length - own.length;
  return own.every((size, i) => size === larger[missing + i]);
}

/** A tensor that lies in row-major order, as its array and first element. */
function isDense(tensor: Tensor, sizes: readonly number[]): boolean {
  return equalSizes(tensor.sizes, sizes) && tensor.isContiguous();
}

const lastOf = (values: readonly number[]): number => (values.length === 0 ? 0 : values[values.length - 1]!);
const rowLength = (sizes: readonly number[]): number => (sizes.length === 0 ? 1 : sizes[sizes.length - 1]!);

/** A value as `dtype` holds it where the typed array alone would not see to it. */
function converter(dtype: DType): ((value: number) => number) | null {
  if (dtype.name === "bool") return (value) => (value !== 0 ? 1 : 0);
  if (dtype.name === "int64") return Math.trunc;
  return null;
}

function converted<F extends (...values: never[]) => number>(output: Tensor, f: F): F {
  const convert = converter(output.dtype);
  return convert === null ? f : (((...values: never[]) => convert(f(...values))) as F);
}

/** output[i] = f(x[i]); `x` is broadcast to the output. `kernel` names the same function among the WebAssembly kernels. Safe in place. */
export function unary(output: Tensor, x: Tensor, f: (value: number) => number, kernel?: UnaryKernel): void {
  if (kernel !== undefined) {
    const count = output.numel();
    const out = runOf(output, output.sizes, count);
    const run = out && runOf(x, output.sizes, count);
    if (run !== null && unaryInWasm(kernel, out!, run, count)) return;
  }
  const g = converted(output, f);
  const { sizes } = output;
  const out = output.storage.data;
  const a = x.storage.data;
  if (output.isContiguous() && isDense(x, sizes)) {
    const start = x.offset;
    const first = output.offset;
    const count = output.numel();
    for (let i = 0; i < count; i++) out[first + i] = g(a[start + i]!);
    return;
  }
  const operand = broadcastOperand(x, sizes);
  const step = lastOf(output.strides);
  const stepA = lastOf(operand.strides);
  const count = rowLength(sizes);
  forEachRow(sizes, [output, operand], ([o, p]) => {
    for (let i = 0; i < count; i++) out[o! + i * step] = g(a[p! + i * stepA]!);
  });
}

/** output[i] = x[i] + y or x[i] * y for a number y. Safe in place. */
export function withScalar(output: Tensor, x: Tensor, operation: "add" | "mul", y: number): void {
  const count = output.numel();
  const out = runOf(output, output.sizes, count);
  const run = out && runOf(x, output.sizes, count);
  if (run !== null && scalarInWasm(operation === "add" ? "addScalar" : "mulScalar", out!, run, y, count)) return;
  unary(output, x, operation === "add" ? (value) => value + y : (value) => value * y);
}

/** output[i] = x[i] + factor * y[i]; both are broadcast to the output. Safe in place. */
export function addScaled(output: Tensor, x: Tensor, y: Tensor, factor: number): void {
  const count = output.numel();
  const out = runOf(output, output.sizes, count);
  const a = out && operandOf(x, output.sizes, count);
  const b = a && operandOf(y, output.sizes, count);
  if (b !== null && areCompatible(a!, b) && addScaledInWasm(out!, a!, b, factor, count)) return;
  binary(output, x, y, (value, other) => value + factor * other);
}

/** output[i] = f(x[i], y[i]); both are broadcast to the output. `kernel` names the same function among the WebAssembly kernels. Safe in place. */
export function binary(output: Tensor, x: Tensor, y: Tensor, f: (x: number, y: number) => number, kernel?: BinaryKernel): void {
  if (kernel !== undefined) {
    const count = output.numel();
    const out = runOf(output, output.sizes, count);
    const left = out && operandOf(x, output.sizes, count);
    const right = left && operandOf(y, output.sizes, count);
    if (right !== null && areCompatible(left!, right) && binaryInWasm(kernel, out!, left!, right, count)) return;
  }
  const g = converted(output, f);
  const { sizes } = output;
  const out = output.storage.data;
  const a = x.storage.data;
  const b = y.storage.data;
  if (output.isContiguous() && isDense(x, sizes) && isDense(y, sizes)) {
    const count = output.numel();
    const first = output.offset;
    const startA = x.offset;
    const startB = y.offset;
    for (let i = 0; i < count; i++) out[first + i] = g(a[startA + i]!, b[startB + i]!);
    return;
  }
  const operandA = broadcastOperand(x, sizes);
  const operandB = broadcastOperand(y, sizes);
  const step = lastOf(output.strides);
  const stepA = lastOf(operandA.strides);
  const stepB = lastOf(operandB.strides);
  const count = rowLength(sizes);
  forEachRow(sizes, [output, operandA, operandB], ([o, p, q]) => {
    for (let i = 0; i < count; i++) out[o! + i * step] = g(a[p! + i * stepA]!, b[q! + i * stepB]!);
  });
}

/** output[i] = f(x[i], y[i], z[i]); all are broadcast to the output. Safe in place. */
export function ternary(output: Tensor, x: Tensor, y: Tensor, z: Tensor, f: (x: number, y: number, z: number) => number): void {
  const g = converted(output, f);
  const { sizes } = output;
  const out = output.storage.data;
  const a = x.storage.data;
  const b = y.storage.data;
  const c = z.storage.data;
  const operands = [output, broadcastOperand(x, sizes), broadcastOperand(y, sizes), broadcastOperand(z, sizes)];
  const [step, stepA, stepB, stepC] = operands.map((operand) => lastOf(operand.strides));
  const count = rowLength(sizes);
  forEachRow(sizes, operands, ([o, p, q, r]) => {
    for (let i = 0; i < count; i++) out[o! + i * step!] = g(a[p! + i * stepA!]!, b[q! + i * stepB!]!, c[r! + i * stepC!]!);
  });
}

/** Every element becomes `value`. */
export function fill(output: Tensor, value: number): void {
  const convert = converter(output.dtype);
  const held = convert === null ? value : convert(value);
  const out = output.storage.data;
  if (output.isContiguous()) {
    out.fill(held, output.offset, output.offset + output.numel());
    return;
  }
  const step = lastOf(output.strides);
  const count = rowLength(output.sizes);
  forEachRow(output.sizes, [output], ([o]) => {
    for (let i = 0; i < count; i++) out[o! + i * step] = held;
  });
}

/** output[i] = x[i], converted to the output's dtype; `x` is broadcast. The two must not overlap in memory unless they coincide. */
export function copy(output: Tensor, x: Tensor): void {
  if (output.dtype === x.dtype && output.numel() >= bulkFrom && output.isContiguous() && isDense(x, output.sizes)) {
    output.storage.data.set(x.storage.data.subarray(x.offset, x.offset + x.numel()), output.offset);
    return;
  }
  if (output.dtype === x.dtype && copyByRows(output, x)) return;
  unary(output, x, x.dtype.isFloatingPoint && !output.dtype.isFloatingPoint && output.dtype.name !== "bool" ? Math.trunc : (value) => value);
}

/** Copies a row at a time. False unless rows are long and lie together on both sides. */
function copyByRows(output: Tensor, x: Tensor): boolean {
  const { sizes } = output;
  const operand = broadcastOperand(x, sizes);
  const count = rowLength(sizes);
  if (count < bulkFrom || lastOf(output.strides) !== 1 || lastOf(operand.strides) !== 1) return false;
  const out = output.storage.data;
  const { data } = x.storage;
  forEachRow(sizes, [output, operand], ([o, p]) => out.set(data.subarray(p!, p! + count), o));
  return true;
}

/** The elements in row-major order: the tensor's own memory where they lie so already, else a copy. */
export function denseValues(x: Tensor): ElementArray {
  const { data } = x.storage;
  if (x.isContiguous()) return x.offset === 0 && x.numel() === data.length ? data : data.subarray(x.offset, x.offset + x.numel());
  const values = new x.dtype.array(x.numel());
  const stride = lastOf(x.strides);
  const count = rowLength(x.sizes);
  let position = 0;
  forEachRow(x.sizes, [x], ([o]) => {
    for (let i = 0; i < count; i++) values[position++] = data[o! + i * stride]!;
  });
  return values;
}
