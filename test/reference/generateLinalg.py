"""Writes data/linalg.json: factorizations and systems of torch.linalg, with PyTorch 2.13.0.

    python generateLinalg.py
"""
import json, math, pathlib, warnings
import torch

torch.set_num_threads(1)
warnings.simplefilter("ignore")


def number(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def encode(value):
    if isinstance(value, tuple):
        return [encode(each) for each in value]
    if isinstance(value, torch.Tensor):
        value = value.detach()
        return {"shape": list(value.shape), "dtype": str(value.dtype).removeprefix("torch."), "data": [number(v) for v in value.reshape(-1).tolist()]}
    return value


torch.manual_seed(7)
r = lambda *shape: torch.randn(*shape, dtype=torch.float64)
square, batch, wide, tall, rhs = r(4, 4), r(2, 3, 3), r(3, 5), r(5, 3), r(4, 2)
definite = square @ square.T + torch.eye(4, dtype=torch.float64)
singular = torch.tensor([[1.0, 2.0], [2.0, 4.0]])
mixed = torch.stack([singular, torch.tensor([[2.0, 1.0], [0.0, 4.0]])])
packed, pivots = torch.linalg.lu_factor(square)
reflections, tau = torch.geqrf(tall)
indefinite = torch.tensor([[4.0, 2.0], [2.0, -1.0]])
L = torch.linalg.cholesky(definite)

calls = [
    ("linalg.lu_factor", [square], {}), ("linalg.lu_factor", [batch], {}), ("linalg.lu_factor", [wide], {}), ("linalg.lu_factor", [tall], {}),
    ("linalg.lu_factor", [square.float()], {}), ("linalg.lu_factor", [singular], {}), ("linalg.lu_factor", [mixed], {}), ("linalg.lu_factor", [torch.ones(2)], {}),
    ("linalg.lu_factor", [square], {"pivot": False}), ("linalg.lu_factor_ex", [mixed], {}), ("linalg.lu_factor_ex", [mixed], {"check_errors": True}),
    ("linalg.lu", [square], {}), ("linalg.lu", [batch], {}), ("linalg.lu", [wide], {}), ("linalg.lu", [tall], {}), ("linalg.lu", [singular], {}),
    *[("linalg.lu_solve", [packed, pivots, b], o) for b, o in [(rhs, {}), (rhs.T, {"left": False}), (rhs, {"adjoint": True}), (rhs.T, {"left": False, "adjoint": True})]],
    ("linalg.lu_solve", [packed, pivots, torch.ones(2, dtype=torch.float64)], {}), ("linalg.lu_solve", [packed, pivots, torch.ones(3, 1, dtype=torch.float64)], {}),
    ("lu_unpack", [packed, pivots], {}), ("lu_unpack", [packed, pivots], {"unpack_data": False}), ("lu_unpack", list(torch.linalg.lu_factor(wide)), {}),
    ("linalg.inv_ex", [batch], {}), ("linalg.inv_ex", [singular], {}), ("linalg.inv_ex", [mixed], {}), ("linalg.inv_ex", [mixed], {"check_errors": True}),
    ("linalg.inv_ex", [wide], {}),
    ("linalg.solve_ex", [square, rhs], {}), ("linalg.solve_ex", [square, rhs.T], {"left": False}), ("linalg.solve_ex", [singular, torch.ones(2)], {}),
    ("linalg.solve_ex", [singular, torch.ones(2)], {"check_errors": True}), ("linalg.solve", [square, rhs.T], {"left": False}),
    ("linalg.solve", [square, rhs], {"left": False}), ("linalg.solve", [batch, r(2, 3)], {}),
    ("linalg.cholesky_ex", [definite], {}), ("linalg.cholesky_ex", [definite], {"upper": True}), ("linalg.cholesky_ex", [indefinite], {}),
    ("linalg.cholesky_ex", [indefinite], {"check_errors": True}),
    ("cholesky_solve", [rhs, L], {}), ("cholesky_solve", [rhs, L.T.contiguous()], {"upper": True}), ("cholesky_inverse", [L], {}), ("cholesky_inverse", [L.T.contiguous()], {"upper": True}),
    ("linalg.householder_product", [reflections, tau], {}), ("linalg.householder_product", [reflections, tau[:2]], {}), ("linalg.householder_product", [wide, tau], {}),
    ("linalg.tensorinv", [r(2, 3, 6)], {}), ("linalg.tensorinv", [r(6, 3, 2)], {"ind": 1}), ("linalg.tensorinv", [r(2, 3, 5)], {}), ("linalg.tensorinv", [r(2, 3, 6)], {"ind": 0}),
    ("linalg.tensorsolve", [r(2, 3, 6), r(2, 3)], {}), ("linalg.tensorsolve", [r(3, 3, 4, 4), r(3, 4)], {"dims": [0]}), ("linalg.tensorsolve", [r(3, 4, 4, 3), r(3, 4)], {"dims": [0]}), ("linalg.tensorsolve", [r(2, 3, 5), r(2, 3)], {}),
    ("linalg.matmul", [square, rhs], {}),
]


def resolve(name):
    value = torch
    for part in name.split("."):
        value = getattr(value, part)
    return value


cases = []
for name, args, kwargs in calls:
    case = {"name": name, "args": [encode(a) for a in args], "kwargs": kwargs}
    try:
        case["value"] = encode(resolve(name)(*args, **kwargs))
    except Exception as e:
        case["error"] = [type(e).__name__.lstrip("_"), str(e)]
    cases.append(case)

out = pathlib.Path(__file__).parent / "data" / "linalg.json"
out.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
