"""What stands in the place of a parameter, hooks on registration, and what else a layer is made of."""
import torch
import torch.nn.modules.module as modules
from torch import nn


def show(name, compute):
    try:
        value = compute()
    except Exception as error:
        value = f"{type(error).__name__}: {error}"
    print(name, value)


# A tensor that follows from others in the place of a parameter.
layer = nn.Linear(3, 2)
nn.init.ones_(layer.weight)
nn.init.zeros_(layer.bias)
original = layer.weight
del layer._parameters["weight"]
layer.register_parameter("weight_orig", original)
layer.register_buffer("weight_mask", torch.tensor([[1.0, 0, 1], [0, 1, 1]]))
layer.weight = layer.weight_mask * layer.weight_orig
handle = layer.register_forward_pre_hook(lambda module, args: setattr(module, "weight", module.weight_mask * module.weight_orig))
net = nn.Sequential(layer, nn.ReLU())
net(torch.ones(1, 3)).sum().backward()
print(layer.weight_orig.grad, list(layer.state_dict()), [name for name, _ in layer.named_parameters()])
with torch.no_grad():
    layer.weight_orig.fill_(2.0)
print(net(torch.ones(1, 3)), layer.weight)
layer._forward_pre_hooks.clear()
with torch.no_grad():
    layer.weight_orig.fill_(3.0)
print(net(torch.ones(1, 3)))
del layer.weight
show("deleted", lambda: layer.weight)
layer.weight = nn.Parameter(torch.full((2, 3), 5.0))
print(net(torch.ones(1, 3)), [name for name, _ in layer.named_parameters()])
conv = nn.Conv1d(1, 1, 2, bias=False)
del conv.weight
conv.weight = torch.ones(1, 1, 2)
print(conv(torch.arange(4.0).view(1, 1, 4)), list(conv.parameters()))

calls = []
for kind in ("buffer", "module", "parameter"):
    handle = getattr(modules, f"register_module_{kind}_registration_hook")(
        lambda module, name, value: calls.append((kind, type(module).__name__, name, type(value).__name__))
    )
    linear, norm, sequence = nn.Linear(2, 2), nn.BatchNorm1d(2), nn.Sequential(nn.ReLU())
    linear.x = nn.Parameter(torch.ones(1))
    linear.register_buffer("buffer", torch.ones(1))
    sequence.add_module("q", nn.Tanh())
    sequence.z = nn.ReLU()
    linear.register_parameter("none", None)
    linear.register_module("nothing", None)
    handle.remove()
    nn.Linear(1, 1)
    print(calls)
    calls.clear()


handle = modules.register_module_parameter_registration_hook(lambda module, name, value: nn.Parameter(value.detach().clone(), requires_grad=False))
print([parameter.requires_grad for parameter in nn.Linear(2, 2).parameters()])
handle.remove()
handle = modules.register_module_module_registration_hook(lambda module, name, value: nn.Identity() if isinstance(value, nn.ReLU) else None)
print(nn.Sequential(nn.ReLU(), nn.Tanh()))
handle.remove()

table = torch.arange(12.0).view(3, 4)
print(nn.EmbeddingBag.from_pretrained(table, mode="sum")(torch.tensor([[0, 1]])))
bag = nn.EmbeddingBag.from_pretrained(table, freeze=False, padding_idx=1)
print(bag, bag.weight.requires_grad)
print(nn.EmbeddingBag.from_pretrained(table, max_norm=1.0, norm_type=3.0, scale_grad_by_freq=True, include_last_offset=True, mode="sum"))
show("one dimension", lambda: nn.EmbeddingBag.from_pretrained(torch.ones(2)))
print(nn.modules.lazy.LazyModuleMixin, issubclass(nn.LazyLinear, nn.modules.lazy.LazyModuleMixin), isinstance(nn.Linear(1, 1), nn.modules.lazy.LazyModuleMixin))

for start in (torch.tensor(1), torch.tensor(-2), torch.tensor(1.0), torch.tensor([1])):
    show("narrow", lambda: table.narrow(1, start, 2))
value = torch.tensor(2.0, requires_grad=True)
filled = table.index_fill(1, torch.tensor([0, 1]), value)
filled.sum().backward()
print(filled, filled.grad_fn.name(), value.grad, table.clone().index_fill_(0, torch.tensor([0]), torch.tensor(3)))
show("index_fill", lambda: table.index_fill(0, torch.tensor([0]), torch.tensor([3.0])))


class Wrong(torch.autograd.Function):
    """Right gradients, of which the gradients are not."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**2

    @staticmethod
    def backward(ctx, gradient):
        return gradient * 2 * ctx.saved_tensors[0].detach()


x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
print(torch.autograd.gradcheck(Wrong.apply, (x,)), torch.autograd.gradgradcheck(torch.exp, (x,)))
print(torch.autograd.gradgradcheck(torch.mul, (x, x.detach().clone().requires_grad_()), torch.ones(2, dtype=torch.float64, requires_grad=True)))
print(torch.autograd.gradgradcheck(Wrong.apply, (x,), raise_exception=False))
