"""Schedules of learning rates: the engine's, and ones of the user's own."""
import json as _json

from .. import _bridge as _b
from .._bridge import _e, camel as _camel, encode as _encode, result as _result, snake as _snake
from .._calls import bind as _bind, check_signature as _check_signature, row as _row
from .optimizer import Optimizer as _Optimizer


def _warn_of_order(scheduler, epoch):
    if scheduler._step_count == 1 and not getattr(scheduler.optimizer, "_opt_called", True):
        _b.warn(
            "Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping the first value of the learning rate schedule. See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate"
        )
    if epoch is not None:
        _b.warn(
            "The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form is used instead of the new chainable form, where available. Please open an issue if you are unable to replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose."
        )


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
        self._is_initial = False
        self._get_lr_called_within_step = False
        self.step()

    def get_lr(self):
        """The learning rates of this epoch, one for each group."""
        raise NotImplementedError

    def get_last_lr(self):
        return self._last_lr

    def step(self, epoch=None):
        _warn_of_order(self, epoch)
        self._step_count += 1
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        for group, lr in zip(self.optimizer.param_groups, self.get_lr()):
            group["lr"] = lr
        self._last_lr = [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self):
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict):
        """Goes on from a state that `state_dict` gave."""
        self.__dict__.update(state_dict)


class _LRScheduler(LRScheduler):
    pass


