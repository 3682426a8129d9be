"""What PyTorch's own functions take (signatures.txt, by scripts/pythonSignatures.py), and its errors for what they do not. Asked before the first call with arguments of such types, where a call has failed, and for names."""
import os
from collections import OrderedDict
from functools import lru_cache

from ._absent import Absent
from ._types import Size, device, dtype, layout, memory_format

_SHOWN = {
    "Tensor": "Tensor",
    "Scalar": "Number",
    "int64_t": "int",
    "SymInt": "int",
    "double": "float",
    "TensorList": "tuple of Tensors",
    "IntArrayRef": "tuple of ints",
    "SymIntArrayRef": "tuple of ints",
    "ArrayRef<double>": "tuple of floats",
    "ScalarList": "tuple of Scalars",
    "Generator": "torch.Generator",
    "bool": "bool",
    "PyObject*": "object",
    "ScalarType": "torch.dtype",
    "Layout": "torch.layout",
    "MemoryFormat": "torch.memory_format",
    "Device": "torch.device",
    "c10::string_view": "str",
    "Storage": "torch.Storage",
    "Dimname": "name",
    "DimnameList": "tuple of names",
}
_OTHER_NAMES = {"dim": ("axis",), "keepdim": ("keepdims",), "input": ("x", "a", "x1"), "other": ("x2",)}
# Where a number may stand for a tensor.
_WITH_NUMBERS = frozenset(f"{name}{end}" for name in "add div divide mul multiply sub subtract true_divide to _to_copy copy floor_divide _conj".split() for end in ("", "_"))


class Parameter:
    """One that a function takes."""

    def __init__(self, text, is_keyword, with_numbers):
        kind, _, rest = text.partition(" ")
        self.name, equals, default = rest.partition("=")
        self.allows_none = "?" in kind or default == "None"
        self.kind, bracket, size = kind.replace("?", "").partition("[")
        self.size = int(size[:-1]) if bracket else 0
        self.is_optional, self.default = bool(equals), default
        self.is_keyword, self.with_numbers = is_keyword, with_numbers
        self.shown = _SHOWN[self.kind]

    def __str__(self):
        return f"{self.shown} {self.name}" + (f" = {_default(self.default)}" if self.is_optional else "")

    def given(self, kwargs):
        for name in (self.name, *_OTHER_NAMES.get(self.name, ())):
            if name in kwargs:
                return name
        return None


def _default(text):
    return {"true": "True", "false": "False"}.get(text, text.replace('"', '"'))


