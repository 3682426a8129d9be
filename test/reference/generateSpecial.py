"""Writes data/special.json: the functions of torch.special, with PyTorch 2.13.0.

    python generateSpecial.py
"""
import json, math, pathlib
import torch

special = torch.special
torch.set_num_threads(1)


def numbers(tensor):
    return [("NaN" if math.isnan(v) else "Infinity" if v > 0 else "-Infinity") if not math.isfinite(v) else v for v in tensor.reshape(-1).tolist()]


x = torch.tensor([-33.0, -8.3, -5.5, -2.0, -1.0, -0.5, -1e-5, 0.0, 1e-5, 0.3, 0.75, 1.0, 2.5, 5.0, 8.0, 12.5, 29.0, 31.0, 55.5, math.inf, math.nan], dtype=torch.float64)
shares = torch.tensor([1e-300, 1e-20, 1e-5, 0.01, 0.2, 0.5, 0.77, 0.95, 0.9999, 0.0, 1.0, 1.5], dtype=torch.float64)
unary = [
    *"airy_ai bessel_j0 bessel_j1 bessel_y0 bessel_y1 entr erfcx i0e i1e log_ndtr modified_bessel_i0 modified_bessel_i1 modified_bessel_k0 modified_bessel_k1".split(),
    *"ndtr scaled_modified_bessel_k0 scaled_modified_bessel_k1 spherical_bessel_j0".split(),
]
cases = [{"name": name, "args": [numbers(x)], "value": numbers(getattr(special, name)(x))} for name in unary]
cases.append({"name": "ndtri", "args": [numbers(shares)], "value": numbers(special.ndtri(shares))})


def grid(a, b):
    return [each.flatten() for each in torch.meshgrid(torch.tensor(a, dtype=torch.float64), torch.tensor(b, dtype=torch.float64), indexing="ij")]


gamma = grid([0.0, 0.1, 1.0, 2.5, 10.0, 60.0], [0.0, 0.01, 0.5, 3.0, 9.0, 220.0, math.inf])
polynomial = grid([-2.0, -1.0, -0.3, 0.1, 0.7, 1.0, 3.0], [-1.0, 0.0, 1.0, 2.0, 5.0, 9.0])
zeta = grid([0.5, 1.0, 1.5, 2.0, 7.5], [-2.0, -0.5, 0.1, 1.0, 20.0])
logs = grid([-1.0, 0.0, 2.0], [-2.0, -1.0, -0.5, 0.0, 3.0, math.nan])
two = {"gammainc": gamma, "gammaincc": gamma, "zeta": zeta, "xlog1py": logs}
for kind in "tuvw":
    two[f"chebyshev_polynomial_{kind}"] = two[f"shifted_chebyshev_polynomial_{kind}"] = polynomial
for name in ("hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p"):
    two[name] = polynomial
cases += [{"name": name, "args": [numbers(a) for a in args], "value": numbers(getattr(special, name)(*args))} for name, args in two.items()]

out = pathlib.Path(__file__).parent / "data" / "special.json"
out.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
