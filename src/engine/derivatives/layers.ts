import { defineDerivative } from "../autograd/derivatives.js";
import { logsigmoid, softplus } from "../ops/activation.js";
import { where } from "../ops/masks.js";
import { cat } from "../ops/joining.js";
import * as linalg from "../ops/linalg.js";
import type { Reduction } from "../ops/loss.js";
import { linear } from "../ops/matmul.js";
import { pad } from "../ops/padding.js";
import { avgPool2d } from "../ops/pooling.js";
import type { RecurrentMode } from "../ops/recurrent.js";
import { softmax } from "../ops/softmax.js";
import { Tensor } from "../tensor.js";
import { composed, itself, linearInAll, linearInEach } from "./mechanisms.js";

/** Derivatives of products, layers and losses. */

// ---- products and linear algebra

defineDerivative(["mm", "bmm", "mv", "dot", "cross"], linearInEach(0, 1));
defineDerivative(
  "linear",
  composed<[x: Tensor, weight: Tensor, bias: Tensor | null]>(([x, weight, bias]) => {
    const product = x.matmul(weight.sizes.length === 1 ? weight : weight.t());
    return bias === null ? product : product.add(bias);
  }),
);
defineDerivative(["inv", "slogdet", "solve", "cholesky", "pinv", "matrixExp", "euclideanDist"], itself);
defineDerivative<[a: Tensor]>("det", (g, { args: [a] }) => [g.mul(linalg.det(a)).unsqueeze(-1).unsqueeze(-1).mul(linalg.inv(a).mT)]);

interface Factors {
  readonly [name: string]: Tensor;
}

/** A factorization's backward is made of operations on the factors: these are computed again, recorded. */
function ofFactors(name: string, factorsOf: (a: Tensor, given: Factors) => Factors): void {
  defineDerivative<[a: Tensor, factors: Factors]>(name, (g, { args: [a, given], backward }) => backward(g, [a, factorsOf(a, given)]));
}

ofFactors("qr", (a, { r }) => {
  const { Q, R } = linalg.qr(a, r!.sizes.at(-2) === Math.min(...a.sizes.slice(-2)) ? "reduced" : "complete");
  return { q: Q, r: R };
});
ofFactors("eigh", (a) => {
  const { eigenvalues, eigenvectors } = linalg.eigh(a);
  return { values: eigenvalues, vectors: eigenvectors };
});
ofFactors("svd", (a, { u, vh }) => {
  const { U, S, Vh } = linalg.svd(a, u!.sizes.at(-1) !== vh!.sizes.at(-2));
  return { u: U, s: S, vh: Vh };
});

// ---- convolutions and resampling

type ConvolutionArgs = [x: Tensor, weight: Tensor, bias: Tensor | null, geometry: unknown];

const withoutBias = linearInEach(0, 1);
const withBias = composed<ConvolutionArgs>(([x, weight, bias, geometry], { apply }) =>
  apply([x, weight, null, geometry]).add(bias!.reshape([-1, ...x.sizes.slice(2).map(() => 1)])),
);
defineDerivative<ConvolutionArgs>(["conv1d", "conv2d", "conv3d", "convTranspose1d", "convTranspose2d", "convTranspose3d"], (g, context) =>
  context.args[2] === null ? withoutBias(g, context as never) : withBias(g, context),
);
defineDerivative("pad", linearInAll(0, 2));
defineDerivative(
  ["avgPool1d", "avgPool2d", "avgPool3d", "adaptiveAvgPool1d", "adaptiveAvgPool2d", "adaptiveAvgPool3d", "interpolate", "unfold", "fold"],
  linearInEach(0),
);

// ---- recurrence

type RecurrentArgs = [
  x: Tensor,
  h0: Tensor,
  c0: Tensor | null,
  inputWeight: Tensor,
  hiddenWeight: Tensor,
  inputBias: Tensor | null,
  hiddenBias: Tensor | null,
  projection: Tensor | null,
  mode: RecurrentMode,
  reverse: boolean,
];

