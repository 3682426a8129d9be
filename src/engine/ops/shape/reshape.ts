import { linearInEach, defineComposite, defineOperation, defineView, type ViewRow } from "../../dispatch/index.js";
import { RuntimeError } from "../../errors.js";
import { copy } from "../../kernels/elementwise.js";
import { contiguousStrides, equalSizes, formatSizes, product } from "../../size.js";
import { normalizeDim, Tensor, type Window } from "../../tensor.js";
import { takingOnly, collect, inOrder, listOf, type AllArguments, type Arguments, type Dims, type Numbers } from "../../arguments.js";
import { distinctDims } from "../rules/reducedDims.js";
import { inferSizes, inShape, permuted, stridesFor } from "../rules/windows.js";
import { views, notCounted, ofParts } from "../../operation.js";
import { contiguous } from "./copies.js";

// ---- the same elements in another shape

/** A row whose view has the same elements in another shape; backward gives the gradient the old one. */
function reshapingRow(name: string): ViewRow<[x: Tensor, sizes: readonly number[]]> {
  return {
    name,
    effect: views,
    arguments: ["input", "shape"],
    gradientName: "ViewBackward0",
    window(x, given) {
      const sizes = inferSizes(given, x.numel());
      const strides = stridesFor(x, sizes);
      if (strides === null) {
        throw new RuntimeError(
          "view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.",
        );
      }
      return { sizes, strides, offset: x.offset };
    },
    backward: (gradient, x) => inShape(gradient, x.sizes),
  };
}

const viewOperation = defineView(reshapingRow("view"));

const reshapeView = defineView(reshapingRow("reshape"));

const reshapeAlias = defineView<[x: Tensor, sizes: readonly number[]]>({
  ...reshapingRow("reshape"),
  gradientName: "ReshapeAliasBackward0",
});

const reshapeCopy = defineOperation<[x: Tensor, sizes: readonly number[]]>({
  name: "reshape",
  effect: views,
  multiplyAdds: notCounted,
  arguments: ["input", "shape"],
  gradientName: "UnsafeViewBackward0",
  infer: (x, sizes) => ({ sizes: inferSizes(sizes, x.numel()), dtype: x.dtype }),
  forward: (output, x) => copy(new Tensor(output.storage, x.sizes, contiguousStrides(x.sizes), output.offset), x),
  backward: (gradient, { args: [x] }) => [inShape(gradient, x.sizes)],
  recordedBackward: linearInEach(0),
});

function flattenedSizes(x: Tensor, startDim: number, endDim: number): readonly number[] {
  const { sizes } = x;
  const start = normalizeDim(startDim, sizes.length);
  const end = normalizeDim(endDim, sizes.length);
  if (start > end) throw new RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim");
  if (sizes.length === 0) return [1];
  return [...sizes.slice(0, start), product(sizes.slice(start, end + 1)), ...sizes.slice(end + 1)];
}

/** The same memory in another shape; one size may be -1 and follows from the others. Throws where only a copy could have that shape. (Tensor.view) */
export function view(x: Tensor, ...sizes: Numbers | [options: { readonly size: readonly number[] }]): Tensor {
  return viewOperation(x, [...listOf("view", sizes, "size")]);
}

/** `view` in the shape of another tensor. (Tensor.view_as) */
export function viewAs(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  const [other] = inOrder("view_as", ["other"], args);
  return viewOperation(x, other.sizes);
}

/** The same elements in another shape, a view where possible; one size may be -1 and follows from the others. (torch.reshape) */
export function reshape(x: Tensor, ...shape: Numbers | [options: { readonly shape: readonly number[] }]): Tensor {
  return reshapeTo(x, [...listOf("reshape", shape, "shape")]);
}

function reshapeTo(x: Tensor, sizes: readonly number[]): Tensor {
  if (x.isContiguous()) return reshapeView(x, sizes);
  return stridesFor(x, inferSizes(sizes, x.numel())) !== null ? reshapeAlias(x, sizes) : reshapeCopy(x, sizes);
}

/** `reshape` to the shape of another tensor. (Tensor.reshape_as) */
export function reshapeAs(x: Tensor, ...args: AllArguments<[other: Tensor], { readonly other: Tensor }>): Tensor {
  const [other] = inOrder("reshape_as", ["other"], args);
  return reshapeTo(x, other.sizes);
}

export interface FlattenOptions {
  /** First dimension to merge. Default 0. */
  readonly startDim?: number;
  /** Last dimension to merge. Default -1, the last. */
  readonly endDim?: number;
}

const flattenOperation = defineComposite(
  { name: "flatten", effect: views, multiplyAdds: ofParts, arguments: ["input", ["startDim", 0], ["endDim", -1]] },
  (x: Tensor, startDim: number, endDim: number): Tensor => {
    const sizes = flattenedSizes(x, startDim, endDim);
    return equalSizes(sizes, x.sizes) ? x : reshapeTo(x, sizes);
  },
);

/** Dimensions `startDim` to `endDim` merged into one. (torch.flatten) */
export function flatten(x: Tensor, ...args: Arguments<[startDim: number, endDim: number], FlattenOptions>): Tensor {
  const { startDim = 0, endDim = -1 } = collect<FlattenOptions>("flatten", ["startDim", "endDim"], args);
  return flattenOperation(x, startDim, endDim);
}

