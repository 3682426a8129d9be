# Glow begins with torch.qr of a random matrix, and graph convolutions multiply by torch.spmm.
import warnings

import torch
from torch.fx import GraphModule, Tracer

warnings.simplefilter("ignore")
torch.manual_seed(0)
a = torch.randn(4, 3, requires_grad=True)
q, r = torch.qr(a)
print((q @ r).allclose(a), r.tril(-1).abs().max().item(), q.shape)
(q.sum() + r.sum()).backward()
print(a.grad.shape)
whole = a.qr(some=False)
print(type(whole).__name__, whole.Q.shape, whole[1].shape)


def refused(call):
    try:
        print(call())
    except Exception as error:
        print(type(error).__name__, error)


refused(lambda: torch.qr(torch.ones(3)))
refused(lambda: torch.qr(3))
adjacency, features = torch.eye(3), torch.arange(6.0).view(3, 2).requires_grad_()
print(torch.spmm(adjacency, features), torch.dsmm(adjacency, features).shape)
refused(lambda: torch.spmm(adjacency, features[:2]))
refused(lambda: torch.spmm(adjacency, features[:, 0]))
refused(lambda: torch.spmm(1, features))

# Nothing is an instance of what is in no environment, and a class or a function can be written with it.
print(isinstance(features, torch.jit.ScriptModule), isinstance(features, (GraphModule, torch.Tensor)))


class Leaves(Tracer):
    def is_leaf_module(self, module, name):
        return True


print(Leaves.__name__, isinstance(3, Leaves))
