import sys as _sys

from ... import _namespace as _n
from ..._bridge import Object as _Object, object_classes as _classes
from ..._calls import make_function as _make

_self = _sys.modules[__name__]
_self._path = "nn.utils.rnn"
_self.__class__ = _n.Namespace


class PackedSequence(_Object):
    __module__ = "torch.nn.utils.rnn"

    def __iter__(self):
        return iter((self.data, self.batch_sizes, self.sorted_indices, self.unsorted_indices))

    def __getitem__(self, index):
        return tuple(self)[index]

    def __repr__(self):
        names = ("data", "batch_sizes", "sorted_indices", "unsorted_indices")
        return f"PackedSequence({', '.join(f'{name}={value!r}' for name, value in zip(names, self))})"

    def to(self, *args, **kwargs):
        return self


_classes["PackedSequence"] = PackedSequence
