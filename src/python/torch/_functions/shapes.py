"""Shapes, parts and places of elements."""
from itertools import accumulate
from operator import mul

import torch

from .._arguments import refused
from .._bridge import warn_once
from .._calls import make_function
from .._lacking import not_here
from .._tensor import Tensor
from .offering import offered, scalar_type


def _indices(name):
    def function(inner, row, col, offset=0, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
        found = inner(row, col, offset)
        return found if dtype is None else found.to(dtype)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Rows and columns of the {'lower' if name[3] == 'l' else 'upper'} triangle of a matrix, with the diagonals up to `offset`."
    offered(path=f"{name[:4]}Indices", is_method=False)(function)


for _name in ("tril_indices", "triu_indices"):
    _indices(_name)


_REDUCES = (
    "The reduce argument of torch.scatter with Tensor src is deprecated and will be removed in a future PyTorch release. Use torch.scatter_reduce instead for more reduction options."
    " (Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/TensorAdvancedIndexing.cpp:225.)"
)


def _scattered(name):
    inner = make_function(f"Tensor#{name}", name, "torch")

    def function(input, dim, index, src=None, *, value=None, reduce=None, out=None):
        if reduce is None:
            return inner(input, dim, index, src if value is None else value)
        if reduce not in ("add", "multiply"):
            raise RuntimeError("reduce argument must be either add or multiply.")
        src = value if src is None else src
        if isinstance(src, Tensor):
            warn_once(_REDUCES)
        src = src if isinstance(src, Tensor) else torch.full(index.shape, src, dtype=input.dtype)
        return getattr(input, "scatter_reduce" + name[7:])(dim, index, src, "sum" if reduce == "add" else "prod")

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "Writes values to the places that `index` names along a dimension, or adds or multiplies them to what is there."
    return function


offered()(_scattered("scatter"))


def _checked(name, function, *args, **kwargs):
    wrong = refused("Tensor", name, args, kwargs)
    if wrong:
        raise wrong
    return function(*args, **kwargs)


_scatter_ = _scattered("scatter_")

Tensor.scatter_ = lambda self, *args, **kwargs: _checked("scatter_", _scatter_, self, *args, **kwargs)


def _each(name):
    inner = make_function(f"atleast{name[8]}d", name, "torch")

    def function(*tensors):
        if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
            tensors = tuple(tensors[0])
        elif len(tensors) == 1:
            return inner(*tensors)
        return tuple(map(inner, tensors))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Tensors of {name[8]} dimensions or more."
    torch.__dict__[name] = function


for _name in ("atleast_1d", "atleast_2d", "atleast_3d"):
    _each(_name)


@offered(path="tensorSplit")
def tensor_split(inner, input, indices_or_sections=None, dim=0, *, indices=None, sections=None, tensor_indices_or_sections=None):
    """A number of parts as equal as can be, or the parts between the indices listed."""
    given = next(each for each in (indices_or_sections, indices, sections, tensor_indices_or_sections) if each is not None)
    if isinstance(given, Tensor):
        if given.dtype is not torch.int64 or given.ndim > 1:
            raise RuntimeError(f"tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor with {given.ndim} dims" if given.ndim > 1 else f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got {scalar_type(given)}")
        given = given.tolist()
    return inner(input, given, dim)


@offered(path="cartesianProd", is_method=False)
def cartesian_prod(inner, *tensors):
    """All combinations of the elements of vectors."""
    for each in tensors:
        if each.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(each.shape)}")
    return inner(*tensors)


def unravel_index(indices, shape):
    """The coordinates that flat indices have in a tensor of that shape, a tensor for each dimension."""
    if not isinstance(indices, Tensor) or indices.is_floating_point() or indices.dtype is torch.bool:
        raise TypeError(f"expected 'indices' to be integer dtype, but got {indices.dtype}")
    if not isinstance(shape, (int, torch.Size, tuple, list)):
        raise TypeError(f"expected 'shape' to be int or sequence of ints, but got {type(shape)}")
    shape = torch.Size([shape] if isinstance(shape, int) else shape)
    if any(each < 0 for each in shape):
        raise ValueError(f"'shape' cannot have negative values, but got {tuple(shape)}")
    steps = list(reversed(list(accumulate(reversed((*shape[1:], 1)), mul))))
    return tuple([indices.div(step, rounding_mode="floor") % size for step, size in zip(steps, shape)])


torch.unravel_index = unravel_index


def constant_pad_nd(input, pad, value=0):
    """`nn.functional.pad` with a constant."""
    return torch.nn.functional.pad(input, pad, "constant", value)


torch.constant_pad_nd = constant_pad_nd


def empty_strided(size, stride, *, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    """A tensor of these sizes and strides; its elements are zeros here."""
    if len(size) != len(stride):
        raise RuntimeError(f"dimensionality of sizes ({len(size)}) must match dimensionality of strides ({len(stride)})")
    span = 1 + sum((each - 1) * step for each, step in zip(size, stride)) if all(size) else 0
    made = torch.empty(span, dtype=dtype, device=device).as_strided(size, stride).detach()
    return made.requires_grad_() if requires_grad else made


torch.empty_strided = empty_strided


def _new_empty_strided(self, size, stride, dtype=None, layout=None, device=None, requires_grad=False, pin_memory=False):
    return empty_strided(size, stride, dtype=dtype or self.dtype, device=device or self.device, requires_grad=requires_grad)


Tensor.new_empty_strided = _new_empty_strided

Tensor.unsafe_chunk = lambda self, chunks, dim=0: torch.unsafe_chunk(self, chunks, dim)

Tensor.unsafe_split = lambda self, split_size, dim=0: torch.unsafe_split(self, split_size, dim)

_view = Tensor.view


def view(self, *size, **kwargs):
    """The same elements under another shape."""
    kind = size[0] if len(size) == 1 else kwargs.get("dtype")
    if isinstance(kind, torch.dtype):
        if kind is not self.dtype:
            raise not_here(f"Tensor.view({kind}) is not in Layerscope's engine, whose dtypes do not share memory: it has to({kind}), which converts the values")
        size, kwargs = (self.shape,), {}
    return _view(self, *size, **kwargs)


Tensor.view = view
