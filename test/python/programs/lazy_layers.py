"""Layers before and after their first input, and lazy modules of one's own."""
import io

import torch
import torch.nn as nn
def t(fn):
    try:
        fn()
    except Exception as e:
        print(fn.__name__, type(e).__name__, e)
@t
def lazy():
    torch.manual_seed(0)
    l = nn.LazyLinear(4)
    print(l)
    for name, f in dict(repr=lambda: repr(l.weight), shape=lambda: l.weight.shape, numel=lambda: l.weight.numel(), data=lambda: l.weight.data, dtype=lambda: l.weight.dtype,
        sd=lambda: l.state_dict(), add=lambda: l.weight + 1, sum=lambda: l.weight.sum(), hasun=lambda: l.has_uninitialized_params(), isl=lambda: isinstance(l, nn.Linear), cls=lambda: l.cls_to_become,
        dev=lambda: l.weight.device, rg=lambda: l.weight.requires_grad, typ=lambda: type(l.weight), isparam=lambda: isinstance(l.weight, nn.Parameter), islazy=lambda: nn.parameter.is_lazy(l.weight),
        double=lambda: l.double().weight.dtype, float=lambda: l.float().weight.dtype, share=lambda: l.share_memory(), cpu=lambda: l.cpu(), names=lambda: [n for n, _ in l.named_parameters()], infe=lambda: (l.in_features, l.out_features), grad=lambda: l.weight.grad, leaf=lambda: l.weight.is_leaf,
        ndim=lambda: l.weight.ndim, opt=lambda: torch.optim.SGD(l.parameters(), lr=0.1), cnt=lambda: sum(p.numel() for p in l.parameters()), reset=lambda: l.reset_parameters(), zero=lambda: l.zero_grad(), train=lambda: l.eval(), mod=lambda: l.weight.__module__, item=lambda: l.weight[0], contig=lambda: l.weight.is_contiguous(), apply=lambda: l.apply(lambda m: None),
        rgf=lambda: l.requires_grad_(False), rgt=lambda: l.requires_grad_(True), isun=lambda: isinstance(l.weight, nn.UninitializedParameter), isun2=lambda: isinstance(l.weight, nn.parameter.UninitializedTensorMixin), bias=lambda: l.bias).items():
        try:
            print(name, f())
        except Exception as e:
            print(name, type(e).__name__, e)
    y = l(torch.ones(2, 3))
    print(l, type(l), isinstance(l, nn.Linear), isinstance(l, nn.LazyLinear), type(l) is nn.Linear, l.weight.shape, y)
    print(l.state_dict())
    print(type(l.weight), l.has_uninitialized_params() if hasattr(l, 'has_uninitialized_params') else 'none')
    print(hasattr(l, "cls_to_become"), l._forward_pre_hooks, l._load_state_dict_pre_hooks)
@t
def lazyload():
    torch.manual_seed(0)
    l = nn.LazyLinear(4)
    full = nn.Linear(3, 4)
    print(l.load_state_dict(full.state_dict()))
    print(l, type(l), l.weight.shape, type(l.weight))
    print(l(torch.ones(1, 3)))
    print(l, type(l))
    a, b = nn.LazyLinear(4), nn.LazyLinear(4)
    print(b.load_state_dict(a.state_dict()))
    print(b.weight)
    try: full.load_state_dict(a.state_dict())
    except Exception as e: print(type(e).__name__, e)
@t
def conv():
    torch.manual_seed(0)
    for cls in (nn.LazyConv1d, nn.LazyConv2d, nn.LazyConv3d, nn.LazyConvTranspose1d, nn.LazyConvTranspose2d, nn.LazyConvTranspose3d):
        c = cls(4, 2)
        print(c, c.weight, c.bias, c.cls_to_become)
        n = int(cls.__name__[-2])
        y = c(torch.ones(1, 3, *[4]*n))
        print(c, c.weight.shape, y.shape, type(c))
    for cls in (nn.LazyBatchNorm1d, nn.LazyBatchNorm2d, nn.LazyBatchNorm3d, nn.LazyInstanceNorm1d, nn.LazyInstanceNorm2d, nn.LazyInstanceNorm3d):
        for kw in ({}, dict(affine=True, track_running_stats=True), dict(affine=False)):
            c = cls(**kw)
            print(c, c.weight, c.bias, c.running_mean, c.running_var, getattr(c, "num_batches_tracked", None), c.cls_to_become)
            n = int(cls.__name__[-2])
            y = c(torch.ones(2, 3, *[4]*n))
            print(c, list(c.state_dict()), type(c))
@t
def net():
    torch.manual_seed(0)
    net = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(8), nn.Linear(8, 2))
    print(net)
    try:
        torch.optim.SGD(net.parameters(), 0.1)
    except Exception as e: print(type(e).__name__, e)
    print([p.__class__.__name__ for p in net.parameters()])
    net.double()
    print(net[0].weight.dtype, net[4].weight.dtype)
    net.float()
    torch.manual_seed(1)
    c = nn.Sequential(nn.LazyConv2d(4, 3), nn.LazyBatchNorm2d(), nn.ReLU(), nn.Flatten(), nn.LazyLinear(8), nn.Linear(8, 2))
    print(net(torch.ones(2, 3, 5, 5)))
    print(net)
    print(c)
    b = io.BytesIO(); torch.save(net.state_dict(), b); b.seek(0)
    c.load_state_dict(torch.load(b))
    print(c(torch.ones(2, 3, 5, 5)))
    print([type(m).__name__ for m in c])
@t
def custom():
    from torch.nn.modules.lazy import LazyModuleMixin
    from torch.nn.parameter import UninitializedParameter, UninitializedBuffer
    class LazyScale(LazyModuleMixin, nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = UninitializedParameter()
            self.register_buffer("mean", UninitializedBuffer())
        def initialize_parameters(self, x):
            if self.has_uninitialized_params():
                with torch.no_grad():
                    self.scale.materialize((x.shape[-1],))
                    self.scale.fill_(2.0)
                    self.mean.materialize(x.shape[-1:])
                    self.mean.zero_()
        def forward(self, x):
            return x * self.scale + self.mean
    m = LazyScale()
    print(m, m.scale, m.mean)
    print(m.has_uninitialized_params())
    print(m(torch.ones(2, 3)))
    print(m.scale, m.mean, type(m.scale), type(m.mean))
    print(m.has_uninitialized_params())
    print(m.state_dict())
