import math

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(1)
mha = nn.MultiheadAttention(8, 2, batch_first=True)
print(mha)
x = torch.randn(2, 5, 8)
out, weights = mha(x, x, x)
print(out.shape, weights.shape, weights.sum(-1))
out, none = mha(x, x, x, need_weights=False)
print(none, out[0, 0])
mask = torch.triu(torch.ones(5, 5, dtype=torch.bool), diagonal=1)
out, weights = mha(x, x, x, attn_mask=mask, average_attn_weights=False)
print(weights[0, 1])
padding = torch.tensor([[False, False, False, True, True], [False] * 5])
out, weights = mha(x, x, x, key_padding_mask=padding)
print(weights[0])
for name, parameter in mha.named_parameters():
    print(name, tuple(parameter.shape))


class CausalSelfAttention(nn.Module):
    def __init__(self, width, heads, block=16, dropout=0.0):
        super().__init__()
        assert width % heads == 0
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.project = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)
        self.register_buffer("mask", torch.tril(torch.ones(block, block)).view(1, 1, block, block))

    def forward(self, x):
        b, t, c = x.size()
        q, k, v = self.qkv(x).split(c, dim=2)
        q, k, v = (each.view(b, t, self.heads, c // self.heads).transpose(1, 2) for each in (q, k, v))
        scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        scores = scores.masked_fill(self.mask[:, :, :t, :t] == 0, float("-inf"))
        scores = self.dropout(F.softmax(scores, dim=-1))
        y = scores @ v
        return self.project(y.transpose(1, 2).contiguous().view(b, t, c))


attention = CausalSelfAttention(8, 4)
y = attention(x)
print(y.shape, y[1, 2])
print([name for name, _ in attention.named_buffers()], attention.mask.dtype)
q, k, v = (torch.randn(2, 4, 3, 6) for _ in range(3))
print(F.scaled_dot_product_attention(q, k, v)[0, 0])
print(F.scaled_dot_product_attention(q, k, v, is_causal=True)[1, 3])
scores = torch.einsum("bhid,bhjd->bhij", q, k) / 6**0.5
print(torch.einsum("bhij,bhjd->bhid", scores.softmax(-1), v)[0, 0])
