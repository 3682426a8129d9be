"""The module that a file or a notebook runs in."""
import builtins
import os
import sys
import types


class Program:
    """What runs: one in an interpreter."""

    def __init__(self):
        self.module = None
        """The texts that its top level consists of: a file, or the cells that have run."""
        self.files = []

    @property
    def names(self):
        return {} if self.module is None else self.module.__dict__

    def begin(self, path, name):
        module = types.ModuleType(name)
        module.__file__ = path
        module.__builtins__ = builtins
        sys.modules[name] = module
        if name == "__main__":
            module.__spec__ = None
        sys.argv = [path]
        folder = os.path.dirname(path)
        if folder not in sys.path:
            sys.path.insert(0, folder)
        self.module = module
        self.files = []

    def add(self, file):
        if file not in self.files:
            self.files.append(file)


program = Program()
