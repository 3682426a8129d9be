"""Runs files and cells, and says what they made."""
import ast
import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import io
import json
import linecache
import os
import sys
import traceback
import types

import collections as _collections


class OrderedDict(_collections.OrderedDict):
    """As PyTorch's own state dicts print: in the form of the Python versions that most run it with."""

    __module__ = "collections"

    def __repr__(self):
        return f"{type(self).__name__}({list(self.items())!r})" if self else f"{type(self).__name__}()"


OrderedDict.__qualname__ = "OrderedDict"
_collections.OrderedDict = OrderedDict

HOME = "/lib/layerscope/"
FRAMES = 50


def is_user_code(file):
    return not (file.startswith(HOME) or file.startswith("/lib/python") or file[:1] == "<")


# ---- packages that are not here


class StandIn:
    """Something of a package that is not here: it raises where it is used."""

    def __init__(self, name):
        self.__dict__["_missing_package"] = name
        self.__dict__["__name__"] = name

    def _missing_use(self, *_, **__):
        package = self._missing_package.split(".")[0]
        raise ModuleNotFoundError(f"No module named '{package}': {self._missing_package} is used here, and Layerscope's Python has no {package}", name=package)

    def __getattr__(self, name):
        if name[:2] == "__" and name not in ("__version__",):
            raise AttributeError(name)
        return StandIn(f"{self._missing_package}.{name}")

    __call__ = __iter__ = __getitem__ = __len__ = __bool__ = __add__ = __radd__ = __mul__ = __rmul__ = __sub__ = __truediv__ = _missing_use
    __enter__ = __float__ = __int__ = __index__ = __lt__ = __gt__ = __mro_entries__ = _missing_use

    def __repr__(self):
        return f"<stand-in for {self._missing_package}>"


class StandInModule(types.ModuleType):
    def __getattr__(self, name):
        if name[:2] == "__" and name != "__version__":
            raise AttributeError(name)
        if f"{self.__name__}.{name}" in sys.modules:
            return sys.modules[f"{self.__name__}.{name}"]
        return StandIn(f"{self.__name__}.{name}")

    _missing_package = property(lambda self: self.__name__)

    def __call__(self, *_, **__):
        StandIn(self.__name__)._missing_use()


class _Loader(importlib.abc.Loader):
    def create_module(self, spec):
        module = StandInModule(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


class _TqdmLoader(_Loader):
    """A progress bar is its iterable."""

    def exec_module(self, module):
        class tqdm:
            def __init__(self, iterable=None, *args, total=None, **kwargs):
                self.iterable, self.total, self.n = iterable, total, 0

            def __iter__(self):
                return iter(self.iterable)

            def __len__(self):
                return len(self.iterable)

            def __enter__(self):
                return self

            def __exit__(self, *_):
                pass

            def update(self, n=1):
                self.n += n

            def set_description(self, *_, **__):
                pass

            set_postfix = set_postfix_str = set_description_str = refresh = close = set_description

            @staticmethod
            def write(text, *_, **__):
                print(text)

        module.tqdm = module.auto = tqdm
        module.trange = lambda *args, **kwargs: tqdm(range(*args))


class Finder(importlib.abc.MetaPathFinder):
    """The last to be asked: what nobody has is a stand-in, unless the code is ready for an ImportError."""

    def __init__(self):
        self.said = set()

    def find_spec(self, name, path=None, target=None):
        package = name.split(".")[0]
        if package == "torch":
            return importlib.machinery.ModuleSpec(name, _MissingLoader(), is_package=True) if "." in name and not _guarded() else None
        if package in sys.stdlib_module_names or package[:1] == "_" or package in ("sitecustomize", "usercustomize"):
            return None
        if package in sys.modules and not isinstance(sys.modules[package], StandInModule):
            return None
        if _guarded():
            return None
        if package not in self.said:
            self.said.add(package)
            if package != "tqdm":
                print(f"Layerscope: {package} is not here; what is taken from it stands in until it is used.", file=sys.stderr)
        return importlib.machinery.ModuleSpec(name, _TqdmLoader() if package == "tqdm" else _Loader(), is_package=True)


class _MissingLoader(_Loader):
    def create_module(self, spec):
        from torch._namespace import Missing

        module = types.ModuleType(spec.name)
        module.__path__ = []
        module.__getattr__ = lambda name: Missing(f"{spec.name}.{name}")
        return module


def _guarded():
    """Whether the import under way is no user's, or stands in a `try` that catches ImportError."""
    frame = sys._getframe(2)
    asked = frame
    while asked is not None and not is_user_code(asked.f_code.co_filename):
        # importlib.util.find_spec asks whether it is there, and does not import.
        if asked.f_code.co_name == "find_spec" and "importlib" in asked.f_code.co_filename and asked.f_code.co_filename.rstrip(">").removesuffix(".py").endswith("util"):
            return True
        asked = asked.f_back
    while frame is not None and (frame.f_code.co_filename.startswith("<frozen") or frame.f_code.co_filename == __file__):
        frame = frame.f_back
    if frame is None or not is_user_code(frame.f_code.co_filename):
        return True
    while frame is not None:
        if is_user_code(frame.f_code.co_filename) and _catches_import_error(frame):
            return True
        frame = frame.f_back
    return False


_trees = {}


def _catches_import_error(frame):
    file, line = frame.f_code.co_filename, frame.f_lineno
    tree = _trees.get(file)
    if tree is None:
        try:
            tree = _trees[file] = ast.parse("".join(linecache.getlines(file)))
        except SyntaxError:
            return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and node.body[0].lineno <= line <= max(each.end_lineno for each in node.body):
            for handler in node.handlers:
                names = [] if handler.type is None else [each.id for each in ast.walk(handler.type) if isinstance(each, ast.Name)]
                if handler.type is None or set(names) & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}:
                    return True
    return False


