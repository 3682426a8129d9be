import { diagonalDims } from "../rules/matrixDims.js";
import { asOneOfSeveral, defineComposite, defineView } from "../../dispatch/index.js";
import { IndexError, RuntimeError } from "../../errors.js";
import { copy } from "../../kernels/elementwise.js";
import { formatSizes } from "../../size.js";
import { normalizeDim, Tensor, through } from "../../tensor.js";
import {
  collect,
  inOrder,
  required,
  requiredFirst,
  requireIntegers,
  type AllArguments,
  type Arguments,
  type Dims,
  type WithRequired,
} from "../../arguments.js";
import { accumulated, permuted, slicedWindow } from "../rules/windows.js";
import { rangeIndex, indexAlong, type Part, ofParts } from "../../operation.js";

// ---- parts

const selectOperation = defineView<[x: Tensor, dim: number, index: number]>({
  name: "select",
  effect: { kind: "part", parts: ([x, dim, index]) => [{ index: indexAlong(x.sizes, dim, index < 0 ? index + x.sizes.at(dim)! : index) }] },
  arguments: ["input", "dim", "index"],
  window(x, dim, index) {
    if (x.sizes.length === 0) throw new IndexError("select() cannot be applied to a 0-dim tensor.");
    const at = normalizeDim(dim, x.sizes.length);
    const size = x.sizes[at]!;
    if (!Number.isInteger(index) || index < -size || index >= size) {
      throw new IndexError(`select(): index ${index} out of range for tensor of size ${formatSizes(x.sizes)} at dimension ${at}`);
    }
    const position = index < 0 ? index + size : index;
    const others = [...x.sizes.keys()].filter((each) => each !== at);
    return { ...permuted(x, others), offset: x.offset + position * x.strides[at]! };
  },
});

/** One slice of a dimension, which is dropped. (torch.select) */
export function select(x: Tensor, ...args: AllArguments<[dim: number, index: number], { readonly dim: number; readonly index: number }>): Tensor {
  return selectOperation(x, ...inOrder("select", ["dim", "index"], args));
}

const narrowOperation = defineView<[x: Tensor, dim: number, start: number, length: number]>({
  name: "narrow",
  effect: {
    kind: "part",
    parts: ([x, dim, start, length]) => {
      const first = start < 0 ? start + x.sizes.at(dim)! : start;
      return [{ index: rangeIndex(x.sizes, dim, first, first + length) }];
    },
  },
  arguments: ["input", "dim", "start", "length"],
  gradientName: "SliceBackward0",
  window(x, dim, start, length) {
    if (x.sizes.length === 0) throw new RuntimeError("narrow() cannot be applied to a 0-dim tensor.");
    const at = normalizeDim(dim, x.sizes.length);
    const size = x.sizes[at]!;
    requireIntegers("narrow", start, length);
    if (length < 0) throw new RuntimeError("narrow(): length must be non-negative.");
    if (start < -size || start > size) {
      throw new IndexError(`start out of range (expected to be in range of [${-size}, ${size}], but got ${start})`);
    }
    const first = start < 0 ? start + size : start;
    if (first + length > size) throw new RuntimeError(`start (${first}) + length (${length}) exceeds dimension size (${size}).`);
    return slicedWindow(x, at, first, first + length, 1);
  },
});

/** `length` slices of a dimension from `start` on, which a tensor without dimensions may say. (torch.narrow) */
export function narrow(
  x: Tensor,
  ...args: AllArguments<
    [dim: number, start: number | Tensor, length: number],
    { readonly dim: number; readonly start: number | Tensor; readonly length: number }
  >
): Tensor {
  const [dim, start, length] = inOrder<[dim: number, start: number | Tensor, length: number]>("narrow", ["dim", "start", "length"], args);
  if (!(start instanceof Tensor)) return narrowOperation(x, dim, start, length);
  if (start.sizes.length > 0 || start.dtype.category !== "integer") throw new RuntimeError("start must be an 0-dim integral Tensor.");
  return narrowOperation(x, dim, start.item(), length);
}

