"""What a tensor is: its shape, dtype, device and memory."""
from ._arguments import refuse
from ._bridge import Handle, _e, result
from ._formats import ORDERS, is_in
from ._types import Size, device, dtypes

_sizes = _e.sizes


class _Storage:
    def __init__(self, holder, tensor):
        self._holder, self._tensor = holder, tensor

    def data_ptr(self):
        return self._holder._id * 4096

    def __eq__(self, other):
        return isinstance(other, _Storage) and self._holder is other._holder

    def __hash__(self):
        return self._holder._id

    def size(self):
        return result(_e.get(self._holder._id, "length"))

    __len__ = size

    def nbytes(self):
        return _Storage.size(self) * self._tensor.dtype.itemsize


class _UntypedStorage(_Storage):
    """One that counts in bytes."""

    def size(self):
        return self.nbytes()

    __len__ = size


class ReadOnly(property):
    """A property that says as PyTorch's do that it cannot be set."""

    def __set__(self, instance, value):
        raise AttributeError(f"attribute '{self.fget.__name__}' of 'torch._C.TensorBase' objects is not writable")


class TensorFacts(Handle):
    __slots__ = ("_dtype",)

    @ReadOnly
    def shape(self):
        text = _sizes(self._id)
        return Size(map(int, text.split(","))) if text else Size()

    def size(self, dim=None):
        shape = self.shape
        if dim is None:
            return shape
        if type(dim) is not int:
            refuse("size", self, dim)
            dim = dim.__index__()
        if not -max(len(shape), 1) <= dim < max(len(shape), 1) or not shape:
            bound = max(len(shape), 1)
            if not shape:
                raise IndexError("dimension specified as " + str(dim) + " but tensor has no dimensions")
            raise IndexError(f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], but got {dim})")
        return shape[dim]

    def stride(self, dim=None):
        text = _e.strides(self._id)
        strides = tuple(map(int, text.split(","))) if text else ()
        if dim is None:
            return strides
        self.size(dim)
        return strides[dim]

    @ReadOnly
    def ndim(self):
        text = _sizes(self._id)
        return text.count(",") + 1 if text else 0

    def dim(self):
        return self.ndim

    ndimension = dim

    @ReadOnly
    def dtype(self):
        try:
            return self._dtype
        except AttributeError:
            self._dtype = found = dtypes[_e.dtype(self._id)]
            return found

    @ReadOnly
    def device(self):
        return device(result(_e.get(self._id, "device")))

    @ReadOnly
    def layout(self):
        import torch

        return torch.strided

    is_cuda = is_sparse = is_quantized = is_mps = is_xpu = is_mkldnn = is_nested = False
    is_cpu = property(lambda self: self.device.type == "cpu")
    is_meta = property(lambda self: self.device.type == "meta")
    itemsize = property(lambda self: self.dtype.itemsize)
    nbytes = property(lambda self: self.numel() * self.dtype.itemsize)

    def element_size(self):
        return self.dtype.itemsize

    def is_floating_point(self):
        return self.dtype.is_floating_point

    def is_complex(self):
        return self.dtype.is_complex

    def is_signed(self):
        return self.dtype.is_signed

    def is_contiguous(self, memory_format=None):
        if memory_format is not None and memory_format.name in ORDERS:
            return is_in(self, memory_format.name)
        return result(_e.invoke(self._id, "isContiguous", ""))

    @property
    def real(self):
        return self

    def conj(self):
        """The tensor itself: there are no complex numbers here."""
        return self

    resolve_conj = resolve_neg = conj

    def get_device(self):
        """-1: the tensor is on the CPU."""
        return -1

    def storage_offset(self):
        return result(_e.invoke(self._id, "storageOffset", ""))

    def numel(self):
        product = 1
        for size in self.shape:
            product *= size
        return product

    nelement = numel

    def untyped_storage(self):
        """What holds the elements."""
        return _UntypedStorage(result(_e.get(self._id, "storage")), self)

    def storage(self):
        """What holds the elements, which counts in elements."""
        return _Storage(result(_e.get(self._id, "storage")), self)

    def data_ptr(self):
        """A number that stands for where the elements lie."""
        return self.untyped_storage().data_ptr() + self.storage_offset() * self.dtype.itemsize


for _value in vars(TensorFacts).values():
    if callable(_value) and hasattr(_value, "__qualname__"):
        _value.__qualname__ = f"Tensor.{_value.__name__}"
