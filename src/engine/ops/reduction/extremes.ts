import { defineComposite, defineOperation, named, type BackwardContext, type OperationRow } from "../../dispatch/index.js";
import { bool, int64 } from "../../dtype.js";
import { IndexError, NotImplementedError, RuntimeError } from "../../errors.js";
import { binary, denseValues, ternary } from "../../kernels/elementwise.js";
import { sortedPositions } from "../../kernels/order.js";
import * as kernels from "../../kernels/reduce.js";
import { slicesOf } from "../../kernels/slices.js";
import { normalizeDim, Tensor } from "../../tensor.js";
import { collect, inOrder, requiredFirst, requireIntegers, type AllArguments, type Arguments, type Dims, type WithRequired } from "../../arguments.js";
import { maximum, minimum } from "../binary.js";
import { definePick, positionsAlong } from "../rules/picks.js";
import { filledLike, reducedCount, reducedDims, reducedSizes, spread } from "../rules/reducedDims.js";
import { ValuesAndIndices } from "../rules/valuesAndIndices.js";
import { computes, notCounted, ofParts } from "../../operation.js";
import { type ReductionArgs, type ReductionArguments, reductionArgs } from "./arguments.js";
import type { AlongOptions, AlongArgs } from "./sums.js";
import { expandedOver } from "../rules/recorded.js";

// ---- the largest and the smallest

/** Where no elements are, nothing is largest. */
function requireElements(x: Tensor, dims: readonly number[], dim: Dims | null, operation: string): void {
  if (reducedCount(x, dims) > 0) return;
  if (dim === null) {
    const hint = operation.startsWith("arg") ? "" : " Specify the reduction dim with the 'dim' argument.";
    const message = `${operation}(): Expected reduction dim to be specified for input.numel() == 0.${hint}`;
    throw operation.startsWith("arg") ? new IndexError(message) : new RuntimeError(message);
  }
  if (x.numel() > 0 || reducedSizes(x, dims, false).every((size) => size > 0)) {
    throw new IndexError(`${operation}(): Expected reduction dim ${dims.find((each) => x.sizes[each] === 0)} to have non-zero size.`);
  }
}

/** amax, amin, and max and min of all elements: equal extremes share the gradient. */
function extremeRow(name: string, gradientName: string, sign: 1 | -1): OperationRow<ReductionArgs> {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "dim", ["keepdim", false]],
    gradientName,
    infer(x, dim, keepdim) {
      const dims = reducedDims(x, dim);
      requireElements(x, dims, dim, name);
      return { sizes: reducedSizes(x, dims, keepdim), dtype: x.dtype };
    },
    forward: (output, x, dim) => kernels.extreme(output.storage.data, slicesOf(x, reducedDims(x, dim)), sign),
    reads: [0, "output"],
    backward: sharedAmongEqual,
    recordedBackward: recordedSharing,
  };
}

/** The same in operations. */
function recordedSharing(g: Tensor, { args: [x, dim], output }: BackwardContext<ReductionArgs, void>): Tensor[] {
  const best = expandedOver(x, dim, output.detach());
  const chosen = x.eq(best).logicalOr(x.isnan().logicalAnd(best.isnan())).to(g.dtype);
  return [expandedOver(x, dim, g).mul(chosen.div(expandedOver(x, dim, chosen.sum(dim))))];
}

/** Every element that is equal to the one found has the same part of the gradient. */
function sharedAmongEqual(gradient: Tensor, { args: [x, dim], output }: BackwardContext<ReductionArgs, void>): Tensor[] {
  const dims = reducedDims(x, dim);
  const shared = filledLike(x, x.dtype, (result) =>
    binary(result, x, spread(output, x, dims), (value, found) => (value === found || (value !== value && found !== found) ? 1 : 0)),
  );
  const counts = filledLike(gradient, gradient.dtype, (result) => kernels.sum(result.storage.data, shared, dims));
  return [
    filledLike(x, x.dtype, (result) =>
      ternary(result, shared, spread(gradient, x, dims), spread(counts, x, dims), (part, g, count) => (part === 0 ? 0 : g / count)),
    ),
  ];
}

const amaxOperation = defineOperation<ReductionArgs>(extremeRow("amax", "AmaxBackward0", 1));

const aminOperation = defineOperation<ReductionArgs>(extremeRow("amin", "AminBackward0", -1));

const maxOfAll = defineOperation<ReductionArgs>(extremeRow("max", "MaxBackward1", 1));

