import { refuseMore } from "../arguments.js";
import { NotImplementedError } from "../errors.js";
import { softplus } from "../ops/activation.js";
import { fullLike, zerosLike } from "../ops/creation.js";
import { finfo } from "../ops/rules/limits.js";
import { Tensor } from "../tensor.js";
import { interval, positive, real, unitInterval, type Constraint } from "./constraints.js";

/** Functions that take the numbers of a distribution to those of another, one by one (torch.distributions.transforms). */
export abstract class Transform {
  /** What it gives. */
  abstract readonly codomain: Constraint;
  /** Whether it has an inverse. */
  readonly bijective: boolean = true;
  /** 1 where it grows, -1 where it falls. */
  get sign(): number | Tensor {
    return 1;
  }

  /** Those without a constructor of their own take no arguments. */
  constructor(...further: never[]) {
    if (further.length > 0) refuseMore(new.target.name, [], further, 1);
  }

  /** What becomes of a number. */
  abstract call(x: Tensor): Tensor;
  /** The number that `call` made y of. */
  abstract inverse(y: Tensor): Tensor;
  /** log |dy/dx|. */
  abstract logAbsDetJacobian(x: Tensor, y: Tensor): Tensor;

  /** The transform the other way. (Transform.inv) */
  get inv(): Transform {
    return new InverseTransform(this);
  }

  toString(): string {
    return `${this.constructor.name}()`;
  }
}

class InverseTransform extends Transform {
  override readonly codomain = real;

  constructor(readonly of: Transform) {
    super();
  }

  override get sign(): number | Tensor {
    return this.of.sign;
  }

  override get inv(): Transform {
    return this.of;
  }

  override call(x: Tensor): Tensor {
    return this.of.inverse(x);
  }

  override inverse(y: Tensor): Tensor {
    return this.of.call(y);
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return this.of.logAbsDetJacobian(y, x).neg();
  }
}

/** y = exp(x) (torch.distributions.ExpTransform) */
export class ExpTransform extends Transform {
  override readonly codomain = positive;

  override call(x: Tensor): Tensor {
    return x.exp();
  }

  override inverse(y: Tensor): Tensor {
    return y.log();
  }

  override logAbsDetJacobian(x: Tensor): Tensor {
    return x;
  }
}

/** y = loc + scale x (torch.distributions.AffineTransform) */
export class AffineTransform extends Transform {
  override readonly codomain = real;

  constructor(
    readonly loc: Tensor | number,
    readonly scale: Tensor | number,
    ...further: never[]
  ) {
    super(...further);
  }

  override get sign(): number | Tensor {
    return this.scale instanceof Tensor ? this.scale.sign() : Math.sign(this.scale);
  }

  override call(x: Tensor): Tensor {
    return x.mul(this.scale).add(this.loc);
  }

  override inverse(y: Tensor): Tensor {
    return y.sub(this.loc).div(this.scale);
  }

  override logAbsDetJacobian(x: Tensor): Tensor {
    return this.scale instanceof Tensor ? this.scale.abs().log().add(zerosLike(x)) : fullLike(x, Math.log(Math.abs(this.scale)));
  }
}

/** y = x^exponent, of positive numbers (torch.distributions.PowerTransform) */
export class PowerTransform extends Transform {
  override readonly codomain = positive;

  constructor(
    readonly exponent: Tensor | number,
    ...further: never[]
  ) {
    super(...further);
  }

  override get sign(): number | Tensor {
    return this.exponent instanceof Tensor ? this.exponent.sign() : Math.sign(this.exponent);
  }

  override call(x: Tensor): Tensor {
    return x.pow(this.exponent);
  }

  override inverse(y: Tensor): Tensor {
    return y.pow(this.exponent instanceof Tensor ? this.exponent.reciprocal() : 1 / this.exponent);
  }

  override logAbsDetJacobian(x: Tensor, y: Tensor): Tensor {
    return y.mul(this.exponent).div(x).abs().log();
  }
}

/** y = 1 / (1 + exp(-x)) (torch.distributions.SigmoidTransform) */
export class SigmoidTransform extends Transform {
  override readonly codomain = unitInterval;

  override call(x: Tensor): Tensor {
    const { tiny, eps } = finfo(x.dtype);
    return x.sigmoid().clamp(tiny, 1 - eps);
  }

  override inverse(y: Tensor): Tensor {
    const { tiny, eps } = finfo(y.dtype);
    const inside = y.clamp(tiny, 1 - eps);
    return inside.log().sub(inside.neg().log1p());
  }

  override logAbsDetJacobian(x: Tensor): Tensor {
    return softplus(x.neg()).neg().sub(softplus(x));
  }
}

/** y = tanh(x) (torch.distributions.TanhTransform) */
export class TanhTransform extends Transform {
  override readonly codomain = interval(-1, 1);

  override call(x: Tensor): Tensor {
    return x.tanh();
  }

  override inverse(y: Tensor): Tensor {
    return y.atanh();
  }

  override logAbsDetJacobian(x: Tensor): Tensor {
    return softplus(x.mul(-2)).add(x).rsub(Math.log(2)).mul(2);
  }
}

/** y = log(1 + exp(x)) (torch.distributions.SoftplusTransform) */
export class SoftplusTransform extends Transform {
  override readonly codomain = positive;

  override call(x: Tensor): Tensor {
    return softplus(x);
  }

  override inverse(y: Tensor): Tensor {
    return y.neg().expm1().neg().log().add(y);
  }

  override logAbsDetJacobian(x: Tensor): Tensor {
    return softplus(x.neg()).neg();
  }
}

/** y = |x|, which has no inverse: `inverse` gives y itself (torch.distributions.AbsTransform) */
export class AbsTransform extends Transform {
  override readonly codomain = positive;
  override readonly bijective = false;

  override call(x: Tensor): Tensor {
    return x.abs();
  }

  override inverse(y: Tensor): Tensor {
    return y;
  }

  override logAbsDetJacobian(): Tensor {
    throw new NotImplementedError("AbsTransform has no log_abs_det_jacobian: it has no inverse");
  }
}

/** One after the other (torch.distributions.ComposeTransform). */
export class ComposeTransform extends Transform {
  override readonly bijective: boolean;

  constructor(
    readonly parts: readonly Transform[],
    ...further: never[]
  ) {
    super(...further);
    this.bijective = parts.every(({ bijective }) => bijective);
  }

  override get codomain(): Constraint {
    return this.parts.at(-1)?.codomain ?? real;
  }

  override get sign(): number | Tensor {
    return signOf(this.parts);
  }

  override call(x: Tensor): Tensor {
    return this.parts.reduce((value, part) => part.call(value), x);
  }

  override inverse(y: Tensor): Tensor {
    return this.parts.reduceRight((value, part) => part.inverse(value), y);
  }

  override logAbsDetJacobian(x: Tensor): Tensor {
    let total = zerosLike(x);
    let at = x;
    for (const part of this.parts) {
      const next = part.call(at);
      total = total.add(part.logAbsDetJacobian(at, next));
      at = next;
    }
    return total;
  }
}

/** The product of the signs. */
export function signOf(transforms: readonly Transform[]): number | Tensor {
  return transforms.reduce<number | Tensor>((product, { sign }) => {
    if (sign instanceof Tensor) return sign.mul(product);
    return product instanceof Tensor ? product.mul(sign) : product * sign;
  }, 1);
}
