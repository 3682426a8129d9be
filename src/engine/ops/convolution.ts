import { composed, linearInEach, defineComposite, defineOperation } from "../dispatch/index.js";
import { RuntimeError, ValueError } from "../errors.js";
import * as kernels from "../kernels/convolution.js";
import type { ConvolutionGeometry, Extent } from "../kernels/convolutionGeometry.js";
import { denseValues } from "../kernels/elementwise.js";
import { formatSizes, product } from "../size.js";
import { Tensor } from "../tensor.js";
import { collect, requiredFirst, type WithRequired } from "../arguments.js";
import { expandSizes, type Sizes } from "./rules/sizes.js";
import { computes, ofParts } from "../operation.js";

/** Convolutions of sequences, images and volumes: (N, C, ...) or, without a batch, (C, ...). */

/** Arguments of a convolution, one number for each spatial dimension. */
interface Convolution {
  readonly stride: readonly number[];
  /** Zeros in front of the input; the output's size decides how many follow behind. */
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
  /** Spatial sizes of the features: of the output, in a transposed convolution of the input. */
  readonly feature: readonly number[];
  /** Spatial sizes of the image: of the input, in a transposed convolution of the output. */
  readonly image: readonly number[];
}

type ConvolutionArgs = [x: Tensor, weight: Tensor, bias: Tensor | null, convolution: Convolution];

function extent(sizes: readonly number[], missing: number): Extent {
  return [...new Array<number>(3 - sizes.length).fill(missing), ...sizes] as unknown as Extent;
}

function geometryOf(batch: number, weight: Tensor, { stride, padding, dilation, groups, feature, image }: Convolution): ConvolutionGeometry {
  return {
    batch,
    groups,
    filters: weight.sizes[0]!,
    channels: weight.sizes[1]! * groups,
    image: extent(image, 1),
    feature: extent(feature, 1),
    kernel: extent(weight.sizes.slice(2), 1),
    stride: extent(stride, 1),
    padding: extent(padding, 0),
    dilation: extent(dilation, 1),
  };
}

/** Fills every position of a channel with one number; `output` is (N, C, ...) and dense. */
function fillChannels(output: Tensor, bias: Tensor): void {
  const { data } = output.storage;
  const values = denseValues(bias);
  const positions = output.numel() / (output.sizes[0]! * values.length);
  for (let start = 0, c = 0; start < data.length; start += positions, c = (c + 1) % values.length) {
    data.fill(values[c]!, start, start + positions);
  }
}

function sumOfChannels(gradient: Tensor): Tensor {
  const channels = gradient.sizes[1]!;
  const result = Tensor.allocate([channels], gradient.dtype, gradient.device);
  const values = denseValues(gradient);
  const positions = channels === 0 ? 0 : values.length / (gradient.sizes[0]! * channels);
  const sums = new Float64Array(channels);
  for (let start = 0, c = 0; start < values.length; start += positions, c = (c + 1) % channels) {
    let sum = 0;
    for (let i = start; i < start + positions; i++) sum += values[i]!;
    sums[c]! += sum;
  }
  result.storage.data.set(sums);
  return result;
}

function requireSameDType(x: Tensor, weight: Tensor, bias: Tensor | null): void {
  for (const [name, tensor] of [
    ["bias", bias],
    ["weight", weight],
  ] as const) {
    if (tensor !== null && tensor.dtype !== x.dtype) {
      throw new RuntimeError(`Input type (${x.dtype.cppName}) and ${name} type (${tensor.dtype.cppName}) should be the same`);
    }
  }
}

const withoutBias = linearInEach(0, 1);
const withBias = composed<ConvolutionArgs, void>(([x, weight, bias, geometry], { apply }) =>
  apply([x, weight, null, geometry]).add(bias!.reshape([-1, ...x.sizes.slice(2).map(() => 1)])),
);

