import torch

x = torch.arange(24).reshape(2, 3, 4)
print(x[0], x[0, 1], x[0, 1, 2])
print(x[-1], x[..., 0], x[:, 1], x[:, :, 1:3])
print(x[None].shape, x[:, None, :, 0].shape, x[..., None].shape)
print(x[0][::2], x[:, ::2, ::3])
print(x[[0, 1], [1, 2]], x[[1, 0]].shape)
print(x[torch.tensor([1, 0]), :, torch.tensor([0, 3])])
m = x > 10
print(x[m], m.sum())
print(x[:, [0, 2]], x[0, [True, False, True]])
print(x[torch.tensor(1)], x[True].shape)
y = torch.zeros(3, 3)
y[0] = 1
y[1, 1] = 5
y[:, 2] = torch.tensor([7.0, 8.0, 9.0])
y[2, :2] = -1
print(y)
y[y < 0] = 0
print(y)
y[[0, 1], [0, 1]] = torch.tensor([100.0, 200.0])
print(y)
y[..., 0] += 1
y[0, 0] *= 2
print(y)
y[:] = 3
print(y)
y[1:, 1:] = torch.eye(2)
print(y)
idx = torch.tensor([2, 0])
y[idx] = torch.tensor([[1.0, 1, 1], [2, 2, 2]])
print(y)
for row in y:
    print(row)
a, b, c = y
print(a, len(y), list(y[0]))
print(y[0].tolist(), y.shape[0], y.size(-1))
print(3.0 in y, 1 in torch.tensor([1, 2]))
print(y[range(2)])
e = torch.arange(5)
print(e[2:], e[:-2], e[1:4:2], e[e % 2 == 0], e[-1].item())
