"""Decompositions and what is solved by them, with the arguments that PyTorch takes beside the engine's."""
import torch

from .._bridge import return_type, warn_once
from .._tensor import Tensor
from .offering import offered


def _half(A, UPLO):
    """The matrix of whose lower half the engine reads what PyTorch reads."""
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}")
    return A.mT if UPLO.upper() == "U" else A


@offered("linalg", "linalg.eigh", is_method=False)
def eigh(inner, A, UPLO="L"):
    """Eigenvalues and eigenvectors of a symmetric matrix, of which the lower half is read, or the upper."""
    return inner(_half(A, UPLO))


@offered("linalg", "linalg.eigvalsh", is_method=False)
def eigvalsh(inner, A, UPLO="L"):
    """Eigenvalues of a symmetric matrix, of which the lower half is read, or the upper."""
    return inner(_half(A, UPLO))


def _tolerance(A, largest, atol, rtol):
    """Below which a singular value counts as none."""
    if rtol is None:
        rtol = torch.finfo(A.dtype).eps * max(A.shape[-2:]) if atol is None or not isinstance(atol, Tensor) and atol <= 0 else 0.0
    tolerance = largest * rtol
    return tolerance if atol is None else torch.maximum(tolerance, torch.as_tensor(atol, dtype=tolerance.dtype).expand_as(tolerance) if tolerance.ndim else torch.as_tensor(atol, dtype=tolerance.dtype))


@offered("linalg", "linalg.matrixRank", is_method=False)
def matrix_rank(inner, A, tol=None, hermitian=False, *, atol=None, rtol=None):
    """How many singular values count: those above the larger of `atol` and `rtol` times the largest."""
    if tol is None and atol is None and rtol is None and not hermitian:
        return inner(A)
    values = torch.linalg.eigvalsh(A).abs() if hermitian else torch.linalg.svdvals(A)
    if not values.size(-1):
        return torch.zeros(values.shape[:-1], dtype=torch.int64)
    tolerance = torch.as_tensor(tol) if tol is not None else _tolerance(A, values.amax(-1), atol, rtol)
    return (values > (tolerance.unsqueeze(-1) if tolerance.ndim else tolerance)).sum(-1)


@offered("linalg", "linalg.pinv", is_method=False)
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


@offered("linalg", "linalg.lstsq", is_method=False)
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


_SVD = return_type("svd", ("U", "S", "V"))


@offered()
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


@offered()
def qr(input, some=True):
    """The factors of a matrix: one of orthonormal columns, and one that is zero below its diagonal."""
    warn_once(_QR_DEPRECATED)
    return _QR(*torch.linalg.qr(input, "reduced" if some else "complete"))


def spmm(input, mat2):
    """A product of matrices, of which PyTorch takes sparse ones too."""
    return torch.mm(input, mat2)


torch.spmm = torch.dsmm = spmm
