import torch
import torch.nn.functional as F

torch.manual_seed(0)
x = torch.tensor([[1.0, -2.0, 3.0], [0.5, 0.0, -1.0]])
for name in ["relu", "silu", "elu", "leaky_relu", "softplus", "tanhshrink", "hardtanh", "mish", "selu", "logsigmoid", "softsign", "relu6", "hardswish"]:
    print(name, getattr(F, name)(x))
print(F.softmax(x, dim=1), F.log_softmax(x, dim=-1), F.normalize(x, dim=1), F.one_hot(torch.tensor([0, 2]), num_classes=3))
t = torch.tensor([2, 0])
print(F.cross_entropy(x, t), F.cross_entropy(x, t, label_smoothing=0.1), F.nll_loss(F.log_softmax(x, 1), t), F.cross_entropy(x, t, reduction="none"))
y = torch.zeros(2, 3)
print(F.mse_loss(x, y), F.l1_loss(x, y), F.smooth_l1_loss(x, y), F.huber_loss(x, y, delta=0.5), F.binary_cross_entropy_with_logits(x, y))
print(F.kl_div(F.log_softmax(x, 1), F.softmax(y, 1), reduction="batchmean"), F.cosine_similarity(x, y + 1), F.pairwise_distance(x, y))
i = torch.arange(16.0).reshape(1, 1, 4, 4)
print(F.max_pool2d(i, 2), F.avg_pool2d(i, kernel_size=2, stride=1), F.adaptive_avg_pool2d(i, 2), F.interpolate(i, scale_factor=0.5), F.pad(i, (1, 0, 0, 1), value=-1.0).shape)
print(F.conv2d(i, torch.ones(1, 1, 2, 2), padding=1, stride=2), F.unfold(i, 2).shape, F.pixel_shuffle(torch.arange(4.0).reshape(1, 4, 1, 1), 2))
print(F.linear(x, torch.ones(2, 3), torch.tensor([1.0, 2.0])), F.embedding(torch.tensor([1]), x), F.layer_norm(x, (3,)), F.dropout(x, 0.5, training=False) is not None)
print(F.linear(input=x, weight=torch.ones(1, 3)), F.glu(torch.ones(2, 4)), F.embedding(input=torch.tensor([0]), weight=x))
torch.manual_seed(0)
print(F.dropout(torch.ones(6), p=0.5), F.gumbel_softmax(torch.zeros(3), tau=1.0).sum())
