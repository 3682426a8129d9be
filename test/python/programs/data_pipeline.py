import torch
from torch.utils.data import (
    BatchSampler,
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    SequentialSampler,
    Subset,
    TensorDataset,
    WeightedRandomSampler,
    default_collate,
    random_split,
)


class Squares(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError(i)
        return {"x": torch.tensor([i, i * i], dtype=torch.float32), "y": i % 2, "name": f"n{i}"}


data = Squares(7)
for batch in DataLoader(data, batch_size=3):
    print(batch)
print(len(DataLoader(data, 3)), len(DataLoader(data, 3, drop_last=True)))
torch.manual_seed(0)
print([b["y"].tolist() for b in DataLoader(data, 2, shuffle=True)])
g = torch.Generator().manual_seed(7)
print([b["name"] for b in DataLoader(data, 4, shuffle=True, generator=g)])


class Stream(IterableDataset):
    def __iter__(self):
        yield from ((i, float(i) / 2) for i in range(5))


for a, b in DataLoader(Stream(), batch_size=2):
    print(a, b)
pairs = TensorDataset(torch.arange(6).view(3, 2), torch.tensor([0, 1, 0]))
print(pairs[1], len(pairs), pairs[:2])
train, test = random_split(range(10), [7, 3], generator=torch.Generator().manual_seed(1))
print(list(train), list(test), train.indices)
halves = random_split(range(9), [0.5, 0.5], generator=torch.Generator().manual_seed(1))
print([len(h) for h in halves])
print(list(Subset(range(10, 20), [1, 3])), len(ConcatDataset([pairs, pairs])), (pairs + pairs)[4])
print(list(BatchSampler(SequentialSampler(range(5)), 2, False)), list(SequentialSampler(range(3))))
torch.manual_seed(2)
print(list(RandomSampler(range(5))), list(WeightedRandomSampler([0.1, 0.9, 0.5], 6)))
print(list(RandomSampler(range(3), replacement=True, num_samples=5)))


def pad(batch):
    lengths = torch.tensor([len(each) for each in batch])
    return torch.nn.utils.rnn.pad_sequence(batch, batch_first=True), lengths


texts = [torch.ones(3), torch.ones(1), torch.ones(2)]
print(*DataLoader(texts, batch_size=2, collate_fn=pad))
print(default_collate([(1, 2.0, "a"), (3, 4.0, "b")]), default_collate([[torch.zeros(2)], [torch.ones(2)]]))
print(next(iter(DataLoader([torch.zeros(2)] * 3, batch_size=None))), DataLoader(range(4), batch_sampler=[[0, 3], [1]]).batch_sampler)
try:
    DataLoader(data, batch_size=0)
except ValueError as e:
    print(e)
try:
    next(iter(DataLoader([torch.zeros(1), torch.zeros(2)], 2)))
except RuntimeError as e:
    print(str(e)[:60])
try:
    DataLoader(data, shuffle=True, sampler=SequentialSampler(data))
except ValueError as e:
    print(e)
