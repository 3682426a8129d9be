import torch
from torch import nn
for m in (nn.MaxPool2d(2), nn.MaxPool2d((2, 1)), nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 0), dilation=1, ceil_mode=True), nn.MaxPool1d(3, 2), nn.MaxPool3d(2),
  nn.AvgPool2d(2), nn.AvgPool2d((2, 3), stride=(1, 2)), nn.AvgPool1d(2), nn.AvgPool3d((1, 2, 2)), nn.AdaptiveAvgPool2d(1), nn.AdaptiveAvgPool2d((1, None)), nn.AdaptiveMaxPool2d((3, 4)), nn.AdaptiveAvgPool1d(5),
  nn.LPPool2d(2, 3), nn.LPPool1d(1.5, (3)), nn.FractionalMaxPool2d(3, output_size=2) if hasattr(nn, "FractionalMaxPool2d") else 0,
  nn.Conv1d(1, 2, 3), nn.Conv2d(3, 8, (3, 5), stride=(2, 1), padding="same") if 0 else nn.Conv2d(3, 8, (3, 5), stride=(2, 1), padding=(4, 2), dilation=(3, 1)), nn.Conv2d(4, 8, 3, groups=2, bias=False), nn.Conv2d(4, 8, 3, padding="same", padding_mode="circular"), nn.Conv3d(1, 1, 1),
  nn.ConvTranspose2d(3, 4, 2, stride=2, output_padding=1, padding=1), nn.ConvTranspose1d(1, 1, 3), nn.Linear(2, 3, bias=False), nn.Bilinear(2, 3, 4), nn.Identity(), nn.LazyLinear(5), nn.LazyConv2d(8, 3), nn.LazyBatchNorm2d(),
  nn.BatchNorm1d(3), nn.BatchNorm2d(4, eps=1e-3, momentum=None, affine=False, track_running_stats=False), nn.InstanceNorm2d(3), nn.LayerNorm(4), nn.LayerNorm((2, 3), eps=1e-6, elementwise_affine=False), nn.GroupNorm(2, 4), nn.RMSNorm(3), nn.LocalResponseNorm(2),
  nn.Dropout(), nn.Dropout(0.25, inplace=True), nn.Dropout2d(0.1), nn.AlphaDropout(), nn.FeatureAlphaDropout(0.3),
  nn.ReLU(), nn.ReLU(inplace=True), nn.LeakyReLU(), nn.LeakyReLU(0.2, True), nn.PReLU(), nn.PReLU(3), nn.ELU(), nn.ELU(0.5), nn.SELU(), nn.CELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Mish(), nn.Softplus(), nn.Softplus(2, 10), nn.Softshrink(), nn.Hardshrink(0.3), nn.Hardtanh(), nn.Hardtanh(-2, 2), nn.ReLU6(), nn.Hardswish(), nn.Hardsigmoid(), nn.Threshold(0.1, 20), nn.Tanhshrink(), nn.Softsign(), nn.Softmin(), nn.Softmax(), nn.Softmax(dim=1), nn.LogSoftmax(-1), nn.Softmax2d(), nn.GLU(), nn.GLU(1), nn.RReLU(), nn.LogSigmoid(), nn.Tanh(), nn.Sigmoid(),
  nn.Embedding(10, 3), nn.Embedding(10, 3, padding_idx=0), nn.Embedding(10, 3, max_norm=1.0, scale_grad_by_freq=True, sparse=True), nn.EmbeddingBag(10, 3), nn.EmbeddingBag(10, 3, mode="sum"),
  nn.RNN(2, 3), nn.RNN(2, 3, 2, nonlinearity="relu", batch_first=True), nn.LSTM(2, 3, num_layers=2, dropout=0.1, bidirectional=True), nn.LSTM(4, 5, proj_size=2), nn.GRU(2, 3, bias=False), nn.RNNCell(2, 3), nn.LSTMCell(2, 3, bias=False), nn.GRUCell(2, 3), nn.RNNCell(2, 3, nonlinearity="relu"),
  nn.MultiheadAttention(4, 2), nn.TransformerEncoderLayer(4, 2, 8), nn.TransformerDecoderLayer(4, 2, 8), nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 2), nn.Transformer(4, 2, 1, 1, 8),
  nn.Flatten(), nn.Flatten(0, 2), nn.Unflatten(1, (2, 3)), nn.Fold((4, 5), 2), nn.Unfold(3, padding=1), nn.PixelShuffle(2), nn.PixelUnshuffle(3), nn.ChannelShuffle(2), nn.Upsample(scale_factor=2), nn.Upsample(size=(3, 4), mode="bilinear", align_corners=True), nn.UpsamplingNearest2d(2), nn.UpsamplingBilinear2d(scale_factor=2), nn.ZeroPad2d(1), nn.ZeroPad2d((1, 2, 3, 4)), nn.ConstantPad1d(2, 3.5), nn.ReflectionPad2d(1), nn.ReplicationPad3d(1), nn.CircularPad1d(2),
  nn.CosineSimilarity(), nn.PairwiseDistance(), nn.MSELoss(), nn.CrossEntropyLoss(), nn.CrossEntropyLoss(weight=torch.ones(3)), nn.BCELoss(), nn.BCEWithLogitsLoss(), nn.NLLLoss(), nn.KLDivLoss(), nn.HuberLoss(), nn.SmoothL1Loss(), nn.TripletMarginLoss(), nn.CTCLoss(), nn.GaussianNLLLoss(), nn.PoissonNLLLoss(), nn.L1Loss(), nn.MarginRankingLoss(), nn.CosineEmbeddingLoss(), nn.HingeEmbeddingLoss(), nn.MultiMarginLoss(), nn.SoftMarginLoss(), nn.MultiLabelMarginLoss(), nn.MultiLabelSoftMarginLoss(), nn.AdaptiveLogSoftmaxWithLoss(8, 10, [3, 6])):
    print(m)
    if m: print(m.extra_repr())
print(nn.ParameterList([nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(2, 3))]))
print(nn.ParameterDict({"a": nn.Parameter(torch.ones(2)), "b": torch.zeros(2, 3)}))
print(nn.ModuleList([nn.Linear(1, 1) for _ in range(4)] + [nn.ReLU()]), nn.ModuleList(), nn.Sequential(), nn.ModuleDict({"x": nn.ReLU()}), nn.ModuleDict())
print(nn.Sequential(nn.Sequential(nn.ReLU(), nn.Sequential(nn.Tanh()))))
