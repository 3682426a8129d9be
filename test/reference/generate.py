"""Writes the reference data that belongs to distributions.test.ts, optimizers.test.ts, printing.test.ts, inPlace.test.ts, packedSequences.test.ts and (functions) ops.test.ts, with PyTorch 2.13.0 on CPU.

    python generate.py data

Names are PyTorch's own; the engine's are the same in lowerCamelCase. Floats are written exactly; NaN, the infinities and negative zero are text.
"""
import json, math, pathlib, random, sys
import torch
from torch import nn, optim

torch.set_num_threads(1)


def number(value):
    if not isinstance(value, float) or (math.isfinite(value) and (value != 0 or math.copysign(1, value) > 0)):
        return value
    return "NaN" if math.isnan(value) else "-0" if value == 0 else "Infinity" if value > 0 else "-Infinity"


def encode(tensor):
    tensor = tensor.detach()
    return {
        "shape": list(tensor.shape),
        "dtype": str(tensor.dtype).removeprefix("torch."),
        "data": [number(value) for value in tensor.reshape(-1).tolist()],
    }


# ---- random fills of every kind, dtype and layout; functions of nn.init beyond the usual


def laid_out(layout, shape, dtype):
    """A tensor of the given shape: in order, transposed, or every second column of a wider one."""
    if layout == "transposed":
        return torch.zeros(shape[::-1], dtype=dtype).t()
    if layout == "strided":
        return torch.zeros(*shape[:-1], 2 * shape[-1], dtype=dtype)[..., ::2]
    return torch.zeros(shape, dtype=dtype)


FILLS = [
    ("normal_", [0.5, 2.0], ["float32", "float64"]),
    ("uniform_", [-1.0, 3.0], ["float32", "float64"]),
    ("random_", [], ["float32", "float64", "int32", "uint8", "bool"]),
    ("random_", [-7, 9], ["float32", "int64", "int32"]),
    ("random_", [2**40], ["int64"]),
    ("bernoulli_", [0.25], ["float32", "int64", "bool"]),
    ("exponential_", [2.0], ["float32", "float64"]),
    ("log_normal_", [0.5, 0.25], ["float32", "float64"]),
    ("geometric_", [0.3], ["float32", "int64"]),
    ("cauchy_", [1.0, 2.0], ["float32", "float64"]),
]
INITS = [
    ("trunc_normal_", [[8, 12]], {"a": -0.6, "b": 0.6}),
    ("trunc_normal_", [[8, 12]], {"a": 1.0, "b": 1.5}),
    ("trunc_normal_", [[3, 3]], {"mean": 2.0, "std": 0.5, "a": 3.0, "b": 4.0}),
    ("dirac_", [[6, 2, 3]], {"groups": 2}),
    ("dirac_", [[2, 3, 2, 3, 4]], {}),
    ("orthogonal_", [[3, 2, 4], [40, 25]], {"gain": 0.5}),
    ("sparse_", [[7, 3]], {"sparsity": 0.34, "std": 1.0}),
    ("kaiming_normal_", [[4, 6]], {"mode": "fan_out", "nonlinearity": "tanh"}),
    ("kaiming_uniform_", [[4, 6]], {"nonlinearity": "selu"}),
]


def distributions():
    cases = []
    for name, args, dtypes in FILLS:
        for dtype in dtypes:
            for layout in ["contiguous", "transposed", "strided"]:
                torch.manual_seed(11)
                tensor = laid_out(layout, [5, 4], getattr(torch, dtype))
                getattr(tensor, name)(*args)
                cases.append({"id": f"{name}{args} {dtype} {layout}", "kind": "fill", "name": name, "args": args, "layout": layout, "expect": encode(tensor)})
    for name, shapes, options in INITS:
        for shape in shapes:
            torch.manual_seed(11)
            tensor = getattr(nn.init, name)(torch.empty(shape), **options)
            cases.append({"id": f"init.{name}{options}{shape}", "kind": "init", "name": name, "options": options, "expect": encode(tensor)})
    weights = torch.tensor([[1.0, 2, 3, 4], [4, 0, 2, 1]])
    for samples, replacement in [(3, False), (9, True), (1, True)]:
        torch.manual_seed(11)
        drawn = torch.multinomial(weights, samples, replacement=replacement)
        cases.append({"id": f"multinomial {samples} {replacement}", "kind": "multinomial", "samples": samples, "replacement": replacement, "weights": encode(weights), "expect": encode(drawn)})
    for dtype in [torch.float32, torch.float64]:
        torch.manual_seed(11)
        p = torch.linspace(0, 1, 12, dtype=dtype)
        cases.append({"id": f"bernoulli {dtype}", "kind": "bernoulli", "p": encode(p), "expect": encode(torch.bernoulli(p))})
    return cases


