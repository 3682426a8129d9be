import { composed, defineComposite, defineOperation, linearInEach, type RecordedBackward, keeping } from "../../dispatch/index.js";
import { bool, int64, type DType } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import * as kernels from "../../kernels/reduce.js";
import { slicesOf } from "../../kernels/slices.js";
import { equalSizes } from "../../size.js";
import { normalizeDim, Tensor } from "../../tensor.js";
import { collect, inOrder, required, type AllArguments, type Arguments } from "../../arguments.js";
import { definePick } from "../rules/picks.js";
import { requireFloatingPoint } from "../rules/promotion.js";
import { filledLike } from "../rules/reducedDims.js";
import { stack } from "../joining.js";
import { narrow } from "../shape.js";
import { ValuesAndIndices } from "../rules/valuesAndIndices.js";
import { computes, notCounted, ofParts } from "../../operation.js";
import { sumType } from "./arguments.js";

type ScanArgs = [x: Tensor, dim: number];

export interface ScanOptions {
  readonly dim?: number;
  /** Converts to this dtype first. */
  readonly dtype?: DType;
}

type ScanArguments = Arguments<[dim: number], ScanOptions>;

function scanArgs(operation: string, x: Tensor, args: readonly unknown[]): ScanArgs {
  const { dim, dtype } = collect<ScanOptions>(operation, ["dim"], args, ["dtype"]);
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

/** A running result, step by step in operations. */
function stepByStep(step: (before: Tensor, part: Tensor) => Tensor): RecordedBackward<ScanArgs, void> {
  return composed(([x, dim]) => {
    const results: Tensor[] = [];
    for (const part of x.unbind(dim)) results.push(results.length === 0 ? part : step(results[results.length - 1]!, part));
    return stack(results, dim);
  });
}

const cumsumOperation = defineOperation<ScanArgs>({
  name: "cumsum",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim"],
  infer: inferScan,
  forward: (output, x, dim) => kernels.cumulativeSum(slicesOf(output, scanned(x, dim)), slicesOf(x, scanned(x, dim)), false),
  backward: (gradient, { args: [x, dim] }) => [
    filledLike(x, gradient.dtype, (result) => kernels.cumulativeSum(slicesOf(result, scanned(x, dim)), slicesOf(gradient, scanned(x, dim)), true)),
  ],
  recordedBackward: linearInEach(0),
});

/** Sums of all elements up to each one along a dimension. (torch.cumsum) */
export function cumsum(x: Tensor, ...args: ScanArguments): Tensor {
  return cumsumOperation(...scanArgs("cumsum", x, args));
}

const cumprodOperation = defineOperation<ScanArgs>({
  name: "cumprod",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim"],
  infer: inferScan,
  forward: (output, x, dim) => kernels.cumulativeProd(slicesOf(output, scanned(x, dim)), slicesOf(x, scanned(x, dim))),
  reads: [0, "output"],
  backward: (gradient, { args: [x, dim] }) => [
    filledLike(x, gradient.dtype, (result) => {
      const dims = scanned(x, dim);
      kernels.cumulativeProdGradient(slicesOf(result, dims), slicesOf(gradient, dims), slicesOf(x, dims));
    }),
  ],
  recordedBackward: stepByStep((before, part) => before.mul(part)),
});

/** Products of all elements up to each one along a dimension. (torch.cumprod) */
export function cumprod(x: Tensor, ...args: ScanArguments): Tensor {
  return cumprodOperation(...scanArgs("cumprod", x, args));
}

const logcumsumexpOperation = defineOperation<ScanArgs>({
  name: "logcumsumexp",
  effect: computes,
  multiplyAdds: notCounted,
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
  recordedBackward: stepByStep((before, part) => before.logaddexp(part)),
});

/** log(sum(exp(x))) of all elements up to each one along a dimension. (torch.logcumsumexp) */
export function logcumsumexp(x: Tensor, ...args: Arguments<[dim: number], { readonly dim?: number }>): Tensor {
  return logcumsumexpOperation(...scanArgs("logcumsumexp", x, args));
}

function runningExtreme(name: "cummax" | "cummin", sign: 1 | -1): (x: Tensor, dim: number) => ValuesAndIndices {
  const pick = definePick(name, `${name === "cummax" ? "Cummax" : "Cummin"}Backward0`);
  return defineComposite({ name, effect: computes, multiplyAdds: ofParts, arguments: ["input", "dim"] }, (x: Tensor, along: number): ValuesAndIndices => {
    const dim = normalizeDim(along, x.sizes.length);
    const indices = filledLike(x, int64, (output) => kernels.cumulativeExtremePosition(slicesOf(output, scanned(x, dim)), slicesOf(x, scanned(x, dim)), sign));
    return new ValuesAndIndices(name, keeping([x], pick(x, indices, dim)), indices);
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
export const diff: (x: Tensor, ...args: Arguments<[n: number, dim: number], DiffOptions>) => Tensor = defineComposite(
  { name: "diff", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["n", 1], ["dim", -1]] },
  (x: Tensor, ...args: Arguments<[n: number, dim: number], DiffOptions>): Tensor => {
    const { n = 1, dim = -1 } = collect<DiffOptions>("diff", ["n", "dim"], args);
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
