"""Writes data/data_loading.json, the order and the batches of torch.utils.data, with PyTorch 2.13.0.

    python generateDataLoading.py
"""
import json, pathlib
import torch
from torch.utils import data


def encode(value):
    if isinstance(value, torch.Tensor):
        return {"dtype": str(value.dtype).removeprefix("torch."), "data": value.tolist()}
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    return value


cases = []
for seed in (0, 7, 2**40 + 5):
    for count in (1, 5, 10, 33):
        for options in (
            {},
            {"batch_size": 4},
            {"batch_size": 4, "shuffle": True},
            {"batch_size": 3, "shuffle": True, "drop_last": True},
            {"batch_size": None, "shuffle": True},
        ):
            for own in (False, True):
                torch.manual_seed(seed)
                generator = torch.Generator().manual_seed(seed + 1) if own else None
                loader = data.DataLoader(data.TensorDataset(torch.arange(count), torch.arange(count) / 2), generator=generator, **options)
                passes = [encode(list(loader)) for _ in range(2)]
                cases.append({"kind": "loader", "seed": seed, "count": count, "options": options, "own": own, "length": len(loader), "passes": passes, "next": torch.rand(1).item()})

samplers = []
for seed in (0, 3):
    for kind, make in {
        "random": lambda: data.RandomSampler(range(10)),
        "more": lambda: data.RandomSampler(range(10), num_samples=25),
        "replacement": lambda: data.RandomSampler(range(10), replacement=True, num_samples=70),
        "subset": lambda: data.SubsetRandomSampler([3, 5, 8, 9]),
        "weighted": lambda: data.WeightedRandomSampler([0.1, 0.9, 0.4, 0.7], 6),
        "weighted without replacement": lambda: data.WeightedRandomSampler([0.1, 0.9, 0.4, 0.7], 3, replacement=False),
        "batch": lambda: data.BatchSampler(data.RandomSampler(range(10)), 4, False),
    }.items():
        torch.manual_seed(seed)
        sampler = make()
        samplers.append({"seed": seed, "kind": kind, "length": len(sampler), "order": list(sampler)})

splits = []
for seed, count, lengths in ((0, 10, [3, 7]), (1, 10, [0.5, 0.3, 0.2]), (2, 11, [0.5, 0.3, 0.2]), (3, 5, [0.9, 0.1])):
    torch.manual_seed(seed)
    splits.append({"seed": seed, "count": count, "lengths": lengths, "parts": [list(part) for part in data.random_split(range(count), lengths)]})

collated = [
    {"batch": batch, "result": encode(data.default_collate(batch))}
    for batch in (
        [1, 2, 3],
        [0.5, 1.5],
        [True, False],
        ["a", "b"],
        [[1, 0.5], [2, 1.5]],
        [{"x": 1, "y": [0.5, "a"]}, {"x": 2, "y": [1.5, "b"]}],
    )
]

out = pathlib.Path(__file__).parent / "data" / "data_loading.json"
out.write_text(json.dumps({"loaders": cases, "samplers": samplers, "splits": splits, "collated": collated}) + "\n")
