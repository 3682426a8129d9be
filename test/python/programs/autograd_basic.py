import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (x ** 2).sum()
print(y, y.grad_fn is not None, x.is_leaf, y.is_leaf)
y.backward()
print(x.grad)
y2 = (x * 3).sum()
y2.backward()
print(x.grad)
x.grad.zero_()
print(x.grad)
x.grad = None
print(x.grad)
z = torch.ones(2, 2, requires_grad=True)
out = z.mean()
print(torch.autograd.grad(out, z))
a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(3.0, requires_grad=True)
c = a * b + a ** 3
ga, gb = torch.autograd.grad(c, (a, b), create_graph=True)
print(ga, gb)
gaa, = torch.autograd.grad(ga, a)
print(gaa)
with torch.no_grad():
    w = a * 2
print(w, w.requires_grad)
d = a.detach()
print(d.requires_grad, (a * 2).detach())
v = torch.randn(3, requires_grad=True, generator=torch.Generator().manual_seed(0))
v.mul(2).backward(torch.tensor([0.1, 1.0, 10.0]))
print(v.grad)
x = torch.ones(3, requires_grad=True)
loss = (x * 2).sum()
loss.backward(retain_graph=True)
loss.backward()
print(x.grad)
print(torch.is_grad_enabled())
with torch.set_grad_enabled(False):
    print(torch.is_grad_enabled(), (x * 2).requires_grad)
@torch.no_grad()
def f(t):
    return t * 2
print(f(x).requires_grad, f.__name__)
with torch.no_grad():
    with torch.enable_grad():
        print((x * 2).requires_grad)
with torch.inference_mode():
    print((x * 2).requires_grad)
