import torch, collections, contextlib, functools, itertools, operator, json, re, sys, os, time, types, typing, abc, math, random, string, textwrap, warnings, logging, argparse, pathlib, io, copy, enum, dataclasses, inspect, heapq, bisect, datetime, uuid, hashlib, struct, csv, pprint, glob, tempfile, traceback, weakref, threading, queue
from torch import nn, Tensor
from typing import *
T = TypeVar("T"); Shape = Tuple[int, ...]
class Registry(dict):
    def register(self, name=None):
        def deco(cls): self[name or cls.__name__.lower()] = cls; return cls
        return deco
MODELS = Registry()
@MODELS.register()
class A(nn.Module):
    __slots__ = ()
    def forward(self, x: Tensor, *, scale: float = 1.0) -> Tensor: return x * scale
@MODELS.register("bee")
class B(A):
    def forward(self, x, **kw): return super().forward(x, **kw) + 1
print(sorted(MODELS), MODELS["bee"]()(torch.ones(1), scale=3.), inspect.signature(A.forward), typing.get_type_hints(A.forward)["x"], inspect.getmro(B)[1].__name__, B.__mro__[2].__name__)
class Meta(type(nn.Module)):
    def __new__(m, n, b, d): d["tag"] = n.upper(); return super().__new__(m, n, b, d)
class C(nn.Module, metaclass=Meta): pass
print(C.tag, C(), type(C).__name__)
class Generic1(nn.Module, Generic[T]):
    def __init__(self, x: T): super().__init__(); self.x = x
print(Generic1[int](5).x, Generic1)
@dataclasses.dataclass
class Batch:
    x: Tensor; y: Optional[Tensor] = None
    def to(self, d): return Batch(*(v.to(d) if v is not None else None for v in (self.x, self.y)))
    def __len__(self): return len(self.x)
b = Batch(torch.ones(2)); print(b, len(b), b.to("cpu"), dataclasses.fields(b)[0].name, dataclasses.replace(b, y=torch.zeros(1)))
@dataclasses.dataclass(eq=False)
class DM(nn.Module):
    n: int = 2
    def __post_init__(self): super().__init__(); self.l = nn.Linear(self.n, 1)
    def __hash__(self): return id(self)
try: print(DM())
except Exception as e: print(type(e).__name__, e)
@contextlib.contextmanager
def evaluating(m):
    s = m.training; m.eval()
    try: yield m
    finally: m.train(s)
l = nn.Dropout(0.5)
with evaluating(l) as q: print(q.training, q(torch.ones(3)))
print(l.training)
@functools.lru_cache(maxsize=None)
def mk(n): return nn.Linear(n, n)
print(mk(2) is mk(2), functools.reduce(operator.mul, [torch.tensor(2.), torch.tensor(3.)]), functools.reduce(lambda a, f: f(a), [nn.ReLU(), torch.neg, abs], torch.tensor([-1., 2.])))
@functools.wraps(mk)
def wr(*a): return mk(*a)
@functools.singledispatch
def size(x): return "?"
@size.register
def _(x: torch.Tensor): return tuple(x.shape)
@size.register(nn.Module)
def _(x): return "module"
print(size(torch.ones(2)), size(nn.ReLU()), size(3))
match torch.ones(2, 3).shape:
    case (a, b2): print("2d", a, b2)
match nn.Linear(1, 2):
    case nn.Conv2d(): print("conv")
    case nn.Linear(in_features=i, out_features=o): print("lin", i, o)
print([*itertools.chain(nn.Linear(1, 1).parameters(), nn.Linear(1, 1).parameters())].__len__(), list(itertools.islice(itertools.cycle([1, 2]), 3)), collections.Counter(type(m).__name__ for m in nn.Sequential(nn.ReLU(), nn.Linear(1, 1), nn.ReLU()).modules()), collections.defaultdict(list, a=[1]), max(nn.Linear(2, 3).parameters(), key=lambda p: p.numel()).shape, sum(p.numel() for p in nn.Linear(2, 3).parameters()), dict(zip("ab", torch.arange(2))), {k: v.shape for k, v in nn.Linear(1, 1).state_dict().items()}, sorted([3, 1], key=lambda v: torch.tensor(v)), list(filter(None, torch.tensor([0, 1, 2]))), [t.item() for t in map(torch.tensor, [1, 2])], json.dumps({"a": torch.ones(2).tolist()}), any(isinstance(m, nn.ReLU) for m in [nn.ReLU()]))
x: Tensor = torch.ones(1); (n := torch.tensor(5)); print(n, x); print(*torch.arange(3), sep="|", end="!\n"); print("{:>10}|{:<8}|{:^6}|{!r}".format(str(torch.tensor(1)), "a", "b", torch.tensor(2)), f"{torch.ones(1)}", f"{torch.tensor(1.5)=}", f"{n.item():>5}", f"{torch.tensor(0.12345):.3e}", f"{torch.tensor(12):5d}|")
try:
    try: torch.ones(2) + torch.ones(3)
    except RuntimeError as e: raise ValueError("wrapped") from e
except ValueError as e: print(repr(e), type(e.__cause__).__name__, str(e.__cause__)[:30])
class Ctx:
    def __enter__(self): return self
    def __exit__(self, t, v, tb): print("exit", t and t.__name__); return True
with Ctx(): torch.ones(2).view(3)
p = argparse.ArgumentParser(); p.add_argument("--lr", type=float, default=0.1); p.add_argument("--n", type=int, default=2); a = p.parse_args([]); print(a, vars(a)); logging.getLogger("x").info("hidden"); pprint.pprint({"k": torch.ones(1), "z": [1, 2]}); print(types.SimpleNamespace(a=torch.tensor(1)), enum.Enum("E", "A B").A, math.prod([2, 3]), hashlib.md5(b"x").hexdigest()[:6], bisect.bisect([1, 2], 1.5), heapq.nsmallest(1, [3, 1]), textwrap.dedent("  a"), re.sub(r"\d", "#", "a1"), struct.pack("f", 1.)[-1], datetime.date(2020, 1, 1), pathlib.Path("a") / "b", sys.version_info >= (3, 8), __name__)
wr2 = weakref.ref(l); print(wr2() is l); th = sys.getrefcount(l) > 0; print(th, callable(l), l.__class__, nn.Module.__doc__ is None or True, isinstance(l, Callable), hasattr(l, "__call__"), l == l, l != nn.Dropout(0.5), l in [l], [l].index(l), {l: 1}[l], bool(l), bool(nn.Sequential()), bool(nn.ModuleList()), len(nn.Sequential(l)))
async def co(): return torch.ones(1)
import asyncio
