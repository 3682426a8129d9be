# Cells of a notebook, between lines of # %%: what each shows is in shown.json, as IPython shows it.
1
# %%
1.0
# %%
-0.0
# %%
float("nan"), float("inf"), 1e16, 1e-7, 123456789.123
# %%
True
# %%
None
# %%
...
# %%
3 + 4j
# %%
10**40
# %%
"plain"
# %%
"it's"
# %%
'say "hi"'
# %%
"it's \"both\""
# %%
"two\nlines\tand a tab"
# %%
"back\\slash \x00 \x7f \u200b é 中文 🙂"
# %%
""
# %%
b"bytes \x00\xff'"
# %%
bytearray(b"abc")
# %%
memoryview(b"abc").tolist()
# %%
range(10)
# %%
range(0, 10, 3)
# %%
slice(1, 10, 2)
# %%
[]
# %%
()
# %%
{}
# %%
set()
# %%
frozenset()
# %%
(1,)
# %%
[[1, 2], [3, [4, [5, []]]]]
# %%
list(range(60))
# %%
tuple(range(60))
# %%
set(range(60))
# %%
frozenset(range(60))
# %%
{i: i * i for i in range(30)}
# %%
{str(i): list(range(i)) for i in range(12)}
# %%
[list(range(i)) for i in range(14)]
# %%
[{"name": f"layer {i}", "shape": (i, i + 1), "trainable": bool(i % 2)} for i in range(5)]
# %%
{"a": {"b": {"c": {"d": ["a rather long text that does not fit beside others", "and another one of the same kind"]}}}}
# %%
{(1, 2): {3, 4}, "key": [None, ...], 5.5: b"x"}
# %%
{3, 1, 2}
# %%
{"b", "a", "c"}
# %%
{(2, "b"), (1, "a")}
# %%
len([_ for _ in range(3)]), "short"
# %%
list(range(1001))[:3]
# %%
[0] * 1001
# %%
tuple([0] * 1000)
# %%
{i: 0 for i in range(1001)}
# %%
"x" * 100
# %%
["x" * 78]
# %%
["x" * 75]
# %%
["x" * 76]
# %%
["x" * 77, "y"]
# %%
["a" * 38, "b" * 33]
# %%
["a" * 38, "b" * 34]
# %%
("a" * 70, ("b" * 70, ["c" * 70]))
# %%
["line\nbreak" * 10, 1]
# %%
int
# %%
type
# %%
object
# %%
type(None)
# %%
[int, str, dict, type]
# %%
ValueError
# %%
class Plain:
    pass


Plain
# %%
class Outer:
    class Inner:
        pass


Outer.Inner
# %%
class Named:
    def __repr__(self):
        return "Named()"


Named()
# %%
[Named(), Named()]
# %%
class Lines:
    def __repr__(self):
        return "first\n  second\nthird"


Lines()
# %%
[Lines(), 1]
# %%
{"key": Lines(), "other": 2}
# %%
[[Lines()], Lines()]
# %%
class Meta(type):
    def __repr__(cls):
        return "made by Meta"


class Made(metaclass=Meta):
    pass


Made
# %%
class OwnList(list):
    pass


OwnList([1, 2])
# %%
class ShownList(list):
    def __repr__(self):
        return "ShownList!"


[ShownList([1, 2])]
# %%
class OwnDict(dict):
    pass


OwnDict(a=1)
# %%
class OwnTuple(tuple):
    pass


OwnTuple((1,)), OwnTuple()
# %%
class OwnSet(set):
    pass


OwnSet({1}), OwnSet()
# %%
class OwnText(str):
    pass


OwnText("abc")
# %%
class OwnInt(int):
    pass


OwnInt(3)
# %%
class Cyclic:
    def _repr_pretty_(self, p, cycle):
        p.text("Cyclic(...)" if cycle else "Cyclic(1)")


[Cyclic()]
# %%
class Grouped:
    def _repr_pretty_(self, p, cycle):
        with p.group(8, "Grouped(", ")"):
            for i in range(30):
                if i:
                    p.text(",")
                    p.breakable()
                p.pretty(i)


Grouped()
# %%
class Raises:
    def __repr__(self):
        raise ValueError("no")


type(Raises()).__name__
# %%
def function(a, b=2, *c, d, **e):
    pass


function
# %%
def annotated(x: int, y: str = "a") -> bool:
    pass


annotated
# %%
lambda x: x
# %%
len
# %%
print
# %%
[function, len]
# %%
[].append.__name__, "abc".upper()
# %%
def generator():
    yield 1


type(generator())
# %%
import math

math.pi
# %%
math.sqrt
# %%
import functools

functools.reduce
# %%
from collections import ChainMap, Counter, OrderedDict, defaultdict, deque, namedtuple

OrderedDict()
# %%
OrderedDict(a=1, b=[2, 3])
# %%
OrderedDict((f"layer{i}.weight", list(range(8))) for i in range(6))
# %%
defaultdict(int, a=1)
# %%
defaultdict(list)
# %%
defaultdict(lambda: 0).default_factory is None
# %%
Counter("abracadabra")
# %%
Counter()
# %%
deque([1, 2, 3])
# %%
deque([1, 2], maxlen=5)
# %%
deque()
# %%
Point = namedtuple("Point", ["x", "y"])
Point(1, 2)
# %%
[Point(i, "a" * 20) for i in range(6)]
# %%
{"p": Point([1], {2})}
# %%
ChainMap({"a": 1}, {"b": 2})
# %%
from dataclasses import dataclass, field


@dataclass
class Config:
    n_layer: int = 12
    name: str = "gpt"
    sizes: list = field(default_factory=lambda: [1, 2])


