"""Greedy, beam, top-k and nucleus decoding over a fixed table of bigrams."""
import heapq
import itertools

import torch
import torch.nn.functional as F

torch.manual_seed(0)
vocab = ["<s>", "</s>", "a", "b", "c", "d"]
table = torch.randn(len(vocab), len(vocab)) * 2
table[:, 0] = float("-inf")


def log_probs(ids):
    return F.log_softmax(table[ids[-1]], dim=-1)


def greedy(limit=6):
    ids = [0]
    while len(ids) < limit and ids[-1] != 1:
        ids.append(int(log_probs(ids).argmax()))
    return ids


def beam(width=3, limit=6, alpha=0.7):
    beams, finished, count = [(0.0, [0])], [], itertools.count()
    for _ in range(limit):
        candidates = []
        for score, ids in beams:
            values, indices = log_probs(ids).topk(width)
            for v, i in zip(values.tolist(), indices.tolist()):
                if v == float("-inf"):
                    continue
                candidates.append((score + v, ids + [i]))
        candidates.sort(key=lambda c: c[0], reverse=True)
        beams = []
        for score, ids in candidates[:width]:
            if ids[-1] == 1:
                heapq.heappush(finished, (-score / len(ids) ** alpha, next(count), ids))
            else:
                beams.append((score, ids))
        if not beams:
            break
    return [(f"{-s:.3f}", ids) for s, _, ids in sorted(finished)[:3]] or beams


def batched_beam(width=2, steps=4):
    scores, ids = torch.zeros(width), torch.zeros(width, 1, dtype=torch.long)
    scores[1:] = -1e9
    for _ in range(steps):
        logp = F.log_softmax(table[ids[:, -1]], dim=-1) + scores[:, None]
        scores, flat = logp.view(-1).topk(width)
        rows, cols = torch.div(flat, len(vocab), rounding_mode="floor"), flat % len(vocab)
        ids = torch.cat([ids[rows], cols[:, None]], dim=1)
    return ids, scores


def filtered(logits, top_k=0, top_p=1.0):
    if top_k:
        kth = logits.topk(top_k).values[..., -1, None]
        logits = logits.masked_fill(logits < kth, float("-inf"))
    if top_p < 1.0:
        ordered, order = logits.sort(descending=True)
        cut = ordered.softmax(-1).cumsum(-1) > top_p
        cut[..., 1:] = cut[..., :-1].clone()
        cut[..., 0] = False
        logits = logits.masked_fill(cut.scatter(-1, order, cut), float("-inf"))
    return logits


words = lambda ids: " ".join(vocab[i] for i in ids)
print(words(greedy()))
for score, ids in beam():
    print(score, words(ids))
ids, scores = batched_beam()
print(ids, scores)
for k, p in ((2, 1.0), (0, 0.8), (3, 0.9)):
    logits = filtered(table[0], k, p)
    print(k, p, logits.isfinite().sum().item(), logits.softmax(-1))
torch.manual_seed(1)
for temperature in (0.5, 1.0, 2.0):
    seq = [0]
    while len(seq) < 8 and seq[-1] != 1:
        probs = (filtered(table[seq[-1]], 3) / temperature).softmax(-1)
        seq.append(torch.multinomial(probs, 1).item())
    print(temperature, words(seq))
