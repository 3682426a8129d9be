"""A training script with a configuration in dataclasses, a Trainer, early stopping and a scheduler."""
import math
import random
from collections import defaultdict
from dataclasses import asdict, dataclass, field, replace
from typing import Callable, Dict, List, Optional, Tuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.lr_scheduler import LambdaLR, ReduceLROnPlateau
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset, random_split


@dataclass
class OptimConfig:
    name: str = "adamw"
    lr: float = 3e-3
    weight_decay: float = 0.01
    betas: Tuple[float, float] = (0.9, 0.95)
    warmup: int = 5


@dataclass
class Config:
    hidden: List[int] = field(default_factory=lambda: [16, 16])
    dropout: float = 0.1
    epochs: int = 4
    batch_size: int = 16
    optim: OptimConfig = field(default_factory=OptimConfig)
    seed: int = 0


class Spirals(Dataset):
    def __init__(self, n: int = 120, noise: float = 0.05, transform: Optional[Callable] = None):
        g = torch.Generator().manual_seed(1)
        t = torch.linspace(0.25, 2.5, n // 2)
        points, labels = [], []
        for label, sign in enumerate((1.0, -1.0)):
            xy = torch.stack([sign * t * torch.cos(t * 2), sign * t * torch.sin(t * 2)], dim=1)
            points.append(xy + noise * torch.randn(xy.shape, generator=g))
            labels.append(torch.full((len(t),), label))
        self.x, self.y = torch.cat(points), torch.cat(labels)
        self.transform = transform

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        x = self.x[i]
        if self.transform:
            x = self.transform(x)
        return {"x": x, "y": self.y[i], "index": i}


class MLP(nn.Module):
    def __init__(self, cfg: Config):
        super().__init__()
        sizes = [2, *cfg.hidden]
        layers: List[nn.Module] = []
        for a, b in zip(sizes, sizes[1:]):
            layers += [nn.Linear(a, b), nn.LayerNorm(b), nn.GELU(), nn.Dropout(cfg.dropout)]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(sizes[-1], 2)
        self.apply(self._init)

    @staticmethod
    def _init(m):
        if isinstance(m, nn.Linear):
            nn.init.trunc_normal_(m.weight, std=0.02)
            nn.init.zeros_(m.bias)

    def forward(self, x, y=None):
        logits = self.head(self.body(x))
        return (logits, F.cross_entropy(logits, y)) if y is not None else logits


def groups(model: nn.Module, decay: float):
    decayed, rest = [], []
    for name, p in model.named_parameters():
        (decayed if p.dim() >= 2 else rest).append(p)
    print(f"decayed: {len(decayed)} tensors, {sum(p.numel() for p in decayed):,} parameters; others: {len(rest)}, {sum(p.numel() for p in rest):,}")
    return [{"params": decayed, "weight_decay": decay}, {"params": rest, "weight_decay": 0.0}]


class Meter:
    def __init__(self):
        self.total, self.count = defaultdict(float), defaultdict(int)

    def add(self, n=1, **values):
        for k, v in values.items():
            self.total[k] += float(v) * n
            self.count[k] += n

    def __getitem__(self, k):
        return self.total[k] / max(self.count[k], 1)

    def __str__(self):
        return " ".join(f"{k}={self[k]:.4f}" for k in sorted(self.total))


class Trainer:
    def __init__(self, cfg: Config):
        self.cfg = cfg
        random.seed(cfg.seed)
        torch.manual_seed(cfg.seed)
        data = Spirals(transform=lambda x: x / 2.5)
        self.train_set, self.val_set = random_split(data, [0.75, 0.25])
        self.model = MLP(cfg)
        self.opt = torch.optim.AdamW(groups(self.model, cfg.optim.weight_decay), lr=cfg.optim.lr, betas=cfg.optim.betas)
        self.sched = LambdaLR(self.opt, lambda step: min(1.0, (step + 1) / cfg.optim.warmup) * 0.5 * (1 + math.cos(math.pi * step / 40)))
        self.history: List[Dict[str, float]] = []

    def run(self):
        loader = DataLoader(self.train_set, batch_size=self.cfg.batch_size, shuffle=True, drop_last=True)
        for epoch in range(self.cfg.epochs):
            self.model.train()
            meter = Meter()
            for batch in loader:
                logits, loss = self.model(batch["x"], batch["y"])
                self.opt.zero_grad(set_to_none=True)
                loss.backward()
                norm = nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
                self.opt.step()
                self.sched.step()
                meter.add(len(logits), loss=loss, accuracy=(logits.argmax(-1) == batch["y"]).float().mean(), norm=norm)
            val = self.evaluate()
            self.history.append({"loss": meter["loss"], "val": val["loss"]})
            print(f"epoch {epoch}: {meter} | val {val} | lr {self.sched.get_last_lr()}")
        return self.history

    @torch.no_grad()
    def evaluate(self):
        self.model.eval()
        meter = Meter()
        for batch in DataLoader(self.val_set, batch_size=7):
            logits, loss = self.model(batch["x"], batch["y"])
            meter.add(len(logits), loss=loss, accuracy=(logits.argmax(-1) == batch["y"]).float().mean())
        return meter


cfg = Config()
print(cfg)
print(asdict(replace(cfg, hidden=[8], optim=OptimConfig(lr=1e-2))))
trainer = Trainer(cfg)
print(trainer.model)
print(len(trainer.train_set), len(trainer.val_set), trainer.val_set.indices[:6])
history = trainer.run()
print(trainer.opt)
print({k: (v if not isinstance(v, list) else len(v)) for k, v in trainer.opt.state_dict()["param_groups"][0].items()})
state = trainer.opt.state[trainer.model.head.bias]
print(state)
plateau = ReduceLROnPlateau(trainer.opt, factor=0.5, patience=1)
for value in (1.0, 0.9, 0.95, 0.96, 0.97, 0.5):
    plateau.step(value)
    print(f"{value} -> {trainer.opt.param_groups[0]['lr']:.3e}", plateau.num_bad_epochs)
print(next(iter(DataLoader(Subset(trainer.val_set, range(3)), batch_size=3))))
