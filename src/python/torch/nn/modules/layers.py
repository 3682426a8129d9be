"""The engine's layers as classes: their arguments are the engine's own."""
import copy
import json
import re

from ... import _bridge as b
from ..._bridge import _e, camel, encode, result, snake
from ..._arguments import no_tensor
from ..._calls import bind, check_signature, row, signature_of
from . import calling, handed, making, steps
from .lazy import LazyModuleMixin
from .module import Module, classes, construct, sync
from .peers import has_own_reset

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


# The class of PyTorch's that a layer has its constructor or its forward from, where it is not its own: the errors name it.
CONSTRUCTORS = [("RNNBase", r"RNN|LSTM|GRU"), ("_MaxPoolNd", r"MaxPool\dd"), ("_AdaptiveAvgPoolNd", r"AdaptiveAvgPool\dd"), ("_AdaptiveMaxPoolNd", r"AdaptiveMaxPool\dd"), ("_LPPoolNd", r"LPPool\dd"), ("_DropoutNd", r"(Alpha|FeatureAlpha)?Dropout\d?d?")]
DEFINERS = [("_BatchNorm", r"BatchNorm\dd"), ("_InstanceNorm", r"InstanceNorm\dd")]


def _definer(name, places):
    return next((place for place, pattern in places if re.fullmatch(pattern, name)), name)


# Former names of arguments, which PyTorch still takes.
_RENAMED = {"Hardtanh": {"min_value": "min_val", "max_value": "max_val"}}


def _init(path):
    name = path.rpartition(".")[2]

    def check(self, args, kwargs):
        required, optional = signature_of(path)
        legacy = [each for each in ("size_average", "reduce") if "reduction" in optional]
        check_signature(f"{_definer(name, CONSTRUCTORS + DEFINERS)}.__init__", ["self", *required], optional + legacy, (self, *args), kwargs)

    def __init__(self, *args, **kwargs):
        known = row(path)
        names = [*known[0], *known[1]] if known else []
        args, kwargs = making.by_position(name, args, kwargs) if args else (args, kwargs)
        for former, now in _RENAMED.get(name, {}).items():
            if kwargs.get(former) is not None:
                b.warn(f"keyword argument `{former}` is deprecated and renamed to `{now}`", FutureWarning)
                kwargs[now] = kwargs.pop(former)
        try:
            if known and len(args) > len(names):
                check(self, args, kwargs)
            by_name = {**dict(zip(map(snake, names), args)), **kwargs}
            making.check(name, by_name)
            args, kwargs = [_taken(name, each, value) for each, value in zip(map(snake, names), args)] if known else args, {each: _taken(name, each, value) for each, value in kwargs.items()}
            given, options = bind(path, args, kwargs)
            if options and any(each not in names for each in options):
                check(self, args, kwargs)
            wrong = handed.not_taken(name, by_name) if known else {}
            try:
                construct(self, given, options or None)
            except (TypeError, RuntimeError):
                instead = wrong and handed.in_place_of(name, wrong)
                if not instead:
                    raise
                construct(self, *bind(path, (), {**by_name, **instead}))
            if "kernel_size" in wrong and re.fullmatch(r"(Max|Avg)Pool\dd", name) and kwargs.get("stride") is None and len(args) < 2:
                wrong["stride"] = wrong["kernel_size"]
        except (TypeError, RuntimeError):
            if known:
                check(self, args, kwargs)
            raise
        sync(self)
        if name.startswith("Transformer") and "dropout" in by_name:
            for inner in self.modules():
                if isinstance(inner, classes["Dropout"]):
                    inner.__dict__["_floats"] = {"p": by_name["dropout"]}
        if name in ("TransformerEncoder", "TransformerDecoder"):
            _copy_layers(self, next((value for value in by_name.values() if isinstance(value, Module)), None))
        if name in ("TransformerEncoder", "Transformer"):
            _warn_of_nested(self, options or {})
        if has_own_reset(type(self)):
            self.reset_parameters()
        kept = {each: _as_kept(name, each, value) for each, value in by_name.items() if each != "bias" and (type(value) in (float, int, bool, tuple) or value is None and each in _FLAGS)}
        if type(kept.get("kernel_size")) is tuple and any(each == "stride" for each in names) and kwargs.get("stride") is None and len(args) < 2:
            kept["stride"] = kept["kernel_size"]
        kept.update(wrong)
        self.__dict__["_floats"] = kept or None
        if wrong:
            self.__dict__["_not_taken"] = tuple(wrong)

    return __init__


# Whose truth PyTorch's constructors ask for: None and what is empty are False.
_FLAGS = frozenset("bias affine elementwise_affine track_running_stats bidirectional add_bias_kv add_zero_attn".split())


def _taken(layer, name, value):
    """An argument as the engine takes it: a tensor without dimensions is its number, a flag is True or False."""
    if name in _FLAGS and not isinstance(value, bool):
        return bool(value)
    if "weight" not in name and (name not in making.SIZES or re.fullmatch(r".*Pool\d?d?", layer)) and getattr(value, "ndim", None) == 0 and hasattr(value, "requires_grad") and "meta" not in str(value.device):
        return value.item()
    return value


