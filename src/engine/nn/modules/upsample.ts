import { collect, type Arguments } from "../../arguments.js";
import { interpolate, type InterpolationMode } from "../../ops/interpolate.js";
import { float, repr } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";
import { describeSizes, type Sizes } from "../sizes.js";

export interface UpsampleOptions {
  /** Sizes of the result. Either these or `scaleFactor`. */
  readonly size?: Sizes | null;
  /** Sizes of the result as multiples of the input's. */
  readonly scaleFactor?: Sizes | null;
  /** Default "nearest". */
  readonly mode?: InterpolationMode;
  /** Whether the first and last elements of input and output coincide; else their outer edges do. Default false. */
  readonly alignCorners?: boolean | null;
  /** Takes the scale from the rounded sizes instead of from `scaleFactor`. Default false. */
  readonly recomputeScaleFactor?: boolean | null;
}

type UpsampleArguments = Arguments<
  [size: Sizes | null, scaleFactor: Sizes | null, mode: InterpolationMode, alignCorners: boolean | null, recomputeScaleFactor: boolean | null],
  UpsampleOptions
>;

/** A sequence (N, C, L), image (N, C, H, W) or volume (N, C, D, H, W) in another size. (torch.nn.Upsample) */
export class Upsample extends Module {
  static override readonly [declaration]: LayerDeclaration<Upsample> = {
    family: "resampling",
    arguments: ({ size, scaleFactor, mode, alignCorners, recomputeScaleFactor }) => ({
      size: optional(size, null),
      scaleFactor: optional(scaleFactor, null),
      mode: optional(mode, "nearest"),
      alignCorners: optional(alignCorners, null),
      recomputeScaleFactor: optional(recomputeScaleFactor, null),
    }),
  };

  readonly size: Sizes | null;
  readonly scaleFactor: Sizes | null;
  readonly mode: InterpolationMode;
  readonly alignCorners: boolean | null;
  readonly recomputeScaleFactor: boolean | null;

  constructor(...args: UpsampleArguments) {
    super();
    const names = ["size", "scaleFactor", "mode", "alignCorners", "recomputeScaleFactor"] as const;
    const {
      size = null,
      scaleFactor = null,
      mode = "nearest",
      alignCorners = null,
      recomputeScaleFactor = null,
    } = collect<UpsampleOptions>("Upsample", names, args);
    this.size = size;
    this.scaleFactor = scaleFactor;
    this.mode = mode;
    this.alignCorners = alignCorners;
    this.recomputeScaleFactor = recomputeScaleFactor;
  }

  override forward(x: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this;
    return interpolate(x, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor });
  }

  override extraRepr(): string {
    const { size, scaleFactor, mode } = this;
    if (scaleFactor === null) return `size=${describeSizes(size)}, mode=${repr(mode)}`;
    return `scale_factor=${repr(typeof scaleFactor === "number" ? float(scaleFactor) : scaleFactor.map(float))}, mode=${repr(mode)}`;
  }
}

type UpsamplingArguments = Arguments<[size: Sizes | null, scaleFactor: Sizes | null], Pick<UpsampleOptions, "size" | "scaleFactor">>;

/** Upsample by repeating the nearest element of images. (torch.nn.UpsamplingNearest2d) */
export class UpsamplingNearest2d extends Upsample {
  static override readonly [declaration]: LayerDeclaration<UpsamplingNearest2d> = {
    family: "resampling",
    arguments: ({ size, scaleFactor }) => ({ size: optional(size, null), scaleFactor: optional(scaleFactor, null) }),
  };

  constructor(...args: UpsamplingArguments) {
    super({ ...collect<UpsampleOptions>("UpsamplingNearest2d", ["size", "scaleFactor"], args), mode: "nearest" });
  }
}

/** Upsample by interpolating images linearly, corners aligned. (torch.nn.UpsamplingBilinear2d) */
export class UpsamplingBilinear2d extends Upsample {
  static override readonly [declaration]: LayerDeclaration<UpsamplingBilinear2d> = {
    family: "resampling",
    arguments: ({ size, scaleFactor }) => ({ size: optional(size, null), scaleFactor: optional(scaleFactor, null) }),
  };

  constructor(...args: UpsamplingArguments) {
    super({ ...collect<UpsampleOptions>("UpsamplingBilinear2d", ["size", "scaleFactor"], args), mode: "bilinear", alignCorners: true });
  }
}
