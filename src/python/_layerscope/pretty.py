"""A value as a notebook shows it: IPython's pretty form."""
import contextlib
import re
import types
from collections import deque

WIDTH = 79
MAX_SEQUENCE = 1000


class _Printer:
    """
    Breaks the outermost groups first, as IPython's printer does: pieces wait until it is known whether their group fits the line. What it is asked by a value's
    own `_repr_pretty_` has IPython's names.
    """

    def __init__(self):
        self.output = []
        self.output_width = 0
        self.buffer = deque()
        self.buffer_width = 0
        self.groups = [[]]
        self.indentation = 0
        root = _Group(0)
        self.stack = [root]
        self.queue = [[root]]
        self.seen = []

    def _break_one_group(self, group):
        while group.breakables:
            piece = self.buffer.popleft()
            self.output_width = piece.output(self.output, self.output_width)
            self.buffer_width -= piece.width
        while self.buffer and isinstance(self.buffer[0], _Text):
            piece = self.buffer.popleft()
            self.output_width = piece.output(self.output, self.output_width)
            self.buffer_width -= piece.width

    def _break_outer_groups(self):
        while WIDTH < self.output_width + self.buffer_width:
            group = self._dequeue()
            if group is None:
                return
            self._break_one_group(group)

    def _dequeue(self):
        for stack in self.queue:
            for i, group in enumerate(reversed(stack)):
                if group.breakables:
                    del stack[-1 - i]
                    group.want_break = True
                    return group
            for group in stack:
                group.want_break = True
            del stack[:]
        return None

    def text(self, text):
        width = len(text)
        if self.buffer:
            last = self.buffer[-1]
            if not isinstance(last, _Text):
                last = _Text()
                self.buffer.append(last)
            last.add(text, width)
            self.buffer_width += width
            self._break_outer_groups()
        else:
            self.output.append(text)
            self.output_width += width

    def breakable(self, sep=" "):
        group = self.stack[-1]
        if group.want_break:
            self._flush()
            self.output.append("\n" + " " * self.indentation)
            self.output_width = self.indentation
            self.buffer_width = 0
        else:
            self.buffer.append(_Breakable(sep, group, self))
            self.buffer_width += len(sep)
            self._break_outer_groups()

    def begin_group(self, indent=0, open=""):
        if open:
            self.text(open)
        group = _Group(self.stack[-1].depth + 1)
        self.stack.append(group)
        while len(self.queue) <= group.depth:
            self.queue.append([])
        self.queue[group.depth].append(group)
        self.indentation += indent

    def end_group(self, dedent=0, close=""):
        self.indentation -= dedent
        group = self.stack.pop()
        if not group.breakables:
            try:
                self.queue[group.depth].remove(group)
            except ValueError:
                pass
        if close:
            self.text(close)

    def _flush(self):
        for piece in self.buffer:
            self.output_width = piece.output(self.output, self.output_width)
        self.buffer.clear()
        self.buffer_width = 0

    @contextlib.contextmanager
    def group(self, indent=0, open="", close=""):
        self.begin_group(indent, open)
        try:
            yield
        finally:
            self.end_group(indent, close)

    def break_(self):
        """A line of its own breaks the outermost group that is still on one line."""
        group = self._dequeue()
        if group is not None:
            self._break_one_group(group)
        self._flush()
        self.output.append("\n" + " " * self.indentation)
        self.output_width = self.indentation

    def pretty(self, obj):
        cycle = id(obj) in self.seen
        self.seen.append(id(obj))
        with self.group():
            _printer(type(obj))(obj, self, cycle)
        self.seen.pop()

    def value(self):
        self._flush()
        return "".join(self.output)


class _Group:
    def __init__(self, depth):
        self.depth, self.breakables, self.want_break = depth, deque(), False


class _Text:
    def __init__(self):
        self.items, self.width = [], 0

    def output(self, out, width):
        out.extend(self.items)
        return width + self.width

    def add(self, text, width):
        self.items.append(text)
        self.width += width


class _Breakable:
    def __init__(self, sep, group, printer):
        self.sep, self.width, self.group, self.printer, self.indentation = sep, len(sep), group, printer, printer.indentation
        group.breakables.append(self)

    def output(self, out, width):
        self.group.breakables.popleft()
        if self.group.want_break:
            out.append("\n" + " " * self.indentation)
            return self.indentation
        if not self.group.breakables:
            try:
                self.printer.queue[self.group.depth].remove(self.group)
            except ValueError:
                pass
        out.append(self.sep)
        return width + self.width


def _printer(cls):
    """Of the first of its classes that says how it is shown."""
    for each in cls.__mro__:
        known = _printers.get(each) or _by_name.get((each.__module__, each.__name__))
        if known is not None:
            return known
        if callable(each.__dict__.get("_repr_pretty_")):
            return each._repr_pretty_
        if each is not object and callable(each.__dict__.get("__repr__")):
            return _repr
    return _default


def _repr(obj, p, cycle):
    with p.group():
        for i, line in enumerate(repr(obj).splitlines()):
            if i:
                p.break_()
            p.text(line)


def _default(obj, p, cycle):
    with p.group(1, "<", ">"):
        p.pretty(type(obj))
        p.text(f" at {id(obj):#x}")
        if cycle:
            p.text(" ...")


class _Raw:
    """A text that stands as it is."""

    def __init__(self, text):
        self.text = text

    def _repr_pretty_(self, p, cycle):
        p.text(self.text)


