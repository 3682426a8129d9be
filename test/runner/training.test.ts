import { afterAll, expect, test, vi } from "vitest";
import type { ModelSnapshot, Progress, TrainingRequest } from "../../src/protocol/index.js";
import { RunnerError } from "../../src/runner/client.js";
import { leftovers, Workspace } from "./workspace.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const workspace = new Workspace();
afterAll(async () => {
  await workspace.dispose();
  expect(leftovers()).toEqual([]);
});

const request: TrainingRequest = { model: "net", steps: 3, optimizer: "SGD", rate: 0.1, loss: null, input: null, seed: 4 };

const typescript = `import * as torch from "layerscope";
const { nn } = torch;
torch.manualSeed(0);
class Net extends nn.Module {
  hidden = new nn.Linear(4, 8);
  norm = new nn.BatchNorm1d(8);
  out = new nn.Linear(8, 3);
  override forward(x: torch.Tensor): torch.Tensor {
    if (x.shape[0] === 5) for (;;);
    return this.out(torch.relu(this.norm(this.hidden(x))));
  }
}
export const net = new Net();
net(torch.ones(6, 4));
`;
const python = `import torch
from torch import nn
torch.manual_seed(0)
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(4, 8)
        self.norm = nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 3)
    def forward(self, x):
        while x.shape[0] == 5:
            pass
        return self.out(torch.relu(self.norm(self.hidden(x))))
net = Net()
net(torch.ones(6, 4))
`;

/** What may differ where the model is not as it was. */
const stateOf = (model: ModelSnapshot) => JSON.stringify([model.tensors, model.undoDepth]);

test.each([
  ["TypeScript", "net.ts", typescript],
  ["Python", "net.py", python],
])("a few steps with a model of %s say how far they are, are ended between and within steps, and leave the model as it was", async (_, name, text) => {
  const { file, models, failure } = await workspace.run(text, {}, name);
  expect(failure).toBeNull();
  const before = stateOf(models[0]!);
  const expectAsBefore = async () => {
    // A machine that is too busy to stop code in time ends its process, which then has no models.
    if (!workspace.runner.isAlive(file)) return;
    expect(stateOf(await workspace.runner.request(file, "showSignal", { model: "net", input: null, seed: 0 }))).toBe(before);
  };

  const training = await workspace.runner.request(file, "train", request);
  expect(training).toMatchObject({ steps: 3, failure: null, by: { loss: "crossEntropy" } });
  const losses = training.samples.map(({ loss }) => loss!);
  expect(losses).toHaveLength(4);
  expect(losses[3]).toBeLessThan(losses[0]!);
  await expectAsBefore();

  // Ended between two steps: what was seen by then has been told.
  const cancel = new AbortController();
  const told: Progress[] = [];
  const onProgress = (progress: Progress): void => {
    told.push(progress);
    cancel.abort();
  };
  const ended = workspace.runner.request(file, "train", { ...request, steps: 1000 }, { signal: cancel.signal, onProgress, timeLimit: Infinity });
  await expect(ended).rejects.toThrow(RunnerError);
  expect(told[0]!.total).toBe(1000);
  expect(told[0]!.training!.samples[0]).toMatchObject({ step: 0, loss: losses[0] });
  await expectAsBefore();

  // Stopped where it does not end by itself.
  const endless = { ...request, input: { kind: "stated", inputs: [{ shape: [5, 4], dtype: "float32", fill: "ones" }] } } as const;
  await expect(workspace.runner.request(file, "train", endless, { timeLimit: 1500 })).rejects.toThrow(RunnerError);
  await expectAsBefore();
  const trial = { target: { kind: "model" }, choice: { kind: "scheme", function: "ones_", arguments: {} }, seed: 0 } as const;
  const tried = workspace.runner.request(file, "signal", { model: "net", input: endless.input, seed: 0, trial }, { timeLimit: 1500 });
  await expect(tried).rejects.toThrow(RunnerError);
  await expectAsBefore();
  if (workspace.runner.isAlive(file)) expect((await workspace.runner.request(file, "train", request)).samples.map(({ loss }) => loss)).toEqual(losses);
});