const minOfAll = defineOperation<ReductionArgs>(extremeRow("min", "MinBackward1", -1));

/** The largest element; equal ones share the gradient. (torch.amax) */
export function amax(x: Tensor, ...args: ReductionArguments): Tensor {
  return amaxOperation(...reductionArgs("amax", x, args));
}

/** The smallest element; equal ones share the gradient. (torch.amin) */
export function amin(x: Tensor, ...args: ReductionArguments): Tensor {
  return aminOperation(...reductionArgs("amin", x, args));
}

/** By position or by name. */
type MinAndMax = readonly [min: Tensor, max: Tensor] & { readonly min: Tensor; readonly max: Tensor };

/** The smallest and the largest element. (torch.aminmax) */
export const aminmax: (x: Tensor, options?: AlongOptions) => MinAndMax = defineComposite(
  { name: "aminmax", effect: computes, multiplyAdds: ofParts, arguments: ["input", { keepdim: false }] },
  (x: Tensor, options?: AlongOptions): MinAndMax => {
    if (x.numel() === 0 && options?.dim == null)
      throw new RuntimeError("aminmax(): cannot compute aminmax over an empty dimension as the operation has no identity.");
    const [min, max] = [amin(x, options ?? {}), amax(x, options ?? {})].map((each) => named("AminmaxBackward0", each)) as [Tensor, Tensor];
    return Object.assign([min, max] as const, { min, max });
  },
);

function positionRow(name: "argmax" | "argmin", sign: 1 | -1): OperationRow<AlongArgs> {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "dim", ["keepdim", false]],
    infer(x, dim, keepdim) {
      const dims = reducedDims(x, dim);
      if (x.dtype === bool) throw new RuntimeError(`${name}(): does not support bool input`);
      requireElements(x, dims, dim, name);
      return { sizes: reducedSizes(x, dims, keepdim), dtype: int64 };
    },
    forward: (output, x, dim) => kernels.extremePosition(output.storage.data, slicesOf(x, reducedDims(x, dim)), sign),
    backward: null,
  };
}

const argmaxOperation = defineOperation<AlongArgs>(positionRow("argmax", 1));

const argminOperation = defineOperation<AlongArgs>(positionRow("argmin", -1));

/** The position of the first largest element: along a dimension, or among all, counted row by row. (torch.argmax) */
export function argmax(x: Tensor, ...args: Arguments<[dim: number | null, keepdim: boolean], AlongOptions>): Tensor {
  return argmaxOperation(...(reductionArgs("argmax", x, args) as AlongArgs));
}

/** The position of the first smallest element: along a dimension, or among all, counted row by row. (torch.argmin) */
export function argmin(x: Tensor, ...args: Arguments<[dim: number | null, keepdim: boolean], AlongOptions>): Tensor {
  return argminOperation(...(reductionArgs("argmin", x, args) as AlongArgs));
}

const maxPick = definePick("max", "MaxBackward0");

const minPick = definePick("min", "MinBackward0");

function extremesAlong(name: "max" | "min", sign: 1 | -1, pick: typeof maxPick): (x: Tensor, dim: number, keepdim: boolean) => ValuesAndIndices {
  return defineComposite(
    { name, effect: computes, multiplyAdds: ofParts, arguments: ["input", "dim", ["keepdim", false]] },
    (x: Tensor, along: number, keepdim: boolean): ValuesAndIndices => {
      const dim = normalizeDim(along, x.sizes.length);
      const dims = reducedDims(x, along);
      requireElements(x, dims, along, name);
      const indices = positionsAlong(x, dim, keepdim, (output) => kernels.extremePosition(output.storage.data, slicesOf(x, dims), sign));
      return new ValuesAndIndices(name, pick(x, indices, dim), indices);
    },
  );
}

const maxAlong = extremesAlong("max", 1, maxPick);

const minAlong = extremesAlong("min", -1, minPick);

export interface ExtremeOptions {
  readonly dim: number;
  /** Keeps the dimension with size 1. Default false. */
  readonly keepdim?: boolean;
}

/** The second tensor of max and min, by position or by name; null where there is none. */
function otherOf(args: readonly unknown[]): Tensor | null {
  const [first] = args;
  if (first instanceof Tensor) return first;
  return typeof first === "object" && first !== null && "other" in first && args.length === 1
    ? inOrder<[other: Tensor]>("max", ["other"], args as [{ other: Tensor }])[0]
    : null;
}

