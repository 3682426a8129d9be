import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
x, y = torch.randn(4, 3), torch.randn(4, 3)
labels = torch.tensor([0, 2, 1, 0])
p = torch.sigmoid(x)
t = (y > 0).float()
for loss in (
    nn.MSELoss(), nn.L1Loss(), nn.SmoothL1Loss(), nn.HuberLoss(delta=0.5), nn.MSELoss(reduction="sum"), nn.L1Loss(reduction="none"),
):
    print(loss, loss(x, y))
print(nn.CrossEntropyLoss()(x, labels), nn.CrossEntropyLoss(label_smoothing=0.1)(x, labels), nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0, 3.0]))(x, labels))
print(nn.CrossEntropyLoss(ignore_index=0)(x, labels), nn.CrossEntropyLoss(reduction="none")(x, labels), nn.CrossEntropyLoss()(x, y.softmax(1)))
print(nn.NLLLoss()(F.log_softmax(x, 1), labels), nn.BCELoss()(p, t), nn.BCEWithLogitsLoss()(x, t), nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2.0, 3.0]))(x, t))
print(nn.KLDivLoss(reduction="batchmean")(F.log_softmax(x, 1), F.softmax(y, 1)), nn.KLDivLoss(log_target=True)(F.log_softmax(x, 1), F.log_softmax(y, 1)))
print(nn.HingeEmbeddingLoss()(x, torch.where(t > 0, 1, -1)), nn.SoftMarginLoss()(x, torch.where(t > 0, 1.0, -1.0)), nn.MultiLabelSoftMarginLoss()(x, t))
print(nn.CosineEmbeddingLoss()(x, y, torch.tensor([1, -1, 1, -1])), nn.MarginRankingLoss(margin=0.1)(x[:, 0], y[:, 0], torch.tensor([1, -1, 1, -1])))
print(nn.TripletMarginLoss()(x, y, x.flip(0)), nn.MultiMarginLoss()(x, labels), nn.PoissonNLLLoss()(x, t), nn.GaussianNLLLoss()(x, y, torch.ones(4, 3)))
print(nn.CTCLoss()(F.log_softmax(torch.randn(6, 2, 5), 2), torch.tensor([[1, 2, 3], [2, 2, 4]]), torch.tensor([6, 6]), torch.tensor([3, 2])))
print(nn.TripletMarginWithDistanceLoss(distance_function=nn.PairwiseDistance())(x, y, x.flip(0)))
logits = torch.randn(2, 3, 2, 2)
print(F.cross_entropy(logits, torch.randint(3, (2, 2, 2))), F.mse_loss(x, y), F.l1_loss(x, y), F.binary_cross_entropy(p, t), F.smooth_l1_loss(x, y, beta=0.5))
x.requires_grad_()
F.cross_entropy(x, labels).backward()
print(x.grad)
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    F.mse_loss(torch.ones(2, 1), torch.ones(2))
    print(len(caught), caught[0].category.__name__, str(caught[0].message)[:60])
