"""How tensors of all kinds print."""
import math

import torch

torch.manual_seed(0)
for dtype in (torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int8, torch.uint8, torch.int16, torch.int32, torch.int64, torch.bool):
    t = torch.arange(-2, 4).to(dtype)
    print(t, t[2], t.reshape(2, 3), t[:0], t.reshape(2, 3)[:, :0])
print(torch.tensor([1e-8, 1.0, 1e8]), torch.tensor([1e-5, 1.0]), torch.tensor([0.0001, 123456.0]), torch.tensor([1e5, 1.0, 2.5]))
print(torch.tensor([float("nan"), 1.0, float("inf"), -float("inf")]), torch.tensor([float("nan")] * 2), torch.tensor(-float("inf")))
print(torch.tensor([1.0, 2.0, 300.0]), torch.tensor([1.0, 2.5]), torch.tensor([-0.0, 0.0]), torch.tensor([1e10, 1e-10]), torch.tensor([99999999.0]))
print(torch.tensor([math.pi] * 3, dtype=torch.float64), torch.tensor(math.pi), torch.tensor([[math.pi]]), torch.tensor([12345.678, 0.1]))
print(torch.rand(3, 4), torch.randn(2, 2, 3), torch.randn(1, 1, 1, 2))
print(torch.arange(1001), torch.arange(1000.0), torch.arange(2000.0).reshape(40, 50), torch.rand(12, 100) > 0.5)
print(torch.zeros(8, 8, 20), torch.ones(3, 500))
print(torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True) * 2, torch.nn.Parameter(torch.zeros(2, 2)), (torch.ones(2, requires_grad=True) * 2).sum())
print([torch.tensor(1), torch.tensor([1.5])], {"a": torch.zeros(2)}, (torch.tensor(True),))
print(torch.empty(0), torch.empty(2, 0), torch.empty(0, dtype=torch.int32), torch.empty(2, 0, 3, dtype=torch.float64))
print(torch.zeros(3, device="meta"), torch.ones(2, dtype=torch.float16, requires_grad=True))
print(f"{torch.tensor(3.14159):.2f} {torch.tensor(7):d} {torch.tensor(2.0)} {torch.tensor([1, 2])} {torch.tensor(12345.0):>12.3e}|{torch.tensor(5):>4}|")
print(str(torch.tensor(1.0)), repr(torch.tensor([[1]])), torch.tensor(0.1).item(), torch.tensor(1e-20).item(), torch.tensor(16777217.0).item())
print(torch.Size([2, 3]), torch.Size([]), torch.float32, torch.device("cpu"), torch.strided, torch.contiguous_format)
x = torch.tensor([[1.123456789, 22.1], [333.0, 4444.44444]])
for options in (dict(precision=2), dict(precision=8, sci_mode=False), dict(sci_mode=True), dict(profile="short"), dict(profile="full"), dict(linewidth=40), dict(threshold=3, edgeitems=1), dict(profile="default")):
    torch.set_printoptions(**options)
    print(options, x, torch.arange(12.0).reshape(2, 6))
torch.set_printoptions(profile="default")
print(torch.tensor([True, False]), torch.tensor([[True], [False]]), torch.tensor(False))
print(torch.tensor([255, 0], dtype=torch.uint8), torch.tensor([-128, 127], dtype=torch.int8), torch.tensor([2**62, -1]))
print(torch.tensor([1.0, 2.0]).tolist(), torch.tensor([[1, 2], [3, 4]]).tolist(), torch.tensor(2.5).tolist())
print(torch.linspace(-1, 1, 5), torch.logspace(-3, 3, 7), torch.eye(3, dtype=torch.int32), torch.full((2, 2), 7), torch.full((2,), 0.1))
print(torch.tensor([1e-45, 1.0]), torch.tensor([1.17e-38]), torch.tensor([3.4e38]), torch.tensor([65504.0], dtype=torch.float16), torch.tensor([1e-7], dtype=torch.float16))
print(torch.tensor([0.1, 0.25, 1 / 3], dtype=torch.bfloat16), torch.tensor(1 / 3, dtype=torch.float16))
print(torch.rand(3, 3).t(), torch.arange(6).view(2, 3).T, torch.arange(24).view(2, 3, 4).permute(2, 0, 1)[0])
print(torch.topk(torch.tensor([3.0, 1.0, 2.0]), 2), torch.max(torch.tensor([[1, 5], [7, 2]]), dim=1), torch.sort(torch.tensor([2, 1])))
print(torch.unique(torch.tensor([3, 1, 3]), return_counts=True), torch.tensor([[1, 0], [0, 1]]).nonzero(), torch.where(torch.tensor([True, False, True])))
