"""What layers take and their calls refuse: the function that a layer hands its arguments to says so."""
import torch
from torch import nn

torch.manual_seed(0)
x1, x3, x4, x5 = torch.rand(2, 4), torch.rand(2, 4, 8), torch.rand(2, 4, 8, 8), torch.rand(1, 4, 6, 6, 6)
I = torch.tensor([[1, 2], [0, 1]])

LAYERS = [
    ("Conv1d", dict(in_channels=4, out_channels=2, kernel_size=3), x3, {"stride": [1.5, 'a', None, True, (1.5, 2)], "padding": [1.5, (1.5, 2)], "dilation": [1.5, (1.5, 2)]}),
    ("Conv2d", dict(in_channels=4, out_channels=2, kernel_size=3), x4, {"stride": [1.5, 'a', None, True, (1.5, 2)], "padding": [1.5, (1.5, 2)], "dilation": [1.5, (1.5, 2)]}),
    ("Conv3d", dict(in_channels=4, out_channels=2, kernel_size=3), x5, {"stride": [1.5, 'a', None, True, (1.5, 2)], "padding": [1.5, (1.5, 2)], "dilation": [1.5, (1.5, 2)]}),
    ("ConvTranspose1d", dict(in_channels=4, out_channels=2, kernel_size=3), x3, {"stride": [1.5, 'a', None, True, (1.5, 2)], "padding": [1.5, (1.5, 2)], "output_padding": [1.5, (1.5, 2), [2]], "dilation": [1.5, (1.5, 2)]}),
    ("ConvTranspose2d", dict(in_channels=4, out_channels=2, kernel_size=3), x4, {"stride": [1.5, 'a', None, True, (1.5, 2)], "padding": [1.5, (1.5, 2)], "output_padding": [1.5, (1.5, 2), [2]], "dilation": [1.5, (1.5, 2)]}),
    ("MaxPool1d", dict(kernel_size=2), x3, {"kernel_size": [1.5, 'a', None, True, (1.5, 2), {}], "stride": [1.5, 'a', True, (1.5, 2), {}], "padding": [1.5, 'a', None, True, (1.5, 2), [2]], "dilation": [1.5, 'a', None, True, (1.5, 2)], "ceil_mode": [1.5, 'a', None, (1.5, 2), [2], {}]}),
    ("MaxPool2d", dict(kernel_size=2), x4, {"kernel_size": [1.5, 'a', None, True, (1.5, 2), {}], "stride": [1.5, 'a', True, (1.5, 2), {}], "padding": [1.5, 'a', None, True, (1.5, 2), [2]], "dilation": [1.5, 'a', None, True, (1.5, 2)], "ceil_mode": [1.5, 'a', None, (1.5, 2), [2], {}]}),
    ("MaxPool3d", dict(kernel_size=2), x5, {"kernel_size": [1.5, 'a', None, True, (1.5, 2), {}], "stride": [1.5, 'a', True, (1.5, 2), {}], "padding": [1.5, 'a', None, True, (1.5, 2), [2]], "dilation": [1.5, 'a', None, True, (1.5, 2)], "ceil_mode": [1.5, 'a', None, (1.5, 2), [2], {}]}),
    ("AvgPool1d", dict(kernel_size=2), x3, {"kernel_size": [(1.5, 2)], "stride": [(1.5, 2)], "padding": [(1.5, 2), [2]], "ceil_mode": [1.5, 'a', None, (1.5, 2), [2], {}], "count_include_pad": [1.5, 'a', None, (1.5, 2), [2], {}]}),
    ("AvgPool2d", dict(kernel_size=2), x4, {"kernel_size": [1.5, 'a', None, True, (1.5, 2), {}], "stride": [1.5, 'a', True, (1.5, 2), {}], "padding": [1.5, 'a', None, True, (1.5, 2), [2]], "ceil_mode": [1.5, 'a', None, (1.5, 2), [2], {}], "count_include_pad": [1.5, 'a', None, (1.5, 2), [2], {}], "divisor_override": [1.5, 'a', True, (1.5, 2), [2], {}]}),
    ("AvgPool3d", dict(kernel_size=2), x5, {"kernel_size": [1.5, 'a', None, True, (1.5, 2), {}], "stride": [1.5, 'a', True, (1.5, 2), {}], "padding": [1.5, 'a', None, True, (1.5, 2), [2]], "ceil_mode": [1.5, 'a', None, (1.5, 2), [2], {}], "divisor_override": [1.5, 'a', True, (1.5, 2), [2], {}]}),
    ("AdaptiveAvgPool1d", dict(output_size=2), x3, {"output_size": [1.5, 'a', None, True, (1.5, 2), {}]}),
    ("AdaptiveAvgPool2d", dict(output_size=2), x4, {"output_size": [True, (1.5, 2), [2]]}),
    ("AdaptiveMaxPool1d", dict(output_size=2), x3, {"output_size": [1.5, 'a', None, True, (1.5, 2), {}]}),
    ("AdaptiveMaxPool2d", dict(output_size=2), x4, {"output_size": [True, (1.5, 2), [2]]}),
    ("AdaptiveAvgPool3d", dict(output_size=2), x5, {"output_size": [True, (1.5, 2), [2]]}),
    ("FractionalMaxPool2d", dict(kernel_size=2, output_size=3), x4, {"kernel_size": [(1.5, 2)], "output_size": [(1.5, 2)]}),
    ("ZeroPad2d", dict(padding=1), x4, {"padding": [[2]]}),
    ("ReflectionPad1d", dict(padding=1), x3, {"padding": [[2]]}),
    ("ReplicationPad2d", dict(padding=1), x4, {"padding": [[2]]}),
    ("ConstantPad1d", dict(padding=1, value=0.), x3, {"padding": [[2]]}),
    ("CircularPad2d", dict(padding=1), x4, {"padding": [[2]]}),
    ("LeakyReLU", {}, x1, {"negative_slope": ['a', None, (1.5, 2), [2], {}]}),
    ("ELU", {}, x1, {"alpha": ['a', None, (1.5, 2), [2], {}]}),
    ("CELU", {}, x1, {"alpha": ['a', None, (1.5, 2), [2], {}]}),
    ("GELU", {}, x1, {"approximate": ['a']}),
    ("Softmax", dict(dim=1), x1, {"dim": [1.5, 'a', True, (1.5, 2), [2], {}]}),
    ("LogSoftmax", dict(dim=1), x1, {"dim": [1.5, 'a', True, (1.5, 2), [2], {}]}),
    ("Softmin", dict(dim=1), x1, {"dim": [1.5, 'a', True, (1.5, 2), [2], {}]}),
    ("Softplus", {}, x1, {"beta": ['a', None, (1.5, 2), [2], {}], "threshold": ['a', None, (1.5, 2), [2], {}]}),
    ("Threshold", dict(threshold=.1, value=0.), x1, {"threshold": ['a', None, (1.5, 2), [2], {}], "value": ['a', None, (1.5, 2), [2], {}]}),
    ("Hardshrink", {}, x1, {"lambd": ['a', None, (1.5, 2), [2], {}]}),
    ("Softshrink", {}, x1, {"lambd": ['a', None, (1.5, 2), [2], {}]}),
    ("RReLU", {}, x1, {"lower": ['a', None, (1.5, 2), [2], {}], "upper": ['a', None, (1.5, 2), [2], {}]}),
    ("GLU", {}, x1, {"dim": [1.5, 'a', True, (1.5, 2), [2], {}]}),
    ("GroupNorm", dict(num_groups=2,num_channels=4), x4, {"num_groups": [True], "eps": ['a', None, (1.5, 2), [2], {}]}),
    ("LayerNorm", dict(normalized_shape=4), x1, {"normalized_shape": [[2]], "eps": ['a', None, (1.5, 2), [2], {}]}),
    ("RMSNorm", dict(normalized_shape=4), x1, {"normalized_shape": [[2]], "eps": ['a', (1.5, 2), [2], {}]}),
    ("Embedding", dict(num_embeddings=5,embedding_dim=3), I, {"scale_grad_by_freq": [1.5, 'a', None, (1.5, 2), [2], {}], "sparse": [1.5, 'a', None, (1.5, 2), [2], {}]}),
    ("EmbeddingBag", dict(num_embeddings=5,embedding_dim=3), I, {"mode": [1.5, 'a', None, True, (1.5, 2), [2], {}]}),
    ("PixelShuffle", dict(upscale_factor=2), x4, {"upscale_factor": [1.5, 'a', None, True, (1.5, 2), [2], {}]}),
    ("PixelUnshuffle", dict(downscale_factor=2), x4, {"downscale_factor": [1.5, 'a', None, True, (1.5, 2), [2], {}]}),
    ("Upsample", dict(scale_factor=2), x4, {"size": [1.5, 'a', True, (1.5, 2), [2], {}], "scale_factor": [None], "mode": [1.5, 'a'], "align_corners": [1.5, 'a', True, (1.5, 2), [2], {}]}),
    ("Flatten", {}, x4, {"start_dim": [1.5, 'a', None, True, (1.5, 2), [2], {}], "end_dim": [1.5, 'a', None, True, (1.5, 2), [2], {}]}),
    ("Unflatten", dict(dim=1, unflattened_size=(2,2)), x1, {"unflattened_size": [[2]]}),
    ("Unfold", dict(kernel_size=2), x4, {"kernel_size": [1.5, 'a', None, True, (1.5, 2)], "dilation": [1.5, 'a', None, True, (1.5, 2)], "padding": [1.5, None, True, (1.5, 2)], "stride": [1.5, 'a', None, True, (1.5, 2)]}),
]

for name, given, inputs, wrong in LAYERS:
    for argument, values in wrong.items():
        for value in values:
            layer = getattr(nn, name)(**{**given, argument: value})
            if "Pool" in name or "Conv" in name:
                print(layer)
            try:
                layer(inputs.clone())
                print("taken")
            except Exception as error:
                print(type(error).__name__, error)

# Not the call alone: within others, with hooks, and where it was set right since.
pool = nn.MaxPool2d(1.5)
for each in (nn.Sequential(nn.ReLU(), pool), nn.ModuleList([pool])[0].forward):
    try:
        print(each(x4))
    except TypeError as error:
        print(error)
pool.kernel_size = pool.stride = 2
print(pool, pool(x4).shape)
print(nn.AdaptiveAvgPool2d((None, 2))(x4).shape, nn.LayerNorm(8)(x3).shape, nn.Softmax(dim=None)(x1).shape)
