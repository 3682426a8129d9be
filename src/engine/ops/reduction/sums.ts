import { linearInEach, composed, defineComposite, defineOperation, named, type OperationRow } from "../../dispatch/index.js";
import type { DType } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { binary, ternary, unary } from "../../kernels/elementwise.js";
import * as kernels from "../../kernels/reduce.js";
import { slicesOf } from "../../kernels/slices.js";
import { normalizeDim, Tensor } from "../../tensor.js";
import { warn } from "../../warnings.js";
import { variance as varianceOf } from "../../kernels/variance.js";
import { collect, type Arguments, type Dims } from "../../arguments.js";
import { filledLike, reducedCount, reducedDims, reducedSizes, spread } from "../rules/reducedDims.js";
import { computes, notCounted, ofParts } from "../../operation.js";
import { type ReductionArgs, sumType, type ReductionArguments, type TypedReductionOptions, reductionArgs, type ReductionOptions } from "./arguments.js";
import { expandedOver } from "../rules/recorded.js";

// ---- sums and means

const byDims =
  (name: string) =>
  (_: Tensor, dim: Dims | null): string =>
    `${name}Backward${dim === null ? 0 : 1}`;

const sumOperation = defineOperation<ReductionArgs>({
  name: "sum",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", ["keepdim", false]],
  gradientName: byDims("Sum"),
  infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: sumType(x.dtype) }),
  forward: (output, x, dim) => kernels.sum(output.storage.data, x, reducedDims(x, dim)),
  backward: (gradient, { args: [x, dim] }) => [spread(gradient, x, reducedDims(x, dim))],
  recordedBackward: linearInEach(0),
});

/** The sum. Of integers and truth values in int64. (torch.sum) */
export function sum(x: Tensor, ...args: ReductionArguments<TypedReductionOptions>): Tensor {
  return sumOperation(...reductionArgs("sum", x, args));
}

const nansumOperation = defineOperation<ReductionArgs>({
  name: "nansum",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", ["keepdim", false]],
  infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: sumType(x.dtype) }),
  forward: (output, x, dim) => kernels.nansum(output.storage.data, x, reducedDims(x, dim)),
  reads: [0],
  backward: (gradient, { args: [x, dim] }) => [
    filledLike(x, gradient.dtype, (result) => binary(result, spread(gradient, x, reducedDims(x, dim)), x, (g, value) => (Number.isNaN(value) ? 0 : g))),
  ],
  recordedBackward: (g, { args: [x, dim] }) => [expandedOver(x, dim, g).maskedFill(x.isnan(), 0)],
});

/** The sum with NaN taken as zero. (torch.nansum) */
export function nansum(x: Tensor, ...args: ReductionArguments<TypedReductionOptions>): Tensor {
  return nansumOperation(...reductionArgs("nansum", x, args));
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
  multiplyAdds: notCounted,
  arguments: ["input", "dim", ["keepdim", false]],
  gradientName: byDims("Mean"),
  infer(x, dim, keepdim) {
    requireFractions(x, "mean");
    return { sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: x.dtype };
  },
  forward: (output, x, dim) => kernels.mean(output.storage.data, x, reducedDims(x, dim)),
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
  recordedBackward: linearInEach(0),
});

/** The mean; NaN of no elements. (torch.mean) */
export function mean(x: Tensor, ...args: ReductionArguments<TypedReductionOptions>): Tensor {
  return meanOperation(...reductionArgs("mean", x, args));
}

/** The mean of the elements that are not NaN. (torch.nanmean) */
export const nanmean: (x: Tensor, ...args: ReductionArguments<TypedReductionOptions>) => Tensor = defineComposite(
  { name: "nanmean", effect: computes, multiplyAdds: ofParts, arguments: ["input", "dim", ["keepdim", false]] },
  (x: Tensor, ...args: ReductionArguments<TypedReductionOptions>): Tensor => {
    const [converted, dim, keepdim] = reductionArgs("nanmean", x, args);
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
function varianceArgs(operation: string, x: Tensor, args: readonly unknown[]): VarianceArgs {
  const given = typeof args[0] === "boolean" ? [undefined, ...args] : args;
  const { dim = null, unbiased, correction, keepdim = false } = collect<VarianceOptions>(operation, ["dim", "unbiased", "keepdim"], given, ["correction"]);
  return [x, dim, correction ?? (unbiased === false ? 0 : 1), keepdim];
}

let isWithMean = false;

/** What varMean and stdMean compute first, which warns in their name. */
function withMean<Result>(compute: () => Result): Result {
  isWithMean = true;
  try {
    return compute();
  } finally {
    isWithMean = false;
  }
}

function varianceRow(name: "var" | "std"): OperationRow<VarianceArgs, Tensor> {
  const isRoot = name === "std";
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "dim", ["correction", 1], ["keepdim", false]],
    infer(x, dim, _, keepdim) {
      if (!x.dtype.isFloatingPoint) throw new RuntimeError("std and var only support floating point and complex dtypes");
      return { sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: x.dtype };
    },
    forward(output, x, dim, correction) {
      const means = Tensor.allocate(output.sizes, x.dtype, "cpu");
      if (reducedCount(x, reducedDims(x, dim)) <= correction) {
        warn(
          `${isRoot ? "std" : "var"}${isWithMean ? "_mean" : ""}(): degrees of freedom is <= 0. Correction should be strictly less than the reduction factor (input numel divided by output numel).`,
        );
      }
      varianceOf(output.storage.data, means.storage.data, x, reducedDims(x, dim), correction, isRoot);
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
          ternary(result, spread(scaled, x, dims), x, spread(means, x, dims), (g, value, middle) => 2 * g * (value - middle), ["squaredDifferenceBackward", 2]),
        ),
      ];
    },
    recordedBackward: (g, { args: [x, dim, correction], output }) => {
      const incoming = isRoot ? g.div(output.mul(2)).maskedFill(output.eq(0), 0) : g;
      const dims = reducedDims(x, dim);
      const freedom = Math.max(0, reducedCount(x, dims) - correction);
      return [
        expandedOver(x, dim, incoming)
          .mul(x.sub(x.mean(dims, true)))
          .mul(2 / freedom),
      ];
    },
  };
}

