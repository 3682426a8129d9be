import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Permission } from "../../src/protocol/index.js";
import type { RunOptions } from "../../src/runner/client.js";
import { dist, leftovers, Workspace } from "./workspace.js";

/** What model code may do with the machine, and that what it may not is refused at its line, by the name of the setting. */
const workspace = new Workspace({ timeLimit: 20_000 });
const head = 'import * as torch from "layerscope";\nexport const net = new torch.nn.Linear(3, 2);\n';
/** A folder that is no part of the workspace. */
let outside: string;
beforeAll(() => {
  outside = realpathSync(mkdtempSync(path.join(tmpdir(), "layerscope-outside-")));
  writeFileSync(path.join(outside, "data.txt"), "42");
});
afterAll(async () => {
  await workspace.dispose();
  rmSync(outside, { recursive: true, force: true });
  expect(leftovers()).toEqual([]);
});

/** The code stands on line 3 of a model file; OUTSIDE in it is a folder outside of the workspace. */
function run(code: string, options: RunOptions = {}, name?: string) {
  return workspace.run(head + code.replaceAll("OUTSIDE", outside), options, name);
}

interface Deed {
  readonly name: string;
  readonly permission: Permission;
  readonly code: string;
}

const deeds: readonly Deed[] = [
  { name: "writeFileSync", permission: "write", code: '(await import("node:fs")).writeFileSync("OUTSIDE/a", "x");' },
  { name: "writeFile with a callback", permission: "write", code: '(await import("node:fs")).writeFile("OUTSIDE/a", "x", () => {});' },
  { name: "fs.promises.writeFile", permission: "write", code: 'await (await import("node:fs")).promises.writeFile("OUTSIDE/a", "x");' },
  { name: "appendFile of fs/promises", permission: "write", code: 'await (await import("fs/promises")).appendFile("OUTSIDE/a", "x");' },
  { name: "a stream", permission: "write", code: '(await import("node:fs")).createWriteStream("OUTSIDE/a");' },
  { name: "a stream that is constructed", permission: "write", code: 'new ((await import("node:fs")) as any).WriteStream("OUTSIDE/a");' },
  { name: "open for writing", permission: "write", code: '(await import("node:fs")).openSync("OUTSIDE/a", "r+");' },
  {
    name: "open with flags in a number",
    permission: "write",
    code: 'const fs = await import("node:fs"); fs.openSync("OUTSIDE/a", fs.constants.O_CREAT | fs.constants.O_WRONLY);',
  },
  { name: "a path that is a URL", permission: "write", code: '(await import("node:fs")).writeFileSync(new URL("file://OUTSIDE/a"), "x");' },
  { name: "a path in bytes", permission: "write", code: '(await import("node:fs")).writeFileSync(Buffer.from("OUTSIDE/a"), "x");' },
  { name: "rmSync", permission: "write", code: '(await import("node:fs")).rmSync("OUTSIDE/data.txt");' },
  { name: "rename out of the folder", permission: "write", code: '(await import("node:fs")).renameSync("model.ts", "OUTSIDE/a");' },
  { name: "mkdtemp", permission: "write", code: '(await import("node:fs")).mkdtempSync("OUTSIDE/a");' },
  { name: "require", permission: "write", code: 'require("fs").writeFileSync("OUTSIDE/a", "x");' },
  { name: "createRequire", permission: "write", code: '(await import("node:module")).createRequire(import.meta.url)("fs").writeFileSync("OUTSIDE/a", "x");' },
  { name: "process.getBuiltinModule", permission: "write", code: 'process.getBuiltinModule("fs").writeFileSync("OUTSIDE/a", "x");' },
  { name: "a parent folder by dots", permission: "write", code: '(await import("node:fs")).writeFileSync("../a", "x");' },
  { name: "torch.save", permission: "write", code: 'torch.save(net.stateDict(), "OUTSIDE/a.pt");' },
  { name: "a heap snapshot", permission: "write", code: '(await import("node:v8")).writeHeapSnapshot("OUTSIDE/a");' },
  {
    name: "WebAssembly's view of the system",
    permission: "write",
    code: 'new (await import("node:wasi")).WASI({ version: "preview1", preopens: { "/": "OUTSIDE" } });',
  },
  { name: "readFileSync", permission: "read", code: '(await import("node:fs")).readFileSync("OUTSIDE/data.txt");' },
  { name: "readFile of fs/promises", permission: "read", code: 'await (await import("node:fs/promises")).readFile("OUTSIDE/data.txt");' },
  { name: "open for reading", permission: "read", code: 'await (await import("node:fs/promises")).open("OUTSIDE/data.txt");' },
  { name: "a copy of a file into the folder", permission: "read", code: '(await import("node:fs")).copyFileSync("OUTSIDE/data.txt", "copy.txt");' },
  { name: "spawn", permission: "programs", code: '(await import("node:child_process")).spawn("true");' },
  { name: "exec", permission: "programs", code: '(await import("node:child_process")).exec("true");' },
  { name: "fork", permission: "programs", code: '(await import("node:child_process")).fork("./model.ts");' },
  { name: "execFileSync", permission: "programs", code: '(await import("node:child_process")).execFileSync("true");' },
  { name: "execSync", permission: "programs", code: 'require("child_process").execSync("true");' },
  { name: "the end of another process", permission: "programs", code: "process.kill(process.ppid, 0);" },
  { name: "a cluster", permission: "programs", code: '(await import("node:cluster")).default.fork();' },
  { name: "net.connect", permission: "network", code: '(await import("node:net")).connect(9, "127.0.0.1");' },
  { name: "net.createServer", permission: "network", code: '(await import("node:net")).createServer().listen(0);' },
  { name: "http.get", permission: "network", code: '(await import("node:http")).get("http://127.0.0.1:9/");' },
  { name: "http.createServer", permission: "network", code: '(await import("node:http")).createServer().listen(0);' },
  { name: "https.get", permission: "network", code: '(await import("node:https")).get("https://127.0.0.1:9/");' },
  { name: "http2.connect", permission: "network", code: '(await import("node:http2")).connect("https://127.0.0.1:9/");' },
  { name: "tls.connect", permission: "network", code: '(await import("node:tls")).connect(9);' },
  { name: "dgram", permission: "network", code: '(await import("node:dgram")).createSocket("udp4").send("x", 9, "127.0.0.1");' },
  { name: "dns", permission: "network", code: 'await (await import("node:dns/promises")).lookup("localhost");' },
  { name: "a resolver", permission: "network", code: 'new (await import("node:dns")).Resolver().resolve4("localhost", () => {});' },
  { name: "fetch", permission: "network", code: 'await fetch("http://127.0.0.1:9/");' },
  { name: "a native add-on", permission: "addons", code: 'process.dlopen({ exports: {} } as any, "addon.node");' },
  { name: "a native add-on that is required", permission: "addons", code: '(await import("node:module")).createRequire(import.meta.url)("./addon.node");' },
  { name: "process.binding", permission: "addons", code: '(process as any).binding("fs");' },
  { name: "a thread from a file", permission: "threads", code: 'new (await import("node:worker_threads")).Worker("./thread.mjs");' },
  {
    name: "a thread from a file's URL",
    permission: "threads",
    code: 'new (await import("node:worker_threads")).Worker(new URL("./thread.mjs", import.meta.url));',
  },
];
// Since Node 22.5; a database in memory is none of the file system's.
if (isBuiltin("node:sqlite")) {
  (deeds as Deed[]).push(
    { name: "a database", permission: "write", code: 'new (await import("node:sqlite")).DatabaseSync("OUTSIDE/a.db");' },
    { name: "a database by require", permission: "write", code: 'new (require("node:sqlite").DatabaseSync)("OUTSIDE/a.db");' },
    {
      name: "the backup of a database",
      permission: "write",
      code: 'const { backup, DatabaseSync } = await import("node:sqlite"); await backup(new DatabaseSync(":memory:"), "OUTSIDE/a.db");',
    },
  );
}
if (typeof WebSocket !== "undefined") (deeds as Deed[]).push({ name: "WebSocket", permission: "network", code: 'new WebSocket("ws://127.0.0.1:9");' });

