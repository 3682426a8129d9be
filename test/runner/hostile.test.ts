import { symlinkSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Failure } from "../../src/protocol/index.js";
import type { RunOptions } from "../../src/runner/client.js";
import { leftovers, Workspace } from "./workspace.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** What would end the process of a file ends its run, at its line, with its models; whatever it does to what we stand on, it ends with a reason. */
const workspace = new Workspace({ timeLimit: 20_000, memoryLimit: 700 });
/** For what only the time limit ends; the bundler has all its time. */
const hurried = { timeLimit: 4000, allowed: ["programs"] } as const;
const head = 'import * as torch from "layerscope";\nconst net = new torch.nn.Linear(3, 2);\n';
beforeAll(async () => {
  await workspace.run(head);
});
afterAll(async () => {
  await workspace.dispose();
  expect(leftovers()).toEqual([]);
});

interface Case {
  readonly name: string;
  /** Begins with line 3: two lines make a model before. */
  readonly code: string;
  /** Null: it is none of ours, and nothing is wrong. */
  readonly ends: { readonly kind: Failure["kind"]; readonly message: string | RegExp; readonly line: number | null; readonly hint?: string | RegExp } | null;
  readonly models?: readonly string[];
  readonly options?: RunOptions;
  /** What lies beside it. */
  readonly files?: Readonly<Record<string, string>>;
}

const exit = (call: string) => ({ kind: "exit", message: `${call} ended the run here.`, line: 3 }) as const;
const thrown = (message: string | RegExp, line: number | null) => ({ kind: "thrown", message, line }) as const;

