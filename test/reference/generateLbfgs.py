"""Writes data/lbfgs.json: runs of torch.optim.LBFGS, with PyTorch 2.13.0.

    python generateLbfgs.py
"""
import json, pathlib
import torch
from torch import nn, optim

torch.set_num_threads(1)


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def quadratic(x):
    return ((x - 3) ** 2 * torch.arange(1.0, x.numel() + 1, dtype=x.dtype)).sum()


cases = []
for problem in (rosenbrock, quadratic):
    for dtype in (torch.float32, torch.float64):
        for options in (
            {},
            {"lr": 0.01 if problem is rosenbrock else 0.1},
            {"lr": 0.001 if problem is rosenbrock else 0.1, "max_iter": 4},
            {"line_search_fn": "strong_wolfe"},
            {"line_search_fn": "strong_wolfe", "max_iter": 5, "history_size": 2},
            {"line_search_fn": "strong_wolfe", "lr": 0.1, "max_eval": 7},
        ):
            if problem is rosenbrock and not options:
                continue
            # Twenty iterations enlarge the last digit of float32 to all of them.
            if problem is rosenbrock and dtype == torch.float32 and options == {"line_search_fn": "strong_wolfe"}:
                continue
            x = nn.Parameter(torch.tensor([-1.2, 1.0, 0.5], dtype=dtype))
            optimizer = optim.LBFGS([x], **options)

            def closure():
                optimizer.zero_grad()
                loss = problem(x)
                loss.backward()
                return loss

            steps = []
            for _ in range(3):
                loss = optimizer.step(closure).item()
                steps.append({"loss": loss, "x": x.tolist(), "evaluations": optimizer.state[x]["func_evals"], "iterations": optimizer.state[x]["n_iter"]})
            cases.append({"problem": problem.__name__, "dtype": str(dtype).removeprefix("torch."), "options": options, "steps": steps})

out = pathlib.Path(__file__).parent / "data" / "lbfgs.json"
out.write_text(json.dumps(cases) + "\n")
