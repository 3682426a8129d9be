import { afterAll, expect, test } from "vitest";
import { DisplayReader } from "../../src/extension/notebooks/displays.js";
import type { CellModels, CellResult } from "../../src/protocol/index.js";
import { Workspace } from "./workspace.js";

const workspace = new Workspace();
afterAll(() => workspace.dispose());

test("what a cell displays comes in its place among its prints, and its models by name", async () => {
  const file = workspace.write("cells.ipynb", "{}");
  expect((await workspace.runner.startNotebook(file)).failure).toBeNull();
  let number = 0;
  const run = async (text: string): Promise<{ readonly parts: unknown[]; readonly result: CellResult; readonly held: CellModels }> => {
    const reader = new DisplayReader();
    const parts: unknown[] = [];
    const onOutput = (output: { readonly text: string }): void => void parts.push(...reader.read(output.text));
    const result = await workspace.runner.request(file, "runCell", { cell: { file: `cell${++number}`, text }, number }, { onOutput });
    expect(reader.end()).toBe("");
    return { parts, result, held: await workspace.runner.request(file, "cellModels", {}) };
  };
  const { parts, result, held } = await run(
    `import torch\nfrom torch import nn\nfrom IPython.display import display as show\nnet = nn.Linear(2, 3)\nprint("before", end="")\ndisplay({"a": [1]}, "it's")\nfor i in range(2):\n    print(i)\n    show(torch.tensor(float(i)))\ndisplay(net, nn.ReLU())\nprint("after")`,
  );
  expect(parts).toEqual([
    "before",
    { text: "{'a': [1]}", isModel: false },
    { text: `"it's"`, isModel: false },
    "0\n",
    { text: "tensor(0.)", isModel: false },
    "1\n",
    { text: "tensor(1.)", isModel: false },
    { text: "Linear(in_features=2, out_features=3, bias=True)", isModel: true },
    { text: "ReLU()", isModel: true },
    "after\n",
  ]);
  expect(result.failure).toBeNull();
  // A layer without state beside a model that has some is no model of its own.
  expect(held.displayed).toEqual(["net", null]);

  const failing = await run(`display(net)\nraise ValueError("after it")`);
  expect(failing.parts).toHaveLength(1);
  expect(failing.held.displayed).toEqual(["net"]);
  expect(failing.result.failure?.message).toBe("ValueError: after it");

  // What takes the prints elsewhere takes no display.
  const redirected = await run(
    `import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as taken:\n    print("taken")\n    display(1)\ntaken.getvalue()`,
  );
  expect(redirected.parts).toEqual([{ text: "1", isModel: false }]);
  expect(redirected.result.text).toBe(String.raw`'taken\n'`);
});
