import { noGrad } from "../autograd/gradMode.js";
import { empty, fullLike } from "../ops/creation.js";
import { finfo } from "../ops/rules/limits.js";
import { where } from "../ops/masks.js";
import type { Tensor } from "../tensor.js";
import { positive, real, type Constraint } from "./constraints.js";
import { broadcastAll, Distribution, type DistributionOptions } from "./distribution.js";
import { Chi2 } from "./positive.js";

/** Distributions by a place, `loc`, and a width, `scale`. */
abstract class LocationScale extends Distribution {
  override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(loc: Tensor | number, scale: Tensor | number, options: DistributionOptions = {}) {
    const [place, width] = broadcastAll(loc, scale) as [Tensor, Tensor];
    super(place.sizes, options);
    this.loc = place;
    this.scale = width;
    this.checkParameters();
  }

  protected override parameters() {
    return { loc: { value: this.loc, constraint: real }, scale: { value: this.scale, constraint: positive } };
  }

  override get support(): Constraint {
    return real;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  protected empty(sampleShape: readonly number[]): Tensor {
    return empty(this.extendedShape(sampleShape), { dtype: this.loc.dtype, device: this.loc.device });
  }

  /** How many widths a value lies from the place. */
  protected standardized(value: Tensor): Tensor {
    return value.sub(this.loc).div(this.scale);
  }
}

/** The Laplace distribution (torch.distributions.Laplace). */
export class Laplace extends LocationScale {
  override get mean(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    return this.scale.pow(2).mul(2);
  }

  override get stddev(): Tensor {
    return this.scale.mul(Math.SQRT2);
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    const noise = this.empty(sampleShape).uniform_(finfo(this.loc.dtype).eps - 1, 1);
    return this.loc.sub(this.scale.mul(noise.sign()).mul(noise.abs().neg().log1p()));
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    return this.scale.mul(2).log().neg().sub(value.sub(this.loc).abs().div(this.scale));
  }

  override cdf(value: Tensor): Tensor {
    this.checkValue(value);
    const distance = value.sub(this.loc);
    return distance.sign().mul(0.5).mul(distance.abs().neg().div(this.scale).expm1()).rsub(0.5);
  }

  override icdf(value: Tensor): Tensor {
    const term = value.sub(0.5);
    return this.loc.sub(this.scale.mul(term.sign()).mul(term.abs().mul(-2).log1p()));
  }

  override entropy(): Tensor {
    return this.scale.mul(2).log().add(1);
  }
}

/** The Cauchy distribution (torch.distributions.Cauchy), which has neither mean nor variance. */
export class Cauchy extends LocationScale {
  override get mean(): Tensor {
    return fullLike(this.loc, NaN);
  }

  override get variance(): Tensor {
    return fullLike(this.loc, Infinity);
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    return this.loc.add(this.empty(sampleShape).cauchy_().mul(this.scale));
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    return this.scale.log().neg().sub(Math.log(Math.PI)).sub(this.standardized(value).pow(2).log1p());
  }

  override cdf(value: Tensor): Tensor {
    this.checkValue(value);
    return this.standardized(value).atan().div(Math.PI).add(0.5);
  }

  override icdf(value: Tensor): Tensor {
    return value.sub(0.5).mul(Math.PI).tan().mul(this.scale).add(this.loc);
  }

  override entropy(): Tensor {
    return this.scale.log().add(Math.log(4 * Math.PI));
  }
}

/** Student's t-distribution with `df` degrees of freedom (torch.distributions.StudentT). */
export class StudentT extends Distribution {
  override readonly hasRsample = true;
  readonly df: Tensor;
  readonly loc: Tensor;
  readonly scale: Tensor;
  readonly #chi2: Chi2;

  constructor(df: Tensor | number, loc: Tensor | number = 0, scale: Tensor | number = 1, options: DistributionOptions = {}) {
    const [degrees, place, width] = broadcastAll(df, loc, scale) as [Tensor, Tensor, Tensor];
    super(degrees.sizes, options);
    this.df = degrees;
    this.loc = place;
    this.scale = width;
    this.#chi2 = new Chi2(degrees, { validateArgs: false });
    this.checkParameters();
  }

  protected override parameters() {
    return {
      df: { value: this.df, constraint: positive },
      loc: { value: this.loc, constraint: real },
      scale: { value: this.scale, constraint: positive },
    };
  }

  override get support(): Constraint {
    return real;
  }

  /** NaN for one degree of freedom or fewer. */
  override get mean(): Tensor {
    return where(this.df.le(1), NaN, this.loc);
  }

  override get mode(): Tensor {
    return this.loc;
  }

  /** Infinite for two degrees of freedom or fewer, NaN for one or fewer. */
  override get variance(): Tensor {
    const { df, scale } = this;
    const found = scale.pow(2).mul(df).div(df.sub(2));
    return where(df.le(1), NaN, where(df.le(2), Infinity, found));
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    const { dtype, device } = this.df;
    const normal = empty(this.extendedShape(sampleShape), { dtype, device }).normal_();
    const z = this.#chi2.rsample(sampleShape);
    return this.loc.add(this.scale.mul(normal.mul(z.div(this.df).rsqrt())));
  }

  override sample(sampleShape: readonly number[] = []): Tensor {
    return noGrad(() => this.rsample(sampleShape));
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const { df, scale } = this;
    const y = value.sub(this.loc).div(scale);
    const z = scale
      .log()
      .add(df.log().mul(0.5))
      .add(0.5 * Math.log(Math.PI))
      .add(df.mul(0.5).lgamma())
      .sub(df.add(1).mul(0.5).lgamma());
    return df.add(1).mul(-0.5).mul(y.pow(2).div(df).log1p()).sub(z);
  }

  override entropy(): Tensor {
    const { df, scale } = this;
    const beta = df
      .mul(0.5)
      .lgamma()
      .add(Math.log(Math.PI) / 2)
      .sub(df.add(1).mul(0.5).lgamma());
    return scale
      .log()
      .add(
        df
          .add(1)
          .mul(0.5)
          .mul(df.add(1).mul(0.5).digamma().sub(df.mul(0.5).digamma())),
      )
      .add(df.log().mul(0.5))
      .add(beta);
  }
}
