// VGG-16: nothing but 3 x 3 convolutions, one after the other (Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
// Recognition", 2014). 138,357,544 parameters, as torchvision's vgg16 has; look where they are.
//
// With values it would take half a gigabyte, so it is built on the meta device, where tensors have shapes but no values. Remove
// `torch.withDevice` to have it real.
import * as torch from "layerscope";
import { nn } from "layerscope";

/** Widths of the convolutions; "pool" halves the image. */
const configuration = [64, 64, "pool", 128, 128, "pool", 256, 256, 256, "pool", 512, 512, 512, "pool", 512, 512, 512, "pool"] as const;

function makeFeatures(): nn.Sequential {
  const layers: nn.Module[] = [];
  let channels = 3;
  for (const item of configuration) {
    if (item === "pool") layers.push(new nn.MaxPool2d(2, { stride: 2 }));
    else {
      layers.push(new nn.Conv2d(channels, item, 3, { padding: 1 }), new nn.ReLU());
      channels = item;
    }
  }
  return new nn.Sequential(...layers);
}

class VGG extends nn.Module {
  features = makeFeatures();
  avgpool = new nn.AdaptiveAvgPool2d([7, 7]);
  // Nine tenths of all parameters are in the first of these: every one of its 4096 outputs looks at all 512 x 7 x 7 inputs.
  classifier = new nn.Sequential(
    new nn.Linear(512 * 7 * 7, 4096),
    new nn.ReLU(),
    new nn.Dropout(),
    new nn.Linear(4096, 4096),
    new nn.ReLU(),
    new nn.Dropout(),
    new nn.Linear(4096, 1000),
  );

  /** Images (batch, 3, height, width) to scores (batch, 1000). */
  override forward(images: torch.Tensor): torch.Tensor {
    return this.classifier(this.avgpool(this.features(images)).flatten(1));
  }
}

export const vgg16 = torch.withDevice("meta", () => new VGG());
const scores = vgg16(torch.rand(1, 3, 224, 224, { device: "meta" }));

const count = (module: nn.Module): number => [...module.parameters()].reduce((sum, parameter) => sum + parameter.numel(), 0);
console.log(`VGG-16: ${count(vgg16).toLocaleString("en")} parameters, gives ${scores.shape}`);
console.log(`  convolutions: ${count(vgg16.features).toLocaleString("en")}`);
console.log(`  linear layers: ${count(vgg16.classifier).toLocaleString("en")}`);
