import torch
from torch import nn


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(4)
        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)] + [nn.Linear(4, 2), nn.ReLU(), nn.ReLU()])
        self.blocks = nn.Sequential(*[nn.Sequential(nn.Linear(2, 2), nn.Tanh()) for _ in range(2)])
        self.register_buffer("b", torch.zeros(1))
        self.p = nn.Parameter(torch.zeros(1))


print(Head())
print(nn.Sequential(), nn.ModuleList(), nn.ModuleDict(), nn.ParameterList(), nn.Module())
print(nn.TransformerEncoderLayer(4, 2, 8))
for layer in (
    nn.Linear(2, 3, bias=False), nn.Conv1d(2, 4, 3, 2, 1), nn.Conv2d(3, 4, (1, 3), padding="valid", dilation=(1, 2)), nn.ConvTranspose1d(2, 2, 3, output_padding=1, stride=2), nn.Embedding(5, 3, padding_idx=1),
    nn.EmbeddingBag(5, 3, mode="max"), nn.BatchNorm1d(3, eps=1e-3, momentum=None), nn.LayerNorm(3, bias=False), nn.GroupNorm(2, 4), nn.InstanceNorm1d(3), nn.LSTM(2, 3, 2, dropout=0.1, bidirectional=True), nn.GRUCell(2, 3, bias=False),
    nn.MultiheadAttention(4, 2), nn.Dropout(0.3, inplace=True), nn.Softmax(), nn.LeakyReLU(0.3, True), nn.ELU(0.5), nn.PReLU(3), nn.Threshold(1, 2), nn.Hardtanh(-2, 2), nn.Softplus(2, 10), nn.GELU("tanh"), nn.Flatten(0, -2), nn.Unflatten(1, (2, 3)),
    nn.MaxPool2d((2, 1), stride=(2, 1), ceil_mode=True), nn.AvgPool1d(2), nn.AdaptiveMaxPool1d(3), nn.Upsample(scale_factor=(2, 3)), nn.PixelShuffle(3), nn.CosineSimilarity(0, 1e-6), nn.Bilinear(1, 2, 3), nn.Identity(), nn.CrossEntropyLoss(ignore_index=3), nn.BCEWithLogitsLoss(), nn.SmoothL1Loss(beta=2),
    nn.Fold((2, 2), 1), nn.Unfold(2, padding=1), nn.ReflectionPad1d(2), nn.LocalResponseNorm(2), nn.Transformer(4, 2, 1, 1, 4).encoder.norm, nn.TripletMarginLoss(), nn.Mish(), nn.ChannelShuffle(2), nn.RMSNorm(3), nn.LPPool1d(2, 3), nn.MaxUnpool2d(2), nn.FractionalMaxPool2d(2, output_size=3) if False else nn.Hardswish(),
):
    print(layer)
