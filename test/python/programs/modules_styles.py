"""Modules as people write them: mixins, properties, abstract bases, partials, attributes of every kind."""
import abc
import functools
from typing import ClassVar, Generic, Optional, TypeVar

import torch
from torch import Tensor, nn


class CountMixin:
    def count(self) -> int:
        return sum(p.numel() for p in self.parameters() if p.requires_grad)

    @property
    def width(self) -> int:
        return self.fc.out_features


class Base(nn.Module, abc.ABC):
    registry: ClassVar[dict] = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        Base.registry[cls.__name__] = cls

    @abc.abstractmethod
    def encode(self, x: Tensor) -> Tensor: ...

    def forward(self, x: Tensor) -> Tensor:
        return self.encode(x)


class Encoder(CountMixin, Base):
    def __init__(self, n: int = 4, activation=nn.ReLU, norm: Optional[nn.Module] = None):
        super().__init__()
        self.fc = nn.Linear(n, 2 * n)
        self.activation = activation()
        self.norm = norm
        self.note = "plain attribute"
        self.sizes = [n, 2 * n]

    def encode(self, x):
        x = self.activation(self.fc(x))
        return x if self.norm is None else self.norm(x)

    def extra_repr(self):
        return f"sizes={self.sizes}"


try:
    Base()
except TypeError as e:
    print("TypeError", "abstract" in str(e))
torch.manual_seed(0)
encoder = Encoder(activation=functools.partial(nn.LeakyReLU, 0.2), norm=nn.LayerNorm(8))
print(encoder)
print(encoder.count(), encoder.width, sorted(Base.registry))
print(encoder(torch.ones(1, 4)))
print(Encoder(3))
print([name for name, _ in Encoder(3).named_children()], Encoder(3).norm)


class Late(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(2, 2)


class LateParameter(nn.Module):
    def __init__(self):
        self.w = nn.Parameter(torch.zeros(2))


for cls in (Late, LateParameter):
    try:
        cls()
    except AttributeError as e:
        print(e)


class Dynamic(nn.Module):
    def __init__(self, depth):
        super().__init__()
        for i in range(depth):
            setattr(self, f"layer{i}", nn.Linear(2, 2, bias=False))
            self.add_module(f"act{i}", nn.Tanh())
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.register_parameter("shift", None)
        self.register_buffer("steps", torch.zeros((), dtype=torch.long))

    def forward(self, x):
        self.steps += 1
        for i in range(2):
            x = getattr(self, f"act{i}")(getattr(self, f"layer{i}")(x))
        return x * self.scale


dynamic = Dynamic(2)
print(dynamic, list(dynamic._modules), list(dynamic._parameters), list(dynamic._buffers))
dynamic(torch.ones(2))
dynamic(torch.ones(2))
print(dynamic.steps, dynamic.shift)
try:
    dynamic.missing
except AttributeError as e:
    print(e)
try:
    dynamic.scale = 3
except TypeError as e:
    print(e)
dynamic.scale = None
print(list(dynamic.state_dict()))
del dynamic.layer1
print("layer1" in dynamic._modules, hasattr(dynamic, "layer1"))
dynamic.layer0 = nn.Identity()
print(dynamic)

T = TypeVar("T", bound=nn.Module)


class Residual(nn.Module, Generic[T]):
    def __init__(self, inner: T):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self.inner, name)


residual = Residual[nn.Linear](nn.Linear(3, 3))
print(residual.in_features, residual.weight.shape, residual)


class Callable(nn.Module):
    forward = lambda self, x, *, scale=1.0: x * scale


print(Callable()(torch.ones(2), scale=3.0))


class Nothing(nn.Module):
    pass


try:
    Nothing()(1)
except NotImplementedError as e:
    print(e)
print(Nothing(), Nothing.__mro__[1].__name__, isinstance(encoder, nn.Module), issubclass(Encoder, Base))
print(nn.Module.__call__ is not None, type(encoder).__name__, type(nn.Linear(1, 1)) == nn.Linear)