# ---- optimizers and schedules

OPTIMIZERS = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adam", {"lr": 0.1}),
    ("Adam", {"lr": 0.1, "weight_decay": 0.02, "amsgrad": True}),
    ("AdamW", {}),
    ("AdamW", {"lr": 0.1, "betas": [0.4, 0.99], "maximize": True}),
    ("RMSprop", {}),
    ("Adagrad", {}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.2, "weight_decay": 0.02, "initial_accumulator_value": 0.5, "maximize": True}),
    ("Adadelta", {}),
    ("Adadelta", {"lr": 0.5, "rho": 0.6, "eps": 0.001, "weight_decay": 0.1}),
    ("Adamax", {}),
    ("Adamax", {"lr": 0.1, "betas": [0.4, 0.9], "weight_decay": 0.1, "maximize": True}),
    ("NAdam", {}),
    ("NAdam", {"lr": 0.1, "momentum_decay": 0.1, "weight_decay": 0.1}),
    ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    ("RAdam", {"lr": 0.1}),
    ("RAdam", {"lr": 0.1, "betas": [0.5, 0.6], "weight_decay": 0.1}),
    ("RAdam", {"lr": 0.1, "betas": [0.9, 0.5], "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True}),
    ("RMSprop", {"lr": 0.02, "momentum": 0.9, "centered": True, "weight_decay": 0.1}),
    ("Rprop", {}),
    ("Rprop", {"lr": 0.1, "etas": [0.3, 1.5], "step_sizes": [0.05, 0.12], "maximize": True}),
    ("ASGD", {}),
    ("ASGD", {"lr": 0.1, "lambd": 0.05, "alpha": 0.6, "t0": 1, "weight_decay": 0.1, "maximize": True}),
]
SCHEDULERS = [
    ("StepLR", [3], {"gamma": 0.3}),
    ("MultiStepLR", [[2, 5, 5, 9]], {}),
    ("ExponentialLR", [0.9], {}),
    ("LinearLR", [], {"total_iters": 7}),
    ("CosineAnnealingLR", [7], {"eta_min": 0.01}),
    ("ConstantLR", [], {"factor": 0.25, "total_iters": 4}),
    ("PolynomialLR", [], {"total_iters": 9, "power": 2}),
    ("CosineAnnealingWarmRestarts", [5], {}),
    ("CosineAnnealingWarmRestarts", [3, 2], {"eta_min": 0.01}),
    ("CyclicLR", [0.1, 0.6], {"step_size_up": 3, "step_size_down": 5}),
    ("CyclicLR", [0.1, 0.6], {"step_size_up": 3, "mode": "triangular2", "base_momentum": 0.7, "max_momentum": 0.95}),
    ("CyclicLR", [0.1, 0.6], {"step_size_up": 4, "mode": "exp_range", "gamma": 0.9, "cycle_momentum": False}),
    ("OneCycleLR", [], {"max_lr": 0.7, "total_steps": 24}),
    ("OneCycleLR", [], {"max_lr": 0.7, "epochs": 4, "steps_per_epoch": 6, "three_phase": True, "anneal_strategy": "linear"}),
]


def optimizers():
    cases = []
    for name, options in OPTIMIZERS:
        for dtype in ["float32", "float64"]:
            torch.manual_seed(0)
            parameter = nn.Parameter(torch.randn(13, dtype=getattr(torch, dtype)))
            optimizer = getattr(optim, name)([parameter], **options)
            for _ in range(5):
                parameter.grad = torch.randn(13, dtype=parameter.dtype)
                optimizer.step()
            cases.append({"id": f"{name} {options} {dtype}", "kind": "optimizer", "name": name, "options": options, "expect": encode(parameter)})
    for name, args, options in SCHEDULERS:
        optimizer = optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.5, momentum=0.9)
        scheduler = getattr(optim.lr_scheduler, name)(optimizer, *args, **options)
        rates = []
        for _ in range(24):
            rates.append([optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]])
            optimizer.step()
            scheduler.step()
        cases.append({"id": f"{name} {args} {options}", "kind": "schedule", "name": name, "args": args, "options": options, "expect": rates})
    return cases


