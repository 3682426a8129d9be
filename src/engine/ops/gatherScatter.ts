import { linearInEach, linearInAll, itself, defineComposite, defineInPlace, defineOperation, type OperationRow } from "../dispatch/index.js";
import { bool, int32, int64, type DType } from "../dtype.js";
import { IndexError, RuntimeError } from "../errors.js";
import { binary, cloneValues, copy, denseValues, fill } from "../kernels/elementwise.js";
import * as kernels from "../kernels/indexing.js";
import { offsetsOf } from "../kernels/strided.js";
import { equalSizes, formatSizes } from "../size.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { collect, inOrder, required, requiredFirst, type AllArguments, type WithRequired } from "../arguments.js";
import type { AccumulateOptions } from "./indexing.js";
import { requireElement } from "./rules/elementwiseRows.js";
import { asVector, scalarTensor } from "./rules/indexPlaces.js";
import { where } from "./masks.js";
import { broadcastSizes, type Scalar } from "./rules/promotion.js";
import { expand } from "./shape.js";
import { computes, moves, notCounted, ofParts } from "../operation.js";
import { iinfo } from "./rules/limits.js";

/** Elements picked and written one by one, where an index tensor of the same number of dimensions says, or a position counted through all. */

function requireIndex(operation: string, index: Tensor): void {
  if (index.dtype !== int64 && index.dtype !== int32) throw new RuntimeError(`${operation}(): Expected dtype int32/int64 for index`);
}

/** The rank of a tensor as gather and scatter count it. */
const rankOf = (x: Tensor): number => Math.max(x.sizes.length, 1);

const gatherOperation = defineOperation<[x: Tensor, dim: number, index: Tensor]>({
  name: "gather",
  effect: moves,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", "index"],
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
  reads: [0, 2],
  backward(gradient, { args: [x, dim, index] }) {
    const result = Tensor.allocate(x.sizes, gradient.dtype, gradient.device);
    kernels.scatter(asVector(result), normalizeDim(dim, x.sizes.length), asVector(index), asVector(gradient), (a, b) => a + b);
    return [result, null, null];
  },
  recordedBackward: linearInEach(0),
});

/** Picks along `dim`: result[i][j] = x[index[i][j]][j] for dim 0. The result has the shape of `index`. (torch.gather) */
export function gather(x: Tensor, ...args: AllArguments<[dim: number, index: Tensor], { readonly dim: number; readonly index: Tensor }>): Tensor {
  return gatherOperation(x, ...inOrder("gather", ["dim", "index"], args));
}

type TakeAlongArguments = WithRequired<[indices: Tensor], { readonly indices: Tensor }, [dim: number | null], { readonly dim?: number | null }>;

/** `gather` where both broadcast against each other apart from `dim`; without `dim` both are taken as one row. (torch.take_along_dim) */
export const takeAlongDim: (x: Tensor, ...args: TakeAlongArguments) => Tensor = defineComposite(
  { name: "takeAlongDim", effect: moves, multiplyAdds: ofParts, arguments: ["input", "indices", "dim"] },
  (x: Tensor, ...args: TakeAlongArguments): Tensor => {
    const [[indices], rest] = requiredFirst<[indices: Tensor]>("take_along_dim", ["indices"], args);
    const { dim = null } = collect<{ dim?: number | null }>("takeAlongDim", ["dim"], rest);
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
    // PyTorch keeps what it makes of the indices.
    return gatherOperation(to(x), along, to(x.requiresGrad ? indices.clone() : indices));
  },
);

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
  kernels.gather(asVector(result), asVector(gradient), dim, asVector(index));
  return result;
}

function scatterRow(name: string, combine: kernels.Combine | null): OperationRow<ScatterArgs> {
  return {
    name,
    effect: computes,
    multiplyAdds: notCounted,
    arguments: ["input", "dim", "index", "source"],
    infer(x, dim, index, source) {
      checkScatter(x, dim, index, source);
      return { sizes: x.sizes, dtype: x.dtype };
    },
    forward(output, x, dim, index, source) {
      if (output !== x) copy(output, x);
      kernels.scatter(asVector(output), normalizeDim(dim, x.sizes.length), asVector(index), asVector(source), combine);
    },
    reads: combine === null ? [2] : [{ read: 2, forGradientsOf: [3] }],
    backward(gradient, { args: [x, dim, index, source] }) {
      const along = normalizeDim(dim, x.sizes.length);
      const forX = combine === null ? zeroedAt(gradient, along, index) : gradient;
      return [forX, null, null, gathered(gradient, along, index, source)];
    },
    recordedBackward: linearInAll(0, 3),
  };
}

/** A copy with zeros where the index points. */
function zeroedAt(x: Tensor, dim: number, index: Tensor): Tensor {
  const rest = cloneValues(x);
  kernels.scatter(asVector(rest), dim, asVector(index), zerosFor(index, x.dtype), null);
  return rest;
}

/** Zeros that look like `index` and take one element. */
function zerosFor(index: Tensor, dtype: DType): Tensor {
  return constantFor(index, 0, dtype);
}

function constantFor(index: Tensor, value: Scalar, dtype: DType): Tensor {
  const one = scalarTensor(value, dtype, index.device);
  const { sizes } = asVector(index);
  return new Tensor(
    one.storage,
    sizes,
    sizes.map(() => 0),
    0,
  );
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
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", "index", "value"],
  gradientName: "ScatterBackward1",
  infer(x, dim, index, value) {
    checkScatter(x, dim, index, null);
    requireElement(value, x.dtype);
    return { sizes: x.sizes, dtype: x.dtype };
  },
  forward(output, x, dim, index, value) {
    if (output !== x) copy(output, x);
    kernels.scatter(asVector(output), normalizeDim(dim, x.sizes.length), asVector(index), constantFor(index, value, x.dtype), null);
  },
  reads: [2],
  backward: (gradient, { args: [x, dim, index] }) => [zeroedAt(gradient, normalizeDim(dim, x.sizes.length), index)],
  recordedBackward: linearInAll(0, 3),
};
const scatterValue = defineOperation<ScatterValueArgs>(scatterValueRow);
const scatterValueInPlace = defineInPlace<ScatterValueArgs>(scatterValueRow);

