import { afterAll, beforeAll, expect, test } from "vitest";
import { Workspace } from "./workspace.js";
import type { CellModels, CellResult } from "../../src/protocol/index.js";

const workspace = new Workspace();
const file = workspace.write("cells.ipynb", "{}");
let number = 0;

function cell(text: string): Promise<CellResult> {
  number++;
  return workspace.runner.request(file, "runCell", { cell: { file: `cell${number}`, text }, number }, { timeLimit: Infinity });
}

function look(): Promise<CellModels> {
  return workspace.runner.request(file, "cellModels", {}, { timeLimit: Infinity });
}

async function namesAfter(text: string): Promise<readonly string[] | null> {
  expect((await cell(text)).failure).toBeNull();
  return (await look()).models?.map(({ name }) => name) ?? null;
}

beforeAll(async () => {
  expect((await workspace.runner.startNotebook(file)).failure).toBeNull();
});
afterAll(() => workspace.dispose());

test("a cell's result does not wait for its models, which are told when they have changed", async () => {
  expect(await namesAfter("import torch\nfrom torch import nn\nnet = nn.Linear(2, 2)")).toEqual(["net"]);
  const { text, isModel } = await cell("1 + 1");
  expect({ text, isModel }).toEqual({ text: "2", isModel: false });
  expect(await look()).toMatchObject({ models: null, model: null });

  expect(await namesAfter("with torch.no_grad():\n    net.weight[0, 0] = 5")).toEqual(["net"]);
  expect(await namesAfter("net.eval()")).toEqual(["net"]);
  expect(await namesAfter("other = nn.Sequential(net, nn.ReLU())")).toEqual(["other"]);
});

test("a cell whose value is a model says so, and which it is", async () => {
  const { text, isModel } = await cell("small = nn.Linear(3, 1)\nsmall");
  expect({ text, isModel }).toEqual({ text: "Linear(in_features=3, out_features=1, bias=True)", isModel: true });
  expect((await look()).model).toBe("small");
  expect((await look()).model).toBeNull();
});

test("models that nothing holds any more are gone, and those that only other objects hold are there", async () => {
  const values = "[name for name in globals() if name.strip('_').isdigit()]";
  const forgotten = `del net, other, small\n_ = __ = ___ = __builtins__._ = 0\nOut.clear()\nfor name in ${values}:\n    del globals()[name]`;
  expect(await namesAfter(forgotten)).toEqual([]);
  expect(await namesAfter("class Trainer:\n    def __init__(self):\n        self.model = nn.Linear(4, 4)\n\ntrainer = Trainer()")).toEqual(["Linear (line 3)"]);
  expect(await namesAfter("called = trainer.model(torch.ones(4))")).toEqual(["Linear (line 3)"]);
  expect(await namesAfter("del trainer, called")).toEqual([]);
});
