"""PyTorch's names over Layerscope's engine."""
import builtins as _builtins
import math as _math
import sys as _sys

from . import _bridge as _b
from ._lacking import not_here as _not_here
from ._bridge import _e, camel as _camel, encode as _encode, result as _result
from ._arguments import refused as _refused
from ._calls import bind as _bind, device_name as _device_name, make_function as _make
from ._types import ALIASES as _ALIASES, Size, device, dtype, dtypes as _dtypes, formats as _formats, layout, memory_format
from ._tensor import Tensor, missing as _missing
from . import _operators as _operators_of_tensors  # they are methods of Tensor from now on
from ._parameter import Buffer as _Buffer, Parameter as _Parameter
from . import _namespace as _n

__version__ = "2.13.0"
_self = _sys.modules[__name__]
_self.__class__ = _n.Namespace
_self._path = ""
# What the engine has as functions of its own: in PyTorch they are methods alone, or there are none.
_self._without = frozenset(
    "add_ addcdiv_ addcmul_ at bitwise_and_ bitwise_not_ bitwise_or_ bitwise_xor_ contiguous copy_ deepcopy div_ erfinv_ expand expand_as index_add_ index_copy_ index_fill_ lerp_ linear"
    " interrupt_by leave_out_values listen_to_warnings masked_fill_ masked_scatter_ mul_ observe pow_ put_ repeat reshape_as scatter_ scatter_add_ scatter_reduce_ set_print_options sign_ slice sub_ summarize view view_as with_device".split()
)

for _name, _value in _dtypes.items():
    globals()[_name] = _value
for _name, _alias in _ALIASES.items():
    globals()[_name] = _dtypes[_alias]
bool_ = _dtypes["bool"]
_float, _int, _bool = _builtins.float, _builtins.int, _builtins.bool

strided = layout("strided")
sparse_coo = layout("sparse_coo")
globals().update(_formats)
pi, e, inf, nan = _math.pi, _math.e, _math.inf, _math.nan
newaxis = None

# ---- errors


class _LinAlgError(RuntimeError):
    """What a matrix has not: an inverse, a factorization."""


_LinAlgError.__name__ = _LinAlgError.__qualname__ = "_LinAlgError"
_LinAlgError.__module__ = "torch._C"
import pickle as _pickle

_b.errors.update(
    RuntimeError=RuntimeError,
    ValueError=ValueError,
    IndexError=IndexError,
    KeyError=KeyError,
    AttributeError=AttributeError,
    TypeError=TypeError,
    AssertionError=AssertionError,
    NotImplementedError=NotImplementedError,
    LinAlgError=_LinAlgError,
    UnpicklingError=_pickle.UnpicklingError,
    RecursionError=RecursionError,
)

# ---- tensors out of Python's values


def _shape_of(data):
    shape = []
    while type(data) in (list, tuple, _builtins.range, Size):
        shape.append(len(data))
        if not len(data):
            break
        data = data[0]
    return shape


def _flatten(data, shape, depth, out):
    if depth == len(shape):
        if type(data) in (list, tuple):
            raise TypeError("not a sequence")
        out.append(data)
        return
    if type(data) not in (list, tuple, _builtins.range, Size):
        raise TypeError(f"not a sequence")
    if len(data) != shape[depth]:
        raise ValueError(f"expected sequence of length {shape[depth]} at dim {depth} (got {len(data)})")
    if depth == len(shape) - 1:
        out.extend(data)
        return
    for item in data:
        _flatten(item, shape, depth + 1, out)


