import * as torch from "layerscope";
import { beside, indices, positive, SampleTable, x, type OperationSample } from "./samples.js";

const table = new SampleTable();
const { add: sample, addOnCpu: sampleOnCpu } = table;
const F = torch.nn.functional;

// ---- activations

type Unary = (x: torch.Tensor) => torch.Tensor;
const activations: Record<string, Unary> = {
  leakyRelu: (a) => F.leakyRelu(a),
  elu: (a) => F.elu(a),
  celu: (a) => F.celu(a),
  selu: (a) => F.selu(a),
  hardtanh: (a) => F.hardtanh(a, -0.6, 0.6),
  relu6: (a) => F.relu6(a),
  hardsigmoid: (a) => F.hardsigmoid(a),
  hardswish: (a) => F.hardswish(a),
  silu: (a) => F.silu(a),
  mish: (a) => F.mish(a),
  gelu: (a) => F.gelu(a),
  "gelu by tanh": (a) => F.gelu(a, { approximate: "tanh" }),
  softplus: (a) => F.softplus(a),
  softsign: (a) => F.softsign(a),
  tanhshrink: (a) => F.tanhshrink(a),
  softshrink: (a) => F.softshrink(a, 0.3),
  hardshrink: (a) => F.hardshrink(a, 0.3),
  threshold: (a) => F.threshold(a, 0.1, 2),
  logsigmoid: (a) => F.logsigmoid(a),
  rrelu: (a) => F.rrelu(a, 0.1, 0.3, true),
  glu: (a) => F.glu(a, 0),
  softmax: (a) => F.softmax(a, 0),
  logSoftmax: (a) => F.logSoftmax(a, 1),
};
for (const [name, f] of Object.entries(activations)) sample(name, f, x(2, 3));
sample("prelu", (a, weight) => F.prelu(a, weight), x(2, 3), x(3));

// ---- convolutions and pools

