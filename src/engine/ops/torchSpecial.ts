/** Special functions (torch.special): the functions of torch under the names that they have there. */
export { digamma, digamma as psi, erfinv, i0, i1, lgamma as gammaln, logit, mvlgamma as multigammaln, polygamma, sinc, xlogy } from "./special.js";
export { erf, erfc, exp2, expm1, log1p, round, sigmoid as expit } from "./unary.js";
export { logsumexp } from "./reduction.js";
export { logSoftmax, softmax } from "./softmax.js";
export * from "./moreSpecial.js";