const cases: readonly Case[] = [
  { name: "process.abort", code: "process.abort();", ends: exit("process.abort()") },
  { name: "process.reallyExit", code: "(process as any).reallyExit(3);", ends: exit("process.exit(3)") },
  { name: "a signal to itself", code: 'process.kill(process.pid, "SIGKILL");', ends: exit('process.kill(process.pid, "SIGKILL")') },
  { name: "a signal by its number", code: "process.kill(process.pid, 15);", ends: exit('process.kill(process.pid, "SIGTERM")') },
  { name: "a signal that stops", code: 'process.kill(process.pid, "SIGSTOP");', ends: exit('process.kill(process.pid, "SIGSTOP")') },
  { name: "a signal to its group", code: 'process.kill(0, "SIGTERM");', ends: exit('process.kill(process.pid, "SIGTERM")') },
  { name: "a question whether it is there", code: "process.kill(process.pid, 0);", ends: null },
  {
    name: "a signal that it listens for",
    code: 'process.once("SIGUSR2", () => console.log("heard"));\nprocess.kill(process.pid, "SIGUSR2");\nawait new Promise((resolve) => setTimeout(resolve, 50));',
    ends: null,
  },
  { name: "an exit code that is none", code: 'process.exit("abc" as any);', ends: thrown(/^TypeError: The "code" argument must be of type number/, 3) },
  { name: "a process of its own making", code: '(globalThis as any).process = { env: { NODE_ENV: "test" } };', ends: null },
  {
    name: "no globals of Node's",
    code: 'for (const name of ["process", "Buffer", "setImmediate", "setTimeout", "URL"]) delete (globalThis as any)[name];',
    ends: null,
  },
  { name: "a garbage collector of its own", code: "(globalThis as any).gc = () => {\n  for (;;);\n};", ends: null },
  { name: "an error of another realm", code: 'require("node:vm").runInNewContext("throw new Error(\'elsewhere\')");', ends: thrown("elsewhere", 3) },
  {
    name: "no listeners left",
    code: 'process.removeAllListeners();\nsetTimeout(() => {\n  throw new Error("late");\n});',
    ends: { kind: "crash", message: /ended unexpectedly/, line: 5 },
    models: [],
  },
  {
    name: "an import by a name that is made up",
    code: 'const name = "./other.mjs";\nawait import(name);',
    ends: { kind: "import", message: /made up as the code runs/, line: 4, hint: /import\.meta\.url/ },
  },
  {
    name: "an import from the network",
    code: 'import other from "https://example.org/other.js";\nother();',
    ends: { kind: "import", message: "https://example.org/other.js is on the network, from where nothing is imported.", line: 3 },
    models: [],
  },
  { name: "an import from the network that it catches", code: 'await import("https://example.org/other.js").catch(() => {});', ends: null },
  {
    name: "names that the bundle uses",
    code: "const require = 1, exports = 2, module = 3, __dirname = 4, Symbol = 5, Promise = 6, Error = 7;\nexport { require };",
    ends: null,
  },
  { name: "a frozen world", code: "for (const each of [globalThis, Object.prototype, Array.prototype, Function.prototype]) Object.freeze(each);", ends: null },
  { name: "more on every object", code: "(Object.prototype as any).more = 1;", ends: null },
  { name: "errors without a stack", code: "Error.stackTraceLimit = 0;\nnew torch.nn.Linear(2, 2);\nthrow new Error('here');", ends: thrown("here", null) },
  {
    name: "a stack that throws",
    code: 'const error = new Error("here");\nObject.defineProperty(error, "stack", { get() { throw 1; } });\nthrow error;',
    ends: thrown("here", null),
  },
  { name: "an export that is a promise to whoever takes it", code: "export function then() {\n  throw new Error('asked');\n}", ends: thrown("asked", 4) },
  { name: "a promise that throws", code: "await { then() { throw new Error('asked'); } };", ends: thrown("asked", 3) },
  {
    name: "a variable of which all throws",
    code: "export const p = new Proxy({}, new Proxy({}, { get() { return () => { throw new Error('trap'); }; } }));",
    ends: { kind: "partial", message: "p could not be looked at: trap", line: 3 },
  },
  { name: "an end in a timer that it waits for", code: "setTimeout(() => process.exit(3), 10);\nawait new Promise(() => {});", ends: exit("process.exit(3)") },
  {
    name: "streams that are closed",
    code: "process.stdout.destroy();\nprocess.stderr.end();\nconsole.log('x');\nthrow new Error('after');",
    ends: thrown("after", 6),
  },
  { name: "another folder to work in", code: "process.chdir('/');\nthrow new Error('away');", ends: thrown("away", 4) },
  { name: "a clock that tells nothing", code: "Date.now = () => NaN;\nperformance.now = () => NaN;\nnet(torch.ones(1, 3));", ends: null },
  {
    name: "texts without methods",
    code: "JSON.stringify = () => { throw new Error('patched'); };\nJSON.parse = () => 7;",
    ends: { kind: "partial", message: "net could not be looked at: patched", line: 3 },
    models: [],
  },
  {
    name: "an error that nobody hears",
    code: 'import { EventEmitter } from "node:events";\nsetTimeout(() => new EventEmitter().emit("error", new Error("emitted")));\nawait new Promise(() => setTimeout(() => {}, 1e6));',
    ends: thrown("emitted", 4),
  },
  {
    name: "a package.json that begins with a byte order mark",
    code: 'import three from "./marked/index.cjs";\nthrow new Error(`${three}`);',
    ends: thrown("3", 4),
    files: { "marked/package.json": '\uFEFF{ "type": "commonjs" }', "marked/index.cjs": "\uFEFFmodule.exports = 3;" },
  },
  {
    name: "descriptors closed that it has not opened",
    code: 'import { close, closeSync, createWriteStream, writeSync } from "node:fs";\nfor (let i = 0; i <= 40; i++) {\n  for (const each of [closeSync, (n: number) => writeSync(n, "x"), (n: number) => close(n, () => {})]) try { each(i); } catch {}\n  createWriteStream("", { fd: i > 2 ? 2 : 1, autoClose: false });\n}\nawait new Promise((resolve) => setTimeout(resolve, 100));',
    ends: null,
  },
  {
    name: "the runner's own descriptor closed",
    code: 'import { closeSync } from "node:fs";\ncloseSync(3);',
    ends: thrown("EBADF: bad file descriptor, close", 4),
  },
  {
    name: "a descriptor of its own",
    code: 'import { closeSync, openSync, readFileSync } from "node:fs";\nconst file = openSync("model.ts", "r");\nreadFileSync(file);\ncloseSync(file);',
    ends: null,
  },
  ...["init", "before", "after", "promiseResolve"].map((hook) => ({
    name: `a hook that throws: ${hook}`,
    code: `import { createHook } from "node:async_hooks";\ncreateHook({ ${hook}() { throw new Error("in the hook"); } }).enable();\nsetTimeout(() => {}, 1);\nawait new Promise((resolve) => setTimeout(resolve, 5));\nsetInterval(() => {}, 50);`,
    ends: thrown("in the hook", 4),
  })),
  {
    name: "an import of itself that it awaits",
    code: 'await import("./model.ts");',
    ends: { kind: "unsettled", message: "The file waits for a promise that never settles.", line: null },
  },
  ...["Error.prepareStackTrace = () => 'mine';", "Object.freeze(Error);"].map(
    (code): Case => ({
      name: `an error after ${code}`,
      code: `${code}\nconst late = new torch.nn.Linear(2, 1);\nnull!.late;`,
      ends: thrown(/^TypeError: Cannot read properties of null/, 5),
      models: ["net", "late"],
    }),
  ),
  {
    name: "a proxy that is revoked, as the reason of a rejection",
    code: "const { proxy, revoke } = Proxy.revocable(new Error('x'), {});\nrevoke();\nPromise.reject(proxy);",
    ends: thrown("Thrown: <Revoked Proxy>", null),
  },
  {
    name: "its own time limit",
    code: "for (;;);",
    ends: { kind: "timeout", message: "Stopped after 1.5 s: still running here.", line: 3 },
    options: { timeLimit: 1500 },
  },
  {
    name: "a cause that is itself",
    code: 'const error: any = new Error("here");\nerror.cause = error;\nthrow error;',
    ends: thrown(/^here\nCaused by: here/, 3),
  },
];

