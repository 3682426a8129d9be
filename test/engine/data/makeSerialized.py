"""Writes the files that test/engine/serialization.test.ts reads, with PyTorch 2.13.0, and checks that PyTorch reads what the engine wrote.

    python makeSerialized.py            writes python.pt
    python makeSerialized.py FILE.pt    prints what PyTorch reads from a file
"""
import sys
import torch
from torch import nn

if len(sys.argv) > 1:
    print(torch.load(sys.argv[1], weights_only=True))
    sys.exit()

torch.manual_seed(0)
shared = nn.Linear(2, 2)
net = nn.Sequential(shared, nn.BatchNorm1d(2), shared)
base = torch.arange(6)
torch.save(
    {
        "model": net.state_dict(),
        "parameter": net[0].weight,
        "view": base[2:5],
        "transposed": base.view(2, 3).t(),
        "base": base,
        "half": torch.tensor([1.5, -2.0], dtype=torch.float16),
        "bfloat16": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
        "bool": torch.tensor([True, False]),
        "uint8": torch.tensor([255], dtype=torch.uint8),
        "float64": torch.tensor([1 / 3], dtype=torch.float64),
        "numbers": [0, 255, 256, 65535, 65536, -1, -70000, 2**31, 2**40, -(2**70), 0.5, float("inf")],
        "tuple": (None, True, "é"),
        "by number": {0: "a", 1: "b"},
        "size": torch.Size([2, 3]),
        "dtype": torch.float32,
        "__proto__": "a name like any other",
    },
    "python.pt",
)
torch.save(net, "module.pt")
