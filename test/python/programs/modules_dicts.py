import torch
from torch import nn
from collections import OrderedDict

torch.manual_seed(0)
net = nn.Sequential(OrderedDict([("fc1", nn.Linear(2, 3)), ("act", nn.ReLU()), ("fc2", nn.Linear(3, 1))]))
print(net.fc1, net[0] is net.fc1, net[-1])
print(net._modules.keys(), list(net.fc1._parameters), net._buffers)
net._modules["act"] = nn.Tanh()
print(net)
net.fc1._parameters["bias"] = None
print(net.fc1.bias, net.fc1)
print(net(torch.ones(1, 2)))
del net.act
print(net)
net.add_module("last", nn.Sigmoid())
net.register_module("more", nn.Identity())
print(list(dict(net.named_children())))
m = nn.Module()
m.weight = nn.Parameter(torch.zeros(2))
m.child = nn.Linear(1, 1)
m.register_buffer("b", torch.arange(3.0))
m.register_buffer("hidden", torch.ones(1), persistent=False)
m.register_parameter("none", None)
m.plain = [1, 2]
print(m)
print(list(m.state_dict()), [n for n, _ in m.named_parameters()], [n for n, _ in m.named_buffers()])
print(sorted(k for k in m.__dict__ if not k.startswith("_")))
del m.weight
print(hasattr(m, "weight"), m.none)
m.b = torch.zeros(1)
print(m.b, m._buffers["b"])
