import { requireIntegers } from "../arguments.js";
import { NotImplementedError, ValueError } from "../errors.js";
import { noGrad } from "../autograd/gradMode.js";
import { fullLike, onesLike } from "../ops/creation.js";
import { where } from "../ops/masks.js";
import { finfo } from "../ops/rules/limits.js";
import { broadcastShapes } from "../ops/shape.js";
import { equalSizes } from "../size.js";
import { Tensor } from "../tensor.js";
import { greaterThanEq, independent, nonnegative, positive, real, type Constraint } from "./constraints.js";
import { broadcastAll, Distribution, type ConstrainedParameters, type DistributionOptions } from "./distribution.js";
import { Cauchy } from "./locationScale.js";
import { Normal } from "./normal.js";
import { Exponential } from "./positive.js";
import { AbsTransform, AffineTransform, ExpTransform, PowerTransform, signOf, type Transform } from "./transforms.js";
import { Uniform } from "./uniform.js";

/** Distributions made of others. */

const sumLast = (value: Tensor, dims: number): Tensor => (dims === 0 ? value : value.flatten(-dims).sum(-1));

/** The last dimensions of a batch as one event: their densities are multiplied (torch.distributions.Independent). */
export class Independent<Base extends Distribution = Distribution> extends Distribution {
  override readonly hasRsample: boolean;

  constructor(
    readonly baseDist: Base,
    readonly reinterpretedBatchNdims: number,
    options: DistributionOptions = {},
  ) {
    const { batchShape, eventShape } = baseDist;
    requireIntegers("Independent", reinterpretedBatchNdims);
    if (reinterpretedBatchNdims > batchShape.length) {
      throw new ValueError(
        `Expected reinterpreted_batch_ndims <= len(base_distribution.batch_shape), actual ${reinterpretedBatchNdims} vs ${batchShape.length}`,
      );
    }
    const cut = batchShape.length - reinterpretedBatchNdims;
    super([...batchShape].slice(0, cut), options, [...[...batchShape].slice(cut), ...eventShape]);
    this.hasRsample = baseDist.hasRsample;
  }

  protected override parameters(): ConstrainedParameters {
    return {};
  }

  protected override components() {
    return { baseDist: this.baseDist };
  }

  override get support(): Constraint {
    return this.reinterpretedBatchNdims === 0 ? this.baseDist.support : independent(this.baseDist.support, this.reinterpretedBatchNdims);
  }

  override get mean(): Tensor {
    return this.baseDist.mean;
  }

  override get mode(): Tensor {
    return this.baseDist.mode;
  }

  override get variance(): Tensor {
    return this.baseDist.variance;
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    return this.baseDist.sample(sampleShape);
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    return this.baseDist.rsample(sampleShape);
  }

  override logProb(value: Tensor): Tensor {
    return sumLast(this.baseDist.logProb(value), this.reinterpretedBatchNdims);
  }

  override entropy(): Tensor {
    return sumLast(this.baseDist.entropy(), this.reinterpretedBatchNdims);
  }

  override toString(): string {
    return `Independent(${this.baseDist}, ${this.reinterpretedBatchNdims})`;
  }
}

/** What becomes of the numbers of a distribution by one transform after the other (torch.distributions.TransformedDistribution). */
export class TransformedDistribution<Base extends Distribution = Distribution> extends Distribution {
  override readonly hasRsample: boolean;
  readonly transforms: readonly Transform[];

  constructor(
    readonly baseDist: Base,
    transforms: Transform | readonly Transform[],
    options: DistributionOptions = {},
  ) {
    super([...baseDist.batchShape], options, [...baseDist.eventShape]);
    this.transforms = Array.isArray(transforms) ? (transforms as readonly Transform[]) : [transforms as Transform];
    this.hasRsample = baseDist.hasRsample;
    const shape = [...baseDist.batchShape, ...baseDist.eventShape];
    for (const transform of this.transforms) {
      for (const part of Object.values(transform)) {
        if (part instanceof Tensor && !equalSizes(broadcastShapes(shape, [...part.sizes]), shape)) {
          throw new NotImplementedError(
            `a transform with tensors of more elements than the distribution has (${part.shape}): give the base distribution their shape`,
          );
        }
      }
    }
  }

  protected override parameters(): ConstrainedParameters {
    return {};
  }

  protected override components(): Readonly<Record<string, Distribution>> {
    return { baseDist: this.baseDist };
  }

  override get support(): Constraint {
    const support = this.transforms.at(-1)?.codomain ?? this.baseDist.support;
    return this.transforms.length > 0 && this.eventShape.length > 0 ? independent(support, this.eventShape.length) : support;
  }

