"""Runs files and cells, and says what they made."""
import gc
import json
import sys
import types

import collections as _collections

from . import cells, error_numbers, exits, ground, models, sources
from .failures import failure
from .program import program


class OrderedDict(_collections.OrderedDict):
    """As PyTorch's own state dicts print: in the form of the Python versions that most run it with."""

    __module__ = "collections"

    def __repr__(self):
        return f"{type(self).__name__}({list(self.items())!r})" if self else f"{type(self).__name__}()"


OrderedDict.__qualname__ = "OrderedDict"
_collections.OrderedDict = OrderedDict

# It brings torch, which takes that class.
from . import standins


def run_file(path, text, name):
    """`text`: None where it is what is on disk, in the encoding that it declares."""
    program.begin(path, name)
    program.add(path)
    try:
        source = sources.read(path) if text is None else sources.decode(text)
        sources.remember(path, source)
        exec(compile(source, path, "exec", dont_inherit=True), program.names)
        return ""
    except BaseException as error:
        return failure(error)
    finally:
        sources.flush()


def collect():
    """Has the engine forget, too, what the code has forgotten."""
    from torch import _bridge

    sys.last_exc = None
    gc.collect()
    _bridge.release()


def files():
    return json.dumps([module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None) and sources.is_user_code(module.__file__)])


def driver():
    import _engine
    from pyodide.ffi import create_proxy

    from torch import _bridge
    from torch.nn.modules import module

    sys.stdout.reconfigure(line_buffering=True)
    error_numbers.install(_engine.errorNumbers)
    called = (_bridge.on_invoke, module.on_forward, _bridge.on_frames, _bridge.on_warn, _bridge.on_interrupt)
    _engine.connect(*map(create_proxy, called))
    sys.meta_path.insert(0, sources.finder())
    sys.meta_path.append(standins.Finder())
    sys.dont_write_bytecode = True
    exits.install()
    # What is there before the user's code stays: looking for what only cycles hold passes over it, after each cell of a notebook.
    gc.freeze()
    ground.keep()
    functions = dict(
        runFile=run_file,
        begin=cells.begin,
        runCell=cells.run_cell,
        runLiveCell=cells.run_live_cell,
        variables=models.variables,
        offers=models.offers,
        evaluate=models.evaluate,
        collect=collect,
        override=sources.override,
        files=files,
    )

    def grounded(function):
        def call(*args):
            ground.restore()
            return function(*args)

        return call

    return create_proxy(types.SimpleNamespace(**{name: grounded(function) for name, function in functions.items()}))