def optimizer_texts():
    """What optimizers print, for their defaults and for options."""
    names = ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad", "Adadelta", "Adamax", "NAdam", "RAdam", "ASGD", "Rprop", "LBFGS"]
    given = [(name, {}) for name in names] + [(name, {"lr": 0.25}) for name in names] + [
        ("SGD", {"lr": 1e-05, "momentum": 0.9, "nesterov": True, "maximize": True}),
        ("LBFGS", {"line_search_fn": "strong_wolfe", "max_iter": 4}),
        ("ASGD", {"t0": 100}),
    ]
    return [{"name": name, "options": options, "text": repr(getattr(optim, name)([nn.Parameter(torch.zeros(2))], **options))} for name, options in given]


# ---- printing: values of every size and dtype, under options of every kind


def printable(rng):
    dimensions = rng.choice([0, 1, 1, 2, 2, 3])
    shape = [rng.choice([1, 2, 3, 5, 7, 11]) for _ in range(dimensions)]
    kind = rng.choice(["plain", "tiny", "huge", "mixed", "whole", "halves", "special", "int64", "int32", "uint8", "bool"])
    values = torch.randn(shape)
    scale = {"tiny": 1e-6, "huge": 1e7, "mixed": 10 ** rng.uniform(-3, 5), "whole": 10 ** rng.uniform(0, 5), "halves": 64}.get(kind, 1)
    values = values * scale
    if kind in ("whole", "halves"):
        values = values.round() / (64 if kind == "halves" else 1)
    if kind == "special" and values.numel():
        values.view(-1)[rng.randrange(values.numel())] = rng.choice([math.nan, math.inf, -math.inf, -0.0])
    if kind == "bool":
        return values > 0
    if kind in ("int64", "int32", "uint8"):
        return (values.abs() * 90).to(getattr(torch, kind))
    return values.double() if rng.random() < 0.2 else values


def printing():
    rng = random.Random(7)
    torch.manual_seed(7)
    cases = []
    for i in range(200):
        tensor = printable(rng)
        options = {}
        if i % 2:
            options = {"precision": rng.randint(0, 8), "threshold": rng.choice([0, 5, 1000]), "edgeitems": rng.randint(1, 4), "linewidth": rng.choice([30, 80, 120])}
            options["sci_mode"] = rng.choice([None, True, False])
        if tensor.is_floating_point() and rng.random() < 0.3:
            tensor.requires_grad_()
        torch.set_printoptions(**options)
        cases.append({"id": f"print {i}", "tensor": encode(tensor), "requires_grad": tensor.requires_grad, "options": options, "expect": repr(tensor)})
        torch.set_printoptions(profile="default")
    return cases


# ---- methods that write into their tensor: on a tensor with a history, and where PyTorch refuses


def values(*shape, dtype=torch.float32):
    """Distinct positive numbers in no order, integers where the dtype says so."""
    count = math.prod(shape)
    order = (torch.arange(count) * 7 + 3) % (count if count % 7 else count + 1)
    numbers = order + 1 if not dtype.is_floating_point else (order + 1) / 4
    return numbers.reshape(shape).to(dtype)


def whole(*shape, dtype=torch.int64):
    return values(*shape, dtype=dtype)


