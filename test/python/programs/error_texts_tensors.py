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
~a
a @ 5
5 @ a
a + "s"
"s" + a
a - None
a * [1,2]
a / "x"
a ** "x"
a // "x"
a % "x"
a & 1
a | m
a ^ 1.5
a << 1
a >> "x"
-m
+m
a < "x"
a == "x"
a != None
a and b
not a
a += "x"
a[0] += "x"
a @ b
v @ b
a - m
m - m
m + m
m * 2.5
b / 0
b // 0
b % 0
b ** -1
b += 1.5
m += 1
m -= 1
abs(m)
a @ a
torch.ones(2,3,4) @ torch.ones(3,4,5)
torch.ones(2,3,4) @ torch.ones(2,3)
a.matmul(torch.ones(4))
a + torch.ones(4)
a.add_(torch.ones(4,3))
a.view(5)
a.view(-1,4)
a.view(-1,-1)
a.view(2,-2)
a.view()
a.view(2.0,3)
a.reshape(4)
a.reshape(-1,-1)
a.reshape("x")
a.reshape()
a.reshape(0,-1)
a.flatten(0,5)
a.flatten(2)
a.flatten("x")
a.squeeze(3)
a.squeeze("x")
a.unsqueeze()
a.unsqueeze(4)
a.unsqueeze("x")
a.transpose(0)
a.transpose(0,3)
a.transpose(0,"x")
a.permute(0)
a.permute(0,0)
a.permute(0,3)
a.permute(1,0,2)
a.expand(3,3)
a.expand(3)
a.expand(2,2,4)
a.expand(-1,2,3)
a.repeat()
a.repeat(2)
a.repeat(-1,2)
a.repeat("x")
a.t(1)
torch.ones(2,3,4).t()
torch.ones(2,3,4).H
torch.ones(3).mT
a.sum(3)
a.sum("x")
a.sum(dim="x")
a.sum((0,0))
a.sum(0,1,2)
a.sum(axis=2)
a.sum(foo=1)
a.mean("x")
b.mean()
b.mean(0)
m.mean()
b.std()
b.var()
b.median()
m.sum()
a.max(3)
a.max("x")
a.max(0,1)
a.max(a,a)
torch.ones(0).max()
torch.ones(0).argmax()
torch.ones(0,3).max(0)
torch.ones(0).min()
torch.ones(0).mean()
torch.ones(0).sum()
torch.ones(0).median()
a.argmax("x")
a.argmax(5)
a.prod("x")
a.cumsum()
a.cumsum(3)
a.cumsum("x")
a.softmax()
a.softmax(5)
a.softmax("x")
b.softmax(0)
F.softmax(a)
F.log_softmax(a)
F.softmin(a)
nn.Softmax()(a)
nn.LogSoftmax()(a)
nn.Softmin()(a)
F.softmax(a,5)
F.softmax(b,0)
a.norm("x")
b.norm()
torch.norm(b)
torch.norm(5)
torch.linalg.norm(b)
torch.linalg.norm("x")
torch.linalg.norm(a,"x")
torch.linalg.inv(a)
torch.linalg.inv(torch.zeros(2,2))
torch.linalg.inv(5)
torch.linalg.det(a)
torch.linalg.solve(torch.zeros(2,2),torch.ones(2))
torch.linalg.cholesky(-torch.eye(2))
torch.linalg.eigh(a)
torch.linalg.svd(v)
torch.linalg.qr(v)
torch.inverse(a)
torch.det(v)
a.sort(3)
a.sort("x")
a.sort(0,descending=1)
a.topk()
a.topk(5)
a.topk(2,dim=4)
a.topk("x")
a.topk(-1)
a.kthvalue(9)
a.clamp()
a.clamp("x")
a.clamp(min="x")
a.clamp(None,None)
a.clamp(0,1,2)
a.round("x")
a.round(decimals="x")
b.sqrt()
b.exp()
m.exp()
b.exp_()
b.sqrt_()
b.add_(1.5)
b.mul_(1.5)
b.div_(2)
m.add_(1)
b.copy_(a)
a.copy_("x")
a.copy_(5)
a.copy_(torch.ones(4))
a.fill_("x")
a.fill_(torch.ones(2))
a.fill_()
a.zero_(1)
b.fill_(1.5)
b.normal_()
b.uniform_()
a.uniform_(2,1)
a.normal_(0,-1)
a.bernoulli_(2)
a.exponential_(-1)
torch.normal(0.,-1.,(2,))
torch.normal(a,-a)
torch.bernoulli(a)
torch.bernoulli(b)
torch.multinomial(v,5)
torch.multinomial(-v,1)
torch.multinomial(v,0)
torch.multinomial(torch.zeros(3),1)
torch.multinomial(b,1)
torch.multinomial(torch.ones(2,2,2),1)
torch.randint(5,2,(2,))
torch.randint(5)
torch.randint(2.5,(2,))
torch.randint(0,5)
torch.randint(0,5,3)
torch.randperm(-1)
torch.randperm(2.5)
torch.rand("x")
torch.rand(2,"x")
torch.randn(-1)
torch.randn(2.5)
torch.randn(2,dtype=torch.long)
torch.rand(2,dtype=torch.long)
torch.randn((2,3),(1,))
torch.zeros()
torch.zeros(None)
torch.zeros([2,"x"])
torch.zeros(2,dtype="float32")
torch.zeros(2,dtype=5)
torch.zeros(2,device="nope")
torch.zeros(2,device="cuda")
torch.zeros(2,device=5)
torch.zeros(2,device=a)
torch.zeros(2,requires_grad="x")
torch.zeros(2,requires_grad=1)
torch.zeros(2,dtype=torch.long,requires_grad=True)
torch.zeros(2,foo=1)
torch.zeros(size=(2,))
torch.zeros(2,-3)
torch.ones("x")
torch.full((2,))
torch.full(2,1)
torch.full((2,),"x")
torch.full((2,),a)
torch.full((2,),fill_value=None)
torch.eye()
torch.eye(-1)
torch.eye(2.5)
torch.eye("x")
torch.arange()
torch.arange("x")
torch.arange(5,0)
torch.arange(0,5,0)
torch.arange(0,5,-1)
torch.arange(0,5,1,2)
torch.linspace(0,1)
torch.linspace(0,1,-1)
torch.linspace(0,1,2.5)
torch.linspace("x",1,2)
torch.logspace(0,1)
torch.range(0,3)
torch.range(3,0)
torch.range(0,3,0)
torch.empty("x")
torch.empty(-1)
torch.zeros_like(5)
torch.ones_like([1])
torch.rand_like(b)
torch.randn_like(b)
torch.full_like(a)
torch.tensor(None)
torch.tensor("x")
torch.tensor([1,"x"])
torch.tensor(["x"])
torch.tensor([1,None])
torch.tensor([[1,2],[3]])
torch.tensor([[1,2],3])
torch.tensor([1,[2,3]])
torch.tensor([a,a])
torch.tensor([v[0],v[1]])
torch.tensor({1:2})
torch.tensor({1,2})
torch.tensor(object())
torch.tensor(len)
torch.tensor(1,2)
torch.tensor([1],dtype="x")
torch.tensor([1],dtype=torch.long,requires_grad=True)
torch.tensor([1.5],device="x")
torch.tensor(a)
torch.tensor(w)
torch.tensor(2**70)
torch.tensor([2**70])
torch.tensor([300],dtype=torch.uint8)
torch.tensor([-1],dtype=torch.uint8)
torch.tensor(range(3))
torch.tensor([range(3),range(3)])
torch.tensor((x for x in [1]))
torch.tensor([True,2,3.5])
torch.as_tensor("x")
torch.as_tensor(None)
torch.as_tensor([1,[2]])
torch.Tensor("x")
torch.Tensor(2,3).shape
torch.Tensor(2.5)
torch.Tensor(None)
torch.Tensor([[1,2],[3]])
torch.FloatTensor(2,3).shape
torch.LongTensor([1.5])
"""
for source in SOURCES.strip().split("\n"):
    tell(source)
