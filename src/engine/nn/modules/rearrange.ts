import { collect, required, type Arguments } from "../../arguments.js";
import * as F from "../../ops/rearrange.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";
import { describeSizes, repeat, type Sizes } from "../sizes.js";

/** Layers that move elements of images between channels and places. */

/** Channels laid out as finer pixels: (*, C r^2, H, W) to (*, C, H r, W r). (torch.nn.PixelShuffle) */
export class PixelShuffle extends Module {
  static override readonly [declaration]: LayerDeclaration<PixelShuffle> = {
    family: "reshaping",
    arguments: ({ upscaleFactor }) => ({ upscaleFactor }),
  };

  readonly upscaleFactor: number;

  constructor(...args: readonly [upscaleFactor: number] | readonly [options: { readonly upscaleFactor: number }]) {
    super();
    this.upscaleFactor = required(
      collect<{ readonly upscaleFactor?: number }>("PixelShuffle", ["upscaleFactor"], args).upscaleFactor,
      "PixelShuffle",
      "upscale_factor",
    );
  }

  override forward(x: Tensor): Tensor {
    return F.pixelShuffle(x, this.upscaleFactor);
  }

  override extraRepr(): string {
    return `upscale_factor=${this.upscaleFactor}`;
  }
}

/** The inverse of PixelShuffle: (*, C, H r, W r) to (*, C r^2, H, W). (torch.nn.PixelUnshuffle) */
export class PixelUnshuffle extends Module {
  static override readonly [declaration]: LayerDeclaration<PixelUnshuffle> = {
    family: "reshaping",
    arguments: ({ downscaleFactor }) => ({ downscaleFactor }),
  };

  readonly downscaleFactor: number;

  constructor(...args: readonly [downscaleFactor: number] | readonly [options: { readonly downscaleFactor: number }]) {
    super();
    this.downscaleFactor = required(
      collect<{ readonly downscaleFactor?: number }>("PixelUnshuffle", ["downscaleFactor"], args).downscaleFactor,
      "PixelUnshuffle",
      "downscale_factor",
    );
  }

  override forward(x: Tensor): Tensor {
    return F.pixelUnshuffle(x, this.downscaleFactor);
  }

  override extraRepr(): string {
    return `downscale_factor=${this.downscaleFactor}`;
  }
}

/** Channels of each group dealt out in turn. (torch.nn.ChannelShuffle) */
export class ChannelShuffle extends Module {
  static override readonly [declaration]: LayerDeclaration<ChannelShuffle> = {
    family: "reshaping",
    arguments: ({ groups }) => ({ groups }),
  };

  readonly groups: number;

  constructor(...args: readonly [groups: number] | readonly [options: { readonly groups: number }]) {
    super();
    this.groups = required(collect<{ readonly groups?: number }>("ChannelShuffle", ["groups"], args).groups, "ChannelShuffle", "groups");
  }

  override forward(x: Tensor): Tensor {
    return F.channelShuffle(x, this.groups);
  }

  override extraRepr(): string {
    return `groups=${this.groups}`;
  }
}

function windowArguments(dilation: Sizes, padding: Sizes, stride: Sizes): Readonly<Record<string, unknown>> {
  return { dilation: optional(dilation, 1), padding: optional(padding, 0), stride: optional(stride, 1) };
}

type UnfoldArguments =
  | readonly [kernelSize: Sizes, ...tail: Arguments<[dilation: Sizes, padding: Sizes, stride: Sizes], Omit<F.UnfoldOptions, "kernelSize">>]
  | readonly [options: F.UnfoldOptions & { readonly kernelSize: Sizes }];

/** Windows of images as columns: (N, C, H, W) to (N, C kH kW, windows). (torch.nn.Unfold) */
export class Unfold extends Module {
  static override readonly [declaration]: LayerDeclaration<Unfold> = {
    family: "reshaping",
    arguments: ({ kernelSize, dilation, padding, stride }) => ({ kernelSize: repeat(kernelSize, 2), ...windowArguments(dilation, padding, stride) }),
  };

  readonly kernelSize: Sizes;
  readonly dilation: Sizes;
  readonly padding: Sizes;
  readonly stride: Sizes;

  constructor(...args: UnfoldArguments) {
    super();
    const { kernelSize, dilation = 1, padding = 0, stride = 1 } = collect<F.UnfoldOptions>("Unfold", ["kernelSize", "dilation", "padding", "stride"], args);
    this.kernelSize = required(kernelSize, "Unfold", "kernel_size");
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  override forward(x: Tensor): Tensor {
    return F.unfold(x, this.kernelSize, this.dilation, this.padding, this.stride);
  }

  override extraRepr(): string {
    const { kernelSize, dilation, padding, stride } = this;
    return `kernel_size=${describeSizes(kernelSize)}, dilation=${describeSizes(dilation)}, padding=${describeSizes(padding)}, stride=${describeSizes(stride)}`;
  }
}

type FoldArguments =
  | readonly [
      outputSize: Sizes,
      kernelSize: Sizes,
      ...tail: Arguments<[dilation: Sizes, padding: Sizes, stride: Sizes], Omit<F.FoldOptions, "outputSize" | "kernelSize">>,
    ]
  | readonly [outputSize: Sizes, options: F.FoldOptions & { readonly kernelSize: Sizes }]
  | readonly [options: F.FoldOptions & { readonly outputSize: Sizes; readonly kernelSize: Sizes }];

/** Columns put back as windows of images, overlaps added: (N, C kH kW, windows) to (N, C, H, W). (torch.nn.Fold) */
export class Fold extends Module {
  static override readonly [declaration]: LayerDeclaration<Fold> = {
    family: "reshaping",
    arguments: ({ outputSize, kernelSize, dilation, padding, stride }) => ({
      outputSize,
      kernelSize: repeat(kernelSize, 2),
      ...windowArguments(dilation, padding, stride),
    }),
  };

  readonly outputSize: Sizes;
  readonly kernelSize: Sizes;
  readonly dilation: Sizes;
  readonly padding: Sizes;
  readonly stride: Sizes;

  constructor(...args: FoldArguments) {
    super();
    const names = ["outputSize", "kernelSize", "dilation", "padding", "stride"] as const;
    const { outputSize, kernelSize, dilation = 1, padding = 0, stride = 1 } = collect<F.FoldOptions>("Fold", names, args);
    this.outputSize = required(outputSize, "Fold", "output_size");
    this.kernelSize = required(kernelSize, "Fold", "kernel_size");
    this.dilation = dilation;
    this.padding = padding;
    this.stride = stride;
  }

  override forward(x: Tensor): Tensor {
    return F.fold(x, this.outputSize, this.kernelSize, this.dilation, this.padding, this.stride);
  }

  override extraRepr(): string {
    const { outputSize, kernelSize, dilation, padding, stride } = this;
    return `output_size=${describeSizes(outputSize)}, kernel_size=${describeSizes(kernelSize)}, dilation=${describeSizes(dilation)}, padding=${describeSizes(padding)}, stride=${describeSizes(stride)}`;
  }
}
