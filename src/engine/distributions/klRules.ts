import { NotImplementedError, ValueError } from "../errors.js";
import { fullLike } from "../ops/creation.js";
import { solveTriangular } from "../ops/linalg.js";
import { where } from "../ops/masks.js";
import { equalSizes } from "../size.js";
import type { Tensor } from "../tensor.js";
import { Bernoulli } from "./bernoulli.js";
import { Binomial, Geometric, OneHotCategorical } from "./discrete.js";
import type { Distribution } from "./distribution.js";
import { klDivergence, registerKl } from "./kl.js";
import { Cauchy, Laplace } from "./locationScale.js";
import { Beta, Dirichlet, halfLogDet, mahalanobis, MultivariateNormal } from "./multivariate.js";
import { Normal } from "./normal.js";
import { Exponential, Gamma, Poisson } from "./positive.js";
import { Gumbel, HalfNormal, Independent, LogNormal, Pareto, TransformedDistribution } from "./transformed.js";
import { Uniform } from "./uniform.js";

/** Divergences of the distributions beyond the first ones, as torch.distributions.kl states them. */

const eulerGamma = 0.57721566490153286;

// A rule stated later comes before one stated earlier: first that of all transformed ones.
registerKl(TransformedDistribution, TransformedDistribution, (p, q) => {
  const isSame = p.transforms.length === q.transforms.length && p.transforms.every((each, i) => each.constructor === q.transforms[i]!.constructor);
  const parameters = (of: TransformedDistribution): string => of.transforms.map((each) => Object.values(each).map(String).join()).join();
  if (!isSame || parameters(p) !== parameters(q)) throw new NotImplementedError("the distributions are transformed in different ways");
  return klDivergence(p.baseDist, q.baseDist);
});

registerKl(Exponential, Exponential, (p, q) => {
  const ratio = q.rate.div(p.rate);
  return ratio.log().neg().add(ratio).sub(1);
});

registerKl(Gamma, Gamma, (p, q) => {
  const shapes = p.concentration.sub(q.concentration).mul(p.concentration.digamma());
  return q.concentration
    .mul(p.rate.div(q.rate).log())
    .add(q.concentration.lgamma().sub(p.concentration.lgamma()))
    .add(shapes)
    .add(q.rate.sub(p.rate).mul(p.concentration.div(p.rate)));
});

registerKl(Poisson, Poisson, (p, q) => p.rate.mul(p.rate.log().sub(q.rate.log())).sub(p.rate.sub(q.rate)));
registerKl(Bernoulli, Poisson, (p, q) => p.entropy().neg().sub(p.probs.mul(q.rate.log()).sub(q.rate)));
registerKl(Geometric, Geometric, (p, q) => p.entropy().neg().sub(q.probs.neg().log1p().div(p.probs)).sub(q.logits));
registerKl(OneHotCategorical, OneHotCategorical, (p, q) => klDivergence(p.categorical, q.categorical));

registerKl(Binomial, Binomial, (p, q) => {
  if (p.totalCount.lt(q.totalCount).any().item()) {
    throw new NotImplementedError("KL between Binomials where q.total_count > p.total_count is not implemented");
  }
  const each = p.probs.mul(p.logits.sub(q.logits)).add(p.probs.neg().log1p()).sub(q.probs.neg().log1p());
  return where(p.totalCount.gt(q.totalCount), Infinity, p.totalCount.mul(each));
});

registerKl(Beta, Beta, (p, q) => {
  const [ofP, ofQ] = [p.concentration1.add(p.concentration0), q.concentration1.add(q.concentration0)];
  const t1 = q.concentration1.lgamma().add(q.concentration0.lgamma()).add(ofP.lgamma());
  const t2 = p.concentration1.lgamma().add(p.concentration0.lgamma()).add(ofQ.lgamma());
  return t1
    .sub(t2)
    .add(p.concentration1.sub(q.concentration1).mul(p.concentration1.digamma()))
    .add(p.concentration0.sub(q.concentration0).mul(p.concentration0.digamma()))
    .add(ofQ.sub(ofP).mul(ofP.digamma()));
});

registerKl(Dirichlet, Dirichlet, (p, q) => {
  const [ofP, ofQ] = [p.concentration.sum(-1), q.concentration.sum(-1)];
  const slopes = p.concentration.digamma().sub(ofP.digamma().unsqueeze(-1));
  return ofP
    .lgamma()
    .sub(ofQ.lgamma())
    .sub(p.concentration.lgamma().sub(q.concentration.lgamma()).sum(-1))
    .add(p.concentration.sub(q.concentration).mul(slopes).sum(-1));
});

