// MobileNetV2: image recognition for telephones (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018).
// 3,504,872 parameters, as torchvision's mobilenet_v2 has.
//
// A convolution over all channels at once is expensive. Here it is taken apart: a depthwise convolution (as many groups as channels) looks
// at each channel by itself, and 1 x 1 convolutions mix the channels.
import * as torch from "layerscope";
import { nn } from "layerscope";

/** Convolution, batch normalization and a ReLU that ends at 6, which suits arithmetic of few bits. */
function convBNReLU(inChannels: number, outChannels: number, kernelSize = 3, stride = 1, groups = 1): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(inChannels, outChannels, kernelSize, { stride, padding: (kernelSize - 1) / 2, groups, bias: false }),
    new nn.BatchNorm2d(outChannels),
    new nn.ReLU6(),
  );
}

/**
 * Few channels are made many, filtered one by one, and made few again. The way around the block joins the narrow ends: a residual
 * block inside out.
 */
class InvertedResidual extends nn.Module {
  conv: nn.Sequential;
  readonly usesShortcut: boolean;

  constructor(inChannels: number, outChannels: number, stride: number, expansion: number) {
    super();
    this.usesShortcut = stride === 1 && inChannels === outChannels;
    const hidden = inChannels * expansion;
    const layers: nn.Module[] = [];
    if (expansion !== 1) layers.push(convBNReLU(inChannels, hidden, 1));
    layers.push(
      convBNReLU(hidden, hidden, 3, stride, hidden), // depthwise
      new nn.Conv2d(hidden, outChannels, 1, { bias: false }), // and no ReLU behind: it would lose what few channels hold
      new nn.BatchNorm2d(outChannels),
    );
    this.conv = new nn.Sequential(...layers);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.usesShortcut ? x.add(this.conv(x)) : this.conv(x);
  }
}

/** Expansion, output channels, number of blocks, stride of the first of them. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

class MobileNetV2 extends nn.Module {
  features: nn.Sequential;
  classifier = new nn.Sequential(new nn.Dropout(0.2), new nn.Linear(1280, 1000));

  constructor() {
    super();
    const layers: nn.Module[] = [convBNReLU(3, 32, 3, 2)];
    let channels = 32;
    for (const [expansion, outChannels, blocks, stride] of stages) {
      for (let i = 0; i < blocks; i++) {
        layers.push(new InvertedResidual(channels, outChannels, i === 0 ? stride : 1, expansion));
        channels = outChannels;
      }
    }
    layers.push(convBNReLU(channels, 1280, 1));
    this.features = new nn.Sequential(...layers);
    for (const module of this.modules()) {
      if (module instanceof nn.Conv2d) nn.init.kaimingNormal_(module.weight, { mode: "fan_out" });
      if (module instanceof nn.Linear) {
        nn.init.normal_(module.weight, 0, 0.01);
        if (module.bias !== null) nn.init.zeros_(module.bias);
      }
    }
  }

  /** Images (batch, 3, height, width) to scores (batch, 1000). */
  override forward(images: torch.Tensor): torch.Tensor {
    const features = nn.functional.adaptiveAvgPool2d(this.features(images), [1, 1]);
    return this.classifier(features.flatten(1));
  }
}

torch.manualSeed(0);

export const mobilenetv2 = new MobileNetV2();
const scores = mobilenetv2(torch.rand(1, 3, 96, 96));

const count = [...mobilenetv2.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
console.log(`MobileNetV2: ${count.toLocaleString("en")} parameters, gives ${scores.shape}`);
