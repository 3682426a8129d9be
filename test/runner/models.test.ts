import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ModelSnapshot, ModuleSnapshot } from "../../src/protocol/index.js";
import { dist, leftovers, Workspace } from "./workspace.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const workspace = new Workspace();
beforeAll(() => workspace.runner.warmUp());
afterAll(async () => {
  await workspace.dispose();
  expect(leftovers()).toEqual([]);
});

const head = 'import * as torch from "layerscope";\nconst { nn } = torch;\n';

async function namesOf(code: string): Promise<string[]> {
  const { models, failure } = await workspace.run(head + code);
  expect(failure).toBeNull();
  return models.map(({ name }) => name);
}

function moduleAt({ root }: ModelSnapshot, modulePath: string): ModuleSnapshot {
  const find = (module: ModuleSnapshot): ModuleSnapshot | undefined =>
    module.path === modulePath ? module : module.children.flatMap((child) => find(child) ?? [])[0];
  return find(root)!;
}

describe("the models of a file", () => {
  test("are named after variables, exported or not, in the order they were made", async () => {
    expect(
      await namesOf("const first = new nn.Linear(1, 2);\nexport let second = new nn.Linear(2, 3);\nconst { third } = { third: new nn.Linear(3, 4) };"),
    ).toEqual(["first", "second", "third"]);
  });

  test("are those too whose only layers lie in a list that no module has registered, once they ran; a loss is none", async () => {
    const net = `class Net extends nn.Module {
  layers = [new nn.Linear(4, 4)];
  override forward(x: torch.Tensor) {
    return this.layers[0]!(x);
  }
}
const loss = new nn.MSELoss();
export const net = new Net();
loss(net(torch.rand(2, 4)), torch.rand(2, 4));
`;
    const names = await namesOf(net);
    expect(names).toContain("net");
    expect(names).not.toContain("loss");
  });

  test("are found in lists, maps and objects, and behind a default export", async () => {
    expect(await namesOf("const nets = { a: new nn.Linear(1, 1), list: [new nn.Linear(1, 2)] };\nexport default new nn.Linear(1, 3);\nvoid nets;")).toEqual([
      "nets.a",
      "nets.list[0]",
      "default",
    ]);
  });

  test("have no parts among them, though a variable holds a part", async () => {
    expect(await namesOf("const shared = new nn.Linear(8, 8);\nconst net = new nn.Sequential(shared, new nn.ReLU(), shared);\nvoid net;")).toEqual(["net"]);
  });

  test("are what the variables hold at the end", async () => {
    expect(
      await namesOf("let net: torch.nn.Module = new nn.Linear(1, 1);\nnet = new nn.Bilinear(2, 2, 2);".replace("Bilinear(2, 2, 2)", "Linear(2, 2)")),
    ).toEqual(["net"]);
  });

  test("without a variable are named after class and line", async () => {
    expect(
      await namesOf(
        "class Net extends nn.Module { fc = new nn.Linear(1, 1); }\nconst keep = new Set([\n  new Net(),\n]);\nconst other = new nn.Linear(1, 1);\nvoid keep; void other;",
      ),
    ).toEqual(["Net (line 5)", "other"]);
  });

  test("do not include losses beside them", async () => {
    expect(await namesOf("const net = new nn.Linear(1, 1);\nconst activation = new nn.ReLU();\nvoid net; void activation;")).toEqual(["net"]);
    expect(await namesOf("const activation = new nn.ReLU();\nvoid activation;")).toEqual(["activation"]);
  });

  test("are those that ran where only a function held them", async () => {
    const { models } = await workspace.run(`${head}async function main() {
  const net = new nn.Sequential(new nn.Linear(3, 2));
  net(torch.ones(4, 3));
  await null;
}
void main();`);
    expect(models.map(({ name, trace }) => [name, trace?.origin])).toEqual([["Sequential (line 4)", "recorded"]]);
  });

  test("come from exported functions and classes where there are no others", async () => {
    const { models } = await workspace.run(`${head}export class Net extends nn.Module { fc = new nn.Linear(1, 1); }
export default function build() { return new nn.Linear(2, 2); }
export function sized(n: number) { return new nn.Linear(n, n); }`);
    expect(models.map(({ name, location }) => [name, location!.line])).toEqual([
      ["Net", 3],
      ["default", 4],
    ]);
    // Nobody would look for the instance in the code.
    expect(models.map(({ madeHere }) => madeHere)).toEqual([true, true]);
    expect((await workspace.run(`${head}export const net = new nn.Linear(1, 1);`)).models.map(({ madeHere }) => madeHere)).toEqual([undefined]);
    expect(await namesOf("export class Net extends nn.Module { fc = new nn.Linear(1, 1); }\nconst net = new Net();\nvoid net;")).toEqual(["net"]);
  });

  test("come by themselves only from functions that do nothing but make one; all others are offered", async () => {
    const { models, offers, printed } = await workspace.run(`${head}import { rmSync } from "node:fs";
class Net extends nn.Module { constructor(readonly width: number, depth = 2) { super(); void depth; } fc = new nn.Linear(1, 1); }
export { Net };
const print = (text: string) => process.stdout.write(text + "\\n");
export function deleteEverything() { print("deleted"); }
export function clear() { print("cleared"); return new nn.Linear(1, 1); }
export function erase() { rmSync("nowhere.txt"); return new nn.Linear(1, 1); }
// return new nn.Linear(1, 1)
export function mention() { print("mentioned"); return "return new nn.Linear(1, 1)"; }
export const nested = () => { print("nested"); return [() => { return new nn.Linear(1, 1); }]; };
export function* several() { print("several"); return new nn.Linear(1, 1); }
export async function remote() { const fs = await import("node:fs"); fs.rmSync("nowhere.txt"); return new nn.Linear(1, 1); }
function erasing() { rmSync("nowhere.txt"); }
export function handing() { [1].forEach(erasing); return new nn.Linear(1, 1); }
export function sized(n: number, { bias } = { bias: true }) { return new nn.Linear(n, n, { bias }); }
export class Config { constructor() { print("configured"); } }`);
    expect(printed).toBe("");
    expect(models).toEqual([]);
    expect(offers.map(({ expression }) => expression).sort()).toEqual(
      [
        "clear()",
        "deleteEverything()",
        "erase()",
        "handing()",
        "mention()",
        "nested()",
        "new Net(width, depth)",
        "remote()",
        "several()",
        "sized(n, …)",
      ].sort(),
    );
    expect(offers.find(({ expression }) => expression === "sized(n, …)")).toMatchObject({ complete: false, location: { line: 17 } });
  });

  test("come from functions whose work on the way is the engine's or that of others like them", async () => {
    expect(
      await namesOf(`class Net extends nn.Module { fc = new nn.Linear(1, 1); }
function start(net: torch.nn.Module) { for (const weight of net.parameters()) nn.init.normal_(weight, 0, 0.01); }
function build(width: number) { const layers = Array.from({ length: 2 }, () => new nn.Linear(width, width)); return new nn.Sequential(...layers); }
export const arrow = () => new Net();
export function evaluated() { torch.manualSeed(0); const net = new Net(); start(net); return net.eval(); }
export async function late() { return build(Math.max(2, 3)); }
export function initialized() { const net = new Net(); net.apply(start); return net; }
export default () => (Math.PI > 3 ? new nn.Linear(1, 2) : build(2));`),
    ).toEqual(["arrow", "default", "evaluated", "initialized", "late"]);
  });

  test("a class that cannot be made says why, at its line", async () => {
    const { models, failure } = await workspace.run(`${head}export class Net extends nn.Module {
  fc = new nn.Linear(1, 1);
  constructor() {
    super();
    throw new RangeError("too wide");
  }
}`);
    expect(models).toEqual([]);
    expect(failure).toMatchObject({ kind: "partial", message: "Net could not be made: RangeError: too wide", hint: null });
    expect(failure?.location).toMatchObject({ line: head.split("\n").length + 4 });
  });

  test("beside a class that cannot be made the others are shown, and the run is not said to have failed as a whole", async () => {
    const { models, failure } = await workspace.run(`${head}export class Broken extends nn.Module {
  constructor() {
    super();
    throw new RangeError("too wide");
  }
}
export class Fine extends nn.Module { fc = new nn.Linear(1, 1); }`);
    expect(models.map(({ name }) => name)).toEqual(["Fine"]);
    expect(failure).toMatchObject({ kind: "partial", message: "Broken could not be made: RangeError: too wide", hint: "All else is shown." });
  });

  test("are what the user builds from the file's functions and classes", async () => {
    const text = `${head}const width = 3;
export class Net extends nn.Module { fc: torch.nn.Linear; constructor(n: number) { super(); this.fc = new nn.Linear(n, n); } }
function inner() { return new nn.Linear(width, 1); }
export function deleteEverything() { throw new RangeError("not this"); }`;
    const built = async (build: string) => {
      const { models, failure } = await workspace.run(text, { build });
      return failure?.message ?? models.map(({ name, totals }) => [name, totals.parameters]);
    };
    expect(await built("new Net(width)")).toEqual([["new Net(width)", 12]]);
    expect(await built("[inner(), new Net(1)]")).toEqual([
      ["[inner(), new Net(1)][0]", 4],
      ["[inner(), new Net(1)][1]", 2],
    ]);
    expect(await built("width")).toBe("width gives no module.");
    expect(await built("nowhere()")).toBe("ReferenceError: nowhere is not defined");
    expect(await built("deleteEverything()")).toBe("RangeError: not this");
    expect(await built("new Net(")).toMatch(/^SyntaxError/);
  });

  test("are found where the file calls JavaScript's own names its own", async () => {
    expect(
      await namesOf(
        "class Symbol {}\nconst globalThis = 1, Function = 2, JSON = 3;\nconst net = new nn.Linear(1, 1);\nvoid [Symbol, globalThis, Function, JSON];",
      ),
    ).toEqual(["net"]);
  });

  test("are found in CommonJS", async () => {
    for (const name of ["common.cjs", "common.js"]) {
      const { models, failure } = await workspace.run(
        'const torch = require("layerscope");\nconst { nn } = torch;\nconst net = new nn.Sequential(new nn.Linear(4, 8));\nnet(torch.ones(2, 4));\nmodule.exports = { net };\n',
        {},
        name,
      );
      expect(failure).toBeNull();
      expect(models.map(({ name: model, location, trace }) => [model, location?.line, trace?.origin])).toEqual([["net", 3, "recorded"]]);
    }
  });

  test("are found where parts of the engine are imported by themselves", async () => {
    const own = await workspace.run(
      'import * as torch from "layerscope";\nimport { Linear, Module } from "layerscope/nn";\nimport { Normal } from "layerscope/distributions";\n' +
        "export const net = new Linear(4, 8);\nnet(new Normal(0, 1).sample([2, 4]));\nconsole.log(net instanceof torch.nn.Linear, net instanceof Module);\n",
    );
    expect(own).toMatchObject({ failure: null, printed: "true true\n", models: [{ name: "net", trace: { origin: "recorded" } }] });
    const required = await workspace.run('const { Linear } = require("layerscope/nn");\nmodule.exports = { net: new Linear(4, 8) };\n', {}, "parts.cjs");
    expect(required).toMatchObject({ failure: null, models: [{ name: "net" }] });
    const misspelt = await workspace.run('import { Linaer } from "layerscope/nn";\nnew Linaer(1, 1);\n');
    expect(misspelt.failure).toMatchObject({ kind: "import", location: { line: 1 } });
    expect((await workspace.run('import "layerscope/nothing";\n')).failure).toMatchObject({ location: { line: 1 } });
  });

  test("are named by no more than a view can show", async () => {
    const [name] = await namesOf('export const nets = { ["x".repeat(1e6)]: new nn.Linear(1, 1) };');
    expect(name).toMatch(/^nets\.x{195}…$/);
  });

  test("of a symbolic link are those of the file that it leads to, with the places of the link", async () => {
    workspace.write("elsewhere/net.ts", 'import { width } from "./width";\nimport { nn } from "layerscope";\nexport const net = new nn.Linear(width, 1);\n');
    workspace.write("elsewhere/width.ts", "export const width = 3;\n");
    for (const name of ["net.ts", "otherName.ts"]) {
      const link = path.join(workspace.folder, name);
      symlinkSync(path.join(workspace.folder, "elsewhere/net.ts"), link);
      const { models, failure, files } = await workspace.runner.run(link);
      expect(failure).toBeNull();
      expect(models.map((model) => [model.name, model.location])).toEqual([["net", { file: link, line: 3, column: 14 }]]);
      expect([...files].sort()).toEqual([path.join(workspace.folder, "elsewhere/width.ts"), link].sort());
    }
  });

  test("are there up to the line that throws", async () => {
    const { models, failure } = await workspace.run(`${head}const before = new nn.Linear(1, 1);\nthrow new Error("stop");\nconst after = new nn.Linear(1, 1);`);
    expect(failure!.location!.line).toBe(4);
    expect(models.map(({ name }) => name)).toEqual(["before"]);
  });

  test("of imported files keep the importing file's names", async () => {
    workspace.write(
      "parts/nets.ts",
      'import { nn } from "layerscope";\nexport const encoder = new nn.Linear(3, 3);\nexport class Block extends nn.Module {\n  fc = new nn.Linear(2, 2);\n}\n',
    );
    const { models, files, file } = await workspace.run(
      'import { encoder as coder, Block } from "./parts/nets";\nexport const block = new Block();\nconsole.log(coder.inFeatures);',
    );
    expect(models.map(({ name }) => name)).toEqual(["coder", "block"]);
    expect([...files].sort()).toEqual([file, path.join(workspace.folder, "parts/nets.ts")].sort());
    expect(moduleAt(models[1]!, "fc").location).toMatchObject({ file: path.join(workspace.folder, "parts/nets.ts"), line: 4 });
  });
});

