import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(3, 4)
for layer in (
    nn.ReLU(), nn.ReLU6(), nn.LeakyReLU(0.1), nn.PReLU(), nn.RReLU().eval(), nn.ELU(), nn.SELU(), nn.CELU(), nn.GELU(), nn.GELU(approximate="tanh"),
    nn.SiLU(), nn.Mish(), nn.Sigmoid(), nn.Tanh(), nn.Hardtanh(), nn.Hardsigmoid(), nn.Hardswish(), nn.Softplus(), nn.Softsign(), nn.Softshrink(),
    nn.Hardshrink(), nn.Tanhshrink(), nn.LogSigmoid(), nn.Threshold(0.1, 20), nn.GLU(), nn.Softmax(dim=1), nn.LogSoftmax(dim=-1), nn.Softmin(dim=0), nn.Identity(),
    nn.LayerNorm(4), nn.LayerNorm((3, 4), elementwise_affine=False), nn.RMSNorm(4), nn.BatchNorm1d(4), nn.BatchNorm1d(4, affine=False, track_running_stats=False), nn.Dropout(0.0), nn.AlphaDropout(0.0),
    nn.CosineSimilarity(dim=0), nn.PairwiseDistance(), nn.Bilinear(4, 4, 2),
):
    result = layer(x, x + 1) if isinstance(layer, (nn.CosineSimilarity, nn.PairwiseDistance, nn.Bilinear)) else layer(x)
    print(layer, tuple(result.shape), f"{result.sum().item():.4f}")
norm = nn.BatchNorm1d(4, momentum=0.5)
print(norm.running_mean, norm.running_var, norm.num_batches_tracked)
norm(x)
print(norm.running_mean, norm.running_var, norm.num_batches_tracked)
norm.eval()
print(norm(x)[0], norm.training)
norm.reset_running_stats()
print(norm.running_mean)
torch.manual_seed(5)
drop = nn.Dropout(0.5)
print(drop(torch.ones(8)), drop.eval()(torch.ones(3)))
torch.manual_seed(5)
print(nn.functional.dropout(torch.ones(8), 0.25), nn.functional.dropout(torch.ones(3), 0.5, training=False))
