import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test, vi } from "vitest";
import type { ModelSnapshot } from "../../src/protocol/index.js";

vi.setConfig({ testTimeout: 300_000 });

const root = path.resolve(import.meta.dirname, "../..");
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "layerscope-python-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function layerscope(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [path.join(root, "dist/cli.js"), ...args], { cwd: folder, encoding: "utf8", maxBuffer: 1e9 });
}

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const notebook = (...cells: readonly string[]): string =>
  JSON.stringify({ cells: cells.map((source) => ({ cell_type: "code", source, metadata: {}, outputs: [] })), metadata: {}, nbformat: 4, nbformat_minor: 5 });

/** The chapter that the project starts from, unchanged, with what each cell prints in PyTorch. */
const chapter = JSON.parse(readFileSync(path.join(import.meta.dirname, "chapter.json"), "utf8")) as readonly {
  readonly code: string;
  readonly output: string;
}[];
const chapterPrints = chapter.map(({ output }) => output).join("");

describe("the chapter prints what it prints in PyTorch", () => {
  test.each(["ipynb", "py"])("examples/parameter-management.%s", (extension) => {
    const { status, stdout } = layerscope("run", path.join(root, `examples/parameter-management.${extension}`));
    expect(stdout).toBe(chapterPrints);
    expect(status).toBe(0);
  });

  test.each([
    ["py", "small   loss 0.693 -> 0.693\nxavier  loss 0.693 -> 0.692\nkaiming loss 0.692 -> 0.000\n"],
    [
      "ipynb",
      "tensor(8.5311e-42, grad_fn=<StdBackward0>)\ntensor(2.0584e-05, grad_fn=<StdBackward0>)\ntensor(3.2012, grad_fn=<StdBackward0>)\nsmall   loss 0.69 -> 0.69\nxavier  loss 0.69 -> 0.69\nkaiming loss 0.71 -> 0.00\n",
    ],
  ])("examples/initialization.%s", (extension, printed) => {
    expect(layerscope("run", path.join(root, `examples/initialization.${extension}`))).toMatchObject({ status: 0, stdout: printed });
  });

  test("its own cells, after one that seeds", () => {
    write("chapter.ipynb", notebook("import torch\ntorch.manual_seed(0);", ...chapter.map(({ code }) => code)));
    expect(layerscope("run", "chapter.ipynb").stdout).toBe(chapterPrints);
  });
});

test("a model stands where the file binds its name last, and not where a function has one of the same name", () => {
  const file = write(
    "twice.py",
    "from torch import nn\n\nnet = nn.Linear(2, 2)\n\n\ndef make():\n    net = nn.Sequential()\n    return net\n\n\nnet = nn.Linear(4, 8)\n",
  );
  const models = JSON.parse(layerscope("snapshot", file).stdout) as readonly ModelSnapshot[];
  expect(models.find(({ name }) => name === "net")?.location?.line).toBe(11);
});

const model = `import torch
from torch import nn


class Net(nn.Module):
    def __init__(self, width=8):
        super().__init__()
        self.first = nn.Linear(4, width)
        self.second = nn.Linear(width, 1)

    def forward(self, x):
        return self.second(torch.relu(self.first(x)))


net = Net()
net(torch.rand(2, 4))
if __name__ == "__main__":
    print("trains")
`;

