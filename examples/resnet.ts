// ResNet: deep networks that learn what to add to their input (He et al., "Deep Residual Learning for Image Recognition", 2015).
// ResNet-18 has 11,689,512 parameters and ResNet-50 has 25,557,032, as torchvision's have.
//
// A plain network gets harder to train with every layer. Here each block has a way around it: x passes unchanged, the block's result is
// added, and gradients flow back along the same way. In the picture these are the edges that run past the blocks.
import * as torch from "layerscope";
import { nn } from "layerscope";

/** 3 x 3 convolutions lose their bias to the batch normalization behind them, which shifts anyway. */
function conv3x3(inChannels: number, outChannels: number, stride = 1): nn.Conv2d<false> {
  return new nn.Conv2d(inChannels, outChannels, 3, { stride, padding: 1, bias: false });
}

function conv1x1(inChannels: number, outChannels: number, stride = 1): nn.Conv2d<false> {
  return new nn.Conv2d(inChannels, outChannels, 1, { stride, bias: false });
}

/** A way around a block that changes the shape of its input; null where x can pass as it is. */
function shortcut(inChannels: number, outChannels: number, stride: number): nn.Sequential | null {
  if (stride === 1 && inChannels === outChannels) return null;
  return new nn.Sequential(conv1x1(inChannels, outChannels, stride), new nn.BatchNorm2d(outChannels));
}

/** Two 3 x 3 convolutions: the block of the smaller networks. */
class BasicBlock extends nn.Module {
  static readonly expansion = 1;
  conv1: nn.Conv2d<false>;
  bn1: nn.BatchNorm2d;
  relu = new nn.ReLU();
  conv2: nn.Conv2d<false>;
  bn2: nn.BatchNorm2d;
  downsample: nn.Sequential | null;

  constructor(inChannels: number, width: number, stride: number) {
    super();
    this.conv1 = conv3x3(inChannels, width, stride);
    this.bn1 = new nn.BatchNorm2d(width);
    this.conv2 = conv3x3(width, width);
    this.bn2 = new nn.BatchNorm2d(width);
    this.downsample = shortcut(inChannels, width, stride);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const out = this.bn2(this.conv2(this.relu(this.bn1(this.conv1(x)))));
    const around = this.downsample === null ? x : this.downsample(x);
    return this.relu(out.add(around));
  }
}

/** A 3 x 3 convolution between two 1 x 1 ones, which make its input narrow and the output wide again: cheaper in the larger networks. */
class Bottleneck extends nn.Module {
  static readonly expansion = 4;
  conv1: nn.Conv2d<false>;
  bn1: nn.BatchNorm2d;
  conv2: nn.Conv2d<false>;
  bn2: nn.BatchNorm2d;
  conv3: nn.Conv2d<false>;
  bn3: nn.BatchNorm2d;
  relu = new nn.ReLU();
  downsample: nn.Sequential | null;

  constructor(inChannels: number, width: number, stride: number) {
    super();
    const outChannels = width * Bottleneck.expansion;
    this.conv1 = conv1x1(inChannels, width);
    this.bn1 = new nn.BatchNorm2d(width);
    this.conv2 = conv3x3(width, width, stride);
    this.bn2 = new nn.BatchNorm2d(width);
    this.conv3 = conv1x1(width, outChannels);
    this.bn3 = new nn.BatchNorm2d(outChannels);
    this.downsample = shortcut(inChannels, outChannels, stride);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    let out = this.relu(this.bn1(this.conv1(x)));
    out = this.relu(this.bn2(this.conv2(out)));
    out = this.bn3(this.conv3(out));
    const around = this.downsample === null ? x : this.downsample(x);
    return this.relu(out.add(around));
  }
}

type Block = typeof BasicBlock | typeof Bottleneck;

/** Blocks of one width; the first one halves the image if its stride is 2. */
function stage(block: Block, inChannels: number, width: number, blocks: number, stride: number): nn.Sequential {
  const layers = new nn.Sequential(new block(inChannels, width, stride));
  for (let i = 1; i < blocks; i++) layers.append(new block(width * block.expansion, width, 1));
  return layers;
}

class ResNet extends nn.Module {
  conv1 = new nn.Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
  bn1 = new nn.BatchNorm2d(64);
  relu = new nn.ReLU();
  maxpool = new nn.MaxPool2d(3, { stride: 2, padding: 1 });
  layer1: nn.Sequential;
  layer2: nn.Sequential;
  layer3: nn.Sequential;
  layer4: nn.Sequential;
  avgpool = new nn.AdaptiveAvgPool2d([1, 1]);
  fc: nn.Linear;

  constructor(block: Block, [first, second, third, fourth]: readonly [number, number, number, number], classes = 1000) {
    super();
    this.layer1 = stage(block, 64, 64, first, 1);
    this.layer2 = stage(block, 64 * block.expansion, 128, second, 2);
    this.layer3 = stage(block, 128 * block.expansion, 256, third, 2);
    this.layer4 = stage(block, 256 * block.expansion, 512, fourth, 2);
    this.fc = new nn.Linear(512 * block.expansion, classes);
    // Weights scaled so that ReLUs keep the size of what flows back.
    for (const module of this.modules()) {
      if (module instanceof nn.Conv2d) nn.init.kaimingNormal_(module.weight, { mode: "fan_out", nonlinearity: "relu" });
    }
  }

  /** Images (batch, 3, height, width) to scores (batch, classes). */
  override forward(images: torch.Tensor): torch.Tensor {
    let x = this.maxpool(this.relu(this.bn1(this.conv1(images))));
    x = this.layer4(this.layer3(this.layer2(this.layer1(x))));
    return this.fc(this.avgpool(x).flatten(1));
  }
}

torch.manualSeed(0);

export const resnet18 = new ResNet(BasicBlock, [2, 2, 2, 2]);
const scores = resnet18(torch.randn(1, 3, 64, 64));
console.log(`ResNet-18: ${countParameters(resnet18).toLocaleString("en")} parameters, gives ${scores.shape}`);

// The deeper network on the meta device, where tensors have shapes but no values: built and run in no time.
export const resnet50 = torch.withDevice("meta", () => new ResNet(Bottleneck, [3, 4, 6, 3]));
const shapes = resnet50(torch.randn(1, 3, 224, 224, { device: "meta" }));
console.log(`ResNet-50: ${countParameters(resnet50).toLocaleString("en")} parameters, gives ${shapes.shape}`);

function countParameters(module: nn.Module): number {
  return [...module.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
}
