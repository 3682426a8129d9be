import { ValueError } from "../../errors.js";
import { collect, required, type Arguments } from "../../arguments.js";
import * as F from "../../ops/pooling.js";
import { repr } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";
import { repeat, type Sizes } from "../sizes.js";
import type { Pooled, WithKernel } from "./poolingArguments.js";

/** Pooling to a given size. Inputs are as those of the other pooling layers. */

function describeOutputSizes(sizes: F.OutputSizes): string {
  return typeof sizes === "object" && sizes !== null ? `[${sizes.map((size) => repr(size)).join(", ")}]` : repr(sizes);
}

abstract class AdaptiveAvgPool extends Module {
  static override readonly [declaration]: LayerDeclaration<AdaptiveAvgPool> = {
    family: "pooling",
    arguments: ({ outputSize }) => ({ outputSize }),
  };

  readonly outputSize: F.OutputSizes;

  constructor(...args: readonly [outputSize: F.OutputSizes] | readonly [options: { readonly outputSize: F.OutputSizes }]) {
    super();
    this.outputSize = outputSizeOf(new.target.name, args);
  }

  protected abstract readonly pool: F.AdaptiveAvgPoolFunction;

  override forward(x: Tensor): Tensor {
    return this.pool(x, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${describeOutputSizes(this.outputSize)}`;
  }
}

/** Null is a size here, so it cannot stand for "not given". */
function outputSizeOf(layer: string, args: readonly unknown[]): F.OutputSizes {
  const { outputSize } = collect<{ readonly outputSize?: F.OutputSizes; readonly returnIndices?: boolean }>(layer, ["outputSize", "returnIndices"], args);
  return outputSize === undefined ? required<never>(null, layer, "output_size") : outputSize;
}

/** The averages of as many windows of a sequence as are asked for. (torch.nn.AdaptiveAvgPool1d) */
export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  protected override get pool(): F.AdaptiveAvgPoolFunction {
    return F.adaptiveAvgPool1d;
  }
}

/** The averages of as many windows of an image as are asked for; null keeps a size. (torch.nn.AdaptiveAvgPool2d) */
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  protected override get pool(): F.AdaptiveAvgPoolFunction {
    return F.adaptiveAvgPool2d;
  }
}

/** The averages of as many windows of a volume as are asked for; null keeps a size. (torch.nn.AdaptiveAvgPool3d) */
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  protected override get pool(): F.AdaptiveAvgPoolFunction {
    return F.adaptiveAvgPool3d;
  }
}

interface ReturnIndicesOptions<ReturnIndices extends boolean> {
  /** Gives the positions of the maxima too. Default false. */
  readonly returnIndices?: ReturnIndices;
}

abstract class AdaptiveMaxPool<ReturnIndices extends boolean> extends Module {
  static override readonly [declaration]: LayerDeclaration<AdaptiveMaxPool<boolean>> = {
    family: "pooling",
    arguments: ({ outputSize, returnIndices }) => ({ outputSize, returnIndices: optional(returnIndices, false) }),
  };

  readonly outputSize: F.OutputSizes;
  readonly returnIndices: boolean;

  constructor(outputSize: F.OutputSizes, options?: ReturnIndicesOptions<ReturnIndices>);
  constructor(outputSize: F.OutputSizes, returnIndices: ReturnIndices);
  constructor(options: ReturnIndicesOptions<ReturnIndices> & { readonly outputSize: F.OutputSizes });
  constructor(...args: unknown[]) {
    super();
    this.outputSize = outputSizeOf(new.target.name, args);
    this.returnIndices =
      collect<ReturnIndicesOptions<boolean> & { readonly outputSize?: unknown }>(new.target.name, ["outputSize", "returnIndices"], args).returnIndices ?? false;
  }

  protected abstract readonly pool: F.AdaptiveMaxPoolFunction;

  override forward(x: Tensor): Pooled<ReturnIndices> {
    return this.pool(x, this.outputSize, this.returnIndices) as Pooled<ReturnIndices>;
  }

  override extraRepr(): string {
    return `output_size=${describeOutputSizes(this.outputSize)}`;
  }
}

/** The largest elements of as many windows of a sequence as are asked for. (torch.nn.AdaptiveMaxPool1d) */
export class AdaptiveMaxPool1d<ReturnIndices extends boolean = false> extends AdaptiveMaxPool<ReturnIndices> {
  protected override get pool(): F.AdaptiveMaxPoolFunction {
    return F.adaptiveMaxPool1d;
  }
}

/** The largest elements of as many windows of an image as are asked for; null keeps a size. (torch.nn.AdaptiveMaxPool2d) */
export class AdaptiveMaxPool2d<ReturnIndices extends boolean = false> extends AdaptiveMaxPool<ReturnIndices> {
  protected override get pool(): F.AdaptiveMaxPoolFunction {
    return F.adaptiveMaxPool2d;
  }
}

/** The largest elements of as many windows of a volume as are asked for; null keeps a size. (torch.nn.AdaptiveMaxPool3d) */
export class AdaptiveMaxPool3d<ReturnIndices extends boolean = false> extends AdaptiveMaxPool<ReturnIndices> {
  protected override get pool(): F.AdaptiveMaxPoolFunction {
    return F.adaptiveMaxPool3d;
  }
}

// ---- windows at random distances

export interface FractionalMaxPoolOptions<ReturnIndices extends boolean> {
  /** Sizes of the output. Either this or `outputRatio`. */
  readonly outputSize?: Sizes | null;
  /** Sizes of the output as parts of the input's, between 0 and 1. */
  readonly outputRatio?: Sizes | null;
  /** Gives the positions of the maxima too. Default false. */
  readonly returnIndices?: ReturnIndices;
}

type FractionalMaxPoolArguments<ReturnIndices extends boolean> = WithKernel<
  Arguments<[outputSize: Sizes | null, outputRatio: Sizes | null, returnIndices: ReturnIndices], FractionalMaxPoolOptions<ReturnIndices>>,
  FractionalMaxPoolOptions<ReturnIndices>
>;

abstract class FractionalMaxPool<ReturnIndices extends boolean> extends Module {
  static override readonly [declaration]: LayerDeclaration<FractionalMaxPool<boolean>> = {
    family: "pooling",
    arguments: ({ kernelSize, outputSize, outputRatio, returnIndices }) => ({
      kernelSize,
      outputSize: optional(outputSize, null),
      outputRatio: optional(outputRatio, null),
      returnIndices: optional(returnIndices, false),
    }),
  };

  readonly kernelSize: readonly number[];
  readonly outputSize: readonly number[] | null;
  readonly outputRatio: readonly number[] | null;
  readonly returnIndices: boolean;

  constructor(dims: number, args: FractionalMaxPoolArguments<ReturnIndices>) {
    super();
    const names = ["kernelSize", "outputSize", "outputRatio", "returnIndices"] as const;
    const given = collect<FractionalMaxPoolOptions<boolean> & { readonly kernelSize?: Sizes }>(new.target.name, names, args);
    this.kernelSize = repeat(required(given.kernelSize, this.constructor.name, "kernel_size"), dims);
    this.returnIndices = given.returnIndices ?? false;
    this.outputSize = given.outputSize == null ? null : repeat(given.outputSize, dims);
    this.outputRatio = given.outputRatio == null ? null : repeat(given.outputRatio, dims);
    const name = this.constructor.name;
    if (this.outputSize === null && this.outputRatio === null) throw new ValueError(`${name} requires specifying either an output size, or a pooling ratio`);
    if (this.outputSize !== null && this.outputRatio !== null) throw new ValueError("only one of output_size and output_ratio may be specified");
    if (this.outputRatio?.some((ratio) => !(ratio > 0 && ratio < 1))) {
      throw new ValueError(`output_ratio must be between 0 and 1 (got ${repr(this.outputRatio)})`);
    }
  }

  override forward(x: Tensor): Pooled<ReturnIndices> {
    const { outputSize, outputRatio, returnIndices } = this;
    const pool = this.kernelSize.length === 2 ? F.fractionalMaxPool2d : F.fractionalMaxPool3d;
    return pool(x, this.kernelSize, { outputSize, outputRatio, returnIndices }) as Pooled<ReturnIndices>;
  }
}

/** The largest elements of windows of an image at random distances. (torch.nn.FractionalMaxPool2d) */
export class FractionalMaxPool2d<ReturnIndices extends boolean = false> extends FractionalMaxPool<ReturnIndices> {
  constructor(...args: FractionalMaxPoolArguments<ReturnIndices>) {
    super(2, args);
  }
}

/** The largest elements of windows of a volume at random distances. (torch.nn.FractionalMaxPool3d) */
export class FractionalMaxPool3d<ReturnIndices extends boolean = false> extends FractionalMaxPool<ReturnIndices> {
  constructor(...args: FractionalMaxPoolArguments<ReturnIndices>) {
    super(3, args);
  }
}
