import { rand } from "../ops/random.js";
import type { Tensor } from "../tensor.js";
import { greaterThan, interval, lessThan, type Constraint } from "./constraints.js";
import { broadcastAll, Distribution, type DistributionOptions } from "./distribution.js";

/** The uniform distribution over [low, high) (torch.distributions.Uniform). */
export class Uniform extends Distribution {
  override readonly hasRsample = true;
  readonly low: Tensor;
  readonly high: Tensor;

  constructor(low: Tensor | number, high: Tensor | number, options: DistributionOptions = {}) {
    const [low_, high_] = broadcastAll(low, high) as [Tensor, Tensor];
    super(low_.sizes, options);
    this.low = low_;
    this.high = high_;
    this.checkParameters();
  }

  protected override parameters() {
    return { low: { value: this.low, constraint: lessThan(this.high) }, high: { value: this.high, constraint: greaterThan(this.low) } };
  }

  override get support(): Constraint {
    return interval(this.low, this.high);
  }

  override get mean(): Tensor {
    return this.high.add(this.low).div(2);
  }

  /** NaN: every value is as probable. */
  override get mode(): Tensor {
    return this.high.mul(NaN);
  }

  override get stddev(): Tensor {
    return this.#width.div(12 ** 0.5);
  }

  override get variance(): Tensor {
    return this.#width.pow(2).div(12);
  }

  get #width(): Tensor {
    return this.high.sub(this.low);
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    const noise = rand(this.extendedShape(sampleShape), { dtype: this.low.dtype, device: this.low.device });
    return this.low.add(noise.mul(this.#width));
  }

  /** -log(high - low) within, -infinity outside. */
  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const isAbove = this.low.le(value).to(this.low.dtype);
    const isBelow = this.high.gt(value).to(this.low.dtype);
    return isAbove.mul(isBelow).log().sub(this.#width.log());
  }

  override cdf(value: Tensor): Tensor {
    this.checkValue(value);
    return value.sub(this.low).div(this.#width).clamp(0, 1);
  }

  override icdf(value: Tensor): Tensor {
    return value.mul(this.#width).add(this.low);
  }

  /** log(high - low) */
  override entropy(): Tensor {
    return this.#width.log();
  }
}