def tensor(data, *, dtype=None, device=None, requires_grad=False, pin_memory=False):
    """A new tensor of the given values: a number, nested lists, or what has them. By default its dtype follows them: bool, int64, or the default one where a number is a float."""
    if dtype is not None or device is not None or requires_grad is not False:
        wrong = _refused("torch", "tensor", (data,), {"dtype": dtype, "device": device, "requires_grad": requires_grad})
        if wrong:
            raise wrong
    if isinstance(data, Tensor):
        import warnings

        warnings.warn(
            "To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).",
            UserWarning,
            stacklevel=2,
        )
        copy = data.detach().clone()
        if dtype is not None:
            copy = copy.to(dtype)
        return copy.requires_grad_(requires_grad) if requires_grad else copy
    if type(data) not in (list, tuple, _int, _float, _bool, _builtins.range, Size):
        if hasattr(data, "tolist"):
            data = data.tolist()
        elif hasattr(data, "__len__") and hasattr(data, "__getitem__") and not isinstance(data, (str, dict)):
            data = list(data)
        elif isinstance(data, str):
            raise TypeError("new(): invalid data type 'str'")
        elif data is None:
            raise RuntimeError("Could not infer dtype of NoneType")
        else:
            raise RuntimeError(f"Could not infer dtype of {type(data).__name__}")
    shape = _shape_of(data)
    values = []
    _flatten(data, shape, 0, values)
    kinds = {type(value) for value in values}
    if not kinds <= {_int, _float, _bool}:
        if any(issubclass(kind, Tensor) for kind in kinds) or any(hasattr(kind, "item") for kind in kinds):
            given = [value for value in values if isinstance(value, Tensor)]
            if any(value.numel() != 1 for value in given):
                raise ValueError("only one element tensors can be converted to Python scalars")
            values = [value.item() if hasattr(value, "item") else value for value in values]
            if dtype is None and len(given) == len(values) and given:
                dtype = given[0].dtype
            kinds = {type(value) for value in values}
        else:
            bad = next(value for value in values if type(value) not in (_int, _float, _bool))
            if type(bad) in (list, tuple):
                if type(values[0]) not in (list, tuple):
                    raise TypeError(f"'{type(bad).__name__}' object cannot be interpreted as an integer")
                raise ValueError(f"expected sequence of length {len(bad)} at dim {len(shape)} (got {len(bad)})")
            if isinstance(bad, str):
                raise ValueError(f"too many dimensions '{type(bad).__name__}'") if bad is values[0] else TypeError(f"new(): invalid data type '{type(bad).__name__}'")
            if isinstance(bad, (_int, _float)):
                values = [_float(value) if isinstance(value, _float) else _int(value) for value in values]
                kinds = {type(value) for value in values}
            else:
                raise RuntimeError(f"Could not infer dtype of {type(bad).__name__}")
    if any(type(value) is _int and not -(2**63) <= value < 2**64 for value in values):
        raise ValueError("Overflow when unpacking long long")
    if dtype is None:
        dtype = get_default_dtype() if _float in kinds or not kinds else _dtypes["int64"] if _int in kinds else _dtypes["bool"]
    from ._types import _put_dtype

    _put_dtype(dtype, [], [])
    options = {}
    if requires_grad:
        options["requiresGrad"] = True
    if device is not None:
        options["device"] = _device_name(device)
    spec, flat = _encode((), options or None)
    return _result(_e.tensor(_numbers(values), ",".join(map(str, shape)), dtype.name, spec or "{}", *flat))


def _numbers(values):
    from array import array

    from pyodide.ffi import to_js

    return to_js(array("d", values))


def as_tensor(data, dtype=None, device=None):
    """The tensor itself, or one of the given values."""
    if isinstance(data, Tensor):
        return data if dtype is None or dtype is data.dtype else data.to(dtype)
    return tensor(data, dtype=dtype, device=device)


asarray = as_tensor


def scalar_tensor(value, *, dtype=None, device=None, requires_grad=False):
    """A tensor without dimensions that holds a number."""
    return tensor(value, dtype=dtype or get_default_dtype(), device=device, requires_grad=requires_grad)


def from_numpy(array):
    """A tensor with the values of an array of NumPy."""
    if type(array).__name__ != "ndarray":
        raise TypeError(f"expected np.ndarray (got {type(array).__name__})")
    return tensor(array)


