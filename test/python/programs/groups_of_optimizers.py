"""The options of groups of parameters, in their order, and the defaults of optimizers, which are their own."""
import torch
from torch import nn
a, b = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(3))
for cls in (torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW, torch.optim.RMSprop, torch.optim.Adagrad, torch.optim.Adadelta, torch.optim.NAdam, torch.optim.RAdam, torch.optim.Adamax, torch.optim.ASGD, torch.optim.Rprop):
    o = cls([{"params": [a], "lr": 0.5, "name": "first"}, {"weight_decay" if cls is not torch.optim.Rprop else "lr": 0.1, "params": b}], lr=0.25)
    print(cls.__name__, [{k: v for k, v in g.items() if k != "params"} for g in o.param_groups], [list(g) for g in o.param_groups])
    print(o.defaults)
    o.add_param_group({"params": nn.Parameter(torch.ones(1)), "lr": 3.0})
    print(list(o.param_groups[2]), o.param_groups[2]["lr"])
    print(list(o.state_dict()["param_groups"][1]))
o = torch.optim.SGD([a], lr=1)
print(o.param_groups, o.defaults)
s = torch.optim.lr_scheduler.StepLR(o, 1)
print(list(o.param_groups[0]), list(o.defaults))

# What stands in for parts of PyTorch that model code takes its helpers from.
from torch.nn.modules.utils import _ntuple, _pair, _triple, consume_prefix_in_state_dict_if_present

print(_pair(3), _triple((1, 2, 3)), _ntuple(4)("ab"))
net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
state = net.state_dict()
moved = type(state)((f"module.{name}", value) for name, value in state.items())
consume_prefix_in_state_dict_if_present(moved, "module.")
print(list(moved), net.load_state_dict(moved))
# Without what says the versions of modules, normalizations may lack their count.
print(net.load_state_dict({name: value for name, value in state.items() if "num_batches" not in name}))
del state["1.num_batches_tracked"]
try:
    net.load_state_dict(state)
except RuntimeError as error:
    print(error)
coin = torch.distributions.Bernoulli(probs=torch.tensor([0.25, 0.5]))
print(coin, coin.log_prob(torch.ones(2)), coin)
die = torch.distributions.Categorical(logits=torch.zeros(3))
print(die, die.probs, die)