describe("a model file with", () => {
  test.each(cases)("$name", async ({ code, ends, models: wanted = ["net"], options = {}, files = {} }) => {
    for (const [name, text] of Object.entries(files)) workspace.write(name, text);
    const { failure, models, file } = await workspace.run(head + code, options);
    if (ends === null) expect(failure).toBeNull();
    else {
      const said = (text: string | RegExp): unknown => (typeof text === "string" ? text : expect.stringMatching(text));
      expect(failure).toMatchObject({ kind: ends.kind, message: said(ends.message), ...(ends.hint && { hint: said(ends.hint) }) });
      expect(failure!.location).toEqual(ends.line === null ? null : expect.objectContaining({ file, line: ends.line }));
    }
    expect(models.map(({ name }) => name)).toEqual(expect.arrayContaining([...wanted]));
  });

  test.each([
    ["const", "export const width = 3;", "width * 2"],
    ["class", "export class Wide {}", "new Wide()"],
  ])("a %s that a file reads which it imports itself, before it is made", async (_kind, declaration, read) => {
    const name = /\w+(?= =| \{)/.exec(declaration)![0];
    const other = workspace.write("other.ts", `import { ${name} } from "./cyclic";\nexport const made = ${read};\n`);
    const { failure } = await workspace.run(`import { made } from "./other";\n${declaration}\nconsole.log(made);\n`, {}, "cyclic.ts");
    expect(failure).toMatchObject({ message: `ReferenceError: Cannot access '${name}' before initialization`, location: { file: other, line: 2 } });
    // Read later, as most files that import one another do, it is there.
    workspace.write("other.ts", `import { ${name} } from "./cyclic";\nexport const made = () => ${read};\n`);
    const sound = await workspace.run(`import { made } from "./other";\n${declaration}\nconsole.log(made());\nlet after = 1;\nafter++;\n`, {}, "cyclic.ts");
    expect(sound.failure).toBeNull();
  });

  test("more written to a stream by its number than a pipe holds", async () => {
    const { failure, printed } = await workspace.run(
      `${head}import { writeSync } from "node:fs";\nfor (let i = 0; i < 40; i++) if (writeSync(2, "x".repeat(10_000)) !== 10_000) throw new Error("not all");\nwriteSync(1, Buffer.from("-end-"), 1, 3);`,
    );
    expect(failure).toBeNull();
    expect(printed).toHaveLength(400_003);
    expect(printed).toContain("end");
  });

  test("modules that are nested 1,000 deep", async () => {
    const { failure, models } = await workspace.run(
      'import { nn } from "layerscope";\nlet net: nn.Module = new nn.Linear(1, 1);\nfor (let i = 0; i < 1000; i++) net = new nn.Sequential(net);',
    );
    expect(failure).toBeNull();
    expect(models[0]!.totals.modules).toBe(1001);
  });
});

describe("code that only the time limit ends, with its models:", () => {
  test.each([
    ["one task after the other", "const again = () => setImmediate(again);\nagain();", /still running here/, 3],
    [
      "messages that answer one another",
      "const { port1, port2 } = new MessageChannel();\nport1.onmessage = port2.onmessage = ({ target }) => (target as MessagePort).postMessage(1);\nport1.postMessage(1);",
      /still running here/,
      4,
    ],
    ["a program that it waits for", 'import { execSync } from "node:child_process";\nexecSync("sleep 600");', /cannot be interrupted/, 4],
    [
      "programs within programs",
      'import { spawnSync } from "node:child_process";\nspawnSync("sh", ["-c", "sleep 600; sleep 600"]);',
      /cannot be interrupted/,
      4,
    ],
    ["a wait on shared memory", "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);", /cannot be interrupted/, 3],
    ["a loop in what looking at it calls", "export const trap = new Proxy({}, { getPrototypeOf() {\n  for (;;);\n} });", /still running here/, 4],
  ])("%s", async (_what, code, message, line) => {
    const { failure, models } = await workspace.run(head + code, hurried);
    expect(failure).toMatchObject({ kind: "timeout", message: expect.stringMatching(message), location: { line } });
    if (!code.includes("trap")) expect(models.map(({ name }) => name)).toEqual(["net"]);
  });
});

/** Kept for as long as nothing is known to be the matter: where the process ends without a word, they are what there is. */
describe("code that the process does not come back from leaves the models as they were:", () => {
  const train = "const end = Date.now() + 1300;\nwhile (Date.now() < end) net(torch.ones(2, 3)).sum().backward();";
  test.skipIf(process.platform === "win32")("killed while it trains", async () => {
    const { failure, models } = await workspace.run(`${head}import { execSync } from "node:child_process";\n${train}\nexecSync(\`kill -9 \${process.pid}\`);`, {
      allowed: ["programs"],
    });
    expect(failure).toMatchObject({ kind: "crash", message: expect.stringMatching(/^The system, or another program, ended the process/) });
    expect(models.map(({ name, trace }) => [name, trace?.origin])).toEqual([["net", "recorded"]]);
  });

  test.skipIf(process.platform === "win32").each([
    ["in a calculation of Node's", 'import { pbkdf2Sync } from "node:crypto";\npbkdf2Sync("a", "b", 2 ** 31 - 1, 64, "sha512");'],
    [
      "reading what nobody writes",
      'import { execFileSync } from "node:child_process";\nimport { readFileSync } from "node:fs";\nexecFileSync("mkfifo", ["pipe"]);\nreadFileSync("pipe");',
    ],
  ])("%s", async (what, code) => {
    const { failure, models, file } = await workspace.run(head + code, hurried, path.join(what, "model.ts"));
    expect(failure).toMatchObject({ kind: "timeout", doing: "blocked", location: { file, line: head.split("\n").length - 1 + code.split("\n").length } });
    expect(models.map(({ name }) => name)).toEqual(["net"]);
  });
});

describe("files are told of by their own names:", () => {
  test.each(["模型.ts", "größe 1.ts", "a#b.ts", "100%.ts", "what?.ts", "%41.ts", "(a) [b] {c}.ts"])("%s", async (name) => {
    const { failure, models, file } = await workspace.run(`${head}throw new Error("here");`, {}, path.join("ordner ü", name));
    expect(failure).toMatchObject({ message: "here", location: { file, line: 3 } });
    expect(models).toMatchObject([{ name: "net", location: { file, line: 2 } }]);
  });

  test.skipIf(process.platform === "win32")("through a symbolic link", async () => {
    workspace.write("real/模型.ts", `${head}throw new Error("here");`);
    const link = path.join(workspace.folder, "链接.ts");
    symlinkSync(path.join(workspace.folder, "real/模型.ts"), link);
    expect((await workspace.runner.run(link)).failure).toMatchObject({ location: { file: link, line: 3 } });
  });
});

test("what a run leaves going ends with it: connections, servers, channels, tasks", async () => {
  const { file, models, printed } = await workspace.run(
    `${head}import dgram from "node:dgram";
import { watch } from "node:fs";
import http from "node:http";
import net_ from "node:net";
net.registerBuffer("ticks", torch.zeros(1, 1));
const tick = () => void net.getBuffer("ticks")!.add_(1);
const echo = net_.createServer((socket) => socket.pipe(socket)).listen(0);
const web = http.createServer((_, response) => (tick(), response.end())).listen(0);
await Promise.all([echo, web].map((server) => new Promise((resolve) => server.once("listening", resolve))));
const ports = [echo, web].map((server) => (server.address() as net_.AddressInfo).port);
const socket = net_.connect(ports[0]!, () => socket.write("x"));
socket.on("data", (bytes) => (tick(), socket.write(bytes)));
const again = () => (tick(), setImmediate(again));
again();
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => (tick(), port1.postMessage(1));
port2.onmessage = () => port2.postMessage(1);
port1.postMessage(1);
dgram.createSocket("udp4").bind(0);
watch(".", tick);
await new Promise((resolve) => setTimeout(resolve, 100));
console.log(ports[1]);
throw new Error("over");`,
    { allowed: ["network"] },
  );
  const tensor = models[0]!.tensors.find(({ kind }) => kind === "buffer")!.id;
  const ticks = async () => (await workspace.runner.request(file, "tensorValues", { model: "net", tensor, maxRows: 1, maxColumns: 1 })).values[0];
  const before = await ticks();
  expect(before).toBeGreaterThan(0);
  workspace.write("seen.txt", "");
  await expect(fetch(`http://127.0.0.1:${printed.trim()}`)).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(await ticks()).toBe(before);
});
