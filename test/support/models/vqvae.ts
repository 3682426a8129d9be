// VQ-VAE: each place of the code is the nearest entry of a book (van den Oord et al., "Neural Discrete Representation Learning", 2017), small.
import * as torch from "layerscope";
import { nn } from "layerscope";

class Residual extends nn.Module {
  _block: nn.Sequential;

  constructor(channels: number, hidden: number) {
    super();
    this._block = new nn.Sequential(
      new nn.ReLU(),
      new nn.Conv2d(channels, hidden, 3, { padding: 1, bias: false }),
      new nn.ReLU(),
      new nn.Conv2d(hidden, channels, 1, { bias: false }),
    );
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return x.add(this._block(x));
  }
}

class Encoder extends nn.Module {
  _conv_1 = new nn.Conv2d(3, 16, 4, { stride: 2, padding: 1 });
  _conv_2 = new nn.Conv2d(16, 32, 4, { stride: 2, padding: 1 });
  _residual_stack = new nn.Sequential(new Residual(32, 8), new Residual(32, 8));

  override forward(x: torch.Tensor): torch.Tensor {
    return this._residual_stack(this._conv_2(nn.functional.relu(this._conv_1(x))));
  }
}

class VectorQuantizer extends nn.Module {
  _embedding: nn.Embedding;

  constructor(entries: number, dim: number) {
    super();
    this._embedding = new nn.Embedding(entries, dim);
  }

  override forward(inputs: torch.Tensor): { loss: torch.Tensor; quantized: torch.Tensor; indices: torch.Tensor } {
    const places = inputs.permute(0, 2, 3, 1).contiguous();
    const flat = places.view(-1, this._embedding.embeddingDim);
    const distances = flat.pow(2).sum(1, { keepdim: true }).add(this._embedding.weight.pow(2).sum(1)).sub(flat.matmul(this._embedding.weight.t()).mul(2));
    const indices = distances.argmin(1);
    const quantized = this._embedding(indices).view(places.shape);
    const loss = nn.functional.mseLoss(quantized, places.detach()).add(nn.functional.mseLoss(quantized.detach(), places).mul(0.25));
    // The gradient goes straight through to the encoder.
    const straight = places.add(quantized.sub(places).detach());
    return { loss, quantized: straight.permute(0, 3, 1, 2).contiguous(), indices };
  }
}

class Decoder extends nn.Module {
  _conv_1 = new nn.Conv2d(8, 32, 3, { padding: 1 });
  _residual_stack = new nn.Sequential(new Residual(32, 8), new Residual(32, 8));
  _conv_trans_1 = new nn.ConvTranspose2d(32, 16, 4, { stride: 2, padding: 1 });
  _conv_trans_2 = new nn.ConvTranspose2d(16, 3, 4, { stride: 2, padding: 1 });

  override forward(x: torch.Tensor): torch.Tensor {
    return this._conv_trans_2(nn.functional.relu(this._conv_trans_1(this._residual_stack(this._conv_1(x)))));
  }
}

class VQVAE extends nn.Module {
  _encoder = new Encoder();
  _pre_vq_conv = new nn.Conv2d(32, 8, 1);
  _vq_vae = new VectorQuantizer(64, 8);
  _decoder = new Decoder();

  override forward(x: torch.Tensor): { loss: torch.Tensor; reconstruction: torch.Tensor } {
    const { loss, quantized } = this._vq_vae(this._pre_vq_conv(this._encoder(x)));
    return { loss, reconstruction: this._decoder(quantized) };
  }
}

export const vqvae = new VQVAE();
vqvae(torch.rand(1, 3, 16, 16));