class Signature:
    def __init__(self, name, text):
        text, _, mark = text.partition("|")
        self.name, self.is_hidden = name, mark in ("deprecated", "hidden")
        self.parameters = []
        is_keyword = False
        for each in _parts(text[1:-1]):
            if each == "*":
                is_keyword = True
            else:
                self.parameters.append(Parameter(each, is_keyword, name in _WITH_NUMBERS))
        self.most = len(self.parameters)
        self.least = sum(not each.is_optional for each in self.parameters)
        self.places = sum(not each.is_keyword for each in self.parameters)

    def __str__(self):
        shown, is_keyword = [], False
        for each in self.parameters:
            if each.is_keyword and not is_keyword:
                shown.append("*")
                is_keyword = True
            shown.append(str(each))
        return f"({', '.join(shown)})"

    def refusal(self, args, kwargs):
        """Why the arguments are not those of this signature; "" where they are."""
        takes_all = self.places == 1 and self.parameters[0].kind in ("IntArrayRef", "SymIntArrayRef")
        takes_all = takes_all and (len(args) <= 1 or _fits(self.parameters[0], args, 0, []))
        if len(args) > self.places and not takes_all:
            return self._too_many(args)
        at, left = 0, len(kwargs)
        lists = []
        for i, each in enumerate(self.parameters):
            name = None
            is_given = at < len(args)
            if is_given:
                if each.is_keyword:
                    return self._too_many(args)
                value = args[at]
            else:
                name = each.given(kwargs)
                value = kwargs.get(name)
            if not is_given and name is None and each.is_optional or (is_given or name is not None) and value is None and each.allows_none:
                pass
            elif not is_given and name is None:
                missing = [f'"{other.name}"' for other in self.parameters[i:] if not other.is_optional]
                return f"{self.name}() missing {len(missing)} required positional argument{'s' if len(missing) == 1 else ''}: {', '.join(missing)}"
            else:
                failed = []
                fits = _fits(each, value, i, failed)
                if not fits and takes_all and at == 0 and is_given and _fits(each, args, i, []):
                    lists.append((each, args))
                    at = len(args)
                    continue
                if not fits:
                    return self._wrong(each, value, None if is_given else name, at, failed)
                lists.append((each, value))
            if is_given:
                at += 1
            elif name is not None:
                left -= 1
        if left > 0:
            return self._unexpected(args, kwargs)
        for each, value in lists:
            _check_items(self.name, each, value)
        return ""

    def _wrong(self, parameter, value, name, at, failed):
        if name is not None:
            return f"{self.name}(): argument '{parameter.name}' must be {parameter.shown}, not {type_name(value)}"
        start = f"{self.name}(): argument '{parameter.name}' (position {at + 1}) must be {parameter.shown}, "
        if failed:
            return f"{start}but found element of type {type_name(value[failed[0]])} at pos {failed[0]}"
        return f"{start}not {type_name(value)}"

    def _too_many(self, args):
        count, most = len(args), self.places
        if self.least != most:
            return f"{self.name}() takes from {self.least} to {most} positional arguments but {count} were given"
        return f"{self.name}() takes {most} positional argument{'' if most == 1 else 's'} but {count} {'was' if count == 1 else 'were'} given"

    def _unexpected(self, args, kwargs):
        for name in kwargs:
            at = next((i for i, each in enumerate(self.parameters) if name == each.name), -1)
            if at < 0:
                return f"{self.name}() got an unexpected keyword argument '{name}'"
            if at < len(args):
                return f"{self.name}() got multiple values for argument '{name}'"
        return "invalid keyword arguments"


def _parts(text):
    """At the commas that part parameters: in a default none has a space after it."""
    return text.split(", ") if text else []


class Refused(Exception):
    """What PyTorch says of an argument without looking at further signatures."""


def _wrong_item(signature, parameter, value, at):
    """The error of a function of that signature alone for one of its arguments, at that place; `at` is None where it is given by name."""
    failed = []
    try:
        if not _fits(parameter, value, at, failed):
            return TypeError(signature._wrong(parameter, value, parameter.name if at is None else None, at, failed))
        _check_items(signature.name, parameter, value)
    except Refused as refusal:
        return TypeError(str(refusal))
    return None


def _is_tensor(value):
    from ._tensor import Tensor

    return isinstance(value, Tensor) or hasattr(type(value), "__torch_function__")


def _is_index(value):
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return True
    try:
        return hasattr(value, "__index__") and value.__index__() is not None
    except Exception:
        return False


def _is_plain_tensor(value):
    return _is_tensor(value) and not getattr(value, "requires_grad", True) and value.ndim == 0


def _fits(parameter, value, number, failed):
    kind = parameter.kind
    if kind == "Tensor":
        return _is_tensor(value) or parameter.with_numbers and isinstance(value, (int, float, complex))
    if kind in ("Scalar", "double"):
        return isinstance(value, (int, float)) or kind == "Scalar" and isinstance(value, complex) or _is_plain_tensor(value)
    if kind == "int64_t":
        if isinstance(value, int):
            return not isinstance(value, bool)
        return _is_plain_tensor(value) and not value.dtype.is_floating_point and value.dtype.name != "bool"
    if kind == "SymInt":
        return _is_index(value)
    if kind in ("IntArrayRef", "SymIntArrayRef"):
        if isinstance(value, (tuple, list)):
            if not value or _is_index(value[0]):
                return True
            failed.append(0)
            return False
        return parameter.size > 0 and _is_index(value)
    if kind == "TensorList":
        if not isinstance(value, (tuple, list)):
            return False
        for i, item in enumerate(value):
            if not _is_tensor(item):
                raise Refused(f"expected Tensor as element {i} in argument {number}, but got {type_name(item)}")
        return True
    if kind == "ArrayRef<double>":
        return isinstance(value, (tuple, list)) and (not value or isinstance(value[0], (int, float)))
    if kind == "ScalarList":
        return isinstance(value, (tuple, list)) and all(isinstance(item, (int, float)) for item in value)
    if kind == "bool":
        return isinstance(value, bool)
    if kind == "PyObject*":
        return True
    if kind == "ScalarType":
        return isinstance(value, dtype) or isinstance(value, type) and value in (float, int, bool, complex)
    if kind == "Layout":
        return isinstance(value, layout)
    if kind == "MemoryFormat":
        return isinstance(value, memory_format)
    if kind == "Device":
        return isinstance(value, (str, device)) or isinstance(value, int) and not isinstance(value, bool)
    if kind == "c10::string_view":
        return isinstance(value, str)
    if kind == "Generator":
        from ._random import Generator

        return isinstance(value, Generator)
    return False


