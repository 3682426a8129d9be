import { itself, defineOperation, defineView, overwrite } from "../dispatch/index.js";
import { bfloat16 as bfloat16Type, bool as boolType, DType, float16, float32, float64, int8, int16, int32, int64, uint8 } from "../dtype.js";
import { noData, RuntimeError, TypeError } from "../errors.js";
import { binary, copy, unary } from "../kernels/elementwise.js";
import { Storage, type Device } from "../storage.js";
import { normalizeDim, Tensor, type Window } from "../tensor.js";
import { equalSizes, formatSizes } from "../size.js";
import { checkedOptions, collect, inOrder, listOf, required, type AllArguments, type Numbers, type WithRequired } from "../arguments.js";
import { fill_ } from "./assignment.js";
import * as masks from "./masks.js";
import type { Scalar } from "./rules/promotion.js";
import { sum } from "./reduction.js";
import { asStrided, expand, reshape } from "./shape.js";
import * as special from "./special.js";
import { accumulated } from "./rules/windows.js";
import { moves, writing, operand, notCounted } from "../operation.js";

/** Methods that are no functions of `torch`, or that take their arguments in another order there. */

// ---- conversion

const toOperation = defineOperation<[x: Tensor, dtype: DType, device: Device]>({
  name: "to",
  effect: moves,
  multiplyAdds: notCounted,
  arguments: ["input", "dtype", null],
  gradientName: "ToCopyBackward0",
  keepsLayout: "exactly",
  infer(x, dtype, device) {
    if (x.device === "meta" && device !== "meta") throw noData();
    return { sizes: x.sizes, dtype, device };
  },
  forward: (output, x) => copy(output, x),
  backward(gradient, { args: [x] }) {
    if (gradient.device !== x.device) throw noData();
    return [gradient];
  },
  recordedBackward: itself,
});

function convert(x: Tensor, dtype: DType, asked: Device, alwaysCopy = false): Tensor {
  const device = Storage.leavesOut === null ? asked : x.device;
  return x.dtype === dtype && x.device === device && !alwaysCopy ? x : toOperation(x, dtype, device);
}

export interface ToOptions {
  readonly dtype?: DType;
  readonly device?: Device;
  /** Copies even where nothing changes. Default false. */
  readonly copy?: boolean;
  /** Taken as PyTorch takes it; there is one device, so that nothing waits. */
  readonly nonBlocking?: boolean;
}

/** The device of that name. Throws PyTorch's error for one that is not there. */
export function checkedDevice(name: string): Device {
  if (name === "cpu" || name === "cpu:0") return "cpu";
  if (name === "meta") return "meta";
  if (/^(cuda|mps|xpu|hip|xla|mkldnn|vulkan)(:\d+)?$/.test(name)) throw new RuntimeError(`device ${name} is not available: tensors live on "cpu" or "meta"`);
  throw new RuntimeError(`Invalid device string: '${name}'`);
}

/**
 * In another dtype, on another device, or like another tensor; the tensor itself where nothing changes. Tensors on the meta device have no
 * values to bring back. (Tensor.to)
 */
export function to(x: Tensor, target: DType | Device | Tensor | ToOptions, ...rest: (DType | ToOptions)[]): Tensor {
  let dtype = x.dtype;
  let device: Device = x.device;
  let alwaysCopy = false;
  for (const item of [target, ...rest]) {
    if (item instanceof DType) dtype = item;
    else if (typeof item === "string") device = checkedDevice(item);
    else if (item instanceof Tensor) ({ dtype, device } = item);
    else if (typeof item === "object" && item !== null) {
      checkedOptions<ToOptions>("to", item, "dtype", "device", "copy", "nonBlocking");
      dtype = item.dtype ?? dtype;
      device = item.device === undefined ? device : checkedDevice(item.device);
      alwaysCopy = item.copy ?? alwaysCopy;
    } else throw new TypeError(`to() takes a dtype, a device, a tensor or options, but got ${String(item)}`);
  }
  return convert(x, dtype, device, alwaysCopy);
}

