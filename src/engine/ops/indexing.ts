import { defineComposite, defineInPlace, defineOperation, defineView, type OperationRow } from "../dispatch.js";
import { bool, int32, int64, uint8, type DType } from "../dtype.js";
import { IndexError, NotImplementedError, RuntimeError, TypeError, ValueError } from "../errors.js";
import { choose } from "../kernels/choose.js";
import { binary, copy, denseValues, fill } from "../kernels/elementwise.js";
import * as kernels from "../kernels/indexing.js";
import { offsetsOf } from "../kernels/strided.js";
import { contiguousStrides, equalSizes, formatSizes } from "../size.js";
import { Storage, type Device } from "../storage.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { checkedOptions, collect, inOrder, required, requiredFirst, type AllArguments, type WithRequired } from "./arguments.js";
import { asHeld } from "./elementwiseRows.js";
import { broadcastSizes, cppName, numberOf, resultType, type Scalar } from "./promotion.js";
import { expand, select, unsqueeze } from "./shape.js";
import { logicalNot } from "./unary.js";
import { expandedTo, slicedWindow } from "./windows.js";

/** Parts of tensors picked by numbers, slices, masks and index tensors. */

// ---- x.at(...)

/** `start:stop:step` in an index; null for the ends. */
export class Slice {
  constructor(
    readonly start: number | null,
    readonly stop: number | null,
    readonly step: number,
  ) {}

  /** As Python writes it: "1:", ":-1", "::2". */
  toString(): string {
    return `${this.start ?? ""}:${this.stop ?? ""}${this.step === 1 ? "" : `:${this.step}`}`;
  }
}

/** Python's `start:stop:step` for `Tensor.at`: `slice(1)` is `1:`, `slice(null, -1)` is `:-1`, `slice()` is `:`. */
export function slice(start: number | null = null, stop: number | null = null, step: number | null = 1): Slice {
  return new Slice(start, stop, step ?? 1);
}

/**
 * What stands between the brackets of `x[...]` in Python: a position (the dimension is dropped), a slice, null (a new dimension of size
 * 1), "..." (all dimensions not named), a mask or a tensor or list of positions.
 */
export type Index = number | Slice | null | "..." | boolean | Tensor | readonly number[];

const sliceOperation = defineView<[x: Tensor, dim: number, start: number, stop: number, step: number]>({
  name: "slice",
  window: slicedWindow,
});

const aliasOperation = defineView<[x: Tensor]>({
  name: "alias",
  window: ({ sizes, strides, offset }) => ({ sizes, strides, offset }),
});

function sliced(x: Tensor, dim: number, { start, stop, step }: Slice): Tensor {
  if (step === 0) throw new ValueError("slice step cannot be zero");
  if (!(step > 0)) throw new ValueError("step must be greater than zero");
  const size = x.sizes[dim]!;
  const bound = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  const first = bound(start ?? 0);
  const last = Math.max(bound(stop ?? size), first);
  return first === 0 && last === size && step === 1 ? x : sliceOperation(x, dim, first, last, step);
}

const isMask = (index: Tensor): boolean => index.dtype === bool || index.dtype === uint8;

/** How many dimensions an index takes up. */
function dimensionsTaken(index: Index): number {
  if (index instanceof Tensor) return isMask(index) ? index.sizes.length : 1;
  return typeof index === "number" || index instanceof Slice || Array.isArray(index) ? 1 : 0;
}

/** The basic indices applied as views; what is left are index tensors, each for the dimension at the same place in `dims`. */
interface Indexed {
  readonly view: Tensor;
  readonly dims: readonly number[];
  readonly indices: readonly Tensor[];
}

function applyBasic(x: Tensor, index: readonly Index[]): Indexed {
  const taken = index.reduce<number>((sum, item) => sum + dimensionsTaken(item), 0);
  const rank = x.sizes.length;
  if (taken > rank) {
    if (rank === 0 && index.length === 1 && typeof index[0] === "number") {
      throw new IndexError(
        "invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number",
      );
    }
    throw new IndexError(`too many indices for tensor of dimension ${rank}`);
  }
  let view = x;
  let dim = 0;
  let original = 0;
  const dims: number[] = [];
  const indices: Tensor[] = [];
  const pick = (positions: readonly Tensor[]): void => {
    for (const each of positions) {
      dims.push(dim++);
      indices.push(each.device === x.device ? each : onDevice(each, x.device));
    }
  };
  for (const item of index) {
    if (typeof item === "number") {
      view = selectAt(view, dim, item, original++);
    } else if (item instanceof Slice) {
      view = sliced(view, dim++, item);
      original++;
    } else if (item === null) {
      view = unsqueeze(view, dim++);
    } else if (item === "...") {
      const rest = rank - taken;
      dim += rest;
      original += rest;
    } else if (typeof item === "boolean") {
      view = unsqueeze(view, dim);
      pick([positionsTensor(item ? [0] : [])]);
    } else if (item instanceof Tensor) {
      if (isMask(item)) {
        if (item.sizes.length === 0) view = unsqueeze(view, dim);
        else checkMask(item, view, dim, original);
        pick(maskPositions(item));
        original += item.sizes.length;
      } else if (item.dtype !== int64 && item.dtype !== int32) {
        throw new IndexError("tensors used as indices must be long, int, byte or bool tensors");
      } else if (item.sizes.length === 0 && item.device === "cpu") {
        view = selectAt(view, dim, item.item(), original++);
      } else {
        pick([item]);
        original++;
      }
    } else if (Array.isArray(item)) {
      pick([positionsTensor(item as readonly number[])]);
      original++;
    } else {
      throw new IndexError(`only integers, slices (\`:\`), ellipsis (\`...\`), None and long or byte Variables are valid indices (got ${typeof item})`);
    }
  }
  return { view, dims, indices };
}

function selectAt(x: Tensor, dim: number, index: number, original: number): Tensor {
  const size = x.sizes[dim]!;
  if (!Number.isInteger(index)) {
    throw new IndexError("only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)");
  }
  if (index < -size || index >= size) throw new IndexError(`index ${index} is out of bounds for dimension ${original} with size ${size}`);
  return select(x, dim, index);
}

function checkMask(mask: Tensor, x: Tensor, dim: number, original: number): void {
  mask.sizes.forEach((size, i) => {
    if (size !== x.sizes[dim + i]) {
      throw new IndexError(
        `The shape of the mask ${formatSizes(mask.sizes)} at index ${i} does not match the shape of the indexed tensor ${formatSizes(x.sizes)} at index ${original + i}`,
      );
    }
  });
}

function positionsTensor(positions: readonly number[] | Float64Array): Tensor {
  return new Tensor(Storage.wrap(int64, positions instanceof Float64Array ? positions : Float64Array.from(positions)), [positions.length], [1], 0);
}

/** Where a mask is true, one index tensor a dimension (one for a mask without dimensions). */
function maskPositions(mask: Tensor): Tensor[] {
  requireValues(mask, "indexing with a mask");
  const flat = kernels.nonzeroPositions(mask);
  const strides = mask.sizes.length === 0 ? [1] : contiguousStrides(mask.sizes);
  return strides.map((stride, dim) => {
    const coordinates = new Float64Array(flat.length);
    kernels.writeCoordinates(coordinates, 0, 1, flat, mask.sizes[dim] ?? 1, stride);
    return positionsTensor(coordinates);
  });
}

/** Results whose shape follows from values do not exist on the meta device. */
function requireValues(x: Tensor, operation: string): void {
  if (x.device === "meta") throw new NotImplementedError(`${operation}: the shape of the result depends on values, which a meta tensor does not have`);
}

