import torch
from torch import nn

net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
state = net.state_dict()
print(list(state), type(state).__name__)
print(net.load_state_dict(state))
broken = dict(state)
del broken["0.bias"]
broken["3.weight"] = torch.zeros(1)
broken["2.weight"] = torch.zeros(2, 3)
try:
    net.load_state_dict(broken)
except RuntimeError as e:
    print(e)
del broken["2.weight"]
print(net.load_state_dict(broken, strict=False))
try:
    net.load_state_dict([1])
except TypeError as e:
    print(e)


class Outer(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.ModuleDict({"a": nn.Linear(1, 1), "b": nn.PReLU()})
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("seen", torch.zeros(1, dtype=torch.int64))
        self.register_buffer("cache", torch.zeros(4), persistent=False)


outer = Outer()
print(list(outer.state_dict()), list(outer.state_dict(prefix="model.")))
copy = Outer()
copy.load_state_dict(outer.state_dict())
print(torch.equal(copy.inner["a"].weight, outer.inner["a"].weight), copy.inner["a"].weight is outer.inner["a"].weight)
try:
    outer.load_state_dict({"scale": torch.zeros(2)})
except RuntimeError as e:
    print(e)
print(outer.state_dict()["scale"].requires_grad, outer.state_dict(keep_vars=True)["scale"].requires_grad)
for key, value in outer.state_dict().items():
    print(key, tuple(value.shape), value.dtype)
tied = nn.ModuleList([nn.Linear(2, 2, bias=False)] * 2)
print(list(tied.state_dict()), len(list(tied.parameters())), len(list(tied.named_parameters(remove_duplicate=False))))
