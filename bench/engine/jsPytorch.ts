import path from "node:path";
import { createRequire } from "node:module";
import { products, type CaseName, type Peer, type Prepare } from "./cases.js";

/** The part of js-pytorch that is used here. */
interface JsPytorch {
  torch: JsPytorchFunctions;
}
interface JsPytorchFunctions {
  rand(shape: number[]): unknown;
  randn(shape: number[]): unknown;
  randint(low: number, high: number, shape: number[]): unknown;
  matmul(a: unknown, b: unknown): unknown;
  add(a: unknown, b: unknown): unknown;
  nn: {
    Linear: new (inSize: number, outSize: number) => JsPytorchModule;
    ReLU: new () => JsPytorchModule;
    CrossEntropyLoss: new () => { forward(y: unknown, target: unknown): { backward(): void } };
    Module: new () => object;
  };
}
interface JsPytorchModule {
  forward(x: unknown): unknown;
}

/** js-pytorch on the CPU. Cases of 1e7 elements are left out: it keeps tensors as nested lists of numbers. */
export function loadJsPytorch(folder: string): Peer {
  const require = createRequire(path.join(folder, "package.json"));
  const { torch } = require("js-pytorch") as JsPytorch;
  const cases: Partial<Record<CaseName, Prepare>> = {};
  for (const [name, n] of Object.entries(products) as [keyof typeof products, number][]) {
    cases[name] = () => {
      const [a, b] = [torch.rand([n, n]), torch.rand([n, n])];
      return () => void torch.matmul(a, b);
    };
  }
  const training =
    (sizes: readonly number[], batch: number, classes: number): Prepare =>
    () => {
      const layers = sizes.slice(1).flatMap((size, i) => [new torch.nn.Linear(sizes[i]!, size), ...(i < sizes.length - 2 ? [new torch.nn.ReLU()] : [])]);
      const x = torch.randn([batch, sizes[0]!]);
      const target = torch.randint(0, classes, [batch]);
      const loss = new torch.nn.CrossEntropyLoss();
      return () =>
        loss
          .forward(
            layers.reduce<unknown>((y, layer) => layer.forward(y), x),
            target,
          )
          .backward();
    };
  cases["MLP 784-512-512-10, batch 64, training step"] = training([784, 512, 512, 10], 64, 10);
  cases["4-8-1 net, forward + backward"] = training([4, 8, 1], 2, 1);
  return { name: "js-pytorch", cases };
}
