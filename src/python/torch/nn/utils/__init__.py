import sys as _sys

from ... import _modes, _namespace as _n
from ..._bridge import _e, result as _result, warn as _warn
from ..._calls import make_function as _make
from ..modules import module as _module_file
from ..modules.module import Module as _Module, classes as _classes, sync as _sync

_self = _sys.modules[__name__]
_self._path = "nn.utils"
_self.__class__ = _n.Namespace


def _around(path, name, module):
    """A function that changes what a module holds: what its peer holds then is taken over."""
    made = _make(path, name, module)

    def function(first, *args, **kwargs):
        value = made(first, *args, **kwargs)
        if isinstance(first, _Module):
            for each in first.modules():
                _sync(each)
            _sync(first)
        return first if isinstance(first, _Module) and isinstance(value, _Module) else value

    function.__name__ = name
    return function


def _space(name, path, changing):
    module = _n.namespace(name, path)
    for each, js in changing.items():
        setattr(module, each, _around(f"{path}.{js}", each, name))
    return module


def skip_init(module_cls, *args, **kwargs):
    """A module whose parameters are not initialized: what is in them is nobody's choice."""
    import inspect

    if not issubclass(module_cls, _Module):
        raise RuntimeError(f"Expected a Module; got {module_cls}")
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError("Module must support a 'device' arg to skip initialization")
    device = kwargs.pop("device", "cpu")
    return module_cls(*args, device="meta", **kwargs).to_empty(device=device)


def clip_grad_norm_(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    from ..._tensor import Tensor

    parameters = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    options = {} if not error_if_nonfinite else {"error_if_nonfinite": True}
    if all(parameter.grad is None for parameter in parameters):
        import torch

        return torch.tensor(0.0)
    return _clip(parameters, max_norm, norm_type, **options)


_clip = _make("nn.utils.clipGradNorm_", "clip_grad_norm_", __name__)
_clip_value = _make("nn.utils.clipGradValue_", "clip_grad_value_", __name__)


def clip_grad_value_(parameters, clip_value, foreach=None):
    from ..._tensor import Tensor

    return _clip_value([parameters] if isinstance(parameters, Tensor) else list(parameters), float(clip_value))


def parameters_to_vector(parameters):
    return _vector(list(parameters))


def vector_to_parameters(vec, parameters):
    return _from_vector(vec, list(parameters))


_vector = _make("nn.utils.parametersToVector", "parameters_to_vector", __name__)
_from_vector = _make("nn.utils.vectorToParameters", "vector_to_parameters", __name__)
_weight_norm = _around("nn.utils.weightNorm", "weight_norm", __name__)


def weight_norm(module, name="weight", dim=0):
    _warn("`torch.nn.utils.weight_norm` is deprecated in favor of `torch.nn.utils.parametrizations.weight_norm`.", FutureWarning)
    return _weight_norm(module, name, dim)


remove_weight_norm = _around("nn.utils.removeWeightNorm", "remove_weight_norm", __name__)
spectral_norm = _around("nn.utils.spectralNorm", "spectral_norm", __name__)
remove_spectral_norm = _around("nn.utils.removeSpectralNorm", "remove_spectral_norm", __name__)
fusion = _n.namespace("torch.nn.utils.fusion", "nn.utils")
parametrizations = _space(
    "torch.nn.utils.parametrizations", "nn.utils.parametrizations", {"spectral_norm": "spectralNorm", "weight_norm": "weightNorm"}
)
parametrize = _space(
    "torch.nn.utils.parametrize",
    "nn.utils.parametrize",
    {"register_parametrization": "registerParametrization", "remove_parametrizations": "removeParametrizations"},
)


class _Cached:
    """What is parametrized is computed once in it."""

    def __enter__(self):
        self._outside = len(_module_file.parametrized_values)
        _modes.opened(self)
        _module_file.parametrized_values.append({})

    def __exit__(self, *_):
        del _module_file.parametrized_values[self._outside :]
        _modes.closed(self)


parametrize.cached = _Cached


class ParametrizationList(_classes["ModuleList"]):
    __module__ = "torch.nn.utils.parametrize"
    _is_layer = True

    def forward(self):
        return _result(_e.invoke(self.__dict__["_engine_id"], "forward", ""))


parametrize.ParametrizationList = _classes["ParametrizationList"] = ParametrizationList


def _with_class(function):
    """The module has a class of its own while any of its tensors is parametrized."""

    def changed(module, *args, **kwargs):
        value = function(module, *args, **kwargs)
        held = module._modules.get("parametrizations")
        cls = type(module)
        if held is not None and not hasattr(cls, "_parametrized"):
            body = {"_parametrized": cls, "__module__": "torch.nn.utils.parametrize", "_is_own_layer": cls.__dict__.get("_is_own_layer", False)}
            module.__class__ = type(f"Parametrized{cls.__name__}", (cls,), body)
        elif held is None and hasattr(cls, "_parametrized"):
            module.__class__ = cls._parametrized
        return value

    changed.__name__ = function.__name__
    return changed


for _module, _names in ((parametrize, ("register_parametrization", "remove_parametrizations")), (parametrizations, ("spectral_norm", "weight_norm"))):
    for _name in _names:
        setattr(_module, _name, _with_class(getattr(_module, _name)))


def clip_grad_norm(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None):
    """Deprecated: `clip_grad_norm_`."""
    _warn("`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.", FutureWarning)
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


from . import clip_grad, prune, rnn  # noqa: E402
from .orthogonal import orthogonal as _orthogonal  # noqa: E402

parametrizations.orthogonal = _with_class(_orthogonal)
