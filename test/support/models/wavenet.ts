// WaveNet: gated convolutions that look back twice as far from layer to layer (van den Oord et al., 2016), small.
import * as torch from "layerscope";
import { nn } from "layerscope";

class ResidualLayer extends nn.Module {
  dilated: nn.Conv1d;
  residual: nn.Conv1d;
  skip: nn.Conv1d;

  constructor(
    channels: number,
    skipChannels: number,
    readonly dilation: number,
  ) {
    super();
    this.dilated = new nn.Conv1d(channels, 2 * channels, 2, { dilation });
    this.residual = new nn.Conv1d(channels, channels, 1);
    this.skip = new nn.Conv1d(channels, skipChannels, 1);
  }

  override forward(x: torch.Tensor): [residual: torch.Tensor, skip: torch.Tensor] {
    const [filter, gate] = this.dilated(nn.functional.pad(x, [this.dilation, 0])).chunk(2, 1) as [torch.Tensor, torch.Tensor];
    const gated = torch.tanh(filter).mul(torch.sigmoid(gate));
    return [x.add(this.residual(gated)), this.skip(gated)];
  }
}

class WaveNet extends nn.Module {
  causal: nn.Conv1d;
  layers: nn.ModuleList<ResidualLayer>;
  post: nn.Sequential;

  constructor(classes: number, channels: number, skipChannels: number, layers: number, stacks: number) {
    super();
    this.causal = new nn.Conv1d(classes, channels, 2);
    this.layers = new nn.ModuleList(Array.from({ length: layers * stacks }, (_, at) => new ResidualLayer(channels, skipChannels, 2 ** (at % layers))));
    this.post = new nn.Sequential(new nn.ReLU(), new nn.Conv1d(skipChannels, skipChannels, 1), new nn.ReLU(), new nn.Conv1d(skipChannels, classes, 1));
  }

  override forward(samples: torch.Tensor): torch.Tensor {
    let x = this.causal(nn.functional.pad(samples, [1, 0]));
    let sum: torch.Tensor | null = null;
    for (const layer of this.layers) {
      const [residual, skip] = layer(x);
      x = residual;
      sum = sum ? sum.add(skip) : skip;
    }
    return this.post(sum!);
  }
}

export const wavenet = new WaveNet(16, 8, 16, 4, 2);
wavenet(torch.rand(1, 16, 40));
