"""What the constructors of layers refuse before they make anything, what their calls refuse, and how numbers, flags and tensors that they take are shown."""
import torch
from torch import nn

torch.manual_seed(0)
x, sequence, image = torch.rand(2, 4), torch.rand(2, 8, 4), torch.rand(2, 4, 8, 8)
classes, scores = torch.tensor([1, 0]), torch.rand(2, 4)

FEW = ["a", None, (1.5, 2), {}, torch.tensor(1.5)]
LAYERS = [
    ("Linear", dict(in_features=4, out_features=3), x, {"in_features": FEW, "out_features": [*FEW, torch.tensor(2)]}),
    ("Bilinear", dict(in1_features=4, in2_features=4, out_features=3), (x, x), {"out_features": FEW, "in1_features": FEW}),
    ("Conv2d", dict(in_channels=4, out_channels=2, kernel_size=3), image, {"in_channels": FEW, "out_channels": FEW, "groups": [*FEW, 0, 3, torch.tensor(2)], "padding_mode": [[2], {}], "kernel_size": ["a", None, torch.tensor(2)], "stride": [torch.tensor(2)]}),
    ("ConvTranspose2d", dict(in_channels=4, out_channels=2, kernel_size=3), image, {"in_channels": FEW, "groups": [*FEW, 0, 3], "padding_mode": [1.5, "a", None, [2], {}]}),
    ("Dropout", {}, x, {"p": [*FEW, -1, 2, torch.tensor(0.5)]}),
    ("LSTM", dict(input_size=4, hidden_size=3), sequence, {"input_size": [*FEW, 0], "hidden_size": [*FEW, -1], "num_layers": ["a", None, (1.5, 2), {}, 0], "bias": FEW, "batch_first": [*FEW, 1, 0], "dropout": ["a", None, (1.5, 2), {}, True, -1]}),
    ("GRUCell", dict(input_size=4, hidden_size=3), x, {"input_size": FEW}),
    ("MultiheadAttention", dict(embed_dim=4, num_heads=2), (sequence,) * 3, {"embed_dim": ["a", None, (1.5, 2), {}, 0, 5], "num_heads": ["a", None, (1.5, 2), {}, 0, 3]}),
    ("TransformerEncoderLayer", dict(d_model=4, nhead=2, dim_feedforward=5), sequence, {"d_model": ["a", None, {}, 5], "nhead": ["a", None, {}, 0], "dim_feedforward": FEW, "dropout": ["a", None, {}, -1]}),
    ("Transformer", dict(d_model=4, nhead=2, dim_feedforward=5, num_encoder_layers=1, num_decoder_layers=1), (sequence,) * 2, {"num_encoder_layers": FEW[:4], "num_decoder_layers": FEW[:4]}),
    ("Hardtanh", {}, x, {"min_val": ["a", None, 1.5, torch.tensor(2)]}),
    ("PReLU", {}, x, {"num_parameters": FEW[:4], "init": ["a", {}, torch.tensor(1.5)]}),
    ("GroupNorm", dict(num_groups=2, num_channels=4), image, {"num_groups": ["a", None, {}, 3], "num_channels": ["a", None, {}, 5]}),
    ("BatchNorm2d", dict(num_features=4), image, {"num_features": ["a", None, (1.5, 2), {}], "momentum": ["a", None, (1.5, 2), {}], "affine": [None, 0, 1]}),
    ("InstanceNorm2d", dict(num_features=4), image, {"eps": ["a", None, (1.5, 2), {}], "momentum": ["a", None]}),
    ("LayerNorm", dict(normalized_shape=4), x, {"normalized_shape": ["a", 1.5, (1.5, 2), None], "bias": [None, 0]}),
    ("Embedding", dict(num_embeddings=5, embedding_dim=3), classes, {"num_embeddings": FEW, "embedding_dim": [*FEW, torch.tensor(2)], "padding_idx": ["a", {}, 7, -7, -1, torch.tensor(2)]}),
    ("EmbeddingBag", dict(num_embeddings=5, embedding_dim=3), classes[None], {"scale_grad_by_freq": [1, (1.5, 2)], "sparse": FEW[1:], "include_last_offset": [None, 0]}),
    ("FractionalMaxPool2d", dict(kernel_size=2), image, {"output_size": [None], "output_ratio": [None]}),
    ("LPPool2d", dict(norm_type=2, kernel_size=2), image, {"kernel_size": [1.5, (1.5, 2)], "stride": [1.5, {}], "ceil_mode": [1, "b", None]}),
    ("ZeroPad2d", dict(padding=1), image, {"padding": [1.5, (1.5, 2), torch.tensor(1)]}),
    ("ConstantPad2d", dict(padding=1, value=0.0), image, {"padding": [1.5], "value": ["a", (1.5, 2), torch.tensor(2)]}),
    ("GLU", {}, x, {"dim": [None, 1.5]}),
    ("CosineSimilarity", {}, (x, x), {"dim": [None, "a"]}),
    ("KLDivLoss", {}, (x, scores), {"log_target": [1, None, "a"], "reduction": [None, "a"]}),
    ("HuberLoss", {}, (x, scores), {"delta": [*FEW, True], "reduction": [None, {}]}),
    ("CrossEntropyLoss", {}, (x, classes), {"weight": ["a", 1.5, {}, [2]], "reduction": [None, 1.5]}),
    ("CTCLoss", {}, (torch.rand(5, 2, 4).log_softmax(2), torch.tensor([[1, 2], [1, 3]]), torch.tensor([5, 5]), torch.tensor([2, 2])), {"blank": [1.5, None], "zero_infinity": [1, None]}),
]

for name, given, inputs, wrong in LAYERS:
    for argument, values in wrong.items():
        for value in values:
            print(f"{name}({argument}={value})", end=" ")
            try:
                layer = getattr(nn, name)(**{**given, argument: value})
                print(layer)
                layer(*inputs) if isinstance(inputs, tuple) else layer(inputs)
                print("taken")
            except Exception as error:
                print(type(error).__name__, error)

# Whole numbers and flags as they were given.
print(nn.Dropout(0), nn.Dropout2d(p=1), nn.ELU(1), nn.CELU(2.0), nn.Hardtanh(0, 1), nn.LocalResponseNorm(2, 1, 1, 1), nn.LSTM(3, 4, 2, dropout=1), nn.Upsample(scale_factor=2))
print(nn.TransformerEncoderLayer(4, 2, 8, dropout=0))
print(nn.Linear(4, 3, bias=None), nn.Linear(4, 3, bias=None).bias, nn.Linear(4, classes.max() + 1), nn.Conv2d(1, 2, 3).kernel_size, nn.Embedding(4, 2, -1).padding_idx)
layer = nn.Dropout(0)
layer.p = 0.5
print(layer, layer.p, nn.Dropout(0).p, nn.Dropout(0.0).p)
