"""Writes data/narrow.json: what PyTorch's CPU makes of numbers of two bytes and one. Run with PyTorch 2.13.0: python generateNarrow.py [elements per case]"""

import json
import os
import sys

os.environ["ATEN_CPU_CAPABILITY"] = "avx2"
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.backends.mkldnn.enabled = False
torch.manual_seed(0)
count = int(sys.argv[1]) if len(sys.argv) > 1 else 32
names = ["float32", "float64", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "bool"]
narrow = {"float16": torch.float16, "bfloat16": torch.bfloat16}


def bits(tensor):
    return [int(each) & 0xFFFF for each in tensor.detach().contiguous().view(torch.int16).flatten()]


def described(tensor):
    if tensor.dtype in narrow.values():
        return {"dtype": str(tensor.dtype)[6:], "sizes": list(tensor.shape), "bits": bits(tensor)}
    return {"dtype": str(tensor.dtype)[6:], "sizes": list(tensor.shape), "values": tensor.flatten().tolist()}


rounding = {}
patterns = torch.randint(0, 2**32, (4 * count,), dtype=torch.int64)
# Near the ties, the smallest normal numbers and the largest.
for exponent in range(96, 145):
    for low in (0x0FFF, 0x1000, 0x1001, 0x3000, 0x7FFF, 0x8000, 0x8001, 0x18000, 0x7FF000, 0x7FFFFF, 0):
        patterns = torch.cat([patterns, torch.tensor([(exponent << 23) | low])])
floats = torch.tensor([each - 2**32 if each >= 2**31 else each for each in patterns.tolist()], dtype=torch.int32).view(torch.float32)
rounding["patterns"] = patterns.tolist()
for name, dtype in narrow.items():
    rounding[name] = bits(floats.to(dtype))

promotion = [[a, b, str(torch.promote_types(getattr(torch, a), getattr(torch, b)))[6:]] for a in names for b in names]
operands = [(name, dims) for name in names for dims in (0, 1)]
made = {(name, dims): torch.ones([1] * dims, dtype=getattr(torch, name)) for name, dims in operands}
results = [[a, b, str(torch.result_type(made[a], made[b]))[6:]] for a in operands for b in operands]
results += [[a, scalar, str(torch.result_type(made[a], scalar))[6:]] for a in operands for scalar in (True, 2, 1.5)]

prints = []
for name in ["float16", "bfloat16", "int8", "int16"]:
    dtype = getattr(torch, name)
    for sizes in ([], [3], [2, 3], [0], [1001], [2, 2, 2]):
        for scale in (1, 1e-4, 1e3, 100):
            tensor = (torch.randn(sizes) * scale).to(dtype) if dtype.is_floating_point else (torch.randn(sizes) * 50).to(dtype)
            if tensor.numel() > 2 and dtype.is_floating_point and scale == 100:
                tensor.view(-1)[:2] = torch.tensor([float("inf"), float("nan")])
            if tensor.numel() < 1000:
                prints.append([described(tensor), repr(tensor)])

unary = "abs neg exp log sqrt rsqrt sin cos tan tanh sigmoid relu erf expm1 log1p square reciprocal floor ceil round sign exp2 asin atan sinh".split()
binary = "add sub mul div pow maximum minimum atan2 remainder".split()
functional = {
    "gelu": lambda x: F.gelu(x),
    "silu": lambda x: F.silu(x),
    "softplus": lambda x: F.softplus(x),
    "elu": lambda x: F.elu(x),
    "leakyRelu": lambda x: F.leaky_relu(x),
    "mish": lambda x: F.mish(x),
    "hardswish": lambda x: F.hardswish(x),
    "softmax": lambda x: F.softmax(x, 1),
    "logSoftmax": lambda x: F.log_softmax(x, 1),
    "sum": lambda x: x.sum(1),
    "sumOfColumns": lambda x: x.sum(0),
    "sumOfAll": lambda x: x.sum(),
    "mean": lambda x: x.mean(1),
    "var": lambda x: x.var(1),
    "std": lambda x: x.std(1),
    "norm": lambda x: x.norm(),
    "amax": lambda x: x.amax(1),
    "argmax": lambda x: x.argmax(1),
    "cumsum": lambda x: x.cumsum(1),
    "logsumexp": lambda x: x.logsumexp(1),
    "prod": lambda x: x.prod(1),
    "layerNorm": lambda x: F.layer_norm(x, [x.shape[1]]),
    "addScalar": lambda x: x + 0.1,
    "mulScalar": lambda x: x * 0.1,
    "transposed": lambda x: x.t() * 3,
    "greater": lambda x: x > 0.1,
    "toFloat": lambda x: x.float(),
}
products = {
    "matmul": lambda x, w, b: x @ w.t(),
    "linear": lambda x, w, b: F.linear(x, w, b),
    "addmm": lambda x, w, b: torch.addmm(b, x, w.t()),
    "vector": lambda x, w, b: x @ w[0],
}