const diagonalOperation = defineView<[x: Tensor, offset: number, dim1: number, dim2: number]>({
  name: "diagonal",
  effect: {
    kind: "part",
    parts: ([, ...at]) => [{ index: `.diagonal(${(at[1] === 0 && at[2] === 1 ? at.slice(0, at[0] && 1) : at).join(", ")})` }],
  },
  arguments: ["input", ["offset", 0], ["dim1", 0], ["dim2", 1]],
  window(x, offset, dim1, dim2) {
    const [rows, columns] = diagonalDims(dim1, dim2, x.sizes.length);
    const length = Math.max(0, offset >= 0 ? Math.min(x.sizes[rows]!, x.sizes[columns]! - offset) : Math.min(x.sizes[rows]! + offset, x.sizes[columns]!));
    const others = permuted(
      x,
      [...x.sizes.keys()].filter((dim) => dim !== rows && dim !== columns),
    );
    const start = offset >= 0 ? offset * x.strides[columns]! : -offset * x.strides[rows]!;
    return {
      sizes: [...others.sizes, length],
      strides: [...others.strides, x.strides[rows]! + x.strides[columns]!],
      offset: x.offset + (length === 0 ? 0 : start),
    };
  },
});

export interface DiagonalOptions {
  /** 0 is the main diagonal, above it is positive, below negative. Default 0. */
  readonly offset?: number;
  /** The rows. Default 0. */
  readonly dim1?: number;
  /** The columns. Default 1. */
  readonly dim2?: number;
}

/** The diagonal of two dimensions, as the last dimension. (torch.diagonal) */
export function diagonal(x: Tensor, ...args: Arguments<[offset: number, dim1: number, dim2: number], DiagonalOptions>): Tensor {
  const { offset = 0, dim1 = 0, dim2 = 1 } = collect<DiagonalOptions>("diagonal", ["offset", "dim1", "dim2"], args);
  return diagonalOperation(x, offset, dim1, dim2);
}

const asStridedOperation = defineView<[x: Tensor, sizes: readonly number[], strides: readonly number[], offset: number]>({
  name: "asStrided",
  effect: {
    kind: "part",
    parts: ([, sizes, strides, offset]) => [{ index: `.asStrided([${sizes.join(", ")}], [${strides.join(", ")}]${offset ? `, ${offset}` : ""})` }],
  },
  arguments: ["input", "size", "stride", "storageOffset"],
  window(x, sizes, strides, offset) {
    if (sizes.length !== strides.length) throw new RuntimeError("mismatch in length of strides and shape");
    const needed = sizes.includes(0) ? 0 : sizes.reduce((last, size, i) => last + (size - 1) * strides[i]!, offset) + 1;
    if (needed > x.storage.length) {
      const { itemSize } = x.dtype;
      throw new RuntimeError(
        `setStorage: sizes ${formatSizes(sizes)}, strides ${formatSizes(strides)}, storage offset ${offset}, and itemsize ${itemSize} requiring a storage size of ${needed * itemSize} are out of bounds for storage of size ${x.storage.length * itemSize}`,
      );
    }
    return { sizes, strides, offset };
  },
  backward(gradient, x, sizes, strides, offset) {
    // Gathered where the elements lie in memory, then read as x lies there.
    const memory = accumulated(gradient, [x.storage.length], () => ({ sizes, strides, offset }));
    const result = Tensor.allocate(x.sizes, gradient.dtype, gradient.device);
    copy(result, through(x, memory));
    return result;
  },
});

type StridedArguments = WithRequired<
  [size: readonly number[], stride: readonly number[]],
  { readonly size: readonly number[]; readonly stride: readonly number[] },
  [storageOffset: number],
  { readonly storageOffset?: number }
>;

/** A window on the memory of `x`, by sizes, strides and offset in elements. (torch.as_strided) */
export function asStrided(x: Tensor, ...args: StridedArguments): Tensor {
  const [[size, stride], rest] = requiredFirst<[size: readonly number[], stride: readonly number[]]>("as_strided", ["size", "stride"], args);
  const { storageOffset = x.offset } = collect<{ storageOffset?: number }>("asStrided", ["storageOffset"], rest);
  return asStridedOperation(x, size, stride, storageOffset);
}