class _Call:
    def __init__(self, name, *args, **keywords):
        self.name, self.args, self.keywords = name, args, keywords

    def _repr_pretty_(self, p, cycle):
        started = False
        with p.group(len(self.name) + 1, self.name + "(", ")"):
            for name, value in [*(("", each) for each in self.args), *self.keywords.items()]:
                if started:
                    p.text(",")
                    p.breakable()
                started = True
                prefix = f"{name}=" if name else ""
                with p.group(len(prefix), prefix):
                    p.pretty(value)


def _separated(items, p):
    """The items, with what stands between two of them, and in the place of those that are too many."""
    for i, item in enumerate(items):
        if i:
            p.text(",")
            p.breakable()
        if i == MAX_SEQUENCE:
            p.text("...")
            return
        yield item


def _sequence(start, end):
    def inner(obj, p, cycle):
        if cycle:
            return p.text(start + "..." + end)
        step = len(start)
        p.begin_group(step, start)
        for item in _separated(obj, p):
            p.pretty(item)
        if len(obj) == 1 and isinstance(obj, tuple):
            p.text(",")
        p.end_group(step, end)

    return inner


def _set(start, end):
    def inner(obj, p, cycle):
        if cycle:
            return p.text(start + "..." + end)
        if len(obj) == 0:
            return p.text(type(obj).__name__ + "()")
        step = len(start)
        p.begin_group(step, start)
        items = obj
        if len(obj) < MAX_SEQUENCE:
            try:
                items = sorted(obj)
            except Exception:
                items = list(obj)
        for item in _separated(items, p):
            p.pretty(item)
        p.end_group(step, end)

    return inner


def _dict(start, end):
    def inner(obj, p, cycle):
        if cycle:
            return p.text("{...}")
        step = len(start)
        p.begin_group(step, start)
        for key in _separated(obj, p):
            p.pretty(key)
            p.text(": ")
            p.pretty(obj[key])
        p.end_group(step, end)

    return inner


def _class(obj, p, cycle):
    if type(obj).__repr__ is not type.__repr__:
        return _repr(obj, p, cycle)
    name = obj.__qualname__
    module = obj.__module__
    p.text(name if module in (None, "__builtin__", "builtins", "exceptions") else f"{module}.{name}")


def _function(obj, p, cycle):
    import inspect

    name = obj.__qualname__
    if obj.__module__ and obj.__module__ not in ("builtins", "__builtin__", "exceptions"):
        name = f"{obj.__module__}.{name}"
    try:
        text = name + str(inspect.signature(obj))
    except ValueError:
        text = name
    p.text(f"<function {text}>")


def _super(obj, p, cycle):
    with p.group(8, "<super: ", ">"):
        p.pretty(obj.__thisclass__)
        p.text(",")
        p.breakable()
        p.pretty(obj.__self__)


_flags = ("IGNORECASE", "LOCALE", "MULTILINE", "DOTALL", "UNICODE", "VERBOSE", "DEBUG")


def _pattern(obj, p, cycle):
    literal = _Raw("r" + repr(obj.pattern).replace("\\\\", "\\"))
    flags = "|".join(f"re.{name}" for name in _flags if obj.flags & getattr(re, name))
    p.pretty(_Call("re.compile", literal, *([_Raw(flags)] if obj.flags else [])))


def _exception(obj, p, cycle):
    cls = type(obj)
    name = cls.__qualname__ if cls.__module__ in ("exceptions", "builtins") else f"{cls.__module__}.{cls.__qualname__}"
    p.pretty(_Call(name, *obj.args))


def _namespace(obj, p, cycle):
    p.pretty(_Call("namespace", _Raw("...")) if cycle else _Call("namespace", **obj.__dict__))


def _made_from(arguments):
    """Shown as a call of its class with what `arguments` gives, positional ones and the others."""

    def inner(obj, p, cycle):
        args, keywords = ([_Raw("...")], {}) if cycle else arguments(obj)
        p.pretty(_Call(type(obj).__name__, *args, **keywords))

    return inner


_printers = {
    list: _sequence("[", "]"),
    tuple: _sequence("(", ")"),
    dict: _dict("{", "}"),
    set: _set("{", "}"),
    frozenset: _set("frozenset({", "})"),
    super: _super,
    re.Pattern: _pattern,
    type: _class,
    types.FunctionType: _function,
    types.BuiltinFunctionType: _function,
    types.SimpleNamespace: _namespace,
    types.MappingProxyType: _dict("mappingproxy({", "})"),
    BaseException: _exception,
}

# Known by their names: PyTorch's state dicts are of a class that goes by the name of another.
_by_name = {
    ("collections", "defaultdict"): _made_from(lambda obj: ([obj.default_factory, dict(obj)], {})),
    ("collections", "OrderedDict"): _made_from(lambda obj: ([list(obj.items())] if obj else [], {})),
    ("collections", "deque"): _made_from(lambda obj: ([list(obj)], {} if obj.maxlen is None else {"maxlen": obj.maxlen})),
    ("collections", "Counter"): _made_from(lambda obj: ([dict(obj.most_common())] if obj else [], {})),
    ("collections", "UserList"): _made_from(lambda obj: ([obj.data], {})),
}


def pretty(obj):
    p = _Printer()
    p.pretty(obj)
    return p.value()
