"""Writes data/layouts.json: the strides of results of element-wise functions and of copies, with PyTorch 2.13.0, for operands that lie in memory in many ways.

    python generateLayouts.py
"""
import itertools, json, pathlib
import torch
import torch.nn.functional as F

torch.set_num_threads(1)

# How an operand is made: sizes of an arange, then steps.
layouts = {
    "rowMajor": [[2, 3, 4], []],
    "transposed": [[4, 3, 2], [["transpose", 0, 2]]],
    "permuted": [[4, 2, 3], [["permute", 1, 2, 0]]],
    "swapped": [[3, 2, 4], [["transpose", 0, 1]]],
    "narrowed": [[2, 3, 6], [["narrow", 2, 1, 4]]],
    "narrowedTransposed": [[6, 3, 2], [["transpose", 0, 2], ["narrow", 2, 1, 4]]],
    "expanded": [[2, 1, 4], [["expand", 2, 3, 4]]],
    "expandedTransposed": [[4, 1, 2], [["expand", 4, 3, 2], ["transpose", 0, 2]]],
    "expandedTwice": [[3, 1, 1], [["expand", 3, 2, 4], ["transpose", 0, 1]]],
    "row": [[4], []],
    "column": [[3, 1], []],
    "outer": [[2, 1, 1], []],
    "matrix": [[4, 3], [["t"]]],
    "whole": [[], []],
    "ones": [[1, 3, 1], [["transpose", 0, 2]]],
}
channels = {
    "channelsFirst": [[2, 3, 4, 5], []],
    "channelsLast": [[2, 4, 5, 3], [["permute", 0, 3, 1, 2]]],
    "channelsLastBias": [[3, 1, 1], []],
    "spatial": [[5, 4], [["t"]]],
    "batchOne": [[1, 4, 5, 3], [["permute", 0, 3, 1, 2]]],
}
full = [name for name in layouts if name not in ("row", "column", "outer", "matrix", "whole")]


def make(name, dtype=torch.float32):
    sizes, steps = {**layouts, **channels}[name]
    x = torch.arange(int(torch.tensor(sizes).prod()) if sizes else 1).add(1).div(128 if dtype.is_floating_point else 1).to(dtype).reshape(sizes)
    for step, *args in steps:
        x = getattr(x, step)(*args)
    return x


unary = """abs acos acosh asin asinh atan atanh ceil cos cosh deg2rad digamma erf erfc erfinv exp exp2 expm1 floor frac isfinite isinf isnan isneginf isposinf lgamma log log10
log1p log2 logical_not logit nan_to_num neg rad2deg reciprocal round rsqrt sgn sigmoid sign signbit sin sinc sinh sqrt square tan tanh trunc relu clone positive
F.relu F.relu6 F.elu F.selu F.celu F.gelu F.silu F.mish F.hardswish F.hardsigmoid F.hardtanh F.leaky_relu F.logsigmoid F.softplus F.softsign F.tanhshrink
F.softshrink F.hardshrink i0 zeros_like ones_like empty_like rand_like""".split()
withNumbers = [["add", 1.5], ["sub", 1.5], ["mul", 2.0], ["div", 2.0], ["pow", 2.5], ["remainder", 2.0], ["fmod", 2.0], ["floor_divide", 2.0], ["eq", 1.0], ["ne", 1.0], ["lt", 1.0],
    ["le", 1.0], ["gt", 1.0], ["ge", 1.0], ["clamp", 0.1, 0.9], ["rsub", 1.0], ["F.threshold", 0.1, 2.0], ["float_power", 2.0], ["mvlgamma", 1], ["full_like", 2.5]]
binary = """add sub mul div pow atan2 maximum minimum fmax fmin fmod remainder hypot copysign eq ne lt le gt ge logical_and logical_or logical_xor floor_divide heaviside xlogy
logaddexp logaddexp2 isclose F.mse_loss F.l1_loss F.smooth_l1_loss F.huber_loss""".split()
ternary = [["addcmul"], ["addcdiv"], ["lerp"], ["where"], ["clamp"]]
casts = ["float64", "int64", "bool"]


def function(name):
    return getattr(F, name[2:]) if name.startswith("F.") else getattr(torch, name)


cases = []


def case(name, operands, numbers=(), options=None):
    tensors = [make(operand) for operand in operands]
    if name == "where":
        tensors[0] = tensors[0] > 0.05
    try:
        result = function(name)(*tensors, *numbers, **(options or {}))
    except RuntimeError:
        return
    cases.append([name, list(operands), list(numbers), options or {}, list(result.shape), list(result.stride())])


for name, operand in itertools.product(unary, full + ["whole", "matrix", "channelsLast", "batchOne"]):
    case(name, [operand])
for (name, *numbers), operand in itertools.product(withNumbers, full + ["channelsLast"]):
    case(name, [operand], numbers)
for name in binary:
    pairs = list(itertools.product(layouts, layouts)) + list(itertools.product(channels, channels)) if name in ("add", "eq", "atan2") else [
        ("transposed", "transposed"), ("rowMajor", "transposed"), ("transposed", "rowMajor"), ("permuted", "column"), ("row", "permuted"), ("expanded", "swapped"), ("ones", "rowMajor")]
    for pair in pairs:
        if name == "F.huber_loss" and pair in [("row", "permuted"), ("expanded", "swapped")]:
            continue  # The layout of its input alone counts there, once it is expanded.
        case(name, pair, (), {"reduction": "none"} if name.startswith("F.") else {})
names = ["rowMajor", "transposed", "permuted", "narrowedTransposed", "expanded", "row", "matrix", "whole"]
for (name,) in ternary:
    for operands in itertools.product(names, names, names) if name == "where" else itertools.product(names[1:4], ["rowMajor", "permuted", "row"], ["transposed", "whole"]):
        case(name, operands)
for dtype, operand in itertools.product(casts, full + ["channelsLast"]):
    cases.append(["to", [operand], [dtype], {}, list(make(operand).shape), list(make(operand).to(getattr(torch, dtype)).stride())])
for operand in full + ["channelsLast"]:
    torch.manual_seed(3)
    result = F.dropout(make(operand), 0.5)
    cases.append(["dropout", [operand], [], {"zeros": (result == 0).tolist()}, list(result.shape), list(result.stride())])
lines = ",\n".join(json.dumps(each) for each in cases)
text = '{"layouts": ' + json.dumps({**layouts, **channels}) + ',\n"cases": [\n' + lines + "\n]}\n"
(pathlib.Path(__file__).parent / "data" / "layouts.json").write_text(text)
print(len(cases), len(text))
