import math

import torch
from torch import nn

torch.manual_seed(0)


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, dropout=0.1, max_len=50):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return self.dropout(x + self.pe[: x.size(0)])


class TransformerModel(nn.Module):
    def __init__(self, ntoken, d_model, nhead, d_hid, nlayers, dropout=0.0):
        super().__init__()
        self.model_type = "Transformer"
        self.pos_encoder = PositionalEncoding(d_model, dropout)
        layers = nn.TransformerEncoderLayer(d_model, nhead, d_hid, dropout)
        self.transformer_encoder = nn.TransformerEncoder(layers, nlayers, enable_nested_tensor=False)
        self.embedding = nn.Embedding(ntoken, d_model)
        self.d_model = d_model
        self.linear = nn.Linear(d_model, ntoken)
        self.init_weights()

    def init_weights(self):
        initrange = 0.1
        self.embedding.weight.data.uniform_(-initrange, initrange)
        self.linear.bias.data.zero_()
        self.linear.weight.data.uniform_(-initrange, initrange)

    def forward(self, src, src_mask=None):
        src = self.pos_encoder(self.embedding(src) * math.sqrt(self.d_model))
        if src_mask is None:
            src_mask = nn.Transformer.generate_square_subsequent_mask(len(src))
        return self.linear(self.transformer_encoder(src, src_mask))


model = TransformerModel(12, 8, 2, 16, 2)
print(model)
data = torch.randint(12, (6, 3))
out = model(data)
print(out.shape, out[0, 0])
loss = nn.CrossEntropyLoss()(out.view(-1, 12), data.view(-1))
loss.backward()
print(loss, sum(p.grad.abs().sum() for p in model.parameters() if p.grad is not None) > 0)
print(nn.Transformer.generate_square_subsequent_mask(3))
decoder = nn.TransformerDecoderLayer(8, 2, 16, 0.0, batch_first=True, norm_first=True, activation="gelu")
print(decoder(torch.randn(2, 3, 8), torch.randn(2, 4, 8)).shape)
whole = nn.Transformer(8, 2, 1, 1, 16, 0.0, batch_first=True)
print(whole(torch.randn(2, 4, 8), torch.randn(2, 3, 8)).shape, sum(p.numel() for p in whole.parameters()))
model.eval()
with torch.no_grad():
    print(model(data)[1, 1, :4])
