import torch, torch.nn as nn, torch.nn.functional as F
torch.manual_seed(0); r = lambda t: [round(v, 4) for v in t.detach().flatten().tolist()]
x, y = torch.randn(4, 3), torch.tensor([0, 2, 1, 2])
for red in ("mean", "sum", "none"): print(red, r(F.cross_entropy(x, y, reduction=red)), r(F.nll_loss(F.log_softmax(x, 1), y, reduction=red)), r(F.mse_loss(x, x * 0, reduction=red))[:4], r(F.l1_loss(x, x * 0, reduction=red))[:4], r(F.smooth_l1_loss(x, x * 0, reduction=red))[:4], r(F.huber_loss(x, x * 0, reduction=red, delta=0.5))[:4], r(F.binary_cross_entropy_with_logits(x, (x > 0).float(), reduction=red))[:4], r(F.kl_div(F.log_softmax(x, 1), F.softmax(x * 2, 1), reduction=red))[:4], r(F.poisson_nll_loss(x, x.abs(), reduction=red))[:4], r(F.soft_margin_loss(x, x.sign(), reduction=red))[:4], r(F.hinge_embedding_loss(x, x.sign(), reduction=red))[:4], r(F.multi_margin_loss(x, y, reduction=red)), r(F.gaussian_nll_loss(x, x * 0, x * 0 + 1, reduction=red))[:4])
print(r(F.cross_entropy(x, y, weight=torch.tensor([1., 2., 3.]))), r(F.cross_entropy(x, y, label_smoothing=0.1)), r(F.cross_entropy(x, F.softmax(x, 1))), r(F.cross_entropy(x, torch.tensor([0, -100, 1, 2]))), r(F.cross_entropy(x, y, ignore_index=2)), r(F.cross_entropy(torch.randn(2, 3, 4), torch.zeros(2, 4, dtype=torch.long))), r(F.cross_entropy(x[0], y[0])))
print(r(nn.BCELoss()(torch.sigmoid(x), (x > 0).float())), r(nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2., 1., 1.]))(x, (x > 0).float())), r(nn.TripletMarginLoss()(x, x + 1, x - 1)), r(nn.CosineEmbeddingLoss()(x, x + 1, torch.tensor([1, -1, 1, -1]))), r(nn.MarginRankingLoss(0.5)(x[:, 0], x[:, 1], x[:, 2].sign())), r(nn.CTCLoss()(F.log_softmax(torch.randn(5, 2, 4), 2), torch.tensor([[1, 2], [2, 3]]), torch.tensor([5, 5]), torch.tensor([2, 2]))), r(nn.MultiLabelSoftMarginLoss()(x, (x > 0).float())), r(nn.MultiLabelMarginLoss()(x, torch.tensor([[0, -1, 1]] * 4))), r(nn.KLDivLoss(reduction="batchmean", log_target=True)(F.log_softmax(x, 1), F.log_softmax(x * 2, 1))), r(F.triplet_margin_with_distance_loss(x, x + 1, x - 1)), r(nn.AdaptiveLogSoftmaxWithLoss(3, 10, [4])(x, torch.tensor([0, 5, 9, 3]))[0]))
class FocalLoss(nn.Module):
    def __init__(self, gamma=2., alpha=None, reduction="mean"): super().__init__(); self.gamma, self.reduction = gamma, reduction; self.register_buffer("alpha", alpha)
    def forward(self, x, t):
        ce = F.cross_entropy(x, t, weight=self.alpha, reduction="none"); l = (1 - torch.exp(-ce)) ** self.gamma * ce
        return l.mean() if self.reduction == "mean" else l
class DiceLoss(nn.Module):
    def forward(self, p, t, s=1.): p = p.sigmoid().view(-1); t = t.view(-1); i = (p * t).sum(); return 1 - (2. * i + s) / (p.sum() + t.sum() + s)
class LabelSmooth(nn.Module):
    def __init__(self, c, e=0.1): super().__init__(); self.c, self.e = c, e
    def forward(self, x, t): lp = x.log_softmax(-1); d = torch.full_like(lp, self.e / (self.c - 1)).scatter_(1, t.unsqueeze(1), 1 - self.e); return torch.mean(torch.sum(-d * lp, -1))
class Contrastive(nn.Module):
    def __init__(self, m=1.): super().__init__(); self.m = m
    def forward(self, a, b, l): d = F.pairwise_distance(a, b); return torch.mean(l * d.pow(2) + (1 - l) * torch.clamp(self.m - d, min=0.).pow(2))
class NTXent(nn.Module):
    def forward(self, a, b, t=0.5):
        z = F.normalize(torch.cat([a, b]), dim=1); s = z @ z.T / t; s = s.masked_fill(torch.eye(len(z), dtype=torch.bool), -9e15); n = len(a); return F.cross_entropy(s, torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))
for L, args in ((FocalLoss(alpha=torch.tensor([1., 2., 3.])), (x, y)), (FocalLoss(reduction="none"), (x, y)), (DiceLoss(), (x, (x > 0).float())), (Contrastive(), (x, x + 1, torch.tensor([1., 0., 1., 0.]))), (NTXent(), (x, x + 0.1))): print(L, r(L(*args)))
acc = (x.argmax(1) == y).float().mean(); cm = torch.zeros(3, 3, dtype=torch.int64)
for t, p in zip(y.view(-1), x.argmax(1).view(-1)): cm[t.long(), p.long()] += 1
print(acc, cm, cm.diag() / cm.sum(1), f"{acc.item():.1%}", x.topk(2, 1).indices.eq(y[:, None]).any(1).float().mean(), torch.einsum("ij->j", x).shape, r(torch.cdist(x[:2], x[2:])), r(F.cosine_similarity(x[:2], x[2:])), F.one_hot(y, 3), r(F.gumbel_softmax(x, hard=True).sum(1)))
