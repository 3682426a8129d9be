import math
from dataclasses import dataclass
import torch
from torch import nn
from torch.nn import functional as F

@dataclass
class Config:
    vocab: int = 20
    block: int = 8
    layers: int = 2
    heads: int = 2
    width: int = 16
    dropout: float = 0.0
    bias: bool = True

class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.qkv = nn.Linear(c.width, 3 * c.width, bias=c.bias)
        self.proj = nn.Linear(c.width, c.width, bias=c.bias)
        self.heads, self.width = c.heads, c.width
        self.register_buffer("mask", torch.tril(torch.ones(c.block, c.block)).view(1, 1, c.block, c.block))

    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.qkv(x).split(self.width, dim=2)
        q, k, v = (t.view(B, T, self.heads, C // self.heads).transpose(1, 2) for t in (q, k, v))
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.mask[:, :, :T, :T] == 0, float("-inf"))
        y = F.softmax(att, dim=-1) @ v
        return self.proj(y.transpose(1, 2).contiguous().view(B, T, C))

class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.ln1, self.ln2 = nn.LayerNorm(c.width), nn.LayerNorm(c.width)
        self.attn = Attention(c)
        self.mlp = nn.ModuleDict(dict(fc=nn.Linear(c.width, 4 * c.width), proj=nn.Linear(4 * c.width, c.width), act=nn.GELU(), drop=nn.Dropout(c.dropout)))

    def forward(self, x):
        x = x + self.attn(self.ln1(x))
        m = self.mlp
        return x + m.drop(m.proj(m.act(m.fc(self.ln2(x)))))

class GPT(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.config = c
        self.transformer = nn.ModuleDict(dict(wte=nn.Embedding(c.vocab, c.width), wpe=nn.Embedding(c.block, c.width), h=nn.ModuleList([Block(c) for _ in range(c.layers)]), ln=nn.LayerNorm(c.width)))
        self.head = nn.Linear(c.width, c.vocab, bias=False)
        self.transformer.wte.weight = self.head.weight
        self.apply(self._init)
        for n, p in self.named_parameters():
            if n.endswith("proj.weight"):
                torch.nn.init.normal_(p, mean=0.0, std=0.02 / math.sqrt(2 * c.layers))

    def _init(self, m):
        if isinstance(m, nn.Linear):
            torch.nn.init.normal_(m.weight, mean=0.0, std=0.02)
            if m.bias is not None:
                torch.nn.init.zeros_(m.bias)
        elif isinstance(m, nn.Embedding):
            torch.nn.init.normal_(m.weight, mean=0.0, std=0.02)

    def forward(self, idx, targets=None):
        pos = torch.arange(0, idx.size(1), dtype=torch.long, device=idx.device)
        x = self.transformer.wte(idx) + self.transformer.wpe(pos)
        for block in self.transformer.h:
            x = block(x)
        logits = self.head(self.transformer.ln(x))
        loss = None if targets is None else F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=-1)
        return logits, loss

torch.manual_seed(0)
net = GPT(Config())
print(net)
print(sum(p.numel() for p in net.parameters()), len(net.state_dict()), net.head.weight is net.transformer.wte.weight)
x = torch.randint(0, 20, (2, 8))
opt = torch.optim.AdamW(net.parameters(), lr=1e-2)
for i in range(3):
    _, loss = net(x, x)
    opt.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    opt.step()
    print(f"{loss.item():.4f}")
net.eval()
with torch.no_grad():
    logits, _ = net(x[:, :3])
    print(logits[0, -1].topk(3).indices.shape, torch.multinomial(F.softmax(logits[:, -1], -1), 1).shape)
