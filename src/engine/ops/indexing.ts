import { linearInEach, linearInAll, defineComposite, defineInPlace, defineOperation, defineView, type OperationRow, keeping } from "../dispatch/index.js";
import { bool, int32, int64, uint8 } from "../dtype.js";
import { IndexError, noData, RuntimeError, ValueError } from "../errors.js";
import { cloneValues, copy } from "../kernels/elementwise.js";
import * as kernels from "../kernels/indexing.js";
import { contiguousStrides, formatSizes } from "../size.js";
import { Storage, type Device } from "../storage.js";
import { Tensor } from "../tensor.js";
import { collect, requiredFirst, type WithRequired } from "../arguments.js";
import { addedAt, indexedSizes, placesOf, requireValues, scalarTensor } from "./rules/indexPlaces.js";
import type { Scalar } from "./rules/promotion.js";
import { select, unsqueeze } from "./shape.js";
import { slicedWindow } from "./rules/windows.js";
import { computes, moves, views, rangeIndex, type Part, notCounted, ofParts } from "../operation.js";

/** x[...]: parts of tensors picked, and written to, by numbers, slices, masks and index tensors. */

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
  effect: { kind: "part", parts: ([x, dim, start, stop, step]) => [{ index: rangeIndex(x.sizes, dim, start, stop, step) }] },
  arguments: ["input", "dim", "start", "end", ["step", 1]],
  window: slicedWindow,
});

const aliasOperation = defineView<[x: Tensor]>({
  name: "alias",
  effect: views,
  arguments: ["input"],
  window: ({ sizes, strides, offset }) => ({ sizes, strides, offset }),
});

/** `isAlone`: no other item stands beside it. PyTorch leaves a slice out that is written as the whole dimension, unless it is alone. */
function sliced(x: Tensor, dim: number, { start, stop, step }: Slice, isAlone: boolean): Tensor {
  if (step === 0) throw new ValueError("slice step cannot be zero");
  if (!(step > 0)) throw new ValueError("step must be greater than zero");
  const size = x.sizes[dim]!;
  const from = start ?? 0;
  const to = stop ?? size;
  if (!isAlone && from === 0 && to >= size && step === 1) return x;
  const bound = (value: number): number => Math.min(Math.max(value < 0 ? value + size : value, 0), size);
  const first = bound(from);
  return sliceOperation(x, dim, first, Math.max(bound(to), first), step);
}

const isMask = (index: Tensor): boolean => index.dtype === bool || index.dtype === uint8;

const masksIn = (index: readonly Index[]): Tensor[] => index.filter((each): each is Tensor => each instanceof Tensor && isMask(each));

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
      throw new IndexError("invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number");
    }
    throw new IndexError(`too many indices for tensor of dimension ${rank}`);
  }
  const walk = new Walk(x, rank - taken, index.length === 1);
  for (const item of index) walk.take(item);
  return walk;
}

/** A way through an index, item by item from the left. */
class Walk implements Indexed {
  readonly dims: number[] = [];
  readonly indices: Tensor[] = [];
  /** The dimension that the next item is for: of the view, and, as errors count, of the tensor that is indexed. */
  private dim = 0;
  private original = 0;

  /** `unnamed`: how many dimensions "..." stands for. `isAlone`: the index is one item. */
  constructor(
    public view: Tensor,
    private readonly unnamed: number,
    private readonly isAlone: boolean,
  ) {}

  take(item: Index): void {
    if (typeof item === "number") this.select(item);
    else if (item instanceof Slice) this.slice(item);
    else if (item === null) this.view = unsqueeze(this.view, this.dim++);
    else if (item === "...") this.pass(this.unnamed);
    else if (typeof item === "boolean") this.choose(item);
    else if (item instanceof Tensor) this.takeTensor(item);
    else if (Array.isArray(item)) this.pick([positionsTensor(item as readonly number[])], 1);
    else throw new IndexError(`only integers, slices (\`:\`), ellipsis (\`...\`), None and long or byte Variables are valid indices (got ${typeof item})`);
  }

  private takeTensor(item: Tensor): void {
    if (isMask(item)) this.mask(item);
    else if (item.dtype !== int64 && item.dtype !== int32) throw new IndexError("tensors used as indices must be long, int, byte or bool tensors");
    else if (item.sizes.length === 0 && item.device === "cpu") this.select(item.item());
    else this.pick([item], 1);
  }

  private select(position: number): void {
    this.view = selectAt(this.view, this.dim, position, this.original++);
  }

  private slice(item: Slice): void {
    this.view = sliced(this.view, this.dim, item, this.isAlone);
    this.pass(1);
  }

  private pass(count: number): void {
    this.dim += count;
    this.original += count;
  }

  /** A truth value is a mask without dimensions: it takes a new dimension of size 1, or none of it. */
  private choose(isTrue: boolean): void {
    this.view = unsqueeze(this.view, this.dim);
    this.pick([positionsTensor(isTrue ? [0] : [])], 0);
  }

  private mask(item: Tensor): void {
    if (item.sizes.length === 0) this.view = unsqueeze(this.view, this.dim);
    else checkMask(item, this.view, this.dim, this.original);
    this.pick(maskPositions(item), item.sizes.length);
  }

