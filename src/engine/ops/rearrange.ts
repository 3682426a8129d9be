import { emptyImage } from "./padding.js";
import { linearInEach, defineComposite, defineOperation, named } from "../dispatch/index.js";
import { bool } from "../dtype.js";
import { IndexError, RuntimeError } from "../errors.js";
import * as kernels from "../kernels/convolution.js";
import type { ConvolutionGeometry, Extent } from "../kernels/convolutionGeometry.js";
import { denseValues } from "../kernels/elementwise.js";
import { formatSizes, product } from "../size.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { collect, inOrder, required, type AllArguments, type Arguments } from "../arguments.js";
import { requireFloatingPoint } from "./rules/promotion.js";
import { expandSizes, type Sizes } from "./rules/sizes.js";
import { computes, ofParts, notCounted } from "../operation.js";

/** Elements of images moved between channels and places. */

/** The tensor seen with `split` for its last dimensions, those permuted, and seen with `merged` for them, by a graph node of the name. */
function rearrange(gradientName: string, x: Tensor, dims: number, split: readonly number[], order: readonly number[], merged: readonly number[]): Tensor {
  const batch = x.sizes.slice(0, x.ndim - dims);
  const first = batch.length;
  const permutation = [...batch.keys(), ...order.map((dim) => first + dim)];
  return named(
    gradientName,
    x
      .reshape([...batch, ...split])
      .permute(permutation)
      .reshape([...batch, ...merged]),
  );
}

const pixelShuffleOf = defineComposite(
  { name: "pixelShuffle", effect: computes, multiplyAdds: ofParts, arguments: ["input", "upscaleFactor"] },
  (x: Tensor, factor: number): Tensor => {
    if (x.ndim < 3) throw new RuntimeError(`pixel_shuffle expects input to have at least 3 dimensions, but got input with ${x.ndim} dimension(s)`);
    if (factor <= 0) throw new RuntimeError(`pixel_shuffle expects a positive upscale_factor, but got ${factor}`);
    const [channels, height, width] = x.sizes.slice(-3) as [number, number, number];
    if (channels % (factor * factor) !== 0) {
      throw new RuntimeError(
        `pixel_shuffle expects its input's 'channel' dimension to be divisible by the square of upscale_factor, but input.size(-3)=${channels} is not divisible by ${factor * factor}`,
      );
    }
    const left = channels / (factor * factor);
    return rearrange("PixelShuffleBackward0", x, 3, [left, factor, factor, height, width], [0, 3, 1, 4, 2], [left, height * factor, width * factor]);
  },
);

/** Channels laid out as finer pixels: (*, C r^2, H, W) to (*, C, H r, W r). (torch.pixel_shuffle) */
export function pixelShuffle(x: Tensor, ...args: AllArguments<[upscaleFactor: number], { readonly upscaleFactor: number }>): Tensor {
  return pixelShuffleOf(x, ...inOrder("pixel_shuffle", ["upscaleFactor"], args));
}

const pixelUnshuffleOf = defineComposite(
  { name: "pixelUnshuffle", effect: computes, multiplyAdds: ofParts, arguments: ["input", "downscaleFactor"] },
  (x: Tensor, factor: number): Tensor => {
    if (x.ndim < 3) throw new RuntimeError(`pixel_unshuffle expects input to have at least 3 dimensions, but got input with ${x.ndim} dimension(s)`);
    if (factor <= 0) throw new RuntimeError(`pixel_unshuffle expects a positive downscale_factor, but got ${factor}`);
    const [channels, height, width] = x.sizes.slice(-3) as [number, number, number];
    if (height % factor !== 0) {
      throw new RuntimeError(`pixel_unshuffle expects height to be divisible by downscale_factor, but input.size(-2)=${height} is not divisible by ${factor}`);
    }
    if (width % factor !== 0) {
      throw new RuntimeError(`pixel_unshuffle expects width to be divisible by downscale_factor, but input.size(-1)=${width} is not divisible by ${factor}`);
    }
    const [rows, columns] = [height / factor, width / factor];
    return rearrange("PixelUnshuffleBackward0", x, 3, [channels, rows, factor, columns, factor], [0, 2, 4, 1, 3], [channels * factor * factor, rows, columns]);
  },
);

/** The inverse of pixelShuffle: (*, C, H r, W r) to (*, C r^2, H, W). (torch.pixel_unshuffle) */
export function pixelUnshuffle(x: Tensor, ...args: AllArguments<[downscaleFactor: number], { readonly downscaleFactor: number }>): Tensor {
  return pixelUnshuffleOf(x, ...inOrder("pixel_unshuffle", ["downscaleFactor"], args));
}