function onDevice(x: Tensor, device: Device): Tensor {
  if (x.device === device) return x;
  if (device === "meta") return Tensor.allocate(x.sizes, x.dtype, "meta");
  throw new NotImplementedError("Cannot copy out of meta tensor; no data!");
}

/** The shape that index tensors pick, and whether their dimensions lie side by side (then it takes their place, else it comes first). */
function pickedSizes(indices: readonly Tensor[]): readonly number[] {
  try {
    return indices.reduce<readonly number[]>((sizes, index) => broadcastSizes(sizes, index.sizes), []);
  } catch {
    throw new IndexError(
      `shape mismatch: indexing tensors could not be broadcast together with shapes ${indices.map((index) => formatSizes(index.sizes)).join(", ")}`,
    );
  }
}

function areSideBySide(dims: readonly number[]): boolean {
  return dims.every((dim, i) => i === 0 || dim === dims[i - 1]! + 1);
}

function indexedSizes(x: Tensor, dims: readonly number[], indices: readonly Tensor[]): readonly number[] {
  const picked = pickedSizes(indices);
  const first = areSideBySide(dims) ? dims[0]! : 0;
  const rest = x.sizes.filter((_, dim) => !dims.includes(dim));
  return [...rest.slice(0, first), ...picked, ...rest.slice(first)];
}

function placesOf(x: Tensor, dims: readonly number[], indices: readonly Tensor[]): kernels.Places {
  const rest = [...x.sizes.keys()].filter((dim) => !dims.includes(dim));
  const first = areSideBySide(dims) ? dims[0]! : 0;
  const offsets = (some: readonly number[]): Int32Array =>
    offsetsOf(some.map((dim) => x.sizes[dim]!), some.map((dim) => x.strides[dim]!));
  return {
    outer: offsets(rest.slice(0, first)),
    picked: kernels.pickedOffsets(x, dims, indices, pickedSizes(indices)),
    inner: offsets(rest.slice(first)),
  };
}

type IndexArgs = [x: Tensor, dims: readonly number[], indices: readonly Tensor[]];

const indexOperation = defineOperation<IndexArgs>({
  name: "index",
  infer: (x, dims, indices) => ({ sizes: indexedSizes(x, dims, indices), dtype: x.dtype }),
  forward: (output, x, dims, indices) => kernels.read(output.storage.data, output.offset, x.storage.data, x.offset, placesOf(x, dims, indices)),
  reads: [2],
  backward: (gradient, { args: [x, dims, indices] }) => [addedAt(gradient, x.sizes, dims, indices), null, null],
});

/** Zeros in the shape `sizes` with `gradient` added where the indices point. */
function addedAt(gradient: Tensor, sizes: readonly number[], dims: readonly number[], indices: readonly Tensor[]): Tensor {
  const result = Tensor.allocate(sizes, gradient.dtype, gradient.device);
  if (gradient.device === "cpu") kernels.write(result.storage.data, 0, denseValues(gradient), placesOf(result, dims, indices), true);
  return result;
}

const atOperation = defineComposite("at", (x: Tensor, index: readonly Index[]): Tensor => {
  const { view, dims, indices } = applyBasic(x, index);
  if (dims.length > 0) return indexOperation(view, dims, indices);
  return view === x ? aliasOperation(x) : view;
});

/**
 * `x[...]` in Python: `x.at(0, torch.slice(1), null, "...")` is `x[0, 1:, None, ...]`. Numbers, slices, null and "..." give a view; masks
 * and index tensors give a copy.
 */
export function at(x: Tensor, ...index: Index[]): Tensor {
  return atOperation(x, index);
}

type IndexPutArgs = [x: Tensor, values: Tensor, dims: readonly number[], indices: readonly Tensor[], accumulate: boolean];

const indexPutRow: OperationRow<IndexPutArgs> = {
  name: "indexPut",
  infer(x, values, dims, indices) {
    const target = indexedSizes(x, dims, indices);
    if (values.dtype !== x.dtype) {
      throw new RuntimeError(
        `Index put requires the source and destination dtypes match, got ${x.dtype.scalarType} for the destination and ${values.dtype.scalarType} for the source.`,
      );
    }
    const fits = values.sizes.length <= target.length && values.sizes.every((size, i) => size === 1 || size === target[target.length - values.sizes.length + i]);
    if (!fits) {
      throw new RuntimeError(`shape mismatch: value tensor of shape ${formatSizes(values.sizes)} cannot be broadcast to indexing result of shape ${formatSizes(target)}`);
    }
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, values, dims, indices, accumulate) {
    if (output !== x) copy(output, x);
    const given = Tensor.allocate(indexedSizes(x, dims, indices), x.dtype, "cpu");
    copy(given, values);
    kernels.write(output.storage.data, output.offset, given.storage.data, placesOf(output, dims, indices), accumulate);
  },
  reads: [3],
  backward(gradient, { args: [x, , dims, indices, accumulate] }) {
    const picked = Tensor.allocate(indexedSizes(x, dims, indices), gradient.dtype, gradient.device);
    if (gradient.device === "meta") return [gradient, picked];
    const places = placesOf(gradient, dims, indices);
    kernels.read(picked.storage.data, 0, gradient.storage.data, gradient.offset, places);
    if (accumulate) return [gradient, picked];
    const rest = copyOf(gradient);
    kernels.writeValue(rest.storage.data, 0, 0, placesOf(rest, dims, indices));
    return [rest, picked];
  },
};
const indexPutOperation = defineOperation<IndexPutArgs>(indexPutRow);
const indexPutInPlace = defineInPlace<IndexPutArgs>(indexPutRow);

function copyOf(x: Tensor): Tensor {
  const result = Tensor.allocate(x.sizes, x.dtype, x.device);
  if (x.device === "cpu") copy(result, x);
  return result;
}

export interface AccumulateOptions {
  /** Adds to what is there instead of replacing it; an element named twice is added twice. Default false. */
  readonly accumulate?: boolean;
}

/** A number as a tensor without dimensions. */
function scalarTensor(value: Scalar, dtype: DType, device: Device): Tensor {
  const result = Tensor.allocate([], dtype, device);
  if (device === "cpu") fill(result, numberOf(value));
  return result;
}

function putArguments(x: Tensor, index: Index | readonly Index[], values: Tensor | Scalar): { view: Tensor; values: Tensor; dims: readonly number[]; indices: readonly Tensor[] } {
  const list: readonly Index[] = isIndexList(index) ? index : [index];
  const { view, dims, indices } = applyBasic(x, list);
  return { view, dims, indices, values: values instanceof Tensor ? values : scalarTensor(values, x.dtype, x.device) };
}

/** A list of numbers alone is one list of positions, as in `x[[0, 1]]`. */
function isIndexList(index: Index | readonly Index[]): index is readonly Index[] {
  return Array.isArray(index) && !(index.length > 0 && index.every((item) => typeof item === "number"));
}

/**
 * `x[index] = values` in Python, also through masks and index tensors: `x.indexPut_([mask], 0)`, `x.indexPut_([rows, torch.slice(0, 2)], y)`.
 * The values broadcast to the shape that `x.at(...index)` has. (Tensor.index_put_)
 */
export function indexPut_(
  x: Tensor, ...args: WithRequired<[indices: Index | readonly Index[], values: Tensor | Scalar], { readonly indices: Index | readonly Index[]; readonly values: Tensor | Scalar }, [accumulate: boolean], AccumulateOptions>
): Tensor {
  const [[index, values], rest] = requiredFirst<[indices: Index | readonly Index[], values: Tensor | Scalar]>("index_put_", ["indices", "values"], args);
  const { accumulate = false } = collect<AccumulateOptions>(["accumulate"], rest);
  const { view, dims, indices, values: given } = putArguments(x, index, values);
  if (dims.length > 0) indexPutInPlace(view, given, dims, indices, accumulate);
  else if (accumulate) view.add_(given);
  else view.copy_(given);
  return x;
}

