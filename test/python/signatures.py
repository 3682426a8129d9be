"""What PyTorch's functions, layers and optimizers take, for test/python/help.test.ts: python signatures.py writes signatures.json. PyTorch 2.13.0 alone."""
import importlib
import inspect
import json
import pathlib

import torch

assert torch.__version__.startswith("2.13.0"), torch.__version__

MODULES = """torch torch.autograd torch.autograd.function torch.autograd.functional torch.cuda torch.distributions torch.linalg torch.nn torch.nn.functional torch.nn.init torch.nn.parameter
torch.nn.utils torch.nn.utils.parametrizations torch.nn.utils.parametrize torch.nn.utils.prune torch.nn.utils.rnn torch.optim torch.optim.lr_scheduler torch.special torch.testing
torch.utils.checkpoint torch.utils.data""".split()


def taken(value):
    """Each with its default as Python writes it; null for one that has to be given."""
    try:
        given = inspect.signature(value).parameters.values()
    except (TypeError, ValueError):
        return None
    empty = inspect.Parameter.empty
    return {each.name: None if each.default is empty else repr(each.default) for each in given if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)}


def there(module, name):
    try:
        return getattr(module, name) is not None or True
    except Exception:
        return False


names, signatures = {}, {}
for name in MODULES:
    module = importlib.import_module(name)
    names[name] = sorted(each for each in dir(module) if each[:1] != "_" and there(module, each))
    for each in names[name]:
        value = getattr(module, each)
        found = taken(value) if inspect.isclass(value) or inspect.isroutine(value) else None
        if found and (getattr(value, "__module__", "") or "").startswith("torch"):
            signatures[f"{name}.{each}"] = found
for kind in (torch.Tensor, torch.nn.Module):
    home = "torch.Tensor" if kind is torch.Tensor else "torch.nn.Module"
    names[home] = sorted(each for each in dir(kind) if each[:1] != "_") + sorted(each for each in getattr(kind, "__annotations__", {}) if each[:1] != "_")
written = json.dumps({"names": names, "signatures": signatures}, indent=0, sort_keys=True)
pathlib.Path(__file__).with_suffix(".json").write_text(written + "\n")
