import torch
from torch import nn
from torch.autograd import grad
from torch.autograd.functional import hessian, jacobian

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (x**3).sum()
(first,) = grad(y, x, create_graph=True)
(second,) = grad(first.sum(), x)
print(first, second)
print(jacobian(lambda a: a**2, torch.tensor([1.0, 2.0])), hessian(lambda a: (a**3).sum(), torch.tensor([1.0, 2.0])))
a = torch.ones(2, requires_grad=True)
b = torch.ones(2, requires_grad=True)
print(grad((a * 2).sum(), (a, b), allow_unused=True))
try:
    grad((a * 2).sum(), (a, b))
except RuntimeError as e:
    print(e)
loss = (a * b).sum()
loss.backward(retain_graph=True)
loss.backward()
print(a.grad)
try:
    loss.backward()
except RuntimeError as e:
    print(str(e).split(".")[0])
a.grad = None
(a * torch.tensor([1.0, 2.0])).backward(torch.tensor([10.0, 100.0]))
print(a.grad, a.grad.requires_grad)
with torch.no_grad():
    c = a * 2
print(c.requires_grad, c.is_leaf, a.detach().requires_grad, (a * 2).detach_().requires_grad)


@torch.no_grad()
def quiet(v):
    return v * 2


@torch.enable_grad()
def loud(v):
    return v * 2


with torch.no_grad():
    print(quiet(a).requires_grad, loud(a).requires_grad, torch.is_grad_enabled())
with torch.set_grad_enabled(False):
    print((a * 2).requires_grad)
with torch.inference_mode():
    print((a * 2).requires_grad)
d = a.clone()
d[0] = 5
print(d, d.grad_fn is not None, a.grad_fn)
d.sum().backward()
print(a.grad)
e = torch.zeros(3, requires_grad=True)
f = e * 2
f += 1
f.mul_(3)
f.sum().backward()
print(e.grad, f)
g = torch.ones(1, requires_grad=True)
h = g.exp()
h += 1
try:
    h.backward()
except RuntimeError as error:
    print(str(error)[:100])
try:
    g += 1
except RuntimeError as error:
    print(error)
print(str((a + b).grad_fn)[:14], str((a * 2).sum().grad_fn.next_functions[0][0])[:14], a.grad_fn)
w = torch.randn(3, 3, generator=torch.Generator().manual_seed(0), requires_grad=True)
v = torch.ones(3)
print(grad((w @ v).tanh().sum(), w)[0])
net = nn.Linear(2, 1)
nn.init.ones_(net.weight)
nn.init.zeros_(net.bias)
inputs = torch.tensor([[1.0, 2.0]], requires_grad=True)
out = net(inputs).sigmoid()
(gi,) = grad(out, inputs, create_graph=True)
penalty = (gi.norm(2) - 1) ** 2
penalty.backward()
print(gi.detach(), penalty, net.weight.grad, net.bias.grad)
print(torch.autograd.grad(outputs=[a.sum(), b.sum()], inputs=[a, b], grad_outputs=[torch.tensor(2.0), torch.tensor(3.0)]))
print([type(t.grad_fn).__name__ for t in (torch.cat([a, b]),)] and [str(t.grad_fn).split()[0] for t in (torch.where(a > 0, a, torch.zeros(2)).sum(), torch.cat([a, b]), a.view(2, 1), a[0], a.max())])
