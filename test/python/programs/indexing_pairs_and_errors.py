import torch
a = torch.arange(24).reshape(2, 3, 4)
I = [0, -1, slice(None), slice(1, None), slice(None, None, 2), None, ..., [0, 1], [1], torch.tensor([1, 0]), torch.tensor(1), True, False]
for i in I: print(i if not isinstance(i, torch.Tensor) else "t", tuple(a[i].shape), a[i].sum())
for i in I:
    for j in I:
        if i is ... and j is ...: continue
        try: r = a[i, j]; print(tuple(r.shape), int(r.sum()), end="; ")
        except Exception as e: print(type(e).__name__, str(e)[:120], end="; ")
    print()
print(a[a > 10], a[a % 2 == 0].shape, a[:, torch.tensor([True, False, True])].shape, a[torch.tensor([[0, 1], [1, 0]])].shape, a[[[0, 1], [1, 2]]] if 0 else "", a[[0, 1], [1, 2]], a[[0, 1], [1, 2], [3, 0]], a[[0], :, [1, 2]].shape, a[:, [0, 2], None].shape, a[:, None, [0, 2], 1:3].shape, a[0][1][2], a[0, 1, 2].item())
b = torch.zeros(3, 4)
b[0] = 1; b[1, 2] = 5; b[:, 1] = torch.tensor([7., 8., 9.]); b[2] = torch.arange(4); print(b)
b[b > 6] = -1; print(b); b[[0, 2]] = torch.tensor([[1., 2., 3., 4.]]); print(b); b[..., 0] = 9; b[1:, 2:] = torch.full((2, 2), 3.); b[-1, -1] = True; print(b)
b[torch.tensor([0, 1]), torch.tensor([0, 1])] += 100; print(b); b[0, :2] *= 2; b[:, [1, 3]] = torch.tensor([0., -5.]); print(b)
b[None] = 4; print(b.sum()); b[()] = 2; print(b.sum()); b[:] = 1; print(b.sum()); b[torch.eye(3, 4).bool()] = torch.tensor([1., 2., 3.]); print(b)
def e(f):
    try: f(); print("ok")
    except Exception as x: print(type(x).__name__, str(x)[:300])
def s(i, v): b[i] = v
e(lambda: s(5, 1)); e(lambda: s(0, torch.ones(3))); e(lambda: s((0, 0, 0), 1)); e(lambda: s("a", 1)); e(lambda: s(slice(0, 2), torch.ones(3, 4))); e(lambda: s(0, "x")); e(lambda: s(0, None)); e(lambda: s(b > 0, torch.ones(2))); e(lambda: s([0, 1], torch.ones(3, 4))); e(lambda: s(0, [1, 2, 3, 4])); e(lambda: s((0, 0), torch.ones(2))); e(lambda: s((0, 0), torch.ones(1))); e(lambda: s(torch.tensor([5]), 1)); e(lambda: s(slice(None, None, -1), 1))
i = torch.zeros(3, dtype=torch.int64); i[0] = 2.7; i[1] = True; print(i); i[2] = torch.tensor(3.9); print(i)
u = torch.zeros(2, dtype=torch.bool); u[0] = 5; print(u); 
c = torch.arange(5); c[1:] = c[:-1].clone(); print(c); c.fill_(3); c[::2] = torch.tensor([7, 8, 9]); print(c)
x, y, *z = torch.arange(5); print(x, y, z); (q, r), s2 = torch.arange(4).reshape(2, 2), 3; print(q, r)
for row in a[0]: print(row.tolist())
for k, v in enumerate(torch.arange(3)): print(k, v, v.item())
print(list(zip(torch.arange(2), torch.arange(2))), sum(torch.arange(4)), max(torch.arange(4)), min(torch.tensor([3., 1.])), sorted(torch.tensor([3, 1, 2])), list(map(int, torch.arange(3))), 3 in torch.arange(5), torch.tensor(3) in torch.arange(3), [*reversed(torch.arange(3))], any(torch.tensor([0, 1])), all(torch.tensor([1, 0])))
print(a.index_select(1, torch.tensor([2, 0])), a.take(torch.tensor([0, 5])), a.gather(2, torch.zeros(2, 3, 1, dtype=torch.long)).squeeze(), torch.take_along_dim(a, torch.zeros(2, 3, 1, dtype=torch.long), 2).shape, a.narrow(2, 1, 2).shape, a.select(1, 0).shape, a.masked_select(a > 20), torch.argwhere(a > 21), torch.nonzero(a > 21, as_tuple=True), a.unfold(2, 2, 1).shape, a.flatten()[torch.randperm(24).sort()[0]].shape)
