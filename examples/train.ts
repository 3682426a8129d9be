// Training a network: an MLP learns to tell three spirals apart. Takes a second or two; the picture shows the trained weights, and under
// "initialized" still how they began.
import * as torch from "layerscope";
import { nn, optim } from "layerscope";

torch.manualSeed(0);

/** Points of three arms that wind around the origin, and which arm each belongs to. */
function spirals(pointsPerArm: number): [points: torch.Tensor, arms: torch.Tensor] {
  const points: number[][] = [];
  const arms: number[] = [];
  const noise = torch.randn(3, pointsPerArm).mul(0.15).tolist() as number[][];
  for (let arm = 0; arm < 3; arm++) {
    for (let i = 0; i < pointsPerArm; i++) {
      const radius = i / pointsPerArm;
      const angle = 4 * (arm + radius) + noise[arm]![i]!;
      points.push([radius * Math.sin(angle), radius * Math.cos(angle)]);
      arms.push(arm);
    }
  }
  return [torch.tensor(points, { dtype: torch.float32 }), torch.tensor(arms)];
}

const [points, arms] = spirals(100);
const [testPoints, testArms] = spirals(50); // never seen in training

export const net = new nn.Sequential(new nn.Linear(2, 64), new nn.ReLU(), new nn.Linear(64, 64), new nn.ReLU(), new nn.Linear(64, 3));
const lossFunction = new nn.CrossEntropyLoss();
const optimizer = new optim.Adam(net.parameters(), { lr: 0.01 });

for (let epoch = 0; epoch <= 200; epoch++) {
  optimizer.zeroGrad(); // forget the gradients of the step before
  const loss = lossFunction(net(points), arms);
  loss.backward(); // how would each parameter have to change?
  optimizer.step(); // change it a little
  if (epoch % 50 === 0) console.log(`epoch ${epoch}: loss ${loss.item().toFixed(3)}`);
}

export const accuracy = torch.noGrad(() => net(testPoints).argmax(1).eq(testArms).float().mean().item());
console.log(`accuracy on points it has not seen: ${(100 * accuracy).toFixed(1)} %`);
