"""The texts that run, as the editor shows them, and whose they are."""
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import os
import sys

HOME = "/lib/layerscope/"


def is_user_code(file):
    return not (file.startswith(HOME) or file.startswith("/lib/python") or file[:1] == "<")


def read(file):
    with open(file, "rb") as opened:
        return opened.read()


def remember(file, source):
    """Tracebacks show the lines of this text from now on."""
    try:
        text = source if isinstance(source, str) else importlib.util.decode_source(source)
    except (SyntaxError, UnicodeError):
        # Nobody can read it: it does not run.
        return
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)


def decode(text):
    return text[1:] if text[:1] == "\ufeff" else text


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


def override(path, text):
    """The text of a file as an editor shows it, in the place of what is on disk."""
    _overrides[path] = text
    remember(path, text)


def finder():
    return _Overrides()


def flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
