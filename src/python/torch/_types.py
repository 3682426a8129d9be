"""torch.dtype, torch.Size, torch.device and their kin."""
from . import _modes
from ._lacking import not_here
from ._bridge import _e, _puts, _loads, _makers, errors, put

NAMES = {"float32": (True, 4), "float64": (True, 8), "int32": (False, 4), "int64": (False, 8), "uint8": (False, 1), "bool": (False, 1)}


class dtype:
    """A type of elements."""

    __slots__ = ("name", "is_missing", "is_floating_point", "is_complex", "itemsize", "is_signed")

    def __new__(cls, *args, **kwargs):
        raise TypeError("cannot create 'torch.dtype' instances")

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return self.name

    def __hash__(self):
        return hash(self.name)

    def __eq__(self, other):
        return self is other

    def to_real(self):
        """The dtype itself: there are no complex numbers here."""
        return self

    def __deepcopy__(self, memo):
        return self


dtype.__module__ = "torch"
dtypes = {}


def _dtype(name, is_floating_point, itemsize, is_missing=False):
    new = object.__new__(dtype)
    new.name, new.is_missing, new.itemsize = name, is_missing, itemsize
    new.is_floating_point = is_floating_point
    new.is_complex = name.startswith("complex")
    new.is_signed = name not in ("uint8", "bool")
    dtypes[name] = new
    return new


_sizes = {"float16": 2, "bfloat16": 2, "int8": 1, "int16": 2, "complex64": 8, "complex128": 16}
for _name in (*NAMES, *_sizes):
    _value = _e.value(_name)
    _is_known = type(_value) is str and _value.startswith('["d"')
    _dtype(_name, "float" in _name, NAMES.get(_name, (0, _sizes.get(_name)))[1], not _is_known)

ALIASES = {"float": "float32", "double": "float64", "half": "float16", "int": "int32", "long": "int64", "short": "int16", "cfloat": "complex64", "cdouble": "complex128"}


def _put_dtype(value, spec, flat):
    if value.is_missing:
        raise not_here(f"torch.{value.name} is not in Layerscope's engine; it has float32, float64, int64, int32, uint8 and bool")
    spec.append("d")
    flat.append(value.name)


_puts[dtype] = _put_dtype
_makers["d"] = lambda value: dtypes[value[1]]


def _size(i, value):
    try:
        return value.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"torch.Size() takes an iterable of 'int' (item {i} is '{type(value).__name__}')") from None


class Size(tuple):
    """A shape."""

    __slots__ = ()

    def __new__(cls, sizes=()):
        self = tuple.__new__(cls, sizes)
        for size in self:
            if type(size) is not int:
                return tuple.__new__(cls, [_size(i, each) for i, each in enumerate(self)])
        return self

    def __repr__(self):
        return f"torch.Size([{', '.join(map(str, self))}])"

    __str__ = __repr__

    def numel(self):
        """How many elements a tensor of this shape has."""
        product = 1
        for size in self:
            product *= size
        return product

    def __getitem__(self, index):
        item = tuple.__getitem__(self, index)
        return Size(item) if isinstance(index, slice) else item

    def __add__(self, other):
        return Size(tuple.__add__(self, tuple(other)))

    def __radd__(self, other):
        return Size(tuple(other) + tuple(self))

    def __mul__(self, times):
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def __reduce__(self):
        return (Size, (tuple(self),))


Size.__module__ = "torch"
_makers["S"] = lambda value: Size(value[1:])

_devices = ("cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla", "lazy", "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone")


class device:
    """Where tensors live."""

    __slots__ = ("type", "index")

    def __init__(self, type, index=None):
        if isinstance(type, device):
            type, index = type.type, type.index
        elif isinstance(type, int):
            type, index = "cuda", type
        elif ":" in type:
            type, at = type.split(":")
            if not at.isdigit():
                raise RuntimeError(f"Invalid device string: '{type}:{at}'")
            index = int(at)
        if type not in _devices:
            raise RuntimeError(f"Expected one of {', '.join(_devices)} device type at start of device string: {type}")
        self.type, self.index = type, index

    def __repr__(self):
        index = "" if self.index is None else f", index={self.index}"
        return f"device(type='{self.type}'{index})"

    def __str__(self):
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other):
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self):
        return hash((self.type, self.index))

    def __enter__(self):
        from . import get_default_device, set_default_device

        before = get_default_device()
        _modes.opened(self)
        _before.append((self, before))
        set_default_device(self)
        return self

    def __exit__(self, *_):
        from . import set_default_device

        # Interrupted, it may not have come to it.
        if _before and _before[-1][0] is self:
            set_default_device(_before[-1][1])
            _before.pop()
        _modes.closed(self)


# The devices whose `with` is open, each with the one before it.
_before = []
device.__module__ = "torch"


def _put_device(value, spec, flat):
    from ._calls import device_name

    spec.append("v")
    flat.append(device_name(value))


_puts[device] = _put_device


class memory_format:
    """The order of dimensions in memory."""

    __slots__ = ("name",)

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"torch.{self.name}"


formats = {name: memory_format(name) for name in ("contiguous_format", "preserve_format", "channels_last", "channels_last_3d")}


class layout(memory_format):
    """How the elements of a tensor lie in memory."""

    pass


def refuse(name):
    raise not_here(f"{name} is not in Layerscope's engine")
