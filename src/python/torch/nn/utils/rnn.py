import sys as _sys

from ... import _namespace as _n
from ..._bridge import Object as _Object, _e, encode as _encode, object_classes as _classes, result as _result
from ..._calls import make_function as _make

_self = _sys.modules[__name__]
_self._path = "nn.utils.rnn"
_self.__class__ = _n.Namespace


class PackedSequence(_Object):
    __module__ = "torch.nn.utils.rnn"
    _fields = ("data", "batch_sizes", "sorted_indices", "unsorted_indices")

    def __new__(cls, data, batch_sizes=None, sorted_indices=None, unsorted_indices=None):
        given = [each for each in (data, batch_sizes, sorted_indices, unsorted_indices) if each is not None]
        spec, flat = _encode(given)
        return _result(_e.make("nn.utils.rnn.PackedSequence", spec, *flat))

    def __init__(self, *_, **__):
        pass

    def __len__(self):
        return 4

    def __eq__(self, other):
        return self is other

    __hash__ = object.__hash__
    is_cuda = False

    def __iter__(self):
        return iter((self.data, self.batch_sizes, self.sorted_indices, self.unsorted_indices))

    def __getitem__(self, index):
        return tuple(self)[index]

    def __repr__(self):
        names = ("data", "batch_sizes", "sorted_indices", "unsorted_indices")
        return f"PackedSequence({', '.join(f'{name}={value!r}' for name, value in zip(names, self))})"

    def to(self, *args, **kwargs):
        data = self.data.to(*args, **kwargs)
        return self if data is self.data else PackedSequence(data, *tuple(self)[1:])


_classes["PackedSequence"] = PackedSequence


_unpad = _make("nn.utils.rnn.unpadSequence", "unpad_sequence", "torch.nn.utils.rnn")


_pad = _make("nn.utils.rnn.padSequence", "pad_sequence", "torch.nn.utils.rnn")


def pad_sequence(sequences, batch_first=False, padding_value=0.0, padding_side="right"):
    """Sequences of different lengths as one tensor, each made as long as the longest."""
    if not hasattr(sequences, "__iter__"):
        raise RuntimeError(f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}")
    return _pad(list(sequences), batch_first=batch_first, padding_value=padding_value, padding_side=padding_side)


def unpad_sequence(padded_sequences, lengths, batch_first=False):
    """The sequences that were padded, each with its own length."""
    return list(_unpad(padded_sequences, lengths, batch_first=batch_first))


def unpack_sequence(packed_sequences):
    """The sequences that were packed, in their order."""
    padded, lengths = _self.pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)
