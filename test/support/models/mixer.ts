// MLP-Mixer B/16: no attention and no convolution, only perceptrons across patches and across channels (Tolstikhin et al., 2021), as in timm.
import * as torch from "layerscope";
import { nn } from "layerscope";

class Mlp extends nn.Module {
  fc1: nn.Linear;
  act = new nn.GELU();
  drop1 = new nn.Dropout(0);
  fc2: nn.Linear;
  drop2 = new nn.Dropout(0);

  constructor(size: number, hidden: number) {
    super();
    this.fc1 = new nn.Linear(size, hidden);
    this.fc2 = new nn.Linear(hidden, size);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.drop2(this.fc2(this.drop1(this.act(this.fc1(x)))));
  }
}

class MixerBlock extends nn.Module {
  norm1: nn.LayerNorm;
  mlp_tokens: Mlp;
  drop_path = new nn.Identity();
  norm2: nn.LayerNorm;
  mlp_channels: Mlp;

  constructor(dim: number, patches: number) {
    super();
    this.norm1 = new nn.LayerNorm(dim, { eps: 1e-6 });
    this.mlp_tokens = new Mlp(patches, dim / 2);
    this.norm2 = new nn.LayerNorm(dim, { eps: 1e-6 });
    this.mlp_channels = new Mlp(dim, 4 * dim);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    x = x.add(this.drop_path(this.mlp_tokens(this.norm1(x).transpose(1, 2)).transpose(1, 2)));
    return x.add(this.drop_path(this.mlp_channels(this.norm2(x))));
  }
}

class PatchEmbed extends nn.Module {
  proj: nn.Conv2d;

  constructor(dim: number) {
    super();
    this.proj = new nn.Conv2d(3, dim, 16, { stride: 16 });
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.proj(x).flatten(2).transpose(1, 2);
  }
}

class MlpMixer extends nn.Module {
  stem = new PatchEmbed(768);
  blocks = new nn.Sequential(...Array.from({ length: 12 }, () => new MixerBlock(768, 196)));
  norm = new nn.LayerNorm(768, { eps: 1e-6 });
  head = new nn.Linear(768, 1000);

  override forward(x: torch.Tensor): torch.Tensor {
    return this.head(this.norm(this.blocks(this.stem(x))).mean(1));
  }
}

export const mixer = torch.withDevice("meta", () => new MlpMixer()).eval();
mixer(torch.zeros(1, 3, 224, 224, { device: "meta" }));
