import torch
from torch import nn

lazy = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(2))
print(lazy, lazy[0].weight)
try:
    lazy[0].weight.sum()
except Exception as e:
    print(type(e).__name__, str(e)[:80])
torch.manual_seed(0)
print(lazy(torch.ones(1, 3)), lazy)
conv = nn.LazyConv2d(2, 3)
conv(torch.ones(1, 5, 4, 4))
print(conv, conv.weight.shape, nn.LazyBatchNorm1d())
with torch.device("meta"):
    big = nn.Sequential(nn.Linear(1000, 2000), nn.Linear(2000, 10))
print(big[0].weight.shape, big[0].weight.device, big(torch.ones(2, 1000, device="meta")).shape, big[1].weight.is_meta)
print(sum(p.numel() for p in big.parameters()), nn.Linear(2, 3, device="meta").weight)
try:
    big[0].weight.sum().item()
except Exception as e:
    print(type(e).__name__, str(e)[:60])
empty = big.to_empty(device="cpu")
print(empty[0].weight.device)
print(torch.zeros(2, device="cpu").device, torch.device("cuda:1"), torch.device("cuda", 0).index, torch.cuda.is_available(), torch.cuda.device_count())
device = "cuda" if torch.cuda.is_available() else "cpu"
print(torch.ones(1).to(device), torch.ones(1, device=torch.device(device)), torch.get_default_dtype())
torch.set_default_dtype(torch.float64)
print(torch.ones(1), nn.Linear(1, 1).weight.dtype)
torch.set_default_dtype(torch.float32)
print(torch.backends.cudnn.is_available() if False else torch.backends.mps.is_available(), torch.get_num_threads() >= 1)
