"""Words: skip-gram with negative sampling, bags of embeddings, factors of a matrix, a masked language model."""
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
v, u = nn.Embedding(8, 3), nn.Embedding(8, 3)


def skip_gram(center, contexts_and_negatives):
    return torch.bmm(v(center), u(contexts_and_negatives).permute(0, 2, 1))


pred = skip_gram(torch.ones((2, 1), dtype=torch.long), torch.ones((2, 4), dtype=torch.long))
print(pred.shape, pred[0])
label = torch.tensor([[1.0, 0, 0, 0], [1, 1, 0, 0]])
mask = torch.tensor([[1.0, 1, 1, 1], [1, 1, 0, 0]])
out = F.binary_cross_entropy_with_logits(pred.reshape(label.shape), label, weight=mask, reduction="none")
print(out.mean(dim=1) * mask.shape[1] / mask.sum(axis=1))
out.sum().backward()
print(v.weight.grad[0:3], u.weight.grad.abs().sum())
bag = nn.EmbeddingBag(6, 2, mode="mean")
print(bag(torch.tensor([1, 2, 4, 5, 3]), torch.tensor([0, 2])))


class MF(nn.Module):
    def __init__(self, users, items, k):
        super().__init__()
        self.P, self.Q = nn.Embedding(users, k), nn.Embedding(items, k)
        self.bu, self.bi = nn.Embedding(users, 1), nn.Embedding(items, 1)

    def forward(self, user, item):
        return (self.P(user) * self.Q(item)).sum(-1) + self.bu(user).squeeze(-1) + self.bi(item).squeeze(-1)


mf = MF(4, 5, 3)
optimizer = torch.optim.SGD(mf.parameters(), lr=0.1)
users, items, ratings = torch.tensor([0, 1, 2, 3]), torch.tensor([4, 3, 2, 1]), torch.tensor([1.0, 2.0, 3.0, 4.0])
for _ in range(3):
    loss = F.mse_loss(mf(users, items), ratings)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.4f}")


class BertEmbeddings(nn.Module):
    def __init__(self, vocab=10, hidden=4, positions=6):
        super().__init__()
        self.word = nn.Embedding(vocab, hidden, padding_idx=0)
        self.position = nn.Embedding(positions, hidden)
        self.kind = nn.Embedding(2, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)
        self.register_buffer("position_ids", torch.arange(positions).expand((1, -1)))

    def forward(self, ids, kinds=None):
        if kinds is None:
            kinds = torch.zeros_like(ids)
        return self.norm(self.word(ids) + self.position(self.position_ids[:, : ids.size(1)]) + self.kind(kinds))


class MaskedLM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embeddings = BertEmbeddings()
        self.layer = nn.TransformerEncoderLayer(4, 2, 8, 0.0, batch_first=True, activation="gelu")
        self.decoder = nn.Linear(4, 10)
        self.decoder.weight = self.embeddings.word.weight

    def forward(self, ids):
        hidden = self.layer(self.embeddings(ids), src_key_padding_mask=ids == 0)
        return self.decoder(hidden)


model = MaskedLM()
ids = torch.tensor([[1, 2, 3, 0], [4, 5, 6, 7]])
logits = model(ids)
labels = ids.masked_fill(torch.tensor([[True, False, True, True], [True, True, False, True]]), -100)
print(logits.shape, F.cross_entropy(logits.view(-1, 10), labels.view(-1)), [name for name, _ in model.named_parameters()][-2:], model.decoder.weight is model.embeddings.word.weight)
print(F.embedding(ids, model.embeddings.word.weight)[0, 3], model.embeddings.word.weight[0])