function convolutionOperation(name: string, transposed: boolean): (...args: ConvolutionArgs) => Tensor {
  return defineOperation<ConvolutionArgs>({
    name,
    effect: computes,
    arguments: ["input", "weight", "bias", null],
    multiplyAdds: ([x, weight], { sizes }) => (product(transposed ? x.sizes : sizes) * product(weight.sizes)) / Math.max(1, weight.sizes[0]!),
    gradientName: "ConvolutionBackward0",
    infer(x, weight, bias, { groups, feature, image }) {
      requireSameDType(x, weight, bias);
      const channels = transposed ? weight.sizes[1]! * groups : weight.sizes[0]!;
      return { sizes: [x.sizes[0]!, channels, ...(transposed ? image : feature)], dtype: x.dtype };
    },
    forward(output, x, weight, bias, convolution) {
      if (bias !== null) fillChannels(output, bias);
      const compute = transposed ? kernels.featuresToImage : kernels.imageToFeatures;
      compute(output.storage.data, denseValues(x), denseValues(weight), geometryOf(x.sizes[0]!, weight, convolution), bias === null ? "zeros" : "values");
    },
    reads: [0, 1],
    backward(gradient, context) {
      const [x, weight, bias, convolution] = context.args;
      const { device } = gradient;
      const geometry = geometryOf(x.sizes[0]!, weight, convolution);
      const results: (Tensor | null)[] = [null, null, null];
      if (context.needs(0)) {
        const forX = (results[0] = Tensor.allocate(x.sizes, x.dtype, device));
        const compute = transposed ? kernels.imageToFeatures : kernels.featuresToImage;
        compute(forX.storage.data, denseValues(gradient), denseValues(weight), geometry);
      }
      if (context.needs(1)) {
        const forWeight = (results[1] = Tensor.allocate(weight.sizes, weight.dtype, device));
        const [image, features] = transposed ? [gradient, x] : [x, gradient];
        kernels.bothToWeight(forWeight.storage.data, denseValues(image), denseValues(features), geometry);
      }
      if (bias !== null && context.needs(2)) results[2] = sumOfChannels(gradient);
      return results;
    },
    recordedBackward: (g, context) => (context.args[2] === null ? withoutBias(g, context) : withBias(g, context)),
  });
}

// ---- what the arguments must be

/** As PyTorch's errors print sizes in the middle of a sentence: "(3 x 3)". */
const formatExtent = (sizes: readonly number[]): string => `(${sizes.join(" x ")})`;