/** A copy of x with `values` where the index tensors point. (torch.index_put) */
export function indexPut(
  x: Tensor, ...args: WithRequired<[indices: readonly Tensor[], values: Tensor | Scalar], { readonly indices: readonly Tensor[]; readonly values: Tensor | Scalar }, [accumulate: boolean], AccumulateOptions>
): Tensor {
  const [[indices, values], rest] = requiredFirst<[indices: readonly Tensor[], values: Tensor | Scalar]>("index_put", ["indices", "values"], args);
  const { accumulate = false } = collect<AccumulateOptions>(["accumulate"], rest);
  const put = putArguments(x, indices, values);
  return indexPutOperation(put.view, put.values, put.dims, put.indices, accumulate);
}

// ---- whole slices by index

/** A tensor without dimensions is taken as a vector of one element. */
function asVector(x: Tensor): Tensor {
  return x.sizes.length === 0 ? new Tensor(x.storage, [1], [1], x.offset) : x;
}

const indexSelectOperation = defineOperation<[x: Tensor, dim: number, index: Tensor]>({
  name: "indexSelect",
  infer(x, dim, index) {
    if (index.sizes.length > 1) throw new IndexError("index_select(): Index is supposed to be a vector");
    if (index.dtype !== int64 && index.dtype !== int32) throw new RuntimeError("index_select(): Expected dtype int32 or int64 for index");
    const along = normalizeDim(dim, x.sizes.length);
    return { sizes: x.sizes.map((size, i) => (i === along ? index.numel() : size)), dtype: x.dtype };
  },
  forward(output, x, dim, index) {
    const source = asVector(x);
    const along = normalizeDim(dim, x.sizes.length);
    checkIndexRange(index, source.sizes[along]!);
    kernels.read(output.storage.data, output.offset, x.storage.data, x.offset, placesOf(source, [along], [asVector(index)]));
  },
  reads: [2],
  backward(gradient, { args: [x, dim, index] }) {
    return [reshaped(addedAt(gradient, asVector(x).sizes, [normalizeDim(dim, x.sizes.length)], [asVector(index)]), x.sizes), null, null];
  },
});

function reshaped(x: Tensor, sizes: readonly number[]): Tensor {
  return equalSizes(x.sizes, sizes) ? x : new Tensor(x.storage, sizes, contiguousStrides(sizes), x.offset);
}

function checkIndexRange(index: Tensor, size: number): void {
  const values = denseValues(index);
  for (let i = 0; i < values.length; i++) if (values[i]! < 0 || values[i]! >= size) throw new IndexError("index out of range in self");
}

/** The slices of a dimension that a vector of positions names, in its order. (torch.index_select) */
export function indexSelect(x: Tensor, ...args: AllArguments<[dim: number, index: Tensor], { readonly dim: number; readonly index: Tensor }>): Tensor {
  return indexSelectOperation(x, ...inOrder("index_select", ["dim", "index"], args));
}

type IndexAddArgs = [x: Tensor, dim: number, index: Tensor, source: Tensor, alpha: number];

const indexAddRow: OperationRow<IndexAddArgs> = {
  name: "indexAdd",
  infer(x, dim, index, source) {
    if (index.sizes.length > 1) throw new IndexError("index_add_(): Index is supposed to be a vector");
    if (index.dtype !== int64 && index.dtype !== int32) {
      throw new RuntimeError(`index_add_(): Expected dtype int32/int64 for index but got: ${index.dtype.scalarType}`);
    }
    const along = normalizeDim(dim, x.sizes.length);
    checkAddedSlices(x, along, index, source);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, dim, index, source, alpha) {
    if (output !== x) copy(output, x);
    const given = Tensor.allocate(source.sizes, output.dtype, "cpu");
    const factor = asHeld(alpha, output.dtype);
    binary(given, source, scalarTensor(factor, output.dtype, "cpu"), (value, by) => value * by);
    const target = asVector(output);
    kernels.write(output.storage.data, output.offset, given.storage.data, placesOf(target, [normalizeDim(dim, x.sizes.length)], [asVector(index)]), true);
  },
  reads: [2],
  backward(gradient, { args: [x, dim, index, source, alpha] }) {
    const picked = readSlices(gradient, normalizeDim(dim, x.sizes.length), index);
    if (alpha !== 1 && picked.device === "cpu") binary(picked, picked, scalarTensor(alpha, picked.dtype, "cpu"), (value, by) => value * by);
    return [gradient, null, null, reshaped(picked, source.sizes)];
  },
};

function checkAddedSlices(x: Tensor, dim: number, index: Tensor, source: Tensor): void {
  if (x.dtype !== source.dtype) {
    throw new RuntimeError(`index_add_(): self (${x.dtype.scalarType}) and source (${source.dtype.scalarType}) must have the same scalar type`);
  }
  const rows = source.sizes.length === 0 ? 1 : source.sizes[dim]!;
  if (index.numel() !== rows) {
    throw new RuntimeError(`index_add_(): Number of indices (${index.numel()}) should be equal to source.size(dim): (${rows}), for dim: ${dim}`);
  }
  const others = (sizes: readonly number[]): number[] => sizes.filter((_, i) => i !== dim);
  if (!equalSizes(others(x.sizes), others(source.sizes))) {
    throw new RuntimeError(`source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${formatSizes(x.sizes)} source.shape = ${formatSizes(source.sizes)}`);
  }
}

/** The named slices of an unrecorded tensor. */
function readSlices(x: Tensor, dim: number, index: Tensor): Tensor {
  const source = asVector(x);
  const result = Tensor.allocate(source.sizes.map((size, i) => (i === dim ? index.numel() : size)), x.dtype, x.device);
  if (x.device === "cpu") kernels.read(result.storage.data, 0, x.storage.data, x.offset, placesOf(source, [dim], [asVector(index)]));
  return result;
}

const indexAddOperation = defineOperation<IndexAddArgs>(indexAddRow);
const indexAddInPlace = defineInPlace<IndexAddArgs>(indexAddRow);

export interface IndexAddOptions {
  /** Multiplies what is added. Default 1. */
  readonly alpha?: number;
}

/** x with the slices of `source` added to those that `index` names. (torch.index_add) */
export function indexAdd(
  x: Tensor, ...args: WithRequired<[dim: number, index: Tensor, source: Tensor], { readonly dim: number; readonly index: Tensor; readonly source: Tensor }, [], IndexAddOptions>
): Tensor {
  const [[dim, index, source], rest] = requiredFirst<[dim: number, index: Tensor, source: Tensor]>("index_add", ["dim", "index", "source"], args);
  return indexAddOperation(x, dim, index, source, collect<IndexAddOptions>([], rest, ["alpha"]).alpha ?? 1);
}

/** indexAdd in place. */
export function indexAdd_(
  x: Tensor, ...args: WithRequired<[dim: number, index: Tensor, source: Tensor], { readonly dim: number; readonly index: Tensor; readonly source: Tensor }, [], IndexAddOptions>
): Tensor {
  const [[dim, index, source], rest] = requiredFirst<[dim: number, index: Tensor, source: Tensor]>("index_add_", ["dim", "index", "source"], args);
  return indexAddInPlace(x, dim, index, source, collect<IndexAddOptions>([], rest, ["alpha"]).alpha ?? 1);
}

type IndexCopyArgs = [x: Tensor, dim: number, index: Tensor, source: Tensor];

