/**
 * Normalizations. All of them see the input as slices whose elements are brought to mean 0 and variance 1 together, then scaled and shifted
 * by a weight and a bias per channel or per element. Sums are taken in double precision.
 */
export { type AffineOptions, type BatchNormOptions, batchNorm, type InstanceNormOptions, instanceNorm } from "./normalization/batch.js";
export { layerNorm, type RmsNormOptions, rmsNorm, groupNorm } from "./normalization/layer.js";
export { type LocalResponseNormOptions, localResponseNorm } from "./normalization/localResponse.js";
export { type NormalizeOptions, normalize } from "./normalization/vectors.js";
