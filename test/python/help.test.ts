import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it, test } from "vitest";
import * as engine from "../../src/engine/index.js";
import { type Entry, type Modules, partsOf } from "../../src/extension/pythonHelp/description.js";
import { stubsOf } from "../../src/extension/pythonHelp/stubs.js";
import { Interpreter } from "../../src/python/interpreter.js";

/** What the editor tells of torch: the description that the build makes, held against the package itself and against PyTorch (signatures.py). */

const root = path.resolve(import.meta.dirname, "../..");
const modules = JSON.parse(readFileSync(path.join(root, "dist/pythonHelp.json"), "utf8")) as Modules;
const pytorch = JSON.parse(readFileSync(path.join(import.meta.dirname, "signatures.json"), "utf8")) as {
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly signatures: Readonly<Record<string, Readonly<Record<string, string | null>>>>;
};

let interpreter: Interpreter;
let printed: Buffer[] = [];

/** What a program prints. */
function run(program: string): string {
  printed = [];
  const failure = interpreter.runFile("/program.py", program, "__main__");
  expect(failure?.traceback ?? "").toBe("");
  return Buffer.concat(printed).toString();
}

beforeAll(async () => {
  interpreter = await Interpreter.start({
    engine,
    home: path.join(root, "dist/python"),
    write: (stream, bytes) => void (stream === "stdout" && printed.push(Buffer.from(bytes))),
  });
}, 300_000);

const wellKnown = [
  "torch",
  "torch.nn",
  "torch.nn.functional",
  "torch.nn.init",
  "torch.nn.utils.rnn",
  "torch.optim",
  "torch.optim.lr_scheduler",
  "torch.linalg",
  "torch.special",
  "torch.distributions",
  "torch.autograd",
  "torch.utils.data",
];

const membersOf = (place: string): Readonly<Record<string, unknown>> => {
  const at = place.lastIndexOf(".");
  const entry = modules[place.slice(0, at)]!.names[place.slice(at + 1)]!;
  return entry.kind === "class" ? (entry.members ?? {}) : {};
};

