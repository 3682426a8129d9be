"""Modules with properties, __getattr__, metaclasses, registries, abstract bases, generics and enums."""
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field, replace
from enum import Enum, IntEnum, auto
from functools import cached_property, reduce, singledispatch, wraps
from typing import Callable, ClassVar, Generic, Literal, Optional, Protocol, TypeVar, Union, runtime_checkable

import torch
import torch.nn as nn

torch.manual_seed(0)
T = TypeVar("T", bound=nn.Module)


class Act(Enum):
    RELU = nn.ReLU
    GELU = nn.GELU
    NONE = nn.Identity

    def __call__(self):
        return self.value()


class Size(IntEnum):
    SMALL = auto()
    LARGE = auto()


@dataclass(frozen=True)
class Config:
    name: str
    widths: tuple[int, ...] = (4, 8)
    act: Act = Act.RELU
    extra: dict = field(default_factory=dict)
    dropout: Optional[float] = None
    kind: ClassVar[str] = "mlp"


class Registry(type(nn.Module)):
    known: dict[str, type] = {}

    def __new__(mcls, name, bases, ns, **kwargs):
        cls = super().__new__(mcls, name, bases, ns)
        if "key" in ns:
            mcls.known[ns["key"]] = cls
        return cls


class Base(nn.Module, metaclass=Registry):
    def __init__(self, cfg: Config):
        super().__init__()
        self.cfg = cfg


class MLP(Base):
    key = "mlp"

    def __init__(self, cfg):
        super().__init__(cfg)
        layers = []
        for i, o in zip(cfg.widths, cfg.widths[1:]):
            layers += [nn.Linear(i, o), cfg.act()]
        if cfg.dropout is not None:
            layers.append(nn.Dropout(cfg.dropout))
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return self.layers(x)

    @property
    def width(self) -> int:
        return self.layers[0].out_features

    @cached_property
    def count(self):
        return sum(p.numel() for p in self.parameters())

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(super().__getattr__("layers"), name)

    def __getitem__(self, i):
        return self.layers[i]

    def __len__(self):
        return len(self.layers)


class Wrapper(nn.Module, Generic[T]):
    def __init__(self, inner: T) -> None:
        super().__init__()
        self.inner: T = inner

    def forward(self, *args, **kwargs):
        return self.inner(*args, **kwargs) * 2


class Strategy(ABC, nn.Module):
    @abstractmethod
    def mix(self, a, b): ...

    def forward(self, a, b):
        return self.mix(a, b)


class Sum(Strategy):
    def mix(self, a, b):
        return a + b


@runtime_checkable
class HasWidth(Protocol):
    width: int


@singledispatch
def describe(m):
    return type(m).__name__


@describe.register
def _(m: nn.Linear):
    return f"L{m.in_features}->{m.out_features}"


@describe.register(nn.Sequential)
def _(m):
    return "[" + ", ".join(describe(c) for c in m) + "]"


def traced(fn: Callable) -> Callable:
    @wraps(fn)
    def inner(*args, **kwargs):
        out = fn(*args, **kwargs)
        print(fn.__qualname__, tuple(out.shape))
        return out

    return inner


cfg = Config("a", extra={"k": [1, 2]})
print(cfg, asdict(replace(cfg, act=Act.GELU, dropout=0.1))["widths"])
net = Registry.known[cfg.kind](cfg)
print(net, net.width, net.count, len(net), net[0], isinstance(net, HasWidth), type(net).__class__.__name__)
print(net.append, "append" in dir(net)) if False else print(net.children().__class__.__name__)
print(describe(net.layers), describe(net))
MLP.forward = traced(MLP.forward)
print(Wrapper[MLP](net)(torch.ones(1, 4)).shape)
try:
    Strategy()
except TypeError as e:
    print(str(e).split("'")[0])
print(Sum()(torch.ones(1), torch.ones(1)), Size.LARGE + 1, Size["SMALL"], list(Act)[0].name)
print(reduce(lambda m, k: getattr(m, k), "layers.0.weight".split("."), net).shape)
match net[1]:
    case nn.ReLU(inplace=flag):
        print("relu", flag)
    case _:
        print("other")
t = torch.tensor([1.5, 2.25])
print(f"{t[0]:.1f} {t[1]:>8.3f} {t.sum():e} {t.mean().item():08.4f} {t!r} {t.shape=}")
print("{:.2f} %.3f".format(t[0]) % t[1], "%s %d" % (t.dtype, t[1]))
print(net.layers.missing if hasattr(net, "missing") else "no missing")
