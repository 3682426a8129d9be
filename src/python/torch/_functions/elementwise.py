"""Functions of single elements."""
import torch

from .._tensor import Tensor
from .offering import offered


@offered(path="rsub", is_method=False)
def rsub(inner, input, other, alpha=1):
    """`other` less `alpha` times the tensor."""
    return inner(input, other) if alpha == 1 else inner(input * alpha, other)


Tensor.polygamma = lambda self, n: torch.polygamma(n, self)