sample("conv1d", (a, w, b) => F.conv1d(a, w, b, { stride: 2, padding: 1 }), x(2, 2, 5), x(3, 2, 3), x(3));
sample("conv2d", (a, w, b) => F.conv2d(a, w, b, { padding: 1, groups: 2, dilation: 2 }), x(1, 4, 5, 5), x(2, 2, 2, 3), x(2));
sample("conv3d", (a, w) => F.conv3d(a, w), x(1, 1, 3, 3, 3), x(2, 1, 2, 2, 2));
sample("convTranspose1d", (a, w, b) => F.convTranspose1d(a, w, b, { stride: 2 }), x(1, 2, 4), x(2, 3, 3), x(3));
sample("convTranspose2d", (a, w, b) => F.convTranspose2d(a, w, b, { stride: 2, padding: 1, outputPadding: 1 }), x(1, 2, 3, 3), x(2, 2, 3, 3), x(2));
sample("convTranspose3d", (a, w) => F.convTranspose3d(a, w), x(1, 1, 2, 2, 2), x(1, 2, 2, 2, 2));
sample("maxPool1d", (a) => F.maxPool1d(a, 2), x(1, 2, 6));
sample("maxPool2d", (a) => F.maxPool2d(a, 3, { stride: 2, padding: 1 }), x(1, 2, 5, 5));
sample("maxPool3d", (a) => F.maxPool3d(a, 2), x(1, 1, 4, 2, 2));
sample("maxUnpool1d", (a) => F.maxUnpool1d(a, beside(indices([[0, 3]] as never), a), 2), x(1, 1, 2));
sample("maxUnpool2d", (a) => F.maxUnpool2d(a, beside(torch.tensor([[[[0, 3]]]]), a), 2), x(1, 1, 1, 2));
sample("maxUnpool3d", (a) => F.maxUnpool3d(a, beside(torch.tensor([[[[[0, 3]]]]]), a), 2), x(1, 1, 1, 1, 2));
sample("avgPool1d", (a) => F.avgPool1d(a, 3, 1, 1), x(1, 2, 5));
sample("avgPool2d", (a) => F.avgPool2d(a, 2, { stride: 1, padding: 1, countIncludePad: false }), x(1, 2, 3, 3));
sample("avgPool3d", (a) => F.avgPool3d(a, 2), x(1, 1, 2, 4, 2));
sample("adaptiveAvgPool1d", (a) => F.adaptiveAvgPool1d(a, 2), x(1, 2, 5));
sample("adaptiveAvgPool2d", (a) => F.adaptiveAvgPool2d(a, [2, 3]), x(1, 2, 5, 4));
sample("adaptiveAvgPool3d", (a) => F.adaptiveAvgPool3d(a, 2), x(1, 1, 3, 2, 2));
sample("adaptiveMaxPool1d", (a) => F.adaptiveMaxPool1d(a, 2), x(1, 2, 5));
sample("adaptiveMaxPool2d", (a) => F.adaptiveMaxPool2d(a, [2, 3]), x(1, 2, 5, 4));
sample("adaptiveMaxPool3d", (a) => F.adaptiveMaxPool3d(a, 2), x(1, 1, 3, 2, 2));
sample("fractionalMaxPool2d", (a) => F.fractionalMaxPool2d(a, 2, { outputSize: [2, 2] }), x(1, 1, 5, 5));
sample("fractionalMaxPool3d", (a) => F.fractionalMaxPool3d(a, 2, { outputSize: [2, 2, 2] }), x(1, 1, 4, 4, 4));
for (const mode of ["constant", "reflect", "replicate", "circular"] as const) sample(`pad, ${mode}`, (a) => F.pad(a, [2, 1], { mode }), x(1, 2, 4));
for (const paddingMode of ["zeros", "border", "reflection"] as const) {
  for (const mode of ["bilinear", "nearest", "bicubic"] as const) {
    sample(`gridSample, ${mode}, ${paddingMode}`, (a, grid) => F.gridSample(a, grid.mul(1.4), mode, paddingMode, false), x(2, 2, 3, 4), x(2, 2, 3, 2));
  }
}
sample("gridSample with aligned corners", (a, grid) => F.gridSample(a, grid, { alignCorners: true, paddingMode: "reflection" }), x(1, 2, 3, 4), x(1, 2, 3, 2));
sample("gridSample of a volume", (a, grid) => F.gridSample(a, grid, { alignCorners: false }), x(1, 2, 3, 2, 2), x(1, 2, 1, 2, 3));
for (const alignCorners of [true, false])
  sample(`affineGrid${alignCorners ? " with aligned corners" : ""}`, (a) => F.affineGrid(a, [2, 1, 2, 3], alignCorners), x(2, 2, 3));
sample("affineGrid of a volume", (a) => F.affineGrid(a, [1, 1, 2, 1, 2], false), x(1, 3, 4));
for (const mode of ["nearest", "bilinear", "bicubic"] as const)
  sample(`interpolate, ${mode}`, (a) => F.interpolate(a, { scaleFactor: 2, mode }), x(1, 1, 3, 2));
sample("unfold", (a) => F.unfold(a, 2), x(1, 2, 3, 3));
sample("fold", (a) => F.fold(a, [3, 3], 2), x(1, 4, 4));

// ---- random

sample("dropout", (a) => F.dropout(a, 0.4, true), x(2, 3));
sample("dropout of channels", (a) => F.dropout2d(a, 0.4, true), x(2, 3, 1, 1));
sample("alphaDropout", (a) => F.alphaDropout(a, 0.4, true), x(2, 3));
sample("featureAlphaDropout", (a) => F.featureAlphaDropout(a, 0.4, true), x(2, 3, 2));
sample("normal", (a, b) => torch.normal(a, b), x(2, 3), positive(2, 3));
sample("bernoulli and poisson", (a) => torch.bernoulli(a.div(2)).add(torch.poisson(a)), positive(2, 3));
sample("multinomial", (a) => torch.multinomial(a, 2), positive(2, 3));
sample("binomial", (a) => torch.binomial(a.mul(5).ceil(), a.div(3)), positive(2, 3));
sample("gamma numbers", (a) => new torch.distributions.Gamma(a.detach(), 1, { validateArgs: false }).sample(), positive(2, 3));
sample("Dirichlet vectors", (a) => new torch.distributions.Dirichlet(a.detach(), { validateArgs: false }).sample(), positive(2, 3));

// ---- normalization