/** Tries deeds one after the other and prints for each what it is refused with, and whether the calls in the error lead to the model file. */
const tries = (some: readonly Deed[]): string =>
  `const tell = (name: string, error: any) =>
  console.log(JSON.stringify({ name, permission: error?.permission ?? String(error), message: String(error?.message), placed: String(error?.stack).includes("model.mjs") }));
${some.map(({ name, code }) => `await (async () => { ${code} })().then(() => tell(${JSON.stringify(name)}, "done"), (error) => tell(${JSON.stringify(name)}, error));`).join("\n")}`;

interface Try {
  readonly name: string;
  readonly permission: string;
  readonly message: string;
  readonly placed: boolean;
}

async function tried(some: readonly Deed[], options: RunOptions): Promise<readonly Try[]> {
  workspace.write("addon.node", "no add-on");
  workspace.write("thread.mjs", "");
  const { printed, failure } = await run(tries(some), options);
  expect(failure).toBeNull();
  return printed.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Try] : []));
}

describe("is refused, by the name of the setting:", () => {
  const permissions = [...new Set(deeds.map(({ permission }) => permission))];

  test.each(permissions)("%s, at its line", async (permission) => {
    const { code } = deeds.find((deed) => deed.permission === permission)!;
    workspace.write("thread.mjs", "");
    const { failure, models, file } = await run(code);
    expect(failure).toMatchObject({ kind: "refused", location: { file, line: 3 } });
    expect(failure!.message).toContain("layerscope.permissions");
    expect(failure!.message).toContain(`"${permission}"`);
    expect(models.map(({ name }) => name)).toEqual(["net"]);
  });

  test("whatever way leads to it", async () => {
    const answers = await tried(deeds, {});
    expect(answers.map(({ name, permission }) => [name, permission])).toEqual(deeds.map(({ name, permission }) => [name, permission]));
    for (const { name, permission, message, placed } of answers) {
      expect(message, name).toContain(`layerscope.permissions allows it ("${permission}")`);
      expect(placed, name).toBe(true);
    }
    expect(readdirSync(outside)).toEqual(["data.txt"]);
    expect(existsSync(path.join(workspace.folder, "copy.txt"))).toBe(false);
  });

  test("in a run that nobody asked for, whatever is allowed", async () => {
    const some = deeds.filter(({ permission }) => permission !== "read");
    const answers = await tried(some, { asked: false, allowed: ["write", "programs", "network", "addons", "threads"] });
    expect(answers.map(({ name, permission }) => [name, permission])).toEqual(some.map(({ name, permission }) => [name, permission]));
    for (const { name, message } of answers) expect(message, name).toMatch(/began by itself.*layerscope\.permissions/);
    const read = await tried([deeds.find(({ permission }) => permission === "read")!], { asked: false, allowed: ["read"] });
    expect(read).toMatchObject([{ permission: "done" }]);
  });
});

