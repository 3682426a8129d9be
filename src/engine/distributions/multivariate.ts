import { ValueError } from "../errors.js";
import { empty, tensor } from "../ops/creation.js";
import { sampleDirichlet } from "../ops/gammaDraws.js";
import { stack } from "../ops/joining.js";
import { choleskyInverse } from "../ops/linalg/lu.js";
import { cholesky, solveTriangular } from "../ops/linalg.js";
import { where } from "../ops/masks.js";
import { oneHot } from "../ops/embedding.js";
import { broadcastShapes } from "../ops/shape.js";
import { defaultGenerator } from "../random/generator.js";
import { Tensor } from "../tensor.js";
import { lowerCholesky, positiveDefinite, positiveVector, realVector, simplex, unitInterval, type Constraint } from "./constraints.js";
import { broadcastAll, Distribution, type ConstrainedParameters, type DistributionOptions } from "./distribution.js";

/** Distributions of vectors, and the beta distribution, which is one of pairs. */

/** Vectors of numbers that sum to 1 (torch.distributions.Dirichlet). Where its concentration requires a gradient, draw by `sample`: `rsample` throws. */
export class Dirichlet extends Distribution {
  constructor(
    readonly concentration: Tensor,
    options: DistributionOptions = {},
  ) {
    if (concentration.dim() < 1) throw new ValueError("`concentration` parameter must be at least one-dimensional.");
    super(concentration.sizes.slice(0, -1), options, concentration.sizes.slice(-1));
    this.checkParameters();
  }

  protected override parameters() {
    return { concentration: { value: this.concentration, constraint: positiveVector } };
  }

  override get support(): Constraint {
    return simplex;
  }

  override get mean(): Tensor {
    return this.concentration.div(this.concentration.sum(-1, true));
  }

  override get mode(): Tensor {
    const above = this.concentration.sub(1).clamp(0);
    const inner = above.div(above.sum(-1, true));
    const corner = oneHot(inner.argmax(-1), this.eventShape[0]).to(inner.dtype);
    return where(this.concentration.lt(1).all(-1, true), corner, inner);
  }

  override get variance(): Tensor {
    const { concentration } = this;
    const total = concentration.sum(-1, true);
    return concentration.mul(total.sub(concentration)).div(total.pow(2).mul(total.add(1)));
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    return sampleDirichlet(this.concentration.expand(this.extendedShape(sampleShape)), defaultGenerator);
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const { concentration } = this;
    return concentration.sub(1).xlogy(value).sum(-1).add(concentration.sum(-1).lgamma()).sub(concentration.lgamma().sum(-1));
  }

  override entropy(): Tensor {
    const { concentration } = this;
    const total = concentration.sum(-1);
    return concentration
      .lgamma()
      .sum(-1)
      .sub(total.lgamma())
      .sub(total.rsub(this.eventShape[0]!).mul(total.digamma()))
      .sub(concentration.sub(1).mul(concentration.digamma()).sum(-1));
  }
}

/** The beta distribution (torch.distributions.Beta). As `Dirichlet`, of which it is made, it has samples without gradient alone. */
export class Beta extends Distribution {
  readonly #dirichlet: Dirichlet;

  constructor(concentration1: Tensor | number, concentration0: Tensor | number, options: DistributionOptions = {}) {
    const both =
      typeof concentration1 === "number" && typeof concentration0 === "number"
        ? tensor([concentration1, concentration0]).to(empty([0]).dtype)
        : stack(broadcastAll(concentration1, concentration0), -1);
    super(both.sizes.slice(0, -1), options);
    this.#dirichlet = new Dirichlet(both, options);
  }

  protected override parameters(): ConstrainedParameters {
    return {};
  }

  protected override components() {
    return { dirichlet: this.#dirichlet };
  }

  get concentration1(): Tensor {
    return this.#dirichlet.concentration.select(-1, 0);
  }

  get concentration0(): Tensor {
    return this.#dirichlet.concentration.select(-1, 1);
  }

  override get support(): Constraint {
    return unitInterval;
  }

  override get mean(): Tensor {
    return this.concentration1.div(this.concentration1.add(this.concentration0));
  }

  override get mode(): Tensor {
    return this.#dirichlet.mode.select(-1, 0);
  }

  override get variance(): Tensor {
    const total = this.concentration1.add(this.concentration0);
    return this.concentration1.mul(this.concentration0).div(total.pow(2).mul(total.add(1)));
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    return this.#dirichlet.rsample(sampleShape).select(-1, 0);
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    return this.#dirichlet.logProb(stack([value, value.rsub(1)], -1));
  }

  override entropy(): Tensor {
    return this.#dirichlet.entropy();
  }
}

export interface MultivariateNormalOptions extends DistributionOptions {
  /** Symmetric and positive definite; one of the three is given. */
  readonly covarianceMatrix?: Tensor;
  /** The inverse of the covariance. */
  readonly precisionMatrix?: Tensor;
  /** The lower-triangular Cholesky factor of the covariance. */
  readonly scaleTril?: Tensor;
}

/** The normal distribution of vectors (torch.distributions.MultivariateNormal), by its mean `loc` and its covariance, the inverse of that or its Cholesky factor. */
export class MultivariateNormal extends Distribution {
  override readonly hasRsample = true;
  readonly loc: Tensor;
  readonly scaleTril: Tensor;
  readonly #given: ConstrainedParameters;

