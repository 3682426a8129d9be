import { defineComposite, defineOperation, named, type BackwardContext, type OperationRow } from "../dispatch/index.js";
import { bool, int64, uint8, type DType } from "../dtype.js";
import { IndexError, NotImplementedError, RuntimeError } from "../errors.js";
import { binary, denseValues, ternary, unary } from "../kernels/elementwise.js";
import * as kernels from "../kernels/reduce.js";
import { slicesOf } from "../kernels/slices.js";
import { equalSizes } from "../size.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { collect, inOrder, required, requiredFirst, requireIntegers, type AllArguments, type Arguments, type Dims, type WithRequired } from "../arguments.js";
import { maximum, minimum } from "./binary.js";
import { definePick, positionsAlong } from "./rules/picks.js";
import { floatType, requireFloatingPoint } from "./rules/promotion.js";
import { filledLike, reducedCount, reducedDims, reducedSizes, spread } from "./rules/reducedDims.js";
import { narrow } from "./shape.js";
import { ValuesAndIndices } from "./rules/valuesAndIndices.js";
import { vectorNorm } from "./vectorNorm.js";
import { computes, operand } from "../operation.js";

/** One number from many: along some dimensions, or along all where none is named. Sums run in double precision. */

type ReductionArgs = [x: Tensor, dim: Dims | null, keepdim: boolean];

export interface ReductionOptions {
  /** Dimension or dimensions that are reduced; null for all. Default null. */
  readonly dim?: Dims | null;
  /** Keeps the reduced dimensions with size 1. Default false. */
  readonly keepdim?: boolean;
}

export interface TypedReductionOptions extends ReductionOptions {
  /** Converts to this dtype first. */
  readonly dtype?: DType;
}

type ReductionArguments<Options = ReductionOptions> = Arguments<[dim: Dims | null, keepdim: boolean], Options>;

/** The arguments of a reduction, x converted if a dtype was asked for. */
function reductionArgs(x: Tensor, args: readonly unknown[]): ReductionArgs {
  if (args.length === 0) return [x, null, false];
  const { dim = null, keepdim = false, dtype } = collect<TypedReductionOptions>(["dim", "keepdim"], args, ["dtype"]);
  return [dtype === undefined ? x : x.to(dtype), dim, keepdim];
}

/** Sums of integers and truth values are int64. */
const sumType = (dtype: DType): DType => (dtype.isFloatingPoint ? dtype : int64);

// ---- sums and means

const byDims =
  (name: string) =>
  (_: Tensor, dim: Dims | null): string =>
    `${name}Backward${dim === null ? 0 : 1}`;

const sumOperation = defineOperation<ReductionArgs>({
  name: "sum",
  effect: computes,
  arguments: ["input", "dim", ["keepdim", false]],
  gradientName: byDims("Sum"),
  infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: sumType(x.dtype) }),
  forward: (output, x, dim) => kernels.sum(output.storage.data, slicesOf(x, reducedDims(x, dim))),
  backward: (gradient, { args: [x, dim] }) => [spread(gradient, x, reducedDims(x, dim))],
});

/** The sum. Of integers and truth values in int64. (torch.sum) */
export function sum(x: Tensor, ...args: ReductionArguments<TypedReductionOptions>): Tensor {
  return sumOperation(...reductionArgs(x, args));
}

const nansumOperation = defineOperation<ReductionArgs>({
  name: "nansum",
  effect: computes,
  arguments: ["input", "dim", ["keepdim", false]],
  infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: sumType(x.dtype) }),
  forward: (output, x, dim) => kernels.nansum(output.storage.data, slicesOf(x, reducedDims(x, dim))),
  reads: [0],
  backward: (gradient, { args: [x, dim] }) => [
    filledLike(x, gradient.dtype, (result) => binary(result, spread(gradient, x, reducedDims(x, dim)), x, (g, value) => (Number.isNaN(value) ? 0 : g))),
  ],
});

/** The sum with NaN taken as zero. (torch.nansum) */
export function nansum(x: Tensor, ...args: ReductionArguments<TypedReductionOptions>): Tensor {
  return nansumOperation(...reductionArgs(x, args));
}

