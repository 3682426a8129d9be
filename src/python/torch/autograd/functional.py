"""Derivatives of functions of tensors, by the engine's own; here is what only Python's callers can get wrong."""
import sys

from .. import _namespace as _n
from .._calls import make_function
from .._tensor import Tensor

_self = sys.modules[__name__]
_self.__class__ = _n.Namespace
_self._path = "autograd.functional"


def _check(value, what, name):
    for i, each in enumerate(value if isinstance(value, tuple) else (value,)):
        if not isinstance(each, Tensor):
            place = f"value at index {i}" if isinstance(value, tuple) else f"given {what}"
            raise TypeError(f"The {what} given to {name} must be either a Tensor or a tuple of Tensors but the {place} has type {type(each)}.")
    return value


def _checked(name):
    made = make_function(f"autograd.functional.{name}", name, __name__)

    def function(func, inputs, *args, **kwargs):
        _check(inputs, "inputs", name)
        return made(lambda *own: _check(func(*own), "outputs of the user-provided function", name), inputs, *args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__module__ = __name__
    function.__doc__ = made.__doc__
    return function


vjp, jvp, vhp, hvp, _jacobian, _hessian = map(_checked, ("vjp", "jvp", "vhp", "hvp", "jacobian", "hessian"))


def jacobian(func, inputs, create_graph=False, strict=False, vectorize=False, strategy="reverse-mode"):
    """The derivatives of each result of a function by each input. `vectorize` and `strategy` change how it is computed elsewhere, not what."""
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".')
    if strategy == "forward-mode":
        if create_graph:
            raise NotImplementedError("torch.autograd.functional.jacobian: `create_graph=True` and `strategy=\"forward-mode\"` are not supported together (yet). Please either set `create_graph=False` or `strategy=\"reverse-mode\"`.")
        if strict:
            raise RuntimeError('torch.autograd.functional.jacobian: `strict=True` and `strategy="forward-mode"` are not supported together (yet). Please either set `strict=False` or `strategy="reverse-mode"`.')
        if not vectorize:
            raise NotImplementedError("Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for `vectorize=True`.")
    return _jacobian(func, inputs, create_graph=create_graph, strict=strict)


def hessian(func, inputs, create_graph=False, strict=False, vectorize=False, outer_jacobian_strategy="reverse-mode"):
    """The second derivatives of a function with a single result by each pair of inputs."""
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    return _hessian(func, inputs, create_graph=create_graph, strict=strict)
