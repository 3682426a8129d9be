import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence, pack_sequence, PackedSequence, unpad_sequence
torch.manual_seed(0)
r4 = lambda t: [round(v, 4) for v in t.flatten().tolist()][:8]
for cls in (nn.RNN, nn.GRU, nn.LSTM):
    for kw in (dict(), dict(num_layers=2, bidirectional=True), dict(batch_first=True)):
        m = cls(3, 4, **kw); x = torch.randn(5, 2, 3); o, h = m(x); print(cls.__name__, o.shape, [t.shape for t in h] if isinstance(h, tuple) else h.shape, r4(o)); print(type(h).__name__, [n for n, _ in m.named_parameters()])
    o, h = cls(3, 4)(torch.randn(5, 3)); print(o.shape)
m = nn.LSTM(3, 4, proj_size=2); o, (h, c) = m(torch.randn(5, 2, 3)); print(o.shape, h.shape, c.shape)
seqs = [torch.randn(n, 3) for n in (4, 2, 3)]; p = pad_sequence(seqs, batch_first=True, padding_value=-1.); print(p.shape, p[1, 2]); print(pad_sequence(seqs).shape, pad_sequence(seqs, padding_side="left").shape)
pk = pack_padded_sequence(p, torch.tensor([4, 2, 3]), batch_first=True, enforce_sorted=False); print(type(pk).__name__, pk.batch_sizes, pk.sorted_indices, pk.unsorted_indices, pk.data.shape)
g = nn.GRU(3, 4, batch_first=True); o, h = g(pk); u, l = pad_packed_sequence(o, batch_first=True); print(u.shape, l, h.shape, isinstance(o, PackedSequence), pad_packed_sequence(o, batch_first=True, total_length=6)[0].shape)
ps = pack_sequence(seqs, enforce_sorted=False); print(ps.batch_sizes, len(ps)); print([t.shape for t in unpad_sequence(p, torch.tensor([4, 2, 3]), batch_first=True)])
print(pack_sequence([torch.tensor([1, 2]), torch.tensor([3])]))
try: pack_padded_sequence(p, [2, 4, 3], batch_first=True)
except Exception as e: print(type(e).__name__, e)
try: pack_padded_sequence(p, [4, 0, 3], batch_first=True, enforce_sorted=False)
except Exception as e: print(type(e).__name__, e)
cell = nn.LSTMCell(3, 4); h = c = torch.zeros(2, 4)
for t in torch.randn(3, 2, 3): h, c = cell(t, (h, c))
print(h.shape, r4(h)); print(nn.GRUCell(3, 4)(torch.ones(2, 3)).shape, nn.RNNCell(3, 4)(torch.ones(3)).shape)
class CharRNN(nn.Module):
    def __init__(self, v, e=8, h=16, n=2):
        super().__init__(); self.emb = nn.Embedding(v, e); self.rnn = nn.LSTM(e, h, n, batch_first=True, dropout=0.); self.out = nn.Linear(h, v)
    def forward(self, x, state=None): y, state = self.rnn(self.emb(x), state); return self.out(y), state
    def init_state(self, b): return tuple(torch.zeros(self.rnn.num_layers, b, self.rnn.hidden_size) for _ in range(2))
text = "hello world hello torch "; vocab = sorted(set(text)); stoi = {c: i for i, c in enumerate(vocab)}; ids = torch.tensor([stoi[c] for c in text])
m = CharRNN(len(vocab)); opt = torch.optim.Adam(m.parameters(), 0.05); X, Y = ids[:-1].view(1, -1), ids[1:].view(1, -1); st = m.init_state(1)
for i in range(30):
    lo, st = m(X, st); loss = nn.functional.cross_entropy(lo.transpose(1, 2), Y); opt.zero_grad(); loss.backward(); nn.utils.clip_grad_value_(m.parameters(), 0.5); opt.step(); st = tuple(s.detach() for s in st)
    if i % 10 == 0: print(i, round(loss.item(), 3))
print(m, [p.shape for p in m.rnn.parameters()][:4], m.rnn.all_weights[0][0].shape, m.rnn.weight_ih_l0.shape, m.rnn.bidirectional)
m.rnn.flatten_parameters()
for n, p in m.rnn.named_parameters():
    if "bias" in n: nn.init.constant_(p, 0); p.data[p.size(0) // 4 : p.size(0) // 2].fill_(1)
print(m.rnn.bias_ih_l0)
