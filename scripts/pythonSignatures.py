"""What PyTorch's own functions and methods take, as its errors show it: python scripts/pythonSignatures.py writes src/python/torch/signatures.txt.

For PyTorch 2.13.0 with PyYAML, after a build: of what PyTorch has, the functions that the engine has too. A line each: where it is ("torch", "Tensor", "nn", "linalg"), its name, and after tabs its overloads in PyTorch's order; what torch.nn.functional
has from there names it. What PyTorch has in Python says in its own way that an argument is no tensor: "refusal", function or layer, which argument, error, text.
"""
import inspect
import json
import pathlib
import re

import torch
import torchgen
from torchgen.gen import parse_native_yaml
from torchgen.packaged.autograd import gen_python_functions as python

assert torch.__version__.startswith("2.13.0"), torch.__version__
packaged = pathlib.Path(torchgen.__file__).parent / "packaged"
root = pathlib.Path(__file__).parent.parent
native = parse_native_yaml(packaged / "ATen/native/native_functions.yaml", packaged / "ATen/native/tags.yaml").native_functions
native = [each for each in native if python.should_generate_py_binding(each)]
places = {
    "torch": (False, python.is_py_torch_function),
    "Tensor": (True, python.is_py_variable_method),
    "nn": (False, python.is_py_nn_function),
    "linalg": (False, python.is_py_linalg_function),
    "special": (False, python.is_py_special_function),
}
# What PyTorch has in C++ beside those that it generates.
by_hand = {
    ("torch", "tensor"): ["(PyObject* data, *, ScalarType dtype=None, Device? device=None, bool pin_memory=False, bool requires_grad=False)"],
    ("torch", "as_tensor"): ["(PyObject* data, *, ScalarType dtype=None, Device? device=None)"],
    ("torch", "range"): ["(Scalar start, Scalar end, Scalar step=1, *, Tensor out=None, ScalarType dtype=None, Layout layout=torch.strided, Device device=None, bool requires_grad=False)"],
    ("torch", "nonzero"): ["(Tensor input, *, bool as_tuple=False, Tensor out=None)"],
    ("torch", "numel"): ["(Tensor input)"],
    ("Tensor", "new_tensor"): ["(PyObject* data, *, ScalarType dtype=None, Device? device=None, bool requires_grad=False)"],
    ("Tensor", "nonzero"): ["()", "(*, bool as_tuple)"],
    ("Tensor", "requires_grad_"): ["(bool requires_grad=True)"],
    ("Tensor", "copy_"): ["(Tensor other, bool non_blocking=False)", "(Tensor other, bool async=False)|deprecated"],
    ("Tensor", "contiguous"): ["(*, MemoryFormat memory_format=contiguous_format)"],
    ("Tensor", "is_contiguous"): ["(*, MemoryFormat memory_format=contiguous_format)"],
    ("Tensor", "size"): ["(int64_t? dim=None)"],
    ("Tensor", "stride"): ["(int64_t? dim=None)"],
    ("Tensor", "type"): ["(PyObject* dtype=None, bool non_blocking=False, *, MemoryFormat? memory_format=None)", "(PyObject* dtype=None, bool async=False, *, MemoryFormat? memory_format=None)|deprecated"],
    ("Tensor", "to"): [
        "(Device device=None, ScalarType dtype=None, bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None)",
        "(ScalarType dtype, bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None)",
        "(Tensor tensor, bool non_blocking=False, bool copy=False, *, MemoryFormat? memory_format=None)",
    ],
}
for name in "bool byte char double float half int long short bfloat16 cpu".split():
    by_hand["Tensor", name] = ["(*, MemoryFormat? memory_format=None)"]
found = {}
for place, (is_method, belongs) in places.items():
    pairs = python.load_signatures(native, packaged / "autograd/deprecated.yaml", method=is_method)
    for name, overloads in python.group_filter_overloads(pairs, belongs).items():
        texts = [str(each.signature.signature_str(symint=True)) for each in python.group_overloads(overloads, symint=True)]
        found[place, str(name)] = [text[text.index("(") :] for text in texts]
found.update(by_hand)


def camel(name):
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda match: match[1].upper(), name)


engine = {path.replace("#", ".").split(".")[-1] for path in json.loads((root / "dist/python/names.json").read_text())}
engine |= {name + "_" for name in engine}
homes = {"torch": torch, "Tensor": torch.Tensor, "nn": torch._C._nn, "linalg": torch._C._linalg, "special": torch._C._special}


def is_offered(place, name, texts):
    """What PyTorch has in Python calls these with names of its own; what is for sparse or nested tensors alone is not here."""
    if not type(getattr(homes[place], name, None)).__name__.startswith(("builtin_function", "method_descriptor")) or any("List<" in text for text in texts):
        return False
    return name[:1] != "_" and (place not in ("torch", "Tensor") or camel(name) in engine or (place, name) in by_hand)


lines = ["\t".join([f"{place} {name}", *texts]) for (place, name), texts in found.items() if is_offered(place, name, texts)]
# What torch.nn.functional has from there.
named = {id(getattr(homes[place], name)): f"{place} {name}" for place, name in found if place in ("torch", "nn") and hasattr(homes[place], name)}
lines += [f"functional {name}\t{named[id(value)]}" for name, value in sorted(vars(torch.nn.functional).items()) if name[:1] != "_" and id(value) in named]


class Foreign:
    """Stands for what is no tensor."""


x = torch.rand(2, 3)


def refusals(path, function, count):
    """What it raises for something else in the place of a tensor, with the name of its class left open."""
    for i in range(min(count, 3)):
        try:
            function(*[Foreign() if i == j else x for j in range(count)])
        except Exception as error:
            text = str(error)
            if "Foreign" in text and ("must be Tensor" in text or "has no attribute" in text or "got (Foreign" in text and i == 0):
                yield "\t".join(["refusal " + path, str(i), type(error).__name__, text.replace("Foreign", "{}").replace("\n", "\\n")])


def needed(function):
    return sum(each.default is each.empty and each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD) for each in inspect.signature(function).parameters.values())


for place, module in (("", torch), ("nn.functional.", torch.nn.functional), ("nn.init.", torch.nn.init)):
    for name, value in sorted(vars(module).items()):
        if name[:1] != "_" and inspect.isfunction(value) and camel(name) in engine and (place or not name.startswith(("set_", "manual", "save", "load", "get_", "is_"))):
            lines += refusals(place + camel(name), value, max(1, needed(value)))
arguments = {"Conv": (3, 4, 2), "Bilinear": (3, 3, 4), "Embedding": (3, 2), "GroupNorm": (1, 3), "RNN": (3, 4), "LSTM": (3, 4), "GRU": (3, 4), "Linear": (3, 4), "Threshold": (1, 2), "MultiheadAttention": (4, 2), "Transformer": (4, 2), "Unflatten": (1, (3, 1)), "Fold": (2, 2), "AdaptiveLog": (4, 4, [2])}
for name, layer in sorted(vars(torch.nn).items()):
    if not inspect.isclass(layer) or not issubclass(layer, torch.nn.Module) or not hasattr(layer, "forward") or name.startswith(("Lazy", "Parameter", "Module", "Sequential")):
        continue
    given = next((each for start, each in arguments.items() if name.startswith(start)), None)
    for each in (given, (), (1,), (3,), (2, 2)):
        try:
            made = layer(*each)
        except Exception:
            continue
        lines += refusals(f"nn.{name}", made, needed(made.forward))
        break
(root / "src/python/torch/signatures.txt").write_text("\n".join(lines) + "\n")
