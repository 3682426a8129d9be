// DCGAN (Radford et al., "Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks", 2015), as in PyTorch's examples.
import * as torch from "layerscope";
import { nn } from "layerscope";

const [noise, width] = [100, 64];
const up = (from: number, to: number, stride = 2, padding = 1) => new nn.ConvTranspose2d(from, to, 4, { stride, padding, bias: false });
const down = (from: number, to: number, stride = 2, padding = 1) => new nn.Conv2d(from, to, 4, { stride, padding, bias: false });

class Generator extends nn.Module {
  main = new nn.Sequential(
    up(noise, 8 * width, 1, 0),
    new nn.BatchNorm2d(8 * width),
    new nn.ReLU({ inplace: true }),
    up(8 * width, 4 * width),
    new nn.BatchNorm2d(4 * width),
    new nn.ReLU({ inplace: true }),
    up(4 * width, 2 * width),
    new nn.BatchNorm2d(2 * width),
    new nn.ReLU({ inplace: true }),
    up(2 * width, width),
    new nn.BatchNorm2d(width),
    new nn.ReLU({ inplace: true }),
    up(width, 3),
    new nn.Tanh(),
  );

  override forward(input: torch.Tensor): torch.Tensor {
    return this.main(input);
  }
}

class Discriminator extends nn.Module {
  main = new nn.Sequential(
    down(3, width),
    new nn.LeakyReLU(0.2, { inplace: true }),
    down(width, 2 * width),
    new nn.BatchNorm2d(2 * width),
    new nn.LeakyReLU(0.2, { inplace: true }),
    down(2 * width, 4 * width),
    new nn.BatchNorm2d(4 * width),
    new nn.LeakyReLU(0.2, { inplace: true }),
    down(4 * width, 8 * width),
    new nn.BatchNorm2d(8 * width),
    new nn.LeakyReLU(0.2, { inplace: true }),
    down(8 * width, 1, 1, 0),
    new nn.Sigmoid(),
  );

  override forward(input: torch.Tensor): torch.Tensor {
    return this.main(input).view(-1, 1).squeeze(1);
  }
}

export const generator = torch.withDevice("meta", () => new Generator()).eval();
export const discriminator = torch.withDevice("meta", () => new Discriminator()).eval();
discriminator(generator(torch.zeros(2, noise, 1, 1, { device: "meta" })));
