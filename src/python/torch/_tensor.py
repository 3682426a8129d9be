"""torch.Tensor over the engine's: one Python object for each. One file, though a long one: the class and its methods, most of two or three lines."""

from . import _bridge as b, _overrides
from ._absent import Absent
from ._arguments import refuse, refused
from ._bridge import _call, _e, _find, _kinds, _puts, camel, encode, result, snake
from ._calls import device_name, make_function
from ._formats import ORDERS, in_format
from ._indexing import as_tuple, indices
from ._lacking import lacking, not_here
from ._tensor_facts import ReadOnly, TensorFacts
from ._types import Size, device, dtype, dtypes

_item = _e.item


class Tensor(TensorFacts):
    __slots__ = ()
    __module__ = "torch"

    def __new__(cls, *args, **kwargs):
        import torch

        if len(args) == 1 and isinstance(args[0], (list, tuple)) and not isinstance(args[0], Size):
            made = torch.tensor(args[0], dtype=torch.get_default_dtype())
        elif len(args) == 1 and isinstance(args[0], Tensor):
            made = args[0].detach() if cls is Tensor else args[0]
        elif not args:
            made = torch.empty(0)
        elif isinstance(args[0], str):
            raise TypeError("new(): invalid data type 'str'")
        elif len(args) == 1 and not isinstance(args[0], (int, Size)):
            raise TypeError(f"new(): data must be a sequence (got {type(args[0]).__name__})")
        else:
            made = torch.empty(*args)
        if cls is not Tensor and cls not in _kinds:
            made = made.as_subclass(cls)
        return made

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.__module__.partition(".")[0] != "torch":
            _overrides.watch(cls)

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        with _overrides.disabled():
            return _overrides.converted(func(*args, **(kwargs or {})), cls)

    @staticmethod
    def _make_subclass(cls, data, require_grad=False):
        new = data.detach().as_subclass(cls)
        new.requires_grad = require_grad
        return new

    def as_subclass(self, cls):
        """The same elements as an instance of a subclass."""
        other = self.view(self.shape)
        other.__class__ = cls
        return other

    @property
    def data(self):
        return result(_e.get(self._id, "data"))

    @data.setter
    def data(self, value):
        if not isinstance(value, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
        result(_e.assign(self._id, value._id))
        self._forget_dtype()

    def _forget_dtype(self):
        try:
            del self._dtype
        except AttributeError:
            pass

    @property
    def grad(self):
        found = _e.get(self._id, "grad")
        if found == "" and not self.is_leaf and self.requires_grad and not self.retains_grad:
            b.warn(_NOT_A_LEAF)
        return result(found)

    @grad.setter
    def grad(self, value):
        if value is not None:
            if not isinstance(value, Tensor):
                raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}")
            if value.shape != self.shape:
                raise RuntimeError(
                    f"attempting to assign a gradient of size '{list(value.shape)}' to a tensor of size '{list(self.shape)}'. Please ensure that the gradient and the tensor are the same size"
                )
            if value.dtype != self.dtype:
                raise RuntimeError(_OTHER_GRADIENT.format(_cpp[value.dtype.name], _scalar_types[self.dtype.name]))
        spec, flat = encode((value,))
        result(_e.set(self._id, "grad", spec, *flat))

    @grad.deleter
    def grad(self):
        self.grad = None

    @property
    def requires_grad(self):
        return result(_e.get(self._id, "requiresGrad"))

    @requires_grad.setter
    def requires_grad(self, value):
        if not isinstance(value, bool):
            raise RuntimeError("requires_grad must be a bool")
        if value and not self.dtype.is_floating_point:
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        self.requires_grad_(value)

    def requires_grad_(self, *args, **kwargs):
        if kwargs or args and type(args[0]) is not bool or len(args) > 1:
            refuse("requires_grad_", self, *args, **kwargs)
        spec, flat = encode((args[0] if args else kwargs.get("requires_grad", True),))
        result(_e.invoke(self._id, "requiresGrad_", spec, *flat))
        return self

    def retain_grad(self):
        result(_e.invoke(self._id, "retainGrad", ""))

    retains_grad = property(lambda self: result(_e.get(self._id, "retainsGrad")))

    @ReadOnly
    def is_leaf(self):
        return result(_e.get(self._id, "isLeaf"))

    @ReadOnly
    def grad_fn(self):
        node = result(_e.gradFn(self._id))
        return node

    @property
    def output_nr(self):
        return 0

    @property
    def _version(self):
        return result(_e.get(self._id, "version"))["value"]

    @property
    def _base(self):
        return result(_e.get(self._id, "base"))

    def register_hook(self, hook):
        spec, flat = encode((_checked(hook) if callable(hook) else hook,))
        return result(_e.invoke(self._id, "registerHook", spec, *flat))

    def register_post_accumulate_grad_hook(self, hook):
        spec, flat = encode((hook,))
        return result(_e.invoke(self._id, "registerPostAccumulateGradHook", spec, *flat))

    def backward(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        if gradient is not None and not isinstance(gradient, Tensor):
            if not hasattr(gradient, "__iter__"):
                raise TypeError(f"'{type(gradient).__name__}' object is not iterable")
            for each in gradient:
                if each is not None and not isinstance(each, Tensor):
                    raise TypeError(f"gradients can be either Tensors or None, but got {type(each).__name__}")
            (gradient,) = gradient
        import torch

        torch.autograd.backward([self], None if gradient is None else [gradient], retain_graph, create_graph, inputs=inputs)

    def detach(self):
        return result(_e.invoke(self._id, "detach", ""))

    def detach_(self):
        result(_e.invoke(self._id, "detach_", ""))
        return self

    # ---- values

    def item(self):
        value = _item(self._id)
        if type(value) is str:
            error = b.raised(value)
            raise error
        kind = self.dtype.name
        if kind == "bool":
            return bool(value)
        if not self.dtype.is_floating_point:
            return int(value)
        # JavaScript's -0 arrives as the int 0.
        return float(value) if value else float(self._flat()[0])

    def _flat(self):
        data = _e.elements(self._id)
        if type(data) is str:
            raise b.raised(data)
        values = data.to_py().tolist()
        name = self.dtype.name
        if name == "bool":
            return [value != 0 for value in values]
        return values if self.dtype.is_floating_point else [int(value) for value in values]

    def tolist(self):
        shape = self.shape
        values = self._flat()
        if not shape:
            return values[0]
        for size in reversed(shape[1:]):
            values = [values[i : i + size] for i in range(0, len(values), size)] if size else [[] for _ in range(_before(shape))]
        return values

    def numpy(self, *, force=False):
        """The values as an array of NumPy."""
        if not force and self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        import numpy

        return numpy.array(self.tolist())

    def __array__(self, dtype=None):
        return self.numpy()

    def __repr__(self, *, tensor_contents=None):
        text = _e.text(self._id)
        cls = type(self)
        if cls in _kinds or cls.__module__ == "torch" and cls is not Tensor:
            return text
        learnt = text.startswith("Parameter containing:")
        name = cls.__name__
        text = text[text.index("tensor(") + 6 :].replace("\n ", "\n" + " " * (len(name) - 5))
        return f"Parameter containing:\nParameter({name}{text})" if learnt else name + text

    __str__ = __repr__

    def __format__(self, spec):
        if self.ndim == 0 and not self.is_meta and type(self) is Tensor:
            return self.item().__format__(spec)
        return object.__format__(self, spec)

    def __len__(self):
        shape = self.shape
        if not shape:
            raise TypeError("len() of a 0-d tensor")
        return shape[0]

    def __iter__(self):
        if not self.ndim:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __bool__(self):
        count = self.numel()
        if count != 1:
            if count == 0:
                raise RuntimeError("Boolean value of Tensor with no values is ambiguous")
            raise RuntimeError("Boolean value of Tensor with more than one value is ambiguous")
        return bool(self.item())

    def __int__(self):
        return int(self._only())

    def __float__(self):
        return float(self._only())

    def _only(self):
        if self.numel() != 1:
            raise ValueError("only one element tensors can be converted to Python scalars")
        return self.item()

    def __index__(self):
        if self.dtype.is_floating_point or self.numel() != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __complex__(self):
        return complex(self.item())

    def __contains__(self, element):
        if isinstance(element, (Tensor, int, float, bool)):
            return bool((element == self).any().item())
        raise RuntimeError(f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}.")

    def __hash__(self):
        return id(self)

    def __reversed__(self):
        return self.flip(0) if self.ndim else self

    def __dir__(self):
        engine = {name if name in _TRANSPOSED else snake(name) for name in b._loads(_e.list("Tensor.prototype"))}
        return sorted({*object.__dir__(self), *engine} - _WITHOUT)

    # ---- parts

    def __getitem__(self, index):
        spec, flat = indices(index)
        return result(_call(_at, "t" + spec, self._id, *flat))

    def __setitem__(self, index, value):
        items = index if type(index) is tuple else as_tuple(index) or (index,)
        if not any(item is ... for item in items):
            items = (*items, ...)
        spec, flat = indices(items)
        if not isinstance(value, (Tensor, int, float)):
            if isinstance(value, Absent):
                value._use()
            raise TypeError(f"can't assign a {type(value).__name__} to a {self.type()}")
        value_spec, value_flat = encode((value,))
        given = _call(_put, f"t[{spec}]{value_spec}", self._id, *flat, *value_flat)
        if type(given) is str and given[:1] == "!" and isinstance(value, Tensor):
            return self._set_part(index, value, given)
        result(given)

    def _set_part(self, index, value, given):
        """Where a value does not fit at first: PyTorch leaves out leading dimensions of one, and has its own words for the others."""
        part = None if any(isinstance(item, (list, Tensor)) for item in (index if type(index) is tuple else (index,))) else self[index]
        if part is None or given[2:16] != '"RuntimeError"' or part.dtype != value.dtype:
            result(given)
        fitting = value
        while fitting.ndim > part.ndim and fitting.shape[0] == 1:
            fitting = fitting[0]
        if fitting.ndim > part.ndim:
            raise RuntimeError(
                f"expand({self.type()}{{{list(fitting.shape)}}}, size={list(part.shape)}): the number of sizes provided ({part.ndim}) must be greater or equal to the number of dimensions in the tensor ({fitting.ndim})"
            )
        for i, (have, want) in enumerate(zip(reversed(fitting.shape), reversed(part.shape)), 1):
            if have != want and have != 1:
                raise RuntimeError(
                    f"The expanded size of the tensor ({want}) must match the existing size ({have}) at non-singleton dimension {part.ndim - i}.  Target sizes: {list(part.shape)}.  Tensor sizes: {list(fitting.shape)}"
                )
        if fitting is value:
            result(given)
        part.copy_(fitting)

    # ---- the rest is the engine's

    def __getattr__(self, name):
        if name[:2] == "__":
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        if name in _TRANSPOSED:
            if name == "T" and not self.ndim:
                b.warn_once(_SCALAR_T)
            return result(_e.get(self._id, name))
        raise missing(f"'{type(self).__name__}' object has no attribute '{name}'", f"torch.Tensor.{name}")

    def type(self, dtype=None, non_blocking=False):
        if dtype is None:
            return f"torch.{_scalar_types[self.dtype.name]}Tensor"
        if isinstance(dtype, str):
            kind = next((name for name, each in _scalar_types.items() if dtype == f"torch.{each}Tensor"), None)
            if kind is None:
                raise ValueError(f"invalid type: '{dtype}'")
            dtype = dtypes[kind]
        if isinstance(getattr(dtype, "_kind", None), str):
            dtype = dtypes[dtype._kind]
        if not isinstance(dtype, (type, type(self.dtype))):
            raise TypeError("dtype must be a type, str, or dtype object")
        return self.to(dtype)

    def to(self, *args, **kwargs):
        format = kwargs.pop("memory_format", None)
        if kwargs or len(args) > 1 or args and type(args[0]) not in (str, dtype, device):
            refuse("to", self, *args, **kwargs)
            if args and type(args[0]) is int:
                device_name(args[0])
            args = [_PYTHON_TYPES.get(arg, arg) if isinstance(arg, type) else arg for arg in args]
            kwargs.pop("non_blocking", None)
        given = [device_name(arg) if isinstance(arg, (str, device)) else arg for arg in args if arg is not True and arg is not False or kwargs]
        for key in ("device", "dtype"):
            if kwargs.get(key) is not None:
                given.append(device_name(kwargs[key]) if key == "device" else kwargs[key])
        copy = kwargs.get("copy", False)
        out = self
        for target in given:
            if isinstance(target, Tensor):
                out = _to(_to(out, target.dtype), target.device.type)
            elif target is not None:
                out = _to(out, target)
        out = in_format(out, format, in_both=False)
        return out.clone() if copy and out is self else out

    def contiguous(self, memory_format=None):
        if memory_format is not None and memory_format.name in ORDERS:
            return in_format(self, memory_format)
        return result(_e.invoke(self._id, "contiguous", ""))

    def cpu(self):
        return self.to("cpu")

    def cuda(self, *args, **kwargs):
        """Raises: there is no CUDA here."""
        if args and type(args[0]) is int:
            device_name(args[0])
        raise AssertionError("Torch not compiled with CUDA enabled")

    def copy_(self, other, non_blocking=False):
        if isinstance(other, (int, float)):
            other = b.number(other, dtypes["int64"] if isinstance(other, int) else self.dtype if self.dtype.is_floating_point else dtypes["float64"])
        return _copy(self, other)

    def half(self, *, memory_format=None):
        return self.to(dtypes["float16"], memory_format=memory_format)

    def bfloat16(self, *, memory_format=None):
        return self.to(dtypes["bfloat16"], memory_format=memory_format)

    def new(self, *args):
        """A tensor of the same dtype, of sizes or of values."""
        return self.new_empty(*args) if not args or not isinstance(args[0], (list, tuple)) or isinstance(args[0], Size) else self.new_tensor(args[0])

    def new_tensor(self, data, *, dtype=None, device=None, requires_grad=False):
        import torch

        return torch.tensor(data, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad)

    def new_zeros(self, *size, **kwargs):
        return _new_zeros(self, *_one_size(size), **kwargs)

    def new_ones(self, *size, **kwargs):
        return _new_ones(self, *_one_size(size), **kwargs)

    def new_empty(self, *size, **kwargs):
        return _new_empty(self, *_one_size(size), **kwargs)

    def resize_(self, *size, memory_format=None):
        """Gives it these sizes, in the same memory where that holds as many elements."""
        if self.requires_grad:
            raise RuntimeError("cannot resize variables that require grad")
        size = Size(size[0] if len(size) == 1 and isinstance(size[0], (list, tuple)) else size)
        flat, count = self.detach(), size.numel()
        length = len(self.untyped_storage()) // self.element_size()
        if count + self.storage_offset() > length:
            held, flat = flat.as_strided((length - self.storage_offset(),), (1,)), self.new_zeros(count)
            flat[: len(held)].copy_(held)
        self.data = flat.as_strided(size, _contiguous(size))
        return self

    def resize_as_(self, other, *, memory_format=None):
        return self.resize_(other.shape)

    def split(self, split_size, dim=0):
        if not isinstance(split_size, (int, Tensor, list, tuple)):
            raise refused("torch", "split_with_sizes", (self, split_size, dim), {})
        return tuple(_split(self, split_size, dim=dim))

    def unflatten(self, dim, sizes):
        return _unflatten(self, dim, list(sizes))

    def apply_(self, fn):
        values = [fn(value) for value in self._flat()]
        import torch

        self.copy_(torch.tensor(values, dtype=self.dtype).reshape(self.shape))
        return self

    def is_set_to(self, other):
        """Whether both share memory and shape."""
        return self.untyped_storage() == other.untyped_storage() and self.shape == other.shape

    def share_memory_(self):
        """The tensor itself."""
        return self

    def pin_memory(self):
        """The tensor itself."""
        return self

    def is_shared(self):
        """False."""
        return False

    def is_pinned(self):
        """False."""
        return False

    def __deepcopy__(self, memo):
        known = memo.get(id(self))
        if known is not None:
            return known
        new = _deepcopy(self)
        memo[id(self)] = new
        if getattr(self, "__dict__", None):
            import copy

            new.__dict__.update({key: copy.deepcopy(value, memo) for key, value in self.__dict__.items()})
        return new

    def __copy__(self):
        return self.view(self.shape) if not self.is_leaf else self.detach().requires_grad_(self.requires_grad)

    def __reduce_ex__(self, protocol):
        import torch

        return (_rebuilt, (self.tolist(), list(self.shape), self.dtype, self.requires_grad and self.is_leaf, type(self)))

    # ---- operators

    def __rsub__(self, other):
        return _rsub(self, other) if isinstance(other, (int, float, Tensor)) else NotImplemented

    def __rtruediv__(self, other):
        return self.reciprocal() * other if isinstance(other, (int, float, Tensor)) else NotImplemented

    __rdiv__ = __rtruediv__

    def __rpow__(self, other):
        return _pow(other, self) if isinstance(other, (int, float, Tensor)) else NotImplemented

    def __rfloordiv__(self, other):
        return _floor_divide(_first(other, self), self) if isinstance(other, (int, float, Tensor)) else NotImplemented

    def __rmod__(self, other):
        return _remainder(_first(other, self), self) if isinstance(other, (int, float, Tensor)) else NotImplemented

    def __rmatmul__(self, other):
        return _matmul(other, self) if isinstance(other, Tensor) else NotImplemented

    def __pos__(self):
        return self.positive()

    def __invert__(self):
        if self.dtype.is_floating_point:
            raise TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
        return self.bitwise_not()

    def __delitem__(self, index):
        raise TypeError("Tensor does not support deleting items")

    __array_priority__ = 1000


def _checked(hook):
    """The hook, with PyTorch's errors for what it must not give."""

    def checked(gradient):
        given = hook(gradient)
        if given is not None and not isinstance(given, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{type(given).__name__}'")
        if given is not None and given.shape != gradient.shape:
            raise RuntimeError(f"hook '{getattr(hook, '__name__', '<unknown>')}' has changed the size of value")
        return given

    return checked


def _rebuilt(values, shape, dtype, requires_grad, cls):
    """A tensor out of what its pickle holds."""
    import torch

    new = torch.tensor(values, dtype=dtype).reshape(shape)
    if cls is not Tensor:
        return cls(new, requires_grad) if issubclass(cls, torch.nn.Parameter) else new.as_subclass(cls)
    return new.requires_grad_() if requires_grad else new


def _before(shape):
    product = 1
    for size in shape[:-1]:
        product *= size
    return product


def _contiguous(size):
    strides, step = [], 1
    for each in reversed(size):
        strides.append(step)
        step *= max(each, 1)
    return strides[::-1]


def missing(text, name):
    """PyTorch's error for a name that is not there, and what it may be."""
    error = AttributeError(text)
    error.add_note(f"{name} is not in Layerscope's engine. If PyTorch has it, run this with PyTorch, or write it with what there is.")
    return lacking(error)


def _one_size(size):
    """Sizes as one list, however they are given."""
    return size if len(size) == 1 and isinstance(size[0], (list, tuple)) else [list(size)] if size else ()


class EngineMethod:
    """A method of the engine's, made when it is first asked for; by the class, as `torch.Tensor.add`, or by `super()` too."""

    def __init__(self, name):
        self._name = name

    def __get__(self, instance, owner):
        name = self._name
        method = make_function(f"Tensor#{camel(name)}", name, "torch")
        setattr(Tensor, name, method)
        return method if instance is None else method.__get__(instance)


_NOT_A_LEAF = "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information. (Triggered internally at /__w/pytorch/pytorch/build/aten/src/ATen/core/TensorBody.h:493.)"
_OTHER_GRADIENT = "attempting to assign a gradient with dtype '{}' to a tensor with grad_dtype '{}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream systems that assume they match."
_SCALAR_T = "Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases. (Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/TensorShape.cpp:4321.)"
_cpp = {"float32": "float", "float64": "double", "int64": "long int", "int32": "int", "uint8": "unsigned char", "bool": "bool"}
_scalar_types = {"float32": "Float", "float64": "Double", "int32": "Int", "int64": "Long", "uint8": "Byte", "bool": "Bool", "float16": "Half", "bfloat16": "BFloat16", "int8": "Char", "int16": "Short"}
_legacy = {f"{each}Tensor": name for name, each in _scalar_types.items()}
_TRANSPOSED = ("T", "mT", "H", "mH")
# What the engine's tensors have for the engine, or JavaScript has of every object.
_WITHOUT = frozenset(
    "allocate_like at checked_device constructor fill gradient_edge is_made isin lacks_shape length rsub set_grad_fn set_window std_mean to_string var_mean".split()
)

for _name in map(snake, b._loads(_e.methods("Tensor.prototype"))):
    if not hasattr(Tensor, _name) and _name not in _WITHOUT:
        setattr(Tensor, _name, EngineMethod(_name))

_at = _find("at")
_put = _find("Tensor#indexPut_")
_puts[Tensor] = b._handle
_copy = make_function("Tensor#copy_", "copy_", "torch")
_PYTHON_TYPES = {float: dtypes["float64"], int: dtypes["int64"], bool: dtypes["bool"]}
_to = make_function("Tensor#to", "to", "torch")
_new_zeros, _new_ones, _new_empty = (make_function(f"Tensor#{camel(name)}", name, "torch") for name in ("new_zeros", "new_ones", "new_empty"))
_split = make_function("Tensor#split", "split", "torch")
_unflatten = make_function("Tensor#unflatten", "unflatten", "torch")
_rsub = make_function("Tensor#rsub", "rsub", "torch")
_pow = make_function("pow", "pow", "torch")
_floor_divide = make_function("floorDivide", "floor_divide", "torch")
_remainder = make_function("remainder", "remainder", "torch")
_matmul = make_function("matmul", "matmul", "torch")
_deepcopy = make_function("deepcopy", "deepcopy", "torch")


def _first(value, other):
    """A number as the first operand of what takes a tensor there, beside the other."""
    kind = other.dtype
    if isinstance(value, Tensor):
        return value
    if type(value) is float and not kind.is_floating_point:
        import torch

        kind = torch.get_default_dtype()
    return b.number(value, dtypes["int64"] if kind.name == "bool" else kind)