/** One step of a layer: the next state and, for LSTM, the next cell. */
function recurrentStep(
  input: Tensor,
  h: Tensor,
  c: Tensor | null,
  [, , , , hiddenWeight, , hiddenBias, projection, mode]: RecurrentArgs,
): [Tensor, Tensor | null] {
  const hidden = linear(h, hiddenWeight, hiddenBias);
  switch (mode) {
    case "rnnTanh":
      return [input.add(hidden).tanh(), null];
    case "rnnRelu":
      return [input.add(hidden).relu(), null];
    case "gru": {
      const [resetX, updateX, newX] = input.chunk(3, -1) as [Tensor, Tensor, Tensor];
      const [resetH, updateH, newH] = hidden.chunk(3, -1) as [Tensor, Tensor, Tensor];
      const candidate = newX.add(resetX.add(resetH).sigmoid().mul(newH)).tanh();
      return [candidate.add(updateX.add(updateH).sigmoid().mul(h.sub(candidate))), null];
    }
    case "lstm": {
      const [i, f, g, o] = input.add(hidden).chunk(4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const cell = f.sigmoid().mul(c!).add(i.sigmoid().mul(g.tanh()));
      const state = o.sigmoid().mul(cell.tanh());
      return [projection === null ? state : linear(state, projection), cell];
    }
  }
}

/** The states of all steps one after the other and, for LSTM, the last cell. */
defineDerivative(
  "recurrentLayer",
  composed<RecurrentArgs>((args) => {
    const [x, h0, c0, inputWeight, , inputBias, , , , reverse] = args;
    const inputs = linear(x, inputWeight, inputBias).unbind();
    const states: Tensor[] = [];
    let [h, c]: [Tensor, Tensor | null] = [h0, c0];
    for (const input of reverse ? inputs.reverse() : inputs) {
      [h, c] = recurrentStep(input, h, c, args);
      states.push(h);
    }
    const parts = (reverse ? states.reverse() : states).map((state) => state.reshape(-1));
    return cat(c === null ? parts : [...parts, c.reshape(-1)]);
  }),
);

// ---- attention

interface AttentionTrace {
  readonly noise: Float32Array | Float64Array | null;
}

type AttentionArgs = [query: Tensor, key: Tensor, value: Tensor, mask: Tensor | null, dropoutP: number, isCausal: boolean, scale: number];

defineDerivative(
  "scaledDotProductAttention",
  composed<AttentionArgs>(([query, key, value, mask, , isCausal, scale], { saved }) => {
    let scores = query.matmul(key.transpose(-2, -1)).mul(scale);
    if (mask !== null && mask.dtype.name !== "bool") scores = scores.add(mask);
    let hidden = mask?.dtype.name === "bool" ? mask.logicalNot() : scores.detach().isneginf();
    if (isCausal) hidden = hidden.logicalOr(scores.detach().mul(0).add(1).triu(1).bool());
    // A position that may attend to nothing gets zeros.
    const lost = hidden.all(-1, true);
    let weights = softmax(scores.maskedFill(hidden, -Infinity).maskedFill(lost, 0), -1).maskedFill(lost, 0);
    const { noise } = saved as AttentionTrace;
    if (noise !== null) weights = weights.mul(constant(noise, weights.sizes, weights));
    return weights.matmul(value);
  }),
);

/** Saved numbers as a tensor without history. */
function constant(values: ArrayLike<number>, sizes: readonly number[], like: Tensor): Tensor {
  const result = Tensor.allocate(sizes, like.dtype, like.device);
  if (like.device === "cpu") result.storage.data.set(values);
  return result;
}

// ---- normalization

interface Moments {
  readonly mean: Float64Array;
  readonly inverseStd: Float64Array;
}

/** (x - mean) / std over `dims`. */
function standardized(x: Tensor, dims: readonly number[], eps: number): Tensor {
  const centred = x.sub(x.mean(dims, true));
  return centred.div(centred.square().mean(dims, true).add(eps).sqrt());
}

function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null, sizes: readonly number[]): Tensor {
  const scaled = weight === null ? x : x.mul(weight.reshape([...sizes]));
  return bias === null ? scaled : scaled.add(bias.reshape([...sizes]));
}

const alongChannels = (x: Tensor): number[] => x.sizes.map((_, dim) => (dim === 1 ? -1 : 1));
const from = (first: number, x: Tensor): number[] => [...x.sizes.keys()].slice(first);

type BatchNormArgs = [
  x: Tensor,
  weight: Tensor | null,
  bias: Tensor | null,
  runningMean: Tensor | null,
  runningVar: Tensor | null,
  usesInput: boolean,
  momentum: number,
  eps: number,
];

/** By the input's own statistics over `dims`, or by those that forward was given. */
const channelNorm = (dims: (x: Tensor) => number[]) =>
  composed<BatchNormArgs>(([x, weight, bias, , , usesInput, , eps], { saved }) => {
    const kept = x.sizes.map((size, dim) => (dims(x).includes(dim) ? 1 : size));
    const given = (values: Float64Array): Tensor => constant(values, kept, x);
    const { mean, inverseStd } = saved as Moments;
    const normalized = usesInput ? standardized(x, dims(x), eps) : x.sub(given(mean)).mul(given(inverseStd));
    return affine(normalized, weight, bias, alongChannels(x));
  });
