"""Writes data/pruning.json: masks and state of torch.nn.utils.prune, with PyTorch 2.13.0.

    python generatePruning.py
"""
import json, pathlib
import torch
from torch import nn
from torch.nn.utils import prune

torch.set_num_threads(1)
runs = [
    [["identity"]],
    [["random_unstructured", 0.3]],
    [["random_unstructured", 5]],
    [["random_unstructured", 0.25], ["random_unstructured", 0.5]],
    [["l1_unstructured", 0.3]],
    [["l1_unstructured", 0.125], ["l1_unstructured", 3]],
    [["random_structured", 0.5, 0]],
    [["random_structured", 1, 1], ["random_structured", 1, 1]],
    [["ln_structured", 0.5, 2, 0]],
    [["ln_structured", 1, 1, -1]],
    [["l1_unstructured", 0.3], ["ln_structured", 1, 2, 0]],
    [["ln_structured", 1, float("inf"), 0], ["random_unstructured", 0.2]],
]
cases = []
for steps in runs:
    torch.manual_seed(5)
    layer = nn.Linear(6, 4)
    for name, *args in steps:
        getattr(prune, name)(layer, "weight", *args)
    case = {
        "steps": [[name, *["Infinity" if value == float("inf") else value for value in args]] for name, *args in steps],
        "state": {key: value.tolist() for key, value in layer.state_dict().items()},
        "parameters": [name for name, _ in layer.named_parameters()],
        "output": layer(torch.ones(6)).tolist(),
        "next": torch.rand(1).item(),
    }
    prune.remove(layer, "weight")
    case["removed"] = [name for name, _ in layer.named_parameters()]
    case["weight"] = layer.weight.tolist()
    cases.append(case)

torch.manual_seed(5)
net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
prune.global_unstructured([(net[0], "weight"), (net[1], "weight")], pruning_method=prune.L1Unstructured, amount=0.4)
total = {key: value.tolist() for key, value in net.state_dict().items()}
(pathlib.Path(__file__).parent / "data" / "pruning.json").write_text(json.dumps({"cases": cases, "global": total}) + "\n")
