import torch, math
from torch import nn, optim
from torch.optim import lr_scheduler as S
def mk(lr=1.0, **k): return optim.SGD([nn.Parameter(torch.zeros(1))], lr=lr, **k)
def run(make, n=8, mom=False):
    o = mk(momentum=0.9) if mom else mk(); s = make(o); out = []
    for i in range(n): out.append(round(s.get_last_lr()[0], 5)); o.step(); s.step()
    print(type(s).__name__, out)
    sd = s.state_dict(); print({k: v for k, v in sd.items() if not callable(v) and not k.startswith("_schedulers")})
run(lambda o: S.StepLR(o, 3, 0.5)); run(lambda o: S.MultiStepLR(o, [2, 5], gamma=0.1)); run(lambda o: S.ExponentialLR(o, 0.9)); run(lambda o: S.CosineAnnealingLR(o, 4, eta_min=0.1)); run(lambda o: S.LambdaLR(o, lambda e: 0.95 ** e)); run(lambda o: S.MultiplicativeLR(o, lambda e: 0.5)); run(lambda o: S.LinearLR(o, 0.5, total_iters=4)); run(lambda o: S.ConstantLR(o, 0.3, 2)); run(lambda o: S.PolynomialLR(o, 5, 2.)); 
run(lambda o: S.SequentialLR(o, [S.ConstantLR(o, 0.1, 2), S.ExponentialLR(o, 0.9)], [2])); run(lambda o: S.ChainedScheduler([S.ConstantLR(o, 0.1, 2), S.ExponentialLR(o, 0.9)]))
o = mk(); s = S.ReduceLROnPlateau(o, "min", patience=1, factor=0.5, threshold=0.01, cooldown=1)
for m in [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5]: s.step(m); print(o.param_groups[0]["lr"], s.num_bad_epochs, s.best, s.cooldown_counter, s.get_last_lr())
class Warm(S.LRScheduler):
    def __init__(self, o, warm, last_epoch=-1): self.warm = warm; super().__init__(o, last_epoch)
    def get_lr(self): return [b * min(1, (self.last_epoch + 1) / self.warm) for b in self.base_lrs]
run(lambda o: Warm(o, 4)); o = mk(); w = Warm(o, 2); print(isinstance(w, S._LRScheduler), w.last_epoch, w.base_lrs, o.param_groups[0])
s = S.StepLR(o, 1); st = s.state_dict(); s2 = S.StepLR(mk(), 5); s2.load_state_dict(st); print(s2.step_size, s2.last_epoch)
