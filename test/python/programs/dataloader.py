import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset, random_split, Subset, ConcatDataset, IterableDataset, WeightedRandomSampler

torch.manual_seed(0)
x = torch.arange(20, dtype=torch.float32).reshape(10, 2)
y = torch.arange(10)
ds = TensorDataset(x, y)
print(len(ds), ds[3])
for xb, yb in DataLoader(ds, batch_size=4):
    print(xb.shape, yb)
for epoch in range(2):
    print([yb.tolist() for _, yb in DataLoader(ds, batch_size=3, shuffle=True)])
print(len(DataLoader(ds, batch_size=3)), len(DataLoader(ds, batch_size=3, drop_last=True)))


class Squares(Dataset):
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return {"x": torch.tensor([i, i * i]), "label": i % 2, "name": f"item{i}", "value": i / 2}


for batch in DataLoader(Squares(5), batch_size=2):
    print(batch)
a, b = random_split(range(10), [7, 3])
print(list(a), list(b), len(a))
a, b = random_split(ds, [0.5, 0.5], generator=torch.Generator().manual_seed(42))
print(a.indices, b.indices)
print([ds[i][1].item() for i in Subset(ds, [1, 3]).indices], len(ConcatDataset([ds, ds])))


class Stream(IterableDataset):
    def __iter__(self):
        return iter(range(7))


print([b for b in DataLoader(Stream(), batch_size=3)])
g = torch.Generator()
g.manual_seed(1)
print([b.tolist() for b in DataLoader(torch.arange(6), batch_size=2, shuffle=True, generator=g)])
print([b.tolist() for b in DataLoader(list(range(5)), batch_size=2, sampler=[4, 3, 2, 1, 0])])
print(list(WeightedRandomSampler([0.1, 0.9], 6, generator=torch.Generator().manual_seed(0))))
print([b for b in DataLoader([(1, 2.0), (3, 4.0)], batch_size=2)])
print(list(DataLoader(["a", "b", "c"], batch_size=2)), list(DataLoader([1, 2], batch_size=None)))
print(list(DataLoader([1, 2, 3], batch_size=2, collate_fn=lambda b: sum(b))))
print(torch.rand(2))
