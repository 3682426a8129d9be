import { noGrad } from "../autograd/gradMode.js";
import { int64 } from "../dtype.js";
import { ValueError } from "../errors.js";
import { fullLike } from "../ops/creation.js";
import { multinomial } from "../ops/random.js";
import { finfo } from "../ops/rules/limits.js";
import { broadcastTensors } from "../ops/shape.js";
import { product } from "../size.js";
import type { Tensor } from "../tensor.js";
import { integerInterval, realVector, simplex, type Constraint } from "./constraints.js";
import { Distribution, eitherOf, type ConstrainedParameters, type DistributionOptions } from "./distribution.js";
import { clampedProbs, probabilityArguments } from "./probabilities.js";

/**
 * One of some numbered events, from 0 (torch.distributions.Categorical). The last dimension of `probs`, which need not sum to 1, or of `logits`, holds the
 * events; samples are int64.
 */
export class Categorical extends Distribution {
  readonly #normalized: Tensor;
  readonly #isLogits: boolean;
  readonly #events: number;

  constructor(probs: Tensor, options?: DistributionOptions);
  constructor(options: DistributionOptions & ({ readonly probs: Tensor } | { readonly logits: Tensor }));
  constructor(...args: readonly unknown[]) {
    const { probs, logits, options } = probabilityArguments<never>("Categorical", args);
    const { isLogits, value: given } = eitherOf(probs, logits);
    const value = given as Tensor;
    if (value.dim() < 1) throw new ValueError(`\`${isLogits ? "logits" : "probs"}\` parameter must be at least one-dimensional.`);
    const normalized = isLogits ? value.sub(value.logsumexp(-1, true)) : value.div(value.sum(-1, true));
    super(normalized.sizes.slice(0, -1), options);
    this.#normalized = normalized;
    this.#isLogits = isLogits;
    this.#events = normalized.sizes.at(-1)!;
    this.checkParameters();
  }

  protected override parameters(): ConstrainedParameters {
    const value = this.#normalized;
    return this.#isLogits ? { logits: { value, constraint: realVector } } : { probs: { value, constraint: simplex } };
  }

  /** Sum to 1. */
  get probs(): Tensor {
    return this.#isLogits ? this.#normalized.softmax(-1) : this.#normalized;
  }

  /** Logarithms of the probabilities. */
  get logits(): Tensor {
    return this.#isLogits ? this.#normalized : clampedProbs(this.#normalized).log();
  }

  override get support(): Constraint {
    return integerInterval(0, this.#events - 1);
  }

  /** NaN: the events have no order. */
  override get mean(): Tensor {
    return fullLike(this.probs.select(-1, 0), NaN);
  }

  override get variance(): Tensor {
    return this.mean;
  }

  override get mode(): Tensor {
    return this.probs.argmax(-1);
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => {
      const rows = this.probs.reshape(-1, this.#events);
      return multinomial(rows, product(sampleShape), true).t().reshape(this.extendedShape(sampleShape));
    });
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const [index, logits] = broadcastTensors(value.to(int64).unsqueeze(-1), this.logits) as [Tensor, Tensor];
    return logits.gather(-1, index.narrow(-1, 0, 1)).squeeze(-1);
  }

  override entropy(): Tensor {
    const logits = this.logits.clamp(finfo(this.logits.dtype).min);
    return logits.mul(this.probs).sum(-1).neg();
  }
}
