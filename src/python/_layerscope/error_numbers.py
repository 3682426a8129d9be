"""Errors of files by the numbers of the computer that Layerscope runs on: the interpreter counts as WebAssembly does, where what is not there is 44."""
import builtins
import errno
import functools
import gc
import io
import json
import os
import posix
import sys
import types


def install(platform):
    """`platform`: JSON of the computer's numbers by name."""
    numbers = {name: number for name, number in json.loads(platform).items() if hasattr(errno, name)}
    ours = {getattr(errno, name): number for name, number in numbers.items()}
    theirs = {number: each for each, number in ours.items()}

    def with_numbers(function):
        @functools.wraps(function)
        def call(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            except OSError as error:
                # Once: what it calls may have given it its number already.
                if hasattr(error, "_number") or error.errno not in ours:
                    raise
                # Another one, as its class follows from its number.
                renumbered = OSError(ours[error.errno], error.strerror, error.filename, None, error.filename2)
                renumbered._number = error.errno
            raise renumbered

        return call

    # Which class of errors belongs to a number, which Python keeps for itself.
    classes = next(each for each in gc.get_referrers(FileNotFoundError) if type(each) is dict and each.get(errno.ENOENT) is FileNotFoundError)
    classes_by_number = {ours.get(number, number): kind for number, kind in classes.items()}
    classes.clear()
    classes.update(classes_by_number)

    changed = {function: with_numbers(function) for function in vars(posix).values() if isinstance(function, types.BuiltinFunctionType)}
    changed[io.open] = with_numbers(io.open)
    strerror = os.strerror
    changed[strerror] = functools.wraps(strerror)(lambda code: strerror(theirs.get(code, code)))
    before = {name: getattr(errno, name) for name in numbers}
    errno.__dict__.update(numbers)
    errno.errorcode.clear()
    errno.errorcode.update({number: name for name, number in numbers.items()})
    for module in [builtins, *sys.modules.values()]:
        names = getattr(module, "__dict__", {})
        for name, value in list(names.items()):
            if isinstance(value, types.BuiltinFunctionType) and value in changed:
                names[name] = changed[value]
            elif module is not errno and name in before and type(value) is int and value == before[name]:
                names[name] = numbers[name]
    for name, value in vars(os).items():
        if name.startswith("supports_") and isinstance(value, set):
            value.update([changed[each] for each in value if each in changed])
