"""What programs take from PyTorch's own core."""
from ._overrides import disabled as DisableTorchFunctionSubclass  # noqa: F401
from ._random import Generator  # noqa: F401
