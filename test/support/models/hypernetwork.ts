// A hypernetwork: one small network makes the weights of another (Ha et al., "HyperNetworks", 2016).
import * as torch from "layerscope";
import { nn } from "layerscope";

/** From a code of a layer to the kernel of that layer. */
class HyperNetwork extends nn.Module {
  w1: nn.Parameter;
  b1: nn.Parameter;
  w2: nn.Parameter;
  b2: nn.Parameter;

  constructor(
    readonly size: number,
    readonly channels: number,
    code: number,
  ) {
    super();
    this.w1 = new nn.Parameter(torch.randn(code, channels * code).mul(0.01));
    this.b1 = new nn.Parameter(torch.zeros(channels * code));
    this.w2 = new nn.Parameter(torch.randn(code, channels * size * size).mul(0.01));
    this.b2 = new nn.Parameter(torch.zeros(channels * size * size));
  }

  override forward(z: torch.Tensor): torch.Tensor {
    const hidden = torch.matmul(z, this.w1).add(this.b1).view(this.channels, -1);
    return torch.matmul(hidden, this.w2).add(this.b2).view(this.channels, this.channels, this.size, this.size);
  }
}

class PrimaryNetwork extends nn.Module {
  hyper = new HyperNetwork(3, 8, 4);
  codes = new nn.ParameterList(Array.from({ length: 3 }, () => torch.randn(4)));
  conv1 = new nn.Conv2d(3, 8, 3, { padding: 1 });
  norms = new nn.ModuleList(Array.from({ length: 3 }, () => new nn.BatchNorm2d(8)));
  fc = new nn.Linear(8, 10);

  override forward(x: torch.Tensor): torch.Tensor {
    x = nn.functional.relu(this.conv1(x));
    [...this.norms].forEach((norm, at) => {
      x = nn.functional.relu(norm(nn.functional.conv2d(x, this.hyper(this.codes[at]!), null, { padding: 1 }))).add(x);
    });
    return this.fc(x.mean([2, 3]));
  }
}

export const hypernetwork = new PrimaryNetwork();
hypernetwork(torch.rand(2, 3, 8, 8));
