export * from "./clipGrad.js";
export * as parametrizations from "./parametrizations.js";
export * as parametrize from "./parametrize.js";
export * as prune from "./prune.js";
export * as rnn from "./rnn.js";
export { removeSpectralNorm, spectralNorm } from "./spectralNorm.js";
export * from "./vector.js";
export { removeWeightNorm, weightNorm } from "./weightNorm.js";
