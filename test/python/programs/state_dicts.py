import torch
from torch import nn
import copy

torch.manual_seed(0)
a = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
sd = a.state_dict()
print(type(sd).__name__, list(sd))
print(sd["0.weight"])
b = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
print(b.load_state_dict(sd))
print(torch.equal(a[0].weight, b[0].weight), a[0].weight is b[0].weight)
try:
    nn.Linear(2, 3).load_state_dict(sd)
except RuntimeError as e:
    print(e)
try:
    nn.Linear(2, 4).load_state_dict({"weight": torch.zeros(3, 2), "bias": torch.zeros(4)})
except RuntimeError as e:
    print(e)
print(nn.Linear(2, 3).load_state_dict({"weight": torch.zeros(3, 2)}, strict=False))
c = copy.deepcopy(a)
with torch.no_grad():
    c[0].weight.fill_(1)
print(torch.equal(a[0].weight, c[0].weight), c[0].weight.requires_grad, type(c[0].weight))
print(sd["0.weight"].requires_grad, sd["0.weight"].data_ptr() == a[0].weight.data_ptr())
shared = nn.Linear(2, 2)
t = nn.Sequential(shared, nn.ReLU(), shared)
u = copy.deepcopy(t)
print(u[0] is u[2], u[0] is shared, len(list(u.parameters())), len(list(u.named_parameters(remove_duplicate=False))))
print(copy.copy(a)[0] is a[0], copy.deepcopy(torch.ones(2)))
import tempfile, os
path = os.path.join(tempfile.mkdtemp(), "net.pt")
torch.save(a.state_dict(), path)
back = torch.load(path)
print(all(torch.equal(back[k], sd[k]) for k in sd), type(back).__name__)
torch.save({"epoch": 3, "loss": 0.5, "names": ["a", "b"], "t": torch.arange(3)}, path)
print(torch.load(path))
