import { defineComposite, defineInPlace, defineOperation, type OperationRow } from "../dispatch/index.js";
import { RuntimeError, ValueError } from "../errors.js";
import * as kernels from "../kernels/elementwise.js";
import { fillInMemoryOrder } from "../kernels/fill.js";
import { fillBernoulli } from "../random/distributions.js";
import { defaultGenerator } from "../random/generator.js";
import { Tensor } from "../tensor.js";
import { collect, type Arguments } from "../arguments.js";
import { allocateLike } from "./rules/allocation.js";
import { asHeld } from "./rules/elementwiseRows.js";
import { computes, notCounted, ofParts } from "../operation.js";
import { warn } from "../warnings.js";

/** Dropout: elements, or whole channels, set to zero at random while training, number for number as PyTorch draws them. */

type DropoutArgs = [x: Tensor, p: number];

interface Noise {
  readonly factor: Tensor;
  /** What dropped elements become, on top (alpha dropout alone). */
  readonly shift: Tensor | null;
}

/** alpha * scale of selu: the value that dropped elements take in self-normalizing networks. */
const saturation = 1.7580993408473766;

function dropoutRow(name: string, channels: boolean, alpha: boolean): OperationRow<DropoutArgs, Noise> {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "p"],
    keepsLayout: true,
    gradientName: alpha ? "AddBackward0" : "MulBackward0",
    infer(x, p) {
      if (!x.dtype.isFloatingPoint && p > 0 && p < 1)
        throw new RuntimeError(`result type Float can't be cast to the desired output type ${x.dtype.scalarType}`);
      if (channels && x.sizes.length < 2) throw new RuntimeError("Feature dropout requires at least 2 dimensions in the input");
      return { sizes: x.sizes, dtype: x.dtype };
    },
    forward(output, x, p) {
      const noise = p === 1 ? zeroNoise(x) : drawNoise(x, p, channels, alpha);
      if (noise.shift === null) kernels.binary(output, x, noise.factor, (value, factor) => value * factor, "mul");
      else kernels.ternary(output, x, noise.factor, noise.shift, (value, factor, shift) => value * factor + shift);
      return noise;
    },
    backward(gradient, { saved }) {
      const result = gradient.allocateLike();
      kernels.binary(result, gradient, saved.factor, (g, factor) => g * factor, "mul");
      return [result];
    },
    recordedBackward: (g, { saved: { factor } }) => [g.mul(factor)],
  };
}

/** Everything is dropped and nothing drawn, in alpha dropout too. */
function zeroNoise(x: Tensor): Noise {
  return { factor: Tensor.allocate([], x.dtype, "cpu"), shift: null };
}

function drawNoise(x: Tensor, p: number, channels: boolean, alpha: boolean): Noise {
  const factor = channels
    ? Tensor.allocate(
        x.sizes.map((size, i) => (i < 2 ? size : 1)),
        x.dtype,
        "cpu",
      )
    : allocateLike(x, {});
  fillInMemoryOrder(factor, (target, offset, length) => fillBernoulli(target, offset, length, 1 - p, defaultGenerator));
  if (!alpha) {
    kernels.binary(factor, factor, 1 / asHeld(1 - p, x.dtype), (kept, by) => kept * by, "mul");
    return { factor, shift: null };
  }
  const scale = 1 / Math.sqrt((saturation * saturation * p + 1) * (1 - p));
  const shift = Tensor.allocate(factor.sizes, x.dtype, "cpu");
  kernels.unary(shift, factor, (kept) => (kept - 1) * saturation * scale + saturation * scale * p);
  kernels.unary(factor, factor, (kept) => kept * scale);
  return { factor, shift };
}

export interface DropoutOptions {
  /** Probability of being dropped. Default 0.5. */
  readonly p?: number;
  /** Off, the argument is returned as it is. Default true. */
  readonly training?: boolean;
  /** Writes into the argument instead of a new tensor. Default false. */
  readonly inplace?: boolean;
}

type DropoutArguments = Arguments<[p: number, training: boolean, inplace: boolean], DropoutOptions>;
type Dropout = (x: Tensor, ...args: DropoutArguments) => Tensor;

