import { spawnSync } from "node:child_process";
import { readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Failure } from "../../src/protocol/index.js";
import { leftovers, Workspace } from "./workspace.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** Every fault a model file can have ends with a message at its line, in bounded time, with the models that were there. */
const workspace = new Workspace({ memoryLimit: 400 });
/** For code that only a time limit can stop. */
const hurried = new Workspace({ timeLimit: 1500 });
beforeAll(async () => {
  await hurried.run(head);
});
afterAll(async () => {
  await Promise.all([workspace.dispose(), hurried.dispose()]);
  expect(leftovers()).toEqual([]);
});

interface Fault {
  readonly name: string;
  /** Begins with line 3: two lines make a model before. */
  readonly code: string;
  readonly kind: Failure["kind"];
  readonly message: string | RegExp;
  readonly line: number | null;
}

const head = 'import * as torch from "layerscope";\nconst net = new torch.nn.Linear(3, 2);\n';

const faults: Fault[] = [
  { name: "an endless loop", code: "let i = 0;\nwhile (true) {\n  i++;\n}", kind: "timeout", message: /still running here/, line: 4 },
  {
    name: "an endless loop of promises",
    code: "async function spin() {\n  while (true) await null;\n}\nawait spin();",
    kind: "timeout",
    message: /still running/,
    line: 4,
  },
  { name: "an endless loop in a timer", code: "setTimeout(() => {\n  for (;;);\n}, 1);", kind: "timeout", message: /still running/, line: 4 },
  { name: "a timer that never ends", code: "setInterval(() => {}, 1000);", kind: "timeout", message: /something still waits/, line: null },
  {
    name: "an endless loop in forward",
    code: "class Net extends torch.nn.Module {\n  override forward(x: torch.Tensor) {\n    while (true) x = x.relu();\n  }\n}\nnew Net()(torch.ones(1));",
    kind: "timeout",
    message: /still running/,
    line: 5,
  },
  {
    name: "a thrown error",
    code: 'function check() {\n  throw new RangeError("too far");\n}\ncheck();',
    kind: "thrown",
    message: "RangeError: too far",
    line: 4,
  },
  {
    name: "an error with a cause",
    code: 'throw new Error("outer", { cause: new Error("inner") });',
    kind: "thrown",
    message: "outer\nCaused by: inner",
    line: 3,
  },
  { name: "a thrown value that is no error", code: "throw { code: 7 };", kind: "thrown", message: "Thrown: { code: 7 }", line: null },
  { name: "a thrown value that cannot be read", code: "throw new Proxy({}, { get() { throw 1; } });", kind: "thrown", message: /^Thrown: /, line: null },
  { name: "a rejected promise", code: "await Promise.reject(new Error('no'));", kind: "thrown", message: "no", line: 3 },
  {
    name: "a rejection that nobody handles",
    code: "async function f() {\n  await null;\n  throw new Error('lost');\n}\nvoid f();",
    kind: "thrown",
    message: "lost",
    line: 5,
  },
  { name: "an error in a timer", code: 'setTimeout(() => {\n  throw new Error("late");\n}, 1);', kind: "thrown", message: "late", line: 4 },
  {
    name: "shapes that do not fit",
    code: "net(torch.ones(2, 4));",
    kind: "thrown",
    message: /mat1 and mat2 shapes cannot be multiplied \(2x4 and 3x2\)/,
    line: 3,
  },
  {
    name: "a stack overflow",
    code: "function f(): number {\n  return f() + 1;\n}\nf();",
    kind: "thrown",
    message: /Maximum call stack size exceeded/,
    line: 4,
  },
  {
    name: "a forward pass that calls itself",
    code: "class Net extends torch.nn.Module {\n  layer = new torch.nn.Linear(3, 2);\n  override forward(x: torch.Tensor): torch.Tensor {\n    return (this as any)(x);\n  }\n}\n(new Net() as any)(torch.ones(1, 3));",
    kind: "thrown",
    message: /Maximum call stack size exceeded/,
    line: 6,
  },
  {
    name: "a property that reads itself",
    code: "const o = {\n  get a(): number {\n    return this.a;\n  },\n};\no.a;",
    kind: "thrown",
    message: /Maximum call stack size exceeded/,
    line: 5,
  },
  {
    name: "an endless chain of microtasks",
    code: "function again() {\n  queueMicrotask(again);\n}\nagain();",
    kind: "timeout",
    message: /still running here/,
    line: 4,
  },
  {
    name: "a promise that resolves with itself again and again",
    code: "const again = { then(resolve: (value: unknown) => void) { resolve(again); } };\nawait (again as unknown);",
    kind: "timeout",
    message: /still running here/,
    line: 3,
  },
  {
    name: "a thread in an endless loop",
    code: 'import { Worker } from "node:worker_threads";\nnew Worker("for (;;);", { eval: true });',
    kind: "timeout",
    message: /the thread that is started here has not ended/,
    line: 4,
  },
  {
    name: "a thread that waits",
    code: 'import { Worker } from "node:worker_threads";\nconst start = () => new Worker("setInterval(() => {}, 1000)", { eval: true });\nstart();',
    kind: "timeout",
    message: /the thread that is started here has not ended/,
    line: 4,
  },
  {
    name: "an error in a thread",
    code: 'import { Worker } from "node:worker_threads";\nnew Worker("throw new Error(\'no\')", { eval: true });',
    kind: "thrown",
    message: "no",
    line: 4,
  },
  {
    name: "a thread that throws what is no error",
    code: 'import { Worker } from "node:worker_threads";\nnew Worker("throw 7", { eval: true });',
    kind: "thrown",
    message: /7/,
    line: 4,
  },
  {
    name: "process.exit",
    code: "try {\n  process.exit(3);\n} catch {\n  console.log('caught');\n}",
    kind: "exit",
    message: "process.exit(3) ended the run here.",
    line: 4,
  },
  {
    name: "a wait for a program that does not end",
    code: 'import { execFileSync } from "node:child_process";\nexecFileSync("sleep", ["600"]);',
    kind: "timeout",
    message: /still in a call that cannot be interrupted/,
    line: 4,
  },
  {
    name: "a wait on shared memory",
    code: "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
    kind: "timeout",
    message: /cannot be interrupted/,
    line: 3,
  },
  {
    name: "an endless chain of ticks",
    code: "function again() {\n  process.nextTick(again);\n}\nagain();",
    kind: "timeout",
    message: /still running here/,
    line: 4,
  },
  {
    name: "a signal that a program of its own sends it",
    code: 'import { execSync } from "node:child_process";\nexecSync(`kill -9 ${process.pid}`);',
    kind: "crash",
    message: /^The system, or another program, ended the process/,
    line: null,
  },
  { name: "a promise that never settles", code: "await new Promise(() => {});", kind: "unsettled", message: /never settles/, line: null },
  {
    name: "tensors without end",
    code: "const kept = [];\nwhile (true) kept.push(torch.ones(1000, 1000));",
    kind: "memory",
    message: /memory limit of 400 MB/,
    line: 4,
  },
  {
    name: "objects without end",
    code: "const kept = [];\nwhile (true) kept.push(new Array(1000).fill(0));",
    kind: "memory",
    message: /memory limit of 400 MB/,
    line: 4,
  },
];

