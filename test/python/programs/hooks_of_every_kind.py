import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
log = []
def fh(m, i, o): log.append((type(m).__name__, type(i).__name__, tuple(i[0].shape), tuple(o.shape)))
hs = [m.register_forward_hook(fh) for m in net]
net(torch.ones(4, 2)); print(log)
for h in hs: h.remove()
print(len(net[0]._forward_hooks))
h = net[0].register_forward_hook(lambda m, i, o: o * 0); print(net(torch.ones(1, 2)) == net[2].bias); h.remove()
h = net[0].register_forward_pre_hook(lambda m, a: (a[0] * 0,)); print(torch.equal(net[0](torch.ones(1, 2)), net[0].bias[None])); h.remove()
h = net[0].register_forward_pre_hook(lambda m, a: a[0] * 0); print(torch.equal(net[0](torch.ones(1, 2)), net[0].bias[None])); h.remove()
def kw(m, args, kwargs): print("kw", args, list(kwargs)); return args, kwargs
class K(nn.Module):
    def forward(self, x, scale=1): return x * scale
k = K(); h = k.register_forward_pre_hook(kw, with_kwargs=True); print(k(torch.ones(1), scale=2)); h.remove()
h = k.register_forward_hook(lambda m, a, kw, o: print("post", kw, o), with_kwargs=True); k(torch.ones(1), scale=4); h.remove()
h = k.register_forward_hook(lambda m, a, o: print("first")); h2 = k.register_forward_hook(lambda m, a, o: print("prepended"), prepend=True); k(torch.ones(1)); h.remove(); h2.remove()
grads = []
h = net.register_full_backward_hook(lambda m, gi, go: grads.append((gi, go)))
x = torch.ones(1, 2, requires_grad=True); net(x).sum().backward(); print(len(grads), [g is None for g in grads[0][0]], grads[0][1]); h.remove()
h = net[2].register_full_backward_pre_hook(lambda m, go: (go[0] * 2,)); net.zero_grad(); net(x).sum().backward(); print(net[2].bias.grad); h.remove()
h = net[2].register_full_backward_hook(lambda m, gi, go: (gi[0] * 0,)); net.zero_grad(); net(x).sum().backward(); print(net[0].weight.grad); h.remove()
p = net[0].weight; h = p.register_hook(lambda g: g + 1); net.zero_grad(); net(x).sum().backward(); print(p.grad); h.remove()
t = torch.ones(2, requires_grad=True); y = t * 2; y.register_hook(lambda g: print("y", g)); y.register_hook(lambda g: g * 10); y.sum().backward(); print(t.grad)
h = p.register_post_accumulate_grad_hook(lambda q: print("acc", q.grad.shape)); net(x).sum().backward(); h.remove()
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
h = register_module_forward_hook(lambda m, i, o: print("global", type(m).__name__)); net(x); h.remove()
h = register_module_forward_pre_hook(lambda m, i: print("pre", type(m).__name__)); net(x); h.remove()
h = net.register_state_dict_pre_hook(lambda m, prefix, keep: print("sd pre", repr(prefix), keep)); net.state_dict(); h.remove()
h = net._register_state_dict_hook(lambda m, sd, prefix, meta: sd.__setitem__("extra", torch.ones(1))); print(list(net.state_dict())); h.remove()
h = net._register_load_state_dict_pre_hook(lambda sd, *a: print("load", len(sd))); net.load_state_dict(net.state_dict()); h.remove()
h = net.register_load_state_dict_post_hook(lambda m, keys: print(keys)); print(net.load_state_dict(net.state_dict())); h.remove()
with net[0].register_forward_hook(lambda m, i, o: print("ctx")) as hh: net(x)
net(x)
print(type(h).__name__, h.id >= 0)
o = torch.optim.SGD(net.parameters(), lr=0.1)
o.register_step_pre_hook(lambda opt, a, k: print("pre step", a, k)); o.register_step_post_hook(lambda opt, a, k: print("post step")); o.step()
def always(m, i, o): print("always", o)
class Bad(nn.Module):
    def forward(self, x): raise ValueError("bad")
bm = Bad(); bm.register_forward_hook(always, always_call=True)
try: bm(1)
except ValueError as e: print(e)
def bw(m, i, o): raise RuntimeError("in hook")
h = net[1].register_forward_hook(bw)
try: net(x)
except RuntimeError as e: print(e)
h.remove()
try: net[0].register_forward_pre_hook(lambda m, a, k: 1, with_kwargs=True); net(x)
except Exception as e: print(type(e).__name__, e)
