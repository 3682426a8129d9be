import { requireValues } from "./rules/indexPlaces.js";
import { defineComposite, defineOperation } from "../dispatch/index.js";
import { float64, int64, type ElementArray } from "../dtype.js";
import { RuntimeError } from "../errors.js";
import { checkInterrupt } from "../interruption.js";
import { denseValues } from "../kernels/elementwise.js";
import { stridesOfCopy } from "../kernels/layout.js";
import { sortedPositions, topPositions } from "../kernels/order.js";
import { slicesOf } from "../kernels/slices.js";
import { Storage } from "../storage.js";
import { normalizeDim, Tensor } from "../tensor.js";
import { takingOnly, checkedOptions, collect, required, requiredFirst, type Arguments, type WithRequired } from "../arguments.js";
import { indexSelect } from "./indexedSlices.js";
import { definePick } from "./rules/picks.js";
import { numberOf, requireFloatingPoint, type Scalar } from "./rules/promotion.js";
import { reshape } from "./shape.js";
import { ValuesAndIndices } from "./rules/valuesAndIndices.js";
import { computes, ofParts, notCounted } from "../operation.js";

/** Order: sorting, the largest few, distinct values, counting and searching. NaN counts as larger than any number. */

/** The dimension as `slicesOf` takes it; a tensor without dimensions is one slice of one element. */
const alongDim = (x: Tensor, dim: number): readonly number[] => (x.sizes.length === 0 ? [] : [dim]);

/** Where fewer than one of so many elements is asked for, picking them beats sorting all. */
const fewOfMany = 16;

/** The first `count` positions of each slice in sorted order; by default all of them, which lie in memory as x does. */
function sortedIndices(x: Tensor, dim: number, descending: boolean, few?: number): Tensor {
  const count = few ?? x.sizes[dim] ?? 1;
  const indices = Tensor.allocate(
    x.sizes.map((size, i) => (i === dim ? count : size)),
    int64,
    x.device,
    few === undefined ? stridesOfCopy(x) : undefined,
  );
  if (x.device === "cpu") {
    const { data, starts, stride } = slicesOf(indices, alongDim(x, dim));
    const store = (s: number, positions: Uint32Array): void => {
      for (let k = 0; k < count; k++) data[starts[s]! + k * stride] = positions[k]!;
    };
    const slices = slicesOf(x, alongDim(x, dim));
    if (count > 0 && count * fewOfMany <= slices.size) topPositions(slices, count, descending ? 1 : -1, store);
    else sortedPositions(slices, descending, store);
  }
  return indices;
}

export interface SortOptions {
  /** Default -1, the last. */
  readonly dim?: number;
  /** Default false. */
  readonly descending?: boolean;
  /** Equal elements always keep their order here. */
  readonly stable?: boolean;
}

type SortArguments = Arguments<[dim: number, descending: boolean], SortOptions>;

const sortPick = definePick("sort", "SortBackward0", "exactly");
const sortOperation = defineComposite(
  { name: "sort", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["dim", -1], ["descending", false]] },
  (x: Tensor, along: number, descending: boolean): ValuesAndIndices => {
    const dim = normalizeDim(along, x.sizes.length);
    const indices = sortedIndices(x, dim, descending);
    return new ValuesAndIndices("sort", sortPick(x, indices, dim), indices);
  },
);

/** Elements in order along a dimension (the last by default), and where each was. Equal ones keep their order. (torch.sort) */
export function sort(x: Tensor, ...args: SortArguments): ValuesAndIndices {
  const { dim = -1, descending = false } = collect<SortOptions>("sort", ["dim", "descending"], args, ["stable"]);
  return sortOperation(x, dim, descending);
}

const argsortOperation = defineComposite(
  { name: "argsort", effect: computes, multiplyAdds: ofParts, arguments: ["input", ["dim", -1], ["descending", false]] },
  (x: Tensor, along: number, descending: boolean): Tensor => {
    const dim = normalizeDim(along, x.sizes.length);
    return sortedIndices(x, dim, descending);
  },
);

/** The positions that put a dimension (the last by default) in order. (torch.argsort) */
export function argsort(x: Tensor, ...args: SortArguments): Tensor {
  const { dim = -1, descending = false } = collect<SortOptions>("argsort", ["dim", "descending"], args, ["stable"]);
  return argsortOperation(x, dim, descending);
}