  /** Index tensors for the dimensions from here on, of which `count` are the indexed tensor's own. */
  private pick(positions: readonly Tensor[], count: number): void {
    const { device } = this.view;
    for (const each of positions) {
      this.dims.push(this.dim++);
      this.indices.push(each.device === device ? each : onDevice(each, device));
    }
    this.original += count;
  }
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

function onDevice(x: Tensor, device: Device): Tensor {
  if (x.device === device) return x;
  if (device === "meta") return Tensor.allocate(x.sizes, x.dtype, "meta");
  if (Storage.leavesOut !== null) return x;
  throw noData();
}

type IndexArgs = [x: Tensor, dims: readonly number[], indices: readonly Tensor[]];

const indexOperation = defineOperation<IndexArgs>({
  name: "index",
  effect: moves,
  multiplyAdds: notCounted,
  arguments: ["input", "dims", "indices"],
  infer: (x, dims, indices) => ({ sizes: indexedSizes(x, dims, indices), dtype: x.dtype }),
  forward: (output, x, dims, indices) => kernels.read(output.storage.data, output.offset, x.storage.data, x.offset, placesOf(x, dims, indices)),
  reads: [2],
  backward: (gradient, { args: [x, dims, indices] }) => [addedAt(gradient, x.sizes, dims, indices), null, null],
  recordedBackward: linearInEach(0),
});

/** As it is written between brackets; null where tensors, masks or lists choose. */
function indexText(index: readonly Index[]): readonly Part[] | null {
  const isPlain = (each: Index): boolean => each === null || typeof each !== "object" || each instanceof Slice;
  return index.every(isPlain) ? [{ index: `[${index.map(String).join(", ")}]` }] : null;
}

const atOperation = defineComposite(
  { name: "at", effect: { kind: "part", parts: ([, index]) => indexText(index) }, multiplyAdds: ofParts, arguments: ["input", null] },
  (x: Tensor, index: readonly Index[]): Tensor => {
    const { view, dims, indices } = applyBasic(x, index);
    if (dims.length > 0) return keeping(masksIn(index), indexOperation(view, dims, indices));
    return view === x ? aliasOperation(x) : view;
  },
);

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
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "values", "dims", "indices", ["accumulate", false]],
  infer(x, values, dims, indices) {
    const target = indexedSizes(x, dims, indices);
    if (values.dtype !== x.dtype) {
      throw new RuntimeError(
        `Index put requires the source and destination dtypes match, got ${x.dtype.scalarType} for the destination and ${values.dtype.scalarType} for the source.`,
      );
    }
    const fits =
      values.sizes.length <= target.length && values.sizes.every((size, i) => size === 1 || size === target[target.length - values.sizes.length + i]);
    if (!fits) {
      throw new RuntimeError(
        `shape mismatch: value tensor of shape ${formatSizes(values.sizes)} cannot be broadcast to indexing result of shape ${formatSizes(target)}`,
      );
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
    const places = placesOf(gradient, dims, indices);
    kernels.read(picked.storage.data, 0, gradient.storage.data, gradient.offset, places);
    if (accumulate) return [gradient, picked];
    const rest = cloneValues(gradient);
    kernels.writeValue(rest.storage.data, 0, 0, placesOf(rest, dims, indices));
    return [rest, picked];
  },
  recordedBackward: linearInAll(0, 1),
};
const indexPutOperation = defineOperation<IndexPutArgs>(indexPutRow);
const indexPutInPlace = defineInPlace<IndexPutArgs>(indexPutRow);

export interface AccumulateOptions {
  /** Adds to what is there instead of replacing it; an element named twice is added twice. Default false. */
  readonly accumulate?: boolean;
}

function putArguments(
  x: Tensor,
  index: Index | readonly Index[],
  values: Tensor | Scalar,
): { view: Tensor; values: Tensor; dims: readonly number[]; indices: readonly Tensor[] } {
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
  x: Tensor,
  ...args: WithRequired<
    [indices: Index | readonly Index[], values: Tensor | Scalar],
    { readonly indices: Index | readonly Index[]; readonly values: Tensor | Scalar },
    [accumulate: boolean],
    AccumulateOptions
  >
): Tensor {
  const [[index, values], rest] = requiredFirst<[indices: Index | readonly Index[], values: Tensor | Scalar]>("index_put_", ["indices", "values"], args);
  const { accumulate = false } = collect<AccumulateOptions>("indexPut_", ["accumulate"], rest);
  const { view, dims, indices, values: given } = putArguments(x, index, values);
  if (dims.length > 0) keeping(masksIn(isIndexList(index) ? index : [index]), indexPutInPlace(view, given, dims, indices, accumulate));
  else if (accumulate) view.add_(given);
  else view.copy_(given);
  return x;
}

/** A copy of x with `values` where the index tensors point. (torch.index_put) */
export function indexPut(
  x: Tensor,
  ...args: WithRequired<
    [indices: readonly Tensor[], values: Tensor | Scalar],
    { readonly indices: readonly Tensor[]; readonly values: Tensor | Scalar },
    [accumulate: boolean],
    AccumulateOptions
  >
): Tensor {
  const [[indices, values], rest] = requiredFirst<[indices: readonly Tensor[], values: Tensor | Scalar]>("index_put", ["indices", "values"], args);
  const { accumulate = false } = collect<AccumulateOptions>("indexPut", ["accumulate"], rest);
  const put = putArguments(x, indices, values);
  return indexPutOperation(put.view, put.values, put.dims, put.indices, accumulate);
}