Config()
# %%
[Config(), Config(n_layer=2)]
# %%
from enum import Enum, IntEnum


class Color(Enum):
    RED = 1
    BLUE = "b"


Color.RED
# %%
Color
# %%
[Color.RED, Color.BLUE]
# %%
class Level(IntEnum):
    LOW = 1


Level.LOW
# %%
from types import SimpleNamespace

SimpleNamespace(a=1, b=[2])
# %%
SimpleNamespace(**{f"a long name number {i}".replace(" ", "_"): i for i in range(6)})
# %%
recursive = [1]
recursive.append(recursive)
recursive
# %%
loop = {}
loop["self"] = loop
loop
# %%
ordered = OrderedDict()
ordered["self"] = ordered
len(ordered)
# %%
ValueError("wrong")
# %%
KeyError("key")
# %%
[ValueError("wrong"), KeyError("a", 1), Exception()]
# %%
class Own(RuntimeError):
    pass


Own("of its own", 3)
# %%
Own(["a" * 40, "b" * 40])
# %%
FileNotFoundError("No such file")
# %%
{"a": 1}.keys()
# %%
{"a": 1}.values()
# %%
{"a": 1}.items()
# %%
{i: i for i in range(40)}.keys()
# %%
[1, 2, 3][1:]
# %%
"abcdef"[::-1]
# %%
from decimal import Decimal
from fractions import Fraction

Decimal("1.10"), Fraction(1, 3)
# %%
import datetime

datetime.date(2026, 1, 2)
# %%
[datetime.timedelta(days=1, seconds=2)]
# %%
import pathlib

pathlib.PurePosixPath("a/b")
# %%
import re

re.compile(r"a+\b")
# %%
[re.compile("x")]
# %%
5;
# %%
5 ; # quiet
# %%
"a;"
# %%
x = 3
# %%
x; y = 4
# %%
y = 4; x
# %%
_
# %%
__, ___
# %%
_1, _2
# %%
Out[1]
# %%
In[1]
# %%
In[0], len(In) == len(_ih)
# %%
sorted(Out)[:5]
# %%
type(Out), type(In)
# %%
if True:
    41
# %%
for i in range(2):
    print(i)
i
# %%
print("printed")
"and shown"
# %%
display(1, "two", [3])
# %%
display({"a": ["x" * 50, "y" * 50]})
display()
# %%
for each in ["in order", int]:
    print("before")
    display(each)
    print("after")
# %%
(1,
 2)
# %%
"""several
lines"""
# %%
NotImplemented
# %%
[True, None, ..., NotImplemented]
# %%
[[None] * 20] * 3
# %%
{"weights": [[0.1] * 12] * 4, "bias": (0.0,) * 20}
# %%
{1: set(), 2: frozenset({1}), 3: {1, 2}}
# %%
[frozenset(range(40)), {"k": set(range(30))}]
# %%
zip, map, enumerate, property, staticmethod
# %%
super
# %%
import torch
from torch import nn

torch.tensor([1.0, 2.0])
# %%
[torch.tensor([1.0, 2.0]), torch.tensor([[1, 2], [3, 4]])]
# %%
{"x": torch.zeros(2, 3), "y": torch.tensor(1.5)}
# %%
(torch.arange(3), [torch.ones(2)])
# %%
torch.zeros(3, 4).shape
# %%
[torch.zeros(3, 4).shape, torch.Size([])]
# %%
torch.float32
# %%
{"dtype": torch.int64, "device": torch.device("cpu")}
# %%
nn.Linear(2, 3)
# %%
[nn.Linear(2, 3), nn.ReLU()]
# %%
nn.Sequential(nn.Linear(2, 3), nn.ReLU())
# %%
{"net": nn.Sequential(nn.Linear(2, 3), nn.ReLU()), "loss": nn.MSELoss()}
# %%
(nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU())),)
# %%
nn.Linear
# %%
[nn.Linear, nn.ReLU]
# %%
torch.Tensor
# %%
nn.ModuleList([nn.Linear(1, 1), nn.Linear(1, 1)])
# %%
torch.max(torch.tensor([[1.0, 3.0]]), dim=1)
# %%
list(nn.Sequential(nn.Linear(2, 1)).state_dict())
# %%
[(name, p.shape) for name, p in nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 1)).named_parameters()]
# %%
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        return self.layer(x)


Net()
# %%
[Net, Net()]
# %%
torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
# %%
[torch.tensor([[float(i)] * 8] * 3) for i in range(2)]
# %%
nn.Parameter(torch.zeros(2))
# %%
{i: torch.zeros(1) for i in range(3)}.items()
# %%
class Bare:
    pass


Bare()
# %%
[Bare(), object()]
# %%
import types

types.MappingProxyType({"a": 1})
# %%
from collections import UserDict, UserList

UserList([1, 2])
# %%
UserDict(a=1)
# %%
class Derived(Plain):
    def up(self):
        return super()


Derived().up()
# %%
re.compile("a", re.IGNORECASE | re.MULTILINE)
# %%
re.compile(b"a")
# %%
functools.partial(int, base=2)
# %%
Derived().up
# %%
nn.Linear(2, 3).forward.__name__
# %%
class Multiline(nn.Module):
    def extra_repr(self):
        return "a=1,\nb=2"


[Multiline()]
# %%
defaultdict(dict, {f"key {i}": {"a": i} for i in range(8)})
# %%
Counter("mississippi and more letters that make it long enough")
# %%
deque(range(40), maxlen=50)
# %%
[iter([]), reversed([1])]
# %%
ExceptionGroup("several", [ValueError(1)])
