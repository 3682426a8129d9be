"""What is not here, a package's or PyTorch's: it can be named, derived from and decorated with, and raises where it is used."""
import ast
import linecache
import sys
from abc import ABCMeta
from functools import lru_cache
from itertools import islice
from typing import Union
from warnings import catch_warnings, simplefilter


class Absent:
    """Whatever Python does with a value is a use, but for what a definition says of it: annotations, bases and decorators. Nothing is an instance of it."""

    def _use(self, *_, **__):
        raise NotImplementedError

    def _part(self, name):
        """What `.name` of it is."""
        raise NotImplementedError

    def __getattr__(self, name):
        if name[:2] == "__" and name != "__version__":
            raise AttributeError(name)
        return self._part(name)

    def __call__(self, *args, **kwargs):
        role = _role(sys._getframe(1))
        if role == "decorator":
            return self
        if role != "statement" or not self._is_setup(*args, **kwargs):
            self._use()

    def _is_setup(self, *args, **kwargs):
        """Whether a call with these, whose result nobody takes, is no use."""
        return False

    def __mro_entries__(self, _):
        return (_AbsentType("Absent", (), {"_absent": self}),)

    def __instancecheck__(self, _):
        return False

    __subclasscheck__ = __instancecheck__

    def __or__(self, other):
        try:
            return Union[self, other]
        except TypeError:
            self._use()

    def __ror__(self, other):
        try:
            return Union[other, self]
        except TypeError:
            self._use()


def _use(self, *_, **__):
    self._use()


for _name in (
    "abs aenter aexit aiter anext await bool bytes ceil complex contains delitem divmod enter exit float floor ge getitem gt index int invert iter le len lt neg next pos round setitem trunc "
    + " ".join(f"{each} r{each}" for each in "add and floordiv lshift matmul mod mul pow rshift sub truediv xor".split())
).split():
    setattr(Absent, f"__{_name}__", _use)


class _AbsentType(ABCMeta):
    """The type of a class that is derived from what is not here: to make one, or to ask the class for what it does not say itself, is a use."""

    def __call__(cls, *_, **__):
        cls._absent._use()

    def __getattr__(cls, name):
        return cls._absent.__getattr__(name)


def _role(frame):
    """What the call under way is in its text: "decorator" or part of one, "statement" by itself, or None."""
    code = frame.f_code
    try:
        tree = parsed("".join(linecache.getlines(code.co_filename)))
    except SyntaxError:
        return None
    place = next(islice(code.co_positions(), frame.f_lasti // 2, None))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and place == _place(node.value):
            return "statement"
        if any(place == _place(each) for each in getattr(node, "decorator_list", ())):
            return "decorator"
    return None


def _place(node):
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


@lru_cache(64)
def parsed(text):
    # What is odd in it was warned of as it was compiled.
    with catch_warnings():
        simplefilter("ignore")
        return ast.parse(text)
