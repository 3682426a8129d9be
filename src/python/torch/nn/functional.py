import sys as _sys

from .. import _namespace as _n
from .._bridge import camel as _camel, warn as _warn
from .._calls import make_function as _make

_self = _sys.modules[__name__]
_self._path = "nn.functional"
_self.__class__ = _n.Namespace

_one_hot = _make("nn.functional.oneHot", "one_hot", __name__)


def one_hot(tensor, num_classes=-1):
    return _one_hot(tensor, num_classes)


def tanh(input):
    return input.tanh()


def sigmoid(input):
    return input.sigmoid()


def _with_implicit_dim(name):
    made = _make(f"nn.functional.{_camel(name)}", name, __name__)

    def function(input, dim=None, _stacklevel=3, dtype=None):
        if dim is None:
            _warn(f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.")
            dim = 0 if input.dim() in (0, 1, 3) else 1
        return made(input, dim) if dtype is None else made(input, dim, dtype=dtype)

    function.__name__ = function.__qualname__ = name
    return function


softmax = _with_implicit_dim("softmax")
log_softmax = _with_implicit_dim("log_softmax")
softmin = _with_implicit_dim("softmin")
_gumbel = _make("nn.functional.gumbelSoftmax", "gumbel_softmax", __name__)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    if eps != 1e-10:
        _warn("`eps` parameter is deprecated and has no effect.")
    return _gumbel(logits, tau=tau, hard=hard, dim=dim)


_interpolate = _make("nn.functional.interpolate", "interpolate", __name__)


def upsample(input, size=None, scale_factor=None, mode="nearest", align_corners=None):
    _warn("`nn.functional.upsample` is deprecated. Use `nn.functional.interpolate` instead.")
    return _interpolate(input, size=size, scale_factor=scale_factor, mode=mode, align_corners=align_corners)