describe("a model file with", () => {
  test.each(faults)("$name", async ({ code, kind, message, line }) => {
    const { failure, models, file, printed } = await (kind === "timeout" ? hurried : workspace).run(head + code, { allowed: ["programs"] });
    expect(failure).toMatchObject({ kind, message: typeof message === "string" ? message : expect.stringMatching(message) });
    expect(failure!.location?.line ?? null).toBe(line);
    if (line !== null) expect(failure!.location!.file).toBe(file);
    expect(printed).not.toContain("caught");
    // Only a process that died takes its models along.
    if (kind !== "crash") expect(models.map(({ name }) => name)).toContain("net");
  });

  test("a calculation with very large integers, which nothing can pause", async () => {
    const { failure } = await hurried.run(`${head}let n = 3n;\nfor (let i = 0; i < 40; i++) n = n * n;`);
    expect(failure).toMatchObject({ kind: "timeout", message: expect.stringMatching(/cannot be interrupted|running here/) });
  });

  test.each(["mjs", "cjs"])("an error in a file that Node loads by itself (%s)", async (extension) => {
    const loaded = workspace.write(`loaded.${extension}`, '\n\nthrow new Error("in it");\n');
    const load = extension === "mjs" ? "await import(new URL(name, import.meta.url).href);" : "require(name);";
    const { failure } = await workspace.run(`${head}const name = "./loaded.${extension}";\n${load}`);
    expect(failure).toMatchObject({ kind: "thrown", message: "in it", location: { file: loaded, line: 3 }, stack: [{ location: { line: 4 } }] });
  });

  test("an error after a recursion that it caught: it still has its line", async () => {
    const { failure } = await workspace.run(`${head}class Net extends torch.nn.Module {
  layer = net;
  override forward(x: torch.Tensor): torch.Tensor {
    return (this as any)(x);
  }
}
try {
  (new Net() as any)(torch.ones(1, 3));
} catch {}
throw new Error("late");`);
    expect(failure).toMatchObject({ message: "late", location: { line: 12 } });
  });

  test("an endless loop in a function that may make a model", async () => {
    const { failure, models } = await hurried.run(
      'import { nn } from "layerscope";\nexport function make() {\n  const net = new nn.Linear(1, 1);\n  for (;;);\n  return net;\n}',
    );
    expect(failure).toMatchObject({ kind: "timeout", message: expect.stringMatching(/still running here/), location: { line: 4 } });
    expect(models).toEqual([]);
  });

  test("an endless loop in what describes a module", async () => {
    const { failure } = await hurried.run(
      `${head}class Net extends torch.nn.Module {\n  layer = net;\n  override extraRepr(): string {\n    for (;;);\n  }\n}\nexport const other = new Net();`,
    );
    expect(failure).toMatchObject({ kind: "timeout", message: expect.stringMatching(/still running here/), location: { line: 6 } });
  });

  test("a getter that throws beside its models", async () => {
    const { failure, models } = await workspace.run(`${head}export const holder = { net, get trap(): number { throw new Error("do not look"); } };`);
    expect(failure).toBeNull();
    expect(models.map(({ name }) => name)).toEqual(["net"]);
  });

  test("an error whose message is very long", async () => {
    const { failure } = await workspace.run(`${head}throw new Error("<img src=x onerror=alert(1)>".repeat(20000));`);
    expect(failure!.message.length).toBeLessThan(20_000);
    expect(failure).toMatchObject({ message: expect.stringMatching(/^<img .*…$/), location: { line: 3 } });
  });

  test.skipIf(process.platform === "win32").each([false, true])("programs that it started, which end with it (detached: %s)", async (detached) => {
    const { file, printed } = await workspace.run(
      `import { spawn } from "node:child_process";\nimport "layerscope";\nconst program = spawn("sleep", ["600"], { stdio: "ignore", detached: ${detached} });\nprogram.unref();\nconsole.log(program.pid);`,
      { allowed: ["programs"] },
    );
    const isRunning = (): boolean => spawnSync("ps", ["-p", String(Number(printed))]).status === 0;
    expect(isRunning()).toBe(true);
    workspace.runner.close(file);
    await expect.poll(isRunning, { timeout: 10_000 }).toBe(false);
  });

  test("a syntax error", async () => {
    const { failure, file } = await workspace.run("const a = 1;\nconst b = {;\n");
    expect(failure).toMatchObject({ kind: "syntax", message: 'Expected identifier but found ";"', location: { file, line: 2, column: 12 } });
  });

  test("a syntax error in an imported file, after characters of several bytes", async () => {
    const other = workspace.write("other.ts", '/* 网络 */ const x = "é" +;');
    const { failure } = await workspace.run('import "./other";');
    expect(failure).toMatchObject({ kind: "syntax", location: { file: other, line: 1, column: 25 } });
  });

  test("a missing import", async () => {
    const { failure, file } = await workspace.run('const a = 1;\nimport { b } from "./nowhere";\nconsole.log(a, b);');
    expect(failure).toMatchObject({ kind: "import", message: 'Could not resolve "./nowhere"', location: { file, line: 2 } });
  });

  test("a package that is not installed", async () => {
    const { failure } = await workspace.run('import x from "@some/package/part";\nconsole.log(x);');
    expect(failure).toMatchObject({ kind: "import", hint: "Install the package: npm install @some/package" });
  });

  test.each([
    ["tricky", /^The package is installed, but offers nothing of this name: see "exports"/],
    ["pattern/a/b", /^The package is installed/],
    ["#layers", /looked up in "imports" of the folder's package\.json/],
    ["@/layers", /^Check the path and the spelling\.$/],
  ])("%s, which leads nowhere", async (name, hint) => {
    workspace.write("node_modules/tricky/package.json", '{ "exports": { ".": { "import": "../../../elsewhere", "default": null } } }');
    workspace.write("node_modules/pattern/package.json", '{ "exports": { "./*": "./*/../*.js" } }');
    const { failure, file } = await workspace.run(`const a = 1;\nimport x from "${name}";\nconsole.log(a, x);`);
    expect(failure).toMatchObject({ kind: "import", message: `Could not resolve "${name}"`, hint: expect.stringMatching(hint), location: { file, line: 2 } });
  });

  test("a module that Node does not have", async () => {
    const { failure, file } = await workspace.run('const a = 1;\nimport x from "node:nothing";\nconsole.log(a, x);');
    expect(failure).toMatchObject({ kind: "import", message: `Node ${process.versions.node} has no module node:nothing.`, location: { file, line: 2 } });
    const tried = await workspace.run(`${head}await import("node:nothing").catch(() => {});`);
    expect(tried.failure).toBeNull();
  });

  test.skipIf(process.platform === "win32")("a folder that leads to itself", async () => {
    symlinkSync(path.join(workspace.folder, "loop"), path.join(workspace.folder, "loop"));
    const { failure, file } = await workspace.run('const a = 1;\nimport { b } from "./loop/layers.js";\nconsole.log(a, b);');
    expect(failure).toMatchObject({ kind: "import", message: 'Could not resolve "./loop/layers.js"', location: { file, line: 2 } });
  });

  test("a name that the engine does not have", async () => {
    const { failure, file } = await workspace.run('import {\n  nn,\n  tensr,\n} from "layerscope";\nconsole.log(nn, tensr);');
    expect(failure).toMatchObject({ kind: "import", message: '"layerscope" has no export named "tensr".', location: { file, line: 3, column: 3 } });
  });

  test("a file that does not exist", async () => {
    const { failure } = await workspace.runner.run("/nowhere/model.ts");
    expect(failure).toMatchObject({ kind: "import", message: "The file /nowhere/model.ts does not exist." });
  });
});

test("a forward pass that fails keeps what ran before", async () => {
  const { models } = await workspace.run(`import * as torch from "layerscope";
const net = new torch.nn.Sequential(new torch.nn.Linear(4, 8), new torch.nn.ReLU(), new torch.nn.Linear(9, 1));
net(torch.ones(2, 4));`);
  const trace = models[0]!.trace!;
  const failed = trace.steps[trace.failure!.step]!;
  expect(trace.steps.flatMap((step) => (step.kind === "module" ? step.path : []))).toEqual(["", "0", "1", "2"]);
  expect(failed.kind === "operation" && failed.name).toBe("linear");
  expect(trace.failure!.message).toMatch(/cannot be multiplied/);
  expect(trace.failure!.location!.line).toBe(3);
});

test("a program that says at its end that all is well has not failed", async () => {
  const { failure, models } = await workspace.run(`${head}async function main() {}\nmain().then(() => process.exit(0));`);
  expect(failure).toBeNull();
  expect(models).toHaveLength(1);
});

test("output beyond the limit is dropped, and that is said", async () => {
  const { failure, printed } = await workspace.run(`${head}console.log("x".repeat(100e6));\nconsole.log("after");`);
  expect(failure).toBeNull();
  expect(printed.length).toBeLessThan(1_000_200);
  expect(printed).toMatch(/the output was cut off after 1000000 bytes/);
});

test("a loop that only prints neither floods nor escapes", async () => {
  const { failure, printed } = await hurried.run(`${head}while (true) console.log("again");`);
  expect(failure).toMatchObject({ kind: "timeout", location: { line: 3 } });
  expect(printed.length).toBeLessThan(1_000_200);
});

test("cancelling stops the code where it is", async () => {
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), 1000);
  const { failure, models } = await workspace.run(`${head}while (true);`, { signal: cancel.signal });
  expect(failure).toMatchObject({ kind: "cancelled" });
  expect(models.map(({ name }) => name)).toEqual(["net"]);
});

