/** Everything that `torch.` offers as a function. */
export { celu, celu_, hardshrink, prelu, rrelu, selu, selu_, threshold, threshold_ } from "./activation.js";
export * from "./arithmetic.js";
export * from "./assignment.js";
export { bilinear } from "./bilinear.js";
export * from "./binary.js";
export * from "./bitwise.js";
export * from "./comparison.js";
export { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from "./convolution.js";
export { addbmm, addr, cdist, chainMatmul, cross, einsum, ger, inner, kron, pdist, tensordot, vdot } from "./contraction.js";
export * from "./creation.js";
export { alphaDropout, dropout, featureAlphaDropout, featureDropout } from "./dropout.js";
export {
  addmv_,
  arccos_,
  arccosh_,
  arcsin_,
  arcsinh_,
  arctan_,
  arctanh_,
  asStrided_,
  deg2rad_,
  fix_,
  gcd_,
  i0_,
  lcm_,
  ldexp_,
  logit_,
  negative_,
  rad2deg_,
  sinc_,
  xlogy_,
} from "./inPlace.js";
export { binomial } from "./gammaDraws.js";
export * from "./gatherScatter.js";
export * from "./indexedSlices.js";
export * from "./indexing.js";
export * from "./masks.js";
export { cosineSimilarity, pairwiseDistance } from "./distance.js";
export * from "./joining.js";
export * as linalg from "./linalg.js";
export { cholesky, det, inv as inverse, logdet, matrixExp, matrixPower, pinv as pinverse, slogdet } from "./linalg.js";
export { choleskyInverse, choleskySolve, luUnpack, type LuUnpackOptions } from "./linalg/lu.js";
export * from "./matmul.js";
export { groupNorm, layerNorm, rmsNorm } from "./normalization.js";
export { adaptiveAvgPool1d, adaptiveMaxPool1dWithIndices as adaptiveMaxPool1d, avgPool1d, maxPool1d, maxPool2d, maxPool3d } from "./pooling.js";
export { finfo, iinfo, type FloatLimits, type IntegerLimits } from "./rules/limits.js";
export * from "./random.js";
export * from "./reduction.js";
export { channelShuffle, pixelShuffle, pixelUnshuffle } from "./rearrange.js";
export * from "./regionScatter.js";
export * from "./shape.js";
export { logSoftmax, softmax } from "./softmax.js";
export * from "./sorting.js";
export { digamma, erfinv, erfinv_, i0, lgamma, logaddexp, logaddexp2, logit, mvlgamma, polygamma, sinc, xlogy } from "./special.js";
export * from "./statistics.js";
export * from "./ternary.js";
export * from "./unary.js";
export { bartlettWindow, blackmanWindow, hammingWindow, hannWindow, kaiserWindow } from "./windowFunctions.js";
export { resultType } from "./rules/promotion.js";
