import torch
from torch import nn, optim
def mk():
    torch.manual_seed(0); return nn.Linear(2, 2)
for cls, kw in [(optim.SGD, dict(lr=0.1)), (optim.SGD, dict(lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)), (optim.SGD, dict(lr=0.1, momentum=0.9, dampening=0.1, maximize=True)), (optim.Adam, {}), (optim.Adam, dict(amsgrad=True, weight_decay=0.1)), (optim.AdamW, dict(lr=0.01)), (optim.RMSprop, {}), (optim.RMSprop, dict(centered=True, momentum=0.1)), (optim.Adagrad, dict(lr_decay=0.1, initial_accumulator_value=0.5)), (optim.Adadelta, {}), (optim.Adamax, {}), (optim.NAdam, {}), (optim.RAdam, {}), (optim.Rprop, {}), (optim.ASGD, {})]:
    m = mk(); o = cls(m.parameters(), **kw); print(o)
    for _ in range(3):
        o.zero_grad(); m(torch.tensor([[1., -2.]])).pow(2).sum().backward(); o.step()
    sd = o.state_dict(); print(list(sd), sd["param_groups"]); print({k: {a: (tuple(b.shape) if torch.is_tensor(b) else b) for a, b in v.items()} for k, v in sd["state"].items()})
    print([f"{v:.4f}" for v in m.weight.flatten().tolist()], len(o.state), o.defaults.keys())
m = mk(); o = optim.SGD([{"params": [m.weight], "lr": 0.5}, {"params": m.bias, "name": "b"}], lr=0.1); print(o); o.add_param_group({"params": nn.Parameter(torch.ones(1))}); print(len(o.param_groups), [g["lr"] for g in o.param_groups]); o.param_groups[0]["lr"] = 9; print(o.param_groups[0]["lr"], o.param_groups[0].keys())
s = o.state[m.weight]; print(s); s["x"] = 1; print(o.state_dict()["state"])
class MySGD(optim.Optimizer):
    def __init__(self, params, lr=0.1, k=2): super().__init__(params, dict(lr=lr, k=k))
    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad(): loss = closure()
        for g in self.param_groups:
            for p in g["params"]:
                if p.grad is None: continue
                st = self.state[p]
                if not st: st["step"] = 0; st["buf"] = torch.zeros_like(p, memory_format=torch.preserve_format)
                st["step"] += 1; st["buf"].mul_(0.9).add_(p.grad); p.add_(st["buf"], alpha=-g["lr"] / g["k"])
        return loss
m = mk(); o = MySGD(m.parameters()); print(o)
def closure():
    o.zero_grad(); l = m(torch.ones(1, 2)).pow(2).sum(); l.backward(); return l
for _ in range(3): print(f"{o.step(closure).item():.5f}")
print(o.state_dict()["param_groups"], o.state[m.bias]["step"], isinstance(o, optim.Optimizer), o.state_dict()["state"][1]["step"])
sch = optim.lr_scheduler.ExponentialLR(o, 0.5); o.step(); sch.step(); print(sch.get_last_lr(), o.param_groups[0]["lr"], sch.state_dict())
m = mk(); o = optim.LBFGS(m.parameters(), lr=0.5, max_iter=5); print(o)
def c2():
    o.zero_grad(); l = (m(torch.eye(2)) - torch.eye(2)).pow(2).sum(); l.backward(); return l
print([round(o.step(c2).item(), 4) for _ in range(3)])
o = optim.SGD(m.parameters(), 0.1); o.zero_grad(); print(m.weight.grad); m(torch.ones(1, 2)).sum().backward(); o.zero_grad(set_to_none=False); print(m.weight.grad)
print(optim.Adam.__module__)
import copy; o2 = copy.deepcopy(o); print(o2.param_groups[0]["lr"], o2.param_groups[0]["params"][0] is m.weight)
