import { linearInEach, linearInAll, defineInPlace, defineOperation, named, type OperationRow } from "../dispatch/index.js";
import { bool, int32, int64 } from "../dtype.js";
import { IndexError, RuntimeError } from "../errors.js";
import { binary, cloneValues, copy, denseValues } from "../kernels/elementwise.js";
import * as kernels from "../kernels/indexing.js";
import { contiguousStrides, equalSizes, formatSizes } from "../size.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { collect, inOrder, requiredFirst, type AllArguments, type WithRequired } from "../arguments.js";
import { maskedFill, maskedFill_ } from "./masks.js";
import { asHeld, requireElement } from "./rules/elementwiseRows.js";
import { addedAt, asVector, placesOf, scalarTensor } from "./rules/indexPlaces.js";
import { type Scalar } from "./rules/promotion.js";
import { computes, moves, notCounted } from "../operation.js";

/** Whole slices of a dimension, named by a vector of positions. */

const indexSelectOperation = defineOperation<[x: Tensor, dim: number, index: Tensor]>({
  name: "indexSelect",
  effect: moves,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", "index"],
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
  recordedBackward: linearInEach(0),
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
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", "index", "source", ["alpha", 1]],
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
  reads: [2, 3].map((read) => ({ read, forGradientsOf: [3] })),
  backward(gradient, { args: [x, dim, index, source, alpha] }) {
    const picked = readSlices(gradient, normalizeDim(dim, x.sizes.length), index);
    if (alpha !== 1) binary(picked, picked, scalarTensor(alpha, picked.dtype, "cpu"), (value, by) => value * by);
    return [gradient, null, null, reshaped(picked, source.sizes)];
  },
  recordedBackward: linearInAll(0, 3),
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
    throw new RuntimeError(
      `source tensor shape must match self tensor shape, excluding the specified dimension. Got self.shape = ${formatSizes(x.sizes)} source.shape = ${formatSizes(source.sizes)}`,
    );
  }
}

/** The named slices of an unrecorded tensor. */
function readSlices(x: Tensor, dim: number, index: Tensor): Tensor {
  const source = asVector(x);
  const result = Tensor.allocate(
    source.sizes.map((size, i) => (i === dim ? index.numel() : size)),
    x.dtype,
    x.device,
  );
  kernels.read(result.storage.data, 0, x.storage.data, x.offset, placesOf(source, [dim], [asVector(index)]));
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
  x: Tensor,
  ...args: WithRequired<
    [dim: number, index: Tensor, source: Tensor],
    { readonly dim: number; readonly index: Tensor; readonly source: Tensor },
    [],
    IndexAddOptions
  >
): Tensor {
  const [[dim, index, source], rest] = requiredFirst<[dim: number, index: Tensor, source: Tensor]>("index_add", ["dim", "index", "source"], args);
  return indexAddOperation(x, dim, index, source, collect<IndexAddOptions>("indexAdd", [], rest, ["alpha"]).alpha ?? 1);
}

/** indexAdd in place. */
export function indexAdd_(
  x: Tensor,
  ...args: WithRequired<
    [dim: number, index: Tensor, source: Tensor],
    { readonly dim: number; readonly index: Tensor; readonly source: Tensor },
    [],
    IndexAddOptions
  >
): Tensor {
  const [[dim, index, source], rest] = requiredFirst<[dim: number, index: Tensor, source: Tensor]>("index_add_", ["dim", "index", "source"], args);
  return indexAddInPlace(x, dim, index, source, collect<IndexAddOptions>("indexAdd_", [], rest, ["alpha"]).alpha ?? 1);
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
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", "index", "source"],
  infer(x, dim, index, source) {
    checkCopiedSlices(x, normalizeDim(dim, x.sizes.length), index, source);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, dim, index, source) {
    if (output !== x) copy(output, x);
    const places = placesOf(asVector(output), [normalizeDim(dim, x.sizes.length)], [asVector(index)]);
    kernels.write(output.storage.data, output.offset, denseValues(source), places, false);
  },
  reads: [2, { read: 3, forGradientsOf: [3] }],
  backward(gradient, { args: [x, dim, index, source] }) {
    const along = normalizeDim(dim, x.sizes.length);
    return [zeroedSlices(gradient, along, index), null, null, reshaped(readSlices(gradient, along, index), source.sizes)];
  },
  recordedBackward: linearInAll(0, 3),
};

