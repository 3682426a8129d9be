"""What our own code stands on, which the user's may take away: the modules that were there before it."""
import sys

_modules = sys.modules
_kept = {}


def keep():
    _kept.update(_modules)


def restore():
    """Puts back what is missing; what stands in its place is left."""
    sys.__dict__.setdefault("modules", _modules)
    for modules in (sys.modules, _modules):
        for name, module in _kept.items():
            modules.setdefault(name, module)
