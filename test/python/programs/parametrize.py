import torch
from torch import nn
from torch.nn.utils import parametrizations, parametrize, parameters_to_vector, prune, vector_to_parameters

torch.manual_seed(0)


class Symmetric(nn.Module):
    def forward(self, X):
        return X.triu() + X.triu(1).transpose(-1, -2)

    def right_inverse(self, A):
        return A.triu()


layer = nn.Linear(3, 3)
parametrize.register_parametrization(layer, "weight", Symmetric())
print(torch.allclose(layer.weight, layer.weight.T), parametrize.is_parametrized(layer), list(layer.state_dict()))
parametrize.remove_parametrizations(layer, "weight")
print(layer, layer.weight.shape)
normed = parametrizations.weight_norm(nn.Linear(2, 3))
print([name for name, _ in normed.named_parameters()])
spectral = parametrizations.spectral_norm(nn.Linear(4, 4))
print(spectral(torch.ones(1, 4)).shape, torch.linalg.matrix_norm(spectral.weight, 2) < 1.5)
vector = parameters_to_vector(nn.Linear(2, 2).parameters())
print(vector.shape)
target = nn.Linear(2, 2)
vector_to_parameters(torch.arange(6.0), target.parameters())
print(target.weight, target.bias)
pruned = nn.Linear(4, 2)
prune.l1_unstructured(pruned, "weight", amount=3)
print([name for name, _ in pruned.named_parameters()], [name for name, _ in pruned.named_buffers()], pruned.weight_mask.sum(), (pruned.weight == 0).sum())
prune.remove(pruned, "weight")
print([name for name, _ in pruned.named_parameters()])
prune.random_unstructured(pruned, "weight", 0.25)
print(prune.is_pruned(pruned))
grads = nn.Linear(2, 2)
(grads(torch.ones(1, 2)) * 100).sum().backward()
print(nn.utils.clip_grad_norm_(grads.parameters(), 1.0), grads.weight.grad.norm() < 1)
nn.utils.clip_grad_value_(grads.parameters(), 0.1)
print(grads.bias.grad)
