"""What PyTorch's functions take beside what the engine's do, and functions that are little work without it. Each is a function of its module, and a method where PyTorch has that."""
import math
from functools import wraps
from itertools import accumulate
from operator import mul

import torch

from ._arguments import refused
from ._bridge import return_type, warn, warn_once
from ._calls import make_function
from ._lacking import not_here
from ._out import into
from ._tensor import Tensor


def _offered(place="torch", path=None, is_method=True):
    """Has a function refuse what PyTorch's does not take, and write to `out`. `path`: the engine's own function, which comes first among its arguments."""
    prefix = "" if place in ("torch", "functional") else f"{place}_"

    def offer(function):
        name = function.__name__
        inner = make_function(path, name, "torch") if path else None

        def offered(*args, **kwargs):
            kwargs = {_NUMPY.get(key, key): value for key, value in kwargs.items()}
            wrong = refused(place, prefix + name, args, kwargs)
            if wrong:
                raise wrong
            if kwargs.get("out") is not None:
                return into(kwargs.pop("out"), offered, prefix + name, args, kwargs)
            kwargs.pop("out", None)
            return function(inner, *args, **kwargs) if inner else function(*args, **kwargs)

        made = wraps(function)(offered)
        if inner:
            made.__signature__ = _without_first(function)
        made.__module__ = f"torch.{place}" if place in ("linalg", "special") else "torch"
        home = torch if place == "torch" else getattr(torch, place)
        home.__dict__[name] = made
        if is_method:
            setattr(Tensor, name, made)
        return made

    return offer


def _without_first(function):
    import inspect

    signature = inspect.signature(function)
    return signature.replace(parameters=list(signature.parameters.values())[1:])


_NUMPY = {"axis": "dim", "keepdims": "keepdim"}

# ---- arguments beside the engine's


@_offered(path="diff")
def diff(inner, input, n=1, dim=-1, prepend=None, append=None):
    """Differences between neighbours along a dimension, `n` times, with what goes before and after them."""
    parts = [each for each in (prepend, input, append) if each is not None]
    return inner(torch.cat(parts, dim) if len(parts) > 1 and n else input, n, dim)


@_offered(path="bucketize", is_method=False)
def bucketize(inner, input, boundaries, *, out_int32=False, right=False):
    """The index of the bucket that each value falls into."""
    found = inner(torch.as_tensor(input), boundaries, right=right)
    return found.int() if out_int32 else found


