import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)
mha = nn.MultiheadAttention(8, 2, batch_first=True)
x = torch.randn(2, 4, 8)
out, w = mha(x, x, x)
print(out.shape, w.shape, torch.allclose(w.sum(-1), torch.ones(2, 4)))
out, w = mha(x, x, x, need_weights=False)
print(w)
mask = torch.triu(torch.ones(4, 4, dtype=torch.bool), diagonal=1)
out, w = mha(x, x, x, attn_mask=mask)
print((w[0].triu(1) == 0).all())
layer = nn.TransformerEncoderLayer(d_model=8, nhead=2, dim_feedforward=16, dropout=0.0, batch_first=True)
enc = nn.TransformerEncoder(layer, num_layers=2)
print(enc(x).shape, len(enc.layers), enc.layers[0].linear1.out_features)
pad = torch.zeros(2, 4, dtype=torch.bool); pad[0, 3] = True
print(enc(x, src_key_padding_mask=pad).shape)
dec = nn.TransformerDecoder(nn.TransformerDecoderLayer(8, 2, 16, batch_first=True), 1)
print(dec(x, x, tgt_mask=nn.Transformer.generate_square_subsequent_mask(4)).shape)
t = nn.Transformer(d_model=8, nhead=2, num_encoder_layers=1, num_decoder_layers=1, dim_feedforward=16)
print(t(torch.randn(3, 2, 8), torch.randn(4, 2, 8)).shape)
print(F.scaled_dot_product_attention(x, x, x, is_causal=True).shape)
print(sum(p.numel() for p in enc.parameters()))
q = nn.Parameter(torch.randn(3, 8))
print(F.multi_head_attention_forward.__name__, (q @ q.T).softmax(-1).sum().item())
seen = []
enc.layers[1].register_forward_hook(lambda m, i, o: seen.append(tuple(o.shape)))
enc(x)
print(seen)
print(enc)
