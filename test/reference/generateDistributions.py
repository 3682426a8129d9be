"""Writes data/torch_distributions.json: samples, densities, moments, divergences, texts and errors of torch.distributions, with PyTorch 2.13.0.

    python generateDistributions.py
"""
import json, math, pathlib
import torch
from torch import distributions as d

torch.set_num_threads(1)


def number(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def encode(tensor):
    tensor = tensor.detach()
    return {"shape": list(tensor.shape), "dtype": str(tensor.dtype).removeprefix("torch."), "data": [number(v) for v in tensor.reshape(-1).tolist()]}


def argument(value):
    return torch.tensor(value) if isinstance(value, list) else value


specs = [
    ("Normal", {"loc": 0.5, "scale": 2.0}),
    ("Normal", {"loc": [0.0, 1.0, -2.0], "scale": [1.0, 0.5, 3.0]}),
    ("Normal", {"loc": [[0.0], [1.0]], "scale": [1.0, 2.0, 3.0]}),
    ("Uniform", {"low": -1.0, "high": 3.0}),
    ("Uniform", {"low": [0.0, 1.0], "high": [1.0, 4.0]}),
    ("Bernoulli", {"probs": 0.3}),
    ("Bernoulli", {"probs": [0.0, 0.25, 0.5, 1.0]}),
    ("Bernoulli", {"logits": [-1.0, 0.0, 2.0]}),
    ("Categorical", {"probs": [0.2, 0.3, 0.5]}),
    ("Categorical", {"probs": [1.0, 2.0, 0.0, 5.0]}),
    ("Categorical", {"logits": [[0.0, 1.0, -1.0], [3.0, 0.5, 0.5]]}),
]
cases = []
for name, arguments in specs:
    make = lambda: getattr(d, name)(**{key: argument(value) for key, value in arguments.items()})
    dist = make()
    case = {"name": name, "arguments": arguments, "text": str(dist), "batchShape": list(dist.batch_shape), "samples": []}
    for shape in ([], [5], [3, 8]):
        torch.manual_seed(11)
        sample = dist.sample(shape)
        case["samples"].append({"sampleShape": shape, "value": encode(sample), "logProb": encode(dist.log_prob(sample)), "next": torch.rand(1).item()})
        if name in ("Normal", "Uniform"):
            case["samples"][-1]["cdf"] = encode(dist.cdf(sample))
    if dist.has_rsample:
        torch.manual_seed(11)
        case["rsample"] = encode(dist.rsample([4]))
    for key in ("mean", "variance", "stddev", "mode"):
        case[key] = encode(getattr(dist, key))
    case["entropy"] = encode(dist.entropy())
    case["perplexity"] = encode(dist.perplexity())
    leaves = {key: torch.tensor(value).requires_grad_() for key, value in arguments.items()}
    grown = getattr(d, name)(**leaves)
    torch.manual_seed(11)
    grown.log_prob(grown.sample([3])).sum().backward()
    case["gradients"] = {key: encode(leaf.grad) for key, leaf in leaves.items()}
    cases.append(case)

pairs = []
for (pn, pa) in specs:
    for (qn, qa) in specs:
        p = getattr(d, pn)(**{k: argument(v) for k, v in pa.items()})
        q = getattr(d, qn)(**{k: argument(v) for k, v in qa.items()})
        try:
            value = encode(d.kl_divergence(p, q))
        except (RuntimeError, NotImplementedError, IndexError):
            continue
        pairs.append({"p": [pn, pa], "q": [qn, qa], "value": value})

errors = []
for name, arguments, value in [
    ("Normal", {"loc": 0.0, "scale": -1.0}, None),
    ("Categorical", {"probs": [-1.0, 2.0]}, None),
    ("Bernoulli", {"probs": [2.0]}, None),
    ("Uniform", {"low": 1.0, "high": 0.0}, None),
    ("Normal", {"loc": 0.0, "scale": 1.0}, float("nan")),
    ("Categorical", {"probs": [0.5, 0.5]}, 2),
    ("Uniform", {"low": 0.0, "high": 1.0}, 2.0),
    ("Normal", {"loc": [0.0, 0.0], "scale": 1.0}, [0.0, 0.0, 0.0]),
    ("Bernoulli", {"probs": 0.5}, 0.5),
    ("Categorical", {}, None),
]:
    try:
        dist = getattr(d, name)(**{k: argument(v) for k, v in arguments.items()})
        dist.log_prob(torch.tensor(value))
    except Exception as error:
        errors.append({"name": name, "arguments": arguments, "value": "NaN" if value != value else value, "error": type(error).__name__, "message": str(error)})

out = pathlib.Path(__file__).parent / "data" / "torch_distributions.json"
out.write_text(json.dumps({"cases": cases, "pairs": pairs, "errors": errors}) + "\n")