test("a pass that is measured says at which module it is", async () => {
  const layers = "nn.Sequential(...Array.from({ length: 6 }, () => new nn.Linear(8, 8)))";
  const { file } = await workspace.run(`import * as torch from "layerscope";\nconst { nn } = torch;\nexport const net = new ${layers};\n`);
  const told: Progress[] = [];
  const input = { kind: "random", batches: 2 } as const;
  await workspace.runner.request(file, "signal", { model: "net", input, seed: 0, trial: null }, { onProgress: (progress) => told.push(progress) });
  expect(told[0]).toMatchObject({ total: 2 * 7 * 2, at: expect.stringMatching(/^\d*$/) as string });
  expect(told.every(({ done, total }, at) => done <= total! && done > (told[at - 1]?.done ?? 0))).toBe(true);
});

const trains = {
  "endless.ts": `import * as torch from "layerscope";
const { nn, optim } = torch;
export const net = new nn.Linear(4, 1);
const optimizer = new optim.SGD(net.parameters(), { lr: 0.01 });
const x = torch.ones(8, 4);
for (let step = 0; ; step++) {
  optimizer.zeroGrad();
  net(x).square().mean().backward();
  optimizer.step();
  if (step === 10) console.log("trains");
}
`,
  "trains.py": `import torch
from torch import nn
net = nn.Linear(4, 1)
optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
x = torch.ones(8, 4)
for _ in range(10):
    optimizer.zero_grad()
    net(x).square().mean().backward()
    optimizer.step()
`,
};

test("what the code trains is told while it runs, also past the limit where that is lifted, and stopped", async () => {
  const stop = new AbortController();
  const told: Progress[] = [];
  const onProgress = (progress: Progress): void => {
    told.push(progress);
    if (told.length === 4) stop.abort();
  };
  const { models, failure } = await workspace.run(trains["endless.ts"], { signal: stop.signal, timeLimit: Infinity, onProgress }, "endless.ts");
  expect(failure!.kind).toBe("cancelled");
  const trainings = told.map(({ model, training }) => {
    expect(model).toBe("net");
    return training!;
  });
  for (const [at, { by, steps, samples, parameters }] of trainings.entries()) {
    expect(by).toEqual({ kind: "code", optimizer: "SGD" });
    expect(parameters.map(({ name, tensor }) => [name, tensor])).toEqual([
      ["weight", 0],
      ["bias", 1],
    ]);
    // All of it, each time, with the last step.
    expect(samples[0]!.step).toBe(0);
    expect(samples.at(-1)!.step).toBe(steps - 1);
    expect(steps).toBeGreaterThan(trainings[at - 1]?.steps ?? 0);
    expect(samples.length).toBeLessThan(70);
  }
  expect(trainings[0]!.samples[1]!.loss!).toBeLessThan(trainings[0]!.samples[0]!.loss!);
  expect(models[0]!.training!.steps).toBeGreaterThanOrEqual(trainings.at(-1)!.steps);
});

test("training in Python that no variable of the file holds is told by the class", async () => {
  const text = `${trains["trains.py"]
    .replace("for _ in range(10)", "while True")
    .replace(/^(?!import|from)/gm, "    ")
    .replace("    net =", "def main():\n    net =")}\nmain()\n`;
  const stop = new AbortController();
  const told: Progress[] = [];
  const onProgress = (progress: Progress): void => {
    told.push(progress);
    stop.abort();
  };
  const { failure } = await workspace.run(text, { signal: stop.signal, timeLimit: 100_000, onProgress }, "inside.py");
  expect(failure!.kind).toBe("cancelled");
  expect(told[0]!.model).toMatch(/^Linear \(line \d+\)$/);
  expect(told[0]!.training!.parameters.map(({ name }) => name)).toEqual(["weight", "bias"]);
});

test.each(Object.entries(trains))(
  "%s: training of the code's own is there up to its last sample, also where it is stopped, as at the time limit",
  async (name, text) => {
    const stop = new AbortController();
    const { models, failure } = await workspace.run(text, { signal: stop.signal, timeLimit: 100_000, onOutput: () => stop.abort() }, name);
    expect(failure?.kind ?? "ended").toBe(name.startsWith("endless") ? "cancelled" : "ended");
    const { training } = models[0]!;
    expect(training).toMatchObject({ by: { kind: "code", optimizer: name.endsWith("py") ? "Adam" : "SGD" }, failure: null });
    expect(training!.steps).toBeGreaterThan(3);
    const last = training!.samples.at(-1)!;
    expect(last.step).toBe(training!.steps);
    expect(last.parameters!.map(({ mean }) => mean)).toEqual([0, 1].map((at) => models[0]!.tensors[at]!.statistics!.finite!.mean));
    expect(training!.samples[1]!.loss!).toBeLessThan(training!.samples[0]!.loss!);
  },
);