/** Elements in ascending order along the first dimension. (torch.msort) */
export const msort: (x: Tensor) => Tensor = takingOnly("msort", ["x"], (x: Tensor): Tensor => {
  return sortOperation(x, 0, false).values;
});

export interface TopkOptions {
  /** Default -1, the last. */
  readonly dim?: number;
  /** The largest, or the smallest. Default true. */
  readonly largest?: boolean;
  /** They come in order in any case. */
  readonly sorted?: boolean;
}

const topkPick = definePick("topk", "TopkBackward0");
const topkOperation = defineComposite(
  { name: "topk", effect: computes, multiplyAdds: ofParts, arguments: ["input", "k", ["dim", -1], ["largest", true]] },
  (x: Tensor, k: number, along: number, largest: boolean): ValuesAndIndices => {
    const dim = normalizeDim(along, x.sizes.length);
    if (!(k >= 0 && k <= (x.sizes[dim] ?? 1))) throw new RuntimeError("selected index k out of range");
    const indices = sortedIndices(x, dim, largest, k);
    return new ValuesAndIndices("topk", topkPick(x, indices, dim), indices);
  },
);

/** The k largest elements of a dimension (the last by default) in order, and where each was. (torch.topk) */
export function topk(
  x: Tensor,
  ...args: WithRequired<[k: number], { readonly k: number }, [dim: number, largest: boolean, sorted: boolean], TopkOptions>
): ValuesAndIndices {
  const { k, dim = -1, largest = true } = collect<TopkOptions & { readonly k?: number }>("topk", ["k", "dim", "largest", "sorted"], args);
  return topkOperation(x, required(k, "topk", "k"), dim, largest);
}

// ---- distinct values

function integers(values: ArrayLike<number>, sizes: readonly number[] = [values.length]): Tensor {
  const result = Tensor.allocate(sizes, int64, "cpu");
  result.storage.data.set(values);
  return result;
}

export interface UniqueOptions {
  /** The values come in order in any case. */
  readonly sorted?: boolean;
  /** Also gives the position of each element's value among the distinct ones. Default false. */
  readonly returnInverse?: boolean;
  /** Also gives how often each distinct value occurs. Default false. */
  readonly returnCounts?: boolean;
  /** Compares whole slices of this dimension; null flattens. Default null. */
  readonly dim?: number | null;
}

/** The rows to compare: elements, or slices of a dimension as runs in one array. */
function rowsOf(x: Tensor, dim: number | null): { values: ElementArray; count: number; width: number } {
  if (dim === null) return { values: denseValues(x), count: x.numel(), width: 1 };
  const count = x.sizes[dim]!;
  const moved = x.movedim(dim, 0);
  return { values: denseValues(moved), count, width: count === 0 ? 0 : x.numel() / count };
}

/** Groups equal rows that follow each other in `order`: the first of each group, the group of each row, the size of each group. */
function grouped(order: Uint32Array, areEqual: (a: number, b: number) => boolean): { firsts: number[]; inverse: number[]; counts: number[] } {
  const firsts: number[] = [];
  const counts: number[] = [];
  const inverse = new Array<number>(order.length);
  order.forEach((row, i) => {
    if (i === 0 || !areEqual(order[i - 1]!, row)) {
      firsts.push(row);
      counts.push(0);
    }
    inverse[row] = firsts.length - 1;
    counts[counts.length - 1]!++;
  });
  return { firsts, inverse, counts };
}

