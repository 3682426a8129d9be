import random, torch, torch.nn as nn, torch.nn.functional as F
random.seed(0); torch.manual_seed(0)
SOS, EOS, PAD = 0, 1, 2
class Lang:
    def __init__(self, name): self.name = name; self.word2index = {}; self.index2word = {0: "SOS", 1: "EOS", 2: "PAD"}; self.n_words = 3; self.word2count = {}
    def add_sentence(self, s):
        for w in s.split(" "):
            if w not in self.word2index: self.word2index[w] = self.n_words; self.index2word[self.n_words] = w; self.n_words += 1; self.word2count[w] = 1
            else: self.word2count[w] += 1
class EncoderRNN(nn.Module):
    def __init__(self, n, h, dropout_p=0.0): super().__init__(); self.hidden_size = h; self.embedding = nn.Embedding(n, h, padding_idx=PAD); self.gru = nn.GRU(h, h, batch_first=True); self.dropout = nn.Dropout(dropout_p)
    def forward(self, input): return self.gru(self.dropout(self.embedding(input)))
class BahdanauAttention(nn.Module):
    def __init__(self, h): super().__init__(); self.Wa, self.Ua, self.Va = nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, 1)
    def forward(self, query, keys):
        scores = self.Va(torch.tanh(self.Wa(query) + self.Ua(keys))).squeeze(2).unsqueeze(1); w = F.softmax(scores, dim=-1); return torch.bmm(w, keys), w
class AttnDecoderRNN(nn.Module):
    def __init__(self, h, n, max_len=5): super().__init__(); self.embedding = nn.Embedding(n, h); self.attention = BahdanauAttention(h); self.gru = nn.GRU(2 * h, h, batch_first=True); self.out = nn.Linear(h, n); self.max_len = max_len
    def forward(self, enc, hidden, target=None):
        inp = torch.empty(enc.size(0), 1, dtype=torch.long).fill_(SOS); outs, atts = [], []
        for i in range(self.max_len):
            o, hidden, a = self.step(inp, hidden, enc); outs.append(o); atts.append(a)
            inp = target[:, i].unsqueeze(1) if target is not None else o.topk(1)[1].squeeze(-1).detach()
        return F.log_softmax(torch.cat(outs, dim=1), dim=-1), hidden, torch.cat(atts, dim=1)
    def step(self, inp, hidden, enc):
        e = self.embedding(inp); ctx, w = self.attention(hidden.permute(1, 0, 2), enc); o, hidden = self.gru(torch.cat((e, ctx), dim=2), hidden); return self.out(o), hidden, w
pairs = [("je suis la", "i am here"), ("tu es la", "you are here"), ("il est grand", "he is tall"), ("je suis grand", "i am tall")]
a, b = Lang("fra"), Lang("eng"); [(a.add_sentence(x), b.add_sentence(y)) for x, y in pairs]; print(a.n_words, b.n_words, a.word2index, b.word2count)
def ids(l, s, n=5): r = [l.word2index[w] for w in s.split(" ")] + [EOS]; return r + [PAD] * (n - len(r))
X = torch.tensor([ids(a, x) for x, _ in pairs]); Y = torch.tensor([ids(b, y) for _, y in pairs]); print(X, Y)
enc, dec = EncoderRNN(a.n_words, 16), AttnDecoderRNN(16, b.n_words); params = list(enc.parameters()) + list(dec.parameters()); opt = torch.optim.Adam(params, 0.02); crit = nn.NLLLoss(ignore_index=PAD)
for ep in range(40):
    tf = random.random() < 0.5; opt.zero_grad(); eo, eh = enc(X); do, _, att = dec(eo, eh, Y if tf else None); loss = crit(do.view(-1, do.size(-1)), Y.view(-1)); loss.backward(); opt.step()
    if ep % 10 == 9: print(ep, tf, f"{loss:.2f}")
with torch.no_grad():
    do, _, att = dec(*enc(X)); top = do.argmax(-1)
for i, (x, y) in enumerate(pairs):
    words = []
    for t in top[i]:
        if t.item() == EOS: break
        words.append(b.index2word[t.item()])
    print(x, "->", " ".join(words), "|", y)
print(att.shape, torch.allclose(att.sum(-1), torch.ones(4, 5)), enc, dec)
