import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8)), nn.Linear(8, 1))
print(*[(name, tuple(param.shape)) for name, param in net[0].named_parameters()])
print(*[(name, tuple(param.shape)) for name, param in net.named_parameters()])
print(net.state_dict()["2.0.bias"].data, net[2][0].bias.data.dtype, type(net[0].weight), net[0].weight.grad is None)
print([name for name, _ in net.named_modules()], [type(m).__name__ for m in net.children()], len(list(net.buffers())))
print(list(net.named_parameters(prefix="net", recurse=False)), [n for n, _ in net[2].named_buffers(prefix="x")])
print(net.training, net.eval() is net, net[2][1].training, net.train().training)
net.zero_grad()
net(torch.ones(2, 4)).sum().backward()
print(net[3].weight.grad.shape, net.zero_grad(), net[3].weight.grad)
print(net.requires_grad_(False)[0].weight.requires_grad, net.requires_grad_()[0].weight.requires_grad)
print(net.get_submodule("2.1"), net.get_parameter("0.weight").shape, net.get_buffer("2.1.running_mean").shape)
for call in (lambda: net.get_submodule("2.7"), lambda: net.get_parameter("0.nothing"), lambda: net.get_buffer("0.weight"), lambda: net.nothing, lambda: setattr(net[0], "weight", torch.ones(1))):
    try:
        call()
    except Exception as e:
        print(type(e).__name__, e)
net.set_submodule("2.0", nn.Linear(8, 8, bias=False))
print(net[2], hasattr(net[0], "bias"), "weight" in net[0]._parameters, net[0]._parameters.keys())
net[0].register_parameter("extra", nn.Parameter(torch.zeros(2)))
net[0].register_buffer("seen", torch.tensor(1), persistent=False)
print(list(net[0].state_dict()), net[0].extra, net[0].seen, net[0]._non_persistent_buffers_set)
for call in (lambda: net[0].register_buffer("a.b", None), lambda: net[0].register_buffer("", None), lambda: net[0].register_buffer("seen2", 3), lambda: net[0].register_parameter("extra2", torch.ones(1) * nn.Parameter(torch.ones(1))), lambda: net.add_module("0.1", None), lambda: net.register_module("relu", 3)):
    try:
        call()
    except Exception as e:
        print(type(e).__name__, e)
print(net.apply(lambda m: print("apply", type(m).__name__)) is net)
print(net.extra_repr() == "", net._get_name(), net.__class__.__name__, str(net) == repr(net), callable(net.forward))
shared = nn.Linear(8, 8)
tied = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), shared, nn.ReLU(), shared, nn.ReLU(), nn.Linear(8, 1))
print(tied[2].weight.data[0] == tied[4].weight.data[0])
tied[2].weight.data[0, 0] = 100
print(tied[2].weight.data[0] == tied[4].weight.data[0], len(tied.state_dict()), sum(1 for _ in tied.parameters()))
print(tied[2] is tied[4], tied[2].weight is tied[4].weight, id(tied[2]) == id(tied[4]), {tied[2], tied[4], shared} == {shared})
tied(torch.ones(1, 4)).backward()
print(shared.weight.grad.shape, tied[4].weight.grad is shared.weight.grad)
shared.weight.data.zero_()
print(tied[4].weight.abs().sum(), tied[4].weight.data_ptr() == shared.weight.data_ptr())
