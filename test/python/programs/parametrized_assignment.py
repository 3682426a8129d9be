import torch
from torch import nn
from torch.nn.utils import parametrize, parametrizations, prune

class Sym(nn.Module):
    def forward(self, X):
        return X.triu() + X.triu(1).transpose(-1, -2)
    def right_inverse(self, A):
        return A.triu()

torch.manual_seed(0)
layer = nn.Linear(3, 3)
parametrize.register_parametrization(layer, "weight", Sym())
print(layer)
print(torch.equal(layer.weight, layer.weight.T))
layer.weight = torch.arange(9.).reshape(3, 3)
print(layer.weight)
print(layer.parametrizations.weight.original)
print([n for n, _ in layer.named_parameters()])
print(layer.state_dict().keys())
print(parametrize.is_parametrized(layer), parametrize.is_parametrized(layer, "bias"))
with parametrize.cached():
    print(layer.weight is layer.weight)
parametrize.remove_parametrizations(layer, "weight")
print(layer, type(layer))
print([n for n, _ in layer.named_parameters()])

class Exp(nn.Module):
    def forward(self, x):
        return x.exp()
lin = nn.Linear(2, 2)
parametrize.register_parametrization(lin, "weight", Exp())
try:
    lin.weight = torch.ones(2, 2)
except Exception as e:
    print(type(e).__name__, str(e).split("\n")[0])
print(type(lin).__name__, isinstance(lin, nn.Linear))
lin2 = parametrizations.weight_norm(nn.Linear(2, 3))
print(lin2)
print(lin2.parametrizations.weight.original0.shape, lin2.parametrizations.weight.original1.shape)
s = parametrizations.spectral_norm(nn.Linear(4, 4))
print(sorted(s.state_dict()))
m = nn.Linear(4, 2)
prune.random_unstructured(m, "weight", amount=0.5)
print(int(m.weight_mask.sum()))
print([n for n, _ in m.named_parameters()], [n for n, _ in m.named_buffers()])
prune.remove(m, "weight")
print([n for n, _ in m.named_parameters()], int((m.weight == 0).sum()))
prune.l1_unstructured(m, "bias", 1)
print(prune.is_pruned(m))
prune.custom_from_mask(m, "weight", torch.tensor([[1, 0, 1, 0], [0, 1, 0, 1]]))
print((m.weight != 0).int())