function checkCopiedSlices(x: Tensor, dim: number, index: Tensor, source: Tensor): void {
  if (index.sizes.length > 1) throw new IndexError(`index_copy_(): Index should have dimension 1 or 0 (got ${index.sizes.length})`);
  if (index.dtype !== int64) throw new RuntimeError(`index_copy_(): Expected a long tensor for index, but got ${index.dtype.scalarType}`);
  if (x.dtype !== source.dtype) {
    throw new RuntimeError(
      `index_copy_(): self and source expected to have the same dtype, but got (self) ${x.dtype.scalarType} and (source) ${source.dtype.scalarType}`,
    );
  }
  const others = (sizes: readonly number[]): number[] => sizes.filter((_, i) => i !== dim);
  const [own, given] = [others(x.sizes), others(source.sizes)];
  if (!equalSizes(own, given)) {
    throw new RuntimeError(
      `index_copy_(): Source/destination tensor must have same slice shapes. Destination slice shape: ${own.join(" ")} at dimension ${dim} and source slice shape: ${given.join(" ")} at dimension 0.`,
    );
  }
  const rows = source.sizes.length === 0 ? 1 : source.sizes[dim]!;
  if (index.numel() !== rows) {
    throw new IndexError(`index_copy_(): Number of indices (${index.numel()}) should be equal to source.size(dim) (${rows})`);
  }
}

const indexCopyRow: OperationRow<IndexCopyArgs> = {
  name: "indexCopy",
  infer(x, dim, index, source) {
    checkCopiedSlices(x, normalizeDim(dim, x.sizes.length), index, source);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, dim, index, source) {
    if (output !== x) copy(output, x);
    const places = placesOf(asVector(output), [normalizeDim(dim, x.sizes.length)], [asVector(index)]);
    kernels.write(output.storage.data, output.offset, denseValues(source), places, false);
  },
  reads: [2],
  backward(gradient, { args: [x, dim, index, source] }) {
    const along = normalizeDim(dim, x.sizes.length);
    return [zeroedSlices(gradient, along, index), null, null, reshaped(readSlices(gradient, along, index), source.sizes)];
  },
};

/** A copy with zeros in the named slices. */
function zeroedSlices(x: Tensor, dim: number, index: Tensor): Tensor {
  const rest = copyOf(x);
  if (x.device === "cpu") kernels.writeValue(rest.storage.data, 0, 0, placesOf(asVector(rest), [dim], [asVector(index)]));
  return rest;
}

const indexCopyOperation = defineOperation<IndexCopyArgs>(indexCopyRow);
const indexCopyInPlace = defineInPlace<IndexCopyArgs>(indexCopyRow);

/** x with the slices that `index` names replaced by those of `source`. (torch.index_copy) */
export function indexCopy(
  x: Tensor, ...args: AllArguments<[dim: number, index: Tensor, source: Tensor], { readonly dim: number; readonly index: Tensor; readonly source: Tensor }>
): Tensor {
  return indexCopyOperation(x, ...inOrder("index_copy", ["dim", "index", "source"], args));
}

/** indexCopy in place. */
export function indexCopy_(
  x: Tensor, ...args: AllArguments<[dim: number, index: Tensor, source: Tensor], { readonly dim: number; readonly index: Tensor; readonly source: Tensor }>
): Tensor {
  return indexCopyInPlace(x, ...inOrder("index_copy_", ["dim", "index", "source"], args));
}

type IndexFillArgs = [x: Tensor, dim: number, index: Tensor, value: Scalar];

const indexFillRow: OperationRow<IndexFillArgs> = {
  name: "indexFill",
  infer(x, dim, index) {
    if (index.sizes.length > 1) throw new IndexError("index_fill_(): Index is supposed to be a vector");
    if (index.dtype !== int64) throw new IndexError("index_fill_(): Expected dtype int64 for index.");
    normalizeDim(dim, x.sizes.length);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, dim, index, value) {
    if (output !== x) copy(output, x);
    kernels.writeValue(output.storage.data, output.offset, numberOf(value), placesOf(asVector(output), [normalizeDim(dim, x.sizes.length)], [asVector(index)]));
  },
  reads: [2],
  backward: (gradient, { args: [x, dim, index] }) => [zeroedSlices(gradient, normalizeDim(dim, x.sizes.length), index)],
};

const indexFillOperation = defineOperation<IndexFillArgs>(indexFillRow);
const indexFillInPlace = defineInPlace<IndexFillArgs>(indexFillRow);

/** x with the slices that `index` names filled with a number. (torch.index_fill) */
export function indexFill(
  x: Tensor, ...args: AllArguments<[dim: number, index: Tensor, value: Scalar], { readonly dim: number; readonly index: Tensor; readonly value: Scalar }>
): Tensor {
  return indexFillOperation(x, ...inOrder("index_fill", ["dim", "index", "value"], args));
}

/** indexFill in place. */
export function indexFill_(
  x: Tensor, ...args: AllArguments<[dim: number, index: Tensor, value: Scalar], { readonly dim: number; readonly index: Tensor; readonly value: Scalar }>
): Tensor {
  return indexFillInPlace(x, ...inOrder("index_fill_", ["dim", "index", "value"], args));
}

// ---- element by element along a dimension

function requireIndex(operation: string, index: Tensor): void {
  if (index.dtype !== int64 && index.dtype !== int32) throw new RuntimeError(`${operation}(): Expected dtype int32/int64 for index`);
}

/** The rank of a tensor as gather and scatter count it. */
const rankOf = (x: Tensor): number => Math.max(x.sizes.length, 1);

const gatherOperation = defineOperation<[x: Tensor, dim: number, index: Tensor]>({
  name: "gather",
  infer(x, dim, index) {
    requireIndex("gather", index);
    const along = normalizeDim(dim, x.sizes.length);
    if (rankOf(index) !== rankOf(x)) throw new RuntimeError("Index tensor must have the same number of dimensions as input tensor");
    index.sizes.forEach((size, i) => {
      if (i !== along && size > x.sizes[i]!) {
        throw new RuntimeError(
          `Size does not match at dimension ${i} expected index ${formatSizes(index.sizes)} to be no larger than self ${formatSizes(x.sizes)} apart from dimension ${along}`,
        );
      }
    });
    return { sizes: index.sizes, dtype: x.dtype };
  },
  forward: (output, x, dim, index) => kernels.gather(asVector(output), asVector(x), normalizeDim(dim, x.sizes.length), asVector(index)),
  reads: [2],
  backward(gradient, { args: [x, dim, index] }) {
    const result = Tensor.allocate(x.sizes, gradient.dtype, gradient.device);
    if (gradient.device === "cpu") {
      kernels.scatter(asVector(result), normalizeDim(dim, x.sizes.length), asVector(index), asVector(gradient), (a, b) => a + b);
    }
    return [result, null, null];
  },
});

/** Picks along `dim`: result[i][j] = x[index[i][j]][j] for dim 0. The result has the shape of `index`. (torch.gather) */
export function gather(x: Tensor, ...args: AllArguments<[dim: number, index: Tensor], { readonly dim: number; readonly index: Tensor }>): Tensor {
  return gatherOperation(x, ...inOrder("gather", ["dim", "index"], args));
}

type TakeAlongArguments = WithRequired<[indices: Tensor], { readonly indices: Tensor }, [dim: number | null], { readonly dim?: number | null }>;

