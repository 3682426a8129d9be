// ViT-B/16: a transformer that sees an image as a sequence of patches of 16 x 16 pixels (Dosovitskiy et al., "An Image is Worth 16x16
// Words", 2020). 86,567,656 parameters for 1000 classes, as torchvision's vit_b_16 has.
//
// So that opening this file costs little, the full model is built on the meta device, where tensors have shapes but no values; `miniature`
// is the same network for images of 32 x 32 pixels, small enough to be real.
import * as torch from "layerscope";
import { nn } from "layerscope";

interface ViTConfig {
  readonly imageSize: number;
  readonly patchSize: number;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly mlpWidth: number;
  readonly classes: number;
}

const base16: ViTConfig = { imageSize: 224, patchSize: 16, width: 768, layers: 12, heads: 12, mlpWidth: 3072, classes: 1000 };

class EncoderBlock extends nn.Module {
  ln1: nn.LayerNorm;
  selfAttention: nn.MultiheadAttention;
  ln2: nn.LayerNorm;
  mlp: nn.Sequential<[nn.Linear, nn.GELU, nn.Linear]>;

  constructor({ width, heads, mlpWidth }: ViTConfig) {
    super();
    this.ln1 = new nn.LayerNorm(width, { eps: 1e-6 });
    this.selfAttention = new nn.MultiheadAttention(width, heads, { batchFirst: true });
    this.ln2 = new nn.LayerNorm(width, { eps: 1e-6 });
    this.mlp = new nn.Sequential(new nn.Linear(width, mlpWidth), new nn.GELU(), new nn.Linear(mlpWidth, width));
  }

  override forward(input: torch.Tensor): torch.Tensor {
    const normalized = this.ln1(input);
    const [attended] = this.selfAttention(normalized, normalized, normalized, { needWeights: false });
    const x = input.add(attended);
    return x.add(this.mlp(this.ln2(x)));
  }
}

class VisionTransformer extends nn.Module {
  convProj: nn.Conv2d;
  classToken: nn.Parameter;
  positions: nn.Parameter;
  layers: nn.Sequential;
  ln: nn.LayerNorm;
  head: nn.Linear;

  constructor(config: ViTConfig) {
    super();
    const { imageSize, patchSize, width, layers, classes } = config;
    // A convolution whose kernel is as large as its stride looks at every patch once: a linear layer for patches.
    this.convProj = new nn.Conv2d(3, width, patchSize, { stride: patchSize });
    // One more position that belongs to no patch. What it has gathered at the end says what the image shows.
    this.classToken = new nn.Parameter(torch.zeros(1, 1, width));
    this.positions = new nn.Parameter(torch.randn(1, (imageSize / patchSize) ** 2 + 1, width).mul(0.02));
    this.layers = new nn.Sequential(...Array.from({ length: layers }, () => new EncoderBlock(config)));
    this.ln = new nn.LayerNorm(width, { eps: 1e-6 });
    this.head = new nn.Linear(width, classes);
    nn.init.zeros_(this.head.weight); // all classes are equally likely at first
    nn.init.zeros_(this.head.bias);
  }

  /** Images (batch, 3, size, size) to scores (batch, classes). */
  override forward(images: torch.Tensor): torch.Tensor {
    const patches = this.convProj(images).flatten(2).transpose(1, 2); // (batch, patches, width)
    const classToken = this.classToken.expand(images.shape[0]!, -1, -1);
    const x = this.layers(torch.cat([classToken, patches], 1).add(this.positions));
    return this.head(this.ln(x).select(1, 0));
  }
}

torch.manualSeed(0);

export const vit = torch.withDevice("meta", () => new VisionTransformer(base16));
const scores = vit(torch.rand(1, 3, 224, 224, { device: "meta" }));
console.log(`ViT-B/16: ${countParameters(vit).toLocaleString("en")} parameters, gives ${scores.shape}`);

export const miniature = new VisionTransformer({ imageSize: 32, patchSize: 8, width: 48, layers: 3, heads: 3, mlpWidth: 96, classes: 10 });
console.log(`Miniature: ${miniature(torch.rand(2, 3, 32, 32)).shape}`);

function countParameters(module: nn.Module): number {
  return [...module.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
}
