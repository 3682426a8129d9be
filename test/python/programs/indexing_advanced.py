import torch

x = torch.arange(24.0).reshape(2, 3, 4)
print(x[..., 0], x[:, None].shape, x[0, ..., 1:3], x[:, [0, 2]][0])
print(x[torch.tensor([0, 1]), torch.tensor([1, 2])])
print(x[torch.tensor([[0, 1], [1, 0]])].shape, x[[0, 1], :, [1, 2]])
print(x[x > 20], (x > 20).nonzero(), torch.nonzero(x > 21, as_tuple=True))
print(x[0, torch.tensor([True, False, True])], x[:, :, -1], x[1:, ::2, ::3])
y = x.clone()
y[0] = 0
y[1, 1] = torch.tensor([9.0, 8.0, 7.0, 6.0])
y[y > 15] = -1
y[:, [0], 1:3] += 100
y[..., -1] *= 2
print(y)
z = torch.zeros(5, dtype=torch.long)
z[torch.tensor([0, 0, 3])] += 1
print(z, z.index_put_((torch.tensor([0, 0, 3]),), torch.tensor([5, 6, 7]), accumulate=True))
print(torch.zeros(3, 4).scatter_(1, torch.tensor([[0], [2], [3]]), 1.0))
print(torch.zeros(2, 3).scatter_add_(0, torch.tensor([[0, 1, 0], [0, 0, 0]]), torch.ones(2, 3)))
print(torch.gather(x[0], 1, torch.tensor([[3, 0], [1, 1], [2, 2]])))
print(torch.take(x, torch.tensor([0, 23, 5])), torch.take_along_dim(x[0], x[0].argsort(descending=True), 1))
print(torch.where(x[0] % 2 == 0, x[0], -x[0]))
print(x[0].masked_select(x[0] > 5), x[0].masked_fill(x[0] < 3, float("nan")))
print(x[0].index_select(1, torch.tensor([3, 3, 0])), x[0].index_fill(0, torch.tensor([1]), 7.0))
print(torch.arange(5)[-2:], torch.arange(5)[1:100], torch.arange(5)[5:])
a, b = x
print(a.sum(), b.sum(), [row.tolist() for row in x[0, :2, :2]])
for bad in (lambda: x[::-1], lambda: x[1.5], lambda: x[None, 0, 0, 0, 0]):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__, e)
print(x[()].shape, x[None].shape, x[0][1][2], x[0, 1, 2].item(), x[True].shape, x[False].shape)
rows, columns = torch.tril_indices(3, 3)
print(rows, columns, x[0][rows, columns])
print(x.flip(0)[0, 0], x.roll(1, -1)[0, 0], torch.rot90(x[0]).shape)
w = torch.zeros(3, 3)
w.fill_diagonal_(5)
w[torch.arange(3), torch.tensor([2, 0, 1])] = 1
print(w, w.diagonal(), w.diag(1), torch.diag(torch.tensor([1, 2])))
