import math

import torch
from torch import nn
from torch.nn import init

torch.manual_seed(0)


def weights(m):
    classname = m.__class__.__name__
    if classname.find("Conv") != -1:
        init.normal_(m.weight.data, 0.0, 0.02)
    elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
        init.constant_(m.weight, 1)
        init.constant_(m.bias, 0)
    elif type(m) == nn.Linear:
        init.xavier_uniform_(m.weight, gain=init.calculate_gain("relu"))
        m.bias.data.fill_(0.01)


net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Flatten(), nn.Linear(2, 3))
print(net.apply(weights) is net, net[0].weight.sum(), net[3].weight, net[3].bias)
w = torch.empty(3, 5)
for fn in (
    lambda: init.uniform_(w, -1, 1), lambda: init.normal_(w), lambda: init.trunc_normal_(w, std=0.02), lambda: init.constant_(w, 0.3), lambda: init.eye_(w), lambda: init.ones_(w), lambda: init.zeros_(w),
    lambda: init.xavier_normal_(w), lambda: init.kaiming_uniform_(w, a=math.sqrt(5)), lambda: init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"), lambda: init.sparse_(w, 0.5), lambda: init.orthogonal_(w),
):
    print(fn().sum())
print(init.dirac_(torch.empty(2, 2, 3))[0], init.calculate_gain("leaky_relu", 0.2), init.calculate_gain("tanh"))
print(init._calculate_fan_in_and_fan_out(torch.empty(4, 3, 2, 2)))
with torch.no_grad():
    net[3].weight.uniform_(-10, 10)
    net[3].weight *= net[3].weight.abs() >= 5
    net[3].weight[0, 0] = 42
print(net[3].weight)
net[3].weight.data[:] += 1
net[3].weight.data[0, 0] = 7
print(net[3].weight.data)
embedding = nn.Embedding(5, 2, padding_idx=0)
print(embedding, embedding.weight[0], nn.Embedding.from_pretrained(torch.eye(2)), embedding(torch.tensor([[0, 1]])))
linear = nn.Linear(2, 2)
before = linear.weight.clone()
linear.reset_parameters()
print(torch.equal(before, linear.weight), nn.Linear(1, 1, device="meta").weight, nn.Linear(1, 2, dtype=torch.float64).weight.dtype)
try:
    init.kaiming_normal_(w, mode="fan")
except ValueError as e:
    print(e)
try:
    init.eye_(torch.empty(1, 2, 3))
except ValueError as e:
    print(e)
