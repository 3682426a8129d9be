import { defineComposite } from "../dispatch/index.js";
import { RuntimeError } from "../errors.js";
import { equalSizes, formatSizes } from "../size.js";
import type { Tensor } from "../tensor.js";
import { collect, requiredFirst, type Arguments, type WithRequired } from "../arguments.js";
import { slice } from "./indexing.js";
import { asStrided, clone, diagonal, select, transpose, type DiagonalOptions } from "./shape.js";
import { computes, ofParts } from "../operation.js";

/** Copies of a tensor in which a part that a view sees is another tensor's: writes to views, without writing. */

function withPart(x: Tensor, source: Tensor, view: (whole: Tensor) => Tensor): Tensor {
  const whole = clone(x);
  const part = view(whole);
  if (!equalSizes(part.sizes, source.sizes)) {
    throw new RuntimeError(
      `expected src to have a size equal to the slice of self. src size = ${formatSizes(source.sizes)}, slice size = ${formatSizes(part.sizes)}`,
    );
  }
  part.copy_(source);
  return whole;
}

const selectScatterOf = defineComposite(
  { name: "selectScatter", effect: computes, multiplyAdds: ofParts, arguments: ["input", "src", "dim", "index"] },
  (x: Tensor, src: Tensor, dim: number, index: number): Tensor => {
    return withPart(x, src, (whole) => select(whole, dim, index));
  },
);

/** A copy of x with `src` as the slice at `index` of a dimension. (torch.select_scatter) */
export function selectScatter(
  x: Tensor,
  ...args: WithRequired<[src: Tensor, dim: number, index: number], { readonly src: Tensor; readonly dim: number; readonly index: number }, [], object>
): Tensor {
  const [[src, dim, index], rest] = requiredFirst<[src: Tensor, dim: number, index: number]>("select_scatter", ["src", "dim", "index"], args);
  collect<object>("selectScatter", [], rest);
  return selectScatterOf(x, src, dim, index);
}

const sliceScatterOf = defineComposite(
  { name: "sliceScatter", effect: computes, multiplyAdds: ofParts, arguments: ["input", "src", ["dim", 0], "start", "end", ["step", 1]] },
  (x: Tensor, src: Tensor, dim: number, start: number | null, end: number | null, step: number): Tensor => {
    return withPart(x, src, (whole) => transpose(transpose(whole, 0, dim).at(slice(start, end, step)), 0, dim));
  },
);

export interface SliceScatterOptions {
  /** Default 0. */
  readonly dim?: number;
  /** Default: from the first slice. */
  readonly start?: number | null;
  /** Default: to the last slice. */
  readonly end?: number | null;
  /** Default 1. */
  readonly step?: number;
}

/** A copy of x with `src` as the slices from `start` up to but without `end` of a dimension. (torch.slice_scatter) */
export function sliceScatter(
  x: Tensor,
  ...args: WithRequired<[src: Tensor], { readonly src: Tensor }, [dim: number, start: number | null, end: number | null, step: number], SliceScatterOptions>
): Tensor {
  const [[src], rest] = requiredFirst<[src: Tensor]>("slice_scatter", ["src"], args);
  const { dim = 0, start = null, end = null, step = 1 } = collect<SliceScatterOptions>("sliceScatter", ["dim", "start", "end", "step"], rest);
  return sliceScatterOf(x, src, dim, start, end, step);
}

const diagonalScatterOf = defineComposite(
  { name: "diagonalScatter", effect: computes, multiplyAdds: ofParts, arguments: ["input", "src", { offset: 0, dim1: 0, dim2: 1 }] },
  (x: Tensor, src: Tensor, options: DiagonalOptions): Tensor => {
    return withPart(x, src, (whole) => diagonal(whole, options));
  },
);

/** A copy of x with `src` as the diagonal of two dimensions. (torch.diagonal_scatter) */
export function diagonalScatter(
  x: Tensor,
  ...args: WithRequired<[src: Tensor], { readonly src: Tensor }, [offset: number, dim1: number, dim2: number], DiagonalOptions>
): Tensor {
  const [[src], rest] = requiredFirst<[src: Tensor]>("diagonal_scatter", ["src"], args);
  return diagonalScatterOf(x, src, collect<DiagonalOptions>("diagonalScatter", ["offset", "dim1", "dim2"], rest));
}

type StridedScatterArguments = Arguments<[storageOffset: number], { readonly storageOffset?: number }>;

const asStridedScatterOf = defineComposite(
  { name: "asStridedScatter", effect: computes, multiplyAdds: ofParts, arguments: ["input", "src", "size", "stride", "storageOffset"] },
  (x: Tensor, src: Tensor, size: readonly number[], stride: readonly number[], offset: number): Tensor => {
    return withPart(x, src, (whole) => asStrided(whole, size, stride, offset));
  },
);

/** A copy of x with `src` as the window of these sizes and strides. (torch.as_strided_scatter) */
export function asStridedScatter(x: Tensor, src: Tensor, size: readonly number[], stride: readonly number[], ...args: StridedScatterArguments): Tensor {
  return asStridedScatterOf(x, src, size, stride, collect<{ storageOffset?: number }>("asStridedScatter", ["storageOffset"], args).storageOffset ?? 0);
}
