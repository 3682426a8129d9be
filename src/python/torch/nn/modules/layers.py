"""The engine's layers as classes: their arguments are the engine's own."""
import json
import re

from ... import _bridge as b
from ..._bridge import _e, camel, encode, result, snake
from ..._calls import bind, row
from .module import Module, classes, construct, sync

# The file of PyTorch's that has a class, for what prints it.
FILES = [
    ("container", r"Sequential|ModuleList|ModuleDict|ParameterList|ParameterDict"),
    ("linear", r"(Lazy)?Linear|Identity|Bilinear|NonDynamicallyQuantizableLinear"),
    ("conv", r"(Lazy)?Conv.*"),
    ("batchnorm", r"(Lazy)?BatchNorm.*|SyncBatchNorm"),
    ("instancenorm", r"(Lazy)?InstanceNorm.*"),
    ("normalization", r"LayerNorm|GroupNorm|RMSNorm|LocalResponseNorm|CrossMapLRN2d"),
    ("pooling", r".*Pool\d?d?|MaxUnpool.*"),
    ("padding", r".*Pad\dd"),
    ("dropout", r".*Dropout.*"),
    ("rnn", r"RNN.*|LSTM.*|GRU.*"),
    ("sparse", r"Embedding.*"),
    ("loss", r".*Loss"),
    ("transformer", r"Transformer.*"),
    ("flatten", r"Flatten|Unflatten"),
    ("fold", r"Fold|Unfold"),
    ("pixelshuffle", r"Pixel.*"),
    ("channelshuffle", r"ChannelShuffle"),
    ("upsampling", r"Upsampl.*"),
    ("distance", r"CosineSimilarity|PairwiseDistance"),
    ("adaptive", r"Adaptive.*"),
    ("activation", r".*"),
]


def file_of(name):
    if re.fullmatch(r"Adaptive(Avg|Max)Pool\dd", name):
        return "pooling"
    if re.fullmatch(r".*WithDistanceLoss|AdaptiveLogSoftmaxWithLoss", name):
        return "adaptive" if name.startswith("Adaptive") else "loss"
    return next(file for file, pattern in FILES if re.fullmatch(pattern, name))


_missing = re.compile(r"\w+\(\) missing 1 required positional arguments: \"(\w+)\"")


def _init(path):
    def __init__(self, *args, **kwargs):
        given, options = bind(path, args, kwargs)
        known = row(path)
        names = [snake(name) for name in known[0]] + [snake(name) for name in known[1]] if known else []
        if options:
            unknown = [name for name in kwargs if camel(name) not in known[0] and camel(name) not in known[1]]
            if unknown:
                raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument '{unknown[0]}'")
        try:
            construct(self, given, options or None)
        except TypeError as error:
            found = _missing.fullmatch(str(error))
            if found:
                left = [name for name in names[len(args) :] if name not in kwargs]
                needed = left[: left.index(found[1]) + 1] if found[1] in left else [found[1]]
                raise TypeError(_required(type(self).__name__, path, needed, args, kwargs)) from None
            raise
        sync(self)
        floats = {name: value for name, value in zip(names, args) if type(value) in (float, tuple)}
        floats.update({name: value for name, value in kwargs.items() if type(value) in (float, tuple)})
        self.__dict__["_floats"] = floats or None

    return __init__


def _required(name, path, needed, args, kwargs):
    """Python's own words for arguments that are missing."""
    known = row(path)
    required = [snake(each) for each in known[0][: known[3]]]
    needed = [each for each in required[len(args) :] if each not in kwargs] or needed
    quoted = [f"'{each}'" for each in needed]
    joined = quoted[0] if len(quoted) == 1 else f"{quoted[0]} and {quoted[1]}" if len(quoted) == 2 else ", ".join(quoted[:-1]) + f", and {quoted[-1]}"
    return f"{name}.__init__() missing {len(needed)} required positional argument{'' if len(needed) == 1 else 's'}: {joined}"


def _forward(path):
    base = path + "#forward"

    def forward(self, *args, **kwargs):
        options = None
        if kwargs:
            args, options = bind(base, args, kwargs)
        spec, flat = encode(args, options)
        value = result(_e.forward(self.__dict__["_engine_id"], spec, *flat))
        return value

    forward._is_engine = True
    return forward


def define():
    names = [name for name in json.loads(_e.list("nn")) if name[0].isupper() and _e.kindOf("nn." + name) in ("class", "value", "function")]
    pending = {}
    for name in names:
        above = json.loads(_e.ancestors("nn." + name))
        if "Module" in above and name != "Module":
            pending[name] = above[above.index(name) + 1 :] if name in above else above
    hand_written = {"Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"}

    def make(name):
        if name in classes:
            return classes[name]
        base = next((each for each in pending[name] if each != name), "Module")
        parent = Module if base == "Module" or base in hand_written else make(base)
        path = "nn." + name
        body = {
            "__init__": _init(path),
            "forward": _forward(path),
            "_engine_path": path,
            "_is_layer": True,
            "_is_own_layer": True,
            "_is_lazy": name.startswith("Lazy"),
            "__module__": f"torch.nn.modules.{file_of(name)}",
        }
        classes[name] = type(name, (parent,), body)
        return classes[name]

    for name in pending:
        if name not in hand_written:
            make(name)
    return classes
