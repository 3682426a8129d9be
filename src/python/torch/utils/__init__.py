import sys as _sys

from .. import _namespace as _n

_self = _sys.modules[__name__]
_self._path = "utils"
_self.__class__ = _n.Namespace
from . import _pytree, checkpoint, data, hooks  # noqa: E402
