"""Calls of the engine's functions by the names that PyTorch has for their arguments."""
import keyword
from functools import lru_cache

from . import _formats, _overrides
from ._arguments import forwarded, home_of, no_tensor, place_of, refused, signatures
from ._bridge import _call, _dead, _e, _find, _loads, _mapping, _other, _puts, camel, raised, release, result, return_type, snake, tensor_of, warn, warn_once
from ._lacking import not_here
from ._out import into, takes_out
from ._types import device


@lru_cache(None)
def row(path):
    """What a function takes: names in order, all names of options, and which of them may be None."""
    text = _e.names(path)
    if not text:
        return None
    positional, options, needed = _loads(text)
    nullable = {name[:-1] for name in [*positional, *options] if name.endswith("?")}
    return [name.rstrip("?") for name in positional], [name.rstrip("?") for name in options], nullable, needed


def check_signature(name, required, optional, args, kwargs):
    """Raises Python's own TypeError where the arguments are not those of a function `name` of that signature; `args` start with what it takes first."""
    shown = [*required, *[f"{each}=None" for each in optional if each.isidentifier() and not keyword.iskeyword(each)]]
    scope = {}
    exec(f"def stub({', '.join(shown)}): pass", scope)
    scope["stub"].__qualname__ = name
    scope["stub"](*args, **kwargs)


def signature_of(path):
    """Python's names of what a function takes: those that it needs, and the others."""
    positional, options, _, needed = row(path)
    names = [snake(each) for each in positional]
    return names[:needed], [*names[needed:], *[snake(each) for each in options]]


# Where PyTorch keeps a result, and not what it is.
_WHERE = frozenset(("memory_format", "layout", "pin_memory", "non_blocking"))
# NumPy's names, which PyTorch takes too.
_numpy_names = {"axis": "dim", "keepdims": "keepdim"}


def bind(path, args, kwargs):
    """Positional arguments, and the options of the engine's last one."""
    known = row(path)
    positional = known[0] if known else ()
    options, places = {}, {}
    if known and ("size_average" in kwargs or "reduce" in kwargs) and "reduction" in known[1] + known[0]:
        kwargs = _with_reduction(kwargs)
    for name, value in kwargs.items():
        js = camel(name)
        if name in _numpy_names and known and js not in positional and js not in known[1]:
            js = _numpy_names[name]
        if js in positional:
            at = positional.index(js)
        elif known and js in known[1]:
            at = None
        else:
            at = place_of(path, snake(path.replace("#", ".").rpartition(".")[2]), name)
            if at is not None and (at >= max(len(positional), 1) or (at < len(args))):
                at = None
        if name == "reduction" and not isinstance(value, str):
            # Refused by what PyTorch says of it, None too.
            value = str(value)
        if value is None and known and js not in known[2] and at is None:
            continue
        if name in _WHERE and at is None and (not known or js not in known[1]):
            continue
        if name == "device":
            value = device_name(value)
        elif name == "dtype" and isinstance(value, str):
            raise TypeError(f"{snake(path.split('.')[-1].split('#')[-1])}(): argument 'dtype' must be torch.dtype, not str")
        if at is not None:
            if at < len(args):
                raise TypeError(f"{path.split('.')[-1].split('#')[-1]}() got multiple values for argument '{name}'")
            places[at] = (js, value)
        else:
            options[js] = value
    args = list(args)
    while len(args) in places:
        args.append(places.pop(len(args))[1])
    for js, value in places.values():
        options[js] = value
    return args, options


def _with_reduction(kwargs):
    """The two arguments that `reduction` has taken the place of."""
    kwargs = dict(kwargs)
    size_average, reduce = kwargs.pop("size_average", None), kwargs.pop("reduce", None)
    if size_average is None and reduce is None:
        return kwargs
    size_average = True if size_average is None else size_average
    kwargs["reduction"] = "none" if reduce is False else "mean" if size_average else "sum"
    warn(f"size_average and reduce args will be deprecated, please use reduction='{kwargs['reduction']}' instead.")
    return kwargs


