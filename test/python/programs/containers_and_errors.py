import torch
from torch import nn
from collections import OrderedDict
torch.manual_seed(0); s = nn.Sequential(nn.Linear(1, 2), nn.ReLU()); s.append(nn.Linear(2, 3)); s.insert(1, nn.Tanh()); s.extend([nn.Sigmoid()]); print(s, len(s), s[0], s[-1], s[1:3], list(s)[0] is s[0]); del s[1]; print(s); s[0] = nn.Identity(); print(s); print(s + nn.Sequential(nn.ReLU()), nn.Sequential(nn.ReLU()) * 2); s.add_module("named", nn.ReLU()); print(s, s.named, [n for n, _ in s.named_children()]); p = s.pop(0); print(p, len(s))
o = nn.Sequential(OrderedDict(a=nn.Linear(1, 1), b=nn.ReLU())); print(o.a, o[0] is o.a, o, o[:1])
l = nn.ModuleList([nn.Linear(i, i + 1) for i in range(1, 4)]); l.append(nn.ReLU()); l.extend([nn.ReLU(), nn.ReLU()]); l.insert(0, nn.Identity()); l += [nn.Tanh()]; print(l, len(l), l[1:3], l[-1], l.pop(0)); l[0] = nn.Sigmoid(); del l[-1]; print([type(m).__name__ for m in l], nn.Sigmoid() in l, l[0] in l, list(reversed(l))[0], l + nn.ModuleList([nn.ReLU()]))
d = nn.ModuleDict({"conv": nn.Conv2d(1, 1, 1), "pool": nn.MaxPool2d(2)}); d["act"] = nn.ReLU(); d.update({"x": nn.Tanh()}); d.update([("y", nn.Sigmoid())]); print(d, d["conv"], list(d), list(d.keys()), len(d), "act" in d, d.pop("x")); del d["y"]; print([k for k, v in d.items()], list(d.values())[0]); print(nn.ModuleDict([["lrelu", nn.LeakyReLU()], ["prelu", nn.PReLU()]]), d.act is d["act"]); d.clear(); print(d)
p = nn.ParameterList([nn.Parameter(torch.ones(i)) for i in range(1, 3)]); p.append(nn.Parameter(torch.zeros(1))); p.extend([torch.ones(1)]); print(p, len(p), p[0], p[1:], [x.shape for x in p], list(dict(p.named_parameters()))); p[0] = nn.Parameter(torch.tensor([5.])); print(p[0])
q = nn.ParameterDict({"w": nn.Parameter(torch.ones(2))}); q["b"] = nn.Parameter(torch.zeros(1)); q["t"] = torch.ones(1); print(q, list(q), q["w"], "w" in q, len(q), q.w is q["w"], q.pop("b"), list(q.keys()), q.setdefault("z", torch.ones(1)).shape, q.get("nope"), list(q.state_dict()))
class Net(nn.Module):
    def __init__(self):
        super().__init__(); self.blocks = [nn.Linear(1, 1)]; self.d = {"a": nn.Linear(1, 1)}; self.t = (nn.ReLU(),); self.params = [nn.Parameter(torch.ones(1))]; self.mods = nn.ModuleList([nn.ModuleList([nn.ReLU(), nn.ModuleDict({"k": nn.Linear(1, 1)})])])
print(Net(), list(Net().parameters())); n = Net(); print([k for k, _ in n.named_modules()], len(list(n.modules())))
shared = nn.Linear(2, 2); net = nn.Sequential(shared, nn.ReLU(), shared); print(net, len(list(net.parameters())), len(net.state_dict()), net[0].weight is net[2].weight, [k for k, _ in net.named_parameters()], [k for k, _ in net.named_modules()], [k for k, _ in net.named_modules(remove_duplicate=False)]); net[0].weight.data[0] = 5; print(net[2].weight[0])
def block(): return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 4), nn.ReLU())
big = nn.Sequential()
for i in range(3): big.add_module(f"block {i}", block())
big.add_module("last", nn.Linear(4, 1)); print(big); print(big[1][0].bias.shape, getattr(big, "block 0")[0], big(torch.ones(2, 4)).shape)
print(nn.Sequential(*[nn.Linear(1, 1)] * 3), nn.Sequential(*[nn.Linear(1, 1) for _ in range(3)]), nn.ModuleList([nn.ReLU(), nn.ReLU(), nn.Linear(1, 1), nn.Linear(1, 1), nn.Linear(2, 1)]))
for bad in (lambda: s[99], lambda: l["a"], lambda: d["zz"], lambda: nn.Sequential(nn.ReLU)(1), lambda: nn.ModuleList([nn.ReLU()])(1), lambda: nn.ModuleDict({"keys": nn.ReLU()}), lambda: nn.ModuleDict({"a b": nn.ReLU()}), lambda: nn.Sequential().add_module("a.b", nn.ReLU()), lambda: nn.Sequential().add_module("", nn.ReLU()), lambda: nn.Sequential().add_module(1, nn.ReLU()), lambda: nn.Sequential().add_module("x", 1), lambda: nn.Sequential().add_module("forward", nn.ReLU()), lambda: nn.Module().register_parameter("w", torch.ones(1)), lambda: nn.Module().register_buffer("b", 1), lambda: nn.Module().register_buffer("a.b", None), lambda: s.insert(99, nn.ReLU()), lambda: l.extend(1), lambda: d.update(1), lambda: d.update([1]), lambda: d.update([("a", nn.ReLU(), 1)]), lambda: p["x"], lambda: s.append(1), lambda: s + 1, lambda: s * 0, lambda: s * "a"):
    try: print("OK", bad())
    except Exception as e: print(type(e).__name__, e)
