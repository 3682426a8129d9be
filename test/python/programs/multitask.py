"""Structured inputs and outputs: dictionaries, named tuples, lists of tensors, optional arguments, several heads and losses."""
from collections import OrderedDict, namedtuple
from typing import Dict, List, Optional, Tuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

Losses = namedtuple("Losses", ["total", "parts"])


class Backbone(nn.Module):
    def __init__(self):
        super().__init__()
        self.stages = nn.ModuleDict(OrderedDict(low=nn.Linear(4, 6), high=nn.Linear(6, 8)))

    def forward(self, x: Tensor) -> "OrderedDict[str, Tensor]":
        out = OrderedDict()
        for name, stage in self.stages.items():
            x = F.relu(stage(x))
            out[name] = x
        return out


class MultiTask(nn.Module):
    def __init__(self, tasks: Dict[str, int]):
        super().__init__()
        self.backbone = Backbone()
        self.heads = nn.ModuleDict({name: nn.Linear(8, n) for name, n in tasks.items()})
        self.log_sigma = nn.ParameterDict({name: nn.Parameter(torch.zeros(())) for name in tasks})

    def forward(self, batch: Dict[str, Tensor], targets: Optional[Dict[str, Tensor]] = None) -> Tuple[Dict[str, Tensor], Optional[Losses]]:
        features = self.backbone(batch["x"])
        outputs = {name: head(features["high"]) for name, head in self.heads.items()}
        if targets is None:
            return outputs, None
        parts = {}
        for name, out in outputs.items():
            raw = F.cross_entropy(out, targets[name]) if out.size(1) > 1 else F.mse_loss(out.squeeze(1), targets[name])
            parts[name] = torch.exp(-self.log_sigma[name]) * raw + self.log_sigma[name]
        return outputs, Losses(sum(parts.values()), parts)


torch.manual_seed(0)
model = MultiTask({"kind": 3, "value": 1})
print(model)
batch = {"x": torch.randn(5, 4)}
outputs, none = model(batch)
print({k: v.shape for k, v in outputs.items()}, none)
outputs, losses = model(batch, {"kind": torch.tensor([0, 1, 2, 0, 1]), "value": torch.randn(5)})
print(losses.total, {k: round(v.item(), 4) for k, v in losses.parts.items()}, losses._fields)
losses.total.backward()
print(model.log_sigma["kind"].grad, [n for n, p in model.named_parameters() if p.grad is None])


class Pyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.laterals = nn.ModuleList([nn.Conv2d(c, 4, 1) for c in (2, 3)])

    def forward(self, features: List[Tensor], *extra, scale=1.0, **named):
        results = [lateral(f) for lateral, f in zip(self.laterals, features)]
        results[0] = results[0] + F.interpolate(results[1], scale_factor=2.0)
        return [r * scale for r in results], len(extra), sorted(named)


results, extra, named = Pyramid()([torch.ones(1, 2, 4, 4), torch.ones(1, 3, 2, 2)], 1, 2, scale=2.0, other=None)
print([r.shape for r in results], extra, named)
