"""Writes data/multiply_adds.json: what torch.utils.flop_counter counts, halved, for layers and functions of generated shapes.

Run: python test/reference/generate_multiply_adds.py (PyTorch 2.13.0)
"""

import json
import random
from pathlib import Path

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.flop_counter import FlopCounterMode

random.seed(0)
torch.manual_seed(0)


def counted(run):
    mode = FlopCounterMode(display=False)
    with mode, torch.no_grad():
        run()
    return mode.get_total_flops() // 2


def size(most=6):
    return random.randint(1, most)


cases = []


def layer(name, arguments, options, shapes):
    camel = {key.split("_")[0] + "".join(part.title() for part in key.split("_")[1:]): value for key, value in options.items()}
    module = getattr(nn, name)(*arguments, **options)
    inputs = [torch.zeros(shape) for shape in shapes]
    cases.append({"layer": name, "arguments": [*arguments, camel], "shapes": shapes, "multiplyAdds": counted(lambda: module(*inputs))})


def function(name, shapes, before=()):
    operation = getattr(torch, name)
    inputs = [torch.zeros(shape) for shape in shapes]
    cases.append({"function": name, "before": list(before), "shapes": shapes, "multiplyAdds": counted(lambda: operation(*before, *inputs))})


for _ in range(6):
    batch, length, a, b = size(), size(), size(8), size(8)
    layer("Linear", [a, b], {"bias": random.random() < 0.5}, [random.choice([[batch, a], [batch, length, a]])])
    layer("GRU", [a, b], {"bias": random.random() < 0.5}, [random.choice([[length, a], [length, batch, a]])])
    layer("RNN", [a, b], {"bidirectional": random.random() < 0.5}, [[length, batch, a]])
    layer("GRUCell", [a, b], {}, [[batch, a]])
    layer("LSTMCell", [a, b], {}, [[batch, a]])
    for dims in (1, 2, 3):
        groups = random.choice([1, 2])
        channels, outputs = groups * size(3), groups * size(3)
        kernel, stride, padding, dilation = size(3), size(2), size(2) - 1, size(2)
        options = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
        image = [kernel * dilation + size(6) for _ in range(dims)]
        around = random.choice([[], [batch]])
        layer(f"Conv{dims}d", [channels, outputs, kernel], options, [[*around, channels, *image]])
        layer(f"ConvTranspose{dims}d", [channels, outputs, kernel], {"stride": stride, "padding": 0, "groups": groups}, [[*around, channels, *image]])
    m, k, n = size(), size(), size()
    function("mm", [[m, k], [k, n]])
    function("bmm", [[batch, m, k], [batch, k, n]])
    function("matmul", [[batch, length, m, k], [k, n]])
    function("matmul", [[batch, m, k], [length, batch, k, n]])
    function("addmm", [[m, n], [m, k], [k, n]])
    function("baddbmm", [[batch, m, n], [batch, m, k], [batch, k, n]])
    # Where nothing is summed up, einsum multiplies element by element.
    function("einsum", [[batch, m, k + 1], [batch, k + 1, n]], ["bij,bjk->bik"])

path = Path(__file__).parent / "data" / "multiply_adds.json"
path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
