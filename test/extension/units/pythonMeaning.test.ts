import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, test } from "vitest";
import { Description, type Modules } from "../../../src/extension/pythonHelp/description.js";
import { declarationOf, explanationOf, signaturesOf } from "../../../src/extension/pythonHelp/helpText.js";
import { type IsTensor, Meanings } from "../../../src/extension/pythonHelp/meaning.js";
import { PythonText } from "../../../src/extension/pythonHelp/places.js";

/** The description that the build makes. */
const description = new Description(JSON.parse(readFileSync(path.resolve(import.meta.dirname, "../../../dist/pythonHelp.json"), "utf8")) as Modules);

/** What stands before the dot at the mark: its full name, or "a" and its class. */
function meant(source: string, isTensor?: IsTensor): string | null {
  const offset = source.indexOf("‸");
  const text = new PythonText(source.replace("‸", ""));
  const typing = text.typingAt(offset);
  const meaning = typing?.kind === "member" ? new Meanings(text, description, isTensor).of(typing.owner) : null;
  return meaning && (meaning.kind === "instance" ? `a ${meaning.of.path}` : meaning.found.path);
}

describe("what is before a dot", () => {
  test.each([
    ["import torch\ntorch.‸", "torch"],
    ["import torch as t\nt.nn.functional.‸", "torch.nn.functional"],
    ["import torch.nn as nn\nnn.‸", "torch.nn"],
    ["import torch.nn\ntorch.nn.init.‸", "torch.nn.init"],
    ["from torch import nn\nnn.utils.rnn.‸", "torch.nn.utils.rnn"],
    ["from torch.nn import functional as F\nF.‸", "torch.nn.functional"],
    ["from torch.optim import lr_scheduler\nlr_scheduler.‸", "torch.optim.lr_scheduler"],
    ["from torch import *\nnn.‸", "torch.nn"],
    ["def f():\n    return torch.‸\nimport torch\n", "torch"],
    ["import torch\nnn = torch.nn\nnn.‸", "torch.nn"],
    ["import torch\nx = torch.rand(2, 3)\nx.‸", "a torch.Tensor"],
    ["import torch\ntorch.rand(2, 3).relu().sum(0)[1:].‸", "a torch.Tensor"],
    ["import torch\nx = torch.rand(2)\nx = x.relu()\ny = x\ny.‸", "a torch.Tensor"],
    ["import torch\nx: torch.Tensor\nx.‸", "a torch.Tensor"],
    ["from torch import Tensor\ndef f(x: Tensor, n):\n    x.‸", "a torch.Tensor"],
    ["from torch import nn\nfc = nn.Linear(4, 8)\nfc.‸", "a torch.nn.Linear"],
    ["from torch import nn\nfc = nn.Linear(4, 8)\nfc.weight.‸", "a torch.nn.Parameter"],
    ["from torch import nn\nfc = nn.Linear(4, 8)\nfc(x).‸", "a torch.Tensor"],
    [
      "from torch import nn\nclass N(nn.Module):\n    def __init__(self):\n        self.fc = nn.Linear(4, 8)\n    def forward(self, x):\n        self.fc.‸",
      "a torch.nn.Linear",
    ],
    ["import torch\nopt = torch.optim.SGD(p, lr=1)\nopt.‸", "a torch.optim.SGD"],
  ])("%j: %s", (source, found) => expect(meant(source)).toBe(found));

  test.each([
    "torch.‸",
    "import torch as t\ntorch.‸",
    "import numpy as np\nnp.‸",
    "from torch import nn\nnn.Nothing.‸",
    "import torch\nx = torch.rand(2) + 1\nx.‸",
    "import torch\ntorch = load()\ntorch.‸",
    "import torch\ndef f(torch):\n    torch.‸",
    "import torch\nfor x in data:\n    x.‸",
    "import torch\nx = x.y\nx.‸",
    "import torch\nx.‸",
    "import torch\ntorch.rand(2).tolist().‸",
    "import torch\ntorch.constructor.‸",
  ])("nothing is claimed in %j", (source) => expect(meant(source)).toBeNull());

  it("is a tensor where the last run made one", () => {
    const source = "import torch\ndef forward(self, x):\n    h = self.fc(x) + 1\n    h.‸";
    expect(meant(source)).toBeNull();
    expect(meant(source, ({ name }) => name === "h")).toBe("a torch.Tensor");
    expect(meant(source.replace("h.‸", "x.‸"), ({ name }) => name === "x")).toBe("a torch.Tensor");
    expect(meant(source.replace("h.‸", "self.‸"), ({ name }) => name === "x")).toBeNull();
  });
});

describe("what is told", () => {
  it("is a layer's signature in Python's form, what it does, its shapes and how its parameters begin", () => {
    const linear = description.at("torch.nn.Linear")!;
    expect(declarationOf(linear)).toBe(`(class) torch.nn.Linear(
    in_features: int,
    out_features: int,
    bias: bool = True,
    *,
    device: device | str | None = None,
    dtype: dtype | None = None,
)`);
    expect(explanationOf(linear).replaceAll("\\", "")).toMatch(
      /^y = x A\^T \+ b\. Input \(\*, in_features\), output .*both start from U\(-1\/sqrt\(in_features\)/,
    );
  });

  it("is each way to call a function", () => {
    const arange = description.at("torch.arange")!;
    if (arange.kind !== "entry" || arange.entry.kind !== "function") throw new Error("no function");
    const signatures = signaturesOf("arange", arange.entry);
    expect(signatures.map(({ text }) => text.replace(/, \*.*\)/, ")"))).toEqual([
      "arange(start: float = 0.0, end: float, step: float = 1.0) -> Tensor",
      "arange(end: float) -> Tensor",
    ]);
    for (const { text, parameters } of signatures)
      for (const { name, start, end } of parameters) expect(text.slice(start, end)).toMatch(new RegExp(`^${name}\\b`));
  });

  it("means to Markdown only what is code", () => {
    expect(explanationOf({ kind: "module", path: "m", module: { doc: "a*b* `c*d` [x](y) <z>", names: {} } })).toBe("a\\*b\\* `c*d` \\[x\\]\\(y\\) \\<z\\>");
  });
});
