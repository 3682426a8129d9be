"""Writes data/reductions.json: reductions with PyTorch 2.13.0 over magnitudes, lengths and layouts, to be compared bit for bit.

    ATEN_CPU_CAPABILITY=avx2 python generateReductions.py
"""
import itertools, json, pathlib, random
import numpy
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
random.seed(0)

length = 20000
magnitudes = [1e-40, 1e-30, 1e-22, 1e-19, 1e-3, 1.0, 1e10, 1e19, 1e30, 1e38]
torch.manual_seed(0)
numbers = torch.randn(length)
inf = float("inf")


def make(magnitude, sizes, steps, dtype):
    x = numbers[: int(torch.tensor(sizes).prod())].reshape(sizes).mul(magnitude).to(getattr(torch, dtype))
    for step, *args in steps:
        x = x[tuple(slice(*args[1:]) if d == args[0] else slice(None) for d in range(x.dim()))] if step == "slice" else getattr(x, step)(*args)
    return x


reductions = {
    "sum": lambda x, dim: x.sum(dim), "nansum": lambda x, dim: x.nansum(dim), "mean": lambda x, dim: x.mean(dim), "var": lambda x, dim: x.var(dim),
    "std": lambda x, dim: x.std(dim, correction=0), "logsumexp": lambda x, dim: x.logsumexp(list(range(x.dim())) if dim is None else dim),
    **{f"norm {p}": lambda x, dim, p=p: torch.linalg.vector_norm(x, p, dim) for p in [0, 1, 2, inf, -inf, 3, 0.5, -1]},
}
along = {
    "prod": lambda x, dim: x.prod() if dim is None else x.prod(dim), "cumsum": lambda x, dim: x.cumsum(dim or 0), "cumprod": lambda x, dim: x.cumprod(dim or 0),
    "normalize": lambda x, dim: F.normalize(x, dim=dim or 0), "cosine_similarity": lambda x, dim: F.cosine_similarity(x, x.flip(0), dim=dim or 0),
}
losses = {
    "mse_loss": lambda x, _: F.mse_loss(x, x.flip(0)), "l1_loss": lambda x, _: F.l1_loss(x, x.flip(0)), "smooth_l1_loss": lambda x, _: F.smooth_l1_loss(x, x.flip(0)),
    "huber_loss": lambda x, _: F.huber_loss(x, x.flip(0), reduction="sum"), "hinge_embedding_loss": lambda x, _: F.hinge_embedding_loss(x, x.flip(0).sign()),
    "pairwise_distance": lambda x, _: F.pairwise_distance(x, x.flip(0)), "grad of expand": lambda x, _: x.reshape(-1, x.shape[-1]).sum_to_size(1, x.shape[-1]),
}
functions = {**reductions, **along, **losses}
lengths = [1, 2, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 100, 127, 129, 255, 513, 1000, 1025, 2049, 4097, 10000, 20000]
shapes = [[3, 4], [7, 9], [16, 16], [5, 33], [40, 31], [64, 100], [1000, 2], [2, 1000], [3, 7, 11], [13, 8, 40], [40, 13, 8], [6, 5, 8, 9], [10, 1, 20], [129, 65]]


def encode(result):
    values = result.contiguous().flatten().numpy().copy()
    values[numpy.isnan(values)] = numpy.nan
    if len(values) > 5:
        return torch.tensor(bytearray(values.tobytes()), dtype=torch.int64).mul(torch.arange(values.nbytes) % 9973 + 1).sum().item()
    return [float(str(value)) if numpy.isfinite(value) else str(value) for value in values]


cases = []


def case(name, magnitude, sizes, steps, dim, dtype="float32"):
    result = functions[name](make(magnitude, sizes, steps, dtype), dim)
    cases.append([name, magnitude, sizes, steps, dim, dtype, encode(result)])


for name in functions:
    for n in lengths:
        case(name, random.choice(magnitudes), [n], [], None)
        case(name, 1.0, [n], [], None, "float64") if random.random() < 0.3 else None
        if 2 * n <= length:
            case(name, random.choice(magnitudes), [2 * n], [["slice", 0, 1, 2 * n, 2]], None)
    for sizes in shapes:
        rank = len(sizes)
        dims = [None, *range(rank)] + ([list(c) for k in range(2, rank + 1) for c in itertools.combinations(range(rank), k)] if name in reductions else [])
        layouts = [[], [["transpose", 0, rank - 1]], [["slice", rank - 1, 0, None, 2]], [["slice", 0, 1, None, 1], ["transpose", rank - 2, rank - 1]]]
        for steps in layouts:
            for dim in [None] if name in losses else random.sample(dims, min(len(dims), 2)):
                case(name, random.choice([1.0, *magnitudes]), sizes, steps, dim, random.choice(["float32"] * 5 + ["float64"]))

def clipped(seed):
    """Gradients of several sizes, clipped together: the norm, and what becomes of them."""
    torch.manual_seed(seed)
    sizes = [[random.choice([1, 7, 30, 300]), random.choice([1, 8, 33])] for _ in range(random.choice([1, 3, 6]))]
    magnitude, most, order = random.choice([1e-20, 1.0, 1.0, 1.0, 1e20]), random.choice([0.5, 1.0, 3.7, 1e6]), random.choice([2, 2, 2, 1, inf])
    parameters = [torch.nn.Parameter(torch.randn(size) * magnitude) for size in sizes]
    for parameter in parameters:
        parameter.grad = parameter.detach().clone()
    norm = torch.nn.utils.clip_grad_norm_(parameters, most, order)
    return [seed, sizes, magnitude, most, order, encode(norm), encode(torch.cat([parameter.grad.flatten() for parameter in parameters]))]


def likelihood(seed):
    """Negative log-likelihoods of many samples, some of them ignored."""
    torch.manual_seed(seed)
    sizes = [random.choice([1, 5, 16, 17, 33, 255, 257, 1000, 5000]), random.choice([2, 3, 10]), *random.choice([[], [], [3], [2, 3]])]
    magnitude, weighted, reduction, ignored = random.choice([1e-40, 1.0, 1.0, 1e20, 1e38]), random.random() < 0.4, random.choice(["mean", "sum"]), random.choice([-100, 1])
    x, target, weight = torch.randn(sizes) * magnitude, torch.randint(0, sizes[1], [sizes[0], *sizes[2:]]), torch.rand(sizes[1])
    loss = F.nll_loss(x, target, weight if weighted else None, reduction=reduction, ignore_index=ignored)
    return [seed, sizes, magnitude, weighted, reduction, ignored, encode(loss)]


def text(rows):
    return "[\n" + ",\n".join(json.dumps(row) for row in rows).replace("Infinity", "1e999") + "\n]"


parts = {"reductions": cases, "clipping": [clipped(seed) for seed in range(60)], "likelihoods": [likelihood(seed) for seed in range(100)]}
found = "{" + ",\n".join(f'"{name}": {text(rows)}' for name, rows in parts.items()) + "}\n"
(pathlib.Path(__file__).parent / "data" / "reductions.json").write_text(found)
print({name: len(rows) for name, rows in parts.items()}, len(found))
