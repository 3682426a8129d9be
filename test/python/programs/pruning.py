"""Pruning: methods as classes, one after the other, of one's own, and over several layers."""
import torch
from torch import nn
from torch.nn.utils import prune


def show(name, compute):
    try:
        value = compute()
    except Exception as error:
        value = f"{type(error).__name__}: {error}"
    print(name, value)


torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 3), nn.ReLU(), nn.Linear(3, 2))
prune.global_unstructured([(net[0], 'weight'), (net[2], 'weight')], pruning_method=prune.L1Unstructured, amount=0.3)
print(net[0].weight, net[2].weight_mask, prune.is_pruned(net), list(net.state_dict()))
prune.global_unstructured([(net[0], 'weight'), (net[2], 'weight')], pruning_method=prune.L1Unstructured, amount=2)
print(net[0].weight_mask, [type(h).__name__ for h in net[0]._forward_pre_hooks.values()])
class Every(prune.BasePruningMethod):
    PRUNING_TYPE = 'unstructured'
    def compute_mask(self, t, default_mask):
        mask = default_mask.clone(); mask.view(-1)[::2] = 0
        return mask
Every.apply(net[0], 'bias'); print(net[0].bias, net[0].bias_mask)
for h in net[0]._forward_pre_hooks.values(): print(type(h).__name__, h._tensor_name)
net(torch.ones(1, 4)).sum().backward(); print(net[0].weight_orig.grad, net[0].bias_orig.grad)
prune.ln_structured(net[2], 'weight', amount=1, n=2, dim=0); print(net[2].weight_mask, list(net[2]._forward_pre_hooks.values())[0][-1].__class__)
prune.remove(net[0], 'weight'); print(net[0].weight, len(net[0]._forward_pre_hooks), [n for n, _ in net[0].named_parameters()])
print(prune.L1Unstructured(2).compute_mask(torch.tensor([1., -3, 2, .5]), torch.ones(4)), prune.LnStructured(1, 2, 0).prune(torch.tensor([[1., 2], [3, 4]])), prune.RandomUnstructured(.5).prune(torch.ones(4)).sum())
m = nn.Conv2d(2, 3, 2); prune.custom_from_mask(m, 'weight', torch.zeros(3, 2, 2, 2)); print(m.weight.sum(), m(torch.ones(1, 2, 3, 3)).shape)
for n, f in {'amount': lambda: prune.l1_unstructured(nn.Linear(2, 2), 'weight', 1.5), 'amount2': lambda: prune.l1_unstructured(nn.Linear(2, 2), 'weight', 9), 'amount3': lambda: prune.random_unstructured(nn.Linear(2, 2), 'weight', 'a'), 'neg': lambda: prune.random_unstructured(nn.Linear(2, 2), 'weight', -1), 'dim': lambda: prune.random_structured(nn.Linear(2, 2), 'bias', .5, 0), 'remove': lambda: prune.remove(nn.Linear(2, 2), 'weight'), 'global': lambda: prune.global_unstructured([(nn.Linear(2, 2), 'weight')], prune.RandomStructured, amount=1), 'mixed': lambda: prune.global_unstructured([(nn.Linear(2, 2), 'weight')], prune.LnStructured, amount=1), 'noiter': lambda: prune.global_unstructured(nn.Linear(2, 2), prune.L1Unstructured, amount=1), 'imp': lambda: prune.l1_unstructured(nn.Linear(2, 2), 'weight', 1, importance_scores=torch.ones(3)), 'id': lambda: prune.identity(nn.Linear(2, 2), 'bias').bias_mask, 'imp2': lambda: prune.l1_unstructured(nn.Linear(2, 2), 'weight', 3, importance_scores=torch.tensor([[1., 2], [3, 4]])).weight_mask, 'name': lambda: prune.identity(nn.Linear(2, 2), 'nope')}.items(): show(n, f)
