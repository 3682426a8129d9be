import { bool, type DType, type ElementArray } from "../dtype.js";
import { checkInterrupt, elementsBetweenLooks } from "../interruption.js";
import { contiguousStrides, equalSizes } from "../size.js";
import { through, type Tensor } from "../tensor.js";
import { binaryRows, type BinaryRow } from "./binaryRows.js";
import { dimsByStride, fillsRange } from "./layout.js";
import { broadcastOperand, forEachRow, type Operand as Walk } from "./strided.js";
import { copyStrided, type Elements } from "./stridedCopy.js";
import { mapVectorized } from "./vectorized.js";
import { mapInWasm, wasmFrom, type Operand } from "./wasm/elementwise.js";
import { isForWasm, isTruthKernel, type KernelCall } from "./wasm/instance.js";
import { Storage } from "../storage.js";

export type { Operand };

/** Kernels on tensors. Where the output is on the meta device there is nothing to compute: callers need not ask. */

/** From this many elements on, the arrays' own copying wins over a loop. */
const bulkFrom = 64;

/** A tensor that lies in row-major order, as its array and first element. */
function isDense(tensor: Tensor, sizes: readonly number[]): boolean {
  return equalSizes(tensor.sizes, sizes) && tensor.isContiguous();
}

/** Told before anything is made ready: most tensors of a small net are not. */
function isLarge(output: Tensor): boolean {
  return isForWasm(output.numel(), wasmFrom);
}

const lastOf = (values: readonly number[]): number => (values.length === 0 ? 0 : values[values.length - 1]!);
const rowLength = (sizes: readonly number[]): number => (sizes.length === 0 ? 1 : sizes[sizes.length - 1]!);

/**
 * What fills one range of memory in another order than row by row, and its operands, with the dimensions in the order of memory: then the elements are walked
 * as those of row-major tensors are.
 */
function inMemoryOrder(output: Tensor, operands: readonly Operand[]): [output: Tensor, ...operands: Operand[]] {
  const { sizes } = output;
  const order = dimsByStride(output.strides).reverse();
  const ordered = (tensor: Tensor, { offset, strides }: Walk): Tensor =>
    through({ sizes: order.map((dim) => sizes[dim]!), strides: order.map((dim) => strides[dim]!), offset }, tensor);
  return [ordered(output, output), ...operands.map((operand) => (typeof operand === "number" ? operand : ordered(operand, broadcastOperand(operand, sizes))))];
}

/** A value as `dtype` holds it where the typed array alone would not see to it. */
function converter(dtype: DType): ((value: number) => number) | null {
  if (dtype.name === "bool") return (value) => (value !== 0 ? 1 : 0);
  // Whole numbers have one zero, which the doubles that hold them do not know.
  if (dtype.name === "int64") return (value) => Math.trunc(value) + 0;
  return null;
}

/** An operand's elements, and how they are read when it is broadcast to `sizes`. */
function elementsOf(operand: Operand, sizes: readonly number[]): Elements {
  if (typeof operand === "number") return { data: Float64Array.of(operand), offset: 0, strides: sizes.map(() => 0) };
  const { offset, strides } = broadcastOperand(operand, sizes);
  return { data: operand.storage.data, offset, strides };
}