test.each([
  ["an interval", "setTimeout(console.log, 100);\nsetInterval(tick, 5);"],
  ["one after the other", "setTimeout(console.log, 100);\nconst again = () => (tick(), setTimeout(again, 5));\nagain();"],
  [
    "of node:timers",
    'import timers, { setInterval as every } from "node:timers";\nsetTimeout(console.log, 100);\nevery(tick, 5);\ntimers.setInterval(tick, 5);',
  ],
  [
    "of node:timers/promises",
    'import { setInterval as every } from "node:timers/promises";\nsetTimeout(console.log, 100);\nfor await (const _ of every(5)) tick();',
  ],
  ["after an error", 'setInterval(tick, 5);\nawait new Promise((resolve) => setTimeout(resolve, 50));\nthrow new Error("no");'],
  ["that nothing waits for", "setInterval(tick, 5).unref();\nawait new Promise((resolve) => setTimeout(resolve, 50));"],
  [
    "in a thread",
    `import { Worker } from "node:worker_threads";
const code = "setInterval(() => require('node:worker_threads').parentPort.postMessage(1), 5)";
await new Promise((resolve) => new Worker(code, { eval: true }).on("message", () => (tick(), resolve(null))));
throw new Error("no");`,
  ],
])("timers end with the run that set them, and the models answer: %s", async (_what, code) => {
  const cancel = new AbortController();
  const { file, models } = await workspace.run(
    `${head}net.registerBuffer("ticks", torch.zeros(1, 1));\nconst tick = () => void net.getBuffer("ticks")!.add_(1);\n${code}`,
    { signal: cancel.signal, onOutput: () => cancel.abort() },
  );
  const tensor = models[0]!.tensors.find(({ kind }) => kind === "buffer")!.id;
  const ticks = async () => (await workspace.runner.request(file, "tensorValues", { model: "net", tensor, maxRows: 1, maxColumns: 1 })).values[0];
  const before = await ticks();
  expect(before).toBeGreaterThan(0);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(await ticks()).toBe(before);
});

