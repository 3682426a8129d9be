"""torch.FloatTensor and its kin: makers of tensors of one dtype, and what isinstance takes for their class."""
from ._tensor import Tensor, _legacy


class _Meta(type):
    def __instancecheck__(cls, instance):
        return isinstance(instance, Tensor) and instance.dtype.name == cls._kind

    def __call__(cls, *args):
        import torch

        kind = getattr(torch, cls._kind)
        if len(args) == 1 and isinstance(args[0], (list, tuple)):
            return torch.tensor(args[0], dtype=kind)
        return torch.empty(*args, dtype=kind) if args else torch.empty(0, dtype=kind)


def legacy(name):
    return _Meta(name, (), {"_kind": _legacy[name], "__module__": "torch", "__doc__": f"Makes tensors of dtype {_legacy[name]}, and stands for their class in isinstance."})
