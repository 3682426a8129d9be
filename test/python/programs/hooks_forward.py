import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
seen = []
h1 = net[0].register_forward_hook(lambda m, i, o: seen.append((type(m).__name__, tuple(i[0].shape), tuple(o.shape))))
h2 = net[1].register_forward_pre_hook(lambda m, i: seen.append(("pre", type(i).__name__, len(i))))
h3 = net[2].register_forward_hook(lambda m, i, o: o * 2)
x = torch.ones(1, 2)
print(net(x))
print(seen)
h3.remove()
print(net(x))
h1.remove(); h2.remove()
seen.clear()
net(x)
print(seen)
h = net[0].register_forward_pre_hook(lambda m, i: (i[0] + 1,))
print(net(x))
h.remove()
with net[0].register_forward_hook(lambda m, i, o: print("in", i[0].sum().item())):
    net(x)
net(x)


class Named(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 2)

    def forward(self, x, *, scale=1.0):
        return self.fc(x) * scale


m = Named()
m.register_forward_hook(lambda mod, args, kwargs, out: print("kwargs", kwargs, out.shape), with_kwargs=True)
m.register_forward_pre_hook(lambda mod, args, kwargs: (args, {**kwargs, "scale": 10.0}), with_kwargs=True)
print(m(x, scale=2.0))
features = {}
def save(name):
    def hook(module, inputs, output):
        features[name] = output.detach()
    return hook
for name, layer in net.named_children():
    layer.register_forward_hook(save(name))
net(x)
print({k: tuple(v.shape) for k, v in features.items()})
order = []
net[0].register_forward_hook(lambda *a: order.append("second"))
net[0].register_forward_hook(lambda *a: order.append("first"), prepend=True)
net(x)
print(order)
