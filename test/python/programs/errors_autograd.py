import torch
from torch import nn, optim

def show(fn):
    try:
        print("no error", fn())
    except Exception as e:
        print(type(e).__name__, "|", e)

x = torch.ones(2, requires_grad=True)
y = (x * 2).sum()
y.backward()
show(y.backward) if False else None
z = (x ** 2).sum()
z.backward()
show(z.backward)
show(lambda: x.add_(1))
show(lambda: setattr(x * 2, "requires_grad", False))
show(lambda: torch.tensor([1, 2], requires_grad=True))
show(lambda: torch.autograd.grad(torch.ones(1), x))
show(lambda: torch.autograd.grad((x * 2).sum(), torch.ones(1, requires_grad=True)))
w = torch.ones(2, requires_grad=True)
v = w.exp()
v += 1
show(lambda: v.sum().backward())
show(lambda: x.detach().register_hook(print))
show(lambda: x.numpy())
show(lambda: setattr(x, "grad", torch.ones(3)))
show(lambda: optim.SGD([], lr=0.1))
show(lambda: optim.SGD(x, lr=0.1))
show(lambda: optim.SGD([x], lr=-1))
show(lambda: optim.SGD([x * 2], lr=0.1))
show(lambda: optim.SGD(["a"], lr=0.1))
show(lambda: optim.Adam([x], betas=(1.5, 0.9)))
show(lambda: optim.SGD([x], lr=0.1, nesterov=True))
show(lambda: optim.SGD([x], lr=0.1, foo=1))
show(lambda: optim.SGD([{"params": [x]}, {"params": [x]}], lr=0.1))
show(lambda: torch.no_grad()(3) if False else None)
show(lambda: x.data.requires_grad_(True).sum().backward())
class F(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2
show(lambda: F.apply(x).sum().backward())
show(lambda: type(F()).__name__)
