import { afterAll, describe, expect, test, vi } from "vitest";
import { leftovers, Workspace } from "./workspace.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** However Python code ends, it is known where, and the models stay. */
const workspace = new Workspace({ memoryLimit: 1500 });
afterAll(async () => {
  await workspace.dispose();
  expect(leftovers()).toEqual([]);
});

const head = "from torch import nn\nnet = nn.Linear(3, 2)\n";
/** A method that does what it is for by itself, and a call of it. */
const endless = (method: string, body: string, call: string): string => `class A:\n    def ${method}:\n        return ${body}\n${call}`;

/** Where the system says how much stack it gives. */
const hasStack = process.platform === "linux" || process.platform === "darwin";

describe("a recursion without an end raises, in", () => {
  test.skipIf(!hasStack).each([
    ["__getattr__", endless("__getattr__(self, name)", "getattr(self, name)", "A().b")],
    ["__repr__", endless("__repr__(self)", "repr(self)", "repr(A())")],
    ["__eq__", endless("__eq__(self, other)", "other == self", "A() == A()")],
    ["__hash__", endless("__hash__(self)", "hash(self)", "hash(A())")],
    ["a property", `class A:\n    p = property(\n        lambda self: getattr(self, "p"))\nA().p`],
    ["a key of sorted", "def f(n):\n    return sorted(\n        [1, 2], key=lambda x: f(n + 1))\nf(0)"],
    ["forward", "class M(nn.Module):\n    def forward(self, x):\n        return self(x)\nM()(__import__('torch').ones(2))"],
    ["lists in lists", "x = []\nfor _ in range(100000):\n    x = [x]\nrepr(x)"],
  ])("%s", async (_what, code) => {
    const { failure, models, printed } = await workspace.run(head + code, {}, "model.py");
    expect(failure).toMatchObject({ kind: "thrown", message: expect.stringMatching(/^RecursionError: /), location: { line: expect.any(Number) } });
    expect(models.map(({ name }) => name)).toContain("net");
    expect(printed).toBe("");
  });
});

test("what takes the interpreter with it is told with its line, and what there was of models", async () => {
  const { failure, models, printed } = await workspace.run(`${head}x = []\nfor _ in range(1000000):\n    x = [x]\ndel x`, {}, "model.py");
  expect(failure).toMatchObject({ kind: "thrown", message: "The stack of the Python interpreter is full.", location: { line: 6 } });
  expect(models).toHaveLength(1);
  expect(printed).toBe("");
});

test("an error where no module is left is told at its line", async () => {
  const { failure, models } = await workspace.run(`${head}import sys\nsys.modules.clear()\nraise ValueError("here")`, {}, "model.py");
  expect(failure).toMatchObject({ message: "ValueError: here", location: { line: 5 } });
  expect(models.map(({ name }) => name)).toEqual(["net"]);
});

describe("the time limit finds the line", () => {
  test.each([
    ["of a sleep", "import time\ntime.sleep(1000)", 4, ["net"]],
    ["where the key that interrupts is ignored", "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(1000)", 5, null],
    ["of a loop where it is ignored", "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass", null, null],
  ])("%s", async (_what, code, line, names) => {
    const { failure, models } = await workspace.run(head + code, { timeLimit: 4000 }, "model.py");
    expect(failure).toMatchObject({ kind: "timeout", message: "Stopped after 4 s: still running here.", location: { line: line ?? expect.any(Number) } });
    expect(models.map(({ name }) => name)).toEqual(names ?? [expect.any(String)]);
  });
});

test("a sleep lasts as long as it says, and refuses what is no time", async () => {
  const code = `import time
start = time.monotonic()
time.sleep(0.1)
assert time.monotonic() - start >= 0.1
for wrong in (-1, "1", float("nan"), float("inf"), None):
    try:
        time.sleep(wrong)
    except (ValueError, TypeError, OverflowError) as error:
        print(type(error).__name__)
`;
  expect((await workspace.run(code, {}, "model.py")).printed).toBe("ValueError\nTypeError\nValueError\nOverflowError\nTypeError\n");
});