class _EngineScheduler(LRScheduler):
    def __init__(self, *args, **kwargs):
        known = _row(self._path)
        names = [_names.get(_snake(each), _snake(each)) for each in [*known[0], *known[1]]]
        _check_signature(f"{type(self)._name}.__init__", ["self", *names[: known[3]]], names[known[3] :], (self, *args), kwargs)
        optimizer, *args = args if args else (kwargs.pop("optimizer"),)
        if not isinstance(optimizer, _Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        if "milestones" in names:
            iter(kwargs.get("milestones", args[0] if args else ()))
        _check_lambdas(type(self).__name__, optimizer, args, kwargs)
        self.optimizer = optimizer
        optimizer.__dict__.setdefault("_opt_called", False)
        optimizer._push()
        self._given = next((each for each in (*args, *kwargs.values()) if isinstance(each, (list, tuple)) and each and isinstance(each[0], LRScheduler)), None)
        given, options = _bind(self._path, (optimizer._peer, *[_peer(arg) for arg in args]), {key: _peer(value) for key, value in kwargs.items()})
        spec, flat = _encode(given, options or None)
        self._peer = _result(_e.make(self._path, spec, *flat))
        optimizer._pull()

    def step(self, *args, **kwargs):
        if self._is_plateau:
            _check_signature("ReduceLROnPlateau.step", ["self", "metrics"], ["epoch"], (self, *args), kwargs)
            args = (float(args[0] if args else kwargs["metrics"]),)
        else:
            args = (*args, *kwargs.values())
        if not self._is_plateau:
            _warn_of_order(self, args[0] if args else None)
        self.optimizer._push()
        spec, flat = _encode([arg.item() if hasattr(arg, "item") else arg for arg in args])
        _result(_e.invoke(self._peer._id, "step", spec, *flat))
        self.optimizer._pull()

    def get_last_lr(self):
        return [float(lr) for lr in _result(_e.invoke(self._peer._id, "getLastLr", ""))]

    def state_dict(self):
        found = _result(_e.invoke(self._peer._id, "stateDict", ""))
        own = {_names.get(name, name): _as_python(_names.get(name, name), value, type(self).__name__ == "MultiStepLR") for name, value in found.items()}
        own = {name: own[name] for name in (*_ORDER.get(type(self).__name__, ()), *own) if name in own and name not in _LAST}
        if "schedulers" in own:
            own["_schedulers"] = [scheduler.state_dict() for scheduler in self._given]
            own["_milestones"] = own.pop("milestones")
            return {"_milestones": own["_milestones"], "last_epoch": found["last_epoch"], "_last_lr": self.get_last_lr(), "_schedulers": own["_schedulers"]}
        if self._is_plateau:
            own.update(own.pop("options", {}))
            return {**own, "last_epoch": found["last_epoch"], "_last_lr": self.get_last_lr()}
        last = {"base_lrs": [float(lr) for lr in found["base_lrs"]], "last_epoch": found["last_epoch"], "_step_count": found["step_count"]}
        last.update({"_is_initial": False, "_get_lr_called_within_step": False, "_last_lr": self.get_last_lr()})
        if type(self).__name__ == "CyclicLR":
            last["_scale_fn_custom"] = None
        if type(self).__name__ in ("LambdaLR", "MultiplicativeLR"):
            last["lr_lambdas"] = [None] * len(last["base_lrs"])
        return {**own, **last}

    def load_state_dict(self, state_dict):
        state = {_from_python.get(name, name): list(value) if isinstance(value, (list, dict)) else value for name, value in state_dict.items()}
        for name in ("_is_initial", "_get_lr_called_within_step", "lr_lambdas", "_scale_fn_custom"):
            state.pop(name, None)
        if "_schedulers" in state_dict:
            for scheduler, own in zip(self._given, state_dict["_schedulers"]):
                scheduler.load_state_dict(own)
            state = {"last_epoch": state["last_epoch"], "schedulers": [_result(_e.invoke(each._peer._id, "stateDict", "")) for each in self._given]}
            state["schedulers"] = [{_camel(name): value for name, value in each.items()} for each in state["schedulers"]]
        spec, flat = _encode((_in_engine(state),))
        _result(_e.invoke(self._peer._id, "loadStateDict", spec, *flat))

    @property
    def _step_count(self):
        return _result(_e.get(self._peer._id, "stepCount"))

    @property
    def _last_lr(self):
        return self.get_last_lr()

    @property
    def base_lrs(self):
        return [float(lr) for lr in _result(_e.get(self._peer._id, "baseLrs"))]

    @property
    def best(self):
        return float(_result(_e.get(self._peer._id, "best")))

    def get_lr(self):
        _b.warn("To get the last learning rate computed by the scheduler, please use `get_last_lr()`.")
        return self.get_last_lr()

    def __getattr__(self, name):
        name = _from_python.get(name, name)
        if name[:1] == "_":
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        js = _camel(name)
        if _e.has(self._peer._id, js) == "value":
            value = _result(_e.get(self._peer._id, js))
            return list(value) if isinstance(value, tuple) else value
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")


def _in_engine(value):
    """Names of dicts as the engine has them."""
    if isinstance(value, dict):
        return {_camel(name) if type(name) is str else name: _in_engine(item) for name, item in value.items()}
    return [_in_engine(item) for item in value] if isinstance(value, list) else value


def _peer(value):
    if isinstance(value, (list, tuple)):
        return [_peer(item) for item in value]
    return value.__dict__.get("_peer", value) if isinstance(value, (LRScheduler, _Optimizer)) else value


# What the engine calls otherwise than PyTorch.
_names = {"t_max": "T_max", "t0": "T_0", "t_mult": "T_mult", "current": "T_cur", "period": "T_i", "last_lrs": "_last_lr", "step_count": "_step_count"}
_names.update({"schedule_phases": "_schedule_phases", "anneal_func_type": "_anneal_func_type"})
_from_python = {python: engine for engine, python in _names.items()}
_LAST = frozenset(("last_epoch", "base_lrs", "_step_count", "_last_lr"))
_ORDER = {
    "CosineAnnealingWarmRestarts": ("T_0", "T_i", "T_mult", "eta_min", "T_cur"),
    "ReduceLROnPlateau": ("factor", "default_min_lr", "min_lrs", "patience", "cooldown", "eps"),
}
_floats = frozenset(("end_factor", "start_factor", "power", "gamma", "best", "eta_min", "total_size"))


def _as_python(name, value, counts=False):
    if name == "milestones" and counts:
        from collections import Counter

        return Counter(value)
    if name == "_schedule_phases":
        return [{**phase, "end_step": float(phase["end_step"])} for phase in value[:-1]] + list(value[-1:])
    if name in _floats and type(value) is int:
        return float(value)
    return list(value) if isinstance(value, tuple) else value


def _check_lambdas(name, optimizer, args, kwargs):
    given = args[0] if args else kwargs.get("lr_lambda")
    if name in ("LambdaLR", "MultiplicativeLR") and isinstance(given, (list, tuple)) and len(given) != len(optimizer.param_groups):
        raise ValueError(f"Expected {len(optimizer.param_groups)} lr_lambdas, but got {len(given)}")


def _class(name):
    path = f"optim.lrScheduler.{name}"
    return type(name, (_EngineScheduler,), {"_path": path, "_name": name, "__module__": __name__, "_is_plateau": name == "ReduceLROnPlateau"})


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

    def state_dict(self):
        return {"_last_lr": self._last_lr, "_schedulers": [scheduler.state_dict() for scheduler in self._schedulers]}

    def load_state_dict(self, state_dict):
        self._last_lr = state_dict["_last_lr"]
        for scheduler, state in zip(self._schedulers, state_dict["_schedulers"]):
            scheduler.load_state_dict(state)


from .. import _namespace as _n  # noqa: E402
import sys as _sys  # noqa: E402

_sys.modules[__name__]._path = "optim.lrScheduler"
