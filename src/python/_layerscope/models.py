"""What a namespace holds of models, and what else could make one."""
import ast
import functools
import json
import linecache
import sys
import traceback
import warnings

from .program import program
from .sources import flush, is_user_code

# What was built from an expression lives as long as the program.
_built = []


def found(value, depth=0):
    from torch.nn import Module

    if isinstance(value, Module):
        id = value.__dict__.get("_engine_id")
        return None if id is None else {"module": id}
    if depth == 2:
        return None
    items = None
    if isinstance(value, (list, tuple)):
        items = [(str(i), found(item, depth + 1)) for i, item in enumerate(value[:1000])]
    elif isinstance(value, dict):
        items = [(str(key), found(item, depth + 1)) for key, item in list(value.items())[:1000]]
    if items:
        items = [(name, item) for name, item in items if item is not None]
    return {"items": items, "isList": isinstance(value, (list, tuple))} if items else None


def _declared():
    """Where names of the top level are bound last."""
    places = {}
    for file in program.files:
        for name, line, column in _declared_in("".join(linecache.getlines(file))):
            places[name] = (file, line, column)
    return places


@functools.lru_cache(maxsize=1000)
def _declared_in(text):
    """The same of one text, which the cells before a cell still have."""
    places = {}
    try:
        # What it warns of was told when it was compiled to run.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, RecursionError):
        return []
    for node in _of_top_level(tree):
        targets = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)):
            targets = [node.target]
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            places[node.name] = (node.name, node.lineno, node.col_offset + 1)
        for target in targets:
            for each in ast.walk(target):
                if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
                    places[each.id] = (each.id, each.lineno, each.col_offset + 1)
    return list(places.values())


def _of_top_level(node):
    """What is in a file, in order, without what is in its functions and classes: names are their own there."""
    pending = [ast.iter_child_nodes(node)]
    while pending:
        child = next(pending[-1], None)
        if child is None:
            pending.pop()
            continue
        yield child
        if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            pending.append(ast.iter_child_nodes(child))


def variables():
    places = _declared()
    rows = []
    for name, value in list(program.names.items()):
        if name in ("In", "Out", "_ih", "_oh", "display") or name[:1] == "_":
            continue
        held = found(value)
        if held is not None:
            file, line, column = places.get(name, (program.module.__file__, 0, 0))
            rows.append({"name": name, "value": held, "file": file, "line": line, "column": column})
    return json.dumps(rows)


def offers():
    """Classes and functions of the file's own that may make a model; complete are those that need no arguments."""
    import inspect

    from torch.nn import Module

    rows = []
    for name, value in list(program.names.items()):
        if not isinstance(value, type) or not issubclass(value, Module) or value.__module__ != program.module.__name__:
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
                "file": code.co_filename if code is not None and is_user_code(code.co_filename) else program.module.__file__,
                "line": line,
                "column": 1,
            }
        )
    return json.dumps(rows)


def evaluate(expression):
    try:
        value = eval(compile(expression, "<expression>", "eval"), program.names)
        _built.append(value)
        return json.dumps({"value": found(value) or {"items": [], "isList": True}})
    except BaseException as error:
        return json.dumps({"error": "".join(traceback.format_exception_only(error)).strip()})
    finally:
        flush()