def _as_kept(layer, name, value):
    """PyTorch's constructors make a float of some numbers."""
    is_made_float = name == "scale_factor" or name == "dropout" and layer in ("RNN", "LSTM", "GRU")
    return float(value) if is_made_float and type(value) is int else value


def _copy_layers(stack, layer):
    """Copies in the place of the engine's, which know nothing of what a layer is in Python."""
    if layer is not None and not layer._is_pure():
        stack.layers = classes["ModuleList"]([copy.deepcopy(layer) for _ in stack.layers])


def _warn_of_nested(module, options):
    """Why PyTorch would not take its way for nested tensors, of which it says that it was asked for."""
    encoder = getattr(module, "encoder", module)
    if not isinstance(encoder, classes["TransformerEncoder"]) or options.get("enableNestedTensor") is False or options.get("customEncoder") is not None or not len(encoder.layers):
        return
    layer = encoder.layers[0]
    reason = None
    if not isinstance(layer, classes["TransformerEncoderLayer"]):
        reason = "was not TransformerEncoderLayer"
    elif layer.norm_first:
        reason = ".norm_first was True"
    elif not layer.self_attn.batch_first:
        reason = ".self_attn.batch_first was not True(use batch_first for better inference performance)"
    elif layer.self_attn.in_proj_bias is None:
        reason = ".self_attn was passed bias=False"
    elif layer.norm1.eps != layer.norm2.eps:
        reason = ".norm1.eps was not equal to encoder_layer.norm2.eps"
    elif layer.self_attn.num_heads % 2:
        reason = ".self_attn.num_heads is odd"
    if reason:
        b.warn(f"enable_nested_tensor is True, but self.use_nested_tensor is False because encoder_layer{'' if reason[0] == '.' else ' '}{reason}")


def _forward(path):
    base = path + "#forward"
    name = f"{_definer(path.rpartition('.')[2], DEFINERS)}.forward"

    def forward(self, *args, **kwargs):
        check_forward(base, name, self, args, kwargs)
        if "_not_taken" in self.__dict__:
            error = no_tensor(path, args) or handed.refusal(self, path.rpartition(".")[2], args)
            if error:
                raise error
        options = None
        if kwargs:
            args, options = bind(base, args, kwargs)
        spec, flat = encode(args, options)
        value = _e.forward(self.__dict__["_engine_id"], spec, *flat)
        if type(value) is str and value[:1] == "!":
            raise no_tensor(path, args) or result(value)
        return result(value)

    forward._is_engine = True
    forward.__qualname__ = name
    forward.__module__ = f"torch.nn.modules.{file_of(path.rpartition('.')[2])}"
    return forward


def check_forward(base, name, self, args, kwargs):
    """Python's own error where the arguments are not those of the layer's forward."""
    known = row(base)
    if base == "nn.Sequential#forward" and (kwargs or len(args) != 1):
        check_signature("Sequential.forward", ["self", "input"], [], (self, *args), kwargs)
    if known is None or base == "nn.Module#forward" or known[0] and known[0][0][:1] == "*":
        return
    needed, most = known[3], len(known[0]) + len(known[1])
    if not kwargs and needed <= len(args) <= most:
        return
    required, optional = signature_of(base)
    check_signature(name or f"{_definer(base.rpartition('.')[2].partition('#')[0], DEFINERS)}.forward", ["self", *required], optional, (self, *args), kwargs)


calling.check_forward = check_forward


forward_of = _forward


def _reset_parameters(self):
    """Draws the parameters again, as the constructor does."""
    result(_e.invoke(self.__dict__["_engine_id"], "resetParameters", ""))


class _Signature:
    """What a layer's constructor takes, for `inspect.signature`."""

    def __get__(self, instance, cls):
        path = getattr(cls, "_engine_path", None) or cls._path
        own = next((each for each in cls.__mro__ if "__init__" in each.__dict__), None)
        if row(path) is None or own is None or "_is_own_layer" not in own.__dict__ and "_name" not in own.__dict__ and own.__module__[:5] != "torch":
            raise AttributeError("__signature__")
        from inspect import Parameter, Signature

        required, optional = signature_of(path)
        made = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in required]
        also = {**dict.fromkeys(optional), **getattr(cls, "_also", {})}
        made += [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, default=default) for name, default in also.items() if name[:1] != "*"]
        rest = [Parameter(name.lstrip("*_"), Parameter.VAR_POSITIONAL) for name in also if name[:1] == "*"]
        return Signature(made + rest)


_SIGNATURE = _Signature()


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
            "_version": 2 if re.match(r"(Lazy)?(Batch|Instance)Norm", name) else 1,
            "__signature__": _SIGNATURE,
        }
        body |= steps.of(name)
        if _e.canReset(path):
            body["reset_parameters"] = body["_engine_reset"] = _reset_parameters
        parents = (parent,)
        if name.startswith("Lazy"):
            body["cls_to_become"] = make(name[4:])
            parents = (LazyModuleMixin, body["cls_to_become"])
        classes[name] = type(name, parents, body)
        return classes[name]

    for name in pending:
        if name not in hand_written:
            make(name)
    return classes