test("what the user allows is done as ever, and nothing else", async () => {
  for (const permission of ["read", "write", "programs", "addons", "threads"] as const) {
    const some = deeds.filter(({ name }) => !/dgram|Server|cluster|connect|fork|heap/.test(name));
    const answers = await tried(some, { allowed: permission === "write" ? ["write", "read"] : [permission] });
    const refused = answers.filter((answer) => some.some((deed) => deed.permission === answer.permission));
    const expected = some.filter((deed) => deed.permission !== permission && !(permission === "write" && deed.permission === "read"));
    expect(
      refused.map(({ name }) => name),
      permission,
    ).toEqual(expected.map(({ name }) => name));
    rmSync(outside, { recursive: true, force: true });
    mkdirSync(outside);
    writeFileSync(path.join(outside, "data.txt"), "42");
    for (const copied of ["copy.txt"]) rmSync(path.join(workspace.folder, copied), { force: true });
  }
});

test("the network, where it is allowed, is there", async () => {
  const { failure, printed } = await run(
    `import http from "node:http";
const server = http.createServer((_request, response) => response.end("hello"));
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
console.log(await (await fetch(\`http://127.0.0.1:\${(server.address() as any).port}/\`)).text());
server.close();`,
    { allowed: ["network"] },
  );
  expect(failure).toBeNull();
  expect(printed).toBe("hello\n");
});

