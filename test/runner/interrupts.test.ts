import { afterAll, expect, test } from "vitest";
import { Workspace } from "./workspace.js";

const workspace = new Workspace();
afterAll(() => workspace.dispose());

/** A notebook that has begun, and what runs one cell after another in it. */
async function notebook(name: string) {
  const file = workspace.write(`${name}.ipynb`, "{}");
  expect((await workspace.runner.startNotebook(file)).failure).toBeNull();
  let number = 0;
  const run = (text: string, onOutput = (): void => undefined) => {
    number++;
    return workspace.runner.request(file, "runCell", { cell: { file: `${name}${number}`, text }, number }, { timeLimit: 60_000, onOutput });
  };
  return { file, run };
}

test("every interrupt of Python code is heard, whenever it comes", async () => {
  const file = workspace.write("cells.ipynb", "{}");
  expect((await workspace.runner.startNotebook(file)).failure).toBeNull();
  const text = "print('runs', flush=True)\nwhile True:\n    pass";
  for (let number = 1; number <= 100; number++) {
    const onOutput = (): void => void setTimeout(() => workspace.runner.interrupt(file), number % 7);
    const { failure } = await workspace.runner.request(file, "runCell", { cell: { file: `cell${number}`, text }, number }, { timeLimit: 5000, onOutput });
    expect(failure?.message, `of cell ${number}`).toBe("KeyboardInterrupt");
  }
});

test("an interrupt leaves gradients, the default device and what is cached as they were", async () => {
  const { file, run } = await notebook("modes");
  await run("import torch\nfrom torch.nn.utils import parametrize\nfrom torch.nn.modules import module");
  const state = "torch.is_grad_enabled(), torch.get_default_device(), len(module.parametrized_values)";
  const modes = ["torch.no_grad()", "torch.device('meta')", "parametrize.cached()"];
  for (let round = 0; round < 40; round++) {
    for (const mode of modes) {
      const onOutput = (): void => void setTimeout(() => workspace.runner.interrupt(file), round % 7);
      const { failure } = await run(`print('runs', flush=True)\nwhile True:\n    with ${mode}:\n        pass`, onOutput);
      expect(failure?.message, mode).toBe("KeyboardInterrupt");
      expect((await run(state)).text, mode).toBe("(True, device(type='cpu'), 0)");
    }
  }
});

test("a single call of the engine that takes minutes hears of an interrupt too, and what was made before it stays", async () => {
  const { file, run } = await notebook("calls");
  await run("import torch\nfrom torch import nn\nimport torch.nn.functional as F\nwide = torch.ones(6000, 6000, dtype=torch.float64)\nx = wide[:1]");
  const calls = [
    "wide @ wide",
    "torch.ones(8000, 8000) @ torch.ones(8000, 8000)",
    "F.conv2d(torch.ones(1, 64, 300, 300, dtype=torch.float64), torch.ones(64, 64, 31, 31, dtype=torch.float64))",
    "nn.LSTM(512, 512, num_layers=2).double()(torch.ones(20000, 8, 512, dtype=torch.float64))",
    "torch.linalg.svd(torch.rand(3000, 3000))",
    "torch.linalg.solve(torch.rand(6000, 6000), torch.rand(6000, 6000))",
    "torch.lgamma(torch.ones(60_000_000, dtype=torch.float64))",
    "torch.sort(torch.rand(30_000_000))",
    "torch.unique(torch.rand(30_000_000))",
    "torch.topk(torch.arange(40_000_000.), 2_000_000)",
    "nn.Transformer(d_model=512, batch_first=True)(torch.ones(64, 700, 512), torch.ones(64, 700, 512))",
    "deep = torch.ones(300, 300, dtype=torch.float64, requires_grad=True)\ntotal = deep\nwith torch.no_grad():\n    eye = torch.eye(300, dtype=torch.float64)\nfor _ in range(2):\n    total = total @ eye\ntorch.autograd.functional.hessian(lambda x: (x @ eye).sum() ** 2, deep)",
  ];
  for (const call of calls) {
    const onOutput = (): void => void setTimeout(() => workspace.runner.interrupt(file), 300);
    const { failure } = await run(`print('runs', flush=True)\n${call}`, onOutput);
    expect(failure?.message, call).toBe("KeyboardInterrupt");
  }
  expect((await run("x.sum().item()")).text).toBe("6000.0");
}, 300_000);
