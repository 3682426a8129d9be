from typing import Any, Union
from ._types import device, dtype
_device = Device = Union[device, str, int, None]
_dtype = dtype
_size = Union[tuple, list]
Number = Union[int, float, bool]
