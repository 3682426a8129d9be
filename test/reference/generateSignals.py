"""Writes data/signals.json: how a signal goes through networks of known results, measured with PyTorch 2.13.0 on CPU by hooks. The networks are those of test/inspect/knownSignals.test.ts."""

import json
import math
from pathlib import Path

import torch
from torch import nn

DEPTH = 50
WIDTH = 128


def mlp(activation, depth, initialize):
    net = nn.Sequential(*(nn.Sequential(nn.Linear(WIDTH, WIDTH), activation()) for _ in range(depth)))
    for parameter in net.parameters():
        if parameter.ndim == 2:
            initialize(parameter)
        else:
            nn.init.zeros_(parameter)
    return net


class Residual(nn.Module):
    def __init__(self, scale):
        super().__init__()
        self.first = nn.Linear(WIDTH, WIDTH)
        self.second = nn.Linear(WIDTH, WIDTH)
        for layer in (self.first, self.second):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            self.second.weight.mul_(scale)

    def forward(self, x):
        return x + self.second(torch.relu(self.first(x)))


def residual(scale):
    return nn.Sequential(*(Residual(scale) for _ in range(20)))


class Block(nn.Module):
    """The feed-forward half of a block of GPT-2."""

    def __init__(self, projection_std):
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.fc = nn.Linear(WIDTH, 4 * WIDTH)
        self.proj = nn.Linear(4 * WIDTH, WIDTH)
        nn.init.normal_(self.fc.weight, 0, 0.5 / math.sqrt(WIDTH))
        nn.init.normal_(self.proj.weight, 0, projection_std)
        nn.init.zeros_(self.fc.bias)
        nn.init.zeros_(self.proj.bias)

    def forward(self, x):
        return x + self.proj(nn.functional.gelu(self.fc(self.norm(x)), approximate="tanh"))


def gpt(blocks, scaled):
    std = 1 / math.sqrt(WIDTH)
    return nn.Sequential(*(Block(std / math.sqrt(2 * blocks) if scaled else std) for _ in range(blocks)))


def transformer(norm_first):
    layer = nn.TransformerEncoderLayer(32, 2, 64, dropout=0.0, batch_first=True, norm_first=norm_first)
    # Nested tensors and the fast path are of no concern while training.
    net = nn.TransformerEncoder(layer, 6, enable_nested_tensor=False)
    # A deep copy starts all layers equal.
    for parameter in net.parameters():
        if parameter.ndim == 2:
            nn.init.xavier_uniform_(parameter)
    return net


class LastStep(nn.Module):
    def __init__(self, forget_bias):
        super().__init__()
        self.lstm = nn.LSTM(16, 32, batch_first=True)
        with torch.no_grad():
            self.lstm.bias_hh_l0.zero_()
            self.lstm.bias_ih_l0.zero_()
            self.lstm.bias_ih_l0[32:64].fill_(forget_bias)
        self.start = nn.Linear(16, 16)

    def forward(self, x):
        # Only what the first step keeps until the last one comes back.
        return self.lstm(self.start(x))[0][:, -1]


CASES = {
    "relu, kaiming": (lambda: mlp(nn.ReLU, DEPTH, lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu")), [16, WIDTH]),
    "relu, normal 0.01": (lambda: mlp(nn.ReLU, DEPTH, lambda w: nn.init.normal_(w, 0, 0.01)), [16, WIDTH]),
    "tanh, xavier": (lambda: mlp(nn.Tanh, DEPTH, lambda w: nn.init.xavier_normal_(w, gain=5 / 3)), [16, WIDTH]),
    "constant": (lambda: mlp(nn.ReLU, 3, lambda w: nn.init.constant_(w, 0.01)), [16, WIDTH]),
    "residual": (lambda: residual(1.0), [16, WIDTH]),
    "residual, scaled": (lambda: residual(1 / 20), [16, WIDTH]),
    "gpt": (lambda: gpt(12, False), [16, WIDTH]),
    "gpt, scaled": (lambda: gpt(12, True), [16, WIDTH]),
    "transformer, pre-norm": (lambda: transformer(True), [4, 8, 32]),
    "transformer, post-norm": (lambda: transformer(False), [4, 8, 32]),
    "lstm, forget bias 0": (lambda: LastStep(0.0), [4, 24, 16]),
    "lstm, forget bias 1": (lambda: LastStep(1.0), [4, 24, 16]),
}


def measure(make, shape):
    torch.manual_seed(1)
    net = make()
    layers = []

    def watch(path):
        def hook(_module, _inputs, output):
            tensor = output[0] if isinstance(output, tuple) else output
            layer = {"path": path, "std": tensor.detach().std(correction=0).item(), "gradientStd": None}
            layers.append(layer)

            def back(gradient):
                layer["gradientStd"] = gradient.std(correction=0).item()

            tensor.register_hook(back)

        return hook

    for path, module in net.named_modules():
        module.register_forward_hook(watch(path))
    torch.manual_seed(0)
    x = torch.randn(shape)
    y = net(x)
    y.backward(torch.randn_like(y))
    ratios = {
        name: (parameter.grad.norm() / parameter.norm()).item()
        for name, parameter in net.named_parameters()
        if parameter.grad is not None and parameter.norm() > 0
    }
    return {"shape": shape, "layers": layers, "ratios": ratios}


torch.set_num_threads(1)
torch.set_flush_denormal(False)
data = [{"id": name, **measure(make, shape)} for name, (make, shape) in CASES.items()]
Path(__file__).with_name("data").joinpath("signals.json").write_text(json.dumps(data, separators=(",", ":")) + "\n")
