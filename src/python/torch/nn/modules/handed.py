"""What a layer's forward hands to one of PyTorch's functions, held against what that takes: the layer itself takes anything, and the call refuses it."""
import re
from functools import lru_cache

from ..._arguments import _check_items, _fits, _table, Refused, _wrong_item, refused, signatures

# Functions that are not called as the layer is; methods of tensors are among them.
_OTHERS = [
    ("torch feature_dropout", r"Dropout\dd"),
    ("nn im2col", r"Unfold"),
    ("Tensor softmax", r"Softm(ax|in)"),
    ("Tensor log_softmax", r"LogSoftmax"),
    ("Tensor flatten", r"Flatten"),
    *((f"torch {name}", pattern) for name, pattern in (("batch_norm", r"BatchNorm\dd|SyncBatchNorm"), ("instance_norm", r"InstanceNorm\dd"), ("kl_div", r"KLDivLoss"))),
    ("nn pad", r"(Zero|Constant|Circular)Pad\dd"),
    *((f"{'torch' if count == 1 else 'nn'} avg_pool{count}d", f"LPPool{count}d") for count in (1, 2, 3)),
]
# What the function calls otherwise than the layer.
_NAMED = {"pad": "padding"}
# Handed to one of several overloads with all that they take.
_OVERLOADED = re.compile(r"Conv.*|CTCLoss")
# What the layer hands on as something else than it was given, or asks the truth of.
_CHANGED = frozenset("input weight bias reduction normalized_shape padding_idx include_last_offset".split())
# None of which stands for something.
_NONE_TAKEN = frozenset(("momentum",))
# What a constructor works with already.
_USED_BEFORE = frozenset("groups num_groups num_channels p normalized_shape padding_idx num_embeddings embedding_dim num_features".split())


@lru_cache(None)
def _function(layer):
    """The signatures of the function that a layer of that name is handed to; none where it is not known which of several."""
    other = next((name for name, pattern in _OTHERS if re.fullmatch(pattern, layer)), None)
    name = other or _by_letters().get(layer.lower())
    known = signatures(*name.split(" ")) if name else ()
    if layer == "EmbeddingBag":
        # The other takes less than the layer gives.
        known = known[:1]
    return (name.split(" ")[0], known) if len(known) == 1 or _OVERLOADED.fullmatch(layer) else ("", ())


@lru_cache(None)
def _by_letters():
    found = {}
    for name in _table():
        place, _, function = name.partition(" ")
        if place in ("nn", "torch") and not function.endswith("_"):
            found.setdefault(function.replace("_", ""), name)
    return found


def _as_handed(layer, parameter, value):
    """A number where PyTorch's layer or its function makes a tuple of it, and sizes where None stands for the input's."""
    if layer.startswith("Adaptive") and isinstance(value, (tuple, list)):
        return type(value)(1 if each is None else each for each in value)
    count = 2 * int(layer[-2]) if parameter.name == "pad" else parameter.size
    if not count or not (layer.startswith("Conv") or layer == "Unfold" or parameter.name == "pad"):
        return value
    if isinstance(value, str) and parameter.name == "padding":
        return value
    if hasattr(type(value), "__iter__") and not hasattr(value, "requires_grad"):
        return tuple(value)
    return (value,) * count


def _is_taken(layer, parameter, value):
    # A dim is chosen, with a warning.
    if value is None and (parameter.name in _NONE_TAKEN or parameter.name == "dim" and "soft" in layer.lower() or parameter.allows_none or parameter.is_optional and parameter.default == "None"):
        return True
    try:
        if not _fits(parameter, value, 0, []):
            return False
        _check_items("", parameter, value)
        return True
    except Refused:
        return False


def not_taken(layer, given):
    """Of the arguments of a layer's constructor, by name, those that its call will be refused for, as they are handed on."""
    found = {}
    for parameter in {each.name: each for signature in reversed(_function(layer)[1]) for each in signature.parameters}.values():
        name = _NAMED.get(parameter.name, parameter.name)
        if name in given and name not in _CHANGED and (name != "mode" or parameter.kind == "c10::string_view"):
            value = given[name]
            if isinstance(value, str) and parameter.name == "padding" and layer.startswith("Conv"):
                continue
            value = _as_handed(layer, parameter, value)
            if not _is_taken(layer, parameter, value):
                found[name] = value
    return found


def in_place_of(layer, names):
    """Values to make the layer with, where those given cannot be; None where its constructor is to say so."""
    if _USED_BEFORE & {*names}:
        return None
    known = {_NAMED.get(each.name, each.name): each for each in _function(layer)[1][0].parameters}
    return {name: False if known[name].kind == "bool" else "none" if known[name].kind == "c10::string_view" else 1 for name in names}


def refusal(module, layer, inputs):
    """PyTorch's error for a call of a layer with such values; None where they have been replaced since."""
    held = module.__dict__["_floats"] or {}
    wrong = not_taken(layer, {name: held[name] for name in module.__dict__["_not_taken"] if name in held})
    if not wrong:
        return None
    place, known = _function(layer)
    signature = known[0]
    if len(known) > 1:
        values = []
        for each in signature.parameters:
            at = len(values)
            own = inputs[at] if at < len(inputs) else 1 if each.name == "reduction" else getattr(module, each.name, None)
            values.append(wrong.get(each.name, _as_handed(layer, each, own)))
        return refused(place, signature.name, tuple(values), {})
    for at, each in enumerate(signature.parameters):
        name = _NAMED.get(each.name, each.name)
        if name in wrong:
            return _wrong_item(signature, each, wrong[name], None if each.is_keyword or name == "ceil_mode" and layer.startswith("LPPool") else at)
    return None
