import { TypeError } from "../../errors.js";
import { collect, required, type Arguments } from "../../arguments.js";
import { flatten, unflatten, type FlattenOptions } from "../../ops/shape.js";
import { repr } from "../../print/python.js";
import type { Tensor } from "../../tensor.js";
import { declaration, optional, type LayerDeclaration } from "../declaration.js";
import { Module } from "../module.js";

/** Dimensions `startDim` to `endDim` merged into one; by default all but the batch. (torch.nn.Flatten) */
export class Flatten extends Module {
  static override readonly [declaration]: LayerDeclaration<Flatten> = {
    family: "reshaping",
    arguments: ({ startDim, endDim }) => ({ startDim: optional(startDim, 1), endDim: optional(endDim, -1) }),
    flattens: true,
  };

  readonly startDim: number;
  readonly endDim: number;

  constructor(...args: Arguments<[startDim: number, endDim: number], FlattenOptions>) {
    super();
    const { startDim = 1, endDim = -1 } = collect<FlattenOptions>("Flatten", ["startDim", "endDim"], args);
    this.startDim = startDim;
    this.endDim = endDim;
  }

  override forward(x: Tensor): Tensor {
    return flatten(x, this.startDim, this.endDim);
  }

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`;
  }
}

export interface UnflattenOptions {
  /** The dimension to split. */
  readonly dim?: number;
  /** The sizes that take its place; one may be -1. */
  readonly unflattenedSize?: readonly number[];
}

/** One dimension split into several. (torch.nn.Unflatten) */
export class Unflatten extends Module {
  static override readonly [declaration]: LayerDeclaration<Unflatten> = {
    family: "reshaping",
    arguments: ({ dim, unflattenedSize }) => ({ dim, unflattenedSize }),
  };

  readonly dim: number;
  readonly unflattenedSize: readonly number[];

  constructor(...args: Arguments<[dim: number, unflattenedSize: readonly number[]], UnflattenOptions>) {
    super();
    const { dim, unflattenedSize } = collect<UnflattenOptions>("Unflatten", ["dim", "unflattenedSize"], args);
    this.dim = required(dim, "Unflatten", "dim");
    this.unflattenedSize = required(unflattenedSize, "Unflatten", "unflattened_size");
    if (!Array.isArray(this.unflattenedSize) || !this.unflattenedSize.every(Number.isInteger)) {
      throw new TypeError(`unflattened_size must be tuple of ints, but found ${repr(this.unflattenedSize)}`);
    }
  }

  override forward(x: Tensor): Tensor {
    return unflatten(x, this.dim, this.unflattenedSize);
  }

  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=[${this.unflattenedSize.join(", ")}]`;
  }
}
