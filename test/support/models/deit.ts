// DeiT-Ti with its token for distillation (Touvron et al., "Training data-efficient image transformers & distillation through attention", 2020), as in timm.
import * as torch from "layerscope";
import { nn } from "layerscope";

class PatchEmbed extends nn.Module {
  proj: nn.Conv2d;
  norm = new nn.Identity();

  constructor(dim: number) {
    super();
    this.proj = new nn.Conv2d(3, dim, 16, { stride: 16 });
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.norm(this.proj(x).flatten(2).transpose(1, 2));
  }
}

class Attention extends nn.Module {
  qkv: nn.Linear;
  q_norm = new nn.Identity();
  k_norm = new nn.Identity();
  attn_drop = new nn.Dropout(0);
  proj: nn.Linear;
  proj_drop = new nn.Dropout(0);

  constructor(
    readonly dim: number,
    readonly heads: number,
  ) {
    super();
    this.qkv = new nn.Linear(dim, 3 * dim);
    this.proj = new nn.Linear(dim, dim);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const [batch, length, width] = x.shape as unknown as [number, number, number];
    const qkv = this.qkv(x)
      .reshape(batch, length, 3, this.heads, width / this.heads)
      .permute(2, 0, 3, 1, 4);
    const [q, k, v] = qkv.unbind(0) as [torch.Tensor, torch.Tensor, torch.Tensor];
    const scores = this.q_norm(q)
      .mul((width / this.heads) ** -0.5)
      .matmul(this.k_norm(k).transpose(-2, -1));
    const attention = this.attn_drop(nn.functional.softmax(scores, -1));
    return this.proj_drop(this.proj(attention.matmul(v).transpose(1, 2).reshape(batch, length, width)));
  }
}

class Mlp extends nn.Module {
  fc1: nn.Linear;
  act = new nn.GELU();
  drop1 = new nn.Dropout(0);
  norm = new nn.Identity();
  fc2: nn.Linear;
  drop2 = new nn.Dropout(0);

  constructor(dim: number) {
    super();
    this.fc1 = new nn.Linear(dim, 4 * dim);
    this.fc2 = new nn.Linear(4 * dim, dim);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.drop2(this.fc2(this.norm(this.drop1(this.act(this.fc1(x))))));
  }
}

class Block extends nn.Module {
  norm1: nn.LayerNorm;
  attn: Attention;
  ls1 = new nn.Identity();
  drop_path1 = new nn.Identity();
  norm2: nn.LayerNorm;
  mlp: Mlp;
  ls2 = new nn.Identity();
  drop_path2 = new nn.Identity();

  constructor(dim: number, heads: number) {
    super();
    this.norm1 = new nn.LayerNorm(dim, { eps: 1e-6 });
    this.attn = new Attention(dim, heads);
    this.norm2 = new nn.LayerNorm(dim, { eps: 1e-6 });
    this.mlp = new Mlp(dim);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    x = x.add(this.drop_path1(this.ls1(this.attn(this.norm1(x)))));
    return x.add(this.drop_path2(this.ls2(this.mlp(this.norm2(x)))));
  }
}

class VisionTransformerDistilled extends nn.Module {
  cls_token: nn.Parameter;
  dist_token: nn.Parameter;
  pos_embed: nn.Parameter;
  patch_embed: PatchEmbed;
  blocks: nn.Sequential;
  norm: nn.LayerNorm;
  head: nn.Linear;
  head_dist: nn.Linear;

  constructor(dim: number, depth: number, heads: number) {
    super();
    this.patch_embed = new PatchEmbed(dim);
    this.cls_token = new nn.Parameter(torch.zeros(1, 1, dim));
    this.dist_token = new nn.Parameter(torch.zeros(1, 1, dim));
    this.pos_embed = new nn.Parameter(torch.randn(1, 14 * 14 + 2, dim).mul(0.02));
    this.blocks = new nn.Sequential(...Array.from({ length: depth }, () => new Block(dim, heads)));
    this.norm = new nn.LayerNorm(dim, { eps: 1e-6 });
    this.head = new nn.Linear(dim, 1000);
    this.head_dist = new nn.Linear(dim, 1000);
  }

  override forward(images: torch.Tensor): torch.Tensor {
    const patches = this.patch_embed(images);
    const batch = patches.shape[0]!;
    const x = torch.cat([this.cls_token.expand(batch, -1, -1), this.dist_token.expand(batch, -1, -1), patches], 1).add(this.pos_embed);
    const given = this.norm(this.blocks(x));
    return this.head(given.select(1, 0))
      .add(this.head_dist(given.select(1, 1)))
      .div(2);
  }
}

export const deit = torch.withDevice("meta", () => new VisionTransformerDistilled(192, 12, 3)).eval();
deit(torch.zeros(1, 3, 224, 224, { device: "meta" }));
