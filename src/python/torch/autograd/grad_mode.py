import functools
import inspect

from .. import _modes
from .._bridge import _e, _find, result

_set = _find("setGradEnabled")
_is = _find("isGradEnabled")


def is_grad_enabled():
    return result(_e.call(_is, ""))


def _set_to(value):
    _e.call(_set, "v", value)


class _Mode:
    """A context manager that is a decorator too."""

    def __enter__(self):
        self.prev = is_grad_enabled()
        _modes.opened(self)
        _set_to(self.mode)

    def __exit__(self, *_):
        _set_to(self.prev)
        _modes.closed(self)

    def __call__(self, func):
        if inspect.isclass(func):
            raise TypeError(f"cannot decorate class {func.__name__}")
        if inspect.isgeneratorfunction(func):

            @functools.wraps(func)
            def generator(*args, **kwargs):
                with self.clone():
                    items = func(*args, **kwargs)
                while True:
                    with self.clone():
                        try:
                            item = next(items)
                        except StopIteration:
                            return
                    yield item

            return generator

        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            with self.clone():
                return func(*args, **kwargs)

        return wrapper

    def clone(self):
        """Another one of the same."""
        return type(self)()


class no_grad(_Mode):
    """Nothing inside is recorded for gradients. A context manager and a decorator."""

    mode = False

    def __new__(cls, orig_func=None):
        self = object.__new__(cls)
        return self if orig_func is None else self(orig_func)


class enable_grad(no_grad):
    """What is inside is recorded for gradients, in `no_grad` too. A context manager and a decorator."""

    mode = True


class inference_mode(_Mode):
    """Nothing inside is recorded, and what is made there takes no part in gradients later. A context manager and a decorator."""

    def __new__(cls, mode=True):
        self = object.__new__(cls)
        if callable(mode):
            self.mode = False
            return self(mode)
        return self

    def __init__(self, mode=True):
        self.mode = not mode
        self._given = mode

    def clone(self):
        """Another one of the same."""
        return inference_mode(getattr(self, "_given", True))


class set_grad_enabled(_Mode):
    """Whether gradients are recorded: from now on, or within a `with`."""

    def __init__(self, mode):
        self.prev = is_grad_enabled()
        self.mode = mode
        _set_to(mode)

    def __enter__(self):
        _modes.opened(self)
        _set_to(self.mode)

    def clone(self):
        """Another one of the same."""
        return set_grad_enabled(self.mode)

    def __call__(self, func):
        _set_to(self.prev)
        return _Mode.__call__(self, func)