describe("names in the code", () => {
  test("of a forward's parameters are the source's, though the file has variables of the same names", async () => {
    const { models } = await workspace.run(`${head}class Net extends nn.Module {
  override forward(x: torch.Tensor, { mask }: { mask: torch.Tensor }, y2: torch.Tensor, ...rest: torch.Tensor[]) {
    return x.mul(mask).add(y2).add(rest[0]!);
  }
}
const net = new Net();
const x = torch.ones(2), mask = torch.ones(2), y2 = torch.ones(2), rest = torch.ones(2);
net(x, { mask }, y2, rest);`);
    expect(models[0]!.trace!.inputs.map(({ label }) => label)).toEqual(["x", "mask", "y2", "rest[0]"]);
  });

  test("of the engine's own layers are without the numbers of a bundler, but for those that tell them apart", async () => {
    const { models } =
      await workspace.run(`${head}const lstm = new nn.LSTM(4, 3), bilinear = new nn.Bilinear(4, 4, 2), attention = new nn.MultiheadAttention(4, 2), loss = new nn.MSELoss();
lstm(torch.ones(2, 4), [torch.zeros(1, 3), torch.zeros(1, 3)]);
bilinear(torch.ones(2, 4), torch.ones(2, 4));
attention(torch.ones(2, 4), torch.ones(2, 4), torch.ones(2, 4));
loss(torch.ones(2), torch.ones(2));`);
    const labels = Object.fromEntries(models.map(({ name, trace }) => [name, trace!.inputs.map(({ label }) => label)]));
    expect(labels).toMatchObject({ lstm: ["input", "hx[0]", "hx[1]"], attention: ["query", "key", "value"], bilinear: ["x1", "x2"] });
  });

  test("are those of the source in what JavaScript says is wrong", async () => {
    const { models, failure } = await workspace.run(`${head}class Net extends nn.Module {
  override forward(x: torch.Tensor) {
    return (x as unknown as { relux(): torch.Tensor }).relux();
  }
}
const net = new Net();
const x = torch.ones(2);
net(x);`);
    expect(failure!.message).toContain("x.relux is not a function");
    expect(models[0]!.trace!.failure!.message).toBe("x.relux is not a function");
  });
});

