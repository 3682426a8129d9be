import torch
from torch import nn, optim

torch.manual_seed(0)
x = torch.linspace(-1, 1, 20).unsqueeze(1)
y = 3 * x + 0.5
net = nn.Linear(1, 1)
opt = optim.LBFGS(net.parameters(), lr=0.5, max_iter=10)
calls = 0
def closure():
    global calls
    calls += 1
    opt.zero_grad()
    loss = ((net(x) - y) ** 2).mean()
    loss.backward()
    return loss
for _ in range(3):
    loss = opt.step(closure)
    print(f"{loss.item():.5f}")
print([round(p.item(), 3) for p in net.parameters()], calls > 3)
opt = optim.SGD(net.parameters(), lr=0.1)
print(f"{opt.step(lambda: ((net(x) - y) ** 2).mean()).item():.4f}", opt.step())


class Plain(optim.Optimizer):
    def __init__(self, params, lr=0.1):
        super().__init__(params, dict(lr=lr))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                state["n"] = state.get("n", 0) + 1
                p.add_(p.grad, alpha=-group["lr"])


net = nn.Linear(1, 1)
opt = Plain(net.parameters(), lr=0.3)
for _ in range(20):
    opt.zero_grad()
    loss = ((net(x) - y) ** 2).mean()
    loss.backward()
    opt.step()
print(f"{loss.item():.4f}", opt.state[net.weight]["n"])
print(opt)
