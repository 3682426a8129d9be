import torch
from torch import nn

torch.manual_seed(1)


class Scaled(nn.Linear):
    def __init__(self, n_in, n_out, scale=2.0):
        super().__init__(n_in, n_out)
        self.scale = scale

    def forward(self, x):
        return super().forward(x) * self.scale

    def extra_repr(self):
        return super().extra_repr() + f", scale={self.scale}"


class Mixin:
    def describe(self):
        return f"{type(self).__name__} with {sum(p.numel() for p in self.parameters())} parameters"


class Block(Mixin, nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Norm(nn.LayerNorm):
    @property
    def width(self):
        return self.normalized_shape[0]


a = Scaled(3, 3)
b = Block(Scaled(3, 3, scale=0.5), nn.Tanh(), Norm(3))
x = torch.rand(2, 3)
print(a)
print(a(x))
print(b)
print(b(x))
print(b.describe(), b[2].width, b[2].eps)
print(isinstance(a, nn.Linear), isinstance(b, nn.Sequential), issubclass(Scaled, nn.Module))
print(a.in_features, a.out_features, a.scale)
a.scale = 3.0
print(a)
