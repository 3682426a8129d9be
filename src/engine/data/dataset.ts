import { AssertionError, IndexError, ValueError } from "../errors.js";
import { defaultGenerator, type Generator } from "../random/generator.js";
import { randperm } from "../ops/random.js";
import type { Tensor } from "../tensor.js";
import { warn } from "../warnings.js";

/** Samples by number: an array is one. (torch.utils.data.Dataset, map-style) */
export interface MapDataset<Item> {
  readonly length: number;
  /** The sample with a number from 0 to `length` - 1. */
  at(index: number): Item | undefined;
}

/** The base of datasets of one's own: `at` is Python's `__getitem__`, `length` its `__len__`. (torch.utils.data.Dataset) */
export abstract class Dataset<Item> implements MapDataset<Item> {
  abstract readonly length: number;
  abstract at(index: number): Item;

  *[Symbol.iterator](): IterableIterator<Item> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

/** The base of datasets that give their samples one after the other, in an order of their own. (torch.utils.data.IterableDataset) */
export abstract class IterableDataset<Item> implements Iterable<Item> {
  abstract [Symbol.iterator](): Iterator<Item>;
}

/** What a dataset gives. */
export type ItemOf<Data> = Data extends readonly (infer Item)[]
  ? Item
  : Data extends { at(index: number): infer Item }
    ? Exclude<Item, undefined>
    : Data extends Iterable<infer Item>
      ? Item
      : never;

export function isMapDataset(dataset: MapDataset<unknown> | Iterable<unknown>): dataset is MapDataset<unknown> {
  return !(dataset instanceof IterableDataset) && "at" in dataset && "length" in dataset;
}

/** The sample with a number; a number below 0 counts from the end. */
export function sample<Item>(dataset: MapDataset<Item>, index: number): Item {
  if (!(index >= 0 && index < dataset.length)) throw new IndexError(`index ${index} is out of range for a dataset of ${dataset.length} samples`);
  return dataset.at(index) as Item;
}

type Rows<Tensors extends readonly Tensor[]> = { -readonly [i in keyof Tensors]: Tensor };

/** Rows of tensors that have equally many: sample i is the i-th row of each. (torch.utils.data.TensorDataset) */
export class TensorDataset<Tensors extends readonly Tensor[]> extends Dataset<Rows<Tensors>> {
  readonly tensors: Tensors;

  constructor(...tensors: Tensors) {
    super();
    if (tensors.some((tensor) => tensor.size(0) !== tensors[0]!.size(0))) throw new AssertionError("Size mismatch between tensors");
    this.tensors = tensors;
  }

  override get length(): number {
    return this.tensors[0]?.size(0) ?? 0;
  }

  override at(index: number): Rows<Tensors> {
    return this.tensors.map((tensor) => tensor.select(0, index)) as Rows<Tensors>;
  }
}

/** Datasets one after the other. (torch.utils.data.ConcatDataset) */
export class ConcatDataset<Item> extends Dataset<Item> {
  readonly datasets: readonly MapDataset<Item>[];
  /** How many samples there are up to the end of each dataset. */
  readonly cumulativeSizes: readonly number[];

  constructor(datasets: Iterable<MapDataset<Item>>) {
    super();
    this.datasets = [...datasets];
    if (this.datasets.length === 0) throw new AssertionError("datasets should not be an empty iterable");
    if (this.datasets.some((dataset) => !isMapDataset(dataset))) throw new AssertionError("ConcatDataset does not support IterableDataset");
    let sum = 0;
    this.cumulativeSizes = this.datasets.map(({ length }) => (sum += length));
  }

  override get length(): number {
    return this.cumulativeSizes.at(-1)!;
  }

  override at(index: number): Item {
    if (index < -this.length) throw new ValueError("absolute value of index should not exceed dataset length");
    const place = index < 0 ? index + this.length : index;
    const which = this.cumulativeSizes.findIndex((size) => place < size);
    if (which < 0) throw new IndexError("list index out of range");
    return sample(this.datasets[which]!, place - (this.cumulativeSizes[which - 1] ?? 0));
  }
}

/** Some of a dataset's samples, by their numbers. (torch.utils.data.Subset) */
export class Subset<Item> extends Dataset<Item> {
  constructor(
    readonly dataset: MapDataset<Item>,
    readonly indices: readonly number[],
  ) {
    super();
  }

  override get length(): number {
    return this.indices.length;
  }

  override at(index: number): Item {
    const found = this.indices.at(index);
    if (found === undefined) throw new IndexError("list index out of range");
    return sample(this.dataset, found);
  }
}

/**
 * Splits a dataset at random into parts that do not overlap. (torch.utils.data.random_split)
 * @param lengths How many samples each part has, or shares that sum to 1: what they leave over goes to the first parts, one each.
 */
export function randomSplit<Item>(dataset: MapDataset<Item>, lengths: readonly number[], options: { readonly generator?: Generator } = {}): Subset<Item>[] {
  const { generator = defaultGenerator } = options;
  const sizes = isShares(lengths) ? sharesOf(dataset.length, lengths) : lengths;
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total !== dataset.length) throw new ValueError("Sum of input lengths does not equal the length of the input dataset!");
  const indices = randperm(total, { generator }).tolist() as number[];
  let start = 0;
  return sizes.map((size) => new Subset(dataset, indices.slice(start, (start += size))));
}

function isShares(lengths: readonly number[]): boolean {
  const sum = lengths.reduce((total, length) => total + length, 0);
  // As Python's math.isclose, and not above 1.
  return sum <= 1 && 1 - sum <= 1e-9;
}

function sharesOf(count: number, shares: readonly number[]): number[] {
  const sizes = shares.map((share, i) => {
    if (share < 0 || share > 1) throw new ValueError(`Fraction at index ${i} is not between 0 and 1`);
    return Math.floor(count * share);
  });
  const left = count - sizes.reduce((sum, size) => sum + size, 0);
  for (let i = 0; i < left; i++) sizes[i % sizes.length]!++;
  sizes.forEach((size, i) => {
    if (size === 0) warn(`Length of split at index ${i} is 0. This might result in an empty dataset.`);
  });
  return sizes;
}
