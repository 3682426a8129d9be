import torch
from torch import nn, optim


def net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))


x = torch.tensor([[0.0, 1.0], [1.0, 0.5], [0.3, -1.0]])
y = torch.tensor([[1.0], [0.0], [-1.0]])
makers = [
    lambda p: optim.SGD(p, lr=0.1),
    lambda p: optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-3),
    lambda p: optim.SGD(p, lr=0.1, momentum=0.9, dampening=0.1, maximize=True),
    lambda p: optim.Adam(p, lr=0.05),
    lambda p: optim.Adam(p, lr=0.05, amsgrad=True, weight_decay=0.01),
    lambda p: optim.AdamW(p, lr=0.05),
    lambda p: optim.RMSprop(p, lr=0.01, centered=True, momentum=0.5),
    lambda p: optim.Adagrad(p, lr=0.1, lr_decay=0.01),
    lambda p: optim.Adadelta(p, lr=1.0),
    lambda p: optim.Adamax(p, lr=0.02),
    lambda p: optim.NAdam(p, lr=0.02),
    lambda p: optim.RAdam(p, lr=0.02),
    lambda p: optim.Rprop(p, lr=0.01),
    lambda p: optim.ASGD(p, lr=0.01),
]
for make in makers:
    model = net()
    optimizer = make(model.parameters())
    losses = []
    for _ in range(4):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(round(loss.item(), 5))
    print(type(optimizer).__name__, losses, round(model[2].bias.item(), 5))
model = net()
optimizer = optim.Adam([{"params": model[0].parameters(), "lr": 1e-3}, {"params": [model[2].weight]}], lr=1e-2)
optimizer.add_param_group({"params": [model[2].bias], "weight_decay": 0.1})
print(optimizer)
print([group["lr"] for group in optimizer.param_groups], [len(group["params"]) for group in optimizer.param_groups])
nn.functional.mse_loss(model(x), y).backward()
optimizer.step()
state = optimizer.state_dict()
print(list(state), list(state["state"]), list(state["state"][0]), state["param_groups"][2]["params"])
print(optimizer.state[model[2].bias]["step"], optimizer.state[model[2].bias]["exp_avg"])
for group in optimizer.param_groups:
    group["lr"] *= 0.1
print([f"{group['lr']:.4f}" for group in optimizer.param_groups])
other = optim.Adam([{"params": model[0].parameters()}, {"params": [model[2].weight]}, {"params": [model[2].bias]}])
other.load_state_dict(state)
print(other.param_groups[0]["lr"], other.state[model[2].bias]["step"])
try:
    optimizer.add_param_group({"params": [model[2].bias]})
except ValueError as e:
    print(e)
try:
    optim.SGD(model.parameters(), lr=0.1, momentum=-1)
except ValueError as e:
    print(e)
try:
    optim.SGD(torch.ones(2))
except TypeError as e:
    print(e)
lbfgs = optim.LBFGS(net().parameters(), lr=0.5)
model = net()
lbfgs = optim.LBFGS(model.parameters(), lr=0.5, max_iter=3)


def closure():
    lbfgs.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    return loss


for _ in range(2):
    print(f"{lbfgs.step(closure).item():.5f}")
