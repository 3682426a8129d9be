"""Python's own: pattern matching, enums, generators, context managers, protocols, comprehensions over tensors and modules."""
import contextlib
import enum
import itertools
import operator
from collections import Counter, defaultdict, deque, namedtuple
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial, reduce
from typing import NamedTuple, Protocol

import torch
from torch import nn


class Activation(enum.Enum):
    RELU = "relu"
    TANH = "tanh"


def activation(kind):
    match kind:
        case Activation.RELU:
            return nn.ReLU()
        case Activation.TANH | "tanh":
            return nn.Tanh()
        case {"leaky": float(slope)}:
            return nn.LeakyReLU(slope)
        case [first, *rest]:
            return nn.Sequential(activation(first), *map(activation, rest))
        case _:
            raise ValueError(f"unknown {kind!r}")


print(activation(Activation.RELU), activation({"leaky": 0.3}), activation([Activation.TANH, "tanh"]))
try:
    activation(3)
except ValueError as e:
    print(e)


class Output(NamedTuple):
    logits: torch.Tensor
    hidden: torch.Tensor | None = None


@dataclass(frozen=True)
class Config:
    sizes: tuple[int, ...] = (4, 8, 2)
    activation: Activation = Activation.RELU

    def build(self):
        pairs = itertools.pairwise(self.sizes)
        layers = list(itertools.chain.from_iterable((nn.Linear(a, b), activation(self.activation)) for a, b in pairs))
        return nn.Sequential(*layers[:-1])


class Net(nn.Module):
    def __init__(self, config: Config):
        super().__init__()
        self.body = config.build()
        self.config = config

    def forward(self, x) -> Output:
        return Output(self.body(x), hidden=x)


torch.manual_seed(0)
net = Net(replace(Config(), activation=Activation.TANH))
result = net(torch.ones(1, 4))
logits, hidden = result
print(net, result.logits.shape, hidden is result.hidden, result._fields)


@contextlib.contextmanager
def evaluating(model):
    was = model.training
    model.eval()
    try:
        yield model
    finally:
        model.train(was)


with evaluating(net) as frozen, torch.no_grad():
    print(frozen.training, frozen(torch.zeros(1, 4)).logits)
print(net.training, Counter(type(m).__name__ for m in net.modules()))


def batches(n, size):
    while chunk := list(itertools.islice(n, size)):
        yield torch.tensor(chunk)


print(*batches(iter(range(5)), 2))
print(reduce(operator.mul, [torch.tensor(2), torch.tensor(3)]), sum(p.numel() for p in net.parameters()))
grouped = defaultdict(list)
for name, p in net.named_parameters():
    grouped[name.split(".")[-1]].append(tuple(p.shape))
print(dict(grouped), {name: p.ndim for name, p in net.named_parameters()})
history = deque(maxlen=2)
for i in range(4):
    history.append(torch.tensor(float(i)))
print(torch.stack(list(history)).mean(), sorted([torch.tensor(2.0), torch.tensor(1.0)]), max([3, 1], key=lambda v: torch.tensor(-v)))
print(list(map(float, filter(lambda t: t > 1, torch.arange(4)))), any(torch.tensor([False, True])), all(t > 0 for t in torch.ones(2)))
first, *middle, last = torch.arange(5)
print(first, middle, last, [*torch.arange(2)], dict(zip("ab", torch.eye(2))))
print(f"{net.body[0].weight.mean().item():+.3f}", f"{torch.tensor(1234.5):,.1f}", f"{'x':>5}|{torch.tensor(3):<4}|", repr(torch.tensor([1.5])))
print(eval(repr(torch.tensor([1.0, 2.0])), {"tensor": torch.tensor}), globals()["net"] is net, callable(net), vars(net)["training"], dir(net).__contains__("body"))


@lru_cache(None)
def mask(n):
    return torch.tril(torch.ones(n, n)).bool()


print(mask(2) is mask(2), mask(2), type(net).__qualname__, Net.__doc__, net.__class__.__module__ == __name__)
try:
    try:
        torch.ones(2) @ torch.ones(3)
    except RuntimeError as e:
        raise ValueError("wrapped") from e
except ValueError as e:
    print(e, "|", e.__cause__)
print(isinstance(torch.ones(1), torch.Tensor), isinstance(nn.Parameter(torch.ones(1)), torch.Tensor), isinstance(torch.ones(1), nn.Parameter), issubclass(nn.Parameter, torch.Tensor))
