// ConvNeXt-T (Liu et al., "A ConvNet for the 2020s", 2022), as in torchvision.
import * as torch from "layerscope";
import { nn } from "layerscope";

/** Normalizes over the channels, which stand second. */
class LayerNorm2d extends nn.LayerNorm {
  override forward(x: torch.Tensor): torch.Tensor {
    return super.forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2);
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

class CNBlock extends nn.Module {
  layerScale: nn.Parameter;
  block: nn.Sequential;

  constructor(dim: number) {
    super();
    this.layerScale = new nn.Parameter(torch.ones(dim, 1, 1).mul(1e-6));
    this.block = new nn.Sequential(
      new nn.Conv2d(dim, dim, 7, { padding: 3, groups: dim }),
      new Permute(0, 2, 3, 1),
      new nn.LayerNorm(dim, { eps: 1e-6 }),
      new nn.Linear(dim, 4 * dim),
      new nn.GELU(),
      new nn.Linear(4 * dim, dim),
      new Permute(0, 3, 1, 2),
    );
  }

  override forward(input: torch.Tensor): torch.Tensor {
    return this.layerScale.mul(this.block(input)).add(input);
  }
}

class ConvNeXt extends nn.Module {
  features: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d(1);
  classifier: nn.Sequential;

  constructor(widths: readonly number[], depths: readonly number[]) {
    super();
    const layers: nn.Module[] = [new nn.Sequential(new nn.Conv2d(3, widths[0]!, 4, { stride: 4 }), new LayerNorm2d(widths[0]!, { eps: 1e-6 }))];
    widths.forEach((width, stage) => {
      layers.push(new nn.Sequential(...Array.from({ length: depths[stage]! }, () => new CNBlock(width))));
      const next = widths[stage + 1];
      if (next !== undefined) layers.push(new nn.Sequential(new LayerNorm2d(width, { eps: 1e-6 }), new nn.Conv2d(width, next, 2, { stride: 2 })));
    });
    this.features = new nn.Sequential(...layers);
    const last = widths.at(-1)!;
    this.classifier = new nn.Sequential(new LayerNorm2d(last, { eps: 1e-6 }), new nn.Flatten(1), new nn.Linear(last, 1000));
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.classifier(this.avgpool(this.features(x)));
  }
}

export const convnextTiny = torch.withDevice("meta", () => new ConvNeXt([96, 192, 384, 768], [3, 3, 9, 3])).eval();
convnextTiny(torch.zeros(1, 3, 224, 224, { device: "meta" }));
