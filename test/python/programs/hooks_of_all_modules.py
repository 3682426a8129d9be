"""Hooks that see every module: what is registered, and every pass."""
import torch
import torch.nn as nn
import torch.nn.modules.module as M
def t(fn):
    try:
        fn()
    except Exception as e:
        print(fn.__name__, type(e).__name__, e)
@t
def reg():
    def hm(m, n, s): print("module", type(m).__name__, n, type(s).__name__)
    def hp(m, n, p): print("param", type(m).__name__, n, None if p is None else tuple(p.shape))
    def hb(m, n, p): print("buffer", type(m).__name__, n, None if p is None else tuple(p.shape))
    a = M.register_module_module_registration_hook(hm)
    b = M.register_module_parameter_registration_hook(hp)
    c = M.register_module_buffer_registration_hook(hb)
    print(type(a))
    net = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Linear(3, 1, bias=False))
    class N(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(2))
            self.register_buffer("b", torch.zeros(3))
            self.register_buffer("c", None)
            self.l = nn.Linear(1, 1)
            self.add_module("m", nn.ReLU())
            self.register_parameter("q", None)
            self.ls = nn.ModuleList([nn.Linear(1, 1)])
            self.d = nn.ModuleDict({"a": nn.Tanh()})
            self.pl = nn.ParameterList([nn.Parameter(torch.ones(1))])
    N()
    nn.LSTM(2, 3)
    nn.MultiheadAttention(4, 2)
    a.remove(); b.remove(); c.remove()
    nn.Linear(1, 1)
    print("removed")
    def scale(m, n, p):
        if p is not None and n == "weight": return nn.Parameter(torch.full_like(p, 0.5))
    h = M.register_module_parameter_registration_hook(scale)
    l = nn.Linear(2, 2)
    h.remove()
    def wrap(m, n, s):
        if isinstance(s, nn.ReLU): return nn.GELU()
    h = M.register_module_module_registration_hook(wrap)
    s = nn.Sequential(nn.Linear(1, 1), nn.ReLU())
    print(s)
    h.remove()
    def buf(m, n, s):
        if n == "b": return torch.ones(1)
    h = M.register_module_buffer_registration_hook(buf)
    n = N(); print(n.b)
    h.remove()
@t
def glob():
    torch.manual_seed(0)
    log = []
    h1 = M.register_module_forward_pre_hook(lambda m, i: print("pre", type(m).__name__, len(i)))
    h2 = M.register_module_forward_hook(lambda m, i, o: print("fwd", type(m).__name__, tuple(o.shape)))
    h3 = M.register_module_full_backward_pre_hook(lambda m, g: print("bpre", type(m).__name__, g))
    h4 = M.register_module_full_backward_hook(lambda m, gi, go: print("bwd", type(m).__name__, gi, go))
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    x = torch.ones(1, 2, requires_grad=True)
    net(x).sum().backward()
    for h in (h1, h2, h3, h4): h.remove()
    net(x)
    h = M.register_module_forward_hook(lambda m, i, o: o * 2)
    print(nn.Identity()(torch.ones(1)))
    h.remove()
    h = M.register_module_forward_hook(lambda m, i, k, o: print(i, k, o), with_kwargs=True)
    class K(nn.Module):
        def forward(self, x, *, y=1): return x + y
    K()(torch.ones(1), y=2)
    h.remove()
    h = M.register_module_forward_hook(lambda m, i, o: print("always", i, o), always_call=True)
    class Bad(nn.Module):
        def forward(self, x): raise ValueError("bad")
    try: Bad()(1)
    except ValueError as e: print("raised", e)
    h.remove()
    h = M.register_module_backward_hook(lambda m, gi, go: print("old", gi, go))
    nn.Linear(2, 1)(x).backward()
    h.remove()
