import torch
from torch import nn

x = torch.tensor([1.7, -2.3, 0.0])
print(x.int(), x.long(), x.bool(), x.double(), x.half(), x.bfloat16(), x.to(torch.uint8)[0], x.char(), x.short(), x.byte()[0])
print(x.to(torch.int64).dtype, x.type(torch.float64).dtype, x.type("torch.IntTensor"), x.float() is x, x.to(x) is x, x.to("cpu", torch.float64).dtype)
print(torch.tensor(1) + torch.tensor(1.5), torch.tensor([1]) + torch.tensor(1.5), torch.tensor([1], dtype=torch.int8) + 1000 if False else torch.tensor([1], dtype=torch.int8) + 1)
print((torch.ones(1, dtype=torch.half) + torch.ones(1)).dtype, (torch.ones(1, dtype=torch.half) + 1.0).dtype, (torch.ones(1, dtype=torch.bfloat16) + torch.ones(1, dtype=torch.half)).dtype)
print(torch.tensor([1, 2]) / torch.tensor([2, 2]), torch.tensor([7]) // torch.tensor([2]), torch.tensor([1, 2]).float().mean(), torch.tensor([True, True]).sum())
print(torch.tensor([1, 2, 3], dtype=torch.float16), torch.tensor([1.001], dtype=torch.bfloat16), torch.ones(2, dtype=torch.half) * 3)
print(torch.arange(3).dtype, torch.arange(3.0).dtype, torch.zeros(1).dtype, torch.tensor(1).dtype, torch.tensor(1.0).dtype, torch.tensor(True).dtype, torch.tensor(1j).dtype if False else "")
print(torch.int32 == torch.int, torch.float32.is_floating_point, torch.int64.is_signed, torch.float64.itemsize, torch.long, torch.double, torch.half, repr(torch.bool))
print(torch.tensor([300], dtype=torch.int32).to(torch.uint8), torch.tensor([-1], dtype=torch.int64).to(torch.uint8), torch.tensor([2**31], dtype=torch.int64).to(torch.int32))
for bad in (lambda: torch.tensor([1, 2]).requires_grad_(), lambda: torch.zeros(2, dtype=torch.int64).normal_(), lambda: torch.ones(2).long() @ torch.ones(2), lambda: torch.tensor([1.5]) % torch.tensor([0]) if False else torch.ones(1).bool() - torch.ones(1).bool(), lambda: -torch.tensor([True]), lambda: torch.tensor([1]).mean(), lambda: torch.zeros(2).double() @ torch.zeros(2), lambda: nn.Linear(2, 2)(torch.ones(1, 2).double()), lambda: torch.zeros(1, dtype=torch.int32).add_(1.5)):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).split("\n")[0])
m = nn.Linear(2, 2).double()
print(m.weight.dtype, m(torch.ones(1, 2, dtype=torch.float64)).dtype, m.half().weight.dtype, m.float().bias.dtype, next(m.to(torch.bfloat16).parameters()).dtype)
print(torch.ones(2, dtype=torch.float64).numpy if False else torch.ones(2).double().tolist(), torch.tensor(0.1).double(), torch.tensor(0.1, dtype=torch.float64).float())
