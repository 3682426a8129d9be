import type { LayerKind } from "../theme.js";

/** Tried in order; the first match decides. Names are PyTorch's class names, also as parts of the user's own. */
const patterns: readonly (readonly [RegExp, LayerKind])[] = [
  [/attention|transformer(en|de)coderlayer/i, "attention"],
  [/^(Lazy)?Conv(Transpose)?\d|^Lazy?Conv/, "convolution"],
  [/norm/i, "normalization"],
  [/^(RNN|LSTM|GRU)(Cell)?$/, "recurrent"],
  [/embedding/i, "embedding"],
  [/^(Lazy)?(Linear|Bilinear)$|Linear$/, "dense"],
  [
    /^(ReLU6?|.{1,4}LU|LeakyReLU|PReLU|RReLU|Sigmoid|LogSigmoid|Hard(sigmoid|swish|tanh|shrink)|Tanh(shrink)?|Soft(max|max2d|min|plus|shrink|sign)|LogSoftmax|Mish|Threshold|AdaptiveLogSoftmaxWithLoss)$/,
    "activation",
  ],
  [/pool|^(Un)?[Ff]latten$|dropout|^Identity$|pad\d|^Upsample|^Pixel|^Fold$|^Unfold$|shuffle/i, "structure"],
];

/** The colour family of a module, by its class name; "container" for a class of the user's own. */
export function layerKind(type: string): LayerKind {
  for (const [pattern, kind] of patterns) if (pattern.test(type)) return kind;
  return "container";
}
