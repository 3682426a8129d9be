// Will it train? One network, initialized in three ways. Open the model view, choose a model and run "Layerscope: Show Signal": the curves show what becomes of
// activations and gradients on their way through thirty layers, before anything is trained. What the training below prints is what they foretell.
import * as torch from "layerscope";
import { nn, optim } from "layerscope";

const [depth, width] = [30, 64];

/** Thirty layers with ReLU, and one that says which of two classes it is. */
function network(): nn.Sequential {
  const layers = Array.from({ length: depth }, () => new nn.Sequential(new nn.Linear(width, width), new nn.ReLU()));
  return new nn.Sequential(new nn.Linear(2, width), ...layers, new nn.Linear(width, 2));
}

type Fill = (weight: torch.Tensor) => void;

/** Fills every weight with the function given, and every bias with zeros. */
function initialize(net: nn.Sequential, fill: Fill): nn.Sequential {
  return net.apply((module) => {
    if (!(module instanceof nn.Linear)) return;
    fill(module.weight);
    if (module.bias) nn.init.zeros_(module.bias);
  });
}

// 1. Small normal numbers, as one would fill them without thinking. Each layer multiplies the standard deviation by 0.01 * sqrt(64 / 2), about 0.06: after thirty
// layers 1 has become 1e-37, and what comes back to the first layer is as little. Nothing trains.
const fillSmall: Fill = (weight) => nn.init.normal_(weight, 0, 0.01);

// 2. Xavier keeps the size of a signal through linear layers. ReLU takes half of its square away: a factor of sqrt(1 / 2) a layer, 3e-5 after thirty.
const fillXavier: Fill = (weight) => nn.init.xavierNormal_(weight);

// 3. Kaiming makes up for what ReLU takes: twice the variance. The signal keeps its size both ways, and the network trains.
const fillKaiming: Fill = (weight) => nn.init.kaimingNormal_(weight, { nonlinearity: "relu" });

torch.manualSeed(0);
export const small = initialize(network(), fillSmall);
export const xavier = initialize(network(), fillXavier);
export const kaiming = initialize(network(), fillKaiming);

// Two rings around the origin, and which of them a point is on.
const angles = torch.rand(128).mul(2 * Math.PI);
const rings = torch.arange(128).remainder(2);
const points = torch.stack([angles.cos(), angles.sin()], 1).mul(rings.add(1).unsqueeze(1));

/** The loss before and after some steps, of a network of its own. */
function train(fill: Fill): readonly [before: number, after: number] {
  const net = initialize(network(), fill);
  const optimizer = new optim.SGD(net.parameters(), { lr: 0.003, momentum: 0.9 });
  const losses: number[] = [];
  for (let step = 0; step < 150; step++) {
    optimizer.zeroGrad();
    const loss = nn.functional.crossEntropy(net(points), rings);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  return [losses[0]!, losses.at(-1)!];
}

for (const [name, fill] of Object.entries({ small: fillSmall, xavier: fillXavier, kaiming: fillKaiming })) {
  const [before, after] = train(fill);
  console.log(`${name.padEnd(7)} loss ${before.toFixed(3)} -> ${after.toFixed(3)}`);
}
for (const net of [small, xavier, kaiming]) net(points);