/** `gather` where both broadcast against each other apart from `dim`; without `dim` both are taken as one row. (torch.take_along_dim) */
export const takeAlongDim = defineComposite("takeAlongDim", (x: Tensor, ...args: TakeAlongArguments): Tensor => {
  const [[indices], rest] = requiredFirst<[indices: Tensor]>("take_along_dim", ["indices"], args);
  const { dim = null } = collect<{ dim?: number | null }>(["dim"], rest);
  if (indices.dtype !== int64) throw new RuntimeError(`torch.take_along_dim(): dtype of indices should be Long but got ${indices.dtype.scalarType}`);
  if (dim === null) return gatherOperation(x.reshape(-1), 0, indices.reshape(-1));
  if (x.sizes.length !== indices.sizes.length) {
    throw new RuntimeError(
      `torch.take_along_dim(): input and indices should have the same number of dimensions, but got ${x.sizes.length} dimensions for input, and ${indices.sizes.length} dimensions for indices`,
    );
  }
  const along = normalizeDim(dim, x.sizes.length);
  const without = (sizes: readonly number[]): number[] => sizes.map((size, i) => (i === along ? 1 : size));
  const common = broadcastSizes(without(x.sizes), without(indices.sizes));
  const to = (t: Tensor): Tensor => {
    const sizes = common.map((size, i) => (i === along ? t.sizes[i]! : size));
    return equalSizes(sizes, t.sizes) ? t : expand(t, sizes);
  };
  return gatherOperation(to(x), along, to(indices));
});

type ScatterArgs = [x: Tensor, dim: number, index: Tensor, source: Tensor];

function checkScatter(x: Tensor, dim: number, index: Tensor, source: Tensor | null): void {
  requireIndex("scatter", index);
  const along = normalizeDim(dim, x.sizes.length);
  if (rankOf(index) !== rankOf(x)) throw new RuntimeError("Index tensor must have the same number of dimensions as self tensor");
  if (source !== null && rankOf(source) !== rankOf(x)) throw new RuntimeError("Index tensor must have the same number of dimensions as src tensor");
  if (source !== null && source.dtype !== x.dtype) throw new RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype");
  const tooLarge = index.sizes.some((size, i) => (i !== along && size > x.sizes[i]!) || (source !== null && size > source.sizes[i]!));
  if (!tooLarge) return;
  throw new RuntimeError(
    `Expected index ${formatSizes(index.sizes)} to be no larger than self ${formatSizes(x.sizes)} apart from dimension ${along}${
      source === null ? "" : ` and to be no larger size than src ${formatSizes(source.sizes)}`
    }`,
  );
}

/** The gradient of `source`: what arrives at the places it was written to; zero for what the index did not use. */
function gathered(gradient: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const result = Tensor.allocate(source.sizes, gradient.dtype, gradient.device);
  if (gradient.device === "cpu") kernels.gather(asVector(result), asVector(gradient), dim, asVector(index));
  return result;
}

function scatterRow(name: string, combine: kernels.Combine | null): OperationRow<ScatterArgs> {
  return {
    name,
    infer(x, dim, index, source) {
      checkScatter(x, dim, index, source);
      return { sizes: x.sizes, dtype: x.dtype };
    },
    forward(output, x, dim, index, source) {
      if (output !== x) copy(output, x);
      kernels.scatter(asVector(output), normalizeDim(dim, x.sizes.length), asVector(index), asVector(source), combine);
    },
    reads: [2],
    backward(gradient, { args: [x, dim, index, source] }) {
      const along = normalizeDim(dim, x.sizes.length);
      const forX = combine === null ? zeroedAt(gradient, along, index) : gradient;
      return [forX, null, null, gathered(gradient, along, index, source)];
    },
  };
}

/** A copy with zeros where the index points. */
function zeroedAt(x: Tensor, dim: number, index: Tensor): Tensor {
  const rest = copyOf(x);
  if (x.device === "cpu") kernels.scatter(asVector(rest), dim, asVector(index), zerosFor(index, x.dtype), null);
  return rest;
}

/** Zeros that look like `index` and take one element. */
function zerosFor(index: Tensor, dtype: DType): Tensor {
  return constantFor(index, 0, dtype);
}

function constantFor(index: Tensor, value: Scalar, dtype: DType): Tensor {
  const one = scalarTensor(value, dtype, index.device);
  const { sizes } = asVector(index);
  return new Tensor(one.storage, sizes, sizes.map(() => 0), 0);
}

const scatterSourceRow = scatterRow("scatter", null);
const scatterAddRow = scatterRow("scatterAdd", (held, given) => held + given);
const scatterSource = defineOperation<ScatterArgs>(scatterSourceRow);
const scatterSourceInPlace = defineInPlace<ScatterArgs>(scatterSourceRow);
const scatterAddOperation = defineOperation<ScatterArgs>(scatterAddRow);
const scatterAddInPlace = defineInPlace<ScatterArgs>(scatterAddRow);

type ScatterValueArgs = [x: Tensor, dim: number, index: Tensor, value: Scalar];

const scatterValueRow: OperationRow<ScatterValueArgs> = {
  name: "scatter",
  gradientName: "ScatterBackward1",
  infer(x, dim, index) {
    checkScatter(x, dim, index, null);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, dim, index, value) {
    if (output !== x) copy(output, x);
    kernels.scatter(asVector(output), normalizeDim(dim, x.sizes.length), asVector(index), constantFor(index, value, x.dtype), null);
  },
  reads: [2],
  backward: (gradient, { args: [x, dim, index] }) => [zeroedAt(gradient, normalizeDim(dim, x.sizes.length), index)],
};
const scatterValue = defineOperation<ScatterValueArgs>(scatterValueRow);
const scatterValueInPlace = defineInPlace<ScatterValueArgs>(scatterValueRow);

/** The source is `src` by name, and `value` where it is a number. */
type ScatterArguments = AllArguments<[dim: number, index: Tensor, src: Tensor | Scalar], { readonly dim: number; readonly index: Tensor } & ({ readonly src: Tensor } | { readonly value: Scalar })>;

function scatterArgs(operation: string, args: readonly unknown[]): [dim: number, index: Tensor, source: Tensor | Scalar] {
  const given = collect<{ dim?: number; index?: Tensor; src?: Tensor | Scalar; value?: Scalar }>(["dim", "index", "src"], args, ["value"]);
  const [dim, index] = [required(given.dim, operation, "dim"), required(given.index, operation, "index")];
  return [dim, index, required(given.src ?? given.value, operation, "src")];
}

/** A copy of x with values written along `dim`: result[index[i][j]][j] = source[i][j] for dim 0. The source may be a number. (torch.scatter) */
export function scatter(x: Tensor, ...args: ScatterArguments): Tensor {
  const [dim, index, source] = scatterArgs("scatter", args);
  return source instanceof Tensor ? scatterSource(x, dim, index, source) : scatterValue(x, dim, index, source);
}

/** scatter in place. */
export function scatter_(x: Tensor, ...args: ScatterArguments): Tensor {
  const [dim, index, source] = scatterArgs("scatter_", args);
  return source instanceof Tensor ? scatterSourceInPlace(x, dim, index, source) : scatterValueInPlace(x, dim, index, source);
}

/** `scatter` that adds to what is there; a place named twice is added to twice. (torch.scatter_add) */
export function scatterAdd(
  x: Tensor, ...args: AllArguments<[dim: number, index: Tensor, src: Tensor], { readonly dim: number; readonly index: Tensor; readonly src: Tensor }>
): Tensor {
  return scatterAddOperation(x, ...inOrder("scatter_add", ["dim", "index", "src"], args));
}

/** scatterAdd in place. */
export function scatterAdd_(
  x: Tensor, ...args: AllArguments<[dim: number, index: Tensor, src: Tensor], { readonly dim: number; readonly index: Tensor; readonly src: Tensor }>
): Tensor {
  return scatterAddInPlace(x, ...inOrder("scatter_add_", ["dim", "index", "src"], args));
}

// ---- written values reduced

export type ScatterReduction = "sum" | "prod" | "mean" | "amax" | "amin";

