"""Classes of the user's own that take part in torch's functions (`__torch_function__`): subclasses of Tensor, and others that say so."""
from functools import wraps

from . import _modes

there = []  # such classes, from when there are any
_disabled = [0]
# What Python's side of a tensor does by itself, and what says something of a tensor without being one of torch's functions.
_NOT_FUNCTIONS = frozenset("as_subclass requires_grad_ register_hook retain_grad size stride dim numel item tolist numpy is_contiguous storage_offset data_ptr untyped_storage type new".split())


class Overridden(Exception):
    """Among the arguments is one of a class that has the function itself."""


class disabled:
    """Within it the functions are torch's own."""

    def __enter__(self):
        self._outside = _disabled[0]
        _modes.opened(self)
        _disabled[0] += 1

    def __exit__(self, *_):
        _disabled[0] = self._outside
        _modes.closed(self)


def _classes_in(values):
    found = []
    for value in values:
        for each in value if type(value) in (list, tuple) else (value,):
            cls = type(each)
            if cls not in found and is_overriding(cls):
                # What extends another comes before it.
                at = next((i for i, other in enumerate(found) if issubclass(cls, other)), len(found))
                found.insert(at, cls)
    return found


def is_overriding(cls):
    from ._tensor import Tensor

    if issubclass(cls, Tensor):
        return cls.__torch_function__ is not None and cls not in _own()
    return hasattr(cls, "__torch_function__")


def _own():
    from ._bridge import _kinds

    return _kinds


def dispatch(function, args, kwargs):
    """What a class among the arguments makes of a call: in a list, which is empty where there is none."""
    if _disabled[0]:
        return ()
    classes = _classes_in((*args, *kwargs.values()))
    if not classes:
        return ()
    for cls in classes:
        value = cls.__torch_function__(function, tuple(classes), tuple(args), kwargs)
        if value is not NotImplemented:
            return (value,)
    names = [f"<class '{cls.__module__}.{cls.__qualname__}'>" for cls in classes]
    raise TypeError(
        f"Multiple dispatch failed for '{function.__module__}.{function.__name__}'; all __torch_function__ handlers returned NotImplemented:\n\n"
        + "\n".join(f"  - tensor subclass {name}" for name in names)
        + "\n\nFor more information, try re-running with TORCH_LOGS=not_implemented"
    )


def converted(value, cls):
    """A result as the subclass has it."""
    from ._tensor import Tensor

    if isinstance(value, Tensor) and not isinstance(value, cls):
        value.__class__ = cls
    elif type(value) in (list, tuple):
        return type(value)(converted(each, cls) for each in value)
    return value


def as_inputs(value, inputs):
    """The result of a layer, in the class of what it was called with."""
    classes = [] if _disabled[0] else [cls for cls in _classes_in(inputs) if issubclass(cls, _own()[0])]
    return converted(value, classes[0]) if classes else value


def watch(cls):
    """A subclass of Tensor is there: from now on functions and methods look for such. Before, that would cost time for nothing."""
    from ._tensor import Tensor

    first = not there
    there.append(cls)
    if not first:
        return
    for base in Tensor.__mro__[:-2]:
        for name, method in list(vars(base).items()):
            if type(method) is type(watch) and name not in _NOT_FUNCTIONS and (name[:1] != "_" or name in ("__getitem__",)) and not hasattr(method, "_looks"):
                setattr(base, name, _looking(method))


def _looking(method):
    @wraps(method)
    def call(*args, **kwargs):
        found = dispatch(call, args, kwargs)
        return found[0] if found else method(*args, **kwargs)

    return call
