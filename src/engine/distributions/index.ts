import "./klRules.js";

/** Probability distributions. (torch.distributions) */
export * from "./bernoulli.js";
export * from "./categorical.js";
export type { Constraint } from "./constraints.js";
export * from "./discrete.js";
export { Distribution, type DistributionOptions } from "./distribution.js";
export { klDivergence, registerKl } from "./kl.js";
export { Cauchy, Laplace, StudentT } from "./locationScale.js";
export { Beta, Dirichlet, MultivariateNormal, type MultivariateNormalOptions } from "./multivariate.js";
export * from "./normal.js";
export * from "./positive.js";
export { Gumbel, HalfCauchy, HalfNormal, Independent, LogNormal, Pareto, TransformedDistribution, Weibull } from "./transformed.js";
export {
  AbsTransform,
  AffineTransform,
  ComposeTransform,
  ExpTransform,
  PowerTransform,
  SigmoidTransform,
  SoftplusTransform,
  TanhTransform,
  Transform,
} from "./transforms.js";
export * from "./uniform.js";
