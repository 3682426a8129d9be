import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { version } from "../../package.json";
import type { ModelSnapshot } from "../../src/protocol/index.js";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const cli = path.resolve(import.meta.dirname, "../../dist/cli.js");
const folder = realpathSync(mkdtempSync(path.join(tmpdir(), "layerscope-cli-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function layerscope(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: "utf8", input: "typed\n", maxBuffer: 1e9 });
}

beforeAll(() => {
  writeFileSync(
    path.join(folder, "model.ts"),
    `import * as torch from "layerscope";
const { nn } = torch;
const shared = new nn.Linear(8, 8);
export const net = new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU(), shared, shared, new nn.Linear(8, 1, { bias: false }));
export const rgnet = new nn.Sequential(new nn.Sequential(new nn.Linear(4, 8), new nn.ReLU()), new nn.Linear(8, 1));
net(torch.rand(2, 4));
console.log("printed", net[0].weight.shape);
`,
  );
});

test("speaks the terminal's language", () => {
  const env = { ...process.env, LC_ALL: "", LANG: "zh_CN.UTF-8" };
  const { stdout } = spawnSync(process.execPath, [cli, "summary", "model.ts"], { cwd: folder, encoding: "utf8", env });
  expect(stdout).toContain("代码运行模型时记录的形状");
  // Every command and option is in both.
  const help = (LANG: string) => spawnSync(process.execPath, [cli, "--help"], { encoding: "utf8", env: { ...process.env, LC_ALL: "", LANG } }).stdout;
  const names = (text: string) => [...text.matchAll(/^ {2}(?:-., )?(--)?[a-z-]+/gm)].map(([name]) => name);
  expect(help("zh_CN.UTF-8")).toMatch(/^用法：layerscope/);
  expect(names(help("zh_CN.UTF-8"))).toEqual(names(help("en_US.UTF-8")));
});

describe("layerscope run", () => {
  test("prints what the file prints, reads what is typed, and starts where it was called", () => {
    writeFileSync(
      path.join(folder, "talk.ts"),
      'import { readFileSync } from "node:fs";\nimport path from "node:path";\nconsole.log(readFileSync(0, "utf8").trim(), path.basename(process.cwd()));\nconsole.error("complaint");',
    );
    expect(layerscope("run", "talk.ts")).toMatchObject({ status: 0, stdout: `typed ${path.basename(folder)}\n`, stderr: "complaint\n" });
  });

  test("prints much without losing any", () => {
    writeFileSync(path.join(folder, "much.ts"), 'for (let i = 0; i < 100_000; i++) console.log("line", i);\nconsole.log("x".repeat(20e6));');
    const { status, stdout } = layerscope("run", "much.ts");
    expect(status).toBe(0);
    expect(stdout.length).toBeGreaterThan(20e6);
    expect(stdout.split("\n").slice(99_998, 100_000)).toEqual(["line 99998", "line 99999"]);
  });

  test("ends with what the file gives to process.exit", () => {
    writeFileSync(path.join(folder, "exit.ts"), 'console.log("before");\nprocess.exit(7);\nconsole.log("after");');
    expect(layerscope("run", "exit.ts")).toEqual(expect.objectContaining({ status: 7, stdout: "before\n", stderr: "" }));
  });

  test("says where an error was thrown", () => {
    writeFileSync(path.join(folder, "wrong.ts"), 'function inner() {\n  throw new RangeError("too far");\n}\ninner();');
    const file = path.join(folder, "wrong.ts");
    expect(layerscope("run", "wrong.ts")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: `${file}:2:9: error: RangeError: too far\n    at inner (${file}:2:9)\n    at ${file}:4:1\n`,
    });
  });

  test("keeps to a time limit", () => {
    writeFileSync(path.join(folder, "forever.ts"), "let i = 0;\nfor (;;) i++;");
    // Bundling is within it, which takes a second where the machine is busy.
    const { status, stderr } = layerscope("run", "forever.ts", "--time-limit", "3");
    expect(status).toBe(1);
    expect(stderr).toMatch(/forever\.ts:2:\d+: error: Stopped after 3 s/);
  });

  test("ends when nobody reads any more", async () => {
    writeFileSync(path.join(folder, "chatter.ts"), 'for (;;) console.log("again");');
    const child = spawn(process.execPath, [cli, "run", "chatter.ts"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (text) => (stderr += text));
    child.stdout.once("data", () => child.stdout.destroy());
    const status = await new Promise((resolve) => child.on("exit", resolve));
    expect({ status, stderr }).toEqual({ status: 141, stderr: "" });
  });

  test("waits for a slow reader, who gets all of it", async () => {
    const line = "again and again";
    writeFileSync(path.join(folder, "flood.ts"), `for (let i = 0; i < 200_000; i++) console.log("${line}");`);
    const child = spawn(process.execPath, [cli, "run", "flood.ts"], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
    let bytes = 0;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    child.stdout.on("data", (text: Buffer) => (bytes += text.length));
    const status = await new Promise((resolve) => child.on("close", resolve));
    expect({ status, bytes }).toEqual({ status: 0, bytes: 200_000 * (line.length + 1) });
  });

  describe.skipIf(process.platform === "win32")("leaves nothing behind when it is killed", () => {
    test.each(["for (;;);", "await new Promise((resolve) => setTimeout(resolve, 1e6));"])("while the file is at %s", async (wait) => {
      const note = path.join(folder, "pid");
      rmSync(note, { force: true });
      writeFileSync(
        path.join(folder, "stubborn.ts"),
        `import { writeFileSync } from "node:fs";\nwriteFileSync(${JSON.stringify(note)}, String(process.pid));\n${wait}`,
      );
      const temporary = mkdtempSync(path.join(folder, "temporary-"));
      const child = spawn(process.execPath, [cli, "run", "stubborn.ts"], { cwd: folder, stdio: "ignore", env: { ...process.env, TMPDIR: temporary } });
      await vi.waitFor(() => expect(existsSync(note) && readFileSync(note, "utf8")).toBeTruthy(), 30_000);
      const pid = Number(readFileSync(note, "utf8"));
      expect(() => process.kill(pid, 0)).not.toThrow();
      expect(readdirSync(temporary)).not.toEqual([]);
      child.kill("SIGKILL");
      await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), 10_000);
      expect(readdirSync(temporary)).toEqual([]);
    });
  });
});

describe("layerscope summary", () => {
  test("prints torchinfo's table, shared layers counted once and marked", () => {
    const { status, stdout, stderr } = layerscope("summary", "model.ts", "--model", "net");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "printed torch.Size([8, 4])\n" });
    expect(stdout).toBe(`Shapes recorded as the code ran the model. Input: [2, 4]
${"=".repeat(140)}
Layer (type (var_name):depth-idx)        Input Shape               Output Shape              Param #                   Mult-Adds
${"=".repeat(140)}
Sequential (net)                         [2, 4]                    [2, 1]                    --                        --
├─Linear (0): 1-1                        [2, 4]                    [2, 8]                    40                        64
├─ReLU (1): 1-2                          [2, 8]                    [2, 8]                    --                        --
├─Linear (2): 1-3                        [2, 8]                    [2, 8]                    72                        128
├─Linear (3): 1-4                        [2, 8]                    [2, 8]                    (recursive)               128
├─Linear (4): 1-5                        [2, 8]                    [2, 1]                    8                         16
${"=".repeat(140)}
Total params: 120
Trainable params: 120
Non-trainable params: 0
Total mult-adds: 336
${"=".repeat(140)}
Input size: 32
Forward/backward pass size: 400
Params size: 480
Estimated Total Size: 912
${"=".repeat(140)}
`);
  });

  test("tells below the table what the run proved about the model, and gives it as data with --json", () => {
    const file = path.join(folder, "sick.ts");
    writeFileSync(
      file,
      'import * as torch from "layerscope";\nconst { nn } = torch;\nexport const net = new nn.Sequential(\n  new nn.Linear(4, 8),\n  new nn.Linear(8, 1),\n);\nnet[1].bias!.data.fill_(NaN);\nnet(torch.rand(2, 4));\n',
    );
    const { status, stdout } = layerscope("summary", "sick.ts");
    expect(status).toBe(0);
    expect(stdout.split("=\n").at(-1)!.startsWith(`${file}:5:3: warning: 1.bias holds 1 NaN. [nan]\n  Look for`)).toBe(true);
    const [summary] = JSON.parse(layerscope("summary", "sick.ts", "--json").stdout) as [{ readonly findings: unknown }];
    expect(summary.findings).toMatchObject([
      { code: "nan", severity: "warning", place: { path: "1" }, location: { file, line: 5, column: 3 }, text: "1.bias holds 1 NaN." },
    ]);
  });

  test("stops at a depth with the sums of what is beneath", () => {
    const { stdout } = layerscope("summary", "model.ts", "--model", "rgnet", "--depth", "1");
    expect(
      stdout
        .split("\n")
        .slice(4, 7)
        .map((line) => line.split(/\s{2,}/)),
    ).toEqual([
      ["Sequential (rgnet)", "[1, 4]", "[1, 1]", "--", "--"],
      ["├─Sequential (0): 1-1", "[1, 4]", "[1, 8]", "40", "32"],
      ["├─Linear (1): 1-2", "[1, 8]", "[1, 1]", "9", "8"],
    ]);
  });

  test("gives the same as JSON", () => {
    const { stdout } = layerscope("summary", "model.ts", "--json");
    const summaries = JSON.parse(stdout) as { model: string; shapes: object; rows: { path: string; shared: boolean }[]; totals: object }[];
    expect(summaries.map(({ model }) => model)).toEqual(["net", "rgnet"]);
    expect(summaries.map(({ shapes }) => shapes)).toMatchObject([
      { origin: "recorded", inferredFrom: null, changedSince: [], text: "Shapes recorded as the code ran the model" },
      { origin: "inferred", inferredFrom: { kind: "layer", path: "0.0", type: "Linear" }, text: "Shapes inferred from 0.0 (Linear)" },
    ]);
    expect(summaries[0]!.rows.filter(({ shared }) => shared).map(({ path: at }) => at)).toEqual(["3"]);
    expect(summaries[0]!.totals).toEqual({ parameters: 120, trainableParameters: 120, multiplyAdds: 336, inputBytes: 32, passBytes: 400, parameterBytes: 480 });
  });

  test("diff takes two files, and no other command does", () => {
    expect(layerscope("diff", "model.ts", "model.ts", "--model", "net")).toMatchObject({ status: 0, stdout: "net\nNo module changed.\n" });
    writeFileSync(
      path.join(folder, "two.ts"),
      'import { nn } from "layerscope";\nexport const small = new nn.Linear(4, 2);\nexport const large = new nn.Linear(4, 3);\n',
    );
    expect(layerscope("diff", "two.ts#small", "two.ts#large").stdout).toBe(
      "small → large\n~ large (Linear) outFeatures 2 → 3, gives 1×2 → 1×3\nParameters 10 → 15 (+5)\nTrainable parameters 10 → 15 (+5)\nMemory 40 B → 60 B (+20 B)\nMultiply-adds 8 → 12 (+4)\n",
    );
    expect(layerscope("diff", "model.ts")).toMatchObject({ status: 2, stderr: expect.stringContaining("a file to compare with is missing") as string });
    expect(layerscope("summary", "model.ts", "model.ts")).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("unexpected argument 'model.ts'") as string,
    });
  });

  test("names the models there are when it is asked for another", () => {
    expect(layerscope("summary", "model.ts", "--model", "nett")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: "printed torch.Size([8, 4])\nlayerscope: model.ts has no model named 'nett'; it has: net, rgnet\n",
    });
  });

  test("tells of a failed pass that ended the run once", () => {
    writeFileSync(path.join(folder, "fails.ts"), 'import * as torch from "layerscope";\nexport const net = new torch.nn.Linear(5, 4);\nnet(torch.ones(2, 4));');
    const { status, stdout, stderr } = layerscope("summary", "fails.ts");
    expect(status).toBe(1);
    expect(stderr.match(/cannot be multiplied/g)).toHaveLength(1);
    expect(stdout).not.toContain("cannot be multiplied");
    expect(JSON.parse(layerscope("summary", "fails.ts", "--json").stdout)).toMatchObject([{ findings: [{ code: "failed" }] }]);
  });

  test("shows what there is of a file that fails", () => {
    writeFileSync(path.join(folder, "half.ts"), 'import { nn } from "layerscope";\nconst net = new nn.Linear(2, 2);\nthrow new Error("half way");');
    const { status, stdout, stderr } = layerscope("summary", "half.ts");
    expect(status).toBe(1);
    expect(stdout).toContain("Linear (net)");
    expect(stderr).toMatch(/half\.ts:3:7: error: half way/);
  });
});

