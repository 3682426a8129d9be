// CLIP ViT-B/32: images and texts in one space (Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021), as in openai/CLIP.
import * as torch from "layerscope";
import { nn } from "layerscope";

class QuickGELU extends nn.Module {
  override forward(x: torch.Tensor): torch.Tensor {
    return x.mul(torch.sigmoid(x.mul(1.702)));
  }
}

class Mlp extends nn.Module {
  c_fc: nn.Linear;
  gelu = new QuickGELU();
  c_proj: nn.Linear;

  constructor(width: number) {
    super();
    this.c_fc = new nn.Linear(width, 4 * width);
    this.c_proj = new nn.Linear(4 * width, width);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.c_proj(this.gelu(this.c_fc(x)));
  }
}

class ResidualAttentionBlock extends nn.Module {
  attn: nn.MultiheadAttention;
  ln_1: nn.LayerNorm;
  mlp: Mlp;
  ln_2: nn.LayerNorm;

  constructor(
    width: number,
    heads: number,
    readonly isCausal: boolean,
  ) {
    super();
    this.attn = new nn.MultiheadAttention(width, heads);
    this.ln_1 = new nn.LayerNorm(width);
    this.mlp = new Mlp(width);
    this.ln_2 = new nn.LayerNorm(width);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const normalized = this.ln_1(x);
    const length = x.shape[0]!;
    const attnMask = this.isCausal ? torch.full([length, length], -Infinity, { device: x.device }).triu(1) : null;
    x = x.add(this.attn(normalized, normalized, normalized, { needWeights: false, ...(attnMask && { attnMask }) })[0]);
    return x.add(this.mlp(this.ln_2(x)));
  }
}

class Transformer extends nn.Module {
  resblocks: nn.Sequential;

  constructor(width: number, layers: number, heads: number, isCausal: boolean) {
    super();
    this.resblocks = new nn.Sequential(...Array.from({ length: layers }, () => new ResidualAttentionBlock(width, heads, isCausal)));
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.resblocks(x);
  }
}

class VisionTransformer extends nn.Module {
  class_embedding = new nn.Parameter(torch.randn(768));
  positional_embedding = new nn.Parameter(torch.randn(50, 768));
  proj = new nn.Parameter(torch.randn(768, 512));
  conv1 = new nn.Conv2d(3, 768, 32, { stride: 32, bias: false });
  ln_pre = new nn.LayerNorm(768);
  transformer = new Transformer(768, 12, 12, false);
  ln_post = new nn.LayerNorm(768);

  override forward(images: torch.Tensor): torch.Tensor {
    const patches = this.conv1(images).flatten(2).permute(0, 2, 1);
    const token = this.class_embedding.expand(patches.shape[0]!, 1, -1);
    const x = this.ln_pre(torch.cat([token, patches], 1).add(this.positional_embedding));
    const given = this.transformer(x.permute(1, 0, 2)).permute(1, 0, 2);
    return this.ln_post(given.select(1, 0)).matmul(this.proj);
  }
}

class CLIP extends nn.Module {
  positional_embedding = new nn.Parameter(torch.randn(77, 512));
  text_projection = new nn.Parameter(torch.randn(512, 512));
  logit_scale = new nn.Parameter(torch.ones([]).mul(Math.log(1 / 0.07)));
  visual = new VisionTransformer();
  transformer = new Transformer(512, 12, 8, true);
  token_embedding = new nn.Embedding(49408, 512);
  ln_final = new nn.LayerNorm(512);

  encodeText(text: torch.Tensor): torch.Tensor {
    const x = this.token_embedding(text).add(this.positional_embedding);
    const given = this.ln_final(this.transformer(x.permute(1, 0, 2)).permute(1, 0, 2));
    // The feature of a text is that of its last token, which has the highest number.
    return given.at(torch.arange(given.shape[0]!, { device: given.device }), text.argmax(-1)).matmul(this.text_projection);
  }

  override forward(image: torch.Tensor, text: torch.Tensor): [torch.Tensor, torch.Tensor] {
    const [images, texts] = [this.visual(image), this.encodeText(text)].map((features) => features.div(features.norm(2, 1, { keepdim: true })));
    const perImage = this.logit_scale.exp().mul(images!).matmul(texts!.t());
    return [perImage, perImage.t()];
  }
}

export const clip = torch.withDevice("meta", () => new CLIP()).eval();
clip(torch.zeros(2, 3, 224, 224, { device: "meta" }), torch.zeros(2, 77, { dtype: torch.int64, device: "meta" }));
