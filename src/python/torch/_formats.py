"""The order of dimensions in memory: what a program asks for, and what is computed from it keeps."""
import re

from ._bridge import _e

ORDERS = {"channels_last": (0, 2, 3, 1), "channels_last_3d": (0, 2, 3, 4, 1)}
asked = []  # formats that a program has asked for: until then nothing has to be kept
# Functions and layers whose results PyTorch lays out as their inputs are; of the others the engine knows it by itself.
_KEEPING = re.compile(r"conv|batch_?norm|group_?norm|pool|interpolate|upsampl|pad|^cat$|^concat|^roll$", re.I)


def is_in(tensor, name):
    """Whether the elements lie in that order without gaps."""
    shape, strides, step = tensor.shape, tensor.stride(), 1
    order = ORDERS[name]
    if len(shape) != len(order):
        return False
    for dim in (order[-1], *reversed(order[1:-1]), 0):
        if shape[dim] != 1:
            if strides[dim] != step:
                return False
            step *= shape[dim]
    return True


def in_format(tensor, format, in_both=True):
    """The tensor in that order: itself, where it is. `in_both`: one that lies in order either way will do."""
    if format is None or format.name == "preserve_format":
        return tensor
    if format.name == "contiguous_format":
        return tensor.contiguous()
    import torch

    order = ORDERS[format.name]
    if tensor.ndim != len(order):
        raise RuntimeError(f"required rank {len(order)} tensor to use {format.name} format")
    asked.append(format.name)
    if is_in(tensor, format.name) and (in_both or not tensor.is_contiguous()):
        return tensor
    shape = [tensor.shape[dim] for dim in order]
    back = [order.index(dim) for dim in range(len(order))]
    return torch.empty(shape, dtype=tensor.dtype, device=tensor.device).permute(back).copy_(tensor)


def keeps(name):
    return _KEEPING.search(name) is not None


def keep(output, inputs):
    """Lays the result of a function that keeps them out as what it was computed from."""
    from ._tensor import Tensor
    from ._types import formats

    if not isinstance(output, Tensor):
        return output
    operands = [each for group in inputs for each in (group if isinstance(group, (list, tuple)) else (group,))]
    for format, order in ORDERS.items():
        given = [each for each in operands if isinstance(each, Tensor) and each.ndim == len(order)]
        enough = all if len(operands) > len(inputs) else any  # of a list that is put together, all
        if output.ndim == len(order) and given and enough(is_in(each, format) and not each.is_contiguous() for each in given) and not is_in(output, format):
            _e.assign(output._id, in_format(output.detach(), formats[format])._id)
    return output
