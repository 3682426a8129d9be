"""Subclasses of Tensor: names on axes, a log of calls, units, and attributes that stay."""
import torch
import torch.nn as nn


class Logged(torch.Tensor):
    calls = []

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        cls.calls.append(func.__name__)
        return super().__torch_function__(func, types, args, kwargs or {})


a = torch.arange(4.0).as_subclass(Logged)
b = (a + 1) * 2
print(type(b).__name__, b)
print(Logged.calls[:2])
c = torch.sum(b)
print(type(c).__name__, c, isinstance(c, torch.Tensor))
print(type(torch.stack([a, b])).__name__, type(a[1:]).__name__, type(a.view(2, 2)).__name__, type(a.tolist()).__name__)
print(type(torch.ones(4) + a).__name__, type(a.detach()).__name__, type(a.clone()).__name__)


class Masked(torch.Tensor):
    @staticmethod
    def __new__(cls, data, mask=None):
        obj = torch.as_tensor(data).as_subclass(cls)
        obj.mask = mask
        return obj

    def masked_mean(self):
        return (self * self.mask).sum() / self.mask.sum()


m = Masked([1.0, 2.0, 3.0], mask=torch.tensor([1.0, 0.0, 1.0]))
print(type(m), m.mask, float(m.masked_mean()), hasattr(m + 1, "mask"))


class Meters:
    def __init__(self, value):
        self.value = value

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        if func not in (torch.add, torch.mul, torch.mean):
            return NotImplemented
        bare = [x.value if isinstance(x, cls) else x for x in args]
        return cls(func(*bare, **(kwargs or {})))

    def __repr__(self):
        return f"{self.value} m"


print(torch.add(Meters(torch.ones(2)), Meters(torch.ones(2))), torch.mean(Meters(torch.tensor([1.0, 3.0]))))
try:
    torch.exp(Meters(torch.ones(1)))
except TypeError as e:
    print(type(e).__name__)


class MyParam(nn.Parameter):
    pass


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = MyParam(torch.ones(2))


net = Net()
print([type(p).__name__ for p in net.parameters()], isinstance(net.w, nn.Parameter), net.w)
x = torch.ones(2, requires_grad=True).as_subclass(Logged)
(x * 3).sum().backward()
print(type(x).__name__, x.requires_grad, x.is_leaf)