function checkCommon(
  x: Tensor,
  weight: Tensor,
  dims: number,
  stride: readonly number[],
  padding: readonly number[],
  dilation: readonly number[],
  groups: number,
): void {
  if (padding.some((size) => size < 0)) throw new RuntimeError("negative padding is not supported");
  if (stride.some((size) => size <= 0)) throw new RuntimeError("non-positive stride is not supported");
  if (dilation.some((size) => size <= 0)) throw new RuntimeError("dilation should be greater than zero");
  if (groups <= 0) throw new RuntimeError("non-positive groups is not supported");
  if (weight.ndim !== dims + 2) {
    throw new RuntimeError(
      `Expected ${weight.ndim}-dimensional input for ${weight.ndim}-dimensional weight ${formatSizes(weight.sizes)}, but got ${x.ndim}-dimensional input of size ${formatSizes(x.sizes)} instead`,
    );
  }
  if (weight.sizes[0]! < groups) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be at least ${groups} at dimension 0, but got weight of size ${formatSizes(weight.sizes)} instead`,
    );
  }
  if (weight.sizes[0]! % groups !== 0) {
    throw new RuntimeError(
      `Given groups=${groups}, expected weight to be divisible by ${groups} at dimension 0, but got weight of size [${formatSizes(weight.sizes)}] instead`,
    );
  }
}

/** PyTorch takes sequences for images of height 1. */
function requireKernel(kernel: readonly number[]): void {
  if (kernel.every((size) => size > 0)) return;
  const [height, width] = kernel.length === 1 ? [1, kernel[0]] : kernel;
  const sizes = kernel.length === 3 ? `: ${kernel.join(" x ")} (TxHxW)` : ` kernel_height: ${height} kernel_width: ${width}`;
  throw new RuntimeError(`kernel size should be greater than zero, but got${sizes}`);
}

function requireChannels(x: Tensor, weight: Tensor, channels: number, given: string): void {
  if (x.sizes[1] === channels) return;
  throw new RuntimeError(
    `Given ${given}, weight of size ${formatSizes(weight.sizes)}, expected input${formatSizes(x.sizes)} to have ${channels} channels, but got ${x.sizes[1]} channels instead`,
  );
}

function requireBias(bias: Tensor | null, weight: Tensor, channels: number, given: string): void {
  if (bias === null || (bias.ndim === 1 && bias.sizes[0] === channels)) return;
  throw new RuntimeError(
    `Given ${given}weight of size ${formatSizes(weight.sizes)}, expected bias to be 1-dimensional with ${channels} elements, but got bias of size ${formatSizes(bias.sizes)} instead`,
  );
}

/** A batch may be empty, and the channels, but no image. PyTorch computes sequences as images of height 1. */
function requireElements(x: Tensor): void {
  const [batch, channels, ...image] = x.sizes;
  if (!image.includes(0) || batch === 0 || channels === 0) return;
  const sizes = [batch!, channels!, ...(image.length === 1 ? [1] : []), ...image];
  throw new RuntimeError(`Only zero batch or zero channel inputs are supported, but got input shape: ${formatSizes(sizes)}`);
}

/** Runs `body` on the input with a batch dimension, and takes away the one that was not given. */
function batched(x: Tensor, dims: number, name: string, body: (x: Tensor) => Tensor): Tensor {
  if (x.ndim !== dims + 1 && x.ndim !== dims + 2) {
    throw new RuntimeError(`Expected ${dims + 1}D (unbatched) or ${dims + 2}D (batched) input to ${name}, but got input of size: ${formatSizes(x.sizes)}`);
  }
  return x.ndim === dims + 2 ? body(x) : body(x.unsqueeze(0)).squeeze(0);
}

// ---- convolutions

/** Zeros on each side; "same" keeps the size (stride 1 only), "valid" adds none. */
export type Padding = Sizes | "same" | "valid";

export interface ConvolutionOptions {
  /** One number for each output channel. */
  readonly bias?: Tensor | null;
  /** Default 1. */
  readonly stride?: Sizes;
  /** Default 0. */
  readonly padding?: Padding;
  /** Distance of the kernel's elements. Default 1. */
  readonly dilation?: Sizes;
  /** Number of blocks of channels that do not see each other. Default 1. */
  readonly groups?: number;
}

type ConvolutionArguments = WithRequired<
  [weight: Tensor],
  { readonly weight: Tensor },
  [bias: Tensor | null, stride: Sizes, padding: Padding, dilation: Sizes, groups: number],
  ConvolutionOptions
>;
export type ConvolutionFunction = (x: Tensor, ...args: ConvolutionArguments) => Tensor;

function defineConvolution(dims: number): ConvolutionFunction {
  const name = `conv${dims}d`;
  const operation = convolutionOperation(name, false);
  const convolve = defineComposite(
    { name, effect: computes, multiplyAdds: ofParts, arguments: ["input", "weight", "bias", { stride: 1, padding: 0, dilation: 1, groups: 1 }] },
    (x: Tensor, weight: Tensor, bias: Tensor | null, options: ConvolutionOptions): Tensor =>
      batched(x, dims, name, (input) => {
        const { groups = 1 } = options;
        const stride = expandSizes(options.stride ?? 1, dims, "stride", "convolution");
        const dilation = expandSizes(options.dilation ?? 1, dims, "dilation", "convolution");
        const kernel = weight.sizes.slice(2);
        const isSame = options.padding === "same";
        const padding = paddingOf(options.padding ?? 0, dims, kernel, stride, dilation);
        checkCommon(input, weight, dims, stride, padding, dilation, groups);
        requireChannels(input, weight, weight.sizes[1]! * groups, `groups=${groups}`);
        requireBias(bias, weight, weight.sizes[0]!, "");
        requireKernel(kernel);
        const image = input.sizes.slice(2);
        const reach = kernel.map((size, i) => dilation[i]! * (size - 1) + 1);
        const padded = isSame ? image.map((size, i) => size + reach[i]! - 1) : image.map((size, i) => size + 2 * padding[i]!);
        if (padded.some((size, i) => size < reach[i]!)) {
          throw new RuntimeError(
            `Calculated padded input size per channel: ${formatExtent(padded)}. Kernel size: ${formatExtent(reach)}. Kernel size can't be greater than actual input size`,
          );
        }
        requireElements(input);
        const feature = padded.map((size, i) => Math.floor((size - reach[i]!) / stride[i]!) + 1);
        return operation(input, weight, bias, { stride, padding, dilation, groups, feature, image });
      }),
  );
  return (x, ...args) => {
    const [[weight], rest] = requiredFirst<[weight: Tensor]>(name, ["weight"], args);
    const { bias = null, ...options } = collect<ConvolutionOptions>(name, ["bias", "stride", "padding", "dilation", "groups"], rest);
    return convolve(x, weight, bias, options);
  };
}