function requireFractions(x: Tensor, operation: string): void {
  if (!x.dtype.isFloatingPoint) {
    throw new RuntimeError(
      `${operation}(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: ${x.dtype.scalarType}`,
    );
  }
}

const meanOperation = defineOperation<ReductionArgs>({
  name: "mean",
  effect: computes,
  arguments: ["input", "dim", ["keepdim", false]],
  gradientName: byDims("Mean"),
  infer(x, dim, keepdim) {
    requireFractions(x, "mean");
    return { sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: x.dtype };
  },
  forward: (output, x, dim) => kernels.mean(output.storage.data, slicesOf(x, reducedDims(x, dim))),
  backward(gradient, { args: [x, dim] }) {
    const dims = reducedDims(x, dim);
    const count = reducedCount(x, dims);
    return [
      spread(
        filledLike(gradient, gradient.dtype, (result) => unary(result, gradient, (g) => g / count)),
        x,
        dims,
      ),
    ];
  },
});

/** The mean; NaN of no elements. (torch.mean) */
export function mean(x: Tensor, ...args: ReductionArguments<TypedReductionOptions>): Tensor {
  return meanOperation(...reductionArgs(x, args));
}

/** The mean of the elements that are not NaN. (torch.nanmean) */
export const nanmean = defineComposite(
  { name: "nanmean", effect: computes, arguments: ["input", "dim", ["keepdim", false]] },
  (x: Tensor, ...args: ReductionArguments<TypedReductionOptions>): Tensor => {
    const [converted, dim, keepdim] = reductionArgs(x, args);
    return nansum(converted, dim, keepdim).div(converted.isnan().logicalNot().sum(dim, keepdim));
  },
);

// ---- variance

type VarianceArgs = [x: Tensor, dim: Dims | null, correction: number, keepdim: boolean];

export interface VarianceOptions extends ReductionOptions {
  /** Subtracted from the number of elements in the denominator. Default 1. */
  readonly correction?: number;
  /** Another way to say correction 1 (true) or 0 (false). */
  readonly unbiased?: boolean;
}

type VarianceArguments = Arguments<[dim: Dims | null, unbiased: boolean, keepdim: boolean], VarianceOptions> | [unbiased: boolean];

/** `x.var(false)` states `unbiased` alone. */
function varianceArgs(x: Tensor, args: readonly unknown[]): VarianceArgs {
  const given = typeof args[0] === "boolean" ? [undefined, ...args] : args;
  const { dim = null, unbiased, correction, keepdim = false } = collect<VarianceOptions>(["dim", "unbiased", "keepdim"], given, ["correction"]);
  return [x, dim, correction ?? (unbiased === false ? 0 : 1), keepdim];
}

function varianceRow(name: "var" | "std"): OperationRow<VarianceArgs, Tensor> {
  const isRoot = name === "std";
  return {
    name,
    effect: computes,
    arguments: ["input", "dim", ["correction", 1], ["keepdim", false]],
    infer(x, dim, _, keepdim) {
      if (!x.dtype.isFloatingPoint) throw new RuntimeError("std and var only support floating point and complex dtypes");
      return { sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: x.dtype };
    },
    forward(output, x, dim, correction) {
      const means = Tensor.allocate(output.sizes, x.dtype, "cpu");
      kernels.variance(output.storage.data, means.storage.data, slicesOf(x, reducedDims(x, dim)), correction);
      if (isRoot) unary(output, output, Math.sqrt);
      return means;
    },
    reads: isRoot ? [0, "output"] : [0],
    backward(gradient, { args: [x, dim, correction], output, saved: means }) {
      const dims = reducedDims(x, dim);
      const freedom = Math.max(0, reducedCount(x, dims) - correction);
      const scaled = filledLike(gradient, gradient.dtype, (result) => {
        if (isRoot) binary(result, gradient, output, (g, std) => (std === 0 ? 0 : g / (2 * std * freedom)));
        else unary(result, gradient, (g) => g / freedom);
      });
      return [
        filledLike(x, x.dtype, (result) =>
          ternary(result, spread(scaled, x, dims), x, spread(means, x, dims), (g, value, middle) => 2 * g * (value - middle), "squaredDifferenceBackward"),
        ),
      ];
    },
  };
}