def _check_items(name, parameter, value):
    """Raises where the first item of a list fits and another does not."""
    if parameter.shown == "tuple of ints" and isinstance(value, (tuple, list)):
        for i, item in enumerate(value, 1):
            if not _is_index(item):
                raise Refused(f"{name}(): argument '{parameter.name}' failed to unpack the object at pos {i} with error \"type must be tuple of ints,but got {type_name(item)}\"")


def type_name(value):
    """The name of its class as C knows it."""
    if isinstance(value, Absent):
        value._use()
    cls = type(value)
    if cls in (dtype, device, Size, layout, memory_format):
        return f"torch.{cls.__name__}"
    return "collections.OrderedDict" if cls is OrderedDict else cls.__name__


# ---- where none of several signatures fits


def _described(args, kwargs):
    shown = [type_name(value) for value in args] + [f"{name}={type_name(value)}" for name, value in reversed(kwargs.items())]
    return f"({', '.join(shown)}{'' if args or not kwargs else ', '})"


_ALSO = {"float": ("float", "int", "long"), "int": ("int", "long")}


def _marked(shown, args, kwargs):
    """The arguments, those between exclamation marks that are not of the class that a signature names."""
    out = []
    for i in range(len(args) + len(kwargs)):
        words = shown[i].rsplit(" ", 1)
        kind, name = words[0] if len(words) > 1 else "", words[-1]
        is_named = i >= len(args)
        if is_named and name not in kwargs:
            return None
        value = kwargs[name] if is_named else args[i]
        mark = "" if type_name(value) in _ALSO.get(kind, (kind,)) else "!"
        described = type_name(value)
        if isinstance(value, (tuple, list)):
            items = ", ".join(map(type_name, value))
            described += f" of [{items}]" if isinstance(value, list) else f" of ({items}{',' if len(value) == 1 else ''})"
        out.append(f"{mark}{f'{name}=' if is_named else ''}{described}{mark}")
    return f"({', '.join(out)}{'' if args or not out else ', '})"


def _combination(name, signatures, args, kwargs):
    options = [str(each) for each in signatures if not each.is_hidden]
    start = f"{name}() received an invalid combination of arguments - "
    if len(options) == 1:
        shown = options[0][1:-1].split(", ")
        unknown = _unmatched(shown, kwargs)
        if unknown:
            return f"{start}got unrecognized keyword arguments: {', '.join(unknown)}"
        marked = _marked(shown, args, kwargs) if len(shown) == len(args) + len(kwargs) else None
        return f"{start}got {marked or _described(args, kwargs)}, but expected {options[0]}"
    lines = [f"{start}got {_described(args, kwargs)}, but expected one of:"]
    for option in options:
        lines.append(f" * {option}")
        shown = option[1:-1].split(", ")
        if len(shown) != len(args) + len(kwargs):
            continue
        unknown = _unmatched(shown, kwargs)
        if unknown:
            lines.append(f"      didn't match because some of the keywords were incorrect: {', '.join(unknown)}")
        else:
            lines.append(f"      didn't match because some of the arguments have invalid types: {_marked(shown, args, kwargs)}")
    return "\n".join(lines) + "\n"


def _unmatched(shown, kwargs):
    names = [each.rsplit(" ", 1)[-1] for each in shown[max(0, len(shown) - len(kwargs)) :]]
    return [name for name in reversed(kwargs) if name not in names]


