import { noGrad } from "../autograd/gradMode.js";
import { NotImplementedError, ValueError } from "../errors.js";
import { arange, onesLike } from "../ops/creation.js";
import { binomial } from "../ops/gammaDraws.js";
import { binaryCrossEntropyWithLogits } from "../ops/loss.js";
import { finfo } from "../ops/rules/limits.js";
import { oneHot as oneHotOf } from "../ops/embedding.js";
import type { Tensor } from "../tensor.js";
import { Categorical } from "./categorical.js";
import { countsTo, multinomial, nonnegativeInteger, oneHot, type Constraint } from "./constraints.js";
import { broadcastAll, Distribution, eitherOf, type ConstrainedParameters, type DistributionOptions } from "./distribution.js";
import { probabilityArguments, SuccessProbability } from "./probabilities.js";

/** Distributions of whole numbers and of counts. */

type ByProbs<Value> = DistributionOptions & ({ readonly probs: Value } | { readonly logits: Value });

/** How many trials fail before the first success (torch.distributions.Geometric). By `probs` or by `logits`. */
export class Geometric extends Distribution {
  readonly #success: SuccessProbability;

  constructor(probs: Tensor | number, options?: DistributionOptions);
  constructor(options: ByProbs<Tensor | number>);
  constructor(...args: readonly unknown[]) {
    const { probs, logits, options } = probabilityArguments<number>("Geometric", args);
    const { isLogits, value } = eitherOf(probs, logits);
    const [given] = broadcastAll(value) as [Tensor];
    super(given.sizes, options);
    this.#success = new SuccessProbability(given, isLogits);
    this.checkParameters();
    if (this.validateArgs && !isLogits && given.le(0).any().item()) {
      throw new ValueError(
        `Expected parameter probs (Tensor of shape (${given.sizes.join(", ")}${given.sizes.length === 1 ? "," : ""})) of distribution ${this} to be positive but found invalid values:\n${given.maskedSelect(given.le(0))}`,
      );
    }
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
    return nonnegativeInteger;
  }

  override get mean(): Tensor {
    return this.probs.reciprocal().sub(1);
  }

  override get mode(): Tensor {
    return this.probs.mul(0);
  }

  override get variance(): Tensor {
    return this.probs.reciprocal().sub(1).div(this.probs);
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => {
      const { probs } = this;
      const uniform = probs.newEmpty(this.extendedShape(sampleShape)).uniform_(finfo(probs.dtype).tiny, 1);
      return uniform.log().div(probs.neg().log1p()).floor();
    });
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const [given, probs] = broadcastAll(value, this.probs) as [Tensor, Tensor];
    const certain = probs.eq(1).logicalAnd(given.eq(0));
    return given.mul(probs.maskedFill(certain, 0).neg().log1p()).add(this.probs.log());
  }

  override entropy(): Tensor {
    return binaryCrossEntropyWithLogits(this.logits, this.probs, { reduction: "none" }).div(this.probs);
  }
}

/** The larger of x and 0; its slope at 0 is 1/2, as PyTorch has it. */
const clampedByZero = (x: Tensor): Tensor => x.clamp(0).add(x).sub(x.clamp(null, 0)).div(2);

/** How many of `totalCount` trials succeed (torch.distributions.Binomial). The probability by position, or by the names `probs` or `logits`. */
export class Binomial extends Distribution {
  readonly totalCount: Tensor;
  readonly #success: SuccessProbability;

  constructor(totalCount: Tensor | number, probs: Tensor | number, options?: DistributionOptions);
  constructor(totalCount: Tensor | number, options: ByProbs<Tensor | number>);
  constructor(totalCount: Tensor | number, ...args: readonly unknown[]) {
    const { probs, logits, options } = probabilityArguments<number>("Binomial", args);
    const { isLogits, value } = eitherOf(probs, logits);
    const [count, given] = broadcastAll(totalCount, value) as [Tensor, Tensor];
    super(given.sizes, options);
    this.totalCount = count.to(given.dtype);
    this.#success = new SuccessProbability(given, isLogits);
    this.checkParameters();
  }

  protected override parameters(): ConstrainedParameters {
    const total = { value: this.totalCount, constraint: nonnegativeInteger };
    return { total_count: total, ...this.#success.parameters };
  }

  get probs(): Tensor {
    return this.#success.probs;
  }

  get logits(): Tensor {
    return this.#success.logits;
  }

  override get support(): Constraint {
    return countsTo(this.totalCount);
  }

  override get mean(): Tensor {
    return this.totalCount.mul(this.probs);
  }

  override get mode(): Tensor {
    return this.totalCount.add(1).mul(this.probs).floor().minimum(this.totalCount);
  }

  override get variance(): Tensor {
    return this.totalCount.mul(this.probs).mul(this.probs.rsub(1));
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    const shape = this.extendedShape(sampleShape);
    return noGrad(() => binomial(this.totalCount.expand(shape), this.probs.expand(shape)));
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const { totalCount, logits } = this;
    const normalizer = totalCount.mul(clampedByZero(logits)).add(totalCount.mul(logits.abs().neg().exp().log1p())).sub(totalCount.add(1).lgamma());
    return value.mul(logits).sub(value.add(1).lgamma()).sub(totalCount.sub(value).add(1).lgamma()).sub(normalizer);
  }

  /** All counts along a new first dimension. Throws where the distributions of the batch have several numbers of trials. */
  enumerateSupport(expand = true): Tensor {
    const total = this.totalCount.max().item();
    if (this.totalCount.min().item() !== total) throw new NotImplementedError("Inhomogeneous total count not supported by `enumerate_support`.");
    const values = arange(total + 1, { dtype: this.probs.dtype }).view([-1, ...[...this.batchShape].map(() => 1)]);
    return expand ? values.expand([-1, ...this.batchShape]) : values;
  }

  override entropy(): Tensor {
    const logs = this.logProb(this.enumerateSupport(false));
    return logs.exp().mul(logs).sum(0).neg();
  }
}

/** Vectors with one 1, of the event that happened (torch.distributions.OneHotCategorical). By `probs` or by `logits`. */
export class OneHotCategorical extends Distribution {
  readonly #categorical: Categorical;

