/** How long the initialization lab takes to measure a signal, from the question to the answer. Needs a build. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { initializationSchemes, type ModelSnapshot } from "../src/protocol/index.js";
import { framesOfPane, toleratedFrame } from "./lab/frames.js";
import { peakMemory } from "./lab/memory.js";
import { costOfRecording } from "./lab/recording.js";
import { ModelRunner } from "../src/runner/client.js";

const runner = new ModelRunner({ dist: resolve("dist"), timeLimit: 120_000, memoryLimit: 8192 });
const folder = mkdtempSync(join(tmpdir(), "layerscope-bench-"));
const rows: { readonly what: string; readonly measured: string; readonly budget: string }[] = [];
const row = (what: string, value: number, unit: string, budget: number): number =>
  rows.push({ what, measured: `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`, budget: `${budget} ${unit}` });

async function timed(body: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

/** The median of several times, after one that warms up. */
async function settled(body: () => Promise<unknown>): Promise<number> {
  await body();
  const times: number[] = [];
  for (let i = 0; i < 5; i++) times.push(await timed(body));
  return times.sort((a, b) => a - b)[2]!;
}

async function run(file: string): Promise<readonly ModelSnapshot[]> {
  const { failure, models } = await runner.run(file);
  if (failure) throw new Error(JSON.stringify(failure));
  return models;
}

/** The page of a model while its signal is looked at and it is trained. */
async function frames(what: string, file: string, model: ModelSnapshot, steps: number): Promise<void> {
  for (const { doing, apart, work } of await framesOfPane(runner, file, model, steps)) {
    row(`${what}, ${doing}: from frame to frame, 95th percentile`, apart, "ms", toleratedFrame);
    row(`${what}, ${doing}: the page's own work for a frame`, work, "ms", toleratedFrame);
  }
}

try {
  const chapter = resolve("examples/parameter-management.ts");
  const named = (models: readonly ModelSnapshot[], name: string): ModelSnapshot => models.find((model) => model.name === name)!;
  const rgnet = named(await run(chapter), "rgnet");
  const request = { model: "rgnet", input: null, seed: 0, trial: null } as const;
  row("signal of the chapter's net", await settled(() => runner.request(chapter, "signal", request)), "ms", 100);
  const allSchemes = async (): Promise<void> => {
    for (const { function: name, minDimensions } of initializationSchemes) {
      const choice = { kind: "scheme", function: name, arguments: {} } as const;
      if (minDimensions <= 2) await runner.request(chapter, "signal", { ...request, trial: { target: { kind: "model" }, choice, seed: 0 } });
    }
  };
  row("all schemes on it, one seed", await settled(allSchemes), "ms", 1000);

  // The example has it without values.
  const gpt2 = join(folder, "gpt2.ts");
  const text = readFileSync("examples/gpt2.ts", "utf8")
    .replace(/torch\.withDevice\("meta", \(\) => (new GPT2\(small\))\)/, "$1")
    .replace(', device: "meta"', "");
  writeFileSync(gpt2, text);
  const large = named(await run(gpt2), "gpt2");
  row("signal of GPT-2 small, 64 tokens", await timed(() => runner.request(gpt2, "signal", { ...request, model: "gpt2" })), "ms", 4000);
  const steps = { model: "rgnet", steps: 10, optimizer: "SGD", rate: 0.01, loss: null, input: null, seed: 0 } as const;
  row("10 steps with the chapter's net", await settled(() => runner.request(chapter, "train", steps)), "ms", 200);
  const another = { kind: "reinitialized", reinitialization: { target: { kind: "model" }, choice: { kind: "asConstructed" }, seed: 1 } } as const;
  const states = { model: "rgnet", first: { kind: "current" }, second: another, input: null, seed: 0 } as const;
  row("comparing two states of it, with their signals", await settled(() => runner.request(chapter, "compareStates", states)), "ms", 200);
  await frames("the chapter's net", chapter, rgnet, 50);
  await frames("GPT-2 small", gpt2, large, 3);
  for (const [what, multiple] of await peakMemory()) row(`peak memory of ${what}, beside a training step`, multiple, "x", 2);
  for (const [training, percent] of await costOfRecording()) row(`recording the training of ${training}`, percent, "%", 5);
} finally {
  await runner.dispose();
  rmSync(folder, { recursive: true, force: true });
}
console.table(rows);
console.log(`${cpus()[0]!.model}, load ${loadavg()[0]!.toFixed(1)}`);
