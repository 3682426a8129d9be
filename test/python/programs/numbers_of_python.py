"""Tensors where Python expects numbers, and back."""
import math

import torch

t = torch.tensor([3.0, 1.0, 2.0])
print(float(t[0]), int(t[1]), bool(t[2]), round(t[0].item(), 2), complex(t[0]) if False else 0)
print(max(t), min(t), sum(t), sorted(t)[0], list(t), tuple(t)[1], len(t), 3 in t, t.tolist())
print(abs(-t), -t, +t, t**2, 2**t, t // 2, t % 2, 7 - t, 7 / t, divmod(7, 2), pow(t, 2))
print(t > 1, t == 3, t != 3, (t > 1) & (t < 3), ~(t > 1), (t > 1) | (t == 1), (t > 1) ^ (t < 3), not t.any())
print(math.sqrt(t[0]), math.floor(t[0]), [1, 2, 3][t[1].int()], range(int(t[2])))
print(torch.tensor(5) / 2, torch.tensor(5) // 2, torch.tensor(-5) // 2, torch.tensor(5) % 3, torch.tensor(2) ** 3, torch.tensor(2) ** -1.0)
print(torch.tensor([1, 2]) + 0.5, torch.tensor([1, 2]) * True, torch.tensor([True]) + 1, torch.tensor([1.0]).double() + torch.tensor([1.0]))
print((torch.ones(1, dtype=torch.int32) + torch.ones(1, dtype=torch.int64)).dtype, (torch.ones(1) + torch.ones(1, dtype=torch.int64)).dtype)
print((torch.ones((), dtype=torch.float64) + torch.ones(1)).dtype, (torch.tensor(1) + 1.0).dtype, torch.result_type(torch.tensor([1]), 1.5))
print(torch.promote_types(torch.int32, torch.float32), torch.can_cast(torch.float32, torch.int32), torch.is_tensor(t), torch.is_floating_point(t))
print(t.shape, t.shape[0], t.shape == (3,), t.size(0), t.dim(), t.numel(), t.ndim, torch.Size([2, 3]).numel(), torch.Size([2]) + torch.Size([3]), t.shape[:1])
print(isinstance(t.shape, tuple), [*torch.zeros(2, 3).shape], torch.zeros(*t.shape).shape, torch.zeros(t.shape + (2,)).shape)
print(t.dtype, t.dtype == torch.float, t.device, t.device.type, t.layout, t.requires_grad, t.is_leaf, t.grad, t.element_size(), t.stride())
print(hash(t) == hash(t), t in [t], {t: 1}[t], t is t, t.equal(t.clone()), torch.equal(t, t), torch.allclose(t, t + 1e-9))
t += 1
t *= 2
t -= 0.5
t /= 2
print(t)
u = t
u.add_(1)
print(t is u, t)
for i, value in enumerate(t):
    print(i, value, value.item())
for a, b in zip(t, [1, 2, 3]):
    print(a * b)
print([float(v) for v in reversed(t)], torch.tensor(t.tolist()), torch.as_tensor([1, 2]), torch.tensor([[1, 2], [3, 4]]).tolist())
print(torch.tensor(True).item(), torch.tensor(1).item(), torch.tensor(1.5).item(), torch.tensor([1, 2.5]).dtype, torch.tensor([True, 2]).dtype)
print(torch.tensor(0.1).item(), torch.tensor(0.1, dtype=torch.float64).item(), 1e10 * torch.tensor(1.0), torch.tensor(10**12))
print(torch.finfo(torch.float32).eps, torch.finfo(torch.float32).max, torch.iinfo(torch.int32).max, torch.pi, torch.inf)
print(torch.arange(3), torch.arange(1, 2, 0.25), torch.linspace(0, 1, 5), torch.full((2,), 7), torch.full((2,), 7.0), torch.zeros(2, dtype=torch.bool))
print(torch.cat([torch.tensor([1]), torch.tensor([2.5])]), torch.stack([torch.tensor(1), torch.tensor(2)]))