describe("the description", () => {
  it("has what the package offers, and nothing else", () => {
    const offered = JSON.parse(
      run(`
import importlib, json, types
import torch
found = {}
for name in ${JSON.stringify(wellKnown)}:
    module = importlib.import_module(name)
    values = {each: getattr(module, each, types) for each in dir(module) if each[0] != "_"}
    found[name] = [each for each, value in values.items() if not isinstance(value, types.ModuleType) and type(value).__name__ != "Missing"]
found["torch.Tensor"] = [each for each in dir(torch.ones(1, 1)) if each[0] != "_"]
found["torch.nn.Module"] = [each for each in dir(torch.nn.Module()) if each[0] != "_"]
print(json.dumps(found))
`),
    ) as Readonly<Record<string, readonly string[]>>;
    // What a module of the package has for itself is none of PyTorch's.
    const isTheirs = (name: string, each: string): boolean => pytorch.names[name]!.includes(each);
    for (const name of wellKnown) {
      const described = Object.keys(modules[name]!.names).filter((each) => isTheirs(name, each));
      expect(described.toSorted(), name).toEqual(offered[name]!.filter((each) => isTheirs(name, each)).toSorted());
    }
    for (const name of ["torch.Tensor", "torch.nn.Module"]) expect(new Set(Object.keys(membersOf(name))), name).toEqual(new Set(offered[name]));
  });

  it("has no name that PyTorch does not have there", () => {
    // The engine's, which do no harm.
    const more: Readonly<Record<string, readonly string[]>> = {
      torch: ["bool_", "manual_seed_all"],
      "torch.autograd": ["FunctionCtx"],
      "torch.linalg": ["logdet"],
      "torch.nn": ["NonDynamicallyQuantizableLinear"],
    };
    for (const name of wellKnown) {
      const theirs = new Set([...pytorch.names[name]!, ...(more[name] ?? [])]);
      expect(
        Object.keys(modules[name]!.names).filter((each) => !theirs.has(each)),
        name,
      ).toEqual([]);
    }
    for (const name of ["torch.Tensor", "torch.nn.Module"]) {
      const theirs = new Set(pytorch.names[name]);
      expect(
        Object.keys(membersOf(name)).filter((each) => !theirs.has(each)),
        name,
      ).toEqual([]);
    }
  });

  it("says in a sentence what each is", () => {
    const silent = wellKnown.flatMap((name) =>
      Object.entries(modules[name]!.names)
        .filter(([, entry]) => (entry.kind === "function" || entry.kind === "class") && !entry.doc)
        .map(([each]) => `${name}.${each}`),
    );
    expect(silent).toEqual(["torch.manual_seed_all"]);
  });

  it("is in Python's words", () => {
    const texts = JSON.stringify(modules);
    expect(texts).not.toMatch(/JavaScript|\bundefined\b|\(torch\./);
    // Names of the engine's in lowerCamelCase; what is written so in Python too is a class.
    const docs = [...texts.matchAll(/"doc":"((?:[^"\\]|\\.)*)"/g)].map(([, doc]) => doc!);
    expect(docs.filter((doc) => /(?<![\w.])[a-z]+[a-z0-9]*[A-Z][a-z]+\w*/.test(doc))).toEqual([]);
  });

  it("says of every layer with parameters of its own how they begin", () => {
    const layers = Object.entries(modules["torch.nn"]!.names).filter(
      (entry): entry is [string, Extract<Entry, { kind: "class" }>] => entry[1].kind === "class",
    );
    const learned = /^(?:(?:Bi)?[lL]inear|Conv|(?:Batch|Instance|Layer|Group|RMS)Norm|Embedding|PReLU|(?:RNN|GRU|LSTM)(?!Base|CellBase)|MultiheadAttention)/;
    expect(layers.filter(([name]) => learned.test(name)).length).toBeGreaterThan(22);
    const silent = layers.filter(([name, { doc = "" }]) => learned.test(name) && !/\bstarts?\b/.test(doc));
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});

/** Where a default is another one on purpose. */
const others: Readonly<Record<string, string>> = {
  "torch.autocast device_type": "there is one device",
  "torch.distributions.Binomial total_count": "has to be given",
  "torch.distributions.Multinomial total_count": "has to be given",
  "torch.load weights_only": "PyTorch's None means True",
  "torch.nn.RNNCellBase bias": "is no class that users make",
  "torch.nn.Transformer activation": "PyTorch's is the function of that name",
  "torch.nn.TransformerDecoderLayer activation": "PyTorch's is the function of that name",
  "torch.nn.TransformerEncoderLayer activation": "PyTorch's is the function of that name",
  "torch.nn.functional.affine_grid align_corners": "PyTorch's None means False",
  "torch.nn.functional.grid_sample align_corners": "PyTorch's None means False",
  "torch.nn.functional.interpolate align_corners": "PyTorch's None means False",
  "torch.nn.functional.interpolate recompute_scale_factor": "PyTorch's None means False",
  "torch.nn.init.constant_ val": "is 0 in the engine",
  "torch.nn.init.sparse_ sparsity": "is 0 in the engine",
  "torch.save pickle_module": "there is no other",
  "torch.utils.data.random_split generator": "PyTorch's is the default generator",
};

/** In Python's own eyes, where 1 and 1.0 are equal. */
function same(ours: string | null, theirs: string | null): boolean {
  if (ours === null || theirs === null) return ours === theirs;
  const plain = (text: string): string => text.replace(/(?<![\w.])-?\d[\d.]*(?:e[+-]?\d+)?/g, (number) => String(Number(number)));
  return plain(ours) === plain(theirs);
}

describe("defaults", () => {
  const compared = Object.entries(pytorch.signatures).flatMap(([full, theirs]) => {
    const at = full.lastIndexOf(".");
    const entry = modules[full.slice(0, at)]?.names[full.slice(at + 1)];
    return entry?.kind === "function" || entry?.kind === "class" ? [{ full, theirs, entry }] : [];
  });

  it("are those of PyTorch", () => {
    expect(compared.length).toBeGreaterThan(400);
    const different = compared.flatMap(({ full, theirs, entry }) =>
      entry.parameters.flatMap((parameter) => {
        const { name, byDefault } = partsOf(parameter);
        if (!Object.hasOwn(theirs, name) || same(byDefault, theirs[name]!)) return [];
        return [`${full} ${name}`];
      }),
    );
    expect(different).toEqual(Object.keys(others));
  });

  test.each(["torch.nn", "torch.nn.init", "torch.optim", "torch.optim.lr_scheduler"])("every argument of %s is there under its name", (module) => {
    const lacking = compared.flatMap(({ full, theirs, entry }) => {
      const ours = new Set(entry.parameters.map((parameter) => partsOf(parameter).name));
      const isOurs = full.slice(0, full.lastIndexOf(".")) === module;
      return isOurs
        ? Object.keys(theirs).flatMap((name) =>
            ours.has(name) || name.startsWith("_") || ["size_average", "reduce"].includes(name) ? [] : [`${full} ${name}`],
          )
        : [];
    });
    const known = /^torch\.nn\.(?:DataParallel|RNNCellBase|UninitializedBuffer|Hardtanh (?:min|max)_value|SyncBatchNorm process_group)/;
    expect(lacking.filter((each) => !known.test(each))).toEqual([]);
  });
});

describe("the stubs", () => {
  const stubs = stubsOf(modules, "0.0.0");

  it("are one for each module, in a package where there are others beneath it", () => {
    expect(stubs.size).toBe(Object.keys(modules).length);
    for (const file of ["torch/__init__.pyi", "torch/nn/__init__.pyi", "torch/nn/functional.pyi", "torch/utils/data.pyi"])
      expect([...stubs.keys()]).toContain(file);
  });

  it("are Python", () => {
    const program = `
import ast, json
for file, text in json.loads(${JSON.stringify(JSON.stringify([...stubs]))}):
    try:
        ast.parse(text)
    except SyntaxError as error:
        print(file, error, error.text)
`;
    expect(run(program)).toBe("");
  });

  it("have a class behind the one that it extends", () => {
    const text = stubs.get("torch/nn/__init__.pyi")!;
    expect(text.indexOf("class Module:")).toBeLessThan(text.indexOf("class Linear(_torch.nn.Module):"));
    expect(text).toMatch(/class Linear\(_torch\.nn\.Module\):\n {4}"""y = x A\^T \+ b/);
    expect(text).toContain("    weight: _torch.nn.Parameter\n");
  });
});
