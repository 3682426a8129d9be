"""Compiling is no concern here: what would be compiled runs as it is."""


def _same(fn=None, *args, **kwargs):
    """What is given, as it is."""
    return (lambda inner: inner) if fn is None else fn


script = ignore = unused = export = script_method = script_if_tracing = _same
Final = object
ScriptModule = object


def is_scripting():
    """False."""
    return False


def is_tracing():
    """False."""
    return False


def annotate(the_type, value):
    """The value."""
    return value
