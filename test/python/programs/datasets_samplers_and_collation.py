"""Datasets of every style, collate functions, samplers, and what loaders say."""
import collections
import itertools
import random
from typing import NamedTuple

import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import BatchSampler, ChainDataset, ConcatDataset, DataLoader, Dataset, IterableDataset, RandomSampler, Sampler, SequentialSampler, StackDataset, Subset, SubsetRandomSampler, TensorDataset, WeightedRandomSampler, default_collate, random_split


class Example(NamedTuple):
    tokens: torch.Tensor
    label: int
    meta: dict


class Sentences(Dataset):
    vocabulary = {"<pad>": 0, "<unk>": 1}

    def __init__(self, texts):
        self.texts = texts
        for word in sorted(set(" ".join(texts).split())):
            self.vocabulary.setdefault(word, len(self.vocabulary))

    def __len__(self):
        return len(self.texts)

    def __getitem__(self, i):
        if i >= len(self):
            raise IndexError(i)
        words = self.texts[i].split()
        return Example(torch.tensor([self.vocabulary.get(w, 1) for w in words]), len(words) % 2, {"length": len(words), "text": self.texts[i]})

    def __add__(self, other):
        return ConcatDataset([self, other])


class Counting(IterableDataset):
    def __init__(self, start, stop):
        self.start, self.stop = start, stop

    def __iter__(self):
        return iter(range(self.start, self.stop))

    def __len__(self):
        return self.stop - self.start


class ByLength(Sampler):
    def __init__(self, data, size):
        self.lengths, self.size = [len(e.tokens) for e in data], size

    def __iter__(self):
        order = sorted(range(len(self.lengths)), key=lambda i: (self.lengths[i], i))
        return (order[i : i + self.size] for i in range(0, len(order), self.size))

    def __len__(self):
        return -(-len(self.lengths) // self.size)


def collate(batch):
    tokens, labels, meta = zip(*batch)
    padded = pad_sequence(tokens, batch_first=True)
    return {"tokens": padded, "mask": padded.ne(0), "labels": torch.tensor(labels), "texts": [m["text"] for m in meta]}


data = Sentences(["the cat sat", "a dog ran off quickly", "birds", "the end of it", "cat and dog"])
print(len(data), data[1], data.vocabulary["cat"])
for batch in DataLoader(data, batch_sampler=ByLength(data, 2), collate_fn=collate):
    print(batch["tokens"], batch["mask"].sum(1).tolist(), batch["labels"], batch["texts"])

torch.manual_seed(0)
pairs = TensorDataset(torch.arange(10.0).view(10, 1), torch.arange(10) % 3)
print(pairs[2], pairs[:2], len(pairs))
loader = DataLoader(pairs, batch_size=4, shuffle=True, generator=torch.Generator().manual_seed(5))
print(len(loader), [y.tolist() for _, y in loader], [y.tolist() for _, y in loader])
print([x.flatten().tolist() for x, _ in DataLoader(pairs, batch_size=4, drop_last=True)])
print(default_collate([{"a": 1, "b": (2.0, "x")}, {"a": 3, "b": (4.0, "y")}]), default_collate([Example(torch.zeros(2), 1, {}), Example(torch.ones(2), 0, {})]))
print(default_collate([[1, 2], [3, 4]]), default_collate([torch.tensor(1), torch.tensor(2)]), default_collate(["a", "b"]))
print(list(DataLoader(Counting(3, 10), batch_size=3)), list(ChainDataset([Counting(0, 2), Counting(5, 7)])))
print(list(BatchSampler(SequentialSampler(range(7)), 3, False)), list(SubsetRandomSampler([4, 5, 6], generator=torch.Generator().manual_seed(1))))
print(list(WeightedRandomSampler([0.1, 0.0, 0.9], 6)), list(RandomSampler(range(4), replacement=True, num_samples=5)), list(RandomSampler(range(5))))
a, b, c = random_split(range(10), [0.5, 0.3, 0.2], generator=torch.Generator().manual_seed(42))
print(list(a), list(b), list(c), a.indices)
joined = data + Subset(data, [0, 2])
print(len(joined), joined[-1].meta, joined.cumulative_sizes, joined.datasets[1].indices)
print(StackDataset(x=[1, 2], y=[3, 4])[1], len(StackDataset([1, 2], [5, 6])), StackDataset([1, 2], [5, 6])[0])
print(next(iter(DataLoader(pairs, batch_size=None))), next(iter(DataLoader(range(3)))))
for bad in (
    lambda: DataLoader(pairs, batch_size=0),
    lambda: DataLoader(pairs, shuffle=True, sampler=SequentialSampler(pairs)),
    lambda: DataLoader(Counting(0, 3), shuffle=True),
    lambda: list(DataLoader(data, batch_size=2)),
    lambda: random_split(range(10), [3, 3]),
    lambda: TensorDataset(torch.zeros(2), torch.zeros(3)),
    lambda: WeightedRandomSampler([0.5], 0),
    lambda: default_collate([object()]),
    lambda: joined[100],
    lambda: DataLoader(pairs, batch_size=2, batch_sampler=BatchSampler(SequentialSampler(pairs), 2, True)),
    lambda: RandomSampler([]) and list(DataLoader([], shuffle=True)),
):
    try:
        print(bad())
    except Exception as error:
        print(type(error).__name__, str(error).split("\n")[0][:160])
endless = itertools.chain.from_iterable(itertools.repeat(DataLoader(pairs, batch_size=5)))
print([next(endless)[1].tolist() for _ in range(3)])
print(collections.Counter(y.item() for _, y in pairs))
