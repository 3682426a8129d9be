"""The cells of a notebook, one after another in one namespace, as IPython runs them."""
import ast
import asyncio
import builtins
import codeop
import inspect
import io
import json
import sys
import time
import tokenize
import types

from .failures import failure, in_jupyter
from .models import found
from .pretty import pretty
from .program import program
from .sources import decode, flush, remember


def begin(path):
    program.begin(path, "__main__")
    inputs, outputs = [""], {}
    program.names.update(In=inputs, Out=outputs, _="", __="", ___="", _ih=inputs, _oh=outputs, display=_display, get_ipython=lambda: None)
    ipython = types.ModuleType("IPython")
    ipython.display = types.ModuleType("IPython.display")
    ipython.display.display = _display
    ipython.display.clear_output = lambda wait=False: None
    ipython.get_ipython = lambda: None
    sys.modules["IPython"] = ipython
    sys.modules["IPython.display"] = ipython.display


# What the cell that runs now has displayed of models, where somebody shows each by himself; None where all is printed.
_displayed = None


def _display(*objects, **_):
    for each in objects:
        if _displayed is None:
            print(pretty(each))
            continue
        held = found(each)
        is_model = held is not None and "module" in held
        if is_model:
            _displayed.append((each, held))
        flush()
        # In its place among the prints (src/extension/notebooks/displays.ts), also where those are taken elsewhere.
        sys.__stdout__.write(f"\x1b_layerscope:display:{json.dumps({'text': pretty(each), 'isModel': is_model})}\x1b\\")
        sys.__stdout__.flush()


def _python_lines(file, text):
    """The cell without what is IPython's own: those lines stay empty, so that the others keep their numbers."""
    lines = text.split("\n")
    skipped = []
    if lines and lines[0].lstrip().startswith("%%"):
        skipped.append(lines[0].strip())
        return None if lines[0].split()[0] not in ("%%time", "%%timeit", "%%capture") else "\n".join([""] + lines[1:]), skipped
    inside = False
    for i, line in enumerate(lines):
        stripped = line.strip()
        if not inside and (stripped[:1] in ("%", "!") or stripped[-1:] == "?" and stripped[:-1].replace(".", "").replace("?", "").isidentifier()):
            if _is_statement_start(lines[:i]):
                skipped.append(stripped)
                lines[i] = line[: len(line) - len(line.lstrip())] + "pass" if line[:1].isspace() else ""
    return "\n".join(lines), skipped


def _is_statement_start(before):
    """Whether a line begins a statement: it is in no string and no bracket."""
    text = "\n".join(before)
    if not text.strip():
        return True
    try:
        ast.parse(text)
        return True
    except SyntaxError:
        try:
            return codeop.compile_command(text + "\n\n", symbol="exec") is not None or text.rstrip().endswith(":")
        except (SyntaxError, ValueError, OverflowError):
            return True


class _Loop(asyncio.BaseEventLoop):
    """Python's own event loop, which waits by sleeping: there is nothing here that could wake it."""

    class _Sleep:
        def select(self, timeout):
            if timeout is None:
                raise RuntimeError("this await waits for something that never comes")
            if timeout > 0:
                time.sleep(timeout)
            return []

        def close(self):
            pass

    def __init__(self):
        super().__init__()
        self._selector = self._Sleep()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


_loop = None


def _finish(coroutine):
    """What an await at the top level of a cell comes to."""
    global _loop
    _loop = _loop or _Loop()
    outer = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    try:
        return _loop.run_until_complete(coroutine)
    finally:
        asyncio._set_running_loop(outer)


def _execute(code, space):
    value = eval(code, space)
    return _finish(value) if code.co_flags & inspect.CO_COROUTINE else value


_nothing = object()


def _value_of(file, text, number):
    """Runs a cell. Gives the value of its last expression; `_nothing` where it shows none."""
    text = decode(text.replace("\r\n", "\n"))
    space = program.names
    source, skipped = _python_lines(file, text)
    for line in skipped:
        print(f"Layerscope: {line.split()[0]} is IPython's and was skipped", file=sys.stderr)
    if source is None:
        return _nothing
    remember(file, source)
    program.add(file)
    space["In"].append(text)
    tree = ast.parse(source, file)
    last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    if last is not None:
        tree.body.pop()
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    _execute(compile(tree, file, "exec", flags), space)
    if last is None:
        return _nothing
    value = _execute(compile(ast.Expression(last.value), file, "eval", flags), space)
    if value is None or _is_quiet(source):
        return _nothing
    builtins._ = value
    space["___"], space["__"], space["_"] = space["__"], space["_"], value
    space[f"_{number}"] = value
    space["Out"][number] = value
    return value


def run_cell(file, text, number):
    """Runs a cell and prints its value."""
    try:
        value = _value_of(file, text, number)
        if value is not _nothing:
            print(pretty(value))
        return ""
    except BaseException as error:
        return _failed(error)
    finally:
        flush()


def run_live_cell(file, text, number):
    """Runs a cell. Says what went wrong, what its value looks like, which models it holds, and which were displayed."""
    global _displayed
    _numbers[file] = number
    _displayed = []
    try:
        value = _value_of(file, text, number)
        outcome = {} if value is _nothing else {"text": pretty(value), "value": found(value)}
        return json.dumps({**outcome, "displayed": [held for _, held in _displayed]})
    except BaseException as error:
        told = json.loads(_failed(error))
        return json.dumps({"failure": {**told, "traceback": in_jupyter(error, _numbers)}, "displayed": [held for _, held in _displayed]})
    finally:
        flush()


def _failed(error):
    if isinstance(error, KeyboardInterrupt):
        from torch import _modes

        _modes.close_all()
    return failure(error)


# Which run of a cell the lines of a traceback are from.
_numbers = {}


def _is_quiet(source):
    """Whether the last expression ends in a semicolon."""
    last = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER, tokenize.INDENT, tokenize.DEDENT):
                last = token
    except (tokenize.TokenError, IndentationError):
        return False
    return last is not None and last.string == ";"