/** output[i] = f(x[i]); `x` is broadcast to the output. `kernel` names the same function among the WebAssembly kernels. Safe in place. */
export function unary(output: Tensor, x: Tensor, f: (value: number) => number, kernel?: KernelCall): void {
  if (output.isMeta) return;
  if (!output.isContiguous() && fillsRange(output)) {
    const [o, a] = inMemoryOrder(output, [x]);
    return unary(o, a as Tensor, f, kernel);
  }
  if (mapVectorized(kernel, output, [x])) return;
  if (kernel !== undefined && isLarge(output) && mapInWasm(kernel, output, [x])) return;
  const convert = converter(output.dtype);
  const g = convert === null ? f : (value: number) => convert(f(value));
  const { sizes } = output;
  const out = output.storage.data;
  const a = x.storage.data;
  if (output.isContiguous() && isDense(x, sizes)) {
    const start = x.offset;
    const first = output.offset;
    const count = output.numel();
    for (let i = 0; i < count; checkInterrupt()) {
      for (const end = Math.min(count, i + elementsBetweenLooks); i < end; i++) out[first + i] = g(a[start + i]!);
    }
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

/** output[i] = f(x[i], y[i]); both are broadcast to the output. `kernel` names the same function among the WebAssembly kernels. Safe in place. */
export function binary(output: Tensor, x: Tensor, y: Operand, f: (x: number, y: number) => number, kernel?: KernelCall): void {
  if (output.isMeta) return;
  if (!output.isContiguous() && fillsRange(output)) {
    const [o, a, b] = inMemoryOrder(output, [x, y]);
    return binary(o, a as Tensor, b!, f, kernel);
  }
  if (mapVectorized(kernel, output, [x, y])) return;
  if (kernel !== undefined && isLarge(output) && mapInWasm(kernel, output, [x, y])) return;
  const writtenOut = rowFor(kernel, output.dtype);
  if (writtenOut === undefined && typeof y === "number") {
    unary(output, x, (value) => f(value, y));
    return;
  }
  const row = writtenOut ?? calling(f, output.dtype);
  const { sizes } = output;
  const out = output.storage.data;
  const a = x.storage.data;
  if (output.isContiguous() && isDense(x, sizes)) {
    const single = typeof y === "number";
    if (single || isDense(y, sizes)) {
      const [b, q, stepB] = single ? [Float64Array.of(y), 0, 0] : [y.storage.data, y.offset, 1];
      const count = output.numel();
      for (let i = 0; i < count; i += elementsBetweenLooks) {
        row(out, output.offset + i, 1, a, x.offset + i, 1, b, q + i * stepB, stepB, Math.min(count - i, elementsBetweenLooks));
        checkInterrupt();
      }
      return;
    }
  }
  const operandA = broadcastOperand(x, sizes);
  const operandB = elementsOf(y, sizes);
  const [step, stepOfA, stepOfB] = [lastOf(output.strides), lastOf(operandA.strides), lastOf(operandB.strides)];
  const count = rowLength(sizes);
  forEachRow(sizes, [output, operandA, operandB], ([o, p, q]) => row(out, o!, step, a, p!, stepOfA, operandB.data, q!, stepOfB, count));
}

/** The function of that name where it is written out, for results that need no conversion: truth values are added to truth values, say. */
function rowFor(kernel: KernelCall | undefined, dtype: DType): BinaryRow | undefined {
  if (typeof kernel !== "string" || (dtype === bool && !isTruthKernel(kernel)) || (dtype.name === "int64" && kernel === "mul")) return undefined;
  return binaryRows[kernel];
}

function calling(f: (x: number, y: number) => number, dtype: DType): BinaryRow {
  const convert = converter(dtype);
  const g = convert === null ? f : (value: number, other: number) => convert(f(value, other));
  return (out, o, step, a, p, stepA, b, q, stepB, count) => {
    for (let i = 0; i < count; i++) out[o + i * step] = g(a[p + i * stepA]!, b[q + i * stepB]!);
  };
}

/** output[i] = f(x[i], y[i], z[i]); all are broadcast to the output. `kernel` names the same function among the WebAssembly kernels. Safe in place. */
export function ternary(output: Tensor, x: Operand, y: Operand, z: Operand, f: (x: number, y: number, z: number) => number, kernel?: KernelCall): void {
  if (output.isMeta) return;
  if (!output.isContiguous() && fillsRange(output)) {
    const [o, a, b, c] = inMemoryOrder(output, [x, y, z]);
    return ternary(o, a!, b!, c!, f, kernel);
  }
  if (mapVectorized(kernel, output, [x, y, z])) return;
  if (kernel !== undefined && isLarge(output) && mapInWasm(kernel, output, [x, y, z])) return;
  const convert = converter(output.dtype);
  const g = convert === null ? f : (a: number, b: number, c: number) => convert(f(a, b, c));
  const { sizes } = output;
  const out = output.storage.data;
  const operands = [elementsOf(x, sizes), elementsOf(y, sizes), elementsOf(z, sizes)] as const;
  const [{ data: a }, { data: b }, { data: c }] = operands;
  const step = lastOf(output.strides);
  const [stepA, stepB, stepC] = operands.map(({ strides }) => lastOf(strides)) as [number, number, number];
  const count = rowLength(sizes);
  forEachRow(sizes, [output, ...operands], ([o, p, q, r]) => {
    for (let i = 0; i < count; i++) out[o! + i * step] = g(a[p! + i * stepA]!, b[q! + i * stepB]!, c[r! + i * stepC]!);
  });
}

/** Every element becomes `value`. */
export function fill(output: Tensor, value: number): void {
  if (output.isMeta) return;
  // A single number of two bytes becomes infinity instead, as PyTorch's short way for one element has it.
  if (!output.dtype.isNarrow || output.numel() !== 1) output.dtype.requireHolds(value);
  const convert = converter(output.dtype);
  const held = convert === null ? value : convert(value);
  const out = output.storage.data;
  if (fillsRange(output)) {
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
  if (Storage.leavesOut !== null && x.isMeta) output.storage.leaveOut();
  if (output.isMeta) return;
  if (!output.isContiguous() && fillsRange(output)) {
    const [o, a] = inMemoryOrder(output, [x]);
    return copy(o, a as Tensor);
  }
  const { sizes } = output;
  const { data } = output.storage;
  if (output.dtype === bool && x.dtype !== bool) unary(output, x, (value) => (value !== 0 ? 1 : 0), ["ne", 0]);
  else if (output.isContiguous() && isDense(x, sizes)) {
    const values = x.storage.data;
    const count = output.numel();
    if (count < bulkFrom && output.dtype === x.dtype) for (let i = 0; i < count; i++) data[output.offset + i] = values[x.offset + i]!;
    else convertInto(output.dtype, data, output.offset, x.dtype, values.subarray(x.offset, x.offset + count));
  } else copyStrided(sizes, elementsOf(output, sizes), output.dtype === x.dtype ? elementsOf(x, sizes) : converted(x, output.dtype, sizes));
}

/** A new row-major tensor with the same values. */
export function cloneValues(source: Tensor): Tensor {
  const clone = source.allocateLike();
  copy(clone, source);
  return clone;
}

/** The elements in another dtype, broadcast to `sizes`. */
function converted(x: Tensor, dtype: DType, sizes: readonly number[]): Elements {
  const data = new dtype.array(x.numel());
  convertInto(dtype, data, 0, x.dtype, denseValues(x));
  const { offset, strides } = broadcastOperand({ sizes: x.sizes, strides: contiguousStrides(x.sizes), offset: 0 }, sizes);
  return { data, offset, strides };
}

/** Writes `values` from `start` on, as `dtype`, one of numbers, holds them. */
function convertInto(dtype: DType, out: ElementArray, start: number, from: DType, values: ElementArray): void {
  out.set(values, start);
  if (dtype.name === "int64" && from.isFloatingPoint) for (let i = start; i < start + values.length; i++) out[i] = Math.trunc(out[i]!);
}

/** The elements in row-major order: the tensor's own memory where they lie so already, else a copy. */
export function denseValues(x: Tensor): ElementArray {
  const { data } = x.storage;
  if (x.isContiguous()) return x.offset === 0 && x.numel() === data.length ? data : data.subarray(x.offset, x.offset + x.numel());
  const values = new x.dtype.array(x.numel());
  copyStrided(x.sizes, { data: values, offset: 0, strides: contiguousStrides(x.sizes) }, elementsOf(x, x.sizes));
  return values;
}
