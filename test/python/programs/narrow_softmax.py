"""Softmax and its logarithm of numbers of two bytes: each number as PyTorch's CPU rounds it, along every dimension, forwards and backwards."""

import zlib

import torch

torch.manual_seed(0)
for dtype in (torch.bfloat16, torch.float16):
    for shape in ((5, 10), (4, 37), (20, 33), (3, 8, 7), (2, 5, 48), (6,)):
        for scale in (1, 6):
            values = (torch.randn(shape) * scale).to(dtype)
            gradient = torch.randn(shape).to(dtype)
            for dim in range(len(shape)):
                for f in (torch.softmax, torch.log_softmax):
                    x = values.clone().requires_grad_()
                    y = f(x, dim)
                    y.backward(gradient)
                    print(f.__name__, dtype, shape, scale, dim, *(zlib.crc32(repr(each.float().tolist()).encode()) for each in (y.detach(), x.grad)))
