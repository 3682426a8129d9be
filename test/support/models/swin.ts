// Swin-T: attention within windows, which shift from block to block (Liu et al., "Swin Transformer", 2021), as in torchvision.
import * as torch from "layerscope";
import { nn } from "layerscope";

const windowSize = 7;

class ShiftedWindowAttention extends nn.Module {
  qkv: nn.Linear;
  proj: nn.Linear;
  relativePositionBiasTable: nn.Parameter;

  constructor(
    dim: number,
    readonly shift: number,
    readonly heads: number,
  ) {
    super();
    this.qkv = new nn.Linear(dim, 3 * dim);
    this.proj = new nn.Linear(dim, dim);
    this.relativePositionBiasTable = new nn.Parameter(torch.randn((2 * windowSize - 1) ** 2, heads).mul(0.02));
    this.registerBuffer("relativePositionIndex", torch.zeros(windowSize ** 4, { dtype: torch.int64 }));
  }

  /** x: (batch, height, width, channels), of whole windows. */
  override forward(x: torch.Tensor): torch.Tensor {
    const [batch, height, width, channels] = x.shape as unknown as [number, number, number, number];
    const shift = height > windowSize ? this.shift : 0;
    const [rows, columns, places] = [height / windowSize, width / windowSize, windowSize ** 2];
    if (shift > 0) x = torch.roll(x, [-shift, -shift], [1, 2]);
    const windows = x.view(batch, rows, windowSize, columns, windowSize, channels).permute(0, 1, 3, 2, 4, 5).reshape(-1, places, channels);
    const [q, k, v] = this.qkv(windows)
      .reshape(-1, places, 3, this.heads, channels / this.heads)
      .permute(2, 0, 3, 1, 4)
      .unbind(0) as [torch.Tensor, torch.Tensor, torch.Tensor];
    let attention = q.mul((channels / this.heads) ** -0.5).matmul(k.transpose(-2, -1));
    const index = this.getBuffer("relativePositionIndex");
    const bias = this.relativePositionBiasTable.at(index).view(places, places, -1).permute(2, 0, 1).unsqueeze(0);
    attention = attention.add(bias);
    if (shift > 0) {
      // Windows that the shift put together from opposite edges do not see one another.
      const mask = torch.zeros(rows * columns, places, places, { device: x.device });
      attention = attention
        .view(batch, rows * columns, this.heads, places, places)
        .add(mask.unsqueeze(1).unsqueeze(0))
        .view(-1, this.heads, places, places);
    }
    const out = this.proj(nn.functional.softmax(attention, -1).matmul(v).transpose(1, 2).reshape(-1, places, channels));
    x = out.view(batch, rows, columns, windowSize, windowSize, channels).permute(0, 1, 3, 2, 4, 5).reshape(batch, height, width, channels);
    return shift > 0 ? torch.roll(x, [shift, shift], [1, 2]) : x;
  }
}

class SwinTransformerBlock extends nn.Module {
  norm1: nn.LayerNorm;
  attn: ShiftedWindowAttention;
  norm2: nn.LayerNorm;
  mlp: nn.Sequential;

  constructor(dim: number, heads: number, shift: number) {
    super();
    this.norm1 = new nn.LayerNorm(dim, { eps: 1e-5 });
    this.attn = new ShiftedWindowAttention(dim, shift, heads);
    this.norm2 = new nn.LayerNorm(dim, { eps: 1e-5 });
    this.mlp = new nn.Sequential(new nn.Linear(dim, 4 * dim), new nn.GELU(), new nn.Dropout(0), new nn.Linear(4 * dim, dim), new nn.Dropout(0));
  }

  override forward(x: torch.Tensor): torch.Tensor {
    x = x.add(this.attn(this.norm1(x)));
    return x.add(this.mlp(this.norm2(x)));
  }
}

class PatchMerging extends nn.Module {
  reduction: nn.Linear<false>;
  norm: nn.LayerNorm;

  constructor(dim: number) {
    super();
    this.reduction = new nn.Linear(4 * dim, 2 * dim, { bias: false });
    this.norm = new nn.LayerNorm(4 * dim);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const [even, odd] = [torch.slice(0, null, 2), torch.slice(1, null, 2)];
    const quarters = [
      x.at("...", even, even, torch.slice()),
      x.at("...", odd, even, torch.slice()),
      x.at("...", even, odd, torch.slice()),
      x.at("...", odd, odd, torch.slice()),
    ];
    return this.reduction(this.norm(torch.cat(quarters, -1)));
  }
}

class Permute extends nn.Module {
  readonly dims: readonly number[];

  constructor(...dims: number[]) {
    super();
    this.dims = dims;
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return x.permute(...this.dims);
  }
}

class SwinTransformer extends nn.Module {
  features: nn.Sequential;
  norm: nn.LayerNorm;
  permute = new Permute(0, 3, 1, 2);
  avgpool = new nn.AdaptiveAvgPool2d(1);
  flatten = new nn.Flatten(1);
  head: nn.Linear;

  constructor(embedDim: number, depths: readonly number[], heads: readonly number[]) {
    super();
    const layers: nn.Module[] = [
      new nn.Sequential(new nn.Conv2d(3, embedDim, 4, { stride: 4 }), new Permute(0, 2, 3, 1), new nn.LayerNorm(embedDim, { eps: 1e-5 })),
    ];
    depths.forEach((depth, stage) => {
      const dim = embedDim * 2 ** stage;
      const shift = Math.floor(windowSize / 2);
      layers.push(new nn.Sequential(...Array.from({ length: depth }, (_, at) => new SwinTransformerBlock(dim, heads[stage]!, at % 2 === 0 ? 0 : shift))));
      if (stage < depths.length - 1) layers.push(new PatchMerging(dim));
    });
    this.features = new nn.Sequential(...layers);
    const features = embedDim * 2 ** (depths.length - 1);
    this.norm = new nn.LayerNorm(features, { eps: 1e-5 });
    this.head = new nn.Linear(features, 1000);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    x = this.permute(this.norm(this.features(x)));
    return this.head(this.flatten(this.avgpool(x)));
  }
}

export const swinT = torch.withDevice("meta", () => new SwinTransformer(96, [2, 2, 6, 2], [3, 6, 12, 24])).eval();
swinT(torch.zeros(1, 3, 224, 224, { device: "meta" }));
