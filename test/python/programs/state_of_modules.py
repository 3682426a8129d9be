import torch
from torch import nn
torch.manual_seed(0)
class Net(nn.Module):
    def __init__(self): super().__init__(); self.conv = nn.Conv2d(1, 2, 2); self.bn = nn.BatchNorm2d(2); self.head = nn.ModuleDict({"a": nn.Linear(2, 1), "b": nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.1))}); self.scale = nn.Parameter(torch.tensor(2.)); self.register_buffer("mask", torch.tensor([True, False]))
    def forward(self, x): return self.head["a"](self.bn(self.conv(x)).mean((2, 3))) * self.scale
n = Net(); print(n.state_dict()); print("\n".join(f"{k:20s} {str(tuple(v.shape)):15s} {v.dtype}" for k, v in n.state_dict().items()))
for name, p in n.named_parameters(): print(name, p.shape, p.requires_grad, p.numel())
for name, b in n.named_buffers(): print(name, b)
for name, m in n.named_modules(): print(repr(name), type(m).__name__)
print(n); print(list(n.named_children())); print(n.head["b"][0].weight); print(n.scale, n.mask, n._parameters, n._buffers); print(n._modules.keys())
print(dict(n.named_parameters(prefix="net", recurse=False)), [k for k, _ in n.named_modules(prefix="root")], [k for k, _ in n.named_modules(remove_duplicate=False)][:2])
n.half(); print(n.conv.weight.dtype, n.bn.num_batches_tracked.dtype); n.double(); print(n.conv.weight.dtype); n.float(); n.to(torch.bfloat16); print(n.scale); n.to("cpu", torch.float32); n.type(torch.float64); print(n.scale); n.float()
n.train(); print(n.training, n.bn.training); n.eval(); print(n.bn.training); n.requires_grad_(False); print(any(p.requires_grad for p in n.parameters())); n.requires_grad_(True); n.zero_grad(); n.apply(lambda m: print("apply", type(m).__name__)); print(n.get_parameter("head.a.weight").shape, n.get_submodule("head.b.0"), n.get_buffer("mask"))
for bad in ("head.zz", "conv.weight"):
    try: n.get_submodule(bad)
    except AttributeError as e: print(e)
try: n.get_parameter("mask")
except AttributeError as e: print(e)
x = torch.randn(2, 1, 4, 4); n.train(); n(x).sum().backward(); print({k: None if p.grad is None else tuple(p.grad.shape) for k, p in n.named_parameters()}); print(n.bn.num_batches_tracked, [round(v, 4) for v in n.bn.running_mean.tolist()])
print(sum(p.numel() for p in n.parameters()), sum(p.numel() * p.element_size() for p in n.parameters()), f"{sum(p.numel() for p in n.parameters() if p.requires_grad):,}")
l = nn.Linear(2, 2); l.weight.data.copy_(torch.eye(2)); l.bias.data.zero_(); print(l.weight, l.bias, l(torch.ones(1, 2))); l.weight = nn.Parameter(torch.ones(2, 2)); print(l.weight); 
for bad in (torch.ones(2, 2), 1, "x"):
    try: l.weight = bad
    except TypeError as e: print(e)
l.bias = None; print(l, l.bias, list(l.state_dict()))
