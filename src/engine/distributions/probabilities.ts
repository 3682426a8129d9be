import { checkedOptions } from "../arguments.js";
import { finfo } from "../ops/rules/limits.js";
import { Tensor } from "../tensor.js";
import { real, unitInterval } from "./constraints.js";
import type { ConstrainedParameters, DistributionOptions } from "./distribution.js";

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

/** How probable a success is, as it was given: by itself, or by the logarithm of its odds. */
export class SuccessProbability {
  readonly #given: Tensor;
  readonly #isLogits: boolean;

  constructor(given: Tensor, isLogits: boolean) {
    this.#given = given;
    this.#isLogits = isLogits;
  }

  get parameters(): ConstrainedParameters {
    const value = this.#given;
    return this.#isLogits ? { logits: { value, constraint: real } } : { probs: { value, constraint: unitInterval } };
  }

  get probs(): Tensor {
    return this.#isLogits ? this.#given.sigmoid() : this.#given;
  }

  get logits(): Tensor {
    if (this.#isLogits) return this.#given;
    const probs = clampedProbs(this.#given);
    return probs.log().sub(probs.neg().log1p());
  }
}
