"""Stopping a training and going on with it from a file gives the same numbers."""
import os
import tempfile

import torch
from torch import nn


def make():
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(3, 6), nn.BatchNorm1d(6), nn.Tanh(), nn.Linear(6, 2))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    return model, optimizer, scheduler


def steps(model, optimizer, scheduler, seeds):
    for seed in seeds:
        g = torch.Generator().manual_seed(seed)
        x = torch.randn(8, 3, generator=g)
        loss = nn.functional.cross_entropy(model(x), (x.sum(1) > 0).long())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    return loss.item()


whole = make()
print(f"{steps(*whole, range(6)):.6f}")
model, optimizer, scheduler = make()
steps(model, optimizer, scheduler, range(3))
path = os.path.join(tempfile.mkdtemp(), "checkpoint.pt")
torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "scheduler": scheduler.state_dict(), "step": 3, "shape": (3, 2)}, path)
print(os.path.exists(path))
model, optimizer, scheduler = make()
checkpoint = torch.load(path, map_location="cpu", weights_only=True)
model.load_state_dict(checkpoint["model"])
optimizer.load_state_dict(checkpoint["optimizer"])
scheduler.load_state_dict(checkpoint["scheduler"])
print(checkpoint["step"], checkpoint["shape"], sorted(checkpoint))
print(f"{steps(model, optimizer, scheduler, range(3, 6)):.6f}", scheduler.last_epoch, f"{optimizer.param_groups[0]['lr']:.6f}")
print(all(torch.allclose(a, b) for a, b in zip(whole[0].state_dict().values(), model.state_dict().values())))