const channelShuffleOf = defineComposite(
  { name: "channelShuffle", effect: computes, multiplyAdds: ofParts, arguments: ["input", "groups"] },
  (x: Tensor, groups: number): Tensor => {
    if (x.ndim < 3) {
      throw new RuntimeError(`channel_shuffle expects input with > 2 dims, but got input with sizes ${formatSizes(x.sizes)}`);
    }
    const channels = x.sizes[1]!;
    if (groups <= 0) throw new RuntimeError(`Number of groups to divide channels in must be positive. Value of groups:${groups}`);
    if (channels % groups !== 0) {
      throw new RuntimeError(`Number of channels must be divisible by groups. Got ${channels} channels and ${groups} groups.`);
    }
    const spatial = x.sizes.slice(2);
    const rest = spatial.map((_, i) => i + 2);
    return rearrange("ChannelShuffleBackward0", x, x.ndim - 1, [groups, channels / groups, ...spatial], [1, 0, ...rest], [channels, ...spatial]);
  },
);

/** Channels (dimension 1) of each group dealt out in turn. (torch.nn.functional.channel_shuffle) */
export function channelShuffle(x: Tensor, ...args: AllArguments<[groups: number], { readonly groups: number }>): Tensor {
  return channelShuffleOf(x, ...inOrder("channel_shuffle", ["groups"], args));
}

// ---- windows as columns

/** Windows of an image, (height, width) each. */
interface Blocks {
  readonly kernel: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly number[];
  readonly stride: readonly number[];
}

interface BlockOptions {
  readonly kernelSize?: Sizes;
  /** Distance of the window's elements. Default 1. */
  readonly dilation?: Sizes;
  /** Zeros on each side. Default 0. */
  readonly padding?: Sizes;
  /** Default 1. */
  readonly stride?: Sizes;
}

function blocksOf(name: string, { kernelSize, dilation = 1, padding = 0, stride = 1 }: BlockOptions): Blocks {
  const expand = (value: Sizes, argument: string): readonly number[] => expandSizes(value, 2, argument, "unfold");
  const blocks = {
    kernel: expand(required(kernelSize, name, "kernel_size"), "kernel_size"),
    dilation: expand(dilation, "dilation"),
    padding: expand(padding, "padding"),
    stride: expand(stride, "stride"),
  };
  const list = (argument: string, [height, width]: readonly number[]): string => `${argument}_height: ${height} ${argument}_width: ${width}`;
  for (const [text, argument, sizes] of [
    ["kernel size", "kernel", blocks.kernel],
    ["dilation", "dilation", blocks.dilation],
    ["stride", "stride", blocks.stride],
  ] as const) {
    if (sizes.some((size) => size <= 0)) throw new RuntimeError(`${text} should be greater than zero, but got ${list(argument, sizes)}`);
  }
  if (blocks.padding.some((size) => size < 0)) throw new RuntimeError(`padding should be non-negative, but got ${list("pad", blocks.padding)}`);
  return blocks;
}

const pair = ([height, width]: readonly number[]): string => `(${height}, ${width})`;

function blockCounts(image: readonly number[], { kernel, dilation, padding, stride }: Blocks): readonly number[] {
  return image.map((size, i) => Math.floor((size + 2 * padding[i]! - dilation[i]! * (kernel[i]! - 1) - 1) / stride[i]!) + 1);
}

function geometryOf(batch: number, channels: number, image: readonly number[], blocks: Blocks): ConvolutionGeometry {
  const extent = (sizes: readonly number[], missing: number): Extent => [missing, sizes[0]!, sizes[1]!];
  return {
    batch,
    channels,
    filters: 0,
    groups: 1,
    image: extent(image, 1),
    feature: extent(blockCounts(image, blocks), 1),
    kernel: extent(blocks.kernel, 1),
    stride: extent(blocks.stride, 1),
    padding: extent(blocks.padding, 0),
    dilation: extent(blocks.dilation, 1),
  };
}