const varOperation = defineOperation<VarianceArgs, Tensor>(varianceRow("var"));
const stdOperation = defineOperation<VarianceArgs, Tensor>(varianceRow("std"));

function variance(x: Tensor, ...args: VarianceArguments): Tensor {
  return varOperation(...varianceArgs(x, args));
}
export {
  /** The variance, by default with n - 1 in the denominator. (torch.var) */
  variance as var,
};

/** The standard deviation, by default with n - 1 in the denominator. (torch.std) */
export function std(x: Tensor, ...args: VarianceArguments): Tensor {
  return stdOperation(...varianceArgs(x, args));
}

/** Variance and mean. (torch.var_mean) */
export const varMean = defineComposite(
  { name: "varMean", effect: computes, arguments: ["input", ["unbiased", true]] },
  (x: Tensor, ...args: VarianceArguments): [variance: Tensor, mean: Tensor] => {
    const [, dim, , keepdim] = varianceArgs(x, args);
    requireFractionsFor("var_mean", x);
    return [named("VarMeanBackward0", varOperation(...varianceArgs(x, args))), named("VarMeanBackward0", meanOperation(x, dim, keepdim))];
  },
);

function requireFractionsFor(operation: string, x: Tensor): void {
  if (!x.dtype.isFloatingPoint) throw new RuntimeError(`${operation} only support floating point and complex dtypes`);
}

/** Standard deviation and mean. (torch.std_mean) */
export const stdMean = defineComposite(
  { name: "stdMean", effect: computes, arguments: ["input", ["unbiased", true]] },
  (x: Tensor, ...args: VarianceArguments): [std: Tensor, mean: Tensor] => {
    const [, dim, , keepdim] = varianceArgs(x, args);
    requireFractionsFor("std_mean", x);
    return [named("StdMeanBackward0", stdOperation(...varianceArgs(x, args))), named("StdMeanBackward0", meanOperation(x, dim, keepdim))];
  },
);

// ---- products

type AlongArgs = [x: Tensor, dim: number | null, keepdim: boolean];

const prodOperation = defineOperation<AlongArgs>({
  name: "prod",
  effect: computes,
  arguments: ["input", "dim", ["keepdim", false]],
  gradientName: byDims("Prod"),
  infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: sumType(x.dtype) }),
  forward: (output, x, dim) => kernels.prod(output.storage.data, slicesOf(x, reducedDims(x, dim))),
  reads: [0],
  backward(gradient, { args: [x, dim] }) {
    const dims = reducedDims(x, dim);
    return [
      filledLike(x, x.dtype, (result) => {
        kernels.prodOfOthers(slicesOf(result, dims), slicesOf(x, dims));
        binary(result, result, spread(gradient, x, dims), (others, g) => others * g);
      }),
    ];
  },
});

export interface AlongOptions {
  /** The one dimension that is reduced; null for all. Default null. */
  readonly dim?: number | null;
  /** Keeps the reduced dimension with size 1. Default false. */
  readonly keepdim?: boolean;
}

/** The product, along one dimension or of all elements. (torch.prod) */
export function prod(x: Tensor, ...args: Arguments<[dim: number | null, keepdim: boolean], AlongOptions & { readonly dtype?: DType }>): Tensor {
  const [converted, dim, keepdim] = reductionArgs(x, args);
  return prodOperation(converted, dim as number | null, keepdim);
}

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
  };
}

/** Every element that is equal to the one found has the same part of the gradient. */
function sharedAmongEqual(gradient: Tensor, { args: [x, dim], output }: BackwardContext<ReductionArgs, void>): Tensor[] {
  const dims = reducedDims(x, dim);
  const shared = filledLike(x, x.dtype, (result) =>
    binary(result, x, spread(output, x, dims), (value, found) => (value === found || (value !== value && found !== found) ? 1 : 0)),
  );
  const counts = filledLike(gradient, gradient.dtype, (result) => kernels.sum(result.storage.data, slicesOf(shared, dims)));
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
  return amaxOperation(...reductionArgs(x, args));
}

/** The smallest element; equal ones share the gradient. (torch.amin) */
export function amin(x: Tensor, ...args: ReductionArguments): Tensor {
  return aminOperation(...reductionArgs(x, args));
}

