import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as torch from "../../src/engine/index.js";

const { data } = torch.utils;

interface LoaderCase {
  readonly seed: number;
  readonly count: number;
  readonly options: { readonly batch_size?: number | null; readonly shuffle?: boolean; readonly drop_last?: boolean };
  readonly own: boolean;
  readonly length: number;
  readonly passes: readonly unknown[];
  readonly next: number;
}

/** Written by generateDataLoading.py. */
const cases = JSON.parse(readFileSync(new URL("data/data_loading.json", import.meta.url), "utf8")) as {
  readonly loaders: readonly LoaderCase[];
  readonly samplers: readonly { readonly seed: number; readonly kind: string; readonly length: number; readonly order: unknown }[];
  readonly splits: readonly { readonly seed: number; readonly count: number; readonly lengths: readonly number[]; readonly parts: unknown }[];
  readonly collated: readonly { readonly batch: readonly unknown[]; readonly result: unknown }[];
};

function encode(value: unknown): unknown {
  if (value instanceof torch.Tensor) return { dtype: value.dtype.name, data: value.tolist() };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, encode(item)]));
  return value;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

describe("batches are PyTorch's, in its order, and leave the generator where it does", () => {
  it.each(cases.loaders)("seed $seed, $count samples, $options, own generator: $own", ({ seed, count, options, own, length, passes, next }) => {
    torch.manualSeed(seed);
    const generator = own ? new torch.Generator().manualSeed(seed + 1) : null;
    const dataset = new data.TensorDataset(torch.arange(count), torch.arange(count).div(2));
    const loader = new data.DataLoader(dataset, { batchSize: options.batch_size, shuffle: options.shuffle, dropLast: options.drop_last, generator });
    expect(loader.length).toBe(length);
    expect([1, 2].map(() => encode([...loader]))).toEqual(passes);
    expect(torch.rand(1).item()).toBe(next);
  });
});

describe("samplers", () => {
  const makers: Readonly<Record<string, () => torch.utils.data.Sampler<unknown>>> = {
    random: () => new data.RandomSampler(range(10)),
    more: () => new data.RandomSampler(range(10), { numSamples: 25 }),
    replacement: () => new data.RandomSampler(range(10), { replacement: true, numSamples: 70 }),
    subset: () => new data.SubsetRandomSampler([3, 5, 8, 9]),
    weighted: () => new data.WeightedRandomSampler([0.1, 0.9, 0.4, 0.7], 6),
    "weighted without replacement": () => new data.WeightedRandomSampler([0.1, 0.9, 0.4, 0.7], 3, { replacement: false }),
    batch: () => new data.BatchSampler(new data.RandomSampler(range(10)), 4, false),
  };
  it.each(cases.samplers)("$kind, seed $seed", ({ seed, kind, length, order }) => {
    torch.manualSeed(seed);
    const sampler = makers[kind]!();
    expect(sampler.length).toBe(length);
    expect([...sampler]).toEqual(order);
  });
});

it.each(cases.splits)("a random split of $count into $lengths, seed $seed", ({ seed, count, lengths, parts }) => {
  torch.manualSeed(seed);
  expect(data.randomSplit(range(count), lengths).map((part) => [...part])).toEqual(parts);
});

it.each(cases.collated)("$batch is put together as PyTorch does", ({ batch, result }) => {
  expect(encode(data.defaultCollate(batch))).toEqual(result);
});

describe("datasets of one's own", () => {
  class Squares extends data.Dataset<{ readonly x: number; readonly y: torch.Tensor }> {
    override readonly length = 5;
    override at(index: number) {
      return { x: index, y: torch.full([2], index * index) };
    }
  }

  it("are batched by field, with the types of the batch", () => {
    const [first] = new data.DataLoader(new Squares(), { batchSize: 3 });
    const { x, y }: { x: torch.Tensor; y: torch.Tensor } = first!;
    expect(x.tolist()).toEqual([0, 1, 2]);
    expect([...y.shape]).toEqual([3, 2]);
  });

  it("may be iterables, whose order is kept", () => {
    class Lines extends data.IterableDataset<string> {
      *[Symbol.iterator]() {
        yield* ["a", "b", "c"];
      }
    }
    expect([...new data.DataLoader(new Lines(), { batchSize: 2 })]).toEqual([["a", "b"], ["c"]]);
    expect(() => new data.DataLoader(new Lines(), { shuffle: true })).toThrow(
      "DataLoader with IterableDataset: expected unspecified shuffle option, but got shuffle=True",
    );
    expect(() => new data.DataLoader(new Lines()).length).toThrow("has no len()");
  });

  it("may have a collate function of their own", () => {
    const loader = new data.DataLoader([1, 2, 3], { batchSize: 2, collateFn: (samples) => samples.join("+") });
    expect([...loader]).toEqual(["1+2", "3"]);
  });

  it("are refused with options that are not known or exclude each other", () => {
    expect(() => new data.DataLoader([1], { bogus: 1 } as object)).toThrow("got an unexpected keyword argument 'bogus'");
    expect(() => new data.DataLoader([1], { batchSize: 0 })).toThrow("batch_size should be a positive integer value, but got batch_size=0");
    expect(() => new data.DataLoader([1], { shuffle: true, sampler: new data.SequentialSampler([1]) })).toThrow(
      "sampler option is mutually exclusive with shuffle",
    );
    expect(() => new data.DataLoader([], { shuffle: true })).toThrow("num_samples should be a positive integer value, but got num_samples=0");
    expect(() => new data.TensorDataset(torch.ones(2), torch.ones(3))).toThrow("Size mismatch between tensors");
  });
});