test("a file without a model offers what one can be built from, and --build builds it", () => {
  writeFileSync(
    path.join(folder, "made.ts"),
    'import { nn } from "layerscope";\nexport class Net extends nn.Module {\n  constructor(width: number) {\n    super();\n    Object.assign(this, { fc: new nn.Linear(width, width) });\n  }\n}\n',
  );
  expect(layerscope("summary", "made.ts")).toMatchObject({
    status: 1,
    stderr: 'layerscope: made.ts makes no model; build one with\n  --build "new Net(width)"\n',
  });
  const { status, stdout } = layerscope("snapshot", "made.ts", "--build", "new Net(4)");
  expect(status).toBe(0);
  expect((JSON.parse(stdout) as ModelSnapshot[]).map(({ name, totals }) => [name, totals.parameters])).toEqual([["new Net(4)", 20]]);
});

test("layerscope snapshot prints the models as JSON", () => {
  const { status, stdout } = layerscope("snapshot", "model.ts");
  expect(status).toBe(0);
  const models = JSON.parse(stdout) as ModelSnapshot[];
  expect(models.map(({ formatVersion, name, totals }) => [formatVersion, name, totals.parameters])).toEqual([
    [1, "net", 120],
    [1, "rgnet", 49],
  ]);
  expect(JSON.parse(layerscope("snapshot", "model.ts", "--model", "rgnet").stdout)).toMatchObject({ name: "rgnet" });
});

