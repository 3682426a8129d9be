import torch
from torch import nn, optim
from torch.utils.data import DataLoader, TensorDataset, Dataset, random_split, Subset, ConcatDataset, IterableDataset, Sampler, BatchSampler, SequentialSampler, RandomSampler, WeightedRandomSampler, default_collate
torch.manual_seed(42)
X = torch.randn(200, 4); w = torch.tensor([[1.], [-2.], [3.], [0.5]]); Y = X @ w + 0.1
ds = TensorDataset(X, Y); print(len(ds), ds[0][0].shape, ds[:3][1].shape, ds.tensors[0].shape)
tr, va = random_split(ds, [160, 40], generator=torch.Generator().manual_seed(0)); print(len(tr), len(va), tr.indices[:5], type(tr).__name__)
tr2, va2, te = random_split(ds, [0.7, 0.2, 0.1]); print(len(tr2), len(va2), len(te))
dl = DataLoader(tr, batch_size=32, shuffle=True); print(len(dl), dl.batch_size, dl.drop_last, type(dl.sampler).__name__, type(dl.dataset).__name__)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1)); opt = optim.Adam(net.parameters(), lr=0.02); crit = nn.MSELoss()
for ep in range(3):
    net.train(); tot = 0.
    for xb, yb in dl:
        opt.zero_grad(); l = crit(net(xb), yb); l.backward(); opt.step(); tot += l.item() * xb.size(0)
    net.eval()
    with torch.no_grad(): v = sum(crit(net(a), b).item() * len(a) for a, b in DataLoader(va, 16)) / len(va)
    print(f"epoch {ep}: train {tot / len(tr):.4f} val {v:.4f}")
class Sq(Dataset):
    def __init__(self, n): self.n = n
    def __len__(self): return self.n
    def __getitem__(self, i):
        if i >= self.n: raise IndexError
        return {"x": i, "y": float(i ** 2), "name": f"n{i}", "t": torch.tensor([i, i])}
for b in DataLoader(Sq(5), batch_size=2): print(b)
for b in DataLoader(Sq(5), batch_size=2, drop_last=True): print(b["x"], b["y"].dtype)
for b in DataLoader(Sq(3), batch_size=None): print(b)
print(next(iter(DataLoader(Sq(3), batch_size=3, collate_fn=lambda items: [i["x"] for i in items]))))
class It(IterableDataset):
    def __iter__(self): return iter(range(7))
for b in DataLoader(It(), batch_size=3): print(b)
print([b.tolist() for b in DataLoader(range(6), batch_size=2, sampler=[5, 3, 1, 0])], [b.tolist() for b in DataLoader(list(range(6)), batch_sampler=[[0, 1], [5]])])
print(list(BatchSampler(SequentialSampler(range(5)), 2, False)), len(BatchSampler(SequentialSampler(range(5)), 2, True)), list(RandomSampler(range(5), generator=torch.Generator().manual_seed(3))), list(WeightedRandomSampler([0.1, 0.9], 5, generator=torch.Generator().manual_seed(1))), list(RandomSampler(range(3), replacement=True, num_samples=4, generator=torch.Generator().manual_seed(3))))
print(default_collate([(1, 2.), (3, 4.)]), default_collate([torch.ones(2), torch.zeros(2)]), default_collate(["a", "b"]), default_collate([{"a": 1}, {"a": 2}]), default_collate([[1, 2], [3, 4]]), default_collate([True, False]))
c = ConcatDataset([ds, ds]) ; print(len(c), len(c.datasets), Subset(ds, [1, 2])[0][0].shape, len(ds + ds))
def e(f):
    try: print(f())
    except Exception as x: print(type(x).__name__, x)
e(lambda: DataLoader(ds, batch_size=0)); e(lambda: DataLoader(ds, shuffle=True, sampler=[1])); e(lambda: DataLoader(ds, batch_size=2, batch_sampler=[[1]])); e(lambda: TensorDataset(torch.ones(2), torch.ones(3))); e(lambda: random_split(ds, [1, 2])); e(lambda: random_split(ds, [0.5, 0.6])); e(lambda: next(iter(DataLoader([torch.ones(1), torch.ones(2)], 2)))); e(lambda: default_collate([1, "a"])); e(lambda: default_collate([None])); e(lambda: default_collate([object()])); e(lambda: len(DataLoader(It()))); e(lambda: DataLoader(ds, num_workers=-1)); e(lambda: list(DataLoader(Sq(2), batch_size=2, collate_fn=lambda b: 1 / 0))); e(lambda: RandomSampler([])); e(lambda: Subset(ds, [500])[0]); e(lambda: ds[500]); e(lambda: Dataset()[0]); e(lambda: len(Dataset())); e(lambda: ConcatDataset([])); e(lambda: DataLoader(It(), shuffle=True)); e(lambda: WeightedRandomSampler([1], 0)); e(lambda: BatchSampler([1], 0, False)); e(lambda: BatchSampler([1], 1, 2))
