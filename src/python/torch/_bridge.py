"""The one way to the engine: values go flat beside a text that says their shape, and come back as a number for a tensor or as JSON. One file, though a long one: what goes and what comes back are one table."""
import json
import sys
from collections import OrderedDict
from functools import lru_cache
from weakref import ref

import _engine as _e

from ._absent import Absent

_call = _e.call
_release = _e.release
_find = _e.find
_loads = json.loads
HOME = "/lib/layerscope/"


@lru_cache(None)
def camel(name):
    head, *rest = name.split("_")
    if not head:
        return name
    if len(head) == 1 and rest:
        head = head.lower()
    tail = "".join(part[:1].upper() + part[1:] for part in rest)
    return head + tail + ("_" if name.endswith("_") and rest and not rest[-1] else "")


@lru_cache(None)
def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


# ---- objects of the engine's

_dead = {}  # handles that nobody holds: let go of between two calls, as one under way may still name them
_live = {}  # handle: weak reference to the object that holds it
_kinds = []  # the classes of tensors, in the order of values.ts


class Handle:
    """Holds an object of the engine's."""

    __slots__ = ("_id", "__dict__", "__weakref__")

    def __del__(self):
        try:
            id = self._id
            _live.pop(id, None)
            _dead[id] = None
        except (AttributeError, TypeError):
            pass


def release():
    """Lets the engine forget what Python has forgotten. Not between the encoding of arguments and their call."""
    ids = list(_dead)
    _dead.clear()
    _release(*ids)


def hold(cls, id):
    """The object for a handle: always the same one while it lives."""
    _dead.pop(id, None)
    known = _live.get(id)
    if known is not None:
        known = known()
        if known is not None:
            return known
    new = object.__new__(cls)
    new._id = id
    _live[id] = ref(new)
    return new


def tensor_of(code):
    known = _live.get(code >> 3)
    if known is not None:
        known = known()
        if known is not None:
            return known
    return hold(_kinds[code & 7], code >> 3)


class Object(Handle):
    """An object of the engine's that is no tensor and no module: its methods and fields under PyTorch's names."""

    _methods = {}

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        js = camel(name)
        kind = _e.has(self._id, js)
        if kind == "function":

            def method(*args, **kwargs):
                return invoke(self, js, args, kwargs)

            return method
        if kind == "value":
            return result(_e.get(self._id, js))
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __repr__(self):
        return _e.text(self._id)

    def __iter__(self):
        return iter(result(_e.items(self._id)))


class RemovableHandle(Object):
    """Takes a hook off again: by `remove`, or at the end of a `with`."""

    __module__ = "torch.utils.hooks"
    __repr__ = object.__repr__

    def remove(self):
        """Takes the hook off."""
        result(_e.invoke(self._id, "remove", ""))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()


object_classes = {"RemovableHandle": RemovableHandle, "function": None}


def invoke(holder, js, args, kwargs):
    """A method of an engine's object."""
    from ._calls import bind

    path = getattr(type(holder), "_path", None)
    args, options = bind(f"{path}#{js}", args, kwargs) if path and kwargs else (args, {camel(k): v for k, v in kwargs.items()})
    spec, flat = encode(args, options)
    value = result(_e.invoke(holder._id, js, spec, *flat))
    return holder if value is holder else value


# ---- to the engine

callbacks = {}
_last_callback = 0
opaques = []


def register(fn):
    global _last_callback
    _last_callback += 1
    callbacks[_last_callback] = fn
    return _last_callback


def _plain(value, spec, flat):
    spec.append("v")
    flat.append(value)


def _none(value, spec, flat):
    spec.append("n")


def _sequence(value, spec, flat):
    spec.append("[")
    for item in value:
        (_puts.get(type(item)) or _other)(item, spec, flat)
    spec.append("]")


class Tuple(list):
    """What the engine is to keep as a tuple."""


def _tuple(value, spec, flat):
    spec.append("(")
    for item in value:
        put(item, spec, flat)
    spec.append(")")


def _mapping(value, spec, flat):
    if type(value) is OrderedDict or not all(type(key) is str for key in value):
        spec.append("<")
        for key, item in value.items():
            put(key, spec, flat)
            put(item, spec, flat)
        spec.append(">")
        return
    spec.append("{")
    for key, item in value.items():
        spec.append(key + ":")
        put(item, spec, flat)
    spec.append("}")


