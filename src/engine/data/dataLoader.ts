import { checkedOptions } from "../arguments.js";
import { TypeError, ValueError } from "../errors.js";
import { defaultGenerator, type Generator } from "../random/generator.js";
import { warn } from "../warnings.js";
import { defaultCollate, type Collated } from "./collate.js";
import { isMapDataset, sample, type ItemOf, type MapDataset } from "./dataset.js";
import { BatchSampler, drawSeed, inBatches, RandomSampler, SequentialSampler, type Sampler } from "./sampler.js";

export interface DataLoaderOptions<Item, Batch> {
  /** Samples in a batch; null for samples one by one, as they are. Default 1. */
  readonly batchSize?: number | null;
  /** Whether the samples come in another order at every pass. Default false. */
  readonly shuffle?: boolean;
  /** An order of one's own. */
  readonly sampler?: Sampler;
  /** Batches of one's own. */
  readonly batchSampler?: Sampler<readonly number[]>;
  /** Accepted as in PyTorch; the samples are read in this process, and their order is the same. Default 0. */
  readonly numWorkers?: number;
  /** Makes a batch of samples. Default: `defaultCollate`. */
  readonly collateFn?: (samples: readonly Item[]) => Batch;
  /** Whether a last batch that is smaller is left out. Default false. */
  readonly dropLast?: boolean;
  /** What draws the order. Default: the default generator. */
  readonly generator?: Generator | null;
}

const optionNames = ["batchSize", "shuffle", "sampler", "batchSampler", "numWorkers", "collateFn", "dropLast", "generator"] as const;

/**
 * Batches of a dataset's samples, in the order that PyTorch gives them from the same seed. (torch.utils.data.DataLoader)
 * `dataset` is a map-style one (an array is one), or an iterable, whose own order is kept.
 */
export class DataLoader<const Data extends MapDataset<unknown> | Iterable<unknown>, Batch = Collated<ItemOf<Data>>> implements Iterable<Batch> {
  readonly dataset: Data;
  readonly batchSize: number | null;
  readonly dropLast: boolean;
  readonly sampler: Sampler | null;
  readonly batchSampler: Sampler<readonly number[]> | null;
  readonly #collate: (samples: readonly ItemOf<Data>[]) => Batch;
  readonly #hasOwnCollate: boolean;
  readonly #generator: Generator;

  constructor(dataset: Data, options: DataLoaderOptions<ItemOf<Data>, Batch> = {}) {
    checkedOptions<DataLoaderOptions<ItemOf<Data>, Batch>>("DataLoader", options, ...optionNames);
    const { batchSize = 1, shuffle = false, sampler = null, batchSampler = null, numWorkers = 0, collateFn, dropLast = false, generator = null } = options;
    if (numWorkers < 0) throw new ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.");
    if (numWorkers > 0) warn("DataLoader: the samples are read in this process, whatever num_workers says; their order is the same");
    this.dataset = dataset;
    this.dropLast = dropLast;
    this.#generator = generator ?? defaultGenerator;
    this.#hasOwnCollate = collateFn !== undefined;
    this.#collate = collateFn ?? (defaultCollate as unknown as (samples: readonly ItemOf<Data>[]) => Batch);
    if (sampler !== null && shuffle) throw new ValueError("sampler option is mutually exclusive with shuffle");
    if (batchSampler !== null && (batchSize !== 1 || shuffle || sampler !== null || dropLast)) {
      throw new ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last");
    }
    if (batchSize === null && dropLast) throw new ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last");
    this.batchSize = batchSampler === null ? batchSize : null;
    if (!isMapDataset(dataset)) {
      if (shuffle) throw new ValueError("DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle=True");
      if (sampler !== null) throw new ValueError("DataLoader with IterableDataset: expected unspecified sampler option, but got one");
      if (batchSampler !== null) throw new ValueError("DataLoader with IterableDataset: expected unspecified batch_sampler option, but got one");
      [this.sampler, this.batchSampler] = [null, null];
      return;
    }
    this.sampler = sampler ?? (shuffle ? new RandomSampler(dataset, { generator }) : new SequentialSampler(dataset));
    this.batchSampler = batchSampler ?? (batchSize === null ? null : new BatchSampler(this.sampler, batchSize, dropLast));
  }

  /** How many batches a pass has. Throws for an iterable dataset without a length. */
  get length(): number {
    if (this.batchSampler) return this.batchSampler.length;
    if (this.sampler) return this.sampler.length;
    const { length } = this.dataset as { readonly length?: number };
    if (length === undefined) throw new TypeError("object of type 'IterableDataset' has no len()");
    const batches = length / (this.batchSize ?? 1);
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<Batch> {
    // PyTorch seeds its workers here, also where it has none.
    drawSeed(this.#generator);
    const { dataset } = this;
    type Item = ItemOf<Data>;
    if (!isMapDataset(dataset)) {
      if (this.batchSize === null) for (const item of dataset as Iterable<Item>) yield this.#single(item);
      else for (const samples of inBatches(dataset as Iterable<Item>, this.batchSize, this.dropLast)) yield this.#collate(samples);
    } else if (this.batchSampler) {
      for (const indices of this.batchSampler) yield this.#collate(indices.map((index) => sample(dataset, index) as Item));
    } else {
      for (const index of this.sampler!) yield this.#single(sample(dataset, index) as Item);
    }
  }

  /** A sample that is not put into a batch: as it is, or what the user's own function makes of it. */
  #single(item: ItemOf<Data>): Batch {
    return this.#hasOwnCollate ? this.#collate(item as unknown as readonly ItemOf<Data>[]) : (item as unknown as Batch);
  }
}
