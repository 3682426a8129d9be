import torch
from torch import nn

torch.manual_seed(0)
w = torch.empty(3, 4)
for fn, kw in [(nn.init.uniform_, {}), (nn.init.uniform_, dict(a=-1, b=1)), (nn.init.normal_, dict(std=0.02)), (nn.init.xavier_uniform_, dict(gain=2.0)), (nn.init.xavier_normal_, {}), (nn.init.kaiming_uniform_, dict(a=1)), (nn.init.kaiming_normal_, dict(mode="fan_out", nonlinearity="relu")), (nn.init.trunc_normal_, dict(std=0.1)), (nn.init.constant_, dict(val=0.5)), (nn.init.ones_, {}), (nn.init.zeros_, {}), (nn.init.eye_, {})]:
    r = fn(w, **kw)
    print(fn.__name__, r is w, w)
print(nn.init.calculate_gain("relu"), nn.init.calculate_gain("tanh"), nn.init.calculate_gain("leaky_relu", 0.2), nn.init.calculate_gain("linear"))
def init(m):
    if isinstance(m, nn.Linear):
        nn.init.kaiming_normal_(m.weight)
        m.bias.data.fill_(0.01)
net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1)).apply(init)
print(net[0].weight, net[0].bias)
for m in net.modules():
    if hasattr(m, "reset_parameters"):
        m.reset_parameters()
print(net[2].weight)
with torch.no_grad():
    net[0].weight *= 2
    net[0].weight[0, 0] = 9
    net[0].bias.copy_(torch.arange(3.0))
print(net[0].weight, net[0].bias)
try:
    nn.init.xavier_uniform_(torch.empty(3))
except ValueError as e:
    print(e)
