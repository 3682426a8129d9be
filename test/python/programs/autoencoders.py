import torch
from torch import nn


class ConvAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(4, 8, 3, stride=2, padding=1), nn.ReLU())
        self.decoder = nn.Sequential(nn.ConvTranspose2d(8, 4, 3, stride=2, padding=1, output_padding=1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid())

    def forward(self, x, return_code=False):
        code = self.encoder(x)
        out = self.decoder(code)
        return (out, code) if return_code else out


torch.manual_seed(2)
model = ConvAutoencoder()
x = torch.rand(3, 1, 8, 8)
out, code = model(x, return_code=True)
print(out.shape, code.shape, model)
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3, alpha=0.9)
for step in range(3):
    loss = nn.functional.mse_loss(model(x + 0.1 * torch.randn_like(x)), x) + 1e-4 * sum(p.abs().sum() for p in model.encoder.parameters())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, f"{loss.item():.5f}")


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.branch = nn.Sequential(nn.Flatten(), nn.Linear(64, 8), nn.ReLU(), nn.Linear(8, 4))
        self.margin = nn.Parameter(torch.tensor(1.0))

    def forward(self, a, b):
        return nn.functional.pairwise_distance(self.branch(a), self.branch(b))


siamese = Siamese()
d = siamese(x, x.flip(0))
same = torch.tensor([0.0, 1.0, 0.0])
contrastive = (same * d.pow(2) + (1 - same) * torch.clamp(siamese.margin - d, min=0).pow(2)).mean()
contrastive.backward()
print(d, contrastive, siamese.margin.grad)
triplet = nn.TripletMarginLoss(margin=0.5)(siamese.branch(x), siamese.branch(x * 0.9), siamese.branch(torch.rand(3, 1, 8, 8)))
print(triplet)
