"""Accumulation, clipping, averages of weights, early stopping, a finder of rates, mixing, smoothing."""
import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn, update_bn

torch.manual_seed(0)
X, Y = torch.randn(48, 5), torch.randint(0, 3, (48,))


def make():
    torch.manual_seed(7)
    return nn.Sequential(nn.Linear(5, 12), nn.BatchNorm1d(12), nn.ReLU(), nn.Linear(12, 3))


class EMA:
    def __init__(self, model, decay=0.9):
        self.decay = decay
        self.shadow = {k: v.detach().clone() for k, v in model.state_dict().items()}

    @torch.no_grad()
    def update(self, model):
        for k, v in model.state_dict().items():
            if v.dtype.is_floating_point:
                self.shadow[k].mul_(self.decay).add_(v, alpha=1 - self.decay)
            else:
                self.shadow[k].copy_(v)


class EarlyStopping:
    def __init__(self, patience=2, min_delta=0.0):
        self.patience, self.min_delta, self.best, self.bad, self.state = patience, min_delta, math.inf, 0, None

    def __call__(self, loss, model):
        if loss < self.best - self.min_delta:
            self.best, self.bad, self.state = loss, 0, copy.deepcopy(model.state_dict())
        else:
            self.bad += 1
        return self.bad >= self.patience


net = make()
opt = torch.optim.SGD(net.parameters(), lr=0.1)
ema = EMA(net)
opt.zero_grad()
for i, (x, y) in enumerate(zip(X.split(8), Y.split(8))):
    loss = F.cross_entropy(net(x), y, label_smoothing=0.1) / 2
    loss.backward()
    if (i + 1) % 2 == 0:
        norm = torch.nn.utils.clip_grad_norm_(net.parameters(), max_norm=0.5)
        opt.step()
        opt.zero_grad()
        ema.update(net)
        print(i, f"{loss.item() * 2:.4f} {norm:.4f}")
print({k: f"{v.float().mean():.4f}" for k, v in ema.shadow.items()})
shadow = make()
print(shadow.load_state_dict(ema.shadow))

stop = EarlyStopping()
net, epoch = make(), 0
opt = torch.optim.SGD(net.parameters(), lr=1.5)
while epoch < 15:
    net.train()
    F.cross_entropy(net(X[:32]), Y[:32]).backward()
    opt.step()
    opt.zero_grad()
    net.eval()
    with torch.no_grad():
        val = F.cross_entropy(net(X[32:]), Y[32:]).item()
    if stop(val, net):
        break
    epoch += 1
print("stopped", epoch, f"{stop.best:.3f}", sorted(stop.state)[:2])

net = make()
opt = torch.optim.Adam(net.parameters(), lr=1e-4)
lr, found = 1e-4, []
saved = copy.deepcopy(net.state_dict())
for _ in range(6):
    for g in opt.param_groups:
        g["lr"] = lr
    loss = F.cross_entropy(net(X), Y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    found.append((f"{lr:.1e}", round(loss.item(), 3)))
    lr *= 5
net.load_state_dict(saved)
print(found)

net = make()
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
swa, avg = AveragedModel(net), AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(0.9))
sched = SWALR(opt, swa_lr=0.02, anneal_epochs=3)
for epoch in range(5):
    F.cross_entropy(net(X), Y).backward()
    opt.step()
    opt.zero_grad()
    swa.update_parameters(net)
    avg.update_parameters(net)
    sched.step()
    print(epoch, f"{opt.param_groups[0]['lr']:.4f}", f"{swa.module[0].weight.mean():.4f}", f"{avg.module[0].weight.mean():.4f}", swa.n_averaged.item())
update_bn(X.split(16), swa)
print(swa.module[1].running_mean[:4], swa.module[1].num_batches_tracked)
print(swa)

lam = 0.3
perm = torch.randperm(8, generator=torch.Generator().manual_seed(0))
mixed = lam * X[:8] + (1 - lam) * X[perm]
out = make()(mixed)
loss = lam * F.cross_entropy(out, Y[:8]) + (1 - lam) * F.cross_entropy(out, Y[perm])
print(f"{loss:.4f}", F.cross_entropy(out, F.one_hot(Y[:8], 3).float() * lam + F.one_hot(Y[perm], 3).float() * (1 - lam)))
scaler = torch.amp.GradScaler("cpu", enabled=False)
print(scaler.is_enabled(), scaler.scale(loss) is loss)