/** The source is `src` by name, and `value` where it is a number. */
type ScatterArguments = AllArguments<
  [dim: number, index: Tensor, src: Tensor | Scalar],
  { readonly dim: number; readonly index: Tensor } & ({ readonly src: Tensor } | { readonly value: Scalar })
>;

function scatterArgs(operation: string, args: readonly unknown[]): [dim: number, index: Tensor, source: Tensor | Scalar] {
  const given = collect<{ dim?: number; index?: Tensor; src?: Tensor | Scalar; value?: Scalar }>(operation, ["dim", "index", "src"], args, ["value"]);
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
  x: Tensor,
  ...args: AllArguments<[dim: number, index: Tensor, src: Tensor], { readonly dim: number; readonly index: Tensor; readonly src: Tensor }>
): Tensor {
  return scatterAddOperation(x, ...inOrder("scatter_add", ["dim", "index", "src"], args));
}

/** scatterAdd in place. */
export function scatterAdd_(
  x: Tensor,
  ...args: AllArguments<[dim: number, index: Tensor, src: Tensor], { readonly dim: number; readonly index: Tensor; readonly src: Tensor }>
): Tensor {
  return scatterAddInPlace(x, ...inOrder("scatter_add_", ["dim", "index", "src"], args));
}

/** How elements are combined that are sent to one place. */
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
  const largest = dtype.isFloatingPoint ? Infinity : dtype === bool ? 1 : Math.min(iinfo(dtype).max, Number.MAX_SAFE_INTEGER);
  return reduce === "amin" ? largest : dtype.category === "integer" ? Math.max(iinfo(dtype).min, -Number.MAX_SAFE_INTEGER) : dtype === bool ? 0 : -largest;
}

/** How many elements each result is the mean of, at least 1. */
function scatterCounts(x: Tensor, dim: number, index: Tensor, includeSelf: boolean): Tensor {
  const counts = x.allocateLike();
  if (x.device === "meta") return counts;
  if (includeSelf) fill(counts, 1);
  kernels.scatter(asVector(counts), dim, asVector(index), constantFor(index, 1, x.dtype), combinations.sum);
  const values = counts.storage.data;
  for (let i = 0; i < values.length; i++) if (values[i] === 0) values[i] = 1;
  return counts;
}

const scatterReduceRow: OperationRow<ScatterReduceArgs> = {
  name: "scatterReduce",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "dim", "index", "src", "reduce", ["includeSelf", true]],
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
  recordedBackward: itself,
};

/** The gradients for the tensor, its own elements counting, and for the used part of the source. */
function scatterReduceGradients(
  gradient: Tensor,
  [x, dim, index, source, reduce, includeSelf]: ScatterReduceArgs,
  output: Tensor,
): [x: Tensor, source: Tensor] {
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
  return [x, dim, index, source, reduce, collect<ScatterReduceOptions>(operation, ["includeSelf"], rest).includeSelf ?? true];
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
  effect: moves,
  multiplyAdds: notCounted,
  arguments: ["input", "index"],
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
  reads: [0, 1],
  backward(gradient, { args: [x, index] }) {
    const result = Tensor.allocate(x.sizes, gradient.dtype, gradient.device);
    const given = denseValues(gradient);
    const positions = denseValues(index);
    const out = result.storage.data;
    for (let i = 0; i < positions.length; i++) out[flatPosition(positions[i]!, out.length)]! += given[i]!;
    return [result];
  },
  recordedBackward: linearInEach(0),
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
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "index", "source", ["accumulate", false]],
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
    const rest = accumulate ? gradient : cloneValues(gradient);
    const picked = Tensor.allocate(source.sizes, gradient.dtype, gradient.device);
    const given = denseValues(gradient);
    denseValues(index).forEach((position, i) => {
      const place = flatPosition(position, given.length);
      picked.storage.data[i] = given[place]!;
      if (!accumulate) rest.storage.data[place] = 0;
    });
    return [rest, null, picked];
  },
  recordedBackward: linearInAll(0, 2),
};
const putOperation = defineOperation<PutArgs>(putRow);
const putInPlace = defineInPlace<PutArgs>(putRow);

/** A copy of x with the elements of `source` at positions counted through x row by row. (torch.put) */
export function put(
  x: Tensor,
  ...args: WithRequired<[index: Tensor, source: Tensor], { readonly index: Tensor; readonly source: Tensor }, [accumulate: boolean], AccumulateOptions>
): Tensor {
  const [[index, source], rest] = requiredFirst<[index: Tensor, source: Tensor]>("put", ["index", "source"], args);
  return putOperation(x, index, source, collect<AccumulateOptions>("put", ["accumulate"], rest).accumulate ?? false);
}

/** put in place. */
export function put_(
  x: Tensor,
  ...args: WithRequired<[index: Tensor, source: Tensor], { readonly index: Tensor; readonly source: Tensor }, [accumulate: boolean], AccumulateOptions>
): Tensor {
  const [[index, source], rest] = requiredFirst<[index: Tensor, source: Tensor]>("put_", ["index", "source"], args);
  return putInPlace(x, index, source, collect<AccumulateOptions>("put_", ["accumulate"], rest).accumulate ?? false);
}