describe("a file in Python", () => {
  test("gives models with the places of their layers, and runs guarded code only when it is asked to run", () => {
    const file = write("model.py", model);
    const { stdout, stderr, status } = layerscope("snapshot", "model.py");
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const [snapshot] = JSON.parse(stdout) as ModelSnapshot[];
    expect(snapshot).toMatchObject({ name: "net", language: "python", location: { file, line: 15 } });
    expect(snapshot!.root).toMatchObject({ type: "Net", family: "module", location: { file, line: 15, column: 7 } });
    expect(snapshot!.root.children.map(({ name, type, location }) => [name, type, location?.line])).toEqual([
      ["first", "Linear", 8],
      ["second", "Linear", 9],
    ]);
    expect(snapshot!.trace?.origin).toBe("recorded");
    expect(snapshot!.tensors[0]!.initialization).toMatchObject({
      kind: "recorded",
      function: "kaimingUniform_",
      by: "constructor",
      location: { file, line: 8 },
    });
    expect(layerscope("run", "model.py").stdout).toBe("trains\n");
  });

  test("is drawn with its operators as they read: numbers where they stand, and what is written into a part", () => {
    write(
      "operators.py",
      `import torch
from torch import nn


class Net(nn.Module):
    def forward(self, x, i):
        held = torch.zeros(3, 4)
        held[:, :2] = 7
        held[1] = -2.5
        y = 1 - x
        y = 2 ** y
        y = 0.5 // y
        y = 5 % y
        y = y - i * 2.0
        y.copy_(3)
        return y @ held.t(), 9 // i, i // 2, True + x


net = Net()
net(torch.rand(3, 4), torch.ones(3, 4, dtype=torch.int64))
`,
    );
    const { stdout, stderr } = layerscope("render", "operators.py", "--bookkeeping");
    expect(stderr).toBe("");
    const texts = [...stdout.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text!);
    const read = texts.join(" ");
    for (const text of [
      "← 7",
      "← -2.5",
      "1 −",
      "pow 2, …",
      "floor_divide 0.5, …",
      "remainder 5, …",
      "× 2",
      "← 3",
      "floor_divide 9, …",
      "floor_divide 2",
      "@",
      "+ True",
    ]) {
      expect(read).toContain(text);
    }
    // What the code has no name for would stand as a tensor from elsewhere, or as one that it makes.
    expect(texts).not.toContain("Constant");
    expect(texts).not.toContain("tensor");
  });

  test("without a model of its own is made from a class that needs no arguments; others are offered", () => {
    write("classes.py", model.replace(/\nnet = [\s\S]*/, "\n"));
    expect(layerscope("summary", "classes.py").stdout).toContain("Linear (first)");
    write("sizes.py", model.replace(/\nnet = [\s\S]*/, "\n").replace("width=8", "width"));
    expect(layerscope("summary", "sizes.py")).toMatchObject({ status: 1, stderr: expect.stringContaining('--build "Net(width)"') as string });
    // Nothing called it: its shapes are inferred.
    expect(layerscope("summary", "sizes.py", "--build", "Net(3)").stdout).toMatch(/Linear \(first\)[^\n]*\[1, 4\] +\[1, 3\]/);
  });

  test("ends with Python's traceback, of the user's own lines", () => {
    const file = write("fails.py", "import torch\nfrom torch import nn\n\ndef run(net):\n    return net(torch.ones(2, 5))\n\nrun(nn.Linear(4, 8))\n");
    const { status, stderr } = layerscope("run", "fails.py");
    expect(status).toBe(1);
    expect(stderr.split("\n").filter((line) => !/^\s*[~^]+\s*$/.test(line))).toEqual([
      "Traceback (most recent call last):",
      `  File "${file}", line 7, in <module>`,
      "    run(nn.Linear(4, 8))",
      `  File "${file}", line 5, in run`,
      "    return net(torch.ones(2, 5))",
      "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x5 and 4x8)",
      "Linear (line 7) takes 4 features; 5 came, from the input.",
      "",
    ]);
    write("syntax.py", "x = 1\ny = (\n");
    expect(layerscope("run", "syntax.py").stderr).toContain("SyntaxError: '(' was never closed");
  });

  test("imports its neighbours, and what is not there stands in until it is used", () => {
    write("parts.py", "from torch import nn\n\ndef block():\n    return nn.Linear(2, 2)\n");
    write(
      "whole.py",
      "import numpy as np\ntry:\n    import transformers\nexcept ImportError:\n    transformers = None\nfrom parts import block\nimport importlib.util\nprint(transformers, importlib.util.find_spec('scipy'), block())\nnp.array([1])\n",
    );
    const { stdout, stderr, status } = layerscope("run", "whole.py");
    expect(stdout).toBe("None None Linear(in_features=2, out_features=2, bias=True)\n");
    expect(stderr).toContain("Layerscope: numpy is not here; what is taken from it stands in until it is used.\n");
    expect(stderr).toMatch(/whole\.py", line 9, in <module>[\s\S]*ModuleNotFoundError: No module named 'numpy'/);
    expect(status).toBe(1);
  });

  test("a package that is not here can be set up, named, derived from and decorated with; whatever else is done with it raises", () => {
    write(
      "absent.py",
      [
        "from typing import Optional",
        "import matplotlib",
        "import numpy as np",
        "import pytorch_lightning as pl",
        "from timm.models.registry import register_model, option",
        "from torch import Tensor, full, nn, ones",
        "matplotlib.use('Agg')",
        "np.random.seed(0)",
        "Values = np.ndarray | Tensor | None",
        "class Lit(pl.LightningModule):",
        "    rate: np.float32 = 1",
        "class Both(nn.Module, pl.Hooks): pass",
        "@register_model",
        "def small(): return nn.Linear(2, 2)",
        "@option('a', name='b')",
        "class Other: pass",
        "def size(x: Optional[np.ndarray]): return x.size if isinstance(x, np.ndarray) else x.numel()",
        "print(size(ones(3)), isinstance(3, (np.ndarray, int)), issubclass(int, np.integer), Lit.rate, [1] == np.pi)",
        "numbers = [1]",
        "uses = dict(made=lambda: Lit(), derived=lambda: Both(), ofClass=lambda: Lit.load('x'), called=lambda: small(), decorated=lambda: Other(),",
        "    value=lambda: np.array(1), given=lambda: (np.save(numbers), 1), power=lambda: 2 ** np.pi, minus=lambda: -np.inf, part=lambda: np.r_[1],",
        "    argument=lambda: full((2,), np.pi), product=lambda: ones(2) * np.pi, less=lambda: np.pi < 3)",
        "for name, use in uses.items():",
        "    try: print(name, use())",
        "    except ModuleNotFoundError as error: print(name, str(error).split(': ')[1].split(' is')[0])",
        "np.save(numbers)",
      ].join("\n"),
    );
    const { stdout, stderr, status } = layerscope("run", "absent.py");
    expect(stdout.split("\n")).toEqual([
      "3 True False 1 False",
      "made pytorch_lightning.LightningModule",
      "derived pytorch_lightning.Hooks",
      "ofClass pytorch_lightning.LightningModule.load",
      "called timm.models.registry.register_model",
      "decorated timm.models.registry.option",
      "value numpy.array",
      "given numpy.save",
      "power numpy.pi",
      "minus numpy.inf",
      "part numpy.r_",
      "argument numpy.pi",
      "product numpy.pi",
      "less numpy.pi",
      "",
    ]);
    expect(stderr).toMatch(/absent\.py", line 26, in <module>[\s\S]*numpy\.save is used here/);
    expect(status).toBe(1);
  });

  test("reads and writes beside itself under real paths; what it writes elsewhere stays in its memory", () => {
    write(
      "files.py",
      "import os, tempfile\nopen('out.txt', 'w').write('written')\nprint(open('out.txt').read(), os.getcwd() == os.path.dirname(__file__))\nopen(os.path.join(os.path.dirname(os.getcwd()), 'layerscope-outside.txt'), 'w')\n",
    );
    const { stdout, stderr, status } = layerscope("run", "files.py");
    expect(stdout).toBe("written True\n");
    expect(readFileSync(path.join(folder, "out.txt"), "utf8")).toBe("written");
    expect(existsSync(path.join(folder, "../layerscope-outside.txt"))).toBe(false);
    expect([stderr, status]).toEqual(["", 0]);
  });

  test("ends as it says it ends", () => {
    write("exits.py", 'import sys\nprint("so far")\nsys.exit(3)\n');
    expect(layerscope("run", "exits.py")).toMatchObject({ status: 3, stdout: "so far\n" });
    const file = write("interrupts.py", "x = 1\nraise KeyboardInterrupt\n");
    expect(layerscope("run", "interrupts.py")).toMatchObject({
      status: 130,
      stderr: `Traceback (most recent call last):\n  File "${file}", line 2, in <module>\n    raise KeyboardInterrupt\nKeyboardInterrupt\n`,
    });
  });

  test.each([
    ["os._exit(3)", 3],
    ["os.abort()", 134],
    ["os.kill(os.getpid(), signal.SIGKILL)", 137],
  ])("keeps what was made before %s ends it, and ends as it says", (call, status) => {
    write("ends.py", `import os, signal\nfrom torch import nn\nos.kill(os.getpid(), 0)\nnet = nn.Linear(3, 2)\n${call}\n`);
    expect(layerscope("summary", "ends.py")).toMatchObject({ status, stdout: expect.stringContaining("Linear (net)") as string });
  });

  test("is interrupted at its line at the time limit", () => {
    const file = write("endless.py", "import torch\n\nwhile True:\n    pass\n");
    const { status, stderr } = layerscope("run", "endless.py", "--time-limit", "2");
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^${file}:[34]:\\d+: error: Stopped after 2 s: still running here\\.`));
  });
});

describe("a notebook", () => {
  test("shows values as Jupyter does", () => {
    write(
      "shows.ipynb",
      notebook(
        "import torch\nfrom torch import nn\n%matplotlib inline\n!pip install torch",
        "1 + 1",
        "_ + 1, Out[2]",
        "'text'",
        "None",
        "5;",
        "nn.Linear",
        "def f(x, y=2):\n    return x\nf",
        "list(range(40))",
        "{'a': torch.ones(2), 'b': [torch.zeros(1)]}",
        "display('x'); 3",
        "range_ = range(1001)\nlist(range_)",
        "tuple(range_)",
        "set(range_)",
        "dict.fromkeys(range_)",
      ),
    );
    const numbers = Array.from({ length: 1000 }, (_, i) => String(i));
    const cut = (start: string, end: string, items: readonly string[]): string => `${start}${[...items, "..."].join(",\n ")}${end}`;
    const withValues = numbers.map((key) => `${key}: None`);
    const { stdout, stderr } = layerscope("run", "shows.ipynb");
    expect(stdout).toBe(
      [
        "2",
        "(3, 2)",
        "'text'",
        "torch.nn.modules.linear.Linear",
        "<function __main__.f(x, y=2)>",
        `[${Array.from({ length: 40 }, (_, i) => i).join(",\n ")}]`,
        "{'a': tensor([1., 1.]), 'b': [tensor([0.])]}",
        "'x'",
        "3",
        cut("[", "]", numbers),
        cut("(", ")", numbers),
        cut("{", "}", numbers),
        cut("{", "}", withValues),
        "",
      ].join("\n"),
    );
    expect(stderr).toBe("Layerscope: %matplotlib is IPython's and was skipped\nLayerscope: !pip is IPython's and was skipped\n");
  });

  test("ends at the cell that raises", () => {
    write("raises.ipynb", notebook("x = 1", "x + 'a'", "print('not reached')"));
    const { stdout, stderr, status } = layerscope("run", "raises.ipynb");
    expect([stdout, status]).toEqual(["", 1]);
    expect(stderr).toMatch(/raises\.ipynb#2", line 1[\s\S]*TypeError: unsupported operand type\(s\) for \+: 'int' and 'str'\n$/);
  });
});
