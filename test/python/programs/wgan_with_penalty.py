"""A Wasserstein GAN with gradient penalty and one with spectral normalization, two optimizers, frozen critics."""
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import autograd, optim
from torch.nn.utils import spectral_norm


class Generator(nn.Module):
    def __init__(self, latent=4, width=12):
        super().__init__()
        self.latent = latent
        self.net = nn.Sequential(nn.Linear(latent, width, bias=False), nn.BatchNorm1d(width), nn.LeakyReLU(0.2, inplace=True), nn.Linear(width, 2))

    def forward(self, z):
        return self.net(z)

    @torch.no_grad()
    def sample(self, n, generator=None):
        was, _ = self.training, self.eval()
        out = self(torch.randn(n, self.latent, generator=generator))
        self.train(was)
        return out


class Critic(nn.Module):
    def __init__(self, width=12, normalize=False):
        super().__init__()
        wrap = spectral_norm if normalize else (lambda m: m)
        self.net = nn.Sequential(wrap(nn.Linear(2, width)), nn.LeakyReLU(0.2), wrap(nn.Linear(width, 1)))

    def forward(self, x):
        return self.net(x).squeeze(1)


def set_trainable(module, flag):
    for p in module.parameters():
        p.requires_grad_(flag)


def penalty(critic, real, fake):
    alpha = torch.rand(real.size(0), 1).expand_as(real)
    mixed = (alpha * real + (1 - alpha) * fake).requires_grad_(True)
    (grads,) = autograd.grad(outputs=critic(mixed), inputs=mixed, grad_outputs=torch.ones(real.size(0)), create_graph=True, retain_graph=True)
    return ((grads.norm(2, dim=1) - 1) ** 2).mean()


def real_data(n):
    angle = torch.rand(n) * 2 * torch.pi
    return torch.stack((angle.cos(), angle.sin()), 1) + 0.02 * torch.randn(n, 2)


torch.manual_seed(7)
G, D = Generator(), Critic()
print(G, D, sep="\n")
opt_g = optim.Adam(G.parameters(), lr=1e-3, betas=(0.0, 0.9))
opt_d = optim.Adam(D.parameters(), lr=1e-3, betas=(0.0, 0.9))
for step in range(4):
    set_trainable(D, True)
    for _ in range(2):
        real = real_data(16)
        with torch.no_grad():
            fake = G(torch.randn(16, 4))
        gp = penalty(D, real, fake)
        d_loss = D(fake).mean() - D(real).mean() + 10 * gp
        opt_d.zero_grad()
        d_loss.backward()
        opt_d.step()
    set_trainable(D, False)
    g_loss = -D(G(torch.randn(16, 4))).mean()
    opt_g.zero_grad()
    g_loss.backward()
    opt_g.step()
    print(f"[{step}] D {d_loss.item():.5f} GP {gp.item():.5f} G {g_loss.item():.5f}")
    print("   ", all(p.grad is not None for p in G.parameters()), [None if p.grad is None else round(p.grad.norm().item(), 4) for p in D.parameters()])
print(G.sample(3, torch.Generator().manual_seed(0)), G.training)
print(G.net[1].running_var, G.net[1].num_batches_tracked)

S = Critic(normalize=True)
print(S, [n for n, _ in S.named_parameters()], [n for n, _ in S.named_buffers()])
for step in range(3):
    real, fake = real_data(8), G.sample(8)
    loss = F.binary_cross_entropy_with_logits(S(real), torch.full((8,), 0.9)) + F.binary_cross_entropy_with_logits(S(fake), torch.zeros(8))
    loss.backward()
    print(step, f"{loss.item():.5f}", f"{torch.linalg.matrix_norm(S.net[0].weight, 2).item():.4f}", tuple(S.net[0].weight_orig.grad.shape))
S.eval()
print(S(torch.ones(1, 2)).shape, type(S.net[0].weight), S.net[0].weight.requires_grad)
nn.utils.remove_spectral_norm(S.net[0])
print([n for n, _ in S.named_parameters()])
labels = torch.cat([torch.ones(3), torch.zeros(3)])
scores = torch.tensor([0.9, 0.4, 0.7, 0.2, 0.6, 0.1])
order = scores.argsort(descending=True)
print(order, labels[order].cumsum(0), F.hinge_embedding_loss(scores, labels * 2 - 1), F.relu(1 - scores).mean())
