import math, inspect
from dataclasses import dataclass
import torch
import torch.nn as nn
from torch.nn import functional as F

@dataclass
class GPTConfig:
    block_size: int = 16
    vocab_size: int = 32
    n_layer: int = 2
    n_head: int = 2
    n_embd: int = 8
    dropout: float = 0.0
    bias: bool = True
    tie: bool = True

class CausalSelfAttention(nn.Module):
    def __init__(self, c):
        super().__init__()
        assert c.n_embd % c.n_head == 0, "heads"
        self.c_attn = nn.Linear(c.n_embd, 3 * c.n_embd, bias=c.bias)
        self.c_proj = nn.Linear(c.n_embd, c.n_embd, bias=c.bias)
        self.c_proj.NANOGPT_SCALE_INIT = 1
        self.n_head, self.n_embd = c.n_head, c.n_embd
        self.register_buffer("bias", torch.tril(torch.ones(c.block_size, c.block_size)).view(1, 1, c.block_size, c.block_size), persistent=False)
    def forward(self, x):
        B, T, C = x.size()
        q, k, v = self.c_attn(x).split(self.n_embd, dim=2)
        k, q, v = (t.view(B, T, self.n_head, C // self.n_head).transpose(1, 2) for t in (k, q, v))
        att = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
        att = att.masked_fill(self.bias[:, :, :T, :T] == 0, float("-inf"))
        att = F.softmax(att, dim=-1)
        y = att @ v
        z = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        assert torch.allclose(y, z, atol=1e-5)
        return self.c_proj(y.transpose(1, 2).contiguous().view(B, T, C))

class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.ln_1 = nn.LayerNorm(c.n_embd, bias=c.bias); self.attn = CausalSelfAttention(c); self.ln_2 = nn.LayerNorm(c.n_embd)
        self.mlp = nn.ModuleDict(dict(c_fc=nn.Linear(c.n_embd, 4 * c.n_embd), act=nn.GELU(approximate="tanh"), c_proj=nn.Linear(4 * c.n_embd, c.n_embd), dropout=nn.Dropout(c.dropout)))
        m = self.mlp
        self.mlpf = lambda x: m.dropout(m.c_proj(m.act(m.c_fc(x))))
    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlpf(self.ln_2(x))

class GPT(nn.Module):
    def __init__(self, config: GPTConfig):
        super().__init__()
        self.config = config
        self.transformer = nn.ModuleDict(dict(wte=nn.Embedding(config.vocab_size, config.n_embd), wpe=nn.Embedding(config.block_size, config.n_embd), h=nn.ModuleList([Block(config) for _ in range(config.n_layer)]), ln_f=nn.LayerNorm(config.n_embd)))
        self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        if config.tie: self.transformer.wte.weight = self.lm_head.weight
        self.apply(self._init_weights)
        for pn, p in self.named_parameters():
            if pn.endswith("c_proj.weight"): torch.nn.init.normal_(p, mean=0.0, std=0.02 / math.sqrt(2 * config.n_layer))
    def _init_weights(self, module):
        if isinstance(module, nn.Linear):
            std = 0.02 * ((2 * self.config.n_layer) ** -0.5 if hasattr(module, "NANOGPT_SCALE_INIT") else 1)
            torch.nn.init.normal_(module.weight, mean=0.0, std=std)
            if module.bias is not None: torch.nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding): torch.nn.init.normal_(module.weight, mean=0.0, std=0.02)
    def forward(self, idx, targets=None):
        device = idx.device; b, t = idx.size()
        assert t <= self.config.block_size, f"Cannot forward sequence of length {t}, block size is only {self.config.block_size}"
        pos = torch.arange(0, t, dtype=torch.long, device=device).unsqueeze(0)
        x = self.transformer.wte(idx) + self.transformer.wpe(pos)
        for block in self.transformer.h: x = block(x)
        logits = self.lm_head(self.transformer.ln_f(x))
        loss = F.cross_entropy(logits.view(-1, logits.size(-1)), targets.view(-1), ignore_index=-1) if targets is not None else None
        return logits, loss
    def configure_optimizers(self, wd, lr, betas):
        params = {pn: p for pn, p in self.named_parameters() if p.requires_grad}
        decay = [p for p in params.values() if p.dim() >= 2]; no = [p for p in params.values() if p.dim() < 2]
        print(f"num decayed: {len(decay)}, with {sum(p.numel() for p in decay):,} parameters; fused: {'fused' in inspect.signature(torch.optim.AdamW).parameters}")
        return torch.optim.AdamW([{"params": decay, "weight_decay": wd}, {"params": no, "weight_decay": 0.0}], lr=lr, betas=betas)
    @torch.no_grad()
    def generate(self, idx, n, temperature=1.0, top_k=None):
        for _ in range(n):
            logits, _ = self(idx[:, -self.config.block_size:])
            logits = logits[:, -1, :] / temperature
            if top_k is not None:
                v, _ = torch.topk(logits, min(top_k, logits.size(-1))); logits[logits < v[:, [-1]]] = -float("Inf")
            idx = torch.cat((idx, torch.multinomial(F.softmax(logits, dim=-1), num_samples=1)), dim=1)
        return idx
torch.manual_seed(1337)
m = GPT(GPTConfig()); print(m.config, m)
print(sum(p.numel() for p in m.parameters()), len(list(m.parameters())), len(m.state_dict()), m.lm_head.weight is m.transformer["wte"].weight, m.transformer.wte.weight.data_ptr() == m.lm_head.weight.data_ptr())
opt = m.configure_optimizers(0.1, 1e-2, (0.9, 0.95)); print(opt)
x = torch.randint(0, 32, (4, 16)); y = torch.roll(x, -1, 1)
for i in range(6):
    logits, loss = m(x, y); opt.zero_grad(set_to_none=True); loss.backward(); n = nn.utils.clip_grad_norm_(m.parameters(), 1.0); opt.step(); print(i, f"{loss.item():.4f} {n:.3f}")
m.eval(); print(m.generate(x[:1, :3], 8, top_k=5).tolist())
try: m(torch.zeros(1, 17, dtype=torch.long))
except AssertionError as e: print(e)
import io; file = io.BytesIO(); torch.save(m.state_dict(), file); file.seek(0); m2 = GPT(GPTConfig()); print(m2.load_state_dict(torch.load(file, weights_only=True)), torch.equal(m2(x)[0], m(x)[0]))
print(list(m.state_dict())[:8], {k: tuple(v.shape) for k, v in m.named_parameters() if "h.0" in k})
