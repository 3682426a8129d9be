import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
image = torch.randn(2, 4, 8, 8)
for layer in (
    nn.Conv2d(4, 6, 3),
    nn.Conv2d(4, 8, 3, stride=2, padding=1, groups=2, bias=False),
    nn.Conv2d(4, 4, (3, 5), padding="same", dilation=2, padding_mode="reflect"),
    nn.ConvTranspose2d(4, 2, 2, stride=2),
    nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1, output_padding=1),
    nn.MaxPool2d(2),
    nn.MaxPool2d(3, 2, 1, ceil_mode=True),
    nn.AvgPool2d(2, count_include_pad=False),
    nn.AdaptiveAvgPool2d((1, 3)),
    nn.AdaptiveAvgPool2d(1),
    nn.AdaptiveMaxPool2d((None, 2)),
    nn.LPPool2d(2, 2),
    nn.Upsample(scale_factor=2, mode="nearest"),
    nn.Upsample(size=(4, 4), mode="bilinear", align_corners=True),
    nn.PixelShuffle(2),
    nn.PixelUnshuffle(2),
    nn.ZeroPad2d((1, 2, 0, 1)),
    nn.ReflectionPad2d(1),
    nn.ReplicationPad2d(2),
    nn.ConstantPad2d(1, 3.5),
    nn.Unfold(3, stride=2),
    nn.Flatten(),
    nn.Flatten(2),
    nn.Unflatten(1, (2, 2)),
    nn.Dropout2d(0.0),
    nn.BatchNorm2d(4),
    nn.GroupNorm(2, 4),
    nn.InstanceNorm2d(4, affine=True),
    nn.LocalResponseNorm(2),
    nn.ChannelShuffle(2),
    nn.Softmax2d(),
):
    result = layer(image)
    print(layer, tuple(result.shape), f"{result.double().sum().item() + 1:.3f}")
line = torch.randn(2, 4, 10)
for layer in (nn.Conv1d(4, 2, 3), nn.ConvTranspose1d(4, 2, 3), nn.MaxPool1d(2), nn.AvgPool1d(2), nn.AdaptiveAvgPool1d(3), nn.BatchNorm1d(4), nn.Fold((3, 4), 2) if False else nn.ConstantPad1d(2, 0.0)):
    print(layer, tuple(layer(line).shape))
cube = torch.randn(1, 2, 4, 4, 4)
for layer in (nn.Conv3d(2, 3, 2), nn.MaxPool3d(2), nn.AvgPool3d(2), nn.BatchNorm3d(2), nn.ConvTranspose3d(2, 1, 2)):
    print(layer, tuple(layer(cube).shape))
print(F.interpolate(image[:1, :1, :2, :2], scale_factor=2, mode="bilinear", align_corners=False))
print(F.pad(torch.arange(4.0).view(1, 1, 2, 2), (1, 1, 1, 1), mode="replicate"), F.pad(torch.ones(2), (1, 2), value=9))
values, indices = F.max_pool2d(image[0, :1], 4, return_indices=True)
print(values, indices, nn.MaxUnpool2d(4)(values, indices).shape)
print(F.conv2d(torch.ones(1, 1, 3, 3), torch.ones(1, 1, 2, 2), bias=torch.tensor([1.0]), padding=1))