/** Throws PyTorch's error for what is no probability. */
export function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1)) throw new ValueError(`dropout probability has to be between 0 and 1, but got ${p}`);
}

function defineDropout(name: string, channels: boolean, alpha: boolean, trainingByDefault: boolean): Dropout {
  const row = dropoutRow(name, channels, alpha);
  const plain = defineOperation(row);
  const inPlace = defineInPlace(row);
  // Off, dropout is still a step that the observer sees.
  const passOn = defineComposite({ name, effect: computes, multiplyAdds: ofParts, arguments: ["input", "p"] }, (x: Tensor, _p: number): Tensor => x);
  return (x, ...args) => {
    const { p = 0.5, training = trainingByDefault, inplace = false } = collect<DropoutOptions>(name, ["p", "training", "inplace"], args);
    checkProbability(p);
    if (!training || p === 0 || x.numel() === 0) return passOn(x, p);
    return inplace ? inPlace(x, p) : plain(x, p);
  };
}

/** Elements dropped with probability p, the others divided by 1 - p. (torch.nn.functional.dropout) */
export const dropout: Dropout = defineDropout("dropout", false, false, true);

/** Whole channels (dimension 1) dropped. (torch.feature_dropout) */
export const featureDropout: Dropout = defineDropout("featureDropout", true, false, true);

/** Dropout that keeps mean and variance of selu's results. `training` is false by default, as in PyTorch. (torch.nn.functional.alpha_dropout) */
export const alphaDropout: Dropout = defineDropout("alphaDropout", false, true, false);

/** alphaDropout of whole channels. `training` is false by default, as in PyTorch. (torch.nn.functional.feature_alpha_dropout) */
export const featureAlphaDropout: Dropout = defineDropout("featureAlphaDropout", true, true, false);

function defineChannelDropout(name: string, batchedDims: number, spatial: string): Dropout {
  const allowed = [batchedDims - 1, batchedDims];
  return (x, ...args) => {
    const { p = 0.5 } = collect<DropoutOptions>(name, ["p", "training", "inplace"], args);
    checkProbability(p);
    if (name === "dropout1d" && !allowed.includes(x.ndim)) {
      throw new RuntimeError(
        `dropout1d: Expected 2D or 3D input, but received a ${x.ndim}D input. Note that dropout1d exists to provide channel-wise dropout on inputs with ${spatial}, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).`,
      );
    }
    if (name !== "dropout1d" && !allowed.includes(x.ndim)) {
      warn(
        `${name}: Received a ${x.ndim}-D input to ${name}, which is deprecated and will result in an error in a future release. To retain the behavior and silence this warning, please use dropout instead. Note that ${name} exists to provide channel-wise dropout on inputs with ${spatial}, a channel dimension, and an optional batch dimension (i.e. ${allowed[0]}D or ${allowed[1]}D inputs).`,
      );
    }
    if (name === "dropout2d" && x.ndim === 3) {
      warn(
        "dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout behavior, please switch to using dropout1d instead.",
      );
    }
    // Without a batch, the channels come first. dropout2d takes three dimensions for a batch of sequences, as PyTorch has since before unbatched inputs.
    const isBatched = name === "dropout2d" || x.ndim === batchedDims;
    return isBatched ? featureDropout(x, ...args) : featureDropout(x.unsqueeze(0), ...args).squeeze(0);
  };
}

/** Channels of sequences dropped: (N, C, L) or (C, L). (torch.nn.functional.dropout1d) */
export const dropout1d: Dropout = defineChannelDropout("dropout1d", 3, "1 spatial dimension");

/** Channels of images dropped: (N, C, H, W); three dimensions are (N, C, L). (torch.nn.functional.dropout2d) */
export const dropout2d: Dropout = defineChannelDropout("dropout2d", 4, "2 spatial dimensions");

/** Channels of volumes dropped: (N, C, D, H, W) or (C, D, H, W). (torch.nn.functional.dropout3d) */
export const dropout3d: Dropout = defineChannelDropout("dropout3d", 5, "3 spatial dimensions");
