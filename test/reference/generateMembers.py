"""Writes data/members.json: what becomes of every kind of value that is assigned to, or registered under, every kind of member's name, and
what is found under every kind of dotted name, with PyTorch 2.13.0.

    python generateMembers.py
"""
import json, pathlib
import torch
from torch import nn

values = {
    "none": lambda: None,
    "parameter": lambda: nn.Parameter(torch.ones(1)),
    "tensor": lambda: torch.ones(1),
    "double": lambda: torch.ones(1, dtype=torch.float64),
    "long": lambda: torch.ones(1, dtype=torch.int64),
    "result": lambda: torch.ones(1, requires_grad=True) * 2,
    "buffer": lambda: nn.Buffer(torch.ones(1)),
    "temporaryBuffer": lambda: nn.Buffer(torch.ones(1), persistent=False),
    "module": lambda: nn.ReLU(),
    "int": lambda: 5,
    "float": lambda: 5.5,
    "bool": lambda: True,
    "str": lambda: "text",
    "tuple": lambda: (1, 2),
    "dict": lambda: {"a": 1},
}
members = ["parameter", "empty_parameter", "buffer", "temporary_buffer", "empty_buffer", "module", "empty_module", "plain", "fresh"]


def make():
    net = nn.Module()
    net.register_parameter("parameter", nn.Parameter(torch.zeros(1)))
    net.register_parameter("empty_parameter", None)
    net.register_buffer("buffer", torch.zeros(1))
    net.register_buffer("temporary_buffer", torch.zeros(1), persistent=False)
    net.register_buffer("empty_buffer", None)
    net.add_module("module", nn.Identity())
    net.add_module("empty_module", None)
    net.plain = 1
    return net


def outcome(action):
    net = make()
    try:
        action(net)
    except Exception as error:
        # The engine has no paths of Python's modules.
        text = error.args[0].replace("torch.nn.modules.activation.ReLU", "ReLU")
        return {"error": [type(error).__name__, text]}
    return {
        "parameters": list(net._parameters),
        "buffers": list(net._buffers),
        "modules": list(net._modules),
        "state": list(net.state_dict()),
    }


cases = []
for value, make_value in values.items():
    for member in members:
        cases.append(["assign", member, value, outcome(lambda net: setattr(net, member, make_value()))])
        for kind in "parameter", "buffer", "module":
            register = {"parameter": "register_parameter", "buffer": "register_buffer", "module": "add_module"}[kind]
            cases.append([register, member, value, outcome(lambda net: getattr(net, register)(member, make_value()))])
for member in members:
    cases.append(["delete", member, None, outcome(lambda net: delattr(net, member))])
names = {"int": 5, "none": None, "tuple": ("a",), "dotted": "a.b", "empty": ""}
for name, key in names.items():
    for register in "register_parameter", "register_buffer", "add_module", "register_module":
        for value, make_value in values.items():
            cases.append([register, {"name": list(key) if isinstance(key, tuple) else key}, value, outcome(lambda net: getattr(net, register)(key, make_value()))])


def found(get, target):
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    net.x = 5
    net.add_module("none", None)
    try:
        value = getattr(net, get)(target)
        return {"type": "Tensor" if isinstance(value, torch.Tensor) else type(value).__name__}
    except Exception as error:
        return {"error": [type(error).__name__, str(error)]}


targets = ["", "0", "1", "2", "foo", "0.foo", "0.weight", "0.weight.x", "x", "x.y", "0.", ".0", "none", "none.q", "1.running_mean", "training", "forward", 5, None]
lookups = [[get, target, found(get, target)] for get in ("get_submodule", "get_parameter", "get_buffer") for target in targets]
(pathlib.Path(__file__).parent / "data" / "members.json").write_text(json.dumps({"cases": cases, "lookups": lookups}, separators=(",", ":")) + "\n")
