import { checkedOptions } from "../arguments.js";
import { float64 } from "../dtype.js";
import { ValueError } from "../errors.js";
import { tensor } from "../ops/creation.js";
import { multinomial, randint, randperm } from "../ops/random.js";
import { defaultGenerator, Generator } from "../random/generator.js";
import type { Tensor } from "../tensor.js";

/** An order of samples: numbers, or lists of them, with how many there are. (torch.utils.data.Sampler) */
export interface Sampler<Index = number> extends Iterable<Index> {
  readonly length: number;
}

/** 0 to n - 1. (torch.utils.data.SequentialSampler) */
export class SequentialSampler implements Sampler {
  constructor(readonly dataSource: { readonly length: number }) {}

  get length(): number {
    return this.dataSource.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (let i = 0; i < this.dataSource.length; i++) yield i;
  }
}

export interface RandomSamplerOptions {
  /** Whether a sample may come again. Default false. */
  readonly replacement?: boolean;
  /** Default: as many as there are. */
  readonly numSamples?: number;
  /** Default: one of its own, seeded by the default generator at every pass. */
  readonly generator?: Generator | null;
}

/** A random order, anew at every pass. (torch.utils.data.RandomSampler) */
export class RandomSampler implements Sampler {
  constructor(
    readonly dataSource: { readonly length: number },
    private readonly options: RandomSamplerOptions = {},
  ) {
    checkedOptions<RandomSamplerOptions>("RandomSampler", options, "replacement", "numSamples", "generator");
    if (!Number.isInteger(this.length) || this.length <= 0) {
      throw new ValueError(`num_samples should be a positive integer value, but got num_samples=${this.length}`);
    }
  }

  get length(): number {
    return this.options.numSamples ?? this.dataSource.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const count = this.dataSource.length;
    const generator = this.options.generator ?? new Generator().manualSeed(drawSeed(defaultGenerator));
    if (this.options.replacement) {
      for (let left = this.length; left > 0; left -= 32) yield* numbers(randint(count, [Math.min(left, 32)], { generator }));
      return;
    }
    // PyTorch draws an order for what is left over in any case, so that a generator of the user's own is where it would be.
    for (let left = this.length; left >= 0; left -= count) yield* numbers(randperm(count, { generator })).slice(0, left);
  }
}

/** A random order of some numbers, anew at every pass. (torch.utils.data.SubsetRandomSampler) */
export class SubsetRandomSampler implements Sampler {
  constructor(
    readonly indices: readonly number[],
    private readonly options: Pick<RandomSamplerOptions, "generator"> = {},
  ) {
    checkedOptions<RandomSamplerOptions>("SubsetRandomSampler", options, "generator");
  }

  get length(): number {
    return this.indices.length;
  }

  *[Symbol.iterator](): IterableIterator<number> {
    for (const i of numbers(randperm(this.indices.length, { generator: this.options.generator ?? defaultGenerator }))) yield this.indices[i]!;
  }
}

/** Numbers drawn with given weights, which need not sum to 1. (torch.utils.data.WeightedRandomSampler) */
export class WeightedRandomSampler implements Sampler {
  readonly weights: Tensor;

  constructor(
    weights: readonly number[],
    readonly length: number,
    private readonly options: Pick<RandomSamplerOptions, "replacement" | "generator"> = {},
  ) {
    checkedOptions<RandomSamplerOptions>("WeightedRandomSampler", options, "replacement", "generator");
    if (!Number.isInteger(length) || length <= 0) throw new ValueError(`num_samples should be a positive integer value, but got num_samples=${length}`);
    this.weights = tensor(weights, { dtype: float64 });
  }

  *[Symbol.iterator](): IterableIterator<number> {
    const { replacement = true, generator } = this.options;
    yield* numbers(multinomial(this.weights, this.length, replacement, { generator: generator ?? defaultGenerator }));
  }
}

/** Numbers in batches. (torch.utils.data.BatchSampler) */
export class BatchSampler implements Sampler<readonly number[]> {
  constructor(
    readonly sampler: Sampler,
    readonly batchSize: number,
    readonly dropLast: boolean,
  ) {
    if (!Number.isInteger(batchSize) || batchSize <= 0) throw new ValueError(`batch_size should be a positive integer value, but got batch_size=${batchSize}`);
  }

  get length(): number {
    const batches = this.sampler.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  *[Symbol.iterator](): IterableIterator<readonly number[]> {
    yield* inBatches(this.sampler, this.batchSize, this.dropLast);
  }
}

/** Items in lists of `size`; the last one may have fewer unless it is dropped. */
export function* inBatches<Item>(items: Iterable<Item>, size: number, dropLast: boolean): IterableIterator<readonly Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0 && !dropLast) yield batch;
}

/** What `torch.empty((), dtype=torch.int64).random_()` draws, as far as a seed takes it: the lower 32 bits of a 64-bit draw. */
export function drawSeed(generator: Generator): number {
  return Number(BigInt.asUintN(32, generator.random64()));
}

function numbers(indices: Tensor): number[] {
  return indices.tolist() as number[];
}
