import torch
from torch import nn, optim

torch.manual_seed(0)
net = nn.Linear(2, 1)
x, t = torch.randn(8, 2), torch.randn(8, 1)
for name, opt in [
    ("sgd", optim.SGD(net.parameters(), lr=0.1)),
    ("momentum", optim.SGD(net.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-2)),
    ("nesterov", optim.SGD(net.parameters(), lr=0.05, momentum=0.9, nesterov=True)),
    ("adam", optim.Adam(net.parameters(), lr=0.01)),
    ("adamw", optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.1)),
    ("rmsprop", optim.RMSprop(net.parameters(), lr=0.01)),
    ("adagrad", optim.Adagrad(net.parameters(), lr=0.1)),
]:
    for step in range(3):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x), t)
        loss.backward()
        opt.step()
    print(name, f"{loss.item():.4f}", [round(v, 4) for v in net.weight.flatten().tolist()])
print(opt)
print(optim.SGD(net.parameters(), lr=0.1, momentum=0.9))
print(optim.Adam(net.parameters()))
opt = optim.Adam([{"params": [net.weight], "lr": 0.1}, {"params": [net.bias]}], lr=0.01)
print([g["lr"] for g in opt.param_groups], len(opt.param_groups), opt.param_groups[0].keys())
for g in opt.param_groups:
    g["lr"] *= 0.5
print([g["lr"] for g in opt.param_groups])
loss = net(x).pow(2).mean()
opt.zero_grad(set_to_none=False)
loss.backward()
opt.step()
print(sorted(opt.state[net.weight]), opt.state[net.weight]["step"])
sd = opt.state_dict()
print(sd["param_groups"][0]["params"], sorted(sd["state"]))
other = optim.Adam([{"params": [net.weight], "lr": 0.1}, {"params": [net.bias]}], lr=0.01)
other.load_state_dict(sd)
print([g["lr"] for g in other.param_groups], torch.equal(other.state[net.bias]["exp_avg"], opt.state[net.bias]["exp_avg"]))
opt.zero_grad()
print(net.weight.grad)
