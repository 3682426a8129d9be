from .._parameter import Buffer, Parameter, UninitializedBuffer, UninitializedParameter, UninitializedTensorMixin
from .._bridge import Handle as _Handle


def is_lazy(param):
    """Whether a parameter has no shape yet."""
    return isinstance(param, UninitializedTensorMixin)