defineDerivative(
  "batchNorm",
  channelNorm((x) => [0, ...from(2, x)]),
);
defineDerivative(
  "instanceNorm",
  channelNorm((x) => from(2, x)),
);
defineDerivative(
  "layerNorm",
  composed<[x: Tensor, normalizedShape: readonly number[], weight: Tensor | null, bias: Tensor | null, eps: number]>(
    ([x, normalizedShape, weight, bias, eps]) => affine(standardized(x, from(x.ndim - normalizedShape.length, x), eps), weight, bias, normalizedShape),
  ),
);
defineDerivative(
  "rmsNorm",
  composed<[x: Tensor, normalizedShape: readonly number[], weight: Tensor | null, eps: number]>(([x, normalizedShape, weight, eps]) => {
    const squares = x.square().mean(from(x.ndim - normalizedShape.length, x), true);
    return affine(x.div(squares.add(eps).sqrt()), weight, null, normalizedShape);
  }),
);
defineDerivative(
  "groupNorm",
  composed<[x: Tensor, groups: number, weight: Tensor | null, bias: Tensor | null, eps: number]>(([x, groups, weight, bias, eps]) =>
    affine(standardized(x.reshape([x.sizes[0]!, groups, -1]), [2], eps).reshape([...x.sizes]), weight, bias, alongChannels(x)),
  ),
);
defineDerivative(
  "localResponseNorm",
  composed<[x: Tensor, size: number, alpha: number, beta: number, k: number]>(([x, size, alpha, beta, k]) => {
    const [batch, channels] = x.sizes as [number, number];
    const squares = pad(x.square().reshape([batch, 1, channels, -1]), [0, 0, Math.floor(size / 2), Math.floor((size - 1) / 2)]);
    const means = avgPool2d(squares, [size, 1], { stride: 1 }).reshape([...x.sizes]);
    return x.div(means.mul(alpha).add(k).pow(beta));
  }),
);

// ---- losses

function reduced(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  return reduction === "mean" ? losses.mean() : losses.sum();
}

function elementLoss<Constants extends readonly unknown[] = []>(name: string, losses: (x: Tensor, target: Tensor, ...constants: Constants) => Tensor): void {
  defineDerivative(
    name,
    composed<[x: Tensor, target: Tensor, reduction: Reduction, ...constants: Constants]>(([x, target, reduction, ...constants]) =>
      reduced(losses(x, target, ...constants), reduction),
    ),
  );
}

elementLoss("mseLoss", (x, target) => x.sub(target).square());
elementLoss("l1Loss", (x, target) => x.sub(target).abs());
elementLoss<[beta: number]>("smoothL1Loss", (x, target, beta) => {
  const distance = x.sub(target).abs();
  if (beta === 0) return distance;
  return where(distance.lt(beta), distance.square().mul(0.5 / beta), distance.sub(0.5 * beta));
});
elementLoss<[delta: number]>("huberLoss", (x, target, delta) => {
  const distance = x.sub(target).abs();
  return where(distance.le(delta), distance.square().mul(0.5), distance.sub(0.5 * delta).mul(delta));
});
elementLoss("softMarginLoss", (x, target) => softplus(x.mul(target).neg()));
elementLoss<[logTarget: boolean]>("klDiv", (x, target, logTarget) => (logTarget ? target.exp().mul(target.sub(x)) : target.xlogy(target).sub(target.mul(x))));
elementLoss("binaryCrossEntropyWithLogits", (x, target) => target.rsub(1).mul(x).sub(logsigmoid(x)));
// PyTorch keeps logarithms of probabilities above -100, but not their slopes: the gradient's denominator is at least 1e-12.
defineDerivative<[x: Tensor, target: Tensor, reduction: Reduction]>("binaryCrossEntropy", (g, { args: [x, target, reduction] }) => {
  const scaled = reduction === "mean" ? g.div(x.numel()) : g;
  const bounded = (logarithms: Tensor): Tensor => logarithms.clampMin(-100);
  return [scaled.mul(x.sub(target).div(x.mul(x.rsub(1)).clampMin(1e-12))), scaled.mul(bounded(x.neg().log1p()).sub(bounded(x.log())))];
});
defineDerivative("nllLoss", linearInEach(0));
defineDerivative(
  "multiMarginLoss",
  composed<[x: Tensor, target: Tensor, p: number, margin: number, weight: Tensor | null, reduction: Reduction]>(
    ([scores, target, p, margin, weight, reduction]) => {
      const x = scores.reshape([-1, scores.sizes.at(-1) ?? 1]);
      const classes = target.reshape([-1, 1]);
      const missing = x.sub(x.gather(1, classes)).add(margin).clampMin(0).pow(p).scatter(1, classes, 0);
      const each = (weight === null ? missing : missing.mul(weight.take(classes))).sum(1).div(x.sizes[1]!);
      return reduced(reduction === "none" ? each.reshape([...target.sizes]) : each, reduction);
    },
  ),
);
