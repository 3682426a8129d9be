import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as engine from "../../src/engine/index.js";
import { Interpreter } from "../../src/python/interpreter.js";

/** What each program prints, PyTorch prints too (expected.py). They share an interpreter. */

const folder = path.resolve(import.meta.dirname, "programs");
const programs = readdirSync(folder)
  .filter((name) => name.endsWith(".py"))
  .map((name) => name.slice(0, -3));

let interpreter: Interpreter;
let printed: Buffer[] = [];
let warned: Buffer[] = [];
const written = realpathSync(mkdtempSync(path.join(tmpdir(), "layerscope-programs-")));
afterAll(() => rmSync(written, { recursive: true, force: true }));

beforeAll(async () => {
  interpreter = await Interpreter.start({
    engine,
    home: path.resolve(import.meta.dirname, "../../dist/python"),
    write: (stream, bytes) => void (stream === "stdout" ? printed : warned).push(Buffer.from(bytes)),
  });
  interpreter.enter([folder, written], folder);
}, 300_000);

describe("prints what PyTorch prints", () => {
  test.each(programs)("%s", (name) => {
    printed = [];
    const file = path.join(folder, `${name}.py`);
    const failure = interpreter.runFile(file, readFileSync(file, "utf8"), "__main__");
    expect(failure?.traceback ?? "").toBe("");
    expect(Buffer.concat(printed).toString()).toBe(readFileSync(path.join(folder, `${name}.txt`), "utf8"));
  });
});

describe("what PyTorch has and the engine has not", () => {
  const run = (text: string) => {
    printed = [];
    return interpreter.runFile(path.join(written, "lacks.py"), text, "__main__");
  };

  test.each([
    ["torch.utils.tensorboard", "SummaryWriter"],
    ["torch.profiler", "profile"],
    ["torch.nn.attention.flex_attention", "flex_attention"],
    ["torch.ao.quantization", "quantize_dynamic"],
    ["torch.distributed.fsdp", "FullyShardedDataParallel"],
  ])("%s is imported, and %s raises where it is used, by its full name", (module, name) => {
    expect(
      run(`import ${module}\nimport ${module} as short\nfrom ${module} import ${name}\nfrom torch import nn\nnet = nn.Linear(2, 2)\nprint(net)\n`),
    ).toBeNull();
    expect(Buffer.concat(printed).toString()).toBe("Linear(in_features=2, out_features=2, bias=True)\n");
    // What was run, and what it made, can be asked for all the same.
    expect(interpreter.files()).toEqual([path.join(written, "lacks.py")]);
    expect(interpreter.variables().map((variable) => variable.name)).toEqual(["net"]);
    expect(run(`from ${module} import ${name}\n${name}()\n`)).toMatchObject({
      kind: "lacking",
      message: `NotImplementedError: ${module}.${name} is not in Layerscope's engine. Run this with PyTorch, or write it with what there is.`,
    });
  });
});

test("programs that print which torch they run with are told, and that another package is not there", () => {
  printed = [];
  const text = [
    "from importlib.metadata import PackageNotFoundError, version",
    "import torch",
    "print(version('torch') == torch.__version__)",
    "try:",
    "    version('numpy')",
    "except PackageNotFoundError as error:",
    "    print(error)",
  ];
  expect(interpreter.runFile(path.join(written, "version.py"), text.join("\n"), "__main__")).toBeNull();
  expect(Buffer.concat(printed).toString()).toBe("True\nNo package metadata was found for numpy\n");
});

describe("a file is read as Python reads it", () => {
  /** What is on disk, byte by byte, is run. */
  const run = (bytes: string) => {
    printed = [];
    const file = path.join(written, "file.py");
    writeFileSync(file, Buffer.from(bytes, "latin1"));
    const failure = interpreter.runFile(file, null, "__main__");
    return { failure, printed: Buffer.concat(printed).toString() };
  };

  test.each([
    ["latin-1", '# coding: latin-1\nname = "caf\xe9"\nprint(name, len(name))\n', "caf\u00e9 4\n"],
    ["GBK", '# -*- coding: gbk -*-\nprint("\xc4\xe3\xba\xc3")\n', "\u4f60\u597d\n"],
    ["UTF-8 with its mark", '\xef\xbb\xbfprint("\xc3\xa9")\n', "\u00e9\n"],
  ])("in the encoding that it declares: %s", (_name, bytes, expected) => {
    expect(run(bytes)).toEqual({ failure: null, printed: expected });
  });

  test.each([
    ["what is no UTF-8", 'x = "caf\xe9"\n', /'\\xe9'.* no encoding declared/],
    ["a mark that is not the encoding's", "\xef\xbb\xbf# coding: latin-1\nx = 1\n", /encoding problem/],
    ["an encoding that there is not", "# coding: nosuch\nx = 1\n", /unknown encoding: nosuch/],
  ])("and refused as Python refuses it: %s", (_name, bytes, message) => {
    const { failure } = run(bytes);
    expect(failure).toMatchObject({ kind: "syntax", message: expect.stringMatching(message), frames: [{ line: 1 }] });
    expect(failure!.frames[0]!.column).toBeGreaterThan(0);
  });

  test("its names are found as deep as they run", () => {
    expect(run(`from torch import nn\nx = 0\nif x: pass\n${"elif x: pass\n".repeat(40)}else:\n    found = nn.Linear(2, 1)\n`).failure).toBeNull();
    expect(interpreter.variables()).toEqual([expect.objectContaining({ name: "found", line: 45 })]);
  });

  test("what it is warned of is told once", () => {
    // The programs before may have asked for other ways to be warned.
    run("import warnings\nwarnings.resetwarnings()\n");
    warned = [];
    expect(run("import numpy\nfrom torch import nn\nnumpy.random.seed(0)\nx = 3\nif x is 3:\n    net = nn.ReLU()\n").failure).toBeNull();
    expect(interpreter.variables().map(({ name }) => name)).toEqual(["net"]);
    expect(
      Buffer.concat(warned)
        .toString()
        .match(/SyntaxWarning/g),
    ).toHaveLength(1);
  });
});
