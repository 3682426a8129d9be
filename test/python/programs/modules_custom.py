import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)


class MLP(nn.Module):
    """A perceptron in the usual style."""

    def __init__(self, sizes, dropout=0.0):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.dropout = nn.Dropout(dropout)
        self.scale = nn.Parameter(torch.ones(1))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.name = "mlp"

    def forward(self, x):
        self.steps += 1
        for layer in self.layers[:-1]:
            x = self.dropout(F.relu(layer(x)))
        return self.layers[-1](x) * self.scale


net = MLP([4, 8, 8, 2])
print(net)
x = torch.randn(3, 4)
print(net(x))
print(net.steps, net.name, len(net.layers))
for name, p in net.named_parameters():
    print(name, tuple(p.shape), p.requires_grad)
print([name for name, _ in net.named_buffers()])
print(sum(p.numel() for p in net.parameters()))
print(list(net.state_dict().keys()))
print(net.training, net.eval().training, net.train().training)
print(isinstance(net.layers[0], nn.Linear), type(net.layers[0]) == nn.Linear, type(net.layers[0]))
