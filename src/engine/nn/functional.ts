/** Layers as functions, without parameters of their own (torch.nn.functional). */
export { linear } from "../ops/matmul.js";
export { relu_, sigmoid, tanh } from "../ops/unary.js";
export {
  celu,
  celu_,
  elu,
  elu_,
  gelu,
  glu,
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  hardtanh_,
  leakyRelu,
  leakyRelu_,
  logsigmoid,
  mish,
  prelu,
  relu,
  relu6,
  rrelu,
  selu,
  selu_,
  silu,
  softplus,
  softshrink,
  softsign,
  tanhshrink,
  threshold,
  threshold_,
} from "../ops/activation.js";
export { gumbelSoftmax, logSoftmax, softmax, softmin } from "../ops/softmax.js";
export { bilinear } from "../ops/bilinear.js";
export { pdist } from "../ops/contraction.js";
export { conv1d, conv2d, conv3d, convTranspose1d, convTranspose2d, convTranspose3d } from "../ops/convolution.js";
export { cosineSimilarity, pairwiseDistance } from "../ops/distance.js";
export { pad } from "../ops/padding.js";
export { alphaDropout, dropout, dropout1d, dropout2d, dropout3d, featureAlphaDropout } from "../ops/dropout.js";
export { batchNorm, groupNorm, instanceNorm, layerNorm, localResponseNorm, normalize, rmsNorm } from "../ops/normalization.js";
export {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  cosineEmbeddingLoss,
  crossEntropy,
  ctcLoss,
  gaussianNllLoss,
  hingeEmbeddingLoss,
  huberLoss,
  klDiv,
  l1Loss,
  marginRankingLoss,
  mseLoss,
  multiMarginLoss,
  multilabelMarginLoss,
  multilabelSoftMarginLoss,
  nllLoss,
  poissonNllLoss,
  smoothL1Loss,
  softMarginLoss,
  tripletMarginLoss,
  tripletMarginWithDistanceLoss,
} from "../ops/loss.js";
export { embedding, embeddingBag, oneHot } from "../ops/embedding.js";
export { multiHeadAttentionForward, scaledDotProductAttention } from "../ops/attention.js";
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  fractionalMaxPool2d,
  fractionalMaxPool3d,
  lpPool1d,
  lpPool2d,
  lpPool3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
} from "../ops/pooling.js";
export { affineGrid, gridSample } from "../ops/gridSample.js";
export { interpolate, upsample } from "../ops/interpolate.js";
export { channelShuffle, fold, pixelShuffle, pixelUnshuffle, unfold } from "../ops/rearrange.js";
