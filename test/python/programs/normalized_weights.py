"""Weights that are orthogonal, or separated into size and direction, or divided by their largest singular value."""
import copy
import io
import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.nn.utils.parametrize as P
import torch.nn.utils.parametrizations as Z

def t(fn):
    try:
        fn()
    except Exception as e:
        print(fn.__name__, type(e).__name__, e)

@t
def orth():
  for m in (None, "matrix_exp", "cayley", "householder"):
    for triv in (True, False):
        for shape in ((3, 3), (4, 2), (2, 4)):
            torch.manual_seed(0)
            l = nn.Linear(*shape)
            try:
                Z.orthogonal(l, "weight", orthogonal_map=m, use_trivialization=triv)
                print(m, triv, shape, l.weight)
                if shape == (3, 3):
                    print(l)
                    print(list(l.state_dict()))
                w = l.weight
                print(torch.allclose(w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w, torch.eye(min(w.shape)), atol=1e-5))
                l(torch.ones(2, shape[0])).pow(2).sum().backward()
                print([(n, p.shape, p.grad.norm().round(decimals=2)) for n, p in l.named_parameters()])
                with torch.no_grad():
                    l.weight = torch.eye(shape[1], shape[0])
                print(l.weight.abs())
            except Exception as e:
                print(m, triv, shape, type(e).__name__, e)

@t
def wn():
    torch.manual_seed(0)
    for dim in (0, 1, None, -1):
        l = Z.weight_norm(nn.Linear(3, 2), dim=dim)
        print(l)
        print(l.state_dict())
        print(l.weight)
    l = nn.utils.weight_norm(nn.Linear(3, 2))
    print(l, l.state_dict())
    nn.utils.remove_weight_norm(l)
    print(l.state_dict())

@t
def sn():
    torch.manual_seed(0)
    l = Z.spectral_norm(nn.Linear(3, 2))
    print(l, l.state_dict())
    print(l.weight)
    l.eval()
    print(l.weight)
    c = Z.spectral_norm(nn.Conv2d(2, 3, 2), n_power_iterations=2, eps=1e-8)
    print(c.weight.shape, list(c.state_dict()))
    ct = Z.spectral_norm(nn.ConvTranspose2d(2, 3, 2))
    print({k: v.shape for k, v in ct.state_dict().items()})
    l = nn.utils.spectral_norm(nn.Linear(3, 2))
    print(l, l.state_dict())
    l(torch.ones(1, 3))
    print(l.weight)
    nn.utils.remove_spectral_norm(l)
    print(l.state_dict())