registerKl(Laplace, Laplace, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const distance = p.loc.sub(q.loc).abs();
  return ratio
    .log()
    .neg()
    .add(distance.div(q.scale))
    .add(ratio.mul(distance.neg().div(p.scale).exp()))
    .sub(1);
});

registerKl(Gumbel, Gumbel, (p, q) => {
  const ratio = p.scale.div(q.scale);
  const [ofQ, ofP] = [q.loc.div(q.scale), p.loc.div(q.scale)];
  return ratio
    .log()
    .neg()
    .sub(ofQ)
    .add(ofP)
    .add(ratio.mul(eulerGamma))
    .add(ofQ.add(ratio.add(1).lgamma()).sub(ofP).exp())
    .sub(1 + eulerGamma);
});

registerKl(Pareto, Pareto, (p, q) => {
  const ratio = q.alpha.div(p.alpha);
  const found = q.alpha.mul(p.scale.div(q.scale).log()).sub(ratio.log()).add(ratio).sub(1);
  return where(p.scale.lt(q.scale), Infinity, found);
});

registerKl(HalfNormal, HalfNormal, (p, q) => klDivergence(p.baseDist, q.baseDist));
registerKl(LogNormal, LogNormal, (p, q) => klDivergence(p.baseDist, q.baseDist));

registerKl(Independent, Independent, (p, q) => {
  if (p.reinterpretedBatchNdims !== q.reinterpretedBatchNdims)
    throw new NotImplementedError("the distributions take different numbers of dimensions as one event");
  const found = klDivergence(p.baseDist, q.baseDist);
  return p.reinterpretedBatchNdims === 0 ? found : found.flatten(-p.reinterpretedBatchNdims).sum(-1);
});

registerKl(MultivariateNormal, MultivariateNormal, (p, q) => {
  if (!equalSizes([...p.eventShape], [...q.eventShape])) {
    throw new ValueError("KL-divergence between two Multivariate Normals with                          different event shapes cannot be computed");
  }
  const solved = solveTriangular(q.scaleTril, p.scaleTril.add(q.scaleTril.mul(0)), { upper: false });
  const trace = solved.pow(2).sum([-2, -1]);
  const distance = mahalanobis(q.scaleTril, q.loc.sub(p.loc));
  return halfLogDet(q.scaleTril).sub(halfLogDet(p.scaleTril)).add(trace.add(distance).sub(p.eventShape[0]!).mul(0.5));
});

// ---- of different kinds

/** x log(x), 0 at 0. */
const xLogX = (x: Tensor): Tensor => x.xlogy(x);
/** The mean of log(x) over an interval. */
const meanLogBetween = (low: Tensor, high: Tensor): Tensor => xLogX(high).sub(xLogX(low)).div(high.sub(low)).sub(1);

/** The mean of log(x), where it has a closed form. */
function meanLog(p: Distribution): Tensor {
  if (p instanceof Beta) return p.concentration1.digamma().sub(p.concentration1.add(p.concentration0).digamma());
  if (p instanceof Pareto) return p.scale.log().add(p.alpha.reciprocal());
  if (p instanceof Exponential) return p.rate.log().neg().sub(eulerGamma);
  const { low, high } = p as Uniform;
  return meanLogBetween(low, high);
}

/** The mean of exp(-x / scale). */
function meanDecay(p: Distribution, scale: Tensor): Tensor {
  if (p instanceof Normal) return p.loc.neg().div(scale).add(p.scale.div(scale).pow(2).mul(0.5)).exp();
  if (p instanceof Exponential) return p.rate.div(p.rate.add(scale.reciprocal()));
  if (p instanceof Gamma) return p.rate.mul(scale).reciprocal().add(1).pow(p.concentration.neg());
  const { low, high } = p as Uniform;
  return low.neg().div(scale).exp().sub(high.neg().div(scale).exp()).mul(scale).div(high.sub(low));
}

/** Where the mean is infinite so is the divergence. */
const finite = (p: Distribution, found: Tensor): Tensor => where(p.mean.isinf(), Infinity, found);
/** Where one takes numbers below 0, which the other never has. */
const positiveOnly = (p: Distribution, found: Tensor): Tensor => (p instanceof Uniform ? where(p.low.lt(0), Infinity, found) : found);

