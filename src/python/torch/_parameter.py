"""The tensors that modules hold, and the steps of the backward graph."""
from . import _bridge as b
from ._bridge import _e, _kinds, _puts, encode, result
from ._tensor import Tensor
from ._types import dtypes


class Parameter(Tensor):
    """A tensor that a module learns."""

    __slots__ = ()
    __module__ = "torch.nn.parameter"
    __torch_function__ = None  # what is computed from one is a tensor

    def __new__(cls, data=None, requires_grad=True):
        import torch

        if data is None:
            data = torch.empty(0)
        if not isinstance(data, Tensor):
            raise AttributeError(f"'{type(data).__name__}' object has no attribute 'detach'")
        spec, flat = encode((data, bool(requires_grad)))
        made = result(_e.make("nn.Parameter", spec, *flat))
        if cls is not Parameter:
            made.__class__ = cls
        return made

    def __init__(self, *args, **kwargs):
        pass


class Buffer(Tensor):
    __slots__ = ()
    __module__ = "torch.nn.parameter"

    def __new__(cls, data=None, *, persistent=True):
        spec, flat = encode((data, bool(persistent)))
        return result(_e.make("nn.Buffer", spec, *flat))

    def __init__(self, *args, **kwargs):
        pass

    persistent = property(lambda self: result(_e.get(self._id, "persistent")))


class UninitializedTensorMixin:
    """A parameter or buffer of a lazy module before its first input."""

    __slots__ = ()
    __module__ = "torch.nn.parameter"

    def materialize(self, shape, device=None, dtype=None):
        """Gives it its shape; the object stays the same."""
        import torch

        spec, flat = encode((torch.empty(shape, device=device or self.device, dtype=dtype or self.dtype),))
        result(_e.invoke(self._id, "materialize", spec, *flat))
        self.__class__ = Parameter if isinstance(self, Parameter) else Tensor
        self._forget_dtype()

    @property
    def shape(self):
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer. This error usually happens in `load_state_dict` when trying to load an uninitialized parameter into an initialized one."
            " Call `forward` to initialize the parameters before accessing their attributes."
        )

    def to(self, *args, **kwargs):
        import torch

        wanted = torch.empty(0, dtype=self.dtype).to(*args, **kwargs)
        return self if wanted.dtype is self.dtype else type(self)(dtype=wanted.dtype)

    def double(self):
        return self.to(dtypes["float64"])

    def float(self):
        return self.to(dtypes["float32"])

    def share_memory_(self):
        raise RuntimeError("Can't share memory on an uninitialized parameter or buffer. Call `forward` to initialize the parameters before calling `module.share_memory()`.")


def _refuse(name):
    kind = "slot wrapper" if name[:2] == "__" else "method"

    def refused(self, *args, **kwargs):
        raise ValueError(
            f"Attempted to use an uninitialized parameter in <{kind} '{name}' of 'torch._C.TensorBase' objects>. This error happens when you are using a `LazyModule` or explicitly manipulating "
            f"`torch.nn.parameter.{type(self).__name__}` objects. When using LazyModules Call `forward` with a dummy batch to initialize the parameters before calling torch functions"
        )

    setattr(UninitializedTensorMixin, name, refused)


# What Python answers without asking the engine.
for _name in ("numel", "nelement", "dim", "ndimension", "size", "stride", "data_ptr", "requires_grad_", "__getitem__", "__setitem__", "__len__"):
    _refuse(_name)


class UninitializedParameter(UninitializedTensorMixin, Parameter):
    __slots__ = ()
    __module__ = "torch.nn.parameter"

    def __new__(cls, requires_grad=True, device=None, dtype=None):
        spec, flat = encode((), {"requiresGrad": requires_grad, **({"dtype": dtype} if dtype else {})})
        return result(_e.make("nn.UninitializedParameter", spec, *flat))


class UninitializedBuffer(UninitializedTensorMixin, Tensor):
    __slots__ = ()
    __module__ = "torch.nn.parameter"

    def __new__(cls, requires_grad=False, device=None, dtype=None):
        spec, flat = encode((), {"dtype": dtype} if dtype else {})
        return result(_e.make("nn.UninitializedBuffer", spec or "{}", *flat))


for _cls in (Parameter, Buffer, UninitializedParameter, UninitializedBuffer):
    _puts[_cls] = b._handle
_kinds.extend([Tensor, Parameter, Buffer, UninitializedParameter, UninitializedBuffer])


class Node(b.Object):
    """A step of the backward graph."""

    def name(self):
        name = type(self).__name__
        return "torch::autograd::AccumulateGrad" if name == "AccumulateGrad" else name

    @property
    def next_functions(self):
        inputs = [(node, 0) for node in result(_e.get(self._id, "nextFunctions"))]
        if len(inputs) == 1 and type(self).__name__ in _of_two:
            inputs.append((None, 0))  # a number as second operand counts as a tensor without gradient
        return tuple(inputs)

    @property
    def metadata(self):
        return self.__dict__.setdefault("_metadata", {})

    def __repr__(self):
        return f"<{type(self).__name__} object at {hex(0x7F0000000000 + self._id * 16)}>"

    __str__ = __repr__


_of_two = frozenset(("AddBackward0", "SubBackward0", "MulBackward0", "DivBackward0"))
_node_classes = {}


def _node_of(value):
    """A step of the backward graph, of a class that is named as PyTorch's."""
    known = b._live.get(value[1])
    if known is None or known() is None:
        name = _e.gradFnName(value[1])
        if name not in _node_classes:
            _node_classes[name] = type(name, (Node,), {"__module__": "torch.autograd"})
        return b.hold(_node_classes[name], value[1])
    return b.hold(Node, value[1])


class _ObjectClasses(dict):
    """The class in Python of an engine's object, by the name of its class there."""

    def get(self, name, default=None):
        known = dict.get(self, name, self)
        if known is not self:
            return known
        return Node if name.endswith("Node") or name.endswith("AccumulateGrad") or name.endswith("Accumulate") else default


b.object_classes = _ObjectClasses(b.object_classes)
b.node_of = _node_of