describe("places in the code", () => {
  test("of models, modules and initializations", async () => {
    const { models, file } = await workspace.run(`#!/usr/bin/env node
import { nn } from "layerscope";
class Net extends nn.Module {
  /** comment */
  hidden = new nn.Linear(4, 8);
  output = new nn.Linear(8, 1);
}
const net = new Net();
net.apply((m) => {
  if (m instanceof nn.Linear) nn.init.normal_(m.weight, { std: 0.01 });
});
net.output.bias.data.fill_(1);
net.output.bias.data.mul_(2).add_(1);
`);
    const [net] = models;
    expect(net!.location).toEqual({ file, line: 8, column: 7 });
    expect(net!.root.location).toMatchObject({ file, line: 8 });
    expect(moduleAt(net!, "hidden").location).toEqual({ file, line: 5, column: 12 });
    const [weight, bias, , outputBias] = net!.tensors;
    expect(weight!.initialization).toMatchObject({
      kind: "recorded",
      function: "normal_",
      arguments: { mean: 0, std: 0.01 },
      by: "code",
      location: { line: 10 },
      modifiedBy: [],
    });
    expect(bias!.initialization).toMatchObject({
      kind: "recorded",
      function: "uniform_",
      by: "constructor",
      location: { line: 5 },
      distribution: { kind: "uniform", low: -0.5, high: 0.5 },
    });
    expect(outputBias!.initialization).toMatchObject({
      function: "constant_",
      arguments: { val: 1 },
      by: "code",
      location: { line: 12 },
      modifiedBy: ["mul_", "add_"],
    });
  });

  test("of what fills parameters say whether the code did or the layer itself, of every function of nn.init", async () => {
    const calls = [
      "uniform_",
      "normal_",
      "zeros_",
      "ones_",
      "eye_",
      "xavierUniform_",
      "xavierNormal_",
      "kaimingUniform_",
      "kaimingNormal_",
      "truncNormal_",
      "orthogonal_",
    ];
    const { models, file } = await workspace.run(`${head}export const net = new nn.ModuleDict();
${[...calls, "constant_", "sparse_"].map((name) => `net.set("${name}", new nn.Linear(4, 4, { bias: false })); nn.init.${name}(net.get("${name}").weight${{ constant_: ", 1", sparse_: ", 0.5" }[name] ?? ""});`).join("\n")}
net.set("own", new nn.BatchNorm1d(4));
net.set("again", new nn.Linear(4, 4, { bias: false }));
net.get("again").resetParameters();
`);
    const lineOf = (name: string): number => head.split("\n").length + 1 + [...calls, "constant_", "sparse_"].indexOf(name);
    const by = Object.fromEntries(
      models[0]!.tensors.flatMap(({ names, initialization }) => (initialization.kind === "recorded" ? [[names[0]!, initialization]] : [])),
    );
    for (const name of [...calls, "constant_", "sparse_"]) {
      expect(by[`${name}.weight`], name).toMatchObject({ function: name, by: "code", location: { file, line: lineOf(name) } });
    }
    for (const name of ["own.weight", "own.bias", "again.weight"]) expect(by[name], name).toMatchObject({ by: "constructor" });
  });

  test("of fills that others took the place of, those of one place once", async () => {
    const { models } = await workspace.run(`${head}const net = new nn.Linear(4, 8);
for (const std of [1, 2, 3]) nn.init.normal_(net.weight, 0, std);
nn.init.zeros_(net.weight);
for (let i = 0; i < 3; i++) nn.init.uniform_(net.weight, -i - 1, i + 1);
`);
    const start = head.split("\n").length;
    expect(models[0]!.tensors[0]!.initialization).toMatchObject({
      function: "uniform_",
      arguments: { a: -3, b: 3 },
      location: { line: start + 3 },
      replaced: [
        { function: "normal_", arguments: { std: 3 }, location: { line: start + 1 } },
        { function: "zeros_", location: { line: start + 2 } },
      ],
    });
  });

  test("of calls and operations in forward", async () => {
    const { models } = await workspace.run(`${head}class Block extends nn.Module {
  fc = new nn.Linear(4, 4);
  override forward(x: torch.Tensor) {
    const h = this.fc(x);
    return x.add(h);
  }
}
const net = new nn.Sequential(new Block());
net(torch.ones(2, 4));`);
    const steps = models[0]!.trace!.steps.map((step) => [step.kind === "module" ? step.path : step.name, step.location?.line ?? null]);
    expect(steps).toEqual([
      ["", 11],
      ["0", null],
      ["0.fc", 6],
      ["linear", null],
      ["add", 7],
    ]);
  });

  test("inside bundles of files with their own place", async () => {
    workspace.write("data/values.json", "[1, 2]");
    const { printed, failure } = await workspace.run(`import values from "./data/values.json";
import { readFileSync } from "node:fs";
import path from "node:path";
console.log(values.length, readFileSync(new URL("./data/values.json", import.meta.url), "utf8"), path.basename(__filename), process.argv[1] === __filename, path.basename(import.meta.dirname) === path.basename(__dirname));`);
    expect(failure).toBeNull();
    expect(printed).toBe("2 [1, 2] model.ts true true\n");
  });
});

