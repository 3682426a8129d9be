import { NotImplementedError } from "../errors.js";
import { softplus } from "../ops/activation.js";
import { fullLike } from "../ops/creation.js";
import { where } from "../ops/masks.js";
import type { Tensor } from "../tensor.js";
import { Bernoulli } from "./bernoulli.js";
import { Categorical } from "./categorical.js";
import type { Distribution } from "./distribution.js";
import { Normal } from "./normal.js";
import { Uniform } from "./uniform.js";

type Class<Instance> = new (...args: never[]) => Instance;

interface Rule {
  readonly p: Class<Distribution>;
  readonly q: Class<Distribution>;
  readonly divergence: (p: Distribution, q: Distribution) => Tensor;
}

const rules: Rule[] = [];

/**
 * States the divergence of two kinds of distributions, subclasses included (torch.distributions.kl.register_kl). A rule stated later comes before
 * one stated earlier.
 */
export function registerKl<P extends Distribution, Q extends Distribution>(p: Class<P>, q: Class<Q>, divergence: (p: P, q: Q) => Tensor): void {
  rules.unshift({ p, q, divergence: divergence as Rule["divergence"] });
}

/** The Kullback-Leibler divergence of p from q, of each pair of the batch: the integral of p(x) log(p(x) / q(x)). (torch.distributions.kl_divergence) */
export function klDivergence(p: Distribution, q: Distribution): Tensor {
  const rule = rules.find((rule) => p instanceof rule.p && q instanceof rule.q);
  if (rule === undefined) {
    throw new NotImplementedError(`No KL(p || q) is implemented for p type ${p.constructor.name} and q type ${q.constructor.name}`);
  }
  return rule.divergence(p, q);
}

function or(mask: Tensor, value: number, otherwise: Tensor): Tensor {
  return where(mask, value, otherwise);
}

registerKl(Bernoulli, Bernoulli, (p, q) => {
  const no = (of: Bernoulli) => of.probs.neg().add(1);
  const one = p.probs.mul(softplus(q.logits.neg()).sub(softplus(p.logits.neg())));
  const zero = no(p).mul(softplus(q.logits).sub(softplus(p.logits)));
  return or(p.probs.eq(0), 0, or(q.probs.eq(0), Infinity, one)).add(or(p.probs.eq(1), 0, or(q.probs.eq(1), Infinity, zero)));
});

registerKl(Categorical, Categorical, (p, q) => {
  const terms = p.probs.mul(p.logits.sub(q.logits));
  return or(p.probs.eq(0), 0, or(q.probs.eq(0), Infinity, terms)).sum(-1);
});

registerKl(Normal, Normal, (p, q) => {
  const ratio = p.scale.div(q.scale).pow(2);
  const distance = p.loc.sub(q.loc).div(q.scale).pow(2);
  return ratio.add(distance).sub(1).sub(ratio.log()).mul(0.5);
});

registerKl(Normal, Uniform, (p) => fullLike(p.loc, Infinity));

registerKl(Uniform, Uniform, (p, q) => {
  const outside = q.low.gt(p.low).logicalOr(q.high.lt(p.high));
  return or(outside, Infinity, q.high.sub(q.low).div(p.high.sub(p.low)).log());
});

registerKl(Uniform, Normal, (p, q) => {
  const width = p.high.sub(p.low);
  const center = p.high.add(p.low).sub(q.loc.mul(2)).div(2).pow(2);
  const spread = width.pow(2).div(12).add(center);
  return q.scale
    .mul(Math.sqrt(2 * Math.PI))
    .div(width)
    .log()
    .add(spread.mul(0.5).div(q.scale.pow(2)));
});
