import { composed, defineOperation } from "../../dispatch/index.js";
import { RuntimeError, ValueError } from "../../errors.js";
import { denseValues } from "../../kernels/elementwise.js";
import { equalSizes, formatSizes, product } from "../../size.js";
import { Tensor } from "../../tensor.js";
import { collect, required, type WithRequired } from "../../arguments.js";
import { requireFloatingPoint } from "../rules/promotion.js";
import { computes, notCounted } from "../../operation.js";
import { type Moments, requireDType, rows, momentsOf, standardize, standardizeBackward, groups } from "./standardize.js";
import type { AffineOptions } from "./batch.js";
import { affine, alongChannels, dimsFrom, standardized } from "./recorded.js";

// ---- layer and RMS normalization

function checkNormalizedShape(normalizedShape: readonly number[], parameters: readonly (readonly [name: string, tensor: Tensor | null])[]): void {
  if (normalizedShape.length === 0) {
    throw new RuntimeError("Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []");
  }
  for (const [name, tensor] of parameters) {
    if (tensor !== null && !equalSizes(tensor.sizes, normalizedShape)) {
      throw new RuntimeError(
        `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ${formatSizes(tensor.sizes)} and normalized_shape = ${formatSizes(normalizedShape)}`,
      );
    }
  }
}

/** Throws unless the input ends with `normalizedShape`; `start` is how PyTorch writes the dimensions before it. */
function checkEnd(x: Tensor, normalizedShape: readonly number[], start: "*" | "*, "): void {
  if (x.sizes.length < normalizedShape.length || !equalSizes(x.sizes.slice(x.sizes.length - normalizedShape.length), normalizedShape)) {
    throw new RuntimeError(
      `Given normalized_shape=${formatSizes(normalizedShape)}, expected input with shape [${start}${normalizedShape.join(", ")}], but got input of size${formatSizes(x.sizes)}`,
    );
  }
}

const layerNormOperation = defineOperation<[x: Tensor, normalizedShape: readonly number[], weight: Tensor | null, bias: Tensor | null, eps: number], Moments>({
  name: "layerNorm",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "normalizedShape", "weight", "bias", ["eps", 1e-5]],
  gradientName: "NativeLayerNormBackward0",
  infer(x, normalizedShape, weight, bias) {
    checkNormalizedShape(normalizedShape, [
      ["weight", weight],
      ["bias", bias],
    ]);
    checkEnd(x, normalizedShape, "*, ");
    requireDType(x, weight, bias);
    requireFloatingPoint(x.dtype, "LayerNormKernelImpl");
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, normalizedShape, weight, bias, eps) {
    const slices = rows(x, product(normalizedShape));
    const values = denseValues(x);
    const moments = momentsOf(values, slices, eps, "welford");
    standardize(output, values, slices, moments, weight, bias);
    return moments;
  },
  reads: [0, 2, 3],
  backward(gradient, { args: [x, normalizedShape, weight, bias], saved }) {
    const [dx, dWeight, dBias] = standardizeBackward(gradient, x, weight, bias, rows(x, product(normalizedShape)), saved, "slice");
    return [dx, null, dWeight, dBias];
  },
  recordedBackward: composed(([x, normalizedShape, weight, bias, eps]) =>
    affine(standardized(x, dimsFrom(x.ndim - normalizedShape.length, x), eps), weight, bias, normalizedShape),
  ),
});

interface NormalizedShape {
  /** The sizes of the last dimensions, over which is normalized. */
  readonly normalizedShape: readonly number[];
}

/** Normalizes over the last dimensions, which have `normalizedShape` (torch.nn.functional.layer_norm). `eps` is added to the variance. */
export function layerNorm(
  x: Tensor,
  ...args: WithRequired<[normalizedShape: readonly number[]], NormalizedShape, [weight: Tensor | null, bias: Tensor | null, eps: number], AffineOptions>
): Tensor {
  const {
    normalizedShape,
    weight = null,
    bias = null,
    eps = 1e-5,
  } = collect<AffineOptions & Partial<NormalizedShape>>("layerNorm", ["normalizedShape", "weight", "bias", "eps"], args);
  return layerNormOperation(x, required(normalizedShape, "layer_norm", "normalized_shape"), weight, bias, eps);
}

export interface RmsNormOptions {
  /** Multiplies what was normalized. Default: nothing does. */
  readonly weight?: Tensor | null;
  /** Added to the mean of squares; null for the dtype's machine epsilon. Default null. */
  readonly eps?: number | null;
}

