/** Probability distributions. (torch.distributions) */
export * from "./bernoulli.js";
export * from "./categorical.js";
export type { Constraint } from "./constraints.js";
export { Distribution, type DistributionOptions } from "./distribution.js";
export { klDivergence, registerKl } from "./kl.js";
export * from "./normal.js";
export * from "./uniform.js";
