"""Sequence to sequence, word vectors, masked language models and convolutions over text, as learners write them."""
import torch, math, random
from torch import nn
from torch.nn import functional as F
random.seed(2); torch.manual_seed(2)
def init_seq2seq(module):
    if type(module) == nn.Linear: nn.init.xavier_uniform_(module.weight)
    if type(module) == nn.GRU:
        for param in module._flat_weights_names:
            if "weight" in param: nn.init.xavier_uniform_(module._parameters[param])
class Encoder(nn.Module):
    def __init__(self): super().__init__()
    def forward(self, X, *args): raise NotImplementedError
class Decoder(nn.Module):
    def __init__(self): super().__init__()
    def init_state(self, enc_all_outputs, *args): raise NotImplementedError
    def forward(self, X, state): raise NotImplementedError
class Seq2SeqEncoder(Encoder):
    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0):
        super().__init__(); self.embedding = nn.Embedding(vocab_size, embed_size); self.rnn = nn.GRU(embed_size, num_hiddens, num_layers, dropout=dropout); self.apply(init_seq2seq)
    def forward(self, X, *args): embs = self.embedding(X.t().type(torch.int64)); outputs, state = self.rnn(embs); return outputs, state
class Seq2SeqDecoder(Decoder):
    def __init__(self, vocab_size, embed_size, num_hiddens, num_layers, dropout=0):
        super().__init__(); self.embedding = nn.Embedding(vocab_size, embed_size); self.rnn = nn.GRU(embed_size+num_hiddens, num_hiddens, num_layers, dropout=dropout); self.dense = nn.LazyLinear(vocab_size); self.apply(init_seq2seq)
    def init_state(self, enc_all_outputs, *args): return enc_all_outputs
    def forward(self, X, state):
        embs = self.embedding(X.t().type(torch.int32)); enc_output, hidden_state = state; context = enc_output[-1]; context = context.repeat(embs.shape[0], 1, 1)
        outputs, hidden_state = self.rnn(torch.cat((embs, context), -1), hidden_state); outputs = self.dense(outputs).swapaxes(0, 1); return outputs, [enc_output, hidden_state]
class EncoderDecoder(nn.Module):
    def __init__(self, encoder, decoder): super().__init__(); self.encoder = encoder; self.decoder = decoder
    def forward(self, enc_X, dec_X, *args): enc_all = self.encoder(enc_X, *args); return self.decoder(dec_X, self.decoder.init_state(enc_all, *args))[0]
enc, dec = Seq2SeqEncoder(10, 8, 16, 2), Seq2SeqDecoder(10, 8, 16, 2)
X = torch.zeros((4, 9)); o, s = enc(X); print(o.shape, s.shape, enc, dec); net = EncoderDecoder(enc, dec); print(net(X, X).shape, dec)
def sequence_mask(X, valid_len, value=0):
    maxlen = X.size(1); mask = torch.arange((maxlen), dtype=torch.float32)[None, :] < valid_len[:, None]; X[~mask] = value; return X
print(sequence_mask(torch.tensor([[1, 2, 3], [4, 5, 6]]), torch.tensor([1, 2])), sequence_mask(torch.ones(2, 3, 4), torch.tensor([1, 2]), value=-1))
class MaskedSoftmaxCELoss(nn.CrossEntropyLoss):
    def forward(self, pred, label, valid_len):
        weights = torch.ones_like(label); weights = sequence_mask(weights, valid_len); self.reduction = 'none'
        un = super(MaskedSoftmaxCELoss, self).forward(pred.permute(0, 2, 1), label); return (un * weights).mean(dim=1)
print(MaskedSoftmaxCELoss()(torch.ones(3, 4, 10), torch.ones((3, 4), dtype=torch.long), torch.tensor([4, 2, 0])))
def bleu(pred_seq, label_seq, k):
    import collections
    p, l = pred_seq.split(' '), label_seq.split(' '); lp, ll = len(p), len(l); score = math.exp(min(0, 1 - ll / lp))
    for n in range(1, min(k, lp) + 1):
        num, subs = 0, collections.defaultdict(int)
        for i in range(ll - n + 1): subs[' '.join(l[i: i + n])] += 1
        for i in range(lp - n + 1):
            if subs[' '.join(p[i: i + n])] > 0: num += 1; subs[' '.join(p[i: i + n])] -= 1
        score *= math.pow(num / (lp - n + 1), math.pow(0.5, n))
    return score
print(f"bleu,{bleu('il est calme', 'je suis calme', k=2):.3f}")
# word2vec
def skip_gram(center, contexts_and_negatives, embed_v, embed_u): v = embed_v(center); u = embed_u(contexts_and_negatives); return torch.bmm(v, u.permute(0, 2, 1))
embed = nn.Embedding(num_embeddings=20, embedding_dim=4); print(f'Parameter embedding_weight ({embed.weight.shape}, dtype={embed.weight.dtype})', embed(torch.tensor([[1, 2, 3], [4, 5, 6]])).shape, skip_gram(torch.ones((2, 1), dtype=torch.long), torch.ones((2, 4), dtype=torch.long), embed, embed).shape)
class SigmoidBCELoss(nn.Module):
    def __init__(self): super().__init__()
    def forward(self, inputs, target, mask=None): out = nn.functional.binary_cross_entropy_with_logits(inputs, target, weight=mask, reduction="none"); return out.mean(dim=1)
