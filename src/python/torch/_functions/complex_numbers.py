"""Complex numbers, of which there are none here: every element is real."""
import math

import torch

from .._tensor import Tensor


def _itself(name):
    def function(input):
        return input

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "The tensor itself, whose elements are real."
    torch.__dict__[name] = function
    if name != "real":
        setattr(Tensor, name, function)


for _name in ("conj", "conj_physical", "resolve_conj", "resolve_neg", "real"):
    _itself(_name)


Tensor.real = property(lambda self: self, doc="The tensor itself, whose elements are real.")


def imag(input):
    """Refused: the elements are real."""
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")


torch.imag = imag

Tensor.imag = property(imag)


def isreal(input):
    """True for each element."""
    return torch.ones_like(input, dtype=torch.bool)


def angle(input):
    """Pi for negative elements, else 0."""
    if not input.is_floating_point():
        input = input.to(torch.get_default_dtype())
    return torch.where(input.isnan(), input, torch.where(input < 0, math.pi, 0.0).to(input.dtype))


for _function in (isreal, angle):
    torch.__dict__[_function.__name__] = _function
    setattr(Tensor, _function.__name__, _function)
