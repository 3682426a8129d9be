import json as _json
import sys as _sys

from .. import _namespace as _n
from .._bridge import _e
from .optimizer import Optimizer, define as _define

_self = _sys.modules[__name__]
for _name in _json.loads(_e.list("optim")):
    if _name[0].isupper() and _name != "Optimizer":
        globals()[_name] = _define(_name)
        _short = _name.lower()
        _module = type(_sys)(f"torch.optim.{_short}")
        setattr(_module, _name, globals()[_name])
        _sys.modules[_module.__name__] = _module
        globals().setdefault(_short, _module)


class _Package(_n.Namespace):
    pass


_self._path = "optim"
_self.__class__ = _Package
from . import lr_scheduler, swa_utils  # noqa: E402
