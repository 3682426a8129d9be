// ShuffleNetV2 x 1.0: half of the channels is passed on, and channels are shuffled (Ma et al., 2018), as in torchvision.
import * as torch from "layerscope";
import { nn } from "layerscope";

function channelShuffle(x: torch.Tensor, groups: number): torch.Tensor {
  const [batch, channels, height, width] = x.shape as unknown as [number, number, number, number];
  return x
    .view(batch, groups, channels / groups, height, width)
    .transpose(1, 2)
    .contiguous()
    .view(batch, channels, height, width);
}

const depthwise = (channels: number, stride: number) => new nn.Conv2d(channels, channels, 3, { stride, padding: 1, groups: channels, bias: false });
const pointwise = (from: number, to: number) => new nn.Conv2d(from, to, 1, { bias: false });

class InvertedResidual extends nn.Module {
  branch1: nn.Sequential;
  branch2: nn.Sequential;

  constructor(
    inp: number,
    oup: number,
    readonly stride: number,
  ) {
    super();
    const half = oup / 2;
    const from = stride > 1 ? inp : half;
    this.branch1 =
      stride > 1
        ? new nn.Sequential(depthwise(inp, stride), new nn.BatchNorm2d(inp), pointwise(inp, half), new nn.BatchNorm2d(half), new nn.ReLU({ inplace: true }))
        : new nn.Sequential();
    this.branch2 = new nn.Sequential(
      pointwise(from, half),
      new nn.BatchNorm2d(half),
      new nn.ReLU({ inplace: true }),
      depthwise(half, stride),
      new nn.BatchNorm2d(half),
      pointwise(half, half),
      new nn.BatchNorm2d(half),
      new nn.ReLU({ inplace: true }),
    );
  }

  override forward(x: torch.Tensor): torch.Tensor {
    if (this.stride > 1) return channelShuffle(torch.cat([this.branch1(x), this.branch2(x)], 1), 2);
    const [x1, x2] = x.chunk(2, 1) as [torch.Tensor, torch.Tensor];
    return channelShuffle(torch.cat([x1, this.branch2(x2)], 1), 2);
  }
}

function stage(inp: number, oup: number, repeats: number): nn.Sequential {
  return new nn.Sequential(new InvertedResidual(inp, oup, 2), ...Array.from({ length: repeats - 1 }, () => new InvertedResidual(oup, oup, 1)));
}

class ShuffleNetV2 extends nn.Module {
  conv1 = new nn.Sequential(new nn.Conv2d(3, 24, 3, { stride: 2, padding: 1, bias: false }), new nn.BatchNorm2d(24), new nn.ReLU({ inplace: true }));
  maxpool = new nn.MaxPool2d(3, { stride: 2, padding: 1 });
  stage2 = stage(24, 116, 4);
  stage3 = stage(116, 232, 8);
  stage4 = stage(232, 464, 4);
  conv5 = new nn.Sequential(pointwise(464, 1024), new nn.BatchNorm2d(1024), new nn.ReLU({ inplace: true }));
  fc = new nn.Linear(1024, 1000);

  override forward(x: torch.Tensor): torch.Tensor {
    x = this.maxpool(this.conv1(x));
    x = this.conv5(this.stage4(this.stage3(this.stage2(x))));
    return this.fc(x.mean([2, 3]));
  }
}

export const shufflenet = torch.withDevice("meta", () => new ShuffleNetV2()).eval();
shufflenet(torch.zeros(1, 3, 224, 224, { device: "meta" }));