FLOATS = [
    *[(f"{name}_", [[2, 3], [3]], [], {}) for name in ("eq ne lt le gt ge greater greater_equal less less_equal not_equal").split()],
    *[(f"{name}_", [[2, 3], [3]], [], {}) for name in ("subtract multiply divide true_divide remainder fmod atan2 arctan2 hypot copysign xlogy ldexp").split()],
    *[(f"{name}_", [[2, 3]], [], {}) for name in ("absolute negative fix arctan arcsinh deg2rad rad2deg sgn sinc lgamma digamma i0").split()],
    *[(f"{name}_", [[2, 3]], [2], {}) for name in ("floor_divide remainder fmod xlogy copysign eq mvlgamma polygamma").split()],
    ("arccosh_", [[2, 3]], [], {}),
    ("logit_", [[2, 3]], [0.3], {}),
    ("logit_", [[2, 3]], [], {"eps": 0.2}),
    ("div_", [[2, 3], [3]], [], {"rounding_mode": "floor"}),
    ("div_", [[2, 3], [3]], [], {"rounding_mode": "trunc"}),
    ("divide_", [[2, 3]], [0.7], {"rounding_mode": "floor"}),
    ("subtract_", [[2, 3]], [1.5], {"alpha": 2}),
    ("round_", [[2, 3]], [], {"decimals": 1}),
    ("cumsum_", [[2, 3]], [1], {}),
    ("cumprod_", [[2, 3]], [-1], {}),
    ("tril_", [[3, 3]], [], {}),
    ("triu_", [[2, 3, 4]], [1], {}),
    ("renorm_", [[3, 4]], [2, 0, 1.5], {}),
    ("addmm_", [[2, 2], [2, 3], [3, 2]], [], {"beta": 2, "alpha": 3}),
    ("addmv_", [[2], [2, 3], [3]], [], {"alpha": 0.5}),
    ("addr_", [[2, 3], [2], [3]], [], {"beta": 0.5}),
    ("addbmm_", [[2, 2], [4, 2, 3], [4, 3, 2]], [], {}),
    ("baddbmm_", [[4, 2, 2], [4, 2, 3], [4, 3, 2]], [], {"alpha": 2}),
    ("fill_diagonal_", [[7, 3]], [9], {"wrap": True}),
    ("fill_diagonal_", [[3, 5]], [9], {}),
    ("squeeze_", [[1, 3, 1]], [], {}),
    ("squeeze_", [[1, 3, 1]], [0], {}),
    ("unsqueeze_", [[2, 3]], [-1], {}),
    ("t_", [[2, 3]], [], {}),
    ("transpose_", [[2, 3, 4]], [0, -1], {}),
    ("swapaxes_", [[2, 3]], [0, 1], {}),
    ("swapdims_", [[2, 3]], [1, 0], {}),
    ("as_strided_", [[2, 3]], [[3, 2], [1, 3]], {}),
]
# What of them has no meaning on numbers as large as these is tried within (0, 1).
SCALED = {"logit_": 0.125}
INTEGERS = [
    *[(f"{name}_", [whole(2, 3), whole(3)]) for name in ("gcd lcm bitwise_left_shift bitwise_right_shift floor_divide eq logical_and logical_or logical_xor").split()],
    ("logical_not_", [whole(2, 3) - 3]),
    ("cumsum_", [whole(4, dtype=torch.int32), 0]),
    ("heaviside_", [values(2, 3) - 1, values(3)]),
    ("float_power_", [values(2, 3, dtype=torch.float64), 2]),
    ("put_", [values(2, 3), torch.tensor([0, -1]), torch.tensor([9.0, 8.0])]),
    ("put_", [values(2, 3), torch.tensor([1, 1]), torch.tensor([9.0, 8.0]), True]),
]
REFUSED = [
    ("eq_", [values(3), values(2, 3)]),
    ("hypot_", [values(1, 3), values(2, 3)]),
    ("atan2_", [whole(2), whole(2)]),
    ("lgamma_", [whole(2)]),
    ("fix_", [values(2).clone().requires_grad_()]),
    ("t_", [values(2, 3).clone().requires_grad_()]),
    ("ne_", [values(1).expand(3), 1]),
    ("cumsum_", [values(1).expand(3), 0]),
    ("cumsum_", [torch.tensor([True]), 0]),
    ("tril_", [values(3)]),
    ("addmm_", [values(2), values(2, 3), values(3, 2)]),
    ("addmm_", [values(1, 2), values(2, 3), values(3, 2)]),
    ("addmv_", [values(1), values(2, 3), values(3)]),
    ("baddbmm_", [values(1, 2, 2), values(2, 2, 3), values(2, 3, 2)]),
    ("addr_", [values(1, 3), values(2), values(3)]),
    ("float_power_", [values(2), 2]),
    ("bitwise_left_shift_", [torch.tensor([True]), 1]),
    ("fill_diagonal_", [values(3), 0]),
    ("fill_diagonal_", [values(2, 3, 3), 0]),
    ("put_", [values(3), torch.tensor([0, 1, 2]), values(2)]),
    ("put_", [values(3), torch.tensor([0, 3]), values(2)]),
    ("put_", [values(3), values(2), values(2)]),
    ("put_", [values(3), torch.tensor([0, 1]), whole(2)]),
    ("renorm_", [values(3), 1, 0, 1]),
    ("renorm_", [values(2, 3), -1, 0, 1]),
    ("renorm_", [values(2, 3), 1, 0, -1]),
    ("mvlgamma_", [values(3), 0]),
    ("unsqueeze_", [values(3), 3]),
    ("div_", [whole(2), 2]),
]


