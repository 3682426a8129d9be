"""A small BERT with masked tokens, segment embeddings and a sentence task."""
import torch
import torch.nn as nn
import torch.nn.functional as F

PAD, CLS, SEP, MASK = range(4)


class Embeddings(nn.Module):
    def __init__(self, vocab, dim, max_len, p):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocab, dim, padding_idx=PAD)
        self.position_embeddings = nn.Embedding(max_len, dim)
        self.token_type_embeddings = nn.Embedding(2, dim)
        self.LayerNorm = nn.LayerNorm(dim, eps=1e-12)
        self.dropout = nn.Dropout(p)
        self.register_buffer("position_ids", torch.arange(max_len).expand((1, -1)), persistent=False)

    def forward(self, ids, types):
        pos = self.position_ids[:, : ids.size(1)]
        return self.dropout(self.LayerNorm(self.word_embeddings(ids) + self.position_embeddings(pos) + self.token_type_embeddings(types)))


class Bert(nn.Module):
    def __init__(self, vocab=20, dim=16, heads=2, layers=2, max_len=12, p=0.0):
        super().__init__()
        self.embeddings = Embeddings(vocab, dim, max_len, p)
        layer = nn.TransformerEncoderLayer(dim, heads, 4 * dim, p, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.pooler = nn.Sequential(nn.Linear(dim, dim), nn.Tanh())
        self.transform = nn.Sequential(nn.Linear(dim, dim), nn.GELU(), nn.LayerNorm(dim))
        self.bias = nn.Parameter(torch.zeros(vocab))
        self.nsp = nn.Linear(dim, 2)
        self.apply(self._init_weights)

    @staticmethod
    def _init_weights(m):
        if isinstance(m, (nn.Linear, nn.Embedding)):
            m.weight.data.normal_(mean=0.0, std=0.02)
            if isinstance(m, nn.Embedding) and m.padding_idx is not None:
                m.weight.data[m.padding_idx].zero_()
        if isinstance(m, nn.Linear) and m.bias is not None:
            m.bias.data.zero_()

    def forward(self, ids, types):
        h = self.encoder(self.embeddings(ids, types), src_key_padding_mask=ids == PAD)
        mlm = self.transform(h) @ self.embeddings.word_embeddings.weight.T + self.bias
        return mlm, self.nsp(self.pooler(h[:, 0]))


def mask_tokens(ids, p=0.3):
    labels = ids.clone()
    prob = torch.full(labels.shape, p).masked_fill_(ids < 4, 0.0)
    masked = torch.bernoulli(prob).bool()
    labels[~masked] = -100
    ids = ids.clone()
    ids[torch.bernoulli(torch.full(labels.shape, 0.8)).bool() & masked] = MASK
    return ids, labels


torch.manual_seed(0)
model = Bert()
print(sum(p.numel() for p in model.parameters() if p.requires_grad), len(model.state_dict()))
print(model.embeddings)
ids = torch.randint(4, 20, (3, 10))
ids[:, 0], ids[:, 5], ids[1, 8:], ids[2, 7:] = CLS, SEP, PAD, PAD
types = torch.cat([torch.zeros(3, 6, dtype=torch.long), torch.ones(3, 4, dtype=torch.long)], 1)
masked, labels = mask_tokens(ids)
print(masked)
print(labels)
no_decay = ("bias", "LayerNorm.weight")
groups = [
    {"params": [p for n, p in model.named_parameters() if not any(d in n for d in no_decay)], "weight_decay": 0.01},
    {"params": [p for n, p in model.named_parameters() if any(d in n for d in no_decay)], "weight_decay": 0.0},
]
print([len(g["params"]) for g in groups])
opt = torch.optim.AdamW(groups, lr=5e-3)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lambda s: min(1.0, (s + 1) / 3) * max(0.0, (10 - s) / 10))
for step in range(5):
    mlm, nsp = model(masked, types)
    loss = F.cross_entropy(mlm.view(-1, 20), labels.view(-1)) + F.cross_entropy(nsp, torch.tensor([0, 1, 0]))
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    opt.step()
    sched.step()
    opt.zero_grad()
    print(step, f"{loss.item():.3f}", f"{sched.get_last_lr()[0]:.5f}")
print(model.embeddings.word_embeddings.weight[PAD].abs().sum())
