import json as _json
import sys as _sys

from . import _namespace as _n
from ._bridge import Object as _Object, _e, encode as _encode, object_classes as _classes, result as _result
from ._calls import bind as _bind

_self = _sys.modules[__name__]
_self._path = "distributions"
_self.__class__ = _n.Namespace


def _class(name):
    path = f"distributions.{name}"

    def __new__(cls, *args, **kwargs):
        args, options = _bind(path, args, kwargs)
        spec, flat = _encode([_float(arg) for arg in args], {key: _float(value) for key, value in options.items()} or None)
        return _result(_e.make(path, spec, *flat))

    def __init__(self, *args, **kwargs):
        pass

    return type(name, (Distribution,), {"__new__": __new__, "__init__": __init__, "_path": path, "__module__": f"torch.distributions.{name.lower()}"})


def _float(value):
    return value


class Distribution(_Object):
    _path = "distributions.Distribution"


for _name in _json.loads(_e.list("distributions")):
    if _e.kindOf(f"distributions.{_name}") in ("class", "value") and _name != "Distribution":
        globals()[_name] = _classes[_name] = _class(_name)
from ._calls import make_function as _make

kl_divergence = _make("distributions.klDivergence", "kl_divergence", __name__)


class _Kl:
    kl_divergence = staticmethod(kl_divergence)


kl = _Kl()