// ---- lists of parts

/** What the results of cutting a dimension into neighbouring pieces are of it; null where they overlap or leave something out. */
function piecesOf(x: Tensor, along: number, results: readonly { readonly sizes: readonly number[] }[]): readonly Part[] | null {
  const dim = normalizeDim(along, x.sizes.length);
  const size = x.sizes[dim]!;
  let end = 0;
  const pieces = results.map(({ sizes }, i): Part => {
    const start = end;
    end += sizes[dim]!;
    return { index: rangeIndex(x.sizes, dim, start, end), piece: { number: i + 1, of: results.length } };
  });
  return end === size ? pieces : null;
}

/** The parts that `bounds` cut a dimension into, each a view under `name`'s gradient. */
function definePart(name: string, gradientName: string): (x: Tensor, dim: number, start: number, end: number) => Tensor {
  return defineView<[x: Tensor, dim: number, start: number, end: number]>({
    name,
    effect: { kind: "part", parts: ([x, dim, start, end]) => [{ index: rangeIndex(x.sizes, dim, start, end) }] },
    arguments: ["input", "dim", "start", "end"],
    gradientName,
    window: (x, dim, start, end) => slicedWindow(x, dim, start, end, 1),
  });
}

const splitPart = definePart("split", "SplitBackward0");

const slicePart = definePart("slice", "SliceBackward0");

const splitWithSizesPart = definePart("splitWithSizes", "SplitWithSizesBackward0");

function parts(x: Tensor, dim: number, lengths: readonly number[], part: typeof splitPart): Tensor[] {
  let start = 0;
  return lengths.map((length) => part(x, dim, start, (start += length)));
}

function evenLengths(total: number, size: number): number[] {
  const count = size === 0 ? 1 : Math.max(1, Math.ceil(total / size));
  return Array.from({ length: count }, (_, i) => Math.min(size, total - i * size));
}

export interface DimOptions {
  /** Default 0. */
  readonly dim?: number;
}

const splitOperation = defineComposite(
  {
    name: "split",
    effect: { kind: "part", parts: ([x, , dim], results) => piecesOf(x, dim, results) },
    multiplyAdds: ofParts,
    arguments: ["input", "splitSize", ["dim", 0]],
  },
  (x: Tensor, size: number | readonly number[], along: number): Tensor[] => {
    if (x.sizes.length === 0) throw new RuntimeError("split expects at least a 1-dimensional tensor");
    const dim = normalizeDim(along, x.sizes.length);
    const total = x.sizes[dim]!;
    if (typeof size === "number") {
      if (size < 0) throw new RuntimeError(`split expects split_size be non-negative, but got split_size=${size}`);
      if (size === 0 && total !== 0) throw new RuntimeError(`split_size can only be 0 if dimension size is 0, but got dimension size of ${total}`);
      return asOneOfSeveral(parts(x, dim, evenLengths(total, size), splitPart));
    }
    if (size.some((each) => each < 0)) {
      throw new RuntimeError(`split_with_sizes expects split_sizes have only non-negative entries, but got split_sizes=${formatSizes(size)}`);
    }
    if (size.reduce((sum, each) => sum + each, 0) !== total) {
      throw new RuntimeError(
        `split_with_sizes expects split_sizes to sum exactly to ${total} (input tensor's size at dimension ${dim}), but got split_sizes=${formatSizes(size)}`,
      );
    }
    return asOneOfSeveral(parts(x, dim, size, splitWithSizesPart));
  },
);

/** Parts of `size` slices each along a dimension, the last one smaller where it does not divide; or parts of the sizes listed. (torch.split) */
export function split(
  x: Tensor,
  ...args: WithRequired<[splitSizeOrSections: Dims], { readonly splitSizeOrSections: Dims } | { readonly splitSize: Dims }, [dim: number], DimOptions>
): Tensor[] {
  // By name, the sizes are `split_size_or_sections` in torch.split and `split_size` in Tensor.split.
  const {
    splitSizeOrSections,
    splitSize = splitSizeOrSections,
    dim = 0,
  } = collect<DimOptions & { splitSizeOrSections?: Dims; splitSize?: Dims }>("split", ["splitSizeOrSections", "dim"], args, ["splitSize"]);
  return splitOperation(x, required(splitSize, "split", "split_size_or_sections"), dim);
}

