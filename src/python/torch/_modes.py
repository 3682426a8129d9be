"""What a `with` changes for all code while it is open, and what puts it back where an interrupt came before its `__exit__` could."""

_open = []


def opened(mode):
    """A `with` begins: to be called before it changes anything, and when its `__exit__` would put things back."""
    _open.append(mode)


def closed(mode):
    """It has put back what it changed."""
    for i in reversed(range(len(_open))):
        if _open[i] is mode:
            del _open[i]
            return


def close_all():
    """Code was interrupted, and none of it goes on: what it left open ends, the innermost first."""
    while _open:
        mode = _open[-1]
        mode.__exit__(None, None, None)
        closed(mode)
