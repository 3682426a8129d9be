"""Optimizers: their groups are Python's, their steps the engine's."""
import functools
from collections import OrderedDict, defaultdict
from itertools import chain

from .. import _bridge as b
from .._bridge import _e, camel, encode, result, snake
from .._calls import bind, row
from .._tensor import Tensor

# Where PyTorch computes, and not what: taken, shown and without effect here.
WHERE = {"foreach": None, "differentiable": False}
ALSO = {
    "SGD": {"fused": None},
    "Adam": {"capturable": False, "fused": None},
    "AdamW": {"capturable": False, "fused": None},
    "Adagrad": {"fused": None},
    "Adadelta": {"capturable": False},
    "Adamax": {"capturable": False},
    "ASGD": {"capturable": False},
    "NAdam": {"capturable": False},
    "RAdam": {"capturable": False},
    "RMSprop": {"capturable": False},
    "Rprop": {"capturable": False},
}
# What PyTorch takes by its place after what the engine's do.
PLACES = {
    "RMSprop": ("capturable", "foreach", "maximize", "differentiable"),
    "Adagrad": ("foreach",),
    "Adadelta": ("foreach",),
    "Adamax": ("foreach",),
    "ASGD": ("foreach", "maximize", "differentiable", "capturable"),
}
# The order that PyTorch's groups have, where it is not that of the arguments.
_ADAM = ("params", "lr", "betas", "eps", "weight_decay", "amsgrad", "maximize", "foreach", "capturable", "differentiable", "fused", "decoupled_weight_decay")
ORDER = {
    "Adam": _ADAM,
    "AdamW": _ADAM,
    "SGD": ("params", "lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize", "foreach", "differentiable", "fused"),
    "RMSprop": ("params", "lr", "momentum", "alpha", "eps", "centered", "weight_decay", "capturable", "foreach", "maximize", "differentiable"),
    "Adagrad": ("params", "lr", "lr_decay", "eps", "weight_decay", "initial_accumulator_value", "foreach", "maximize", "differentiable", "fused"),
    "Adadelta": ("params", "lr", "rho", "eps", "weight_decay", "maximize", "capturable", "foreach", "differentiable"),
    "Adamax": ("params", "lr", "betas", "eps", "weight_decay", "foreach", "maximize", "differentiable", "capturable"),
    "NAdam": ("params", "lr", "betas", "eps", "weight_decay", "momentum_decay", "decoupled_weight_decay", "maximize", "foreach", "capturable", "differentiable"),
    "RAdam": ("params", "lr", "betas", "eps", "weight_decay", "maximize", "foreach", "capturable", "decoupled_weight_decay", "differentiable"),
    "Rprop": ("params", "lr", "etas", "step_sizes", "foreach", "maximize", "differentiable", "capturable"),
    "LBFGS": ("params", "lr", "max_iter", "max_eval", "tolerance_grad", "tolerance_change", "history_size", "line_search_fn"),
    "Muon": ("params", "lr", "weight_decay", "momentum", "nesterov", "ns_coefficients", "eps", "ns_steps", "adjust_lr_fn"),
    "ASGD": ("params", "lr", "lambd", "alpha", "t0", "weight_decay", "foreach", "maximize", "differentiable", "capturable"),
}
# The order of a parameter's state, and which of its numbers are tensors.
STATE = ("step", "eta", "mu", "mu_product", "square_avg", "exp_avg", "momentum_buffer", "grad_avg")
NUMBERS = frozenset(("step", "eta", "mu", "mu_product"))
required = object()


_ORDERED = "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets will change between runs. Please use a list instead."


class _State(defaultdict):
    """State by parameter: the engine's, and what Python code has put beside it, which stays."""

    def __init__(self, entries, own):
        defaultdict.__init__(self, None, {param: _Entries(values, own, param) for param, values in entries.items()})
        self._own = own

    def __missing__(self, param):
        self[param] = entries = _Entries({}, self._own, param)
        return entries

    def __reduce__(self):
        return (dict, (dict(self),))


class _Entries(dict):
    def __init__(self, values, own, param):
        dict.__init__(self, values)
        self._own, self._param = own, param

    def __setitem__(self, name, value):
        dict.__setitem__(self, name, value)
        self._own.setdefault(self._param, {})[name] = value

    def __reduce__(self):
        return (dict, (dict(self),))