type ScatterReduceArgs = [x: Tensor, dim: number, index: Tensor, source: Tensor, reduce: ScatterReduction, includeSelf: boolean];

const combinations: Readonly<Record<ScatterReduction, kernels.Combine>> = {
  sum: (held, given) => held + given,
  mean: (held, given) => held + given,
  prod: (held, given) => held * given,
  amax: (held, given) => (given > held || Number.isNaN(given) ? given : held),
  amin: (held, given) => (given < held || Number.isNaN(given) ? given : held),
};

/** What a reduction starts from where the tensor's own element does not count. */
function neutral(reduce: ScatterReduction, dtype: DType): number {
  if (reduce === "sum" || reduce === "mean") return 0;
  if (reduce === "prod") return 1;
  const largest = dtype.isFloatingPoint ? Infinity : dtype === int32 ? 2 ** 31 - 1 : dtype === uint8 ? 255 : dtype === bool ? 1 : Number.MAX_SAFE_INTEGER;
  return reduce === "amin" ? largest : dtype === uint8 || dtype === bool ? 0 : -largest;
}

/** How many elements each result is the mean of, at least 1. */
function scatterCounts(x: Tensor, dim: number, index: Tensor, includeSelf: boolean): Tensor {
  const counts = Tensor.allocate(x.sizes, x.dtype, x.device);
  if (x.device === "meta") return counts;
  if (includeSelf) fill(counts, 1);
  kernels.scatter(asVector(counts), dim, asVector(index), constantFor(index, 1, x.dtype), combinations.sum);
  const values = counts.storage.data;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) values[i] = 1;
  return counts;
}

const scatterReduceRow: OperationRow<ScatterReduceArgs> = {
  name: "scatterReduce",
  infer(x, dim, index, source) {
    checkScatter(x, dim, index, source);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, dim, index, source, reduce, includeSelf) {
    const along = normalizeDim(dim, x.sizes.length);
    const counts = reduce === "mean" ? scatterCounts(x, along, index, includeSelf) : null;
    if (output !== x) copy(output, x);
    if (!includeSelf) kernels.scatter(asVector(output), along, asVector(index), constantFor(index, neutral(reduce, x.dtype), x.dtype), null);
    kernels.scatter(asVector(output), along, asVector(index), asVector(source), combinations[reduce]);
    if (counts !== null) binary(output, output, counts, x.dtype.isFloatingPoint ? (sum, count) => sum / count : (sum, count) => Math.floor(sum / count));
  },
  reads: [0, 2, 3, "output"],
  backward(gradient, { args: [x, dim, index, source, reduce, includeSelf], output }) {
    const [forX, arriving] = scatterReduceGradients(gradient, [x, dim, index, source, reduce, includeSelf], output);
    const reaching = includeSelf ? forX : forX.scatter(dim, index, 0);
    // Elements of the source that the index does not use get nothing.
    const used = source.sizes.every((size, i) => size === index.sizes[i]);
    return [reaching, null, null, used ? arriving : padTo(arriving, source.sizes)];
  },
};

/** The gradients for the tensor, its own elements counting, and for the used part of the source. */
function scatterReduceGradients(gradient: Tensor, [x, dim, index, source, reduce, includeSelf]: ScatterReduceArgs, output: Tensor): [x: Tensor, source: Tensor] {
  const at = (tensor: Tensor): Tensor => tensor.gather(dim, index);
  if (reduce === "sum") return [gradient, at(gradient)];
  if (reduce === "mean") {
    const shared = gradient.div(scatterCounts(x, normalizeDim(dim, x.sizes.length), index, includeSelf));
    return [shared, at(shared)];
  }
  const given = index.sizes.reduce((part, size, i) => (part.sizes[i] === size ? part : part.narrow(i, 0, size)), source);
  const asNumbers = (mask: Tensor): Tensor => mask.to(gradient.dtype);
  if (reduce === "prod") {
    const isZero = given.eq(0);
    const others = x.maskedFill(x.eq(0), 1);
    const forX = gradient.mul(scatterReduce(others, dim, index, given, "prod", includeSelf)).div(others);
    // The only zero of a product gets the product of the others; where there are more, nobody gets anything.
    const zeros = at(Tensor.allocate(x.sizes, gradient.dtype, x.device).scatterAdd(dim, index, asNumbers(isZero)));
    const filled = given.maskedFill(isZero, 1);
    const withoutZeros = scatterReduce(x, dim, index, filled, "prod", includeSelf);
    const isOnly = isZero.logicalAnd(zeros.eq(1));
    return [forX, where(isOnly, at(gradient.mul(withoutZeros)), at(gradient.mul(output)).div(filled))];
  }
  const isChosen = asNumbers(x.eq(output));
  const areChosen = asNumbers(given.eq(at(output)));
  const shared = gradient.div(isChosen.scatterAdd(dim, index, areChosen));
  return [shared.mul(isChosen), at(shared).mul(areChosen)];
}

/** With zeros behind along each dimension. */
function padTo(x: Tensor, sizes: readonly number[]): Tensor {
  const result = Tensor.allocate(sizes, x.dtype, x.device);
  const part = x.sizes.reduce((window, size, i) => window.narrow(i, 0, size), result);
  part.copy_(x);
  return result;
}

const scatterReduceOperation = defineOperation<ScatterReduceArgs>(scatterReduceRow);
const scatterReduceInPlace = defineInPlace<ScatterReduceArgs>(scatterReduceRow);

export interface ScatterReduceOptions {
  /** Whether the tensor's own elements count. Default true. */
  readonly includeSelf?: boolean;
}

type ScatterReduceArguments = WithRequired<
  [dim: number, index: Tensor, src: Tensor, reduce: ScatterReduction],
  { readonly dim: number; readonly index: Tensor; readonly src: Tensor; readonly reduce: ScatterReduction },
  [includeSelf: boolean],
  ScatterReduceOptions
>;

function scatterReduceArgs(operation: string, x: Tensor, args: readonly unknown[]): ScatterReduceArgs {
  type Required = [dim: number, index: Tensor, src: Tensor, reduce: ScatterReduction];
  const [[dim, index, source, reduce], rest] = requiredFirst<Required>(operation, ["dim", "index", "src", "reduce"], args);
  if (!(reduce in combinations)) throw new RuntimeError(`reduce argument must be either sum, prod, mean, amax or amin, got ${reduce}`);
  return [x, dim, index, source, reduce, collect<ScatterReduceOptions>(["includeSelf"], rest).includeSelf ?? true];
}

/**
 * x with the elements of `src` that the index sends to one place reduced to one, along `dim` as in `scatter`. (torch.scatter_reduce)
 * amax and amin share the gradient among equals.
 */
export function scatterReduce(x: Tensor, ...args: ScatterReduceArguments): Tensor {
  return scatterReduceOperation(...scatterReduceArgs("scatter_reduce", x, args));
}

/** scatterReduce in place. */
export function scatterReduce_(x: Tensor, ...args: ScatterReduceArguments): Tensor {
  return scatterReduceInPlace(...scatterReduceArgs("scatter_reduce_", x, args));
}

const takeOperation = defineOperation<[x: Tensor, index: Tensor]>({
  name: "take",
  infer(x, index) {
    if (index.dtype !== int64) throw new RuntimeError(`take(): Expected a long tensor for index, but got ${index.dtype.scalarType}`);
    return { sizes: index.sizes, dtype: x.dtype };
  },
  forward(output, x, index) {
    const values = denseValues(x);
    const positions = denseValues(index);
    const out = output.storage.data;
    for (let i = 0; i < positions.length; i++) out[i] = values[flatPosition(positions[i]!, values.length)]!;
  },
  reads: [1],
  backward(gradient, { args: [x, index] }) {
    const result = Tensor.allocate(x.sizes, gradient.dtype, gradient.device);
    if (gradient.device === "meta") return [result];
    const given = denseValues(gradient);
    const positions = denseValues(index);
    const out = result.storage.data;
    for (let i = 0; i < positions.length; i++) out[flatPosition(positions[i]!, out.length)]! += given[i]!;
    return [result];
  },
});

