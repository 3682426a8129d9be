import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { RunnerState } from "../../src/protocol/index.js";
import { Inspection, ScriptCalls } from "../../src/inspect/index.js";

type WholeEngine = typeof import("../../src/engine/index.js");

/**
 * The most bytes that a pass of the lab holds at once, as a multiple of what a training step with SGD holds of the same net (weights of 34 MB, as much again of activations), which
 * has no state of its own. What no one holds any more is collected before every look: at every module of the pass, and at every gradient that comes back.
 */
export async function peakMemory(): Promise<readonly (readonly [what: string, multiple: number])[]> {
  const engine = (await import(pathToFileURL(resolve("dist/engine/index.js")).href)) as WholeEngine;
  const inspection = new Inspection({ engine, calls: new ScriptCalls(import.meta.url), language: "typescript", locate: () => null, quietly: (body) => body() });
  const { nn, optim } = engine;
  const net = new nn.Sequential(...Array.from({ length: 8 }, () => new nn.Sequential(new nn.Linear(1024, 1024), new nn.ReLU())));
  const x = engine.randn(512, 1024);
  const step = (): void => {
    const optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
    net(x).square().mean().backward();
    optimizer.step();
    optimizer.zeroGrad();
  };
  net(x);
  inspection.setModels([{ name: "net", module: net, location: null }], { infer: false });
  inspection.snapshots();
  const watches = engine.observe(null)!;

  const held = (): number => {
    // What the first finds is taken away by the second at the latest.
    globalThis.gc!();
    globalThis.gc!();
    return process.memoryUsage().arrayBuffers;
  };
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, held());
  };
  for (const parameter of net.parameters()) parameter.registerHook(look);
  const peakOf = (body: () => unknown, observer: typeof watches | null): number => {
    peak = 0;
    engine.observe({
      ...observer,
      moduleLeft: (module, output) => {
        look();
        return observer?.moduleLeft?.(module, output);
      },
    });
    try {
      body();
    } finally {
      engine.observe(null);
    }
    return peak;
  };
  const request = { model: "net", input: null, seed: 0 } as const;
  const scheme = { target: { kind: "model" }, choice: { kind: "scheme", function: "kaimingUniform_", arguments: {} }, seed: 0 } as const;
  const trainedBy = (optimizer: "SGD"): RunnerState => ({ kind: "trained", steps: { steps: 2, optimizer, rate: 0.01, loss: "output", input: null, seed: 0 } });
  const training = peakOf(step, null);
  const passes = {
    "a signal": () => inspection.trials.signal({ ...request, trial: null }),
    "a signal under another scheme": () => inspection.trials.signal({ ...request, trial: scheme }),
    "the current state compared with another": () =>
      inspection.trials.compareStates({ ...request, first: { kind: "current" }, second: { kind: "reinitialized", reinitialization: scheme } }),
    "two other states compared": () =>
      inspection.trials.compareStates({
        ...request,
        first: { kind: "reinitialized", reinitialization: scheme },
        second: { kind: "reinitialized", reinitialization: { ...scheme, seed: 1 } },
      }),
    "two trained states compared": () => inspection.trials.compareStates({ ...request, first: trainedBy("SGD"), second: trainedBy("SGD") }),
  };
  return Object.entries(passes).map(([what, body]) => [what, peakOf(body, watches) / training] as const);
}