def _with_dtype(name, infer):
    made = _make(_camel(name), name, "torch")

    def function(*args, dtype=None, **kwargs):
        if dtype is None:
            dtype = infer(args, kwargs)
        if dtype is not None:
            kwargs["dtype"] = dtype
        return made(*args, **kwargs)

    function.__name__ = name
    return function


def _float_if_any(args, kwargs):
    if any(type(arg) is _float for arg in args) or any(type(kwargs.get(key)) is _float for key in ("start", "end", "step", "fill_value")):
        return get_default_dtype()
    return None


arange = _with_dtype("arange", _float_if_any)
full = _with_dtype("full", _float_if_any)


from ._legacy import range, tensordot, unsafe_chunk, unsafe_split  # noqa: E402


def is_tensor(obj):
    """Whether an object is a tensor."""
    return isinstance(obj, Tensor)


def is_storage(obj):
    """False: storages have no class of their own here."""
    return False


def is_floating_point(input):
    return input.dtype.is_floating_point


def is_complex(input):
    return input.dtype.is_complex


def typename(obj):
    """The name of the class of an object, for tensors that of their dtype."""
    if isinstance(obj, Tensor):
        return obj.type()
    module = getattr(obj, "__module__", "") or ""
    if module in ("builtins", "__builtin__", ""):
        cls = type(obj) if not hasattr(obj, "__qualname__") else obj
        return cls.__qualname__ if module else type(obj).__qualname__
    name = obj.__qualname__ if hasattr(obj, "__qualname__") else type(obj).__qualname__
    return f"{module}.{name}"


# ---- modes and seeds

from .autograd.grad_mode import enable_grad, inference_mode, is_grad_enabled, no_grad, set_grad_enabled  # noqa: E402

from ._random import Generator, default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state  # noqa: E402


def get_default_dtype():
    return _default[0]


_default = [_dtypes["float32"]]


def set_default_dtype(d):
    if not isinstance(d, dtype):
        raise TypeError("invalid dtype object: only floating-point types are supported as the default type")
    if not d.is_floating_point:
        raise TypeError("only floating-point types are supported as the default type")
    spec, flat = _encode((d,))
    _result(_e.call(_b._find("setDefaultDtype"), spec, *flat))
    _default[0] = d


def set_default_tensor_type(t):
    """Sets the default dtype by the name of a class of tensors."""
    set_default_dtype(_dtypes["float64" if "Double" in str(t) else "float32"])


def get_default_device():
    return device(_result(_e.call(_b._find("getDefaultDevice"), "")))


def set_default_device(d):
    _result(_e.call(_b._find("setDefaultDevice"), "v", _device_name(d) or "cpu"))


_print = _make("setPrintOptions", "set_printoptions", "torch")


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """How tensors are printed: digits, how many elements are shown at all, and how many at each edge of more."""
    given = {"precision": precision, "threshold": threshold, "edgeItems": edgeitems, "lineWidth": linewidth, "profile": profile, "sciMode": sci_mode}
    options = {key: value for key, value in given.items() if value is not None}
    spec, flat = _encode((), options or None)
    _result(_e.call(_b._find("setPrintOptions"), spec or "{}", *flat))


def use_deterministic_algorithms(mode, *, warn_only=False):
    """Kept and without effect: what runs here is deterministic."""
    _deterministic[0] = not not mode


_deterministic = [False]


def are_deterministic_algorithms_enabled():
    """What use_deterministic_algorithms was last given."""
    return _deterministic[0]


def is_autocast_enabled(device_type=None):
    """False: nothing is computed in less precision here."""
    return False


def set_float32_matmul_precision(precision):
    """Taken and without effect: products are computed in full precision."""
    pass


def get_float32_matmul_precision():
    """'highest': products are computed in full precision."""
    return "highest"


def compile(model=None, **kwargs):
    """The model as it is: nothing is compiled here."""
    if model is None:
        return lambda model: model
    return model


def set_num_interop_threads(count):
    """Taken and without effect."""
    pass


