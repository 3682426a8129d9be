// SqueezeNet 1.0: few channels are squeezed, and expanded by two kernels side by side (Iandola et al., 2016), as in torchvision.
import * as torch from "layerscope";
import { nn } from "layerscope";

class Fire extends nn.Module {
  squeeze: nn.Conv2d;
  squeezeActivation = new nn.ReLU({ inplace: true });
  expand1x1: nn.Conv2d;
  expand1x1Activation = new nn.ReLU({ inplace: true });
  expand3x3: nn.Conv2d;
  expand3x3Activation = new nn.ReLU({ inplace: true });

  constructor(inplanes: number, squeezePlanes: number, expandPlanes: number) {
    super();
    this.squeeze = new nn.Conv2d(inplanes, squeezePlanes, 1);
    this.expand1x1 = new nn.Conv2d(squeezePlanes, expandPlanes, 1);
    this.expand3x3 = new nn.Conv2d(squeezePlanes, expandPlanes, 3, { padding: 1 });
  }

  override forward(x: torch.Tensor): torch.Tensor {
    x = this.squeezeActivation(this.squeeze(x));
    return torch.cat([this.expand1x1Activation(this.expand1x1(x)), this.expand3x3Activation(this.expand3x3(x))], 1);
  }
}

const pool = () => new nn.MaxPool2d(3, { stride: 2, ceilMode: true });

class SqueezeNet extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(3, 96, 7, { stride: 2 }),
    new nn.ReLU({ inplace: true }),
    pool(),
    new Fire(96, 16, 64),
    new Fire(128, 16, 64),
    new Fire(128, 32, 128),
    pool(),
    new Fire(256, 32, 128),
    new Fire(256, 48, 192),
    new Fire(384, 48, 192),
    new Fire(384, 64, 256),
    pool(),
    new Fire(512, 64, 256),
  );
  classifier = new nn.Sequential(new nn.Dropout(0.5), new nn.Conv2d(512, 1000, 1), new nn.ReLU({ inplace: true }), new nn.AdaptiveAvgPool2d([1, 1]));

  override forward(x: torch.Tensor): torch.Tensor {
    return this.classifier(this.features(x)).flatten(1);
  }
}

export const squeezenet = torch.withDevice("meta", () => new SqueezeNet()).eval();
squeezenet(torch.zeros(1, 3, 224, 224, { device: "meta" }));