function distinct(x: Tensor, options: UniqueOptions, sorted: boolean): Tensor | Tensor[] {
  requireValues(x, "unique");
  const dim = options.dim == null ? null : normalizeDim(options.dim, x.sizes.length);
  const { values, count, width } = rowsOf(x, dim);
  const compare = (a: number, b: number): number => {
    checkInterrupt();
    for (let k = 0; k < width; k++) {
      const difference = values[a * width + k]! - values[b * width + k]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
  let order: Uint32Array = Uint32Array.from({ length: count }, (_, i) => i);
  if (sorted && dim === null) sortedPositions({ data: values, starts: Int32Array.of(0), size: count, stride: 1 }, false, (_, positions) => (order = positions));
  else if (sorted) order.sort((a, b) => compare(a, b) || a - b);
  const { firsts, inverse, counts } = grouped(order, (a, b) => compare(a, b) === 0);
  const result = indexSelect(dim === null ? reshape(x.detach(), -1) : x.detach(), dim ?? 0, integers(firsts));
  const results = [result];
  if (options.returnInverse) results.push(integers(inverse, dim === null ? x.sizes : [count]));
  if (options.returnCounts) results.push(integers(counts));
  return results.length === 1 ? result : results;
}

type WithExtras = UniqueOptions & ({ readonly returnInverse: true } | { readonly returnCounts: true });

const uniqueOperation = defineComposite(
  { name: "unique", effect: computes, multiplyAdds: ofParts, arguments: ["input", {}] },
  (x: Tensor, options: UniqueOptions) => distinct(x, options, true),
);
const uniqueConsecutiveOperation = defineComposite(
  { name: "uniqueConsecutive", effect: computes, multiplyAdds: ofParts, arguments: ["input", { returnInverse: false, returnCounts: false }] },
  (x: Tensor, options: UniqueOptions) => distinct(x, options, false),
);

/** The distinct values in ascending order; with options, also [values, inverse, counts]. (torch.unique) */
export function unique(x: Tensor, options: WithExtras): Tensor[];
export function unique(x: Tensor, options?: UniqueOptions): Tensor;
export function unique(x: Tensor, options: UniqueOptions = {}): Tensor | Tensor[] {
  return uniqueOperation(x, checkedOptions("unique", options, "dim", "sorted", "returnInverse", "returnCounts"));
}

/** The values without those equal to the one before; with options, also [values, inverse, counts]. (torch.unique_consecutive) */
export function uniqueConsecutive(x: Tensor, options: WithExtras): Tensor[];
export function uniqueConsecutive(x: Tensor, options?: UniqueOptions): Tensor;
export function uniqueConsecutive(x: Tensor, options: UniqueOptions = {}): Tensor | Tensor[] {
  return uniqueConsecutiveOperation(x, checkedOptions("uniqueConsecutive", options, "dim", "returnInverse", "returnCounts"));
}

// ---- counting

const bincountOperation = defineOperation<[x: Tensor, weights: Tensor | null, minlength: number]>({
  name: "bincount",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", "weights", ["minlength", 0]],
  infer(x, weights, minlength) {
    if (x.sizes.length !== 1 || x.dtype.isFloatingPoint) throw new RuntimeError("bincount only supports 1-d non-negative integral inputs.");
    requireValues(x, "bincount");
    if (weights !== null && weights.numel() !== x.numel()) throw new RuntimeError("weights should be 1-d and have the same length as input");
    let largest = -1;
    for (const value of denseValues(x)) {
      if (value < 0) throw new RuntimeError("bincount only supports 1-d non-negative integral inputs.");
      largest = Math.max(largest, value);
    }
    return { sizes: [Math.max(largest + 1, minlength)], dtype: weights === null ? int64 : weights.dtype };
  },
  forward(output, x, weights) {
    const counts = output.storage.data;
    const values = denseValues(x);
    const given = weights === null ? null : denseValues(weights);
    for (let i = 0; i < values.length; i++) counts[values[i]!]! += given === null ? 1 : given[i]!;
  },
  backward: null,
});

/** How often each of 0, 1, 2, ... occurs, or the sum of the weights given to each. (torch.bincount) */
export function bincount(
  x: Tensor,
  ...args: Arguments<[weights: Tensor | null, minlength: number], { readonly weights?: Tensor | null; readonly minlength?: number }>
): Tensor {
  const { weights = null, minlength = 0 } = collect<{ weights?: Tensor | null; minlength?: number }>("bincount", ["weights", "minlength"], args);
  return bincountOperation(x, weights, minlength);
}

export interface HistcOptions {
  /** Default 100. */
  readonly bins?: number;
  /** Lower end. Where both ends are 0 (the default), the range is the tensor's own. */
  readonly min?: number;
  /** Upper end. */
  readonly max?: number;
}

const histcOperation = defineOperation<[x: Tensor, bins: number, min: number, max: number]>({
  name: "histc",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["input", ["bins", 100], ["min", 0], ["max", 0]],
  infer(x, bins, min, max) {
    requireFloatingPoint(x.dtype, "histogram_cpu");
    if (!(bins > 0)) throw new RuntimeError("bins must be > 0");
    if (max < min) throw new RuntimeError("max must be larger than min");
    return { sizes: [bins], dtype: x.dtype };
  },
  forward(output, x, bins, min, max) {
    const values = denseValues(x);
    let [low, high] = [min, max];
    if (low === high && values.length > 0) {
      low = Infinity;
      high = -Infinity;
      for (let i = 0; i < values.length; i++) {
        low = Math.min(low, values[i]!);
        high = Math.max(high, values[i]!);
      }
    }
    if (low === high) [low, high] = [low - 1, high + 1];
    if (!Number.isFinite(low) || !Number.isFinite(high)) throw new RuntimeError(`torch.histc: range of [${low}, ${high}] is not finite`);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!(value >= low && value <= high)) continue;
      output.storage.data[Math.min(Math.floor(((value - low) / (high - low)) * bins), bins - 1)]!++;
    }
  },
  backward: null,
});

