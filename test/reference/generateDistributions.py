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
specs += [
    ("Exponential", {"rate": 1.5}), ("Exponential", {"rate": [0.5, 2.0, 7.0]}),
    ("Gamma", {"concentration": 2.5, "rate": 1.5}), ("Gamma", {"concentration": [0.3, 1.0, 4.0, 20.0], "rate": [1.0, 2.0, 0.5, 3.0]}),
    ("Chi2", {"df": [1.0, 5.0]}),
    ("Beta", {"concentration1": 2.0, "concentration0": 3.0}), ("Beta", {"concentration1": [0.5, 2.0], "concentration0": [0.5, 5.0]}),
    ("Dirichlet", {"concentration": [1.0, 2.0, 0.5]}), ("Dirichlet", {"concentration": [[1.0, 2.0], [3.0, 0.7]]}),
    ("Laplace", {"loc": 0.5, "scale": 2.0}), ("Laplace", {"loc": [0.0, -1.0], "scale": [1.0, 3.0]}),
    ("Cauchy", {"loc": [0.0, -1.0], "scale": [1.0, 3.0]}),
    ("Poisson", {"rate": 3.5}), ("Poisson", {"rate": [0.5, 4.0, 25.0]}),
    ("Geometric", {"probs": 0.3}), ("Geometric", {"probs": [0.1, 0.5, 0.9]}), ("Geometric", {"logits": [-1.0, 0.5]}),
    ("Gumbel", {"loc": 0.5, "scale": 2.0}), ("Gumbel", {"loc": [0.0, -1.0], "scale": [1.0, 3.0]}),
    ("LogNormal", {"loc": 0.25, "scale": 0.5}), ("LogNormal", {"loc": [0.0, -1.0], "scale": [1.0, 0.5]}),
    ("StudentT", {"df": [1.0, 2.0, 3.5, 10.0]}), ("StudentT", {"df": 4.0, "loc": 1.0, "scale": 2.0}),
    ("HalfNormal", {"scale": 2.0}), ("HalfNormal", {"scale": [1.0, 0.5]}), ("HalfCauchy", {"scale": [1.0, 0.5]}),
    ("Pareto", {"scale": [1.0, 2.0], "alpha": [3.0, 1.5]}), ("Weibull", {"scale": [1.0, 2.0], "concentration": [0.5, 2.0]}),
    ("Binomial", {"total_count": 5.0, "probs": 0.3}), ("Binomial", {"total_count": [3.0, 40.0, 100.0], "probs": [0.5, 0.4, 0.9]}), ("Binomial", {"total_count": 4.0, "logits": [-1.0, 0.5]}),
    ("OneHotCategorical", {"probs": [0.2, 0.3, 0.5]}), ("OneHotCategorical", {"logits": [[0.0, 1.0, -1.0], [3.0, 0.5, 0.5]]}),
    ("Multinomial", {"total_count": 6, "probs": [0.2, 0.3, 0.5]}),
    ("MultivariateNormal", {"loc": [0.5, -1.0], "covariance_matrix": [[2.0, 0.5], [0.5, 1.0]]}),
    ("MultivariateNormal", {"loc": [0.5, -1.0], "scale_tril": [[1.5, 0.0], [0.5, 1.0]]}),
    ("MultivariateNormal", {"loc": [[0.5, -1.0], [0.0, 0.0]], "precision_matrix": [[2.0, 0.5], [0.5, 1.0]]}),
]
cdfs = ("Normal", "Uniform", "Exponential", "Gamma", "Chi2", "Laplace", "Cauchy", "Gumbel", "LogNormal", "HalfNormal", "HalfCauchy", "Pareto", "Weibull")
inverses = ("Normal", "Uniform", "Exponential", "Laplace", "Cauchy", "Gumbel", "LogNormal", "HalfNormal", "HalfCauchy", "Pareto", "Weibull")
cases = []
for name, arguments in specs:
    make = lambda: getattr(d, name)(**{key: argument(value) for key, value in arguments.items()})
    dist = make()
    case = {"name": name, "arguments": arguments, "text": str(dist), "batchShape": list(dist.batch_shape), "samples": []}
    for shape in ([], [5], [3, 8]):
        torch.manual_seed(11)
        sample = dist.sample(shape)
        case["samples"].append({"sampleShape": shape, "value": encode(sample), "logProb": encode(dist.log_prob(sample)), "next": torch.rand(1).item()})
        if name in cdfs:
            case["samples"][-1]["cdf"] = encode(dist.cdf(sample))
        if name in inverses:
            case["samples"][-1]["icdf"] = encode(dist.icdf(dist.cdf(sample).clamp(0.01, 0.99)))
    if dist.has_rsample:
        torch.manual_seed(11)
        case["rsample"] = encode(dist.rsample([4]))
    for key in ("mean", "variance", "stddev", "mode"):
        if not (name == "Multinomial" and key == "mode"):
            case[key] = encode(getattr(dist, key))
    if not (name == "Poisson" or (name == "Binomial" and isinstance(arguments["total_count"], list))):
        case["entropy"] = encode(dist.entropy())
        case["perplexity"] = encode(dist.perplexity())
    leaves = {key: value if key == "total_count" and name == "Multinomial" else torch.tensor(value).requires_grad_() for key, value in arguments.items()}
    grown = getattr(d, name)(**leaves)
    torch.manual_seed(11)
    grown.log_prob(grown.sample([3])).sum().backward()
    case["gradients"] = {key: encode(leaf.grad) for key, leaf in leaves.items() if isinstance(leaf, torch.Tensor) and leaf.grad is not None}
    if dist.has_rsample and name not in ("Beta", "Dirichlet"):
        for leaf in leaves.values():
            leaf.grad = None
        torch.manual_seed(12)
        getattr(d, name)(**leaves).rsample([3]).sum().backward()
        case["pathwise"] = {key: encode(leaf.grad) for key, leaf in leaves.items() if leaf.grad is not None}
    cases.append(case)

