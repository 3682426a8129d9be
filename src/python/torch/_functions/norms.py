"""Norms of vectors and matrices; the nuclear and the spectral ones are those of singular values."""
import torch

from .._calls import make_function
from .._out import into
from .._tensor import Tensor
from .offering import offered


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


@offered("linalg", "linalg.matrixNorm", is_method=False)
def matrix_norm(inner, A, ord="fro", dim=(-2, -1), keepdim=False, *, dtype=None):
    """Norms of matrices; 'nuc', 2 and -2 are those of their singular values."""
    if A.ndim > 1 and _is_of_values(A, ord, dim):
        return _matrix_norm(A, ord, dim, keepdim, dtype)
    return inner(A, ord, dim, keepdim, **({} if dtype is None else {"dtype": dtype}))


@offered("linalg", "linalg.norm", is_method=False)
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