loss = SigmoidBCELoss(); pred = torch.tensor([[1.1, -2.2, 3.3, -4.4]] * 2); label = torch.tensor([[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]); mask = torch.tensor([[1, 1, 1, 1], [1, 1, 0, 0]]); l = loss(pred, label, mask) * mask.shape[1] / mask.sum(axis=1); print(l)
def sigmd(x): return -math.log(1 / (1 + math.exp(-x)))
print(f'{(sigmd(1.1) + sigmd(2.2) + sigmd(-3.3) + sigmd(4.4)) / 4:.4f}')
def init_weights(module):
    if type(module) == nn.Embedding: nn.init.xavier_uniform_(module.weight)
net = nn.Sequential(nn.Embedding(20, 5), nn.Embedding(20, 5)); net.apply(init_weights); opt = torch.optim.Adam(net.parameters(), lr=0.02)
for e in range(3):
    opt.zero_grad(); p = skip_gram(torch.tensor([[1], [2]]), torch.tensor([[3, 4, 5, 6], [4, 5, 6, 7]]), net[0], net[1]); l = (loss(p.reshape(label.shape).float(), label.float(), mask) / mask.sum(axis=1) * mask.shape[1]); l.sum().backward(); opt.step(); print(f'{l.sum():.4f}')
def get_similar(q, k, emb):
    W = emb.weight.data; x = W[q]; cos = torch.mv(W, x) / torch.sqrt(torch.sum(W * W, dim=1) * torch.sum(x * x) + 1e-9); topk = torch.topk(cos, k=k + 1)[1].cpu().numpy().astype('int32') if False else torch.topk(cos, k=k+1)[1]
    for i in topk[1:]: print(f'cosine sim={float(cos[i]):.3f}: {int(i)}')
get_similar(3, 3, net[0])
# BERT
class BERTEncoder(nn.Module):
    def __init__(self, vocab_size, n, ffn, heads, blks, dropout, max_len=100, **kwargs):
        super(BERTEncoder, self).__init__(**kwargs)
        self.token_embedding = nn.Embedding(vocab_size, n); self.segment_embedding = nn.Embedding(2, n); self.blks = nn.Sequential()
        for i in range(blks): self.blks.add_module(f"{i}", nn.TransformerEncoderLayer(n, heads, ffn, dropout, batch_first=True))
        self.pos_embedding = nn.Parameter(torch.randn(1, max_len, n))
    def forward(self, tokens, segments):
        X = self.token_embedding(tokens) + self.segment_embedding(segments); X = X + self.pos_embedding[:, :X.shape[1], :]
        for blk in self.blks: X = blk(X)
        return X
class MaskLM(nn.Module):
    def __init__(self, vocab_size, n, **kwargs): super().__init__(**kwargs); self.mlp = nn.Sequential(nn.LazyLinear(n), nn.ReLU(), nn.LayerNorm(n), nn.LazyLinear(vocab_size))
    def forward(self, X, pred_positions):
        num = pred_positions.shape[1]; pred_positions = pred_positions.reshape(-1); b = X.shape[0]; batch_idx = torch.arange(0, b); batch_idx = torch.repeat_interleave(batch_idx, num); m = X[batch_idx, pred_positions]; return self.mlp(m.reshape((b, num, -1)))
enc = BERTEncoder(100, 16, 32, 4, 2, 0.2); tokens = torch.randint(0, 100, (2, 8)); seg = torch.tensor([[0, 0, 0, 0, 1, 1, 1, 1], [0, 0, 0, 1, 1, 1, 1, 1]]); e = enc(tokens, seg); mlm = MaskLM(100, 16); pos = torch.tensor([[1, 5, 2], [6, 1, 5]]); y = mlm(e, pos); print(tokens, e.shape, y.shape, enc)
l = nn.CrossEntropyLoss(reduction='none')(y.reshape((-1, 100)), torch.tensor([[7, 8, 9], [10, 20, 30]]).reshape(-1)); print(l.shape)
# TextCNN
class TextCNN(nn.Module):
    def __init__(self, vocab_size, embed_size, kernel_sizes, num_channels, **kwargs):
        super(TextCNN, self).__init__(**kwargs); self.embedding = nn.Embedding(vocab_size, embed_size); self.constant_embedding = nn.Embedding(vocab_size, embed_size); self.dropout = nn.Dropout(0.5); self.decoder = nn.Linear(sum(num_channels), 2); self.pool = nn.AdaptiveAvgPool1d(1); self.relu = nn.ReLU(); self.convs = nn.ModuleList()
        for c, k in zip(num_channels, kernel_sizes): self.convs.append(nn.Conv1d(2 * embed_size, c, k))
    def forward(self, inputs):
        e = torch.cat((self.embedding(inputs), self.constant_embedding(inputs)), dim=2).permute(0, 2, 1); enc = torch.cat([torch.squeeze(self.relu(self.pool(conv(e))), dim=-1) for conv in self.convs], dim=1); return self.decoder(self.dropout(enc))
t = TextCNN(30, 4, [3, 4, 5], [5, 5, 5]); print(t); t.constant_embedding.weight.requires_grad = False; t.embedding.weight.data.copy_(torch.ones(30, 4)); t.eval(); print(t(torch.arange(20).reshape(2, 10)).shape, [n for n, p in t.named_parameters() if not p.requires_grad])
try: enc.blks[0].self_attn(torch.ones(1, 2, 5), torch.ones(1,2,5), torch.ones(1,2,5))
except Exception as e: print(type(e).__name__, e)
try: Seq2SeqEncoder(10, 8, 16, 2)(torch.full((2, 3), 12))
except Exception as e: print(type(e).__name__, e)
