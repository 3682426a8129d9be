// A temporal convolutional network (Bai et al., "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for Sequence Modeling", 2018), small.
import * as torch from "layerscope";
import { nn } from "layerscope";

/** Cuts off what padding added at the end. */
class Chomp1d extends nn.Module {
  constructor(readonly chompSize: number) {
    super();
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return x.at(torch.slice(), torch.slice(), torch.slice(0, -this.chompSize)).contiguous();
  }
}

class TemporalBlock extends nn.Module {
  net: nn.Sequential;
  downsample: nn.Conv1d | null;
  relu = new nn.ReLU();

  constructor(inputs: number, outputs: number, kernelSize: number, dilation: number) {
    super();
    const padding = (kernelSize - 1) * dilation;
    const conv = (from: number) => nn.utils.parametrizations.weightNorm(new nn.Conv1d(from, outputs, kernelSize, { padding, dilation }));
    this.net = new nn.Sequential(
      conv(inputs),
      new Chomp1d(padding),
      new nn.ReLU(),
      new nn.Dropout(0.2),
      conv(outputs),
      new Chomp1d(padding),
      new nn.ReLU(),
      new nn.Dropout(0.2),
    );
    this.downsample = inputs === outputs ? null : new nn.Conv1d(inputs, outputs, 1);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.relu(this.net(x).add(this.downsample ? this.downsample(x) : x));
  }
}

class TCN extends nn.Module {
  network: nn.Sequential;
  linear: nn.Linear;

  constructor(inputs: number, channels: readonly number[], outputs: number) {
    super();
    this.network = new nn.Sequential(...channels.map((width, level) => new TemporalBlock(channels[level - 1] ?? inputs, width, 3, 2 ** level)));
    this.linear = new nn.Linear(channels.at(-1)!, outputs);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.linear(this.network(x).select(2, -1));
  }
}

export const tcn = new TCN(2, [8, 8, 8, 8], 1).eval();
tcn(torch.rand(2, 2, 40));
