// EfficientNet-B0 (Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks", 2019), as in torchvision.
import * as torch from "layerscope";
import { nn } from "layerscope";

function convNormActivation(inChannels: number, outChannels: number, kernelSize: number, stride: number, groups = 1, activation = true): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(inChannels, outChannels, kernelSize, { stride, padding: (kernelSize - 1) / 2, groups, bias: false }),
    new nn.BatchNorm2d(outChannels),
    ...(activation ? [new nn.SiLU({ inplace: true })] : []),
  );
}

class SqueezeExcitation extends nn.Module {
  avgpool = new nn.AdaptiveAvgPool2d(1);
  fc1: nn.Conv2d;
  fc2: nn.Conv2d;
  activation = new nn.SiLU({ inplace: true });
  scaleActivation = new nn.Sigmoid();

  constructor(channels: number, squeezed: number) {
    super();
    this.fc1 = new nn.Conv2d(channels, squeezed, 1);
    this.fc2 = new nn.Conv2d(squeezed, channels, 1);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const scale = this.scaleActivation(this.fc2(this.activation(this.fc1(this.avgpool(x)))));
    return scale.mul(x);
  }
}

class MBConv extends nn.Module {
  readonly useResConnect: boolean;
  block: nn.Sequential;

  constructor(expandRatio: number, kernelSize: number, stride: number, inChannels: number, outChannels: number) {
    super();
    this.useResConnect = stride === 1 && inChannels === outChannels;
    const expanded = inChannels * expandRatio;
    this.block = new nn.Sequential(
      ...(expandRatio === 1 ? [] : [convNormActivation(inChannels, expanded, 1, 1)]),
      convNormActivation(expanded, expanded, kernelSize, stride, expanded),
      new SqueezeExcitation(expanded, Math.max(1, Math.floor(inChannels / 4))),
      convNormActivation(expanded, outChannels, 1, 1, 1, false),
    );
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const result = this.block(x);
    return this.useResConnect ? result.add(x) : result;
  }
}

/** Expansion, kernel, stride, channels, number of blocks. */
const stages = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const;

class EfficientNet extends nn.Module {
  features: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d(1);
  classifier = new nn.Sequential(new nn.Dropout(0.2), new nn.Linear(1280, 1000));

  constructor() {
    super();
    let channels = 32;
    const blocks = stages.map(([ratio, kernel, stride, out, count]) => {
      const stage = Array.from({ length: count }, (_, at) => new MBConv(ratio, kernel, at === 0 ? stride : 1, at === 0 ? channels : out, out));
      channels = out;
      return new nn.Sequential(...stage);
    });
    this.features = new nn.Sequential(convNormActivation(3, 32, 3, 2), ...blocks, convNormActivation(320, 1280, 1, 1));
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1));
  }
}

export const efficientnetB0 = torch.withDevice("meta", () => new EfficientNet()).eval();
efficientnetB0(torch.zeros(1, 3, 224, 224, { device: "meta" }));
