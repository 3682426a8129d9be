import torch

t = torch.tensor(3.7)
print(int(t), float(t), bool(t), t.item(), round(t.item(), 1))
print(f"{t:.2f} {torch.tensor(5):d} {torch.tensor(2.5)} {torch.tensor([1, 2])}")
print("%d %.3f" % (torch.tensor(4), torch.tensor(0.5)))
i = torch.tensor(2)
print([10, 20, 30][i], list(range(i)), 2 ** i, i ** 2)
print(torch.tensor(1.0), torch.tensor(1), torch.tensor(True), torch.tensor([1.0, 2]), torch.tensor([1, 2.5]))
print(torch.tensor([[1, 2], [3, 4]]).float(), torch.tensor([]).shape, torch.tensor([[]]).shape)
print(torch.tensor([1, 2]) * 2.0, torch.tensor([1, 2]) * 2, torch.tensor([1, 2]) / 2, torch.tensor([1, 2]) + 1.0)
print(torch.tensor([5, 7]) // 2, torch.tensor([5, 7]) % 3, -torch.tensor([1, -2]), abs(torch.tensor(-3)))
print(1.0 - torch.tensor([1, 2]), 2 / torch.tensor([1.0, 4.0]), 2 ** torch.tensor([1.0, 3.0]), 7 // torch.tensor([2, 3]))
print(torch.tensor([1, 2]) == 1.0, torch.tensor([1.0]) == torch.tensor([1]), torch.tensor(1) == 1)
print(torch.full((2,), 1.0), torch.full((2,), 1), torch.full((2,), True), torch.arange(3.0), torch.arange(3), torch.arange(0, 1, 0.25))
print(torch.ones(2, dtype=torch.int64).dtype, torch.zeros(2).dtype, torch.tensor([True]).dtype)
print((torch.tensor([1, 2]) * True).dtype, (torch.tensor([True]) + 1).dtype, (torch.tensor(1) * 1.0).dtype)
print(torch.tensor([1.5]).double() * torch.tensor([2.0]), torch.tensor(2.0).double().dtype)
print(torch.where(torch.tensor([True, False]), 1.0, 0.0), torch.where(torch.tensor([True, False]), 1, 0))
print(torch.tensor([3, 1, 2]).max(), torch.tensor([3, 1, 2]).max().item(), max([1, 2]))
x = torch.tensor([1.0, 2.0])
x += 1
x *= 2.0
x -= torch.tensor([1.0, 1.0])
x /= 2
x **= 2
print(x)
b = torch.tensor([True, False])
print(b & True, b | torch.tensor([False, True]), ~b, b ^ b)
print(torch.tensor([6]) & 3, torch.tensor([1]) << 3, torch.tensor([8]) >> 1)
print(torch.tensor(float("nan")), torch.tensor([float("inf"), -float("inf"), 0.0]))
print(not torch.tensor(0), bool(torch.tensor([0.5])), torch.tensor(2) > 1)
print(torch.pi, torch.inf, torch.finfo(torch.float32).eps, torch.iinfo(torch.int64).max)
