import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence, pack_padded_sequence, pad_packed_sequence

torch.manual_seed(0)
lstm = nn.LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=True)
x = torch.randn(2, 5, 3)
out, (h, c) = lstm(x)
print(out.shape, h.shape, c.shape, f"{out.sum().item():.4f}")
gru = nn.GRU(3, 4)
out, h = gru(torch.randn(5, 2, 3), torch.zeros(1, 2, 4))
print(out.shape, h.shape)
rnn = nn.RNN(3, 4, nonlinearity="relu")
print(rnn(torch.randn(5, 3))[0].shape, rnn)
cell = nn.LSTMCell(3, 4)
h, c = cell(torch.randn(2, 3))
h, c = cell(torch.randn(2, 3), (h, c))
print(h.shape, c.shape, cell)
seqs = [torch.ones(3, 3), torch.ones(1, 3), torch.ones(2, 3)]
padded = pad_sequence(seqs, batch_first=True)
print(padded.shape, padded[1])
packed = pack_padded_sequence(padded, torch.tensor([3, 1, 2]), batch_first=True, enforce_sorted=False)
print(packed.data.shape, packed.batch_sizes)
o, _ = nn.LSTM(3, 2, batch_first=True)(packed)
u, lengths = pad_packed_sequence(o, batch_first=True)
print(u.shape, lengths)

class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(10, 4)
        self.rnn = nn.GRU(4, 6)
    def forward(self, src):
        return self.rnn(self.emb(src))

class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(10, 4)
        self.rnn = nn.GRU(4 + 6, 6)
        self.out = nn.Linear(6, 10)
    def forward(self, tok, h):
        ctx = h[-1].unsqueeze(0).expand(tok.size(0), -1, -1)
        o, h = self.rnn(torch.cat((self.emb(tok), ctx), dim=2), h)
        return self.out(o), h

enc, dec = Encoder(), Decoder()
src = torch.randint(0, 10, (5, 2))
_, h = enc(src)
tok = torch.zeros(1, 2, dtype=torch.long)
for _ in range(3):
    logits, h = dec(tok, h)
    tok = logits.argmax(dim=-1)
print(tok.shape, logits.shape)
for name, p in lstm.named_parameters():
    print(name, tuple(p.shape))
