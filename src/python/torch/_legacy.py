"""torch.FloatTensor and its kin: makers of tensors of one dtype, and what isinstance takes for their class. And functions that PyTorch has under other names now."""
import builtins

from ._bridge import warn
from ._calls import make_function
from ._out import into
from ._tensor import Tensor, _legacy

_tensordot = make_function("tensordot", "tensordot", "torch")


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


def range(start=0, end=None, step=1, *, out=None, dtype=None, layout=None, device=None, requires_grad=False):
    """Deprecated: `arange` up to and with the end."""
    import torch

    warn(
        "torch.range is deprecated and will be removed in a future release because its behavior is inconsistent with Python's range builtin. Instead, use torch.arange, which produces values in [start, end)."
    )
    if end is None:
        start, end = 0, start
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    values = [start + step * i for i in builtins.range(int((end - start) / step) + 1)]
    return torch.tensor(values, dtype=dtype or torch.get_default_dtype(), device=device, requires_grad=requires_grad)


def unsafe_chunk(input, chunks, dim=0):
    """`chunk`."""
    return input.chunk(chunks, dim)


def unsafe_split(tensor, split_size, dim=0):
    """`split`."""
    return tensor.split(split_size, dim)


def tensordot(a, b, dims=2, out=None):
    """Products summed over dimensions of both tensors: the last `dims` of the first and the first of the second, or those that two lists name."""
    if out is not None:
        return into(out, tensordot, "tensordot", (a, b, dims), {})
    if isinstance(dims, Tensor):
        dims = dims.tolist()
    if isinstance(dims, int) and dims < 0:
        raise RuntimeError(f"tensordot expects dims >= 0, but got dims={dims}")
    return _tensordot(a, b, dims)
