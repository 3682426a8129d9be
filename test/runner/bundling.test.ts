import { execFileSync } from "node:child_process";
import { closeSync, ftruncateSync, openSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { leftovers, Workspace } from "./workspace.js";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

/** What a file does to its bundler ends in time, with its reason, and is nothing to another file. */
const workspace = new Workspace({ timeLimit: 100_000 });
const head = 'import * as torch from "layerscope";\nconst net = new torch.nn.Linear(3, 2);\n';
/** Code that is long, harmless, and takes a bundler a while. */
const long = `${head}${Array.from({ length: 60_000 }, (_, i) => `export const value${i} = { a: [${i}, (x: number) => x + ${i}] };`).join("\n")}`;

beforeAll(() => workspace.runner.warmUp());
afterAll(async () => {
  await workspace.dispose();
  expect(leftovers()).toEqual([]);
});

async function expectOthersRun(): Promise<void> {
  const { failure, models } = await workspace.run(head, {}, "other.ts");
  expect(failure).toBeNull();
  expect(models).toHaveLength(1);
}

describe("code that is nested deep", () => {
  test("is read, as far as JavaScript itself can read it, and other files run", async () => {
    const chain = (length: number): string => Array.from({ length }, (_, i) => `if (x === ${i}) x = -${i};`).join("\nelse ");
    const run = (length: number) =>
      workspace.run(`${head}let x = Math.random();\n${chain(length)}\nexport const nested = ${"[".repeat(length)}${"]".repeat(length)};`);
    expect(await run(300)).toMatchObject({ failure: null, models: [{ name: "net" }] });
    const { failure, file } = await run(5000);
    expect(failure).toMatchObject({ kind: "syntax", message: expect.stringContaining("nested too deep"), location: { file } });
    // Where that is, each version of V8 sees a little otherwise.
    expect(failure!.location!.line).toBeGreaterThan(1000);
    expect(failure!.location!.line).toBeLessThanOrEqual(5004);
    await expectOthersRun();
  });

  test("beyond what can be read says so, and other files run", async () => {
    const { failure, file } = await workspace.run(`${head}export const nested = ${"[".repeat(400_000)};`, {}, "deep.ts");
    expect(failure).toMatchObject({ kind: "syntax", message: expect.stringContaining("nested too deep"), hint: `The file that was read last is ${file}.` });
    await expectOthersRun();
  });
});

test("an import of data that is too large for one is told at its line", async () => {
  const data = workspace.write("data.json", "[");
  const descriptor = openSync(data, "r+");
  ftruncateSync(descriptor, 260e6);
  closeSync(descriptor);
  const { failure, file } = await workspace.run('const a = 1;\nimport data from "./data.json";\nconsole.log(a, data);');
  expect(failure).toMatchObject({
    kind: "import",
    message: expect.stringMatching(/too large to import \(260 MB, of 64 at most\)/),
    location: { file, line: 2 },
  });
});

test.skipIf(process.platform === "win32")("an import of a pipe ends, and other files run", async () => {
  execFileSync("mkfifo", [path.join(workspace.folder, "pipe.ts")]);
  const { failure } = await workspace.run('import "./pipe";');
  expect(failure).toMatchObject({ kind: "import" });
  execFileSync("mkfifo", [path.join(workspace.folder, "package.json")]);
  const hurried = new Workspace({ timeLimit: 3000 });
  execFileSync("mkfifo", [path.join(hurried.folder, "tsconfig.json")]);
  expect((await hurried.run(head)).failure).toMatchObject({ kind: "timeout", doing: "bundling", message: expect.stringMatching(/still being bundled/) });
  await hurried.dispose();
  execFileSync("rm", [path.join(workspace.folder, "package.json")]);
  await expectOthersRun();
});

test("a tsconfig.json with 50,000 paths ends one way or the other, and other files run", async () => {
  const paths = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`@p${i}/*`, [`./p${i}/*`]]));
  workspace.write("paths/tsconfig.json", JSON.stringify({ compilerOptions: { baseUrl: ".", paths } }));
  const { failure } = await workspace.run(head, {}, "paths/model.ts");
  if (failure) expect(failure).toMatchObject({ kind: "timeout", doing: "bundling" });
  await expectOthersRun();
});

test("the time limit holds for it", async () => {
  const hurried = new Workspace({ timeLimit: 400 });
  const { failure } = await hurried.run(long);
  await hurried.dispose();
  expect(failure).toMatchObject({ kind: "timeout", doing: "bundling", location: null });
});

test("the memory limit holds for it", async () => {
  const small = new Workspace({ memoryLimit: 130 });
  const { failure } = await small.run(long);
  await small.dispose();
  expect(failure).toMatchObject({ kind: "memory", doing: "bundling" });
});

test("it can be stopped, and is done again", async () => {
  const cancel = new AbortController();
  const running = workspace.run(long, { signal: cancel.signal }, "long.ts");
  const other = workspace.run(head, {}, "other.ts");
  setTimeout(() => cancel.abort(), 300);
  expect((await running).failure).toMatchObject({ kind: "cancelled", doing: "bundling" });
  expect((await other).failure).toBeNull();
  await expectOthersRun();
});

test("a run after the end of the runner starts nothing", async () => {
  const closed = new Workspace();
  await closed.runner.dispose();
  expect((await closed.run(head)).failure).toMatchObject({ kind: "cancelled" });
  await closed.dispose();
});

describe("U+2028 and U+2029, which end a line for JavaScript and none for an editor,", () => {
  const odd = (code: string): string => `import { nn } from "layerscope";\nconst text = "a\u2028b\u2029c"; // and \u2028 const hidden = 1;\n${code}`;

  test("shift no error", async () => {
    const { failure } = await workspace.run(odd("const t = `x\u2028y`; throw new Error(text + t);"), {}, "odd.ts");
    expect(failure).toMatchObject({ kind: "thrown", location: { line: 3, column: 24 } });
  });

  test("shift no model", async () => {
    const { models } = await workspace.run(odd("export const net = new nn.Linear(1, 1);"), {}, "odd.ts");
    expect(models).toMatchObject([{ name: "net", location: { line: 3, column: 14 } }]);
    expect(models[0]!.root.location).toMatchObject({ line: 3 });
  });

  test("shift no error of syntax", async () => {
    const { failure } = await workspace.run(odd("const = 3;"), {}, "odd.ts");
    expect(failure).toMatchObject({ kind: "syntax", location: { line: 3, column: 7 } });
  });
});

test("a temporary folder that was cleaned under a process that waited costs nothing", async () => {
  const before = process.env.TMPDIR;
  const temporary = workspace.write("temporary/here", "");
  process.env.TMPDIR = path.dirname(temporary);
  const waiting = new Workspace();
  try {
    waiting.runner.warmUp();
    await expect.poll(() => readdirSync(path.dirname(temporary)).length).toBeGreaterThan(2);
    const file = workspace.write("after.ts", head);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    rmSync(path.dirname(temporary), { recursive: true });
    for (let i = 0; i < 2; i++) expect((await waiting.runner.run(file)).models.map(({ name }) => name)).toEqual(["net"]);
  } finally {
    await waiting.dispose();
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
});
