import { describe, expect, it, test } from "vitest";
import { type Chain, PythonText, type Typing } from "../../../src/extension/pythonHelp/places.js";
import { tokensOf } from "../../../src/extension/pythonHelp/tokens.js";

/** The text without its mark, and where that stood. */
function marked(text: string): { readonly text: PythonText; readonly offset: number } {
  const offset = text.indexOf("‸");
  if (offset < 0) throw new Error("there is no mark");
  return { text: new PythonText(text.replace("‸", "")), offset };
}

function written({ root, steps }: Chain): string {
  return root + steps.map((step) => (step.kind === "member" ? `.${step.name}` : step.kind === "call" ? "()" : "[]")).join("");
}

/** What is typed at the mark, in a line. */
function typing(source: string): string | null {
  const { text, offset } = marked(source);
  const found: Typing | null = text.typingAt(offset);
  if (!found) return null;
  const word = text.text.slice(found.word.start, found.word.end);
  switch (found.kind) {
    case "member":
      return `${written(found.owner)}.|${word}`;
    case "importedModule":
      return `import ${found.path}|${word}`;
    case "importedName":
      return `from ${found.module} import |${word}`;
    case "argument":
      return `${written(found.call.callee)}(|${word}`;
  }
}

function call(source: string): string | null {
  const { text, offset } = marked(source);
  const found = text.callAt(offset);
  return found && `${written(found.callee)} ${found.keyword ?? found.index}${found.given.length > 0 ? ` given ${found.given.join()}` : ""}`;
}

function hovered(source: string): string | null {
  const { text, offset } = marked(source);
  const found = text.chainAt(offset);
  return found && written(found.chain);
}

describe("what is typed", () => {
  test.each([
    ["torch.‸", "torch.|"],
    ["torch.re‸", "torch.|re"],
    ["y = F . re‸lu", "F.|re"],
    ["nn.functional.‸\nx = 1", "nn.functional.|"],
    ["net[0].weight.‸", "net[].weight.|"],
    ["torch.rand(2, (3))[0].‸", "torch.rand()[].|"],
    ["f(torch.rand(2), x.‸", "x.|"],
    ["x = (\n    torch\n    .rand(2)\n    .‸", "torch.rand().|"],
    ["x = torch \\\n    .‸", "torch.|"],
    ["名 = torch\n名.‸", "名.|"],
    ["s = '😀'; torch.‸", "torch.|"],
    ["x = 1\r\ntorch.‸\r\ny = 2\r\n", "torch.|"],
    ["\ufeffimport torch\ntorch.‸", "torch.|"],
  ])("%j is a member of %s", (source, found) => expect(typing(source)).toBe(found));

  test.each([
    ["import torch.n‸", "import torch|n"],
    ["import t‸", "import |t"],
    ["import os, torch.‸", "import torch|"],
    ["from torch.nn import ‸", "from torch.nn import |"],
    ["from torch.nn import Linear, Re‸", "from torch.nn import |Re"],
    ["from torch.nn import (\n    Linear,\n    Re‸\n)", "from torch.nn import |Re"],
    ["from torch.‸", "import torch|"],
    ["from torch.nn import Linear as ‸", null],
  ])("%j is an import: %s", (source, found) => expect(typing(source)).toBe(found));

  test.each([
    ["nn.Linear(‸", "nn.Linear(|"],
    ["nn.Linear(4, bi‸", "nn.Linear(|bi"],
    ["nn.Linear(\n    4,  # torch.\n    bi‸\n)", "nn.Linear(|bi"],
    ["nn.Linear(4, bias=‸", null],
    ["def f(‸", null],
    ["class Net(‸", null],
    ["(1, ‸", null],
  ])("%j is an argument: %s", (source, found) => expect(typing(source)).toBe(found));

  test.each([
    "# torch.‸",
    "x = 1  # torch.‸\n",
    '"torch.‸"',
    "'torch.‸",
    '"""\ntorch.‸\n"""',
    "r'''torch.‸",
    'f"{torch.‸}"',
    '"a\\"torch.‸"',
    "1.‸",
    "x = 3.5.‸",
    '"abc".‸',
    "[1, 2].‸",
    "(torch).‸",
    "return.‸",
    "..‸",
  ])("nothing of ours stands in %j", (source) => expect(typing(source)).toBeNull());

  it("is code again behind strings and comments", () => {
    expect(typing("x = \"it's\"  # isn't\ntorch.‸")).toBe("torch.|");
    expect(typing("'''a\n'b''' ; torch.‸")).toBe("torch.|");
    // A quote that is not closed yet ends with its line.
    expect(typing("x = 'abc\ntorch.‸")).toBe("torch.|");
    // So does a bracket, where a statement follows.
    expect(typing("x = f(1,\nimport torch\ndef g():\n    torch.‸")).toBe("torch.|");
  });
});