  override get mean(): Tensor {
    throw new NotImplementedError(`${this.constructor.name} has no mean in closed form`);
  }

  override get mode(): Tensor {
    throw new NotImplementedError(`${this.constructor.name} has no mode in closed form`);
  }

  override get variance(): Tensor {
    throw new NotImplementedError(`${this.constructor.name} has no variance in closed form`);
  }

  override entropy(): Tensor {
    throw new NotImplementedError(`${this.constructor.name} has no entropy in closed form`);
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => this.#transformed(this.baseDist.sample(sampleShape)));
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    return this.#transformed(this.baseDist.rsample(sampleShape));
  }

  #transformed(x: Tensor): Tensor {
    return this.transforms.reduce((value, transform) => transform.call(value), x);
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    let y = value;
    let lost: Tensor | null = null;
    for (const transform of [...this.transforms].reverse()) {
      const x = transform.inverse(y);
      const log = sumLast(transform.logAbsDetJacobian(x, y), this.eventShape.length);
      lost = lost === null ? log.neg() : lost.sub(log);
      y = x;
    }
    const base = this.baseDist.logProb(y);
    return lost === null ? base : lost.add(base);
  }

  override cdf(value: Tensor): Tensor {
    const x = [...this.transforms].reverse().reduce((y, transform) => transform.inverse(y), value);
    return this.#rising(this.baseDist.cdf(x));
  }

  override icdf(value: Tensor): Tensor {
    return this.#transformed(this.baseDist.icdf(this.#rising(value)));
  }

  /** Where the transforms fall, what was below is above. */
  #rising(value: Tensor): Tensor {
    const sign = signOf(this.transforms);
    return sign === 1 ? value : value.sub(0.5).mul(sign).add(0.5);
  }

  override toString(): string {
    const parts = Object.entries(this.parameters());
    return parts.length === 0 ? `${this.constructor.name}()` : super.toString();
  }
}

/** exp of a normal number (torch.distributions.LogNormal); `loc` and `scale` are those of the logarithm. */
export class LogNormal extends TransformedDistribution<Normal> {
  constructor(loc: Tensor | number, scale: Tensor | number, options: DistributionOptions = {}) {
    super(new Normal(loc, scale, options), new ExpTransform(), options);
  }

  get loc(): Tensor {
    return this.baseDist.loc;
  }

  get scale(): Tensor {
    return this.baseDist.scale;
  }

  override get support(): Constraint {
    return positive;
  }

  override get mean(): Tensor {
    return this.loc.add(this.scale.pow(2).div(2)).exp();
  }

  override get mode(): Tensor {
    return this.loc.sub(this.scale.square()).exp();
  }

  override get variance(): Tensor {
    const square = this.scale.pow(2);
    return square.expm1().mul(this.loc.mul(2).add(square).exp());
  }

  override entropy(): Tensor {
    return this.baseDist.entropy().add(this.loc);
  }
}

const eulerGamma = 0.57721566490153286;

/** The Gumbel distribution, of the largest of many numbers (torch.distributions.Gumbel). */
export class Gumbel extends TransformedDistribution<Uniform> {
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(loc: Tensor | number, scale: Tensor | number, options: DistributionOptions = {}) {
    const [place, width] = broadcastAll(loc, scale) as [Tensor, Tensor];
    const { tiny, eps } = finfo(place.dtype);
    const log = new ExpTransform().inv;
    const base = new Uniform(fullLike(place, tiny), fullLike(place, 1 - eps), options);
    super(base, [log, new AffineTransform(0, onesLike(width).neg()), log, new AffineTransform(place, width.neg())], options);
    this.loc = place;
    this.scale = width;
    this.checkParameters();
  }

  protected override parameters(): ConstrainedParameters {
    return { loc: { value: this.loc, constraint: real }, scale: { value: this.scale, constraint: positive } };
  }

  protected override components() {
    return {};
  }

  override get support(): Constraint {
    return real;
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const y = this.loc.sub(value).div(this.scale);
    return y.sub(y.exp()).sub(this.scale.log());
  }

  override get mean(): Tensor {
    return this.loc.add(this.scale.mul(eulerGamma));
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get stddev(): Tensor {
    return this.scale.mul(Math.PI / Math.sqrt(6));
  }

  override get variance(): Tensor {
    return this.stddev.pow(2);
  }

  override entropy(): Tensor {
    return this.scale.log().add(1 + eulerGamma);
  }
}

/** |x| of a symmetric distribution around 0. */
abstract class Half<Base extends Normal | Cauchy> extends TransformedDistribution<Base> {
  get scale(): Tensor {
    return this.baseDist.scale;
  }

