import torch
from torch import nn, optim
from torch.optim import lr_scheduler as S


def run(name, make, steps=6, metric=None):
    optimizer = optim.SGD([nn.Parameter(torch.ones(1))], lr=1.0, momentum=0.9)
    scheduler = make(optimizer)
    values = []
    for i in range(steps):
        values.append(round(optimizer.param_groups[0]["lr"], 6))
        optimizer.step()
        scheduler.step(*([] if metric is None else [metric[i]]))
    print(name, values, getattr(scheduler, 'last_epoch', None), [round(v, 6) for v in scheduler.get_last_lr()])


run("StepLR", lambda o: S.StepLR(o, 2, gamma=0.5))
run("MultiStepLR", lambda o: S.MultiStepLR(o, [1, 4], gamma=0.1))
run("ExponentialLR", lambda o: S.ExponentialLR(o, 0.9))
run("ConstantLR", lambda o: S.ConstantLR(o, factor=0.5, total_iters=3))
run("LinearLR", lambda o: S.LinearLR(o, start_factor=0.25, total_iters=4))
run("PolynomialLR", lambda o: S.PolynomialLR(o, total_iters=4, power=2.0))
run("LambdaLR", lambda o: S.LambdaLR(o, lambda e: 0.95**e))
run("MultiplicativeLR", lambda o: S.MultiplicativeLR(o, lambda e: 0.5))
run("CosineAnnealingLR", lambda o: S.CosineAnnealingLR(o, T_max=4, eta_min=0.1))
run("CosineAnnealingWarmRestarts", lambda o: S.CosineAnnealingWarmRestarts(o, T_0=2, T_mult=2))
run("OneCycleLR", lambda o: S.OneCycleLR(o, max_lr=2.0, total_steps=8))
run("CyclicLR", lambda o: S.CyclicLR(o, base_lr=0.1, max_lr=1.0, step_size_up=2))
run("SequentialLR", lambda o: S.SequentialLR(o, [S.ConstantLR(o, factor=0.1, total_iters=2), S.ExponentialLR(o, 0.5)], milestones=[2]))
run("ChainedScheduler", lambda o: S.ChainedScheduler([S.ConstantLR(o, factor=0.1, total_iters=2), S.ExponentialLR(o, 0.9)]))
run("ReduceLROnPlateau", lambda o: S.ReduceLROnPlateau(o, patience=1, factor=0.1), metric=[1, 1, 1, 1, 0.5, 0.6])
optimizer = optim.Adam([nn.Parameter(torch.ones(1))], lr=0.1)
warmup = S.LambdaLR(optimizer, lr_lambda=[lambda step: min(1.0, (step + 1) / 3)])
for _ in range(4):
    optimizer.step()
    warmup.step()
    print(f"{warmup.get_last_lr()[0]:.4f}")
print(warmup.state_dict()["last_epoch"])
