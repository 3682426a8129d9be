"""What is asked of samples: how they vary together, how far apart they are, where they lie among boundaries."""
import torch

from .._bridge import warn
from .offering import offered, scalar_type


@offered(path="diff")
def diff(inner, input, n=1, dim=-1, prepend=None, append=None):
    """Differences between neighbours along a dimension, `n` times, with what goes before and after them."""
    parts = [each for each in (prepend, input, append) if each is not None]
    return inner(torch.cat(parts, dim) if len(parts) > 1 and n else input, n, dim)


@offered(path="bucketize", is_method=False)
def bucketize(inner, input, boundaries, *, out_int32=False, right=False):
    """The index of the bucket that each value falls into."""
    found = inner(torch.as_tensor(input), boundaries, right=right)
    return found.int() if out_int32 else found


@offered(path="searchsorted", is_method=False)
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


@offered()
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
            raise RuntimeError(f"cov(): expected {name} to have {kind} dtype but got {name} with {scalar_type(each)} dtype")
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


@offered()
def corrcoef(input):
    """Correlations between the rows."""
    if input.ndim > 2:
        raise RuntimeError(f"corrcoef(): expected input to have two or fewer dimensions but got an input with {input.ndim} dimensions")
    c = cov(input)
    if not c.ndim:
        return c / c
    deviation = c.diag().sqrt()
    return c / deviation.unsqueeze(1) / deviation.unsqueeze(0)


@offered(path="cdist", is_method=False)
def cdist(inner, x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """Distances between all pairs of rows, in the norm `p`."""
    if compute_mode not in ("use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist", "donot_use_mm_for_euclid_dist"):
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    return inner(x1, x2, p)
