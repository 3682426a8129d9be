"""A summary of a model by forward hooks, as many people carry it around, and state dict surgery."""
from collections import OrderedDict
from functools import partial

import torch
import torch.nn as nn
import torch.nn.functional as F


def summary(model, *sizes, width=(28, 22, 12)):
    rows, handles = OrderedDict(), []

    def hook(name, module, inputs, output):
        rows[name] = {
            "class": type(module).__name__,
            "input": [list(i.shape) for i in inputs if torch.is_tensor(i)],
            "output": [list(o.shape) for o in output] if isinstance(output, (tuple, list)) else list(output.shape),
            "parameters": sum(p.numel() for p in module.parameters(recurse=False)),
            "trainable": any(p.requires_grad for p in module.parameters(recurse=False)),
        }

    for name, module in model.named_modules():
        if not isinstance(module, (nn.Sequential, nn.ModuleList)) and module is not model:
            handles.append(module.register_forward_hook(partial(hook, name)))
    was_training = model.training
    model.eval()
    with torch.no_grad():
        model(*[torch.zeros(2, *size) for size in sizes])
    model.train(was_training)
    for handle in handles:
        handle.remove()
    print("=" * 64)
    print("{:<28}{:<22}{:>12}".format("layer", "output", "parameters"))
    print("-" * 64)
    total = 0
    for name, row in rows.items():
        print(f"{name + ' (' + row['class'] + ')':<28}{str(row['output']):<22}{row['parameters']:>12,}")
        total += row["parameters"]
    print("-" * 64)
    print(f"total {total:,}; trainable {sum(p.numel() for p in model.parameters() if p.requires_grad):,}; {sum(p.numel() * p.element_size() for p in model.parameters()) / 1024:.2f} kB")
    return rows


class SqueezeExcite(nn.Module):
    def __init__(self, channels, reduction=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(channels, channels // reduction), nn.ReLU(inplace=True), nn.Linear(channels // reduction, channels), nn.Sigmoid())

    def forward(self, x):
        b, c, *_ = x.shape
        return x * self.fc(self.pool(x).view(b, c)).view(b, c, 1, 1)


class Block(nn.Module):
    def __init__(self, cin, cout, stride=1):
        super().__init__()
        self.depthwise = nn.Conv2d(cin, cin, 3, stride, 1, groups=cin, bias=False)
        self.pointwise = nn.Conv2d(cin, cout, 1, bias=False)
        self.bn = nn.BatchNorm2d(cout, momentum=0.05)
        self.se = SqueezeExcite(cout)
        self.shortcut = nn.Identity() if stride == 1 and cin == cout else nn.Conv2d(cin, cout, 1, stride)

    def forward(self, x):
        return F.hardswish(self.se(self.bn(self.pointwise(self.depthwise(x)))) + self.shortcut(x))


class Tiny(nn.Module):
    def __init__(self, classes=10):
        super().__init__()
        self.stem = nn.Sequential(OrderedDict([("conv", nn.Conv2d(3, 8, 3, 2, 1)), ("bn", nn.BatchNorm2d(8)), ("act", nn.Hardswish())]))
        self.blocks = nn.ModuleList([Block(8, 8), Block(8, 16, 2), Block(16, 16)])
        self.head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(16, classes))

    def forward(self, x):
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.head(x)


torch.manual_seed(0)
model = Tiny()
rows = summary(model, (3, 32, 32))
print(rows["blocks.1.se.fc.0"])
print(model.blocks[1])

state = model.state_dict()
print(len(state), list(state)[:6], state["blocks.0.bn.num_batches_tracked"])
renamed = OrderedDict((k.replace("stem.", "features.0."), v) for k, v in state.items())
print(model.load_state_dict(renamed, strict=False))
try:
    model.load_state_dict({**state, "head.3.weight": torch.zeros(5, 16), "extra": torch.zeros(1)})
except RuntimeError as error:
    print(error)
prefixed = {f"module.{k}": v for k, v in state.items()}
nn.modules.utils.consume_prefix_in_state_dict_if_present(prefixed, "module.") if hasattr(nn.modules.utils, "consume_prefix_in_state_dict_if_present") else None
partial_state = {k: v for k, v in state.items() if v.shape == dict(Tiny(5).state_dict())[k].shape}
small = Tiny(5)
missing, unexpected = small.load_state_dict(partial_state, strict=False)
print(missing, unexpected)
for name, parameter in small.named_parameters():
    parameter.requires_grad_(name.startswith("head"))
print([n for n, p in small.named_parameters() if p.requires_grad])
summary(small, (3, 32, 32))
small.head[-1] = nn.Linear(16, 3)
del small.blocks[2]
print(small.head, len(small.blocks), small(torch.zeros(1, 3, 16, 16)).shape)

averaged = {k: (state[k] + v) / 2 if v.is_floating_point() else v for k, v in Tiny().state_dict().items()}
print(model.load_state_dict(averaged))
print(round(sum(v.double().sum().item() for v in model.state_dict().values()), 4))

activations = {}
handles = [m.register_forward_hook(lambda m, i, o, n=n: activations.__setitem__(n, o.detach().mean().item())) for n, m in model.named_modules() if isinstance(m, nn.BatchNorm2d)]
grads = {}
handles += [m.register_full_backward_hook(lambda m, gi, go, n=n: grads.__setitem__(n, (gi[0] is None, tuple(go[0].shape)))) for n, m in model.named_modules() if isinstance(m, nn.Conv2d)]
model(torch.randn(4, 3, 16, 16)).logsumexp(-1).sum().backward()
for n, v in activations.items():
    print(f"{n:<16} {abs(v):.4f}")
print(grads)
print(model.blocks[0].bn.running_mean, model.blocks[0].bn.num_batches_tracked)