# ---- files as the editor shows them

_overrides = {}


class _OverrideLoader(importlib.machinery.SourceFileLoader):
    def get_data(self, path):
        text = _overrides.get(path)
        return text.encode() if text is not None else super().get_data(path)

    def path_stats(self, path):
        if path in _overrides:
            return {"mtime": -1, "size": None}
        return super().path_stats(path)

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        source = self.get_data(path)
        return self.source_to_code(source, path)


class _Overrides(importlib.abc.MetaPathFinder):
    """Imports of the user's own files: nothing is written beside them, and unsaved text counts."""

    def find_spec(self, name, path=None, target=None):
        short = name.rpartition(".")[2]
        for folder in sys.path if path is None else path:
            if not folder or folder.startswith(("/lib/", HOME)):
                continue
            for file, is_package in ((os.path.join(folder, short, "__init__.py"), True), (os.path.join(folder, short + ".py"), False)):
                if file in _overrides or os.path.isfile(file):
                    return importlib.util.spec_from_file_location(
                        name, file, loader=_OverrideLoader(name, file), submodule_search_locations=[os.path.dirname(file)] if is_package else None
                    )
        return None


# ---- tracebacks


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
            frames.insert(0, {"function": "", "file": error.filename, "line": error.lineno or 1, "column": error.offset or 1})
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


# ---- running

_module = None
_notebook = None


def _new_main(path, name):
    global _module
    _module = types.ModuleType(name)
    _module.__file__ = path
    _module.__builtins__ = builtins
    sys.modules[name] = _module
    if name == "__main__":
        _module.__spec__ = None
    sys.argv = [path]
    folder = os.path.dirname(path)
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return _module


def _remember(file, text):
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    _trees.pop(file, None)


def _decode(text):
    return text[1:] if text[:1] == "\ufeff" else text


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass


def run_file(path, text, name):
    text = _decode(text)
    module = _new_main(path, name)
    _remember(path, text)
    try:
        code = compile(text, path, "exec", dont_inherit=True)
        exec(code, module.__dict__)
        return ""
    except BaseException as error:
        return failure(error)
    finally:
        _flush()


def begin(path):
    global _notebook
    from _pretty import pretty

    module = _new_main(path, "__main__")
    module.__dict__.update(In=[""], Out={}, _="", __="", ___="", _ih=module.__dict__.get("In"), _oh={})
    module.__dict__["display"] = _display
    module.__dict__["get_ipython"] = lambda: None
    _notebook = pretty
    ipython = types.ModuleType("IPython")
    ipython.display = types.ModuleType("IPython.display")
    ipython.display.display = _display
    ipython.display.clear_output = lambda wait=False: None
    ipython.get_ipython = lambda: None
    sys.modules["IPython"] = ipython
    sys.modules["IPython.display"] = ipython.display


def _display(*objects, **_):
    for each in objects:
        print(_notebook(each))


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
    import codeop

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


def run_cell(file, text, number):
    text = _decode(text.replace("\r\n", "\n"))
    space = _module.__dict__
    source, skipped = _python_lines(file, text)
    for line in skipped:
        print(f"Layerscope: {line.split()[0]} is IPython's and was skipped", file=sys.stderr)
    if source is None:
        return ""
    _remember(file, source)
    space["In"].append(text)
    try:
        tree = ast.parse(source, file)
        last = tree.body[-1] if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        if last is not None:
            tree.body.pop()
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        _execute(compile(tree, file, "exec", flags), space)
        if last is None:
            return ""
        value = _execute(compile(ast.Expression(last.value), file, "eval", flags), space)
        if value is not None and not _is_quiet(source):
            builtins._ = value
            space["___"], space["__"], space["_"] = space["__"], space["_"], value
            space[f"_{number}"] = value
            space["Out"][number] = value
            print(_notebook(value))
        return ""
    except BaseException as error:
        return failure(error)
    finally:
        _flush()