/** By position or by name. */
type MinAndMax = readonly [min: Tensor, max: Tensor] & { readonly min: Tensor; readonly max: Tensor };

/** The smallest and the largest element. (torch.aminmax) */
export const aminmax = defineComposite(
  { name: "aminmax", effect: computes, arguments: ["input", { keepdim: false }] },
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
    arguments: ["input", "dim", ["keepdim", false]],
    infer(x, dim, keepdim) {
      const dims = reducedDims(x, dim);
      if (x.dtype === bool) throw new RuntimeError(`${name}(): does not support bool input`);
      requireElements(x, dims, dim, name);
      return { sizes: reducedSizes(x, dims, keepdim), dtype: int64 };
    },
    forward: (output, x, dim) => kernels.extremePosition(output.storage.data, slicesOf(x, reducedDims(x, dim)), sign),
  };
}

const argmaxOperation = defineOperation<AlongArgs>(positionRow("argmax", 1));
const argminOperation = defineOperation<AlongArgs>(positionRow("argmin", -1));

/** The position of the first largest element: along a dimension, or among all, counted row by row. (torch.argmax) */
export function argmax(x: Tensor, ...args: Arguments<[dim: number | null, keepdim: boolean], AlongOptions>): Tensor {
  return argmaxOperation(...(reductionArgs(x, args) as AlongArgs));
}

/** The position of the first smallest element: along a dimension, or among all, counted row by row. (torch.argmin) */
export function argmin(x: Tensor, ...args: Arguments<[dim: number | null, keepdim: boolean], AlongOptions>): Tensor {
  return argminOperation(...(reductionArgs(x, args) as AlongArgs));
}

const maxPick = definePick("max", "MaxBackward0");
const minPick = definePick("min", "MinBackward0");

