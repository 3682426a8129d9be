import { empty } from "../ops/creation.js";
import { normal } from "../ops/random.js";
import { noGrad } from "../autograd/gradMode.js";
import type { Tensor } from "../tensor.js";
import { positive, real, type Constraint } from "./constraints.js";
import { broadcastAll, Distribution, type DistributionOptions } from "./distribution.js";

/** The normal distribution (torch.distributions.Normal). `loc` is its mean, `scale` its standard deviation. */
export class Normal extends Distribution {
  override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(loc: Tensor | number, scale: Tensor | number, options: DistributionOptions = {}) {
    const [loc_, scale_] = broadcastAll(loc, scale) as [Tensor, Tensor];
    super(loc_.sizes, options);
    this.loc = loc_;
    this.scale = scale_;
    this.checkParameters();
  }

  protected override parameters() {
    return { loc: { value: this.loc, constraint: real }, scale: { value: this.scale, constraint: positive } };
  }

  override get support(): Constraint {
    return real;
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get stddev(): Tensor {
    return this.scale;
  }

  override get variance(): Tensor {
    return this.scale.pow(2);
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    const shape = this.extendedShape(sampleShape);
    return noGrad(() => normal(this.loc.expand(shape), this.scale.expand(shape)));
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    const noise = empty(this.extendedShape(sampleShape), { dtype: this.loc.dtype, device: this.loc.device }).normal_();
    return this.loc.add(noise.mul(this.scale));
  }

  /** -(x - loc)^2 / (2 scale^2) - log(scale) - log(sqrt(2 pi)) */
  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const distance = value.sub(this.loc).pow(2).neg();
    return distance
      .div(this.scale.pow(2).mul(2))
      .sub(this.scale.log())
      .sub(Math.log(Math.sqrt(2 * Math.PI)));
  }

  override cdf(value: Tensor): Tensor {
    this.checkValue(value);
    return value.sub(this.loc).mul(this.scale.reciprocal()).div(Math.SQRT2).erf().add(1).mul(0.5);
  }

  override icdf(value: Tensor): Tensor {
    return this.loc.add(this.scale.mul(value.mul(2).sub(1).erfinv()).mul(Math.SQRT2));
  }

  /** 1/2 + log(2 pi) / 2 + log(scale) */
  override entropy(): Tensor {
    return this.scale.log().add(0.5 + 0.5 * Math.log(2 * Math.PI));
  }
}