const unfoldOperation = defineOperation<[x: Tensor, blocks: Blocks]>({
  name: "unfold",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", null],
  gradientName: "Im2ColBackward0",
  infer(x, blocks) {
    if (x.ndim === 0) throw new IndexError("Dimension specified as 1 but tensor has no dimensions");
    if (x.ndim < 3) normalizeDim(x.ndim, x.ndim);
    if (x.ndim > 4 || x.sizes.slice(-3).includes(0)) throw emptyImage(x, 2);
    const image = x.sizes.slice(-2);
    const counts = blockCounts(image, blocks);
    const { kernel, dilation, padding } = blocks;
    if (counts.some((count) => count < 1)) {
      throw new RuntimeError(
        `Given input with spatial size ${pair(image)}, kernel_size=${pair(kernel)}, dilation=${pair(dilation)}, padding=${pair(padding)}, calculated shape of the array of sliding blocks as ${pair(counts)}, but its components must be at least one.`,
      );
    }
    const batch = x.sizes.slice(0, -3);
    return { sizes: [...batch, x.sizes[x.ndim - 3]! * product(kernel), product(counts)], dtype: x.dtype };
  },
  forward(output, x, blocks) {
    if (x.dtype !== bool) requireFloatingPoint(x.dtype, "im2col_out_cpu");
    kernels.unfoldImages(output.storage.data, denseValues(x), imageGeometry(x.sizes, blocks));
  },
  backward(gradient, { args: [x, blocks] }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    kernels.foldImages(result.storage.data, denseValues(gradient), imageGeometry(x.sizes, blocks));
    return [result];
  },
  recordedBackward: linearInEach(0),
});

function imageGeometry(sizes: readonly number[], blocks: Blocks): ConvolutionGeometry {
  const [channels, ...image] = sizes.slice(-3) as [number, number, number];
  return geometryOf(product(sizes.slice(0, -3)), channels, image, blocks);
}

export type UnfoldOptions = BlockOptions;

/** Windows of images as columns: (N, C, H, W) or (C, H, W) to (N, C kH kW, windows). (torch.nn.functional.unfold) */
export function unfold(x: Tensor, ...args: Arguments<[kernelSize: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes], UnfoldOptions>): Tensor {
  return unfoldOperation(x, blocksOf("unfold", collect<UnfoldOptions>("unfold", ["kernelSize", "dilation", "padding", "stride"], args)));
}

const foldOperation = defineOperation<[x: Tensor, image: readonly number[], blocks: Blocks]>({
  name: "fold",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "image", null],
  gradientName: "Col2ImBackward0",
  infer(x, image, blocks) {
    if (x.ndim !== 2 && x.ndim !== 3) {
      throw new RuntimeError(
        `Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and non-zero dimensions for input, but got: ${formatSizes(x.sizes)}`,
      );
    }
    const [columns, count] = x.sizes.slice(-2) as [number, number];
    const { kernel, dilation, padding, stride } = blocks;
    const elements = product(kernel);
    if (columns % elements !== 0) {
      throw new RuntimeError(
        `Expected size of input's dimension 1 to be divisible by the product of kernel_size, but got input.size(1)=${columns} and kernel_size=${pair(kernel)}.`,
      );
    }
    const counts = blockCounts(image, blocks);
    if (product(counts) !== count) {
      throw new RuntimeError(
        `Given output_size=${pair(image)}, kernel_size=${pair(kernel)}, dilation=${pair(dilation)}, padding=${pair(padding)}, stride=${pair(stride)}, expected size of input's dimension 2 to match the calculated number of sliding blocks ${counts[0]} * ${counts[1]} = ${product(counts)}, but got input.size(2)=${count}.`,
      );
    }
    return { sizes: [...x.sizes.slice(0, -2), columns / elements, ...image], dtype: x.dtype };
  },
  forward(output, x, _image, blocks) {
    kernels.foldImages(output.storage.data, denseValues(x), imageGeometry(output.sizes, blocks));
  },
  backward(gradient, { args: [x, , blocks] }) {
    const result = Tensor.allocate(x.sizes, x.dtype, gradient.device);
    kernels.unfoldImages(result.storage.data, denseValues(gradient), imageGeometry(gradient.sizes, blocks));
    return [result];
  },
  recordedBackward: linearInEach(0),
});

export interface FoldOptions extends BlockOptions {
  /** Height and width of the result. */
  readonly outputSize?: Sizes;
}

type FoldArguments = Arguments<[outputSize: Sizes, kernelSize: Sizes, dilation: Sizes, padding: Sizes, stride: Sizes], FoldOptions>;

/** Columns put back as windows of images, overlaps added: (N, C kH kW, windows) to (N, C, H, W). (torch.nn.functional.fold) */
export function fold(x: Tensor, ...args: FoldArguments): Tensor {
  const { outputSize, ...options } = collect<FoldOptions>("fold", ["outputSize", "kernelSize", "dilation", "padding", "stride"], args);
  return foldOperation(x, expandSizes(required(outputSize, "fold", "output_size"), 2, "output_size", "fold"), blocksOf("fold", options));
}
