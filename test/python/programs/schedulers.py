import torch
from torch import nn, optim
from torch.optim import lr_scheduler
from torch.optim.lr_scheduler import StepLR, LambdaLR, CosineAnnealingLR

def run(make, n=6, lr=1.0):
    net = nn.Linear(1, 1)
    opt = optim.SGD(net.parameters(), lr=lr)
    sched = make(opt)
    rates = []
    for i in range(n):
        rates.append(round(opt.param_groups[0]["lr"], 5))
        opt.step()
        sched.step()
    print(type(sched).__name__, rates, [round(v, 5) for v in sched.get_last_lr()])

run(lambda o: StepLR(o, step_size=2, gamma=0.1))
run(lambda o: LambdaLR(o, lambda epoch: 0.9 ** epoch))
run(lambda o: CosineAnnealingLR(o, T_max=5, eta_min=0.1))
run(lambda o: lr_scheduler.ExponentialLR(o, gamma=0.5))
run(lambda o: lr_scheduler.MultiStepLR(o, milestones=[2, 4], gamma=0.1))
run(lambda o: lr_scheduler.LinearLR(o, start_factor=0.5, total_iters=4))
run(lambda o: lr_scheduler.ConstantLR(o, factor=0.5, total_iters=3))
run(lambda o: lr_scheduler.OneCycleLR(o, max_lr=1.0, total_steps=8), 6, 0.1)
run(lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, T_0=3))
run(lambda o: lr_scheduler.PolynomialLR(o, total_iters=4, power=2.0))
run(lambda o: lr_scheduler.SequentialLR(o, [lr_scheduler.LinearLR(o, 0.1, total_iters=2), lr_scheduler.ExponentialLR(o, 0.5)], milestones=[2]))
net = nn.Linear(1, 1)
opt = optim.SGD(net.parameters(), lr=0.1)
plateau = lr_scheduler.ReduceLROnPlateau(opt, patience=1, factor=0.1)
for loss in [1.0, 0.9, 0.95, 0.95, 0.95]:
    plateau.step(loss)
    print(f"{opt.param_groups[0]['lr']:.4f}", end=" ")
print()
