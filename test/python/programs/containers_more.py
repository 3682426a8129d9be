from collections import OrderedDict

import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(OrderedDict([("first", nn.Linear(2, 3)), ("relu", nn.ReLU()), ("last", nn.Linear(3, 1))]))
print(net, net.first, net[0] is net.first, len(net), net[-1], list(net._modules))
print(net[:2], net[1:], [type(m).__name__ for m in net])
net.append(nn.Sigmoid())
print(net)
del net[1]
print(list(net._modules))
net[0] = nn.Linear(2, 3, bias=False)
print(net[0], net(torch.ones(1, 2)).shape)
both = nn.Sequential(nn.Linear(1, 1)) + nn.Sequential(nn.ReLU())
print(both, nn.Sequential(nn.ReLU()) * 2)
print(both.pop(0), both, both.extend(nn.Sequential(nn.Tanh())))
layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])
print(layers)
layers.append(nn.ReLU())
layers.extend([nn.Tanh(), nn.Tanh()])
layers.insert(0, nn.Identity())
print(len(layers), layers[-1], layers[1:3], [type(each).__name__ for each in reversed(layers)])
layers[0] = nn.Sigmoid()
del layers[1]
print(layers, nn.ReLU() in list(layers), layers + nn.ModuleList([nn.ReLU()]))
popped = layers.pop(0)
print(popped, len(layers))
try:
    layers[10]
except IndexError as e:
    print(e)
table = nn.ModuleDict({"conv": nn.Conv2d(1, 2, 3), "pool": nn.MaxPool2d(2)})
table["act"] = nn.ReLU()
table.update([("lin", nn.Linear(2, 2))])
print(table, list(table), list(table.keys()), "act" in table, len(table))
for key, module in table.items():
    print(key, module)
print(table.pop("conv"), list(table.values()))
del table["act"]
table.clear()
print(table, len(table))
parameters = nn.ParameterList([nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(1, 3))])
parameters.append(nn.Parameter(torch.ones(1)))
print(parameters, len(parameters), parameters[-1], [tuple(p.shape) for p in parameters])
table = nn.ParameterDict({"a": nn.Parameter(torch.ones(2)), "b": torch.zeros(1)})
table["c"] = nn.Parameter(torch.ones(3, 1))
print(table, list(table.keys()), table["a"], "b" in table)
try:
    nn.Sequential(nn.Linear(1, 1), "a")
except TypeError as e:
    print(e)
try:
    nn.ModuleList(3)
except TypeError as e:
    print(e)
nested = nn.Sequential(nn.Sequential(nn.Linear(1, 2), nn.ModuleList([nn.ReLU()])), nn.ModuleDict({"k": nn.Tanh()}))
print(nested, [name for name, _ in nested.named_modules()])
print(nested.get_submodule("0.0"), nested.get_parameter("0.0.weight").shape, sum(1 for _ in nested.modules()), list(nested.children())[1])
shared = nn.Linear(2, 2)
tied = nn.Sequential(shared, nn.ReLU(), shared)
print(tied, len(list(tied.parameters())), len(list(tied.modules())), [n for n, _ in tied.named_modules(remove_duplicate=False)])
