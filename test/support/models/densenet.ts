// DenseNet-121: every layer takes what all layers before it in its block gave (Huang et al., "Densely Connected Convolutional Networks", 2016), as in torchvision.
import * as torch from "layerscope";
import { nn } from "layerscope";

class DenseLayer extends nn.Module {
  norm1: nn.BatchNorm2d;
  relu1 = new nn.ReLU({ inplace: true });
  conv1: nn.Conv2d<false>;
  norm2: nn.BatchNorm2d;
  relu2 = new nn.ReLU({ inplace: true });
  conv2: nn.Conv2d<false>;

  constructor(inChannels: number, growthRate: number, bnSize: number) {
    super();
    this.norm1 = new nn.BatchNorm2d(inChannels);
    this.conv1 = new nn.Conv2d(inChannels, bnSize * growthRate, 1, { bias: false });
    this.norm2 = new nn.BatchNorm2d(bnSize * growthRate);
    this.conv2 = new nn.Conv2d(bnSize * growthRate, growthRate, 3, { padding: 1, bias: false });
  }

  override forward(inputs: readonly torch.Tensor[]): torch.Tensor {
    const bottleneck = this.conv1(this.relu1(this.norm1(torch.cat(inputs, 1))));
    return this.conv2(this.relu2(this.norm2(bottleneck)));
  }
}

class DenseBlock extends nn.Module {
  constructor(layers: number, inChannels: number, growthRate: number, bnSize: number) {
    super();
    for (let at = 0; at < layers; at++) this.addModule(`denselayer${at + 1}`, new DenseLayer(inChannels + at * growthRate, growthRate, bnSize));
  }

  override forward(initial: torch.Tensor): torch.Tensor {
    const features = [initial];
    for (const layer of this.children()) features.push((layer as DenseLayer)(features));
    return torch.cat(features, 1);
  }
}

function named(parts: Readonly<Record<string, nn.Module>>): nn.Sequential {
  const sequential: nn.Sequential = new nn.Sequential();
  for (const [name, part] of Object.entries(parts)) sequential.addModule(name, part);
  return sequential;
}

function transition(inChannels: number, outChannels: number): nn.Sequential {
  return named({
    norm: new nn.BatchNorm2d(inChannels),
    relu: new nn.ReLU({ inplace: true }),
    conv: new nn.Conv2d(inChannels, outChannels, 1, { bias: false }),
    pool: new nn.AvgPool2d(2, { stride: 2 }),
  });
}

class DenseNet extends nn.Module {
  features: nn.Sequential;
  classifier: nn.Linear;

  constructor(growthRate: number, blocks: readonly number[], initial: number, bnSize = 4) {
    super();
    const parts: Record<string, nn.Module> = {
      conv0: new nn.Conv2d(3, initial, 7, { stride: 2, padding: 3, bias: false }),
      norm0: new nn.BatchNorm2d(initial),
      relu0: new nn.ReLU({ inplace: true }),
      pool0: new nn.MaxPool2d(3, { stride: 2, padding: 1 }),
    };
    let channels = initial;
    blocks.forEach((layers, at) => {
      parts[`denseblock${at + 1}`] = new DenseBlock(layers, channels, growthRate, bnSize);
      channels += layers * growthRate;
      if (at === blocks.length - 1) return;
      parts[`transition${at + 1}`] = transition(channels, channels / 2);
      channels /= 2;
    });
    parts["norm5"] = new nn.BatchNorm2d(channels);
    this.features = named(parts);
    this.classifier = new nn.Linear(channels, 1000);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const features = nn.functional.relu(this.features(x));
    return this.classifier(nn.functional.adaptiveAvgPool2d(features, [1, 1]).flatten(1));
  }
}

export const densenet121 = torch.withDevice("meta", () => new DenseNet(32, [6, 12, 24, 16], 64)).eval();
densenet121(torch.zeros(1, 3, 224, 224, { device: "meta" }));
