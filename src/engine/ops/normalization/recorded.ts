import { composed, type RecordedBackward } from "../../dispatch/index.js";
import type { Tensor } from "../../tensor.js";
import { constant } from "../rules/recorded.js";
import type { Moments } from "./standardize.js";

/** Normalization in operations, which record themselves. */

/** (x - mean) / std over `dims`. */
export function standardized(x: Tensor, dims: readonly number[], eps: number): Tensor {
  const centred = x.sub(x.mean(dims, true));
  return centred.div(centred.square().mean(dims, true).add(eps).sqrt());
}

/** Scaled and shifted by parameters that have these sizes. */
export function affine(x: Tensor, weight: Tensor | null, bias: Tensor | null, sizes: readonly number[]): Tensor {
  const scaled = weight === null ? x : x.mul(weight.reshape([...sizes]));
  return bias === null ? scaled : scaled.add(bias.reshape([...sizes]));
}

/** Sizes of a parameter with one element a channel. */
export function alongChannels(x: Tensor): number[] {
  return x.sizes.map((_, dim) => (dim === 1 ? -1 : 1));
}

/** All dimensions of x from `first`. */
export function dimsFrom(first: number, x: Tensor): number[] {
  return [...x.sizes.keys()].slice(first);
}

type ChannelNormArgs = [
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
export function channelNorm(dims: (x: Tensor) => number[]): RecordedBackward<ChannelNormArgs, Moments> {
  return composed(([x, weight, bias, , , usesInput, , eps], { saved: { mean, inverseStd } }) => {
    const kept = x.sizes.map((size, dim) => (dims(x).includes(dim) ? 1 : size));
    const given = (values: Float64Array): Tensor => constant(values, kept, x);
    const normalized = usesInput ? standardized(x, dims(x), eps) : x.sub(given(mean)).mul(given(inverseStd));
    return affine(normalized, weight, bias, alongChannels(x));
  });
}
