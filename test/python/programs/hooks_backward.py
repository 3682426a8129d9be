import torch
from torch import nn

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
net[0].register_full_backward_hook(lambda m, gi, go: print(type(m).__name__, [None if g is None else tuple(g.shape) for g in gi], [tuple(g.shape) for g in go]))
net[1].register_full_backward_hook(lambda m, gi, go: (gi[0] * 0.5,))
x = torch.ones(4, 2, requires_grad=True)
net(x).sum().backward()
print(x.grad)
print(net[0].weight.grad)
w = torch.tensor([1.0, 2.0], requires_grad=True)
h = w.register_hook(lambda g: g * 10)
(w * 3).sum().backward()
print(w.grad)
h.remove()
w.grad = None
(w * 3).sum().backward()
print(w.grad)
y = (w * 2)
y.retain_grad()
y.register_hook(lambda g: print("hook", g))
y.pow(2).sum().backward()
print(y.grad, w.grad)
grads = []
for p in net.parameters():
    p.register_hook(lambda g: grads.append(g.norm().item() > 0))
net(torch.ones(1, 2)).backward()
print(grads)
