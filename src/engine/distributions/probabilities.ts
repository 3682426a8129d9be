import { checkedOptions } from "../arguments.js";
import { finfo } from "../ops/rules/limits.js";
import { Tensor } from "../tensor.js";
import type { DistributionOptions } from "./distribution.js";

interface ByName<Value> extends DistributionOptions {
  readonly probs?: Tensor | Value;
  readonly logits?: Tensor | Value;
}

/** Probabilities by position or by name, or logits by name. */
export function probabilityArguments<Value>(
  distribution: string,
  [first, second]: readonly unknown[],
): ByName<Value> & { readonly options: DistributionOptions } {
  if (first instanceof Tensor || typeof first === "number") return { probs: first as Tensor | Value, options: second ?? {} };
  const { probs, logits, ...options } = checkedOptions<ByName<Value>>(distribution, first ?? {}, "probs", "logits", "validateArgs");
  return { probs, logits, options };
}

/** Within (0, 1), so that logarithms are finite. */
export function clampedProbs(probs: Tensor): Tensor {
  const { eps } = finfo(probs.dtype);
  return probs.clamp(eps, 1 - eps);
}
