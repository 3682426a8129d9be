"""Writes data/accuracy.json: functions of each element and losses with PyTorch 2.13.0, to be compared bit for bit.

    ATEN_CPU_CAPABILITY=avx2 python generateAccuracy.py
"""
import json, pathlib, random, warnings
import numpy
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
torch.backends.mkldnn.enabled = False
warnings.simplefilter("ignore")
random.seed(0)
torch.manual_seed(0)
length = 20000
numbers = torch.randn(length)
others = torch.randn(length)
magnitudes = [1e-40, 1e-30, 1e-10, 1e-3, 0.1, 1.0, 1.0, 1.0, 3.0, 10.0, 50.0, 1e3, 1e10, 1e38]

functions = {
    "log1p": lambda x, y: x.abs().log1p(), "log1p of negative": lambda x, y: x.abs().clamp(max=1).neg().log1p(), "expm1": lambda x, y: x.expm1(),
    "sigmoid": lambda x, y: x.sigmoid(), "silu": lambda x, y: F.silu(x), "logsigmoid": lambda x, y: F.logsigmoid(x), "softplus": lambda x, y: F.softplus(x),
    "softplus 2 5": lambda x, y: F.softplus(x, 2, 5), "rsqrt": lambda x, y: x.abs().rsqrt(), "pow tensor": lambda x, y: x.abs().pow(y),
    "power of number": lambda x, y: torch.pow(2.5, x),
    **{f"pow {p}": lambda x, y, p=p: (x if p % 1 == 0 else x.abs()).pow(p) for p in [2.5, 1.7, -0.3, 5, -3, 3, -1, -2, -0.5, 0.1, 30]},
    **{f"norm {p}": lambda x, y, p=p: torch.linalg.vector_norm(x, p) for p in [3, 5, 2.5, 0.5, -1, -3]},
    "norms": lambda x, y: torch.linalg.vector_norm(x, 3, -1),
    "logsumexp": lambda x, y: x.logsumexp(-1), "exp": lambda x, y: x.exp(), "log": lambda x, y: x.abs().log(),
}
probability = lambda x: (x.clamp(-1e4, 1e4) * 7.3).frac().abs()
losses = {
    "binary_cross_entropy": lambda x, y, r: F.binary_cross_entropy(x, probability(y), reduction=r),
    "weighted binary_cross_entropy": lambda x, y, r: F.binary_cross_entropy(x, (y > 0).float(), y.abs(), reduction=r),
    "binary_cross_entropy_with_logits": lambda x, y, r: F.binary_cross_entropy_with_logits(x, probability(y), reduction=r),
    "weighted binary_cross_entropy_with_logits": lambda x, y, r: F.binary_cross_entropy_with_logits(x, (y > 0).float(), y.abs(), reduction=r, pos_weight=y.abs()),
    "multilabel_soft_margin_loss": lambda x, y, r: F.multilabel_soft_margin_loss(x.reshape(1, -1), (y > 0).float().reshape(1, -1), reduction=r),
    "soft_margin_loss": lambda x, y, r: F.soft_margin_loss(x, y.sign(), reduction=r),
    "kl_div": lambda x, y, r: F.kl_div(x, probability(y), reduction=r), "mse_loss": lambda x, y, r: F.mse_loss(x, y, reduction=r),
    "l1_loss": lambda x, y, r: F.l1_loss(x, y, reduction=r), "smooth_l1_loss": lambda x, y, r: F.smooth_l1_loss(x, y, reduction=r, beta=0.7),
    "huber_loss": lambda x, y, r: F.huber_loss(x, y, reduction=r, delta=1.3),
}