/** How many elements lie in each of `bins` equal ranges. (torch.histc) */
export function histc(x: Tensor, ...args: Arguments<[bins: number, min: number, max: number], HistcOptions>): Tensor {
  const { bins = 100, min = 0, max = 0 } = collect<HistcOptions>("histc", ["bins", "min", "max"], args);
  return histcOperation(x, bins, min, max);
}

// ---- searching

export interface SearchOptions {
  /** Whether a value equal to a boundary comes behind it. Default false. */
  readonly right?: boolean;
}

const searchsortedOperation = defineOperation<[sequence: Tensor, values: Tensor, right: boolean]>({
  name: "searchsorted",
  effect: computes,
  multiplyAdds: notCounted,
  arguments: ["sorted", "input", ["right", false]],
  infer(sequence, values) {
    const rank = sequence.sizes.length;
    const fits = rank === 1 || (rank === values.sizes.length && sequence.sizes.every((size, i) => i === rank - 1 || size === values.sizes[i]));
    if (!fits) {
      throw new RuntimeError(
        `torch.searchsorted(): boundaries tensor should be 1 dimension or the first N-1 dimensions of boundaries tensor and input value tensor must match, but we got boundaries tensor [${sequence.sizes.join(", ")}] and input value tensor [${values.sizes.join(", ")}]`,
      );
    }
    return { sizes: values.sizes, dtype: int64 };
  },
  forward(output, sequence, values, right) {
    const sorted = denseValues(sequence);
    const wanted = denseValues(values);
    const width = sequence.sizes[sequence.sizes.length - 1]!;
    const each = sequence.sizes.length === 1 ? wanted.length : values.sizes[values.sizes.length - 1]!;
    for (let i = 0; i < wanted.length; i++) {
      const start = sequence.sizes.length === 1 ? 0 : Math.floor(i / each) * width;
      let low = 0;
      let high = width;
      while (low < high) {
        const middle = (low + high) >> 1;
        const value = sorted[start + middle]!;
        if (right ? value <= wanted[i]! : value < wanted[i]!) low = middle + 1;
        else high = middle;
      }
      output.storage.data[i] = low;
    }
  },
  backward: null,
});

function asTensor(value: Tensor | Scalar, like: Tensor): Tensor {
  if (value instanceof Tensor) return value;
  if (like.device === "meta") return Tensor.allocate([], float64, "meta");
  return new Tensor(Storage.wrap(float64, Float64Array.of(numberOf(value))), [], [], 0);
}

/** Where each value would go in sorted sequences (along the last dimension) to keep them sorted. (torch.searchsorted) */
export function searchsorted(
  sequence: Tensor,
  ...args: WithRequired<[input: Tensor | Scalar], { readonly input: Tensor | Scalar }, [], SearchOptions>
): Tensor {
  const [[values], rest] = requiredFirst<[input: Tensor | Scalar]>("searchsorted", ["input"], args);
  return searchsortedOperation(sequence, asTensor(values, sequence), collect<SearchOptions>("searchsorted", [], rest, ["right"]).right ?? false);
}

/** Which of the ranges between sorted boundaries each element lies in. (torch.bucketize) */
export function bucketize(x: Tensor | Scalar, ...args: WithRequired<[boundaries: Tensor], { readonly boundaries: Tensor }, [], SearchOptions>): Tensor {
  const [[boundaries], rest] = requiredFirst<[boundaries: Tensor]>("bucketize", ["boundaries"], args);
  return searchsortedOperation(boundaries, asTensor(x, boundaries), collect<SearchOptions>("bucketize", [], rest, ["right"]).right ?? false);
}