/** Parts of the sizes listed. (torch.split_with_sizes) */
export function splitWithSizes(
  x: Tensor,
  ...args: WithRequired<[splitSizes: readonly number[]], { readonly splitSizes: readonly number[] }, [dim: number], DimOptions>
): Tensor[] {
  const [[sizes], rest] = requiredFirst<[splitSizes: readonly number[]]>("split_with_sizes", ["splitSizes"], args);
  return splitOperation(x, sizes, collect<DimOptions>("splitWithSizes", ["dim"], rest).dim ?? 0);
}

const chunkOperation = defineComposite(
  {
    name: "chunk",
    effect: { kind: "part", parts: ([x, , dim], results) => piecesOf(x, dim, results) },
    multiplyAdds: ofParts,
    arguments: ["input", "chunks", ["dim", 0]],
  },
  (x: Tensor, chunks: number, along: number): Tensor[] => {
    if (x.sizes.length === 0) throw new RuntimeError("chunk expects at least a 1-dimensional tensor");
    if (!(chunks > 0)) throw new RuntimeError(`chunk expects \`chunks\` to be greater than 0, got: ${chunks}`);
    const dim = normalizeDim(along, x.sizes.length);
    const total = x.sizes[dim]!;
    const size = Math.ceil(total / chunks);
    return asOneOfSeveral(parts(x, dim, size === 0 ? new Array<number>(chunks).fill(0) : evenLengths(total, size), splitPart));
  },
);

/** At most `chunks` parts of equal size along a dimension; the last may be smaller. (torch.chunk) */
export function chunk(x: Tensor, ...args: WithRequired<[chunks: number], { readonly chunks: number }, [dim: number], DimOptions>): Tensor[] {
  const { chunks, dim = 0 } = collect<DimOptions & { readonly chunks?: number }>("chunk", ["chunks", "dim"], args);
  return chunkOperation(x, required(chunks, "chunk", "chunks"), dim);
}

const tensorSplitOperation = defineComposite(
  {
    name: "tensorSplit",
    effect: { kind: "part", parts: ([x, , dim], results) => piecesOf(x, dim, results) },
    multiplyAdds: ofParts,
    arguments: ["input", "sections", ["dim", 0]],
  },
  (x: Tensor, sections: number | readonly number[], along: number): Tensor[] => {
    if (x.sizes.length === 0) throw new RuntimeError("tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 dims");
    const dim = normalizeDim(along, x.sizes.length);
    const total = x.sizes[dim]!;
    if (typeof sections === "number") {
      if (sections <= 0) throw new RuntimeError(`number of sections must be larger than 0, got ${sections}`);
      const longer = total % sections;
      const lengths = Array.from({ length: sections }, (_, i) => Math.floor(total / sections) + (i < longer ? 1 : 0));
      return parts(x, dim, lengths, slicePart);
    }
    const clamp = (bound: number): number => Math.min(Math.max(bound < 0 ? bound + total : bound, 0), total);
    const bounds = [0, ...sections.map(clamp)];
    return bounds.map((start, i) => slicePart(x, dim, start, Math.max(start, bounds[i + 1] ?? total)));
  },
);

type SectionsByName = { readonly indicesOrSections: Dims } | { readonly indices: readonly number[] } | { readonly sections: number };

/** A number of parts as equal as can be, or the parts between the indices listed. (torch.tensor_split) */
export function tensorSplit(x: Tensor, ...args: WithRequired<[indicesOrSections: Dims], SectionsByName, [dim: number], DimOptions>): Tensor[] {
  const {
    indicesOrSections,
    indices,
    sections,
    dim = 0,
  } = collect<DimOptions & { indicesOrSections?: Dims; indices?: readonly number[]; sections?: number }>("tensorSplit", ["indicesOrSections", "dim"], args, [
    "indices",
    "sections",
  ]);
  return tensorSplitOperation(x, required(indicesOrSections ?? indices ?? sections, "tensor_split", "indices_or_sections"), dim);
}