def device_name(value):
    if value is None:
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        raise RuntimeError("Cannot access accelerator device when none is available.")
    kind = value.type if isinstance(value, device) else device(value).type
    if kind == "cuda":
        raise AssertionError("Torch not compiled with CUDA enabled")
    if kind not in ("cpu", "meta"):
        raise not_here(f"a device of the type {kind} is not in Layerscope's engine; it has cpu and meta")
    return kind


# What comes back under names of its own.
_RETURNS = {
    "linalg.svd": ("linalg_svd", ("U", "S", "Vh")),
    "linalg.qr": ("linalg_qr", ("Q", "R")),
    "linalg.eigh": ("linalg_eigh", ("eigenvalues", "eigenvectors")),
    "linalg.slogdet": ("linalg_slogdet", ("sign", "logabsdet")),
    "linalg.cholesky_ex": ("linalg_cholesky_ex", ("L", "info")),
    "linalg.inv_ex": ("linalg_inv_ex", ("inverse", "info")),
    "linalg.solve_ex": ("linalg_solve_ex", ("result", "info")),
    "linalg.lu": ("linalg_lu", ("P", "L", "U")),
    "linalg.lu_factor": ("linalg_lu_factor", ("LU", "pivots")),
    "linalg.lu_factor_ex": ("linalg_lu_factor_ex", ("LU", "pivots", "info")),
    "lu_unpack": ("lu_unpack", ("P", "L", "U")),
    "slogdet": ("slogdet", ("sign", "logabsdet")),
    "aminmax": ("aminmax", ("min", "max")),
    "histogram": ("histogram", ("hist", "bin_edges")),
    "frexp": ("frexp", ("mantissa", "exponent")),
}


def _named(function, cls):
    def named(*args, **kwargs):
        return cls(*function(*args, **kwargs))

    named.__name__ = named.__qualname__ = function.__name__
    named.__module__ = function.__module__
    named._looks, function._looks[0] = function._looks, named
    return named


def _with_dim(function):
    """A product that warns where it has to find its dimension itself."""

    def cross(*args, **kwargs):
        if len(args) < 3 and kwargs.get("dim") is None:
            warn_once(
                "Using torch.cross without specifying the dim arg is deprecated.\nPlease either pass the dim explicitly or simply use torch.linalg.cross.\n"
                "The default value of dim will change to agree with that of linalg.cross in a future release. (Triggered internally at /__w/pytorch/pytorch/aten/src/ATen/native/Cross.cpp:63.)"
            )
        return function(*args, **kwargs)

    cross.__module__ = function.__module__
    cross._looks, function._looks[0] = function._looks, cross
    return cross


def make_function(path, name, module):
    made = _make_function(path, name, module)
    if name in _FORMATTED or _formats.keeps(name):
        made = _in_formats(made, name)
    if path in ("cross", "Tensor#cross"):
        made = _with_dim(made)
    returns = _RETURNS.get(path.removeprefix("Tensor#") if name == path.rpartition(".")[2] else f"{path.rpartition('.')[0]}.{name}".lstrip("."))
    return _named(made, return_type(*returns)) if returns else made


# Functions with a new result, which may be asked for in an order of memory.
_FORMATTED = frozenset("clone empty empty_like zeros_like ones_like full_like rand_like randn_like".split())


def _in_formats(made, name):
    """Has a function keep to the order in memory that is asked for, or that its operands have."""

    def function(*args, **kwargs):
        format = kwargs.pop("memory_format", None) if name in _FORMATTED else None
        value = made(*args, **kwargs)
        if format is not None:
            return _formats.in_format(value, format)
        return _formats.keep(value, [*args, *kwargs.values()]) if _formats.asked and name not in _FORMATTED else value

    function.__name__ = function.__qualname__ = name
    function.__module__ = made.__module__
    function._looks, made._looks[0] = made._looks, function
    return function