  constructor(probs: Tensor, options?: DistributionOptions);
  constructor(options: ByProbs<Tensor>);
  constructor(...args: readonly unknown[]) {
    const categorical = new Categorical(...(args as [Tensor]));
    const { options } = probabilityArguments<never>("OneHotCategorical", args);
    super([...categorical.batchShape], options, categorical.probs.sizes.slice(-1));
    this.#categorical = categorical;
  }

  protected override parameters(): ConstrainedParameters {
    return {};
  }

  protected override components() {
    return { categorical: this.#categorical };
  }

  /** The distribution of the event's number. */
  get categorical(): Categorical {
    return this.#categorical;
  }

  get probs(): Tensor {
    return this.#categorical.probs;
  }

  get logits(): Tensor {
    return this.#categorical.logits;
  }

  override get support(): Constraint {
    return oneHot;
  }

  override get mean(): Tensor {
    return this.probs;
  }

  override get mode(): Tensor {
    return oneHotOf(this.probs.argmax(-1), this.eventShape[0]).to(this.probs.dtype);
  }

  override get variance(): Tensor {
    return this.probs.mul(this.probs.rsub(1));
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    return oneHotOf(this.#categorical.sample(sampleShape), this.eventShape[0]).to(this.probs.dtype);
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    return this.#categorical.logProb(value.argmax(-1));
  }

  override entropy(): Tensor {
    return this.#categorical.entropy();
  }
}

/** How often each event happens in `totalCount` trials (torch.distributions.Multinomial). The probabilities by position, or by the names `probs` or `logits`. */
export class Multinomial extends Distribution {
  readonly #categorical: Categorical;
  readonly #binomial: Binomial;

  constructor(totalCount: number, probs: Tensor, options?: DistributionOptions);
  constructor(totalCount: number, options: ByProbs<Tensor>);
  constructor(
    readonly totalCount: number,
    ...args: readonly unknown[]
  ) {
    if (!Number.isInteger(totalCount)) throw new NotImplementedError("inhomogeneous total_count is not supported");
    const categorical = new Categorical(...(args as [Tensor]));
    const { options } = probabilityArguments<never>("Multinomial", args);
    super([...categorical.batchShape], options, categorical.probs.sizes.slice(-1));
    this.#categorical = categorical;
    this.#binomial = new Binomial(totalCount, categorical.probs);
  }

  protected override parameters(): ConstrainedParameters {
    return {};
  }

  protected override components() {
    return { categorical: this.#categorical };
  }

  get probs(): Tensor {
    return this.#categorical.probs;
  }

  get logits(): Tensor {
    return this.#categorical.logits;
  }

  override get support(): Constraint {
    return multinomial(this.totalCount);
  }

  override get mean(): Tensor {
    return this.probs.mul(this.totalCount);
  }

  /** PyTorch has none. */
  override get mode(): Tensor {
    throw new NotImplementedError("<class 'torch.distributions.multinomial.Multinomial'> does not implement mode");
  }

  override get variance(): Tensor {
    return this.probs.mul(this.totalCount).mul(this.probs.rsub(1));
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => {
      const drawn = this.#categorical.sample([this.totalCount, ...sampleShape]).movedim(0, -1);
      return drawn.newZeros(this.extendedShape(sampleShape)).scatterAdd(-1, drawn, onesLike(drawn)).to(this.probs.dtype);
    });
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const [logits, given] = broadcastAll(this.logits, value) as [Tensor, Tensor];
    const never = given.eq(0).logicalAnd(logits.eq(-Infinity));
    const powers = logits.maskedFill(never, 0).mul(given).sum(-1);
    return given.sum(-1).add(1).lgamma().sub(given.add(1).lgamma().sum(-1)).add(powers);
  }

  override entropy(): Tensor {
    const counts = this.#binomial.enumerateSupport(false);
    const support = counts.narrow(0, 1, this.totalCount);
    const shared = this.#binomial.logProb(support).exp().mul(support.add(1).lgamma());
    const total = arange(this.totalCount, this.totalCount + 1, { dtype: this.probs.dtype })
      .add(1)
      .lgamma()
      .item();
    return this.#categorical
      .entropy()
      .mul(this.totalCount)
      .sub(total)
      .add(shared.sum([0, -1]));
  }
}
