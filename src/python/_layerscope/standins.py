"""Packages that are not here: what is taken from them stands in until it is used."""
import ast
import importlib.abc
import importlib.machinery
import linecache
import sys
import types

from torch._absent import Absent, parsed

from .sources import is_user_code


class StandIn(Absent):
    """Something of a package that is not here."""

    def __init__(self, name):
        self.__dict__["_missing_package"] = name
        self.__dict__["__name__"] = name

    def _use(self, *_, **__):
        package = self._missing_package.split(".")[0]
        error = ModuleNotFoundError(f"No module named '{package}': {self._missing_package} is used here, and Layerscope's Python has no {package}", name=package)
        error._lacking = True
        raise error

    def _part(self, name):
        return StandIn(f"{self._missing_package}.{name}")

    def _is_setup(self, *args, **kwargs):
        """`matplotlib.use("Agg")`: what is told to the package in constants concerns nothing that is here."""
        return all(_is_constant(each) for each in (*args, *kwargs.values()))

    def __repr__(self):
        return f"<stand-in for {self._missing_package}>"


def _is_constant(value):
    return all(_is_constant(each) for each in value) if type(value) is tuple else value is None or isinstance(value, (bool, int, float, str, StandIn))


class StandInModule(types.ModuleType):
    def __getattr__(self, name):
        if name[:2] == "__" and name != "__version__":
            raise AttributeError(name)
        if f"{self.__name__}.{name}" in sys.modules:
            return sys.modules[f"{self.__name__}.{name}"]
        return StandIn(f"{self.__name__}.{name}")

    def __call__(self, *_, **__):
        StandIn(self.__name__)._use()


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

    def find_distributions(self, context):
        """What `importlib.metadata.version("torch")` asks for: programs print it first."""
        return iter([_distribution()] if context.name in (None, "torch") else [])

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


def _distribution():
    from importlib import metadata
    from pathlib import Path

    from torch import __version__

    class Torch(metadata.Distribution):
        def read_text(self, filename):
            return f"Metadata-Version: 2.1\nName: torch\nVersion: {__version__}\n" if filename == "METADATA" else None

        def locate_file(self, path):
            return Path("/lib/layerscope") / path

    return Torch()


class _MissingModule(types.ModuleType):
    """One of torch's that the engine does not have: what is taken from it raises where it is used."""

    __path__ = ()

    def __getattr__(self, name):
        from torch._namespace import Missing

        # What Python itself asks of a module (`__file__`, `__spec__`) is not there, and no name of torch's.
        if name[:2] == "__":
            raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")
        return Missing(f"{self.__name__}.{name}")


class _MissingLoader(_Loader):
    def create_module(self, spec):
        return _MissingModule(spec.name)


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


def _catches_import_error(frame):
    file, line = frame.f_code.co_filename, frame.f_lineno
    try:
        tree = parsed("".join(linecache.getlines(file)))
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and node.body[0].lineno <= line <= max(each.end_lineno for each in node.body):
            for handler in node.handlers:
                names = [] if handler.type is None else [each.id for each in ast.walk(handler.type) if isinstance(each, ast.Name)]
                if handler.type is None or set(names) & {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}:
                    return True
    return False
