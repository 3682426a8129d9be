"""Writes data/derivatives.json: torch.autograd.functional, torch.func, Muon and fused layers, with PyTorch 2.13.0.

    python generateDerivatives.py
"""
import json, pathlib
import torch
from torch import nn
from torch.autograd import functional
from torch.func import functional_call

torch.set_num_threads(1)


def encode(value):
    if isinstance(value, (tuple, list)):
        return [encode(each) for each in value]
    value = value.detach()
    return {"shape": list(value.shape), "dtype": str(value.dtype).removeprefix("torch."), "data": value.reshape(-1).tolist()}


x = torch.tensor([0.5, -1.25, 2.0], dtype=torch.float64)
y = torch.tensor([1.5, 0.25, -0.75], dtype=torch.float64)
functions = {
    "sine": lambda a: a.sin(),
    "outer": lambda a, b: torch.outer(a * b, b.exp()),
    "two": lambda a, b: (a * b, a.sum() * b),
    "number": lambda a: (a.pow(3) * a.exp()).sum(),
    "numbers": lambda a, b: (a.pow(2) * b.exp()).sum(),
    "constant": lambda a: torch.ones(2, dtype=torch.float64),
}
cases = []
for name, f in functions.items():
    inputs = (x, y) if f.__code__.co_argcount == 2 else x
    out = f(*inputs) if isinstance(inputs, tuple) else f(inputs)
    v_out = tuple(torch.ones_like(o) * 0.5 for o in out) if isinstance(out, tuple) else torch.ones_like(out) * 0.5
    v_in = (y, x) if isinstance(inputs, tuple) else y
    calls = {"jacobian": lambda: functional.jacobian(f, inputs), "vjp": lambda: functional.vjp(f, inputs, v_out), "jvp": lambda: functional.jvp(f, inputs, v_in)}
    if name in ("number", "numbers"):
        calls |= {"hessian": lambda: functional.hessian(f, inputs), "vhp": lambda: functional.vhp(f, inputs, v_in), "hvp": lambda: functional.hvp(f, inputs, v_in)}
    cases += [{"function": name, "call": call, "value": encode(body())} for call, body in calls.items()]


def error(body):
    try:
        body()
    except Exception as e:
        return [type(e).__name__, str(e)]


errors = {
    "strict": error(lambda: functional.jacobian(functions["constant"], x, strict=True)),
    "independent": error(lambda: functional.vjp(lambda a, b: a * 2, (x, y), x, strict=True)),
    "noVector": error(lambda: functional.vjp(functions["sine"], x)),
    "vectorSize": error(lambda: functional.vjp(functions["sine"], x, torch.ones(2))),
    "notScalar": error(lambda: functional.hessian(functions["sine"], x)),
    "gradcheck": error(lambda: torch.autograd.gradcheck(functions["sine"], x)),
    "missing": error(lambda: functional_call(nn.Linear(2, 2), {"weight": torch.ones(2, 2), "x": torch.ones(1)}, torch.ones(1, 2), strict=True)),
    "twice": error(lambda: functional_call(nn.Linear(2, 2), [{"weight": torch.ones(2, 2)}, {"weight": torch.ones(1)}], torch.ones(1, 2))),
    "fusion": error(lambda: nn.utils.fuse_conv_bn_eval(nn.Conv2d(1, 1, 1), nn.BatchNorm2d(1))),
    "fusionSize": error(lambda: nn.utils.fuse_linear_bn_eval(nn.Linear(2, 3).eval(), nn.BatchNorm1d(2).eval())),
    "skipInit": error(lambda: nn.utils.skip_init(nn.ReLU)),
    "muon": error(lambda: torch.optim.Muon([torch.ones(2, requires_grad=True)])),
    "muonRate": error(lambda: torch.optim.Muon([torch.ones(2, 2, requires_grad=True)], lr=-1.0)),
    "syncDims": error(lambda: nn.SyncBatchNorm(2)(torch.ones(2))),
}

muon = []
for shape, options in [([4, 6], {}), ([6, 3], {"nesterov": False, "momentum": 0.5}), ([3, 3], {"adjust_lr_fn": "match_rms_adamw", "weight_decay": 0.25, "ns_steps": 3})]:
    torch.manual_seed(5)
    w = torch.randn(shape, requires_grad=True)
    start = encode(w)
    optimizer = torch.optim.Muon([w], lr=0.1, **options)
    for _ in range(3):
        optimizer.zero_grad()
        (w * w).sum().add(w.prod()).backward()
        optimizer.step()
    muon.append({"start": start, "options": options, "end": encode(w), "text": str(optimizer), "buffer": encode(optimizer.state[w]["momentum_buffer"])})

out = pathlib.Path(__file__).parent / "data" / "derivatives.json"
out.write_text(json.dumps({"inputs": [encode(x), encode(y)], "cases": cases, "errors": errors, "muon": muon}) + "\n")
