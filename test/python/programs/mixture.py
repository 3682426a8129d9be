"""Mixture of experts, graph convolution, contrastive loss, reinforcement."""
import torch
from torch import nn
from torch.distributions import Categorical, Normal
from torch.nn import functional as F

torch.manual_seed(0)


class MoE(nn.Module):
    def __init__(self, width, experts, k):
        super().__init__()
        self.gate = nn.Linear(width, experts, bias=False)
        self.experts = nn.ModuleList(nn.Sequential(nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, width)) for _ in range(experts))
        self.k = k

    def forward(self, x):
        weights, chosen = torch.topk(self.gate(x), self.k)
        weights = F.softmax(weights, dim=-1)
        out = torch.zeros_like(x)
        for i, expert in enumerate(self.experts):
            rows, nth = torch.where(chosen == i)
            if rows.numel() == 0:
                continue
            out[rows] += weights[rows, nth, None] * expert(x[rows])
        return out


moe = MoE(4, 3, 2)
x = torch.randn(5, 4)
y = moe(x)
print(y)
y.sum().backward()
print([expert[0].weight.grad is not None for expert in moe.experts], moe.gate.weight.grad.shape)


class GraphConv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.lin = nn.Linear(i, o)

    def forward(self, x, edges):
        source, target = edges
        h = self.lin(x)
        out = torch.zeros_like(h).index_add(0, target, h[source])
        degree = torch.bincount(target, minlength=len(x)).clamp(min=1)
        return F.relu(out / degree.unsqueeze(1))


edges = torch.tensor([[0, 1, 2, 3, 0], [1, 2, 3, 0, 2]])
print(GraphConv(4, 2)(x[:4], edges))


def nt_xent(a, b, temperature=0.5):
    z = F.normalize(torch.cat([a, b]), dim=1)
    scores = z @ z.T / temperature
    scores.fill_diagonal_(float("-inf"))
    n = len(a)
    return F.cross_entropy(scores, torch.cat([torch.arange(n) + n, torch.arange(n)]))


print(nt_xent(x, x + 0.1 * torch.randn(5, 4)))
policy = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
distribution = Categorical(logits=policy(x))
action = distribution.sample()
loss = -(distribution.log_prob(action) * torch.arange(5.0)).mean()
loss.backward()
print(action, loss, distribution.entropy(), distribution.probs[0])
normal = Normal(torch.zeros(2), torch.tensor([1.0, 2.0]))
print(normal, normal.rsample().shape, normal.log_prob(torch.ones(2)), normal.mean, normal.stddev, torch.distributions.kl_divergence(normal, Normal(0.0, 1.0)))