/** In the given dtype. (Tensor.type) */
export function type(x: Tensor, dtype: DType): Tensor {
  return convert(x, dtype, x.device);
}

/** In the dtype of another tensor. (Tensor.type_as) */
export function typeAs(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  const [other] = inOrder("type_as", ["other"], args);
  return convert(x, other.dtype, x.device);
}

/** As float32. (Tensor.float) */
export function float(x: Tensor): Tensor {
  return convert(x, float32, x.device);
}

/** As float64. (Tensor.double) */
export function double(x: Tensor): Tensor {
  return convert(x, float64, x.device);
}

/** As float16, rounded to the nearest. (Tensor.half) */
export function half(x: Tensor): Tensor {
  return convert(x, float16, x.device);
}

/** As bfloat16, rounded to the nearest. (Tensor.bfloat16) */
export function bfloat16(x: Tensor): Tensor {
  return convert(x, bfloat16Type, x.device);
}

/** As int8, cut towards zero; what it cannot hold wraps around. (Tensor.char) */
export function char(x: Tensor): Tensor {
  return convert(x, int8, x.device);
}

/** As int16, cut towards zero; what it cannot hold wraps around. (Tensor.short) */
export function short(x: Tensor): Tensor {
  return convert(x, int16, x.device);
}

/** As int32, cut towards zero. (Tensor.int) */
export function int(x: Tensor): Tensor {
  return convert(x, int32, x.device);
}

/** As int64, cut towards zero. (Tensor.long) */
export function long(x: Tensor): Tensor {
  return convert(x, int64, x.device);
}

/** As uint8, cut towards zero. (Tensor.byte) */
export function byte(x: Tensor): Tensor {
  return convert(x, uint8, x.device);
}

/** False where zero, else true. (Tensor.bool) */
export function bool(x: Tensor): Tensor {
  return convert(x, boolType, x.device);
}

/** On the CPU. (Tensor.cpu) */
export function cpu(x: Tensor): Tensor {
  return convert(x, x.dtype, "cpu");
}

// ---- in place

/** The elements whose positions are equal along all dimensions become `fillValue`; with `wrap`, a tall matrix's diagonal starts anew below. (Tensor.fill_diagonal_) */
export function fillDiagonal_(
  x: Tensor,
  ...args: WithRequired<[fillValue: Tensor | Scalar], { readonly fillValue: Tensor | Scalar }, [wrap: boolean], { readonly wrap?: boolean }>
): Tensor {
  const { fillValue, wrap = false } = collect<{ fillValue?: Tensor | Scalar; wrap?: boolean }>("fillDiagonal_", ["fillValue", "wrap"], args);
  const value = required(fillValue, "fill_diagonal_", "fill_value");
  const rank = x.sizes.length;
  if (rank < 2) throw new RuntimeError("dimensions must larger than 1");
  const [height, width] = x.sizes as [number, number];
  if (rank > 2 && x.sizes.some((size) => size !== height)) throw new RuntimeError("all dimensions of input must be of equal length");
  const step = x.strides.reduce((sum, stride) => sum + stride, 0);
  fill_(asStrided(x, [Math.min(height, width)], [step], x.offset), value);
  // One row stays out between two diagonals.
  const next = wrap && rank === 2 ? Math.min(height, width) + 1 : height;
  if (next < height) fillDiagonal_(x.narrow(0, next, height - next), value, wrap);
  return x;
}

function requireNoGradient(operation: string, ...tensors: readonly Tensor[]): void {
  if (!tensors.some((each) => each.requiresGrad)) return;
  throw new RuntimeError(`Can't call ${operation}() on Variable that requires grad. Use var.detach().${operation}() instead.`);
}

/** Every element becomes what `callable` makes of it. (Tensor.apply_) */
export function apply_(x: Tensor, callable: (value: number) => number): Tensor {
  requireNoGradient("apply_", x);
  return overwrite(writing({ name: "apply_", arguments: ["input", "callable"] }), x, [x, callable], () => unary(x, x, callable));
}

