import torch
from torch import nn

def show(fn):
    try:
        print("no error", fn())
    except Exception as e:
        print(type(e).__name__, "|", e)

class NoSuper(nn.Module):
    def __init__(self):
        self.fc = nn.Linear(1, 1)

class NoSuperParam(nn.Module):
    def __init__(self):
        self.w = nn.Parameter(torch.ones(1))

class NoSuperBuffer(nn.Module):
    def __init__(self):
        self.register_buffer("b", torch.ones(1))

class NoForward(nn.Module):
    pass

class Args(nn.Module):
    pass

class TwoArgs(nn.Module):
    def __init__(self, a, b):
        super().__init__()
    def forward(self, x, y):
        return x + y

show(NoSuper)
show(NoSuperParam)
show(NoSuperBuffer)
show(lambda: NoForward()(torch.ones(1)))
show(lambda: Args(1))
show(lambda: Args(a=1))
show(lambda: TwoArgs(1))
show(lambda: TwoArgs(1, 2)(torch.ones(1)))
show(lambda: nn.Linear(1))
show(lambda: nn.Linear())
show(lambda: nn.Linear(1, 2, foo=3))
show(lambda: nn.Conv2d(1, 2))
m = nn.Linear(2, 2)
show(lambda: m.nothing)
show(lambda: setattr(m, "weight", torch.ones(2)))
show(lambda: setattr(m, "bias", 3))
show(lambda: m.register_parameter("weight.x", None))
show(lambda: m.register_parameter("", None))
show(lambda: m.register_parameter("in_features", nn.Parameter(torch.ones(1))))
show(lambda: m.register_buffer("weight", torch.ones(1)))
show(lambda: m.register_buffer("b", 3))
show(lambda: m.add_module("x.y", nn.ReLU()))
show(lambda: m.add_module("x", 3))
show(lambda: m.train("yes"))
s = nn.Sequential(nn.ReLU())
show(lambda: s[3])
show(lambda: setattr(s, "0", 3))
show(lambda: nn.Sequential(3))
show(lambda: nn.ModuleList([1]))
show(lambda: nn.ModuleDict({"a": 1}))
show(lambda: s.get_submodule("0.x"))
show(lambda: s.get_parameter("0.weight"))
show(lambda: m.to(torch.int64))
show(lambda: m.load_state_dict([1]))
show(lambda: m.cuda())
show(lambda: torch.ones(1).cuda())
show(lambda: torch.ones(1).to("cuda"))
show(lambda: torch.ones(1, device="cuda"))
show(lambda: m.to("cuda"))
show(lambda: torch.device("foo"))
show(lambda: nn.Parameter([1.0]))
show(lambda: nn.Parameter(torch.tensor([1, 2])))
show(lambda: nn.Module.forward(nn.Module(), 1))
show(lambda: nn.ParameterList([nn.Parameter(torch.ones(1))])(1))
show(lambda: torch.nothing_like_this)
show(lambda: nn.NothingLikeThis)
show(lambda: torch.ones(1).nothing_like_this)
print(torch.cuda.is_available(), torch.device("cuda:0"), torch.device("cuda", 1).index)