/** Zeros in front of the input. */
function paddingOf(padding: Padding, dims: number, kernel: readonly number[], stride: readonly number[], dilation: readonly number[]): readonly number[] {
  if (padding === "valid") return new Array<number>(dims).fill(0);
  if (padding !== "same") {
    if (typeof padding === "string") throw new RuntimeError(`Invalid padding string: '${String(padding)}'`);
    return expandSizes(padding, dims, "padding", "convolution");
  }
  if (stride.some((size) => size !== 1)) throw new RuntimeError("padding='same' is not supported for strided convolutions");
  return kernel.map((size, i) => Math.floor((dilation[i]! * (size - 1)) / 2));
}

/** x (N, C, L) with weight (out, C / groups, k): (N, out, L'). (torch.nn.functional.conv1d) */
export const conv1d: ConvolutionFunction = defineConvolution(1);

/** x (N, C, H, W) with weight (out, C / groups, kH, kW): (N, out, H', W'). (torch.nn.functional.conv2d) */
export const conv2d: ConvolutionFunction = defineConvolution(2);

/** x (N, C, D, H, W) with weight (out, C / groups, kD, kH, kW): (N, out, D', H', W'). (torch.nn.functional.conv3d) */
export const conv3d: ConvolutionFunction = defineConvolution(3);

// ---- transposed convolutions

export interface TransposedConvolutionOptions extends Omit<ConvolutionOptions, "padding"> {
  /** Takes away as much on each side of the output. Default 0. */
  readonly padding?: Sizes;
  /** Adds to one side of the output: with a stride, several sizes lead to the same input size. Default 0. */
  readonly outputPadding?: Sizes;
}

type TransposedArguments = WithRequired<
  [weight: Tensor],
  { readonly weight: Tensor },
  [bias: Tensor | null, stride: Sizes, padding: Sizes, outputPadding: Sizes, groups: number, dilation: Sizes],
  TransposedConvolutionOptions
>;
export type TransposedConvolutionFunction = (x: Tensor, ...args: TransposedArguments) => Tensor;

const axes = ["depth", "height", "width"];

function checkOutputPadding(outputPadding: readonly number[], stride: readonly number[], dilation: readonly number[]): void {
  if (outputPadding.some((size) => size < 0)) throw new RuntimeError("negative output_padding is not supported");
  if (outputPadding.every((size, i) => size < stride[i]! || size < dilation[i]!)) return;
  // PyTorch computes sequences as images of height 1.
  const names = outputPadding.length === 3 ? axes : axes.slice(1);
  const list = (name: string, sizes: readonly number[], missing: number): string =>
    names.map((axis, i) => `${name}_${axis}: ${sizes.length === 1 ? [missing, sizes[0]][i] : sizes[i]}`).join(" ");
  throw new RuntimeError(
    `output padding must be smaller than either stride or dilation, but got ${list("output_padding", outputPadding, 0)} ${list("stride", stride, 1)} ${list("dilation", dilation, 1)}`,
  );
}

