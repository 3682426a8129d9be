"""Results in tensors that are given: `torch.add(x, y, out=z)`."""
from ._arguments import signatures
from ._bridge import return_type, warn

# What computes in one dtype alone and takes no other for its result, with PyTorch's text for each; others convert as promotion may.
_EXACT = {
    name: text
    for text, names in {
        "Expected out tensor to have dtype {result}, but got {out} instead": "addmm addmv aminmax argmax argmin baddbmm bmm cross gather index_add index_copy index_reduce isin linalg_cross linalg_det"
        " linalg_eigh linalg_eigvalsh linalg_inv linalg_lu linalg_lu_factor linalg_qr linalg_slogdet linalg_solve linalg_svd linalg_svdvals linalg_vector_norm log_softmax matmul max min mm msort avg_pool2d"
        " avg_pool3d linear norm renorm scatter scatter_add scatter_reduce softmax sort svd take_along_dim topk tril triu",
        "Found dtype {Out} but expected {Result}": "abs bitwise_not ceil floor frac neg gelu hardshrink softplus softshrink round sgn sign trunc",
        "expected scalar_type {Result} but found {Out}": "cummax cummin logcumsumexp",
        "expected scalar type {Result} but found {Out}": "linalg_solve_triangular log_sigmoid",
        "{name}(): self and result must have the same scalar type": "index_select masked_select",
    }.items()
    for name in names.split()
}
_MADE = frozenset("arange empty eye full linspace logspace normal ones rand randint randn randperm zeros".split())
# What computes in the dtype of its result.
_FOLLOWS = frozenset("sum nansum prod cumsum cumprod mean".split())
_CPP = {"float32": "float", "float64": "double", "int64": "long int", "int32": "int", "uint8": "unsigned char", "bool": "bool"}
_RESIZED = (
    "An output with one or more elements was resized since it had shape {}, which does not match the required output shape {}. This behavior is deprecated, and in a future PyTorch release outputs will not be"
    " resized unless they have zero elements. You can explicitly reuse an out tensor t by resizing it, inplace, to zero elements with t.resize_(0). (Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/Resize.cpp:30.)"
)


def takes_out(place, name):
    """Whether PyTorch writes the result of a function into a tensor that it is given."""
    return any(parameter.name == "out" for each in signatures(place, name) for parameter in each.parameters)


def into(out, function, name, args, kwargs):
    """Calls a function, which PyTorch calls `name`, and writes what it gives into `out`: a tensor, or as many as there are results."""
    import torch

    if out is None:
        return function(*args, **kwargs)
    if name in _FOLLOWS and kwargs.get("dtype") is None and (name != "mean" or out.dtype.is_floating_point):
        kwargs = {**kwargs, "dtype": out.dtype}
    with torch.no_grad():
        value = function(*args, **kwargs)
    results, outs = ((value,), (out,)) if isinstance(value, torch.Tensor) else (tuple(value), tuple(out))
    learns = torch.is_grad_enabled() and any(each.dtype.is_floating_point for each in results)
    if learns and any(getattr(each, "requires_grad", False) for each in _flat((*args, *kwargs.values(), *outs))):
        raise RuntimeError(f"{name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad.")
    with torch.no_grad():
        for result, each in zip(results, outs):
            if each.dtype is not result.dtype:
                _check(name, result.dtype, each.dtype, "dtype" in kwargs)
            if each.shape != result.shape:
                if each.numel():
                    warn(_RESIZED.format(list(each.shape), list(result.shape)))
                each.resize_(result.shape)
            each.copy_(result)
    return out if isinstance(value, torch.Tensor) else _named(value, outs)


def _named(value, outs):
    """As the results came, under the name that PyTorch has for those that it has written."""
    if not hasattr(value, "_fields"):
        return outs
    return return_type(f"{type(value).__name__}_out", value._fields)(*outs)


def _flat(values):
    for value in values:
        yield from _flat(value) if isinstance(value, (list, tuple)) else (value,)


def _check(name, result, out, is_asked):
    from . import can_cast
    from ._tensor import _scalar_types as shown

    text = _EXACT.get(name)
    if text is None:
        if name in _MADE:
            text = "dtype {Result} does not match dtype of out parameter ({Out})" if is_asked else ""
        else:
            text = "" if can_cast(result, out) else "result type {Result} can't be cast to the desired output type {Out}"
    if text:
        result, out = result.name, out.name
        raise RuntimeError(text.format(name=name, result=_CPP.get(result, result), out=_CPP.get(out, out), Result=shown[result], Out=shown[out]))