cases = []
for name, dtype in narrow.items():
    for scale in (1, 0.01, 30):
        for sizes in ((3, count), (count, 5)):
            x = (torch.randn(sizes) * scale).to(dtype)
            y = (torch.randn(sizes) * scale).to(dtype)
            w = (torch.randn(7, sizes[1]) * 0.5).to(dtype)
            b = torch.randn(7).to(dtype)
            for op in unary:
                cases.append([op, [described(x)], described(getattr(torch, op)(x))])
            for op in binary:
                cases.append([op, [described(x), described(y)], described(getattr(torch, op)(x, y))])
            for op, run in functional.items():
                cases.append([op, [described(x)], described(run(x))])
            for op, run in products.items():
                cases.append([op, [described(x), described(w), described(b)], described(run(x, w, b))])
    image = torch.randn(2, 3, 7, 6).to(dtype)
    kernel = torch.randn(4, 3, 3, 3).to(dtype)
    cases.append(["conv2d", [described(image), described(kernel)], described(F.conv2d(image, kernel, padding=1))])
    # Gradients.
    x = torch.randn(4, 6).to(dtype).requires_grad_()
    w = torch.randn(5, 6).to(dtype).requires_grad_()
    F.linear(x, w).tanh().sum().backward()
    cases.append(["gradients", [described(x), described(w)], described(torch.cat([x.grad, w.grad]))])

fills = []
for name, dtype in narrow.items():
    for size in (5, 16, 40):
        torch.manual_seed(3)
        fills.append(["uniform", name, size, bits(torch.rand(size, dtype=dtype)), bits(torch.empty(size, dtype=dtype).uniform_(-2, 3))])
        torch.manual_seed(3)
        fills.append(["normal", name, size, bits(torch.randn(size, dtype=dtype)), bits(torch.empty(size, dtype=dtype).normal_(1, 0.5))])
        torch.manual_seed(3)
        fills.append(["random", name, size, bits(torch.empty(size, dtype=dtype).random_()), bits(torch.empty(size, dtype=dtype).bernoulli_(0.3))])

optimizers = []
for name, dtype in narrow.items():
    for kind, options in (("SGD", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01}), ("Adam", {"lr": 0.01}), ("AdamW", {"lr": 0.01}), ("RMSprop", {"lr": 0.01}), ("Adagrad", {"lr": 0.1})):
        p = torch.nn.Parameter(torch.randn(count).to(dtype))
        start = described(p)
        optimizer = getattr(torch.optim, kind)([p], foreach=False, **options)
        gradients = []
        for _ in range(3):
            p.grad = torch.randn(count).to(dtype)
            gradients.append(described(p.grad))
            optimizer.step()
        optimizers.append([kind, {"lr": options["lr"], "momentum": options.get("momentum"), "weightDecay": options.get("weight_decay")}, start, gradients, described(p)])

whole = []
for name in ("int8", "int16"):
    dtype = getattr(torch, name)
    x = (torch.randn(20) * 60).to(dtype)
    y = (torch.randn(20) * 60).to(dtype)
    y[y == 0] = 1
    for op in ("add", "sub", "mul", "div", "floor_divide", "remainder", "maximum", "eq", "lt", "bitwise_and"):
        whole.append([op, [described(x), described(y)], described(getattr(torch, op)(x, y))])
    for op in ("sum", "neg", "abs", "cumsum", "max", "argmax", "sort", "square"):
        result = torch.cumsum(x, 0) if op == "cumsum" else torch.sort(x)[0] if op == "sort" else getattr(torch, op)(x)
        whole.append([op, [described(x)], described(result)])

data = {"rounding": rounding, "promotion": promotion, "results": results, "prints": prints, "cases": cases, "fills": fills, "optimizers": optimizers, "whole": whole}
path = os.environ.get("OUT") or os.path.join(os.path.dirname(__file__), "data", "narrow.json")
with open(path, "w") as file:
    # NaN and infinities are no JSON; only bits hold them.
    json.dump(data, file, separators=(",", ":"), allow_nan=False)
    file.write("\n")
