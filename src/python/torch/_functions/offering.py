"""How a function that Python adds to the engine's is offered: as PyTorch offers its own."""
from functools import wraps
from inspect import signature

import torch

from .._arguments import refused
from .._calls import make_function
from .._out import into
from .._tensor import Tensor

_NUMPY = {"axis": "dim", "keepdims": "keepdim"}


def offered(place="torch", path=None, is_method=True):
    """Has a function refuse what PyTorch's does not take, and write to `out`. `path`: the engine's own function, which comes first among its arguments."""
    prefix = "" if place in ("torch", "functional") else f"{place}_"

    def offer(function):
        name = function.__name__
        inner = make_function(path, name, "torch") if path else None

        def checked(*args, **kwargs):
            kwargs = {_NUMPY.get(key, key): value for key, value in kwargs.items()}
            wrong = refused(place, prefix + name, args, kwargs)
            if wrong:
                raise wrong
            if kwargs.get("out") is not None:
                return into(kwargs.pop("out"), checked, prefix + name, args, kwargs)
            kwargs.pop("out", None)
            return function(inner, *args, **kwargs) if inner else function(*args, **kwargs)

        made = wraps(function)(checked)
        if inner:
            made.__signature__ = _without_first(function)
        made.__module__ = f"torch.{place}" if place in ("linalg", "special") else "torch"
        home = torch if place == "torch" else getattr(torch, place)
        home.__dict__[name] = made
        if is_method:
            setattr(Tensor, name, made)
        return made

    return offer


def _without_first(function):
    whole = signature(function)
    return whole.replace(parameters=list(whole.parameters.values())[1:])


def scalar_type(tensor):
    """What PyTorch's errors call the dtype: "Long", "Float"."""
    return tensor.type().removeprefix("torch.").removesuffix("Tensor")