@_offered(path="searchsorted", is_method=False)
def searchsorted(inner, sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """Where each value is inserted to keep the sequence sorted. `sorter`: the order in which the sequence is sorted."""
    if side not in (None, "left", "right"):
        raise RuntimeError(f"torch.searchsorted(): side can only be 'left' or 'right' but got {side}")
    if side == "left" and right:
        raise RuntimeError("torch.searchsorted(): side and right can't be set to opposites, got side of left while right was True")
    if sorter is not None:
        sorted_sequence = sorted_sequence.gather(-1, sorter)
    found = inner(sorted_sequence, torch.as_tensor(input), right=right or side == "right")
    return found.int() if out_int32 else found


@_offered()
def cov(input, *, correction=1, fweights=None, aweights=None):
    """How much the rows vary together; columns are observations, which count as often as `fweights` and as much as `aweights` say."""
    if input.ndim > 2:
        raise RuntimeError(f"cov(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions")
    if input.dtype is torch.bool:
        raise RuntimeError("cov(): bool dtype is not supported for input")
    x = input if input.ndim == 2 else input.reshape(1, -1)
    count, weights = x.size(1), None
    for name, each, kind, fits in (
        ("fweights", fweights, "integral", lambda dtype: not dtype.is_floating_point and dtype is not torch.bool),
        ("aweights", aweights, "floating point", lambda dtype: dtype.is_floating_point),
    ):
        if each is None:
            continue
        if each.ndim > 1:
            raise RuntimeError(f"cov(): expected {name} to have one or fewer dimensions but got {name} with {each.ndim} dimensions")
        if not fits(each.dtype):
            raise RuntimeError(f"cov(): expected {name} to have {kind} dtype but got {name} with {_shown(each)} dtype")
        if each.numel() != count:
            raise RuntimeError(f"cov(): expected {name} to have the same numel as there are observations in the input but got {each.numel()} != {count}")
        if count and each.min() < 0:
            raise RuntimeError(f"cov(): {name} cannot be negative")
        weights = each if weights is None else weights * each
    total = count if weights is None else weights.sum()
    if weights is not None and total == 0:
        raise RuntimeError("cov(): weights sum to zero, can't be normalized")
    mean = (x if weights is None else x * weights).sum(1) / total
    norm = total - (correction if aweights is None or correction == 0 else correction * (weights * aweights).sum() / total)
    if norm <= 0:
        warn("cov(): degrees of freedom is <= 0. Correction should be strictly less than the number of observations. (Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/Correlation.cpp:120.)")
        norm = 0
    x = x - mean.unsqueeze(1)
    return (torch.mm(x, (x if weights is None else x * weights).t()) / norm).squeeze()


def _shown(tensor):
    return tensor.type().removeprefix("torch.").removesuffix("Tensor")


@_offered()
def corrcoef(input):
    """Correlations between the rows."""
    if input.ndim > 2:
        raise RuntimeError(f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions")
    c = cov(input)
    if not c.ndim:
        return c / c
    deviation = c.diag().sqrt()
    return c / deviation.unsqueeze(1) / deviation.unsqueeze(0)


@_offered(path="cdist", is_method=False)
def cdist(inner, x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """Distances between all pairs of rows, in the norm `p`."""
    if compute_mode not in ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist"):
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    return inner(x1, x2, p)


def _half(A, UPLO):
    """The matrix of whose lower half the engine reads what PyTorch reads."""
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return A.mT if UPLO.upper() == "U" else A


@_offered("linalg", "linalg.eigh", is_method=False)
def eigh(inner, A, UPLO="L"):
    """Eigenvalues and eigenvectors of a symmetric matrix, of which the lower half is read, or the upper."""
    return inner(_half(A, UPLO))


@_offered("linalg", "linalg.eigvalsh", is_method=False)
def eigvalsh(inner, A, UPLO="L"):
    """Eigenvalues of a symmetric matrix, of which the lower half is read, or the upper."""
    return inner(_half(A, UPLO))


def _tolerance(A, largest, atol, rtol):
    """Below which a singular value counts as none."""
    if rtol is None:
        rtol = torch.finfo(A.dtype).eps * max(A.shape[-2:]) if atol is None or not isinstance(atol, Tensor) and atol <= 0 else 0.0
    tolerance = largest * rtol
    return tolerance if atol is None else torch.maximum(tolerance, torch.as_tensor(atol, dtype=tolerance.dtype).expand_as(tolerance) if tolerance.ndim else torch.as_tensor(atol, dtype=tolerance.dtype))


@_offered("linalg", "linalg.matrixRank", is_method=False)
def matrix_rank(inner, A, tol=None, hermitian=False, *, atol=None, rtol=None):
    """How many singular values count: those above the larger of `atol` and `rtol` times the largest."""
    if tol is None and atol is None and rtol is None and not hermitian:
        return inner(A)
    values = torch.linalg.eigvalsh(A).abs() if hermitian else torch.linalg.svdvals(A)
    if not values.size(-1):
        return torch.zeros(values.shape[:-1], dtype=torch.int64)
    tolerance = torch.as_tensor(tol) if tol is not None else _tolerance(A, values.amax(-1), atol, rtol)
    return (values > (tolerance.unsqueeze(-1) if tolerance.ndim else tolerance)).sum(-1)


@_offered("linalg", "linalg.pinv", is_method=False)
def pinv(inner, A, rcond=None, hermitian=False, *, atol=None, rtol=None):
    """The inverse in least squares, over the singular values above the larger of `atol` and `rtol` times the largest."""
    rtol = rcond if rcond is not None else rtol
    if A.ndim > 1 and not A.numel():
        return A.new_empty((*A.shape[:-2], A.size(-1), A.size(-2)))
    if atol is None and rtol is None and not hermitian:
        return inner(A)
    if hermitian:
        values, left = torch.linalg.eigh(A)
        sizes, right = values.abs(), left.mT
        largest = sizes.amax(-1, True)
    else:
        left, values, right = torch.linalg.svd(A, full_matrices=False)
        sizes, largest = values, values.narrow(-1, 0, 1)
    tolerance = _tolerance(A, largest, _column(atol), _column(rtol))
    return torch.matmul(right.mT * torch.where(sizes > tolerance, values.reciprocal(), 0.0).unsqueeze(-2), left.mT)


def _column(value):
    return value.unsqueeze(-1) if isinstance(value, Tensor) else value


_LSTSQ = return_type("linalg_lstsq", ("solution", "residuals", "rank", "singular_values"))


@_offered("linalg", "linalg.lstsq", is_method=False)
def lstsq(inner, A, B, rcond=None, *, driver=None):
    """The solutions of least squares, what is left of them where there are more rows than columns, and where the driver finds them the rank and the singular values."""
    driver = driver or "gelsy"
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(f"torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, gelss)")
    solution = inner(A, B)["solution"]
    rows, columns = A.shape[-2:]
    singular = torch.linalg.svdvals(A.detach()) if driver in ("gelsd", "gelss") else A.new_empty(0)
    rank = A.new_empty(0, dtype=torch.int64) if driver == "gels" else torch.linalg.matrix_rank(A.detach(), rtol=torch.finfo(A.dtype).eps * max(rows, columns) if rcond is None else rcond)
    residuals = A.new_empty(0)
    if rows > columns and (driver == "gels" or driver != "gelsy" and bool((rank == columns).all())):
        off = (A @ solution - B).square()
        residuals = off.sum(-2) if B.ndim > 1 else off.sum(-1)
    return _LSTSQ(solution, residuals, rank, singular)


def _indices(name):
    def function(inner, row, col, offset=0, *, dtype=None, layout=None, device=None, pin_memory=False, requires_grad=False):
        found = inner(row, col, offset)
        return found if dtype is None else found.to(dtype)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"Rows and columns of the {'lower' if name[3] == 'l' else 'upper'} triangle of a matrix, with the diagonals up to `offset`."
    _offered(path=f"{name[:4]}Indices", is_method=False)(function)


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


_offered()(_scattered("scatter"))
_scatter_ = _scattered("scatter_")
Tensor.scatter_ = lambda self, *args, **kwargs: _checked("scatter_", _scatter_, self, *args, **kwargs)


def _checked(name, function, *args, **kwargs):
    wrong = refused("Tensor", name, args, kwargs)
    if wrong:
        raise wrong
    return function(*args, **kwargs)


@_offered(path="rsub", is_method=False)
def rsub(inner, input, other, alpha=1):
    """`other` less `alpha` times the tensor."""
    return inner(input, other) if alpha == 1 else inner(input * alpha, other)


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


@_offered(path="tensorSplit")
def tensor_split(inner, input, indices_or_sections=None, dim=0, *, indices=None, sections=None, tensor_indices_or_sections=None):
    """A number of parts as equal as can be, or the parts between the indices listed."""
    given = next(each for each in (indices_or_sections, indices, sections, tensor_indices_or_sections) if each is not None)
    if isinstance(given, Tensor):
        if given.dtype is not torch.int64 or given.ndim > 1:
            raise RuntimeError(f"tensor_split expected tensor_indices_or_sections to be a zero-dimensional or one-dimensional tensor, but got a tensor with {given.ndim} dims" if given.ndim > 1 else f"tensor_split expected tensor_indices_or_sections to have dtype of long, but got {_shown(given)}")
        given = given.tolist()
    return inner(input, given, dim)


# ---- nuclear and spectral norms


def _matrix_norm(A, ord, dim, keepdim, dtype):
    A = A if dtype is None else A.to(dtype)
    first, second = (each % A.ndim for each in dim)
    values = torch.linalg.svdvals(A.movedim((first, second), (-2, -1)))
    found = values.sum(-1) if ord == "nuc" else values.amax(-1) if ord > 0 else values.amin(-1)
    if keepdim:
        for each in sorted((first, second)):
            found = found.unsqueeze(each)
    return found


def _is_of_values(A, ord, dim):
    return ord in ("nuc", 2, -2) and (A.ndim == 2 if dim is None else isinstance(dim, (tuple, list)) and len(dim) == 2 and dim[0] % A.ndim != dim[1] % A.ndim)


@_offered("linalg", "linalg.matrixNorm", is_method=False)
def matrix_norm(inner, A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """Norms of matrices; 'nuc', 2 and -2 are those of their singular values."""
    if A.ndim > 1 and _is_of_values(A, ord, dim):
        return _matrix_norm(A, ord, dim, keepdim, dtype)
    return inner(A, ord, dim, keepdim, **({} if dtype is None else {"dtype": dtype}))


@_offered("linalg", "linalg.norm", is_method=False)
def norm(inner, A, ord=None, dim=None, keepdim=False, *, dtype=None):
    """Norms of vectors, or of matrices where two dimensions are named."""
    A = A if dtype is None else A.to(dtype)
    if A.ndim > 1 and _is_of_values(A, ord, dim):
        return _matrix_norm(A, ord, (-2, -1) if dim is None else dim, keepdim, None)
    return inner(A, ord, dim, keepdim)


_norm = make_function("norm", "norm", "torch")


def norm(input, p="fro", dim=None, keepdim=False, out=None, dtype=None):
    """Norms of vectors; 'nuc' is that of the singular values of matrices."""
    if out is not None:
        return into(out, norm, "norm", (input, p, dim, keepdim), {} if dtype is None else {"dtype": dtype})
    if p == "nuc":
        if dim is not None and (isinstance(dim, int) or len(dim) != 2):
            raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {dim if isinstance(dim, int) else ' '.join(map(str, dim))}")
        return _matrix_norm(input, p, (-2, -1) if dim is None else dim, keepdim, dtype)
    return _norm(input, p, dim, keepdim, **({} if dtype is None else {"dtype": dtype}))


torch.norm = norm


def _norm_method(self, p="fro", dim=None, keepdim=False, dtype=None):
    return norm(self, p, dim, keepdim, dtype=dtype)


_norm_method.__name__ = _norm_method.__qualname__ = "norm"
Tensor.norm = _norm_method

# ---- complex numbers, of which there are none here


def _itself(name):
    def function(input):
        return input

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "The tensor itself, whose elements are real."
    torch.__dict__[name] = function
    if name != "real":
        setattr(Tensor, name, function)


for _name in ("conj", "conj_physical", "resolve_conj", "resolve_neg", "real"):
    _itself(_name)
Tensor.real = property(lambda self: self, doc="The tensor itself, whose elements are real.")


def imag(input):
    """Refused: the elements are real."""
    raise RuntimeError("imag is not implemented for tensors with non-complex dtypes.")


torch.imag = imag
Tensor.imag = property(imag)


def isreal(input):
    """True for each element."""
    return torch.ones_like(input, dtype=torch.bool)


def angle(input):
    """Pi for negative elements, else 0."""
    if not input.is_floating_point():
        input = input.to(torch.get_default_dtype())
    return torch.where(input.isnan(), input, torch.where(input < 0, math.pi, 0.0).to(input.dtype))


for _function in (isreal, angle):
    torch.__dict__[_function.__name__] = _function
    setattr(Tensor, _function.__name__, _function)

# ---- made of others

_SVD = return_type("svd", ("U", "S", "V"))


@_offered()
def svd(input, some=True, compute_uv=True):
    """Singular values, with the vectors as columns on both sides."""
    if not compute_uv:
        *batch, rows, columns = input.shape
        return _SVD(input.new_zeros((*batch, rows, rows)), torch.linalg.svdvals(input), input.new_zeros((*batch, columns, columns)))
    left, values, right = torch.linalg.svd(input, full_matrices=not some)
    return _SVD(left, values, right.mT)


_QR = return_type("qr", ("Q", "R"))
_QR_DEPRECATED = (
    "torch.qr is deprecated in favor of torch.linalg.qr and will be removed in a future PyTorch release.\n"
    "The boolean parameter 'some' has been replaced with a string parameter 'mode'.\nQ, R = torch.qr(A, some)\nshould be replaced with\n"
    "Q, R = torch.linalg.qr(A, 'reduced' if some else 'complete') (Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/BatchLinearAlgebra.cpp:2505.)"
)


@_offered()
def qr(input, some=True):
    """The factors of a matrix: one of orthonormal columns, and one that is zero below its diagonal."""
    warn_once(_QR_DEPRECATED)
    return _QR(*torch.linalg.qr(input, "reduced" if some else "complete"))


def spmm(input, mat2):
    """A product of matrices, of which PyTorch takes sparse ones too."""
    return torch.mm(input, mat2)


torch.spmm = torch.dsmm = spmm


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
Tensor.polygamma = lambda self, n: torch.polygamma(n, self)


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


@_offered(path="cartesianProd", is_method=False)
def cartesian_prod(inner, *tensors):
    """All combinations of the elements of vectors."""
    for each in tensors:
        if each.ndim != 1:
            raise RuntimeError(f"Expect a 1D vector, but got shape {list(each.shape)}")
    return inner(*tensors)
