import copy
import math
import warnings

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
a, b, m, v = torch.arange(6.0).reshape(2, 3), torch.arange(6).reshape(2, 3), torch.ones(2, 3, dtype=torch.bool), torch.arange(3.0)
w, s = torch.ones(2, 3, requires_grad=True), torch.tensor(2.5)
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(3, 2)

    def forward(self, x):
        return self.l(x)


class NoInit(nn.Module):
    def __init__(self):
        self.l = nn.Linear(3, 2)


class NoFwd(nn.Module):
    pass


def shown(value):
    if isinstance(value, torch.Tensor):
        return f"{type(value).__name__} {tuple(value.shape)} {value.dtype}"
    return f"{value!r:.80}" if isinstance(value, (int, str, bool, torch.Size)) else type(value).__name__


def tell(source):
    with warnings.catch_warnings(record=True) as log:
        warnings.simplefilter("always")
        try:
            try:
                code = compile(source, "cell", "eval")
            except SyntaxError:
                code = None
            if code is None:
                exec(source, dict(globals()))
                told = "done"
            else:
                told = shown(eval(code, dict(globals())))
        except Exception as error:
            told = f"{type(error).__name__}: {error}"
    print(">>>", source)
    for warning in log:
        print("   ", warning.category.__name__, warning.message)
    print("   ", told)


