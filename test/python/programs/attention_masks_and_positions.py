import torch, math
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
r = lambda t: [round(v, 4) for v in t.flatten().tolist()][:6]
m = nn.MultiheadAttention(8, 2, batch_first=True); x = torch.randn(2, 5, 8); o, w = m(x, x, x); print(o.shape, w.shape, r(o), r(w)); print(m(x, x, x, need_weights=False)[1], m(x, x, x, average_attn_weights=False)[1].shape)
mask = torch.triu(torch.ones(5, 5, dtype=torch.bool), 1); o, w = m(x, x, x, attn_mask=mask); print(w[0].triu(1).sum(), r(o)); kp = torch.tensor([[False] * 5, [False, False, True, True, True]]); o, w = m(x, x, x, key_padding_mask=kp); print(w[1, 0])
print(nn.Transformer.generate_square_subsequent_mask(3)); print([n for n, _ in m.named_parameters()], m.in_proj_weight.shape, m.out_proj, nn.MultiheadAttention(4, 2, kdim=3, vdim=5).k_proj_weight.shape, m.head_dim, m.num_heads, m.embed_dim)
enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 16, dropout=0., activation="gelu", batch_first=True, norm_first=True), 2, norm=nn.LayerNorm(8)); print(r(enc(x)), enc.num_layers, len(list(enc.parameters()))); print(r(enc(x, mask=mask, is_causal=True)), r(enc(x, src_key_padding_mask=kp))[:3])
dec = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, dropout=0., batch_first=True), 1); print(r(dec(x, x, tgt_mask=nn.Transformer.generate_square_subsequent_mask(5))))
t = nn.Transformer(8, 2, 1, 1, 16, dropout=0., batch_first=True); print(t(x, x).shape); print(t)
print(r(F.scaled_dot_product_attention(x, x, x)), r(F.scaled_dot_product_attention(x, x, x, attn_mask=~mask)), r(F.scaled_dot_product_attention(x, x, x, is_causal=True, scale=0.1)))
class PE(nn.Module):
    def __init__(self, d, n=50):
        super().__init__(); pos = torch.arange(n).unsqueeze(1); div = torch.exp(torch.arange(0, d, 2) * (-math.log(10000.0) / d)); pe = torch.zeros(n, d); pe[:, 0::2] = torch.sin(pos * div); pe[:, 1::2] = torch.cos(pos * div); self.register_buffer("pe", pe.unsqueeze(0))
    def forward(self, x): return x + self.pe[:, : x.size(1)]
p = PE(8); print(p.pe[0, 1], r(p(x)), p.state_dict().keys())
def rope(x):
    T, D = x.shape[-2:]; f = 1.0 / (10000 ** (torch.arange(0, D, 2).float() / D)); a = torch.outer(torch.arange(T).float(), f); c, s = a.cos(), a.sin(); x1, x2 = x[..., ::2], x[..., 1::2]; return torch.stack([x1 * c - x2 * s, x1 * s + x2 * c], -1).flatten(-2)
print(r(rope(x)))
def alibi(h, n): sl = torch.tensor([2 ** (-8 * (i + 1) / h) for i in range(h)]); return -(torch.arange(n)[None] - torch.arange(n)[:, None]).abs()[None] * sl[:, None, None]
print(alibi(2, 3)); q = torch.einsum("bqd,bkd->bqk", x, x); print(q.shape, torch.einsum("...ij->...ji", q).shape, torch.einsum("ii", q[0]).shape, torch.einsum("bij,bjk,bkl->il", q, q, q).shape)
def e(f):
    try: print(f())
    except Exception as x: print(type(x).__name__, str(x)[:300])
e(lambda: m(x, x)); e(lambda: m(torch.ones(2, 5, 7), x, x)); e(lambda: m(x, x, x, attn_mask=torch.ones(3, 3))); e(lambda: m(x, x, x, key_padding_mask=torch.ones(3, 3))); e(lambda: m(x, x, x, foo=1)); e(lambda: enc(torch.ones(2, 5, 9))); e(lambda: nn.TransformerEncoderLayer(8, 3)); e(lambda: nn.TransformerEncoderLayer(8, 2, activation="x")); e(lambda: F.scaled_dot_product_attention(x, x[:1], x)); e(lambda: t(x, torch.ones(3, 5, 8))); e(lambda: t(torch.ones(2, 5, 4), x))