def _slice(value, spec, flat):
    spec.append("s")
    for bound in (value.start, value.stop, value.step):
        flat.append(bound if bound is None else bound.__index__())


def _ellipsis(value, spec, flat):
    spec.append("e")


def _handle(value, spec, flat):
    spec.append("t")
    flat.append(value._id)


def _function(value, spec, flat):
    spec.append("c")
    flat.append(register(value))


def _other(value, spec, flat):
    t = type(value)
    for cls in t.__mro__[1:]:
        known = _puts.get(cls)
        if known is not None and cls is not object:
            _puts[t] = known
            return known(value, spec, flat)
    if isinstance(value, Absent):
        value._use()
    if callable(value) and not isinstance(value, type) and not hasattr(t, "__torch_function__"):
        return _function(value, spec, flat)
    if hasattr(t, "__torch_function__"):
        from ._overrides import Overridden

        raise Overridden
    if hasattr(t, "__iter__") and hasattr(t, "__next__"):
        return _sequence(list(value), spec, flat)
    spec.append("x")
    flat.append(len(opaques))
    flat.append(t.__name__)
    opaques.append(value)


_puts = {
    int: _plain,
    float: _plain,
    bool: _plain,
    str: _plain,
    type(None): _none,
    list: _sequence,
    tuple: _sequence,
    Tuple: _tuple,
    range: _sequence,
    set: _sequence,
    dict: _mapping,
    OrderedDict: _mapping,
    slice: _slice,
    type(...): _ellipsis,
    type(lambda: 0): _function,
    type(len): _function,
    type(_call): _function,
    Handle: _handle,
}


def put(value, spec, flat):
    (_puts.get(type(value)) or _other)(value, spec, flat)


def number(value, dtype):
    """A number as a tensor, for a function that takes it only so: nobody else sees the tensor."""
    return result(_e.number(value, dtype.name))


def encode(args, options=None):
    spec, flat = [], []
    for value in args:
        (_puts.get(type(value)) or _other)(value, spec, flat)
    if options:
        _mapping(options, spec, flat)
    return "".join(spec), flat


# ---- from the engine

errors = {"internal": RuntimeError}


def result(value):
    if type(value) is int:
        return tensor_of(value)
    if value == "":
        return None
    if value[0] == "!":
        raise raised(value)
    return revive(_loads(value))


def raised(text):
    """What the engine threw, as Python raises it."""
    name, message, index = _loads(text[1:])
    if name == "raised":
        return _raised.pop(index)
    error = errors.get(name, RuntimeError)(f"internal error of Layerscope's engine: {message}" if name == "internal" else message)
    error._engine = index
    return error


def revive(value):
    if type(value) is not list:
        return value
    tag = value[0]
    if tag == "T":
        return tensor_of(value[1])
    if tag == "t":
        return tuple([revive(item) for item in value[1:]])
    make = _makers.get(tag)
    return make(value)


return_types = {}


def _named(value):
    _, name, names, *items = value
    key = (name, tuple(names))
    cls = return_types.get(key)
    if cls is None:
        cls = return_types[key] = return_type(name, names)
    return cls(*[revive(item) for item in items])


def return_type(name, names):
    from collections import namedtuple

    base = namedtuple(name or "_".join(names), names)

    def __repr__(self):
        inner = ",\n".join(f"{field}={value!r}" for field, value in zip(self._fields, self))
        return f"torch.return_types.{name}(\n{inner})"

    return type(name, (base,), {"__repr__": __repr__ if name else base.__repr__, "__module__": "torch.return_types"})


def _object(value):
    cls = object_classes.get(value[2], Object)
    if cls is None:
        return _engine_function(value[1])
    if cls.__name__ == "Node":
        return node_of(value)
    return hold(cls, value[1])


node_of = None  # _parameter.py says


def _engine_function(id):
    holder = hold(Object, id)

    def function(*args):
        spec, flat = encode(args)
        return result(_e.invoke(holder._id, "call", "n" + spec, *flat))

    return function


module_of = None  # nn/modules/module.py says

_makers = {
    "N": _named,
    "f": lambda value: float(value[1]),
    "i": lambda value: int(value[1]),
    "l": lambda value: [revive(item) for item in value[1:]],
    "m": lambda value: OrderedDict((revive(key), revive(item)) for key, item in value[1:]),
    "o": lambda value: {snake(key): revive(item) for key, item in value[1:]},
    "J": _object,
    "M": lambda value: module_of(value[1]),
    "P": lambda value: opaques[value[1]],
}

