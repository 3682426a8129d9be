// A reversible residual network: what went in can be computed from what came out (Gomez et al., "The Reversible Residual Network", 2017), small.
import * as torch from "layerscope";
import { nn } from "layerscope";

function branch(channels: number): nn.Sequential {
  return new nn.Sequential(new nn.BatchNorm2d(channels), new nn.ReLU(), new nn.Conv2d(channels, channels, 3, { padding: 1, bias: false }));
}

class ReversibleBlock extends nn.Module {
  f: nn.Sequential;
  g: nn.Sequential;

  constructor(channels: number) {
    super();
    this.f = branch(channels / 2);
    this.g = branch(channels / 2);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    const [x1, x2] = x.chunk(2, 1) as [torch.Tensor, torch.Tensor];
    const y1 = x1.add(this.f(x2));
    const y2 = x2.add(this.g(y1));
    return torch.cat([y1, y2], 1);
  }
}

class RevNet extends nn.Module {
  stem = new nn.Conv2d(3, 16, 3, { padding: 1 });
  blocks = new nn.Sequential(new ReversibleBlock(16), new ReversibleBlock(16), new ReversibleBlock(16));
  fc = new nn.Linear(16, 10);

  override forward(x: torch.Tensor): torch.Tensor {
    return this.fc(this.blocks(this.stem(x)).mean([2, 3]));
  }
}

export const revnet = new RevNet();
revnet(torch.rand(2, 3, 8, 8));