/** All elements in one dimension. (torch.ravel) */
export const ravel: (x: Tensor) => Tensor = defineComposite(
  { name: "ravel", effect: views, multiplyAdds: ofParts, arguments: ["input"] },
  (x: Tensor): Tensor => {
    return reshapeTo(contiguous(x), [-1]);
  },
);

const unflattenOperation = defineView<[x: Tensor, dim: number, sizes: readonly number[]]>({
  name: "unflatten",
  effect: views,
  arguments: ["input", "dim", "sizes"],
  gradientName: "ViewBackward0",
  window(x, dim, sizes) {
    if (sizes.length === 0) throw new RuntimeError("unflatten: sizes must be non-empty");
    const at = normalizeDim(dim, x.sizes.length);
    const size = x.sizes[at]!;
    const known = sizes.reduce((total, each) => (each === -1 ? total : total * each), 1);
    if (sizes.includes(-1) ? size % known !== 0 : known !== size) {
      throw new RuntimeError(`unflatten: Provided sizes ${formatSizes(sizes)} don't multiply up to the size of dim ${at} (${size}) in the input tensor`);
    }
    const inferred = inferSizes(sizes, size);
    const stride = x.strides[at]!;
    return {
      sizes: [...x.sizes.slice(0, at), ...inferred, ...x.sizes.slice(at + 1)],
      strides: [...x.strides.slice(0, at), ...contiguousStrides(inferred).map((step) => step * stride), ...x.strides.slice(at + 1)],
      offset: x.offset,
    };
  },
  backward: (gradient, x) => inShape(gradient, x.sizes),
});

/** One dimension split into several; one of `sizes` may be -1. (torch.unflatten) */
export function unflatten(
  x: Tensor,
  ...args: AllArguments<[dim: number, sizes: readonly number[]], { readonly dim: number; readonly sizes: readonly number[] }>
): Tensor {
  return unflattenOperation(x, ...inOrder("unflatten", ["dim", "sizes"], args));
}

// ---- dimensions of size 1

function squeezed(x: Tensor, drop: (dim: number) => boolean): Window {
  const kept = [...x.sizes.keys()].filter((dim) => !(x.sizes[dim] === 1 && drop(dim)));
  return permuted(x, kept);
}

const squeezeOperation = defineView<[x: Tensor, dim: Dims | null]>({
  name: "squeeze",
  effect: views,
  arguments: ["input", "dim"],
  gradientName: (_, dim) => (dim === null ? "SqueezeBackward0" : typeof dim === "number" ? "SqueezeBackward1" : "SqueezeBackward2"),
  window(x, dim) {
    if (dim === null) return squeezed(x, () => true);
    const dims = distinctDims(typeof dim === "number" ? [dim] : dim, x.sizes.length);
    return squeezed(x, (each) => dims.includes(each));
  },
  backward: (gradient, x) => inShape(gradient, x.sizes),
});

/** Without the dimensions of size 1: all, or of those in `dim` alone. (torch.squeeze) */
export function squeeze(x: Tensor, ...args: Arguments<[dim: Dims], { readonly dim?: Dims }>): Tensor {
  return squeezeOperation(x, collect<{ dim?: Dims }>("squeeze", ["dim"], args).dim ?? null);
}

const unsqueezeOperation = defineView<[x: Tensor, dim: number]>({
  name: "unsqueeze",
  effect: views,
  arguments: ["input", "dim"],
  window(x, dim) {
    const at = normalizeDim(dim, x.sizes.length + 1);
    const stride = at < x.sizes.length ? x.sizes[at]! * x.strides[at]! : 1;
    return {
      sizes: [...x.sizes.slice(0, at), 1, ...x.sizes.slice(at)],
      strides: [...x.strides.slice(0, at), stride, ...x.strides.slice(at)],
      offset: x.offset,
    };
  },
  backward: (gradient, x) => inShape(gradient, x.sizes),
});

/** With a dimension of size 1 put in at `dim`. (torch.unsqueeze) */
export function unsqueeze(x: Tensor, ...args: AllArguments<[dim: number], { readonly dim: number }>): Tensor {
  return unsqueezeOperation(x, ...inOrder("unsqueeze", ["dim"], args));
}

/** At least one dimension. (torch.atleast_1d) */
export const atleast1d: (x: Tensor) => Tensor = takingOnly("atleast1d", ["x"], (x: Tensor): Tensor => {
  return x.sizes.length >= 1 ? x : reshapeTo(x, [1]);
});

/** At least two dimensions; a vector becomes one row. (torch.atleast_2d) */
export const atleast2d: (x: Tensor) => Tensor = takingOnly("atleast2d", ["x"], (x: Tensor): Tensor => {
  if (x.sizes.length >= 2) return x;
  return x.sizes.length === 1 ? unsqueeze(x, 0) : reshapeTo(x, [1, 1]);
});

/** At least three dimensions; a vector becomes the middle one, a matrix the first two. (torch.atleast_3d) */
export const atleast3d: (x: Tensor) => Tensor = defineComposite(
  { name: "atleast3d", effect: views, multiplyAdds: ofParts, arguments: ["input"] },
  (x: Tensor): Tensor => {
    if (x.sizes.length >= 3) return x;
    if (x.sizes.length === 2) return unsqueeze(x, -1);
    return x.sizes.length === 1 ? unsqueeze(unsqueeze(x, 0), -1) : reshapeTo(x, [1, 1, 1]);
  },
);
