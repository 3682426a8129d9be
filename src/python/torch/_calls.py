"""Calls of the engine's functions by the names that PyTorch has for their arguments."""
from functools import lru_cache

from ._bridge import _call, _dead, _e, _find, _loads, _mapping, _other, _puts, camel, release, result, tensor_of


@lru_cache(None)
def row(path):
    """What a function takes: names in order, all names of options, and which of them may be None."""
    text = _e.names(path)
    if not text:
        return None
    positional, options, needed = _loads(text)
    nullable = {name[:-1] for name in [*positional, *options] if name.endswith("?")}
    return [name.rstrip("?") for name in positional], [name.rstrip("?") for name in options], nullable, needed


# NumPy's names, which PyTorch takes too.
_numpy_names = {"axis": "dim", "keepdims": "keepdim"}
_second_names = {"self": 0, "input": 0, "other": 1, "tensor": 0, "x": 0, "tensors": 0, "exponent": 1, "mat2": 1, "vec": 1, "vec2": 1}


def bind(path, args, kwargs):
    """Positional arguments, and the options of the engine's last one."""
    known = row(path)
    positional = known[0] if known else ()
    options, places = {}, {}
    for name, value in kwargs.items():
        js = camel(name)
        if name in _numpy_names and known and js not in positional and js not in known[1]:
            js = _numpy_names[name]
        if js in positional:
            at = positional.index(js)
        elif known and js in known[1]:
            at = None
        else:
            at = _second_names.get(name)
            if at is not None and (at >= max(len(positional), 1) or (at < len(args))):
                at = None
        if value is None and known and js not in known[2] and at is None:
            continue
        if name == "device":
            value = device_name(value)
        if at is not None:
            if at < len(args):
                raise TypeError(f"{path.split('.')[-1].split('#')[-1]}() got multiple values for argument '{name}'")
            places[at] = (js, value)
        else:
            options[js] = value
    args = list(args)
    while len(args) in places:
        args.append(places.pop(len(args))[1])
    for js, value in places.values():
        options[js] = value
    return args, options


def device_name(value):
    if value is None or isinstance(value, int):
        return value
    name = str(getattr(value, "type", value))
    kind = name.split(":")[0]
    if kind == "cuda":
        raise AssertionError("Torch not compiled with CUDA enabled")
    return kind


def make_function(path, name, module):
    fn = _find(path)
    known = row(path)
    has_operand = bool(known and {"other", "exponent"} & {*known[0][:2], *known[1]} or name == "where")

    is_method = path.startswith("Tensor#")

    def function(*args, **kwargs):
        if len(_dead) > 8:
            release()
        options = None
        if kwargs:
            if is_method:
                given, options = bind(path, args[1:], kwargs)
                args = [args[0], *given]
            else:
                args, options = bind(path, args, kwargs)
        if has_operand:
            for arg in args:
                if type(arg) is float and arg.is_integer():
                    args = with_floats(args)
                    break
        spec, flat = [], []
        for value in args:
            (_puts.get(type(value)) or _other)(value, spec, flat)
        if options:
            _mapping(options, spec, flat)
        value = _call(fn, "".join(spec), *flat)
        return tensor_of(value) if type(value) is int else result(value)

    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    return function


with_floats = None  # _operators.py says