SOURCES = r"""
a[2]
a[0,3]
a[0,0,0]
a[-3]
a[1.5]
a[None]
a[a]
a[v]
a[m.T]
a[torch.tensor([2])]
a[torch.tensor([0,5])]
a[torch.tensor([-3])]
a[[0,5]]
a[[0,1],[0,5]]
a[[0,1],[0,1,2]]
a[...,...]
a[0:2:-1]
a[::0]
a["a":"b"]
a[1.5:2]
a[:, 1.5]
a[(0,1)]
a[{1}]
a[{}]
a[True]
a[False]
a[s]
a[torch.tensor(1)]
a[torch.tensor(5)]
a[torch.tensor([True])]
a[torch.tensor([True,False,True])]
a[[True,False]]
a[[True,False,True]]
a[0][0][0]
s[0]
s[None]
s[...]
a[slice(None)]
a[0]="x"
a[0]=None
a[0]=[1,2,3]
a[0]=[1,2]
a[0]=(1,2,3)
a[0]=torch.ones(2)
a[0]=torch.ones(2,3)
a[5]=1
a[0,5]=1
a[a>2]=torch.ones(2)
a[a>2]="x"
a[a>2]=[1,2,3]
a[1.5]=1
a[[0,5]]=1
a[:,0]=torch.ones(3)
a[0:1]=torch.ones(3,3)
b[0]=1.5
b[0]=torch.tensor([1.5,2,3])
m[0]=5
w[0]=1
w[0]+=1
w.data[0]=1
del a[0]
len(s)
len(a)
list(s)
iter(s)
for i in s: pass
5 in a
"x" in a
[1] in a
None in a
bool(a)
bool(torch.ones(0))
if a: pass
a if a>0 else b
int(a)
float(a)
int(torch.tensor(float("nan")))
int(torch.tensor(float("inf")))
a.item()
torch.ones(0).item()
range(s)
range(torch.tensor(3))
[1,2,3][torch.tensor(1)]
[1,2,3][s]
"%d" % s
"{:.2f}".format(a)
f"{s:.2f}"
f"{a:.2f}"
f"{b:d}"
math.sqrt(a)
math.sqrt(s)
round(s)
round(a)
round(a,2)
divmod(a,2)
hash(a)==hash(a)
{a:1}
sorted([v[1],v[0]])
max(a)
sum(a)
min(v)
sum([])
a.gather()
a.gather(0,b)
a.gather(0,v.long())
a.gather(5,b)
a.gather(0,a)
a.gather(0,torch.tensor([[5]]))
a.scatter(0,b,1)
a.scatter_(0,a,1)
a.scatter_(0,torch.tensor([[0]]),"x")
a.scatter_add_(0,torch.tensor([[0]]),b.float())
a.scatter_(1,torch.tensor([[7]]),1.)
a.index_select(0,5)
a.index_select(0,torch.tensor([5]))
a.index_select(0,a)
a.index_select(3,torch.tensor([0]))
a.masked_fill(m,"x")
a.masked_fill(a,1)
a.masked_fill(m,torch.ones(2))
a.masked_fill(torch.ones(4).bool(),1)
a.masked_fill_(b,0)
a.masked_select(a)
a.masked_select(5)
a.take(torch.tensor([9]))
a.take(a)
a.index_fill_(0,torch.tensor([5]),1)
a.index_add_(0,torch.tensor([0]),torch.ones(2,3))
a.narrow(0,0,5)
a.narrow(5,0,1)
a.narrow(0,5,1)
a.select(0,5)
a.select(5,0)
a.select(0,"x")
a.unbind(5)
a.chunk(0)
a.chunk("x")
a.chunk(2,5)
a.split(0)
a.split(-1)
a.split("x")
a.split([1,5])
a.split([1,1],5)
a.split(1.5)
torch.split(5,1)
torch.chunk(5,1)
a.unfold(0,5,1)
a.unfold(0,1,0)
a.diagonal(0,0,0)
s.diagonal()
torch.diag(torch.ones(2,2,2))
torch.tril(v)
torch.triu("x")
torch.cat()
torch.cat(a)
torch.cat([a,5])
torch.cat([a,v])
torch.cat([a,torch.ones(2,4)])
torch.cat([a,a],2)
torch.cat([a,a],"x")
torch.cat([a,a],axis=1)
torch.cat([])
torch.cat(["x"])
torch.cat([None,a])
torch.cat([s,s])
torch.cat((a for _ in range(2)))
torch.cat({a:1})
torch.stack([])
torch.stack([a,v])
torch.stack([a,a],5)
torch.stack(a)
torch.stack(5)
torch.stack([a,"x"])
torch.hstack([a,v])
torch.vstack([a,torch.ones(2)])
torch.hstack(5)
torch.where(a,a,b)
torch.where(m,a)
torch.where(m,a,torch.ones(4))
torch.where(m,"x",a)
torch.where(5,a,a)
torch.dot(a,a)
torch.dot(v,torch.ones(2))
torch.dot(v,torch.arange(3))
torch.dot(v,5)
torch.mm(v,v)
torch.mm(a,b.T)
torch.mm(a,a)
torch.mm(a,5)
torch.bmm(a,a)
torch.bmm(torch.ones(1,2,3),torch.ones(2,3,2))
torch.bmm(torch.ones(1,2,3),torch.ones(1,2,2))
torch.mv(a,torch.ones(2))
torch.mv(v,v)
torch.matmul(a,5)
torch.matmul(s,a)
torch.addmm(a,a,a)
torch.outer(a,a)
torch.ger(a,v)
torch.einsum("ij,jk",a,a)
torch.einsum("ij,jk->i",a)
torch.einsum("ijk",a)
torch.einsum("i->j",v)
torch.einsum("ij,ij->ii",a,a)
torch.einsum("i1",a)
torch.tensordot(a,a)
torch.kron(a,5)
torch.broadcast_to(a,(4,3))
torch.broadcast_tensors(a,torch.ones(4))
torch.broadcast_shapes((2,3),(4,))
torch.add(a,a,alpha="x")
torch.add(b,b,alpha=1.5)
torch.sub(a)
torch.mul(a,"x")
torch.div(a,a,rounding_mode="x")
torch.pow(a)
torch.pow("x",a)
torch.pow(2,3)
torch.abs(5)
torch.exp("x")
torch.exp(2)
torch.sqrt(4.)
torch.relu(5)
torch.sigmoid(1.)
torch.tanh([1.])
torch.sin()
torch.log(a,a)
torch.max(5)
torch.max(a,"x")
torch.max([a])
torch.sum([1,2])
torch.mean([1.])
torch.mean(a,5)
torch.equal(a,5)
torch.eq(a,"x")
torch.allclose(a,b)
torch.allclose(a,5)
torch.allclose(a,torch.ones(4))
torch.isclose(a,b)
torch.isnan(5)
torch.clamp(a)
torch.clamp(5,0,1)
torch.flip(a)
torch.flip(a,[5])
torch.flip(a,5)
torch.roll(a)
torch.roll(a,1,5)
torch.roll(a,(1,1),0)
torch.unique("x")
torch.bincount(-torch.ones(3).long())
torch.histc(b)
torch.cumsum(a)
torch.squeeze(5)
torch.transpose(a)
torch.permute(a,0,1)
torch.reshape(a,6)
torch.reshape(a,(6,))
torch.flatten(5)
torch.numel(5)
torch.is_tensor()
torch.get_foo()
torch.Foo
a.foo
a.foo()
a.shape[5]
a.size(5)
a.size("x")
a.size(1.5)
a.stride(5)
a.shape = 5
a.dtype = 5
a.to()
a.to("x")
a.to(5)
a.to(None)
a.to([1])
a.to("cuda")
a.to(torch.float64,"cpu")
a.to(dtype="float32")
a.to(device="nope")
a.to(foo=1)
a.to(a,a,a)
a.type("x")
a.type("torch.FooTensor")
a.type(5)
a.type(torch.LongTensor)
a.type_as(5)
a.float(1)
a.long("x")
a.double().foo
a.clone(1)
a.requires_grad = "x"
a.requires_grad = 1
a.requires_grad = None
b.requires_grad = True
b.requires_grad_()
a.requires_grad_("x")
a.grad = 5
w.grad = 5
w.grad = torch.ones(2)
w.grad = torch.ones(2,3).long()
a.grad_fn = 5
a.data = 5
a.data = b
a.is_leaf = 5
torch.device("x")
torch.device("cuda:x")
torch.device("cpu:0")
torch.dtype()
torch.Size(5)
torch.iinfo(torch.float32)
torch.finfo(torch.int32)
torch.save()
torch.load()
torch.promote_types(5,5)
torch.result_type("x",a)
"""
for source in SOURCES.strip().split("\n"):
    tell(source)
