"""Twins of one network, with contrastive, triplet and InfoNCE losses."""
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(2)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 16), nn.BatchNorm1d(16), nn.ReLU(inplace=True), nn.Linear(16, 4))

    def forward(self, x):
        return F.normalize(self.net(x), dim=-1)


class ContrastiveLoss(nn.Module):
    def __init__(self, margin: float = 1.0):
        super().__init__()
        self.margin = margin

    def forward(self, a, b, same):
        d = F.pairwise_distance(a, b)
        return torch.mean(same * d.pow(2) + (1 - same) * torch.clamp(self.margin - d, min=0.0).pow(2))


def info_nce(a, b, temperature=0.1):
    logits = a @ b.t() / temperature
    labels = torch.arange(a.size(0))
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2


def nt_xent(z, temperature=0.5):
    sim = F.cosine_similarity(z[:, None], z[None], dim=-1) / temperature
    sim.fill_diagonal_(float("-inf"))
    n = z.size(0) // 2
    target = torch.cat([torch.arange(n) + n, torch.arange(n)])
    return F.cross_entropy(sim, target)


enc = Encoder()
base = torch.randn(8, 6)
view1, view2 = base + 0.1 * torch.randn(8, 6), base + 0.1 * torch.randn(8, 6)
same = torch.tensor([1.0, 0, 1, 0, 1, 0, 1, 0])
losses = {
    "contrastive": lambda a, b: ContrastiveLoss()(a, b, same),
    "triplet": lambda a, b: nn.TripletMarginLoss(margin=0.5)(a, b, b.roll(1, 0)),
    "cosine": lambda a, b: nn.CosineEmbeddingLoss(margin=0.2)(a, b, same * 2 - 1),
    "info_nce": info_nce,
    "nt_xent": lambda a, b: nt_xent(torch.cat([a, b])),
    "custom": lambda a, b: F.triplet_margin_with_distance_loss(a, b, b.flip(0), distance_function=lambda p, q: 1 - F.cosine_similarity(p, q)),
}
for name, fn in losses.items():
    torch.manual_seed(0)
    net = Encoder()
    opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    history = []
    for _ in range(4):
        loss = fn(net(view1), net(view2))
        opt.zero_grad()
        loss.backward()
        opt.step()
        history.append(round(loss.item(), 3))
    print(name, history)
print(net.net[1].num_batches_tracked, net.net[1].running_mean[:3])
print(enc(view1).norm(dim=1))
print(ContrastiveLoss(0.5), nn.TripletMarginLoss(), nn.CosineEmbeddingLoss())