describe("calls", () => {
  test.each([
    ["nn.Linear(‸)", "nn.Linear 0"],
    ["nn.Linear(4, ‸8)", "nn.Linear 1"],
    ["nn.Linear(4, out_features=‸8)", "nn.Linear out_features"],
    ["nn.Linear(in_features=4, ‸", "nn.Linear 1 given in_features"],
    ["nn.Linear(f(1, 2), [3, 4], {5: 6}, ‸)", "nn.Linear 3"],
    ["nn.Linear(f(1, ‸2), 3)", "f 1"],
    ["nn.Sequential(\r\n    nn.Linear(4, 8),  # a, comment (\r\n    nn.ReLU(),\r\n    ‸\r\n)", "nn.Sequential 2"],
    ['f("a, (b", ‸)', "f 1"],
    ["nn.Linear(4, 8)(x, ‸)", "nn.Linear() 1"],
    ["x = [1, ‸2]", null],
    ["f(1)‸", null],
    ["def forward(self, ‸x):", null],
    ['f("a, ‸b")', null],
  ])("%j: %s", (source, found) => expect(call(source)).toBe(found));
});

describe("what is pointed at", () => {
  test.each([
    ["nn.Lin‸ear(4, 8)", "nn.Linear"],
    ["n‸n.Linear(4, 8)", "nn"],
    ["torch.nn.func‸tional.relu(x)", "torch.nn.functional"],
    ["from torch.nn import Lin‸ear", "torch.nn.Linear"],
    ["from torch.nn import functional as F‸", "torch.nn.functional"],
    ["import torch.n‸n as nn", "torch.nn"],
    ["import tor‸ch.nn as nn", "torch"],
    ["nn.Linear(4, bi‸as=False)", null],
    ["x = 'nn.Lin‸ear'", null],
    ["# nn.Lin‸ear", null],
    ["ret‸urn nn", null],
  ])("%j: %s", (source, found) => expect(hovered(source)).toBe(found));
});

describe("names", () => {
  const bound = (source: string): Readonly<Record<string, string>> =>
    Object.fromEntries(
      new PythonText(source).bindings.map(({ name, value }) => [
        name,
        value.kind === "import" ? value.path : value.kind === "other" ? "?" : `${value.kind} ${written(value.chain)}`,
      ]),
    );

  it("come from imports of every form", () => {
    expect(bound("import torch as t\nimport torch.nn as nn, os\nimport torch.optim\n")).toEqual({ t: "torch", nn: "torch.nn", os: "os", torch: "torch" });
    expect(bound("from torch import nn\nfrom torch.nn import functional as F, Linear\n")).toEqual({
      nn: "torch.nn",
      F: "torch.nn.functional",
      Linear: "torch.nn.Linear",
    });
    expect(bound("if True:\r\n    from torch.nn import (  # two\r\n        init,\r\n        Module as M,\r\n    )\r\n")).toEqual({
      init: "torch.nn.init",
      M: "torch.nn.Module",
    });
    expect(bound("try: import torch\nexcept ImportError: torch = None\n")).toEqual({ torch: "torch" });
    expect(bound("x = 1; import torch as t; y = 2")).toMatchObject({ t: "torch" });
    expect(new PythonText("from torch.nn import *\n").wholeModules).toEqual(["torch.nn"]);
  });

  it("come from assignments, annotations and parameters", () => {
    expect(bound("x = torch.rand(2)\nself.fc = nn.Linear(4, 8)\na, b = f()\nz: Tensor = g(x) + 1\nw = x + 1\n")).toEqual({
      x: "chain torch.rand()",
      "self.fc": "chain nn.Linear()",
      a: "?",
      b: "?",
      z: "annotation Tensor",
      w: "?",
    });
    expect(bound("def forward(self, x: torch.Tensor, n=3, *rest: int) -> Tensor: pass\n")).toEqual({
      self: "?",
      x: "annotation torch.Tensor",
      n: "?",
      rest: "annotation int",
    });
    expect(bound("for i, x in enumerate(y):\n    pass\nwith open(f) as g:\n    pass\nclass Net(nn.Module):\n    pass\n")).toEqual({
      i: "?",
      x: "?",
      g: "?",
      Net: "?",
    });
    // What compares gives no value, nor does a default in a call.
    expect(bound("x == 3\nf(x=3)\n")).toEqual({});
  });
});

it("takes any text apart without losing a character", () => {
  for (const text of ["", "'", '"""', "\\", "f(((", "]]]", "0x_1e+", "a\u0000b", "'\\", "𝛼 = 1", "x = 'a\\\r\nb'\r\n", "@", "\t\tif"]) {
    const tokens = tokensOf(text);
    for (const { start, end, text: own } of tokens) expect(text.slice(start, end)).toBe(own);
    expect(tokens.map(({ start }) => start)).toEqual(tokens.map(({ start }) => start).toSorted((a, b) => a - b));
    for (let offset = 0; offset <= text.length; offset++) {
      const read = new PythonText(text);
      expect(() => [read.typingAt(offset), read.callAt(offset), read.chainAt(offset)]).not.toThrow();
    }
  }
});
