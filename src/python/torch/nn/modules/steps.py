"""The methods in which PyTorch's layers do their work and which subclasses override: where one does, the layer's forward goes through them; and what else PyTorch's layers hold of themselves."""
import re

from .module import _peer_value


class Field:
    """One that follows from others until something is assigned to it."""

    def __init__(self, name, get):
        self.name, self.get = name, get

    def __get__(self, module, cls):
        if module is None or "_engine_id" not in module.__dict__:
            raise AttributeError(f"type object '{cls.__name__}' has no attribute '{self.name}'")
        return self.get(module)


# ---- convolutions


def _conv_forward(self, input, weight, bias):
    from .. import functional as F

    function = getattr(F, f"conv{weight.dim() - 2}d")
    if self.padding_mode != "zeros":
        padded = F.pad(input, self._reversed_padding_repeated_twice, mode=self.padding_mode)
        return function(padded, weight, bias, self.stride, 0, self.dilation, self.groups)
    return function(input, weight, bias, self.stride, self.padding, self.dilation, self.groups)


def _conv(self, input):
    return self._conv_forward(input, self.weight, self.bias)


def _reversed_padding(self):
    if not isinstance(self.padding, str):
        return tuple(each for each in reversed(self.padding) for _ in range(2))
    totals = [dilation * (kernel - 1) if self.padding == "same" else 0 for dilation, kernel in zip(self.dilation, self.kernel_size)]
    return [each for total in reversed(totals) for each in (total // 2, total - total // 2)]


# ---- layers of transformers


def _sa_block(self, x, attn_mask, key_padding_mask, is_causal=False):
    return self.dropout1(self.self_attn(x, x, x, attn_mask=attn_mask, key_padding_mask=key_padding_mask, is_causal=is_causal, need_weights=False)[0])


def _mha_block(self, x, mem, attn_mask, key_padding_mask, is_causal=False):
    return self.dropout2(self.multihead_attn(x, mem, mem, attn_mask=attn_mask, key_padding_mask=key_padding_mask, is_causal=is_causal, need_weights=False)[0])


def _ff_block(self, x):
    last = self.dropout3 if "dropout3" in self._modules else self.dropout2
    return last(self.linear2(self.dropout(self.activation(self.linear1(x)))))


def _encoder_layer(self, src, src_mask=None, src_key_padding_mask=None, is_causal=False):
    if self.norm_first:
        x = src + self._sa_block(self.norm1(src), src_mask, src_key_padding_mask, is_causal=is_causal)
        return x + self._ff_block(self.norm2(x))
    x = self.norm1(src + self._sa_block(src, src_mask, src_key_padding_mask, is_causal=is_causal))
    return self.norm2(x + self._ff_block(x))


def _decoder_layer(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False):
    own = tgt_mask, tgt_key_padding_mask, tgt_is_causal
    other = memory, memory_mask, memory_key_padding_mask, memory_is_causal
    if self.norm_first:
        x = tgt + self._sa_block(self.norm1(tgt), *own)
        x = x + self._mha_block(self.norm2(x), *other)
        return x + self._ff_block(self.norm3(x))
    x = self.norm1(tgt + self._sa_block(tgt, *own))
    x = self.norm2(x + self._mha_block(x, *other))
    return self.norm3(x + self._ff_block(x))


def _again(self):
    self.reset_parameters()


# ---- normalizations


def _check_input_dim(self, input):
    """The engine's forward looks at the dimensions itself."""


def _norm(self, input):
    self._check_input_dim(input)
    layer = next(each for each in type(self).__mro__ if "_is_own_layer" in each.__dict__)
    return layer.forward(self, input)


# ---- recurrent layers


def _all_weights(self):
    kinds = [f"{kind}_{of}" for kind in (("weight", "bias") if self.bias else ("weight",)) for of in ("ih", "hh")] + ["weight_hr"] * (self.proj_size > 0)
    ends = ("", "_reverse") if self.bidirectional else ("",)
    return [[f"{kind}_l{layer}{end}" for kind in kinds] for layer in range(self.num_layers) for end in ends]


def _mode(self):
    mode = _peer_value(self, "mode")
    return f"RNN_{mode[3:].upper()}" if mode.startswith("rnn") else mode.upper()


# ---- by layer: the methods, the forward in which they are called, fields

_LAYERS = [
    (r"Conv\dd", {"_conv_forward": _conv_forward}, _conv, {}),
    (r"Conv(Transpose)?\dd", {}, None, {"_reversed_padding_repeated_twice": _reversed_padding}),
    (r"TransformerEncoderLayer", {"_sa_block": _sa_block, "_ff_block": _ff_block}, _encoder_layer, {}),
    (r"TransformerDecoderLayer", {"_sa_block": _sa_block, "_mha_block": _mha_block, "_ff_block": _ff_block}, _decoder_layer, {}),
    (
        r"RNN|LSTM|GRU",
        {},
        None,
        {
            "mode": _mode,
            "_all_weights": _all_weights,
            "_flat_weights_names": lambda self: [name for names in _all_weights(self) for name in names],
            "_flat_weights": lambda self: [getattr(self, name, None) for names in _all_weights(self) for name in names],
        },
    ),
    (r"(Batch|Instance)Norm\dd", {"_check_input_dim": _check_input_dim}, _norm, {}),
    (r"MultiheadAttention|Transformer", {"_reset_parameters": _again}, None, {}),
    (r"MultiheadAttention", {}, None, {"_qkv_same_embed_dim": lambda self: self.kdim == self.embed_dim and self.vdim == self.embed_dim}),
    (r"Upsampl\w+", {}, None, {"name": lambda self: type(self).__name__}),
]


def of(layer):
    """What a layer's class has beside its constructor and forward."""
    body = {}
    for pattern, steps, forward, fields in _LAYERS:
        if re.fullmatch(pattern, layer):
            body |= steps | {name: Field(name, get) for name, get in fields.items()}
            if forward:
                body |= {"_steps": steps, "_forward_in_steps": forward}
    return body
