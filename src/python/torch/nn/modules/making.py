"""What the constructors of PyTorch's layers do with their arguments in Python before they make anything: what they compare, divide and iterate refuses values of other kinds by itself."""
import re
from functools import lru_cache
from numbers import Integral, Number

from ..._arguments import _is_tensor, refused, type_name


def _empty(*size):
    """As torch.empty of that size refuses what is no number; negative ones are the engine's to refuse."""
    if any(type(each) is not int for each in size):
        error = refused("torch", "empty", (size,), {})
        if error:
            raise error


def _empty_of(size):
    """As torch.empty with the argument itself as the size."""
    error = None if type(size) is int else refused("torch", "empty", (size,), {})
    if error:
        raise error


def _buffer(name, value):
    if value is not None and not _is_tensor(value):
        raise TypeError(f"cannot assign '{type_name(value)}' object to buffer '{name}' (torch Tensor or None required)")


def _tuple(value, count):
    return tuple(value) if hasattr(type(value), "__iter__") and not _is_tensor(value) else (value,) * count


def _conv(layer, in_channels, out_channels, kernel_size, groups=1, padding_mode="zeros"):
    is_transposed = "Transpose" in layer
    if is_transposed and padding_mode != "zeros":
        raise ValueError(f'Only "zeros" padding mode is supported for {layer}')
    if groups <= 0:
        raise ValueError("groups must be a positive integer")
    if in_channels % groups != 0:
        raise ValueError("in_channels must be divisible by groups")
    if out_channels % groups != 0:
        raise ValueError("out_channels must be divisible by groups")
    # Looked up in a set, in whose text nothing has its place.
    hash(padding_mode)
    valid_padding_modes = "zeros", "reflect", "replicate", "circular"
    if padding_mode not in valid_padding_modes:
        raise ValueError(f"padding_mode must be one of {{{', '.join(map(repr, valid_padding_modes))}}}, but got padding_mode='{padding_mode}'")
    sizes = (in_channels, out_channels // groups) if is_transposed else (out_channels, in_channels // groups)
    _empty(*sizes, *_tuple(kernel_size, int(layer[-2])))


def _linear(layer, in_features, out_features):
    _empty(out_features, in_features)


def _bilinear(layer, in1_features, in2_features, out_features):
    _empty(out_features, in1_features, in2_features)


def _dropout(layer, p=0.5):
    if p < 0 or p > 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")


def _rnn(layer, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0, bidirectional=False):
    float(dropout)
    if not isinstance(dropout, Number) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
        raise ValueError("dropout should be a number in range [0, 1] representing the probability of an element being zeroed")
    for name, value in (("bias", bias), ("batch_first", batch_first)):
        if not isinstance(value, bool):
            raise TypeError(f"{name} should be of type bool, got: {type(value).__name__}")
    for name, value in (("input_size", input_size), ("hidden_size", hidden_size)):
        if not isinstance(value, int):
            raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    range(num_layers)


def _cell(layer, input_size, hidden_size):
    gates = {"RNNCell": 1, "GRUCell": 3, "LSTMCell": 4}[layer]
    _empty(gates * hidden_size, input_size)
    _empty(gates * hidden_size, hidden_size)


def _attention(layer, embed_dim, num_heads):
    if embed_dim <= 0 or num_heads <= 0:
        raise ValueError(f"embed_dim and num_heads must be greater than 0, got embed_dim={embed_dim} and num_heads={num_heads} instead")
    if embed_dim // num_heads * num_heads != embed_dim:
        raise AssertionError("embed_dim must be divisible by num_heads")
    _empty(3 * embed_dim, embed_dim)


def _transformer(layer, d_model=512, nhead=8, num_encoder_layers=6, num_decoder_layers=6, dim_feedforward=2048, dropout=0.1, custom_encoder=None, custom_decoder=None):
    if custom_encoder is None or custom_decoder is None:
        _attention(layer, d_model, nhead)
        _linear(layer, d_model, dim_feedforward)
        _dropout(layer, dropout)
        for count, own in ((num_encoder_layers, custom_encoder), (num_decoder_layers, custom_decoder)):
            if own is None:
                range(count)


def _hardtanh(layer, min_val=-1.0, max_val=1.0):
    if max_val <= min_val:
        raise AssertionError(f"max_val ({max_val}) must be greater than min_val ({min_val})")


def _prelu(layer, num_parameters=1, init=0.25):
    _empty_of(num_parameters)
    error = refused("Tensor", "fill_", (_a_tensor(), init), {})
    if error:
        raise error


def _a_tensor():
    from ... import empty

    return empty(0)


def _group_norm(layer, num_groups, num_channels):
    if num_channels % num_groups != 0:
        raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
    _empty_of(num_channels)


def _features(layer, num_features, affine=True, track_running_stats=True):
    if affine or track_running_stats:
        _empty_of(num_features)


def _instance_features(layer, num_features, affine=False, track_running_stats=False):
    _features(layer, num_features, affine, track_running_stats)


def _normalized(layer, normalized_shape):
    _empty_of((normalized_shape,) if isinstance(normalized_shape, Integral) else tuple(normalized_shape))


def _embedding(layer, num_embeddings, embedding_dim, padding_idx=None):
    if padding_idx is not None and (padding_idx >= num_embeddings if padding_idx > 0 else padding_idx < 0 and padding_idx < -num_embeddings):
        raise AssertionError(f"{'P' if layer == 'Embedding' else 'p'}adding_idx must be within num_embeddings")
    _empty(num_embeddings, embedding_dim)


def _fractional(layer, kernel_size, output_size=None, output_ratio=None):
    if layer.endswith("3d"):
        sizes = kernel_size if isinstance(kernel_size, (tuple, list)) else (kernel_size,) if isinstance(kernel_size, int) else ()
        if not all(each > 0 for each in sizes):
            raise ValueError(f"kernel_size must be greater than 0, but got {kernel_size}")
    if output_size is None and output_ratio is None:
        raise ValueError(f"{layer} requires specifying either an output size, or a pooling ratio")
    if output_size is not None and output_ratio is not None:
        raise ValueError("only one of output_size and output_ratio may be specified")


def _huber(layer, delta=1.0):
    if not isinstance(delta, (float, int)):
        raise TypeError(f"delta must be a float or int, got: {type(delta)}")


def _weighted(layer, weight=None):
    _buffer("weight", weight)


_CHECKS = [
    (_conv, r"Conv(Transpose)?\dd"),
    (_linear, r"Linear"),
    (_bilinear, r"Bilinear"),
    (_dropout, r"(Alpha|FeatureAlpha)?Dropout\d?d?"),
    (_rnn, r"RNN|LSTM|GRU"),
    (_cell, r"(RNN|LSTM|GRU)Cell"),
    (_attention, r"MultiheadAttention"),
    (_transformer, r"Transformer(|EncoderLayer|DecoderLayer)"),
    (_hardtanh, r"Hardtanh"),
    (_prelu, r"PReLU"),
    (_group_norm, r"GroupNorm"),
    (_features, r"BatchNorm\dd|SyncBatchNorm"),
    (_instance_features, r"InstanceNorm\dd"),
    (_normalized, r"LayerNorm|RMSNorm"),
    (_embedding, r"Embedding(Bag)?"),
    (_fractional, r"FractionalMaxPool\dd"),
    (_huber, r"HuberLoss"),
    (_weighted, r"CrossEntropyLoss|NLLLoss2?d?|BCELoss|BCEWithLogitsLoss|MultiMarginLoss|MultiLabelSoftMarginLoss"),
]


@lru_cache(None)
def _check_of(layer):
    """The check of a layer, the names that it looks at, and those of them that have to be given."""
    check = next((each for each, pattern in _CHECKS if re.fullmatch(pattern, layer)), None)
    if check is None:
        return None, (), ()
    names = check.__code__.co_varnames[1 : check.__code__.co_argcount]
    return check, frozenset(names), names[: len(names) - len(check.__defaults__ or ())]


# What losses take by position, where the two that `reduction` has taken the place of are among them.
_OF_LOSSES = {
    "CrossEntropyLoss": "weight size_average ignore_index reduce reduction label_smoothing",
    "NLLLoss": "weight size_average ignore_index reduce reduction",
    "BCEWithLogitsLoss": "weight size_average reduce reduction pos_weight",
    "KLDivLoss": "size_average reduce reduction log_target",
    "SmoothL1Loss": "size_average reduce reduction beta",
    "PoissonNLLLoss": "log_input full size_average eps reduce reduction",
    "MultiMarginLoss": "p margin weight size_average reduce reduction",
    "TripletMarginLoss": "margin p eps swap size_average reduce reduction",
    **dict.fromkeys(("BCELoss", "MultiLabelSoftMarginLoss"), "weight size_average reduce reduction"),
    **dict.fromkeys(("HingeEmbeddingLoss", "MarginRankingLoss", "CosineEmbeddingLoss"), "margin size_average reduce reduction"),
    **dict.fromkeys(("MSELoss", "L1Loss", "SoftMarginLoss", "MultiLabelMarginLoss"), "size_average reduce reduction"),
}


def by_position(layer, args, kwargs):
    """The arguments of a loss, all by name but those that are too many; of other layers as they are."""
    names = _OF_LOSSES.get(layer, "").split()
    if len(args) > len(names) or kwargs.keys() & {*names[: len(args)]}:
        return args, kwargs
    return (), {**dict(zip(names, args)), **kwargs}


# Of which a number becomes a tuple of numbers, and the layers of whose constructors that is said.
SIZES = frozenset("kernel_size stride padding dilation output_padding output_size".split())
_MAKES_TUPLES = re.compile(r"Conv.*|AvgPool1d|FractionalMaxPool.*|(Zero|Constant|Circular|Reflection|Replication)Pad.*")


def check(layer, given):
    """Raises what PyTorch's constructor of a layer raises for arguments, by name, before it makes anything."""
    if _MAKES_TUPLES.fullmatch(layer) and any(name in SIZES and getattr(value, "ndim", None) == 0 for name, value in given.items()):
        raise TypeError("iteration over a 0-d tensor")
    own, names, needed = _check_of(layer)
    if own and all(each in given for each in needed):
        own(layer, **{name: value for name, value in given.items() if name in names})
