import json as _json
import sys as _sys
import types as _types

from . import _namespace as _n
from ._bridge import Object as _Object, _e, snake as _snake, encode as _encode, object_classes as _classes, result as _result
from ._calls import bind as _bind

_self = _sys.modules[__name__]
_self._path = "distributions"
# Its own modules are imported from it.
_self.__path__ = []
_self.__class__ = _n.Namespace


def _class(name):
    path = f"distributions.{name}"

    def __new__(cls, *args, **kwargs):
        args, options = _bind(path, args, kwargs)
        spec, flat = _encode([_float(arg) for arg in args], {key: _float(value) for key, value in options.items()} or None)
        return _result(_e.make(path, spec, *flat))

    def __init__(self, *args, **kwargs):
        pass

    return type(name, (Distribution,), {"__new__": __new__, "__init__": __init__, "_path": path, "__module__": f"{__name__}.{_file_of(name)}"})


def _file_of(name):
    """The module of PyTorch's that a class is in."""
    if name.endswith("Transform"):
        return "transforms"
    return {"StudentT": "studentT", "FisherSnedecor": "fishersnedecor"}.get(name) or _snake(name).lstrip("_")


def _float(value):
    return value


# Whichever of the two a distribution was not made of, it has once something has asked for it; what asks for which.
_USES = {"sample": "probs", "log_prob": "logits", "entropy": "logits probs", "mode": "probs", "mean": "probs", "variance": "probs", "stddev": "probs", "probs": "probs", "logits": "logits"}
_USES_OF = {"Categorical": {**_USES, "mean": "", "variance": "", "stddev": ""}, "Bernoulli": _USES, "Geometric": {**_USES, "log_prob": "probs"}}


# Whose values can be counted through.
_COUNTED = frozenset(("Bernoulli", "Categorical", "OneHotCategorical", "Binomial"))


class Distribution(_Object):
    _path = "distributions.Distribution"

    @property
    def has_enumerate_support(self):
        """Whether there are finitely many values, which `enumerate_support` gives."""
        return type(self).__name__ in _COUNTED

    def enumerate_support(self, expand=True):
        """All values along a first dimension, for each of the batch where `expand` is True."""
        import torch

        name = type(self).__name__
        if name not in _COUNTED:
            raise NotImplementedError
        if name == "Binomial" and not (self.total_count == self.total_count.max()).all():
            raise NotImplementedError("Inhomogeneous total count not supported by `enumerate_support`.")
        dtype = torch.long if name == "Categorical" else self.probs.dtype
        count = 2 if name == "Bernoulli" else 1 + int(self.total_count.max()) if name == "Binomial" else self.probs.shape[-1]
        values = torch.eye(count, dtype=dtype) if name == "OneHotCategorical" else torch.arange(count, dtype=dtype)
        values = values.view(count, *(1 for _ in self.batch_shape), *self.event_shape)
        return values.expand(count, *self.batch_shape, *self.event_shape) if expand else values

    def __getattr__(self, name):
        uses = _USES_OF.get(type(self).__name__, {}).get(name)
        if uses:
            self.__dict__.setdefault("_made", set()).update(uses.split())
        return _Object.__getattr__(self, name)

    def __repr__(self):
        text = _Object.__repr__(self)
        for name in self.__dict__.get("_made", ()):
            if f"{name}: " not in text:
                value = _Object.__getattr__(self, name)
                shown = f"{name}: {value if value.numel() == 1 else value.size()}"
                start, end = text.split("(", 1)
                text = f"{start}({shown}, {end}" if name == "probs" else f"{start}({end[:-1]}, {shown})"
        return text


for _name in _json.loads(_e.list("distributions")):
    if _e.kindOf(f"distributions.{_name}") in ("class", "value") and _name != "Distribution":
        globals()[_name] = _classes[_name] = _class(_name)
from ._calls import make_function as _make

kl_divergence = _make("distributions.klDivergence", "kl_divergence", __name__)




def _in_its_file(value, name, file):
    module = _sys.modules.get(f"{__name__}.{file}")
    if module is None:
        module = _sys.modules[f"{__name__}.{file}"] = globals()[file] = _types.ModuleType(f"{__name__}.{file}")
    setattr(module, name, value)


_in_its_file(kl_divergence, "kl_divergence", "kl")
_in_its_file(Distribution, "Distribution", "distribution")
for _name, _value in list(globals().items()):
    if isinstance(_value, type) and _value.__module__.startswith(f"{__name__}."):
        _in_its_file(_value, _name, _value.__module__.rpartition(".")[2])
