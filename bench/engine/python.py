"""The cases of cases.ts in PyTorch, one thread. Requests and answers as in contestant.ts."""
import json, resource, sys, time
import torch
from torch import nn
import torch.nn.functional as F

torch.set_num_threads(1)


def training(net, x, classes):
    y = torch.randint(0, classes, (x.shape[0],))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)

    def step():
        optimizer.zero_grad()
        F.cross_entropy(net(x), y).backward()
        optimizer.step()

    return step


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.c_attn, self.c_proj = nn.Linear(768, 3 * 768), nn.Linear(768, 768)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = (part.view(b, t, 12, 64).transpose(1, 2) for part in self.c_attn(x).split(768, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.c_proj(y.transpose(1, 2).contiguous().view(b, t, 768))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.attn, self.ln_2 = nn.LayerNorm(768), Attention(), nn.LayerNorm(768)
        self.fc, self.proj = nn.Linear(768, 4 * 768), nn.Linear(4 * 768, 768)

    def forward(self, x):
        y = x + self.attn(self.ln_1(x))
        return y + self.proj(F.gelu(self.fc(self.ln_2(y)), approximate="tanh"))


class Gpt2(nn.Module):
    def __init__(self):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(50257, 768), nn.Embedding(1024, 768)
        self.h = nn.ModuleList(Block() for _ in range(12))
        self.ln_f, self.lm_head = nn.LayerNorm(768), nn.Linear(768, 50257, bias=False)
        self.lm_head.weight = self.wte.weight
        self.apply(self.init)

    def init(self, module):
        if isinstance(module, (nn.Linear, nn.Embedding)):
            nn.init.normal_(module.weight, 0, 0.02)
        if isinstance(module, nn.Linear) and module.bias is not None:
            nn.init.zeros_(module.bias)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


def of_a_million(name):
    x, y = torch.rand(10 ** 6), torch.rand(10 ** 6)
    word = name.split()[1]
    if name.startswith("pow"):
        exponent = y if word == "of" else float(word)
        return lambda: x.pow(exponent)
    if name.startswith("BCE"):
        x.requires_grad_()
        loss = F.binary_cross_entropy_with_logits if "logits" in name else F.binary_cross_entropy

        def run():
            x.grad = None
            loss(x, y).backward()

        return run
    if "step" in name:
        x.requires_grad_().grad = y
        return {"SGD": lambda: torch.optim.SGD([x], 1e-3, momentum=0.9), "RMSprop": lambda: torch.optim.RMSprop([x], 1e-3),
                "Adam": lambda: torch.optim.Adam([x])}[name.split()[0].rstrip(",")]().step
    mask = x > 0.5
    return {"gt": lambda: x > y, "where": lambda: torch.where(mask, x, y), "masked": lambda: x.masked_fill(mask, 0.5)}[name.split()[0]]


def prepare(name):
    if name.startswith("matmul"):
        n = int(name.split()[1].rstrip(","))
        a, b = torch.rand(n, n), torch.rand(n, n)
        return (lambda: a.t() @ b.t()) if "transposed" in name else (lambda: a @ b)
    if name.startswith("conv2d"):
        channels, size = int(name.split()[2]), int(name.split("x")[-1])
        conv, x = nn.Conv2d(channels, channels, 3, padding=1, bias=False), torch.rand(1, channels, size, size)
        return lambda: conv(x).detach()
    if name.startswith("4-8-1"):
        net, x, ones = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1)), torch.rand(2, 4), torch.ones(2, 1)

        def run():
            net.zero_grad()
            net(x).backward(ones)

        return run
    if name.startswith("MLP"):
        net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
        return training(net, torch.rand(64, 784), 10)
    if name.startswith("LeNet"):
        net = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.Sigmoid(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 5), nn.Sigmoid(), nn.AvgPool2d(2),
                            nn.Flatten(), nn.Linear(400, 120), nn.Sigmoid(), nn.Linear(120, 84), nn.Sigmoid(), nn.Linear(84, 10))
        return training(net, torch.rand(32, 1, 28, 28), 10)
    if name.startswith("GPT-2 small, build"):
        return Gpt2
    if name.startswith("GPT-2 small, forward"):
        model, tokens = Gpt2().eval(), torch.randint(0, 50257, (1, 64))

        def forward():
            with torch.no_grad():
                model(tokens)

        return forward
    if name.startswith("GPT-2 small, training"):
        model, tokens = Gpt2(), torch.randint(0, 50257, (1, 65))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

        def step():
            optimizer.zero_grad()
            F.cross_entropy(model(tokens[:, :64]).view(64, 50257), tokens[0, 1:]).backward()
            optimizer.step()

        return step
    if "1e6" in name:
        return of_a_million(name)
    if name.startswith("LSTM"):
        lstm, x = nn.LSTM(128, 128), torch.rand(30, 32, 128)
        optimizer = torch.optim.SGD(lstm.parameters(), lr=0.01)

        def run():
            if "training" not in name:
                with torch.no_grad():
                    return lstm(x)
            optimizer.zero_grad()
            lstm(x)[0].square().mean().backward()
            optimizer.step()

        return run
    x, z = torch.rand(10 ** 7), torch.rand(10 ** 7)
    rows, norm = torch.rand(10 ** 4, 10 ** 3), nn.LayerNorm(10 ** 3)
    return {"add 1e7": lambda: x + z, "relu 1e7": lambda: torch.relu(x), "uniform 1e7": lambda: torch.rand(10 ** 7), "normal 1e7": lambda: torch.randn(10 ** 7),
            "softmax 1e4 x 1e3": lambda: torch.softmax(rows, -1), "layer norm 1e4 x 1e3": lambda: norm(rows).detach()}.get(name)


def milliseconds(repeats):
    start = time.perf_counter()
    for _ in range(repeats):
        run()
    return (time.perf_counter() - start) * 1000


def megabytes(name):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    prepare(name)()
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 / 1e6


run = None
for line in sys.stdin:
    request = json.loads(line)
    if "repeat" in request:
        answer = {"milliseconds": milliseconds(request["repeat"])}
    elif "memory" in request:
        answer = {"megabytes": megabytes(request["memory"])}
    else:
        run = None
        run = prepare(request["prepare"])
        answer = {"milliseconds": None if run is None else min(milliseconds(1) for _ in range(3))}
    print(json.dumps(answer), flush=True)
