import torch
from torch import nn
import torch.nn.functional as F

class Up(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.up = nn.ConvTranspose2d(a, b, 2, stride=2)
        self.conv = nn.Sequential(nn.Conv2d(2 * b, b, 3, padding=1), nn.ReLU())
    def forward(self, x, skip):
        x = self.up(x)
        return self.conv(torch.cat([skip, x], dim=1))

class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down1 = nn.Conv2d(1, 4, 3, padding=1)
        self.down2 = nn.Conv2d(4, 8, 3, padding=1)
        self.up = Up(8, 4)
        self.out = nn.Conv2d(4, 1, 1)
    def forward(self, x):
        a = F.relu(self.down1(x))
        b = F.relu(self.down2(F.max_pool2d(a, 2)))
        return torch.sigmoid(self.out(self.up(b, a)))

class VAE(nn.Module):
    def __init__(self, d=6, z=2):
        super().__init__()
        self.enc = nn.Linear(d, 8)
        self.mu, self.logvar = nn.Linear(8, z), nn.Linear(8, z)
        self.dec = nn.Sequential(nn.Linear(z, 8), nn.Tanh(), nn.Linear(8, d))
    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std
    def forward(self, x):
        h = F.relu(self.enc(x))
        mu, logvar = self.mu(h), self.logvar(h)
        return self.dec(self.reparameterize(mu, logvar)), mu, logvar

torch.manual_seed(0)
u = UNet()
y = u(torch.randn(1, 1, 8, 8))
print(y.shape, f"{y.mean().item():.3f}")
v = VAE()
x = torch.randn(5, 6)
r, mu, logvar = v(x)
loss = F.mse_loss(r, x, reduction="sum") + -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
print(f"{loss.item():.3f}", mu.shape)
loss.backward()
print(u, v, sep="\n")
