"""Schedules of learning rates: the engine's, and ones of the user's own."""
import json as _json

from .. import _bridge as _b
from .._bridge import _e, camel as _camel, encode as _encode, result as _result
from .._calls import bind as _bind
from .optimizer import EngineOptimizer as _EngineOptimizer, Optimizer as _Optimizer


class LRScheduler:
    """The base of schedules that are written in Python."""

    __module__ = "torch.optim.lr_scheduler"

    def __init__(self, optimizer, last_epoch=-1):
        if not isinstance(optimizer, _Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0
        self.step()

    def get_lr(self):
        raise NotImplementedError

    def get_last_lr(self):
        return self._last_lr

    def step(self, epoch=None):
        self._step_count += 1
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        for group, lr in zip(self.optimizer.param_groups, self.get_lr()):
            group["lr"] = lr
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict):
        self.__dict__.update(state_dict)


_LRScheduler = LRScheduler


class _EngineScheduler(LRScheduler):
    def __init__(self, optimizer, *args, **kwargs):
        if not isinstance(optimizer, _Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        kwargs.pop("verbose", None)
        self.optimizer = optimizer
        optimizer._push()
        given, options = _bind(self._path, (optimizer._peer, *[_peer(arg) for arg in args]), {key: _peer(value) for key, value in kwargs.items()})
        spec, flat = _encode(given, options or None)
        self._peer = _result(_e.make(self._path, spec, *flat))
        optimizer._pull()

    def step(self, *args):
        self.optimizer._push()
        spec, flat = _encode([arg.item() if hasattr(arg, "item") else arg for arg in args])
        _result(_e.invoke(self._peer._id, "step", spec, *flat))
        self.optimizer._pull()

    def get_last_lr(self):
        return [float(lr) for lr in _result(_e.invoke(self._peer._id, "getLastLr", ""))]

    def state_dict(self):
        return _result(_e.invoke(self._peer._id, "stateDict", ""))

    def load_state_dict(self, state_dict):
        spec, flat = _encode(({_camel(key): value for key, value in state_dict.items()},))
        _result(_e.invoke(self._peer._id, "loadStateDict", spec, *flat))

    def __getattr__(self, name):
        if name[:1] == "_":
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        js = _camel(name)
        if _e.has(self._peer._id, js) == "value":
            value = _result(_e.get(self._peer._id, js))
            return list(value) if isinstance(value, tuple) else value
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")


def _peer(value):
    if isinstance(value, (list, tuple)):
        return [_peer(item) for item in value]
    return value.__dict__.get("_peer", value) if isinstance(value, (LRScheduler, _EngineOptimizer)) else value


def _class(name):
    path = f"optim.lrScheduler.{name}"
    return type(name, (_EngineScheduler,), {"_path": path, "__module__": __name__})


for _name in _json.loads(_e.list("optim.lrScheduler")):
    if _name not in ("LRScheduler", "ChainedScheduler"):
        globals()[_name] = _class(_name)


class ChainedScheduler(LRScheduler):
    def __init__(self, schedulers, optimizer=None):
        self._schedulers = list(schedulers)
        self.optimizer = optimizer or self._schedulers[0].optimizer
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def step(self):
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]


from .. import _namespace as _n  # noqa: E402
import sys as _sys  # noqa: E402

_sys.modules[__name__]._path = "optim.lrScheduler"