describe("the command line", () => {
  test("explains itself", () => {
    expect(layerscope("--help")).toMatchObject({ status: 0, stdout: expect.stringContaining("Usage: layerscope COMMAND FILE"), stderr: "" });
    expect(layerscope("--version")).toMatchObject({ status: 0, stdout: `${version}\n` });
  });

  test.each([
    [[], "a command is missing"],
    [["draw", "model.ts"], "there is no command 'draw'"],
    [["toString", "model.ts"], "there is no command 'toString'"],
    [["run"], "a file is missing"],
    [["run", "a.ts", "b.ts"], "unexpected argument 'b.ts'"],
    [["summary", "a.ts", "--depth", "much"], "--depth takes a number, not 'much'"],
    [["summary", "a.ts", "--wide"], "Unknown option '--wide'"],
  ])("refuses %j", (args, message) => {
    const { status, stdout, stderr } = layerscope(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`layerscope: ${message}`);
    expect(stderr).toContain("Try 'layerscope --help'.");
  });

  test("says that a file does not exist", () => {
    expect(layerscope("run", "nowhere.ts")).toMatchObject({
      status: 1,
      stderr: `layerscope: error: The file ${path.join(folder, "nowhere.ts")} does not exist.\n`,
    });
  });
});

describe("layerscope signal", () => {
  test("prints what becomes of a signal, and ends with 1 where it vanishes", () => {
    writeFileSync(
      path.join(folder, "deep.ts"),
      `import * as torch from "layerscope";
const { nn } = torch;
const block = () => new nn.Sequential(new nn.Linear(32, 32, { bias: false }), new nn.ReLU());
export const net = new nn.Sequential(...Array.from({ length: 12 }, block));
for (const parameter of net.parameters()) nn.init.normal_(parameter, 0, 0.01);
net(torch.randn(8, 32));
`,
    );
    const bad = layerscope("signal", "deep.ts");
    expect(bad).toMatchObject({ status: 1, stderr: "" });
    expect(bad.stdout).toMatch(/^net: the inputs of its pass, seed 0\n\nLayer +Type +Mean +Std +Zeros/);
    expect(bad.stdout).toMatch(/deep\.ts:3:\d+: error: The signal vanishes: from [\d.]+ on.*\[vanishing-signal\]\n {2}Initialize .*nn\.init\.kaimingNormal_/);
    const good = layerscope("signal", "deep.ts", "--scheme", "kaiming_uniform_", "--json", "--batches", "2");
    expect(good.status).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject([{ model: "net", input: { kind: "random", batches: 2 }, findings: [] }]);
    expect((JSON.parse(good.stdout) as { layers: object[] }[])[0]!.layers).toHaveLength(24);
    expect(layerscope("signal", "deep.ts", "--scheme", "none_").status).toBe(2);
    const trained = layerscope("signal", "deep.ts", "--scheme", "kaiming_uniform_", "--steps", "3", "--optimizer", "Adam", "--loss", "mse_loss");
    expect(trained).toMatchObject({ status: 0, stderr: "" });
    expect(trained.stdout).toMatch(
      /net: 3 steps of Adam, rate 0\.001, mseLoss, on the inputs of its pass, seed 0\n\nStep +Loss +Gradient norm.*(\n +\d .*){4}\n$/,
    );
    expect(layerscope("signal", "deep.ts", "--steps", "3", "--optimizer", "Newton").stderr).toContain("there is no optimizer 'Newton', there are: SGD, Adam");
  });
});

