// AlexNet, in the form with one column (Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014), as in torchvision.
import * as torch from "layerscope";
import { nn } from "layerscope";

class AlexNet extends nn.Module {
  features = new nn.Sequential(
    new nn.Conv2d(3, 64, 11, { stride: 4, padding: 2 }),
    new nn.ReLU({ inplace: true }),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Conv2d(64, 192, 5, { padding: 2 }),
    new nn.ReLU({ inplace: true }),
    new nn.MaxPool2d(3, { stride: 2 }),
    new nn.Conv2d(192, 384, 3, { padding: 1 }),
    new nn.ReLU({ inplace: true }),
    new nn.Conv2d(384, 256, 3, { padding: 1 }),
    new nn.ReLU({ inplace: true }),
    new nn.Conv2d(256, 256, 3, { padding: 1 }),
    new nn.ReLU({ inplace: true }),
    new nn.MaxPool2d(3, { stride: 2 }),
  );
  avgpool = new nn.AdaptiveAvgPool2d([6, 6]);
  classifier = new nn.Sequential(
    new nn.Dropout(),
    new nn.Linear(256 * 6 * 6, 4096),
    new nn.ReLU({ inplace: true }),
    new nn.Dropout(),
    new nn.Linear(4096, 4096),
    new nn.ReLU({ inplace: true }),
    new nn.Linear(4096, 1000),
  );

  override forward(x: torch.Tensor): torch.Tensor {
    return this.classifier(this.avgpool(this.features(x)).flatten(1));
  }
}

export const alexnet = torch.withDevice("meta", () => new AlexNet()).eval();
alexnet(torch.zeros(1, 3, 224, 224, { device: "meta" }));
