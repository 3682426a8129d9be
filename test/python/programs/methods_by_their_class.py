# Methods as functions of torch.Tensor's, and through super().
from functools import reduce

import torch

x = torch.tensor([[1.0, -2.0], [3.0, 4.0]])
print(torch.Tensor.add(x, 1), torch.Tensor.sum(x, dim=0))
print(list(map(torch.Tensor.abs, x)), reduce(torch.Tensor.matmul, [x, x, x]))
print(hasattr(torch.Tensor, "relu"), hasattr(torch.Tensor, "no_such_method"), callable(torch.Tensor.mul_))
print(torch.Tensor.add_(x.clone(), x), torch.Tensor.mean.__name__)
for wrong in (lambda: torch.Tensor.add(3, x), lambda: torch.Tensor.no_such_method, lambda: torch.Tensor.add(x)):
    try:
        wrong()
    except Exception as error:
        print(type(error).__name__, error)


class Counted(torch.Tensor):
    count = 0

    def add(self, *args, **kwargs):
        Counted.count += 1
        return super().add(*args, **kwargs)

    def sum(self, *args, **kwargs):
        return super().sum(*args, **kwargs) * 10


c = x.as_subclass(Counted)
print(c.add(1), c.add(c, alpha=2), Counted.count, c.sum(), type(c.sum()).__name__)