describe("what may be done anyway:", () => {
  const writes =
    'const fs = await import("node:fs");\nfs.mkdirSync("out/deep", { recursive: true });\nfs.writeFileSync("out/deep/a.txt", "kept");\nfs.rmSync("out/deep/b.txt", { force: true });';

  test("a run that was asked for writes in the model file's own folder", async () => {
    const { failure } = await run(`${writes}\ntorch.save(net.stateDict(), "out/net.pt");\ntorch.load("out/net.pt");`);
    expect(failure).toBeNull();
    expect(readFileSync(path.join(workspace.folder, "out/deep/a.txt"), "utf8")).toBe("kept");
  });

  test("and not beside it, nor through a symbolic link that leads out of it", async () => {
    const beside = await run('import fs from "node:fs";\nfs.writeFileSync("../beside.txt", "");', {}, "inner/model.ts");
    expect(beside.failure).toMatchObject({ kind: "refused", location: { line: 4 } });
    for (const [link, target] of [
      ["there", outside],
      ["dangling", path.join(outside, "new")],
    ] as const) {
      rmSync(path.join(workspace.folder, link), { force: true });
      symlinkSync(target, path.join(workspace.folder, link));
    }
    for (const file of ["there/a", "dangling"]) {
      const { failure } = await run(`import fs from "node:fs";\nfs.writeFileSync("${file}", "");`);
      expect(failure).toMatchObject({ kind: "refused", location: { line: 4 } });
    }
    expect(readdirSync(outside)).toEqual(["data.txt"]);
  });

  test("a run that nobody asked for writes nowhere, and reads", async () => {
    workspace.write("data.csv", "1,2");
    const { failure, printed } = await run(`import fs from "node:fs";\nconsole.log(fs.readFileSync("data.csv", "utf8"));\nfs.writeFileSync("a.txt", "");`, {
      asked: false,
    });
    expect(printed).toBe("1,2\n");
    expect(failure).toMatchObject({ kind: "refused", location: { line: 5 }, message: expect.stringContaining("may not write") });
    expect(existsSync(path.join(workspace.folder, "a.txt"))).toBe(false);
  });

  test("a state goes where the user says, from a run that nobody asked for too, whose code still writes nowhere", async () => {
    const { file } = await run("", { asked: false });
    const to = path.join(outside, "state.safetensors");
    await workspace.runner.request(file, "saveState", { model: "net", state: { kind: "current" }, path: to });
    const saved = { kind: "file", path: to } as const;
    const { tensors } = await workspace.runner.request(file, "compareStates", {
      model: "net",
      first: { kind: "current" },
      second: saved,
      input: null,
      seed: 0,
    });
    expect(tensors.map(({ relative }) => relative)).toEqual([0, 0]);
    rmSync(to);
    expect((await run(`import fs from "node:fs";\nfs.writeFileSync("a.txt", "");`, { asked: false })).failure).toMatchObject({ kind: "refused" });
  });

  test("the folders of the workspace are read, beside the model file's", async () => {
    const reads =
      'import fs from "node:fs";\nconsole.log(fs.readFileSync("OUTSIDE/data.txt", "utf8"), fs.existsSync("/etc/passwd"), fs.readFileSync("/dev/null", "utf8"));';
    const { failure, printed } = await run(reads, { folders: [outside] });
    expect(failure).toBeNull();
    expect(printed).toBe("42 true \n");
  });

  test("packages are read wherever they lie, with their data: in a store behind links, in a parent folder, linked from another project", async () => {
    const store = path.join(outside, ".store/stored@1/node_modules/stored");
    mkdirSync(store, { recursive: true });
    writeFileSync(path.join(store, "package.json"), '{"name":"stored","main":"main.js"}');
    writeFileSync(path.join(store, "main.js"), 'module.exports = require("fs").readFileSync(require.resolve("./data.txt"), "utf8");');
    writeFileSync(path.join(store, "data.txt"), "stored");
    const linked = path.join(outside, "linked");
    mkdirSync(path.join(linked, "lib"), { recursive: true });
    writeFileSync(path.join(linked, "package.json"), '{"name":"linked","main":"lib/main.cjs"}');
    writeFileSync(path.join(linked, "lib/main.cjs"), 'module.exports = require("fs").readFileSync(require.resolve("../data.txt"), "utf8");');
    writeFileSync(path.join(linked, "data.txt"), "linked");
    mkdirSync(path.join(workspace.folder, "node_modules"), { recursive: true });
    for (const [name, target] of [
      ["stored", store],
      ["linked", linked],
    ] as const)
      if (!existsSync(path.join(workspace.folder, "node_modules", name))) symlinkSync(target, path.join(workspace.folder, "node_modules", name), "dir");
    const code = 'const load = (await import("node:module")).createRequire(import.meta.url);\nconsole.log(load("stored"), load("linked"));';
    const { failure, printed } = await run(code, { asked: false, folders: [path.join(workspace.folder, "project")] }, "project/model.ts");
    expect(failure).toBeNull();
    expect(printed).toBe("stored linked\n");
    const bundled = await run(
      'import stored from "stored";\nimport fs from "node:fs";\nconsole.log(stored, fs.readFileSync("OUTSIDE/linked/data.txt", "utf8"));\nimport "linked/lib/main.cjs";',
      { asked: false },
      "project/bundled.ts",
    );
    expect(bundled.failure, bundled.failure?.message).toMatchObject({ message: expect.stringContaining("data.txt") });
    rmSync(path.join(outside, ".store"), { recursive: true });
    rmSync(linked, { recursive: true });
  });

  test("threads of text run, and are guarded as the file is", async () => {
    const code = (body: string): string => `import { Worker } from "node:worker_threads";\nnew Worker(${JSON.stringify(body)}, { eval: true });`;
    expect((await run(code('require("fs").writeFileSync("inside.txt", "")'))).failure).toBeNull();
    const { failure } = await run(code(`require("fs").writeFileSync(${JSON.stringify(path.join(outside, "a"))}, "")`));
    expect(failure).toMatchObject({ kind: "refused", location: { line: 4 }, message: expect.stringContaining('"write"') });
    const nested = `new (require("worker_threads").Worker)('require("child_process").execSync("true")', { eval: true })`;
    expect((await run(code(nested))).failure).toMatchObject({ kind: "refused", location: { line: 4 }, message: expect.stringContaining('"programs"') });
    expect((await run(code(`require("fs").writeFileSync("a.txt", "")`), { asked: false })).failure).toMatchObject({ kind: "refused" });
  });

  test("the engine's own threads start, in any run", async () => {
    const { failure, printed } = await run("const a = torch.ones(600, 600);\nconsole.log(a.matmul(a).sum().item());", { asked: false });
    expect(failure).toBeNull();
    expect(printed).toBe("216000000\n");
  });

  test("what the code prints, and where it prints to, is not asked after", async () => {
    const { failure, printed } = await run('import fs from "node:fs";\nfs.writeSync(1, "a");\nfs.writeFileSync(1, "b");\nfs.writeFileSync("/dev/null", "c");', {
      asked: false,
    });
    expect(failure).toBeNull();
    expect(printed).toBe("ab");
  });
});

