import torch, functools, math
from torch import nn
from typing import Optional, List, Dict, Tuple, Any, NamedTuple, Callable
from dataclasses import dataclass, field, asdict, replace
from enum import Enum
from abc import ABC, abstractmethod

class Act(Enum):
    RELU = "relu"; GELU = "gelu"
    def build(self): return {"relu": nn.ReLU, "gelu": nn.GELU}[self.value]()

@dataclass(frozen=True)
class Config:
    dims: Tuple[int, ...] = (4, 8, 2)
    act: Act = Act.RELU
    dropout: float = 0.0
    extra: Dict[str, Any] = field(default_factory=dict)

class Base(nn.Module, ABC):
    registry: Dict[str, type] = {}
    def __init_subclass__(cls, name=None, **kw):
        super().__init_subclass__(**kw)
        if name: Base.registry[name] = cls
    @abstractmethod
    def encode(self, x): ...
    def forward(self, x): return self.encode(x)

class Out(NamedTuple):
    logits: torch.Tensor
    hidden: List[torch.Tensor]

class MLP(Base, name="mlp"):
    def __init__(self, cfg: Config = Config()):
        super().__init__()
        self.cfg = cfg
        layers = []
        for i, (a, b) in enumerate(zip(cfg.dims, cfg.dims[1:])):
            layers += [nn.Linear(a, b)] + ([cfg.act.build()] if i < len(cfg.dims) - 2 else [])
        self.layers = nn.ModuleList(layers)
    def encode(self, x):
        hidden = []
        for l in self.layers:
            x = l(x); hidden.append(x)
        return Out(x, hidden)
    @property
    def depth(self): return sum(isinstance(l, nn.Linear) for l in self.layers)
    @functools.cached_property
    def total(self): return sum(p.numel() for p in self.parameters())
    @classmethod
    def tiny(cls): return cls(Config(dims=(2, 2)))
    @staticmethod
    def helper(): return "h"
    def extra_repr(self): return f"depth={self.depth}, act={self.cfg.act.name}"
    def __len__(self): return len(self.layers)
    def __getitem__(self, i): return self.layers[i]
    def __iter__(self): return iter(self.layers)
    def __contains__(self, x): return any(x is l for l in self.layers)

torch.manual_seed(1)
m = MLP()
o = m(torch.ones(1, 4))
print(o.logits, len(o.hidden), type(o).__name__, o._fields)
print(m, m.depth, m.total, len(m), m[0], nn.ReLU() in m, m[1] in m, [type(l).__name__ for l in m], Base.registry)
print(MLP.tiny(), m.helper(), replace(m.cfg, dropout=0.5), asdict(m.cfg))
try: Base()
except TypeError as e: print(str(e).split(" ")[:5])
class NoSuper(nn.Module):
    def __init__(self): self.l = nn.Linear(1, 1)
class NoSuper2(nn.Module):
    def __init__(self): self.p = nn.Parameter(torch.ones(1))
class NoSuper3(nn.Module):
    def __init__(self): self.x = 1
for c in (NoSuper, NoSuper2, NoSuper3):
    try: print(c().x); c()(1)
    except Exception as e: print(type(e).__name__, e)
try: print(repr(NoSuper3()))
except Exception as e: print(type(e).__name__, e)
class Prop(nn.Module):
    @property
    def bad(self): return self.missing
m = Prop()
try: m.bad
except AttributeError as e: print(e)
class Mix:
    def __init__(self, *a, scale=2., **k): super().__init__(*a, **k); self.scale = scale
    def forward(self, x): return super().forward(x) * self.scale
class ML(Mix, nn.Linear): pass
l = ML(2, 2, scale=3.); print(l, l(torch.zeros(1, 2)).shape, ML.__mro__[1].__name__, l.scale)
class Callable1(nn.Module):
    def __init__(self, fn): super().__init__(); self.fn = fn
    def forward(self, *args, **kwargs): return self.fn(*args, **kwargs)
print(Callable1(torch.add)(torch.ones(1), torch.ones(1), alpha=3), Callable1(functools.partial(torch.sum, dim=0))(torch.ones(2, 2)))
class Lazy(nn.Module):
    def forward(self, x):
        if not hasattr(self, "l"): self.l = nn.Linear(x.shape[-1], 1)
        return self.l(x)
z = Lazy(); z(torch.ones(1, 3)); print(z, [n for n, _ in z.named_parameters()])
class Opt(nn.Module):
    def __init__(self, b: Optional[nn.Module] = None):
        super().__init__(); self.b = b; self.register_module("c", None); self.register_parameter("p", None); self.register_buffer("q", None)
    def forward(self, x, mask: Optional[torch.Tensor] = None): return x if mask is None else x * mask
o = Opt(); print(o, o.c, o.p, o.q, list(o.children()), o.state_dict(), list(o.named_parameters()), o._modules, o._parameters)
o.b = nn.ReLU(); print(o, "b" in o.__dict__, o._modules)
o.c = nn.Tanh(); print(o)
del o.c; print(o, hasattr(o, "c"))
print(m.__class__.__name__, m._get_name(), type(m).__module__, nn.Linear.__module__, nn.Linear.__qualname__, nn.Module.__module__, torch.Tensor.__module__, nn.Parameter.__module__)