  override get support(): Constraint {
    return nonnegative;
  }

  override get mode(): Tensor {
    return this.scale.mul(0);
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    return where(value.ge(0), this.baseDist.logProb(value).add(Math.log(2)), -Infinity);
  }

  override cdf(value: Tensor): Tensor {
    this.checkValue(value);
    return this.baseDist.cdf(value).mul(2).sub(1);
  }

  override icdf(value: Tensor): Tensor {
    return this.baseDist.icdf(value.add(1).div(2));
  }

  override entropy(): Tensor {
    return this.baseDist.entropy().sub(Math.log(2));
  }
}

/** The magnitude of a normal number of mean 0 (torch.distributions.HalfNormal). */
export class HalfNormal extends Half<Normal> {
  constructor(scale: Tensor | number, options: DistributionOptions = {}) {
    super(new Normal(0, scale, { validateArgs: false }), new AbsTransform(), options);
  }

  override get mean(): Tensor {
    return this.scale.mul(Math.sqrt(2 / Math.PI));
  }

  override get variance(): Tensor {
    return this.scale.pow(2).mul(1 - 2 / Math.PI);
  }
}

/** The magnitude of a Cauchy number around 0 (torch.distributions.HalfCauchy). */
export class HalfCauchy extends Half<Cauchy> {
  constructor(scale: Tensor | number, options: DistributionOptions = {}) {
    super(new Cauchy(0, scale, { validateArgs: false }), new AbsTransform(), options);
  }

  override get mean(): Tensor {
    return fullLike(this.scale, Infinity);
  }

  override get variance(): Tensor {
    return this.baseDist.variance;
  }
}

/** The Pareto distribution, of numbers from `scale` on (torch.distributions.Pareto). */
export class Pareto extends TransformedDistribution<Exponential> {
  readonly scale: Tensor;
  readonly alpha: Tensor;

  constructor(scale: Tensor | number, alpha: Tensor | number, options: DistributionOptions = {}) {
    const [least, power] = broadcastAll(scale, alpha) as [Tensor, Tensor];
    super(new Exponential(power, options), [new ExpTransform(), new AffineTransform(0, least)], options);
    this.scale = least;
    this.alpha = power;
    this.checkParameters();
  }

  protected override parameters(): ConstrainedParameters {
    return { alpha: { value: this.alpha, constraint: positive }, scale: { value: this.scale, constraint: positive } };
  }

  protected override components() {
    return {};
  }

  override get support(): Constraint {
    return greaterThanEq(this.scale);
  }

  override get mean(): Tensor {
    const a = this.alpha.clamp(1);
    return a.mul(this.scale).div(a.sub(1));
  }

  override get mode(): Tensor {
    return this.scale;
  }

  override get variance(): Tensor {
    const a = this.alpha.clamp(2);
    return this.scale
      .pow(2)
      .mul(a)
      .div(a.sub(1).pow(2).mul(a.sub(2)));
  }

  override entropy(): Tensor {
    return this.scale.div(this.alpha).log().add(this.alpha.reciprocal().add(1));
  }
}

/** The Weibull distribution (torch.distributions.Weibull). */
export class Weibull extends TransformedDistribution<Exponential> {
  readonly scale: Tensor;
  readonly concentration: Tensor;

  constructor(scale: Tensor | number, concentration: Tensor | number, options: DistributionOptions = {}) {
    const [width, shape] = broadcastAll(scale, concentration) as [Tensor, Tensor];
    super(new Exponential(onesLike(width), options), [new PowerTransform(shape.reciprocal()), new AffineTransform(0, width)], options);
    this.scale = width;
    this.concentration = shape;
    this.checkParameters();
  }

  protected override parameters(): ConstrainedParameters {
    return { scale: { value: this.scale, constraint: positive }, concentration: { value: this.concentration, constraint: positive } };
  }

  protected override components() {
    return {};
  }

  override get support(): Constraint {
    return positive;
  }

  override get mean(): Tensor {
    return this.scale.mul(this.concentration.reciprocal().add(1).lgamma().exp());
  }

  override get mode(): Tensor {
    const inverse = this.concentration.reciprocal();
    return this.scale.mul(this.concentration.sub(1).div(this.concentration).pow(inverse));
  }

  override get variance(): Tensor {
    const inverse = this.concentration.reciprocal();
    return this.scale.pow(2).mul(inverse.mul(2).add(1).lgamma().exp().sub(inverse.add(1).lgamma().mul(2).exp()));
  }

  override entropy(): Tensor {
    const inverse = this.concentration.reciprocal();
    return inverse.rsub(1).mul(eulerGamma).add(this.scale.mul(inverse).log()).add(1);
  }
}
