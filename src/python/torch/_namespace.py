"""Modules of the package whose names are the engine's: each is made when it is first asked for."""
import builtins
import sys
import types
from functools import lru_cache

from ._absent import Absent
from ._bridge import _e, _find, camel, result, snake
from ._calls import make_function
from ._lacking import not_here
from ._tensor import missing


# By module and name: what is called as one of Python's own (`any`, `sum`). The module's code means Python's by it.
_named_as_builtins = {}


class Namespace(types.ModuleType):
    # Names of the engine's that PyTorch does not have there.
    _without = frozenset()

    def __getattr__(self, name):
        if name == "__all__":
            # `from torch import *` takes the names that are listed, and asks for each.
            return [each for each in dir(self) if each[0] != "_" and self._is_offered(each)]
        if name[:2] == "__":
            raise AttributeError(name)
        known = _named_as_builtins.get((self.__name__, name))
        if known is not None:
            return known
        path = self._path
        js = camel(name)
        full = f"{path}.{js}" if path else js
        kind = _e.kindOf(full) if (name == name.lower() or name[:2] in ("T_",)) and name not in self._without else ""
        if kind == "function":
            value = make_function(full, name, self.__name__)
        elif kind == "value":
            value = result(_e.value(full))
        elif f"{self.__name__}.{name}" in sys.modules:
            value = sys.modules[f"{self.__name__}.{name}"]
        else:
            if is_import(sys._getframe(1)):
                return Missing(f"{self.__name__}.{name}")
            raise missing(f"module '{self.__name__}' has no attribute '{name}'", f"{self.__name__}.{name}")
        if hasattr(builtins, name):
            _named_as_builtins[self.__name__, name] = value
        else:
            self.__dict__[name] = value
        return value

    def _is_offered(self, name):
        if name in self.__dict__:
            return not isinstance(self.__dict__[name], types.ModuleType)
        js = camel(name)
        return _e.kindOf(f"{self._path}.{js}" if self._path else js) in ("function", "value")

    def __dir__(self):
        names = {*self.__dict__, *[_spelled.get(name, snake(name)) for name in names_of(self._path)]}
        return sorted(names - self._without)


# Where a figure begins a word of PyTorch's.
_spelled = {f"atleast{each}d": f"atleast_{each}d" for each in (1, 2, 3)}


@lru_cache(None)
def names_of(path):
    import json

    return json.loads(_e.list(path))


def is_import(frame):
    """Whether a frame is at `from ... import name`: what is missing then raises where it is used."""
    import dis

    code = frame.f_code
    at = frame.f_lasti
    return dis.opname[code.co_code[at]] in ("IMPORT_FROM",)


class Missing(Absent):
    """Something of PyTorch's that the engine does not have."""

    def __init__(self, name):
        self.__dict__["_missing_name"] = name
        self.__dict__["__name__"] = name.rsplit(".", 1)[-1]

    def _use(self, *_, **__):
        raise not_here(f"{self._missing_name} is not in Layerscope's engine. Run this with PyTorch, or write it with what there is.")

    def _part(self, name):
        return Missing(f"{self._missing_name}.{name}")

    def __repr__(self):
        return f"<{self._missing_name}, which Layerscope's engine does not have>"


def namespace(name, path, parent=None):
    module = Namespace(name)
    module._path = path
    module.__path__ = []
    module.__package__ = name
    sys.modules[name] = module
    if "." in name:
        above, _, short = name.rpartition(".")
        sys.modules[above].__dict__[short] = module
    return module
