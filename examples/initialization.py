"""Will it train? One network, initialized in three ways.

Open the model view, choose a model and run "Layerscope: Show Signal": the curves show what becomes of activations and gradients on their way through
thirty layers, before anything is trained. What the training below prints is what they foretell, in PyTorch as here.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

depth, width = 30, 64


def network():
    """Thirty layers with ReLU, and one that says which of two classes it is."""
    layers = [nn.Sequential(nn.Linear(width, width), nn.ReLU()) for _ in range(depth)]
    return nn.Sequential(nn.Linear(2, width), *layers, nn.Linear(width, 2))


def initialize(net, fill):
    """Fills every weight with the function given, and every bias with zeros."""

    def init(module):
        if isinstance(module, nn.Linear):
            fill(module.weight)
            nn.init.zeros_(module.bias)

    return net.apply(init)


# 1. Small normal numbers, as one would fill them without thinking. Each layer multiplies the standard deviation by 0.01 * sqrt(64 / 2), about 0.06: after
# thirty layers 1 has become 1e-37, and what comes back to the first layer is as little. Nothing trains.
def fill_small(weight):
    nn.init.normal_(weight, 0, 0.01)


# 2. Xavier keeps the size of a signal through linear layers. ReLU takes half of its square away: a factor of sqrt(1 / 2) a layer, 3e-5 after thirty.
def fill_xavier(weight):
    nn.init.xavier_normal_(weight)


# 3. Kaiming makes up for what ReLU takes: twice the variance. The signal keeps its size both ways, and the network trains.
def fill_kaiming(weight):
    nn.init.kaiming_normal_(weight, nonlinearity="relu")


torch.manual_seed(0)
small = initialize(network(), fill_small)
xavier = initialize(network(), fill_xavier)
kaiming = initialize(network(), fill_kaiming)

# Two rings around the origin, and which of them a point is on.
angles = torch.rand(128) * 2 * math.pi
rings = torch.arange(128) % 2
points = torch.stack([angles.cos(), angles.sin()], 1) * (rings + 1).unsqueeze(1)


def train(fill):
    """The loss before and after some steps, of a network of its own."""
    net = initialize(network(), fill)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.003, momentum=0.9)
    losses = []
    for _ in range(150):
        optimizer.zero_grad()
        loss = F.cross_entropy(net(points), rings)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses[0], losses[-1]


for name, fill in [("small", fill_small), ("xavier", fill_xavier), ("kaiming", fill_kaiming)]:
    before, after = train(fill)
    print(f"{name:7} loss {before:.3f} -> {after:.3f}")

for net in small, xavier, kaiming:
    net(points)