test("a request that hangs is stopped, and the models answer again", async () => {
  const { file, models } = await hurried.run(`import * as torch from "layerscope";
let calls = 0;
class Net extends torch.nn.Module {
  linear = new torch.nn.Linear(3, 2);
  override forward(x: torch.Tensor) {
    while (calls++ === 1) calls = 1;
    return this.linear(x);
  }
}
export const net = new Net();
net(torch.ones(1, 3));`);
  expect(models[0]!.trace!.origin).toBe("recorded");
  const forward = hurried.runner.request(file, "forward", { model: "net", input: { kind: "recorded" }, seed: null });
  await expect(forward).rejects.toMatchObject({ failure: { kind: "timeout", location: { line: 6 } } });
  const values = await hurried.runner.request(file, "tensorValues", { model: "net", tensor: 0, maxRows: 1, maxColumns: 1 });
  expect(values).toMatchObject({ shape: [2, 3], rows: 1, columns: 1, truncated: true });
});

test("a file that no longer yields a model leaves the process with the last models alive", async () => {
  const { file } = await workspace.run(head);
  const broken = await workspace.run("const a = ;");
  expect(broken.failure!.kind).toBe("syntax");
  const crashed = await workspace.run('require("node:child_process").execSync(`kill -9 ${process.pid}`);', { allowed: ["programs"] });
  expect(crashed.failure!.kind).toBe("crash");
  expect(workspace.runner.isAlive(file)).toBe(true);
  await expect(workspace.runner.request(file, "setSeed", { seed: 1 })).resolves.toBeNull();
});

