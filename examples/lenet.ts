// LeNet-5: the convolutional network that read handwritten digits (LeCun et al., "Gradient-based learning applied to document recognition",
// 1998), in the form in which "Dive into Deep Learning" teaches it: sigmoids and average pooling. 61,706 parameters.
//
// Convolutions find patterns and keep where they are; pooling halves the image, so that the next convolution sees a larger part of it;
// linear layers at the end turn what was found into a score for each digit.
import * as torch from "layerscope";
import { nn } from "layerscope";

torch.manualSeed(0);

export const lenet = new nn.Sequential(
  new nn.Conv2d(1, 6, 5, { padding: 2 }), // 6 patterns of 5 x 5 pixels; the padding keeps the image's size
  new nn.Sigmoid(),
  new nn.AvgPool2d(2, { stride: 2 }),
  new nn.Conv2d(6, 16, 5), // 16 patterns of the 6 first ones
  new nn.Sigmoid(),
  new nn.AvgPool2d(2, { stride: 2 }),
  new nn.Flatten(), // 16 images of 5 x 5 become 400 numbers
  new nn.Linear(400, 120),
  new nn.Sigmoid(),
  new nn.Linear(120, 84),
  new nn.Sigmoid(),
  new nn.Linear(84, 10), // a score for each digit
);

// With sigmoids, signals fade unless the weights are scaled to the number of inputs and outputs.
lenet.apply((module) => {
  if (module instanceof nn.Linear || module instanceof nn.Conv2d) nn.init.xavierUniform_(module.weight);
});

// What leaves each layer, for one image of 28 x 28 pixels. The picture shows the same shapes.
let x = torch.rand(1, 1, 28, 28);
for (const layer of lenet) {
  x = layer(x);
  console.log(`${layer.constructor.name} output shape: ${x.shape}`);
}

lenet(torch.rand(1, 1, 28, 28));