  constructor(loc: Tensor, covariance: Tensor | MultivariateNormalOptions, more: DistributionOptions = {}) {
    const { covarianceMatrix, precisionMatrix, scaleTril, ...options } = covariance instanceof Tensor ? { covarianceMatrix: covariance, ...more } : covariance;
    if (loc.dim() < 1) throw new ValueError("loc must be at least one-dimensional.");
    const given = [covarianceMatrix, precisionMatrix, scaleTril].filter((each) => each !== undefined);
    if (given.length !== 1) throw new ValueError("Exactly one of covariance_matrix or precision_matrix or scale_tril may be specified.");
    const [matrix] = given as [Tensor];
    const name = covarianceMatrix ? "covariance_matrix" : precisionMatrix ? "precision_matrix" : "scale_tril";
    if (matrix.dim() < 2)
      throw new ValueError(`${name} matrix must be at least two-dimensional, with optional leading batch dimensions`.replace("_matrix matrix", "_matrix"));
    const batch = broadcastShapes(matrix.sizes.slice(0, -2), loc.sizes.slice(0, -1));
    super([...batch], options, loc.sizes.slice(-1));
    this.loc = loc.expand([...batch, -1]);
    const value = matrix.expand([...batch, -1, -1]);
    this.#given = { loc: { value: this.loc, constraint: realVector }, [name]: { value, constraint: scaleTril ? lowerCholesky : positiveDefinite } };
    this.checkParameters();
    this.scaleTril = scaleTril ? value : covarianceMatrix ? cholesky(value) : fromPrecision(value);
  }

  protected override parameters(): ConstrainedParameters {
    return this.#given;
  }

  get covarianceMatrix(): Tensor {
    return this.#given["covariance_matrix"]?.value ?? this.scaleTril.matmul(this.scaleTril.mT);
  }

  get precisionMatrix(): Tensor {
    return this.#given["precision_matrix"]?.value ?? choleskyInverse(this.scaleTril);
  }

  override get support(): Constraint {
    return realVector;
  }

  override get mean(): Tensor {
    return this.loc;
  }

  override get mode(): Tensor {
    return this.loc;
  }

  override get variance(): Tensor {
    return this.scaleTril.pow(2).sum(-1);
  }

  override rsample(sampleShape: readonly number[] = []): Tensor {
    const noise = empty(this.extendedShape(sampleShape), { dtype: this.loc.dtype, device: this.loc.device }).normal_();
    return this.loc.add(this.scaleTril.matmul(noise.unsqueeze(-1)).squeeze(-1));
  }

  override logProb(value: Tensor): Tensor {
    this.checkValue(value);
    const distance = mahalanobis(this.scaleTril, value.sub(this.loc));
    return distance
      .add(this.eventShape[0]! * Math.log(2 * Math.PI))
      .mul(-0.5)
      .sub(halfLogDet(this.scaleTril));
  }

  override entropy(): Tensor {
    return halfLogDet(this.scaleTril).add(0.5 * this.eventShape[0]! * (1 + Math.log(2 * Math.PI)));
  }
}

/** Half the logarithm of the determinant of L L^T. */
export const halfLogDet = (l: Tensor): Tensor => l.diagonal(0, -2, -1).log().sum(-1);

/** x^T (L L^T)^-1 x. */
export function mahalanobis(l: Tensor, x: Tensor): Tensor {
  return solveTriangular(l, x.unsqueeze(-1), { upper: false }).squeeze(-1).pow(2).sum(-1);
}

/** The Cholesky factor of a matrix's inverse. */
function fromPrecision(precision: Tensor): Tensor {
  const flipped = cholesky(precision.flip([-2, -1]));
  const inverse = flipped.flip([-2, -1]).mT;
  const eye = tensor(0).to(precision.dtype).add(precision.mul(0)).add(identityLike(precision));
  return solveTriangular(inverse, eye, { upper: false });
}

function identityLike(x: Tensor): Tensor {
  const n = x.sizes.at(-1)!;
  return x.newZeros([n, n]).fillDiagonal_(1);
}