def columns(x):
    return x.reshape(-1)[: x.numel() // 11 * 11].reshape(x.numel() // 11, 11)


# Those of which the gradient is compared too: what they are of, their way back given.
activations = {
    "softmax": lambda x: x.softmax(-1), "log_softmax": lambda x: x.log_softmax(-1),
    "softmax of columns": lambda x: columns(x).softmax(0), "log_softmax of columns": lambda x: columns(x).log_softmax(0),
    "gelu": lambda x: F.gelu(x), "gelu by tanh": lambda x: F.gelu(x, approximate="tanh"), "elu 0.7": lambda x: F.elu(x, 0.7), "celu 1.3": lambda x: F.celu(x, 1.3),
    "selu": lambda x: F.selu(x), "mish": lambda x: F.mish(x), "hardswish": lambda x: F.hardswish(x), "hardsigmoid": lambda x: F.hardsigmoid(x),
    "softsign": lambda x: F.softsign(x), "glu": lambda x: F.glu(torch.cat([x, x.flip(-1)], -1)), "silu": lambda x: F.silu(x), "sigmoid": lambda x: x.sigmoid(),
    "softplus": lambda x: F.softplus(x), "logsigmoid": lambda x: F.logsigmoid(x), "tanh": lambda x: x.tanh(), "cross_entropy": lambda x: F.cross_entropy(columns(x), torch.arange(x.numel() // 11) % 11),
}


def laid(x, layout):
    if layout == "dense":
        return x
    if layout == "every other":
        return x[::2]
    rows = x.reshape(-1, 7) if layout == "rows of seven" else x.reshape(2, -1)
    return rows[:, :-1] if layout == "rows of seven" else rows[:, : rows.shape[1] // 2] if layout == "halves" else rows.t()


bounded = ["tanh", "exp", "log", "logsumexp", "power of number", "soft_margin_loss", "smooth_l1_loss", "huber_loss"]


def encode(result, isBounded=False):
    values = result.detach().contiguous().flatten().numpy().copy()
    values[numpy.isnan(values)] = numpy.nan
    if isBounded:
        values = values[-20:]
    elif len(values) > 5:
        return torch.tensor(bytearray(values.tobytes()), dtype=torch.int64).mul(torch.arange(values.nbytes) % 9973 + 1).sum().item()
    return [float(str(value)) if numpy.isfinite(value) else str(value) for value in values]


cases = []
lengths = [1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 23, 31, 32, 33, 40, 47, 48, 63, 64, 65, 70, 100, 255, 256, 257, 300, 511, 1000, 1023, 4097, 17000]
for name in [*functions, *losses]:
    for n in lengths:
        for layout in ["dense", *random.sample(["every other", "rows of seven", "halves", "transposed"], 1)]:
            if (layout == "rows of seven" and n % 7) or (layout in ["halves", "transposed"] and n % 2):
                continue
            magnitude = random.choice(magnitudes)
            if name in functions:
                x = laid(numbers[:n] * magnitude, layout)
                y = laid(others[:n] * 2, layout)
                cases.append([name, n, layout, magnitude, None, encode(functions[name](x, y), name in bounded)])
                continue
            reduction = random.choice(["none", "mean", "sum"])
            x = laid(numbers[:n] * magnitude, layout)
            x = (probability(x) if name.endswith("binary_cross_entropy") else x).requires_grad_()
            y = laid(others[:n] * 2, layout)
            loss = losses[name](x, y, reduction)
            loss.sum().backward()
            cases.append([name, n, layout, magnitude, reduction, encode(loss, name == "soft_margin_loss")])
            # With weights PyTorch has a formula of its own for the way back.
            if layout == "dense" and not name.startswith("weighted"):
                cases.append([f"gradient of {name}", n, layout, magnitude, reduction, encode(x.grad, name in bounded)])

for name in activations:
    for n in [1, 7, 8, 9, 16, 17, 33, 64, 70, 100, 256, 1001, 4098, 17003]:
        layouts = ["every other", *(["rows of seven"] if n % 7 == 0 else []), *(["halves", "transposed"] if n % 2 == 0 else [])]
        for layout in ["dense", random.choice(layouts)]:
            magnitude = random.choice(magnitudes)
            x = laid(numbers[:n] * magnitude, layout).detach().requires_grad_()
            if name == "cross_entropy" and n < 11:
                continue
            result = activations[name](x)
            result.backward(others[: result.numel()].reshape(result.shape))
            cases.append([name, n, layout, magnitude, None, encode(result, name in bounded)])
            if name not in bounded:
                cases.append([f"gradient of {name}", n, layout, magnitude, None, encode(x.grad)])

text = "[\n" + ",\n".join(json.dumps(each) for each in cases).replace("Infinity", "1e999") + "\n]\n"
(pathlib.Path(__file__).parent / "data" / "accuracy.json").write_text(text)
print(len(cases), len(text))