function defineTransposedConvolution(dims: number): TransposedConvolutionFunction {
  const name = `convTranspose${dims}d`;
  const operation = convolutionOperation(name, true);
  const convolve = defineComposite(
    {
      name,
      effect: computes,
      multiplyAdds: ofParts,
      arguments: ["input", "weight", "bias", { stride: 1, padding: 0, outputPadding: 0, groups: 1, dilation: 1 }],
    },
    (x: Tensor, weight: Tensor, bias: Tensor | null, options: TransposedConvolutionOptions): Tensor =>
      batched(x, dims, `conv_transpose${dims}d`, (input) => {
        const { groups = 1 } = options;
        const stride = expandSizes(options.stride ?? 1, dims, "stride", "convolution");
        const padding = expandSizes(options.padding ?? 0, dims, "padding", "convolution");
        const outputPadding = expandSizes(options.outputPadding ?? 0, dims, "output_padding", "convolution");
        const dilation = expandSizes(options.dilation ?? 1, dims, "dilation", "convolution");
        checkCommon(input, weight, dims, stride, padding, dilation, groups);
        requireChannels(input, weight, weight.sizes[0]!, "transposed=1");
        requireBias(bias, weight, weight.sizes[1]! * groups, "transposed=1, ");
        requireElements(input);
        checkOutputPadding(outputPadding, stride, dilation);
        const feature = input.sizes.slice(2);
        const image = feature.map((size, i) => (size - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (weight.sizes[i + 2]! - 1) + outputPadding[i]! + 1);
        if (image.some((size) => size < 1)) {
          throw new RuntimeError(
            `Given input size per channel: ${formatExtent(feature)}. Calculated output size per channel: ${formatExtent(image)}. Output size is too small`,
          );
        }
        return operation(input, weight, bias, { stride, padding, dilation, groups, feature, image });
      }),
  );
  return (x, ...args) => {
    const [[weight], rest] = requiredFirst<[weight: Tensor]>(`conv_transpose${dims}d`, ["weight"], args);
    const names = ["bias", "stride", "padding", "outputPadding", "groups", "dilation"] as const;
    const { bias = null, ...options } = collect<TransposedConvolutionOptions>(`conv_transpose${dims}d`, names, rest);
    return convolve(x, weight, bias, options);
  };
}

/** x (N, C, L) with weight (C, out / groups, k): (N, out, L'); the gradient of conv1d as a function. (torch.nn.functional.conv_transpose1d) */
export const convTranspose1d: TransposedConvolutionFunction = defineTransposedConvolution(1);

/** x (N, C, H, W) with weight (C, out / groups, kH, kW): (N, out, H', W'). (torch.nn.functional.conv_transpose2d) */
export const convTranspose2d: TransposedConvolutionFunction = defineTransposedConvolution(2);

/** x (N, C, D, H, W) with weight (C, out / groups, kD, kH, kW): (N, out, D', H', W'). (torch.nn.functional.conv_transpose3d) */
export const convTranspose3d: TransposedConvolutionFunction = defineTransposedConvolution(3);

/** The output padding that makes a transposed convolution give `outputSize` (with or without batch and channels in front). */
export function outputPaddingFor(
  x: Tensor,
  outputSize: readonly number[],
  {
    stride,
    padding,
    kernelSize,
    dilation,
  }: { readonly stride: readonly number[]; readonly padding: readonly number[]; readonly kernelSize: readonly number[]; readonly dilation: readonly number[] },
): readonly number[] {
  const dims = kernelSize.length;
  const nonspatial = x.ndim - dims;
  const wanted = outputSize.length === nonspatial + dims ? outputSize.slice(nonspatial) : outputSize;
  if (wanted.length !== dims) {
    throw new ValueError(
      `ConvTranspose${dims}D: for ${x.ndim}D input, output_size must have ${dims} or ${nonspatial + dims} elements (got ${outputSize.length})`,
    );
  }
  const least = kernelSize.map((size, i) => (x.sizes[i + nonspatial]! - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (size - 1) + 1);
  const most = least.map((size, i) => size + stride[i]! - 1);
  if (wanted.some((size, i) => size < least[i]! || size > most[i]!)) {
    throw new ValueError(
      `requested an output size of ${formatSizes(wanted)}, but valid sizes range from ${formatSizes(least)} to ${formatSizes(most)} (for an input of torch.Size(${formatSizes(x.sizes.slice(2))}))`,
    );
  }
  return wanted.map((size, i) => size - least[i]!);
}