const kinds = (...list: readonly unknown[]): readonly (new (...args: never[]) => Distribution)[] => list as readonly (new (...args: never[]) => Distribution)[];

for (const kind of kinds(Gamma, Beta, Pareto, Uniform)) {
  registerKl(kind, Exponential, (p, q) => positiveOnly(p, finite(p, p.entropy().neg().sub(q.rate.log()).add(q.rate.mul(p.mean)))));
}

for (const kind of kinds(Exponential, Beta, Pareto, Uniform)) {
  registerKl(kind, Gamma, (p, q) => {
    const { concentration, rate } = q;
    const found = p.entropy().neg().add(concentration.lgamma()).sub(concentration.mul(rate.log()));
    return positiveOnly(p, finite(p, found.sub(concentration.sub(1).mul(meanLog(p))).add(rate.mul(p.mean))));
  });
}

for (const kind of kinds(Normal, Exponential, Gamma, Uniform)) {
  registerKl(kind, Gumbel, (p, q) => {
    const decay = meanDecay(p, q.scale).mul(q.loc.div(q.scale).exp());
    return p.entropy().neg().add(q.scale.log()).add(p.mean.sub(q.loc).div(q.scale)).add(decay);
  });
}

registerKl(Uniform, Beta, (p, q) => {
  const { concentration1, concentration0 } = q;
  const normalizer = concentration1.lgamma().add(concentration0.lgamma()).sub(concentration1.add(concentration0).lgamma());
  const others = meanLogBetween(p.high.rsub(1), p.low.rsub(1));
  const found = p
    .entropy()
    .neg()
    .add(normalizer)
    .sub(concentration1.sub(1).mul(meanLog(p)))
    .sub(concentration0.sub(1).mul(others));
  return where(p.high.gt(1).logicalOr(p.low.lt(0)), Infinity, found);
});

registerKl(Uniform, Pareto, (p, q) => {
  const found = p
    .entropy()
    .neg()
    .sub(q.alpha.log())
    .sub(q.alpha.mul(q.scale.log()))
    .add(q.alpha.add(1).mul(meanLog(p)));
  return where(p.low.lt(q.scale), Infinity, found);
});

registerKl(Cauchy, Cauchy, (p, q) => {
  const sum = p.scale.add(q.scale).pow(2).add(p.loc.sub(q.loc).pow(2));
  return sum.log().sub(p.scale.mul(q.scale).mul(4).log());
});

/** The divergence of what has this mean and variance from a normal distribution. */
function fromNormal(p: Distribution, q: Normal): Tensor {
  const spread = p.variance.add(p.mean.sub(q.loc).pow(2)).div(q.scale.pow(2).mul(2));
  return p
    .entropy()
    .neg()
    .add(q.scale.log().add(0.5 * Math.log(2 * Math.PI)))
    .add(spread);
}
for (const kind of kinds(Exponential, Gamma, Beta, Gumbel, Laplace, Pareto)) registerKl(kind, Normal, fromNormal);

registerKl(Normal, Laplace, (p, q) => {
  const distance = p.loc.sub(q.loc);
  const relative = distance.div(p.scale);
  const spread = p.scale.mul(Math.sqrt(2 / Math.PI)).mul(relative.pow(2).mul(-0.5).exp());
  const shift = distance.mul(relative.mul(Math.sqrt(0.5)).erf());
  return p.scale
    .div(q.scale)
    .log()
    .neg()
    .add(spread.add(shift).div(q.scale))
    .sub(0.5 * (1 + Math.log(0.5 * Math.PI)));
});

registerKl(Beta, Uniform, (p, q) => where(q.low.gt(0).logicalOr(q.high.lt(1)), Infinity, p.entropy().neg().add(q.high.sub(q.low).log())));

/** Where one takes values that the other never has. */
const beyond: readonly (readonly [readonly unknown[], readonly unknown[]])[] = [
  [[Exponential], [Beta, Pareto, Uniform]],
  [[Gamma], [Beta, Pareto, Uniform]],
  [
    [Gumbel, Laplace, Normal],
    [Beta, Exponential, Gamma, Pareto, Uniform],
  ],
  [[Pareto], [Beta, Uniform]],
  [[Beta], [Pareto]],
  [[Poisson], [Bernoulli, Binomial]],
];
for (const [ps, qs] of beyond) {
  for (const p of ps) for (const q of qs) registerKl(p as never, q as never, (one: Distribution) => fullLike(one.mean, Infinity));
}
