def checkpoint(function, *args, use_reentrant=None, **kwargs):
    """Memory is not short here: what would be computed twice is kept."""
    return function(*args, **kwargs)


def checkpoint_sequential(functions, segments, input, **kwargs):
    """Calls the functions one after the other."""
    for function in functions:
        input = function(input)
    return input