# ---- the table


@lru_cache(None)
def _table():
    with open(os.path.join(os.path.dirname(__file__), "signatures.txt")) as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    return {f"{row[0]} {row[1]}" if row[0].startswith("refusal ") else row[0]: row[1:] for row in rows}


def home_of(path):
    """Where the table has what the engine has at a path."""
    if path.startswith("Tensor#"):
        return "Tensor", ""
    place = path.rpartition(".")[0] or "torch"
    return (place, f"{place}_") if place in ("linalg", "special") else ("functional" if place == "nn.functional" else place, "")


@lru_cache(None)
def signatures(place, name):
    """The overloads of a function of "torch", "functional" (torch.nn's), "linalg" or "special", or of a method of "Tensor"; none where PyTorch has it in Python."""
    texts = _table().get(f"{place} {name}", ())
    if texts and texts[0][:1] != "(":
        return signatures(*texts[0].split(" "))
    return tuple(Signature(name, text) for text in texts)


@lru_cache(None)
def place_of(path, function, name):
    """At which place PyTorch takes what it calls `name`; None where it does not."""
    place, prefix = home_of(path)
    for each in signatures(place, prefix + function):
        for i, parameter in enumerate(each.parameters):
            if not parameter.is_keyword and (parameter.name == name or name in _OTHER_NAMES.get(parameter.name, ())):
                return i
    return None


def refused(place, name, args, kwargs):
    """PyTorch's TypeError for arguments that it does not take; None where it takes them, or where the function is not known."""
    known = signatures(place, name)
    if not known:
        return None
    name = known[0].name
    if place == "Tensor":
        self, *args = args
        if not _is_tensor(self):
            return TypeError(f"descriptor '{name}' for 'torch._C.TensorBase' objects doesn't apply to a '{type_name(self)}' object")
        if len(known) == 1 and not known[0].parameters:
            if kwargs:
                return TypeError(f"TensorBase.{name}() takes no keyword arguments")
            return TypeError(f"TensorBase.{name}() takes no arguments ({len(args)} given)") if args else None
    args = tuple(args)
    try:
        if len(known) == 1:
            text = known[0].refusal(args, kwargs)
            return TypeError(text) if text else None
        if any(not each.refusal(args, kwargs) for each in known):
            return None
        count = len(args) + len(kwargs)
        plausible = [each for each in known if each.least <= count <= each.most and not each.is_hidden]
        if len(plausible) == 1:
            return TypeError(plausible[0].refusal(args, kwargs))
        return TypeError(_combination(name, known, args, kwargs))
    except Refused as refusal:
        return TypeError(str(refusal))


def no_tensor(path, args):
    """The error of a function or a layer that PyTorch has in Python where the argument that it looks at first is no tensor; None where it may be one."""
    for i, value in enumerate(args[:3]):
        found = None if value is None and i or _is_tensor(value) else _table().get(f"refusal {path} {i}")
        if found is not None:
            from ._bridge import errors

            _, kind, text = found
            return errors[kind](text.replace("\\n", "\n").replace("{}", type_name(value)))
    return None


def forwarded(name, bound):
    """The error of the function that PyTorch's own of that name hands its arguments to by the same names, as numbers and flags; `bound`: by name."""
    for place, inner in (("nn", name), ("torch", name), ("nn", f"{name}_loss")):
        known = signatures(place, inner)
        if len(known) == 1:
            for i, each in enumerate(known[0].parameters):
                value = bound.get(each.name)
                is_list = each.shown == "tuple of ints" and not each.size
                if each.name != "reduction" and (is_list or each.shown in ("Number", "float", "int", "bool", "str")) and value is not None and not _fits(each, value, i, []):
                    return TypeError(f"{known[0].name}(): argument '{each.name}' (position {i + 1}) must be {each.shown}, not {type_name(value)}")
            return None
    return None


def refuse(name, *args, **kwargs):
    """Raises PyTorch's TypeError where a method of tensors does not take these; `args` begin with the tensor."""
    refusal = refused("Tensor", name, args, kwargs)
    if refusal:
        raise refusal
