import torch
from torch import nn, Tensor
import torch.nn.functional as F
from functools import partial
from typing import Type, Union, List, Optional, Callable
torch.manual_seed(0)
def conv3x3(i, o, stride=1): return nn.Conv2d(i, o, 3, stride, 1, bias=False)
class BasicBlock(nn.Module):
    expansion: int = 1
    def __init__(self, inplanes: int, planes: int, stride: int = 1, downsample: Optional[nn.Module] = None, norm_layer: Optional[Callable[..., nn.Module]] = None) -> None:
        super().__init__(); norm_layer = norm_layer or nn.BatchNorm2d
        self.conv1 = conv3x3(inplanes, planes, stride); self.bn1 = norm_layer(planes); self.relu = nn.ReLU(inplace=True); self.conv2 = conv3x3(planes, planes); self.bn2 = norm_layer(planes); self.downsample = downsample
    def forward(self, x: Tensor) -> Tensor:
        identity = x; out = self.relu(self.bn1(self.conv1(x))); out = self.bn2(self.conv2(out))
        if self.downsample is not None: identity = self.downsample(x)
        out += identity
        return self.relu(out)
class ResNet(nn.Module):
    def __init__(self, block: Type[BasicBlock], layers: List[int], num_classes=10, width=4, zero_init=True):
        super().__init__(); self.inplanes = width; self.stem = nn.Sequential(nn.Conv2d(3, width, 7, 2, 3, bias=False), nn.BatchNorm2d(width), nn.ReLU(True), nn.MaxPool2d(kernel_size=3, stride=2, padding=1))
        for i, n in enumerate(layers): setattr(self, f"layer{i + 1}", self._make_layer(block, width * 2 ** i, n, 1 if i == 0 else 2))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1)); self.fc = nn.Linear(width * 2 ** (len(layers) - 1), num_classes)
        for m in self.modules():
            if isinstance(m, nn.Conv2d): nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)): nn.init.constant_(m.weight, 1); nn.init.constant_(m.bias, 0)
        if zero_init:
            for m in self.modules():
                if isinstance(m, BasicBlock): nn.init.zeros_(m.bn2.weight)
    def _make_layer(self, block, planes, n, stride):
        down = nn.Sequential(nn.Conv2d(self.inplanes, planes * block.expansion, 1, stride, bias=False), nn.BatchNorm2d(planes)) if stride != 1 or self.inplanes != planes else None
        layers = [block(self.inplanes, planes, stride, down)]; self.inplanes = planes
        return nn.Sequential(*layers, *[block(planes, planes) for _ in range(1, n)])
    def forward(self, x):
        x = self.stem(x)
        for i in range(1, 3): x = getattr(self, f"layer{i}")(x)
        return self.fc(torch.flatten(self.avgpool(x), 1))
net = ResNet(BasicBlock, [1, 2]); print(net); x = torch.randn(2, 3, 32, 32); y = net(x); print(y.shape, [round(v, 3) for v in y[0].tolist()]); print(net.stem[1].num_batches_tracked, [round(v, 4) for v in net.stem[1].running_mean.tolist()])
for i in range(2): l = F.cross_entropy(net(x), torch.tensor([1, 2])); net.zero_grad(); l.backward(); print(round(l.item(), 4), sum(p.grad is not None for p in net.parameters()))
net.eval(); a = net(x); b = net(x); print(torch.equal(a, b), net.training, net.stem[1].training); print(sum(p.numel() for p in net.parameters() if p.requires_grad), sum(b.numel() for b in net.buffers()))
for p in net.stem.parameters(): p.requires_grad = False
print(sum(p.requires_grad for p in net.parameters())); net.fc = nn.Linear(8, 2); print(net(x).shape, net.fc); print([n for n, m in net.named_modules() if isinstance(m, nn.Conv2d)], [type(c).__name__ for c in net.layer2.children()], dict(net.named_children()).keys())
class DoubleConv(nn.Sequential):
    def __init__(self, i, o): super().__init__(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(inplace=True))
class UNet(nn.Module):
    def __init__(self, c=1, f=(4, 8)):
        super().__init__(); self.downs, self.ups = nn.ModuleList(), nn.ModuleList(); self.pool = nn.MaxPool2d(2)
        for k in f: self.downs.append(DoubleConv(c, k)); c = k
        for k in reversed(f): self.ups.append(nn.ConvTranspose2d(k * 2, k, 2, 2)); self.ups.append(DoubleConv(k * 2, k))
        self.bott = DoubleConv(f[-1], f[-1] * 2); self.final = nn.Conv2d(f[0], 1, 1)
    def forward(self, x):
        skips = []
        for d in self.downs: x = d(x); skips.append(x); x = self.pool(x)
        x = self.bott(x); skips = skips[::-1]
        for i in range(0, len(self.ups), 2):
            x = self.ups[i](x); s = skips[i // 2]
            if x.shape != s.shape: x = F.interpolate(x, size=s.shape[2:])
            x = self.ups[i + 1](torch.cat((s, x), dim=1))
        return self.final(x)
u = UNet(); print(u(torch.randn(1, 1, 18, 18)).shape, u.downs[0], len(u.ups)); print(UNet)
class VAE(nn.Module):
    def __init__(self, d=6, h=4, z=2): super().__init__(); self.enc = nn.Linear(d, h); self.mu, self.lv = nn.Linear(h, z), nn.Linear(h, z); self.dec = nn.Sequential(nn.Linear(z, h), nn.ReLU(), nn.Linear(h, d), nn.Sigmoid())
    def reparam(self, mu, lv): return mu + torch.randn_like(lv) * torch.exp(0.5 * lv)
    def forward(self, x): h = F.relu(self.enc(x)); mu, lv = self.mu(h), self.lv(h); return self.dec(self.reparam(mu, lv)), mu, lv
v = VAE(); o = torch.optim.Adam(v.parameters(), 1e-2); data = torch.rand(8, 6)
for i in range(4):
    rec, mu, lv = v(data); bce = F.binary_cross_entropy(rec, data, reduction="sum"); kld = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp()); loss = bce + kld; o.zero_grad(); loss.backward(); o.step(); print(f"{loss.item():.3f} {bce:.3f} {kld:.3f}")
try: net(torch.ones(1, 1, 32, 32))
except RuntimeError as e: print(e)
try: u(torch.ones(1, 3, 8, 8))
except RuntimeError as e: print(e)
