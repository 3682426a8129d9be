// U-Net: a class for every pixel (Ronneberger et al., "U-Net: Convolutional Networks for Biomedical Image Segmentation", 2015), here with
// padded convolutions and batch normalization, as it is used today. 31,037,698 parameters for two classes.
//
// On the way down, the image gets smaller and what is known of each place gets richer; on the way up it gets its size back. Details that
// were lost on the way down come across from the same level: the long edges in the picture.
import * as torch from "layerscope";
import { nn } from "layerscope";

function doubleConv(inChannels: number, outChannels: number): nn.Sequential {
  return new nn.Sequential(
    new nn.Conv2d(inChannels, outChannels, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(outChannels),
    new nn.ReLU(),
    new nn.Conv2d(outChannels, outChannels, 3, { padding: 1, bias: false }),
    new nn.BatchNorm2d(outChannels),
    new nn.ReLU(),
  );
}

/** One level down: half the size, twice the channels. */
class Down extends nn.Module {
  pool = new nn.MaxPool2d(2);
  conv: nn.Sequential;

  constructor(channels: number) {
    super();
    this.conv = doubleConv(channels, 2 * channels);
  }

  override forward(x: torch.Tensor): torch.Tensor {
    return this.conv(this.pool(x));
  }
}

/** One level up: twice the size, half the channels, together with what the same level held on the way down. */
class Up extends nn.Module {
  up: nn.ConvTranspose2d;
  conv: nn.Sequential;

  constructor(channels: number) {
    super();
    this.up = new nn.ConvTranspose2d(channels, channels / 2, 2, { stride: 2 });
    this.conv = doubleConv(channels, channels / 2);
  }

  override forward(x: torch.Tensor, across: torch.Tensor): torch.Tensor {
    return this.conv(torch.cat([across, this.up(x)], 1));
  }
}

class UNet extends nn.Module {
  inc: nn.Sequential;
  down1: Down;
  down2: Down;
  down3: Down;
  down4: Down;
  up1: Up;
  up2: Up;
  up3: Up;
  up4: Up;
  outc: nn.Conv2d;

  constructor(inChannels: number, classes: number, width = 64) {
    super();
    this.inc = doubleConv(inChannels, width);
    this.down1 = new Down(width);
    this.down2 = new Down(2 * width);
    this.down3 = new Down(4 * width);
    this.down4 = new Down(8 * width);
    this.up1 = new Up(16 * width);
    this.up2 = new Up(8 * width);
    this.up3 = new Up(4 * width);
    this.up4 = new Up(2 * width);
    this.outc = new nn.Conv2d(width, classes, 1);
  }

  /** Images (batch, channels, height, width) to scores (batch, classes, height, width); the sizes are multiples of 16. */
  override forward(images: torch.Tensor): torch.Tensor {
    const level1 = this.inc(images);
    const level2 = this.down1(level1);
    const level3 = this.down2(level2);
    const level4 = this.down3(level3);
    const bottom = this.down4(level4);
    let x = this.up1(bottom, level4);
    x = this.up2(x, level3);
    x = this.up3(x, level2);
    x = this.up4(x, level1);
    return this.outc(x);
  }
}

torch.manualSeed(0);

// The full network on the meta device, where tensors have shapes but no values, and the same network made narrow, with values.
export const unet = torch.withDevice("meta", () => new UNet(3, 2));
const scores = unet(torch.rand(1, 3, 256, 256, { device: "meta" }));
const count = [...unet.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
console.log(`U-Net: ${count.toLocaleString("en")} parameters, gives ${scores.shape}`);

export const miniature = new UNet(1, 2, 8);
console.log(`Miniature: ${miniature(torch.rand(1, 1, 64, 64)).shape}`);
