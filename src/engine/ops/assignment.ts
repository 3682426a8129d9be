import { itself, defineInPlace, defineOperation, named, overwrite, type OperationRow } from "../dispatch/index.js";
import { float64 } from "../dtype.js";
import { noData, RuntimeError } from "../errors.js";
import * as kernels from "../kernels/choose.js";
import { binary, copy, fill as fillWith, ternary } from "../kernels/elementwise.js";
import { Tensor } from "../tensor.js";
import { takingOnly, collect, inOrder, type AllArguments, type Arguments } from "../arguments.js";
import { asElement, requireElement } from "./rules/elementwiseRows.js";
import { broadcastSizes, numberOf, resultType, type Scalar } from "./rules/promotion.js";
import { scalarTensor } from "./rules/indexPlaces.js";
import { filledLike } from "./rules/reducedDims.js";
import { computes, writing, operand, notCounted } from "../operation.js";
import { within } from "./rules/recorded.js";
import { Storage } from "../storage.js";

/** Writes of given values into tensors, and values kept within bounds. */

const copyInPlace = defineInPlace<[self: Tensor, source: Tensor]>({
  name: "copy",
  effect: { kind: "moves", from: 1 },
  multiplyAdds: notCounted,
  arguments: ["input", operand],
  sign: "←",
  gradientName: "CopyBackwards",
  infer: (self, source) => ({ sizes: broadcastSizes(self.sizes, source.sizes), dtype: self.dtype }),
  forward: (output, _, source) => copy(output, source),
  backward: (gradient, context) => [context.needs(0) ? gradient.allocateLike() : null, gradient],
  recordedBackward: itself,
});

/** Takes over the values of another tensor, which broadcasts and is converted to this one's dtype. (Tensor.copy_) */
export function copy_(self: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  const [source] = inOrder("copy_", ["other"], args);
  if (source.device === "meta" && Storage.leavesOut !== null) self.storage.leaveOut();
  if (source.device === "meta" && self.device === "cpu") throw noData();
  return copyInPlace(self, source.device === self.device ? source : Tensor.allocate(source.sizes, source.dtype, self.device));
}

const fillRow: OperationRow<[self: Tensor, value: Tensor]> = {
  name: "fill",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "value"],
  infer(self, value) {
    if (value.sizes.length > 0) {
      throw new RuntimeError(`fill_ only supports 0-dimension value tensor but got tensor with ${value.sizes.length} dimensions.`);
    }
    return { sizes: self.sizes, dtype: self.dtype };
  },
  forward: (output, _, value) => copy(output, value),
  backward: (gradient, context) => [context.needs(0) ? gradient.allocateLike() : null, gradient],
  recordedBackward: itself,
};
const numberFill = writing({
  name: "fill_",
  arguments: ["input", operand],
  sign: "←",
  fills: ([, value]) => ({ function: "constant_", arguments: { val: Number(value) }, follows: { kind: "constant", value: Number(value) } }),
});
const fillOperation = defineOperation<[self: Tensor, value: Tensor]>(fillRow);
const fillInPlace = defineInPlace<[self: Tensor, value: Tensor]>(fillRow);

/** Every element becomes `value`, a number or a tensor without dimensions. (Tensor.fill_) */
export function fill_(self: Tensor, ...args: AllArguments<[value: Tensor | Scalar], { readonly value: Tensor | Scalar }>): Tensor {
  const [value] = inOrder("fill_", ["value"], args);
  if (value instanceof Tensor) return fillInPlace(self, value);
  return overwrite(numberFill, self, [self, value], () => fillWith(self, numberOf(value)), true);
}

/** A tensor like x with every element `value`. (torch.fill) */
export function fill(x: Tensor, ...args: AllArguments<[value: Tensor | Scalar], { readonly value: Tensor | Scalar }>): Tensor {
  const [value] = inOrder("fill", ["value"], args);
  return fillOperation(x, value instanceof Tensor ? value : scalar(x, value));
}

function scalar({ dtype, device }: Tensor, value: Scalar): Tensor {
  return scalarTensor(value, dtype, device);
}

const zeroFill = writing({
  name: "zero_",
  arguments: ["input"],
  sign: "← 0",
  fills: () => ({ function: "zeros_", arguments: {}, follows: { kind: "constant", value: 0 } }),
});

/** Every element becomes zero. (Tensor.zero_) */
export const zero_: (self: Tensor) => Tensor = takingOnly("zero_", ["self"], (self: Tensor): Tensor => {
  return overwrite(zeroFill, self, [self], () => fillWith(self, 0), true);
});

// ---- within bounds

/** A bound for all elements or, broadcast, for each; null for none. */
export type Bound = Tensor | Scalar | null;

export interface ClampOptions {
  /** Smallest value let through; null for none. */
  readonly min?: Bound;
  /** Largest value let through; null for none. Where it is below `min`, it wins. */
  readonly max?: Bound;
}

type ClampArgs = [x: Tensor, min: Bound, max: Bound];

