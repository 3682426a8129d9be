// A model that fails half way through forward: the decoder expects twice the features that the encoder and the skip connection give.
import * as torch from "layerscope";
import { nn } from "layerscope";

class Encoder extends nn.Module {
  first = new nn.Linear(16, 64);
  second = new nn.Linear(64, 32);

  override forward(x: torch.Tensor): torch.Tensor {
    return this.second(nn.functional.relu(this.first(x)));
  }
}

class Autoencoder extends nn.Module {
  encoder = new Encoder();
  skip = new nn.Linear(16, 32);
  decoder = new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU(), new nn.Linear(64, 16));
  output = new nn.Tanh();

  override forward(x: torch.Tensor): torch.Tensor {
    const code = this.encoder(x).add(this.skip(x));
    return this.output(this.decoder(code));
  }
}

export const autoencoder = new Autoencoder();
autoencoder(torch.randn(8, 16));
