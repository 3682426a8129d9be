"""A character model with an LSTM, packed batches, sampling with temperature, top-k and nucleus, and perplexity."""
import math
import string
from collections import Counter

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

text = """the quick brown fox jumps over the lazy dog
pack my box with five dozen liquor jugs
how vexingly quick daft zebras jump"""
lines = text.splitlines()
chars = ["<pad>", "<bos>", "<eos>"] + sorted(set(text) - {"\n"})
stoi = {c: i for i, c in enumerate(chars)}
encode = lambda s: torch.tensor([1] + [stoi[c] for c in s] + [2])
decode = lambda ids: "".join(chars[i] for i in ids if i > 2)
print(len(chars), encode(lines[0])[:5], decode(encode("fox").tolist()), Counter(text).most_common(3))
print(set(string.ascii_lowercase) - set(text))


class CharLM(nn.Module):
    def __init__(self, vocab, dim=12, hidden=16, layers=2, tie=False):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.LSTM(dim, hidden, layers, batch_first=True, dropout=0.0, bidirectional=False)
        self.project = nn.Linear(hidden, dim) if tie else nn.Identity()
        self.out = nn.Linear(dim if tie else hidden, vocab, bias=not tie)
        if tie:
            self.out.weight = self.embed.weight
        self.reset()

    def reset(self):
        for name, p in self.rnn.named_parameters():
            if "weight" in name:
                nn.init.xavier_uniform_(p)
            else:
                n = p.numel() // 4
                nn.init.zeros_(p)
                p.data[n : 2 * n].fill_(1.0)

    def forward(self, ids, lengths=None, state=None):
        h = self.embed(ids)
        if lengths is not None:
            packed, state = self.rnn(pack_padded_sequence(h, lengths, batch_first=True, enforce_sorted=False), state)
            h, _ = pad_packed_sequence(packed, batch_first=True)
        else:
            h, state = self.rnn(h, state)
        return self.out(self.project(h)), state


def filter_logits(logits, top_k=0, top_p=1.0):
    if top_k:
        logits = logits.masked_fill(logits < logits.topk(top_k).values[..., -1:], -math.inf)
    if top_p < 1.0:
        ordered, index = logits.sort(descending=True)
        cumulative = ordered.softmax(-1).cumsum(-1)
        drop = cumulative - ordered.softmax(-1) > top_p
        logits = logits.scatter(-1, index, ordered.masked_fill(drop, -math.inf))
    return logits


@torch.inference_mode()
def generate(model, prompt, n=12, temperature=1.0, **options):
    ids, state = encode(prompt)[:-1].unsqueeze(0), None
    logits, state = model(ids, state=state)
    for _ in range(n):
        probs = F.softmax(filter_logits(logits[:, -1] / temperature, **options), dim=-1)
        following = torch.multinomial(probs, 1) if temperature != 1e-6 else probs.argmax(-1, keepdim=True)
        ids = torch.cat((ids, following), 1)
        if following.item() == 2:
            break
        logits, state = model(following, state=state)
    return decode(ids[0].tolist())


torch.manual_seed(11)
batch = pad_sequence([encode(line) for line in lines], batch_first=True)
lengths = batch.ne(0).sum(1) - 1
inputs, targets = batch[:, :-1], batch[:, 1:]
print(batch.shape, lengths)
for tie in (False, True):
    model = CharLM(len(chars), tie=tie)
    print(model, sum(p.numel() for p in model.parameters()))
    opt = torch.optim.Adam(model.parameters(), lr=0.02)
    criterion = nn.CrossEntropyLoss(ignore_index=0, label_smoothing=0.05)
    for step in range(6):
        logits, _ = model(inputs, lengths)
        loss = criterion(logits.transpose(1, 2), targets)
        opt.zero_grad()
        loss.backward()
        norm = nn.utils.clip_grad_value_(model.parameters(), 0.5)
        opt.step()
        if step % 2 == 1:
            print(step, f"loss {loss:.4f} perplexity {loss.exp():.2f}", norm, model.embed.weight.grad[0].abs().sum())
    model.eval()
    print(repr(generate(model, "the", temperature=1e-6)), repr(generate(model, "pa", n=5, top_k=3)), repr(generate(model, "q", n=5, top_p=0.5)))
    with torch.no_grad():
        logits, (h, c) = model(inputs[:1])
        nll = F.cross_entropy(logits[0], targets[0], reduction="none", ignore_index=0)
    print(h.shape, c.shape, nll.shape, nll[:3], nll.mean().exp())
print(filter_logits(torch.tensor([[1.0, 3.0, 2.0, 0.0]]), top_k=2), filter_logits(torch.tensor([[1.0, 3.0, 2.0, 0.0]]), top_p=0.6))
print(torch.tensor(0.5).__format__(".3f"), f"{torch.tensor([1.5])}", "%d of %s" % (torch.tensor(3), torch.tensor(4)))