class finfo:
    def __init__(self, dtype=None):
        dtype = dtype or get_default_dtype()
        spec, flat = _encode((dtype,))
        found = _result(_e.call(_b._find("finfo"), spec, *flat))
        self.bits = dtype.itemsize * 8
        for key in ("eps", "max", "min", "tiny", "resolution", "smallest_normal"):
            self.__dict__[key] = _float(found[key] if isinstance(found, dict) else getattr(found, key))
        self.dtype = dtype.name

    def __repr__(self):
        d = self
        return f"finfo(resolution={d.resolution:g}, min={d.min:g}, max={d.max:g}, eps={d.eps:g}, smallest_normal={d.smallest_normal:g}, tiny={d.tiny:g}, dtype={d.dtype})"


class iinfo:
    def __init__(self, dtype):
        spec, flat = _encode((dtype,))
        found = _result(_e.call(_b._find("iinfo"), spec, *flat))
        self.bits = dtype.itemsize * 8
        for key in ("min", "max"):
            self.__dict__[key] = _int(found[key] if isinstance(found, dict) else getattr(found, key))
        self.dtype = dtype.name
        if dtype.name == "int64":
            self.min, self.max = -(2**63), 2**63 - 1

    def __repr__(self):
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"


# ---- what is said a little differently

_split = _make("split", "split", "torch")


def split(tensor, split_size_or_sections, dim=0):
    return _split(tensor, split_size_or_sections, dim)


_einsum = _make("einsum", "einsum", "torch")


def einsum(equation, *operands):
    if isinstance(equation, Tensor):
        # Each operand with a list of numbers for its dimensions, and at the end one for those of the result.
        given = [equation, *operands]
        letters = [chr(ord("a") + i) for i in _builtins.range(26)] + [chr(ord("A") + i) for i in _builtins.range(26)]
        texts = ["".join("..." if each is ... else letters[each] for each in given[i]) for i in _builtins.range(1, len(given), 2)]
        result = "->" + "".join("..." if each is ... else letters[each] for each in given[-1]) if len(given) % 2 else ""
        equation, operands = ",".join(texts) + result, given[: len(given) - len(given) % 2 : 2]
    elif not isinstance(equation, str):
        raise TypeError(f"einsum(): argument 'equation' (position 1) must be str, not {type(equation).__name__}")
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = operands[0]
    return _einsum(equation, *operands)


def _star(name):
    made = _make(_camel(name), name, "torch")

    def function(*tensors, **kwargs):
        if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
            tensors = tensors[0]
        return made(*tensors, **kwargs)

    function.__name__ = name
    return function


broadcast_tensors = _star("broadcast_tensors")
_broadcast_shapes = _make("broadcastShapes", "broadcast_shapes", "torch")


def broadcast_shapes(*shapes):
    """The shape that tensors of these shapes are broadcast to."""
    return Size(_broadcast_shapes(*shapes))



def meshgrid(*tensors, indexing=None):
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tensors[0]
    options = {"indexing": indexing} if indexing else None
    if indexing is None:
        _b.warn_once("torch.meshgrid: in an upcoming release, it will be required to pass the indexing argument. (Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/TensorShape.cpp:4215.)")
    wrong = next((each for each in tensors if each.ndim > 1), None)
    if wrong is not None:
        raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {wrong}")
    spec, flat = _encode(tensors, options)
    return _result(_e.call(_b._find("meshgrid"), spec, *flat))


_ranks = {"bool": 0, "uint8": 1, "int8": 1, "int16": 1, "int32": 1, "int64": 1}


def can_cast(from_, to):
    """Whether promotion may make one dtype of another: a bool is any number, an integer any but a bool."""
    rank = [_ranks.get(_builtins.str(each).removeprefix("torch."), 2) for each in (from_, to)]
    return rank[0] <= rank[1]


def is_nonzero(input):
    return _bool(input)


