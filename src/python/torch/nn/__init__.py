import sys as _sys

from .. import _namespace as _n
from .._parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter
from . import modules, parameter
from .modules.module import Module
from .modules.layers import classes as _classes

_self = _sys.modules[__name__]
globals().update(_classes)

from . import functional, init, utils  # noqa: E402


class _Package(_n.Namespace):
    def __getattr__(self, name):
        if name[:2] == "__":
            raise AttributeError(name)
        if f"torch.nn.{name}" in _sys.modules:
            return _sys.modules[f"torch.nn.{name}"]
        if _n.is_import(_sys._getframe(1)):
            return _n.Missing(f"torch.nn.{name}")
        from .._tensor import missing

        raise missing(f"module 'torch.nn' has no attribute '{name}'", f"torch.nn.{name}")


_self._path = "nn"
_self.__class__ = _Package
from . import attention, grad, parallel  # noqa: E402


def DataParallel(module, *args, **kwargs):
    """The module itself: there is one device."""
    return module