describe("what is bundled", () => {
  test("is the unsaved text where there is one", async () => {
    const file = workspace.write("unsaved.ts", "this is not code");
    workspace.write("part.ts", "neither is this");
    const overrides = new Map([
      [file, 'import { nn } from "layerscope";\nimport { size } from "./part";\nexport const net = new nn.Linear(size, size);'],
      [path.join(workspace.folder, "part.ts"), "export const size = 5;"],
    ]);
    const { models } = await workspace.runner.run(file, { overrides });
    expect(models[0]!.totals.parameters).toBe(30);
    const without = await workspace.runner.run(file);
    expect(without.failure!.kind).toBe("syntax");
  });

  test.skipIf(process.platform === "win32")("keeps the paths that the user knows, through symbolic links", async () => {
    workspace.write("real/part.ts", 'export function fail(): never {\n  throw new Error("there");\n}\n');
    workspace.write("real/model.ts", 'import { nn } from "layerscope";\nimport { fail } from "./part";\nconst net = new nn.Linear(1, 1);\nfail();\n');
    symlinkSync(path.join(workspace.folder, "real"), path.join(workspace.folder, "link"));
    const file = path.join(workspace.folder, "link/model.ts");
    const { models, failure, files } = await workspace.runner.run(file);
    expect(models.map(({ name, location }) => [name, location!.file])).toEqual([["net", file]]);
    expect(failure!.stack.map(({ location }) => location.file)).toEqual([path.join(workspace.folder, "link/part.ts"), file]);
    expect([...files].sort()).toEqual([file, path.join(workspace.folder, "link/part.ts")]);
  });

  test("uses the workspace's own engine if it is of the same kind, and says when it is not", async () => {
    const folder = path.join(workspace.folder, "own");
    const copy = path.join(folder, "node_modules/layerscope");
    mkdirSync(copy, { recursive: true });
    const install = (version: string): void => {
      writeFileSync(path.join(copy, "package.json"), JSON.stringify({ name: "layerscope", version, type: "module", exports: "./index.js" }));
      writeFileSync(path.join(copy, "index.js"), `export * from ${JSON.stringify(`${dist}/engine/index.js`)};\nexport const own = "the workspace's";\n`);
    };
    const code = 'import * as torch from "layerscope";\nexport const net = new torch.nn.Linear(1, 1);\nconsole.log((torch as { own?: string }).own);';
    install("0.1.7");
    expect(await workspace.run(code, {}, "own/model.ts")).toMatchObject({ failure: null, printed: "the workspace's\n", models: [{ name: "net" }] });
    install("0.2.0");
    expect((await workspace.run(code, {}, "own/model.ts")).printed).toMatch(
      /^The workspace has layerscope 0\.2\.0, .*its own engine runs instead\.\nundefined\n$/,
    );
  });

  test.each([
    ["lacks what the views need", 'export { nn, Tensor } from "ENGINE";', /cannot be used \(it has no \w+\)/],
    ["cannot be loaded", 'throw new Error("out of paper");', /cannot be used \(out of paper\)/],
  ])("runs the engine of Layerscope where the workspace's %s, and says so", async (_what, text, told) => {
    const copy = path.join(workspace.folder, "lacking/node_modules/layerscope");
    mkdirSync(copy, { recursive: true });
    writeFileSync(path.join(copy, "package.json"), '{ "name": "layerscope", "version": "0.1.9", "type": "module", "exports": "./index.js" }');
    writeFileSync(path.join(copy, "index.js"), text.replace("ENGINE", `${dist}/engine/index.js`));
    const { failure, models, printed } = await workspace.run(
      'import { nn } from "layerscope";\nexport const net = new nn.Linear(1, 1);\n',
      {},
      "lacking/model.ts",
    );
    expect(failure).toBeNull();
    expect(models.map(({ name }) => name)).toEqual(["net"]);
    expect(printed).toMatch(told);
  });

  test("may hold packages of the workspace in either module system", async () => {
    const packageFolder = path.join(workspace.folder, "node_modules/old");
    mkdirSync(packageFolder, { recursive: true });
    writeFileSync(path.join(packageFolder, "package.json"), '{"name":"old","main":"main.js"}');
    writeFileSync(
      path.join(packageFolder, "main.js"),
      'const os = require("os");\nmodule.exports = { eol: os.EOL, fail() { throw new Error("from a package"); } };',
    );
    const { failure, printed, file } = await workspace.run('import old from "old";\nconsole.log(JSON.stringify(old.eol));\nold.fail();');
    expect(printed).toBe('"\\n"\n');
    expect(failure).toMatchObject({ message: "from a package", location: { file, line: 3 } });
  });
});

