# What hooks of modules give back that is not what PyTorch takes, and hooks that are always called.
import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")
torch.manual_seed(0)


def show(label, f):
    try:
        value = f()
        print(label, "ok", type(value).__name__)
    except Exception as error:
        print(label, type(error).__name__, error)


class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 3)

    def forward(self, x):
        return self.linear(x)


x = torch.ones(2, 3)
values = [
    ("str", "x"), ("int", 3), ("empty tuple", ()), ("two", (x, x)), ("tensor", x), ("dict", {"a": 1}), ("two None", (None, None)),
    ("str in tuple", ("x",)), ("int in tuple", (3,)), ("other shape", (torch.ones(4, 5),)), ("False", False), ("float", 1.5), ("right", (x * 2,)),
]
for name, value in values:
    for make in (lambda: nn.Linear(3, 3), Own):
        def run(method, hook, needs=True, **options):
            net = make()
            getattr(net, method)(hook, **options)
            a = x.clone().requires_grad_(needs)
            net(a).sum().backward()
            return a.grad

        def forward(method, hook, **options):
            net = make()
            getattr(net, method)(hook, **options)
            return net(x)

        print("-", name, type(make()).__name__)
        show("forward", lambda: forward("register_forward_hook", lambda m, a, o: value))
        show("pre", lambda: forward("register_forward_pre_hook", lambda m, a, k: value, with_kwargs=True) if name in ("str", "int", "two None") else 0)
        show("backward", lambda: run("register_full_backward_hook", lambda m, i, o: value))
        show("backward without", lambda: run("register_full_backward_hook", lambda m, i, o: value, False))
        show("backward pre", lambda: run("register_full_backward_pre_hook", lambda m, o: value))
        show("backward pre without", lambda: run("register_full_backward_pre_hook", lambda m, o: value, False))


def raising(m, a):
    raise ValueError("before")


def raising_after(m, a, o):
    raise KeyError("after")


def always(m, a, o):
    print("  always", o is None, len(a))


def always_with_kwargs(m, a, k, o):
    print("  always, with kwargs", o is None, len(a), k)


for make in (lambda: nn.Linear(3, 3), lambda: nn.Sequential(nn.Linear(3, 3)), Own):
    for hooks in ("before", "after", "always first", "forward", "always fails", "backward"):
        net = make()
        if hooks in ("before", "always fails", "backward"):
            net.register_forward_pre_hook(raising)
        if hooks == "backward":
            net.register_full_backward_hook(lambda *a: None)
        if hooks == "after":
            net.register_forward_hook(raising_after)
        net.register_forward_hook(raising_after if hooks == "always fails" else always, always_call=True)
        net.register_forward_hook(always_with_kwargs, always_call=True, with_kwargs=True)
        if hooks == "always first":
            net.register_forward_hook(raising_after)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            show(hooks, lambda: net(torch.ones(2, 4) if hooks == "forward" else x))
        print([str(each.message) for each in told])
