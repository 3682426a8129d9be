"""Weights whose columns, or rows, are orthonormal."""
from enum import Enum, auto

from ..modules.module import Module


class _OrthMaps(Enum):
    matrix_exp = auto()
    cayley = auto()
    householder = auto()


def _reflectors(matrix):
    """R above the diagonal and the reflectors below it, with their factors, column by column."""
    import torch

    if matrix.ndim > 2:
        parts = [_reflectors(each) for each in matrix.reshape(-1, *matrix.shape[-2:])]
        whole, factors = (torch.stack(each) for each in zip(*parts))
        return whole.reshape(matrix.shape), factors.reshape(*matrix.shape[:-2], -1)
    whole = matrix.double().clone()
    rows, columns = whole.shape
    factors = []
    for i in range(min(rows, columns)):
        head, below = whole[i, i].item(), whole[i + 1 :, i]
        length = below.norm().item() if i + 1 < rows else 0.0
        if length == 0.0:
            factors.append(0.0)
            continue
        beta = -(head**2 + length**2) ** 0.5 if head >= 0 else (head**2 + length**2) ** 0.5
        factors.append((beta - head) / beta)
        reflector = torch.cat([torch.ones(1, dtype=torch.float64), below / (head - beta)])
        whole[i:, i + 1 :] -= factors[-1] * torch.outer(reflector, reflector @ whole[i:, i + 1 :])
        whole[i, i] = beta
        whole[i + 1 :, i] = reflector[1:]
    return whole.to(matrix.dtype), torch.tensor(factors, dtype=matrix.dtype)


def _made_orthogonal(matrix):
    import torch

    found = torch.linalg.qr(matrix)
    return found.Q * found.R.diagonal(dim1=-2, dim2=-1).sgn().unsqueeze(-2)


class _Orthogonal(Module):
    __module__ = "torch.nn.utils.parametrizations"

    def __init__(self, weight, orthogonal_map, *, use_trivialization=True):
        super().__init__()
        self.shape = weight.shape
        self.orthogonal_map = orthogonal_map
        if use_trivialization:
            self.register_buffer("base", None)

    def forward(self, X):
        import torch

        transposed = X.size(-2) < X.size(-1)
        if transposed:
            X = X.mT
        n, k = X.size(-2), X.size(-1)
        if self.orthogonal_map is _OrthMaps.householder:
            below = X.tril(diagonal=-1)
            factors = 2.0 / (1.0 + (below * below).sum(dim=-2))
            Q = torch.linalg.householder_product(below, factors)
            # The diagonal is 1 and -1, and is not learnt.
            Q = Q * X.diagonal(dim1=-2, dim2=-1).int().unsqueeze(-2)
        else:
            X = X.tril()
            if n != k:
                X = torch.cat([X, X.new_zeros(n, n - k).expand(*X.shape[:-2], -1, -1)], dim=-1)
            skew = X - X.mT
            if self.orthogonal_map is _OrthMaps.matrix_exp:
                Q = torch.matrix_exp(skew)
            else:
                identity = torch.eye(n, dtype=skew.dtype)
                Q = torch.linalg.solve(torch.add(identity, skew, alpha=-0.5), torch.add(identity, skew, alpha=0.5))
            if n != k:
                Q = Q[..., :k]
        if hasattr(self, "base"):
            Q = self.base @ Q
        return Q.mT if transposed else Q

    def right_inverse(self, Q):
        import torch

        if Q.shape != self.shape:
            raise ValueError(f"Expected a matrix or batch of matrices of shape {self.shape}. Got a tensor of shape {Q.shape}.")
        with torch.no_grad():
            given, transposed = Q, Q.size(-2) < Q.size(-1)
            if transposed:
                Q = Q.mT
            n, k = Q.size(-2), Q.size(-1)
            if not hasattr(self, "base"):
                if self.orthogonal_map is not _OrthMaps.householder:
                    raise NotImplementedError("It is not possible to assign to the matrix exponential or the Cayley parametrizations when use_trivialization=False.")
                whole, factors = _reflectors(Q)
                diagonal = whole.diagonal(dim1=-2, dim2=-1)
                diagonal.sign_()
                diagonal[factors == 0.0] *= -1
                return whole.mT if transposed else whole
            if n == k:
                identity = torch.eye(k, dtype=Q.dtype)
                is_orthogonal = torch.allclose(Q.mT @ Q, identity, atol=10.0 * n * torch.finfo(Q.dtype).eps)
                self.base = Q.clone() if is_orthogonal else _made_orthogonal(Q)
            else:
                # Completed to a square matrix.
                self.base = _made_orthogonal(torch.cat([Q, torch.randn(*Q.shape[:-2], n, n - k, dtype=Q.dtype)], dim=-1))
            # Of this original each of the three maps makes the identity.
            original = torch.zeros_like(given)
            original.diagonal(dim1=-2, dim2=-1).fill_(-1.0)
            return original


def orthogonal(module, name="weight", orthogonal_map=None, *, use_trivialization=True):
    """Has a weight's columns be orthonormal, or its rows where those are fewer. `orthogonal_map`: "matrix_exp", "cayley" or "householder"; None for the first of a square matrix, else the last."""
    from . import parametrize
    from ..._tensor import Tensor

    weight = getattr(module, name, None)
    if not isinstance(weight, Tensor):
        raise ValueError(f"Module '{module}' has no parameter or buffer with name '{name}'")
    if weight.ndim < 2:
        raise ValueError(f"Expected a matrix or batch of matrices. Got a tensor of {weight.ndim} dimensions.")
    if orthogonal_map is None:
        orthogonal_map = "matrix_exp" if weight.size(-2) == weight.size(-1) else "householder"
    known = getattr(_OrthMaps, orthogonal_map, None)
    if known is None:
        raise ValueError(f'orthogonal_map has to be one of "matrix_exp", "cayley", "householder". Got: {orthogonal_map}')
    made = _Orthogonal(weight, known, use_trivialization=use_trivialization)
    parametrize.register_parametrization(module, name, made, unsafe=True)
    return module


orthogonal.__module__ = "torch.nn.utils.parametrizations"
