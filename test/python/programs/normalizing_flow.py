"""Affine coupling layers that give the density of two moons of points."""
import torch
from torch import nn
from torch.distributions import MultivariateNormal, Normal, Independent

torch.manual_seed(0)


class Coupling(nn.Module):
    def __init__(self, mask, hidden=8):
        super().__init__()
        self.register_buffer("mask", mask)
        self.s = nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, 2), nn.Tanh())
        self.t = nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, 2))

    def forward(self, x):
        kept = x * self.mask
        s, t = self.s(kept) * (1 - self.mask), self.t(kept) * (1 - self.mask)
        return kept + (1 - self.mask) * (x * s.exp() + t), s.sum(-1)

    def inverse(self, y):
        kept = y * self.mask
        s, t = self.s(kept) * (1 - self.mask), self.t(kept) * (1 - self.mask)
        return kept + (1 - self.mask) * ((y - t) * (-s).exp())


class Flow(nn.Module):
    def __init__(self, layers):
        super().__init__()
        masks = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).repeat(layers // 2, 1)
        self.layers = nn.ModuleList([Coupling(m) for m in masks])

    @property
    def base(self):
        return MultivariateNormal(torch.zeros(2), torch.eye(2))

    def log_prob(self, x):
        total = x.new_zeros(x.shape[0])
        for layer in self.layers:
            x, log_det = layer(x)
            total = total + log_det
        return self.base.log_prob(x) + total

    def sample(self, n):
        x = self.base.sample((n,))
        for layer in reversed(self.layers):
            x = layer.inverse(x)
        return x


flow = Flow(4)
print(flow)
print([name for name, _ in flow.named_buffers()])
half = torch.linspace(0, 3.14159, 16)
data = torch.cat([torch.stack([half.cos(), half.sin()], 1), torch.stack([1 - half.cos(), 0.5 - half.sin()], 1)]) + 0.05 * torch.randn(32, 2)
opt = torch.optim.Adam(flow.parameters(), lr=1e-2)
for epoch in range(8):
    loss = -flow.log_prob(data).mean()
    opt.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(flow.parameters(), 1.0)
    opt.step()
    print(epoch, f"{loss.item():.3f}", f"{norm.item():.3f}")
with torch.no_grad():
    x = data[:4]
    z = x
    for layer in flow.layers:
        z, _ = layer(z)
    back = z
    for layer in reversed(flow.layers):
        back = layer.inverse(back)
    print(torch.allclose(back, x, atol=1e-5))
    print(flow.sample(3).shape)
print(flow.base)
print(Independent(Normal(torch.zeros(3, 2), 1.0), 1))
print(Independent(Normal(torch.zeros(3, 2), 1.0), 1).log_prob(torch.zeros(3, 2)))