function splitAlong(name: string, x: Tensor, sections: number | readonly number[], dim: number, dimensions: number): Tensor[] {
  if (x.sizes.length < dimensions) {
    throw new RuntimeError(`torch.${name} requires a tensor with at least ${dimensions} dimension, but got a tensor with ${x.sizes.length} dimensions!`);
  }
  if (typeof sections === "number" && x.sizes[dim]! % sections !== 0) {
    throw new RuntimeError(
      `torch.${name} attempted to split along dimension ${dim}, but the size of the dimension ${x.sizes[dim]} is not divisible by the split_size ${sections}!`,
    );
  }
  return tensorSplitOperation(x, sections, dim);
}

/** Parts along the columns (of a vector, along itself), equal ones or at the indices listed. (torch.hsplit) */
export const hsplit: (x: Tensor, sections: number | readonly number[]) => Tensor[] = defineComposite(
  {
    name: "hsplit",
    effect: { kind: "part", parts: ([x], results) => piecesOf(x, x.sizes.length === 1 ? 0 : 1, results) },
    multiplyAdds: ofParts,
    arguments: ["input", "sections"],
  },
  (x: Tensor, sections: number | readonly number[]): Tensor[] => {
    return splitAlong("hsplit", x, sections, x.sizes.length === 1 ? 0 : 1, 1);
  },
);

/** Parts along the rows, equal ones or at the indices listed. (torch.vsplit) */
export const vsplit: (x: Tensor, sections: number | readonly number[]) => Tensor[] = defineComposite(
  { name: "vsplit", effect: { kind: "part", parts: ([x], results) => piecesOf(x, 0, results) }, multiplyAdds: ofParts, arguments: ["input", "sections"] },
  (x: Tensor, sections: number | readonly number[]): Tensor[] => {
    return splitAlong("vsplit", x, sections, 0, 2);
  },
);

/** Parts along the third dimension, equal ones or at the indices listed. (torch.dsplit) */
export const dsplit: (x: Tensor, sections: number | readonly number[]) => Tensor[] = defineComposite(
  { name: "dsplit", effect: { kind: "part", parts: ([x], results) => piecesOf(x, 2, results) }, multiplyAdds: ofParts, arguments: ["input", "sections"] },
  (x: Tensor, sections: number | readonly number[]): Tensor[] => {
    return splitAlong("dsplit", x, sections, 2, 3);
  },
);

const unbindPart = defineView<[x: Tensor, dim: number, index: number]>({
  name: "unbind",
  effect: { kind: "part", parts: ([x, dim, index]) => [{ index: indexAlong(x.sizes, dim, index) }] },
  arguments: ["input", ["dim", 0], "index"],
  window: (x, dim, index) => ({
    ...permuted(
      x,
      [...x.sizes.keys()].filter((each) => each !== dim),
    ),
    offset: x.offset + index * x.strides[dim]!,
  }),
});

const unbindOperation = defineComposite(
  {
    name: "unbind",
    effect: { kind: "part", parts: ([x, along], results) => results.map((_, i) => ({ index: indexAlong(x.sizes, along, i) })) },
    multiplyAdds: ofParts,
    arguments: ["input", ["dim", 0]],
  },
  (x: Tensor, along: number): Tensor[] => {
    if (x.sizes.length === 0) throw new IndexError("Dimension specified as 0 but tensor has no dimensions");
    const dim = normalizeDim(along, x.sizes.length);
    return asOneOfSeveral(Array.from({ length: x.sizes[dim]! }, (_, i) => unbindPart(x, dim, i)));
  },
);

/** All slices of a dimension, which is dropped. (torch.unbind) */
export function unbind(x: Tensor, ...args: Arguments<[dim: number], DimOptions>): Tensor[] {
  return unbindOperation(x, collect<DimOptions>("unbind", ["dim"], args).dim ?? 0);
}