def argument(value):
    return {"tensor": encode(value), "expanded": list(value.shape) if 0 in value.stride() else None, "requires_grad": value.requires_grad} if isinstance(value, torch.Tensor) else value


def in_place():
    cases = []
    for name, shapes, args, options in FLOATS:
        inputs = [(values(*shape) * SCALED.get(name, 1)).requires_grad_() for shape in shapes]
        written = inputs[0] * 1
        result = getattr(written, name)(*inputs[1:], *args, **options)
        assert result is written
        case = {"id": f"{name}{shapes}{args}{options}", "kind": "float", "name": name, "inputs": [encode(x) for x in inputs], "args": args, "options": options}
        case |= {"expect": encode(written), "version": written._version}
        try:
            written.backward(torch.linspace(-1, 1, written.numel()).reshape(written.shape))
            case["gradients"] = [None if x.grad is None else encode(x.grad) for x in inputs]
        except (NotImplementedError, RuntimeError):
            pass  # PyTorch has no derivative for some, among them asinh_.
        cases.append(case)
    for name, args in INTEGERS:
        given = [argument(value) for value in args]
        written = getattr(args[0].clone(), name)(*args[1:])
        cases.append({"id": f"{name} {written.dtype} {len(args)}", "kind": "plain", "name": name, "args": given, "expect": encode(written)})
    for i, (name, args) in enumerate(REFUSED):
        given = [argument(value) for value in args]
        try:
            getattr(args[0], name)(*args[1:])
        except Exception as error:
            cases.append({"id": f"{name} refuses {i}", "kind": "refused", "name": name, "args": given, "expect": str(error)})
        else:
            raise AssertionError(f"{name} took it")
    return cases


# ---- functions, as ops.test.ts replays them


def spread(*shape, scale=1.0):
    """Distinct numbers on both sides of zero, in no order."""
    count = math.prod(shape)
    order = (torch.arange(count) * 7 + 3) % (count if count % 7 else count + 1)
    return ((order - count / 2 + 0.3) / count * 2 * scale).reshape(shape)


def functions():
    corners = torch.tensor([[[[-1.0, -1.0], [1.0, -1.0]], [[-1.0, 1.0], [1.0, 1.0]]]])
    index = torch.tensor([[0, 1, 1, 0], [2, 0, 2, 0]])
    given = [
        *[("grid_sample", [spread(2, 3, 4, 5), spread(2, 3, 2, 2, scale=1.7)], [], {"mode": mode, "padding_mode": padding, "align_corners": corners_})
          for mode in ("bilinear", "nearest", "bicubic") for padding in ("zeros", "border", "reflection") for corners_ in (True, False)],
        *[("grid_sample", [spread(1, 2, 3, 4), corners], [], {"padding_mode": padding, "align_corners": True}) for padding in ("zeros", "border", "reflection")],
        *[("grid_sample", [spread(1, 2, 3, 2, 4), spread(1, 2, 2, 2, 3, scale=1.5)], [], {"mode": mode, "padding_mode": padding, "align_corners": False})
          for mode in ("bilinear", "nearest") for padding in ("zeros", "border", "reflection")],
        *[("affine_grid", [spread(2, 2, 3)], [[2, 1, 3, 4]], {"align_corners": corners_}) for corners_ in (True, False)],
        ("affine_grid", [spread(1, 2, 3)], [[1, 1, 1, 3]], {"align_corners": True}),
        ("affine_grid", [spread(1, 3, 4)], [[1, 1, 2, 1, 3]], {"align_corners": False}),
        *[("pdist", [spread(4, 3) ** 3], [p], {}) for p in (0.0, 1.0, 2.0, 3.0, math.inf)],
        ("matrix_exp", [spread(2, 3, 3, scale=3)], [], {}),
        ("matrix_exp", [torch.tensor([[30.0, 1], [0, 20]])], [], {}),
        ("i0", [spread(2, 3, scale=4)], [], {}),
        ("i0", [torch.tensor([0.0, 29, 31, 80, -60])], [], {}),
        ("mvlgamma", [spread(2, 3).abs() + 2], [3], {}),
        ("gradient", [spread(3, 4)], [], {}),
        ("gradient", [spread(3, 4)], [], {"spacing": [0.5, 2.0], "edge_order": 2}),
        ("gradient", [spread(3, 4)], [], {"spacing": 0.5, "dim": 1}),
        ("gradient", [spread(2)], [], {}),
    ]
    cases = []
    for i, (name, inputs, args, options) in enumerate(given):
        inputs = [x.clone().requires_grad_() for x in inputs]
        result = getattr(torch, name, getattr(nn.functional, name, None))(*inputs, *args, **options)
        kwargs = {key: number(value) if isinstance(value, float) else value for key, value in options.items()}
        case = {"id": f"{name} {i} {options}", "op": name, "inputs": [encode(x) for x in inputs], "args": [number(value) if isinstance(value, float) else value for value in args], "kwargs": kwargs, "list": False}
        if isinstance(result, torch.Tensor):
            result.backward(torch.linspace(-1, 1, result.numel()).reshape(result.shape) if result.dim() else torch.tensor(1.0))
            case["output"] = encode(result)
            case["input_grads"] = [encode(x.grad) for x in inputs]
        else:
            case["output"] = [encode(x) for x in result]
        cases.append(case)
    for reduce in ("sum", "prod", "mean", "amax", "amin"):
        for include_self in (True, False):
            x, source = spread(3, 4).round(decimals=1).requires_grad_(), spread(2, 4).round(decimals=1).requires_grad_()
            result = x.scatter_reduce(0, index, source, reduce, include_self=include_self)
            result.backward(torch.linspace(-1, 1, 12).reshape(3, 4))
            cases.append({"id": f"scatter_reduce {reduce} {include_self}", "op": "scatter_reduce", "inputs": [encode(x), encode(source)], "dim": 0, "index": encode(index), "reduce": reduce, "include_self": include_self, "output": encode(result), "input_grads": [encode(x.grad), encode(source.grad)]})
    return cases


