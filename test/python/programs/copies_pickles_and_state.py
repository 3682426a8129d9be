import copy, io, pickle, torch
from torch import nn
from collections import OrderedDict
torch.manual_seed(0)
net = nn.Sequential(OrderedDict([("a", nn.Linear(2, 2)), ("bn", nn.BatchNorm1d(2)), ("c", nn.Linear(2, 1))]))
sd = net.state_dict(); print(sd); print(type(sd).__name__, sd._metadata if hasattr(sd, "_metadata") else None)
for k, v in sd.items(): print(k, v.dtype, tuple(v.shape), v.requires_grad)
d = copy.deepcopy(net); print(d is net, d[0].weight is net[0].weight, torch.equal(d[0].weight, net[0].weight)); d[0].weight.data.zero_(); print(net[0].weight.abs().sum() > 0)
c = copy.copy(net); print(c is net, c.a is net.a)
net.a.weight.data.fill_(3.); print(sd["a.weight"]); sd2 = {k: v.clone() for k, v in sd.items()}; print(net.load_state_dict(sd2))
del sd2["a.bias"]; sd2["zzz"] = torch.ones(1); sd2["c.weight"] = torch.ones(3, 3)
try: net.load_state_dict(sd2)
except RuntimeError as e: print(e)
try: net.load_state_dict(sd2, strict=False)
except RuntimeError as e: print(e)
del sd2["c.weight"]; r = net.load_state_dict(sd2, strict=False); print(r, r.missing_keys, r.unexpected_keys, type(r).__name__)
try: net.load_state_dict([1])
except Exception as e: print(type(e).__name__, e)
b = io.BytesIO(); torch.save({"model": net.state_dict(), "epoch": 3, "l": [1, (2, "x")], "t": torch.arange(3), "n": None, "f": 1.5, "b": True}, b); b.seek(0); ck = torch.load(b); print(ck["epoch"], ck["l"], ck["t"], ck["n"], ck["f"], ck["b"], type(ck["model"]).__name__, list(ck["model"]))
b = io.BytesIO(); torch.save(torch.ones(2, dtype=torch.float16), b); print(b.getvalue()[:4], len(b.getvalue()) > 100); b.seek(0); print(torch.load(b, map_location="cpu"))
b = io.BytesIO(); torch.save([torch.ones(2).requires_grad_(), nn.Parameter(torch.zeros(1))], b); b.seek(0); print(torch.load(b))
t = torch.arange(6.).reshape(2, 3); v = t[0]; b = io.BytesIO(); torch.save((t, v), b); b.seek(0); t2, v2 = torch.load(b); v2[0] = 99; print(t2)
p = pickle.dumps({"x": torch.ones(2), "d": torch.float64, "s": torch.Size([1, 2])}); print(pickle.loads(p))
torch.manual_seed(5)
class Net(nn.Module):
    def __init__(self):
        super().__init__(); self.l = nn.Linear(1, 1); self.register_buffer("pos", torch.arange(3)); self.register_buffer("tmp", torch.ones(1), persistent=False); self.cfg = {"a": [1]}
    def get_extra_state(self): return {"v": 7}
    def set_extra_state(self, s): print("extra", s)
n = Net(); print(n.state_dict()); n.load_state_dict(n.state_dict()); m = copy.deepcopy(n); m.cfg["a"].append(2); print(n.cfg, m.cfg, list(dict(m.named_buffers())))
tied = nn.Module(); tied.a = nn.Linear(2, 2); tied.b = nn.Linear(2, 2); tied.b.weight = tied.a.weight; t2 = copy.deepcopy(tied); print(t2.a.weight is t2.b.weight, len(list(t2.parameters())), [k for k, _ in t2.named_parameters(remove_duplicate=False)])
x = torch.ones(2, requires_grad=True); y = x * 2
try: copy.deepcopy(y)
except RuntimeError as e: print(e)
z = copy.deepcopy(x); print(z, z.requires_grad, z.is_leaf, z.grad); x.sum().backward(); print(copy.deepcopy(x).grad, copy.copy(x).grad)
net.load_state_dict(OrderedDict((k, v) for k, v in net.state_dict().items()), assign=True); print(type(net.a.weight).__name__, net.a.weight.requires_grad)
print(net.state_dict(prefix="m.").keys(), list(net.state_dict(keep_vars=True).values())[0].requires_grad)
print(nn.Linear(1, 1).state_dict()["weight"].grad_fn, {k: v.tolist() for k, v in nn.BatchNorm1d(1).state_dict().items()})
