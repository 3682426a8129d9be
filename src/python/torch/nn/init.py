import sys as _sys

from .. import _namespace as _n
from .._bridge import warn as _warn
from .._calls import make_function as _make

_self = _sys.modules[__name__]
_self._path = "nn.init"
_self.__class__ = _n.Namespace

_gain = _make("nn.init.calculateGain", "calculate_gain", __name__)


def calculate_gain(nonlinearity, param=None):
    return _gain(nonlinearity) if param is None else _gain(nonlinearity, param)


def _calculate_fan_in_and_fan_out(tensor):
    dimensions = tensor.dim()
    if dimensions < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = 1
    for size in tensor.shape[2:]:
        field *= size
    return tensor.size(1) * field, tensor.size(0) * field


def _calculate_correct_fan(tensor, mode):
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    return _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]


def _deprecated(name):
    def function(*args, **kwargs):
        _warn(f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`.", FutureWarning)
        return getattr(_self, f"{name}_")(*args, **kwargs)

    function.__name__ = name
    function.__doc__ = f"Deprecated: `{name}_`."
    return function


for _name in "uniform normal constant eye dirac xavier_uniform xavier_normal kaiming_uniform kaiming_normal orthogonal sparse".split():
    globals()[_name] = _deprecated(_name)
