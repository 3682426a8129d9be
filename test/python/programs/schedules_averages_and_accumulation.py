"""Schedules of learning rates, averaged weights, accumulated gradients, checkpoints and resuming."""
import copy
import io
import math

import torch
import torch.nn as nn
from torch.optim.lr_scheduler import ChainedScheduler, ConstantLR, CosineAnnealingLR, CosineAnnealingWarmRestarts, CyclicLR, ExponentialLR, LambdaLR, LinearLR, MultiplicativeLR, MultiStepLR, OneCycleLR, PolynomialLR, SequentialLR, StepLR
from torch.optim.swa_utils import SWALR, AveragedModel, get_ema_multi_avg_fn, update_bn


def rates(make, steps=9, lr=0.1, groups=1):
    params = [nn.Parameter(torch.zeros(1)) for _ in range(groups)]
    opt = torch.optim.SGD([{"params": [p], "lr": lr * (i + 1)} for i, p in enumerate(params)], lr=lr, momentum=0.9)
    sched = make(opt)
    out = []
    for _ in range(steps):
        out.append([round(g["lr"], 6) for g in opt.param_groups])
        opt.step()
        sched.step()
    return out if groups > 1 else [r[0] for r in out], sched


for name, make in {
    "step": lambda o: StepLR(o, 3, 0.5),
    "multistep": lambda o: MultiStepLR(o, [2, 5], 0.1),
    "exponential": lambda o: ExponentialLR(o, 0.9),
    "cosine": lambda o: CosineAnnealingLR(o, 6, eta_min=0.01),
    "restarts": lambda o: CosineAnnealingWarmRestarts(o, 2, T_mult=2),
    "linear": lambda o: LinearLR(o, 0.25, 1.0, 4),
    "constant": lambda o: ConstantLR(o, 0.5, 3),
    "polynomial": lambda o: PolynomialLR(o, 5, 2.0),
    "lambda": lambda o: LambdaLR(o, lambda e: 1 / math.sqrt(e + 1)),
    "multiplicative": lambda o: MultiplicativeLR(o, lambda e: 0.8),
    "onecycle": lambda o: OneCycleLR(o, max_lr=1.0, total_steps=10, pct_start=0.3),
    "cyclic": lambda o: CyclicLR(o, 0.01, 0.1, step_size_up=2, mode="triangular2"),
    "sequential": lambda o: SequentialLR(o, [LinearLR(o, 0.1, total_iters=3), CosineAnnealingLR(o, 6)], [3]),
    "chained": lambda o: ChainedScheduler([ConstantLR(o, 0.1, 2), ExponentialLR(o, 0.9)]),
}.items():
    values, sched = rates(make)
    print(f"{name:>14}", values, sched.last_epoch if hasattr(sched, "last_epoch") else sched.get_last_lr())
print(rates(lambda o: LambdaLR(o, [lambda e: 0.5**e, lambda e: 1.0]), 3, groups=2)[0])
for bad in (lambda o: LambdaLR(o, [lambda e: 1.0] * 3), lambda o: OneCycleLR(o, 0.1), lambda o: SequentialLR(o, [StepLR(o, 1)], [2, 3]), lambda o: CosineAnnealingWarmRestarts(o, 0), lambda o: LinearLR(o, 0.0)):
    try:
        rates(bad)
    except Exception as error:
        print(type(error).__name__, error)

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 6, bias=False), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, 1))
ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
swa = AveragedModel(model)
opt = torch.optim.RMSprop(model.parameters(), lr=0.01, alpha=0.9, centered=True)
swa_sched = SWALR(opt, swa_lr=0.002, anneal_epochs=2)
data = [(torch.randn(4, 3), torch.randn(4, 1)) for _ in range(6)]
for epoch in range(3):
    opt.zero_grad()
    for i, (x, y) in enumerate(data):
        loss = nn.functional.huber_loss(model(x), y) / 3
        loss.backward()
        if (i + 1) % 3 == 0:
            opt.step()
            opt.zero_grad()
            ema.update_parameters(model)
    swa.update_parameters(model)
    swa_sched.step()
    print(epoch, round(loss.item(), 5), swa_sched.get_last_lr(), swa.n_averaged, ema.n_averaged)
update_bn([x for x, _ in data], swa)
print(swa.module[1].running_mean, ema.module[0].weight[0], list(swa.state_dict())[:3])

buffer = io.BytesIO()
torch.save({"model": model.state_dict(), "opt": opt.state_dict(), "sched": swa_sched.state_dict(), "epoch": 3, "best": math.inf}, buffer)
buffer.seek(0)
checkpoint = torch.load(buffer, weights_only=True)
print(checkpoint.keys(), checkpoint["epoch"], checkpoint["best"], checkpoint["opt"]["param_groups"], sorted(checkpoint["opt"]["state"][0]))
again = copy.deepcopy(model)
opt2 = torch.optim.RMSprop(again.parameters(), lr=1.0, centered=True)
opt2.load_state_dict(checkpoint["opt"])
again.load_state_dict(checkpoint["model"])
for m, o in ((model, opt), (again, opt2)):
    o.zero_grad()
    m(data[0][0]).sum().backward()
    o.step()
print(all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters())), opt2.param_groups[0]["lr"])
scaler = torch.amp.GradScaler("cpu", enabled=False)
scaler.scale(model(data[0][0]).mean()).backward()
scaler.step(opt)
scaler.update()
print(scaler.get_scale(), scaler.state_dict())
