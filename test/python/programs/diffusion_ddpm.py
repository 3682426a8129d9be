"""A toy denoising diffusion model on points of a circle."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F


class Schedule:
    def __init__(self, steps, start=1e-4, end=0.02):
        self.betas = torch.linspace(start, end, steps)
        self.alphas = 1.0 - self.betas
        self.alphas_cumprod = torch.cumprod(self.alphas, dim=0)
        self.alphas_cumprod_prev = F.pad(self.alphas_cumprod[:-1], (1, 0), value=1.0)
        self.posterior_variance = self.betas * (1.0 - self.alphas_cumprod_prev) / (1.0 - self.alphas_cumprod)

    def q_sample(self, x0, t, noise):
        a = self.alphas_cumprod.gather(0, t).unsqueeze(-1)
        return a.sqrt() * x0 + (1 - a).sqrt() * noise

    def __len__(self):
        return self.betas.numel()


class SinusoidalEmbedding(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, t):
        half = self.dim // 2
        freqs = torch.exp(-math.log(10000) * torch.arange(half) / (half - 1))
        args = t[:, None].float() * freqs[None, :]
        return torch.cat([args.sin(), args.cos()], dim=-1)

    def extra_repr(self):
        return f"dim={self.dim}"


class Denoiser(nn.Module):
    def __init__(self, dim=2, hidden=32):
        super().__init__()
        self.time = nn.Sequential(SinusoidalEmbedding(16), nn.Linear(16, hidden), nn.SiLU(), nn.Linear(hidden, hidden))
        self.inp = nn.Linear(dim, hidden)
        self.mid = nn.Sequential(nn.SiLU(), nn.Linear(hidden, hidden), nn.SiLU())
        self.out = nn.Linear(hidden, dim)
        nn.init.zeros_(self.out.weight)

    def forward(self, x, t):
        return self.out(self.mid(self.inp(x) + self.time(t)))


torch.manual_seed(0)
schedule = Schedule(20)
print(len(schedule), schedule.betas[:3], schedule.alphas_cumprod[-1], schedule.posterior_variance[:2])
angle = torch.rand(64) * 2 * math.pi
data = torch.stack([angle.cos(), angle.sin()], dim=1)
model = Denoiser()
print(model)
opt = torch.optim.Adam(model.parameters(), lr=2e-3)
for step in range(30):
    t = torch.randint(0, len(schedule), (data.size(0),))
    noise = torch.randn_like(data)
    loss = F.mse_loss(model(schedule.q_sample(data, t, noise), t), noise)
    opt.zero_grad()
    loss.backward()
    opt.step()
    if step % 10 == 0:
        print(f"step {step:2d} loss {loss:.4f}")


@torch.no_grad()
def sample(n):
    model.eval()
    x = torch.randn(n, 2)
    for i in reversed(range(len(schedule))):
        t = torch.full((n,), i, dtype=torch.long)
        eps = model(x, t)
        mean = (x - schedule.betas[i] / (1 - schedule.alphas_cumprod[i]).sqrt() * eps) / schedule.alphas[i].sqrt()
        x = mean + (schedule.posterior_variance[i].sqrt() * torch.randn_like(x) if i > 0 else 0)
    return x


torch.set_printoptions(precision=3)
print(sample(4))
torch.set_printoptions(profile="default")