def _make_function(path, name, module):
    fn = _find(path)
    known = row(path)
    has_operand = bool(known and {"other", "exponent"} & {*known[0][:2], *known[1]} or name.rstrip("_") in ("where", "clamp", "clamp_min", "clamp_max", "clip"))

    is_method = path.startswith("Tensor#")
    place, prefix = home_of(path)
    accepted = set()  # the classes of arguments that PyTorch takes: others are looked at before the call
    may_write = not is_method and takes_out(place, prefix + name)

    def function(*args, **kwargs):
        if len(_dead) > 8:
            release()
        if _overrides.there:
            found = _overrides.dispatch(shown[0], args, kwargs)
            if found:
                return found[0]
        kinds = (*map(type, args), *kwargs, *map(type, kwargs.values()))
        if kinds not in accepted:
            refusal = refused(place, prefix + name, args, kwargs) or place == "functional" and _wrong_flag(path, name, args, kwargs)
            if refusal:
                raise refusal
            accepted.add(kinds)
        options, given = None, args
        if kwargs:
            if may_write and "out" in kwargs:
                return into(kwargs.pop("out"), shown[0], prefix + name, args, kwargs)
            try:
                if is_method:
                    bound, options = bind(path, args[1:], kwargs)
                    args = [args[0], *bound]
                else:
                    args, options = bind(path, args, kwargs)
            except TypeError as error:
                raise refused(place, prefix + name, given, kwargs) or error from None
        if has_operand:
            alpha = options.pop("alpha", None) if options else None
            if type(alpha) is float and not any(type(arg) is float or getattr(getattr(arg, "dtype", None), "is_floating_point", False) for arg in args):
                raise RuntimeError("For integral input tensors, argument alpha must not be a floating point number.")
            for arg in (*args, *options.values()) if options else args:
                if type(arg) is float and arg.is_integer():
                    names = list(options or ())
                    args = with_floats([*args, *(options or {}).values()])
                    if names:
                        args, options = args[: -len(names)], dict(zip(names, args[-len(names) :]))
                    break
            if alpha is not None:
                options["alpha"] = alpha
        spec, flat = [], []
        try:
            for value in args:
                (_puts.get(type(value)) or _other)(value, spec, flat)
            if options:
                _mapping(options, spec, flat)
        except _overrides.Overridden:
            return _overrides.dispatch(shown[0], args, kwargs)[0]
        value = _call(fn, "".join(spec), *flat)
        if type(value) is int:
            return tensor_of(value)
        if value[:1] == "!":
            raise failed(path, name, given, kwargs, value)
        return result(value)

    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    function._looks = shown = [function]  # by which others know the function: one around it may take its place
    return function


with_floats = None  # _operators.py says


def failed(path, name, args, kwargs, text):
    """What a call raises that failed in the engine, where `text` is what it threw: PyTorch looks at the arguments first."""
    error = raised(text)
    if text[:9] == '!["raised':
        return error
    place, prefix = home_of(path)
    refusal = refused(place, prefix + name, args, kwargs)
    if refusal is not None:
        return refusal
    if not signatures(place, prefix + name):
        if row(path) and (text[:11] == '!["internal' or type(error) is TypeError):
            try:
                check_signature(name, *signature_of(path), args, kwargs)
            except TypeError as refusal:
                return refusal
        engine = path.rpartition(".")[2]
        if type(error) is TypeError and str(error).startswith(f"{engine}("):
            error = TypeError(name + str(error)[len(engine) :])
        return no_tensor(path, args) or error
    return error


def _wrong_flag(path, name, args, kwargs):
    known = row(path)
    if known is None or signatures("functional", name):
        return None
    names = [snake(each) for each in [*known[0], *known[1]]]
    return forwarded(name, {**dict(zip(names, args)), **kwargs})