# ---- what the engine calls

_raised = {}


def tojson(value):
    t = type(value)
    if value is None or t is bool or t is int or t is str:
        return value
    if t is float:
        return value if value - value == 0 else ["f", repr(value)]
    if isinstance(value, Handle):
        return ["T", value._id]
    peer = getattr(value, "__dict__", {}).get("_engine_id")
    if peer is not None and not isinstance(value, type):
        return ["M", peer]
    if isinstance(value, (tuple, list)):
        return ["t", *[tojson(item) for item in value]]
    if isinstance(value, dict) and all(type(key) is str for key in value):
        return ["o", *[[key, tojson(item)] for key, item in value.items()]]
    opaques.append(value)
    return ["P", len(opaques) - 1, t.__name__]


def failure(error):
    index = len(_raised) + 1
    while index in _raised:
        index += 1
    _raised[index] = error
    return "!" + json.dumps([index, type(error).__name__, str(error), getattr(error, "_engine", 0)])


def on_invoke(index, text):
    try:
        return json.dumps(tojson(callbacks[index](*[revive(item) for item in _loads(text)])))
    except BaseException as error:
        return failure(error)


constructing = []


def is_user_code(file):
    return not (file.startswith(HOME) or file.startswith("/lib/python") or file[:1] == "<")


def is_method_of(holder, frame):
    """Whether a frame is that of a function whose first argument is `holder`."""
    code = frame.f_code
    return bool(code.co_argcount) and frame.f_locals.get(code.co_varnames[0]) is holder


def position(code, lasti, lineno):
    """Line and column, from 1, of what a frame is at."""
    line, column = lineno, 0
    for i, (start, _, start_column, _) in enumerate(code.co_positions()):
        if i == lasti // 2:
            line, column = start or lineno, start_column or 0
            break
    return line, column


_seen = {}  # id of a code object: the object, and the place of each of its instructions that was asked for; None in its place where it is not the user's


def on_frames(most):
    """Where the user's code is, innermost first, a line for each of at most so many calls. Asked for with whatever code makes: what was found out about a place is kept."""
    skip = constructing[-1] if constructing else None
    lines = []
    # From here on: the engine may ask while no other function of Python's is under way.
    frame = sys._getframe()
    while frame is not None:
        code = frame.f_code
        known = _seen.get(id(code))
        if known is None:
            if len(_seen) > 4096:
                _seen.clear()
            known = _seen[id(code)] = code, {} if is_user_code(code.co_filename) else None
        places = known[1]
        if places is not None and not (skip is not None and is_method_of(skip, frame)):
            line = places.get(frame.f_lasti)
            if line is None:
                line = places[frame.f_lasti] = _described(frame)
            lines.append(line)
            if len(lines) == most:
                break
        frame = frame.f_back
    return "\n".join(lines)


def _described(frame):
    code = frame.f_code
    line, column = position(code, frame.f_lasti, frame.f_lineno)
    name = "" if code.co_name == "<module>" else code.co_name
    return f"{name}\t{code.co_filename}\t{line}\t{column + 1}"


# Where PyTorch's own code says it: start of the text, place, and whether once in a process.
_TRIGGERED = (
    ("The use of `x.T`", "TensorShape.cpp:4314", True),
    ("var(): degrees", "ReduceOps.cpp:1861", False),
    ("std(): degrees", "ReduceOps.cpp:1861", False),
)


def on_interrupt():
    return failure(KeyboardInterrupt())


def on_warn(text):
    import warnings

    for start, place, is_once in _TRIGGERED:
        if text.startswith(start):
            if is_once and text in _warned:
                return "null"
            _warned.add(text)
            text += f" (Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/{place}.)"

    level, frame = 1, sys._getframe()
    while frame is not None and not is_user_code(frame.f_code.co_filename):
        frame = frame.f_back
        level += 1
    try:
        warnings.warn(text, UserWarning, stacklevel=level)
        return "null"
    except BaseException as error:
        return failure(error)


_warned = set()


def warn_once(text):
    """What PyTorch says once in a process."""
    if text not in _warned:
        _warned.add(text)
        warn(text)


def warn(text, category=UserWarning):
    """A warning at the user's line, from wherever in the package."""
    import warnings

    level, frame = 2, sys._getframe(1)
    while frame is not None and not is_user_code(frame.f_code.co_filename):
        frame = frame.f_back
        level += 1
    warnings.warn(text, category, stacklevel=level)