describe("layerscope render", () => {
  test("draws a model", () => {
    expect(layerscope("render", "model.ts", "--model", "rgnet", "-o", "rgnet.svg")).toMatchObject({ status: 0, stdout: "" });
    const svg = readFileSync(path.join(folder, "rgnet.svg"), "utf8");
    expect(svg).toMatch(/^<svg .*<\/svg>\s*$/s);
    expect(svg).toContain("<title>rgnet</title>");
    expect(layerscope("render", "model.ts", "--model", "rgnet").stdout.trim()).toBe(svg.trim());
  });

  test("refuses a name that promises another format", () => {
    const { status, stderr } = layerscope("render", "model.ts", "--model", "rgnet", "-o", "rgnet.png");
    expect(status).toBe(2);
    expect(stderr).toContain("render writes SVG, not PNG");
  });

  test("shows what only moves data where it is asked to, and parts of tensors always", () => {
    writeFileSync(
      path.join(folder, "views.ts"),
      `import * as torch from "layerscope";
class Net extends torch.nn.Module {
  fc = new torch.nn.Linear(2, 2);
  override forward(x: torch.Tensor) {
    const [a, b] = x.reshape(-1, 4).chunk(2, 1);
    return torch.cat([a, this.fc(b)], 1);
  }
}
export const net = new Net();
net(torch.rand(2, 2, 4));
`,
    );
    const texts = (...options: string[]) =>
      [...layerscope("render", "views.ts", "--depth", "1", ...options).stdout.matchAll(/<text [^>]*>([^<]*)</g)].map(([, text]) => text);
    expect(texts()).toEqual(expect.arrayContaining(["1 of 2", "2 of 2", "cat"]));
    expect(texts()).not.toContain("reshape");
    expect(texts("--bookkeeping")).toEqual(expect.arrayContaining(["reshape", "chunk", "cat"]));
  });

  const drawn = (...options: string[]) => layerscope("render", "model.ts", "--model", "net", ...options).stdout;

  test.each([
    ["light", "#ffffff", ["--overlay", "parameters"], ">Parameters (log scale)</text>"],
    ["dark", "#1e1f22", ["--overlay", "parameters", "--mark", "size"], ">Parameters</text>"],
    ["high-contrast", "#000000", ["--overlay", "activation-mean"], ">Mean of Outputs</text>"],
    ["high-contrast-light", "#ffffff", ["--overlay", "signal-gradient"], ">Signal: Standard Deviation of Gradients (log scale)</text>"],
  ])("wears the theme %s, and colors or fills the boxes by what is asked for", (theme, background, options, legend) => {
    const svg = drawn("--theme", theme, ...options);
    expect(svg).toMatch(new RegExp(`</style><rect [^>]*fill="${background}"/>`));
    expect(svg).toContain(legend);
  });

  test("says what it cannot show, for it was not measured", () => {
    expect(layerscope("render", "model.ts", "--model", "net", "--overlay", "gradient-norm")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringContaining("layerscope: net has nothing to show by gradient-norm: it was not measured\n"),
    });
  });

  test("draws from left to right, and leaves the background out, when asked", () => {
    const places = (svg: string) =>
      ["(0)", "(2)"].map((name) => {
        const [, x, y] = svg.match(new RegExp(`<text [^>]*x="([\\d.]+)" y="([\\d.]+)"[^>]*>${name.slice(1, -1)}<`))!;
        return { x: Number(x), y: Number(y) };
      });
    const [first, last] = places(drawn());
    expect(last!.y).toBeGreaterThan(first!.y);
    const sideways = drawn("--direction", "right", "--background", "transparent");
    const [left, right] = places(sideways);
    expect(right!.x).toBeGreaterThan(left!.x);
    expect(right!.y).toBe(left!.y);
    expect(sideways).toMatch(/^<svg [^]*<\/style>\n/);
  });

  let help = "";
  beforeAll(() => {
    help = layerscope("--help").stdout;
  });
  test.each([
    ["theme", "sepia", "light, dark, high-contrast, high-contrast-light"],
    ["background", "red", "theme, transparent"],
    ["direction", "up", "down, right"],
    [
      "overlay",
      "toString",
      "parameters, memory, activation-bytes, multiply-adds, weight-std, gradient-norm, activation-mean, activation-std, activation-zeros, signal-std, signal-gradient, gradient-ratio, saturation, time",
    ],
    ["mark", "width", "color, size"],
  ])("names every %s, here and in the help", (option, name, choices) => {
    const { status, stderr } = layerscope("render", "model.ts", "--model", "rgnet", `--${option}`, name);
    expect(status).toBe(2);
    expect(stderr).toContain(`layerscope: there is no ${option} '${name}', there are: ${choices}\n`);
    for (const choice of choices.split(", ")) expect(help).toMatch(new RegExp(`\\b${choice}\\b`));
  });

  test("asks which where there are several", () => {
    const { status, stdout, stderr } = layerscope("render", "model.ts");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("choose one with --model: net, rgnet");
  });
});
