"""What stands between the brackets of a tensor, as the engine is told it."""

from . import _bridge as b


def indices(index):
    """Of each item its kind, as one string, and the values."""
    items = index if type(index) is tuple else (index,)
    spec, flat = [], []
    for item in items:
        if isinstance(item, (list, range)):
            import torch

            item = torch.tensor(list(item)) if len(item) else torch.tensor([], dtype=torch.int64)
        elif isinstance(item, str):
            raise TypeError("new(): invalid data type 'str'")
        elif isinstance(item, float):
            raise IndexError(
                f"only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got {type(item).__name__})"
            )
        elif isinstance(item, slice):
            item = slice(*[bound if bound is None else bound.__index__() for bound in (item.start, item.stop, item.step)])
        b.put(item, spec, flat)
    return "".join(spec), flat