function flatPosition(index: number, count: number): number {
  if (index < -count || index >= count) throw new IndexError(`out of range: tried to access index ${index} on a tensor of ${count} elements.`);
  return index < 0 ? index + count : index;
}

/** The elements at positions counted through x row by row. (torch.take) */
export function take(x: Tensor, ...args: AllArguments<[index: Tensor], { readonly index: Tensor }>): Tensor {
  return takeOperation(x, ...inOrder("take", ["index"], args));
}

type PutArgs = [x: Tensor, index: Tensor, source: Tensor, accumulate: boolean];

const putRow: OperationRow<PutArgs> = {
  name: "put",
  infer(x, index, source) {
    if (index.dtype !== int64) throw new RuntimeError(`put_(): Expected a long tensor for index, but got ${index.dtype.scalarType}`);
    if (x.dtype !== source.dtype) {
      throw new RuntimeError(
        `put_(): self and source expected to have the same dtype, but got self.dtype = ${x.dtype.scalarType} and source.dtype = ${source.dtype.scalarType}`,
      );
    }
    if (index.numel() !== source.numel()) {
      throw new IndexError(
        `put_(): Expected source and index to have the same number of elements, but got source.numel() = ${source.numel()}, index.numel() = ${index.numel()}`,
      );
    }
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, index, source, accumulate) {
    if (output !== x) copy(output, x);
    const places = offsetsOf(output.sizes, output.strides, output.offset);
    const values = denseValues(source);
    const positions = denseValues(index);
    const out = output.storage.data;
    for (let i = 0; i < positions.length; i++) {
      const place = places[flatPosition(positions[i]!, places.length)]!;
      out[place] = accumulate ? out[place]! + values[i]! : values[i]!;
    }
  },
  reads: [1],
  backward(gradient, { args: [, index, source, accumulate] }) {
    const rest = accumulate ? gradient : copyOf(gradient);
    const picked = Tensor.allocate(source.sizes, gradient.dtype, gradient.device);
    if (gradient.device === "meta") return [rest, null, picked];
    const given = denseValues(gradient);
    denseValues(index).forEach((position, i) => {
      const place = flatPosition(position, given.length);
      picked.storage.data[i] = given[place]!;
      if (!accumulate) rest.storage.data[place] = 0;
    });
    return [rest, null, picked];
  },
};
const putOperation = defineOperation<PutArgs>(putRow);
const putInPlace = defineInPlace<PutArgs>(putRow);

/** A copy of x with the elements of `source` at positions counted through x row by row. (torch.put) */
export function put(
  x: Tensor, ...args: WithRequired<[index: Tensor, source: Tensor], { readonly index: Tensor; readonly source: Tensor }, [accumulate: boolean], AccumulateOptions>
): Tensor {
  const [[index, source], rest] = requiredFirst<[index: Tensor, source: Tensor]>("put", ["index", "source"], args);
  return putOperation(x, index, source, collect<AccumulateOptions>(["accumulate"], rest).accumulate ?? false);
}

/** put in place. */
export function put_(
  x: Tensor, ...args: WithRequired<[index: Tensor, source: Tensor], { readonly index: Tensor; readonly source: Tensor }, [accumulate: boolean], AccumulateOptions>
): Tensor {
  const [[index, source], rest] = requiredFirst<[index: Tensor, source: Tensor]>("put_", ["index", "source"], args);
  return putInPlace(x, index, source, collect<AccumulateOptions>(["accumulate"], rest).accumulate ?? false);
}

// ---- masks

function requireBool(mask: Tensor, message: string): void {
  if (mask.dtype !== bool) throw new RuntimeError(message);
}

/** The gradient where the mask is as `isTrue` says, else zero. */
function chosen(gradient: Tensor, mask: Tensor, isTrue: boolean): Tensor {
  const result = Tensor.allocate(gradient.sizes, gradient.dtype, gradient.device);
  if (gradient.device === "meta") return result;
  const zero = scalarTensor(0, gradient.dtype, "cpu");
  if (isTrue) choose(result, mask, gradient, zero);
  else choose(result, mask, zero, gradient);
  return result;
}

type MaskedFillArgs = [x: Tensor, mask: Tensor, value: Tensor | Scalar];

const maskedFillRow: OperationRow<MaskedFillArgs> = {
  name: "maskedFill",
  gradientName: (_x, _mask, value) => (value instanceof Tensor ? "MaskedFillBackward1" : "MaskedFillBackward0"),
  infer(x, mask, value) {
    requireBool(mask, `masked_fill_ only supports boolean masks, but got mask with dtype ${cppName(mask.dtype)}`);
    if (value instanceof Tensor && value.sizes.length > 0) {
      throw new RuntimeError(`masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.sizes.length} dimension(s).`);
    }
    return { sizes: broadcastSizes(mask.sizes, x.sizes), dtype: x.dtype };
  },
  forward(output, x, mask, value) {
    choose(output, mask, value instanceof Tensor ? value : scalarTensor(asHeld(value, x.dtype), x.dtype, "cpu"), x);
  },
  reads: [1],
  backward(gradient, context) {
    const [, mask, value] = context.args;
    const part = (masked: boolean): Tensor => chosen(gradient, mask, masked);
    return [part(false), null, value instanceof Tensor && context.needs(2) ? part(true) : null];
  },
};

const maskedFillOperation = defineOperation<MaskedFillArgs>(maskedFillRow);
const maskedFillInPlace = defineInPlace<MaskedFillArgs>(maskedFillRow);

type MaskedFillArguments = AllArguments<[mask: Tensor, value: Tensor | Scalar], { readonly mask: Tensor; readonly value: Tensor | Scalar }>;

/** x with `value` where the mask is true; both broadcast. The value may be a tensor without dimensions. (torch.masked_fill) */
export function maskedFill(x: Tensor, ...args: MaskedFillArguments): Tensor {
  return maskedFillOperation(x, ...inOrder<[mask: Tensor, value: Tensor | Scalar]>("masked_fill", ["mask", "value"], args));
}

/** maskedFill in place. */
export function maskedFill_(x: Tensor, ...args: MaskedFillArguments): Tensor {
  return maskedFillInPlace(x, ...inOrder<[mask: Tensor, value: Tensor | Scalar]>("masked_fill_", ["mask", "value"], args));
}

const maskedSelectOperation = defineOperation<[x: Tensor, mask: Tensor], Int32Array>({
  name: "maskedSelect",
  infer(x, mask) {
    requireBool(mask, "masked_select: expected BoolTensor for mask");
    requireValues(mask, "maskedSelect");
    const sizes = broadcastSizes(x.sizes, mask.sizes);
    return { sizes: [kernels.countNonzero(expandedTo(mask, sizes))], dtype: x.dtype };
  },
  forward(output, x, mask) {
    const sizes = broadcastSizes(x.sizes, mask.sizes);
    const positions = kernels.nonzeroPositions(expandedTo(mask, sizes));
    const values = denseValues(expandedTo(x, sizes));
    const out = output.storage.data;
    for (let i = 0; i < positions.length; i++) out[i] = values[positions[i]!]!;
    return positions;
  },
  reads: [1],
  backward(gradient, { args: [x, mask], saved }) {
    const result = Tensor.allocate(broadcastSizes(x.sizes, mask.sizes), gradient.dtype, gradient.device);
    const given = denseValues(gradient);
    for (let i = 0; i < saved.length; i++) result.storage.data[saved[i]!] = given[i]!;
    return [result];
  },
});

