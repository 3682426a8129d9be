"""Averages of a model's weights over its training."""
import itertools
import math
from copy import deepcopy

from ..nn.modules.module import Module
from .lr_scheduler import LRScheduler


def get_ema_avg_fn(decay=0.999):
    """What `AveragedModel` takes as `avg_fn` for an exponential moving average."""
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")
    return lambda averaged, current, count: decay * averaged + (1 - decay) * current


def get_swa_avg_fn():
    """What `AveragedModel` takes as `avg_fn` for the mean."""
    return lambda averaged, current, count: averaged + (current - averaged) / (count + 1)


def get_ema_multi_avg_fn(decay=0.999):
    """What `AveragedModel` takes as `multi_avg_fn` for an exponential moving average."""
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")

    def update(averaged, current, count):
        import torch

        with torch.no_grad():
            for mean, each in zip(averaged, current):
                mean.lerp_(each, 1 - decay)

    return update


def get_swa_multi_avg_fn():
    """What `AveragedModel` takes as `multi_avg_fn` for the mean."""

    def update(averaged, current, count):
        import torch

        with torch.no_grad():
            for mean, each in zip(averaged, current):
                mean.lerp_(each, 1 / (int(count) + 1))

    return update


class AveragedModel(Module):
    """A copy of a model whose weights are averages of the model's; `update_parameters` takes the present ones in."""

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        import torch

        super().__init__()
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = deepcopy(model)
        self.register_buffer("n_averaged", torch.tensor(0, dtype=torch.long))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def forward(self, *args, **kwargs):
        return self.module(*args, **kwargs)

    def update_parameters(self, model):
        import torch

        def of(module):
            return [each.detach() for each in (itertools.chain(module.parameters(), module.buffers()) if self.use_buffers else module.parameters())]

        averaged, current = of(self.module), of(model)
        with torch.no_grad():
            if self.n_averaged == 0:
                for mean, each in zip(averaged, current):
                    mean.copy_(each)
            elif self.avg_fn is None:
                (self.multi_avg_fn or get_swa_multi_avg_fn())(averaged, current, self.n_averaged)
            else:
                for mean, each in zip(averaged, current):
                    mean.copy_(self.avg_fn(mean, each, self.n_averaged))
            if not self.use_buffers:
                for mean, each in zip(self.module.buffers(), model.buffers()):
                    mean.detach().copy_(each.detach())
            self.n_averaged += 1


def update_bn(loader, model, device=None):
    """Has the batch normalizations of a model take their statistics from the inputs of `loader`, all of the same weight."""
    import torch
    from ..nn.modules.batchnorm import _BatchNorm

    momenta = {}
    for module in model.modules():
        if isinstance(module, _BatchNorm):
            module.reset_running_stats()
            momenta[module] = module.momentum
    if not momenta:
        return
    was_training = model.training
    model.train()
    for module in momenta:
        module.momentum = None
    with torch.no_grad():
        for input in loader:
            model(input[0] if isinstance(input, (list, tuple)) else input)
    for module, momentum in momenta.items():
        module.momentum = momentum
    model.train(was_training)


class SWALR(LRScheduler):
    """Brings the learning rates of the groups to `swa_lr` in `anneal_epochs` steps, and leaves them there."""

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        rates = swa_lr if isinstance(swa_lr, (list, tuple)) else [swa_lr] * len(optimizer.param_groups)
        for rate, group in zip(rates, optimizer.param_groups):
            group["swa_lr"] = rate
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must by one of 'cos' or 'linear', instead got {anneal_strategy}")
        if not isinstance(anneal_epochs, int) or anneal_epochs < 0:
            raise ValueError(f"anneal_epochs must be equal or greater than 0, got {anneal_epochs}")
        self.anneal_strategy, self.anneal_epochs = anneal_strategy, anneal_epochs
        super().__init__(optimizer, last_epoch)

    def _share(self, done):
        return (1 - math.cos(math.pi * done)) / 2 if self.anneal_strategy == "cos" else done

    def get_lr(self):
        step = self._step_count - 1
        if self.anneal_epochs == 0:
            step = max(1, step)
        before = self._share(max(0, min(1, (step - 1) / max(1, self.anneal_epochs))))
        now = self._share(max(0, min(1, step / max(1, self.anneal_epochs))))
        started = [group["lr"] if before == 1 else (group["lr"] - before * group["swa_lr"]) / (1 - before) for group in self.optimizer.param_groups]
        return [group["swa_lr"] * now + rate * (1 - now) for group, rate in zip(self.optimizer.param_groups, started)]