/** A copy with zeros in the named slices. */
function zeroedSlices(x: Tensor, dim: number, index: Tensor): Tensor {
  const rest = cloneValues(x);
  kernels.writeValue(rest.storage.data, 0, 0, placesOf(asVector(rest), [dim], [asVector(index)]));
  return rest;
}

const indexCopyOperation = defineOperation<IndexCopyArgs>(indexCopyRow);
const indexCopyInPlace = defineInPlace<IndexCopyArgs>(indexCopyRow);

/** x with the slices that `index` names replaced by those of `source`. (torch.index_copy) */
export function indexCopy(
  x: Tensor,
  ...args: AllArguments<[dim: number, index: Tensor, source: Tensor], { readonly dim: number; readonly index: Tensor; readonly source: Tensor }>
): Tensor {
  return indexCopyOperation(x, ...inOrder("index_copy", ["dim", "index", "source"], args));
}

/** indexCopy in place. */
export function indexCopy_(
  x: Tensor,
  ...args: AllArguments<[dim: number, index: Tensor, source: Tensor], { readonly dim: number; readonly index: Tensor; readonly source: Tensor }>
): Tensor {
  return indexCopyInPlace(x, ...inOrder("index_copy_", ["dim", "index", "source"], args));
}

type IndexFillArgs = [x: Tensor, dim: number, index: Tensor, value: Scalar];

const indexFillRow: OperationRow<IndexFillArgs> = {
  name: "indexFill",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", "index", "value"],
  keepsLayout: true,
  infer(x, dim, index, value) {
    requireElement(value, x.dtype);
    if (index.sizes.length > 1) throw new IndexError("index_fill_(): Index is supposed to be a vector");
    if (index.dtype !== int64) throw new IndexError("index_fill_(): Expected dtype int64 for index.");
    normalizeDim(dim, x.sizes.length);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, dim, index, value) {
    if (output !== x) copy(output, x);
    kernels.writeValue(
      output.storage.data,
      output.offset,
      scalarTensor(value, output.dtype, "cpu").item(),
      placesOf(asVector(output), [normalizeDim(dim, x.sizes.length)], [asVector(index)]),
    );
  },
  reads: [2],
  backward: (gradient, { args: [x, dim, index] }) => [zeroedSlices(gradient, normalizeDim(dim, x.sizes.length), index)],
  recordedBackward: linearInAll(0, 3),
};

const indexFillOperation = defineOperation<IndexFillArgs>(indexFillRow);
const indexFillInPlace = defineInPlace<IndexFillArgs>(indexFillRow);

type FillingArgs = [dim: number, index: Tensor, value: Scalar | Tensor];
type FillingArguments = AllArguments<FillingArgs, { readonly dim: number; readonly index: Tensor; readonly value: Scalar | Tensor }>;

/** A number to fill with, also where a tensor without dimensions says it; its gradient goes through `masked`. */
function filling(
  x: Tensor,
  [dim, index, value]: FillingArgs,
  plain: (...args: IndexFillArgs) => Tensor,
  masked: (x: Tensor, mask: Tensor, value: Tensor) => Tensor,
): Tensor {
  if (!(value instanceof Tensor)) return plain(x, dim, index, value);
  if (value.sizes.length > 0) {
    throw new RuntimeError(`index_fill_ only supports a 0-dimensional value tensor, but got tensor with ${value.sizes.length} dimension(s).`);
  }
  const along = normalizeDim(dim, x.sizes.length);
  const mask = indexFillOperation(Tensor.allocate(x.sizes.slice(along, along + 1), bool, x.device), 0, index, true);
  return masked(x, mask.reshape([-1, ...x.sizes.slice(along + 1).map(() => 1)]), value);
}

/** x with the slices that `index` names filled with a number. (torch.index_fill) */
export function indexFill(x: Tensor, ...args: FillingArguments): Tensor {
  return filling(x, inOrder<FillingArgs>("index_fill", ["dim", "index", "value"], args), indexFillOperation, (...given) =>
    named("IndexFillBackward1", maskedFill(...given)),
  );
}

/** indexFill in place. */
export function indexFill_(x: Tensor, ...args: FillingArguments): Tensor {
  return filling(x, inOrder<FillingArgs>("index_fill_", ["dim", "index", "value"], args), indexFillInPlace, maskedFill_);
}