function extremesAlong(name: "max" | "min", sign: 1 | -1, pick: typeof maxPick): (x: Tensor, dim: number, keepdim: boolean) => ValuesAndIndices {
  return defineComposite(
    { name, effect: computes, arguments: ["input", "dim", ["keepdim", false]] },
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
  const [, dim, keepdim] = reductionArgs(x, args);
  return dim === null ? maxOfAll(x, null, false) : maxAlong(x, dim as number, keepdim);
}

/** The smallest of all elements; along a dimension, the smallest elements and their positions; of two tensors, the smaller of each pair. (torch.min) */
export function min(x: Tensor): Tensor;
export function min(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor;
export function min(x: Tensor, ...args: [dim: number, keepdim?: boolean | { readonly keepdim?: boolean }] | [options: ExtremeOptions]): ValuesAndIndices;
export function min(x: Tensor, ...args: unknown[]): Tensor | ValuesAndIndices {
  const other = otherOf(args);
  if (other !== null) return minimum(x, other);
  const [, dim, keepdim] = reductionArgs(x, args);
  return dim === null ? minOfAll(x, null, false) : minAlong(x, dim as number, keepdim);
}

// ---- order statistics

/** Which of a sorted slice's positions is asked for; NaN, if `propagates` and present, comes instead. */
function rankedPositions(output: Tensor, x: Tensor, dims: readonly number[], rank: (notNan: number) => number, propagates: boolean): void {
  const slices = slicesOf(x, dims);
  kernels.sortedPositions(slices, false, (s, positions) => {
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
  });
  const pickAlong = definePick(name, `${title}Backward1`);
  return {
    ofAll: (x) => ofAll(x, null, false),
    along: defineComposite(
      { name, effect: computes, arguments: ["input", "dim", ["keepdim", false]] },
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
  const [, dim, keepdim] = reductionArgs(x, args);
  return dim === null ? medians.ofAll(x) : medians.along(x, dim as number, keepdim);
}

/** `median` of the elements that are not NaN. (torch.nanmedian) */
export function nanmedian(x: Tensor): Tensor;
export function nanmedian(x: Tensor, ...args: [dim: number, keepdim?: boolean | { readonly keepdim?: boolean }] | [options: ExtremeOptions]): ValuesAndIndices;
export function nanmedian(x: Tensor, ...args: unknown[]): Tensor | ValuesAndIndices {
  const [, dim, keepdim] = reductionArgs(x, args);
  return dim === null ? nanmedians.ofAll(x) : nanmedians.along(x, dim as number, keepdim);
}

const kthvaluePick = definePick("kthvalue", "KthvalueBackward0");
const kthvalueOperation = defineComposite(
  { name: "kthvalue", effect: computes, arguments: ["input", "k", ["dim", -1], ["keepdim", false]] },
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
  const { dim = -1, keepdim = false } = collect<LastDimOptions>(["dim", "keepdim"], rest);
  return kthvalueOperation(x, k, dim, keepdim);
}

const modePick = definePick("mode", "ModeBackward0");
const modeOperation = defineComposite(
  { name: "mode", effect: computes, arguments: ["input", ["dim", -1], ["keepdim", false]] },
  (x: Tensor, along: number, keepdim: boolean): ValuesAndIndices => {
    const dim = normalizeDim(along, x.sizes.length);
    const dims = reducedDims(x, along);
    requireElements(x, dims, along, "mode");
    const indices = positionsAlong(x, dim, keepdim, (output) => {
      const slices = slicesOf(x, dims);
      kernels.sortedPositions(slices, false, (s, positions) => {
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
  const { dim = -1, keepdim = false } = collect<LastDimOptions>(["dim", "keepdim"], args);
  return modeOperation(x, dim, keepdim);
}

// ---- norms

export interface NormOptions extends TypedReductionOptions {
  /** The order: a number, Infinity or -Infinity; "fro" is 2. Default "fro". */
  readonly p?: number | "fro";
}

/** The norm of the elements as one vector, or along dimensions. (torch.norm) */
export function norm(x: Tensor, ...args: Arguments<[p: number | "fro", dim: Dims | null, keepdim: boolean], NormOptions>): Tensor {
  const { p = "fro", dim = null, keepdim = false, dtype } = collect<NormOptions>(["p", "dim", "keepdim"], args, ["dtype"]);
  if (typeof p !== "number" && p !== "fro") throw new RuntimeError(`linalg.matrix_norm: Order ${String(p)} not supported.`);
  return vectorNorm(dtype === undefined ? x : x.to(dtype), p === "fro" ? 2 : p, dim, keepdim);
}

/** The norm of the difference. (torch.dist) */
export const dist = defineComposite(
  { name: "dist", effect: computes, arguments: ["input", operand, ["p", 2]] },
  (x: Tensor, ...args: WithRequired<[other: Tensor], { readonly other: Tensor }, [p: number], { readonly p?: number }>): Tensor => {
    const [[other], rest] = requiredFirst<[other: Tensor]>("dist", ["other"], args);
    return named("DistBackward0", vectorNorm(x.sub(other), collect<{ p?: number }>(["p"], rest).p ?? 2, null, false));
  },
);

const logsumexpOperation = defineOperation<ReductionArgs>({
  name: "logsumexp",
  effect: computes,
  arguments: ["input", "dim", ["keepdim", false]],
  infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: floatType(x.dtype) }),
  forward: (output, x, dim) => kernels.logSumExp(output.storage.data, slicesOf(x, reducedDims(x, dim))),
  reads: [0, "output"],
  backward(gradient, { args: [x, dim], output }) {
    const dims = reducedDims(x, dim);
    return [
      filledLike(x, gradient.dtype, (result) =>
        ternary(
          result,
          spread(gradient, x, dims),
          x,
          spread(output, x, dims),
          (g, value, total) => (total === -Infinity ? 0 : g * Math.exp(value - total)),
          "logsumexpBackward",
        ),
      ),
    ];
  },
});

/** log(sum(exp(x))) without overflow. (torch.logsumexp) */
export function logsumexp(x: Tensor, ...args: Arguments<[dim: Dims, keepdim: boolean], { readonly dim: Dims; readonly keepdim?: boolean }>): Tensor {
  const { dim, keepdim = false } = collect<{ dim?: Dims; keepdim?: boolean }>(["dim", "keepdim"], args);
  return logsumexpOperation(x, required(dim, "logsumexp", "dim"), keepdim);
}

// ---- truth values and counts

/** any: some are not zero. all: none is zero. */
function truthRow(name: "any" | "all"): OperationRow<ReductionArgs> {
  return {
    name,
    effect: computes,
    arguments: ["input", "dim", ["keepdim", false]],
    infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: x.dtype === uint8 ? uint8 : bool }),
    forward(output, x, dim) {
      const truth = output.storage.data;
      kernels.contains(truth, slicesOf(x, reducedDims(x, dim)), name === "any" ? "nonzero" : "zero");
      if (name === "all") for (let s = 0; s < truth.length; s++) truth[s] = 1 - truth[s]!;
    },
  };
}

const anyOperation = defineOperation<ReductionArgs>(truthRow("any"));
const allOperation = defineOperation<ReductionArgs>(truthRow("all"));

/** Whether any element is not zero. (torch.any) */
export function any(x: Tensor, ...args: ReductionArguments): Tensor {
  return anyOperation(...reductionArgs(x, args));
}

/** Whether no element is zero. (torch.all) */
export function all(x: Tensor, ...args: ReductionArguments): Tensor {
  return allOperation(...reductionArgs(x, args));
}

const countNonzeroOperation = defineOperation<[x: Tensor, dim: Dims | null]>({
  name: "countNonzero",
  effect: computes,
  arguments: ["input", "dim"],
  infer: (x, dim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), false), dtype: int64 }),
  forward: (output, x, dim) => kernels.countNonzero(output.storage.data, slicesOf(x, reducedDims(x, dim))),
});

/** How many elements are not zero. (torch.count_nonzero) */
export function countNonzero(x: Tensor, ...args: Arguments<[dim: Dims | null], { readonly dim?: Dims | null }>): Tensor {
  return countNonzeroOperation(x, collect<{ dim?: Dims | null }>(["dim"], args).dim ?? null);
}

// ---- running sums, products, extremes

type ScanArgs = [x: Tensor, dim: number];

export interface ScanOptions {
  readonly dim?: number;
  /** Converts to this dtype first. */
  readonly dtype?: DType;
}

type ScanArguments = Arguments<[dim: number], ScanOptions>;

function scanArgs(operation: string, x: Tensor, args: readonly unknown[]): ScanArgs {
  const { dim, dtype } = collect<ScanOptions>(["dim"], args, ["dtype"]);
  const along = required(dim, operation, "dim");
  return [dtype === undefined ? x : x.to(dtype), along];
}

/** The one dimension as `slicesOf` takes it. */
const scanned = (x: Tensor, dim: number): readonly number[] => (
  normalizeDim(dim, x.sizes.length), x.sizes.length === 0 ? [] : [normalizeDim(dim, x.sizes.length)]
);

function inferScan(x: Tensor, dim: number): { sizes: readonly number[]; dtype: DType } {
  normalizeDim(dim, x.sizes.length);
  return { sizes: x.sizes, dtype: sumType(x.dtype) };
}

const cumsumOperation = defineOperation<ScanArgs>({
  name: "cumsum",
  effect: computes,
  arguments: ["input", "dim"],
  infer: inferScan,
  forward: (output, x, dim) => kernels.cumulativeSum(slicesOf(output, scanned(x, dim)), slicesOf(x, scanned(x, dim)), false),
  backward: (gradient, { args: [x, dim] }) => [
    filledLike(x, gradient.dtype, (result) => kernels.cumulativeSum(slicesOf(result, scanned(x, dim)), slicesOf(gradient, scanned(x, dim)), true)),
  ],
});

/** Sums of all elements up to each one along a dimension. (torch.cumsum) */
export function cumsum(x: Tensor, ...args: ScanArguments): Tensor {
  return cumsumOperation(...scanArgs("cumsum", x, args));
}

const cumprodOperation = defineOperation<ScanArgs>({
  name: "cumprod",
  effect: computes,
  arguments: ["input", "dim"],
  infer: inferScan,
  forward: (output, x, dim) => kernels.cumulativeProd(slicesOf(output, scanned(x, dim)), slicesOf(x, scanned(x, dim))),
  reads: [0],
  backward: (gradient, { args: [x, dim] }) => [
    filledLike(x, gradient.dtype, (result) => {
      const dims = scanned(x, dim);
      kernels.cumulativeProdGradient(slicesOf(result, dims), slicesOf(gradient, dims), slicesOf(x, dims));
    }),
  ],
});

/** Products of all elements up to each one along a dimension. (torch.cumprod) */
export function cumprod(x: Tensor, ...args: ScanArguments): Tensor {
  return cumprodOperation(...scanArgs("cumprod", x, args));
}

const logcumsumexpOperation = defineOperation<ScanArgs>({
  name: "logcumsumexp",
  effect: computes,
  arguments: ["input", "dim"],
  infer(x, dim) {
    normalizeDim(dim, x.sizes.length);
    requireFloatingPoint(x.dtype, "logcumsumexp_out_cpu");
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward: (output, x, dim) => kernels.cumulativeLogSumExp(slicesOf(output, scanned(x, dim)), slicesOf(x, scanned(x, dim))),
  reads: [0, "output"],
  backward: (gradient, { args: [x, dim], output }) => [
    filledLike(x, gradient.dtype, (result) => {
      const dims = scanned(x, dim);
      kernels.cumulativeLogSumExpGradient(slicesOf(result, dims), slicesOf(gradient, dims), slicesOf(x, dims), slicesOf(output, dims));
    }),
  ],
});

/** log(sum(exp(x))) of all elements up to each one along a dimension. (torch.logcumsumexp) */
export function logcumsumexp(x: Tensor, ...args: Arguments<[dim: number], { readonly dim?: number }>): Tensor {
  return logcumsumexpOperation(...scanArgs("logcumsumexp", x, args));
}

function runningExtreme(name: "cummax" | "cummin", sign: 1 | -1): (x: Tensor, dim: number) => ValuesAndIndices {
  const pick = definePick(name, `${name === "cummax" ? "Cummax" : "Cummin"}Backward0`);
  return defineComposite({ name, effect: computes, arguments: ["input", "dim"] }, (x: Tensor, along: number): ValuesAndIndices => {
    const dim = normalizeDim(along, x.sizes.length);
    const indices = filledLike(x, int64, (output) => kernels.cumulativeExtremePosition(slicesOf(output, scanned(x, dim)), slicesOf(x, scanned(x, dim)), sign));
    return new ValuesAndIndices(name, pick(x, indices, dim), indices);
  });
}

const cummaxOperation = runningExtreme("cummax", 1);
const cumminOperation = runningExtreme("cummin", -1);

/** The largest elements up to each one along a dimension, and their positions. (torch.cummax) */
export function cummax(x: Tensor, ...args: Arguments<[dim: number], { readonly dim?: number }>): ValuesAndIndices {
  return cummaxOperation(...scanArgs("cummax", x, args));
}

/** The smallest elements up to each one along a dimension, and their positions. (torch.cummin) */
export function cummin(x: Tensor, ...args: Arguments<[dim: number], { readonly dim?: number }>): ValuesAndIndices {
  return cumminOperation(...scanArgs("cummin", x, args));
}

export interface DiffOptions {
  /** How often the differences are taken. Default 1. */
  readonly n?: number;
  /** Default -1, the last. */
  readonly dim?: number;
}

/** Differences of neighbours along a dimension. (torch.diff) */
export const diff = defineComposite(
  { name: "diff", effect: computes, arguments: ["input", ["n", 1], ["dim", -1]] },
  (x: Tensor, ...args: Arguments<[n: number, dim: number], DiffOptions>): Tensor => {
    const { n = 1, dim = -1 } = collect<DiffOptions>(["n", "dim"], args);
    if (x.sizes.length === 0) throw new RuntimeError("diff expects input to be at least one-dimensional");
    let result = x;
    for (let i = 0; i < n; i++) {
      const size = result.sizes[normalizeDim(dim, x.sizes.length)]!;
      if (size === 0) break;
      const later = narrow(result, dim, 1, size - 1);
      const earlier = narrow(result, dim, 0, size - 1);
      result = result.dtype === bool ? later.logicalXor(earlier) : later.sub(earlier);
    }
    return result;
  },
);

/** True when two tensors have the same shape. */
export function isSameSize(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): boolean {
  const [other] = inOrder("is_same_size", ["other"], args);
  return equalSizes(x.sizes, other.sizes);
}
