"""The methods in which layers do their work, overridden by subclasses; and what layers hold of themselves."""
import torch
from torch import nn

torch.manual_seed(0)


class StandardizedConv2d(nn.Conv2d):
    def _conv_forward(self, input, weight, bias):
        return super()._conv_forward(input, weight - weight.mean(dim=(1, 2, 3), keepdim=True), bias)


class Doubled(nn.Conv2d):
    def forward(self, x):
        return self._conv_forward(x, self.weight * 2, self.bias)


class Half(nn.TransformerEncoderLayer):
    def _ff_block(self, x):
        return x * 0

    def _sa_block(self, x, attn_mask, key_padding_mask, is_causal=False):
        return super()._sa_block(x, attn_mask, key_padding_mask, is_causal) * 2


class Crossed(nn.TransformerDecoderLayer):
    def _mha_block(self, x, mem, *rest):
        print("from", tuple(mem.shape))
        return super()._mha_block(x, mem, *rest) + 1


class Told(nn.BatchNorm1d):
    def _check_input_dim(self, input):
        print("given", tuple(input.shape))
        super()._check_input_dim(input)


image = torch.rand(1, 2, 4, 4)
for layer in (StandardizedConv2d(2, 3, 3, padding=1), StandardizedConv2d(2, 2, 3, padding=1, padding_mode="circular", groups=2), Doubled(2, 1, 2, padding_mode="reflect", padding=1)):
    print(layer, layer(image), f"{nn.Sequential(nn.ReLU(), layer)(image + 1).abs().sum():.3f}")
    (layer(image) ** 2).sum().backward()
    print(f"{layer.weight.grad.abs().sum():.4f}")
words = torch.ones(3, 2, 4).cumsum(2)
for first in (False, True):
    layer = Half(4, 2, 8, dropout=0.0, norm_first=first)
    print(layer(words), nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)(words).shape)
    layer = Crossed(4, 2, 8, dropout=0.0, norm_first=first)
    print(layer(words, words[:2], tgt_mask=nn.Transformer.generate_square_subsequent_mask(3)))


class Named(nn.TransformerEncoderLayer):
    def forward(self, src, **masks):
        print(sorted(masks))
        return super().forward(src, **masks)


class Shifted(nn.TransformerDecoderLayer):
    def forward(self, tgt, memory, tgt_mask=None, memory_mask=None, tgt_key_padding_mask=None, memory_key_padding_mask=None, tgt_is_causal=False, memory_is_causal=False):
        return super().forward(tgt, memory, tgt_mask=tgt_mask) + 1


mask = nn.Transformer.generate_square_subsequent_mask(3)
encoder = nn.TransformerEncoder(Named(4, 2, 8, dropout=0.0), 2, enable_nested_tensor=False)
decoder = nn.TransformerDecoder(Shifted(4, 2, 8, dropout=0.0), 2, nn.LayerNorm(4))
print(encoder(words, mask=mask), decoder(words, words[:2], mask), [type(each).__name__ for each in [*encoder.layers, *decoder.layers]], encoder.layers[0].linear1.weight is encoder.layers[1].linear1.weight)
layer = Told(4)
print(layer(words[0]).shape, layer(words[0][:, :, None]).shape)
for each in (nn.MultiheadAttention(4, 2), nn.Transformer(4, 2, 1, 1, 8, batch_first=True)):
    each._reset_parameters()

for layer in (nn.LSTM(2, 3, 2, bidirectional=True), nn.GRU(2, 3, bias=False), nn.RNN(2, 3, nonlinearity="relu"), nn.LSTM(2, 4, proj_size=2)):
    print(layer.mode, layer._flat_weights_names, layer._all_weights, len(layer._flat_weights), layer._flat_weights[0] is layer.weight_ih_l0, layer.dropout)
    for name in layer._flat_weights_names:
        if "weight" in name:
            nn.init.xavier_uniform_(layer._parameters[name])
print(nn.Conv2d(1, 1, (3, 4), padding="same")._reversed_padding_repeated_twice, nn.Conv1d(1, 1, 3, padding=2)._reversed_padding_repeated_twice)
print(nn.MultiheadAttention(4, 2, kdim=3)._qkv_same_embed_dim, nn.Upsample(2).name)
print(nn.ELU().alpha, nn.ELU(2).alpha, nn.Hardtanh().max_val, nn.TripletMarginLoss().margin, nn.TripletMarginLoss(1).margin, nn.MultiMarginLoss().p, nn.PairwiseDistance().norm, nn.Embedding(2, 3).norm_type)
layer = nn.CELU()
layer.alpha = 2
print(layer.alpha, layer)