const rmsNormOperation = defineOperation<[x: Tensor, normalizedShape: readonly number[], weight: Tensor | null, eps: number], Moments>({
  name: "rmsNorm",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "normalizedShape", "weight", ["eps", 1.19209e-7]],
  gradientName: "MulBackward0",
  infer(x, normalizedShape, weight) {
    requireFloatingPoint(x.dtype, "rms_norm");
    checkNormalizedShape(normalizedShape, [["weight", weight]]);
    if (x.ndim < normalizedShape.length) {
      throw new ValueError(`Input tensor must have at least ${normalizedShape.length} dimensions, but got ${x.ndim}`);
    }
    checkEnd(x, normalizedShape, "*");
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, normalizedShape, weight, eps) {
    const slices = rows(x, product(normalizedShape));
    const values = denseValues(x);
    const moments = momentsOf(values, slices, eps, "squares");
    standardize(output, values, slices, moments, weight, null);
    return moments;
  },
  reads: [0, 2],
  // For the weight alone PyTorch keeps what it multiplies.
  copies: (x) => (x.requiresGrad ? [] : [0, 2]),
  backward(gradient, { args: [x, normalizedShape, weight], saved }) {
    const [dx, dWeight] = standardizeBackward(gradient, x, weight, null, rows(x, product(normalizedShape)), saved, "squares");
    return [dx, null, dWeight];
  },
  recordedBackward: composed(([x, normalizedShape, weight, eps]) => {
    const squares = x.square().mean(dimsFrom(x.ndim - normalizedShape.length, x), true);
    return affine(x.div(squares.add(eps).sqrt()), weight, null, normalizedShape);
  }),
});

/**
 * Divides by the root of the mean of squares over the last dimensions, which have `normalizedShape` (torch.nn.functional.rms_norm).
 * `eps` is added to the mean of squares; null for the dtype's machine epsilon.
 */
export function rmsNorm(
  x: Tensor,
  ...args: WithRequired<[normalizedShape: readonly number[]], NormalizedShape, [weight: Tensor | null, eps: number | null], RmsNormOptions>
): Tensor {
  const {
    normalizedShape,
    weight = null,
    eps = null,
  } = collect<RmsNormOptions & Partial<NormalizedShape>>("rmsNorm", ["normalizedShape", "weight", "eps"], args);
  return rmsNormOperation(x, required(normalizedShape, "rms_norm", "normalized_shape"), weight, eps ?? (x.dtype.name === "float64" ? 2 ** -52 : 2 ** -23));
}

// ---- group normalization

const groupNormOperation = defineOperation<[x: Tensor, groupCount: number, weight: Tensor | null, bias: Tensor | null, eps: number], Moments>({
  name: "groupNorm",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "numGroups", "weight", "bias", ["eps", 1e-5]],
  gradientName: "NativeGroupNormBackward0",
  infer(x, groupCount, weight, bias) {
    const channelCount = x.sizes[1]!;
    if (!(groupCount > 0)) throw new RuntimeError(`Expected num groups to be greater than 0, got ${groupCount}`);
    if (channelCount % groupCount !== 0) {
      throw new RuntimeError(
        `Expected number of channels in input to be divisible by num_groups, but got input of shape ${formatSizes(x.sizes)} and num_groups=${groupCount}`,
      );
    }
    for (const [name, tensor] of [
      ["weight", weight],
      ["bias", bias],
    ] as const) {
      if (tensor !== null && !(tensor.sizes.length === 1 && tensor.sizes[0] === channelCount)) {
        throw new RuntimeError(
          `Expected ${name} to be a vector of size equal to the number of channels in ${name === "weight" ? "input" : "weight"}, but got ${name} of shape ${formatSizes(tensor.sizes)} and input of shape ${formatSizes(x.sizes)}`,
        );
      }
    }
    requireDType(x, weight, bias);
    requireFloatingPoint(x.dtype, "GroupNormKernelImpl");
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, groupCount, weight, bias, eps) {
    const slices = groups(x, groupCount);
    const values = denseValues(x);
    const moments = momentsOf(values, slices, eps, "welford");
    standardize(output, values, slices, moments, weight, bias);
    return moments;
  },
  reads: [0, 2],
  backward(gradient, { args: [x, groupCount, weight, bias], saved }) {
    const [dx, dWeight, dBias] = standardizeBackward(gradient, x, weight, bias, groups(x, groupCount), saved, "slice");
    return [dx, null, dWeight, dBias];
  },
  recordedBackward: composed(([x, groupCount, weight, bias, eps]) =>
    affine(standardized(x.reshape([x.sizes[0]!, groupCount, -1]), [2], eps).reshape([...x.sizes]), weight, bias, alongChannels(x)),
  ),
});

/** Normalizes each group of neighbouring channels of each sample (torch.nn.functional.group_norm). `x` is (batch, channels, ...). */
export function groupNorm(
  x: Tensor,
  ...args: WithRequired<[numGroups: number], { readonly numGroups: number }, [weight: Tensor | null, bias: Tensor | null, eps: number], AffineOptions>
): Tensor {
  const {
    numGroups: given,
    weight = null,
    bias = null,
    eps = 1e-5,
  } = collect<AffineOptions & { numGroups?: number }>("groupNorm", ["numGroups", "weight", "bias", "eps"], args);
  const numGroups = required(given, "group_norm", "num_groups");
  if (x.sizes.length < 2) throw new RuntimeError(`Expected at least 2 dimensions for input tensor but received ${x.sizes.length}`);
  const [batch, channelCount] = x.sizes as [number, number];
  const positions = x.sizes.slice(2);
  if (Math.floor((batch * channelCount) / numGroups) * product(positions) === 1) {
    throw new ValueError(
      `Expected more than 1 value per channel when training, got input size ${formatSizes([Math.floor((batch * channelCount) / numGroups), numGroups, ...positions])}`,
    );
  }
  return groupNormOperation(x, numGroups, weight, bias, eps);
}