test("running again cancels the run under way, and closing does too", async () => {
  const hanging = workspace.run(`${head}while (true);`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const again = workspace.run(`${head}net.weight.data.fill_(5);`);
  expect(await hanging).toMatchObject({ models: [], failure: { kind: "cancelled" } });
  const { models, failure, file } = await again;
  expect(failure).toBeNull();
  expect(models[0]!.tensors[0]!.statistics!.finite!.mean).toBe(5);
  expect(workspace.runner.isAlive(file)).toBe(true);

  const closed = workspace.run(`${head}while (true);`);
  await new Promise((resolve) => setTimeout(resolve, 500));
  workspace.runner.close(file);
  expect(await closed).toMatchObject({ models: [], failure: { kind: "cancelled" } });
  await vi.waitFor(() => expect(workspace.runner.isAlive(file)).toBe(false));
});

test("each run replaces the process before", async () => {
  for (let i = 0; i < 3; i++) await workspace.run(head);
  // Each of the two runners has a process that holds models, one ready for the next run, and one that bundles. Those replaced may need a moment.
  await vi.waitFor(() => expect(leftovers().length).toBeLessThanOrEqual(6), 10_000);
});

test("closing leaves no folder, even where the editor's process ends before the model's", () => {
  const closing = new Workspace();
  vi.stubEnv("TMPDIR", workspace.folder).stubEnv("TEMP", workspace.folder);
  const folders = (): string[] => readdirSync(workspace.folder).filter((name) => name.startsWith("layerscope-"));
  closing.runner.warmUp();
  expect(folders()).toHaveLength(1);
  void closing.dispose();
  expect(folders()).toEqual([]);
  vi.unstubAllEnvs();
});
