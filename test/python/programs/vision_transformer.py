import torch
from torch import nn


class PatchEmbedding(nn.Module):
    def __init__(self, image=8, patch=4, channels=3, width=8):
        super().__init__()
        self.n = (image // patch) ** 2
        self.conv = nn.LazyConv2d(width, kernel_size=patch, stride=patch)

    def forward(self, X):
        return self.conv(X).flatten(2).transpose(1, 2)


class Block(nn.Module):
    def __init__(self, width, heads, mlp):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, dropout=0.0, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, mlp), nn.GELU(), nn.Dropout(0.0), nn.Linear(mlp, width))

    def forward(self, X):
        Y = self.ln1(X)
        X = X + self.attention(Y, Y, Y, need_weights=False)[0]
        return X + self.mlp(self.ln2(X))


class ViT(nn.Module):
    def __init__(self, width=8, depth=2, heads=2, classes=5):
        super().__init__()
        self.patch = PatchEmbedding(width=width)
        self.cls = nn.Parameter(torch.zeros(1, 1, width))
        self.pos = nn.Parameter(torch.randn(1, self.patch.n + 1, width) * 0.02)
        self.blocks = nn.Sequential()
        for i in range(depth):
            self.blocks.add_module(f"{i}", Block(width, heads, 2 * width))
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, classes))

    def forward(self, X):
        X = self.patch(X)
        X = torch.cat((self.cls.expand(X.shape[0], -1, -1), X), 1) + self.pos
        return self.head(self.blocks(X)[:, 0])


torch.manual_seed(0)
model = ViT()
print(model)
x = torch.randn(2, 3, 8, 8)
print(model(x))
print(model, sum(p.numel() for p in model.parameters()))
loss = nn.functional.cross_entropy(model(x), torch.tensor([1, 4]), label_smoothing=0.1)
loss.backward()
print(loss, model.cls.grad.shape, all(p.grad is not None for p in model.parameters()))
patches = x.unfold(2, 4, 4).unfold(3, 4, 4).permute(0, 2, 3, 1, 4, 5).reshape(2, 4, -1)
print(patches.shape, torch.equal(patches[0, 0].view(3, 4, 4), x[0, :, :4, :4]))