test("a refusal that the code handles is none of ours, and the setting is in its text", async () => {
  const { failure, printed } = await run(
    'import fs from "node:fs";\ntry {\n  fs.writeFileSync("OUTSIDE/a", "");\n} catch (error) {\n  console.log((error as any).code, (error as Error).name, /layerscope.permissions/.test(String(error)));\n}\nawait fetch("http://127.0.0.1:9").catch((error) => console.log(error.code));',
  );
  expect(failure).toBeNull();
  expect(printed).toBe("ERR_ACCESS_DENIED PermissionError true\nERR_ACCESS_DENIED\n");
});

describe("on the terminal", () => {
  const cli = (...args: string[]) => spawnSync(process.execPath, [path.join(dist, "cli.js"), ...args], { encoding: "utf8", cwd: workspace.folder });

  test("the model file's own folder is written, and what else is wanted is allowed by name", () => {
    const file = workspace.write(
      "terminal.ts",
      `import fs from "node:fs";\nimport { execFileSync } from "node:child_process";\nfs.writeFileSync("mine.txt", "");\nconsole.log(String(execFileSync("echo", ["hello"])));`,
    );
    const refused = cli("run", file);
    expect(refused.stderr).toMatch(/terminal\.ts:4:\d+: error: The file may not start programs: echo\..*layerscope\.permissions.*--allow programs/s);
    expect(refused.status).toBe(1);
    expect(existsSync(path.join(workspace.folder, "mine.txt"))).toBe(true);
    const allowed = cli("run", file, "--allow", "programs");
    expect(allowed.stderr).toBe("");
    expect(allowed.stdout).toContain("hello");
    expect(cli("run", file, "--allow", "everything")).toMatchObject({ status: 2, stderr: expect.stringContaining("--allow takes") });
  });
});
