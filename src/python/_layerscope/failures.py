"""What went wrong, as Python and as Jupyter print it, with the user's own lines alone."""
import json
import linecache
import sys
import traceback
import types

from . import ground
from .sources import is_user_code

FRAMES = 50


def _user_error(error):
    """Leaves only the user's own frames in an error and in those that led to it."""
    seen = set()

    def clean(error):
        if error is None or id(error) in seen:
            return
        seen.add(id(error))
        kept = []
        tb = error.__traceback__
        while tb is not None:
            if is_user_code(tb.tb_frame.f_code.co_filename):
                kept.append(tb)
            tb = tb.tb_next
        made = None
        for tb in reversed(kept):
            made = types.TracebackType(made, tb.tb_frame, tb.tb_lasti, tb.tb_lineno)
        error.__traceback__ = made
        clean(error.__cause__)
        clean(error.__context__)

    clean(error)


def _frames(error):
    frames = []
    tb = error.__traceback__
    while tb is not None:
        code = tb.tb_frame.f_code
        line, column = tb.tb_lineno, 0
        for i, (start, _, start_column, _) in enumerate(code.co_positions()):
            if i == tb.tb_lasti // 2 and start_column is not None:
                column = start_column
                break
        frames.append({"function": "" if code.co_name == "<module>" else code.co_name, "file": code.co_filename, "line": line, "column": column + 1})
        tb = tb.tb_next
    frames.reverse()
    return frames


def failure(error):
    ground.restore()
    _user_error(error)
    kind, code = "thrown", 1
    frames = _frames(error)
    if isinstance(error, SystemExit):
        code = error.code
        if code is None:
            code = 0
        elif not isinstance(code, int):
            print(code, file=sys.stderr)
            code = 1
        kind = "exit"
    elif isinstance(error, KeyboardInterrupt):
        kind = "interrupted"
    elif isinstance(error, SyntaxError) and error.filename:
        kind = "syntax"
        if not frames or frames[0]["file"] != error.filename or isinstance(error, SyntaxError):
            frames.insert(0, {"function": "", "file": error.filename, "line": max(1, error.lineno or 1), "column": max(1, error.offset or 1)})
    elif getattr(error, "_lacking", False):
        kind = "lacking"
    elif isinstance(error, ModuleNotFoundError):
        kind = "import"
    lines = traceback.format_exception(error)
    message = "".join(traceback.format_exception_only(error)).strip()
    if isinstance(error, SyntaxError):
        message = f"{type(error).__name__}: {error.msg}"
    return json.dumps(
        {
            "kind": kind,
            "message": message,
            "traceback": "".join(lines),
            "frames": frames[:FRAMES],
            "exitCode": code & 255 if isinstance(code, int) else 1,
            "error": getattr(error, "_engine", 0),
        }
    )


RULE = "-" * 75


def in_jupyter(error, numbers):
    """The traceback as Jupyter renders it. `numbers`: the number of the run that each cell's file is from."""
    red, green, end = "\x1b[31m", "\x1b[32m", "\x1b[39m"

    def place(file, line, function):
        cell = numbers.get(file)
        called = "" if function == "<module>" else f", in {green}{function}{end}"
        return f"{green}Cell In[{cell}], line {line}{end}{called}" if cell else f"{green}File {file}:{line}{end}{called}"

    def parts(error, seen):
        above = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if above is not None and id(above) not in seen:
            yield from parts(above, seen | {id(error)})
            how = "The above exception was the direct cause of the following exception:" if error.__cause__ else "During handling of the above exception, another exception occurred:"
            yield f"\n{how}\n"
        title = type(error).__name__
        yield f"{red}{title}{end}{'Traceback (most recent call last)'.rjust(75 - len(title))}"
        frames = traceback.extract_tb(error.__traceback__)
        shown = frames if len(frames) <= 20 else [*frames[:10], None, *frames[-10:]]
        for frame in shown:
            if frame is None:
                yield f"    [... skipping {len(frames) - 20} frames]"
                continue
            yield "\n".join([place(frame.filename, frame.lineno, frame.name), *_around(frame.filename, frame.lineno)]) + "\n"
        if isinstance(error, SyntaxError) and error.filename:
            yield place(error.filename, error.lineno, "<module>")
            yield "".join(traceback.format_exception_only(error)).split("\n", 1)[1].rstrip().rsplit("\n", 1)[0] + "\n"
            yield f"{red}{title}{end}: {error.msg}"
        else:
            first, *rest = "".join(traceback.format_exception_only(error)).rstrip().split("\n")
            text = first.partition(": ")[2]
            yield "\n".join([f"{red}{title}{end}" + (f": {text}" if text else ""), *rest])

    return "\n".join([red + RULE + end, *parts(error, frozenset())])


def _around(file, line):
    """Two lines before and after one, which an arrow points at."""
    lines = linecache.getlines(file)
    first, last = max(1, line - 2), min(len(lines), line + 2)
    width = len(str(last))
    rows = []
    for number in range(first, last + 1):
        text = lines[number - 1].rstrip()
        rows.append(f"\x1b[32m{'-' * (5 - width)}> {number}\x1b[39m {text}" if number == line else f"{str(number).rjust(7)} {text}".rstrip())
    return rows