sample("batchNorm", (a, w, b) => F.batchNorm(a, null, null, w, b, true), x(4, 3, 2), x(3), x(3));
sample("instanceNorm", (a, w, b) => F.instanceNorm(a, { weight: w, bias: b }), x(2, 3, 4), x(3), x(3));
sample("layerNorm", (a, w, b) => F.layerNorm(a, [3, 2], w, b), x(2, 3, 2), x(3, 2), x(3, 2));
sample("rmsNorm", (a, w) => F.rmsNorm(a, [3], w), x(2, 3), x(3));
sample("groupNorm", (a, w, b) => F.groupNorm(a, 2, w, b), x(2, 4, 3), x(4), x(4));
sample("localResponseNorm", (a) => F.localResponseNorm(a, 3, { alpha: 0.5 }), x(2, 4, 3));

// ---- losses

for (const reduction of ["mean", "sum", "none"] as const) {
  sample(`mseLoss, ${reduction}`, (a, b) => F.mseLoss(a, b, { reduction }), x(2, 3), x(2, 3));
  sample(`l1Loss, ${reduction}`, (a, b) => F.l1Loss(a, b, { reduction }), x(2, 3), positive(2, 3));
  sample(`nllLoss, ${reduction}`, (a) => F.nllLoss(a, beside(indices(2, 0), a), { reduction }), x(2, 3));
}
sample("smoothL1Loss", (a, b) => F.smoothL1Loss(a, b, { beta: 0.4 }), x(2, 3), x(2, 3));
sample("huberLoss", (a, b) => F.huberLoss(a, b, { delta: 0.4 }), x(2, 3), x(2, 3));
sample(
  "softMarginLoss",
  (a) =>
    F.softMarginLoss(
      a,
      beside(
        torch.tensor(
          [
            [1, -1, 1],
            [-1, 1, 1],
          ],
          { dtype: torch.float64 },
        ),
        a,
      ),
    ),
  x(2, 3),
);
sample("klDiv", (a, b) => F.klDiv(a, b, { reduction: "batchmean" }), x(2, 3), positive(2, 3));
sample("binaryCrossEntropy", (a, b) => F.binaryCrossEntropy(a.div(2), b.div(2)), positive(2, 3), positive(2, 3));
sample("binaryCrossEntropyWithLogits", (a, b) => F.binaryCrossEntropyWithLogits(a, b), x(2, 3), positive(2, 3));
sample("multiMarginLoss", (a) => F.multiMarginLoss(a, beside(indices(2, 0), a)), x(2, 3));
sample("multilabelMarginLoss", (a) => F.multilabelMarginLoss(a, beside(indices([2, 0, -1], [1, -1, -1]), a)), x(2, 3));
sampleOnCpu("ctcLoss", (a) => F.ctcLoss(F.logSoftmax(a, 2), indices([1, 2], [2, 1]), [5, 4], [2, 1]), x(5, 2, 3));
sample("crossEntropy", (a) => F.crossEntropy(a, beside(indices(2, 0), a)), x(2, 3));

// ---- embedding, attention, recurrence

sample("embedding", (table_) => F.embedding(beside(indices([1, 2], [2, 0]), table_), table_), x(4, 3));
sample("oneHot", (a) => F.oneHot(a.gt(0).long(), 3), x(2, 3));
sample("embeddingBag", (table_) => F.embeddingBag(beside(indices([1, 2], [2, 0]), table_), table_, { mode: "mean" }), x(4, 3));
sample("scaledDotProductAttention", (q, k, v) => F.scaledDotProductAttention(q, k, v, { isCausal: true }), x(2, 3, 4), x(2, 3, 4), x(2, 3, 2));
sample("attention with dropout", (q, k, v) => F.scaledDotProductAttention(q, k, v, { dropoutP: 0.4 }), x(2, 3, 4), x(2, 3, 4), x(2, 3, 2));
sample(
  "LSTM",
  (a) => {
    const [output, [h, c]] = new torch.nn.LSTM(3, 2, { device: a.device, dtype: torch.float64 })(a);
    return [output, h, c];
  },
  x(3, 2, 3),
);

export const layerSamples: readonly OperationSample[] = table.samples;
