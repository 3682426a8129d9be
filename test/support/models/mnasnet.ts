// MNASNet 1.0, found by search (Tan et al., "MnasNet: Platform-Aware Neural Architecture Search for Mobile", 2018), as in torchvision.
import * as torch from "layerscope";
import { nn } from "layerscope";

const norm = (channels: number) => new nn.BatchNorm2d(channels, { momentum: 0.0003 });

class InvertedResidual extends nn.Module {
  readonly applyResidual: boolean;
  layers: nn.Sequential;

  constructor(inChannels: number, outChannels: number, kernelSize: number, stride: number, expansion: number) {
    super();
    const middle = inChannels * expansion;
    this.applyResidual = inChannels === outChannels && stride === 1;
    this.layers = new nn.Sequential(
      new nn.Conv2d(inChannels, middle, 1, { bias: false }),
      norm(middle),
      new nn.ReLU({ inplace: true }),
      new nn.Conv2d(middle, middle, kernelSize, { padding: Math.floor(kernelSize / 2), stride, groups: middle, bias: false }),
      norm(middle),
      new nn.ReLU({ inplace: true }),
      new nn.Conv2d(middle, outChannels, 1, { bias: false }),
      norm(outChannels),
    );
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.applyResidual ? this.layers(x).add(x) : this.layers(x);
  }
}

function stack(inChannels: number, outChannels: number, kernelSize: number, stride: number, expansion: number, repeats: number): nn.Sequential {
  return new nn.Sequential(
    ...Array.from(
      { length: repeats },
      (_, at) => new InvertedResidual(at === 0 ? inChannels : outChannels, outChannels, kernelSize, at === 0 ? stride : 1, expansion),
    ),
  );
}

class MNASNet extends nn.Module {
  layers = new nn.Sequential(
    new nn.Conv2d(3, 32, 3, { padding: 1, stride: 2, bias: false }),
    norm(32),
    new nn.ReLU({ inplace: true }),
    new nn.Conv2d(32, 32, 3, { padding: 1, groups: 32, bias: false }),
    norm(32),
    new nn.ReLU({ inplace: true }),
    new nn.Conv2d(32, 16, 1, { bias: false }),
    norm(16),
    stack(16, 24, 3, 2, 3, 3),
    stack(24, 40, 5, 2, 3, 3),
    stack(40, 80, 5, 2, 6, 3),
    stack(80, 96, 3, 1, 6, 2),
    stack(96, 192, 5, 2, 6, 4),
    stack(192, 320, 3, 1, 6, 1),
    new nn.Conv2d(320, 1280, 1, { bias: false }),
    norm(1280),
    new nn.ReLU({ inplace: true }),
  );
  classifier = new nn.Sequential(new nn.Dropout(0.2, { inplace: true }), new nn.Linear(1280, 1000));

  override forward(x: torch.Tensor): torch.Tensor {
    return this.classifier(this.layers(x).mean([2, 3]));
  }
}

export const mnasnet = torch.withDevice("meta", () => new MNASNet()).eval();
mnasnet(torch.zeros(1, 3, 224, 224, { device: "meta" }));
