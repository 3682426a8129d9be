"""What stands between the brackets of a tensor, as the engine is told it."""

from . import _bridge as b


_NO_TUPLE = "Using a non-tuple sequence for multidimensional indexing is deprecated and will be changed in pytorch 2.9; use x[tuple(seq)] instead of x[seq]. In pytorch 2.9 this will be interpreted as tensor index, x[torch.tensor(seq)], which will result either in an error or a different result (Triggered internally at /__w/pytorch/pytorch/torch/csrc/autograd/python_variable_indexing.cpp:349.)"


def as_tuple(index):
    """The items of a list that PyTorch takes for a tuple, as it holds more than numbers; None where it is an index by itself."""
    if isinstance(index, (list, str)) and len(index) < 32:
        if any(item is None or item is ... or isinstance(item, (b.Handle, list, tuple, str, slice, range)) for item in index):
            b.warn(_NO_TUPLE)
            return tuple(index)
    return None


def indices(index):
    """Of each item its kind, as one string, and the values."""
    items = index if type(index) is tuple else as_tuple(index) or (index,)
    spec, flat = [], []
    for item in items:
        if isinstance(item, (list, range)):
            import torch

            item = torch.tensor(list(item)) if len(item) else torch.tensor([], dtype=torch.int64)
        elif isinstance(item, str):
            raise TypeError("new(): invalid data type 'str'")
        elif isinstance(item, (float, set, dict)):
            raise IndexError(
                f"only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {type(item).__name__})"
            )
        elif isinstance(item, slice):
            if not all(bound is None or hasattr(bound, "__index__") for bound in (item.start, item.stop, item.step)):
                raise TypeError("slice indices must be integers or None or have an __index__ method")
            item = slice(*[bound if bound is None else bound.__index__() for bound in (item.start, item.stop, item.step)])
        b.put(item, spec, flat)
    return "".join(spec), flat
