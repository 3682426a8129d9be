"""torch.func: per-sample gradients, ensembles, Jacobians, a MAML step, models without state."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.func import functional_call, grad, grad_and_value, hessian, jacfwd, jacrev, jvp, stack_module_state, vjp, vmap

torch.manual_seed(0)
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
x, y = torch.randn(5, 3), torch.randint(0, 2, (5,))
params = {k: v.detach() for k, v in net.named_parameters()}


def loss_fn(params, x, y):
    return F.cross_entropy(functional_call(net, params, (x.unsqueeze(0),)), y.unsqueeze(0))


per_sample = vmap(grad(loss_fn), in_dims=(None, 0, 0))(params, x, y)
print({k: v.shape for k, v in per_sample.items()})
F.cross_entropy(net(x), y).backward()
print(all(torch.allclose(per_sample[k].mean(0), p.grad, atol=1e-6) for k, p in net.named_parameters()))
g, value = grad_and_value(lambda p: loss_fn(p, x[0], y[0]))(params)
print(value, g["2.bias"])

f = lambda t: torch.stack([t[0] ** 2 * t[1], t[1].sin()])
t = torch.tensor([2.0, 0.5])
print(jacrev(f)(t), jacfwd(f)(t))
print(hessian(lambda t: (t**3).sum() + t.prod())(t))
out, pull = vjp(f, t)
print(out, pull(torch.ones(2)))
print(jvp(f, (t,), (torch.tensor([1.0, 0.0]),)))
print(grad(grad(lambda a: a.sin()))(torch.tensor(1.0)))
print(grad(lambda a, b: (a * b).sum(), argnums=(0, 1))(torch.ones(2), torch.tensor([2.0, 3.0])))
print(grad(lambda a: ((a**2).sum(), a + 1), has_aux=True)(torch.ones(2)))
print(vmap(torch.dot)(torch.arange(6.0).reshape(3, 2), torch.ones(3, 2)))
print(vmap(lambda a, b: a @ b, in_dims=(0, None))(torch.ones(3, 2, 2), torch.eye(2)).shape, vmap(lambda a: a.sum(), in_dims=1)(torch.ones(2, 3)))

models = [nn.Linear(3, 2) for _ in range(3)]
ps, bs = stack_module_state(models)
print({k: (v.shape, v.requires_grad) for k, v in ps.items()}, bs)
base = nn.Linear(3, 2).to("meta")
ensemble = vmap(lambda p, b, x: functional_call(base, (p, b), (x,)), in_dims=(0, 0, None))(ps, bs, x)
print(ensemble.shape, torch.allclose(ensemble[1], models[1](x), atol=1e-6))


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.ones(2))
        self.register_buffer("count", torch.zeros(()))
        self.inner = nn.Linear(2, 2, bias=False)

    def forward(self, x, *, scale=1.0):
        self.count += 1
        return self.inner(x * self.w) * scale


m = Scaled()
zeros = {k: torch.zeros_like(v) for k, v in m.state_dict().items()}
print(functional_call(m, {**zeros, "w": torch.full((2,), 3.0), "inner.weight": torch.eye(2)}, (torch.ones(1, 2),), {"scale": 2.0}), m.count, m.w)

weights = {k: v.detach().clone().requires_grad_() for k, v in net.named_parameters()}
inner = F.cross_entropy(functional_call(net, weights, x), y)
grads = torch.autograd.grad(inner, weights.values(), create_graph=True)
fast = {k: w - 0.1 * g for (k, w), g in zip(weights.items(), grads)}
outer = F.cross_entropy(functional_call(net, fast, x), y)
outer.backward()
print(f"{inner.item():.4f} {outer.item():.4f}", weights["0.weight"].grad.norm())
try:
    functional_call(net, {"nope": t}, x, strict=True)
except RuntimeError as e:
    print(e)
try:
    grad(lambda a: a * 2)(torch.ones(2))
except RuntimeError as e:
    print(e)
