import torch
from torch import nn
from torch.nn import functional as F


class Encoder(nn.Module):
    def __init__(self, vocab, embed, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, embed)
        self.rnn = nn.GRU(embed, hidden, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden, hidden)

    def forward(self, tokens):
        outputs, state = self.rnn(self.embedding(tokens))
        return outputs, torch.tanh(self.bridge(torch.cat([state[0], state[1]], dim=-1)))


class AdditiveAttention(nn.Module):
    def __init__(self, query, key, hidden):
        super().__init__()
        self.W_q, self.W_k, self.v = nn.Linear(query, hidden, bias=False), nn.Linear(key, hidden, bias=False), nn.Linear(hidden, 1, bias=False)

    def forward(self, query, keys, mask=None):
        scores = self.v(torch.tanh(self.W_q(query).unsqueeze(1) + self.W_k(keys))).squeeze(-1)
        if mask is not None:
            scores = scores.masked_fill(~mask, -1e9)
        weights = scores.softmax(-1)
        return torch.bmm(weights.unsqueeze(1), keys).squeeze(1), weights


class Decoder(nn.Module):
    def __init__(self, vocab, embed, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocab, embed)
        self.attention = AdditiveAttention(hidden, 2 * hidden, hidden)
        self.cell = nn.GRUCell(embed + 2 * hidden, hidden)
        self.out = nn.Linear(hidden, vocab)

    def step(self, token, state, memory, mask):
        context, weights = self.attention(state, memory, mask)
        state = self.cell(torch.cat([self.embedding(token), context], dim=-1), state)
        return self.out(state), state, weights

    def forward(self, targets, state, memory, mask):
        logits = []
        for t in range(targets.size(1)):
            step, state, weights = self.step(targets[:, t], state, memory, mask)
            logits.append(step)
        return torch.stack(logits, dim=1), weights


class Seq2Seq(nn.Module):
    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def forward(self, source, target):
        memory, state = self.encoder(source)
        return self.decoder(target, state, memory, source != 0)

    @torch.no_grad()
    def greedy(self, source, start, n):
        memory, state = self.encoder(source)
        token = torch.full((source.size(0),), start)
        result = []
        for _ in range(n):
            logits, state, _ = self.decoder.step(token, state, memory, source != 0)
            token = logits.argmax(-1)
            result.append(token)
        return torch.stack(result, 1)


torch.manual_seed(4)
model = Seq2Seq(Encoder(10, 6, 5), Decoder(10, 6, 5))
print(model)
source = torch.tensor([[3, 4, 5, 0], [6, 7, 8, 9]])
target = torch.tensor([[1, 3, 4], [1, 6, 7]])
optimizer = torch.optim.Adam(model.parameters(), 0.02)
for i in range(4):
    logits, weights = model(source, target)
    loss = F.cross_entropy(logits.transpose(1, 2), target)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(i, f"{loss.item():.4f}")
print(weights, model.greedy(source, 1, 4))
