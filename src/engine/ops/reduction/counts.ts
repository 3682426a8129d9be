import { defineComposite, defineOperation, named, type OperationRow, keeping } from "../../dispatch/index.js";
import { bool, int64, uint8 } from "../../dtype.js";
import { RuntimeError } from "../../errors.js";
import { ternary } from "../../kernels/elementwise.js";
import { logSumExp } from "../../kernels/logSumExp.js";
import * as kernels from "../../kernels/reduce.js";
import { slicesOf } from "../../kernels/slices.js";
import { Tensor } from "../../tensor.js";
import { collect, required, requiredFirst, type Arguments, type Dims, type WithRequired } from "../../arguments.js";
import { floatType } from "../rules/promotion.js";
import { filledLike, reducedDims, reducedSizes, spread } from "../rules/reducedDims.js";
import { vectorNorm } from "../vectorNorm.js";
import { computes, operand, ofParts, notCounted } from "../../operation.js";
import { type TypedReductionOptions, type ReductionArgs, type ReductionArguments, reductionArgs } from "./arguments.js";
import { expandedOver } from "../rules/recorded.js";

// ---- norms

export interface NormOptions extends TypedReductionOptions {
  /** The order: a number, Infinity or -Infinity; "fro" is 2. Default "fro". */
  readonly p?: number | "fro";
}

/** The norm of the elements as one vector, or along dimensions. (torch.norm) */
export function norm(x: Tensor, ...args: Arguments<[p: number | "fro", dim: Dims | null, keepdim: boolean], NormOptions>): Tensor {
  const { p = "fro", dim = null, keepdim = false, dtype } = collect<NormOptions>("norm", ["p", "dim", "keepdim"], args, ["dtype"]);
  if (typeof p !== "number" && p !== "fro") throw new RuntimeError(`linalg.matrix_norm: Order ${String(p)} not supported.`);
  return vectorNorm(dtype === undefined ? x : x.to(dtype), p === "fro" ? 2 : p, dim, keepdim);
}

/** The norm of the difference. (torch.dist) */
export const dist: (x: Tensor, ...args: WithRequired<[other: Tensor], { readonly other: Tensor }, [p: number], { readonly p?: number }>) => Tensor =
  defineComposite(
    { name: "dist", effect: computes, multiplyAdds: ofParts, arguments: ["input", operand, ["p", 2]] },
    (x: Tensor, ...args: WithRequired<[other: Tensor], { readonly other: Tensor }, [p: number], { readonly p?: number }>): Tensor => {
      const [[other], rest] = requiredFirst<[other: Tensor]>("dist", ["other"], args);
      const { p = 2 } = collect<{ p?: number }>("dist", ["p"], rest);
      return keeping([x, other], named("DistBackward0", vectorNorm(x.sub(other), p, null, false)));
    },
  );

const logsumexpOperation = defineOperation<ReductionArgs>({
  name: "logsumexp",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", ["keepdim", false]],
  infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: floatType(x.dtype) }),
  forward: (output, x, dim) => logSumExp(output, x, reducedDims(x, dim)),
  reads: [0, "output"],
  backward(gradient, { args: [x, dim], output }) {
    const dims = reducedDims(x, dim);
    return [
      filledLike(x, gradient.dtype, (result) =>
        ternary(result, spread(gradient, x, dims), x, spread(output, x, dims), (g, value, total) => g * Math.exp(value - total), "logsumexpBackward"),
      ),
    ];
  },
  recordedBackward: (g, { args: [x, dim], output }) => [expandedOver(x, dim, g).mul(x.sub(expandedOver(x, dim, output)).exp())],
});

/** log(sum(exp(x))) without overflow. (torch.logsumexp) */
export function logsumexp(x: Tensor, ...args: Arguments<[dim: Dims, keepdim: boolean], { readonly dim: Dims; readonly keepdim?: boolean }>): Tensor {
  const { dim, keepdim = false } = collect<{ dim?: Dims; keepdim?: boolean }>("logsumexp", ["dim", "keepdim"], args);
  return logsumexpOperation(x, required(dim, "logsumexp", "dim"), keepdim);
}

// ---- truth values and counts

/** any: some are not zero. all: none is zero. */
function truthRow(name: "any" | "all"): OperationRow<ReductionArgs> {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "dim", ["keepdim", false]],
    infer: (x, dim, keepdim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), keepdim), dtype: x.dtype === uint8 ? uint8 : bool }),
    forward(output, x, dim) {
      const truth = output.storage.data;
      kernels.contains(truth, slicesOf(x, reducedDims(x, dim)), name === "any" ? "nonzero" : "zero");
      if (name === "all") for (let s = 0; s < truth.length; s++) truth[s] = 1 - truth[s]!;
    },
    backward: null,
  };
}

const anyOperation = defineOperation<ReductionArgs>(truthRow("any"));

const allOperation = defineOperation<ReductionArgs>(truthRow("all"));

/** Whether any element is not zero. (torch.any) */
export function any(x: Tensor, ...args: ReductionArguments): Tensor {
  return anyOperation(...reductionArgs("any", x, args));
}

/** Whether no element is zero. (torch.all) */
export function all(x: Tensor, ...args: ReductionArguments): Tensor {
  return allOperation(...reductionArgs("all", x, args));
}

const countNonzeroOperation = defineOperation<[x: Tensor, dim: Dims | null]>({
  name: "countNonzero",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim"],
  infer: (x, dim) => ({ sizes: reducedSizes(x, reducedDims(x, dim), false), dtype: int64 }),
  forward: (output, x, dim) => kernels.countNonzero(output.storage.data, slicesOf(x, reducedDims(x, dim))),
  backward: null,
});

/** How many elements are not zero. (torch.count_nonzero) */
export function countNonzero(x: Tensor, ...args: Arguments<[dim: Dims | null], { readonly dim?: Dims | null }>): Tensor {
  return countNonzeroOperation(x, collect<{ dim?: Dims | null }>("countNonzero", ["dim"], args).dim ?? null);
}
