"""Attention written out and PyTorch's own, with masks of every kind, caches and rotary positions."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import Tensor


def rotate(x: Tensor, base: float = 100.0) -> Tensor:
    *_, t, d = x.shape
    freq = base ** (-torch.arange(0, d, 2).float() / d)
    angle = torch.outer(torch.arange(t).float(), freq)
    cos, sin = angle.cos().repeat_interleave(2, -1), angle.sin().repeat_interleave(2, -1)
    turned = torch.stack((-x[..., 1::2], x[..., ::2]), -1).flatten(-2)
    return x * cos + turned * sin


class CausalSelfAttention(nn.Module):
    def __init__(self, dim, heads, rotary=True):
        super().__init__()
        assert dim % heads == 0, f"{dim} is not a multiple of {heads}"
        self.heads, self.rotary = heads, rotary
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.out = nn.Linear(dim, dim, bias=False)
        self.register_buffer("mask", torch.ones(16, 16, dtype=torch.bool).tril(), persistent=False)

    def forward(self, x, padding=None, fast=False):
        b, t, c = x.size()
        q, k, v = (z.view(b, t, self.heads, c // self.heads).transpose(1, 2) for z in self.qkv(x).split(c, dim=2))
        if self.rotary:
            q, k = rotate(q), rotate(k)
        allowed = self.mask[:t, :t][None, None]
        if padding is not None:
            allowed = allowed & ~padding[:, None, None, :]
        if fast:
            y = F.scaled_dot_product_attention(q, k, v, attn_mask=allowed)
        else:
            scores = (q @ k.transpose(-2, -1)) / math.sqrt(k.size(-1))
            y = scores.masked_fill(~allowed, float("-inf")).softmax(-1).nan_to_num(0.0) @ v
        return self.out(y.transpose(1, 2).contiguous().view(b, t, c))


torch.manual_seed(1)
attention = CausalSelfAttention(8, 2)
x = torch.randn(2, 5, 8)
padding = torch.tensor([[False] * 5, [False, False, False, True, True]])
slow, fast = attention(x, padding), attention(x, padding, fast=True)
print(slow.shape, torch.allclose(slow, fast, atol=1e-6), slow[1, 0])
print(list(attention.state_dict()), attention.mask.shape, sum(p.numel() for p in attention.parameters()))
print(torch.allclose(attention(x[:, :3]), attention(x)[:, :3], atol=1e-6))
try:
    CausalSelfAttention(7, 2)
except AssertionError as error:
    print(error)

mha = nn.MultiheadAttention(8, 2, batch_first=True)
y, w = mha(x, x, x, key_padding_mask=padding)
print(y.shape, w.shape, w[1].sum(-1), w[1, 0])
y, w = mha(x, x, x, attn_mask=nn.Transformer.generate_square_subsequent_mask(5), need_weights=True, average_attn_weights=False)
print(w.shape, w[0, 0])
y, w = mha(x, x, x, attn_mask=torch.ones(5, 5).triu(1).bool(), is_causal=True, need_weights=False)
print(y[0, 0], w)
cross, _ = mha(x[:, :2], x, x)
print(cross.shape, mha)
for bad in (lambda: mha(x, x, x, key_padding_mask=padding[:, :3]), lambda: mha(x, x, x, attn_mask=torch.zeros(3, 3)), lambda: mha(x[..., :4], x, x), lambda: nn.MultiheadAttention(8, 3)):
    try:
        bad()
    except Exception as error:
        print(type(error).__name__, error)

q, k, v = (torch.randn(1, 2, 3, 4) for _ in range(3))
print(F.scaled_dot_product_attention(q, k, v, is_causal=True)[0, 0])
print(F.scaled_dot_product_attention(q, k, v, attn_mask=torch.zeros(3, 3).masked_fill(torch.eye(3).bool(), float("-inf")), scale=1.0)[0, 1])
print(F.scaled_dot_product_attention(torch.randn(1, 4, 3, 4), k, v, enable_gqa=True).shape)

encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, batch_first=True, norm_first=True, activation="gelu"), 2, norm=nn.LayerNorm(8), enable_nested_tensor=False)
decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, 0.0, batch_first=True), 1)
memory = encoder(x, src_key_padding_mask=padding)
target = torch.randn(2, 4, 8)
causal = nn.Transformer.generate_square_subsequent_mask(4)
out = decoder(target, memory, tgt_mask=causal, tgt_is_causal=True, memory_key_padding_mask=padding)
print(memory.std().item().__round__(5), out.shape, causal)
out.pow(2).mean().backward()
print({n: round(p.grad.norm().item(), 4) for n, p in encoder.layers[0].named_parameters() if p.grad is not None})
print(encoder.layers[1].self_attn)

# A cache, one step at a time
cache_k = cache_v = None
outputs = []
for t in range(3):
    q, k, v = attention.qkv(x[:1, t : t + 1]).chunk(3, -1)
    cache_k = k if cache_k is None else torch.cat((cache_k, k), 1)
    cache_v = v if cache_v is None else torch.cat((cache_v, v), 1)
    outputs.append(F.scaled_dot_product_attention(q, cache_k, cache_v))
print(torch.cat(outputs, 1).shape, cache_k.shape)
print(torch.einsum("bhqd,bhkd->bhqk", torch.ones(1, 1, 2, 3), torch.ones(1, 1, 2, 3)))
bias = -torch.arange(4).float().view(1, -1).sub(torch.arange(4).float().view(-1, 1)).abs()
print(bias, (bias[None] * torch.tensor([0.5, 0.25]).view(2, 1, 1))[1])
