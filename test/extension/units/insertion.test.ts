import { afterAll, describe, expect, test, vi } from "vitest";
import { initializationScript } from "../../../src/describe/initializationScript.js";
import { insertionLine, insertionsOf, namesIn, statementStarts } from "../../../src/extension/code/insertion.js";
import { initializationSchemes, type InitializationChoice, type ModelSnapshot, type Reinitialization } from "../../../src/protocol/index.js";
import { Workspace } from "../../runner/workspace.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const workspace = new Workspace();
afterAll(() => workspace.dispose());

/** The text with the code of a reinitialization in it, as the editor inserts it. */
function inserted(text: string, model: ModelSnapshot, reinitialization: Reinitialization): string {
  const names = namesIn(text, model.language);
  const lines = text.split("\n");
  const found = insertionsOf(text, model.language, insertionLine(text, model)!, initializationScript(model, reinitialization, names), names.imports);
  for (const { line, text: code } of found.toSorted((a, b) => b.line - a.line)) {
    if (line >= lines.length) lines.push(...code.split("\n"));
    else lines.splice(line, 0, ...code.replace(/\n$/, "").split("\n"));
  }
  return lines.join("\n");
}

const choices: readonly InitializationChoice[] = [
  ...initializationSchemes
    // Weights of three and more dimensions take no part in this model.
    .filter(({ minDimensions }) => minDimensions <= 2)
    .map(({ function: name }): InitializationChoice => ({ kind: "scheme", function: name, arguments: {} })),
  { kind: "scheme", function: "xavierNormal_", arguments: { gain: 5 / 3 } },
  { kind: "asConstructed" },
];

/** What only some layers are to become, as a search finds them. */
const searched: readonly Reinitialization[] = [
  ...(["normal_", "kaimingUniform_"] as const).map((name): Reinitialization["choice"] => ({ kind: "scheme", function: name, arguments: {} })),
  { kind: "scheme", function: "xavierUniform_", arguments: {}, biases: "kept" } as const,
  { kind: "asConstructed" } as const,
].map((choice) => ({ target: { kind: "search", query: "0 1", paths: ["0", "1"] }, choice, seed: 3 }));
const kept: Reinitialization = { target: { kind: "model" }, choice: { kind: "scheme", function: "orthogonal_", arguments: {}, biases: "kept" }, seed: 5 };

const values = ({ tensors }: ModelSnapshot) => tensors.map(({ names, statistics }) => [names, statistics]);

/** What a text makes. In Python in a cell, as its interpreter starts once: the text has to seed. */
async function modelOf(code: string, name: string, number: number): Promise<ModelSnapshot> {
  if (!name.endsWith(".py")) {
    const { models, failure } = await workspace.run(code, {}, `again-${name}`);
    expect(failure, code).toBeNull();
    return models[0]!;
  }
  const notebook = workspace.write(`again-${name}.ipynb`, "{}");
  if (number === 0) expect((await workspace.runner.startNotebook(notebook)).failure).toBeNull();
  const cell = { file: `${name}-${number}`, text: code };
  expect((await workspace.runner.request(notebook, "runCell", { cell, number: number + 1 })).failure, code).toBeNull();
  // What the cells before it left is there too.
  return (await workspace.runner.request(notebook, "cellModels", {})).models!.find((model) => model.name === "net")!;
}

/** What the models of `text` hold after each reinitialization, and what they hold where the text itself says it. */
async function compare(text: string, name: string, given: readonly Reinitialization[]): Promise<void> {
  const { models, file, failure } = await workspace.run(text, {}, name);
  expect(failure).toBeNull();
  const [model] = models as [ModelSnapshot];
  for (const [number, reinitialization] of given.entries()) {
    // What was tried is what is applied, whatever language forward is written in.
    const question = { model: model.name, input: { kind: "random", batches: 1 }, seed: 2 } as const;
    const tried = await workspace.runner.request(file, "signal", { ...question, trial: reinitialization });
    expect(tried.failure).toBeNull();
    const applied = await workspace.runner.request(file, "reinitialize", { model: model.name, ...reinitialization });
    expect((await workspace.runner.request(file, "signal", { ...question, trial: null })).layers).toEqual(tried.layers);
    const code = inserted(text, model, reinitialization);
    expect(values(await modelOf(code, name, number)), code).toEqual(values(applied));
    await workspace.runner.request(file, "undoReinitialize", { model: model.name });
  }
}