def save(obj, f, pickle_module=None, pickle_protocol=2, _use_new_zipfile_serialization=True):
    """Writes tensors, state dictionaries, lists and numbers to a file, which PyTorch reads too."""
    spec, flat = _encode((_for_file(obj),))
    data = _e.saved(spec, *flat)
    if isinstance(data, str):
        raise _b.raised(data)
    data = data.to_bytes() if hasattr(data, "to_bytes") else bytes(data.to_py())
    if hasattr(f, "write"):
        f.write(data)
    else:
        import os

        folder = os.path.dirname(f)
        if folder and not os.path.isdir(folder):
            raise RuntimeError(f"Parent directory {folder} does not exist.")
        with open(f, "wb") as file:
            file.write(data)


def load(f, map_location=None, pickle_module=None, *, weights_only=True, mmap=None, **kwargs):
    """Reads what `torch.save` has written: numbers, tensors, lists and dictionaries of them."""
    if hasattr(f, "read"):
        data = f.read()
    else:
        with open(f, "rb") as file:
            data = file.read()
    from pyodide.ffi import to_js

    return _from_file(_result(_e.loaded(to_js(data))))


def _for_file(value, place="obj"):
    """What weights files hold: tensors, numbers, texts and containers of them; tuples are kept as such. PyTorch writes more, which it does not load unless told to run it."""
    kind = type(value)
    if isinstance(value, tuple):
        return _b.Tuple([_for_file(item, f"{place}[{i}]") for i, item in enumerate(value)])
    if isinstance(value, list):
        return [_for_file(item, f"{place}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, dict):
        known = kind if kind in (dict, _b.OrderedDict) else dict
        return known((key, _for_file(item, f"{place}[{key!r}]")) for key, item in value.items())
    if value is None or isinstance(value, (_bool, _int, _float, _builtins.str, set, Tensor, device, dtype)):
        return value
    if isinstance(value, nn.Module):
        raise _not_here(
            f"torch.save: {place} is a module ({kind.__name__}), which PyTorch pickles as its class and Layerscope's engine cannot. "
            "Save its state_dict(), and load that by load_state_dict() into a module that you make anew"
        )
    raise _not_here(
        f"torch.save: {place} is an object of the class {kind.__name__}, which Layerscope's engine cannot pickle, and which PyTorch loads with weights_only=False alone. "
        "Save tensors, numbers, texts, and lists, tuples and dicts of them"
    )


def _from_file(value):
    """The engine has one kind of dictionary for those that are ordered and those with other keys than strings."""
    kind = type(value)
    if kind in (list, tuple):
        return kind([_from_file(item) for item in value])
    if kind is _b.OrderedDict and not all(type(key) is str for key in value):
        kind = dict
    return kind((key, _from_file(item)) for key, item in value.items()) if kind in (dict, _b.OrderedDict) else value


def manual_seed_all(seed):
    manual_seed(seed)


# ---- the other modules

_n.namespace("torch.linalg", "linalg").LinAlgError = _LinAlgError
from . import accelerator, autograd, cuda, nn, optim, utils, distributions, backends, random, hub, jit, testing, version, amp, types, mps, xpu, compiler, distributed, serialization, return_types, special, func, overrides, _C  # noqa: E402

# What is a file here may be a folder of files there: whoever imports one of those is told what is missing where he uses it (_layerscope/standins.py).
for _name, _module in list(_sys.modules.items()):
    if _name.startswith("torch.") and not hasattr(_module, "__path__"):
        _module.__path__ = []
from . import _functions  # they are functions and methods from now on

from .amp import autocast  # noqa: E402
from .func import vmap  # noqa: E402
from .autograd.function import Function as _Function  # noqa: E402
for _name in ("FloatTensor", "DoubleTensor", "IntTensor", "LongTensor", "BoolTensor", "ByteTensor"):
    from ._legacy import legacy as _legacy_class

    globals()[_name] = _legacy_class(_name)

from ._parameter import Parameter as _P  # noqa: E402

Tensor.__module__ = "torch"
