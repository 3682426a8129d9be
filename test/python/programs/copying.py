import copy
import io
from collections import OrderedDict, namedtuple

import torch
from torch import nn

torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(4, 3)
        self.head = nn.Linear(3, 4, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("steps", torch.zeros(1))
        self.options = {"a": [1, 2]}


net = Net()
twin = copy.deepcopy(net)
print(twin.head.weight is twin.embed.weight, twin.head.weight is net.head.weight, torch.equal(twin.head.weight, net.head.weight))
twin.options["a"].append(3)
twin.steps += 1
print(net.options, net.steps, twin.steps, type(twin).__name__)
shallow = copy.copy(net)
print(shallow.embed is net.embed)
blocks = nn.ModuleList([copy.deepcopy(nn.Linear(2, 2)) for _ in range(2)])
print(torch.equal(blocks[0].weight, blocks[1].weight))
tensor = torch.ones(2, requires_grad=True)
print(copy.deepcopy(tensor), copy.copy(torch.ones(1)), tensor.clone().detach())
try:
    copy.deepcopy(tensor * 2)
except RuntimeError as e:
    print(str(e)[:60])
buffer = io.BytesIO()
checkpoint = {"model": net.state_dict(), "epoch": 3, "loss": 0.5, "sizes": (1, 2), "names": ["a", "b"], "nested": {"t": torch.arange(3), "none": None, "flag": True}}
torch.save(checkpoint, buffer)
buffer.seek(0)
loaded = torch.load(buffer)
print(list(loaded), loaded["epoch"], loaded["loss"], loaded["sizes"], loaded["names"], loaded["nested"], type(loaded["model"]).__name__)
other = Net()
print(other.load_state_dict(loaded["model"]), torch.equal(other.embed.weight, net.embed.weight))
buffer = io.BytesIO()
torch.save([torch.zeros(2), (torch.ones(1), "x"), {1: 2}, ((1,), [(2, 3)])], buffer)
print(torch.load(io.BytesIO(buffer.getvalue()), weights_only=True))
optimizer = torch.optim.Adam(net.parameters(), lr=0.1, betas=(0.8, 0.9))
net.head(net.embed(torch.tensor([1]))).sum().backward()
optimizer.step()
buffer = io.BytesIO()
torch.save(optimizer.state_dict(), buffer)
buffer.seek(0)
state = torch.load(buffer)
print(state["param_groups"][0]["betas"], list(state["state"][0]), state["state"][0]["step"])
view = torch.arange(6.0)[2:4]
buffer = io.BytesIO()
torch.save((view, view), buffer)
buffer.seek(0)
a, b = torch.load(buffer)
a[0] = 9
print(a, b)
