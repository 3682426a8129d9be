import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as engine from "../../src/engine/index.js";
import { findPyodide, Interpreter } from "../../src/python/interpreter.js";
import { makeSnapshot, snapshotName } from "../../src/python/memorySnapshot.js";

const home = path.resolve(import.meta.dirname, "../../dist/python");
const folder = mkdtempSync(path.join(tmpdir(), "layerscope-memory-"));
const file = path.join(folder, snapshotName("1", home));

beforeAll(async () => {
  writeFileSync(path.join(folder, "python-0-older.memory"), "");
  await makeSnapshot(findPyodide(home), home, file);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const program = "import random\nimport torch\nprint(torch.nn.Linear(2, 3))\nprint(random.random())\ntorch.rand(2) @ torch.rand(3)\n";

async function start(snapshot: string): Promise<{ readonly printed: string; readonly traceback: string | undefined }> {
  const printed: Buffer[] = [];
  const write = (_stream: string, bytes: Uint8Array): void => void printed.push(Buffer.from(bytes));
  const interpreter = await Interpreter.start({ engine, home, snapshot, write });
  interpreter.enter([folder], folder);
  const failure = interpreter.runFile(path.join(folder, "program.py"), program, "__main__");
  return { printed: Buffer.concat(printed).toString(), traceback: failure?.traceback };
}

test("starts from memory, where random numbers are others each time", { timeout: 120_000 }, async () => {
  expect(existsSync(path.join(folder, "python-0-older.memory"))).toBe(false);
  const [first, second] = [await start(file), await start(file)];
  expect(first.printed).toMatch(/^Linear\(in_features=2, out_features=3, bias=True\)\n0\.\d+\n$/);
  expect(second.printed).not.toBe(first.printed);
  expect(first.traceback).toMatch(/^Traceback \(most recent call last\):\n {2}File ".*program\.py", line 5, in <module>\n.*\n(.*\n)?RuntimeError: /);
});

test("what every start imports of Python's library is compiled already", { timeout: 120_000 }, async () => {
  const printed: Buffer[] = [];
  const interpreter = await Interpreter.start({ engine, home, write: (_stream, bytes) => void printed.push(Buffer.from(bytes)) });
  interpreter.enter([folder], folder);
  const asked = `
import sys
packed = [(name, module.__file__) for name, module in list(sys.modules.items()) if type(getattr(module, "__loader__", None)).__name__ == "zipimporter"]
print(len(packed) > 100, [name for name, file in packed if not file.endswith(".pyc")])
`;
  expect(interpreter.runFile(path.join(folder, "asked.py"), asked, "__main__")).toBeNull();
  expect(Buffer.concat(printed).toString()).toBe("True []\n");
});

test("what does not load is thrown away, and a plain start serves", { timeout: 120_000 }, async () => {
  writeFileSync(file, Buffer.alloc(1000));
  expect((await start(file)).printed).toMatch(/^Linear/);
  expect(existsSync(file)).toBe(false);
});
