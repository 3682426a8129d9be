import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

def synthetic(w, b, n):
    X = torch.normal(0, 1, (n, len(w)))
    y = torch.matmul(X, w) + b
    y += torch.normal(0, 0.01, y.shape)
    return X, y.reshape((-1, 1))

torch.manual_seed(0)
true_w, true_b = torch.tensor([2, -3.4]), 4.2
features, labels = synthetic(true_w, true_b, 100)
loader = DataLoader(TensorDataset(features, labels), batch_size=10, shuffle=True)
net = nn.Sequential(nn.Linear(2, 1))
net[0].weight.data.normal_(0, 0.01)
net[0].bias.data.fill_(0)
loss = nn.MSELoss()
trainer = torch.optim.SGD(net.parameters(), lr=0.03)
for epoch in range(3):
    for X, y in loader:
        l = loss(net(X), y)
        trainer.zero_grad()
        l.backward()
        trainer.step()
    l = loss(net(features), labels)
    print(f"epoch {epoch + 1}, loss {l:.4f}")
w = net[0].weight.data
print("error", true_w - w.reshape(true_w.shape), true_b - net[0].bias.data)
X = torch.randn(60, 2)
y = (X[:, 0] * X[:, 1] > 0).long()
model = nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Linear(16, 2))
opt = torch.optim.Adam(model.parameters(), lr=0.05)
for i in range(20):
    out = model(X)
    l = nn.functional.cross_entropy(out, y)
    opt.zero_grad(); l.backward(); opt.step()
acc = (model(X).argmax(1) == y).float().mean()
print(f"{l.item():.3f} {acc:.2f}", (out.argmax(dim=1) == y).sum().item() > 30)