describe("the code of a reinitialization gives the same numbers with the same seed", () => {
  const schemes = `import * as torch from "layerscope";
const { nn } = torch;

export const net = new nn.Sequential(
  new nn.Linear(6, 8),
  new nn.LayerNorm(8),
  new nn.Linear(8, 8, { bias: false }),
);

net(torch.randn(2, 6));
`;

  test("for what a search finds, and with biases that are kept", async () => {
    await compare(schemes, "searched.ts", [...searched, kept]);
  });

  test("for every scheme, in TypeScript", async () => {
    await compare(
      schemes,
      "schemes.ts",
      choices.map((choice) => ({ target: { kind: "model" }, choice, seed: 7 })),
    );
  });

  test("for one module, one type, layers of other parameters and shared ones", async () => {
    const text = `import { nn, ones } from "layerscope";
class Net extends nn.Module {
  embedding = new nn.Embedding(10, 8);
  lstm = new nn.LSTM(8, 8);
  head = new nn.Linear(8, 10);
  constructor() {
    super();
    this.head.weight = this.embedding.weight;
  }
  override forward(x: import("layerscope").Tensor) {
    return this.head(this.lstm(this.embedding(x))[0]);
  }
}
export const net = new Net();
`;
    const choice: InitializationChoice = { kind: "scheme", function: "orthogonal_", arguments: {} };
    await compare(text, "shared.ts", [
      { target: { kind: "model" }, choice, seed: 3 },
      { target: { kind: "module", path: "lstm" }, choice, seed: 3 },
      { target: { kind: "type", type: "Linear" }, choice, seed: 3 },
    ]);
  });

  test.each([
    [
      "convolutions.ts",
      `import { nn, randn } from "layerscope";\nexport const net = new nn.Sequential(new nn.Conv2d(3, 4, 3), new nn.ReLU(), new nn.Conv2d(4, 2, 3));\nnet(randn(1, 3, 8, 8));\n`,
    ],
    [
      "convolutions.py",
      `import torch\nfrom torch import nn\n\nnet = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 2, 3))\nnet(torch.randn(1, 3, 8, 8))\n`,
    ],
  ])("for the schemes of convolutions alone: %s", async (name, text) => {
    const ofConvolutions = initializationSchemes.filter(({ minDimensions }) => minDimensions > 2);
    expect(ofConvolutions.length).toBeGreaterThan(0);
    await compare(
      text,
      name,
      ofConvolutions.map(({ function: scheme }) => ({ target: { kind: "model" }, choice: { kind: "scheme", function: scheme, arguments: {} }, seed: 7 })),
    );
  });

  test("for every scheme, in Python", { timeout: 300_000 }, async () => {
    const text = `import torch
from torch import nn

torch.manual_seed(1)
net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
net(torch.randn(2, 6))
`;
    const all: readonly Reinitialization[] = choices.map((choice) => ({ target: { kind: "model" }, choice, seed: 7 }));
    await compare(text, "net.py", [...all, ...searched.slice(2), kept]);
  });
});

describe("the code goes where the model is made and not yet used", () => {
  test("in the language and style of the file", async () => {
    const text = `import * as t from "layerscope";
import { nn as layers } from "layerscope";
const net = new layers.Sequential(new layers.Linear(2, 2));
const count = 3;
net(t.randn(1, 2));
`;
    const { models } = await workspace.run(text, {}, "style.ts");
    const choice: InitializationChoice = { kind: "scheme", function: "kaimingNormal_", arguments: { nonlinearity: "relu" } };
    expect(
      inserted(text, models[0]!, { target: { kind: "model" }, choice, seed: 1 })
        .split("\n")
        .slice(3, 12),
    ).toEqual([
      "const count = 3;",
      "t.manualSeed(1);",
      "net.apply((module) => {",
      "  if (module instanceof layers.Linear) {",
      '    layers.init.kaimingNormal_(module.weight, { nonlinearity: "relu" });',
      "    if (module.bias) layers.init.zeros_(module.bias);",
      "  }",
      "});",
      "net(t.randn(1, 2));",
    ]);
  });

  test.each([
    ["from torch import nn\n", "torch", "nn", ["import torch"]],
    ["import torch.nn as layers\nfrom torch import rand\n", "torch", "layers", ["import torch"]],
    ["import numpy as np, torch as t\n", "t", "t.nn", []],
    ["import torch.nn\nimport torch.optim as optim\n", "torch", "torch.nn", []],
    ["import torch\nfrom torch import (\n    nn,  # layers\n    optim,\n)\n", "torch", "nn", []],
    ["from torch.nn import Linear\n", "torch", "nn", ["import torch", "from torch import nn"]],
  ] as const)("in Python by the names that its imports bind: %j", (text, torch, nn, imports) => {
    expect(namesIn(text, "python")).toMatchObject({ torch, nn, imports });
  });

  test("an import stands before the others, and after a docstring and what is of the future", () => {
    const text = '"""Net,\nfrom a paper.\n"""\nfrom __future__ import annotations\n\nfrom torch import nn\n\nnet = nn.Linear(1, 1)\n';
    expect(insertionsOf(text, "python", 8, "x", ["import torch"]).map(({ line }) => line)).toEqual([5, 8]);
    expect(insertionsOf("from __future__ import annotations\nx = 1\n", "python", 2, "x", ["import torch"])[0]!.line).toBe(1);
    expect(insertionsOf('// import { a }\nimport { nn } from "layerscope";\n', "typescript", 2, "x", ["import"])[0]!.line).toBe(1);
  });

  test("statements begin where brackets, texts and comments have ended", () => {
    const text = 'const a = [\n  1,\n];\n/* b\nc */\nconst d = `\ne`;\n// f\nconst g = a\n  .map((x) => "(" + x);\nh();\n';
    expect(statementStarts(text, "typescript")).toEqual([0, 5, 8, 10]);
    expect(statementStarts('a = (\n1)\nif a:\n    b\nelse:\n    c\n"""\nd\n"""\ne = 1\n', "python")).toEqual([0, 2, 6, 9]);
  });
});
