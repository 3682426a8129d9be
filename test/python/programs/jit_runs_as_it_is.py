"""What would be compiled runs as it is."""
import torch
from torch import nn


class Block(torch.jit.ScriptModule):
    size: torch.jit.Final[int]

    def __init__(self, size):
        super().__init__()
        self.size = size
        self.layer = nn.Linear(size, size)

    @torch.jit.script_method
    def forward(self, x):
        return torch.relu(self.layer(x)) + x


torch.manual_seed(0)
net = nn.Sequential(Block(3), nn.Linear(3, 2))
print(net(torch.ones(2, 3)))
print(isinstance(net[0], nn.Module), net[0].size, [name for name, _ in net.named_parameters()])


@torch.jit.script
def scaled(x: torch.Tensor, by: float = 2.0) -> torch.Tensor:
    return x * by


print(scaled(torch.ones(2)), torch.jit.is_scripting(), torch.jit.is_tracing())
print(torch.jit.trace(nn.Linear(3, 2), torch.ones(1, 3))(torch.ones(4, 3)).shape)
