"""What the package `torch` offers, told by the package itself: run by pythonHelp.mjs in the interpreter that runs it. Prints JSON."""
import importlib
import inspect
import json
import pkgutil
import sys
import types

import torch
from torch._bridge import Object, camel
from torch._namespace import Missing, Namespace
from torch._tensor import EngineMethod

for found in pkgutil.walk_packages(torch.__path__, "torch."):
    importlib.import_module(found.name)


def is_public(name):
    return name[:1] != "_"


def modules():
    """All that users name. What a package has of its files it offers itself: those of the layers and of the optimizers, one for each, are none of them."""
    for name, module in sorted(sys.modules.items()):
        if name != "torch" and not name.startswith("torch.") or not all(map(is_public, name.split("."))):
            continue
        above = sys.modules.get(name.rpartition(".")[0])
        if name.startswith(("torch.nn.modules", "torch.optim.optimizer")):
            continue
        own = [value for each, value in vars(module).items() if is_public(each) and is_offered(module, value)]
        if own and name.count(".") > 1 and type(module) is types.ModuleType and all(getattr(above, getattr(value, "__name__", ""), None) is value for value in own):
            continue
        yield name, module


def is_offered(module, value):
    """What a module has from elsewhere, or from the package's private parts, it uses itself."""
    if isinstance(value, (types.ModuleType, Missing)) or value is Missing:
        return False
    home = getattr(value, "__module__", None) if isinstance(value, (type, types.FunctionType)) else None
    if home is None or module is torch:
        return True
    return home.split(".")[0] == "torch" and (home == "torch._C" or not home.startswith("torch._")) and value is not torch.Tensor


def parameters(value):
    """[name, kind, default]; null where it takes what the engine takes."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return None
    given = list(signature.parameters.values())
    kinds = {each.kind for each in given}
    if inspect.Parameter.VAR_KEYWORD in kinds and inspect.Parameter.VAR_POSITIONAL in kinds:
        return None
    empty = inspect.Parameter.empty
    return [[each.name, str(each.kind.name), None if each.default is empty else text(each.default)] for each in given if is_public(each.name)]


def text(value):
    return "..." if repr(value)[:1] == "<" else repr(value)


def function(path, value):
    return {"kind": "function", "path": path, "parameters": parameters(value), "doc": inspect.cleandoc(getattr(value, "__doc__", None) or "")}


def cls(path, value):
    path = getattr(value, "_engine_path", None) or getattr(value, "_path", None) or path
    above = [each for each in value.__mro__[1:] if each is not object]
    # What the engine has of methods is described by the engine.
    own = {name for each in [value, *above] for name, found in vars(each).items() if is_public(name) and not name.isupper() and not isinstance(found, EngineMethod)}
    members = {
        name: {"kind": "value", "path": f"{path}#{camel(name)}", "type": getattr(kind, "__name__", str(kind)), "doc": ""}
        for name, kind in inspect.get_annotations(value).items()
    }
    for name in sorted(own):
        found = inspect.getattr_static(value, name)
        if isinstance(found, (staticmethod, classmethod)):
            members[name] = {**function(f"{path}#{camel(name)}", getattr(value, name)), "bound": type(found).__name__}
        elif isinstance(found, types.FunctionType):
            members[name] = function(f"{path}#{camel(name)}", found)
            if members[name]["parameters"]:
                members[name]["parameters"] = members[name]["parameters"][1:]
        else:
            members[name] = {"kind": "value", "path": f"{path}#{camel(name)}", "doc": inspect.cleandoc(found.__doc__ or "") if isinstance(found, property) else ""}
    making = None if any("__signature__" in vars(each) for each in value.__mro__) else parameters(value)
    return {
        "kind": "class",
        "path": path,
        "parameters": making,
        "error": next((each.__name__ for each in above if each.__module__ == "builtins"), "") if issubclass(value, Exception) else "",
        "also": {name: text(default) for name, default in dict(getattr(value, "_also", ())).items()},
        "doc": inspect.cleandoc(vars(value).get("__doc__") or ""),
        # What the engine's object behind it has: all, its fields, or nothing that would be found.
        "engine": "all" if issubclass(value, Object) else "fields" if vars(value).get("_is_layer") else "",
        "open": any("__getattr__" in vars(each) for each in value.__mro__),
        "above": [f"{each.__module__}.{each.__qualname__}" for each in above],
        "members": members,
        "protocols": sorted(name for each in value.__mro__ if each is not object for name in vars(each) if name in PROTOCOLS),
    }


_OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split()
PROTOCOLS = {f"__{each}__" for each in "iter len getitem setitem delitem contains enter exit call bool int float index neg pos abs invert eq ne lt le gt ge".split()}
PROTOCOLS |= {f"__{side}{each}__" for side in ("", "r", "i") for each in _OPERATORS}


def entry(module, name, value):
    path = f"{getattr(module, '_path', None) or ''}.{camel(name)}".lstrip(".")
    if isinstance(value, type):
        return cls(path, value)
    if isinstance(value, types.FunctionType):
        return function(path, value)
    return {"kind": "value", "path": path, "type": type(value).__name__, "doc": ""}


surface = {}
for name, module in modules():
    offered = {}
    for each in dir(module):
        if not is_public(each):
            continue
        try:
            value = getattr(module, each)
        except AttributeError:
            continue
        if is_offered(module, value):
            home = f"{value.__module__}.{value.__qualname__}" if isinstance(value, type) else ""
            offered[each] = {**entry(module, each, value), "home": home}
    surface[name] = {"doc": inspect.cleandoc(module.__doc__ or ""), "names": offered}

# The engine's methods are found when they are first asked for.
tensor = torch.ones(1, 1)
members = surface["torch"]["names"]["Tensor"]["members"]
for name in dir(tensor):
    if is_public(name) and name not in members:
        try:
            value = getattr(tensor, name)
        except AttributeError:
            continue
        members[name] = {"kind": "function" if callable(value) else "value", "path": f"Tensor#{camel(name)}", "parameters": None, "doc": ""}
print(json.dumps(surface))
