import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Inspection, ScriptCalls } from "../../src/inspect/index.js";

type WholeEngine = typeof import("../../src/engine/index.js");

/** Trainings whose recording is measured. */
const trainings: Readonly<Record<string, (engine: WholeEngine) => { readonly net: object; readonly x: object; readonly steps: number }>> = {
  "the chapter's net": ({ nn, randn }) => ({
    net: new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), new nn.Linear(8, 1)),
    x: randn(32, 4),
    steps: 2000,
  }),
  "a small convolutional net": ({ nn, randn }) => ({
    net: new nn.Sequential(new nn.Conv2d(1, 8, 3, { padding: 1 }), new nn.ReLU(), new nn.MaxPool2d(2), new nn.Flatten(), new nn.Linear(8 * 14 * 14, 10)),
    x: randn(16, 1, 28, 28),
    steps: 60,
  }),
};

const turns = 25;

/**
 * What recording a training adds to it, in percent, by training: the median over turns, each of which trains with and without it. In time of the processor, which
 * other programs disturb least.
 */
export async function costOfRecording(): Promise<readonly (readonly [training: string, percent: number])[]> {
  const engine = (await import(pathToFileURL(resolve("dist/engine/index.js")).href)) as WholeEngine;
  // It watches from here on.
  new Inspection({ engine, calls: new ScriptCalls(import.meta.url), language: "typescript", locate: () => null, quietly: (body) => body() });
  const recorded = engine.observe(null)!;
  const unrecorded = { ...recorded };
  delete unrecorded.backward;
  delete unrecorded.optimizerStep;
  const train = (of: (typeof trainings)[string], observer: typeof unrecorded): number => {
    engine.manualSeed(0);
    const { steps, ...made } = of(engine);
    const [net, x] = [made.net as InstanceType<WholeEngine["nn"]["Linear"]>, made.x as InstanceType<WholeEngine["Tensor"]>];
    const optimizer = new engine.optim.SGD(net.parameters(), { lr: 0.01 });
    globalThis.gc?.();
    engine.observe(observer);
    const before = process.cpuUsage();
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      net(x).square().mean().backward();
      optimizer.step();
    }
    const { user, system } = process.cpuUsage(before);
    engine.observe(null);
    return user + system;
  };
  return Object.entries(trainings).map(([name, of]) => {
    const ratios: number[] = [];
    for (let turn = -2; turn < turns; turn++) {
      const isFirst = turn % 2 === 0;
      const first = train(of, isFirst ? recorded : unrecorded);
      const second = train(of, isFirst ? unrecorded : recorded);
      if (turn >= 0) ratios.push(isFirst ? first / second : second / first);
    }
    return [name, 100 * (ratios.sort((a, b) => a - b)[turns >> 1]! - 1)] as const;
  });
}
