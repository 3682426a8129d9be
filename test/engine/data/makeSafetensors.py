"""Writes python.safetensors with the safetensors package: every dtype that the engine reads, to be read back by the tests."""
import torch
from safetensors.torch import save_file

values = [0, 1, 2.5, -1.5, 65504, float("inf"), 6e-8]
save_file(
    {
        "bfloat16": torch.tensor(values, dtype=torch.bfloat16),
        "bool": torch.tensor([True, False, True]),
        "empty": torch.zeros(0, 3),
        "float16": torch.tensor(values, dtype=torch.float16),
        "float32": torch.arange(6, dtype=torch.float32).reshape(2, 3) / 7,
        "float64": torch.tensor([1 / 3, -1e300], dtype=torch.float64),
        "int16": torch.tensor([-300, 300], dtype=torch.int16),
        "int32": torch.tensor([-(2**31), 2**31 - 1], dtype=torch.int32),
        "int64": torch.tensor([-(2**53) + 1, 2**53 - 1]),
        "int8": torch.tensor([-128, 127], dtype=torch.int8),
        "scalar": torch.tensor(42.0),
        "uint8": torch.tensor([0, 255], dtype=torch.uint8),
    },
    "python.safetensors",
    {"format": "pt", "note": "é"},
)
save_file({"b": torch.ones(3), "a.weight": torch.zeros(2, 2), "n": torch.tensor(7), "m": torch.tensor([True])}, "pythonNative.safetensors", {"format": "pt"})