/** Every element becomes what `callable` makes of it and of the other tensor's, which broadcasts. (Tensor.map_) */
export function map_(x: Tensor, other: Tensor, callable: (value: number, other: number) => number): Tensor {
  requireNoGradient("map_", x, other);
  if (x.dtype !== other.dtype) {
    throw new TypeError(`map_: expected torch.${x.dtype.scalarType}Tensor for 'other' (got torch.${other.dtype.scalarType}Tensor)`);
  }
  const second = expand(other, [...x.sizes]);
  return overwrite(writing({ name: "map_", arguments: ["input", operand, "callable"] }), x, [x, other, callable], () => binary(x, x, second, callable));
}

// ---- others

/** The n-th derivative of digamma. (Tensor.polygamma) */
export function polygamma(x: Tensor, ...args: AllArguments<[n: number], { readonly n: number }>): Tensor {
  const [n] = inOrder("polygamma", ["n"], args);
  return special.polygamma(n, x);
}

/** Summed along the dimensions along which a tensor of these sizes would be broadcast to x; the tensor itself where it has these sizes. (Tensor.sum_to_size) */
export function sumToSize(x: Tensor, ...size: Numbers | [options: { readonly size: readonly number[] }]): Tensor {
  const sizes = listOf("sumToSize", size, "size");
  if (equalSizes(sizes, x.sizes)) return x;
  const missing = x.sizes.length - sizes.length;
  if (missing < 0 || !sizes.every((each, i) => each === 1 || each === x.sizes[missing + i])) {
    throw new RuntimeError(`size {${formatSizes(sizes)}} is not expandable to size {${formatSizes(x.sizes)}}.`);
  }
  const dims = [...x.sizes.keys()].filter((dim) => dim < missing || sizes[dim - missing] !== x.sizes[dim]);
  return reshape(dims.length === 0 ? x : sum(x, dims, true), [...sizes]);
}

/** The elements of x where the condition is true, else those of y. (Tensor.where) */
export function where(
  x: Tensor,
  ...args: AllArguments<[condition: Tensor, other: Tensor | Scalar], { readonly condition: Tensor; readonly other: Tensor | Scalar }>
): Tensor {
  const [condition, y] = inOrder("where", ["condition", "other"], args);
  return masks.where(condition, x, y);
}

function unfoldedWindow(x: Tensor, dimension: number, size: number, step: number): Window {
  const dim = normalizeDim(dimension, x.sizes.length);
  const available = x.sizes.length === 0 ? 1 : x.sizes[dim]!;
  if (size > available) throw new RuntimeError(`maximum size for tensor at dimension ${dim} is ${available} but size is ${size}`);
  if (step <= 0) throw new RuntimeError(`step is ${step} but must be > 0`);
  const stride = x.strides[dim] ?? 1;
  if (x.sizes.length === 0) return { sizes: [size], strides: [1], offset: x.offset };
  return {
    sizes: [...x.sizes.map((each, i) => (i === dim ? Math.floor((available - size) / step) + 1 : each)), size],
    strides: [...x.strides.map((each, i) => (i === dim ? each * step : each)), stride],
    offset: x.offset,
  };
}

const unfoldOperation = defineView<[x: Tensor, dimension: number, size: number, step: number]>({
  name: "unfold",
  effect: { kind: "part", parts: ([, ...at]) => [{ index: `.unfold(${at.join(", ")})` }] },
  arguments: ["input", "dimension", "size", "step"],
  window: unfoldedWindow,
  backward: (gradient, x, ...args) => accumulated(gradient, x.sizes, (zeros) => unfoldedWindow(zeros, ...args)),
});

/** Windows of `size` elements, `step` apart, along a dimension; the elements of a window become the last dimension. (Tensor.unfold) */
export function unfold(
  x: Tensor,
  ...args: AllArguments<[dimension: number, size: number, step: number], { readonly dimension: number; readonly size: number; readonly step: number }>
): Tensor {
  return unfoldOperation(x, ...inOrder("unfold", ["dimension", "size", "step"], args));
}
