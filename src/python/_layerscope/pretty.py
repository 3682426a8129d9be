"""A value as a notebook shows it: IPython's pretty form."""
import types
from collections import Counter, OrderedDict, defaultdict, deque

WIDTH = 79
MAX_SEQUENCE = 1000


class _Printer:
    """Breaks the outermost groups first, as IPython's printer does: pieces wait until it is known whether their group fits the line."""

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

    def begin(self, indent, open):
        if open:
            self.text(open)
        group = _Group(self.stack[-1].depth + 1)
        self.stack.append(group)
        while len(self.queue) <= group.depth:
            self.queue.append([])
        self.queue[group.depth].append(group)
        self.indentation += indent

    def end(self, dedent, close):
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
            self.output_width += 0
            self.output_width = piece.output(self.output, self.output_width)
        self.buffer.clear()
        self.buffer_width = 0

    def pretty(self, obj):
        key = id(obj)
        cycle = key in self.seen
        self.seen.append(key)
        self.begin(0, "")
        try:
            cls = type(obj)
            for each in cls.__mro__:
                known = _printers.get(each)
                if known is not None:
                    if each is cls or cls.__repr__ is each.__repr__ or each in (type, types.FunctionType, types.BuiltinFunctionType):
                        return known(obj, self, cycle)
                    break
                if each is not object and "__repr__" in each.__dict__ and each.__dict__["__repr__"] is not object.__repr__:
                    break
            _lines(repr(obj), self)
        finally:
            self.end(0, "")
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


def _lines(text, p):
    lines = text.splitlines() or [""]
    p.begin(0, "")
    for i, line in enumerate(lines):
        if i:
            _newline(p)
        p.text(line)
    p.end(0, "")


def _newline(p):
    """A line of its own breaks the outermost group that is still on one line (IPython's break_)."""
    group = p._dequeue()
    if group is not None:
        p._break_one_group(group)
    p._flush()
    p.output.append("\n" + " " * p.indentation)
    p.output_width = p.indentation


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
        p.begin(step, start)
        for item in _separated(obj, p):
            p.pretty(item)
        if len(obj) == 1 and isinstance(obj, tuple):
            p.text(",")
        p.end(step, end)

    return inner


def _set(start, end):
    def inner(obj, p, cycle):
        if cycle:
            return p.text(start + "..." + end)
        if len(obj) == 0:
            return p.text(type(obj).__name__ + "()")
        step = len(start)
        p.begin(step, start)
        items = obj
        if len(obj) < MAX_SEQUENCE:
            try:
                items = sorted(obj)
            except Exception:
                items = list(obj)
        for item in _separated(items, p):
            p.pretty(item)
        p.end(step, end)

    return inner


def _dict(start, end):
    def inner(obj, p, cycle):
        if cycle:
            return p.text("{...}")
        step = len(start)
        p.begin(step, start)
        for key in _separated(obj, p):
            p.pretty(key)
            p.text(": ")
            p.pretty(obj[key])
        p.end(step, end)

    return inner


def _class(obj, p, cycle):
    if type(obj).__repr__ is not type.__repr__:
        return _lines(repr(obj), p)
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


def _ordered(obj, p, cycle):
    name = type(obj).__name__
    step = len(name) + 1
    p.begin(step, name + "(")
    if cycle:
        p.text("...")
    elif obj:
        p.pretty(list(obj.items()))
    p.end(step, ")")


def _defaultdict(obj, p, cycle):
    name = type(obj).__name__
    p.begin(len(name) + 1, name + "(")
    if cycle:
        p.text("...")
    else:
        p.pretty(obj.default_factory)
        p.text(",")
        p.breakable()
        p.pretty(dict(obj))
    p.end(len(name) + 1, ")")


def _counter(obj, p, cycle):
    name = type(obj).__name__
    p.begin(len(name) + 1, name + "(")
    if cycle:
        p.text("...")
    elif obj:
        p.pretty(dict(obj.most_common()))
    p.end(len(name) + 1, ")")


def _deque(obj, p, cycle):
    name = type(obj).__name__
    p.begin(len(name) + 1, name + "(")
    p.text("...") if cycle else p.pretty(list(obj))
    p.end(len(name) + 1, ")")


_printers = {
    list: _sequence("[", "]"),
    tuple: _sequence("(", ")"),
    dict: _dict("{", "}"),
    set: _set("{", "}"),
    frozenset: _set("frozenset({", "})"),
    type: _class,
    types.FunctionType: _function,
    types.BuiltinFunctionType: _function,
    OrderedDict: _ordered,
    defaultdict: _defaultdict,
    Counter: _counter,
    deque: _deque,
}


def pretty(obj):
    p = _Printer()
    p.pretty(obj)
    return p.value()