describe("requests", () => {
  const code = `${head}torch.manualSeed(0);
const shared = new nn.Linear(8, 8);
export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), shared, new nn.ReLU(), shared);
net(torch.rand(2, 4));`;

  test("reinitialize, undo exactly, and seed", async () => {
    const { file, models } = await workspace.run(code);
    const before = models[0]!;
    const request = workspace.runner.request.bind(workspace.runner);
    const values = () => request(file, "tensorValues", { model: "net", tensor: 0, maxRows: 100, maxColumns: 100 });
    const original = await values();
    const scheme = { kind: "scheme", function: "xavierUniform_", arguments: { gain: 2 } } as const;
    const changed = await request(file, "reinitialize", { model: "net", target: { kind: "module", path: "0" }, choice: scheme, seed: 7 });
    expect(changed.undoDepth).toBe(1);
    expect(changed.tensors[0]!.initialization).toMatchObject({ function: "xavierUniform_", arguments: { gain: 2 }, by: "layerscope", location: null });
    expect(changed.tensors[1]!.initialization).toMatchObject({ function: "zeros_" });
    expect(changed.tensors[2]!.statistics).toEqual(before.tensors[2]!.statistics);
    const first = await values();
    expect(first).not.toEqual(original);
    // The same seed gives the same values.
    await request(file, "reinitialize", { model: "net", target: { kind: "module", path: "0" }, choice: scheme, seed: 7 });
    expect(await values()).toEqual(first);
    await request(file, "undoReinitialize", { model: "net" });
    const restored = await request(file, "undoReinitialize", { model: "net" });
    expect(restored.tensors).toEqual(before.tensors);
    expect(await values()).toEqual(original);
    await expect(request(file, "undoReinitialize", { model: "net" })).rejects.toThrow("There is no reinitialization to undo.");
  });

  test("run forward on recorded and on stated inputs, and lead back to the pass of the code", async () => {
    const { file, models } = await workspace.run(code);
    const request = workspace.runner.request.bind(workspace.runner);
    const again = await request(file, "forward", { model: "net", input: { kind: "recorded" }, seed: null });
    expect(again.trace).toMatchObject({ origin: "recorded", failure: null });
    expect(again.trace!.values[again.trace!.outputs[0]!.value]!.shape).toEqual([2, 8]);
    const stated = await request(file, "forward", {
      model: "net",
      input: { kind: "stated", inputs: [{ shape: [5, 3, 4], dtype: "float32", fill: "randn" }] },
      seed: 1,
    });
    expect(stated.trace!.origin).toBe("stated");
    expect(stated.trace!.values[stated.trace!.outputs[0]!.value]!.shape).toEqual([5, 3, 8]);
    const wrong = await request(file, "forward", {
      model: "net",
      input: { kind: "stated", inputs: [{ shape: [2, 5], dtype: "float32", fill: "ones" }] },
      seed: null,
    });
    expect(wrong.trace!.failure!.message).toMatch(/cannot be multiplied \(2x5 and 4x8\)/);
    expect(await request(file, "showOwnPass", { model: "net" })).toEqual(models[0]);
  });

  test("give values and exact statistics", async () => {
    const { file, models } = await workspace.run(`${head}export const net = new nn.Linear(4, 2);
net.weight.data.at(0).copy_(torch.tensor([1, Infinity, -Infinity, NaN]));
net.weight.data.at(1).fill_(3);`);
    const [weight] = models[0]!.tensors;
    const values = await workspace.runner.request(file, "tensorValues", { model: "net", tensor: weight!.id, maxRows: 1, maxColumns: 4 });
    expect(values).toEqual({ shape: [2, 4], rows: 1, columns: 4, values: [1, "Infinity", "-Infinity", null], truncated: true });
    const statistics = await workspace.runner.request(file, "statistics", { model: "net", tensor: weight!.id, bins: 2 });
    expect(statistics).toMatchObject({
      count: 8,
      sampled: 8,
      nan: 1,
      positiveInfinity: 1,
      negativeInfinity: 1,
      finite: { min: 1, max: 3 },
      histogram: { low: 1, high: 3, bins: [1, 4] },
    });
    await expect(workspace.runner.request(file, "statistics", { model: "net", tensor: 99, bins: 2 })).rejects.toThrow("The model has no tensor 99.");
    await expect(workspace.runner.request(file, "setSeed", { seed: 1 })).resolves.toBeNull();
  });

  test("to a file without a process say so", async () => {
    await expect(workspace.runner.request("/nowhere.ts", "setSeed", { seed: 1 })).rejects.toMatchObject({ failure: { hint: "Run the file again." } });
  });
});
