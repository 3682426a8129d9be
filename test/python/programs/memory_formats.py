"""Strides of channels_last, and what keeps them."""
import torch
import torch.nn as nn
import torch.nn.functional as F
def t(fn):
    try:
        fn()
    except Exception as e:
        print(fn.__name__, type(e).__name__, e)
@t
def cl():
    x = torch.arange(24.).reshape(1, 2, 3, 4)
    y = x.to(memory_format=torch.channels_last)
    print(y.stride(), y.is_contiguous(), y.is_contiguous(memory_format=torch.channels_last), x.is_contiguous(memory_format=torch.channels_last))
    print(torch.equal(x, y), y)
    z = x.contiguous(memory_format=torch.channels_last); print(z.stride())
    print(torch.empty(1, 2, 3, 4, memory_format=torch.channels_last).stride())
    print(y.contiguous().stride(), y.clone().stride(), (y + 1).stride(), torch.relu(y).stride(), torch.empty_like(y).stride(), torch.zeros_like(y).stride())
    print(x.clone(memory_format=torch.channels_last).stride())
    print(y.clone(memory_format=torch.contiguous_format).stride())
    print(nn.Conv2d(2, 3, 1).to(memory_format=torch.channels_last).weight.stride())
    print(nn.Conv2d(2, 3, 2).to(memory_format=torch.channels_last).weight.stride())
    print(nn.Conv2d(2, 3, 2)(y).stride())
    print((y + x).stride(), (x + y).stride())
    print(y.permute(0, 2, 3, 1).is_contiguous())
    print(torch.channels_last, torch.contiguous_format, torch.preserve_format, torch.channels_last_3d)
    print(y.float().stride(), y.double().stride(), y.to(torch.float64).stride())
    print(y.view(-1) if False else y.reshape(-1))
    v = torch.ones(1,2,2,3,4).to(memory_format=torch.channels_last_3d); print(v.stride(), v.is_contiguous(memory_format=torch.channels_last_3d))
    try: torch.ones(2, 3).to(memory_format=torch.channels_last)
    except Exception as e: print(type(e).__name__, e)
    try: y.view(2, 12)
    except Exception as e: print(type(e).__name__, e)
    print(nn.MaxPool2d(2)(y).stride(), nn.BatchNorm2d(2)(y).stride())


x = torch.arange(24.).reshape(1, 2, 3, 4)
y = x.to(memory_format=torch.channels_last)
print(y.stride())
torch.manual_seed(0)
for name, f in dict(conv=nn.Conv2d(2,3,2), conv1=nn.Conv2d(2,3,1), bn=nn.BatchNorm2d(2), bne=nn.BatchNorm2d(2).eval(), mp=nn.MaxPool2d(2), ap=nn.AvgPool2d(2), aap=nn.AdaptiveAvgPool2d(2), amp=nn.AdaptiveMaxPool2d(2), up=nn.Upsample(scale_factor=2), upb=nn.Upsample(scale_factor=2,mode="bilinear"), pad=nn.ZeroPad2d(1), rp=nn.ReflectionPad2d(1), gn=nn.GroupNorm(1,2), inn=nn.InstanceNorm2d(2), ct=nn.ConvTranspose2d(2,3,2), relu=nn.ReLU(), drop=nn.Dropout(), d2=nn.Dropout2d(), ps=nn.Softmax(1), prelu=nn.PReLU(), ln=nn.LayerNorm([2,3,4]), fl=nn.Flatten(), cat=lambda t: torch.cat([t,t],1), catm=lambda t: torch.cat([t,x],1), add=lambda t: t+x, radd=lambda t: x+t, mul=lambda t: t*torch.ones(1,2,1,1), b=lambda t: t + torch.ones(4), sum=lambda t: t.sum(1,keepdim=True), mean=lambda t: t.mean((2,3),keepdim=True), nhwc=lambda t: t.permute(0,2,3,1).contiguous(), fl2=lambda t: t.flip(2), roll=lambda t: t.roll(1,2), idx=lambda t: t[:, [0,1]], sl=lambda t: t[:, :1], cl=lambda t: t.clone(), dt=lambda t: t.detach(), half=lambda t: t.half() if 0 else t.double(), gelu=F.gelu, sig=torch.sigmoid, clamp=lambda t: t.clamp(0), where=lambda t: torch.where(t>1,t,x)).items():
    try: print(name, f(y).stride())
    except Exception as e: print(name, type(e).__name__, e)
w = torch.empty(3,2,2,2).permute(0,3,1,2).copy_(torch.rand(3,2,2,2)); print(w.stride(), F.conv2d(x, w).stride())
