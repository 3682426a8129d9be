import torch
from torch import nn
def make():
    net = nn.Linear(2, 2)
    return torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
S = torch.optim.lr_scheduler
kinds = {
    "OneCycleLR": lambda o: S.OneCycleLR(o, max_lr=0.5, total_steps=20),
    "OneCycle3": lambda o: S.OneCycleLR(o, max_lr=[0.5], epochs=4, steps_per_epoch=5, three_phase=True, anneal_strategy="linear"),
    "CyclicLR": lambda o: S.CyclicLR(o, base_lr=0.01, max_lr=0.1, step_size_up=4),
    "StepLR": lambda o: S.StepLR(o, 3),
    "Chained": lambda o: S.ChainedScheduler([S.StepLR(o, 3), S.ExponentialLR(o, 0.9)]),
}
for name, f in kinds.items():
    o = make()
    s = f(o)
    for _ in range(3):
        o.step(); s.step()
    state = s.state_dict()
    print(name, state)
    o2 = make()
    s2 = f(o2)
    s2.load_state_dict(state)
    if name != "Chained":
        print(s2.last_epoch, s2.get_last_lr())
    o.step(); s.step(); o2.step(); s2.step()
    print(s.get_last_lr(), s2.get_last_lr() if name != "Chained" else None, [ (g["lr"], g.get("momentum")) for g in o.param_groups], [(g["lr"], g.get("momentum")) for g in o2.param_groups])
