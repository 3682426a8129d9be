"""Datasets, samplers and collate functions that are written out."""
import math
import random
from collections import Counter

import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import BatchSampler, ConcatDataset, DataLoader, Dataset, IterableDataset, RandomSampler, Sampler, SequentialSampler, Subset, WeightedRandomSampler, random_split


class Sentences(Dataset):
    def __init__(self, lines, transform=None):
        self.vocab = {w: i for i, w in enumerate(sorted({w for l in lines for w in l.split()}), 1)}
        self.rows = [torch.tensor([self.vocab[w] for w in l.split()]) for l in lines]
        self.transform = transform

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        row = self.rows[i]
        return {"ids": self.transform(row) if self.transform else row, "label": len(row) % 2, "index": i}


class BucketSampler(Sampler):
    def __init__(self, data, size, shuffle=False, generator=None):
        self.data, self.size, self.shuffle, self.generator = data, size, shuffle, generator

    def __iter__(self):
        order = sorted(range(len(self.data)), key=lambda i: len(self.data.rows[i]))
        batches = [order[i : i + self.size] for i in range(0, len(order), self.size)]
        if self.shuffle:
            batches = [batches[i] for i in torch.randperm(len(batches), generator=self.generator)]
        yield from batches

    def __len__(self):
        return math.ceil(len(self.data) / self.size)


def collate(batch):
    ids = [b["ids"] for b in batch]
    return {"ids": pad_sequence(ids, batch_first=True), "lengths": torch.tensor([len(i) for i in ids]), "label": torch.tensor([b["label"] for b in batch])}


class Stream(IterableDataset):
    def __init__(self, stop):
        self.stop = stop

    def __iter__(self):
        for i in range(self.stop):
            if i % 3:
                yield i, float(i) ** 0.5


data = Sentences(["the cat sat", "a dog", "the dog ran far away", "cats", "a cat ran", "sat the dog"])
print(len(data), data[0], data.vocab)
g = torch.Generator().manual_seed(0)
loader = DataLoader(data, batch_sampler=BucketSampler(data, 2, True, g), collate_fn=collate)
print(len(loader))
for batch in loader:
    print(batch)
for x, r in DataLoader(Stream(10), batch_size=4):
    print(x, r, r.dtype)
print(next(iter(DataLoader(Stream(5), batch_size=None))))
torch.manual_seed(0)
weights = [0.1, 0.1, 5.0, 0.1, 0.1, 5.0]
print(Counter(i for i in WeightedRandomSampler(weights, 20, replacement=True)).most_common(2))
print(list(BatchSampler(SequentialSampler(range(7)), 3, drop_last=False)), list(RandomSampler(range(4), num_samples=6, replacement=True)))
train, val = random_split(data, [4, 2], generator=torch.Generator().manual_seed(1))
print(train.indices, val.indices, len(ConcatDataset([train, val])), ConcatDataset([train, val])[5]["index"])
print([len(s) for s in random_split(range(10), [0.5, 0.3, 0.2])])
nested = [{"a": (i, [1.5 * i]), "b": {"c": torch.ones(2) * i, "s": f"n{i}"}} for i in range(3)]
print(next(iter(DataLoader(nested, batch_size=2))))
rev = Sentences(["one two three", "four"], transform=lambda t: t.flip(0))
print([d["ids"] for d in rev], Subset(rev, [1])[0])
loader = DataLoader(range(10), batch_size=4, shuffle=True, drop_last=True, generator=torch.Generator().manual_seed(5))
print(len(loader), [b.tolist() for b in loader], [b.tolist() for b in loader])
try:
    next(iter(DataLoader([torch.ones(1), torch.ones(2)], batch_size=2)))
except RuntimeError as e:
    print(e)
try:
    DataLoader(data, batch_size=2, batch_sampler=BucketSampler(data, 2))
except ValueError as e:
    print(e)