const clampRow: OperationRow<ClampArgs> = {
  name: "clamp",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "min", "max"],
  keepsLayout: true,
  gradientName: (_, min, max) => (min instanceof Tensor || max instanceof Tensor ? "ClampBackward0" : "ClampBackward1"),
  infer(x, min, max) {
    if (min === null && max === null) throw new RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None");
    let { sizes, dtype } = x;
    for (const bound of [min, max]) {
      if (bound === null) continue;
      dtype = resultType(bound instanceof Tensor || dtype === x.dtype ? x : Tensor.allocate(sizes, dtype, "meta"), bound);
      if (bound instanceof Tensor) sizes = broadcastSizes(sizes, bound.sizes);
    }
    for (const bound of [min, max]) if (bound !== null && !(bound instanceof Tensor)) requireElement(bound, dtype);
    return { sizes, dtype };
  },
  forward(output, x, min, max) {
    const low = boundTensor(min, output, -Infinity);
    const high = boundTensor(max, output, Infinity);
    kernels.clamp(output, x, low, high);
  },
  reads: [0, 1, 2],
  backward(gradient, context) {
    const [x, min, max] = context.args;
    const low = boundTensor(min, gradient, -Infinity);
    const high = boundTensor(max, gradient, Infinity);
    const where = (test: (value: number, a: number, b: number) => boolean): Tensor => {
      const result = gradient.allocateLike();
      ternary(result, x, low, high, (value, a, b) => (test(value, a, b) ? 1 : 0));
      binary(result, result, gradient, (through, g) => (through === 0 ? 0 : g));
      return result;
    };
    return [
      filledLike(gradient, gradient.dtype, (result) => kernels.within(result, gradient, x, low, high)),
      min instanceof Tensor && context.needs(1) ? where((value, a, b) => value < a && a < b) : null,
      max instanceof Tensor && context.needs(2) ? where((value, a, b) => value > b || b < a) : null,
    ];
  },
  recordedBackward(g, { args: [x, min, max] }) {
    const low = min ?? -Infinity;
    const high = max ?? Infinity;
    const asTensor = (bound: Tensor | Scalar): Tensor => (bound instanceof Tensor ? bound : x.detach().mul(0).add(bound));
    return [
      within(g, x.ge(low).logicalAnd(x.le(high))),
      min instanceof Tensor ? within(g, x.lt(min).logicalAnd(min.lt(high))) : null,
      max instanceof Tensor ? within(g, x.gt(max).logicalOr(asTensor(low).gt(max))) : null,
    ];
  },
};

/** A bound as a tensor that holds exact values of the dtype computed in. */
function boundTensor(bound: Bound, like: Tensor, none: number): Tensor {
  if (bound instanceof Tensor) return bound;
  if (bound !== null && !like.dtype.isFloatingPoint) return scalar(like, bound);
  // Integers have no infinities to stand for a bound that is not there.
  const value = bound === null ? none : asElement(bound, like.dtype);
  return scalar(Tensor.allocate([], like.dtype.isFloatingPoint ? like.dtype : float64, like.device), value);
}

const clampOperation = defineOperation<ClampArgs>(clampRow);
const clampInPlace = defineInPlace<ClampArgs>(clampRow);

type ClampArguments = Arguments<[min: Bound, max: Bound], ClampOptions>;

function clampBounds(operation: string, args: readonly unknown[]): [min: Bound, max: Bound] {
  const { min = null, max = null } = collect<ClampOptions>(operation, ["min", "max"], args);
  return [min, max];
}

/** Elements below `min` become min, above `max` become max. (torch.clamp) */
export function clamp(x: Tensor, ...args: ClampArguments): Tensor {
  return clampOperation(x, ...clampBounds("clamp", args));
}

/** clamp in place. */
export function clamp_(x: Tensor, ...args: ClampArguments): Tensor {
  return clampInPlace(x, ...clampBounds("clamp_", args));
}

/** `clamp` by numpy's name. (torch.clip) */
export function clip(x: Tensor, ...args: ClampArguments): Tensor {
  return clampOperation(x, ...clampBounds("clip", args));
}

/** clip in place. */
export function clip_(x: Tensor, ...args: ClampArguments): Tensor {
  return clampInPlace(x, ...clampBounds("clip_", args));
}

/** Elements below `min` become min. (torch.clamp_min) */
export function clampMin(x: Tensor, ...args: AllArguments<[min: Tensor | Scalar], { readonly min: Tensor | Scalar }>): Tensor {
  const [min] = inOrder("clamp_min", ["min"], args);
  return named(`ClampMinBackward${min instanceof Tensor ? 1 : 0}`, clampOperation(x, min, null));
}

/** clampMin in place. */
export function clampMin_(x: Tensor, ...args: AllArguments<[min: Tensor | Scalar], { readonly min: Tensor | Scalar }>): Tensor {
  const [min] = inOrder("clamp_min_", ["min"], args);
  return clampInPlace(x, min, null);
}

/** Elements above `max` become max. (torch.clamp_max) */
export function clampMax(x: Tensor, ...args: AllArguments<[max: Tensor | Scalar], { readonly max: Tensor | Scalar }>): Tensor {
  const [max] = inOrder("clamp_max", ["max"], args);
  return named(`ClampMaxBackward${max instanceof Tensor ? 1 : 0}`, clampOperation(x, null, max));
}

/** clampMax in place. */
export function clampMax_(x: Tensor, ...args: AllArguments<[max: Tensor | Scalar], { readonly max: Tensor | Scalar }>): Tensor {
  const [max] = inOrder("clamp_max_", ["max"], args);
  return clampInPlace(x, null, max);
}
