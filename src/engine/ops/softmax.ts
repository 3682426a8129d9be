import { defineComposite, defineOperation } from "../dispatch/index.js";
import type { DType, ElementArray } from "../dtype.js";
import { denseValues } from "../kernels/elementwise.js";
import * as slices from "../kernels/softmax.js";
import { product } from "../size.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { allocateLike } from "./rules/allocation.js";
import { collect, required, type Arguments } from "../arguments.js";
import { zerosLike } from "./creation.js";
import { requireFloatingPoint } from "./rules/promotion.js";
import { computes, notCounted, ofParts, type Scale } from "../operation.js";

/** Softmax and its kin: what is normalized along a dimension. */

type SlicesKernel = (output: ElementArray, x: ElementArray, slices: slices.Slices, held?: slices.Held) => void;

function slicesOf(sizes: readonly number[], dim: number): slices.Slices {
  if (sizes.length === 0) return { outer: 1, size: 1, inner: 1, isLast: true };
  return { outer: product(sizes.slice(0, dim)), size: sizes[dim]!, inner: product(sizes.slice(dim + 1)), isLast: dim === sizes.length - 1 };
}

function softmaxOperation(
  name: string,
  forward: SlicesKernel,
  backward: (result: ElementArray, gradient: ElementArray, y: ElementArray, slices: slices.Slices) => void,
  recorded: (gradient: Tensor, y: Tensor, dim: number) => Tensor,
  gives?: Scale,
): (x: Tensor, dim: number) => Tensor {
  const compute = (output: Tensor, x: Tensor, dim: number, held?: slices.Held): void =>
    forward(output.storage.data, denseValues(x), slicesOf(x.sizes, normalizeDim(dim, x.sizes.length)), held);
  return defineOperation<[x: Tensor, dim: number]>({
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "dim"],
    ...(gives && { gives }),
    infer(x, dim) {
      const at = normalizeDim(dim, x.sizes.length);
      const isLast = at === Math.max(x.sizes.length - 1, 0);
      requireFloatingPoint(
        x.dtype,
        name === "softmax"
          ? isLast
            ? "softmax_lastdim_kernel_impl"
            : "softmax_kernel_impl"
          : isLast
            ? "log_softmax_lastdim_kernel_impl"
            : "log_softmax_kernel_impl",
      );
      return { sizes: x.sizes, dtype: x.dtype };
    },
    forward: (output, x, dim) => compute(output, x, dim),
    forwardNarrow: (held, output, x, dim) => compute(output, x, dim, held),
    reads: ["output"],
    backward(gradient, { args: [, dim], output }) {
      const result = gradient.allocateLike();
      const along = slicesOf(gradient.sizes, normalizeDim(dim, gradient.sizes.length));
      backward(result.storage.data, denseValues(gradient), denseValues(output), along);
      return [result];
    },
    recordedBackward: (g, { args: [, dim], output }) => [recorded(g, output, dim)],
  });
}

const softmaxOf = softmaxOperation(
  "softmax",
  slices.softmax,
  slices.softmaxBackward,
  (g, y, dim) => {
    const weighted = g.mul(y);
    return weighted.sub(y.mul(weighted.sum(dim, true)));
  },
  "distribution",
);
const logSoftmaxOf = softmaxOperation("logSoftmax", slices.logSoftmax, slices.logSoftmaxBackward, (g, y, dim) => g.sub(y.exp().mul(g.sum(dim, true))));

export interface SoftmaxOptions {
  /** The dimension whose elements sum to 1. */
  readonly dim?: number | null;
  /** Converts to this dtype first. */
  readonly dtype?: DType | null;
}

type SoftmaxArguments = Arguments<[dim: number | null], SoftmaxOptions>;

function prepareSoftmax(name: string, x: Tensor, args: readonly unknown[]): [x: Tensor, dim: number] {
  const { dim, dtype } = collect<SoftmaxOptions>(name, ["dim"], args, ["dtype"]);
  return [dtype == null || dtype === x.dtype ? x : x.to(dtype), required(dim, name, "dim")];
}

/** e^x over the sum of e^x along `dim`. (torch.softmax) */
export function softmax(x: Tensor, ...args: SoftmaxArguments): Tensor {
  return softmaxOf(...prepareSoftmax("softmax", x, args));
}

/** The logarithm of softmax, exact where the latter would round to zero. (torch.log_softmax) */
export function logSoftmax(x: Tensor, ...args: SoftmaxArguments): Tensor {
  return logSoftmaxOf(...prepareSoftmax("log_softmax", x, args));
}

/** The softmax of -x: large for the smallest. (torch.nn.functional.softmin) */
export function softmin(x: Tensor, ...args: SoftmaxArguments): Tensor {
  const [input, dim] = prepareSoftmax("softmin", x, args);
  return softminOperation(input, dim);
}
const softminOperation = defineComposite(
  { name: "softmin", effect: computes, multiplyAdds: ofParts, arguments: ["input", "dim"] },
  (x: Tensor, dim: number): Tensor => softmaxOf(x.neg(), dim),
);

/** The dimension that PyTorch takes where none is stated: 0 for tensors of 0, 1 or 3 dimensions, else 1. */
export function implicitSoftmaxDim(x: Tensor): number {
  const { length } = x.sizes;
  return length === 0 || length === 1 || length === 3 ? 0 : 1;
}

export interface GumbelSoftmaxOptions {
  /** Temperature: the lower, the closer to one-hot. Default 1. */
  readonly tau?: number;
  /** Gives one-hot samples, differentiated as if they were soft. Default false. */
  readonly hard?: boolean;
  /** Default -1. */
  readonly dim?: number;
}

const gumbelSoftmaxOf = defineComposite(
  { name: "gumbelSoftmax", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["tau", 1], ["hard", false], ["dim", -1]] },
  (logits: Tensor, tau: number, hard: boolean, dim: number): Tensor => {
    const noise = allocateLike(logits, {}).exponential_().log().neg();
    const soft = softmaxOf(logits.add(noise).div(tau), dim);
    if (!hard) return soft;
    const values = soft.detach();
    return zerosLike(values).scatter_(dim, values.argmax(dim, true), 1).sub(values).add(soft);
  },
);

/**
 * Samples of the categorical distribution with the given unnormalized log-probabilities, relaxed so that they have a gradient (Jang et al.,
 * "Categorical reparameterization with Gumbel-softmax", 2017). (torch.nn.functional.gumbel_softmax)
 */
export function gumbelSoftmax(logits: Tensor, ...args: Arguments<[tau: number, hard: boolean], GumbelSoftmaxOptions>): Tensor {
  const { tau = 1, hard = false, dim = -1 } = collect<GumbelSoftmaxOptions>("gumbelSoftmax", ["tau", "hard"], args, ["dim"]);
  return gumbelSoftmaxOf(logits, tau, hard, dim);
}
