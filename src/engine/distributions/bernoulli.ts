import { noGrad } from "../autograd/gradMode.js";
import { binaryCrossEntropyWithLogits } from "../ops/loss.js";
import { bernoulli } from "../ops/random.js";
import { where } from "../ops/masks.js";
import type { Tensor } from "../tensor.js";
import { boolean, type Constraint } from "./constraints.js";
import { broadcastAll, Distribution, eitherOf, type ConstrainedParameters, type DistributionOptions } from "./distribution.js";
import { probabilityArguments, SuccessProbability } from "./probabilities.js";

/** 1 with probability `probs`, else 0 (torch.distributions.Bernoulli). By `probs` or by `logits`, the logarithm of the odds. */
export class Bernoulli extends Distribution {
  readonly #success: SuccessProbability;

  constructor(probs: Tensor | number, options?: DistributionOptions);
  constructor(options: DistributionOptions & ({ readonly probs: Tensor | number } | { readonly logits: Tensor | number }));
  constructor(...args: readonly unknown[]) {
    const { probs, logits, options } = probabilityArguments<number>("Bernoulli", args);
    const { isLogits, value } = eitherOf(probs, logits);
    const [given] = broadcastAll(value) as [Tensor];
    super(given.sizes, options);
    this.#success = new SuccessProbability(given, isLogits);
    this.checkParameters();
  }

  protected override parameters(): ConstrainedParameters {
    return this.#success.parameters;
  }

  get probs(): Tensor {
    return this.#success.probs;
  }

  get logits(): Tensor {
    return this.#success.logits;
  }

  override get support(): Constraint {
    return boolean;
  }

  override get mean(): Tensor {
    return this.probs;
  }

  /** NaN where both are as probable. */
  override get mode(): Tensor {
    const { probs } = this;
    return where(probs.eq(0.5), probs.mul(NaN), probs.ge(0.5).to(probs.dtype));
  }

  override get variance(): Tensor {
    const { probs } = this;
    return probs.mul(probs.neg().add(1));
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => bernoulli(this.probs.expand(this.extendedShape(sampleShape))));
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const [logits, target] = broadcastAll(this.logits, value) as [Tensor, Tensor];
    return binaryCrossEntropyWithLogits(logits, target, { reduction: "none" }).neg();
  }

  override entropy(): Tensor {
    return binaryCrossEntropyWithLogits(this.logits, this.probs, { reduction: "none" });
  }
}
