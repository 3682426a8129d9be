"""Compiling, which is not done here."""


def is_compiling():
    """False: nothing is compiled here."""
    return False


is_dynamo_compiling = is_exporting = is_compiling


def disable(fn=None, recursive=True, *, reason=None):
    """The function as it is, or a decorator that leaves it so: nothing is compiled here."""
    return fn if fn is not None else lambda inner: inner