const varOperation = defineOperation<VarianceArgs, Tensor>(varianceRow("var"));

const stdOperation = defineOperation<VarianceArgs, Tensor>(varianceRow("std"));

/** The variance, by default with n - 1 in the denominator. (torch.var) */
function variance(x: Tensor, ...args: VarianceArguments): Tensor {
  return varOperation(...varianceArgs("var", x, args));
}

export {
  /** The variance, by default with n - 1 in the denominator. (torch.var) */
  variance as var,
};

/** The standard deviation, by default with n - 1 in the denominator. (torch.std) */
export function std(x: Tensor, ...args: VarianceArguments): Tensor {
  return stdOperation(...varianceArgs("std", x, args));
}

/** Variance and mean. (torch.var_mean) */
export const varMean: (x: Tensor, ...args: VarianceArguments) => [variance: Tensor, mean: Tensor] = defineComposite(
  { name: "varMean", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["unbiased", true]] },
  (x: Tensor, ...args: VarianceArguments): [variance: Tensor, mean: Tensor] => {
    const [, dim, , keepdim] = varianceArgs("varMean", x, args);
    requireFractionsFor("var_mean", x);
    return [
      named(
        "VarMeanBackward0",
        withMean(() => varOperation(...varianceArgs("varMean", x, args))),
      ),
      named("VarMeanBackward0", meanOperation(x, dim, keepdim)),
    ];
  },
);

function requireFractionsFor(operation: string, x: Tensor): void {
  if (!x.dtype.isFloatingPoint) throw new RuntimeError(`${operation} only support floating point and complex dtypes`);
}

/** Standard deviation and mean. (torch.std_mean) */
export const stdMean: (x: Tensor, ...args: VarianceArguments) => [std: Tensor, mean: Tensor] = defineComposite(
  { name: "stdMean", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["unbiased", true]] },
  (x: Tensor, ...args: VarianceArguments): [std: Tensor, mean: Tensor] => {
    const [, dim, , keepdim] = varianceArgs("stdMean", x, args);
    requireFractionsFor("std_mean", x);
    return [
      named(
        "StdMeanBackward0",
        withMean(() => stdOperation(...varianceArgs("stdMean", x, args))),
      ),
      named("StdMeanBackward0", meanOperation(x, dim, keepdim)),
    ];
  },
);

// ---- products

export type AlongArgs = [x: Tensor, dim: number | null, keepdim: boolean];

const prodOperation = defineOperation<AlongArgs>({
  name: "prod",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", ["keepdim", false]],
  gradientName: byDims("Prod"),
  infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: sumType(x.dtype) }),
  forward: (output, x, dim) => kernels.prod(output.storage.data, x, reducedDims(x, dim)),
  reads: [0, "output"],
  backward(gradient, { args: [x, dim] }) {
    const dims = reducedDims(x, dim);
    return [
      filledLike(x, x.dtype, (result) => {
        kernels.prodOfOthers(slicesOf(result, dims), slicesOf(x, dims));
        binary(result, result, spread(gradient, x, dims), (others, g) => others * g);
      }),
    ];
  },
  recordedBackward: composed(([x, dim, keepdim]) => {
    const parts = dim === null ? x.reshape(-1).unbind() : x.unbind(dim);
    const product = parts.reduce((total, part) => total.mul(part));
    if (!keepdim) return product;
    return dim === null ? product.reshape(x.sizes.map(() => 1)) : product.unsqueeze(normalizeDim(dim, x.sizes.length));
  }),
});

export interface AlongOptions {
  /** The one dimension that is reduced; null for all. Default null. */
  readonly dim?: number | null;
  /** Keeps the reduced dimension with size 1. Default false. */
  readonly keepdim?: boolean;
}

/** The product, along one dimension or of all elements. (torch.prod) */
export function prod(x: Tensor, ...args: Arguments<[dim: number | null, keepdim: boolean], AlongOptions & { readonly dtype?: DType }>): Tensor {
  const [converted, dim, keepdim] = reductionArgs("prod", x, args);
  return prodOperation(converted, dim as number | null, keepdim);
}
