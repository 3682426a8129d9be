/** Datasets and batches. (torch.utils.data) */
export { defaultCollate, type Collated } from "./collate.js";
export { DataLoader, type DataLoaderOptions } from "./dataLoader.js";
export { ConcatDataset, Dataset, IterableDataset, randomSplit, Subset, TensorDataset, type MapDataset } from "./dataset.js";
export {
  BatchSampler,
  RandomSampler,
  SequentialSampler,
  SubsetRandomSampler,
  WeightedRandomSampler,
  type RandomSamplerOptions,
  type Sampler,
} from "./sampler.js";
