import torch, torch.nn as nn, torch.nn.functional as F, math
torch.manual_seed(0); r = lambda t: [round(v, 3) for v in t.detach().flatten().tolist()][:6]
class SE(nn.Module):
    def __init__(self, c, k=2): super().__init__(); self.fc = nn.Sequential(nn.Linear(c, c // k, bias=False), nn.ReLU(inplace=True), nn.Linear(c // k, c, bias=False), nn.Sigmoid())
    def forward(self, x): b, c, _, _ = x.size(); return x * self.fc(F.adaptive_avg_pool2d(x, 1).view(b, c)).view(b, c, 1, 1).expand_as(x)
class InvertedResidual(nn.Module):
    def __init__(self, i, o, s, e): super().__init__(); h = int(round(i * e)); self.use = s == 1 and i == o; self.conv = nn.Sequential(nn.Conv2d(i, h, 1, bias=False), nn.BatchNorm2d(h), nn.ReLU6(inplace=True), nn.Conv2d(h, h, 3, s, 1, groups=h, bias=False), nn.BatchNorm2d(h), nn.ReLU6(inplace=True), nn.Conv2d(h, o, 1, bias=False), nn.BatchNorm2d(o))
    def forward(self, x): return x + self.conv(x) if self.use else self.conv(x)
class Inception(nn.Module):
    def __init__(self, i): super().__init__(); self.b1 = nn.Conv2d(i, 2, 1); self.b2 = nn.Sequential(nn.Conv2d(i, 2, 1), nn.Conv2d(2, 3, 3, padding=1)); self.b3 = nn.Sequential(nn.MaxPool2d(3, 1, 1), nn.Conv2d(i, 1, 1))
    def forward(self, x): return torch.cat([b(x) for b in (self.b1, self.b2, self.b3)], 1)
class Dense(nn.Module):
    def __init__(self, i, g, n): super().__init__(); self.layers = nn.ModuleList([nn.Conv2d(i + k * g, g, 3, padding=1) for k in range(n)])
    def forward(self, x):
        fs = [x]
        for l in self.layers: fs.append(F.relu(l(torch.cat(fs, 1))))
        return torch.cat(fs, 1)
class ViT(nn.Module):
    def __init__(self, img=8, p=4, d=8, depth=2, heads=2, n=3):
        super().__init__(); self.patch = nn.Conv2d(3, d, p, p); self.cls = nn.Parameter(torch.zeros(1, 1, d)); self.pos = nn.Parameter(torch.randn(1, (img // p) ** 2 + 1, d) * 0.02); self.enc = nn.TransformerEncoder(nn.TransformerEncoderLayer(d, heads, d * 2, 0.0, "gelu", batch_first=True, norm_first=True), depth, enable_nested_tensor=False); self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, n); nn.init.trunc_normal_(self.cls, std=0.02)
    def forward(self, x): x = self.patch(x).flatten(2).transpose(1, 2); x = torch.cat([self.cls.expand(x.size(0), -1, -1), x], 1) + self.pos; return self.head(self.norm(self.enc(x)[:, 0]))
class TCN(nn.Module):
    def __init__(self, c): super().__init__(); self.convs = nn.ModuleList([nn.Conv1d(c, c, 3, dilation=2 ** i) for i in range(3)])
    def forward(self, x):
        for i, c in enumerate(self.convs): x = F.relu(c(F.pad(x, (2 * 2 ** i, 0)))) + x
        return x
class MoE(nn.Module):
    def __init__(self, d, n, k=2): super().__init__(); self.gate = nn.Linear(d, n); self.experts = nn.ModuleList([nn.Linear(d, d) for _ in range(n)]); self.k = k
    def forward(self, x):
        w, i = self.gate(x).softmax(-1).topk(self.k, -1); w = w / w.sum(-1, keepdim=True); out = torch.zeros_like(x)
        for e, ex in enumerate(self.experts):
            b, k = torch.where(i == e)
            if b.numel(): out.index_add_(0, b, ex(x[b]) * w[b, k, None])
        return out
class GCN(nn.Module):
    def __init__(self, i, h, o): super().__init__(); self.w1, self.w2 = nn.Linear(i, h, bias=False), nn.Linear(h, o, bias=False)
    def forward(self, x, adj): a = adj + torch.eye(len(adj)); d = a.sum(1).pow(-0.5); a = d[:, None] * a * d[None]; return F.log_softmax(a @ self.w2(F.relu(a @ self.w1(x))), 1)
class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6): super().__init__(); self.eps = eps; self.weight = nn.Parameter(torch.ones(d))
    def forward(self, x): return self.weight * (x.float() * torch.rsqrt(x.float().pow(2).mean(-1, keepdim=True) + self.eps)).type_as(x)
class SwiGLU(nn.Module):
    def __init__(self, d, h): super().__init__(); self.w1 = nn.Linear(d, h, bias=False); self.w2 = nn.Linear(h, d, bias=False); self.w3 = nn.Linear(d, h, bias=False)
    def forward(self, x): return self.w2(F.silu(self.w1(x)) * self.w3(x))
class GQA(nn.Module):
    def __init__(self, d, h, kv): super().__init__(); self.h, self.kv, self.hd = h, kv, d // h; self.q = nn.Linear(d, d, bias=False); self.k = nn.Linear(d, kv * self.hd, bias=False); self.v = nn.Linear(d, kv * self.hd, bias=False)
    def forward(self, x):
        B, T, C = x.shape; q = self.q(x).view(B, T, self.h, self.hd).transpose(1, 2); k, v = (f(x).view(B, T, self.kv, self.hd).transpose(1, 2).repeat_interleave(self.h // self.kv, dim=1) for f in (self.k, self.v)); return F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(B, T, C)
class AE(nn.Module):
    def __init__(self): super().__init__(); self.e = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.ReLU(), nn.Conv2d(4, 8, 3, 2, 1)); self.d = nn.Sequential(nn.ConvTranspose2d(8, 4, 3, 2, 1, output_padding=1), nn.ReLU(), nn.ConvTranspose2d(4, 1, 3, 2, 1, output_padding=1), nn.Sigmoid())
    def forward(self, x): return self.d(self.e(x))
class Noisy(nn.Linear):
    def __init__(self, i, o, s=0.5): super().__init__(i, o); self.sigma = nn.Parameter(torch.full((o, i), s)); self.register_buffer("eps", torch.zeros(o, i)); self.reset_parameters()
    def reset_parameters(self):
        if hasattr(self, "sigma"): nn.init.uniform_(self.weight, -math.sqrt(3 / self.in_features), math.sqrt(3 / self.in_features)); nn.init.zeros_(self.bias)
    def forward(self, x): self.eps.normal_(); return F.linear(x, self.weight + self.sigma * self.eps, self.bias)
class DQN(nn.Module):
    def __init__(self, s, a): super().__init__(); self.f = nn.Sequential(nn.Linear(s, 8), nn.ReLU()); self.adv, self.val = Noisy(8, a), nn.Linear(8, 1)
    def forward(self, x): f = self.f(x); a = self.adv(f); return self.val(f) + a - a.mean(-1, keepdim=True)
img = torch.randn(2, 4, 8, 8)
for m, a in ((SE(4), (img,)), (InvertedResidual(4, 4, 1, 2), (img,)), (Inception(4), (img,)), (Dense(4, 2, 2), (img,)), (ViT(), (img[:, :3],)), (TCN(4), (img[:, :, 0],)), (MoE(4, 3), (img[0, :, 0, :4],)), (GCN(4, 4, 2), (torch.randn(3, 4), torch.tensor([[0., 1, 0], [1, 0, 1], [0, 1, 0]]))), (RMSNorm(8), (img,)), (SwiGLU(8, 16), (img,)), (GQA(8, 4, 2), (img[0],)), (AE(), (img[:, :1],)), (DQN(4, 2), (torch.randn(3, 4),))):
    o = m(*a); print(type(m).__name__, tuple(o.shape), r(o), sum(p.numel() for p in m.parameters())); o.sum().backward(); print(m if len(repr(m)) < 600 else len(repr(m)), sum(p.grad is not None for p in m.parameters()))
