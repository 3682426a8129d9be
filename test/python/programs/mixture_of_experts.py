"""Tokens routed to the best two of four experts, with a balancing loss."""
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

torch.manual_seed(1)


@dataclass
class Config:
    dim: int = 8
    hidden: int = 16
    experts: int = 4
    top_k: int = 2


class Routed(NamedTuple):
    output: Tensor
    aux_loss: Tensor
    load: Tensor


class Expert(nn.Sequential):
    def __init__(self, cfg: Config):
        super().__init__(nn.Linear(cfg.dim, cfg.hidden), nn.GELU(), nn.Linear(cfg.hidden, cfg.dim))


class MoE(nn.Module):
    def __init__(self, cfg: Config):
        super().__init__()
        self.cfg = cfg
        self.gate = nn.Linear(cfg.dim, cfg.experts, bias=False)
        self.experts = nn.ModuleList([Expert(cfg) for _ in range(cfg.experts)])

    def forward(self, x: Tensor) -> Routed:
        flat = x.view(-1, x.size(-1))
        probs = self.gate(flat).softmax(dim=-1)
        weights, chosen = probs.topk(self.cfg.top_k, dim=-1)
        weights = weights / weights.sum(dim=-1, keepdim=True)
        out = torch.zeros_like(flat)
        load = torch.zeros(self.cfg.experts)
        for i, expert in enumerate(self.experts):
            token, slot = torch.where(chosen == i)
            load[i] = token.numel()
            if token.numel() == 0:
                continue
            out.index_add_(0, token, expert(flat[token]) * weights[token, slot].unsqueeze(-1))
        fraction = F.one_hot(chosen, self.cfg.experts).float().sum(1).mean(0)
        aux = self.cfg.experts * (fraction * probs.mean(0)).sum()
        return Routed(out.view_as(x), aux, load)


cfg = Config()
print(cfg)
moe = MoE(cfg)
print(moe)
x = torch.randn(2, 5, cfg.dim)
y = torch.randn(2, 5, cfg.dim)
opt = torch.optim.Adam(moe.parameters(), lr=0.01)
for step in range(5):
    routed = moe(x)
    loss = F.mse_loss(routed.output, y) + 0.01 * routed.aux_loss
    opt.zero_grad()
    loss.backward()
    opt.step()
    print(step, round(loss.item(), 4), round(routed.aux_loss.item(), 4), routed.load.int().tolist())
print(routed._fields, routed.output.shape, routed.aux_loss.requires_grad)
print([p.grad is not None for p in moe.parameters()])
print(moe.gate.weight.grad.abs().sum() > 0)
