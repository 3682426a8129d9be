"""Which numbers an element of each dtype takes, and how PyTorch refuses the others."""

import torch
import torch.nn.functional as F


def show(label, f):
    try:
        print(label, f())
    except Exception as error:
        print(label, type(error).__name__, error)


for dtype in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool, torch.float16, torch.bfloat16, torch.float32, torch.float64):
    for value in (1.7, -1.7, -0.5, 127.5, 255.5, 300, -1, -255, 65504.0, 65520.0, 2**40, float("inf"), float("nan")):
        two = torch.ones(2, dtype=dtype)
        first = torch.tensor([True, False])

        def put():
            x = torch.zeros(2, dtype=dtype)
            x[:] = value
            return x

        show((dtype, value, "fill_"), lambda: torch.empty(2, dtype=dtype).fill_(value))
        show((dtype, value, "constant_"), lambda: torch.nn.init.constant_(torch.empty(2, dtype=dtype), value))
        show((dtype, value, "full"), lambda: torch.full((2,), value, dtype=dtype))
        show((dtype, value, "tensor"), lambda: torch.tensor([value], dtype=dtype))
        if dtype.itemsize != 2 or not dtype.is_floating_point:
            show((dtype, value, "masked_fill"), lambda: two.masked_fill(first, value))
            show((dtype, value, "index_fill"), lambda: two.index_fill(0, torch.tensor([0]), value))
        show((dtype, value, "setitem"), put)
        if isinstance(value, int):
            show((dtype, value, "where"), lambda: torch.where(first, two, value))
        show((dtype, value, "add"), lambda: two + value)
for dtype in (torch.int64, torch.int8, torch.float16, torch.float32, torch.bool):
    print(torch.nn.init.constant_(torch.empty(2, dtype=dtype), True))
