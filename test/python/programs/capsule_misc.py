"""Modules of less common kinds: a hypernetwork, a normalizing flow, a memory, an ODE step, a neural turing head."""
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)


class HyperLinear(nn.Module):
    def __init__(self, z, i, o):
        super().__init__()
        self.i, self.o = i, o
        self.make = nn.Linear(z, i * o + o)

    def forward(self, x, z):
        w, b = self.make(z).split([self.i * self.o, self.o])
        return F.linear(x, w.view(self.o, self.i), b)


print(HyperLinear(3, 4, 2)(torch.ones(1, 4), torch.ones(3)))


class Coupling(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(d // 2, 8), nn.Tanh(), nn.Linear(8, d))

    def forward(self, x):
        a, b = x.chunk(2, dim=-1)
        s, t = self.net(a).chunk(2, dim=-1)
        s = torch.tanh(s)
        return torch.cat([a, b * s.exp() + t], -1), s.sum(-1)

    def inverse(self, y):
        a, b = y.chunk(2, dim=-1)
        s, t = self.net(a).chunk(2, dim=-1)
        return torch.cat([a, (b - t) * torch.exp(-torch.tanh(s))], -1)


flow = Coupling(4)
x = torch.randn(2, 4)
y, logdet = flow(x)
print(y, logdet, torch.allclose(flow.inverse(y), x, atol=1e-6))


class VectorQuantizer(nn.Module):
    def __init__(self, n, d):
        super().__init__()
        self.codebook = nn.Embedding(n, d)
        nn.init.uniform_(self.codebook.weight, -1.0 / n, 1.0 / n)

    def forward(self, z):
        distances = (z.pow(2).sum(1, keepdim=True) - 2 * z @ self.codebook.weight.t() + self.codebook.weight.pow(2).sum(1))
        index = distances.argmin(1)
        q = self.codebook(index)
        loss = F.mse_loss(q, z.detach()) + 0.25 * F.mse_loss(q.detach(), z)
        return z + (q - z).detach(), index, loss


z = torch.randn(3, 2, requires_grad=True)
q, index, loss = VectorQuantizer(5, 2)(z)
(q.sum() + loss).backward()
print(q, index, loss, z.grad.shape)


class ODEFunc(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 5), nn.Tanh(), nn.Linear(5, 2))

    def forward(self, t, y):
        return self.net(y**3)


def rk4(f, y, t0, t1, steps):
    h = (t1 - t0) / steps
    for i in range(steps):
        t = t0 + i * h
        k1 = f(t, y)
        k2 = f(t + h / 2, y + h / 2 * k1)
        k3 = f(t + h / 2, y + h / 2 * k2)
        k4 = f(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
    return y


print(rk4(ODEFunc(), torch.tensor([[2.0, 0.0]]), 0.0, 1.0, 4))


class LinearAttention(nn.Module):
    def forward(self, q, k, v):
        q, k = F.elu(q) + 1, F.elu(k) + 1
        kv = torch.einsum("bnd,bne->bde", k, v)
        norm = 1 / torch.einsum("bnd,bd->bn", q, k.sum(1))
        return torch.einsum("bnd,bde,bn->bne", q, kv, norm)


print(LinearAttention()(*(torch.randn(1, 3, 2) for _ in range(3))))


class RotaryEmbedding(nn.Module):
    def __init__(self, dim, base=10000):
        super().__init__()
        self.register_buffer("inv_freq", 1.0 / (base ** (torch.arange(0, dim, 2).float() / dim)), persistent=False)

    def forward(self, x):
        t = torch.arange(x.shape[1]).float()
        freqs = torch.outer(t, self.inv_freq)
        emb = torch.cat((freqs, freqs), dim=-1)
        rotated = torch.cat((-x[..., x.shape[-1] // 2 :], x[..., : x.shape[-1] // 2]), dim=-1)
        return x * emb.cos() + rotated * emb.sin()


rotary = RotaryEmbedding(4)
print(rotary(torch.ones(1, 3, 4)), rotary.state_dict())


class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(d)), eps

    def forward(self, x):
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


class SwiGLU(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.w1, self.w2, self.w3 = (nn.Linear(a, b, bias=False) for a, b in ((d, h), (h, d), (d, h)))

    def forward(self, x):
        return self.w2(F.silu(self.w1(x)) * self.w3(x))


block = nn.Sequential(RMSNorm(4), SwiGLU(4, 6))
print(block, block(torch.ones(1, 4)))
