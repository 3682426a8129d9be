"""Surgery on a model: freezing, replacing layers, adapters, averages of weights."""
import copy

import torch
from torch import nn

torch.manual_seed(0)


class LoRALinear(nn.Module):
    def __init__(self, base: nn.Linear, rank: int, alpha: float = 1.0):
        super().__init__()
        self.base = base
        for p in self.base.parameters():
            p.requires_grad_(False)
        self.A = nn.Parameter(torch.randn(rank, base.in_features) * 0.01)
        self.B = nn.Parameter(torch.zeros(base.out_features, rank))
        self.scaling = alpha / rank

    def forward(self, x):
        return self.base(x) + (x @ self.A.T @ self.B.T) * self.scaling

    @torch.no_grad()
    def merge(self):
        self.base.weight += self.B @ self.A * self.scaling
        return self.base


def inject(model, rank):
    for name, module in list(model.named_modules()):
        if isinstance(module, nn.Linear):
            parent_name, _, child = name.rpartition(".")
            parent = model.get_submodule(parent_name) if parent_name else model
            setattr(parent, child, LoRALinear(module, rank))


model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 2)))
x = torch.randn(3, 4)
before = model(x)
inject(model, 2)
print(model)
print(torch.allclose(before, model(x)), sum(p.numel() for p in model.parameters() if p.requires_grad), sum(p.numel() for p in model.parameters()))
optimizer = torch.optim.AdamW(filter(lambda p: p.requires_grad, model.parameters()), lr=0.1)
for _ in range(3):
    optimizer.zero_grad()
    model(x).pow(2).mean().backward()
    optimizer.step()
print(model[0].base.weight.grad, model[0].A.grad.shape, f"{model(x).pow(2).mean().item():.5f}")
after = model(x)
for parent in (model, model[2]):
    for name, child in list(parent.named_children()):
        if isinstance(child, LoRALinear):
            setattr(parent, name, child.merge())
print(torch.allclose(after, model(x), atol=1e-6), model)


class EMA:
    def __init__(self, model, decay):
        self.model, self.decay = copy.deepcopy(model).eval(), decay

    @torch.no_grad()
    def update(self, model):
        for e, p in zip(self.model.state_dict().values(), model.state_dict().values()):
            e.copy_(e * self.decay + (1 - self.decay) * p)


ema = EMA(model, 0.9)
with torch.no_grad():
    for p in model.parameters():
        p.add_(1)
ema.update(model)
print(ema.model[0].bias - model[0].bias, ema.model.training)
for p in model.parameters():
    p.requires_grad = False
print(any(p.requires_grad for p in model.parameters()), model.requires_grad_(True) is model, all(p.requires_grad for p in model.parameters()))
model.train(False)
print(model.training, model[2].training, model[2].train().training, model.training)
print(model.double()[0].weight.dtype, model.float()[0].weight.dtype, model.to(torch.float64)[0].bias.dtype, model.to("cpu") is model)
model[0].register_buffer("n", torch.tensor(3))
print(model.float()[0].n.dtype, [b for b, _ in model.named_buffers()], model.half()[0].weight.dtype)