# ---- recurrent networks on packed sequences


def packed_sequences():
    cases = []
    for name, options in [
        ("RNN", {}),
        ("RNN", {"num_layers": 2, "bidirectional": True, "nonlinearity": "relu"}),
        ("GRU", {"bidirectional": True}),
        ("GRU", {"num_layers": 2}),
        ("LSTM", {}),
        ("LSTM", {"num_layers": 2, "bidirectional": True}),
        ("LSTM", {"bidirectional": True, "proj_size": 2}),
    ]:
        for lengths, batch_first, with_states in [([4, 4, 2, 1], False, False), ([2, 4, 1, 4], True, True), ([3, 1, 2, 2], False, True)]:
            torch.manual_seed(0)
            layer = getattr(nn, name)(3, 4, **options)
            input = torch.randn(*((4, 5, 3) if batch_first else (5, 4, 3))).requires_grad_()
            packed = nn.utils.rnn.pack_padded_sequence(input, lengths, batch_first=batch_first, enforce_sorted=sorted(lengths, reverse=True) == lengths)
            places = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
            h = torch.randn(places, 4, options.get("proj_size", 4)).requires_grad_()
            c = torch.randn(places, 4, 4).requires_grad_()
            states = (h, c) if name == "LSTM" else h
            output, last = layer(packed, states) if with_states else layer(packed)
            padded, found = nn.utils.rnn.pad_packed_sequence(output, batch_first=batch_first, padding_value=-1.0, total_length=5)
            results = [padded, *(last if name == "LSTM" else [last])]
            sum((result * torch.linspace(-1, 1, result.numel()).reshape(result.shape)).sum() for result in results).backward()
            given = [input, *([h, c] if name == "LSTM" else [h])] if with_states else [input]
            cases.append({
                "id": f"{name} {options} {lengths} {with_states}", "name": name, "options": options, "lengths": lengths, "batch_first": batch_first,
                "data": encode(packed.data), "batch_sizes": packed.batch_sizes.tolist(), "text": repr(packed), "found": found.tolist(),
                "inputs": [encode(x) for x in given], "results": [encode(x) for x in results],
                "gradients": [encode(x.grad) for x in given], "weights": [encode(p.grad) for p in layer.parameters()],
            })
    return cases


if __name__ == "__main__":
    for make in (distributions, optimizers, optimizer_texts, printing, in_place, functions, packed_sequences):
        lines = [json.dumps(case, separators=(",", ":")) for case in make()]
        (pathlib.Path(sys.argv[1]) / f"{make.__name__}.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")
