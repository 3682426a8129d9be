import sys as _sys
import types as _types

from . import container, layers, module, utils
from .module import Module

for _name, _class in layers.define().items():
    globals()[_name] = _class
    _file = f"{__name__}.{_class.__module__.rsplit('.', 1)[-1]}"
    _module = _sys.modules.get(_file)
    if _module is None:
        _module = _sys.modules[_file] = _types.ModuleType(_file)
        globals()[_file.rsplit(".", 1)[-1]] = _module
    setattr(_module, _name, _class)


class _BatchNorm(Module):
    """What isinstance takes for any batch normalization."""


class _Meta(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, cls._of)

    def __subclasscheck__(cls, other):
        return issubclass(other, cls._of)


def _family(name, *of):
    return _Meta(name, (), {"_of": of})


_g = globals()
_sys.modules[__name__ + ".batchnorm"]._BatchNorm = _family("_BatchNorm", _g["BatchNorm1d"], _g["BatchNorm2d"], _g["BatchNorm3d"])
_sys.modules[__name__ + ".batchnorm"]._NormBase = _family("_NormBase", *[_c for _n, _c in layers.classes.items() if "BatchNorm" in _n or "InstanceNorm" in _n])
_sys.modules[__name__ + ".conv"]._ConvNd = _family("_ConvNd", *[_c for _n, _c in layers.classes.items() if _n.startswith("Conv")])
_sys.modules[__name__ + ".loss"]._Loss = _family("_Loss", *[_c for _n, _c in layers.classes.items() if _n.endswith("Loss")])
_sys.modules[__name__ + ".dropout"]._DropoutNd = _family("_DropoutNd", *[_c for _n, _c in layers.classes.items() if "Dropout" in _n])


def _square_subsequent_mask(sz, device=None, dtype=None):
    import torch

    return torch.triu(torch.full((sz, sz), float("-inf"), dtype=dtype or torch.get_default_dtype(), device=device), diagonal=1)


_g["Transformer"].generate_square_subsequent_mask = staticmethod(_square_subsequent_mask)
_g["Embedding"].from_pretrained = classmethod(
    lambda cls, embeddings, freeze=True, padding_idx=None, **kwargs: _pretrained(cls, embeddings, freeze, padding_idx, **kwargs)
)
_g["EmbeddingBag"].from_pretrained = classmethod(
    lambda cls, embeddings, freeze=True, max_norm=None, norm_type=2.0, scale_grad_by_freq=False, mode="mean", sparse=False, include_last_offset=False, padding_idx=None: _pretrained(
        cls,
        embeddings,
        freeze,
        padding_idx,
        max_norm=max_norm,
        norm_type=norm_type,
        scale_grad_by_freq=scale_grad_by_freq,
        mode=mode,
        sparse=sparse,
        include_last_offset=include_last_offset,
    )
)


def _pretrained(cls, embeddings, freeze, padding_idx, **kwargs):
    if embeddings.dim() != 2:
        raise AssertionError("Embeddings parameter is expected to be 2-dimensional")
    import torch

    rows, cols = embeddings.shape
    state = torch.get_rng_state()
    embedding = cls(num_embeddings=rows, embedding_dim=cols, padding_idx=padding_idx, **kwargs)
    torch.set_rng_state(state)
    embedding.weight = torch.nn.Parameter(embeddings, requires_grad=not freeze)
    return embedding