class Optimizer:
    __module__ = "torch.optim.optimizer"
    _path = None

    def __init__(self, params, defaults):
        self.defaults = defaults
        self._hooks = OrderedDict(), OrderedDict()
        if isinstance(params, Tensor):
            import torch

            raise TypeError(f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {torch.typename(params)}")
        self.state = defaultdict(dict)
        self.param_groups = []
        param_groups = list(params)
        if len(param_groups) == 0:
            raise ValueError("optimizer got an empty parameter list")
        if not isinstance(param_groups[0], dict):
            param_groups = [{"params": param_groups}]
        for param_group in param_groups:
            self.add_param_group(dict(param_group))

    def add_param_group(self, param_group):
        import torch

        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        params = param_group["params"]
        if isinstance(params, Tensor):
            param_group["params"] = [params]
        elif isinstance(params, set):
            raise TypeError(_ORDERED)
        else:
            param_group["params"] = list(params)
        param_group["params"], names = _by_name(param_group["params"])
        param_group.update(names)
        for param in param_group["params"]:
            if not isinstance(param, Tensor):
                raise TypeError("optimizer can only optimize Tensors, but one of the params is " + torch.typename(param))
            if not param.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
        for name, default in self.defaults.items():
            if default is required and name not in param_group:
                raise ValueError(f"parameter group didn't specify a value of required optimization parameter {name}")
            param_group.setdefault(name, default)
        _check_names(param_group, self.param_groups)
        taken = {id(param) for group in self.param_groups for param in group["params"]}
        if any(id(param) in taken for param in param_group["params"]):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none=True):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    if set_to_none:
                        p.grad = None
                    else:
                        p.grad = p.grad.detach().zero_()

    def step(self, closure=None):
        raise NotImplementedError

    # The engine's schedules work on an optimizer of the engine's: one that stands in for this one, with its groups and their rates.

    def _push(self):
        if "_peer" not in self.__dict__:
            groups = [{"params": group["params"], "lr": group["lr"]} for group in self.param_groups]
            spec, flat = encode([groups], {"lr": 0})
            self._peer = result(_e.make("optim.SGD", spec, *flat))
        for i, group in enumerate(self.param_groups):
            for name in ("lr", "initial_lr", "momentum"):
                if name in group:
                    _e.setGroup(self._peer._id, i, camel(name), *_one(group[name]))

    def _pull(self):
        for group, js in zip(self.param_groups, result(_e.get(self._peer._id, "paramGroups"))):
            for name in ("lr", "initial_lr"):
                if name in js:
                    group[name] = float(js[name])
            if "momentum" in group and "momentum" in js:
                group["momentum"] = js["momentum"]

    def register_step_pre_hook(self, hook):
        from ..nn.modules.module import RemovableHandle

        handle = RemovableHandle(self._hooks[0])
        self._hooks[0][handle.id] = hook
        return handle

    def register_step_post_hook(self, hook):
        from ..nn.modules.module import RemovableHandle

        handle = RemovableHandle(self._hooks[1])
        self._hooks[1][handle.id] = hook
        return handle

    @staticmethod
    def profile_hook_step(func):
        return func

    def __repr__(self):
        format_string = self.__class__.__name__ + " ("
        for i, group in enumerate(self.param_groups):
            format_string += "\n"
            format_string += f"Parameter Group {i}\n"
            for key in sorted(group.keys()):
                if key != "params":
                    format_string += f"    {key}: {group[key]}\n"
        return format_string + ")"

    def state_dict(self):
        param_mappings = {}
        start_index = 0

        def pack_group(group):
            nonlocal start_index
            packed = {k: v for k, v in group.items() if k != "params"}
            param_mappings.update({id(p): i for i, p in enumerate(group["params"], start_index) if id(p) not in param_mappings})
            packed["params"] = [param_mappings[id(p)] for p in group["params"]]
            start_index += len(packed["params"])
            return packed

        param_groups = [pack_group(g) for g in self.param_groups]
        packed_state = {(param_mappings[id(k)] if isinstance(k, Tensor) else k): dict(v) if type(v) is _Entries else v for k, v in self.state.items()}
        return {"state": packed_state, "param_groups": param_groups}

    def load_state_dict(self, state_dict):
        from copy import deepcopy

        groups = self.param_groups
        saved_groups = deepcopy(state_dict["param_groups"])
        if len(groups) != len(saved_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(len(p["params"]) != len(s["params"]) for p, s in zip(groups, saved_groups)):
            raise ValueError("loaded state dict contains a parameter group that doesn't match the size of optimizer's group")
        id_map = dict(zip(chain.from_iterable(g["params"] for g in saved_groups), chain.from_iterable(g["params"] for g in groups)))
        state = defaultdict(dict)
        for k, v in state_dict["state"].items():
            state[id_map.get(k, k)] = {key: value.clone() if isinstance(value, Tensor) else value for key, value in v.items()} if isinstance(v, dict) else v
        for group, saved in zip(groups, saved_groups):
            saved["params"] = group["params"]
            group.clear()
            group.update(saved)
        self._set_state(state)

    def _set_state(self, state):
        self.state = state


# What must not be negative, in the order in which PyTorch looks at them.
_COMPARED = {
    "lr": "Invalid learning rate",
    "eps": "Invalid epsilon value",
    "momentum": "Invalid momentum value",
    "weight_decay": "Invalid weight_decay value",
    "rho": "Invalid rho value",
    "lr_decay": "Invalid lr_decay value",
    "initial_accumulator_value": "Invalid initial_accumulator_value value",
    "momentum_decay": "Invalid momentum_decay value",
}


def _check_numbers(name, given, where):
    """PyTorch's errors for numbers, as Python writes them, and Python's own where it compares what is no number or takes a pair of what is none."""
    is_plain = bool(where.get("foreach") and not where.get("capturable"))
    if isinstance(given.get("lr"), Tensor):
        if is_plain and name != "LBFGS":
            raise ValueError("lr as a Tensor is not supported for capturable=False and foreach=True")
        if given["lr"].numel() != 1:
            raise ValueError("Tensor lr must be 1-element")
    for key, text in _COMPARED.items():
        if key not in given:
            continue
        is_wrong = given[key] < 0.0 if name == "SGD" else not 0.0 <= given[key]
        if is_wrong and name != "Muon":
            raise ValueError(f"{text}: {given[key]}")
    if "betas" in given:
        betas = given["betas"]
        for i in (0, 1):
            if not 0.0 <= betas[i] < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {betas[i]}")
        if name in ("Adam", "AdamW"):
            if not any(isinstance(betas[0], kind) and isinstance(betas[1], kind) for kind in (float, Tensor)):
                raise ValueError("betas must be either both floats or both Tensors")
            for i in (0, 1):
                if isinstance(betas[i], Tensor) and is_plain:
                    raise ValueError(f"betas[{i}] as a Tensor is not supported for capturable=False and foreach=True")
                if isinstance(betas[i], Tensor) and betas[i].numel() != 1:
                    raise ValueError(f"Tensor betas[{i}] must be 1-element")
        _, _ = betas
    if "etas" in given:
        etas = given["etas"]
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")


def _by_name(params):
    """Tensors, and their names where all have one."""
    names = [each[0] for each in params if isinstance(each, tuple)]
    if names and len(names) != len(params):
        raise ValueError("all optimizer params should be with/without names. Some param names are missing")
    return [each[1] if isinstance(each, tuple) else each for each in params], {"param_names": names} if names else {}


def _check_names(group, others):
    if any(("param_names" in group) != ("param_names" in other) for other in others):
        raise ValueError(f"all optimizer param groups should be with/without names. cannot add param group {'with' if 'param_names' in group else 'without'} names to the optimizer")


class EngineOptimizer(Optimizer):
    """An optimizer of the engine's."""

    def __init__(self, *args, **kwargs):
        import torch

        cls = type(self)
        path = cls._path
        if not args and "params" not in kwargs:
            raise TypeError(f"{cls._name}.__init__() missing 1 required positional argument: 'params'")
        params, *args = args if args else (kwargs.pop("params"),)
        self._own_state = {}
        if isinstance(params, Tensor):
            raise TypeError(f"params argument given to the optimizer should be an iterable of Tensors or dicts, but got {torch.typename(params)}")
        params = list(params)
        if params and not isinstance(params[0], (dict, Tensor, tuple)):
            raise TypeError("optimizer can only optimize Tensors, but one of the params is " + torch.typename(params[0]))
        names = [*map(snake, row(path)[0]), *PLACES.get(cls._name, ())]
        if len(args) >= len(names):
            raise TypeError(f"{cls._name}.__init__() takes from 2 to {len(names) + 1} positional arguments but {len(args) + 2} were given")
        for name, value in zip(names[1:], args):
            if name in kwargs:
                raise TypeError(f"{cls._name}.__init__() got multiple values for argument '{name}'")
            kwargs[name] = value
        where = {} if cls._name in ("LBFGS", "Muon") else {**WHERE, **ALSO.get(cls._name, {})}
        shown = {name: kwargs.pop(name) if name in kwargs else value for name, value in where.items()}
        are_groups = bool(params) and isinstance(params[0], dict)
        groups = params if are_groups else [{"params": params}]
        _check_groups(groups)
        given = {}
        for name in kwargs:
            if camel(name) not in row(path)[0] and camel(name) not in row(path)[1]:
                raise TypeError(f"{cls._name}.__init__() got an unexpected keyword argument '{name}'")
        given.update(kwargs)
        _check_numbers(cls._name, given, shown)
        groups = [_with_names(group) for group in groups]
        for i, group in enumerate(groups if cls._name != "LBFGS" else ()):
            _check_names(group, groups[:i])
        params = groups if are_groups else groups[0]["params"]
        js_params = [{camel(k): v for k, v in group.items() if k not in where and k != "param_names"} for group in groups] if are_groups else params
        spec, flat = encode([js_params], {camel(k): v for k, v in given.items()} or None)
        self._peer = result(_e.make(path, spec, *flat))
        self._hooks = OrderedDict(), OrderedDict()
        self._shown = shown
        self._given = given
        self.param_groups = []
        self.defaults = {}
        js_groups = self._groups()
        for i, group in enumerate(js_groups):
            self.param_groups.append(self._group(group, groups[i]))
        own = groups[0] if are_groups else {}
        # Of the optimizer and not of its first group.
        by_default = {**DEFAULTS.get(cls._name, {}), **given}
        first = self._group(js_groups[0], {})
        self.defaults = {name: by_default.get(name, value) if name in own else value for name, value in first.items() if name not in ("params", "initial_lr") and (name in by_default or name not in own)}
        self._synced = [dict(group) for group in self.param_groups]

    def _groups(self):
        return list(result(_e.get(self._peer._id, "paramGroups")))

    def _group(self, js, own):
        group = {"params": list(js["params"])}
        defaults = DEFAULTS.get(type(self)._name, {})
        for name, value in js.items():
            if name == "params":
                continue
            given = own.get(name, self._given.get(name, defaults.get(name, value)))
            group[name] = given if given == value or isinstance(given, (tuple, list)) else value
        for name, value in self._shown.items():
            group.setdefault(name, own.get(name, value))
        if "param_names" in own:
            group["param_names"] = own["param_names"]
        # What the group says itself comes first, as PyTorch adds the rest.
        order = (*own, *ORDER.get(type(self)._name, ()), *group)
        return {name: group[name] for name in order if name in group}

    def add_param_group(self, param_group):
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        if isinstance(param_group["params"], set):
            raise TypeError(_ORDERED)
        own = _with_names(param_group)
        _check_names(own, self.param_groups)
        spec, flat = encode(({camel(k): v for k, v in own.items() if k not in self._shown and k != "param_names"},))
        result(_e.invoke(self._peer._id, "addParamGroup", spec, *flat))
        self.param_groups.append(self._group(self._groups()[-1], own))
        self._synced.append(dict(self.param_groups[-1]))

    def _push(self):
        """What Python code has changed in the groups since."""
        for i, (group, synced) in enumerate(zip(self.param_groups, self._synced)):
            for name, value in group.items():
                if name in ("params", "param_names") or name in self._shown:
                    continue
                before = synced.get(name, self)
                if before is value or before == value:
                    continue
                if isinstance(value, Tensor):
                    value = value.item()
                _e.setGroup(self._peer._id, i, camel(name), *_one(value))
                synced[name] = value

    def _pull(self):
        """What the engine has changed in them, as a schedule does."""
        for group, synced, js in zip(self.param_groups, self._synced, self._groups()):
            for name, value in js.items():
                if name == "params":
                    continue
                before = group.get(name, self)
                if before is not self and (before == value or tuple(before) == value if isinstance(before, (list, tuple)) else before == value):
                    continue
                if name in ("lr", "initial_lr", "momentum") and type(value) is int:
                    value = float(value) if name != "momentum" or type(before) is float else value
                group[name] = synced[name] = value

    @property
    def state(self):
        state = defaultdict(dict)
        for param, entries in result(_e.get(self._peer._id, "state")).items():
            own = {snake(name): value for name, value in entries.items()}
            if not own:
                continue
            state[param] = {name: own[name] for name in (*STATE, *own) if name in own}
            for name, value in state[param].items():
                if name in NUMBERS and not isinstance(value, Tensor):
                    import torch

                    state[param][name] = torch.tensor(float(value))
        for param, entries in self._own_state.items():
            state[param].update(entries)
        return _State(state, self._own_state)

    def _set_state(self, state):
        self._push()
        self._synced = [dict(group) for group in self.param_groups]
        positions = {id(p): i for i, p in enumerate(p for group in self.param_groups for p in group["params"])}
        packed = {}
        for param, entries in state.items():
            packed[str(positions[id(param)])] = {camel(k): (v.item() if k in NUMBERS and isinstance(v, Tensor) else v) for k, v in entries.items()}
        groups, at = [], 0
        for group in self.param_groups:
            groups.append({**{camel(k): v for k, v in group.items() if k not in ("params", "param_names") and k not in self._shown}, "params": list(range(at, at + len(group["params"])))})
            at += len(group["params"])
        spec, flat = encode(({"state": packed, "paramGroups": groups},))
        result(_e.invoke(self._peer._id, "loadStateDict", spec, *flat))

    def step(self, closure=None):
        if closure is None and type(self)._name == "LBFGS":
            raise TypeError("LBFGS.step() missing 1 required positional argument: 'closure'")
        for hook in self._hooks[0].values():
            hook(self, (self,) if closure is None else (self, closure), {})
        self._opt_called = True
        self._push()
        if closure is None:
            value = result(_e.invoke(self._peer._id, "step", ""))
        else:
            index = b.register(closure)
            value = result(_e.invoke(self._peer._id, "step", "c", index))
            b.callbacks.pop(index, None)
        for hook in self._hooks[1].values():
            hook(self, (self,) if closure is None else (self, closure), {})
        return value

    def zero_grad(self, set_to_none=True):
        spec, flat = encode((), {"setToNone": bool(set_to_none)})
        result(_e.invoke(self._peer._id, "zeroGrad", spec, *flat))


def _check_groups(groups):
    for group in groups:
        if isinstance(group, dict) and "params" not in group:
            raise KeyError("params")


def _with_names(group):
    """A group with its parameters as a list, and their names beside them."""
    if not isinstance(group, dict):
        raise TypeError(f"param_group must be a dict, but got {type(group)}")
    params = group["params"]
    if isinstance(params, set):
        raise TypeError(_ORDERED)
    params, names = _by_name([params] if isinstance(params, Tensor) else list(params))
    return {**group, "params": params, **names}


def _one(value):
    spec, flat = encode((value,))
    return spec, *flat


# Defaults that PyTorch writes as floats, though they are whole.
DEFAULTS = {"ASGD": {"t0": 1000000.0}, "Adadelta": {"lr": 1.0}, "LBFGS": {"lr": 1}, "Adagrad": {"eps": 1e-10}}


def define(name):
    from ..nn.modules.layers import _SIGNATURE

    also = {} if name == "LBFGS" else {**WHERE, **ALSO.get(name, {})}
    return type(name, (EngineOptimizer,), {"_path": f"optim.{name}", "_name": name, "__signature__": _SIGNATURE, "_also": also, "__module__": f"torch.optim.{name.lower()}"})


for _cls in (Optimizer, EngineOptimizer):
    for _value in vars(_cls).values():
        if callable(_value) and hasattr(_value, "__qualname__"):
            _value.__qualname__ = f"Optimizer.{_value.__name__}"
