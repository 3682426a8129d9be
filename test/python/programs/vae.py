import torch
from torch import nn, optim
from torch.nn import functional as F


class VAE(nn.Module):
    def __init__(self, inputs=12, hidden=8, latent=3):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh())
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(inplace=True), nn.Linear(hidden, inputs), nn.Sigmoid())

    def encode(self, x):
        h = self.encoder(x)
        return self.mean(h), self.log_variance(h)

    @staticmethod
    def reparameterize(mean, log_variance):
        std = torch.exp(0.5 * log_variance)
        return mean + std * torch.randn_like(std)

    def forward(self, x):
        mean, log_variance = self.encode(x)
        return self.decoder(self.reparameterize(mean, log_variance)), mean, log_variance


def loss_function(reconstructed, x, mean, log_variance):
    bce = F.binary_cross_entropy(reconstructed, x, reduction="sum")
    kld = -0.5 * torch.sum(1 + log_variance - mean.pow(2) - log_variance.exp())
    return bce + kld


torch.manual_seed(3)
model = VAE()
print(model)
data = torch.rand(16, 12)
optimizer = optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(5):
    optimizer.zero_grad()
    loss = loss_function(*[(r, data, m, v) for r, m, v in [model(data)]][0])
    loss.backward()
    optimizer.step()
    print(f"epoch {epoch}: {loss.item() / len(data):.4f}")
model.eval()
with torch.no_grad():
    sample = model.decoder(torch.zeros(2, 3))
    print(sample)
print(sum(p.numel() for p in model.parameters()))
