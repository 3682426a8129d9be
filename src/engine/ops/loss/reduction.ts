import { isGradEnabled } from "../../autograd/gradMode.js";
import type { ElementArray } from "../../dtype.js";
import { RuntimeError, ValueError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import type { Tensor } from "../../tensor.js";

/** What becomes of the losses of the elements or samples: all of them, their mean, or their sum. */
export type Reduction = "none" | "mean" | "sum";

export interface LossOptions {
  /** Default "mean". */
  readonly reduction?: Reduction;
}

/** Throws PyTorch's error for a gradient that is wanted for an argument of a function that has none for it. */
export function refuseGradient(name: string, argument: string, value: Tensor | null): void {
  if (value?.requiresGrad && isGradEnabled()) {
    throw new RuntimeError(`The function '${name}' is not differentiable with respect to argument '${argument}'. This input cannot have requires_grad True.`);
  }
}

/** Throws PyTorch's error where there is more than one target for a sample. */
export function requireOneTarget(target: Tensor): void {
  if (target.ndim > 1) throw new RuntimeError("0D or 1D target tensor expected, multi-target not supported");
}

/** Throws PyTorch's error where `reduction` is none of its values. */
export function checkReduction(reduction: string): void {
  if (reduction !== "none" && reduction !== "mean" && reduction !== "sum") throw new ValueError(`${reduction} is not a valid value for reduction`);
}

/** The losses as `reduction` says, by differentiable operations. */
export function reduce(losses: Tensor, reduction: Reduction): Tensor {
  checkReduction(reduction);
  if (reduction === "none") return losses;
  return reduction === "mean" ? losses.mean() : losses.sum();
}

/** Writes the losses of the elements or samples as `reduction` says; `divisor` is what "mean" divides by. */
export function writeReduced(output: Tensor, losses: ElementArray, reduction: Reduction, divisor: number): void {
  const { data } = output.storage;
  if (reduction === "none") {
    data.set(losses);
    return;
  }
  let sum = 0;
  for (let i = 0; i < losses.length; i++) sum += losses[i]!;
  data[0] = reduction === "mean" ? sum / divisor : sum;
}

/** The gradient that arrives at each sample. */
export function sampleGradient(gradient: Tensor, reduction: Reduction, divisor: number): (sample: number) => number {
  const values = denseValues(gradient);
  if (reduction === "none") return (sample) => values[sample]!;
  const each = reduction === "mean" ? values[0]! / divisor : values[0]!;
  return () => each;
}
