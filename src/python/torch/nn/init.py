import sys as _sys

from .. import _namespace as _n
from .._bridge import make_function as _make

_self = _sys.modules[__name__]
_self._path = "nn.init"
_self.__class__ = _n.Namespace

_gain = _make("nn.init.calculateGain", "calculate_gain", __name__)


def calculate_gain(nonlinearity, param=None):
    return _gain(nonlinearity) if param is None else _gain(nonlinearity, param)
