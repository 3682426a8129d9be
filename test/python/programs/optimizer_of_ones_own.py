"""Optimizers and schedules that are written out: Lion, LARS-like, Lookahead, SAM."""
import math

import torch
from torch import nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, _LRScheduler


class Lion(Optimizer):
    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        if not 0.0 <= lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    state["exp_avg"] = torch.zeros_like(p)
                m = state["exp_avg"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(torch.sign(m * b1 + p.grad * (1 - b1)), alpha=-group["lr"])
                m.mul_(b2).add_(p.grad, alpha=1 - b2)
        return loss


class Trust(Optimizer):
    def __init__(self, params, lr, momentum=0.9, eps=1e-8):
        super().__init__(params, {"lr": lr, "momentum": momentum, "eps": eps})

    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                buf = self.state[p].setdefault("momentum_buffer", torch.zeros_like(p.data))
                ratio = p.data.norm() / (p.grad.data.norm() + group["eps"])
                buf.mul_(group["momentum"]).add_(p.grad.data, alpha=(group["lr"] * ratio).item())
                p.data.sub_(buf)


class SAM(Optimizer):
    def __init__(self, params, base, rho=0.05, **kwargs):
        super().__init__(params, dict(rho=rho, **kwargs))
        self.base = base(self.param_groups, **kwargs)
        self.param_groups = self.base.param_groups

    @torch.no_grad()
    def step(self, closure):
        closure = torch.enable_grad()(closure)
        loss = closure()
        norm = torch.norm(torch.stack([p.grad.norm(2) for g in self.param_groups for p in g["params"]]), 2)
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["old"] = p.data.clone()
                p.add_(p.grad * group["rho"] / (norm + 1e-12))
        self.zero_grad()
        closure()
        for group in self.param_groups:
            for p in group["params"]:
                p.data = self.state[p]["old"]
        self.base.step()
        self.zero_grad()
        return loss


class WarmupCosine(LRScheduler):
    def __init__(self, optimizer, warmup, total, last_epoch=-1):
        self.warmup, self.total = warmup, total
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        if self.last_epoch < self.warmup:
            return [base * (self.last_epoch + 1) / self.warmup for base in self.base_lrs]
        done = (self.last_epoch - self.warmup) / (self.total - self.warmup)
        return [base * 0.5 * (1 + math.cos(math.pi * done)) for base in self.base_lrs]


class Inverse(_LRScheduler):
    def get_lr(self):
        return [base / math.sqrt(self._step_count) for base in self.base_lrs]


x, y = torch.linspace(-1, 1, 12).unsqueeze(1), torch.linspace(-1, 1, 12).unsqueeze(1) ** 3
for make in (lambda p: Lion(p, lr=0.02, weight_decay=0.1), lambda p: Trust(p, 0.01), lambda p: SAM(p, torch.optim.SGD, lr=0.1, momentum=0.9)):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 1))
    opt = make(net.parameters())
    sched = WarmupCosine(opt, 2, 6) if not isinstance(opt, SAM) else Inverse(opt)

    def closure():
        loss = nn.functional.mse_loss(net(x), y)
        loss.backward()
        return loss

    trace, rates = [], []
    for _ in range(5):
        opt.zero_grad()
        if isinstance(opt, Trust):
            loss = closure()
            opt.step()
        else:
            loss = opt.step(closure)
        sched.step()
        trace.append(f"{loss.item():.4f}")
        rates.append(f"{sched.get_last_lr()[0]:.4f}")
    print(type(opt).__name__, trace, rates)
    print(opt)
    sd = opt.state_dict()
    print(sorted(sd), sorted(sd["state"]), {k: type(v).__name__ for k, v in sd["state"].get(0, {}).items()}, sd["param_groups"][0]["params"])
try:
    Lion([torch.zeros(1)], lr=-1)
except ValueError as e:
    print(e)
try:
    Lion([], lr=1)
except ValueError as e:
    print(e)
