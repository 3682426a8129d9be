import { empty, fullLike } from "../ops/creation.js";
import { standardGamma } from "../ops/gammaDraws.js";
import { gammainc } from "../ops/moreSpecial.js";
import { poisson } from "../ops/random.js";
import { defaultGenerator } from "../random/generator.js";
import { noGrad } from "../autograd/gradMode.js";
import type { Tensor } from "../tensor.js";
import { nonnegative, nonnegativeInteger, positive, type Constraint } from "./constraints.js";
import { broadcastAll, Distribution, type DistributionOptions } from "./distribution.js";

/** Distributions of numbers that are not negative. */

/** The exponential distribution (torch.distributions.Exponential). `rate` is the inverse of its mean. */
export class Exponential extends Distribution {
  override readonly hasRsample = true;
  readonly rate: Tensor;

  constructor(rate: Tensor | number, options: DistributionOptions = {}) {
    const [own] = broadcastAll(rate) as [Tensor];
    super(own.sizes, options);
    this.rate = own;
    this.checkParameters();
  }

  protected override parameters() {
    return { rate: { value: this.rate, constraint: positive } };
  }

  override get support(): Constraint {
    return nonnegative;
  }

  override get mean(): Tensor {
    return this.rate.reciprocal();
  }

  override get mode(): Tensor {
    return this.rate.mul(0);
  }

  override get stddev(): Tensor {
    return this.rate.reciprocal();
  }

  override get variance(): Tensor {
    return this.rate.pow(-2);
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    const { dtype, device } = this.rate;
    return empty(this.extendedShape(sampleShape), { dtype, device }).exponential_().div(this.rate);
  }

  /** log(rate) - rate x */
  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    return this.rate.log().sub(this.rate.mul(value));
  }

  override cdf(value: Tensor): Tensor {
    this.checkValue(value);
    return this.rate.neg().mul(value).exp().rsub(1);
  }

  override icdf(value: Tensor): Tensor {
    return value.neg().log1p().neg().div(this.rate);
  }

  /** 1 - log(rate) */
  override entropy(): Tensor {
    return this.rate.log().rsub(1);
  }
}

/** The gamma distribution (torch.distributions.Gamma), by its shape `concentration` and its `rate`. */
export class Gamma extends Distribution {
  override readonly hasRsample = true;
  readonly concentration: Tensor;
  readonly rate: Tensor;

  constructor(concentration: Tensor | number, rate: Tensor | number, options: DistributionOptions = {}) {
    const [shape, own] = broadcastAll(concentration, rate) as [Tensor, Tensor];
    super(shape.sizes, options);
    this.concentration = shape;
    this.rate = own;
    this.checkParameters();
  }

  protected override parameters() {
    return { concentration: { value: this.concentration, constraint: positive }, rate: { value: this.rate, constraint: positive } };
  }

  override get support(): Constraint {
    return nonnegative;
  }

  override get mean(): Tensor {
    return this.concentration.div(this.rate);
  }

  override get mode(): Tensor {
    return this.concentration.sub(1).div(this.rate).clamp(0);
  }

  override get variance(): Tensor {
    return this.concentration.div(this.rate.pow(2));
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    const shape = this.extendedShape(sampleShape);
    return standardGamma(this.concentration.expand(shape), defaultGenerator).div(this.rate.expand(shape));
  }

  /** a log(rate) + (a - 1) log(x) - rate x - log Gamma(a), a being the concentration */
  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const { concentration, rate } = this;
    return concentration.xlogy(rate).add(concentration.sub(1).xlogy(value)).sub(rate.mul(value)).sub(concentration.lgamma());
  }

  override cdf(value: Tensor): Tensor {
    this.checkValue(value);
    return gammainc(this.concentration, this.rate.mul(value));
  }

  override entropy(): Tensor {
    const { concentration, rate } = this;
    return concentration.sub(rate.log()).add(concentration.lgamma()).add(concentration.rsub(1).mul(concentration.digamma()));
  }
}

/** The chi-squared distribution with `df` degrees of freedom (torch.distributions.Chi2): the gamma distribution of shape df / 2 and rate 1 / 2. */
export class Chi2 extends Gamma {
  constructor(df: Tensor | number, options: DistributionOptions = {}) {
    const [own] = broadcastAll(df) as [Tensor];
    super(own.mul(0.5), 0.5, options);
  }

  protected override parameters() {
    return super.parameters();
  }

  get df(): Tensor {
    return this.concentration.mul(2);
  }

  /** As PyTorch prints it. */
  override toString(): string {
    return "Chi2()";
  }
}

/** How many events happen in a time, at a `rate` (torch.distributions.Poisson). */
export class Poisson extends Distribution {
  readonly rate: Tensor;

  constructor(rate: Tensor | number, options: DistributionOptions = {}) {
    const [own] = broadcastAll(rate) as [Tensor];
    super(own.sizes, options);
    this.rate = own;
    this.checkParameters();
  }

  protected override parameters() {
    return { rate: { value: this.rate, constraint: nonnegative } };
  }

  override get support(): Constraint {
    return nonnegativeInteger;
  }

  override get mean(): Tensor {
    return this.rate;
  }

  override get mode(): Tensor {
    return this.rate.floor();
  }

  override get variance(): Tensor {
    return this.rate;
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => poisson(this.rate.expand(this.extendedShape(sampleShape))));
  }

  /** x log(rate) - rate - log x! */
  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const [rate, given] = broadcastAll(this.rate, value) as [Tensor, Tensor];
    return given.xlogy(rate).sub(rate).sub(given.add(1).lgamma());
  }

  /** NaN: it has no closed form. PyTorch has none either. */
  override entropy(): Tensor {
    return fullLike(this.rate, NaN);
  }
}
