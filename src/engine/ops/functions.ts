/** Everything that `torch.` offers as a function. */
export { celu, celu_, hardshrink, logSoftmax, prelu, rrelu, selu, selu_, softmax, threshold, threshold_ } from "./activation.js";
export * from "./assignment.js";
export * from "./binary.js";
export { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from "./convolution.js";
export * from "./creation.js";
export { alphaDropout, dropout, featureAlphaDropout, featureDropout } from "./dropout.js";
export * from "./indexing.js";
export { cosineSimilarity, pairwiseDistance } from "./loss.js";
export * from "./joining.js";
export * from "./matmul.js";
export { groupNorm, layerNorm, rmsNorm } from "./normalization.js";
export * from "./random.js";
export * from "./reduction.js";
export * from "./shape.js";
export * from "./unary.js";
export { resultType } from "./promotion.js";