/** The elements where the mask is true, in one dimension; both broadcast. (torch.masked_select) */
export function maskedSelect(x: Tensor, ...args: AllArguments<[mask: Tensor], { readonly mask: Tensor }>): Tensor {
  return maskedSelectOperation(x, ...inOrder("masked_select", ["mask"], args));
}

const nonzeroOperation = defineOperation<[x: Tensor]>({
  name: "nonzero",
  infer(x) {
    requireValues(x, "nonzero");
    return { sizes: [kernels.countNonzero(x), x.sizes.length], dtype: int64 };
  },
  forward(output, x) {
    const positions = kernels.nonzeroPositions(x);
    const strides = contiguousStrides(x.sizes);
    strides.forEach((stride, dim) => kernels.writeCoordinates(output.storage.data, dim, strides.length, positions, x.sizes[dim]!, stride));
  },
});

/** The positions of elements that are not zero, a row each; with `asTuple`, one vector a dimension, as `at` takes them. (torch.nonzero) */
export function nonzero(x: Tensor): Tensor;
export function nonzero(x: Tensor, options: { readonly asTuple: true }): Tensor[];
export function nonzero(x: Tensor, options: { readonly asTuple?: boolean } = {}): Tensor | Tensor[] {
  if (!checkedOptions(options, "asTuple").asTuple) return nonzeroOperation(x);
  const positions = nonzeroOperation(x.sizes.length === 0 ? unsqueeze(x, 0) : x);
  return Array.from({ length: positions.sizes[1]! }, (_, dim) => select(positions, 1, dim));
}

/** The positions of elements that are not zero, a row each. (torch.argwhere) */
export function argwhere(x: Tensor): Tensor {
  return nonzeroOperation(x);
}

type WhereArgs = [condition: Tensor, x: Tensor | Scalar, y: Tensor | Scalar];

const whereOperation = defineOperation<WhereArgs>({
  name: "where",
  infer(condition, x, y) {
    if (condition.dtype !== bool && condition.dtype !== uint8) {
      throw new RuntimeError(`where expected condition to be a boolean tensor, but got a tensor with dtype ${condition.dtype.scalarType}`);
    }
    let sizes = condition.sizes;
    const branches = [x, y].map((branch) => (branch instanceof Tensor ? branch.sizes : []));
    const common = broadcastSizes(branches[0]!, branches[1]!);
    sizes = broadcastSizes(sizes, common);
    return { sizes, dtype: resultType(x, y) };
  },
  forward(output, condition, x, y) {
    const branch = (value: Tensor | Scalar): Tensor => (value instanceof Tensor ? value : scalarTensor(asHeld(value, output.dtype), output.dtype, "cpu"));
    choose(output, condition, branch(x), branch(y));
  },
  reads: [0],
  backward(gradient, context) {
    const [condition] = context.args;
    const part = (position: number, isTrue: boolean): Tensor | null => {
      return context.needs(position) ? chosen(gradient, condition, isTrue) : null;
    };
    return [null, part(1, true), part(2, false)];
  },
});

/** x where the condition is true, else y; all broadcast. With a condition alone: where it is true, one vector of positions a dimension. (torch.where) */
export function where(condition: Tensor): Tensor[];
export function where(condition: Tensor, x: Tensor | Scalar, y: Tensor | Scalar): Tensor;
export function where(condition: Tensor, x?: Tensor | Scalar, y?: Tensor | Scalar): Tensor | Tensor[] {
  if (x === undefined) return nonzero(condition, { asTuple: true });
  if (y === undefined) throw new TypeError("where() takes a condition alone, or a condition and two branches");
  return whereOperation(condition, x, y);
}

const isinOperation = defineOperation<[elements: Tensor, testElements: Tensor]>({
  name: "isin",
  infer: (elements) => ({ sizes: elements.sizes, dtype: bool }),
  forward(output, elements, testElements) {
    const known = new Set<number>(denseValues(testElements));
    const values = denseValues(elements);
    for (let i = 0; i < values.length; i++) output.storage.data[i] = known.has(values[i]!) ? 1 : 0;
  },
});

export interface IsinOptions {
  /** Whether to give the contrary. Default false. */
  readonly invert?: boolean;
  /** In PyTorch a promise that makes it faster; without effect here. */
  readonly assumeUnique?: boolean;
}

/** Whether each element is one of `testElements`. (torch.isin) */
export function isin(elements: Tensor, ...args: WithRequired<[testElements: Tensor | Scalar], { readonly testElements: Tensor | Scalar }, [], IsinOptions>): Tensor {
  const [[testElements], rest] = requiredFirst<[testElements: Tensor | Scalar]>("isin", ["testElements"], args);
  const { invert = false } = collect<IsinOptions>([], rest, ["invert", "assumeUnique"]);
  const found = isinOperation(elements, testElements instanceof Tensor ? testElements : scalarTensor(testElements, elements.dtype, elements.device));
  return invert ? logicalNot(found) : found;
}

const maskedScatterRow: OperationRow<[x: Tensor, mask: Tensor, source: Tensor]> = {
  name: "maskedScatter",
  infer(x, mask, source) {
    requireBool(mask, `masked_scatter_ only supports boolean masks, but got mask with dtype ${mask.dtype.scalarType}`);
    if (x.dtype !== source.dtype) {
      throw new RuntimeError(`masked_scatter: expected self and source to have same dtypes but got ${x.dtype.scalarType} and ${source.dtype.scalarType}`);
    }
    return { sizes: broadcastSizes(x.sizes, mask.sizes), dtype: x.dtype };
  },
  forward(output, x, mask, source) {
    const values = denseValues(source);
    const positions = kernels.nonzeroPositions(expandedTo(mask, output.sizes));
    if (values.length < positions.length) throw new RuntimeError("Number of elements of source < number of ones in mask");
    if (output !== x) copy(output, x);
    const places = offsetsOf(output.sizes, output.strides);
    for (let i = 0; i < positions.length; i++) output.storage.data[output.offset + places[positions[i]!]!] = values[i]!;
  },
  reads: [1],
  backward(gradient, { args: [, mask, source] }) {
    const rest = copyOf(gradient);
    const picked = Tensor.allocate(source.sizes, gradient.dtype, gradient.device);
    if (gradient.device === "meta") return [rest, null, picked];
    const positions = kernels.nonzeroPositions(expandedTo(mask, gradient.sizes));
    for (let i = 0; i < positions.length; i++) {
      picked.storage.data[i] = rest.storage.data[positions[i]!]!;
      rest.storage.data[positions[i]!] = 0;
    }
    return [rest, null, picked];
  },
};

const maskedScatterOperation = defineOperation<[Tensor, Tensor, Tensor]>(maskedScatterRow);
const maskedScatterInPlace = defineInPlace<[Tensor, Tensor, Tensor]>(maskedScatterRow);

type MaskedScatterArguments = AllArguments<[mask: Tensor, source: Tensor], { readonly mask: Tensor; readonly source: Tensor }>;

/** x with the elements where the mask is true replaced by the first elements of `source`, in order. (torch.masked_scatter) */
export function maskedScatter(x: Tensor, ...args: MaskedScatterArguments): Tensor {
  return maskedScatterOperation(x, ...inOrder<[mask: Tensor, source: Tensor]>("masked_scatter", ["mask", "source"], args));
}

/** maskedScatter in place. */
export function maskedScatter_(x: Tensor, ...args: MaskedScatterArguments): Tensor {
  return maskedScatterInPlace(x, ...inOrder<[mask: Tensor, source: Tensor]>("masked_scatter_", ["mask", "source"], args));
}