pairs = []
done = {}
for (pn, pa) in specs:
    for (qn, qa) in specs:
        # Two of each pair of kinds are enough.
        done[pn, qn] = done.get((pn, qn), 0) + 1
        if done[pn, qn] > 2 and len(pairs) > 20:
            continue
        p = getattr(d, pn)(**{k: argument(v) for k, v in pa.items()})
        q = getattr(d, qn)(**{k: argument(v) for k, v in qa.items()})
        try:
            value = encode(d.kl_divergence(p, q))
        except (RuntimeError, NotImplementedError, IndexError, ValueError):
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
    ("Gamma", {"concentration": -1.0, "rate": 1.0}, None),
    ("Dirichlet", {"concentration": [-1.0, 2.0]}, None),
    ("Poisson", {"rate": 1.0}, -1.0),
    ("Binomial", {"total_count": 3.0, "probs": 0.5}, 4.0),
    ("Beta", {"concentration1": 1.0, "concentration0": 1.0}, 2.0),
    ("OneHotCategorical", {"probs": [1.0, 1.0]}, [1.0, 1.0]),
    ("Geometric", {"probs": 0.0}, None),
    ("Multinomial", {"total_count": 2, "probs": [1.0, 1.0]}, [1.0, 2.0]),
    ("LogNormal", {"loc": 0.0, "scale": -1.0}, None),
    ("HalfNormal", {"scale": 1.0}, -1.0),
    ("Pareto", {"scale": 1.0, "alpha": 1.0}, 0.5),
    ("MultivariateNormal", {"loc": [0.0, 0.0], "covariance_matrix": [[1.0, 2.0], [2.0, 1.0]]}, None),
]:
    try:
        dist = getattr(d, name)(**{k: argument(v) for k, v in arguments.items()})
        dist.log_prob(torch.tensor(value))
    except Exception as error:
        errors.append({"name": name, "arguments": arguments, "value": "NaN" if value != value else value, "error": type(error).__name__, "message": str(error)})

out = pathlib.Path(__file__).parent / "data" / "torch_distributions.json"
out.write_text(json.dumps({"cases": cases, "pairs": pairs, "errors": errors}) + "\n")
