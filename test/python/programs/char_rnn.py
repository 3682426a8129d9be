import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
text = "hello world, hello torch"
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])
print("".join(chars), data)


class RNNModelScratch:
    """A recurrent net from scratch."""

    def __init__(self, vocab_size, num_hiddens):
        self.params = [torch.randn(shape) * 0.01 for shape in ((vocab_size, num_hiddens), (num_hiddens, num_hiddens), (num_hiddens, vocab_size))]
        self.params += [torch.zeros(num_hiddens), torch.zeros(vocab_size)]
        for param in self.params:
            param.requires_grad_(True)

    def __call__(self, X, state):
        W_xh, W_hh, W_hq, b_h, b_q = self.params
        outputs = []
        for x in F.one_hot(X.T, W_xh.shape[0]).type(torch.float32):
            state = torch.tanh(torch.mm(x, W_xh) + torch.mm(state, W_hh) + b_h)
            outputs.append(torch.mm(state, W_hq) + b_q)
        return torch.cat(outputs, dim=0), state


scratch = RNNModelScratch(len(chars), 5)
Y, state = scratch(torch.arange(6).reshape((2, 3)), torch.zeros(2, 5))
print(Y.shape, state)


def grad_clipping(params, theta):
    norm = torch.sqrt(sum(torch.sum(p.grad**2) for p in params))
    if norm > theta:
        for param in params:
            param.grad[:] *= theta / norm
    return norm


F.cross_entropy(Y, torch.tensor([0, 1, 2, 3, 4, 5])).backward()
print(grad_clipping(scratch.params, 0.01) > 0.01, sum(p.grad.pow(2).sum() for p in scratch.params).sqrt())


class CharModel(nn.Module):
    def __init__(self, n, h):
        super().__init__()
        self.embed = nn.Embedding(n, h)
        self.rnn = nn.LSTM(h, h, batch_first=True)
        self.out = nn.Linear(h, n)

    def forward(self, x, state=None):
        y, state = self.rnn(self.embed(x), state)
        return self.out(y), tuple(s.detach() for s in state)


model = CharModel(len(chars), 6)
optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
state = None
for step in range(6):
    i = (step * 4) % (len(data) - 5)
    x, y = data[i : i + 4].unsqueeze(0), data[i + 1 : i + 5].unsqueeze(0)
    logits, state = model(x, state)
    loss = F.cross_entropy(logits.flatten(0, 1), y.flatten())
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1)
    optimizer.step()
    print(f"{loss.item():.4f}", end=" ")
print()
model.eval()
out, state = ["h"], None
with torch.no_grad():
    for _ in range(8):
        logits, state = model(torch.tensor([[stoi[out[-1]]]]), state)
        out.append(chars[logits[0, -1].argmax()])
print("".join(out))
