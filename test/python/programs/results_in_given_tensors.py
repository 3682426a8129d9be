# out=: what functions write into tensors that they are given.
import warnings

import torch


def attempt(function):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            print(function())
        except Exception as error:
            print(type(error).__name__, error)
    for each in seen:
        print("warned:", str(each.message).split(" (Trig")[0])


x = torch.tensor([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])
y = torch.empty(2, 3)
print(torch.add(x, 1, out=y) is y, y)
strided = torch.zeros(3, 2).t()
torch.mul(x, 2, out=strided)
print(strided, strided.stride())
part = torch.zeros(4, 3)
torch.relu(x)
torch.exp(torch.zeros(2, 3), out=part[1:3])
print(part)
attempt(lambda: torch.add(x, x, out=torch.empty(0)))
attempt(lambda: torch.add(x, x, out=torch.empty(5)))
attempt(lambda: torch.matmul(x, x.t(), out=torch.empty(2, 2, dtype=torch.float64)))
attempt(lambda: torch.add(x, x, out=torch.empty(2, 3, dtype=torch.float64)))
attempt(lambda: torch.add(x, x, out=torch.empty(2, 3, dtype=torch.int64)))
attempt(lambda: torch.eq(x, x, out=torch.empty(2, 3)))
attempt(lambda: torch.abs(x, out=torch.empty(2, 3, dtype=torch.float64)))
attempt(lambda: torch.index_select(x, 0, torch.tensor([1]), out=torch.empty(1, 3, dtype=torch.float64)))
attempt(lambda: torch.sum(x, 0, out=torch.empty(3, dtype=torch.float64)))
attempt(lambda: torch.zeros(2, out=torch.ones(2)))
attempt(lambda: torch.arange(3, out=torch.empty(3)))
attempt(lambda: torch.full((2,), 1.5, dtype=torch.float64, out=torch.empty(2)))
values, indices = torch.empty(0), torch.empty(0, dtype=torch.long)
attempt(lambda: torch.max(x, 1, out=(values, indices)))
print(values, indices)
attempt(lambda: torch.sort(x, 1, out=(values, indices)))
attempt(lambda: torch.topk(x, 2, out=(torch.empty(0), torch.empty(0, dtype=torch.int32))))
attempt(lambda: torch.cat([x, x], out=torch.empty(0)))
attempt(lambda: torch.stack([x, x], out=torch.empty(0)))
attempt(lambda: torch.matmul(x, x.t(), out=3))
attempt(lambda: torch.relu(x, out=y))
attempt(lambda: torch.linalg.norm(x, out=torch.empty(())))
attempt(lambda: torch.norm(x, out=torch.empty(())))
attempt(lambda: torch.tensordot(x, x.t(), 1, out=torch.empty(2, 2)))
w = torch.ones(2, 3, requires_grad=True)
attempt(lambda: torch.add(w, 1, out=y))
attempt(lambda: torch.add(x, 1, out=w))
attempt(lambda: torch.argmax(w, out=torch.empty(0, dtype=torch.long)))
with torch.no_grad():
    attempt(lambda: torch.add(w, 1, out=y))
attempt(lambda: torch.add(x, 1, out=None))

# Sizes that are given in place.
z = torch.arange(6.0)
print(z.resize_(2, 2), z.resize_((3,)), z.resize_as_(x))
attempt(lambda: torch.ones(2, requires_grad=True).resize_(3))
print(z.untyped_storage().nbytes(), z.untyped_storage().size(), len(z.untyped_storage()))
