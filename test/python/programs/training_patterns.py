"""Loops as people write them: accumulation, clipping, early stopping, checkpoints, metrics, evaluation."""
import copy
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

torch.manual_seed(42)
X = torch.randn(60, 3)
Y = (X @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.1 * torch.randn(60, 1) > 0).float()
train, valid = random_split(TensorDataset(X, Y), [48, 12], generator=torch.Generator().manual_seed(0))
loaders = {"train": DataLoader(train, batch_size=8, shuffle=True, generator=torch.Generator().manual_seed(1)), "valid": DataLoader(valid, batch_size=12)}
model = nn.Sequential(nn.Linear(3, 8, bias=False), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.1), nn.Linear(8, 1))
criterion = nn.BCEWithLogitsLoss()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-2, weight_decay=1e-2)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4)


def evaluate(model, loader):
    model.eval()
    total, correct = 0.0, 0
    with torch.no_grad():
        for xb, yb in loader:
            out = model(xb)
            total += criterion(out, yb).item() * len(xb)
            correct += ((out > 0).float() == yb).sum().item()
    return total / len(loader.dataset), correct / len(loader.dataset)


best, best_loss, patience = None, math.inf, 2
for epoch in range(4):
    model.train()
    running = 0.0
    optimizer.zero_grad(set_to_none=True)
    for i, (xb, yb) in enumerate(loaders["train"], start=1):
        loss = criterion(model(xb), yb) / 2
        loss.backward()
        if i % 2 == 0:
            nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        running += loss.item() * 2
    scheduler.step()
    valid_loss, accuracy = evaluate(model, loaders["valid"])
    print(f"Epoch {epoch + 1}/4 - loss: {running / len(loaders['train']):.4f} - val: {valid_loss:.4f} - acc: {accuracy:.2%} - lr: {scheduler.get_last_lr()[0]:.2e}")
    if valid_loss < best_loss:
        best, best_loss = copy.deepcopy(model.state_dict()), valid_loss
    else:
        patience -= 1
        if patience == 0:
            print("stopped")
            break
model.load_state_dict(best)
print(f"{evaluate(model, loaders['valid'])[0]:.4f}", math.isclose(evaluate(model, loaders["valid"])[0], best_loss, rel_tol=1e-6))
confusion = torch.zeros(2, 2, dtype=torch.long)
with torch.no_grad():
    for xb, yb in loaders["valid"]:
        for t, p in zip(yb.view(-1).long(), (model(xb) > 0).view(-1).long()):
            confusion[t, p] += 1
print(confusion.sum(), confusion.diag().sum() > 0)
for name, p in model.named_parameters():
    print(f"{name:10s} {str(tuple(p.shape)):10s} {p.numel():4d} {p.requires_grad}")