def _execute(code, space):
    import inspect

    value = eval(code, space)
    if code.co_flags & inspect.CO_COROUTINE:
        try:
            value.send(None)
        except StopIteration as done:
            return done.value
        raise RuntimeError("this await waits for the event loop, which Layerscope's Python does not run in a cell")
    return value


def _is_quiet(source):
    """Whether the last expression ends in a semicolon."""
    import tokenize

    last = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type not in (tokenize.NEWLINE, tokenize.NL, tokenize.COMMENT, tokenize.ENDMARKER, tokenize.INDENT, tokenize.DEDENT):
                last = token
    except (tokenize.TokenError, IndentationError):
        return False
    return last is not None and last.string == ";"


# ---- what there is afterwards


def _found(value, depth=0):
    from torch.nn import Module

    if isinstance(value, Module):
        id = value.__dict__.get("_engine_id")
        return None if id is None else {"module": id}
    if depth == 2:
        return None
    items = None
    if isinstance(value, (list, tuple)):
        items = [(str(i), _found(item, depth + 1)) for i, item in enumerate(value[:1000])]
    elif isinstance(value, dict):
        items = [(str(key), _found(item, depth + 1)) for key, item in list(value.items())[:1000]]
    if items:
        items = [(name, item) for name, item in items if item is not None]
    return {"items": items, "isList": isinstance(value, (list, tuple))} if items else None


def _declared(kind=ast.AST):
    """Where names of the top level are bound last."""
    places = {}
    if _module is None:
        return places
    files = [_module.__file__] if _notebook is None else [file for file in linecache.cache if file.startswith(_module.__file__ + "#")]
    for file in files:
        try:
            tree = ast.parse("".join(linecache.getlines(file)))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            targets = []
            if isinstance(node, ast.Assign):
                targets = node.targets
            elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
                targets = [node.target]
            elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                places[node.name] = (file, node.lineno, node.col_offset + 1)
            for target in targets:
                for each in ast.walk(target):
                    if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                        places[each.id] = (file, each.lineno, each.col_offset + 1)
    return places


def variables():
    if _module is None:
        return "[]"
    places = _declared()
    rows = []
    for name, value in list(_module.__dict__.items()):
        if name in ("In", "Out", "_ih", "_oh", "display") or name[:1] == "_":
            continue
        found = _found(value)
        if found is not None:
            file, line, column = places.get(name, (_module.__file__, 0, 0))
            rows.append({"name": name, "value": found, "file": file, "line": line, "column": column})
    return json.dumps(rows)


def offers():
    """Classes and functions of the file's own that may make a model; complete are those that need no arguments."""
    import inspect

    from torch.nn import Module

    rows = []
    if _module is None:
        return "[]"
    for name, value in list(_module.__dict__.items()):
        if not isinstance(value, type) or not issubclass(value, Module) or value.__module__ != _module.__name__:
            continue
        try:
            parameters = list(inspect.signature(value).parameters.values())
        except (TypeError, ValueError):
            continue
        needed = [each for each in parameters if each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)]
        code = value.__init__.__code__ if hasattr(value.__init__, "__code__") else None
        line = 1
        try:
            line = inspect.getsourcelines(value)[1]
        except (OSError, TypeError):
            pass
        rows.append(
            {
                "expression": f"{name}({', '.join(each.name for each in needed)})",
                "complete": not needed,
                "isClass": True,
                "file": code.co_filename if code is not None and is_user_code(code.co_filename) else _module.__file__,
                "line": line,
                "column": 1,
            }
        )
    return json.dumps(rows)


def evaluate(expression):
    try:
        value = eval(compile(expression, "<expression>", "eval"), _module.__dict__)
        globals()["_kept"] = globals().get("_kept", []) + [value]
        return json.dumps({"value": _found(value) or {"items": [], "isList": True}})
    except BaseException as error:
        return json.dumps({"error": "".join(traceback.format_exception_only(error)).strip()})
    finally:
        _flush()


def collect():
    import gc

    sys.last_exc = None
    gc.collect()


def override(path, text):
    _overrides[path] = text
    _remember(path, text)


def files():
    return json.dumps([module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None) and is_user_code(module.__file__)])


def driver():
    import _engine
    from pyodide.ffi import create_proxy

    from torch import _bridge
    from torch.nn.modules import module

    sys.stdout.reconfigure(line_buffering=True)
    _engine.connect(create_proxy(_bridge.on_invoke), create_proxy(module.on_forward), create_proxy(_bridge.on_frames), create_proxy(_bridge.on_warn))
    sys.meta_path.insert(0, _Overrides())
    sys.meta_path.append(Finder())
    sys.dont_write_bytecode = True
    return create_proxy(
        types.SimpleNamespace(
            runFile=run_file, begin=begin, runCell=run_cell, variables=variables, offers=offers, evaluate=evaluate, collect=collect, override=override, files=files
        )
    )