/** The largest of all elements; along a dimension, the largest elements and their positions; of two tensors, the larger of each pair. (torch.max) */
export function max(x: Tensor): Tensor;

export function max(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor;

export function max(x: Tensor, ...args: [dim: number, keepdim?: boolean | { readonly keepdim?: boolean }] | [options: ExtremeOptions]): ValuesAndIndices;

export function max(x: Tensor, ...args: unknown[]): Tensor | ValuesAndIndices {
  const other = otherOf(args);
  if (other !== null) return maximum(x, other);
  const [, dim, keepdim] = reductionArgs("max", x, args);
  return dim === null ? maxOfAll(x, null, false) : maxAlong(x, dim as number, keepdim);
}

/** The smallest of all elements; along a dimension, the smallest elements and their positions; of two tensors, the smaller of each pair. (torch.min) */
export function min(x: Tensor): Tensor;

export function min(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor;

export function min(x: Tensor, ...args: [dim: number, keepdim?: boolean | { readonly keepdim?: boolean }] | [options: ExtremeOptions]): ValuesAndIndices;

export function min(x: Tensor, ...args: unknown[]): Tensor | ValuesAndIndices {
  const other = otherOf(args);
  if (other !== null) return minimum(x, other);
  const [, dim, keepdim] = reductionArgs("min", x, args);
  return dim === null ? minOfAll(x, null, false) : minAlong(x, dim as number, keepdim);
}

// ---- order statistics

/** Which of a sorted slice's positions is asked for; NaN, if `propagates` and present, comes instead. */
function rankedPositions(output: Tensor, x: Tensor, dims: readonly number[], rank: (notNan: number) => number, propagates: boolean): void {
  const slices = slicesOf(x, dims);
  sortedPositions(slices, false, (s, positions) => {
    let notNan = positions.length;
    while (notNan > 0 && Number.isNaN(slices.data[slices.starts[s]! + positions[notNan - 1]! * slices.stride]!)) notNan--;
    const at = notNan < positions.length && propagates ? notNan : rank(notNan);
    output.storage.data[s] = positions[Math.max(at, 0)]!;
  });
}

function refuseBools(x: Tensor, kernel: string): void {
  if (x.dtype === bool) throw new NotImplementedError(`"${kernel}" not implemented for 'Bool'`);
}

interface OrderStatistic {
  readonly ofAll: (x: Tensor) => Tensor;
  readonly along: (x: Tensor, dim: number, keepdim: boolean) => ValuesAndIndices;
}

function medianOperations(name: "median" | "nanmedian", propagates: boolean): OrderStatistic {
  const middle = (count: number): number => Math.floor((count - 1) / 2);
  const title = name === "median" ? "Median" : "Nanmedian";
  const ofAll = defineOperation<ReductionArgs>({
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "dim", ["keepdim", false]],
    gradientName: `${title}Backward0`,
    infer(x) {
      refuseBools(x, "median_cpu");
      return { sizes: [], dtype: x.dtype };
    },
    forward(output, x) {
      const position = Tensor.allocate([], int64, "cpu");
      if (x.numel() > 0) rankedPositions(position, x, reducedDims(x, null), middle, propagates);
      output.storage.data[0] = denseValues(x)[position.storage.data[0]!] ?? (x.dtype.isFloatingPoint ? NaN : -(2 ** 63));
    },
    reads: [0, "output"],
    backward: sharedAmongEqual,
    recordedBackward: recordedSharing,
  });
  const pickAlong = definePick(name, `${title}Backward1`);
  return {
    ofAll: (x) => ofAll(x, null, false),
    along: defineComposite(
      { name, effect: computes, multiplyAdds: ofParts, arguments: ["input", "dim", ["keepdim", false]] },
      (x: Tensor, along: number, keepdim: boolean): ValuesAndIndices => {
        const dim = normalizeDim(along, x.sizes.length);
        refuseBools(x, "median_cpu");
        const dims = reducedDims(x, along);
        requireElements(x, dims, along, "median");
        const indices = positionsAlong(x, dim, keepdim, (output) => rankedPositions(output, x, dims, middle, propagates));
        return new ValuesAndIndices(name, pickAlong(x, indices, dim), indices);
      },
    ),
  };
}

const medians = medianOperations("median", true);

const nanmedians = medianOperations("nanmedian", false);

/** The middle element (the lower of two) of all; along a dimension, the middle elements and their positions. (torch.median) */
export function median(x: Tensor): Tensor;

export function median(x: Tensor, ...args: [dim: number, keepdim?: boolean | { readonly keepdim?: boolean }] | [options: ExtremeOptions]): ValuesAndIndices;

export function median(x: Tensor, ...args: unknown[]): Tensor | ValuesAndIndices {
  const [, dim, keepdim] = reductionArgs("median", x, args);
  return dim === null ? medians.ofAll(x) : medians.along(x, dim as number, keepdim);
}

/** `median` of the elements that are not NaN. (torch.nanmedian) */
export function nanmedian(x: Tensor): Tensor;

export function nanmedian(x: Tensor, ...args: [dim: number, keepdim?: boolean | { readonly keepdim?: boolean }] | [options: ExtremeOptions]): ValuesAndIndices;

export function nanmedian(x: Tensor, ...args: unknown[]): Tensor | ValuesAndIndices {
  const [, dim, keepdim] = reductionArgs("nanmedian", x, args);
  return dim === null ? nanmedians.ofAll(x) : nanmedians.along(x, dim as number, keepdim);
}

const kthvaluePick = definePick("kthvalue", "KthvalueBackward0");

const kthvalueOperation = defineComposite(
  { name: "kthvalue", effect: computes, multiplyAdds: ofParts, arguments: ["input", "k", ["dim", -1], ["keepdim", false]] },
  (x: Tensor, k: number, along: number, keepdim: boolean): ValuesAndIndices => {
    requireIntegers("kthvalue", k);
    const dim = normalizeDim(along, x.sizes.length);
    refuseBools(x, "kthvalue_cpu");
    if (x.sizes[dim] === 0) throw new IndexError(`kthvalue(): Expected reduction dim ${dim} to have non-zero size.`);
    if (k < 1 || k > (x.sizes[dim] ?? 1)) throw new RuntimeError(`kthvalue(): selected number k out of range for dimension ${dim}`);
    const dims = reducedDims(x, along);
    const indices = positionsAlong(x, dim, keepdim, (output) => rankedPositions(output, x, dims, () => k - 1, false));
    return new ValuesAndIndices("kthvalue", kthvaluePick(x, indices, dim), indices);
  },
);

export interface LastDimOptions {
  /** Default -1, the last. */
  readonly dim?: number;
  /** Keeps the dimension with size 1. Default false. */
  readonly keepdim?: boolean;
}

/** The k-th smallest elements along a dimension (the last by default) and their positions; k counts from 1. (torch.kthvalue) */
export function kthvalue(
  x: Tensor,
  ...args: WithRequired<[k: number], { readonly k: number }, [dim: number, keepdim: boolean], LastDimOptions>
): ValuesAndIndices {
  const [[k], rest] = requiredFirst<[k: number]>("kthvalue", ["k"], args);
  const { dim = -1, keepdim = false } = collect<LastDimOptions>("kthvalue", ["dim", "keepdim"], rest);
  return kthvalueOperation(x, k, dim, keepdim);
}

const modePick = definePick("mode", "ModeBackward0");

const modeOperation = defineComposite(
  { name: "mode", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["dim", -1], ["keepdim", false]] },
  (x: Tensor, along: number, keepdim: boolean): ValuesAndIndices => {
    const dim = normalizeDim(along, x.sizes.length);
    const dims = reducedDims(x, along);
    requireElements(x, dims, along, "mode");
    const indices = positionsAlong(x, dim, keepdim, (output) => {
      const slices = slicesOf(x, dims);
      sortedPositions(slices, false, (s, positions) => {
        let best = 0;
        for (let k = 0; k < positions.length; ) {
          const start = k;
          const value = slices.data[slices.starts[s]! + positions[k]! * slices.stride]!;
          while (k < positions.length && slices.data[slices.starts[s]! + positions[k]! * slices.stride] === value) k++;
          if (k === start) k++;
          if (k - start > best) {
            best = k - start;
            output.storage.data[s] = positions[k - 1]!;
          }
        }
      });
    });
    return new ValuesAndIndices("mode", modePick(x, indices, dim), indices);
  },
);

/** The most frequent elements along a dimension (the last by default), of equally frequent ones the smallest, and a position of each. (torch.mode) */
export function mode(x: Tensor, ...args: Arguments<[dim: number, keepdim: boolean], LastDimOptions>): ValuesAndIndices {
  const { dim = -1, keepdim = false } = collect<LastDimOptions>("mode", ["dim", "keepdim"], args);
  return modeOperation(x, dim, keepdim);
}
