import { collect, takingOnly, type Arguments } from "../../arguments.js";
import { AssertionError } from "../../errors.js";
import { onesLike, zerosLike } from "../../ops/creation.js";
import { noGrad } from "../../autograd/gradMode.js";
import type { Tensor } from "../../tensor.js";
import { deepcopy } from "../deepcopy.js";
import type { Module } from "../module.js";
import { Parameter } from "../parameter.js";

/** Convolutions and linear layers that take a batch normalization's work over (torch.nn.utils.fusion). */

/** What of a batch normalization in evaluation mode enters a layer. */
interface Normalization extends Module {
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  readonly eps: number;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
  readonly numFeatures: number;
}

interface Weighted extends Module {
  weight: Tensor;
  bias: Tensor | null;
}

interface TransposeOptions {
  /** Whether the weight is that of a transposed convolution: its channels are the second dimension. Default false. */
  readonly transpose?: boolean;
}

type WeightArguments = [
  weight: Tensor,
  bias: Tensor | null,
  runningMean: Tensor,
  runningVar: Tensor,
  eps: number,
  normWeight: Tensor | null,
  normBias: Tensor | null,
];

function fusedWeights([weight, bias, runningMean, runningVar, eps, normWeight, normBias]: WeightArguments, axis: 0 | 1): [Parameter, Parameter] {
  return noGrad(() => {
    const scale = (normWeight ?? onesLike(runningMean)).mul(runningVar.add(eps).rsqrt());
    const shape = weight.sizes.map((_, i) => (i === axis ? -1 : 1));
    const shifted = (bias ?? zerosLike(runningMean))
      .sub(runningMean)
      .mul(runningVar.add(eps).rsqrt())
      .mul(normWeight ?? onesLike(runningMean))
      .add(normBias ?? zerosLike(runningMean));
    return [
      new Parameter(weight.mul(scale.reshape(shape)).to(weight.dtype), weight.requiresGrad),
      new Parameter(shifted.to((bias ?? weight).dtype), (bias ?? runningMean).requiresGrad),
    ];
  });
}

/** Weight and bias of a convolution that does a batch normalization's work too. (torch.nn.utils.fuse_conv_bn_weights) */
export function fuseConvBnWeights(...args: [...WeightArguments, ...Arguments<[transpose: boolean], TransposeOptions>]): [Parameter, Parameter] {
  const { transpose = false } = collect<TransposeOptions>("fuseConvBnWeights", ["transpose"], args.slice(7));
  return fusedWeights(args.slice(0, 7) as WeightArguments, transpose ? 1 : 0);
}

/** Weight and bias of a linear layer that does a batch normalization's work too. (torch.nn.utils.fuse_linear_bn_weights) */
export const fuseLinearBnWeights: (...args: WeightArguments) => [Parameter, Parameter] = takingOnly(
  "fuseLinearBnWeights",
  ["linearW", "linearB", "bnRm", "bnRv", "bnEps", "bnW", "bnB"],
  (...args: WeightArguments): [Parameter, Parameter] => fusedWeights(args, 0),
);

function fused<Layer extends Weighted>(layer: Layer, norm: Normalization, axis: 0 | 1): Layer {
  if (layer.training || norm.training) throw new AssertionError("Fusion only for eval!");
  const { runningMean, runningVar } = norm;
  if (runningMean === null || runningVar === null) throw new AssertionError("bn.running_mean and bn.running_var must not be None");
  const result = deepcopy(layer);
  [result.weight, result.bias] = fusedWeights([layer.weight, layer.bias, runningMean, runningVar, norm.eps, norm.weight, norm.bias], axis);
  return result;
}

/** A new convolution that gives what `conv` and then `bn`, both in evaluation mode, give. (torch.nn.utils.fuse_conv_bn_eval) */
export function fuseConvBnEval<Layer extends Weighted>(conv: Layer, bn: Normalization, ...args: Arguments<[transpose: boolean], TransposeOptions>): Layer {
  const { transpose = false } = collect<TransposeOptions>("fuseConvBnEval", ["transpose"], args);
  return fused(conv, bn, transpose ? 1 : 0);
}

/** A new linear layer that gives what `linear` and then `bn`, both in evaluation mode, give. (torch.nn.utils.fuse_linear_bn_eval) */
export function fuseLinearBnEval<Layer extends Weighted & { readonly outFeatures: number }>(linear: Layer, bn: Normalization, ...further: never[]): Layer {
  collect("fuseLinearBnEval", [], further);
  if (linear.outFeatures !== bn.numFeatures && bn.numFeatures !== 1) {
    throw new AssertionError(
      `To fuse, linear.out_features == bn.num_features or bn.num_features == 1, got linear.out_features=${linear.outFeatures} and bn.num_features=${bn.numFeatures}`,
    );
  }
  return fused(linear, bn, 0);
}
