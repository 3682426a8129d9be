"""Strides of copies and of what is sorted, also along dimensions of size 1; whole numbers bounded by floats; numbers that a dtype cannot hold."""
import torch
import torch.nn.functional as F

bases = {
    "two, two, one": torch.ones(2, 2, 1),
    "transposed column": torch.ones(3, 1).t(),
    "permuted": torch.ones(2, 1, 3, 1).permute(3, 2, 1, 0),
    "column of a matrix": torch.ones(4, 3)[:, :1],
    "expanded": torch.ones(1, 3).expand(4, 3),
    "gaps": torch.ones(20).as_strided((1, 3, 1), (7, 2, 5)),
    "dense, odd": torch.ones(20).as_strided((2, 1, 3), (1, 9, 2)),
    "one element": torch.ones(20).as_strided((1, 1), (5, 7)),
    "empty": torch.ones(3, 0).t(),
    "unsqueezed": torch.ones(4, 3).t().unsqueeze(1),
}
for name, x in bases.items():
    copies = [x.clone(), x.half(), x.double(), x.bool(), x.to(torch.float32, copy=True), torch.empty_like(x), torch.zeros_like(x), torch.rand_like(x)]
    copies += [x.sort(0)[0], x.sort(-1)[1], x.argsort(0)]
    print(name, x.stride(), [each.stride() for each in copies])
    print(x.exp().stride(), (x + x).stride(), F.relu(x).stride())
x, contiguous = torch.ones(3, 4).t(), torch.contiguous_format
copies = (x.clone(memory_format=contiguous), torch.zeros_like(x, memory_format=contiguous), x.to(torch.float64, memory_format=contiguous))
print([each.stride() for each in copies])
x = torch.tensor([[3.0, 1, 2], [0, 5, 4]]).t()
values, order = x.sort(0)
print(values, order, values.stride(), x.t().sort(0)[0], x.sort(1, descending=True)[0])
x = x.clone().requires_grad_()
(x.sort(0)[0] * torch.arange(6.0).view(3, 2)).sum().backward()
print(x.grad, torch.ones(3, 4).t().clone(memory_format=torch.contiguous_format).view(-1).shape)


def show(name, compute):
    try:
        value = compute()
    except Exception as error:
        value = f"{type(error).__name__}: {error}"
    print(name, value)


whole = torch.tensor([1, 5, 9])
show("clamp", lambda: whole.clamp(2.0))
show("clamp", lambda: whole.clamp(min=2, max=6.0))
show("clamp", lambda: torch.clamp(whole, max=6.0))
show("clamp", lambda: whole.clamp(2, 6))
show("clamp_min", lambda: whole.clamp_min(2.0))
show("clamp_max", lambda: torch.clamp_max(whole, 2.0))
show("clip", lambda: whole.clip(2.0, 3.0))
try:
    whole.clone().clamp_(2.0)
except RuntimeError as error:
    print(type(error))
show("bool", lambda: torch.tensor([True, False]).clamp(0.0))

one, index = torch.tensor([True, False]), torch.tensor([0])
for dtype in (torch.float16, torch.bfloat16, torch.int8, torch.int16, torch.uint8, torch.int32):
    for number in (70000, 1e39, -1e39, 300, -1):
        x = torch.zeros(2, dtype=dtype)
        print(dtype, number)
        show("masked_fill", lambda: x.masked_fill(one, number))
        show("masked_fill", lambda: x.masked_fill(one, torch.tensor(number)))
        show("index_fill", lambda: x.index_fill(0, index, number))
        show("scatter", lambda: x.scatter(0, index, number))
        if not (dtype is torch.uint8 and number == -1):
            show("pad", lambda: F.pad(x, (1, 0), value=number))
        if type(number) is int or dtype.is_floating_point:
            show("clamp", lambda: x.clamp(min=number))
        if not (dtype is torch.float16 or dtype is torch.bfloat16) or abs(number) < 1e39:
            show("threshold", lambda: F.threshold(x, number, number))
